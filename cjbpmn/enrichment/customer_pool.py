"""The customer's own pool: participant, process and lanes, and the drawing of them."""

from __future__ import annotations

from dataclasses import replace

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.diagram import Bounds, Diagram, Point, waypoints_of
from cjbpmn.document import Document
from cjbpmn.elements import Element, make
from cjbpmn.emotion_scale import SCALE
from cjbpmn.enrichment.collaboration import find_or_make_collaboration
from cjbpmn.enrichment.customer_lane import SIGNAVIO, CustomerLane, Ends, Sheet
from cjbpmn.enrichment.planned import Plan, PlannedContact, PlannedJourney, PlannedStep
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.enrichment.swimlane_fit import SwimlaneFit
from cjbpmn.findings import Finding
from cjbpmn.names import local_name
from cjbpmn.vocabulary import Direction

_ROUND = 60.0  # what is smaller than this may be round, and is met in the middle


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
        self.collaboration, self.diagram = find_or_make_collaboration(document, plan, record)
        self._fit = self._make_fit()
        is_signavio = SIGNAVIO in document.root.nsmap.values()
        self.sheet = Sheet(self.diagram is not None, self._fit.is_upright, is_signavio)

    def _make_fit(self) -> SwimlaneFit:
        return SwimlaneFit(self.plan, self.diagram)

    def build(self) -> tuple[tuple[str, ...], Element]:
        """Write the pool.

        Returns
        -------
        customers : tuple of str
            The id of the participant.
        process : lxml element
            The customer's process.
        """
        self._declare()
        participant, process = self._participant()
        content = self._lanes()
        if process.getparent() is None:
            process.extend(
                sorted(content, key=lambda one: bpmn.rank_of(process, local_name(one.tag)))
            )
            self.record.add(self.document.root, process)
        else:
            for child in content:
                self.record.add(process, child)
        for planned in self.plan.journeys:
            self._message_flows(planned, participant.get("id", ""))
        self._draw(participant)
        return (participant.get("id", ""),), process

    def _declare(self) -> None:
        if self.diagram is not None:
            for prefix in ("bpmndi", "dc", "di", "bioc", "color"):
                self.record.declare(prefix)

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
            process = self.document.element(known)
            if process.get("isExecutable") != "false":
                # An empty process is nothing to run; with the steps in it, an engine would try.
                self.record.change(process, "isExecutable", "false")
            return participant, process
        process = self._new_process()
        self.record.change(participant, "processRef", process.get("id", ""))
        return participant, process

    def _new_process(self) -> Element:
        # Engines take a missing isExecutable for true.
        return make("bpmn:process", id=self.record.free_id("CjProcess"), isExecutable="false")

    def _lanes(self) -> list[Element]:
        """Make a lane for each journey, and return what goes into the process."""
        lane_set = make("bpmn:laneSet", id=self.record.free_id("CjLaneSet"))
        content = [lane_set]
        for planned, places in zip(self.plan.journeys, self._fit.swimlane.lanes, strict=True):
            made = CustomerLane(planned, places, self.record, self.sheet, self._ends())
            if made.categories is not None:
                self.record.add(self.document.root, made.categories)
            lane_set.append(made.lane)
            content += made.content
        return content + self._legend()

    def _legend(self) -> list[Element]:
        """Say what the colours mean, each step of the scale in its own."""
        words = lexicon.words(self.plan.language)["emotion"]
        notes = []
        for number, (step, place) in enumerate(
            zip(SCALE.values(), self._fit.legend, strict=False), start=1
        ):
            note = make("bpmn:textAnnotation", id=self.record.free_id(f"CjLegend_{number}"))
            body = make("bpmn:text")
            body.text = f"{step.symbol} {step.number} {words[str(step.value)]}"
            note.append(body)
            notes.append(note)
            self.sheet.shape(note, place, colours=(step.fill, step.stroke))
        return notes

    def _ends(self) -> Ends:
        # Of several start events in one process, each must say when it is the one.
        return Ends.CONDITIONAL if len(self.plan.journeys) > 1 else Ends.PLAIN

    def _message_flows(self, planned: PlannedJourney, customer: str) -> None:
        routes = self._fit.routes()
        for number, (step, place, contact) in enumerate(planned.new_contacts(), start=1):
            way = routes.get((planned.number, step.order, contact))
            if way is None and self.diagram is not None:
                # What is not drawn here cannot be the end of a line: the contact stands on it.
                step.contacts[place] = replace(contact, flow=contact.other)
                continue
            identifier = self.record.free_id(planned.name("CjTouchpoint", number))
            flow = self._connect(identifier, step, place, customer)
            if way is not None:
                self.sheet.edge(flow, way.points, way.name)

    def _connect(self, identifier: str, step: PlannedStep, place: int, customer: str) -> Element:
        """Make the line of a contact, and note down what carries the touchpoint."""
        contact = step.contacts[place]
        step.contacts[place] = replace(contact, flow=identifier)
        return self._message_flow(identifier, step, contact, customer)

    def _message_flow(
        self, identifier: str, planned: PlannedStep, contact: PlannedContact, customer: str
    ) -> Element:
        ends = (planned.host or customer, contact.other)
        source, target = ends if contact.direction == Direction.FROM_CUSTOMER else ends[::-1]
        flow = make("bpmn:messageFlow", id=identifier, sourceRef=source, targetRef=target)
        if planned.step.channel:
            flow.set("name", planned.step.channel)
        return self.record.add(self.collaboration, flow)

    def _draw(self, participant: Element) -> None:
        """Put the shapes into the diagram: pool and lanes first, lines last."""
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
        place = 0
        if drawn is None:
            self.record.add(plane, self.sheet.band(identifier, self._fit.swimlane.pool), 0)
        else:
            self._grow(self.diagram, identifier, drawn)
            place = plane.index(drawn)
        for number, lane in enumerate(self.sheet.lanes, start=1):
            self.record.add(plane, lane, place + number)
        self.record.draw(plane, (*self.sheet.shapes, *self.sheet.edges))

    def _pool_place(self) -> Bounds:
        """Return where the pool is drawn; as if the way ran from left to right."""
        return self._fit.swimlane.pool

    def _grow(self, diagram: Diagram, identifier: str, shape: Element) -> None:
        """Give a black box the room of a swimlane, and keep its message flows docked to it."""
        pool = self.sheet.on_page(self._pool_place())
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
        if identifier != self.plan.black_box:
            return
        for flow in graph.outgoing(identifier, "message"):
            self._dock(diagram.edge(flow.id), 0, diagram.bounds(flow.target))
        for flow in graph.incoming(identifier, "message"):
            self._dock(diagram.edge(flow.id), -1, diagram.bounds(flow.source))

    def _dock(self, edge: Element | None, end: int, other: Bounds | None) -> None:
        """Let one end of a line meet the border of the pool that is next to the others."""
        points = waypoints_of(edge) if edge is not None else []
        if edge is None or not points:
            return
        docked = self._docked(points, end, other)
        for place, point in enumerate(docked, start=1):
            for name, value in zip("xy", point, strict=True):
                self.record.change_number(edge, name, value, part=f"di:waypoint[{place}]")

    def _docked(self, points: list[Point], end: int, other: Bounds | None) -> list[Point]:
        """Return the points of a line that meets the pool where it stands now.

        If that is on the other side of what the line leads to, the rest of the line is mirrored, or
        it would run through that.
        """
        pool = self.sheet.on_page(self._pool_place())
        along, across = (0, 1) if self.sheet.is_upright else (1, 0)
        low, high = (pool.y, pool.bottom) if self.sheet.is_upright else (pool.x, pool.right)
        edge = pool.right if self.sheet.is_upright else pool.bottom
        at = min(max(points[end][across], low), high)
        depths = [point[along] for point in points]
        middle = None if other is None else other.centre[along]
        aside = [point[across] for point in points]
        if other is not None and middle is not None and depths[end] > middle > edge:
            depths = [2 * middle - depth for depth in depths]
            if len(set(aside)) == 1 and min(other.width, other.height) > _ROUND:
                at = self._fit.way_down(other)
                aside = [at] * len(points)
        depths[end], aside[end] = edge, at
        both = zip(depths, aside, strict=True)
        return [(depth, x) if self.sheet.is_upright else (x, depth) for depth, x in both]
