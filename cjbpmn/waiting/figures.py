"""What many runs say together: waits by contact, figures of a case, endings, tails."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from cjbpmn.waiting.game import Game
from cjbpmn.waiting.renewal import Expectations, expect
from cjbpmn.waiting.runs import (
    ENDLESS,
    Played,
    enumerate_runs,
    occupied,
    play_all,
    sample_runs,
    union,
)
from cjbpmn.waiting.stretches import Tail
from cjbpmn.waiting.structure import Moment
from cjbpmn.waiting.tokens import Meeting, Run

_GAP = 1e-9
"""Silences shorter than this, in hours, are rounding."""
_TOLERATED = 1e-3
"""Figures are given although runs were broken off, if these are no likelier than this."""


@dataclass(frozen=True, slots=True)
class CaseRun:
    """One run as the customer perceives it, in hours."""

    journey: float
    wait: float
    longest: float
    gaps: int
    occupied: float


def figure_out(game: Game) -> Figures:
    """Play a model, and find out what is exact and what is sampled.

    Parameters
    ----------
    game : Game
        The model.

    Returns
    -------
    Figures
        Exact expectations where all runs can be played, or a model be cut where it forgets; else
        those of a sample.
    """
    played = play_all(game)
    if played.method == "exact":
        return Figures(game, played)
    exact = expect(game)
    if exact is None and played.rest > _TOLERATED:
        # The likeliest runs are the short ones: too much is left out, and not at random.
        return Figures(game, sample_runs(game), bounds=played.runs)
    return Figures(game, played, exact)


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
    """

    def __init__(
        self,
        game: Game,
        played: Played,
        exact: Expectations | None = None,
        bounds: list[tuple[float, Run]] | None = None,
    ) -> None:
        self.game = game
        self.played = played
        self.warnings: dict[str, None] = {}
        for _, run in played.runs:
            self.warnings |= run.warnings
        stopped = math.fsum(weight for weight, run in played.runs if run.stopped is not None)
        kept = [(weight, run) for weight, run in played.runs if run.stopped is None]
        # Runs that were broken off say nothing; the rest speaks for all, or for nobody.
        self.runs = (
            [(weight / (1 - stopped), run) for weight, run in kept] if stopped < _TOLERATED else []
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
        self._bounds = bounds and [run for run in bounds if run[1].stopped is None]
        self.silent = self._silent()
        self.exact = exact if self.runs else None
        if self.exact is not None:
            self._end_exactly(self.exact)

    @property
    def method(self) -> str:
        """How the expected values were found."""
        if not self.runs:
            return "none"
        return "exact" if self.exact is not None else self.played.method

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

    def shares(self, end: Moment) -> list[tuple[str | None, float, float]]:
        """Return, for each contact before: how often it is the last one, and the expected wait."""
        if self.exact is not None:
            known = {
                name: (number, total / number)
                for name, (number, total) in self.exact.legs[end].items()
                if number
            }
        else:
            known = {
                name: (math.fsum(weight for _, weight in waits), weighted_mean(waits) or 0.0)
                for name, waits in self.legs.get(end, {}).items()
            }
        whole = math.fsum(number for number, _ in known.values())
        return [
            (name, known[name][0] / whole, known[name][1])
            for name in sorted(known, key=lambda name: (name is not None, name or ""))
            if whole
        ]

    def mean(self, name: str) -> float:
        """Return the expected value of one of the figures of a case."""
        exact = self.exact
        if exact is not None and name == "longest" and all(c.gaps < 2 for _, c in self.cases):  # noqa: PLR2004
            name = "wait"
        if exact is not None and name != "longest":
            value: float = getattr(exact, name) / max(1 - self.ending.get("no_contact", 0.0), 1e-12)
            return value
        return weighted_mean([(getattr(case, name), weight) for weight, case in self.cases]) or 0.0

    def _end_exactly(self, exact: Expectations) -> None:
        """Replace how cases end, and their tails, by the exact figures."""
        self.ending = {}
        tails: dict[tuple[str, str], list[tuple[float, float, set[str]]]] = {}
        for way in exact.gone:
            run = way.run
            if run.renewed is not None or way.visits == 0:
                continue
            kind = self._ending(run)
            self.ending[kind] = self.ending.get(kind, 0.0) + way.visits
            found = self._tail(run, kind)
            if found is not None:
                key, length = found[0], found[1]
                if way.resumes and self._last(run) == 0:
                    length += way.age / way.visits
                bodies = [entry[2] for entry in self._tails.get(key, [])]
                entry = (way.visits, length, found[2].union(*bodies))
                tails.setdefault(key, []).append(entry)
        self._tails = tails

    def _add_waits(self, weight: float, meetings: Sequence[Meeting]) -> None:
        for meeting in meetings:
            before = None if meeting.after is None else meetings[meeting.after].moment.name
            self.waits.setdefault(meeting.moment, []).append((meeting.wait, weight))
            legs = self.legs.setdefault(meeting.moment, {})
            legs.setdefault(before, []).append((meeting.wait, weight))

    def _add_ending(self, weight: float, run: Run) -> None:
        kind = self._ending(run)
        if weight > 0:
            self.ending[kind] = self.ending.get(kind, 0.0) + weight
        found = self._tail(run, kind)
        if found is not None:
            key, length, trail = found
            self._tails.setdefault(key, []).append((weight, length, trail))
            if kind != "closed":
                self.warnings[f"{kind.replace('_', '-')}:{key[1]}"] = None

    def _tail(self, run: Run, kind: str) -> tuple[tuple[str, str], float, set[str]] | None:
        """Return what goes on after the last contact: its kind and begin, how long, and where."""
        if not run.meetings or kind not in {"closed", "dead_end", "no_reply"}:
            return None
        last = self._last(run)
        if last not in run.worked:
            return None
        meeting = run.meetings[last]
        key = ("after_last" if kind == "closed" else kind, meeting.moment.name)
        return key, run.end - meeting.end, run.trail.get(last, set())

    def _last(self, run: Run) -> int:
        """Return the causally last contact; of equals, one after which only work goes on."""
        inner = run.absorbed | {m.after for m in run.meetings if m.after is not None}
        pending = run.worked - inner
        return max(
            range(len(run.meetings)),
            key=lambda index: (run.meetings[index].end, index in pending, index),
        )

    def _ending(self, run: Run) -> str:
        if run.stuck:
            return "stuck"
        if not run.meetings:
            return "no_contact"
        last = self._last(run)
        moment = run.meetings[last].moment
        if self.game.touches[moment].contact.direction != "in" or last not in run.worked:
            return "closed"
        after = nx.descendants(self.game.structure.network, moment)
        return "dead_end" if any(m in self.game.touches for m in after) else "no_reply"

    def tails(self) -> tuple[Tail, ...]:
        """Return what happens after the last contact, the likeliest first."""
        order = {identifier: i for i, identifier in enumerate(self.game.execution.graph.nodes)}
        found = []
        for (kind, start), entries in self._tails.items():
            weight = math.fsum(entry[0] for entry in entries)
            length = math.fsum(entry[0] * entry[1] for entry in entries) / weight
            body = sorted(set().union(*(entry[2] for entry in entries)), key=order.__getitem__)
            found.append(Tail(kind, start, weight, length, tuple(body)))
        return tuple(sorted(found, key=lambda tail: (-tail.probability, tail.kind, tail.start)))

    def _silent(self) -> set[str]:
        """Return the boundary events of which nothing says when or how often they happen."""
        steps, timings = self.game.steps, self.game.timings
        caught = {step.catcher for step in steps.values()}
        clocks = self.game.clocks
        return {
            key
            for step in steps.values()
            for key in step.boundaries
            if not steps[key].awaits and key not in caught
            if steps[key].node.id not in timings.probabilities
            # A clock that runs against work of which nobody knows how long it takes.
            if key not in clocks or (step.inner is None and step.key not in clocks)
        }

    def spread(
        self, end: Moment, start: str | None = None, *, endless: bool, leg: bool = False
    ) -> tuple[float, float] | None:
        """Return the least and the most wait before a contact, of one leg or of all."""
        waits = self.legs.get(end, {}).get(start, []) if leg else self.waits.get(end, [])
        if not waits:
            return None
        values = [wait for wait, _ in waits]
        for _, run in self._bounding_runs():
            for meeting in run.meetings:
                if meeting.moment == end:
                    before = None if meeting.after is None else run.meetings[meeting.after]
                    if not leg or (before and before.moment.name) == start:
                        values.append(_unbounded(meeting.wait))
        return min(values), math.inf if endless else max(values)

    @property
    def wait_range(self) -> tuple[float, float]:
        """The least and the most that one case waits."""
        values = [case.wait for _, case in self.cases]
        values += [
            _unbounded(case_of(run).wait) for _, run in self._bounding_runs() if run.meetings
        ]
        return min(values), max(values)

    def _bounding_runs(self) -> list[tuple[float, Run]]:
        """Return runs in which every random duration is at its least, or at its most."""
        if self._bounds is None:
            self._bounds = []
            if self.played.method == "sampled":
                for bound in ("least", "most"):
                    played = enumerate_runs(self.game, bound=bound, most=500)
                    self._bounds += [run for run in played.runs if run[1].stopped is None]
        return self._bounds

    @property
    def standard_error(self) -> float:
        """Of the expected wait of a case, in hours; zero where that is exact."""
        return self.error([(case.wait, weight) for weight, case in self.cases])

    def error(self, values: Sequence[tuple[float, float]]) -> float:
        """Return the standard error of a mean of sampled values."""
        number = len(values)
        if self.method != "sampled" or number < 2:  # noqa: PLR2004 - one value has no spread
            return 0.0
        mean = math.fsum(value for value, _ in values) / number
        variance = math.fsum((value - mean) ** 2 for value, _ in values) / (number - 1)
        return math.sqrt(variance / number)


def _unbounded(hours: float) -> float:
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
    total = math.fsum(weight for _, weight in pairs)
    return math.fsum(value * weight for value, weight in pairs) / total if total else None


def case_of(run: Run) -> CaseRun:
    """Say what the customer perceives of one run.

    Parameters
    ----------
    run : Run
        A run with at least one contact.

    Returns
    -------
    CaseRun
        Its figures.
    """
    involved = union((meeting.start, meeting.end) for meeting in run.meetings)
    silences = [
        after[0] - before[1] for before, after in pairwise(involved) if after[0] - before[1] > _GAP
    ]
    return CaseRun(
        involved[-1][1] - involved[0][0],
        math.fsum(silences),
        max(silences, default=0.0),
        len(silences),
        occupied(run),
    )
