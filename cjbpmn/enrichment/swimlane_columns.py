"""How far along its way each step of the customer stands: numbers in, numbers out.

Each step wants to stand beside the activity that it meets; the order of the steps comes first.
Several lanes share one row of columns, so that the message flows of an upper lane run straight
between the steps of the lower ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

TASK_LENGTH = 100.0  # along the way, where that runs from left to right
NOTE_SHIFT = 20.0  # a note hangs behind the middle: message flows leave there
FLOW_CLEARANCE = 12.0  # between a message flow and what stands in a lane that it runs through
OUTER = 68.0  # from the first and last step to the middle of the event: half of it, and an arrow

_GAP = 50.0  # between neighbouring tasks: room for the arrow
_AFTER_NOTES = 16.0
_PHASE_GAP = 30.0  # more of it where one phase ends and the next begins
_SPREAD = 12.0  # of two message flows at one step
_FLOW_MARGIN = 12.0  # how near to the corner of a step a message flow may leave it


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """What the layout must know of a step.

    Parameters
    ----------
    wish : float or None
        The x of what it meets.
    phase : str or None
        Its phase.
    evidence : tuple of float
        The width that each piece of evidence needs with its label.
    notes : tuple of (width, height)
        The sizes of the notes below it.
    flows : bool
        Whether message flows leave it downward, through the lanes below.
    label : float
        How much room the name of these flows takes, after the last of them.
    before : float
        How much room a name takes before the first of them.
    length : float
        How long the task is.
    """

    wish: float | None = None
    phase: str | None = None
    evidence: tuple[float, ...] = ()
    notes: tuple[tuple[float, float], ...] = ()
    flows: bool = False
    label: float = 0.0
    before: float = 0.0
    length: float = TASK_LENGTH

    @property
    def left(self) -> float:
        """How far the step reaches to the left of its middle."""
        return max(self.length, sum(self.evidence)) / 2

    @property
    def right(self) -> float:
        """How far the step reaches to the right of its middle."""
        return max([self.left, *(NOTE_SHIFT + width for width, _ in self.notes)])

    @property
    def note_room(self) -> float:
        """How long a note may be that keeps the next step no farther away than the task does."""
        return self.left + _GAP - _AFTER_NOTES - NOTE_SHIFT

    @property
    def spread(self) -> float:
        """How far from its middle message flows leave the step, if they need not run straight."""
        return _SPREAD if self.before else 0.0

    @property
    def flow_least(self) -> float:
        """How far to the left of its middle message flows may leave the step."""
        return self.length / 2 - _FLOW_MARGIN

    @property
    def flow_reach(self) -> float:
        """How far to the right of its middle message flows may leave the step."""
        return NOTE_SHIFT - 8 if self.notes else self.flow_least


class _Column(NamedTuple):
    """A step in the row of all steps: where it would stand if its lane were alone."""

    x: float
    lane: int
    step: int


def place_steps(
    lanes: Sequence[Sequence[PlacedStep]],
    inner: float,
    outer: float,
    event: float,
    outs: Sequence[float] = (),
) -> list[list[float]]:
    """Place the steps of all lanes.

    Parameters
    ----------
    lanes : sequence of sequence of PlacedStep
        For each lane its steps, in the order of the journey.
    inner, outer : float
        Where the middle of a start event may stand at the earliest, and of an end event should
        stand at the latest.
    event : float
        How much room an event takes with its name.
    outs : sequence of float
        For each lane, how far the end event stands from the middle of its last step.

    Returns
    -------
    list of list of float
        For each lane, where the middle of each step stands.
    """
    outs = outs or [way_out(steps) for steps in lanes]
    lows = [inner + OUTER + (steps[0].left if steps else 0) for steps in lanes]
    highs = [
        outer - max(out, steps[-1].right - event / 2 if steps else 0)
        for steps, out in zip(lanes, outs, strict=True)
    ]
    apart = [[step_distance(*pair) for pair in pairwise(steps)] for steps in lanes]
    alone = [
        place([step.wish for step in steps], distances, low, high)
        for steps, distances, low, high in zip(lanes, apart, lows, highs, strict=True)
    ]
    if len(lanes) == 1:
        return alone
    row = sorted(
        _Column(x, lane, index)
        for lane, places in enumerate(alone)
        for index, x in enumerate(places)
    )
    if not row:
        return alone
    steps = [lanes[column.lane][column.step] for column in row]
    offsets = _offsets(row, lanes, apart, lows, (inner, event, outs))
    last = {column.lane: place for place, column in enumerate(row)}
    high = min(highs[lane] + offsets[-1] - offsets[place] for lane, place in last.items())
    together = place(
        [step.wish for step in steps],
        [after - before for before, after in pairwise(offsets)],
        lows[row[0].lane] + offsets[0],
        high,
        [column.x for column in row],
    )
    found = [list(places) for places in alone]
    for column, x in zip(row, together, strict=True):
        found[column.lane][column.step] = x
    return found


def way_out(steps: Sequence[PlacedStep], *, clears_notes: bool = False) -> float:
    """Say how far the end event stands from the middle of the last step.

    Parameters
    ----------
    steps : sequence of PlacedStep
        The steps of a lane.
    clears_notes : bool
        Whether it must stand beside the notes of that, and not over them.

    Returns
    -------
    float
        As far as the start event from the first step, unless notes are in the way.
    """
    if not steps:
        return OUTER
    return OUTER + (steps[-1].right if clears_notes else steps[-1].left)


def _offsets(
    row: Sequence[_Column],
    lanes: Sequence[Sequence[PlacedStep]],
    apart: Sequence[Sequence[float]],
    lows: Sequence[float],
    ends: tuple[float, float, Sequence[float]],
) -> list[float]:
    """Return how far from the first column each other one has to stand at least.

    In one lane, steps keep their distance. A message flow needs room between the steps of the
    lanes below its own, and beside the name of the flow next to it.
    """
    first, (inner, event, outs) = lows[row[0].lane], ends
    bodies = [-1e9] * len(lanes)  # to where what stands in a lane reaches
    flows = [-1e9] * len(lanes)  # to where the message flows of a lane reach
    names = [-1e9] * len(lanes)  # and how far their names
    for lane, steps in enumerate(lanes):
        if not steps:
            bodies[lane] = inner + 2 * OUTER + event / 2 - first
    previous: dict[int, float] = {}
    offsets: list[float] = []
    for _, lane, index in row:
        step = lanes[lane][index]
        left, right = step.left, step.right
        left += OUTER + event / 2 if index == 0 else 0
        if index == len(lanes[lane]) - 1:
            right = max(right, outs[lane] + event / 2)
        least = [offsets[-1] if offsets else 0.0]
        if lane in previous:
            least.append(previous[lane] + apart[lane][index - 1])
        else:
            least.append(lows[lane] - first)
        least += [edge + FLOW_CLEARANCE + left for edge in flows[:lane]]
        if step.flows:
            reach = FLOW_CLEARANCE + step.flow_least
            least += [edge + reach for edge in bodies[lane + 1 :]]
            room = step.spread + step.before
            least += [edge + room for other, edge in enumerate(names) if other != lane]
        offset = max(least)
        offsets.append(offset)
        previous[lane] = offset
        bodies[lane] = max(bodies[lane], offset + right)
        if step.flows:
            flows[lane] = max(flows[lane], offset + step.flow_reach)
            name = offset + step.spread + step.label + FLOW_CLEARANCE
            names[lane] = max(names[lane], name)
    return offsets


def place(
    wishes: Sequence[float | None],
    distances: Sequence[float],
    low: float,
    high: float,
    guesses: Sequence[float] = (),
) -> list[float]:
    """Place points in order, at least so far apart, as near to their wishes as possible.

    It is isotonic regression by pooling adjacent violators: least squares, linear time.

    Parameters
    ----------
    wishes : sequence of float or None
        Where each point would like to be; None for those that do not care.
    distances : sequence of float
        The least distance of each point to the next, one fewer than there are points.
    low, high : float
        Where the first may stand at the earliest; where the last should stand at the latest.
    guesses : sequence of float
        Where those that do not care may stand; without guesses, evenly between the others.

    Returns
    -------
    list of float
        The places. Too many points for the room go on beyond `high`, never below `low`.

    Examples
    --------
    >>> place([None, 300, None, 500], [100, 100, 100], 0, 1000)
    [200.0, 300.0, 400.0, 500.0]
    """
    if not wishes:
        return []
    offsets = [0.0]
    for distance in distances:
        offsets.append(offsets[-1] + distance)
    filled = _fill_wishes(wishes, offsets, low)
    if guesses:
        pairs = zip(wishes, guesses, strict=True)
        filled = [guess if wish is None else wish for wish, guess in pairs]
    high = max(low, high - offsets[-1])
    blocks: list[tuple[float, float, int]] = []  # sum, weight, length
    for wish, given, offset in zip(filled, wishes, offsets, strict=True):
        weight = 1.0 if given is not None else 1e-3
        block = ((wish - offset) * weight, weight, 1)
        while blocks and blocks[-1][0] / blocks[-1][1] > block[0] / block[1]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    means = [total / weight for total, weight, length in blocks for _ in range(length)]
    return [min(max(mean, low), high) + offset for mean, offset in zip(means, offsets, strict=True)]


def _fill_wishes(
    wishes: Sequence[float | None], offsets: Sequence[float], low: float
) -> list[float]:
    """Let those that do not care stand evenly between those that do."""
    known = [index for index, wish in enumerate(wishes) if wish is not None]
    if not known:
        return [low + offset for offset in offsets]
    filled = [wish if wish is not None else 0.0 for wish in wishes]
    for index in range(known[0]):
        filled[index] = filled[known[0]] - (offsets[known[0]] - offsets[index])
    for index in range(known[-1] + 1, len(wishes)):
        filled[index] = filled[known[-1]] + (offsets[index] - offsets[known[-1]])
    for before, after in pairwise(known):
        span = offsets[after] - offsets[before]
        for index in range(before + 1, after):
            share = (offsets[index] - offsets[before]) / span if span else 0.0
            filled[index] = filled[before] + share * (filled[after] - filled[before])
    return filled


def step_distance(before: PlacedStep, after: PlacedStep) -> float:
    """Say how far two neighbouring steps must stand apart.

    Parameters
    ----------
    before, after : PlacedStep
        The two.

    Returns
    -------
    float
        From the middle of one to the middle of the other.
    """
    gap = _PHASE_GAP if before.phase != after.phase else 0
    apart = max(
        before.left + after.left + _GAP + gap, before.right + after.left + _AFTER_NOTES + gap
    )
    if before.flows and after.flows:
        names = before.flow_reach + before.label + after.before + after.flow_least
        apart = max(apart, names + FLOW_CLEARANCE)
    return max(apart, max(before.length, after.length) + _GAP + gap)
