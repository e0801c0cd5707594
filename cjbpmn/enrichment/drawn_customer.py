"""What is drawn around a customer whom the model draws itself: a band beside the swimlane.

Nothing that was drawn is moved, renamed or resized. The nodes take on the colours of the feelings,
and in the band stand the notes and the phases. All of it belongs to the collaboration, not to
the customer's process: so no engine and no rule about what stands in a pool has to do with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.diagram import Bounds, Diagram, Point, main_diagram
from cjbpmn.document import Document
from cjbpmn.elements import Element, make
from cjbpmn.emotion_scale import SCALE, emotion_step
from cjbpmn.enrichment.band import Band, Callout, Content, lay_out_band
from cjbpmn.enrichment.colouring import colour_node
from cjbpmn.enrichment.customer_lane import Sheet
from cjbpmn.enrichment.lettering import LINE_HEIGHT
from cjbpmn.enrichment.phase_headings import Said, plan_headings
from cjbpmn.enrichment.planned import Plan, PlannedJourney
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.enrichment.surroundings import Surroundings, View, look_around
from cjbpmn.enrichment.swimlane_fit import LEGEND_STEP, LEGEND_WIDTH, note_size
from cjbpmn.enrichment.told_nodes import (
    ToldNode,
    ToldSwimlane,
    find_told,
    has_something_to_tell,
    node_to_see,
)
from cjbpmn.findings import Finding
from cjbpmn.names import local_name

_WORTH_IT: Final = 0.8  # the band lies below only where the lines are so much shorter


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A band, how the page is turned for it, and what its headings say."""

    view: View
    band: Band
    headings: Sequence[Said]


def draw_around(document: Document, plan: Plan, record: EnrichmentRecord) -> None:
    """Draw a journey around the customer's own swimlane, as far as that is drawn.

    Parameters
    ----------
    document : Document
        The document, without any earlier enrichment.
    plan : Plan
        What to draw, and on which flow nodes of the model it stands; it learns what cannot be.
    record : EnrichmentRecord
        Through which everything is written.
    """
    diagram = main_diagram(document.root)
    if diagram is not None:
        _DrawnCustomer(document, plan, record, diagram).draw()
    elif has_something_to_tell(plan):
        message = "the model has no diagram; the journey was added to the model, not drawn"
        plan.findings.append(Finding("no-diagram", message))


class _DrawnCustomer:
    """Draws around the swimlanes on one page."""

    def __init__(
        self, document: Document, plan: Plan, record: EnrichmentRecord, diagram: Diagram
    ) -> None:
        self.document = document
        self.plan = plan
        self.record = record
        self.diagram = diagram
        self.sheet = Sheet(is_drawn=True, is_upright=diagram.is_upright)
        self.parent = self._parent()
        self._values: dict[tuple[int, str], str] = {}
        self._boxes: dict[int, int] = {}

    def draw(self) -> None:
        """Write everything."""
        swimlanes, missing = find_told(self.plan, self.diagram)
        if missing:
            message = (
                "this part of the customer is not drawn; what is told of it is only in the model"
            )
            self.plan.findings.append(Finding("not-drawn", message, missing))
        if not swimlanes:
            return
        for prefix in ("bpmndi", "dc", "di"):
            self.record.declare(prefix)
        around = look_around(self.document, self.plan.graph, self.diagram)
        page = View(self.sheet.is_upright)
        legend = len(SCALE) if self.plan.has_legend else 0
        for swimlane in swimlanes:
            drawn = self._best(swimlane, around, legend)
            self._write_band(swimlane, drawn)
            boxes = map(drawn.view.mirrored, drawn.band.boxes)
            around = around.with_shapes(map(page.into, boxes))
            legend = 0
        self._colour()
        self.record.draw(self.diagram.plane, (*self.sheet.shapes, *self.sheet.edges))

    # -- where it goes

    def _best(self, swimlane: ToldSwimlane, around: Surroundings, legend: int) -> _Drawn:
        """Lay the band above the swimlane; below, where its lines are much shorter there."""
        found = []
        for is_mirrored in (False, True):
            view = View(self.sheet.is_upright, is_mirrored)
            seen = around.seen(view)
            drawn = self._lay_out(swimlane, seen, view, legend)
            if drawn.band.is_apart and len(swimlane.journeys) == 1:
                # Beside another swimlane, the phases must say whose they are.
                name = self._customer(self.plan.journeys[min(swimlane.journeys) - 1])
                drawn = self._lay_out(swimlane, seen, view, legend, name)
            found.append(drawn)
        above, below = found
        return below if below.band.cost < _WORTH_IT * above.band.cost else above

    def _lay_out(
        self, swimlane: ToldSwimlane, around: Surroundings, view: View, legend: int, name: str = ""
    ) -> _Drawn:
        headings = plan_headings(self.plan, swimlane, view, name)
        size = LEGEND_WIDTH, LEGEND_STEP - 8
        content = Content(
            tuple(self._callout(told, view) for told in swimlane.nodes.values()),
            tuple(said.heading for said in headings),
            (size[::-1] if view.is_upright else size,) * legend,
        )
        return _Drawn(view, lay_out_band(content, view.into(swimlane.frame), around), headings)

    def _customer(self, planned: PlannedJourney) -> str:
        """Return what the customer is called in the model."""
        graph = self.plan.graph
        holders = [graph.participants[one] for one in planned.customers & set(graph.participants)]
        named = sorted(one.name for one in holders if one.name)
        named += sorted(lane.name for one in planned.customers if (lane := graph.lanes.get(one)))
        return next(filter(None, named), planned.lane_name)

    def _callout(self, told: ToldNode, view: View) -> Callout:
        sizes = tuple(
            note_size(note, is_upright=view.is_upright, is_tight=True) for _, note in told.notes
        )
        return Callout(view.into(told.bounds), sizes, self.plan.graph.nodes[told.node].is_event)

    # -- the writing

    def _parent(self) -> Element:
        """Return what the page shows: artifacts that stand in no pool belong to that."""
        shown = self.document.source.find(self.diagram.element.rpartition(":")[2])
        kinds = ("collaboration", "process")
        if shown is not None and local_name(shown.tag) in kinds:
            return shown
        found = {local_name(one.tag): one for one in bpmn.children(self.document.root, *kinds)}
        return found.get("collaboration", found["process"])

    def _write_band(self, swimlane: ToldSwimlane, drawn: _Drawn) -> None:
        band, view = drawn.band, drawn.view
        for said, place in zip(drawn.headings, band.headings, strict=True):
            box = view.mirrored(place)
            if said.is_phase:
                self._write_phase(said.planned, said.text, box)
            else:
                title = self._annotation(said.planned.name("CjTitle"), said.text)
                self.sheet.shape(title, box)
        for told, notes, lines in zip(swimlane.nodes.values(), band.notes, band.lines, strict=True):
            for (planned, note), box, line in zip(told.notes, notes, lines, strict=True):
                made = self._annotation(planned.name(note.kind, note.number), note.text)
                self.sheet.shape(made, view.mirrored(box))
                if note.is_linked:
                    identifier = planned.name(f"{note.kind}Link", note.number)
                    points = view.mirrored_points(line)[::-1]
                    self._link(identifier, told.node, made.get("id", ""), points)
        if band.legend:
            self._write_legend([view.mirrored(box) for box in band.legend])

    def _write_legend(self, places: Sequence[Bounds]) -> None:
        for prefix in ("bioc", "color"):
            self.record.declare(prefix)
        words = lexicon.words(self.plan.language)["emotion"]
        for number, (step, box) in enumerate(zip(SCALE.values(), places, strict=True), 1):
            text = f"{step.symbol} {step.number} {words[str(step.value)]}"
            made = self._annotation(f"CjLegend_{number}", text)
            self.sheet.shape(made, box, colours=(step.fill, step.stroke))

    def _write_phase(self, planned: PlannedJourney, phase: str, box: Bounds) -> None:
        number = self._boxes[planned.number] = self._boxes.get(planned.number, 0) + 1
        group = make(
            "bpmn:group",
            id=self.record.free_id(planned.name("CjPhaseBox", number)),
            categoryValueRef=self._value(planned, phase),
        )
        self.record.add(self.parent, group)
        inset = (box.height - LINE_HEIGHT) / 2 if not self.sheet.is_upright else 4.0
        room = Bounds(box.x, box.y + inset, box.width, box.height - 2 * inset)
        self.sheet.shape(group, box, label=self.sheet.phase_name(room, phase))

    def _value(self, planned: PlannedJourney, phase: str) -> str:
        """Return the category value of a phase; all of a journey are made with the first."""
        if (planned.number, phase) not in self._values:
            category = make("bpmn:category", id=self.record.free_id(planned.name("CjCategory")))
            for number, one in enumerate(planned.journey.phases, start=1):
                identifier = self.record.free_id(planned.name("CjCategoryValue", number))
                self._values[planned.number, one.name] = identifier
                category.append(make("bpmn:categoryValue", id=identifier, value=one.name))
            self.record.add(self.document.root, category)
        return self._values[planned.number, phase]

    def _annotation(self, identifier: str, text: str) -> Element:
        note = make("bpmn:textAnnotation", id=self.record.free_id(identifier))
        body = make("bpmn:text")
        body.text = text
        note.append(body)
        return self.record.add(self.parent, note)

    def _link(self, identifier: str, node: str, note: str, points: Sequence[Point]) -> None:
        link = make(
            "bpmn:association",
            id=self.record.free_id(identifier),
            sourceRef=node,
            targetRef=note,
        )
        self.record.add(self.parent, link)
        self.sheet.edge(link, points)

    def _colour(self) -> None:
        """Colour the nodes that are felt about; where journeys share one, by the first."""
        felt: dict[str, float] = {}
        for _, step in self.plan.steps():
            if step.host is not None and step.is_coloured and step.emotion is not None:
                felt.setdefault(step.host, step.emotion)
        for node, value in felt.items():
            shape = self.diagram.shape(node)
            if shape is not None and node_to_see(self.plan, self.diagram, node) == node:
                colour_node(self.record, self.document.element(node), shape, emotion_step(value))
