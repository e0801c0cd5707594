"""One lane of the customer: start event, a task a step, end event, and what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from lxml import etree

from cjbpmn import lexicon
from cjbpmn.diagram import Bounds, Point
from cjbpmn.elements import Element, make
from cjbpmn.emotion_scale import emotion_step
from cjbpmn.enrichment.lettering import LINE_HEIGHT, OUTSIDE, folded_lines, text_width
from cjbpmn.enrichment.planned import PlannedJourney, PlannedStep
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.enrichment.swimlane import EVENT_NAME, LanePlaces
from cjbpmn.shapes import NewEdge, NewShape, make_shape
from cjbpmn.vocabulary import Direction

SIGNAVIO = "http://www.signavio.com"

_PLACEHOLDER = "__targetRef_placeholder"  # what bpmn-js itself calls the target that XSD wants


@dataclass(slots=True)
class Sheet:
    """What is to be drawn, collected; nothing where there is no diagram.

    Attributes
    ----------
    is_drawn : bool
        Whether there is a diagram.
    is_upright : bool
        Whether x and y change places: the way of the customer runs from the top down.
    is_signavio : bool
        Whether the file is Signavio's, which knows no colours but its own.
    lanes : list of lxml element
        Their shapes.
    shapes, edges : list
        In the order in which they will be drawn.
    """

    is_drawn: bool
    is_upright: bool = False
    is_signavio: bool = False
    lanes: list[Element] = field(default_factory=list)
    shapes: list[NewShape] = field(default_factory=list)
    edges: list[NewEdge] = field(default_factory=list)

    def lane(self, element: Element, bounds: Bounds) -> None:
        """Draw a lane."""
        if self.is_drawn:
            self.lanes.append(self.band(element.get("id", ""), bounds))

    def band(self, identifier: str, bounds: Bounds) -> Element:
        """Make the shape of a pool or lane."""
        flag = ("isHorizontal", not self.is_upright)
        return make_shape(NewShape(identifier, self.on_page(bounds), flag=flag))

    def shape(
        self,
        element: Element,
        bounds: Bounds,
        *,
        label: Bounds | None = None,
        colours: tuple[str, str] | None = None,
    ) -> None:
        """Draw a shape."""
        if self.is_drawn:
            named = None if label is None else self.on_page(label)
            place = self.on_page(bounds)
            self.shapes.append(NewShape(element.get("id", ""), place, named, colours))

    def edge(self, element: Element, points: Sequence[Point], label: Bounds | None = None) -> None:
        """Draw a line."""
        if self.is_drawn:
            named = None if label is None else self.on_page(label)
            places = [(y, x) if self.is_upright else (x, y) for x, y in points]
            self.edges.append(NewEdge(element.get("id", ""), places, named))

    def on_page(self, bounds: Bounds) -> Bounds:
        """Return where something is on the page; doing it twice is doing nothing."""
        if not self.is_upright:
            return bounds
        return Bounds(bounds.y, bounds.x, bounds.height, bounds.width)

    def event_name(self, event: Bounds, name: str) -> Bounds:
        """Return where the name of an event goes: below it; to its left, where a flow runs on."""
        if self.is_upright:
            height = _text_height(name, 80.0)
            return Bounds(event.centre[0] - height / 2, event.y - 86, height, 80)
        height = _text_height(name, EVENT_NAME)
        return Bounds(event.centre[0] - EVENT_NAME / 2, event.bottom + 6, EVENT_NAME, height)

    def evidence_name(self, place: Bounds, name: str) -> Bounds:
        """Let a name sit next to its icon, whatever its height."""
        if self.is_upright:
            return place
        height = min(_text_height(name, place.width), place.height)
        return Bounds(place.x, place.bottom - height, place.width, height)

    def phase_name(self, place: Bounds, name: str) -> Bounds:
        """Return where the name of a phase goes: in the middle of its room."""
        if self.is_upright:
            lines = _text_height(name, place.height)
            return Bounds(place.centre[0] - lines / 2, place.y, lines, place.height)
        width = min(place.width, text_width(name, OUTSIDE) + 10)
        height = min(_text_height(name, width), place.height)
        return Bounds(place.centre[0] - width / 2, place.bottom - height, width, height)


class Ends(Enum):
    """How the way of the customer begins and ends."""

    PLAIN = "plain"
    CONDITIONAL = "conditional"
    NONE = "none"


class CustomerLane:
    """Builds the lane of one journey.

    Parameters
    ----------
    planned : PlannedJourney
        The journey; the steps and the journey learn which elements carry them.
    places : LanePlaces
        Where everything stands.
    record : EnrichmentRecord
        Which gives out ids.
    sheet : Sheet
        On which everything is drawn.
    ends : Ends
        How the way begins and ends.

    Attributes
    ----------
    lane : lxml element
        The lane.
    categories : lxml element or None
        The phases, as a category with one value each.
    content : list of lxml element
        What goes into the process beside the lane.
    """

    def __init__(
        self,
        planned: PlannedJourney,
        places: LanePlaces,
        record: EnrichmentRecord,
        sheet: Sheet,
        ends: Ends = Ends.PLAIN,
    ) -> None:
        self.planned = planned
        self.ends = ends
        self.places = places
        self.record = record
        self.sheet = sheet
        self.content: list[Element] = []
        self._values: dict[str, str] = {}
        self.categories = self._make_categories()
        self.lane = self._build()
        self._phase_boxes()

    def _id(self, kind: str, *numbers: int) -> str:
        return self.record.free_id(self.planned.name(kind, *numbers))

    def _make_categories(self) -> Element | None:
        """Declare the phases as BPMN does: a category with one value a phase."""
        if not (self.planned.journey.phases and self.planned.draws_phases):
            return None
        category = make("bpmn:category", id=self._id("CjCategory"))
        for number, phase in enumerate(self.planned.journey.phases, start=1):
            identifier = self._id("CjCategoryValue", number)
            self._values[phase.name] = identifier
            category.append(make("bpmn:categoryValue", id=identifier, value=phase.name))
        return category

    def _build(self) -> Element:
        """Make the lane, its two events, a task a step, and what belongs to them."""
        journey, places = self.planned.journey, self.places
        words = lexicon.words(self.planned.language)["swimlane"]
        names = journey.trigger or words["start"], journey.outcome or words["end"]
        tasks = []
        for step in self.planned.steps:
            step.host = self._id("CjActivity", step.order)
            tasks.append(make("bpmn:task", id=step.host, name=step.step.do))
        nodes, stand = list(tasks), list(places.tasks)
        if self.ends is not Ends.NONE:
            end = make("bpmn:endEvent", id=self._id("CjEnd"), name=names[1])
            nodes = [self._make_start(names[0]), *tasks, end]
            stand = [places.start, *stand, places.end]
        lane = self._make_lane(nodes)
        self._sequence_flows(nodes, stand)
        for index, (task, step) in enumerate(zip(tasks, self.planned.steps, strict=True)):
            category = self._values.get(step.phase or "")
            if category is not None:
                task.insert(0, reference("bpmn:categoryValueRef", category))
            self._evidence(task, step, index)
            self._notes(step, index)
            value = step.emotion if step.is_coloured else None
            felt = None if value is None else emotion_step(value)
            colours = None if felt is None else (felt.fill, felt.stroke)
            self.sheet.shape(task, places.tasks[index], colours=colours)
            if colours is not None and self.sheet.is_signavio:
                task.insert(0, _signavio_colours(*colours))
        if self.ends is not Ends.NONE:
            for node, place, name in zip(
                (nodes[0], nodes[-1]), (places.start, places.end), names, strict=True
            ):
                self.sheet.shape(node, place, label=self.sheet.event_name(place, name))
        self.content += nodes
        return lane

    def _make_start(self, name: str) -> Element:
        """Make the start event."""
        start = make("bpmn:startEvent", id=self._id("CjStart"), name=name)
        if self.ends is Ends.CONDITIONAL:
            definition = make("bpmn:conditionalEventDefinition", id=self._id("CjStartCondition"))
            condition = make("bpmn:condition")
            condition.text = name
            definition.append(condition)
            start.append(definition)
        return start

    def _make_lane(self, nodes: Sequence[Element]) -> Element:
        self.planned.lane = self._id("CjLane")
        lane = make("bpmn:lane", id=self.planned.lane, name=self.planned.lane_name)
        lane.extend(reference("bpmn:flowNodeRef", node.get("id", "")) for node in nodes)
        self.sheet.lane(lane, self.places.bounds)
        return lane

    def _sequence_flows(self, nodes: Sequence[Element], places: Sequence[Bounds]) -> None:
        for number, (source, target) in enumerate(pairwise(nodes), start=1):
            flow = make(
                "bpmn:sequenceFlow",
                id=self._id("CjFlow", number),
                sourceRef=source.get("id", ""),
                targetRef=target.get("id", ""),
            )
            # `incoming` comes first, then `outgoing`; neither has anything else before it yet.
            source.insert(1 if number > 1 else 0, reference("bpmn:outgoing", flow.get("id", "")))
            target.insert(0, reference("bpmn:incoming", flow.get("id", "")))
            self.content.append(flow)
            before, after = places[number - 1], places[number]
            self.sheet.edge(flow, ((before.right, before.centre[1]), (after.x, after.centre[1])))

    def _evidence(self, task: Element, planned: PlannedStep, index: int) -> None:
        """Show what the customer sees as data objects above the task."""
        if not planned.sees:
            return
        gives = any(contact.direction == Direction.FROM_CUSTOMER for contact in planned.contacts)
        bounds = self.places.tasks[index]
        holder = "" if gives else self._id("CjProperty", planned.order)
        if holder:
            task.append(make("bpmn:property", id=holder, name=_PLACEHOLDER))
        places = self.places.evidence[index]
        for number, (seen, (icon, label)) in enumerate(zip(planned.sees, places, strict=True), 1):
            which = planned.order, number
            data = make("bpmn:dataObject", id=self._id("CjEvidenceData", *which))
            shown = make(
                "bpmn:dataObjectReference",
                id=self._id("CjEvidence", *which),
                name=seen.text,
                dataObjectRef=data.get("id", ""),
            )
            kind = "dataOutputAssociation" if gives else "dataInputAssociation"
            link = make(f"bpmn:{kind}", id=self._id("CjEvidenceLink", *which))
            if not gives:
                link.append(reference("bpmn:sourceRef", shown.get("id", "")))
            link.append(reference("bpmn:targetRef", holder or shown.get("id", "")))
            task.append(link)
            self.content += (data, shown)
            self.sheet.shape(shown, icon, label=self.sheet.evidence_name(label, seen.text))
            x = min(max(icon.centre[0], bounds.x + 8), bounds.right - 8)
            points = ((icon.centre[0], icon.bottom), (x, bounds.y))
            self.sheet.edge(link, points[::-1] if gives else points)

    def _notes(self, planned: PlannedStep, index: int) -> None:
        """Write below the task what is told of it: in words, for those who do not see colours."""
        task = self.places.tasks[index]
        for told, place in zip(planned.notes, self.places.notes[index], strict=True):
            note = make("bpmn:textAnnotation", id=self._id(told.kind, told.number))
            body = make("bpmn:text")
            body.text = told.text
            note.append(body)
            self.content.append(note)
            self.sheet.shape(note, place)
            if told.is_linked:
                link = make(
                    "bpmn:association",
                    id=self._id(f"{told.kind}Link", told.number),
                    sourceRef=planned.host or "",
                    targetRef=note.get("id", ""),
                )
                self.content.append(link)
                self.sheet.edge(link, ((place.x, task.bottom), (place.x, place.y)))

    def _phase_boxes(self) -> None:
        for number, box in enumerate(self.places.phases, start=1):
            if box.phase not in self._values:
                continue
            group = make(
                "bpmn:group",
                id=self._id("CjPhaseBox", number),
                categoryValueRef=self._values[box.phase],
            )
            self.content.append(group)
            self.sheet.shape(group, box.bounds, label=self.sheet.phase_name(box.label, box.phase))


def reference(name: str, identifier: str) -> Element:
    """Make an element that names another one.

    Parameters
    ----------
    name : str
        Such as ``bpmn:flowNodeRef``.
    identifier : str
        The id of the other one.

    Returns
    -------
    lxml element
        Not yet in any tree.
    """
    element = make(name)
    element.text = identifier
    return element


def _signavio_colours(fill: str, stroke: str) -> Element:
    """Say the colours of a task in the only way that Signavio reads."""
    holder = make("bpmn:extensionElements")
    for key, colour in (("bgcolor", fill), ("bordercolor", stroke)):
        said = etree.SubElement(holder, f"{{{SIGNAVIO}}}signavioMetaData")
        said.set("metaKey", key)
        said.set("metaValue", colour)
    return holder


def _text_height(text: str, width: float) -> float:
    """Return how high a name outside of its shape is that a tool folds into a width."""
    return folded_lines(text, width, OUTSIDE) * LINE_HEIGHT
