"""The customer's own pool: participant, process and lanes, and the drawing of them."""

from __future__ import annotations

from dataclasses import replace

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.diagram import Bounds, Diagram, Point, number_text, waypoints_of
from cjbpmn.document import Document
from cjbpmn.elements import Element, make
from cjbpmn.emotion_scale import SCALE
from cjbpmn.enrichment.collaboration import find_or_make_collaboration
from cjbpmn.enrichment.customer_lane import SIGNAVIO, CustomerLane, Ends, Sheet
from cjbpmn.enrichment.message_routes import Route
from cjbpmn.enrichment.planned import Plan, PlannedContact, PlannedJourney, PlannedStep
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.enrichment.surroundings import words_around
from cjbpmn.enrichment.swimlane_fit import SwimlaneFit
from cjbpmn.findings import Finding
from cjbpmn.names import local_name, qualified
from cjbpmn.vocabulary import Direction


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
        return SwimlaneFit(self.plan, self.diagram, words=self._words())

    def _words(self) -> list[Bounds]:
        """Return where the names of the model stand that stay where they are."""
        if self.diagram is None:
            return []
        return words_around(self.document, self.diagram, self.plan.black_box)

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
        if planned.channel:
            flow.set("name", planned.channel)
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
        if identifier != self.plan.black_box:
            return
        graph, moved = self.plan.graph, self._fit.routes()
        for flow in graph.outgoing(identifier, "message"):
            self._dock(diagram.edge(flow.id), 0, moved.get(flow.id))
        for flow in graph.incoming(identifier, "message"):
            self._dock(diagram.edge(flow.id), -1, moved.get(flow.id))

    def _dock(self, edge: Element | None, end: int, way: Route | None) -> None:
        """Let one end of a line meet the border of the pool that is next to the others.

        If the pool is moved, all of the line is drawn anew, and its name with it.
        """
        points = waypoints_of(edge) if edge is not None else []
        if edge is None or not points:
            return
        drawn = edge.findall(qualified("di:waypoint"))
        if not all(one.attrib for one in drawn):
            return  # One that says nothing could not be told from those that are added here.
        if way is not None:
            docked = self._drawn_anew(len(drawn), end, way)
            self.record.add_points(edge, len(docked) - len(drawn))
        elif len(points) == len(drawn):
            docked = self._docked(points, end)
        else:
            return  # Some of its points make no sense: nobody knows where it runs.
        for place, point in enumerate(docked, start=1):
            for name, value in zip("xy", point, strict=True):
                self.record.change_number(edge, name, value, part=f"di:waypoint[{place}]")
        if way is not None and way.name is not None:
            self._name(edge, self.sheet.on_page(way.name))

    def _name(self, edge: Element, place: Bounds) -> None:
        """Put the name of a line in its place; without one, tools write it across the line."""
        numbers = place._asdict()
        if edge.find(qualified("bpmndi:BPMNLabel")) is None:
            label = make("bpmndi:BPMNLabel", id=self.record.free_id("CjName"))
            said = {name: number_text(value) for name, value in numbers.items()}
            label.append(make("dc:Bounds", **said))
            self.record.add(edge, label, -1)
        for name, value in numbers.items():
            self.record.change_number(edge, name, value, part="bpmndi:BPMNLabel/dc:Bounds")

    def _docked(self, points: list[Point], end: int) -> list[Point]:
        """Return the points of a line with its end on the border of the pool, and none in it."""
        pool, is_upright = self._pool_place(), self.sheet.is_upright
        turned = [(y, x) if is_upright else (x, y) for x, y in points[:: -1 if end else 1]]
        x, _ = turned[0]
        turned[0] = min(max(x, pool.x), pool.right), pool.bottom
        found = [(x, max(y, pool.bottom)) for x, y in turned]
        # What would run along the border is left out.
        while len(found) > 2 and found[1][1] == pool.bottom:  # noqa: PLR2004 - two are a line
            del found[0]
        return self._on_page(found, len(points), end)

    def _drawn_anew(self, least: int, end: int, way: Route) -> list[Point]:
        """Return the points of a new way, no fewer than the line has."""
        return self._on_page(list(way.points[:: -1 if end else 1]), least, end)

    def _on_page(self, found: list[Point], least: int, end: int) -> list[Point]:
        """Return the points of a way from the pool, with more on its first part if need be."""
        more = least - len(found)
        (x, y), (to_x, to_y) = found[0], found[min(1, len(found) - 1)]
        found[1:1] = [
            (x + (to_x - x) * part / (more + 1), y + (to_y - y) * part / (more + 1))
            for part in range(1, more + 1)
        ]
        turned = [(y, x) if self.sheet.is_upright else (x, y) for x, y in found]
        return turned[:: -1 if end else 1]
