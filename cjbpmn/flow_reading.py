"""Flow nodes and flows, pools and lanes, read from the elements of a document."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from cjbpmn import elements as bpmn
from cjbpmn.document import Document
from cjbpmn.elements import Element
from cjbpmn.findings import Finding, Severity
from cjbpmn.flow_nodes import EventDefinition, Flow, FlowNode, Lane, Loop, Participant
from cjbpmn.names import CJ, local_name, qualified
from cjbpmn.vocabulary import Direction

_GLOBAL_TASKS: Final = (
    "globalTask",
    "globalUserTask",
    "globalManualTask",
    "globalBusinessRuleTask",
    "globalScriptTask",
)
_KINDS: Final[Mapping[object, str]] = {
    qualified(f"bpmn:{kind}"): kind for kind in (*bpmn.FLOW_NODES, "laneSet")
}
"""What is looked for in a process, by its tag."""
_LANE_SETS: Final = (qualified("bpmn:laneSet"), qualified("bpmn:childLaneSet"))
_LANE: Final = qualified("bpmn:lane")
_MEMBER: Final = qualified("bpmn:flowNodeRef")
_SEQUENCE_FLOW: Final = qualified("bpmn:sequenceFlow")
_ASSOCIATION: Final = qualified("bpmn:association")
_MESSAGE_FLOW: Final = qualified("bpmn:messageFlow")
_EVENTS: Final = (
    "message",
    "timer",
    "signal",
    "error",
    "escalation",
    "compensate",
    "cancel",
    "conditional",
    "link",
    "terminate",
)
_STANDARD: Final = qualified("bpmn:standardLoopCharacteristics")
_SEVERAL: Final = qualified("bpmn:multiInstanceLoopCharacteristics")
_DEFINITIONS: Final[Mapping[str, str]] = {
    qualified(f"bpmn:{kind}EventDefinition"): kind for kind in _EVENTS
}
"""What an event waits for or throws, by its tag."""
_COMPENSATION: Final = qualified("bpmn:compensateEventDefinition")
_EXPRESSIONS: Final = tuple(
    qualified(f"bpmn:{name}") for name in ("timeDuration", "timeDate", "timeCycle", "condition")
)
_CONSTANT: Final = re.compile(r"\s*(?:=\s*|[$#]\{\s*)?([0-9]{1,400})(?:\.0+)?\s*\}?\s*")
"""A number, also as FEEL or the expression language of Java write it: ``= 4``, ``${4}``."""
_REFERENCE: Final = qualified("bpmn:eventDefinitionRef")
_TELLING: Final = (*_DEFINITIONS, _REFERENCE, _STANDARD, _SEVERAL, *_LANE_SETS)
"""What stands in an element and says more about it; few hold one of these."""


class FlowReader:
    """One walk over the definitions; processes first, so that flows find their ends.

    Parameters
    ----------
    document : Document
        A BPMN document; it stays untouched.

    Attributes
    ----------
    nodes, flows, participants, lanes : dict of str to FlowNode, Flow, Participant or Lane
        What was found, by id, in document order.
    handlers : dict of str to str
        By compensation boundary event, the activity that undoes what was done.
    global_tasks : set of str
        The tasks outside of all processes, which can be called.
    findings : list of Finding
        What is broken, and left out.

    Raises
    ------
    InvalidDocument
        If the document holds no process.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: dict[str, FlowNode] = {}
        self.flows: dict[str, Flow] = {}
        self.participants: dict[str, Participant] = {}
        self.lanes: dict[str, Lane] = {}
        self.handlers: dict[str, str] = {}
        self.global_tasks: set[str] = set()
        self.findings: list[Finding] = []
        self._pool_of: dict[str, str] = {}
        self._lane_of: dict[str, str] = {}
        self._is_enriched = CJ in document.source.namespaces.values()
        self._touchpoints: list[tuple[str, int, dict[str, str]]] = []
        self._telling: dict[Element, list[Element]] = {}
        self._sequence: list[Element] = []
        self._read()

    def _read(self) -> None:
        root = self.document.root
        processes = list(bpmn.children(root, "process"))
        collaborations = list(bpmn.children(root, "collaboration"))
        if not processes and not any(map(_has_participants, collaborations)):
            raise self.document.source.error("the model holds no process")
        process_ids = {process.get("id") for process in processes}
        self.global_tasks |= {task.get("id", "") for task in bpmn.children(root, *_GLOBAL_TASKS)}
        for participant in (p for c in collaborations for p in bpmn.children(c, "participant")):
            self._add_participant(participant, process_ids)
        self._find_telling()
        for process in processes:
            pool = self._pool_of.get(process.get("id", ""))
            self._add_lanes(process, process.get("id"), pool, None)
            self._sequence += process.iter(_SEQUENCE_FLOW)
            self._add_nodes(process, process.get("id"), pool, None, None)
        self._add_borders()
        self._add_flows(self._sequence, "sequence")
        for collaboration in collaborations:
            self._add_flows(collaboration.iterchildren(_MESSAGE_FLOW), "message")
        for node, number, declared in self._touchpoints:
            self._add_implied_flow(node, number, declared)
        self._report_duplicates()
        if _COMPENSATION in {one.tag for told in self._telling.values() for one in told}:
            for process in processes:
                self._add_handlers(process)

    def _find_telling(self) -> None:
        """Collect, by the elements in which they stand, event definitions, loops and lane sets."""
        for inside in self.document.root.iter(*_TELLING):
            said = self._shared_definition(inside) if inside.tag == _REFERENCE else inside
            if said is not None and (host := inside.getparent()) is not None:
                self._telling.setdefault(host, []).append(said)

    def _shared_definition(self, reference: Element) -> Element | None:
        """Return what an event refers to: a definition that stands outside of all processes."""
        found = _local_reference(reference.text, self._shared)
        return None if found is None else self._shared[found]

    @cached_property
    def _shared(self) -> dict[str | None, Element]:
        return {one.get("id"): one for one in self.document.root.iterchildren(*_DEFINITIONS)}

    def _add_handlers(self, process: Element) -> None:
        for association in process.iter(_ASSOCIATION):
            ends = [association.get(name, "") for name in ("sourceRef", "targetRef")]
            event, activity = (self.nodes.get(end) for end in ends)
            if event and activity and event.has_event("compensate") and activity.is_activity:
                self.handlers[event.id] = activity.id

    def _add_participant(self, element: Element, process_ids: set[str | None]) -> None:
        identifier = element.get("id")
        if identifier is None:
            self._report_left_out(element)
            return
        written = element.get("processRef")
        reference = _local_reference(written, process_ids)
        if reference is not None:
            self._pool_of.setdefault(reference, identifier)
        name = one_line(element.get("name"))
        elsewhere = written or None if reference is None else None
        self.participants.setdefault(
            identifier, Participant(identifier, name, reference, element.sourceline, elsewhere)
        )

    def _add_borders(self) -> None:
        """Add the borders of the pools, at which message flows may end."""
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

    def _add_lanes(
        self, holder: Element, process: str | None, pool: str | None, parent: str | None
    ) -> None:
        for lane_set in self._telling.get(holder, ()):
            for element in lane_set.iterchildren(_LANE):
                identifier = element.get("id")
                if identifier is None or identifier in self.lanes:
                    self._report_left_out(element)
                    continue
                name = one_line(element.get("name"))
                self.lanes[identifier] = Lane(
                    identifier, name, process, pool, parent, element.sourceline
                )
                for reference in element.iterchildren(_MEMBER):
                    # The innermost lane is visited last, and wins.
                    self._lane_of[(reference.text or "").strip()] = identifier
                self._add_lanes(element, process, pool, identifier)

    def _add_nodes(
        self,
        holder: Element,
        process: str | None,
        pool: str | None,
        scope: str | None,
        lane: str | None,
    ) -> None:
        nodes, lane_of = self.nodes, self._lane_of
        for element in holder.iterchildren("*"):
            kind = _KINDS.get(element.tag)
            if kind is None:
                continue
            if kind == "laneSet":
                if scope is not None:
                    self._add_lanes(holder, process, pool, lane)
                continue
            attributes = dict(element.items())
            if "{" in "".join(attributes):
                attributes = {name: text for name, text in attributes.items() if name[0] != "{"}
            identifier = attributes.get("id")
            if identifier is None or identifier in nodes:
                self._report_left_out(element)
                continue
            own_lane = lane_of.get(identifier, lane)
            telling = self._telling.get(element)
            nodes[identifier] = FlowNode(
                identifier,
                kind,
                one_line(attributes.get("name")),
                process,
                pool,
                own_lane,
                scope,
                () if telling is None else tuple(_event_definitions(telling)),
                attributes,
                _loop(telling) if telling is not None and kind in bpmn.ACTIVITIES else None,
                element.sourceline,
                _activation(element) if kind == "complexGateway" else None,
            )
            if self._is_enriched:
                for number, met in enumerate(bpmn.extensions(element, "touchpoint"), start=1):
                    self._touchpoints.append((identifier, number, dict(met.attrib)))
            if kind in bpmn.SUB_PROCESSES:
                self._add_nodes(element, process, pool, identifier, own_lane)

    def _add_flows(self, elements: Iterable[Element], kind: str) -> None:
        nodes, flows = self.nodes, self.flows
        for element in elements:
            identifier, name = element.get("id"), element.get("name")
            source, target = element.get("sourceRef"), element.get("targetRef")
            if source not in nodes:
                source = self._end(source)
            if target not in nodes:
                target = self._end(target)
            if identifier is None or source is None or target is None:
                self._report_dangling(element, kind, source, target)
                continue
            words, line = one_line(name) if name else "", element.sourceline
            flow = Flow(identifier, kind, source, target, words, False, None, None, line)
            if len(element):
                flow = self._with_content(flow, element)
            flows.setdefault(identifier, flow)

    def _with_content(self, flow: Flow, element: Element) -> Flow:
        """Return a flow with what stands in its element: a condition, or how people meet."""
        if bpmn.child(element, "conditionExpression") is not None:
            flow = flow._replace(conditional=True)
        touchpoint = bpmn.extension(element, "touchpoint")
        if touchpoint is None:
            return flow
        declared = dict(touchpoint.attrib)
        activity, source, target = declared.get("activity"), flow.source, flow.target
        if activity in self.nodes:
            # The flow stays docked to the pool in the drawing; people said which step it is.
            pool = self.nodes[activity].participant
            source, target = (activity if end == pool else end for end in (source, target))
        return flow._replace(
            source=source,
            target=target,
            channel=declared.get("channel"),
            direction=declared.get("direction"),
        )

    def _add_implied_flow(self, node: str, number: int, declared: Mapping[str, str]) -> None:
        """Add a contact of a node that meets the customer without a message flow."""
        activity = declared.get("activity", "")
        if activity not in self.nodes:
            return
        ends = activity, node
        source, target = ends if declared.get("direction") != Direction.TO_CUSTOMER else ends[::-1]
        channel, direction = declared.get("channel"), declared.get("direction")
        line = self.nodes[node].line
        # No id in a file has a colon, so that this one is nobody else's.
        identifier = node if number == 1 else f"{node}:{number}"
        flow = Flow(identifier, "message", source, target, "", False, channel, direction, line)
        self.flows.setdefault(identifier, flow)

    def _end(self, written: str | None) -> str | None:
        """Return which flow node or pool is meant by an end that is not the id of one."""
        if written is None:
            return None
        reference = _local_reference(written, self.nodes)
        if reference is not None:
            return reference
        lane = self.lanes.get(written)
        return lane.participant if lane else self._pool_of.get(written)

    def _report_dangling(
        self, element: Element, kind: str, source: str | None, target: str | None
    ) -> None:
        identifier = element.get("id")
        needed = {"source": source, "target": target, "id": identifier}
        missing = " and no ".join(name for name, found in needed.items() if found is None)
        self.findings.append(
            Finding(
                "dangling-flow",
                f"the {kind} flow has no {missing}; it is left out",
                (identifier,) if identifier else (),
                element.sourceline,
            )
        )

    def _report_left_out(self, element: Element) -> None:
        if element.get("id") is not None:
            return  # Another has the same: that is told of all of them together.
        name = one_line(element.get("name"))
        called = f'{local_name(element.tag)} "{name}"' if name else local_name(element.tag)
        message = f"the {called} has no id; it is left out, with what stands in it"
        self.findings.append(Finding("missing-id", message, line=element.sourceline))

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
    return " ".join(name.split()) if name else ""


def _has_participants(collaboration: Element) -> bool:
    return next(bpmn.children(collaboration, "participant"), None) is not None


def _local_reference(reference: str | None, known: Container[str | None]) -> str | None:
    """Resolve a QName: the prefix, if any, is that of the target namespace."""
    if reference is None:
        return None
    reference = reference.strip()
    if reference in known:
        return reference
    local = reference.rpartition(":")[2]
    return local if local in known else None


def _event_definitions(telling: Iterable[Element]) -> Iterator[EventDefinition]:
    for definition in telling:
        kind = _DEFINITIONS.get(str(definition.tag))
        if kind is None:
            continue
        reference = definition.get(f"{kind}Ref") or definition.get("activityRef")
        if not reference and kind == "link":
            reference = definition.get("name")
        text = next(definition.iterchildren(*_EXPRESSIONS), None) if len(definition) else None
        if text is None:
            yield EventDefinition(kind, reference or None)
        else:
            timer = local_name(text.tag) if kind == "timer" else None
            yield EventDefinition(kind, reference or None, timer, one_line(text.text) or None)


def _activation(element: Element) -> str | None:
    condition = bpmn.child(element, "activationCondition")
    return None if condition is None else one_line(condition.text) or None


def _loop(telling: Iterable[Element]) -> Loop | None:
    found = {one.tag: one for one in reversed([*telling])}
    if _STANDARD in found:
        return Loop("standard", _number_of_times(found[_STANDARD].get("loopMaximum")))
    several = found.get(_SEVERAL)
    if several is None:
        return None
    cardinality = bpmn.child(several, "loopCardinality")
    kind = "sequential" if several.get("isSequential") in {"true", "1"} else "parallel"
    return Loop(kind, _number_of_times(None if cardinality is None else cardinality.text))


def _number_of_times(text: str | None) -> int | None:
    """Return how often something is done; None where an engine has to tell, or it is never done."""
    match = _CONSTANT.fullmatch(text or "")
    return (int(match[1]) or None) if match else None
