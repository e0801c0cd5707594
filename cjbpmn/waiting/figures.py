"""What many runs say together: waits by contact, figures of a case, endings, tails."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from cjbpmn.waiting.estimates import guided_mean
from cjbpmn.waiting.playing.cases import GAP, Blame, CaseRun, case_of
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.lineage import Stay
from cjbpmn.waiting.playing.renewal import Expectations
from cjbpmn.waiting.playing.runs import (
    ENDLESS,
    TOLERATED,
    Played,
    enumerate_runs,
)
from cjbpmn.waiting.playing.tokens import Meeting, Run
from cjbpmn.waiting.spread import Spread
from cjbpmn.waiting.stretches import Tail
from cjbpmn.waiting.structure import Moment

POINTS: Final = 100
"""Of a curve so many points are kept."""
_SAMPLED: Final = ("journey", "wait", "longest", "occupied", "gaps")
"""The figures of a case that a sample may tell."""


class Figures:
    """All that the runs of one model say.

    Parameters
    ----------
    game : Game
        The model.
    played : Played
        Its runs.
    exact : Expectations or None
        Exact expectations, where the runs are not all that there are.
    bounds : list or None
        Other runs that can happen, for the least and the most; found out where left out.
    reason : str or None
        Why the cases could not be played all at once.
    """

    engine = "event-driven"

    def __init__(
        self,
        game: Game,
        played: Played,
        exact: Expectations | None = None,
        bounds: list[tuple[float, Run]] | None = None,
        reason: str | None = None,
    ) -> None:
        self.game = game
        self.reason = reason
        self.played = played
        self.warnings: dict[str, None] = {}
        for _, run in played.runs:
            self.warnings |= run.warnings
        stopped = math.fsum(weight for weight, run in played.runs if run.stopped is not None)
        kept = [(weight, run) for weight, run in played.runs if run.stopped is None]
        # Runs that were broken off say nothing; the rest speaks for all, or for nobody.
        self.runs = (
            [(weight / (1 - stopped), run) for weight, run in kept] if stopped < TOLERATED else []
        )
        self.waits: dict[Moment, list[tuple[float, float]]] = {}
        self.legs: dict[Moment, dict[str | None, list[tuple[float, float]]]] = {}
        self.ending: dict[str, float] = {}
        self.cases: list[tuple[float, CaseRun]] = []
        self._tails: dict[tuple[str, str], list[tuple[float, float, set[str]]]] = {}
        for weight, run in self.runs:
            self._add_waits(weight, run.meetings)
            self._add_ending(weight, run)
            if run.meetings:
                self.cases.append((weight, case_of(run)))
        # Whether every choice was tried with all durations at their least, and at their most.
        self.is_bounded = False
        self._bounds = bounds and [run for run in bounds if run[1].stopped is None]
        self.exact = exact if self.runs else None
        if self.exact is not None:
            self._end_exactly(self.exact)

    @property
    def method(self) -> str:
        """How the expected values were found."""
        if not self.runs:
            return "none"
        return "exact" if self.exact is not None else self.played.method

    @property
    def samples(self) -> int:
        """How many runs were played, where they are a sample."""
        return len(self.runs) if self.played.method == "sampled" else 0

    def executions(self, end: Moment) -> float:
        """Return how often a case comes to a contact."""
        if self.exact is not None:
            return self.exact.executions.get(end, 0.0)
        return math.fsum(weight for _, weight in self.waits.get(end, []))

    def expected(self, end: Moment) -> float | None:
        """Return the expected wait before a contact, in hours; None where it never happens."""
        if self.exact is not None:
            number = self.exact.executions.get(end, 0.0)
            return self.exact.waits[end] / number if number else None
        return weighted_mean(self.waits.get(end, []))

    def spread_of(self, end: Moment) -> Spread:
        """Return how the wait before a contact is spread."""
        return Spread.of(self.waits.get(end, []))

    def error_of(self, end: Moment) -> float:
        """Return the standard error of the expected wait before a contact."""
        return self.error(self.waits.get(end, []))

    def elapsed(self, first: frozenset[str], last: frozenset[str]) -> Spread:
        """Return how long it takes from contacts at some flow nodes to contacts at others.

        Parameters
        ----------
        first : frozenset of str
            From the latest end of one of these; if empty, from the last contact before.
        last : frozenset of str
            To the start of one of these.

        Returns
        -------
        Spread
            Over all executions of the last ones.
        """
        node = {moment: self.game.steps[moment.key].node.id for moment in self.game.touches}
        found: list[tuple[float, float]] = []
        for weight, run in self.runs:
            begun: float | None = None
            for meeting in sorted(run.meetings, key=lambda one: (one.start, one.end)):
                if node[meeting.moment] in last and not first:
                    found.append((meeting.wait, weight))
                elif node[meeting.moment] in last and begun is not None:
                    found.append((max(meeting.start - begun, 0.0), weight))
                if node[meeting.moment] in first:
                    begun = meeting.end
        return Spread.of(found)

    def blame(self) -> Blame:
        """Put every wait down to the flow nodes that the customer waited for."""
        blame = Blame()
        reached: dict[Moment, float] = {}
        whole = math.fsum(weight for weight, run in self.runs if run.meetings)
        cases = iter(self.cases)
        for weight, run in self.runs:
            if not run.meetings:
                continue
            for meeting in run.meetings:
                reached[meeting.moment] = reached.get(meeting.moment, 0.0) + weight
                before = blame.before.setdefault(meeting.moment, {})
                if meeting.wait > GAP:
                    begin = meeting.start - meeting.wait
                    blame.add(before, self._parts(meeting.stay, begin, meeting.start), weight)
            for begin, end, number in next(cases)[1].silences:
                meeting = run.meetings[number]
                blame.add(blame.case, self._parts(meeting.stay, begin, end), weight / whole)
                ended = blame.ended.get(meeting.moment, 0.0)
                blame.ended[meeting.moment] = ended + weight * (end - begin) / whole
        for moment, parts in blame.before.items():
            for node in parts:
                parts[node] /= reached[moment]
        return blame

    def _parts(
        self, stay: Stay | None, begin: float, end: float
    ) -> Iterator[tuple[str | None, float]]:
        """Yield the flow nodes that a time was spent at, the last one first."""
        while stay is not None and end - begin > GAP:
            first, last = max(stay.begin, begin), min(stay.end, end)
            if last > first:
                if end - last > GAP:
                    yield None, end - last
                yield self.game.steps[stay.key].node.id, last - first
                end = first
            stay = stay.before
        if end - begin > GAP:
            yield None, end - begin

    def shares(self, end: Moment) -> list[tuple[str | None, float, float]]:
        """Return, for each contact before: how often it is the last one, and the expected wait."""
        if self.exact is not None:
            known = {
                name: (number, total / number)
                for name, (number, total) in self.exact.legs[end].items()
                if number
            }
        else:
            legs = self.legs.get(end, {})
            if len(legs) == 1:
                [(name, waits)] = legs.items()
                mean = weighted_mean(waits)
                return [] if mean is None else [(name, 1.0, mean)]
            known = {
                name: (math.fsum([weight for _, weight in waits]), weighted_mean(waits) or 0.0)
                for name, waits in legs.items()
            }
        whole = math.fsum(number for number, _ in known.values())
        return [
            (name, known[name][0] / whole, known[name][1])
            for name in sorted(known, key=lambda name: (name is not None, name or ""))
            if whole
        ]

    def mean(self, name: str) -> float:
        """Return the expected value of one of the figures of a case."""
        return self._estimate(name)[0]

    def error_in(self, name: str) -> float:
        """Return the standard error of one of the figures of a case; zero where it is exact."""
        return self._estimate(name)[1]

    def _estimate(self, name: str) -> tuple[float, float]:
        exact = self.exact
        if exact is not None and name == "longest" and all(c.gaps < 2 for _, c in self.cases):  # noqa: PLR2004
            name = "wait"
        if exact is not None and name != "longest":
            value: float = getattr(exact, name) / max(1 - self.ending.get("no_contact", 0.0), 1e-12)
            return value, 0.0
        if exact is not None and self.played.method == "sampled":
            longest, waits = (
                np.array([getattr(case, one) for _, case in self.cases]) for one in (name, "wait")
            )
            return guided_mean(longest, waits, self._estimate("wait")[0])
        values = [(getattr(case, name), weight) for weight, case in self.cases]
        return weighted_mean(values) or 0.0, self.error(values)

    def _end_exactly(self, exact: Expectations) -> None:
        """Replace how cases end, and their tails, by the exact figures."""
        self.ending = {}
        tails: dict[tuple[str, str], list[tuple[float, float, set[str]]]] = {}
        for way in exact.gone:
            run = way.run
            if run.renewed is not None or way.visits == 0:
                continue
            last = self._last(run) if run.meetings else None
            kind = self._ending(run, last)
            self.ending[kind] = self.ending.get(kind, 0.0) + way.visits
            found = self._tail(run, kind, last)
            if found is not None:
                key, length = found[0], found[1]
                if way.resumes and last == 0:
                    length += way.age / way.visits
                bodies = [entry[2] for entry in self._tails.get(key, [])]
                entry = (way.visits, length, found[2].union(*bodies))
                tails.setdefault(key, []).append(entry)
        self._tails = tails

    def _add_waits(self, weight: float, meetings: Sequence[Meeting]) -> None:
        for meeting in meetings:
            before = None if meeting.after is None else meetings[meeting.after].moment.name
            wait = (meeting.wait, weight)
            self.waits.setdefault(meeting.moment, []).append(wait)
            self.legs.setdefault(meeting.moment, {}).setdefault(before, []).append(wait)

    def _add_ending(self, weight: float, run: Run) -> None:
        last = self._last(run) if run.meetings else None
        kind = self._ending(run, last)
        if weight > 0:
            self.ending[kind] = self.ending.get(kind, 0.0) + weight
        found = self._tail(run, kind, last)
        if found is not None:
            key, length, trail = found
            self._tails.setdefault(key, []).append((weight, length, trail))
            if kind != "closed":
                self.warnings[f"{kind.replace('_', '-')}:{key[1]}"] = None

    def _tail(
        self, run: Run, kind: str, last: int | None
    ) -> tuple[tuple[str, str], float, set[str]] | None:
        """Return what goes on after the last contact: its kind and begin, how long, and where."""
        if last is None or kind not in {"closed", "dead_end", "no_reply"}:
            return None
        if last not in run.worked:
            return None
        meeting = run.meetings[last]
        key = ("after_last" if kind == "closed" else kind, meeting.moment.name)
        return key, run.end - meeting.end, run.trail.get(last, set())

    def _last(self, run: Run) -> int:
        """Return the causally last contact; of equals, one after which only work goes on.

        What takes a time that nobody knows takes some: who did more of that is later.
        """
        pending = run.worked - run.absorbed
        pending.difference_update([meeting.after for meeting in run.meetings])
        vague = [self.game.vague.get(meeting.moment) for meeting in run.meetings]
        done: list[int] = []
        latest = (-math.inf, 0, False, 0)
        for index, meeting in enumerate(run.meetings):
            number = 1 if vague[index] is False else 0
            if meeting.after is not None:
                number += done[meeting.after] + (vague[meeting.after] is True)
            done.append(number)
            latest = max(latest, (meeting.end, number, index in pending, index))
        return latest[-1]

    def _ending(self, run: Run, last: int | None) -> str:
        if run.stuck:
            return "stuck"
        if last is None:
            return "no_contact"
        moment = run.meetings[last].moment
        if self.game.touches[moment].contact.direction != "in" or last not in run.worked:
            return "closed"
        return "dead_end" if self.game.structure.is_answered(moment) else "no_reply"

    def tails(self) -> tuple[Tail, ...]:
        """Return what happens after the last contact, the likeliest first."""
        order = self.game.execution.graph.ranks
        found = []
        for (kind, start), entries in self._tails.items():
            weight = math.fsum(entry[0] for entry in entries)
            length = math.fsum(entry[0] * entry[1] for entry in entries) / weight
            body = sorted(set().union(*(entry[2] for entry in entries)), key=order.__getitem__)
            found.append(Tail(kind, start, weight, length, tuple(body)))
        return tuple(sorted(found, key=lambda tail: (-tail.probability, tail.kind, tail.start)))

    @cached_property
    def silent(self) -> set[str]:
        """The events of which nothing says when or how often they interrupt or begin something."""
        steps, clocks = self.game.steps, self.game.clocks
        unheard = {
            key
            for step in steps.values()
            for key in step.boundaries
            # A clock that runs against work of which nobody knows how long it takes.
            if key in clocks and not steps[key].awaits
            if step.inner is None and step.key not in clocks
        }
        caught = self.game.execution.caught
        begins = {
            key
            for scope in self.game.scopes.values()
            if scope.holder is not None and steps[scope.holder].node.triggered_by_event
            for key in scope.starts
            if key not in clocks and key not in caught and not steps[key].awaits
        }
        return self.game.silent | unheard | begins

    def bounds(
        self, end: Moment, start: str | None = None, *, endless: bool, leg: bool = False
    ) -> tuple[float, float] | None:
        """Return the least and the most wait before a contact, of one leg or of all."""
        waits = self.legs.get(end, {}).get(start, []) if leg else self.waits.get(end, [])
        return self._range([wait for wait, _ in waits], end, start, endless=endless, leg=leg)

    def _range(
        self, values: list[float], end: Moment, start: str | None, *, endless: bool, leg: bool
    ) -> tuple[float, float] | None:
        """Return the least and the most of waits, and of those with durations at their bounds."""
        bounding = self._bounding_runs()
        if not bounding:
            return (min(values), math.inf if endless else max(values)) if values else None
        guessed: list[float] = []
        for _, run in bounding:
            for meeting in run.meetings:
                if meeting.moment == end:
                    before = None if meeting.after is None else run.meetings[meeting.after]
                    if not leg or (before and before.moment.name) == start:
                        found = guessed if run.is_guessed else values
                        found.append(unbounded(meeting.wait))
        if not (values or guessed):
            return None
        return min(values or guessed), math.inf if endless else max([*values, *guessed])

    @property
    def wait_range(self) -> tuple[float, float]:
        """The least and the most that one case waits."""
        values = [case.wait for _, case in self.cases]
        least, most = self._bounding_waits()
        return min([least, *values]), max([most, *values])

    def _bounding_waits(self) -> tuple[float, float]:
        waits = [
            (unbounded(case_of(run).wait), run.is_guessed)
            for _, run in self._bounding_runs()
            if run.meetings
        ]
        sure = [wait for wait, is_guessed in waits if not is_guessed]
        return min(sure, default=math.inf), max((wait for wait, _ in waits), default=0.0)

    def _bounding_runs(self) -> list[tuple[float, Run]]:
        """Return runs in which every random duration is at its least, or at its most."""
        if self._bounds is None:
            self._bounds = []
            if self.played.method == "sampled" or self.game.is_guessed:
                self.is_bounded = True
                for bound in ("least", "most"):
                    played = enumerate_runs(self.game, bound=bound, most=500)
                    self.is_bounded = self.is_bounded and not played.rest
                    self._bounds += [run for run in played.runs if run[1].stopped is None]
        return self._bounds

    @property
    def standard_error(self) -> float:
        """Of the expected wait of a case, in hours; zero where that is exact."""
        return self.error([(case.wait, weight) for weight, case in self.cases])

    @property
    def standard_errors(self) -> dict[str, float]:
        """Of each figure of a case that is not exact, by its name."""
        if not self.samples or not self.ending.keys() - {"no_contact"}:
            return {}
        errors = {name: self.error_in(name) for name in _SAMPLED}
        return {name: error for name, error in errors.items() if error > GAP}

    def spread(self, name: str) -> Spread:
        """Return how one of the figures of a case is spread."""
        return Spread.of([(unbounded(getattr(case, name)), weight) for weight, case in self.cases])

    def curve(self) -> tuple[tuple[float, float], ...]:
        """Return how much a customer has waited, on average, so long after the first contact.

        Where there are many points, some are left out.
        """
        whole = math.fsum(weight for weight, _ in self.cases)
        changes: dict[float, float] = {}
        for weight, case in self.cases:
            for begin, end, _ in case.silences:
                for mark, change in ((begin, weight), (end, -weight)):
                    since = round(mark - case.begin, 9)
                    changes[since] = changes.get(since, 0.0) + change / whole
        points = [(0.0, 0.0)]
        waiting = 0.0
        for mark, change in sorted(changes.items()):
            before, waited = points[-1]
            if mark > before:
                points.append((mark, waited + waiting * (mark - before)))
            waiting += change
        step = -(-len(points) // POINTS)
        if len(points) == 1:
            return ()
        # It ends at the expected wait, which may be known more exactly than from these runs.
        scale = self.mean("wait") / points[-1][1]
        kept = (*points[:-1:step], points[-1])
        return tuple((mark, waited * scale) for mark, waited in kept)

    def error(self, values: Sequence[tuple[float, float]]) -> float:
        """Return the standard error of a mean of sampled values."""
        number = len(values)
        if self.method != "sampled" or number < 2:  # noqa: PLR2004 - one value has no spread
            return 0.0
        mean = math.fsum(value for value, _ in values) / number
        variance = math.fsum((value - mean) ** 2 for value, _ in values) / (number - 1)
        return math.sqrt(variance / number)


def unbounded(hours: float) -> float:
    """Return a number of hours, or infinity for what stands for it.

    Parameters
    ----------
    hours : float
        From a run in which something takes as long as it can.

    Returns
    -------
    float
        Rounded, so that sums in another order are equal.
    """
    return math.inf if hours > ENDLESS / 2 else round(hours, 9)


def weighted_mean(values: Iterable[tuple[float, float]]) -> float | None:
    """Return the mean of weighted values.

    Parameters
    ----------
    values : iterable of pairs of float
        Value and weight.

    Returns
    -------
    float or None
        None where there is nothing to weigh.

    Examples
    --------
    >>> weighted_mean([(2.0, 0.75), (6.0, 0.25)])
    3.0
    """
    pairs = list(values)
    total = math.fsum([weight for _, weight in pairs])
    return math.fsum([value * weight for value, weight in pairs]) / total if total else None
