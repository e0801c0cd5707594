"""BPMN DI: where things are drawn."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from cjbpmn.elements import Element
from cjbpmn.names import local_name, qualified

Point: TypeAlias = tuple[float, float]

_BOUNDS: Final = qualified("dc:Bounds")
_WAYPOINT: Final = qualified("di:waypoint")
_FARTHEST = 1e7  # pixels; what lies beyond is a slip of a tool, not a place


class Bounds(NamedTuple):
    """A rectangle in the coordinates of the diagram: x to the right, y down, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def union(self, other: Bounds) -> Bounds:
        """Return the smallest rectangle that holds both."""
        left, top, width, height = self
        x, y, its_width, its_height = other
        right, bottom = max(left + width, x + its_width), max(top + height, y + its_height)
        left, top = min(left, x), min(top, y)
        return Bounds(left, top, right - left, bottom - top)

    def holds(self, other: Bounds) -> bool:
        """Tell whether all of another one is in this one, which may be the same."""
        left, top, width, height = self
        x, y, its_width, its_height = other
        return (
            left <= x
            and top <= y
            and x + its_width <= left + width
            and y + its_height <= top + height
        )

    def overlaps(self, other: Bounds) -> bool:
        """Tell whether the insides of both meet."""
        left, top, width, height = self
        x, y, its_width, its_height = other
        return (
            left < x + its_width and x < left + width and top < y + its_height and y < top + height
        )


class Diagram:
    """The plane on which a collaboration or process is drawn.

    Parameters
    ----------
    plane : lxml element
        A ``bpmndi:BPMNPlane``.
    """

    def __init__(self, plane: Element) -> None:
        self.plane = plane
        self._shapes = self._by_element("bpmndi:BPMNShape")
        self._edges = self._by_element("bpmndi:BPMNEdge")

    @property
    def is_upright(self) -> bool:
        """Whether the pools and lanes in it run from the top down."""
        said = [shape.get("isHorizontal") for shape in self._shapes.values()]
        return said.count("false") > said.count("true")

    @property
    def element(self) -> str:
        """The id of the collaboration or process that is drawn."""
        return self.plane.get("bpmnElement", "")

    def shape(self, identifier: str) -> Element | None:
        """Return the shape of an element, if it is drawn."""
        return self._shapes.get(identifier)

    def edge(self, identifier: str) -> Element | None:
        """Return the edge of a flow, if it is drawn."""
        return self._edges.get(identifier)

    def bounds(self, identifier: str) -> Bounds | None:
        """Return where an element is drawn, or None if it is not or the numbers make no sense."""
        shape = self._shapes.get(identifier)
        return None if shape is None else bounds_of(shape)

    def drawn(self) -> Iterator[tuple[str, Bounds]]:
        """Yield the id and the bounds of everything that is drawn as a shape."""
        for identifier, shape in self._shapes.items():
            bounds = bounds_of(shape)
            if bounds is not None:
                yield identifier, bounds

    def lines(self, without: Container[str] = ()) -> Iterator[Bounds]:
        """Yield the straight parts of all edges but some, as boxes around them."""
        for identifier, edge in self._edges.items():
            if identifier not in without:
                yield from parts_of(waypoints_of(edge))

    def extent(self, shapes: Iterable[Bounds] | None = None) -> Bounds | None:
        """Return the smallest rectangle that holds all shapes and lines; None if there is none.

        The bounds of the shapes may be given where they are known already.
        """
        known = (bounds for _, bounds in self.drawn()) if shapes is None else shapes
        return around(known, self._edges.values())

    def _by_element(self, tag: str) -> dict[str, Element]:
        found: dict[str, Element] = {}
        for drawn in self.plane.iterfind(qualified(tag)):
            reference = drawn.get("bpmnElement")
            if reference is not None:
                # A prefix, where there is one, is that of the target namespace.
                found.setdefault(reference.rpartition(":")[2], drawn)
        return found


def main_diagram(root: Element) -> Diagram | None:
    """Return the diagram on which the model as a whole is drawn.

    Parameters
    ----------
    root : lxml element
        ``bpmn:definitions``.

    Returns
    -------
    Diagram or None
        The first diagram of a collaboration, else of a process, else one that says it is of the
        file as a whole or of nothing that is in it; None where nothing is drawn.
    """
    kinds = {
        child.get("id"): local_name(child.tag) for child in root if child.get("id") is not None
    }
    planes = [plane for plane in root.iter(qualified("bpmndi:BPMNPlane")) if len(plane)]
    for kind in ("collaboration", "process"):
        for plane in planes:
            if kinds.get(plane.get("bpmnElement", "").rpartition(":")[2]) == kind:
                return Diagram(plane)
    for plane in planes:
        reference = plane.get("bpmnElement", "").rpartition(":")[2]
        # A plane of a sub-process shows that, and no more.
        if not any(one.get("id") == reference for one in root.iterdescendants("*")):
            return Diagram(plane)
    return None


def union(bounds: Iterable[Bounds]) -> Bounds | None:
    """Return the smallest rectangle that holds all the given ones.

    Parameters
    ----------
    bounds : iterable of Bounds
        Any number of them.

    Returns
    -------
    Bounds or None
        None for none.

    Examples
    --------
    >>> union([Bounds(0, 0, 1, 1), Bounds(4, 2, 1, 1)])
    Bounds(x=0, y=0, width=5, height=3)
    """
    left, top, right, bottom = math.inf, math.inf, -math.inf, -math.inf
    for one in bounds:
        left, top = min(left, one.x), min(top, one.y)
        right, bottom = max(right, one.x + one.width), max(bottom, one.y + one.height)
    return None if left == math.inf else Bounds(left, top, right - left, bottom - top)


def around(shapes: Iterable[Bounds], edges: Iterable[Element]) -> Bounds | None:
    """Return the smallest rectangle that holds some shapes and lines.

    Parameters
    ----------
    shapes : iterable of Bounds
        Where the shapes are.
    edges : iterable of lxml element
        The lines: ``bpmndi:BPMNEdge``.

    Returns
    -------
    Bounds or None
        None where there is neither.
    """
    corners = [(one.x, one.y, one.x + one.width, one.y + one.height) for one in shapes]
    corners += [(x, y, x, y) for edge in edges for x, y in waypoints_of(edge)]
    if not corners:
        return None
    lefts, tops, rights, bottoms = zip(*corners, strict=True)
    left, top = min(lefts), min(tops)
    return Bounds(left, top, max(rights) - left, max(bottoms) - top)


def bounds_of(shape: Element) -> Bounds | None:
    """Return the bounds of a shape.

    Parameters
    ----------
    shape : lxml element
        A ``bpmndi:BPMNShape``.

    Returns
    -------
    Bounds or None
        None where they are missing or no finite numbers.
    """
    found = shape.find(_BOUNDS)
    if found is None:
        return None
    x, y = number_of(found.get("x")), number_of(found.get("y"))
    width, height = number_of(found.get("width")), number_of(found.get("height"))
    if x is None or y is None or width is None or height is None:
        return None
    return Bounds(x, y, width, height)


def waypoints_of(edge: Element) -> list[Point]:
    """Return the waypoints of an edge, leaving out those that are no finite numbers.

    Parameters
    ----------
    edge : lxml element
        A ``bpmndi:BPMNEdge``.

    Returns
    -------
    list of (x, y)
        From source to target.
    """
    points = []
    for waypoint in edge.iterchildren(_WAYPOINT):
        x, y = number_of(waypoint.get("x")), number_of(waypoint.get("y"))
        if x is not None and y is not None:
            points.append((x, y))
    return points


def parts_of(points: Sequence[Point]) -> Iterator[Bounds]:
    """Yield the straight parts of a line, as boxes around them.

    Parameters
    ----------
    points : sequence of (x, y)
        Where it begins, bends and ends.

    Yields
    ------
    Bounds
        One between each point and the next; without a width where the part is upright.

    Examples
    --------
    >>> list(parts_of([(0, 0), (0, 5), (3, 5)]))
    [Bounds(x=0, y=0, width=0, height=5), Bounds(x=0, y=5, width=3, height=0)]
    """
    for (x, y), (to_x, to_y) in pairwise(points):
        yield Bounds(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))


def number_text(number: float) -> str:
    """Return a coordinate as text, to a hundredth of a pixel.

    Parameters
    ----------
    number : float
        A finite number.

    Returns
    -------
    str
        Without needless zeros.

    Examples
    --------
    >>> number_text(12.50), number_text(-0.001)
    ('12.5', '0')
    """
    whole = int(number)
    if whole == number:
        return str(whole)
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number_of(text: str | None) -> float | None:
    """Return the number that a coordinate says, or None where it makes no sense.

    Parameters
    ----------
    text : str or None
        An attribute.

    Returns
    -------
    float or None
        A finite number.
    """
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < _FARTHEST else None
