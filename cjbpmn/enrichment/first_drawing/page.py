"""The places of everything on the plane, and the points of all lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from cjbpmn.diagram import Bounds, Point
from cjbpmn.enrichment.first_drawing.content import Content, Link
from cjbpmn.enrichment.first_drawing.grid import Item, tip
from cjbpmn.enrichment.first_drawing.layouts import BAND, Layouts
from cjbpmn.enrichment.first_drawing.names import Index, place_name
from cjbpmn.enrichment.first_drawing.sizes import name_box, name_size

_DATA_KINDS: Final = ("dataObjectReference", "dataStoreReference", "dataInput", "dataOutput")
_SAME: Final = 0.5  # pixels between two points that are one


@dataclass(slots=True)
class Page:
    """Puts the grids of a model on one page.

    Parameters
    ----------
    content : Content
        What there is to draw.

    Attributes
    ----------
    places : dict of str to Bounds
        Where everything with a shape stands; what is around comes first.
    points : dict of str to list of (x, y)
        The points of each line.
    names : dict of str to Bounds
        Where names outside of shapes are written.
    """

    content: Content
    places: dict[str, Bounds] = field(default_factory=dict)
    points: dict[str, list[Point]] = field(default_factory=dict)
    names: dict[str, Bounds] = field(default_factory=dict)
    _layouts: Layouts = field(init=False)
    _pieces: dict[str, dict[str, list[Point]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._layouts = Layouts(self.content)
        self._frame()
        self._place("", 0.0, 0.0)
        for scope in self._layouts.inner:
            if scope in self.places:
                self._place(scope, self.places[scope].x, self.places[scope].y)
        self._join()
        self._write_names()

    def _frame(self) -> None:
        """Place the pools and lanes around what stands in them."""
        content, layouts = self.content, self._layouts
        grid = layouts.grids[""].grid
        for number, (pool, _) in enumerate(content.pools):
            inside = [part for part in layouts.parts.values() if part.pool == number]
            if pool and inside:
                top, bottom = grid.top[inside[0].first], grid.top[inside[-1].last + 1]
                self.places[pool] = Bounds(0, top, grid.size[0], bottom - top)
        for lane in content.lanes:
            inner = [
                part
                for key, part in layouts.parts.items()
                if key == lane or lane in layouts.above(key)
            ]
            if inner:
                top = min(grid.top[part.first] for part in inner)
                bottom = max(grid.top[part.last + 1] for part in inner)
                left = BAND * (layouts.depth(lane) - 1)
                self.places[lane] = Bounds(left, top, grid.size[0] - left, bottom - top)

    def _place(self, scope: str, x: float, y: float) -> None:
        """Put the content of a grid on the page."""
        layout = self._layouts.grids[scope]
        nodes, extras = self.content.graph.nodes, self.content.extras
        for one, item in layout.items.items():
            if item.is_pool:
                continue
            found = layout.grid.place(item)
            box = Bounds(found.x + x, found.y + y, found.width, found.height)
            self.places[one] = box
            if one in layout.corners:
                self.names[one] = name_box(item, box, nodes[one].name, layout.corners[one])
            elif one in extras and extras[one].kind in _DATA_KINDS and extras[one].text:
                wide, high = name_size(extras[one].text)
                self.names[one] = Bounds(box.centre[0] - wide / 2, box.y - high - 4, wide, high)
        for way in layout.grid.ways:
            points = [(px + x, py + y) for px, py in layout.grid.points(way)]
            self._pieces.setdefault(way.id, {})[scope] = points

    def _join(self) -> None:
        """Draw the lines that run in no grid straight, and leave out needless points."""
        order = sorted(self.content.links, key=lambda link: link.kind == "association")
        for link in order:
            pieces = self._pieces.get(link.id)
            if pieces is not None:
                self.points[link.id] = _clean(self._assemble(link, pieces))
                continue
            ends = [self._box_of(end) for end in (link.source, link.target)]
            one, other = ends
            if one is not None and other is not None:
                self.points[link.id] = [
                    self._border(link.source, one, other.centre),
                    self._border(link.target, other, one.centre),
                ]

    def _assemble(self, link: Link, pieces: dict[str, list[Point]]) -> list[Point]:
        """Put the pieces of a line together: out of sub-processes, across, and into others."""
        if len(pieces) == 1:
            return next(iter(pieces.values()))
        outwards = [grid for grid in self._layouts.chain(link.source) if grid]
        inwards = [grid for grid in self._layouts.chain(link.target) if grid]
        points = [point for grid in outwards for point in reversed(pieces.get(grid, []))]
        points += pieces.get("", [])
        return points + [point for grid in reversed(inwards) for point in pieces.get(grid, [])]

    def _box_of(self, end: str) -> Bounds | None:
        """Return where something is; of a line, the middle of its longest piece."""
        if end in self.places:
            return self.places[end]
        points = self.points.get(end)
        if not points:
            return None
        (x, y), (to_x, to_y) = max(pairwise(points), key=lambda pair: _distance(*pair))
        return Bounds((x + to_x) / 2, (y + to_y) / 2, 0, 0)

    def _border(self, end: str, box: Bounds, toward: Point) -> Point:
        """Return where a straight line to some place leaves a shape."""
        if not box.width:
            return box.x, box.y
        x, y = box.centre
        across, down = toward[0] - x, toward[1] - y
        node = self.content.graph.nodes.get(end)
        item = Item(end, box.width, box.height)
        if node is not None:
            item.is_event, item.is_gateway = node.is_event, node.is_gateway
        upright = abs(down) * box.width >= abs(across) * box.height
        if item.is_event or item.is_gateway:
            return tip(box, item, x if upright else y, toward, upright=upright)
        limits = (box.x + 6, box.right - 6) if upright else (box.y + 6, box.bottom - 6)
        at = toward[0] if upright else toward[1]
        return tip(box, item, min(max(at, limits[0]), limits[1]), toward, upright=upright)

    def _write_names(self) -> None:
        """Find places for the names of lines."""
        named = [link for link in self.content.links if link.name and link.id in self.points]
        if not named:
            return
        index = Index()
        frames = {*self.content.lanes, *self.content.scopes}
        frames |= {pool for pool, process in self.content.pools if process is not None}
        for one, box in self.places.items():
            if one not in frames:
                index.add(one, box)
                continue
            (x, y), (right, bottom) = box[:2], (box.right, box.bottom)
            index.add_line(one, ((x, y), (right, y), (right, bottom), (x, bottom), (x, y)))
        for one, box in self.names.items():
            index.add(one, box)
        for one, points in self.points.items():
            index.add_line(one, points)
        for link in named:
            box = place_name(link.name, link.id, self.points[link.id], index)
            self.names[link.id] = box
            index.add(link.id, box)


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _clean(points: Sequence[Point]) -> list[Point]:
    """Leave out points at which a line does not turn; two are left at least."""
    kept = [points[0]]
    for point in points[1:]:
        if _distance(point, kept[-1]) < _SAME:
            continue
        if len(kept) > 1 and (
            kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]
        ):
            kept[-1] = point
        else:
            kept.append(point)
    return kept if len(kept) > 1 else [points[0], points[-1]]
