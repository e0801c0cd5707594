"""In which order the flow nodes of a model are played for many cases at once.

A *unit* is what is played together: a flow node; two that start together; the moment at which a
sub-process is left; the moment of a reply. Units stand in an order in which each comes after all
that leads to it, along sequence flows and messages alike. Of those that lead to each other in a
circle one comes first, and the others follow as if nothing led back to it; so whatever goes on in
a circle inside has come to its end before anything after it is played.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import networkx as nx

from cjbpmn.dated import Dated
from cjbpmn.waiting.crowd.rings import Ring, find_rings
from cjbpmn.waiting.crowd.sequence import put_in_order
from cjbpmn.waiting.crowd.unheard import find_unheard
from cjbpmn.waiting.execution import Scope, Step
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.structure import Moment

_MOST_INSTANCES: Final = 50
_SPLITS: Final = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})

Place: TypeAlias = tuple[str, str]
"""The key of a step, and which part of it: ``run``, ``out``, ``reply``."""


@dataclass(eq=False, slots=True)
class Unit:
    """What is played together.

    Parameters
    ----------
    part : str
        ``run``; ``out`` where a sub-process is left; ``reply`` where one is waited for.
    steps : list of Step
        The step, or the two that start together.
    circle : bool
        Whether a token can come here more than once.
    index : int
        Its place in the order.
    """

    part: str
    steps: list[Step]
    circle: bool = False
    index: int = -1

    @property
    def step(self) -> Step:
        """The first of its steps, and most often the only one."""
        return self.steps[0]


@dataclass(slots=True)
class Plan:
    """The units of a model, and where tokens and messages are brought to.

    Parameters
    ----------
    units : list of Unit
        In the order in which they are played.
    at : dict of Place to Unit
        By step and part.
    rooms : dict of pairs of str to Unit
        By message flow and receiver, where the message is waited for; only if it is.
    races : dict of str to str
        By step, the race that it takes part in.
    heads : dict of str to str
        By the step with which a block begins, the inclusive join that ends it; where other tokens
        could come to that as well.
    rings : dict of str to Ring
        By the step at which they are entered, the circles that are gone round in one go.
    noticed : set of str
        The steps of which it is noted who comes: those after which a case can end unheard.
    """

    units: list[Unit] = field(default_factory=list)
    at: dict[Place, Unit] = field(default_factory=dict)
    rooms: dict[tuple[str, str], Unit] = field(default_factory=dict)
    races: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    noticed: set[str] = field(default_factory=set)


def refusal(game: Game) -> str | None:
    """Say why a model cannot be played for many cases at once.

    Parameters
    ----------
    game : Game
        The model.

    Returns
    -------
    str or None
        The reason, with the id of the flow node; None if it can, as far as one sees beforehand.
    """
    return next(_obstacles(game), None)


def _obstacles(game: Game) -> Iterator[str]:
    if game.timings.calendars:
        yield "a calendar"
    if any(isinstance(clock, Dated) for clock in game.clocks.values()):
        yield "a date"
    for scope in game.scopes.values():
        if scope.event_scopes:
            yield f"an event sub-process: {scope.key}"
        if scope.sequential:
            yield f"one thing after another, in any order: {scope.key}"
    blocks = Blocks(game)
    for step in game.steps.values():
        for what, is_so in _oddities(game, blocks, step):
            if is_so:
                yield f"{what}: {step.node.id}"


def _oddities(game: Game, blocks: Blocks, step: Step) -> Iterator[tuple[str, object]]:
    node, steps = step.node, game.steps
    flows = [*step.awaits, *step.replies]
    yield "a signal", any(flow.startswith("signal ") for flow in flows)
    yield "something is undone", step.handlers
    yield "several could meet one", step.partners and not _is_pair(game, step)
    yield "a complex join", node.type == "complexGateway" and len(step.entries) > 1
    yield "a contact with content", step.inner is not None and Moment(step.key) in game.touches
    if node.loop is not None:
        most = node.loop.maximum or 1
        again = game.timings.repeats.get(node.id) if node.loop.kind == "standard" else most > 1
        yield "content is repeated", step.inner and again
        yield "very many instances", node.loop.kind != "standard" and most > _MOST_INSTANCES
    timed = [key for key in step.boundaries if key in game.clocks]
    waits = step.awaits or step.partners or step.replies or step.key in game.patience
    yield "a message interrupts", any(steps[key].awaits for key in step.boundaries)
    yield "a clock against content", timed and step.inner
    yield "a clock against a message", timed and (waits or node.loop)
    if step.catcher is not None:
        yield "something goes on beside it", not steps[step.catcher].node.interrupting
    if node.type == "eventBasedGateway":
        runners = [steps[target] for _, target in step.exits]
        shared = any(runner.awaits and len(runner.entries) > 1 for runner in runners)
        yield "a race with more ways in", shared
        yield "a race with content", any(runner.inner or runner.partners for runner in runners)
        yield "a race with others", any(runner.key in game.patience for runner in runners)
    if node.type == "inclusiveGateway" and len(step.entries) > 1:
        lost = blocks.head(step) is None and splitting(game, game.scopes[step.scope])
        yield "an inclusive join that not all come to", lost and not is_reached(game, step)


def _is_pair(game: Game, step: Step) -> bool:
    """Tell whether two steps have but each other to start together with."""
    partners = set(step.partners)
    return len(partners) == 1 and set(game.steps[next(iter(partners))].partners) == {step.key}


def is_reached(game: Game, join: Step) -> bool:
    """Tell whether every token that can still come to a join does, whatever happens.

    Parameters
    ----------
    game : Game
        The model.
    join : Step
        An inclusive join.

    Returns
    -------
    bool
        True where no way to it leads anywhere else.
    """
    scope = game.scopes[join.scope]
    before: dict[str, list[str]] = {}
    for key in scope.members:
        for follower in _following(game.steps[key]):
            before.setdefault(follower, []).append(key)
    seen: set[str] = set()
    pending = list(before.get(join.key, ()))
    while pending:
        key = pending.pop()
        if key == join.key:
            return False
        if key not in seen:
            seen.add(key)
            pending += before.get(key, ())
    return _closed(game, seen, join.key)


def _closed(game: Game, region: set[str], end: str) -> bool:
    """Tell whether whatever is in a region comes to its end."""
    for key in region:
        step = game.steps[key]
        follow = _following(step)
        if not follow or step.catcher or not region.issuperset(set(follow) - {end}):
            return False
    return True


class Blocks:
    """The blocks of a model that inclusive joins end.

    Parameters
    ----------
    game : Game
        The model.
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.before: dict[str, dict[str, list[str]]] = {}
        self.heads: dict[str, dict[str, str]] = {}

    def head(self, join: Step) -> str | None:
        """Find the step with which a block begins.

        Parameters
        ----------
        join : Step
            The inclusive join with which it ends.

        Returns
        -------
        str or None
            The key of the step: whatever comes to the join comes from there, and nothing that
            does goes anywhere else. None if there is no such step, or if tokens can come out of
            nowhere.
        """
        if join.scope not in self.before:
            self._look_at(join.scope)
        head = self.heads[join.scope].get(join.key)
        if not head or head == join.key:
            return None
        before = self.before[join.scope]
        region = {head}
        pending = list(before.get(join.key, ()))
        while pending:
            key = pending.pop()
            if key == join.key:
                return None
            if key not in region:
                region.add(key)
                pending += before.get(key, ())
        return head if _closed(self.game, region, join.key) else None

    def _look_at(self, scope_key: str) -> None:
        """Find what comes before each step of a scope, and what it cannot be reached without."""
        scope, steps = self.game.scopes[scope_key], self.game.steps
        before: dict[str, list[str]] = {}
        network: nx.DiGraph[str] = nx.DiGraph()
        spawns = False
        for key in scope.members:
            for follower in _following(steps[key]):
                before.setdefault(follower, []).append(key)
                network.add_edge(key, follower)
            boundaries = steps[key].boundaries
            spawns = spawns or any(not steps[one].node.interrupting for one in boundaries)
        starts = [*scope.starts, *scope.choices, *scope.triggered]
        network.add_edges_from(("", start) for start in starts)
        self.before[scope_key] = before
        self.heads[scope_key] = {}
        if starts and not spawns and len(scope.starts) + bool(scope.choices) < 2:  # noqa: PLR2004
            self.heads[scope_key] = nx.immediate_dominators(network, "")


def _waits(unit: Unit) -> bool:
    """Tell whether somebody waits for somebody else where a unit is played."""
    step = unit.step
    waits = len(unit.steps) > 1 or unit.part == "reply" or bool(step.awaits)
    return waits or step.node.type in {"parallelGateway", "eventBasedGateway"}


def _following(step: Step) -> list[str]:
    return [*(target for _, target in step.exits), *step.boundaries]


def splitting(game: Game, scope: Scope) -> bool:
    """Tell whether there can be several tokens at once in a scope.

    Parameters
    ----------
    game : Game
        The model.
    scope : Scope
        One of its scopes.

    Returns
    -------
    bool
        True where it has several beginnings, or where a token can become two.
    """
    if len(scope.starts) + bool(scope.choices) > 1:
        return True
    for key in scope.members:
        step = game.steps[key]
        if len(step.exits) > 1 and (not step.node.is_gateway or step.node.type in _SPLITS):
            return True
        if any(not game.steps[boundary].node.interrupting for boundary in step.boundaries):
            return True
    return False


def make_plan(game: Game) -> Plan:
    """Find the units of a model, and put them in order.

    Parameters
    ----------
    game : Game
        A model of which `refusal` says nothing.

    Returns
    -------
    Plan
        Its units and ways.
    """
    return _Planner(game).make()


class _Planner:
    def __init__(self, game: Game) -> None:
        self.game = game
        self.steps = game.steps
        self.plan = Plan()

    def make(self) -> Plan:
        plan = self.plan
        for step in self.steps.values():
            self._add_units(step)
            if step.node.type == "eventBasedGateway":
                plan.races.update((target, step.key) for _, target in step.exits)
        for step in self.steps.values():
            self._add_rooms(step)
        blocks = Blocks(self.game)
        for step in self.steps.values():
            if step.node.type == "inclusiveGateway" and len(step.entries) > 1:
                head = blocks.head(step)
                if head is not None:
                    plan.heads[head] = step.key
        plan.rings = {
            key: ring
            for key, ring in find_rings(self.game).items()
            if not any(step.key in plan.heads for step in ring.steps)
        }
        self._put_in_order()
        plan.noticed = self.game.noticed & find_unheard(self.game.structure)
        return plan

    def _put_in_order(self) -> None:
        units = list(dict.fromkeys(self.plan.at.values()))
        for index, unit in enumerate(units):
            unit.index = index
        after: list[dict[int, None]] = [{} for _ in units]
        inside = {step.key for ring in self.plan.rings.values() for step in ring.steps}
        for key, ring in self.plan.rings.items():
            own = {step.key for step in ring.steps}
            ways = (target for gate in ring.gates.values() for _, target in gate.step.exits)
            out = (self.plan.at[target, "run"].index for target in ways if target not in own)
            after[self.plan.at[key, "run"].index].update(dict.fromkeys(out))
        for step in self.steps.values():
            if step.key in inside:
                continue
            for before, following in self._edges(step):
                after[before.index][following.index] = None
        found, circular = put_in_order([list(one) for one in after], list(map(_waits, units)))
        self.plan.units = [units[index] for index in found]
        for unit, circle in zip(units, circular, strict=True):
            unit.circle = circle
        for index, unit in enumerate(self.plan.units):
            unit.index = index

    def _add_units(self, step: Step) -> None:
        at = self.plan.at
        other = at.get((step.partners[0], "run")) if step.partners else None
        if other is None:
            at[step.key, "run"] = Unit("run", [step])
        else:
            other.steps.append(step)
            at[step.key, "run"] = other
        if step.inner is not None:
            at[step.key, "out"] = Unit("out", [step])
        if step.replies:
            at[step.key, "reply"] = Unit("reply", [step])

    def _add_rooms(self, step: Step) -> None:
        for flow, target in step.sends:
            receiver = self.steps[target]
            if flow in receiver.replies:
                self.plan.rooms[flow, target] = self.plan.at[target, "reply"]
            elif flow in receiver.awaits:
                race = self.plan.races.get(target, target)
                self.plan.rooms[flow, target] = self.plan.at[race, "run"]

    def _sent(self, step: Step) -> Unit:
        """Return the unit in which a step sends its messages."""
        part = "out" if step.inner is not None else "run"
        return self.plan.at[step.key, part]

    def _left(self, step: Step) -> Unit:
        """Return the unit from which tokens go on."""
        return self.plan.at[step.key, "reply"] if step.replies else self._sent(step)

    def _edges(self, step: Step) -> Iterator[tuple[Unit, Unit]]:
        at, left, sent = self.plan.at, self._left(step), self._sent(step)
        run = at[step.key, "run"]
        for flow, target in step.sends:
            room = self.plan.rooms.get((flow, target))
            if room is not None:
                yield sent, room
        if step.replies:
            yield sent, left
        for _, target in step.exits:
            yield left, at[target, "run"]
        for boundary in step.boundaries:
            yield sent, at[boundary, "run"]
        if step.catcher is not None:
            yield run, at[step.catcher, "run"]
        scope = self.game.scopes[step.scope]
        if scope.holder is not None and not step.exits:
            yield left, at[scope.holder, "out"]
        if step.inner is not None:
            inner = self.game.scopes[step.inner]
            for start in (*inner.starts, *inner.choices, *inner.triggered):
                yield run, at[start, "run"]
            yield run, sent
