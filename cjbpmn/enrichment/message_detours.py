"""How a message flow reaches what it meets where something stands right above that."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from cjbpmn.diagram import Bounds, Point, union

_STRIPE: Final = 100.0
_WIDEST: Final = 100
_BLOCK: Final = 32
_CLEAR: Final = 4.0  # between a line and a shape that it passes
_APART: Final = 6.0  # between lines that can be told apart
_NEAR: Final = 12.0  # between lines whose arrows do not touch
_LITTLE: Final = 0.25
_TOUCH: Final = 10.0  # lines that share no more than this are told apart
_BESIDE: Final = 12.0  # between a line and a shape that it runs along
_SECOND: Final = 22.0
_CROSSING: Final = 0.5
_FARTHEST: Final = 400.0
_HIGHEST: Final = 2000.0
_MOST_TRIED: Final = 80
_MANY: Final = 4
_WIDE: Final = 60.0  # a target at which there is room for several lines
_SIDEWAYS: Final = 2  # the points of a detour into a side


@dataclass(frozen=True, slots=True)
class _Block:
    """Some shapes that follow each other from above, and the room that they take together."""

    room: Bounds
    shapes: Sequence[Bounds]


class Obstacles:
    """What is drawn below the swimlane, sorted into upright stripes, each from above.

    A line meets only what stands near to it, and looks at the rest in blocks.

    Parameters
    ----------
    shapes : sequence of Bounds
        What no line should run through.
    lines : sequence of Bounds
        The straight parts of lines, as boxes around them; none should run along those.
    words : sequence of Bounds
        Where names stand; a line through them is better than one through a shape.
    """

    def __init__(
        self,
        shapes: Sequence[Bounds],
        lines: Sequence[Bounds] = (),
        words: Sequence[Bounds] = (),
    ) -> None:
        self._upright: dict[int, list[Bounds]] = {}
        for line in lines:
            if line.width < _APART and line.height > _TOUCH:
                for stripe in {int((line.x + by) // _STRIPE) for by in (-_NEAR, _NEAR)}:
                    self._upright.setdefault(stripe, []).append(line)
        self._words: dict[int, list[Bounds]] = {}
        for word in words:
            first, last = int(word.x // _STRIPE), int(word.right // _STRIPE)
            for stripe in range(first, min(last, first + _WIDEST) + 1):
                self._words.setdefault(stripe, []).append(word)
        stripes: dict[int, list[Bounds]] = {}
        for shape in sorted(shapes, key=lambda shape: shape.y):
            first = int((shape.x - _CLEAR) // _STRIPE)
            last = int((shape.right + _CLEAR) // _STRIPE)
            # A shape as wide as this is a frame around others, or a slip.
            for stripe in range(first, min(last, first + _WIDEST) + 1):
                stripes.setdefault(stripe, []).append(shape)
        self._stripes = {stripe: list(_in_blocks(found)) for stripe, found in stripes.items()}

    def above(self, x: float, depth: float, target: Bounds) -> int:
        """Count what a line from above meets down to some depth; after a few it is all the same.

        What the target stands in is no obstacle on the way to it.
        """
        count = 0
        for block in self._stripes.get(int(x // _STRIPE), ()):
            room = block.room
            if room.y >= depth or count >= _MANY:
                break
            if not room.x - _CLEAR < x < room.right + _CLEAR:
                continue
            # Most shapes stand aside: nothing else is asked of them.
            for shape in block.shapes:
                left, top, width, _ = shape
                is_met = left - _CLEAR < x < left + width + _CLEAR and top < depth
                count += is_met and not shape.holds(target)
        return min(count, _MANY)

    def along(self, x: float, depth: float) -> float:
        """Count the lines that a line from above would lie on, down to some depth.

        One that it would run close to counts a little.
        """
        count = 0.0
        for line in self._upright.get(int(x // _STRIPE), ()):
            away = max(line.x - x, x - line.right)
            if away < _NEAR and line.y + _TOUCH < depth:
                count += 1 if away < _APART else _LITTLE
        return count

    def lie_on(self, start: Point, end: Point) -> bool:
        """Tell whether an upright piece runs close to a line."""
        x, top, bottom = start[0], min(start[1], end[1]), max(start[1], end[1])
        return any(
            max(line.x - x, x - line.right) < _APART and line.y < bottom and top < line.bottom
            for line in self._upright.get(int(x // _STRIPE), ())
        )

    def words(self, x: float, target: Bounds) -> list[Bounds]:
        """Return the names that a line from above would run through on its way to a target."""
        return [
            word
            for word in self._words.get(int(x // _STRIPE), ())
            if word.x < x < word.right and word.y < target.y
        ]

    def is_free(self, box: Bounds, target: Bounds) -> bool:
        """Tell whether nothing but the target, and what that stands in, is in a place."""
        return all(shape.holds(target) for shape in self._within(box) if shape.overlaps(box))

    def beside(self, target: Bounds) -> list[float]:
        """Return where lines could run down near a target: right beside shapes and names."""
        middle = target.centre[0]
        around = Bounds(
            middle - _FARTHEST, target.y - _HIGHEST, 2 * _FARTHEST, _HIGHEST + target.height
        )
        edges = {target.x, target.right}
        for shape in self._within(around):
            edges |= {shape.x, shape.right}
        for stripe in range(int(around.x // _STRIPE), int(around.right // _STRIPE) + 1):
            near = (word for word in self._words.get(stripe, ()) if word.overlaps(around))
            edges |= {x for word in near for x in (word.x, word.right)}
        # There is room for two beside each other.
        nearest = sorted(edges, key=lambda x: abs(x - middle))[:_MOST_TRIED]
        places = {
            x + sign * away for x in nearest for sign in (-1, 1) for away in (_BESIDE, _SECOND)
        }
        return sorted(places, key=lambda x: abs(x - middle))

    def _within(self, box: Bounds) -> Iterator[Bounds]:
        """Yield what stands in the blocks that meet a place."""
        for stripe in range(int(box.x // _STRIPE), int(box.right // _STRIPE) + 1):
            for block in self._stripes.get(stripe, ()):
                if block.room.y >= box.bottom:
                    break
                if block.room.overlaps(box):
                    yield from block.shapes


def _in_blocks(shapes: Sequence[Bounds]) -> Iterator[_Block]:
    for start in range(0, len(shapes), _BLOCK):
        some = shapes[start : start + _BLOCK]
        room = union(some)
        if room is not None:
            yield _Block(room, some)


class Taken:
    """Where message flows run down, in order."""

    def __init__(self) -> None:
        self._places: list[float] = []

    def add(self, x: float) -> None:
        """Note down that a flow runs down here."""
        insort(self._places, x)

    def near(self, x: float, by: float) -> list[float]:
        """Return where flows run down that are nearer than this."""
        first = bisect_right(self._places, x - by)
        return self._places[first : bisect_left(self._places, x + by, first)]


class Past(NamedTuple):
    """What a detour has to pass.

    Parameters
    ----------
    obstacles : Obstacles
        What no line should run through.
    taken : Taken
        Where other flows run down.
    others : sequence of sequence of (x, y)
        The detours to the same target that there are.
    leaves : float
        Where the flow leaves its step.
    columns : sequence of (float, float)
        Where other flows leave theirs, and come down.
    """

    obstacles: Obstacles
    taken: Taken
    others: Sequence[Sequence[Point]] = ()
    leaves: float = 0.0
    columns: Sequence[tuple[float, float]] = ()

    def crosses(self, x: float) -> int:
        """Count the flows that are crossed if this one comes down here."""
        return sum((leaves - self.leaves) * (arrives - x) < 0 for leaves, arrives in self.columns)


def find_detour(
    target: Bounds, sideways: Sequence[Point], past: Past, crossed: int = _MANY
) -> tuple[Point, ...]:
    """Find a way down beside what stands above a target, and from there to it.

    Into its side is best; then from above, in the room right over it; then from below.

    Parameters
    ----------
    target : Bounds
        What the flow meets.
    sideways : sequence of (x, y)
        Where a flow may come in from the left and from the right.
    past : Past
        What is in the way.
    crossed : int
        How much the straight way runs through.

    Returns
    -------
    tuple of (x, y)
        The points from where the flow has come down to the target; empty where no way runs
        through less.
    """
    obstacles, taken, others = past[:3]
    best: tuple[float, tuple[Point, ...]] | None = None
    for x in obstacles.beside(target):
        away = abs(x - target.centre[0])
        if away > _FARTHEST or (best is not None and best[0] <= away / 100):
            break
        # All ways from here come down as far as this.
        met = obstacles.above(x, target.y - 3 * _BESIDE, target)
        if met >= crossed or (best is not None and best[0] <= away / 100 + 10 * met):
            continue
        shared = len(taken.near(x, _BESIDE - 2))
        crosses = _CROSSING * past.crosses(x)
        on_lines = crosses + obstacles.along(x, target.y) + 1.5 * len(obstacles.words(x, target))
        for worse, points in _landings(target, sideways, x):
            along = sum(lie_along(points, other) for other in others)
            cost = away / 100 + worse + on_lines + 100 * (shared + along)
            if best is None or cost < best[0]:
                met = _crossed(points, target, obstacles)
                cost += 10 * met
                if len(points) > _SIDEWAYS:
                    cost += obstacles.lie_on(*points[-2:])
                if met < crossed and (best is None or cost < best[0]):
                    best = cost, points
    return best[1] if best is not None else ()


def _landings(
    target: Bounds, sideways: Sequence[Point], x: float
) -> Iterator[tuple[float, tuple[Point, ...]]]:
    """Yield ways from an upright line to a target, and how much worse than another they are."""
    middle = target.centre[0]
    is_wide = target.width > _WIDE
    for at, y in sideways:
        # There must be room for the arrow.
        if (x < target.x) == (at < middle) and max(target.x - x, x - target.right) >= _BESIDE - 1:
            yield 0.0, ((x, y), (at, y))
            if is_wide:
                yield 0.5, ((x, y + _BESIDE), (at, y + _BESIDE))
    for number, to in enumerate((0, -1, 1) if is_wide else (0,)):
        at = middle + to * 1.5 * _BESIDE
        if abs(x - at) < _CLEAR:
            continue  # That is as good as straight.
        for more in (0, 1):
            over = target.y - (2 - more) * _BESIDE - 2
            under = target.bottom + (2 + more) * _BESIDE
            worse = 0.2 * (number + more)
            yield 1.0 + worse, ((x, over), (at, over), (at, target.y))
            yield 2.0 + worse, ((x, under), (at, under), (at, target.bottom))


def lie_along(one: Sequence[Point], other: Sequence[Point]) -> bool:
    """Tell whether two ways share a piece.

    Parameters
    ----------
    one, other : sequence of (x, y)
        The last points of two ways to one target, from where they have come down beside it.

    Returns
    -------
    bool
        Whether they would be drawn on each other.
    """
    if any(a == b for (a, _), (b, _) in zip(one[1:], other[1:], strict=False)) and (
        len(one) == len(other) > _SIDEWAYS
    ):
        return True
    (x, y), (to, _) = one[:2]
    (other_x, other_y), (other_to, _) = other[:2]
    level = min(max(x, to), max(other_x, other_to)) - max(min(x, to), min(other_x, other_to))
    return abs(y - other_y) < _CLEAR and level > 1


def _crossed(points: Sequence[Point], target: Bounds, obstacles: Obstacles) -> int:
    (x, y), (to, _) = points[:2]
    left, right = min(x, to), max(x, to)
    level = Bounds(left - _CLEAR, y - _CLEAR, right - left + 2 * _CLEAR, 2 * _CLEAR)
    return obstacles.above(x, y + _CLEAR, target) + (not obstacles.is_free(level, target))
