"""Many cases at once: a column of numbers for each question, a row for each case.

Where a model has one beginning, no loop, and nothing that depends on who comes first, every flow
node happens at most once in a case, and in one order. Then a flow node is played for all cases in
a few steps of array arithmetic. What does not fit is refused with a reason, and played token by
token instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from cjbpmn.distributions import Fixed
from cjbpmn.waiting.execution import Scope, Step
from cjbpmn.waiting.game import Game
from cjbpmn.waiting.runs import SEED
from cjbpmn.waiting.structure import Moment
from cjbpmn.waiting.tokens import Run

Hours: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.int64]

_CELLS: Final = 2_000_000
"""So many numbers are held for one question; of large models fewer cases are played."""
_MOST: Final = 10_000
_FEWEST: Final = 200
_DEEPEST: Final = 50
_NOBODY: Final = -1


class Refused(Exception):
    """The model cannot be played so; the words say why."""


@dataclass(slots=True)
class Column:
    """The tokens of all cases at one place.

    Parameters
    ----------
    there : array of bool
        In which cases there is one.
    time : array of float
        When it comes.
    since, last : array
        The end and the number of the last contact on its path.
    stay : array of int
        The number of the last stay on the path of the one that came last.
    """

    there: Mask
    time: Hours
    since: Hours
    last: Numbers
    stay: Numbers


@dataclass(slots=True)
class Met:
    """One contact in all cases: from when to when, after which, and where the time before went."""

    moment: Moment
    there: Mask
    start: Hours
    end: Hours
    since: Hours
    last: Numbers
    stay: Numbers


@dataclass(slots=True)
class Stayed:
    """One flow node at which time passed, in all cases."""

    node: str
    start: Hours
    end: Hours
    before: Numbers


@dataclass(slots=True)
class Crowd:
    """What happened in all cases.

    Parameters
    ----------
    number : int
        How many cases.
    meetings : list of Met
        The contacts.
    stays : list of Stayed
        Where time passed.
    work : list of pairs of array
        When internal activities ran; both are zero where they did not.
    worked : dict of int to array of bool
        By contact, in which cases internal work followed on it.
    absorbed : dict of int to array of bool
        By contact, in which cases a path after it met another with a later one.
    trail : dict of int to dict of str to array of bool
        By contact, which internal flow nodes came after it, and in which cases.
    stuck : array of bool
        In which cases something waits for ever.
    end : array of float
        When the last thing happened.
    warnings : dict of str to None
        What was doubtful.
    """

    number: int
    meetings: list[Met] = field(default_factory=list)
    stays: list[Stayed] = field(default_factory=list)
    work: list[tuple[Hours, Hours]] = field(default_factory=list)
    worked: dict[int, Mask] = field(default_factory=dict)
    absorbed: dict[int, Mask] = field(default_factory=dict)
    trail: dict[int, dict[str, Mask]] = field(default_factory=dict)
    stuck: Mask = field(default_factory=lambda: np.zeros(0, np.bool_))
    end: Hours = field(default_factory=lambda: np.zeros(0))
    warnings: dict[str, None] = field(default_factory=dict)


def refusal(game: Game) -> str | None:
    """Say why a model cannot be played for many cases at once.

    Parameters
    ----------
    game : Game
        The model.

    Returns
    -------
    str or None
        The reason, with the id of the flow node; None if it can.
    """
    return next(_obstacles(game), None)


def _obstacles(game: Game) -> Iterator[str]:
    if game.timings.calendars:
        yield "a calendar"
    for key in game.execution.processes[1:]:
        yield f"several processes: {key}"
    for scope in game.scopes.values():
        if scope.choices or scope.triggered or scope.event_scopes or scope.sequential:
            yield f"several ways to begin: {scope.key}"
    for step in game.steps.values():
        for what, is_so in _oddities(game, step):
            if is_so:
                yield f"{what}: {step.node.id}"
    if not nx.is_directed_acyclic_graph(game.structure.network):
        yield "a loop"


def _oddities(game: Game, step: Step) -> Iterator[tuple[str, object]]:
    node = step.node
    yield (
        "messages between flow nodes",
        step.awaits or step.replies or step.partners or step.sends,
    )
    yield (
        "something is interrupted or undone",
        step.boundaries or step.handlers or step.catcher or node.has_event("terminate"),
    )
    yield "something is repeated", node.loop is not None
    yield "a race", node.type in {"eventBasedGateway", "complexGateway"}
    yield "a condition", not node.is_gateway and step.key not in game.sure
    yield "a contact with content", step.inner is not None and Moment(step.key) in game.touches


def play_crowd(game: Game, number: int | None = None, seed: int = SEED) -> Crowd:
    """Play many cases at once.

    Parameters
    ----------
    game : Game
        A model of which `refusal` says nothing.
    number : int or None
        How many cases; by default, as the size allows.
    seed : int
        The same seed gives the same cases.

    Returns
    -------
    Crowd
        What happened in them.

    Raises
    ------
    Refused
        If two branches meet without a join, so that something happens twice in one case.
    """
    if number is None:
        number = min(_MOST, max(_FEWEST, _CELLS // max(len(game.steps), 1)))
    return _Player(game, Crowd(number), np.random.default_rng(seed)).play()


class _Player:
    def __init__(self, game: Game, crowd: Crowd, rng: np.random.Generator) -> None:
        self.game = game
        self.crowd = crowd
        self.rng = rng
        self.tokens: dict[str, Column] = {}
        crowd.stuck = np.zeros(crowd.number, np.bool_)
        crowd.end = np.zeros(crowd.number)

    def play(self) -> Crowd:
        number = self.crowd.number
        begin = Column(
            np.ones(number, np.bool_),
            np.zeros(number),
            np.zeros(number),
            np.full(number, _NOBODY),
            np.full(number, _NOBODY),
        )
        self.game.run = Run()
        scope = self.game.scopes[self.game.execution.processes[0]]
        self._scope(scope, begin, 0)
        self.crowd.warnings |= self.game.run.warnings
        return self.crowd

    def _scope(self, scope: Scope, entering: Column, depth: int) -> Column:
        """Play a scope; return the tokens with which it is left."""
        if depth > _DEEPEST:
            raise Refused("nested deeply")
        ends: list[Column] = []
        stuck = np.zeros(self.crowd.number, np.bool_)
        for step in self._in_order(scope):
            arriving = [self.tokens.pop(flow) for flow in step.entries if flow in self.tokens]
            if step.key in scope.starts:
                arriving.append(entering)
            if not arriving:
                continue
            came, waiting = self._arrive(step, arriving)
            stuck |= waiting
            if not came.there.any():
                continue
            self._visit(step, came)
            left = self._perform(step, came, depth)
            stuck |= came.there & ~left.there
            if not self._send_on(step, left):
                ends.append(left)
                np.maximum(self.crowd.end, left.time, out=self.crowd.end, where=left.there)
        self.crowd.stuck |= stuck
        if not ends:
            return Column(np.zeros_like(stuck), *self._copy(entering))
        leaving = self._meet(ends)
        leaving.there = leaving.there & ~stuck
        return leaving

    def _copy(self, column: Column) -> tuple[Hours, Hours, Numbers, Numbers]:
        return column.time.copy(), column.since.copy(), column.last.copy(), column.stay.copy()

    def _in_order(self, scope: Scope) -> list[Step]:
        network: nx.DiGraph[str] = nx.DiGraph()
        network.add_nodes_from(scope.members)
        for key in scope.members:
            network.add_edges_from((key, target) for _, target in self.game.steps[key].exits)
        return [self.game.steps[key] for key in nx.topological_sort(network)]

    # How tokens come together

    def _arrive(self, step: Step, arriving: list[Column]) -> tuple[Column, Mask]:
        nowhere = np.zeros(self.crowd.number, np.bool_)
        if len(arriving) == 1 and (step.node.type != "parallelGateway" or len(step.entries) == 1):
            return arriving[0], nowhere
        if step.node.type == "parallelGateway" and len(step.entries) > 1:
            complete = np.logical_and.reduce([column.there for column in arriving])
            if len(arriving) < len(step.entries):
                complete = nowhere
            some = np.logical_or.reduce([column.there for column in arriving])
            waiting = some & ~complete
            if waiting.any():
                self.crowd.warnings[f"deadlock:{step.node.id}"] = None
            came = self._meet(arriving)
            came.there = complete
            return came, waiting
        if sum(column.there.astype(np.int8) for column in arriving).max() > 1 and (  # type: ignore[union-attr]
            step.node.type != "inclusiveGateway"
        ):
            raise Refused(f"branches meet without a join: {step.node.id}")
        return self._meet(arriving), nowhere

    def _meet(self, columns: list[Column]) -> Column:
        """Let one token go on for all: at the latest time, after the latest contact."""
        first, *others = columns
        met = Column(first.there.copy(), *self._copy(first))
        for other in others:
            both = met.there & other.there
            self._absorb(met, other, both)
            later = other.there & (~met.there | (other.time > met.time))
            after = other.there & (
                ~met.there
                | (met.last == _NOBODY)
                | (
                    (other.last != _NOBODY)
                    & (
                        (other.since > met.since)
                        | ((other.since == met.since) & (other.last > met.last))
                    )
                )
            )
            met.stay = np.where(later, other.stay, met.stay)
            met.time = np.where(later, other.time, met.time)
            met.since = np.where(after, other.since, met.since)
            met.last = np.where(after, other.last, met.last)
            met.there = met.there | other.there
        return met

    def _absorb(self, one: Column, other: Column, both: Mask) -> None:
        differ = both & (one.last != other.last) & (one.last != _NOBODY) & (other.last != _NOBODY)
        if not differ.any():
            return
        newer = (other.since > one.since) | ((other.since == one.since) & (other.last > one.last))
        loser = np.where(newer, one.last, other.last)
        for number in np.unique(loser[differ]).tolist():
            found = self.crowd.absorbed.setdefault(number, np.zeros_like(both))
            found |= differ & (loser == number)

    # What is done at a step

    def _visit(self, step: Step, came: Column) -> None:
        if step.key in self.game.noticed:
            self._follow(step, came, is_work=step.key in self.game.timed)

    def _follow(self, step: Step, came: Column, *, is_work: bool, noticed: bool = True) -> None:
        """Note what goes on inside after a contact."""
        for number in np.unique(came.last[came.there]).tolist():
            if number == _NOBODY:
                continue
            here = came.there & (came.last == number)
            if noticed:
                trail = self.crowd.trail.setdefault(number, {})
                trail[step.node.id] = trail.get(step.node.id, False) | here
            if is_work:
                worked = self.crowd.worked.setdefault(number, np.zeros_like(here))
                worked |= here

    def _perform(self, step: Step, came: Column, depth: int) -> Column:
        node = step.node
        if step.inner is not None:
            return self._enter(step, came, depth)
        if node.is_gateway:
            return came
        if node.is_activity or node.type == "intermediateCatchEvent":
            return self._take_time(step, came)
        return self._touch(Moment(step.key), came)

    def _enter(self, step: Step, came: Column, depth: int) -> Column:
        inside = self._touch(Moment(step.key, "in"), came)
        left = self._scope(self.game.scopes[step.key], inside, depth + 1)
        return self._touch(Moment(step.key, "out"), left)

    def _touch(self, moment: Moment, came: Column) -> Column:
        """Make a momentary contact, if it is one."""
        return self._contact(moment, came, came.time) if moment in self.game.touches else came

    def _contact(self, moment: Moment, came: Column, end: Hours) -> Column:
        self.crowd.meetings.append(
            Met(moment, came.there, came.time, end, came.since, came.last, came.stay)
        )
        number = np.full(self.crowd.number, len(self.crowd.meetings) - 1)
        return Column(came.there, end, end, number, came.stay)

    def _take_time(self, step: Step, came: Column) -> Column:
        touch = self.game.touches.get(Moment(step.key))
        involvement = None if touch is None else touch.contact.involvement
        if involvement != "whole" and not step.node.is_activity:
            involvement = None if touch is None else "end"
        if involvement == "start":
            came = self._touch(Moment(step.key), came)
            self._follow(step, came, is_work=step.key in self.game.timed, noticed=False)
        elif involvement == "end" and step.node.is_activity:
            self._follow(step, came, is_work=True, noticed=False)
        end = came.time + self._hours(step)
        before = came
        if involvement == "whole":
            came = self._contact(Moment(step.key), came, end)
        if step.key in self.game.clocks:
            stay = np.full(self.crowd.number, len(self.crowd.stays))
            self.crowd.stays.append(Stayed(step.node.id, before.time, end, before.stay))
            came = Column(came.there, end, came.since, came.last, stay)
            if involvement != "whole" and step.node.is_activity and step.key in self.game.timed:
                there = came.there
                self.crowd.work.append((np.where(there, before.time, 0), np.where(there, end, 0)))
        return self._touch(Moment(step.key), came) if involvement == "end" else came

    def _hours(self, step: Step) -> Hours:
        clock = self.game.clocks.get(step.key)
        if clock is None:
            return np.zeros(self.crowd.number)
        if isinstance(clock, Fixed):
            return np.full(self.crowd.number, clock.hours)
        return clock.sample(self.rng, self.crowd.number)

    # Where tokens go

    def _send_on(self, step: Step, left: Column) -> bool:
        if not step.exits:
            return False
        for (flow, _), taken in zip(step.exits, self._ways(step), strict=True):
            there = left.there if taken is None else left.there & taken
            self.tokens[flow] = Column(there, left.time, left.since, left.last, left.stay)
        return True

    def _ways(self, step: Step) -> Iterable[Mask | None]:
        kind, number = step.node.type, len(step.exits)
        if number > 1 and kind == "exclusiveGateway":
            return self._one_of(step)
        if number > 1 and kind == "inclusiveGateway":
            return self._some_of(step)
        return [None] * number

    def _one_of(self, step: Step) -> list[Mask | None]:
        weights = self.game.weights(step)
        marks = np.cumsum(weights) / sum(weights)
        chosen = np.searchsorted(marks, self.rng.random(self.crowd.number), side="right")
        chosen = np.minimum(chosen, len(weights) - 1)
        return [chosen == index for index in range(len(weights))]

    def _some_of(self, step: Step) -> list[Mask | None]:
        chances, default = self.game.chances(step)
        number = self.crowd.number
        some = np.zeros(number, np.bool_)
        taken: list[Mask] = []
        for index, chance in enumerate(chances):
            if chance is None:
                taken.append(np.zeros(number, np.bool_))
                continue
            rest = [other for other in chances[index:] if other is not None]
            fails = float(np.prod([1 - other for other in rest]))
            is_last = len(rest) == 1
            least = 1.0 if fails >= 1 or is_last else min(chance / (1 - fails), 1.0)
            given = np.where(some | (default is not None), chance, least)
            taken.append(self.rng.random(number) < given)
            some |= taken[-1]
        if default is not None:
            taken[default] = ~some
        return list(taken)
