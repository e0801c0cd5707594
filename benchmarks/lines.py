"""What lines of a drawing do to each other: cross, or lie on each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from cjbpmn.diagram import Bounds, Point


def segments(points: Sequence[Point]) -> list[Bounds]:
    """Return the straight parts of a line as boxes; those of level and upright parts are flat."""
    return [
        Bounds(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))
        for a, b in pairwise(points)
    ]


def lie_along(one: Bounds, other: Bounds) -> bool:
    """Tell whether two lines, both upright or both level, share a part."""
    if one.width == other.width == 0 and one.x == other.x:
        return min(one.bottom, other.bottom) - max(one.y, other.y) > 1
    if one.height == other.height == 0 and one.y == other.y:
        return min(one.right, other.right) - max(one.x, other.x) > 1
    return False


def cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Tell whether two straight parts run through each other; what only touches does not."""
    return _sides(one, other) < 0 and _sides(other, one) < 0


def _sides(line: tuple[Point, Point], ends: tuple[Point, Point]) -> float:
    """Return a number below zero where two points lie on different sides of a line."""
    (x, y), (to_x, to_y) = line
    first, last = ((to_x - x) * (b - y) - (to_y - y) * (a - x) for a, b in ends)
    return first * last


def crossings(ways: Iterable[Sequence[Point]], kind: str) -> Counter[str]:
    """Count the pairs of lines that cross, and those that lie on each other.

    Parameters
    ----------
    ways : iterable of sequence of (x, y)
        The points of each line.
    kind : str
        What the lines are called in the answer.

    Returns
    -------
    Counter
        Two numbers.
    """
    found: Counter[str] = Counter()
    parts = [list(pairwise(way)) for way in ways]
    for a, b in combinations(parts, 2):
        found[f"{kind} across {kind}"] += any(cross(one, other) for one in a for other in b)
        pairs = ((one, other) for one in a for other in b)
        found[f"{kind} along {kind}"] += any(
            lie_along(*segments(one), *segments(other)) for one, other in pairs
        )
    return found
