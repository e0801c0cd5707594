"""What many cases say together that were played at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from cjbpmn.waiting.cases import GAP, Blame
from cjbpmn.waiting.crowd import Crowd, Hours, Mask, Met, Numbers
from cjbpmn.waiting.figures import POINTS, Figures, unbounded
from cjbpmn.waiting.game import Game
from cjbpmn.waiting.renewal import Expectations
from cjbpmn.waiting.runs import Played
from cjbpmn.waiting.spread import Spread
from cjbpmn.waiting.structure import Moment
from cjbpmn.waiting.tokens import Run

_NOBODY: Final = -1


class CrowdFigures(Figures):
    """The same as `Figures`, out of columns of numbers.

    Parameters
    ----------
    game : Game
        The model.
    crowd : Crowd
        What happened.
    exact : Expectations or None
        Exact expectations, where there are such.
    bounds : list or None
        Other runs that can happen, for the least and the most.
    """

    engine = "vectorised"

    def __init__(
        self,
        game: Game,
        crowd: Crowd,
        exact: Expectations | None = None,
        bounds: list[tuple[float, Run]] | None = None,
    ) -> None:
        super().__init__(game, Played([], "sampled"), bounds=bounds)
        self.crowd = crowd
        self.warnings |= crowd.warnings
        self.met = {one.moment: one for one in crowd.meetings if one.there.any()}
        self.waits = {moment: [] for moment in self.met}
        self.number = {one.moment: number for number, one in enumerate(crowd.meetings)}
        self._measure()
        self._end()
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
        return self.crowd.number

    # Cases

    def _measure(self) -> None:
        """Find the silences of each case: where nobody of the sorted contacts is involved."""
        found = self.crowd.meetings
        self.there = np.logical_or.reduce([one.there for one in found]) if found else None
        self.case: dict[str, Hours] = {}
        if self.there is None or not self.there.any():
            return
        starts = np.stack([np.where(one.there, one.start, math.inf) for one in found])
        ends = np.stack([np.where(one.there, one.end, -math.inf) for one in found])
        self.order = np.argsort(starts, axis=0, kind="stable")
        starts = np.take_along_axis(starts, self.order, 0)
        covered = np.maximum.accumulate(np.take_along_axis(ends, self.order, 0), axis=0)
        with np.errstate(invalid="ignore"):
            gaps = starts[1:] - covered[:-1]
        self.silent_at = np.isfinite(starts[1:]) & (gaps > GAP)
        gaps = np.where(self.silent_at, gaps, 0.0)
        self.silences = (covered[:-1], starts[1:])
        self.begin = starts[0]
        wanted = self.there
        longest = gaps.max(axis=0) if len(gaps) else np.zeros(len(wanted))
        self.case = {
            "journey": (covered[-1] - starts[0])[wanted],
            "wait": gaps.sum(axis=0)[wanted],
            "longest": longest[wanted],
            "gaps": self.silent_at.sum(axis=0)[wanted].astype(np.float64),
            "occupied": self._occupied()[wanted],
        }

    def _occupied(self) -> Hours:
        """Measure where the customer and the inside are both busy: what both cover, but once."""
        involved = [
            (np.where(one.there, one.start, 0), np.where(one.there, one.end, 0))
            for one in self.crowd.meetings
        ]
        work = self.crowd.work
        if not work:
            return np.zeros(self.crowd.number)
        both = _covered(involved) + _covered(work) - _covered([*involved, *work])
        return np.where(both > GAP, both, 0.0)

    def mean(self, name: str) -> float:
        """Return the expected value of one of the figures of a case."""
        exact = self.exact
        if exact is not None and name == "longest" and self.case["gaps"].max() < 2:  # noqa: PLR2004
            name = "wait"
        if exact is not None and name != "longest":
            return super().mean(name)
        return float(self.case[name].mean())

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
        return 0.0 if self.exact is not None or not self.case else _error(self.case["wait"])

    def curve(self) -> tuple[tuple[float, float], ...]:
        """Return how much a customer has waited, on average, so long after the first contact."""
        begins, ends = (np.sort((one - self.begin)[self.silent_at]) for one in self.silences)
        if not len(ends):
            return ()
        marks = np.unique(np.round(np.concatenate([[0.0], begins, ends]), 9))
        marks = marks[np.unique(np.linspace(0, len(marks) - 1, POINTS + 1).astype(int))]
        waited = _up_to(ends, marks) - _up_to(begins, marks)
        waited *= self.mean("wait") / waited[-1]
        return tuple(zip(marks.tolist(), waited.tolist(), strict=True))

    # Stretches

    def executions(self, end: Moment) -> float:
        """Return how often a case comes to a contact."""
        if self.exact is not None:
            return super().executions(end)
        return float(self.met[end].there.mean()) if end in self.met else 0.0

    def expected(self, end: Moment) -> float | None:
        """Return the expected wait before a contact, in hours; None where it never happens."""
        if self.exact is not None:
            return super().expected(end)
        return float(self._waits(end).mean()) if end in self.met else None

    def _waits(self, end: Moment) -> Hours:
        return _wait(self.met[end])[self.met[end].there]

    def spread_of(self, end: Moment) -> Spread:
        """Return how the wait before a contact is spread."""
        return Spread.of_cases(self._waits(end)) if end in self.met else Spread()

    def error_of(self, end: Moment) -> float:
        """Return the standard error of the expected wait before a contact."""
        if self.exact is not None or end not in self.met:
            return 0.0
        return _error(self._waits(end))

    def _legs(self, end: Moment) -> Iterator[tuple[str | None, Hours]]:
        """Yield the waits before a contact by the contact before."""
        if end not in self.met:
            return
        met = self.met[end]
        waits = _wait(met)
        for number in np.unique(met.last[met.there]).tolist():
            name = None if number == _NOBODY else self.crowd.meetings[number].moment.name
            yield name, waits[met.there & (met.last == number)]

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
        if not found:
            return None
        waits = [float(one.min()) for one in found] + [float(one.max()) for one in found]
        waits += self._bounding(end, start, leg=leg)
        return min(waits), math.inf if endless else max(map(unbounded, waits))

    def elapsed(self, first: frozenset[str], last: frozenset[str]) -> Spread:
        """Return how long it takes from contacts at some flow nodes to contacts at others."""
        steps = self.game.steps
        found: list[Hours] = []
        for one in self.met.values():
            if steps[one.moment.key].node.id not in last:
                continue
            if not first:
                found.append(_wait(one)[one.there])
                continue
            begun = np.full(self.crowd.number, -math.inf)
            for other in self.met.values():
                if steps[other.moment.key].node.id in first:
                    earlier = other.there & (other.start <= one.start) & (other is not one)
                    begun = np.where(earlier, np.maximum(begun, other.end), begun)
            known = one.there & np.isfinite(begun)
            found.append(np.maximum(one.start - begun, 0.0)[known])
        return Spread.of_cases(np.concatenate(found)) if found else Spread()

    # Who is responsible

    def blame(self) -> Blame:
        """Put every wait down to the flow nodes that the customer waited for."""
        blame = Blame()
        for moment, one in self.met.items():
            rows = np.flatnonzero(one.there)
            since = np.where(one.last == _NOBODY, 0.0, one.since)[rows]
            parts = self._parts_of(rows, one.stay[rows], since, one.start[rows])
            blame.before[moment] = {node: hours / len(rows) for node, hours in parts.items()}
        if not self.case:
            return blame
        cases = len(self.case["wait"])
        stays = np.stack([one.stay for one in self.crowd.meetings])
        for number, silent in enumerate(self.silent_at):
            rows = np.flatnonzero(silent)
            ended = self.order[number + 1][rows]
            begin, end = (one[number][rows] for one in self.silences)
            parts = self._parts_of(rows, stays[ended, rows], begin, end)
            blame.add(blame.case, parts.items(), 1 / cases)
            for one in np.unique(ended).tolist():
                moment = self.crowd.meetings[one].moment
                hours = float((end - begin)[ended == one].sum()) / cases
                blame.ended[moment] = blame.ended.get(moment, 0.0) + hours
        return blame

    def _parts_of(
        self, rows: Numbers, stay: Numbers, begin: Hours, end: Hours
    ) -> dict[str | None, float]:
        """Go back along the stays of many cases at once."""
        stays = self.crowd.stays
        spent = np.zeros(len(stays))
        unknown = 0.0
        while len(rows):
            left = end - begin > GAP
            unknown += float((end - begin)[left & (stay == _NOBODY)].sum())
            left &= stay != _NOBODY
            rows, stay, begin, end = rows[left], stay[left], begin[left], end[left]
            for number in np.unique(stay).tolist():
                at = stay == number
                one = stays[number]
                first = np.maximum(one.start[rows[at]], begin[at])
                last = np.minimum(one.end[rows[at]], end[at])
                took = last > first
                unknown += float((end[at] - last)[took & (end[at] - last > GAP)].sum())
                spent[number] += float((last - first)[took].sum())
                end[at] = np.where(took, first, end[at])
                stay[at] = one.before[rows[at]]
        parts: dict[str | None, float] = {}
        for one, hours in zip(stays, spent.tolist(), strict=True):
            if hours:
                parts[one.node] = parts.get(one.node, 0.0) + hours
        if unknown:
            parts[None] = unknown
        return parts

    # How cases end

    def _end(self) -> None:
        number = self.crowd.number
        last, pending = self._last_contacts()
        nobody = last == _NOBODY
        self._count("stuck", self.crowd.stuck)
        self._count("no_contact", nobody & ~self.crowd.stuck)
        for index in np.unique(last[~nobody]).tolist():
            met = self.crowd.meetings[index]
            here = (last == index) & ~self.crowd.stuck
            worked = pending[index] & here
            kind = "closed"
            if self.game.touches[met.moment].contact.direction == "in":
                kind = "dead_end" if self._is_answered(met.moment) else "no_reply"
            self._count("closed", here if kind == "closed" else here & ~worked)
            if kind != "closed":
                self._count(kind, worked)
            if worked.any():
                length = float((self.crowd.end - met.end)[worked].mean())
                key = ("after_last" if kind == "closed" else kind, met.moment.name)
                trail = self.crowd.trail.get(index, {})
                body = {node for node, cases in trail.items() if (cases & worked).any()}
                self._tails.setdefault(key, []).append((worked.sum() / number, length, body))
                if kind != "closed":
                    self.warnings[f"{kind.replace('_', '-')}:{met.moment.name}"] = None

    def _count(self, kind: str, cases: Mask) -> None:
        if cases.any():
            self.ending[kind] = self.ending.get(kind, 0.0) + float(cases.mean())

    def _last_contacts(self) -> tuple[Numbers, list[Mask]]:
        """Return the number of the causally last contact of each case, and where work follows."""
        crowd = self.crowd
        nowhere = np.zeros(crowd.number, np.bool_)
        followed = {number: mask.copy() for number, mask in crowd.absorbed.items()}
        for one in crowd.meetings:
            for number in np.unique(one.last[one.there]).tolist():
                after = followed.setdefault(number, nowhere.copy())
                after |= one.there & (one.last == number)
        worked = [crowd.worked.get(number, nowhere) for number in range(len(crowd.meetings))]
        last = np.full(crowd.number, _NOBODY)
        latest, busy = np.full(crowd.number, -math.inf), nowhere.copy()
        for number, one in enumerate(crowd.meetings):
            pending = worked[number] & ~followed.get(number, nowhere)
            later = one.there & ((one.end > latest) | ((one.end == latest) & (pending | ~busy)))
            last = np.where(later, number, last)
            latest = np.where(later, one.end, latest)
            busy = np.where(later, pending, busy)
        return last, worked


def _wait(met: Met) -> Hours:
    return met.start - np.where(met.last == _NOBODY, 0.0, met.since)


def _error(values: Hours) -> float:
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def _up_to(values: Hours, marks: Hours) -> Hours:
    """Return, for each mark, the sum of sorted values of which none counts more than the mark."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    place = np.searchsorted(values, marks, side="right")
    found: Hours = sums[place] + marks * (len(values) - place)
    return found


def _covered(spans: list[tuple[Hours, Hours]]) -> Hours:
    """Measure, in each case, how long at least one of several spans holds."""
    starts = np.stack([start for start, _ in spans])
    ends = np.stack([end for _, end in spans])
    order = np.argsort(starts, axis=0)
    starts, ends = (np.take_along_axis(one, order, 0) for one in (starts, ends))
    before = np.maximum.accumulate(ends, axis=0)
    before = np.vstack([starts[:1], before[:-1]])
    total: Hours = np.maximum(ends - np.maximum(starts, before), 0.0).sum(axis=0)
    return total
