"""What many cases say together that were played at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cjbpmn.waiting.crowd.rows import NOBODY, Hours
from cjbpmn.waiting.crowd.tally import Tally
from cjbpmn.waiting.estimates import error_of, guided_mean
from cjbpmn.waiting.figures import POINTS, Figures, unbounded
from cjbpmn.waiting.playing.cases import Blame
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.renewal import Expectations
from cjbpmn.waiting.playing.runs import Played
from cjbpmn.waiting.playing.tokens import Run
from cjbpmn.waiting.spread import Spread
from cjbpmn.waiting.structure import Moment


class CrowdFigures(Figures):
    """The same as `Figures`, out of columns of numbers.

    Parameters
    ----------
    game : Game
        The model.
    tally : Tally
        What the cases say.
    exact : Expectations or None
        Exact expectations, where there are such.
    bounds : list or None
        Other runs that can happen, for the least and the most.
    """

    engine = "vectorised"

    def __init__(
        self,
        game: Game,
        tally: Tally,
        exact: Expectations | None = None,
        bounds: list[tuple[float, Run]] | None = None,
    ) -> None:
        super().__init__(game, Played([], "sampled"), bounds=bounds)
        self.tally = tally
        self.case = tally.figures
        self.warnings |= tally.warnings
        self.waits = {moment: [] for moment in tally.moments}
        self.ending = {kind: count / tally.number for kind, count in tally.ending.items()}
        self._tails = {
            key: [(count / tally.number, hours / count, body)]
            for key, (count, hours, body) in tally.tails.items()
        }
        self.exact = exact
        if exact is not None:
            self._end_exactly(exact)

    @property
    def method(self) -> str:
        """How the expected values were found."""
        return "sampled" if self.exact is None else "exact"

    @property
    def samples(self) -> int:
        """How many cases were played."""
        return self.tally.number

    # Cases

    def mean(self, name: str) -> float:
        """Return the expected value of one of the figures of a case."""
        return self._estimate(name)[0]

    def error_in(self, name: str) -> float:
        """Return the standard error of one of the figures of a case."""
        return self._estimate(name)[1]

    def _estimate(self, name: str) -> tuple[float, float]:
        if self.exact is None:
            return float(self.case[name].mean()), error_of(self.case[name])
        if name != "longest" or self.case["gaps"].max() < 2:  # noqa: PLR2004
            return super()._estimate("wait" if name == "longest" else name)
        return guided_mean(self.case[name], self.case["wait"], super()._estimate("wait")[0])

    def spread(self, name: str) -> Spread:
        """Return how one of the figures of a case is spread."""
        return Spread.of_cases(self.case[name])

    @property
    def wait_range(self) -> tuple[float, float]:
        """The least and the most that one case waits."""
        least, most = self._bounding_waits()
        wait = self.case["wait"]
        return min(float(wait.min()), least), max(float(wait.max()), most)

    @property
    def standard_error(self) -> float:
        """Of the expected wait of a case, in hours; zero where that is exact."""
        return 0.0 if self.exact is not None or not self.case else error_of(self.case["wait"])

    def curve(self) -> tuple[tuple[float, float], ...]:
        """Return how much a customer has waited, on average, so long after the first contact."""
        begins, ends = self.tally.silences
        if not len(ends):
            return ()
        # A large model has many millions of silences: all of this is done in place.
        begins.sort()
        ends.sort()
        marks = np.concatenate([[0.0], begins, ends])
        np.round(marks, 9, out=marks)
        marks.sort()
        marks = marks[np.concatenate([[True], marks[1:] != marks[:-1]])]
        marks = marks[np.unique(np.linspace(0, len(marks) - 1, POINTS + 1).astype(int))]
        waited = _up_to(ends, marks) - _up_to(begins, marks)
        waited *= self.mean("wait") / waited[-1]
        return tuple(zip(marks.tolist(), waited.tolist(), strict=True))

    # Stretches

    def executions(self, end: Moment) -> float:
        """Return how often a case comes to a contact."""
        if self.exact is not None:
            return super().executions(end)
        return len(self._waits(end)) / self.tally.number

    def expected(self, end: Moment) -> float | None:
        """Return the expected wait before a contact, in hours; None where it never happens."""
        if self.exact is not None:
            return super().expected(end)
        waits = self._waits(end)
        return float(waits.mean()) if len(waits) else None

    def _waits(self, end: Moment) -> Hours:
        return self.tally.waits(end)

    def spread_of(self, end: Moment) -> Spread:
        """Return how the wait before a contact is spread."""
        return Spread.of_cases(self._waits(end))

    def error_of(self, end: Moment) -> float:
        """Return the standard error of the expected wait before a contact."""
        return 0.0 if self.exact is not None else error_of(self._waits(end))

    def _legs(self, end: Moment) -> Iterator[tuple[str | None, Hours]]:
        """Yield the waits before a contact by the contact before."""
        tally = self.tally
        before, waits = tally.before[tally.places(end)], self._waits(end)
        for number in np.unique(before).tolist():
            name = None if number == NOBODY else tally.moments[number].name
            yield name, waits[before == number]

    def shares(self, end: Moment) -> list[tuple[str | None, float, float]]:
        """Return, for each contact before: how often it is the last one, and the expected wait."""
        if self.exact is not None:
            return super().shares(end)
        legs = sorted(self._legs(end), key=lambda leg: (leg[0] is not None, leg[0] or ""))
        whole = sum(len(waits) for _, waits in legs)
        return [(name, len(waits) / whole, float(waits.mean())) for name, waits in legs]

    def bounds(
        self, end: Moment, start: str | None = None, *, endless: bool, leg: bool = False
    ) -> tuple[float, float] | None:
        """Return the least and the most wait before a contact, of one leg or of all."""
        found = [waits for name, waits in self._legs(end) if not leg or name == start]
        waits = [float(one.min()) for one in found] + [float(one.max()) for one in found]
        return self._range([*map(unbounded, waits)], end, start, endless=endless, leg=leg)

    def elapsed(self, first: frozenset[str], last: frozenset[str]) -> Spread:
        """Return how long it takes from contacts at some flow nodes to contacts at others."""
        tally, steps = self.tally, self.game.steps
        names = [steps[moment.key].node.id for moment in tally.moments]
        begins, ends = (
            np.array([name in wanted for name in names], np.bool_)[tally.moment]
            for wanted in (first, last)
        )
        if not first:
            return Spread.of_cases(tally.wait[ends])
        chosen = np.flatnonzero(begins | ends)
        order = np.lexsort((tally.end[chosen], tally.start[chosen], tally.case[chosen]))
        chosen = chosen[order]
        places = np.arange(len(chosen))
        # The last of the first ones before each, if that is of the same case.
        since = np.maximum.accumulate(np.where(begins[chosen], places, -1))
        since = np.concatenate([[-1], since[:-1]])
        known = ends[chosen] & (since >= 0)
        known &= tally.case[chosen[since]] == tally.case[chosen]
        took = tally.start[chosen] - tally.end[chosen[since]]
        return Spread.of_cases(np.maximum(took[known], 0.0))

    # Who is responsible

    def blame(self) -> Blame:
        """Put every wait down to the flow nodes that the customer waited for."""
        tally, cases = self.tally, len(self.case.get("wait", ()))
        blame = Blame()
        # Of large models only some of the cases are traced; they speak for all.
        each = tally.number / max(tally.traced, 1)
        for moment in tally.moments:
            share = each / len(self._waits(moment))
            parts = tally.blamed.get(moment, {})
            blame.before[moment] = {node: hours * share for node, hours in parts.items()}
        blame.case = {node: hours * each / cases for node, hours in tally.blame.items()}
        blame.ended = {moment: hours / cases for moment, hours in tally.ended.items()}
        return blame


def _up_to(values: Hours, marks: Hours) -> Hours:
    """Return, for each mark, the sum of sorted values of which none counts more than the mark."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    place = np.searchsorted(values, marks, side="right")
    found: Hours = sums[place] + marks * (len(values) - place)
    return found
