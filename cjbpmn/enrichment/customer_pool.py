"""The customer's own pool: participant, process, lane and steps, and the drawing of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.diagram import Bounds, Diagram, Point, make_edge, make_shape, waypoints_of
from cjbpmn.document import Document
from cjbpmn.elements import Element, make
from cjbpmn.emotion_scale import describe_emotions, emotion_step
from cjbpmn.enrichment.collaboration import find_or_make_collaboration
from cjbpmn.enrichment.plan import Plan, PlannedContact, PlannedStep
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.enrichment.swimlane import LINE_HEIGHT, text_width
from cjbpmn.enrichment.swimlane_fit import SwimlaneFit
from cjbpmn.findings import Finding
from cjbpmn.names import local_name
from cjbpmn.vocabulary import Direction

_PLACEHOLDER = "__targetRef_placeholder"  # what bpmn-js itself calls the target that XSD wants


class CustomerPool:
    """Builds the customer's pool in the model and, where there is a diagram, in the drawing.

    Parameters
    ----------
    document : Document
        The document, without any earlier enrichment.
    plan : Plan
        What to build.
    record : EnrichmentRecord
        Through which everything is written.
    """

    def __init__(self, document: Document, plan: Plan, record: EnrichmentRecord) -> None:
        self.document = document
        self.plan = plan
        self.record = record
        self.words = lexicon.words(plan.language)
        self.collaboration, self.diagram = find_or_make_collaboration(document, plan, record)
        self.content: list[Element] = []
        self.shapes: list[Element] = []
        self.edges: list[Element] = []
        self._fit = SwimlaneFit(plan, self.diagram)
        self._lane = self._fit.lane

    def build(self) -> tuple[tuple[str, ...], Element]:
        """Write the pool.

        Returns
        -------
        customers : tuple of str
            The id of the participant.
        process : lxml element
            The customer's process.
        """
        if self.diagram is not None:
            for prefix in ("bpmndi", "dc", "di", "bioc", "color"):
                self.record.declare(prefix)
        participant, process = self._participant()
        categories = self._categories()
        self._flow_nodes(categories)
        self._phase_boxes(categories)
        if process.getparent() is None:
            process.extend(
                sorted(self.content, key=lambda one: bpmn.rank_of(process, local_name(one.tag)))
            )
            self.record.add(self.document.root, process)
        else:
            for child in self.content:
                self.record.add(process, child)
        self._message_flows(participant.get("id", ""))
        self._draw(participant)
        return (participant.get("id", ""),), process

    # The model, and the shape of each new element beside it.

    def _participant(self) -> tuple[Element, Element]:
        """Return the customer's participant and process, made where they are missing."""
        box = self.plan.black_box
        if box is None:
            process = self._new_process()
            participant = make(
                "bpmn:participant",
                id=self.record.free_id("CjParticipant"),
                name=self.plan.name,
                processRef=process.get("id", ""),
            )
            first = next(bpmn.children(self.collaboration, "participant"), None)
            index = None if first is None else self.collaboration.index(first)
            return self.record.add(self.collaboration, participant, index), process
        participant = self.document.element(box)
        known = self.plan.graph.participants[box].process
        if known is not None:
            return participant, self.document.element(known)
        process = self._new_process()
        self.record.change(participant, "processRef", process.get("id", ""))
        return participant, process

    def _new_process(self) -> Element:
        # Engines take a missing isExecutable for true.
        return make("bpmn:process", id=self.record.free_id("CjProcess"), isExecutable="false")

    def _categories(self) -> dict[str, str]:
        """Declare the phases as BPMN does: a category with one value a phase."""
        categories: dict[str, str] = {}
        if not self.plan.journey.phases:
            return categories
        category = make("bpmn:category", id=self.record.free_id("CjCategory"))
        for number, phase in enumerate(self.plan.journey.phases, start=1):
            identifier = self.record.free_id(f"CjCategoryValue_{number}")
            categories[phase.name] = identifier
            category.append(make("bpmn:categoryValue", id=identifier, value=phase.name))
        self.record.add(self.document.root, category)
        return categories

    def _flow_nodes(self, categories: dict[str, str]) -> None:
        """Make the start event, a task a step, the end event, and what belongs to them."""
        journey, words = self.plan.journey, self.words["swimlane"]
        names = journey.trigger or words["start"], journey.outcome or words["end"]
        start = make("bpmn:startEvent", id=self.record.free_id("CjStart"), name=names[0])
        tasks = []
        for planned in self.plan.steps:
            planned.host = self.record.free_id(f"CjActivity_{planned.order}")
            tasks.append(make("bpmn:task", id=planned.host, name=planned.step.do))
        end = make("bpmn:endEvent", id=self.record.free_id("CjEnd"), name=names[1])
        nodes = [start, *tasks, end]
        self._make_lane(nodes)
        self._sequence_flows(nodes, [self._lane.start, *self._lane.tasks, self._lane.end])
        for index, (task, planned) in enumerate(zip(tasks, self.plan.steps, strict=True)):
            category = categories.get(planned.step.phase or "")
            if category is not None:
                task.insert(0, _reference("bpmn:categoryValueRef", category))
            self._evidence(task, planned, index)
            self._note(planned, index)
            value = planned.emotion
            step = None if value is None else emotion_step(value)
            colours = None if step is None else (step.fill, step.stroke)
            self._shape(task, self._lane.tasks[index], colours=colours)
        self._shape(start, self._lane.start, label=_below(self._lane.start, names[0]))
        self._shape(end, self._lane.end, label=_below(self._lane.end, names[1]))
        self.content += nodes

    def _make_lane(self, nodes: Sequence[Element]) -> None:
        lane_set = make("bpmn:laneSet", id=self.record.free_id("CjLaneSet"))
        lane = make("bpmn:lane", id=self.record.free_id("CjLane"), name=self.plan.lane_name)
        lane.extend(_reference("bpmn:flowNodeRef", node.get("id", "")) for node in nodes)
        lane_set.append(lane)
        self.content.append(lane_set)
        self._shape(lane, self._lane.lane, horizontal=True)

    def _sequence_flows(self, nodes: Sequence[Element], places: Sequence[Bounds]) -> None:
        for number, (source, target) in enumerate(pairwise(nodes), start=1):
            flow = make(
                "bpmn:sequenceFlow",
                id=self.record.free_id(f"CjFlow_{number}"),
                sourceRef=source.get("id", ""),
                targetRef=target.get("id", ""),
            )
            source.append(_reference("bpmn:outgoing", flow.get("id", "")))
            # `incoming` comes first; a task has nothing else yet.
            target.insert(0, _reference("bpmn:incoming", flow.get("id", "")))
            self.content.append(flow)
            before, after = places[number - 1], places[number]
            self._edge(flow, ((before.right, before.centre[1]), (after.x, after.centre[1])))

    def _evidence(self, task: Element, planned: PlannedStep, index: int) -> None:
        """Show what the customer sees as data objects above the task."""
        if not planned.step.sees:
            return
        gives = any(contact.direction == Direction.FROM_CUSTOMER for contact in planned.contacts)
        top = self._lane.tasks[index].y
        holder = "" if gives else self.record.free_id(f"CjProperty_{planned.order}")
        if holder:
            task.append(make("bpmn:property", id=holder, name=_PLACEHOLDER))
        places = self._lane.evidence[index]
        for number, (seen, (icon, label)) in enumerate(
            zip(planned.step.sees, places, strict=True), 1
        ):
            suffix = f"{planned.order}_{number}"
            data = make("bpmn:dataObject", id=self.record.free_id(f"CjEvidenceData_{suffix}"))
            shown = make(
                "bpmn:dataObjectReference",
                id=self.record.free_id(f"CjEvidence_{suffix}"),
                name=seen.text,
                dataObjectRef=data.get("id", ""),
            )
            kind = "dataOutputAssociation" if gives else "dataInputAssociation"
            link = make(f"bpmn:{kind}", id=self.record.free_id(f"CjEvidenceLink_{suffix}"))
            if not gives:
                link.append(_reference("bpmn:sourceRef", shown.get("id", "")))
            link.append(_reference("bpmn:targetRef", holder or shown.get("id", "")))
            task.append(link)
            self.content += (data, shown)
            self._shape(shown, icon, label=_above(label, seen.text))
            x = min(
                max(icon.centre[0], self._lane.tasks[index].x + 8),
                self._lane.tasks[index].right - 8,
            )
            points = ((icon.centre[0], icon.bottom), (x, top))
            self._edge(link, points[::-1] if gives else points)

    def _note(self, planned: PlannedStep, index: int) -> None:
        """Say the emotion in words and a symbol, for those who do not see the colour."""
        place = self._lane.notes[index]
        if place is None:
            return
        note = make("bpmn:textAnnotation", id=self.record.free_id(f"CjEmotion_{planned.order}"))
        body = make("bpmn:text")
        body.text = "\n".join(describe_emotions(planned.step.feels, self.plan.language))
        note.append(body)
        link = make(
            "bpmn:association",
            id=self.record.free_id(f"CjEmotionLink_{planned.order}"),
            sourceRef=planned.host or "",
            targetRef=note.get("id", ""),
        )
        self.content += (note, link)
        self._shape(note, place)
        task = self._lane.tasks[index]
        self._edge(link, ((place.x, task.bottom), (place.x, place.y)))

    def _phase_boxes(self, categories: dict[str, str]) -> None:
        for number, box in enumerate(self._lane.phases, start=1):
            if box.phase not in categories:
                continue
            group = make(
                "bpmn:group",
                id=self.record.free_id(f"CjPhaseBox_{number}"),
                categoryValueRef=categories[box.phase],
            )
            self.content.append(group)
            self._shape(group, box.bounds, label=_centred(box.label, box.phase))

    def _message_flows(self, customer: str) -> None:
        routes = self._fit.routes()
        new = [
            (step, contact)
            for step in self.plan.steps
            for contact in step.contacts
            if contact.flow is None
        ]
        for number, (planned, contact) in enumerate(new, start=1):
            place = planned.contacts.index(contact)
            way = routes.get((planned.order, contact))
            if way is None and self.diagram is not None:
                # What is not drawn here cannot be the end of a line: the contact stands on it.
                planned.contacts[place] = replace(contact, flow=contact.other)
                continue
            flow = self._message_flow(number, planned, contact, customer)
            planned.contacts[place] = replace(contact, flow=flow.get("id"))
            if way is not None:
                label = _beside(way.label, planned.step.channel, left=way.label_left)
                self._edge(flow, way.points, label)

    def _message_flow(
        self, number: int, planned: PlannedStep, contact: PlannedContact, customer: str
    ) -> Element:
        ends = (planned.host or customer, contact.other)
        source, target = ends if contact.direction == Direction.FROM_CUSTOMER else ends[::-1]
        flow = make(
            "bpmn:messageFlow",
            id=self.record.free_id(f"CjTouchpoint_{number}"),
            sourceRef=source,
            targetRef=target,
        )
        if planned.step.channel:
            flow.set("name", planned.step.channel)
        return self.record.add(self.collaboration, flow)

    # The drawing.

    def _shape(
        self,
        element: Element,
        bounds: Bounds,
        *,
        horizontal: bool = False,
        label: Bounds | None = None,
        colours: tuple[str, str] | None = None,
    ) -> None:
        if self.diagram is not None:
            identifier = element.get("id", "")
            self.shapes.append(
                make_shape(identifier, bounds, horizontal=horizontal, label=label, colours=colours)
            )

    def _edge(self, element: Element, points: Sequence[Point], label: Bounds | None = None) -> None:
        if self.diagram is not None:
            self.edges.append(make_edge(element.get("id", ""), points, label))

    def _draw(self, participant: Element) -> None:
        """Put the shapes into the diagram: pool and lane first, lines last."""
        if self.diagram is None:
            self.plan.findings.append(
                Finding(
                    "no-diagram",
                    "the model has no diagram; the swimlane was added to the model, not drawn",
                )
            )
            return
        plane = self.diagram.plane
        identifier = participant.get("id", "")
        drawn = self.diagram.shape(identifier)
        if drawn is None:
            self.record.add(plane, make_shape(identifier, self._lane.pool, horizontal=True), 0)
        else:
            self._grow(self.diagram, identifier, drawn)
        lane, *shapes = self.shapes
        place = 1 if drawn is None else plane.index(drawn) + 1
        self.record.add(plane, lane, place)
        for one in (*shapes, *self.edges):
            self.record.add(plane, one, len(plane))

    def _grow(self, diagram: Diagram, identifier: str, shape: Element) -> None:
        """Give a black box the room of a swimlane, and keep its message flows docked to it."""
        pool = self._lane.pool
        for name, value in (
            ("x", pool.x),
            ("y", pool.y),
            ("width", pool.width),
            ("height", pool.height),
        ):
            self.record.change_number(shape, name, value, part="dc:Bounds")
        if shape.get("isExpanded") == "false":
            self.record.change(shape, "isExpanded", "true")
        graph = self.plan.graph
        for flow in graph.outgoing(identifier, "message"):
            self._dock(diagram.edge(flow.id), 0)
        for flow in graph.incoming(identifier, "message"):
            self._dock(diagram.edge(flow.id), -1)

    def _dock(self, edge: Element | None, end: int) -> None:
        """Let one end of a line meet the lower border of the pool."""
        points = waypoints_of(edge) if edge is not None else []
        if edge is None or not points:
            return
        pool = self._lane.pool
        waypoint = f"di:waypoint[{1 if end == 0 else len(points)}]"
        x = min(max(points[end][0], pool.x), pool.right)
        self.record.change_number(edge, "x", x, part=waypoint)
        self.record.change_number(edge, "y", pool.bottom, part=waypoint)


def _reference(name: str, identifier: str) -> Element:
    element = make(name)
    element.text = identifier
    return element


def _text_height(text: str, width: float) -> float:
    """Estimate how high a text is that a tool folds into a width."""
    # Tools write labels smaller than the names inside shapes.
    lines = max(1, -(-int(0.9 * text_width(text)) // int(width)))
    return lines * LINE_HEIGHT


def _below(event: Bounds, name: str) -> Bounds:
    width = 90.0
    return Bounds(event.centre[0] - width / 2, event.bottom + 6, width, _text_height(name, width))


def _above(place: Bounds, name: str) -> Bounds:
    """Let a label sit on the lower end of its place: next to the icon, whatever its height."""
    height = min(_text_height(name, place.width), place.height)
    return Bounds(place.x, place.bottom - height, place.width, height)


def _centred(place: Bounds, name: str) -> Bounds:
    width = min(place.width, text_width(name) + 10)
    return Bounds(place.centre[0] - width / 2, place.y, width, place.height)


def _beside(point: Point, name: str | None, *, left: bool) -> Bounds | None:
    if not name:
        return None
    width = text_width(name) + 4
    x = point[0] - width - 5 if left else point[0] + 5
    return Bounds(x, point[1], width, LINE_HEIGHT)
