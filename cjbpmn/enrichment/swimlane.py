"""Where everything stands in the customer's swimlane: numbers in, numbers out.

The customer's way runs from left to right, above the drawing. Where the pools of a model stand
upright, it runs from the top down, to the left of the drawing; then x and y change places in all
that is said here, and only what holds text is as wide as its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, NamedTuple

from cjbpmn.diagram import Bounds
from cjbpmn.enrichment.lettering import LINE_HEIGHT, OUTSIDE, folded_lines, text_width
from cjbpmn.enrichment.swimlane_columns import (
    FLOW_CLEARANCE,
    NOTE_SHIFT,
    OUTER,
    PlacedStep,
    place_steps,
    way_out,
)

EVENT_SIZE = 36.0
ICON_WIDTH, ICON_HEIGHT = 36.0, 50.0
POOL_BAND, LANE_BAND = 30.0, 30.0
EVENT_NAME = 90.0  # how wide the names of events may be

_MARGIN = 30.0  # between the lane's border and what stands in it
_NOTE_GAP = 6.0
_NOTE_TOP = 10.0  # between a step and its notes
_LINK = 34.0  # between evidence and its step
_EVIDENCE_WIDTH = 90.0  # where names stand beside each other in a column
_LONG_NAME, _MANY_LINES = 130.0, 3
_ONE_LINE = 110.0  # no need to fold a name that is not much wider than others
_PHASE_WIDTH = 150.0  # the shortest box of a phase is a little longer
_NAME_GAP = 6.0  # between an icon or event and its name


@dataclass(frozen=True, slots=True)
class Measures:
    """How large things are along the customer's way, and across it.

    Parameters
    ----------
    length, depth : float
        Those of a task.
    event : float
        How much room an event takes with its name, along the way.
    names : float
        How much of that the names of evidence take, across.
    evidence : float
        How much room the row of evidence takes, across.
    heading : float
        How much room the names of phases take, across.
    side : float
        How much room must be beside the tasks, across, for the names of events.
    ends : float
        How far the names of events reach beyond these, across.
    is_upright : bool
        Whether the way runs from the top down.
    """

    length: float
    depth: float
    event: float
    names: float
    heading: float
    side: float
    ends: float = 0.0
    is_upright: bool = False

    @property
    def has_deep_ends(self) -> bool:
        """Whether the names of events reach down to where the notes of a step hang."""
        return not self.is_upright and EVENT_SIZE / 2 + self.ends > self.depth / 2 + _NOTE_TOP

    @property
    def evidence(self) -> float:
        """How much room the row of evidence takes, across."""
        icon = 0.0 if self.is_upright else _NAME_GAP + ICON_HEIGHT
        return self.names + icon + _LINK


FROM_LEFT: Final = Measures(100, 80, 90, 2 * LINE_HEIGHT, 38, 20)
FROM_TOP: Final = Measures(80, 100, 40, _EVIDENCE_WIDTH, 90, 64, is_upright=True)


def fit_names(
    measures: Measures, phases: Iterable[str], evidence: Iterable[str], events: Iterable[str]
) -> Measures:
    """Make room for all the lines that names go in, where the way runs from left to right.

    Parameters
    ----------
    measures : Measures
        How large things are.
    phases, evidence, events : iterable of str
        The names.

    Returns
    -------
    Measures
        With more room for the names where they need it.
    """
    headings = max((folded_lines(one, _PHASE_WIDTH, OUTSIDE) for one in phases), default=1)
    seen = max((folded_lines(one, evidence_width(one), OUTSIDE) for one in evidence), default=1)
    ends = max((folded_lines(one, EVENT_NAME, OUTSIDE) for one in events), default=1)
    return replace(
        measures,
        names=max(measures.names, LINE_HEIGHT * seen),
        heading=measures.heading + LINE_HEIGHT * (headings - 1),
        ends=_NAME_GAP + LINE_HEIGHT * ends,
    )


def evidence_width(name: str) -> float:
    """Say how wide the name of evidence stands above its icon.

    Parameters
    ----------
    name : str
        What it is called.

    Returns
    -------
    float
        Pixels; so wide that tools need not break long words, if that can be.
    """
    longest = max((text_width(word, OUTSIDE) for word in name.split()), default=0.0)
    whole = text_width(name, OUTSIDE)
    whole = whole if whole <= _ONE_LINE else _EVIDENCE_WIDTH - 4
    lines = folded_lines(name, _EVIDENCE_WIDTH - 4, OUTSIDE)
    long = _LONG_NAME if lines > _MANY_LINES else 0.0
    return max(48.0, whole, min(longest, _LONG_NAME), long) + 2


class Room(NamedTuple):
    """Where a swimlane goes.

    Parameters
    ----------
    left, right : float
        The sides of the drawing below; the swimlane grows to the right if the steps need it.
    bottom : float
        The y at which it ends.
    """

    left: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PhaseBox:
    """A box around steps that follow each other in one phase."""

    phase: str
    bounds: Bounds
    label: Bounds


@dataclass(slots=True)
class LanePlaces:
    """Where everything in one lane stands.

    Attributes
    ----------
    bounds, start, end : Bounds
        The lane, the start and the end event.
    measures : Measures
        How large things are.
    tasks : list of Bounds
        One a step.
    evidence : list of list of (icon, label)
        For each step.
    notes : list of list of Bounds
        The notes of each step, one below the other.
    phases : list of PhaseBox
        From left to right.
    """

    bounds: Bounds
    start: Bounds
    end: Bounds
    measures: Measures = FROM_LEFT
    tasks: list[Bounds] = field(default_factory=list)
    evidence: list[list[tuple[Bounds, Bounds]]] = field(default_factory=list)
    notes: list[list[Bounds]] = field(default_factory=list)
    phases: list[PhaseBox] = field(default_factory=list)

    @property
    def right(self) -> float:
        """How far to the right there is anything in the lane."""
        events = self.end.centre[0] + self.measures.event / 2
        notes = [note.right for notes in self.notes[-1:] for note in notes]
        return max([events, *notes, *(phase.bounds.right for phase in self.phases)])


@dataclass(frozen=True, slots=True)
class Swimlane:
    """The customer's pool and its lanes; all coordinates are those of the diagram."""

    pool: Bounds
    lanes: tuple[LanePlaces, ...]

    @property
    def tasks(self) -> list[Bounds]:
        """The steps of all lanes, from the first lane to the last."""
        return [task for lane in self.lanes for task in lane.tasks]


def lay_out(
    lanes: Sequence[Sequence[PlacedStep]],
    room: Room,
    least: Sequence[float] = (),
    flows: Sequence[tuple[int, float]] = (),
    measures: Measures = FROM_LEFT,
) -> Swimlane:
    """Lay out a swimlane that ends at a given line.

    Parameters
    ----------
    lanes : sequence of sequence of PlacedStep
        For each lane its steps, in the order of the journey.
    room : Room
        Where the swimlane goes.
    least : sequence of float
        The least height of each lane; a name that runs upwards may need it.
    flows : sequence of (lane, x)
        The lane that each message flow comes from, and where it runs down. The names and borders
        of phases in the lanes below stand aside for it.
    measures : Measures
        How large things are.

    Returns
    -------
    Swimlane
        Steps never overlap, keep their order, and stand as near to their wishes as that allows.

    Examples
    --------
    >>> swimlane = lay_out([[PlacedStep(wish=300), PlacedStep(wish=310)]], Room(0, 1000, 0))
    >>> [task.centre[0] for task in swimlane.tasks]
    [253.0, 403.0]
    """
    left, right, bottom = room
    inner = left + POOL_BAND + LANE_BAND + _MARGIN + measures.event / 2
    outer = right - _MARGIN - measures.event / 2
    outs = [way_out(steps, clears_notes=measures.has_deep_ends) for steps in lanes]
    columns = place_steps(lanes, inner, outer, measures.event, outs)
    ends = [
        places[-1] + out if places else inner + 2 * OUTER
        for places, out in zip(columns, outs, strict=True)
    ]
    right = max(right, *(end + measures.event / 2 + _MARGIN for end in ends))
    for steps, places in zip(lanes, columns, strict=True):
        right = max(right, places[-1] + steps[-1].right + _MARGIN if steps else right)
    heights = [
        _heights(steps, wanted, measures)
        for steps, wanted in zip(lanes, least or [0.0] * len(lanes), strict=True)
    ]
    top = y = bottom - sum(above + measures.depth + below for above, below in heights)
    made: list[LanePlaces] = []
    for steps, places, end, (above, below) in zip(lanes, columns, ends, heights, strict=True):
        height = above + measures.depth + below
        middle = y + above + measures.depth / 2
        start = places[0] - steps[0].left - OUTER if steps else inner
        half = EVENT_SIZE / 2
        lane = LanePlaces(
            Bounds(left + POOL_BAND, y, right - left - POOL_BAND, height),
            Bounds(start - half, middle - half, EVENT_SIZE, EVENT_SIZE),
            Bounds(end - half, middle - half, EVENT_SIZE, EVENT_SIZE),
            measures,
        )
        for step, x in zip(steps, places, strict=True):
            _add_step(lane, step, x, middle)
        _add_phases(lane, steps, [x for above, x in flows if above < len(made)])
        made.append(lane)
        y += height
    return Swimlane(Bounds(left, top, right - left, bottom - top), tuple(made))


def _heights(steps: Sequence[PlacedStep], least: float, measures: Measures) -> tuple[float, float]:
    """Return how much room there must be above and below the tasks."""
    heading = measures.heading if any(step.phase for step in steps) else 0
    evidence = measures.evidence if any(step.evidence for step in steps) else 0
    notes = max((_stack(step.notes)[-1] for step in steps), default=0)
    below = max(50.0, notes + 28, EVENT_SIZE / 2 + measures.ends + 12 - measures.depth / 2)
    above = heading + max(evidence + 20, measures.side)
    return max(above, least - measures.depth - below), below


def _stack(notes: Sequence[tuple[float, float]]) -> list[float]:
    """Return at which height below the first one each note begins, and where the last one ends."""
    tops = [0.0]
    for _, height in notes:
        tops.append(tops[-1] + height + _NOTE_GAP)
    return [*tops[:-1], max(0.0, tops[-1] - _NOTE_GAP)]


def _add_step(lane: LanePlaces, step: PlacedStep, x: float, middle: float) -> None:
    length, depth = lane.measures.length, lane.measures.depth
    task = Bounds(x - length / 2, middle - depth / 2, length, depth)
    lane.tasks.append(task)
    left, places = x - sum(step.evidence) / 2, []
    for width in step.evidence:
        places.append(_evidence_place(lane.measures, task, left, width))
        left += width
    lane.evidence.append(places)
    tops = (task.bottom + _NOTE_TOP + top for top in _stack(step.notes))
    lane.notes.append(
        [
            Bounds(x + NOTE_SHIFT, y, width, height)
            for y, (width, height) in zip(tops, step.notes, strict=False)
        ]
    )


def _evidence_place(
    measures: Measures, task: Bounds, left: float, width: float
) -> tuple[Bounds, Bounds]:
    """Return the places of a data object and of its name: above it; below, where all is upright."""
    if measures.is_upright:
        y = task.y - _LINK - _EVIDENCE_WIDTH
        icon = Bounds(left + 2, y + (_EVIDENCE_WIDTH - ICON_WIDTH) / 2, ICON_HEIGHT, ICON_WIDTH)
        name = width - ICON_HEIGHT - 10
        return icon, Bounds(icon.right + 4, y, name, _EVIDENCE_WIDTH)
    y = task.y - _LINK - ICON_HEIGHT
    icon = Bounds(left + (width - ICON_WIDTH) / 2, y, ICON_WIDTH, ICON_HEIGHT)
    return icon, Bounds(left + 2, y - _NAME_GAP - measures.names, width - 4, measures.names)


def _add_phases(lane: LanePlaces, steps: Sequence[PlacedStep], flows: Sequence[float]) -> None:
    """Draw a box around each run of steps in one phase; neighbours share the gap."""
    runs: list[tuple[str | None, int, int]] = []
    for index, step in enumerate(steps):
        if runs and runs[-1][0] == step.phase:
            runs[-1] = (step.phase, runs[-1][1], index)
        else:
            runs.append((step.phase, index, index))
    top, bottom = lane.bounds.y + lane.measures.heading, lane.bounds.bottom - 8
    depth = lane.measures.heading - (16 if lane.measures.is_upright else 24)
    for phase, first, last in runs:
        if phase is None:
            continue
        left = _edge(lane, first, -1, flows)
        right = _edge(lane, last, +1, flows)
        box = Bounds(left, top, right - left, bottom - top)
        label = Bounds(left, top - depth - 8, right - left, depth)
        needed = min(text_width(phase, OUTSIDE), _PHASE_WIDTH)
        needed = LINE_HEIGHT if lane.measures.is_upright else needed
        lane.phases.append(PhaseBox(phase, box, _between_flows(label, needed, flows)))


def _edge(lane: LanePlaces, index: int, side: int, flows: Sequence[float]) -> float:
    """Return where a phase ends: half-way to the next step, or around the start or end event."""
    neighbour = index + side
    if neighbour < 0:
        return lane.start.centre[0] - lane.measures.event / 2 - 8
    if neighbour >= len(lane.tasks):
        return max(lane.end.centre[0] + lane.measures.event / 2, _reach(lane, index, side)) + 8
    here, there = _reach(lane, index, side), _reach(lane, neighbour, -side)
    border = (here + there) / 2
    low, high = min(here, there) + 8, max(here, there) - 8
    if any(abs(flow - border) < FLOW_CLEARANCE for flow in flows):
        edges = [low, *sorted(flow for flow in flows if low < flow < high), high]
        # Both neighbours come to the same answer: the middle of the widest free room.
        left, right = max(pairwise(edges), key=lambda pair: (pair[1] - pair[0], pair[0]))
        border = (left + right) / 2
    return border - side * 4


def _reach(lane: LanePlaces, index: int, side: int) -> float:
    """Return how far a step, with its evidence and its notes, reaches to one side."""
    reach = [lane.tasks[index], *lane.notes[index]]
    reach += [box for places in lane.evidence[index] for box in places]
    return max(b.right for b in reach) if side > 0 else min(b.x for b in reach)


def _between_flows(label: Bounds, needed: float, flows: Sequence[float]) -> Bounds:
    """Return the room for the name of a phase between the message flows that run through it."""
    middle = label.centre[0]
    width = needed + 2 * FLOW_CLEARANCE
    edges = [label.x, *sorted(x for x in flows if label.x < x < label.right), label.right]
    centres = [
        min(max(middle, left + width / 2), right - width / 2)
        for left, right in pairwise(edges)
        if right - left >= width
    ]
    if not centres:
        return label
    centre = min(centres, key=lambda x: abs(x - middle))
    half = min(centre - label.x, label.right - centre)
    return Bounds(centre - half, label.y, 2 * half, label.height)
