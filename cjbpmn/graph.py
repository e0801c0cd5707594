"""ProcessGraph: the flow nodes and flows of a document as a networkx graph of ids.

Below this module there is XML; above it there are ids, numbers and words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import networkx as nx

from cjbpmn import elements as bpmn
from cjbpmn.dialects.bpsim import Simulation, read_simulation
from cjbpmn.dialects.vendors import VendorTimes, read_vendor_times
from cjbpmn.document import Document
from cjbpmn.elements import Element
from cjbpmn.findings import Finding, Severity
from cjbpmn.journey import Journey
from cjbpmn.journey.elements import journeys_of
from cjbpmn.names import CJ, local_name, qualified
from cjbpmn.vocabulary import Direction


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What an event waits for or throws.

    Parameters
    ----------
    kind : str
        ``message``, ``timer``, ``signal``, ``error``, ``escalation``, ``compensate``,
        ``cancel``, ``conditional``, ``link`` or ``terminate``.
    reference : str or None
        The id that it refers to (a message, signal, error, escalation or activity), or the name
        of a link.
    timer : str or None
        ``timeDuration``, ``timeDate`` or ``timeCycle``.
    expression : str or None
        The text of the timer or condition.
    """

    kind: str
    reference: str | None = None
    timer: str | None = None
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """How often an activity repeats itself.

    Parameters
    ----------
    kind : str
        ``standard``, ``parallel`` or ``sequential`` (the last two: multi-instance).
    maximum : int or None
        ``loopMaximum``, or the cardinality where it is a number.
    """

    kind: str
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class FlowNode:
    """An activity, event or gateway; or the border of a pool at which message flows end.

    Parameters
    ----------
    id : str
        Its BPMN id.
    type : str
        The BPMN element, such as ``userTask``; ``participant`` for the border of a pool.
    name : str
        Its name, white space folded; the empty string where it has none.
    process, participant, lane, scope : str or None
        The ids of the process, the pool, the innermost lane and the sub-process it stands in.
    events : tuple of EventDefinition
        What an event waits for or throws; empty for a plain one.
    attributes : mapping of str to str
        The BPMN attributes as they stand in the file.
    loop : Loop or None
        How an activity repeats itself.
    line : int or None
        Where it stands in the file.
    activation : str or None
        The condition on which a complex gateway lets a token pass.
    """

    id: str
    type: str
    name: str = ""
    process: str | None = None
    participant: str | None = None
    lane: str | None = None
    scope: str | None = None
    events: tuple[EventDefinition, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    loop: Loop | None = None
    line: int | None = None
    activation: str | None = None

    @property
    def is_activity(self) -> bool:
        """Whether it is a task, a sub-process or a call activity."""
        return self.type in bpmn.ACTIVITIES

    @property
    def is_event(self) -> bool:
        """Whether it is an event."""
        return self.type in bpmn.EVENTS

    @property
    def is_gateway(self) -> bool:
        """Whether it is a gateway."""
        return self.type in bpmn.GATEWAYS

    @property
    def is_sub_process(self) -> bool:
        """Whether other flow nodes can stand inside it."""
        return self.type in bpmn.SUB_PROCESSES

    @property
    def attached_to(self) -> str | None:
        """The activity on whose border a boundary event sits."""
        return self.attributes.get("attachedToRef")

    @property
    def interrupting(self) -> bool:
        """Whether a boundary event, or an event sub-process's start, ends what it interrupts."""
        name = "cancelActivity" if self.type == "boundaryEvent" else "isInterrupting"
        return self.attributes.get(name, "true") not in {"false", "0"}

    @property
    def triggered_by_event(self) -> bool:
        """Whether it is an event sub-process."""
        return self.attributes.get("triggeredByEvent") in {"true", "1"}

    def has_event(self, *kinds: str) -> bool:
        """Tell whether one of its event definitions is of one of these kinds."""
        return any(event.kind in kinds for event in self.events)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow or a message flow with both ends in the file.

    Parameters
    ----------
    id : str
        Its BPMN id; for a contact that is declared on a flow node, the id of that node.
    kind : str
        ``sequence`` or ``message``.
    source, target : str
        The ids of the flow nodes, or of the participant whose border it meets. A message flow
        that stays docked to the customer's pool while a customer activity is declared for it
        ends at that activity.
    name : str
        Its name, white space folded.
    conditional : bool
        Whether a sequence flow carries a condition.
    channel : str or None
        The way by which the two sides meet, as declared.
    direction : str or None
        As declared: ``from customer``, ``to customer`` or ``both``.
    line : int or None
        Where it stands in the file.
    """

    id: str
    kind: str
    source: str
    target: str
    name: str = ""
    conditional: bool = False
    channel: str | None = None
    direction: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """A pool: who takes part; `process` is None for a black box."""

    id: str
    name: str = ""
    process: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: who in a pool is responsible."""

    id: str
    name: str = ""
    process: str | None = None
    participant: str | None = None
    parent: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class ProcessGraph:
    """The flow nodes and flows of a document, by id, in document order.

    Parameters
    ----------
    nodes : mapping of str to FlowNode
        Every activity, event and gateway; and a node of type ``participant`` for each pool.
    flows : mapping of str to Flow
        Sequence and message flows whose two ends exist.
    participants, lanes : mapping of str to Participant or Lane
        The pools and lanes.
    customers : tuple of str
        The ids of the participants and lanes that the file declares to be the customer.
    journeys : tuple of Journey
        What people declared in the file; several where several personas stand side by side.
    findings : tuple of Finding
        What is broken in the model: flows without an end, ids used twice.
    path : str or None
        The file.
    handlers : mapping of str to str
        By compensation boundary event, the activity that undoes what was done.
    simulation : Simulation or None
        The times and probabilities that a simulation tool keeps in the file (BPSim).
    vendor : VendorTimes
        Those that vendors keep with an element, in words of their own.
    """

    nodes: Mapping[str, FlowNode]
    flows: Mapping[str, Flow]
    participants: Mapping[str, Participant]
    lanes: Mapping[str, Lane]
    customers: tuple[str, ...] = ()
    journeys: tuple[Journey, ...] = ()
    findings: tuple[Finding, ...] = ()
    path: str | None = None
    handlers: Mapping[str, str] = field(default_factory=dict)
    simulation: Simulation | None = None
    vendor: VendorTimes = field(default_factory=VendorTimes)

    @property
    def journey(self) -> Journey | None:
        """The only journey, or the first of several; None where there is none."""
        return next(iter(self.journeys), None)

    @cached_property
    def network(self) -> nx.MultiDiGraph[str]:
        """The graph itself: node and edge data as in `FlowNode` and `Flow`, edge key = flow id."""
        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for node in self.nodes.values():
            network.add_node(
                node.id,
                type=node.type,
                name=node.name,
                participant=node.participant,
                lane=node.lane,
                scope=node.scope,
            )
        for flow in self.flows.values():
            network.add_edge(
                flow.source,
                flow.target,
                key=flow.id,
                kind=flow.kind,
                name=flow.name,
                channel=flow.channel,
            )
        return network

    def outgoing(self, node: str, kind: str = "sequence") -> list[Flow]:
        """Return the flows of a kind that leave a node, in document order."""
        return self._by_end[0].get((node, kind), [])

    def incoming(self, node: str, kind: str = "sequence") -> list[Flow]:
        """Return the flows of a kind that enter a node, in document order."""
        return self._by_end[1].get((node, kind), [])

    def inside(self, scope: str) -> list[FlowNode]:
        """Return the flow nodes that stand directly in a sub-process."""
        return self._by_scope.get(scope, [])

    def attached(self, activity: str) -> list[FlowNode]:
        """Return the boundary events of an activity."""
        return self._by_host.get(activity, [])

    def desk(self, node: str) -> str:
        """Return the name of the lane, else of the pool, that holds a node; may be empty."""
        flow_node = self.nodes[node]
        lane = flow_node.lane
        while lane is not None:
            if self.lanes[lane].name:
                return self.lanes[lane].name
            lane = self.lanes[lane].parent
        participant = flow_node.participant
        return self.participants[participant].name if participant else ""

    def label(self, node: str) -> str:
        """Return what to call a node: its name, else its type and id."""
        flow_node = self.nodes[node]
        return flow_node.name or f"{flow_node.type} {flow_node.id}"

    @cached_property
    def _by_end(
        self,
    ) -> tuple[dict[tuple[str, str], list[Flow]], dict[tuple[str, str], list[Flow]]]:
        leaving: dict[tuple[str, str], list[Flow]] = {}
        entering: dict[tuple[str, str], list[Flow]] = {}
        for flow in self.flows.values():
            leaving.setdefault((flow.source, flow.kind), []).append(flow)
            entering.setdefault((flow.target, flow.kind), []).append(flow)
        return leaving, entering

    @cached_property
    def _by_scope(self) -> dict[str, list[FlowNode]]:
        found: dict[str, list[FlowNode]] = {}
        for node in self.nodes.values():
            if node.scope is not None:
                found.setdefault(node.scope, []).append(node)
        return found

    @cached_property
    def _by_host(self) -> dict[str, list[FlowNode]]:
        found: dict[str, list[FlowNode]] = {}
        for node in self.nodes.values():
            if node.type == "boundaryEvent" and node.attached_to:
                found.setdefault(node.attached_to, []).append(node)
        return found


def build_graph(document: Document) -> ProcessGraph:
    """Read the flow nodes and flows of a document into a graph of ids.

    Parameters
    ----------
    document : Document
        A BPMN document; it stays untouched.

    Returns
    -------
    ProcessGraph
        The graph. What is broken in the model is left out and listed under ``findings``.

    Raises
    ------
    InvalidDocument
        If the document holds no process.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> sorted(graph.lanes[lane].name for lane in graph.lanes)
    ['Sales', 'Warehouse']
    """
    return _Builder(document).build()


class _Builder:
    """One walk over the definitions; processes first, so that flows find their ends."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: dict[str, FlowNode] = {}
        self.flows: dict[str, Flow] = {}
        self.participants: dict[str, Participant] = {}
        self.lanes: dict[str, Lane] = {}
        self.pool_of: dict[str, str] = {}
        self.lane_of: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.is_enriched = CJ in document.source.namespaces.values()
        self.touchpoints: dict[str, dict[str, str]] = {}

    def build(self) -> ProcessGraph:
        root = self.document.root
        processes = list(bpmn.children(root, "process"))
        collaborations = list(bpmn.children(root, "collaboration"))
        if not processes and not any(map(_has_participants, collaborations)):
            raise self.document.source.error("the model holds no process")
        process_ids = {process.get("id") for process in processes}
        for participant in (p for c in collaborations for p in bpmn.children(c, "participant")):
            self._add_participant(participant, process_ids)
        for process in processes:
            pool = self.pool_of.get(process.get("id", ""))
            self._add_lanes(process, process.get("id"), pool, None)
            self._add_nodes(process, process.get("id"), pool, None, None)
        for one in self.participants.values():
            border = FlowNode(
                one.id,
                "participant",
                one.name,
                process=one.process,
                participant=one.id,
                line=one.line,
            )
            self.nodes.setdefault(one.id, border)
        for process in processes:
            for flow in process.iter(qualified("bpmn:sequenceFlow")):
                self._add_flow(flow, "sequence")
        for collaboration in collaborations:
            for flow in bpmn.children(collaboration, "messageFlow"):
                self._add_flow(flow, "message")
        for node, declared in self.touchpoints.items():
            self._add_implied_flow(node, declared)
        self._report_duplicates()
        journeys, customers = journeys_of(self.document)
        known = self.participants.keys() | self.lanes.keys()
        return ProcessGraph(
            self.nodes,
            self.flows,
            self.participants,
            self.lanes,
            customers=tuple(customer for customer in customers if customer in known),
            journeys=journeys,
            findings=tuple(self.findings),
            path=self.document.path,
            handlers=dict(self._handlers(processes)),
            simulation=read_simulation(root),
            vendor=read_vendor_times(root),
        )

    def _handlers(self, processes: list[Element]) -> Iterator[tuple[str, str]]:
        for process in processes:
            for association in process.iter(qualified("bpmn:association")):
                ends = [association.get(name, "") for name in ("sourceRef", "targetRef")]
                event, activity = (self.nodes.get(end) for end in ends)
                if event and activity and event.has_event("compensate") and activity.is_activity:
                    yield event.id, activity.id

    def _add_participant(self, element: Element, process_ids: set[str | None]) -> None:
        identifier = element.get("id")
        if identifier is None:
            return
        reference = _local_reference(element.get("processRef"), process_ids)
        if reference is not None:
            self.pool_of.setdefault(reference, identifier)
        self.participants.setdefault(
            identifier,
            Participant(identifier, one_line(element.get("name")), reference, element.sourceline),
        )

    def _add_lanes(
        self, holder: Element, process: str | None, pool: str | None, parent: str | None
    ) -> None:
        for lane_set in bpmn.children(holder, "laneSet", "childLaneSet"):
            for element in bpmn.children(lane_set, "lane"):
                identifier = element.get("id")
                if identifier is None or identifier in self.lanes:
                    continue
                name = one_line(element.get("name"))
                self.lanes[identifier] = Lane(
                    identifier, name, process, pool, parent, element.sourceline
                )
                for reference in bpmn.children(element, "flowNodeRef"):
                    # The innermost lane is visited last, and wins.
                    self.lane_of[(reference.text or "").strip()] = identifier
                self._add_lanes(element, process, pool, identifier)

    def _add_nodes(
        self,
        holder: Element,
        process: str | None,
        pool: str | None,
        scope: str | None,
        lane: str | None,
    ) -> None:
        for element in bpmn.children(holder):
            kind = local_name(element.tag)
            identifier = element.get("id")
            if kind == "laneSet" and scope is not None:
                self._add_lanes(holder, process, pool, lane)
            if kind not in bpmn.FLOW_NODES or identifier is None or identifier in self.nodes:
                continue
            own_lane = self.lane_of.get(identifier, lane)
            self.nodes[identifier] = FlowNode(
                identifier,
                kind,
                one_line(element.get("name")),
                process,
                pool,
                own_lane,
                scope,
                tuple(_event_definitions(element)),
                {key: value for key, value in element.attrib.items() if key[0] != "{"},
                _loop(element),
                element.sourceline,
                _activation(element) if kind == "complexGateway" else None,
            )
            touchpoint = bpmn.extension(element, "touchpoint") if self.is_enriched else None
            if touchpoint is not None:
                self.touchpoints[identifier] = dict(touchpoint.attrib)
            if kind in bpmn.SUB_PROCESSES:
                self._add_nodes(element, process, pool, identifier, own_lane)

    def _add_flow(self, element: Element, kind: str) -> None:
        identifier = element.get("id")
        ends = [self._end(element, attribute) for attribute in ("sourceRef", "targetRef")]
        source, target = ends
        if identifier is None or source is None or target is None:
            missing = " and no ".join(
                name for name, end in zip(("source", "target"), ends, strict=True) if end is None
            )
            self.findings.append(
                Finding(
                    "dangling-flow",
                    f"the {kind} flow has no {missing}; it is left out",
                    (identifier,) if identifier else (),
                    element.sourceline,
                )
            )
            return
        touchpoint = bpmn.extension(element, "touchpoint")
        declared: Mapping[str, str] = {} if touchpoint is None else dict(touchpoint.attrib)
        activity = declared.get("activity")
        if activity in self.nodes:
            # The flow stays docked to the pool in the drawing; people said which step it is.
            pool = self.nodes[activity].participant
            source, target = (activity if end == pool else end for end in (source, target))
        self.flows.setdefault(
            identifier,
            Flow(
                identifier,
                kind,
                source,
                target,
                one_line(element.get("name")),
                bpmn.child(element, "conditionExpression") is not None,
                declared.get("channel"),
                declared.get("direction"),
                element.sourceline,
            ),
        )

    def _add_implied_flow(self, node: str, declared: Mapping[str, str]) -> None:
        """Add the contact of a node that meets the customer without a message flow."""
        activity = declared.get("activity", "")
        if activity not in self.nodes:
            return
        ends = activity, node
        source, target = ends if declared.get("direction") != Direction.TO_CUSTOMER else ends[::-1]
        channel, direction = declared.get("channel"), declared.get("direction")
        line = self.nodes[node].line
        flow = Flow(node, "message", source, target, "", False, channel, direction, line)
        self.flows.setdefault(node, flow)

    def _end(self, element: Element, attribute: str) -> str | None:
        reference = _local_reference(element.get(attribute), self.nodes)
        if reference is not None:
            return reference
        lane = self.lanes.get(element.get(attribute, ""))
        process = element.get(attribute, "")
        return lane.participant if lane else self.pool_of.get(process)

    def _report_duplicates(self) -> None:
        for identifier, found in self.document.source.duplicates().items():
            lines = ", ".join(str(element.sourceline) for element in found)
            self.findings.append(
                Finding(
                    "duplicate-id",
                    f"{len(found)} elements share this id (lines {lines}); "
                    "the first is meant wherever it is named",
                    (identifier,),
                    found[0].sourceline,
                    Severity.ERROR,
                )
            )


def one_line(name: str | None) -> str:
    r"""Fold the white space and line breaks in a name.

    Parameters
    ----------
    name : str or None
        As it stands in the file.

    Returns
    -------
    str
        On one line.

    Examples
    --------
    >>> one_line("Order\n received ")
    'Order received'
    """
    return " ".join((name or "").split())


def _has_participants(collaboration: Element) -> bool:
    return next(bpmn.children(collaboration, "participant"), None) is not None


def _local_reference(reference: str | None, known: object) -> str | None:
    """Resolve a QName: the prefix, if any, is that of the target namespace."""
    if reference is None:
        return None
    reference = reference.strip()
    if reference in known:  # type: ignore[operator]
        return reference
    local = reference.rpartition(":")[2]
    return local if local in known else None  # type: ignore[operator]


def _event_definitions(element: Element) -> Iterator[EventDefinition]:
    for definition in bpmn.children(element):
        tag = local_name(definition.tag)
        if not tag.endswith("EventDefinition"):
            continue
        kind = tag.removesuffix("EventDefinition")
        references = (f"{kind}Ref", "activityRef", *(("name",) if kind == "link" else ()))
        reference = next(
            (definition.get(name) for name in references if definition.get(name)), None
        )
        text = next(
            bpmn.children(definition, "timeDuration", "timeDate", "timeCycle", "condition"), None
        )
        if text is None:
            yield EventDefinition(kind, reference)
        else:
            timer = local_name(text.tag) if kind == "timer" else None
            yield EventDefinition(kind, reference, timer, one_line(text.text) or None)


def _activation(element: Element) -> str | None:
    condition = bpmn.child(element, "activationCondition")
    return None if condition is None else one_line(condition.text) or None


def _loop(element: Element) -> Loop | None:
    standard = bpmn.child(element, "standardLoopCharacteristics")
    if standard is not None:
        return Loop("standard", _integer(standard.get("loopMaximum")))
    several = bpmn.child(element, "multiInstanceLoopCharacteristics")
    if several is None:
        return None
    cardinality = bpmn.child(several, "loopCardinality")
    kind = "sequential" if several.get("isSequential") in {"true", "1"} else "parallel"
    return Loop(kind, _integer(None if cardinality is None else cardinality.text))


def _integer(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None
