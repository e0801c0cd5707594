"""The structure of waiting: which contacts follow each other, and what lies between.

The network below has a node for each *moment* of a step: its run, the moments at which a
sub-process is entered and left, the moment of a reply. Every contact is one moment; everything
else is internal. A stretch is found by breadth-first search backwards from a contact through
internal moments: linear in its size, and no path is ever enumerated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import networkx as nx

from cjbpmn.contacts import Contact
from cjbpmn.graph import FlowNode
from cjbpmn.waiting.execution import THROWN, Execution, Scope, Step, is_timed


class Moment(NamedTuple):
    """A moment of a step: ``run``, ``in``, ``exit``, ``out``, ``reply``; ``meet`` of two steps."""

    key: str
    part: str = "run"

    @property
    def name(self) -> str:
        """What it is called where it ends a stretch."""
        return self.key if self.part in {"run", "in"} else f"{self.key}#{self.part}"


Neighbours: TypeAlias = dict[Moment, list[Moment]]


@dataclass(frozen=True, slots=True)
class Touch:
    """A moment in which the customer is involved.

    Parameters
    ----------
    contact : Contact
        How.
    before, after : bool
        Whether work of the same node belongs to the wait before or after it.
    """

    contact: Contact
    before: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """What lies before a contact: the structure of one stretch.

    Parameters
    ----------
    end : Moment
        The contact.
    starts : tuple of Moment
        The contacts before it.
    inside : tuple of Moment
        The internal moments between.
    body : tuple of str
        The flow nodes between, in document order.
    timed : tuple of str
        Those of them, and of its two ends, in which time can pass.
    is_open : bool
        Whether the process can also begin between: there may be no contact before.
    is_endless : bool
        Whether time can pass in a circle.
    handoffs : tuple of pairs of str
        Activities that follow each other in different lanes or pools.
    desks : tuple of str
        Who works on it, in order.
    """

    end: Moment
    starts: tuple[Moment, ...]
    inside: tuple[Moment, ...]
    body: tuple[str, ...]
    timed: tuple[str, ...]
    is_open: bool
    is_endless: bool
    handoffs: tuple[tuple[str, str], ...]
    desks: tuple[str, ...]


@dataclass(slots=True)
class Structure:
    """The network of moments, and the contacts in it.

    Parameters
    ----------
    execution : Execution
        What it was made from.
    contacts : mapping of str to Contact
        By flow node.
    own : frozenset of str
        The customer's flow nodes.
    network : networkx.DiGraph
        Moments, and what follows what.
    touches : dict of Moment to Touch
        The contacts.
    turn_of : dict of str to str
        By step, the catch event of which it is a part: a race that is the customer's turn.
    """

    execution: Execution
    contacts: Mapping[str, Contact]
    own: frozenset[str]
    network: nx.DiGraph[Moment] = field(default_factory=nx.DiGraph)
    touches: dict[Moment, Touch] = field(default_factory=dict)
    turn_of: dict[str, str] = field(default_factory=dict)
    _around: tuple[Neighbours, Neighbours] | None = None

    @property
    def around(self) -> tuple[Neighbours, Neighbours]:
        """What comes before each moment, and what after: of a network that is complete."""
        if self._around is None:
            self._around = (
                {moment: list(before) for moment, before in self.network.pred.items()},
                {moment: list(after) for moment, after in self.network.succ.items()},
            )
        return self._around

    def enter(self, key: str) -> list[Moment]:
        """Return the moments with which a step begins."""
        key = self.turn_of.get(key, key)
        step = self.execution.steps[key]
        if step.partners:
            return [meeting(key, partner) for partner in step.partners]
        first = Moment(key, "in")
        return [first if first in self.touches else Moment(key)]

    def leave(self, key: str) -> Moment:
        """Return the moment with which a step is done."""
        key = self.turn_of.get(key, key)
        for part in ("out", "exit", "reply"):
            if Moment(key, part) in self.network:
                return Moment(key, part)
        return Moment(key)

    def reach(self, end: Moment, order: Mapping[str, int]) -> Reach:
        """Collect what lies before a contact."""
        inside: dict[Moment, None] = {}
        starts: dict[Moment, None] = {}
        pred = self.around[0]
        is_open = not pred[end]
        queue = deque([end])
        while queue:
            for before in pred[queue.popleft()]:
                if before in self.touches:
                    starts[before] = None
                elif before not in inside:
                    inside[before] = None
                    is_open = is_open or not pred[before]
                    queue.append(before)
        steps = self.execution.steps
        body = sorted(
            {steps[m.key].node.id for m in inside if m.part != "meet"}, key=order.__getitem__
        )
        timed = {steps[m.key].node.id for m in inside if self.takes_time(m)}
        if self.touches[end].before:
            timed.add(steps[end.key].node.id)
        timed |= {steps[m.key].node.id for m in starts if self.touches[m].after}
        line = self._in_line(inside, order)
        view = self.network.subgraph(inside) if line is None else None
        return Reach(
            end,
            tuple(sorted(starts, key=lambda m: (order[steps[m.key].node.id], m))),
            tuple(inside),
            tuple(body),
            tuple(sorted(timed, key=order.__getitem__)),
            is_open,
            view is not None and self._has_circle(view),
            tuple(dict.fromkeys(self._handoffs(end, starts, inside))),
            tuple(dict.fromkeys(self._desks(view, order) if view else self._desks_in(line or ()))),
        )

    def _in_line(
        self, inside: Mapping[Moment, None], order: Mapping[str, int]
    ) -> list[Moment] | None:
        """Put moments in the order of the work, or of the document where that leaves a choice.

        None where they go round in a circle.
        """
        pred, succ = self.around
        number = {m: n for n, m in enumerate(inside)}
        open_ = {m: sum(one in inside for one in pred[m]) for m in inside}
        heap = [(self._rank(m, order), number[m], m) for m, count in open_.items() if not count]
        heapify(heap)
        line: list[Moment] = []
        while heap:
            moment = heappop(heap)[2]
            line.append(moment)
            for after in succ[moment]:
                if after in open_:
                    open_[after] -= 1
                    if not open_[after]:
                        heappush(heap, (self._rank(after, order), number[after], after))
        return line if len(line) == len(inside) else None

    def _rank(self, moment: Moment, order: Mapping[str, int]) -> int:
        step = self.execution.steps.get(moment.key)
        return 0 if step is None else order[step.node.id]

    def _desks_in(self, line: Iterable[Moment]) -> Iterator[str]:
        steps, graph = self.execution.steps, self.execution.graph
        for moment in line:
            if self._is_desk_work(moment) and (desk := graph.desk(steps[moment.key].node.id)):
                yield desk

    def takes_time(self, moment: Moment) -> bool:
        """Tell whether time can pass in a moment."""
        return moment.part == "run" and is_timed(self.execution.steps[moment.key])

    def _has_circle(self, view: nx.DiGraph[Moment]) -> bool:
        return any(
            any(map(self.takes_time, component))
            and (len(component) > 1 or any(view.has_edge(m, m) for m in component))
            for component in nx.strongly_connected_components(view)
        )

    def _is_desk_work(self, moment: Moment) -> bool:
        if moment.part != "run":
            return False
        step = self.execution.steps[moment.key]
        return step.node.is_activity and step.inner is None and step.node.id not in self.own

    def _handoffs(
        self, end: Moment, starts: Iterable[Moment], inside: Mapping[Moment, None]
    ) -> Iterator[tuple[str, str]]:
        for first in [*starts, *inside]:
            if not self._is_desk_work(first):
                continue
            seen = {first}
            queue = deque([first])
            while queue:
                for after in self.around[1][queue.popleft()]:
                    if after in seen or not (after == end or after in inside):
                        continue
                    seen.add(after)
                    if self._is_desk_work(after):
                        one, other = (self.execution.steps[m.key].node for m in (first, after))
                        if place(one) != place(other):
                            yield one.id, other.id
                    elif after != end:
                        queue.append(after)

    def _desks(self, view: nx.DiGraph[Moment], order: Mapping[str, int]) -> Iterator[str]:
        """Yield who works, in the order of the work; document order where there is none."""
        steps, graph = self.execution.steps, self.execution.graph
        condensed = nx.condensation(view)
        rank = {
            component: min(order[steps[m.key].node.id] for m in data["members"] if m.key in steps)
            if any(m.key in steps for m in data["members"])
            else 0
            for component, data in condensed.nodes(data=True)
        }
        for component in nx.lexicographical_topological_sort(condensed, key=rank.__getitem__):
            members = [m for m in condensed.nodes[component]["members"] if self._is_desk_work(m)]
            for m in sorted(members, key=lambda m: order[steps[m.key].node.id]):
                if desk := graph.desk(steps[m.key].node.id):
                    yield desk


def place(node: FlowNode) -> tuple[str | None, str | None]:
    """Return who has a node in hands: the pool and the lane.

    Parameters
    ----------
    node : FlowNode
        A flow node.

    Returns
    -------
    tuple of str or None
        The ids of the participant and of the lane.
    """
    return node.participant, node.lane


def meeting(one: str, other: str) -> Moment:
    """Return the moment at which two steps start together, whoever is named first.

    Parameters
    ----------
    one, other : str
        Keys of steps.

    Returns
    -------
    Moment
        The same for both.
    """
    return Moment(" & ".join(sorted((one, other))), "meet")


def build_structure(
    execution: Execution, contacts: Mapping[str, Contact], own: frozenset[str]
) -> Structure:
    """Build the network of moments.

    Parameters
    ----------
    execution : Execution
        The execution graph.
    contacts : mapping of str to Contact
        By flow node.
    own : frozenset of str
        The customer's flow nodes.

    Returns
    -------
    Structure
        With every contact and every implied edge.
    """
    return _Builder(Structure(execution, contacts, own)).build()


class _Builder:
    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.steps = structure.execution.steps
        self.scopes = structure.execution.scopes
        self.network = structure.network

    def build(self) -> Structure:
        for step in self.steps.values():
            self._find_turn(step)
        for step in self.steps.values():
            self._add_moments(step)
        for step in self.steps.values():
            self._add_edges(step)
        for scope in self.scopes.values():
            self._add_scope(scope)
        return self.structure

    def _find_turn(self, step: Step) -> None:
        """Make one contact of a race in which the customer's message is one of the runners."""
        if step.node.type != "eventBasedGateway":
            return
        runners = [target for _, target in step.exits]
        turn = next((key for key in runners if self._is_turn(self.steps[key])), None)
        if turn is not None:
            self.structure.turn_of.update(dict.fromkeys([step.key, *runners], turn))

    def _is_turn(self, step: Step) -> bool:
        contact = self.structure.contacts.get(step.node.id)
        return contact is not None and contact.turn

    def _add_moments(self, step: Step) -> None:
        key = step.key
        if self.structure.turn_of.get(key, key) != key:
            return
        run = Moment(key)
        self.network.add_node(run)
        if step.inner is not None:
            self.network.add_node(Moment(key, "exit"))
        elif step.handlers:
            for before, after in pairwise([run, *map(Moment, step.handlers), Moment(key, "exit")]):
                self._edge(before, after)
        if step.replies:
            self._edge(run, Moment(key, "reply"))
        contact = self.structure.contacts.get(step.node.id)
        if contact is not None:
            if contact.involvement.startswith("border"):
                self._add_border(step, contact)
            else:
                self._add_touch(step, contact)

    def _add_border(self, step: Step, contact: Contact) -> None:
        touches, key = self.structure.touches, step.key
        if contact.direction in {"in", "both"}:
            touches[Moment(key, "in")] = Touch(Contact("start", "in"))
            self._edge(Moment(key, "in"), Moment(key))
        if contact.direction in {"out", "both"}:
            touches[Moment(key, "out")] = Touch(Contact("end", "out"))
            self._edge(Moment(key, "exit"), Moment(key, "out"))

    def _add_touch(self, step: Step, contact: Contact) -> None:
        own = step.node.id in self.structure.own
        # What the customer receives from somebody in the drawing takes as long as that one takes.
        works = is_timed(step) and not ((step.awaits or step.partners) and own)
        self.structure.touches[Moment(step.key)] = Touch(
            contact,
            before=works and contact.involvement == "end",
            after=works and contact.involvement == "start",
        )
        if step.replies and (own or self._customer_replies(step)):
            reply = Contact("end", "out" if own else "in")
            self.structure.touches[Moment(step.key, "reply")] = Touch(reply)

    def _customer_replies(self, step: Step) -> bool:
        flows = self.structure.execution.graph.flows
        return any(flows[reply].source in self.structure.own for reply in step.replies)

    def _edge(self, before: Moment, after: Moment) -> None:
        self.network.add_edge(before, after)

    def _follow(self, before: str, after: str) -> None:
        for moment in self.structure.enter(after):
            self._edge(self.structure.leave(before), moment)

    def _add_edges(self, step: Step) -> None:
        turn_of = self.structure.turn_of
        if step.node.type == "eventBasedGateway" and step.key in turn_of:
            return
        for partner in step.partners:
            self._edge(meeting(step.key, partner), Moment(step.key))
        for _, target in step.exits:
            self._follow(step.key, target)
        for boundary in step.boundaries:
            self._add_boundary(step, self.steps[boundary])
        if step.catcher is not None:
            for moment in self.structure.enter(step.catcher):
                self._edge(Moment(step.key), moment)
        self._add_messages(step)

    def _add_messages(self, step: Step) -> None:
        # What an activity sends, it sends when its own work is done, not after the reply.
        sent = Moment(step.key) if step.replies else self.structure.leave(step.key)
        for flow, target in step.sends:
            receiver = self.steps[target]
            if flow in receiver.replies:
                self._edge(sent, Moment(target, "reply"))
            elif flow in receiver.awaits:
                for moment in self.structure.enter(target):
                    self._edge(sent, moment)

    def _add_boundary(self, host: Step, boundary: Step) -> None:
        kinds = {event.kind for event in boundary.node.events}
        if "compensate" in kinds:
            return
        targets = self.structure.enter(boundary.key)
        if host.inner is None:
            sources = [Moment(host.key)]
        elif kinds & set(THROWN):
            if any(step.catcher == boundary.key for step in self._content(host)):
                return
            sources = [Moment(host.key, "exit")]
        else:
            sources = [Moment(host.key), *self._running(host)]
        for source in sources:
            for target in targets:
                self._edge(source, target)

    def _content(self, holder: Step) -> list[Step]:
        return [] if holder.inner is None else self.structure.execution.content(holder.inner)

    def _running(self, holder: Step) -> list[Moment]:
        """Return the moments in which a scope can be interrupted."""
        return [
            Moment(self.structure.turn_of.get(step.key, step.key))
            for step in self._content(holder)
            if step.inner is None and (step.node.is_activity or is_timed(step))
        ]

    def _add_scope(self, scope: Scope) -> None:
        holder = None if scope.holder is None else self.steps[scope.holder]
        members = [self.steps[key] for key in scope.members]
        if holder is not None:
            entry, leave = Moment(holder.key), Moment(holder.key, "exit")
            starts = [*scope.starts, *scope.choices, *scope.triggered]
            for start in starts[:1] if scope.sequential else starts:
                for moment in self.structure.enter(start):
                    self._edge(entry, moment)
            if scope.sequential:
                for before, after in pairwise(starts):
                    self._follow(before, after)
            for step in members:
                if _is_last(step) and not (scope.sequential and step.key in starts[:-1]):
                    self._edge(self.structure.leave(step.key), leave)
        for key in scope.event_scopes:
            self._add_event_scope(scope, self.steps[key])

    def _add_event_scope(self, scope: Scope, inner: Step) -> None:
        """An event sub-process can begin whenever something in the scope around it runs."""
        for step in self.structure.execution.content(scope.key):
            inside = inner.key in {step.scope, step.key}
            begins = step.key in {*scope.starts, *scope.choices, *scope.triggered}
            if not inside and step.inner is None and (step.node.is_activity or begins):
                self._edge(self.structure.leave(step.key), Moment(inner.key))
        if scope.holder is not None:
            self._edge(Moment(inner.key, "exit"), Moment(scope.holder, "exit"))
            self._edge(Moment(scope.holder), Moment(inner.key))


def _is_last(step: Step) -> bool:
    if step.exits or step.node.triggered_by_event:
        return False
    if step.node.attributes.get("isForCompensation") in {"true", "1"}:
        return False
    if step.node.type == "boundaryEvent" and step.node.has_event("compensate"):
        return False
    return step.catcher is None or not step.node.has_event("error", "cancel")
