"""Exact expectations in spite of loops: runs are cut where they forget, and put together again.

Where the paths of a process come together and there is but one token, the rest of a run depends
on the place, on the last contact and on how long ago that was; on the last only by adding it. So
it is enough to play every way from one such place to the next once. How often each place is
visited, and how long ago the last contact is by then, are the solutions of two systems of linear
equations (an absorbing Markov chain with rewards). Random durations may take part by their means,
as long as nothing else goes on at the time; where something does, this refuses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cjbpmn.distributions import Distribution, Empirical, Fixed, Sum
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.runs import EXACT_REST, Scripted, is_countable, occupied, unfold
from cjbpmn.waiting.playing.tokens import Run, State
from cjbpmn.waiting.structure import Moment

MAX_STATES: Final = 500
MAX_MOVES: Final = 25_000
_GAP: Final = 1e-9
_WATCHES: Final = frozenset({"boundaryEvent", "startEvent"})
"""Their clocks run beside work that may end first, also where they are set before it begins."""


class NotLinear(Exception):
    """The expected value is not that of the means."""


class _Means(Scripted):
    """Answers with the mean where nothing else goes on."""

    def __init__(self, script: Sequence[int], game: Game) -> None:
        super().__init__(script)
        self.game = game

    def duration(self, key: str, distribution: Distribution) -> float:
        """Say how long it takes: a choice among its values, or its mean."""
        if isinstance(distribution, Fixed | Empirical):
            return super().duration(key, distribution)
        if isinstance(distribution, Sum):
            return sum(self.duration(key, part) for part in distribution.parts)
        step = self.game.steps[key]
        if self.game.heap or self.game.queue or self.game.timings.calendar(step.node):
            raise NotLinear
        if step.node.loop is not None and step.node.loop.kind == "parallel":
            raise NotLinear
        if step.boundaries or step.node.type in _WATCHES:
            raise NotLinear
        return distribution.mean

    def winner(self, clocks: Sequence[tuple[str, Distribution]]) -> tuple[int, float]:
        """Say which clock rings first, if that is countable."""
        if not all(is_countable(clock) for _, clock in clocks):
            raise NotLinear
        return super().winner(clocks)


@dataclass(frozen=True, slots=True)
class Way:
    """A piece of a run.

    Parameters
    ----------
    visits : float
        How often it is gone in a case.
    age : float
        How long ago the last contact is when it begins, times `visits`.
    state : State or None
        Where it begins; None for the begin of the case.
    run : Run
        What happens on it. Where `resumes`, its first meeting is the last one before.
    """

    visits: float
    age: float
    state: State | None
    run: Run

    @property
    def resumes(self) -> bool:
        """Whether there was a contact before."""
        return self.state is not None and self.state.last is not None


@dataclass(slots=True)
class Expectations:
    """Expected values of one case, exact.

    Parameters
    ----------
    executions, waits : dict
        By contact: how often, and how long in all.
    legs : dict
        By contact and the one before: the same two.
    journey, wait, gaps, occupied : float
        Of the case, in hours.
    gone : list of Way
        Every way that a run can take from one place to the next, or to its end.
    """

    executions: dict[Moment, float] = field(default_factory=lambda: defaultdict(float))
    waits: dict[Moment, float] = field(default_factory=lambda: defaultdict(float))
    legs: dict[Moment, dict[str | None, list[float]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    journey: float = 0.0
    wait: float = 0.0
    gaps: float = 0.0
    occupied: float = 0.0
    gone: list[Way] = field(default_factory=list)

    @property
    def moves(self) -> float:
        """How many moves of tokens a case takes on average."""
        return sum(way.visits * way.run.moves for way in self.gone)


def expect(game: Game) -> Expectations | None:
    """Compute exact expectations, if that is possible.

    Parameters
    ----------
    game : Game
        The model.

    Returns
    -------
    Expectations or None
        None where the model cannot be cut so, or a random duration does not stand alone.
    """
    if game.timings.is_dated:
        return None  # a place is another one at another time of the day
    try:
        ways = _explore(game)
    except NotLinear:
        return None
    if ways is None:
        return None
    weights = _solve(ways)
    if weights is None:
        return None
    result = Expectations()
    for state, found in ways.items():
        visits, age = weights[state]
        for probability, run in found:
            way = Way(visits * probability, age * probability, state, run)
            result.gone.append(way)
            _add_meetings(result, way)
            _add_case(result, way)
    return result


def _explore(game: Game) -> dict[State | None, list[tuple[float, Run]]] | None:
    """Play every way from every place that can be reached."""
    ways: dict[State | None, list[tuple[float, Run]]] = {}
    pending: list[State | None] = [None]
    moves = MAX_MOVES
    while pending:
        state = pending.pop()
        if state in ways:
            continue
        found, rest = unfold(
            lambda script: _Means(script, game),
            lambda chooser, state=state: game.play(chooser, renewing=True, start=state),  # type: ignore[misc]
            moves=moves,
        )
        moves -= sum(run.moves for _, run in found)
        broken = any(run.stopped is not None and run.renewed is None for _, run in found)
        if rest > EXACT_REST or moves < 0 or broken or len(ways) > MAX_STATES:
            return None
        ways[state] = found
        pending += [run.renewed for _, run in found if run.renewed is not None]
    return ways


def _solve(
    ways: dict[State | None, list[tuple[float, Run]]],
) -> dict[State | None, tuple[float, float]] | None:
    """Compute how often each place is visited, and the age of the last contact by then."""
    index = {state: number for number, state in enumerate(ways)}
    size = len(index)
    moves, kept, reset = (np.zeros((size, size)) for _ in range(3))
    for state, found in ways.items():
        for probability, run in found:
            if run.renewed is None:
                continue
            here, there = index[state], index[run.renewed]
            moves[there, here] += probability
            last = _last(run)
            if last is None or (last == 0 and state is not None and state.last is not None):
                kept[there, here] += probability
                reset[there, here] += probability * run.end
            else:
                reset[there, here] += probability * (run.end - run.meetings[last].end)
    begin = np.zeros(size)
    begin[index[None]] = 1.0
    try:
        visits = np.linalg.solve(np.eye(size) - moves, begin)
        ages = np.linalg.solve(np.eye(size) - kept, reset @ visits)
    except np.linalg.LinAlgError:
        return None
    if not (np.isfinite(visits).all() and (visits > -_GAP).all() and visits.max() < 1 / _GAP):
        return None
    return {state: (float(visits[n]), float(ages[n])) for state, n in index.items()}


def _last(run: Run) -> int | None:
    """Return the last contact of a run that was cut where there is but one token."""
    if not run.meetings:
        return None
    return max(range(len(run.meetings)), key=lambda n: (run.meetings[n].end, n))


def _add_meetings(result: Expectations, way: Way) -> None:
    meetings = way.run.meetings
    for number, meeting in enumerate(meetings):
        if way.resumes and number == 0:
            continue
        before = None if meeting.after is None else meetings[meeting.after].moment.name
        is_first = meeting.after is None or (way.resumes and meeting.after == 0)
        wait = way.visits * meeting.wait + (way.age if is_first else 0.0)
        result.executions[meeting.moment] += way.visits
        result.waits[meeting.moment] += wait
        leg = result.legs[meeting.moment].setdefault(before, [0.0, 0.0])
        leg[0] += way.visits
        leg[1] += wait


def _add_case(result: Expectations, way: Way) -> None:
    new = way.run.meetings[1:] if way.resumes else way.run.meetings
    covered: float | None = 0.0 if way.resumes else None
    age = way.age if way.resumes else 0.0
    is_aged = way.resumes and way.state is not None and way.state.aged
    for meeting in sorted(new, key=lambda meeting: meeting.start):
        if covered is None:
            covered = meeting.start
        silence = max(meeting.start - covered, 0.0)
        result.wait += way.visits * silence + age
        result.journey += way.visits * max(meeting.end - covered, 0.0) + age
        if silence > _GAP or is_aged:
            result.gaps += way.visits
        age, is_aged = 0.0, False
        covered = max(covered, meeting.end)
    result.occupied += way.visits * occupied(way.run)
