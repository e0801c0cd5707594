"""Where the names of lines go: beside them, on nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from cjbpmn.diagram import Bounds, Point
from cjbpmn.enrichment.first_drawing.sizes import name_size

_CELL: Final = 100.0
_MOST_CELLS: Final = 100
_CROWD: Final = 60
_AWAY: Final = 4.0
_PAST: Final = 20.0


class Index:
    """Boxes sorted into squares, so that a look around is a look at few.

    What takes a great many squares is left out.
    """

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[str, Bounds]]] = {}

    def add(self, name: str, box: Bounds) -> None:
        """Take a box in."""
        for cell in _cells(box):
            inside = self._cells.setdefault(cell, [])
            # Where so much lies on each other, nothing finds a place any more.
            if len(inside) < _CROWD:
                inside.append((name, box))

    def add_line(self, name: str, points: Sequence[Point]) -> None:
        """Take the pieces of a line in, as thin boxes."""
        for (x, y), (to_x, to_y) in pairwise(points):
            box = Bounds(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))
            self.add(name, Bounds(box.x - 1, box.y - 1, box.width + 2, box.height + 2))

    def near(self, box: Bounds) -> Iterator[tuple[str, Bounds]]:
        """Yield what overlaps a box; something may come twice."""
        for cell in _cells(box):
            for name, other in self._cells.get(cell, ()):
                if other.overlaps(box):
                    yield name, other


def _cells(box: Bounds) -> Iterator[tuple[int, int]]:
    left, right = int(box.x // _CELL), int(box.right // _CELL)
    top, bottom = int(box.y // _CELL), int(box.bottom // _CELL)
    if (right - left + 1) * (bottom - top + 1) <= _MOST_CELLS:
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                yield column, row


def place_name(name: str, identifier: str, points: Sequence[Point], index: Index) -> Bounds:
    """Choose a place beside a line that lies on as little as may be.

    Parameters
    ----------
    name : str
        What is to be written.
    identifier : str
        The line.
    points : sequence of (x, y)
        Its points.
    index : Index
        What is drawn.

    Returns
    -------
    Bounds
        The first free one of a few places; where none is free, the one that lies on least.
    """
    wide, high = name_size(name, 100)
    boxes = (Bounds(x, y, wide, high) for x, y in _corners(points, wide, high))
    best = first = next(boxes)
    least = _hits(first, identifier, index)
    for box in boxes:
        if not least:
            break
        hits = _hits(box, identifier, index)
        if hits < least:
            best, least = box, hits
    return best


def _hits(box: Bounds, identifier: str, index: Index) -> int:
    """Count what a place lies on; the line itself counts half."""
    return sum(1 if other == identifier else 2 for other, _ in index.near(box))


def _corners(points: Sequence[Point], wide: float, high: float) -> Iterator[Point]:
    """Yield the upper left corners of places along a line, from its source on."""
    for (x, y), (to_x, to_y) in pairwise(points):
        if y == to_y:
            left, right = min(x, to_x), max(x, to_x)
            first = left + _AWAY if to_x >= x else right - _AWAY - wide
            if right - left >= wide:
                middle = (left + right - wide) / 2
                yield from ((first, y - high - 2), (middle, y - high - 2))
                yield from ((first, y + 2), (middle, y + 2))
            else:
                yield from ((first, y - high - 2), (first, y + 2))
        elif x == to_x:
            top, bottom = min(y, to_y), max(y, to_y)
            first = top + _AWAY if to_y >= y else bottom - _AWAY - high
            # Past the border of a pool, and past the next one.
            farther = (first + by if to_y >= y else first - by for by in (_PAST, 2 * _PAST))
            inside = (at for at in farther if top < at < bottom - high)
            for at in (first, (top + bottom - high) / 2, *inside):
                yield from ((x + _AWAY, at), (x - _AWAY - wide, at))
        else:
            yield (x + to_x - wide) / 2, (y + to_y - high) / 2
