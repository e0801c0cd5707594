"""How message flows run from the steps to what they meet: numbers in, numbers out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cjbpmn.diagram import Bounds, Point
from cjbpmn.enrichment.message_detours import Obstacles, Past, Taken, find_detour, lie_along
from cjbpmn.enrichment.tracks import share_tracks

LABEL_ZONE = 28.0  # channel names, right below the pool
_TRACK = 12.0  # one message flow that runs sideways
_LANDING = 32.0  # above the drawing: room for arrow heads
_ON_EACH_OTHER = 3.0
_NEIGHBOURS = 12  # other flows that one might cross
_CLEARANCE = 10.0  # between the ends of flows that share a track
_WIDE = 240.0
_CLEAR = 6.0  # between a flow and a name beside it
_THROUGH = 20.0  # how bad it is to run through a shape
_BESIDE = (14.0, 26.0, 38.0)  # how far from its target a flow runs down that cannot come from above


class Column(tuple[float, float]):  # noqa: SLOT001 - tuples have no room for slots
    """Where a flow leaves its step, and where it comes down, as two numbers.

    Attributes
    ----------
    detour : tuple of (x, y)
        The last points, where it comes down beside what stands above its target.
    """

    detour: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A message flow between a step and what it meets.

    Parameters
    ----------
    step : int
        The index of the step.
    target : Bounds
        What it meets.
    to_customer : bool
        Whether the flow ends at the step.
    offset : float
        How far from the middle of the step it leaves that; for several flows at one step.
    reach : float
        How far to the right of the middle of the step it may leave it: there may be a note.
    least : float
        How far from there it must be at least, to the left if negative: there may be other flows.
    is_round : bool
        Whether the target is an event, whose border falls away to both sides.
    aside : float
        How far from the middle of its target it comes down best.
    """

    step: int
    target: Bounds
    to_customer: bool = False
    offset: float = 0.0
    reach: float = 38.0
    least: float = -math.inf
    is_round: bool = False
    aside: float = 0.0

    @property
    def landing_reach(self) -> float:
        """How far from the middle of its target the flow may come down."""
        half = self.target.width / 2
        if self.is_wide:
            return half - 20
        return max(0.0, half - 4 if self.is_round else min(half - 10, 40.0))

    @property
    def is_wide(self) -> bool:
        """Whether the target is a pool or the like, in which the middle is no better place."""
        return self.target.width > _WIDE

    def landing(self, x: float) -> list[Point]:
        """Return the last points of a flow that comes down here: on the target, or beside it."""
        (middle, centre), (along, radius) = self.target.centre, self._radii
        if abs(x - middle) > along:
            edge, y = self.sideways[0 if x < middle else 1]
            return [(x, y), (edge, y)]
        if not self.is_round:
            return [(x, self.target.y)]
        part = min(1.0, abs(x - middle) / (along or 1))
        return [(x, centre - radius * math.sqrt(1 - part * part))]

    @property
    def sideways(self) -> tuple[Point, Point]:
        """Where the flow meets its target from the left and from the right."""
        (middle, centre), (along, radius) = self.target.centre, self._radii
        # Above the middle, where sequence flows are.
        y = centre - 0.6 * radius if self.is_round else self.target.y + min(16.0, radius / 2)
        away = along * (0.8 if self.is_round else 1)
        return (middle - away, y), (middle + away, y)

    @property
    def _radii(self) -> tuple[float, float]:
        return self.target.width / 2, self.target.height / 2

    def can_leave(self, task: Bounds, x: float) -> bool:
        """Tell whether the flow can run straight down from the step at this x."""
        middle = task.centre[0]
        return max(task.x + 12, middle + self.least) <= x <= middle + self.reach


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a message flow from its source to its target.

    Parameters
    ----------
    points : tuple of (x, y)
        Where it begins, bends and ends.
    leaves : float
        Where it leaves the step, or comes to it.
    name : Bounds or None
        Where its name stands.
    """

    points: tuple[Point, ...]
    leaves: float
    name: Bounds | None = None


def gap_height(tracks: int, zone: float = LABEL_ZONE) -> float:
    """Return how much room the message flows need between the swimlane and the drawing.

    Parameters
    ----------
    tracks : int
        How many of them run sideways beside each other.
    zone : float
        How much room their names need.

    Returns
    -------
    float
        Pixels.
    """
    return zone + tracks * _TRACK + _LANDING


def assign_columns(
    contacts: Sequence[Contact],
    tasks: Sequence[Bounds],
    obstacles: Sequence[Bounds],
    lines: Sequence[Bounds] = (),
    words: Sequence[Bounds] = (),
) -> list[tuple[float, float]]:
    """Choose for each contact where it leaves the step and where it comes down.

    Straight down is best; then the middle of what it meets; a line on another line, or through a
    name, is worse, and one through other shapes is worst.

    Parameters
    ----------
    contacts : sequence of Contact
        The message flows.
    tasks : sequence of Bounds
        Where the steps stand (their x is final, their y need not be).
    obstacles : sequence of Bounds
        What is drawn below.
    lines : sequence of Bounds
        The straight parts of the lines that are drawn below.
    words : sequence of Bounds
        Where names stand below.

    Returns
    -------
    list of (x at the step, x at the target)
        One a contact.
    """
    columns: list[tuple[float, float]] = []
    taken = Taken()
    beside: dict[Bounds, list[Sequence[Point]]] = {}
    in_the_way = Obstacles(obstacles, lines, words)
    for given in contacts:
        task, target = tasks[given.step], given.target
        at_step = task.centre[0] + given.offset
        contact = _best_below(given, at_step)
        wishes = _wishes(contact, at_step, taken, in_the_way)
        best, crossed = _choose(wishes, contact, task, in_the_way, taken)
        detour: tuple[Point, ...] = ()
        others = beside.get(target, ())
        # Two that come in from one side must not come in at one height.
        way = contact.landing(best)
        is_shared = len(way) > 1 and any(lie_along(way, other) for other in others)
        is_shared = is_shared or bool(taken.near(best, _ON_EACH_OTHER))
        names = 0 if contact.can_leave(task, best) else len(in_the_way.words(best, target))
        if crossed or is_shared or names:
            past = Past(in_the_way, taken, others, at_step, columns[-_NEIGHBOURS:])
            found = find_detour(target, contact.sideways, past, crossed or 1)
            named = len(in_the_way.words(found[0][0], target)) if found else 0
            if found and (crossed or is_shared or named < names):
                detour, best = found, found[0][0]
        column = Column((best if contact.can_leave(task, best) else at_step, best))
        column.detour = detour
        columns.append(column)
        landing = detour or contact.landing(best)
        if len(landing) > 1:
            beside.setdefault(target, []).append(landing)
        taken.add(round(best))
    return columns


def _best_below(contact: Contact, at_step: float) -> Contact:
    """Let a flow to something wide come down right below its step, if nothing else is said."""
    if contact.aside or not contact.is_wide:
        return contact
    reach = contact.landing_reach
    aside = max(-reach, min(reach, at_step - contact.target.centre[0]))
    return replace(contact, aside=aside)


def _crossed(x: float, contact: Contact, obstacles: Obstacles) -> int:
    """Count what a flow that comes down here runs through."""
    target = contact.target
    beside = abs(x - target.centre[0]) > target.width / 2
    lowest = contact.landing(x)[0][1] + 4 if beside else target.y
    count = obstacles.above(x, lowest, target)
    if beside:
        (_, y), (edge, _) = contact.landing(x)
        level = Bounds(min(x, edge), y - 4, abs(x - edge), 8)
        count += not obstacles.is_free(level, target)
    return count


def _wishes(contact: Contact, at_step: float, taken: Taken, obstacles: Obstacles) -> list[float]:
    """Return where a flow might come down: on what it meets, or beside that."""
    target, reach = contact.target, contact.landing_reach
    middle = target.centre[0] + max(-reach, min(reach, contact.aside))
    wishes = {middle, *(middle + sign * reach * part for sign in (-1, 1) for part in (0.5, 1))}
    if abs(at_step - target.centre[0]) <= reach:
        wishes.add(at_step)
    # Close to another that comes down here, where what is farther away is taken.
    near = taken.near(target.centre[0], reach)
    wishes |= {x + sign * (_CLEARANCE + 2) for x in near for sign in (-1, 1)}
    beside = [x for away in _BESIDE for x in (target.x - away, target.right + away)]
    # Right beside the names above it.
    names = obstacles.words(middle, target)
    past = [x for word in names for x in (word.x - _CLEAR, word.right + _CLEAR)]
    beside += [x for x in past if max(target.x - x, x - target.right) >= _BESIDE[0]]
    wishes.update(past)
    found = sorted(x for x in wishes if abs(x - target.centre[0]) <= reach + 0.01)
    return found + beside


def _choose(
    wishes: Sequence[float], contact: Contact, task: Bounds, obstacles: Obstacles, taken: Taken
) -> tuple[float, int]:
    """Return where a flow comes down best, and how much it runs through there."""
    costs = [_cost(x, contact, task, obstacles, taken) for x in wishes]
    best = math.inf, 0, 0
    for cost, place in sorted(zip(costs, range(len(wishes)), strict=True)):
        # What it runs through can only make it worse.
        if (cost, place) > best[:2]:
            break
        crossed = _crossed(wishes[place], contact, obstacles)
        best = min(best, (cost + _THROUGH * crossed, place, crossed))
    return wishes[best[1]], best[2]


def _cost(x: float, contact: Contact, task: Bounds, obstacles: Obstacles, taken: Taken) -> float:
    """Say how bad a place is, but for what a flow runs through that comes down there."""
    target = contact.target
    beside = abs(x - target.centre[0]) > target.width / 2
    bent = 0 if contact.can_leave(task, x) else 1
    shared = len(taken.near(x, _CLEARANCE))
    worse = 4 * obstacles.along(x, target.y) + 7 * len(obstacles.words(x, target))
    aside = x - target.centre[0] - contact.aside
    # Whatever comes later leaves farther to the right: of two sides that is the better one.
    away = abs(aside) / 100 - aside / 1000
    return 8 * shared + worse + 3 * bent + 6 * beside + away


def assign_tracks(columns: Sequence[tuple[float, float]]) -> list[int | None]:
    """Give each flow that runs sideways a track, so that flows cross as little as may be.

    A flow that leaves its step above another flow's track must turn before it; one that comes
    down within it must turn after it. Where both cannot be, two lines cross.

    Parameters
    ----------
    columns : sequence of (x at the step, x at the target)
        As `assign_columns` returns them.

    Returns
    -------
    list of int or None
        The track of each, counted from above; None for those that run straight down.

    Examples
    --------
    >>> assign_tracks([(0, 0), (10, 50), (40, 90), (200, 220)])
    [None, 1, 0, 0]
    """
    ends = {
        index: [(leaves, False), (arrives, True)]
        for index, (leaves, arrives) in enumerate(columns)
        if leaves != arrives
    }
    tracks = share_tracks(ends, _CLEARANCE)
    return [tracks.get(index) for index in range(len(columns))]


def route(
    contact: Contact,
    column: tuple[float, float],
    track: int | None,
    task: Bounds,
    border: float,
) -> Route:
    """Draw the way of a message flow.

    Parameters
    ----------
    contact : Contact
        The message flow.
    column : (x at the step, x at the target)
        Where it leaves and arrives.
    track : int or None
        Its track in the gap below the swimlane.
    task : Bounds
        The step.
    border : float
        Where the tracks begin: the end of the swimlane, and the room for names below it.

    Returns
    -------
    Route
        From its source to its target.
    """
    leaves, arrives = column
    points: list[Point] = [(leaves, task.bottom)]
    if track is not None:
        y = border + track * _TRACK
        points += [(leaves, y), (arrives, y)]
    detour = column.detour if isinstance(column, Column) else ()
    points += detour or contact.landing(arrives)
    if contact.to_customer:
        points.reverse()
    return Route(tuple(points), leaves)
