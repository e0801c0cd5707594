"""The structure of waiting: the moments of a model, and which of them are contacts.

The network below has a node for each *moment* of a step: its run, the moments at which a
sub-process is entered and left, the moment of a reply. Every contact is one moment; everything
else is internal. What lies between contacts is read off it in `cjbpmn.waiting.reaches`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import networkx as nx

from cjbpmn.contacts import Contact
from cjbpmn.waiting.circles import number_circles
from cjbpmn.waiting.execution import THROWN, Execution, Scope, Step


class Moment(NamedTuple):
    """A moment of a step: ``run``, ``in``, ``exit``, ``out``, ``reply``; ``meet`` of two steps.

    ``armed`` is the work on something that ends in a contact, as long as it can be interrupted.

    Two more stand for whatever goes on in a scope, however deep inside: ``during``, while it runs,
    and ``worked``, when it is done.
    """

    key: str
    part: str = "run"

    @property
    def name(self) -> str:
        """What it is called where it ends a stretch."""
        return self.key if self.part in {"run", "in"} else f"{self.key}#{self.part}"


class Touch(NamedTuple):
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


@dataclass
class Structure:
    """The network of moments, and the contacts in it.

    Moments are numbered, and what follows what is told in numbers: large models have hundreds of
    thousands of them.

    Parameters
    ----------
    execution : Execution
        What it was made from.
    contacts : mapping of str to Contact
        By flow node.
    own : frozenset of str
        The customer's flow nodes.
    numbers : dict of Moment to int
        The moments, in the order of their numbers.
    before, after : list of list of int
        By number, the moments that come right before and right after.
    touches : dict of Moment to Touch
        The contacts.
    turn_of : dict of str to str
        By step, the catch event of which it is a part: a race that is the customer's turn.
    """

    execution: Execution
    contacts: Mapping[str, Contact]
    own: frozenset[str]
    numbers: dict[Moment, int] = field(default_factory=dict)
    before: list[list[int]] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)
    touches: dict[Moment, Touch] = field(default_factory=dict)
    turn_of: dict[str, str] = field(default_factory=dict)

    @cached_property
    def network(self) -> nx.DiGraph[Moment]:
        """Moments, and what follows what, as a networkx graph."""
        network: nx.DiGraph[Moment] = nx.DiGraph()
        network.add_nodes_from(self.numbers)
        moments = list(self.numbers)
        network.add_edges_from(
            (moment, moments[after])
            for moment, following in zip(moments, self.after, strict=True)
            for after in following
        )
        return network

    @cached_property
    def circles(self) -> list[list[Moment]]:
        """The sets of several moments that can come after each other, both ways round."""
        members: defaultdict[int, list[Moment]] = defaultdict(list)
        for moment, circle in zip(self.numbers, number_circles(self.after), strict=True):
            members[circle].append(moment)
        return [circle for circle in members.values() if len(circle) > 1]

    @cached_property
    def _touched(self) -> set[int]:
        return {self.numbers[moment] for moment in self.touches}

    @cached_property
    def _unanswered(self) -> set[int]:
        """The moments after which no contact can come, found from the contacts backwards."""
        found = set(range(len(self.before)))
        pending = [*self._touched]
        while pending:
            for one in self.before[pending.pop()]:
                if one in found:
                    found.discard(one)
                    pending.append(one)
        return found

    def is_answered(self, moment: Moment) -> bool:
        """Tell whether a contact can come after another one.

        Parameters
        ----------
        moment : Moment
            A contact.

        Returns
        -------
        bool
            The same one again, after something else, is an answer too: the question comes back.
        """
        number = self.numbers[moment]
        return any(
            one in self._touched or one not in self._unanswered
            for one in self.after[number]
            if one != number
        )

    def takes_time(self, moment: Moment) -> bool:
        """Tell whether time can pass in a moment."""
        return moment.part == "run" and self.execution.steps[moment.key].is_timed


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
    """Adds the moments of all steps first, so that each edge finds its two ends."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.steps = structure.execution.steps
        self.scopes = structure.execution.scopes
        self.caught = structure.execution.caught
        self.contacts = structure.contacts
        self.turn_of = structure.turn_of
        self.numbers = structure.numbers
        self.before, self.after = structure.before, structure.after
        # Of most steps the run is the only moment, and so the first and the last one.
        self.runs: dict[str, int] = {}
        self.first: dict[str, tuple[int, ...]] = {}
        self.last: dict[str, int] = {}

    def build(self) -> Structure:
        steps = self.steps.values()
        for step in steps:
            if step.node.type == "eventBasedGateway":
                self._find_turn(step)
        for step in steps:
            if self.turn_of.get(step.key, step.key) == step.key:
                self._add_moments(step)
        self._share_turns()
        for step in steps:
            self._add_edges(step)
        for scope in self.scopes.values():
            self._add_scope(scope)
        self._follow_once()
        return self.structure

    def _follow_once(self) -> None:
        """Leave out what follows on the same moment twice."""
        for number, others in enumerate(self.before):
            if len(others) > 1 and len(once := dict.fromkeys(others)) < len(others):
                self.before[number] = [*once]
                for one in once:
                    self.after[one] = [*dict.fromkeys(self.after[one])]

    def _share_turns(self) -> None:
        """Let all parts of a race begin and end where its one contact does."""
        for key, turn in self.turn_of.items():
            if key != turn:
                self.first[key] = self.first.get(turn) or (self._run(turn),)
                self.last[key] = self.last[turn] if turn in self.last else self._run(turn)

    def _number(self, moment: Moment) -> int:
        """Return the number of a moment, which is added where it is missing."""
        number = self.numbers.setdefault(moment, len(self.after))
        if number == len(self.after):
            self.before.append([])
            self.after.append([])
        return number

    def _run(self, key: str) -> int:
        number = self.runs.get(key)
        if number is None:
            number = self.runs[key] = self.numbers[Moment(key)] = len(self.after)
            self.before.append([])
            self.after.append([])
        return number

    def _edge(self, before: int, after: int) -> None:
        self.after[before].append(after)
        self.before[after].append(before)

    def _find_turn(self, gate: Step) -> None:
        """Make one contact of a race in which the customer's message is one of the runners."""
        runners = [target for _, target in gate.exits]
        turn = next((key for key in runners if self._is_turn(self.steps[key])), None)
        if turn is not None:
            self.turn_of.update(dict.fromkeys([gate.key, *runners], turn))

    def _is_turn(self, step: Step) -> bool:
        contact = self.contacts.get(step.node.id)
        return contact is not None and contact.turn

    def _add_moments(self, step: Step) -> None:
        """Add the moments of a step, and note those in which it begins and ends."""
        key = step.key
        first = last = run = self._run(key)
        if step.inner is not None:
            last = self._number(Moment(key, "exit"))
        elif step.handlers:
            last = self._number(Moment(key, "exit"))
            for before, after in pairwise([run, *map(self._run, step.handlers), last]):
                self._edge(before, after)
        if step.replies:
            reply = self._number(Moment(key, "reply"))
            self._edge(run, reply)
            last = reply if last == run else last
        contact = self.contacts.get(step.node.id)
        if contact is not None:
            if contact.involvement.startswith("border"):
                first, last = self._add_border(key, contact, (first, last))
            else:
                self._add_touch(step, contact)
        if step.partners:
            meetings = [meeting(key, partner) for partner in step.partners]
            self.first[key] = tuple(map(self._number, meetings))
        elif step.boundaries and contact is not None and contact.involvement == "end":
            # What interrupts it does so before the customer is involved: the wait goes on.
            self.first[key] = (first, self._number(Moment(key, "armed")))
        else:
            self.first[key] = (first,)
        self.last[key] = last

    def _add_border(self, key: str, contact: Contact, ends: tuple[int, int]) -> tuple[int, int]:
        """Add the moments of meeting on the border of a sub-process: they are its ends now."""
        touches = self.structure.touches
        first, last = ends
        if contact.direction in {"in", "both"}:
            touches[Moment(key, "in")] = Touch(Contact("start", "in"))
            first = self._number(Moment(key, "in"))
            self._edge(first, self._run(key))
        if contact.direction in {"out", "both"}:
            touches[Moment(key, "out")] = Touch(Contact("end", "out"))
            last = self._number(Moment(key, "out"))
            self._edge(self._number(Moment(key, "exit")), last)
        return first, last

    def _add_touch(self, step: Step, contact: Contact) -> None:
        own = step.node.id in self.structure.own
        # What the customer receives from somebody in the drawing takes as long as that one takes.
        works = step.is_timed and not ((step.awaits or step.partners) and own)
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

    def _follow(self, before: int, after: str) -> None:
        """Let the first moments of a step follow on another moment."""
        for one in self.first[after]:
            self.after[before].append(one)
            self.before[one].append(before)

    def _add_edges(self, step: Step) -> None:
        key = step.key
        if key in self.turn_of and step.node.type == "eventBasedGateway":
            return
        for partner in step.partners:
            self._edge(self._number(meeting(key, partner)), self._run(key))
        last = self.last[key]
        for _, target in step.exits:
            self._follow(last, target)
        for boundary in step.boundaries:
            self._add_boundary(step, self.steps[boundary])
        if step.catcher is not None:
            self._follow(last, self._handler(step.catcher))
        if step.sends:
            self._add_messages(step)

    def _add_messages(self, step: Step) -> None:
        # What an activity sends, it sends when its own work is done, not after the reply.
        sent = self._run(step.key) if step.replies else self.last[step.key]
        for flow, target in step.sends:
            receiver = self.steps[target]
            if flow in receiver.replies:
                self._edge(sent, self._number(Moment(target, "reply")))
            elif flow in receiver.awaits and receiver.node.type == "receiveTask":
                # It is done with the message; what interrupts it comes before that.
                self._edge(sent, self.first[target][0])
            elif flow in receiver.awaits:
                self._follow(sent, target)

    def _handler(self, catcher: str) -> str:
        """Return what begins with a catcher: it, or the event sub-process that it begins."""
        step = self.steps[catcher]
        holder = self.scopes[step.scope].holder
        return catcher if step.node.type == "boundaryEvent" or holder is None else holder

    def _add_boundary(self, host: Step, boundary: Step) -> None:
        kinds = {event.kind for event in boundary.node.events}
        if "compensate" in kinds:
            return
        if host.inner is None:
            sources = [self.numbers.get(Moment(host.key, "armed"), self._run(host.key))]
        elif kinds & set(THROWN):
            if boundary.key in self.caught:
                return
            sources = [self._number(Moment(host.key, "exit"))]
        else:
            sources = [self._run(host.key), self._anything("during", host.inner)]
        for source in sources:
            self._follow(source, boundary.key)

    def _anything(self, part: str, scope: str) -> int:
        """Return the moment that stands for whatever goes on in a scope, and in those inside.

        Were all of it tied to each border around it, edges would grow with the square of depth.
        """
        found = self._number(Moment(scope, part))
        pending = [] if self.before[found] else [scope]
        while pending:
            around = self._number(Moment(pending[-1], part))
            for key in self.scopes[pending.pop()].members:
                step = self.steps[key]
                if step.inner is not None:
                    self._edge(self._number(Moment(step.inner, part)), around)
                    if not self.before[self.numbers[Moment(step.inner, part)]]:
                        pending.append(step.inner)
                elif part == "worked" and step.node.is_activity:
                    self._edge(self.last[key], around)
                elif part == "during" and (step.node.is_activity or step.is_timed):
                    self._edge(self._run(self.turn_of.get(key, key)), around)
        return found

    def _add_scope(self, scope: Scope) -> None:
        if scope.holder is not None:
            entry = self._run(scope.holder)
            leave = self._number(Moment(scope.holder, "exit"))
            starts = [*scope.starts, *scope.choices, *scope.triggered]
            for start in starts[:1] if scope.sequential else starts:
                self._follow(entry, start)
            if scope.sequential:
                for before, after in pairwise(starts):
                    self._follow(self.last[before], after)
            not_last = set(starts[:-1]) if scope.sequential else set()
            for key in scope.members:
                if _is_last(self.steps[key]) and key not in not_last:
                    self._edge(self.last[key], leave)
        for key in scope.event_scopes:
            self._add_event_scope(scope, self.steps[key])

    def _add_event_scope(self, scope: Scope, inner: Step) -> None:
        """An event sub-process can begin whenever something in the scope around it runs."""
        begun = self._run(inner.key)
        if scope.holder is not None:
            done = self._number(Moment(inner.key, "exit"))
            self._edge(done, self._number(Moment(scope.holder, "exit")))
        members = () if inner.inner is None else self.scopes[inner.inner].members
        if not self.caught.isdisjoint(members):
            return  # It begins where something is thrown, and only there.
        begins = {*scope.starts, *scope.choices, *scope.triggered}
        for step in map(self.steps.__getitem__, scope.members):
            if step.inner is not None and step is not inner:
                self._edge(self._anything("worked", step.inner), begun)
            elif step.inner is None and (step.node.is_activity or step.key in begins):
                self._edge(self.last[step.key], begun)
        if scope.holder is not None:
            self._edge(self._run(scope.holder), begun)


def _is_last(step: Step) -> bool:
    if step.exits or step.node.triggered_by_event:
        return False
    if step.node.attributes.get("isForCompensation") in {"true", "1"}:
        return False
    if step.node.type == "boundaryEvent" and step.node.has_event("compensate"):
        return False
    return step.catcher is None or not step.node.has_event("error", "cancel")
