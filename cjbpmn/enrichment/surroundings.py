"""What of a model is drawn on its page, as boxes: what nothing new may lie on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cjbpmn.diagram import Bounds, Diagram, Point, bounds_of, parts_of, waypoints_of
from cjbpmn.document import Document
from cjbpmn.elements import EVENTS, GATEWAYS, Element
from cjbpmn.enrichment.lettering import LINE_HEIGHT, OUTSIDE, folded_lines, text_width
from cjbpmn.graph import ProcessGraph
from cjbpmn.names import local_name, qualified

_NAMED_BELOW: Final = EVENTS | GATEWAYS | {"dataObjectReference", "dataStoreReference"}
_FRAMES: Final = frozenset({"participant", "lane"})
_HEAD: Final = 30.0  # of a pool or lane
_NAME_WIDTH: Final = 90.0  # where tools fold a name that stands outside of its shape
_UPRIGHT: Final = 1.0  # a line that is no wider than this runs up or down


@dataclass(frozen=True, slots=True)
class View:
    """How a page is turned, so that a band beside a swimlane always lies above it.

    Parameters
    ----------
    is_upright : bool
        Whether the swimlane runs from the top down: x and y change places.
    is_mirrored : bool
        Whether the band is to lie below the swimlane, or to the right of an upright one.
    """

    is_upright: bool = False
    is_mirrored: bool = False

    def into(self, bounds: Bounds) -> Bounds:
        """Return where something on the page lies in this view."""
        if self.is_upright:
            bounds = Bounds(bounds.y, bounds.x, bounds.height, bounds.width)
        return self.mirrored(bounds)

    def mirrored(self, bounds: Bounds) -> Bounds:
        """Take back the mirror, or hold it up; doing it twice is doing nothing."""
        if not self.is_mirrored:
            return bounds
        return Bounds(bounds.x, -bounds.bottom, bounds.width, bounds.height)

    def mirrored_points(self, points: list[Point]) -> list[Point]:
        """Do the same with the points of a line."""
        return [(x, -y) for x, y in points] if self.is_mirrored else points


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is drawn already.

    Parameters
    ----------
    shapes : tuple of Bounds
        Shapes, and names that stand outside of them.
    obstacles : tuple of Bounds
        Those of them through which no new line should run: no pools, no lanes, no groups.
    lines : tuple of Bounds
        The straight parts of lines, as boxes around them.
    borders : tuple of Bounds
        The borders of pools, lanes and sub-processes: no line should run along them.
    """

    shapes: tuple[Bounds, ...]
    obstacles: tuple[Bounds, ...]
    lines: tuple[Bounds, ...]
    borders: tuple[Bounds, ...] = ()

    def seen(self, view: View) -> Surroundings:
        """Return the same in a view."""
        kinds = (self.shapes, self.obstacles, self.lines, self.borders)
        return Surroundings(*(tuple(map(view.into, kind)) for kind in kinds))

    def with_shapes(self, shapes: Iterable[Bounds]) -> Surroundings:
        """Return the same with more shapes in it."""
        return Surroundings((*self.shapes, *shapes), self.obstacles, self.lines, self.borders)

    @property
    def solid(self) -> tuple[Bounds, ...]:
        """What nothing new may lie on."""
        return self.shapes + self.lines

    def in_the_way(self, y: float) -> list[Bounds]:
        """Return what a line should not run through, or along, on its way down from here."""
        along = [line for line in (*self.lines, *self.borders) if line.width <= _UPRIGHT]
        return [one for one in (*self.obstacles, *along) if one.y >= y]


def look_around(document: Document, graph: ProcessGraph, diagram: Diagram) -> Surroundings:
    """Collect what is drawn on the page of a model.

    Parameters
    ----------
    document : Document
        The model.
    graph : ProcessGraph
        Its flow nodes, pools and lanes.
    diagram : Diagram
        The page.

    Returns
    -------
    Surroundings
        As it lies on the page.
    """
    frames = graph.participants.keys() | graph.lanes.keys()
    frames |= {node.scope for node in graph.nodes.values() if node.scope is not None}
    shapes: list[Bounds] = []
    obstacles: list[Bounds] = []
    lines: list[Bounds] = []
    borders: list[Bounds] = []
    for drawn, identifier, element in _drawn(document, diagram):
        kind = "" if element is None else local_name(element.tag)
        place = bounds_of(drawn)
        name = _name_place(drawn, element, kind, place)
        found = [one for one in (place, name) if one is not None]
        shapes += found
        if identifier not in frames and kind != "group":
            obstacles += [one for one in (place, _words(element, name)) if one is not None]
        elif place is not None:
            borders += _borders(place)
        lines += parts_of(waypoints_of(drawn))
    return Surroundings(tuple(shapes), tuple(obstacles), tuple(lines), tuple(borders))


def _borders(frame: Bounds) -> list[Bounds]:
    x, y, width, height = frame
    upright = [Bounds(at, y, 0, height) for at in (x, frame.right)]
    return upright + [Bounds(x, at, width, 0) for at in (y, frame.bottom)]


def words_around(document: Document, diagram: Diagram, without: str | None = None) -> list[Bounds]:
    """Collect where the words of names stand, but for those inside of flow nodes.

    Parameters
    ----------
    document : Document
        The model.
    diagram : Diagram
        The page.
    without : str or None
        A pool whose own name, and those of its message flows, do not count.

    Returns
    -------
    list of Bounds
        As they lie on the page.
    """
    found: list[Bounds | None] = []
    for drawn, identifier, element in _drawn(document, diagram):
        if element is None or not element.get("name") or identifier == without:
            continue
        if without is not None and without in {element.get("sourceRef"), element.get("targetRef")}:
            continue
        kind = local_name(element.tag)
        place = bounds_of(drawn)
        if kind not in _FRAMES:
            found.append(_words(element, _name_place(drawn, element, kind, place)))
        elif place is not None:
            found.append(_frame_name(drawn, element, place))
    return [one for one in found if one is not None]


def _drawn(document: Document, diagram: Diagram) -> Iterator[tuple[Element, str, Element | None]]:
    """Yield what is drawn, with its id and, if there is one, the element that it shows."""
    for drawn in diagram.plane.iterchildren(
        qualified("bpmndi:BPMNShape"), qualified("bpmndi:BPMNEdge")
    ):
        identifier = drawn.get("bpmnElement", "").rpartition(":")[2]
        yield drawn, identifier, document.source.find(identifier)


def _frame_name(drawn: Element, element: Element, place: Bounds) -> Bounds:
    """Return where the name of a pool or lane stands: in its head; in the middle of a black box."""
    width = text_width(element.get("name") or "")
    x, y = place.centre
    is_black_box = local_name(element.tag) == "participant" and not element.get("processRef")
    if drawn.get("isHorizontal") == "false":
        y = y if is_black_box else place.y + _HEAD / 2
    elif not is_black_box:
        x = place.x + _HEAD / 2
        return Bounds(x - LINE_HEIGHT / 2, y - width / 2, LINE_HEIGHT, width)
    return Bounds(x - width / 2, y - LINE_HEIGHT / 2, width, LINE_HEIGHT)


def _name_place(
    drawn: Element, element: Element | None, kind: str, place: Bounds | None
) -> Bounds | None:
    """Return where the name of something stands, if it stands outside of it."""
    text = "" if element is None else element.get("name") or ""
    label = drawn.find(qualified("bpmndi:BPMNLabel"))
    said = None if label is None else bounds_of(label)
    if place is None:
        width = min(text_width(text, OUTSIDE), _NAME_WIDTH)
        points = waypoints_of(drawn)
        at = _middle(points) if len(points) > 1 else None
    else:
        width = _NAME_WIDTH
        at = (place.centre[0], place.bottom + LINE_HEIGHT) if kind in _NAMED_BELOW else None
    if said is not None:
        # A name is as high as its text, whatever the file says.
        height = (
            LINE_HEIGHT * folded_lines(text, max(said.width, _NAME_WIDTH), OUTSIDE) if text else 0.0
        )
        return Bounds(said.x, said.y, said.width, max(said.height, height))
    if not text or at is None:
        return None
    height = LINE_HEIGHT * folded_lines(text, _NAME_WIDTH, OUTSIDE)
    return Bounds(at[0] - width / 2, at[1] - LINE_HEIGHT / 2, width, height)


def _words(element: Element | None, name: Bounds | None) -> Bounds | None:
    """Return what the words of a name take of its place; they stand in the middle of it."""
    text = "" if element is None else element.get("name") or ""
    if name is None or not text:
        return name
    width = min(name.width, text_width(text, OUTSIDE))
    return Bounds(name.centre[0] - width / 2, name.y, width, name.height)


def _middle(points: list[Point]) -> Point:
    """Return the middle of a line, where tools put its name."""
    (x, y), (to_x, to_y) = points[(len(points) - 1) // 2 : (len(points) - 1) // 2 + 2]
    return (x + to_x) / 2, (y + to_y) / 2
