"""How well the customer's swimlane is drawn: what lies on what, counted over many models.

    python benchmarks/swimlanes.py FOLDER [every] [journeys] [contacts]

With more contacts, as many steps of the drafted journey become one, and channels have long names.
Counts, among the shapes and lines that are ours, what a reader would trip over. Shapes on shapes
must not happen; names of message flows on each other, and lines through names, should be rare.

Where a model draws its customer itself, a second journey leads through that, and what is drawn
around it is counted too: nothing of it may lie on a shape, a name or a line of the model.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import models
from lines import crossings, lie_along

import cjbpmn as cj
from cjbpmn.diagram import (
    Bounds,
    Diagram,
    Point,
    bounds_of,
    main_diagram,
    parts_of,
    waypoints_of,
)
from cjbpmn.elements import FLOW_NODES, SUB_PROCESSES
from cjbpmn.enrichment import Show
from cjbpmn.enrichment.surroundings import look_around, words_around
from cjbpmn.names import local_name, qualified

FRAMES = {"participant", "lane", "group"}


@dataclass
class Drawing:
    """What of ours is drawn."""

    shapes: dict[str, Bounds] = field(default_factory=dict)
    names: dict[str, Bounds] = field(default_factory=dict)
    flows: dict[str, list[Point]] = field(default_factory=dict)
    pool: Bounds | None = None
    others: dict[str, Bounds] = field(default_factory=dict)
    ends: dict[str, set[str]] = field(default_factory=dict)
    lines: list[Bounds] = field(default_factory=list)
    words: list[Bounds] = field(default_factory=list)


def ours(document: cj.Document, before: set[str]) -> Drawing:
    """Collect what enrichment drew."""
    drawing = Drawing()
    kinds = {element.get("id"): local_name(element.tag) for element in document.root.iter("{*}*")}
    diagram = main_diagram(document.root)
    if diagram is None:
        return drawing
    # What is on another page is in nobody's way.
    for shape in diagram.plane.iter(qualified("bpmndi:BPMNShape"), qualified("bpmndi:BPMNEdge")):
        identifier = shape.get("bpmnElement", "")
        if identifier in before:
            if kinds.get(identifier) in FLOW_NODES - SUB_PROCESSES and (box := bounds_of(shape)):
                drawing.others[identifier] = box
            drawing.lines += parts_of(waypoints_of(shape))
            continue
        kind, bounds = kinds.get(identifier), bounds_of(shape)
        label = shape.find(qualified("bpmndi:BPMNLabel"))
        if label is not None and (named := bounds_of(label)) is not None:
            drawing.names[identifier] = named
        if kind == "participant" and bounds is not None:
            on_top = drawing.pool is None or bounds.y < drawing.pool.y
            drawing.pool = bounds if on_top else drawing.pool
        elif kind == "messageFlow":
            drawing.flows[identifier] = waypoints_of(shape)
            flow = document.element(identifier)
            drawing.ends[identifier] = {flow.get("sourceRef", ""), flow.get("targetRef", "")}
        elif bounds is not None and kind not in FRAMES:
            drawing.shapes[identifier] = bounds
    return drawing


def within(bounds: Bounds, by: float) -> Bounds:
    """Shrink a box, so that what only touches does not count."""
    return Bounds(bounds.x + by, bounds.y + by, bounds.width - 2 * by, bounds.height - 2 * by)


def count(drawing: Drawing) -> Counter[str]:
    """Count what lies on what."""
    found: Counter[str] = Counter()
    shapes = {one: within(bounds, 0.5) for one, bounds in drawing.shapes.items()}
    names = {one: within(bounds, 0.5) for one, bounds in drawing.names.items()}
    found["shapes"], found["names"] = len(shapes), len(names)
    found["flows"] = len(drawing.flows)
    found["shape on shape"] = sum(a.overlaps(b) for a, b in combinations(shapes.values(), 2))
    found["name on name"] = sum(a.overlaps(b) for a, b in combinations(names.values(), 2))
    for one, name in names.items():
        found["name on shape"] += sum(
            name.overlaps(shape) for other, shape in shapes.items() if other != one
        )
    for one, points in drawing.flows.items():
        parts = list(parts_of(points))
        for shape in shapes.values():
            found["flow through shape"] += any(shape.overlaps(part) for part in parts)
        for other, name in names.items():
            if other != one:
                found["flow through name"] += any(name.overlaps(part) for part in parts)
    for name in names.values():
        found["name on a shape of the model"] += sum(map(name.overlaps, drawing.others.values()))
        found["name on a line of the model"] += sum(map(name.overlaps, drawing.lines))
    found.update(count_flows(drawing))
    if drawing.pool is not None:
        pool = within(drawing.pool, -0.5)
        found["outside the pool"] += sum(
            not (
                pool.x <= b.x
                and b.right <= pool.right
                and pool.y <= b.y
                and b.bottom <= pool.bottom
            )
            for b in drawing.shapes.values()
        )
    return found


def count_flows(drawing: Drawing) -> Counter[str]:
    """Count what message flows do to each other, and to the shapes and lines of the model."""
    found: Counter[str] = Counter()
    for one, points in drawing.flows.items():
        found["flow along a line of the model"] += any(
            lie_along(part, line, apart=3, least=10)
            for part in parts_of(points)
            for line in drawing.lines
        )
        found["flow through a name of the model"] += sum(
            any(within(word, 1).overlaps(part) for part in parts_of(points))
            for word in drawing.words
        )
        met = [box for other, box in drawing.others.items() if other in drawing.ends[one]]
        found["flow through a shape of the model"] += sum(
            within(box, 2).overlaps(part)
            for other, box in drawing.others.items()
            for part in parts_of(points)
            # A boundary event lies on what the flow goes to.
            if other not in drawing.ends[one] and not any(box.overlaps(target) for target in met)
        )
    found.update(crossings(drawing.flows.values(), "flow"))
    for a, b in combinations(drawing.flows.values(), 2):
        if not must_cross(a, b):
            found["flow across flow that need not be"] += crossings((a, b), "flow")[
                "flow across flow"
            ]
    return found


def count_around(path: Path) -> Counter[str]:
    """Count what lies on what around a customer whom the model draws itself."""
    found: Counter[str] = Counter()
    plain = cj.read_document(path)
    graph = cj.build_graph(plain)
    told = models.draft_drawn_journey(graph)
    diagram = main_diagram(plain.root)
    if diagram is None or not told.steps:
        return found
    around = look_around(plain, graph, diagram)
    before = plain.source.identifiers()
    cj.enrich_document(plain, told, show=list(Show), legend=True)
    drawn = Diagram(diagram.plane)
    new = {
        one: within(box, 0.5)
        for one, box in drawn.drawn()
        if one not in before and one.startswith("Cj")
    }
    found["drawn customers"] = bool(new)
    found["things around them"] = len(new)
    found["thing on thing"] = sum(a.overlaps(b) for a, b in combinations(new.values(), 2))
    for box in new.values():
        found["thing on a shape or name of the model"] += any(map(box.overlaps, around.shapes))
        found["thing on a line of the model"] += any(map(box.overlaps, around.lines))
    for link in plain.root.iter(qualified("bpmn:association")):
        edge, node = drawn.edge(link.get("id", "")), drawn.bounds(link.get("sourceRef", ""))
        if link.get("id", "") in before or edge is None or node is None:
            continue
        points = waypoints_of(edge)
        found["lines from them"] += 1
        found["lines with a bend"] += len(points) > 2  # noqa: PLR2004
        found["line through a shape of the model"] += sum(
            any(within(box, 2).overlaps(part) for part in parts_of(points))
            for box in around.obstacles
            if not box.overlaps(node)
        )
    return found


def must_cross(one: list[Point], other: list[Point]) -> bool:
    """Tell whether two message flows have their upper ends in another order than their lower."""
    (a, b), (c, d) = (sorted((way[0], way[-1]), key=lambda point: point[1]) for way in (one, other))
    return (a[0] - c[0]) * (b[0] - d[0]) <= 0


def together(journey: cj.Journey, contacts: int) -> cj.Journey:
    """Make one step of several, each with a long name for its channel."""
    steps = []
    for number in range(0, len(journey.steps), contacts):
        some = journey.steps[number : number + contacts]
        at = tuple(reference for step in some for reference in step.at)
        steps.append(replace(some[0], at=at, channel="counter in the branch office"))
    return replace(journey, steps=tuple(steps))


def main(folder: str, every: str = "1", journeys: str = "1", contacts: str = "1") -> None:
    """Enrich many models, and count."""
    total: Counter[str] = Counter()
    worst: list[tuple[int, str]] = []
    for path in sorted(Path(folder).rglob("*.bpmn"))[:: int(every)]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                document = cj.read_document(path)
                graph = cj.build_graph(document)
            except cj.CjbpmnError:
                total["not read"] += 1
                continue
            before = document.source.identifiers()
            drafted = models.draft_journey(graph)
            if int(contacts) > 1:
                drafted = together(drafted, int(contacts))
            diagram = main_diagram(document.root)
            words = [] if diagram is None else words_around(document, diagram)
            told = [drafted]
            for number in range(2, int(journeys) + 1):
                kept = drafted.steps[number % 2 :: number]
                told.append(replace(drafted, name=f"Drafted {number}", steps=kept))
            cj.enrich_document(document, told)
            total.update(count_around(path))
        drawing = ours(document, before)
        drawing.words = words
        found = count(drawing)
        found["models"] = 1
        total.update(found)
        bad = sum(n for what, n in found.items() if " " in what)
        worst.append((bad, str(path)))
    for what, number in total.items():
        print(f"{number:8,}  {what}")
    print("worst:")
    for number, name in sorted(worst, reverse=True)[:10]:
        print(f"{number:8,}  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
