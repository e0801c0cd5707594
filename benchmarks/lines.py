"""What lines of a drawing do to each other: cross, or lie on each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from cjbpmn.diagram import Bounds, Point, parts_of


def lie_along(one: Bounds, other: Bounds, apart: float = 0.0, least: float = 1.0) -> bool:
    """Tell whether two lines, both upright or both level, share a part that is longer than this."""
    if one.width == other.width == 0 and abs(one.x - other.x) <= apart:
        return min(one.bottom, other.bottom) - max(one.y, other.y) > least
    if one.height == other.height == 0 and abs(one.y - other.y) <= apart:
        return min(one.right, other.right) - max(one.x, other.x) > least
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
            lie_along(*parts_of(one), *parts_of(other)) for one, other in pairs
        )
    return found
