"""What there is to draw in a model: which things stand in what, and which lines join them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from cjbpmn import elements as bpmn
from cjbpmn.elements import Element
from cjbpmn.graph import Flow, FlowNode, ProcessGraph
from cjbpmn.names import local_name, qualified

_DATA: Final = ("dataObjectReference", "dataStoreReference")
_PARAMETERS: Final = ("dataInput", "dataOutput")


@dataclass(frozen=True, slots=True)
class Extra:
    """A data object, data store, input, output or text annotation."""

    id: str
    kind: str
    text: str
    scope: str


@dataclass(frozen=True, slots=True)
class Link:
    """A line: ``sequence``, ``message``, ``data`` or ``association``."""

    id: str
    kind: str
    source: str
    target: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group, and the flow nodes that say that they belong to it."""

    id: str
    name: str
    members: tuple[str, ...]


@dataclass(slots=True)
class Scope:
    """A process or a sub-process: the flow nodes and the other things directly in it."""

    id: str
    nodes: list[FlowNode] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)


@dataclass(slots=True)
class Content:
    """Everything that is drawn on one plane.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    root : lxml element
        ``bpmn:definitions``.

    Attributes
    ----------
    shown : lxml element or None
        The collaboration, else the process, that the plane is of.
    pools : list of (participant, process or None)
        The pools from above; a process outside all pools has the empty string for one.
    scopes : dict of str to Scope
        By the id of the process or sub-process; what is outside comes before what is inside.
    extras : dict of str to Extra
        By id; those of the collaboration have the empty string for a scope.
    links : list of Link
        Lines whose two ends are drawn; an association may end at a line.
    groups : list of Group
        All groups.
    lanes : list of str
        The lanes of the processes; those in sub-processes are left out.
    """

    graph: ProcessGraph
    root: Element
    shown: Element | None = None
    pools: list[tuple[str, str | None]] = field(default_factory=list)
    scopes: dict[str, Scope] = field(default_factory=dict)
    extras: dict[str, Extra] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)
    _shown: set[str | None] = field(default_factory=set)

    def __post_init__(self) -> None:
        collaborations = list(bpmn.children(self.root, "collaboration"))
        counts = [len(list(bpmn.children(one, "participant"))) for one in collaborations]
        if any(counts):
            self.shown = collaborations[counts.index(max(counts))]
        else:
            self.shown = next(bpmn.children(self.root, "process", "collaboration"), None)
        self._find_scopes()
        self._find_pools()
        self._find_lines()
        self._find_groups()

    @property
    def holders(self) -> Iterator[Element]:
        """The processes, and the collaboration where there is one."""
        yield from bpmn.children(self.root, "process")
        if self.shown is not None and local_name(self.shown.tag) == "collaboration":
            yield self.shown

    def host(self, identifier: str) -> str:
        """Return the activity on whose border an event sits; anything else is its own host."""
        node = self.graph.nodes.get(identifier)
        if node is None or node.type != "boundaryEvent":
            return identifier
        host = self.graph.nodes.get(node.attached_to or "")
        is_there = host is not None and host.is_activity and host.scope == node.scope
        return host.id if host is not None and is_there else identifier

    def can_be_drawn(self, node: FlowNode) -> bool:
        """Tell whether the tools draw a node: an event on the border of nothing they do not."""
        return node.type != "boundaryEvent" or node.attached_to in self.graph.nodes

    def scope_of(self, identifier: str) -> str:
        """Return the process or sub-process in which something stands."""
        if identifier in self.extras:
            return self.extras[identifier].scope
        node = self.graph.nodes.get(identifier)
        if node is None or node.type == "participant":
            return ""
        return node.scope or node.process or ""

    def _find_scopes(self) -> None:
        for process in bpmn.children(self.root, "process"):
            identifier = process.get("id")
            if identifier is not None:
                self.scopes.setdefault(identifier, Scope(identifier))
        for node in self.graph.nodes.values():
            if node.type == "participant":
                continue
            if node.is_sub_process and self.graph.inside(node.id):
                self.scopes.setdefault(node.id, Scope(node.id))
            scope = self.scopes.get(node.scope or node.process or "")
            if scope is not None and self.host(node.id) == node.id and self.can_be_drawn(node):
                scope.nodes.append(node)
        for holder in self.holders:
            is_process = local_name(holder.tag) == "process"
            for element in holder.iter(etree.Element):
                self._add_extra(element, is_process=is_process)

    def _add_extra(self, element: Element, *, is_process: bool) -> None:
        kind, parent = local_name(element.tag), element.getparent()
        if kind in _PARAMETERS and parent is not None:
            # Those of an activity are not shown.
            parent = parent.getparent()
            if parent is None or local_name(parent.tag) != "process":
                return
        elif kind not in _DATA and kind != "textAnnotation":
            return
        identifier = element.get("id")
        scope = "" if parent is None or not is_process else parent.get("id", "")
        is_known = identifier in self.extras or identifier in self.graph.nodes
        if identifier is None or is_known or (is_process and scope not in self.scopes):
            return
        text = element.get("name") or ""
        if kind == "textAnnotation":
            body = bpmn.child(element, "text")
            text = "" if body is None else "".join(body.itertext())
        extra = Extra(identifier, kind, text.strip(), scope)
        self.extras[identifier] = extra
        if scope:
            self.scopes[scope].extras.append(extra)

    def _find_pools(self) -> None:
        processes = [one for one in bpmn.children(self.root, "process") if one.get("id")]
        for one in processes:
            for holder in bpmn.children(one, "laneSet"):
                self._add_lanes(holder)
        if self.shown is None:
            return
        used: set[str | None] = set()
        for participant in bpmn.children(self.shown, "participant"):
            identifier = participant.get("id", "")
            known = self.graph.participants.get(identifier)
            if known is None or identifier in self._shown:
                continue
            self._shown.add(identifier)
            process = known.process if known.process not in used else None
            used.add(process)
            self.pools.append((identifier, process))
        for one in processes:
            scope = self.scopes[one.get("id", "")]
            if scope.id not in used and (scope.nodes or scope.extras):
                used.add(scope.id)
                self.pools.append(("", scope.id))

    def _add_lanes(self, holder: Element) -> None:
        for lane in bpmn.children(holder, "lane"):
            identifier = lane.get("id", "")
            if identifier in self.graph.lanes and identifier not in self.lanes:
                self.lanes.append(identifier)
            for inner in bpmn.children(lane, "childLaneSet"):
                self._add_lanes(inner)

    def _find_lines(self) -> None:
        graph = self.graph
        ends: dict[str, tuple[str, str]] = {}
        for holder in self.holders:
            for flow in holder.iter(qualified("bpmn:messageFlow")):
                ends.setdefault(flow.get("id", ""), (_end(flow, "source"), _end(flow, "target")))
        for one in graph.flows.values():
            if self._is_shown(one) and (
                one.kind == "sequence" or ends.get(one.id) == (one.source, one.target)
            ):
                self.links.append(Link(one.id, one.kind, one.source, one.target, one.name))
        lines = {link.id: link.kind for link in self.links}
        taken = lines.keys() | graph.nodes.keys() | self.extras.keys()
        for holder in self.holders:
            for link in self._associations(holder, lines):
                if link.id and link.id not in taken:
                    taken |= {link.id}
                    self.links.append(link)

    def _is_shown(self, flow: Flow) -> bool:
        """Tell whether the tools draw a flow: between nodes of one process, or between pools."""
        source, target = self.graph.nodes.get(flow.source), self.graph.nodes.get(flow.target)
        if source is None or target is None or flow.id == flow.source:
            return False
        if not (self.can_be_drawn(source) and self.can_be_drawn(target)):
            return False
        if flow.kind == "sequence":
            is_node = "participant" not in {source.type, target.type}
            return is_node and source.process == target.process
        return source.participant in self._shown and target.participant in self._shown

    def _associations(self, holder: Element, lines: dict[str, str]) -> Iterator[Link]:
        graph, is_process = self.graph, local_name(holder.tag) == "process"
        shapes = graph.nodes.keys() | self.extras.keys() | graph.participants.keys()
        shapes |= set(self.lanes)
        # The tools draw what belongs to a process before they draw message flows.
        shapes |= {one for one, kind in lines.items() if kind == "sequence" or not is_process}
        for element in holder.iter(
            qualified("bpmn:association"),
            qualified("bpmn:dataInputAssociation"),
            qualified("bpmn:dataOutputAssociation"),
        ):
            kind, identifier = local_name(element.tag), element.get("id", "")
            if kind == "association":
                source, target = _end(element, "source"), _end(element, "target")
                if source in shapes and target in shapes and source != target:
                    yield Link(identifier, "association", source, target)
                continue
            parent = element.getparent()
            node = "" if parent is None else parent.get("id", "")
            is_input = kind == "dataInputAssociation"
            said = bpmn.child(element, "sourceRef" if is_input else "targetRef")
            data = _local("" if said is None else said.text)
            if node in graph.nodes and data in self.extras:
                ends = (data, node) if is_input else (node, data)
                yield Link(identifier, "data", *ends)

    def _find_groups(self) -> None:
        members: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        for value in self.root.iter(qualified("bpmn:categoryValue")):
            names[value.get("id", "")] = value.get("value", "")
        for said in self.root.iter(qualified("bpmn:categoryValueRef")):
            parent = said.getparent()
            identifier = "" if parent is None else parent.get("id", "")
            if identifier in self.graph.nodes:
                members.setdefault(_local(said.text), []).append(identifier)
        for holder in self.holders:
            for element in holder.iter(qualified("bpmn:group")):
                named = _local(element.get("categoryValueRef"))
                if element.get("id") is not None:
                    inside = tuple(members.get(named, ()))
                    self.groups.append(Group(element.get("id", ""), names.get(named, ""), inside))


def _end(element: Element, name: str) -> str:
    return _local(element.get(f"{name}Ref"))


def _local(reference: str | None) -> str:
    """Return the id that a reference names; a prefix is that of the target namespace."""
    return (reference or "").strip().rpartition(":")[2]
