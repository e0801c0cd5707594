"""A journey read from what is drawn, where a tool has dropped our extension elements.

What people see says the important things again: tasks named in the first person, message flows
named by their channel, phases as categories, evidence as data objects, feelings and observations
as notes. Ids are not trusted, for some tools give every element a new one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.contacts import customer_side
from cjbpmn.customer import customer_nodes, resolve_customer
from cjbpmn.diagram import Bounds, Diagram, main_diagram
from cjbpmn.document import Document
from cjbpmn.elements import Element
from cjbpmn.emotion_scale import SCALE
from cjbpmn.enrichment.told_nodes import EVIDENCE
from cjbpmn.findings import Finding
from cjbpmn.graph import FlowNode, ProcessGraph, build_graph
from cjbpmn.journey import Emotion, Evidence, Journey, Observation, Persona, Phase, Step
from cjbpmn.names import qualified
from cjbpmn.reading_order import rank_nodes
from cjbpmn.references import References
from cjbpmn.value_names import value_called
from cjbpmn.vocabulary import Channel, Direction, EvidenceType, Source

_FEELING: Final = re.compile(
    r"(?:☹☹|☹|●|☺☺|☺) ?(?P<sign>[+\N{MINUS SIGN}-]?)(?P<step>[012]) (?P<who>.+)"
)
_WAIT: Final = "\N{WHITE CIRCLE WITH UPPER RIGHT QUADRANT} "
_BETTER: Final = "\n→ "
_ENOUGH: Final = 0.5
"""The share of labels in the first person from which on somebody speaks of himself."""

_LOST: Final = (
    "rebuilt from what is drawn (steps: {steps}). Reasons, quotes, sources, needs, expectations, "
    "judgements, norms and figures are not drawn, so they are lost"
)


def rebuild_journeys(
    document: Document, customer: Sequence[str] = ()
) -> tuple[tuple[Journey, ...], tuple[Finding, ...]]:
    """Read journeys from what is drawn in a model.

    Parameters
    ----------
    document : Document
        A model that shows its customer; it stays as it is.
    customer : sequence of str
        Names or ids of the pool or lanes that are the customer; by default those whose tasks are
        named in the first person.

    Returns
    -------
    journeys : tuple of Journey
        One for each lane of the customer; none where nobody speaks of himself.
    findings : tuple of Finding
        What could not be rebuilt.

    Raises
    ------
    ElementNotFound, AmbiguousReference
        If a name fits nobody, or several.
    """
    graph = build_graph(document)
    found = resolve_customer(graph, customer) if customer else _speakers(graph)
    if not found:
        return (), ()
    rebuilding = _Rebuilding(document, graph, found)
    journeys = tuple(journey for one in rebuilding.lanes() if (journey := rebuilding.journey(one)))
    steps = sum(len(journey.steps) for journey in journeys)
    told = Finding("rebuilt", _LOST.format(steps=steps), tuple(sorted(found)))
    return journeys, (told, *rebuilding.findings)


def _speakers(graph: ProcessGraph) -> frozenset[str]:
    """Return the pools, else the lanes, whose activities are named in the first person."""
    said: dict[str, list[bool]] = {}
    for node in graph.nodes.values():
        if node.is_activity and node.name:
            speaks = _is_first_person(node.name)
            for holder in (node.participant, node.lane):
                if holder is not None:
                    said.setdefault(holder, []).append(speaks)
    speaking = {one for one, votes in said.items() if sum(votes) > _ENOUGH * len(votes)}
    pools = speaking & graph.participants.keys()
    inside = {lane for lane in speaking - pools if graph.lanes[lane].participant not in pools}
    return frozenset(pools or inside)


def _is_first_person(label: str) -> bool:
    first = lexicon.fold(label).split()[0]
    return any(
        first in {lexicon.fold(word) for word in lexicon.words(tongue)["swimlane"]["first_person"]}
        for tongue in lexicon.languages()
    )


@dataclass
class _Rebuilding:
    """Rebuilds the journeys of one document."""

    document: Document
    graph: ProcessGraph
    customers: frozenset[str]
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.own = customer_side(self.graph, self.customers)
        self.references = References(self.graph, self.customers)
        self.phases = self._category_values()
        self.boxes = list(self._phase_boxes(main_diagram(self.document.root)))
        self.diagram = main_diagram(self.document.root)
        self.headings = list(self._headings(self.diagram))
        self.notes = self._notes()
        self.data = {
            one.get("id", ""): one.get("name", "")
            for one in self.document.root.iter(qualified("bpmn:dataObjectReference"))
        }

    def lanes(self) -> list[str]:
        """Return the lanes of the customer; a pool without lanes stands for itself.

        A pool and its lane may bear the same name, and both be the customer: that is one lane.
        """
        found: list[str] = []
        for one in sorted(self.customers):
            inside = [lane.id for lane in self.graph.lanes.values() if lane.participant == one]
            found += inside or [one]
        return list(dict.fromkeys(found))

    def journey(self, lane: str) -> Journey | None:
        """Rebuild the journey of one lane."""
        graph = self.graph
        inside = customer_nodes(graph, frozenset({lane}))
        nodes = self._in_order(inside)
        tasks = [graph.nodes[one] for one in nodes if graph.nodes[one].is_activity]
        steps = tuple(map(self._step, tasks))
        if not steps:
            return None
        pool = graph.lanes[lane].participant if lane in graph.lanes else lane
        customer = graph.participants[pool].name if pool is not None else ""
        name = graph.lanes[lane].name if lane in graph.lanes else customer
        told = lexicon.words(lexicon.guess_language(step.do for step in steps))["swimlane"]
        ends = {kind: self._end_name(nodes, kind, told) for kind in ("startEvent", "endEvent")}
        chosen = {step.phase for step in steps}
        return Journey(
            name or customer or "A journey",
            customer=customer or None,
            trigger=ends["startEvent"],
            outcome=ends["endEvent"],
            persona=Persona(name) if name and name != customer else None,
            phases=tuple(Phase(one) for one in self.phases.values() if one in chosen),
            steps=steps,
            observations=tuple(self._observations(tasks, steps)),
            path=self.document.path,
        )

    def _in_order(self, inside: Collection[str]) -> list[str]:
        """Return the customer's flow nodes as the customer goes: messages lead back and forth."""
        flows = {flow.id: flow for flow in self.graph.flows.values() if flow.kind == "sequence"}
        nodes = {one: node for one, node in self.graph.nodes.items() if one in inside}
        rank = rank_nodes(ProcessGraph(nodes, flows, {}, {}))
        return sorted(rank, key=rank.__getitem__)

    def _end_name(self, nodes: Sequence[str], kind: str, told: Mapping[str, str]) -> str | None:
        """Return what the journey begins or ends with, where that is not what we say anyway."""
        usual = told["start" if kind == "startEvent" else "end"]
        names = [self.graph.nodes[one].name for one in nodes if self.graph.nodes[one].type == kind]
        return next((name for name in names if name and name != usual), None)

    def _step(self, node: FlowNode) -> Step:
        meets = list(self._meets(node))
        channels = filter(None, (value_called(Channel, name) for _, _, name in meets))
        directions = {direction for _, direction, _ in meets}
        direction = Direction.BOTH if len(directions) > 1 else next(iter(directions), None)
        others = tuple(dict.fromkeys(self.references.shortest(other) for other, _, _ in meets))
        return Step(
            node.name or node.id,
            at=others or (self.references.shortest(node.id),),
            phase=self._phase(node),
            channel=next(channels, None),
            direction=direction,
            sees=tuple(self._evidence(node)),
            feels=self._feelings(node),
        )

    def _meets(self, node: FlowNode) -> Iterator[tuple[str, str, str]]:
        """Yield what a step meets: the other end, who addresses whom, the name of the flow."""
        for kind in ("message", "sequence"):
            for flow in self.graph.outgoing(node.id, kind):
                if flow.target not in self.own:
                    yield flow.target, Direction.FROM_CUSTOMER, flow.name
            for flow in self.graph.incoming(node.id, kind):
                if flow.source not in self.own:
                    yield flow.source, Direction.TO_CUSTOMER, flow.name

    # -- phases

    def _category_values(self) -> dict[str, str]:
        values = self.document.root.iter(qualified("bpmn:categoryValue"))
        return {one.get("id", ""): one.get("value", "") for one in values if one.get("value")}

    def _phase_boxes(self, diagram: Diagram | None) -> Iterator[tuple[str, Element]]:
        for group in self.document.root.iter(qualified("bpmn:group")):
            name = self.phases.get(group.get("categoryValueRef", "").rpartition(":")[2])
            if name and diagram is not None and diagram.bounds(group.get("id", "")) is not None:
                yield name, group

    def _phase(self, node: FlowNode) -> str | None:
        """Return the phase that a task names; else the one in whose box it is drawn."""
        for named in bpmn.children(self.document.element(node.id), "categoryValueRef"):
            name = self.phases.get((named.text or "").strip().rpartition(":")[2])
            if name:
                return name
        place = self.diagram.bounds(node.id) if self.diagram is not None else None
        if place is None or self.diagram is None:
            return None
        for name, group in self.boxes:
            box = self.diagram.bounds(group.get("id", ""))
            if box is not None and box.holds(place):
                return name
        return self._heading_over(place, self.diagram)

    def _heading_over(self, place: Bounds, diagram: Diagram) -> str | None:
        """Return the phase whose heading reaches over a task; the shortest, where several do."""
        is_upright = diagram.is_upright
        middle = place.centre[1 if is_upright else 0]
        found = []
        for name, box in self.headings:
            low, high = (box.y, box.bottom) if is_upright else (box.x, box.right)
            if low <= middle <= high:
                found.append((high - low, name))
        return min(found)[1] if found else None

    def _headings(self, diagram: Diagram | None) -> Iterator[tuple[str, Bounds]]:
        """Yield the phase boxes in which nothing stands: the swimlane lies below them."""
        if diagram is None or not self.boxes:
            return
        nodes = [place for one in self.graph.nodes if (place := diagram.bounds(one)) is not None]
        for name, group in self.boxes:
            box = diagram.bounds(group.get("id", ""))
            if box is not None and not any(box.holds(node) for node in nodes):
                yield name, box

    # -- evidence, feelings, observations

    def _evidence(self, node: FlowNode) -> Iterator[Evidence]:
        kinds = {word.value for word in EvidenceType}
        task = self.document.element(node.id)
        for kind, end in (
            ("dataInputAssociation", "sourceRef"),
            ("dataOutputAssociation", "targetRef"),
        ):
            for link in bpmn.children(task, kind):
                for one in bpmn.children(link, end):
                    text = self.data.get((one.text or "").strip().rpartition(":")[2])
                    if text:
                        yield Evidence(text, text if text in kinds else None)
        for note in self.notes.get(node.id, ()):
            for line in note.splitlines():
                text = line.strip().removeprefix(EVIDENCE)
                if line.strip().startswith(EVIDENCE):
                    yield Evidence(text, text if text in kinds else None)

    def _notes(self) -> dict[str, list[str]]:
        """Return the notes at each flow node."""
        root = self.document.root
        texts = {
            note.get("id", ""): "".join(
                part.text or "" for part in bpmn.children(note, "text")
            ).strip()
            for note in root.iter(qualified("bpmn:textAnnotation"))
        }
        found: dict[str, list[str]] = {}
        for link in root.iter(qualified("bpmn:association")):
            ends = [link.get(end, "").rpartition(":")[2] for end in ("sourceRef", "targetRef")]
            for node, note in (ends, ends[::-1]):
                if node in self.graph.nodes and texts.get(note):
                    found.setdefault(node, []).append(texts[note])
        return found

    def _feelings(self, node: FlowNode) -> tuple[Emotion, ...]:
        feelings = []
        for note in self.notes.get(node.id, ()):
            for line in note.splitlines():
                felt = _FEELING.fullmatch(line.strip())
                if felt:
                    value = int(felt["step"]) * (
                        -1 if felt["sign"] in {"-", "\N{MINUS SIGN}"} else 1
                    )
                    feelings.append(Emotion(value, source=value_called(Source, felt["who"])))
        return tuple(feelings) or self._coloured(node)

    def _coloured(self, node: FlowNode) -> tuple[Emotion, ...]:
        """Return the feeling that the colour of a task tells."""
        shape = self.diagram.shape(node.id) if self.diagram is not None else None
        if shape is None:
            return ()
        fills = {shape.get(qualified(name), "").upper() for name in _FILLS}
        return tuple(Emotion(step.value) for step in SCALE.values() if step.fill in fills)

    def _observations(
        self, tasks: Sequence[FlowNode], steps: Sequence[Step]
    ) -> Iterator[Observation]:
        for task, step in zip(tasks, steps, strict=True):
            for note in self.notes.get(task.id, ()):
                if not any(map(_says_something_else, note.splitlines())):
                    seen, _, better = note.partition(_BETTER)
                    yield Observation(seen, step.at, better=better or None)


def _says_something_else(line: str) -> bool:
    """Tell whether a line of a note is about a feeling, a wait, or something to see."""
    line = line.strip()
    return bool(_FEELING.fullmatch(line)) or line.startswith((_WAIT, EVIDENCE))


_FILLS: Final = ("bioc:fill", "color:background-color")
