"""A band above a swimlane that the model draws itself: numbers in, numbers out.

Nearest to the swimlane stand the notes, each over the node that it is about; above them the
headings of the phases, as long as the nodes of the phase reach. Whoever wants the band below the
swimlane, or beside one that stands upright, turns the page before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from cjbpmn.diagram import Bounds, Point, union
from cjbpmn.enrichment.message_routes import Contact, assign_columns, assign_tracks, route
from cjbpmn.enrichment.surroundings import Surroundings
from cjbpmn.enrichment.swimlane_columns import place

_APART: Final = 14.0  # between two notes side by side
_STACKED: Final = 6.0  # between two notes of one node, and between two rows of headings
_UNDER_HEADINGS: Final = 12.0
_TRACK: Final = 12.0
_LEAVING, _LANDING = 12.0, 14.0  # from the notes to the first track, and from the last one on
_CLEAR: Final = 10.0  # between the band and what lies above it
_ROUNDS: Final = 6
_STRIPE: Final = 100.0
_WIDEST: Final = 100  # stripes; what is wider is a frame around others, or a slip
_CROSSING: Final = 250.0  # a line through a shape is as bad as one that is longer by so much


@dataclass(frozen=True, slots=True)
class Callout:
    """What is told of one node.

    Parameters
    ----------
    target : Bounds
        The node.
    notes : tuple of (length, depth)
        The sizes of the notes, the nearest first.
    is_round : bool
        Whether the node is an event.
    """

    target: Bounds
    notes: tuple[tuple[float, float], ...]
    is_round: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a stretch of the swimlane.

    Parameters
    ----------
    low, high : float
        Where the stretch begins and ends.
    depth : float
        How much room the heading takes across.
    tier : int
        Those of one tier stand side by side, as far as they find room; the first tier is on top.
    """

    low: float
    high: float
    depth: float
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a band.

    Parameters
    ----------
    callouts : tuple of Callout
        What is told of the nodes.
    headings : tuple of Heading
        The phases.
    legend : tuple of (length, depth)
        The sizes of what the legend says, one above the other, at the end of the band.
    """

    callouts: tuple[Callout, ...]
    headings: tuple[Heading, ...] = ()
    legend: tuple[tuple[float, float], ...] = ()

    @property
    def longest(self) -> float:
        """How long the longest note is."""
        return max((length for one in self.callouts for length, _ in one.notes), default=0.0)


@dataclass(frozen=True, slots=True)
class Band:
    """Where everything in a band stands.

    Parameters
    ----------
    notes : tuple of tuple of Bounds
        The notes of each callout.
    lines : tuple of tuple of list of Point
        The line from each note to its node.
    headings : tuple of Bounds
        In the order in which they were given.
    legend : tuple of Bounds
        The places of the legend.
    cost : float
        How long the lines are, how much they run through, and how far away the headings are.
    is_apart : bool
        Whether something else lies between the swimlane and the band.
    """

    notes: tuple[tuple[Bounds, ...], ...]
    lines: tuple[tuple[list[Point], ...], ...]
    headings: tuple[Bounds, ...]
    legend: tuple[Bounds, ...]
    cost: float
    is_apart: bool = False

    @property
    def boxes(self) -> list[Bounds]:
        """Everything in it that takes room."""
        return [*(note for stack in self.notes for note in stack), *self.headings, *self.legend]


def lay_out_band(content: Content, frame: Bounds, around: Surroundings) -> Band:
    """Lay out a band above a swimlane, as near to it as there is room.

    Parameters
    ----------
    content : Content
        What goes into it.
    frame : Bounds
        The pool of the swimlane.
    around : Surroundings
        What is drawn already.

    Returns
    -------
    Band
        Nothing in it lies on anything else. Notes stand as near to their nodes as that allows.

    Examples
    --------
    >>> pool, task = Bounds(0, 0, 600, 200), Bounds(100, 60, 100, 80)
    >>> nothing = Surroundings((), (), ())
    >>> band = lay_out_band(Content((Callout(task, ((90, 24),)),)), pool, nothing)
    >>> band.notes, band.lines
    (((Bounds(x=150.0, y=-50.0, width=90, height=24),),), (([(150.0, -26.0), (150.0, 60)],),))
    """
    # Notes may reach beyond the end of the swimlane, unless something stands there.
    band = _Layout(content, frame, around, frame.right).band()
    if not band.is_apart:
        return band
    inside = _Layout(content, frame, around, frame.right - content.longest).band()
    return min(band, inside, key=lambda one: one.cost)


class _Layout:
    """Places the things in a band; the last stack of notes begins within a reach."""

    def __init__(self, content: Content, frame: Bounds, around: Surroundings, reach: float) -> None:
        self.callouts = callouts = content.callouts
        self.headings = content.headings
        self.legend = content.legend
        self.frame = frame
        self.around = around
        self.reach = reach
        self.order = sorted(
            range(len(callouts)), key=lambda one: (callouts[one].target.centre[0], one)
        )
        self.xs = self._columns()
        self.rows = _rows(self.headings)
        self.stacks = max((_height(one.notes) for one in callouts), default=0.0)

    def band(self) -> Band:
        """Settle where the band ends; then place everything."""
        limit, gap, columns, tracks = self._settle()
        bottom = limit - gap
        notes, lines = [], []
        for index, (x, callout) in enumerate(zip(self.xs, self.callouts, strict=True)):
            stack = _stack(callout.notes, x, bottom)
            end = Bounds(x, bottom, 0, 0)
            border = bottom + _LEAVING
            way = route(self._contact(index), columns[index], tracks[index], end, border).points
            leaves, *rest = way
            notes.append(tuple(stack))
            lines.append(tuple([(leaves[0], note.bottom), *rest] for note in stack))
        boxes = self._headings(bottom)
        cost, is_apart = self._cost(lines, bottom), limit < self.frame.y
        found = Band(tuple(notes), tuple(lines), tuple(boxes), (), cost, is_apart)
        return replace(found, legend=tuple(self._legend(found.boxes, bottom)))

    def _columns(self) -> list[float]:
        """Let each stack of notes begin above the middle of its node, if it can.

        Where a line can be straight without that, the node makes way for those that bend.
        """
        ordered = [self.callouts[index] for index in self.order]
        lengths = [max(length for length, _ in one.notes) for one in ordered]
        middles = [one.target.centre[0] for one in ordered]
        reaches = [self._contact(index).landing_reach for index in self.order]
        distances = [length + _APART for length in lengths[:-1]]
        low, high = self.frame.x, max(self.reach, self.frame.x)
        best = place(middles, distances, low, high)
        for _ in range(_ROUNDS):
            off = [abs(x - m) > reach for x, m, reach in zip(best, middles, reaches, strict=True)]
            wishes = [m if bent else None for m, bent in zip(middles, off, strict=True)]
            found = place(wishes, distances, low, high, middles)
            pairs = zip(found, middles, reaches, strict=True)
            if sum(abs(x - m) > reach for x, m, reach in pairs) >= sum(off):
                break
            best = found
        xs = [0.0] * len(ordered)
        for index, x in zip(self.order, best, strict=True):
            xs[index] = x
        return xs

    def _contact(self, index: int) -> Contact:
        callout = self.callouts[index]
        # Only the lowest note can be left anywhere: what is above it is left at its edge.
        reach = callout.notes[0][0] - 10 if len(callout.notes) == 1 else 0.0
        return Contact(index, callout.target, reach=reach, is_round=callout.is_round)

    def _settle(self) -> tuple[float, float, list[tuple[float, float]], list[int | None]]:
        """Find the place of the band, and the ways of its lines: each depends on the other."""
        gap = _LEAVING + _LANDING
        order = self.order
        ends = [Bounds(x - 12, 0, 24, 0) for x in self.xs]
        contacts = [self._contact(index) for index in order]
        limit = self.frame.y
        for _ in range(_ROUNDS):
            obstacles = self.around.in_the_way(min(limit, self.frame.y))
            in_order = assign_columns(contacts, ends, obstacles)
            tracks = assign_tracks(in_order)
            used = max((track + 1 for track in tracks if track is not None), default=0)
            gap = max(gap, _LEAVING + used * _TRACK + _LANDING)
            found = self._nearest(gap)
            if found == limit:
                break
            limit = found
        columns = [(0.0, 0.0)] * len(order)
        tracked: list[int | None] = [None] * len(order)
        for index, column, track in zip(order, in_order, tracks, strict=True):
            columns[index], tracked[index] = column, track
        return limit, gap, columns, tracked

    def _nearest(self, gap: float) -> float:
        """Return the line nearest to the swimlane above which the band with its gap is free."""
        extent = union([_level(box) for box in self._boxes()])
        limit = self.frame.y
        if extent is None:
            return limit
        depth = -extent.y + gap + _CLEAR
        near = [
            one
            for one in self.around.solid
            if one.x < extent.right + _CLEAR and extent.x - _CLEAR < one.right
        ]
        for one in sorted(near, key=lambda one: -one.bottom):
            if one.bottom <= limit - depth:
                break
            limit = min(limit, one.y)
        return limit

    def _boxes(self) -> list[Bounds]:
        """Return everything in the band as if it ended at zero."""
        stacks = [
            box
            for x, one in zip(self.xs, self.callouts, strict=True)
            for box in _stack(one.notes, x, 0)
        ]
        boxes = stacks + self._headings(0)
        return boxes + self._legend(boxes, 0)

    def _headings(self, bottom: float) -> list[Bounds]:
        """Return the places of the headings, row above row."""
        above = bottom - self.stacks - (_UNDER_HEADINGS if self.stacks else 0)
        found = {}
        for row in self.rows:
            depth = max(self.headings[index].depth for index in row)
            for index in row:
                one = self.headings[index]
                found[index] = Bounds(one.low, above - depth, one.high - one.low, depth)
            above -= depth + _STACKED
        return [found[index] for index in range(len(self.headings))]

    def _legend(self, boxes: Sequence[Bounds], bottom: float) -> list[Bounds]:
        """Return the places of the legend, behind everything else: one line below the other."""
        start = max([self.frame.x, *(box.right + 2 * _APART for box in boxes)])
        if all(length >= depth for length, depth in self.legend):
            return _stack(self.legend[::-1], start, bottom)[::-1]
        found = []
        for length, depth in self.legend:
            found.append(Bounds(start, bottom - depth, length, depth))
            start += length + _STACKED
        return found

    def _cost(self, lines: Sequence[Sequence[list[Point]]], bottom: float) -> float:
        """Say how long the lines are, what they run through, and how far the headings are."""
        obstacles = _by_stripe(self.around.in_the_way(bottom))
        cost = (self.frame.y - bottom) * len(self.headings)
        for stack, callout in zip(lines, self.callouts, strict=True):
            ways = [_box(*ends) for ends in pairwise(stack[0])]
            cost += sum(way.width + way.height for way in ways)
            crossed = {
                one
                for way in ways
                # What runs sideways does so right below the band, where nothing is.
                if way.height
                for one in obstacles.get(int(way.x // _STRIPE), ())
                if way.overlaps(one) and not one.overlaps(callout.target)
            }
            cost += _CROSSING * len(crossed)
        return cost


def _by_stripe(obstacles: Sequence[Bounds]) -> dict[int, list[Bounds]]:
    """Sort shapes into upright stripes, so that a line meets only those near to it."""
    stripes: dict[int, list[Bounds]] = {}
    for one in obstacles:
        first, last = int(one.x // _STRIPE), int(one.right // _STRIPE)
        for stripe in range(first, min(last, first + _WIDEST) + 1):
            stripes.setdefault(stripe, []).append(one)
    return stripes


def _box(start: Point, end: Point) -> Bounds:
    x, y = min(start[0], end[0]), min(start[1], end[1])
    return Bounds(x, y, abs(start[0] - end[0]), abs(start[1] - end[1]))


def _level(box: Bounds) -> Bounds:
    """Let a box reach down to where the band ends."""
    return Bounds(box.x, box.y, box.width, -box.y)


def _height(notes: Sequence[tuple[float, float]]) -> float:
    return sum(depth for _, depth in notes) + _STACKED * max(0, len(notes) - 1)


def _stack(notes: Sequence[tuple[float, float]], x: float, bottom: float) -> list[Bounds]:
    """Put notes one above the other."""
    found = []
    for length, depth in notes:
        found.append(Bounds(x, bottom - depth, length, depth))
        bottom -= depth + _STACKED
    return found


def _rows(headings: Sequence[Heading]) -> list[list[int]]:
    """Sort headings into rows in which none lies on another; the row on top comes last."""
    tiers: dict[int, list[list[int]]] = {}
    ends: dict[int, list[float]] = {}
    for index in sorted(range(len(headings)), key=lambda one: (headings[one].low, one)):
        one = headings[index]
        rows, reached = tiers.setdefault(one.tier, []), ends.setdefault(one.tier, [])
        free = next((row for row, end in enumerate(reached) if end + _STACKED <= one.low), None)
        if free is None:
            free = len(rows)
            rows.append([])
            reached.append(0.0)
        rows[free].append(index)
        reached[free] = one.high
    return [row for tier in sorted(tiers, reverse=True) for row in tiers[tier]]
