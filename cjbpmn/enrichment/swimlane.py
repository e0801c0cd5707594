"""Where everything stands in the customer's swimlane: numbers in, numbers out.

Each step wants to stand above the activity that it meets; the order of the steps comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cjbpmn.diagram import Bounds, Point

TASK_WIDTH, TASK_HEIGHT = 100.0, 80.0
EVENT_SIZE = 36.0
ICON_WIDTH, ICON_HEIGHT = 36.0, 50.0
POOL_BAND, LANE_BAND = 30.0, 30.0
LINE_HEIGHT = 14.0

_MARGIN = 30.0  # between the lane's border and what stands in it
_GAP = 50.0  # between neighbouring tasks: room for the arrow
_PHASE_GAP = 30.0  # more of it where one phase ends and the next begins
_NOTE_SHIFT = 20.0  # the note hangs to the right of the middle: message flows leave there
_EVENT_LABEL = 90.0
_HEADING = 38.0  # the band of the phase names
_EVIDENCE_ROW = 2 * LINE_HEIGHT + 6 + ICON_HEIGHT + 34
_LABEL_ZONE = 28.0  # channel names, right below the pool
_TRACK = 12.0  # one message flow that runs sideways
_LANDING = 32.0  # above the drawing: room for arrow heads
_CLEARANCE = 10.0  # between the ends of flows that share a track
_DEEPEST = 200


def text_width(text: str) -> float:
    """Estimate how wide a text is in the font that modelling tools use (12 px Arial).

    Parameters
    ----------
    text : str
        On one line.

    Returns
    -------
    float
        Pixels.
    """
    return 6.4 * len(text)


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
    note : (width, height) or None
        The size of the note about the emotion.
    """

    wish: float | None = None
    phase: str | None = None
    evidence: tuple[float, ...] = ()
    note: tuple[float, float] | None = None

    @property
    def left(self) -> float:
        """How far the step reaches to the left of its middle."""
        return max(TASK_WIDTH, sum(self.evidence)) / 2

    @property
    def right(self) -> float:
        """How far the step reaches to the right of its middle."""
        return max(self.left, _NOTE_SHIFT + self.note[0] if self.note else 0)


@dataclass(frozen=True, slots=True)
class PhaseBox:
    """A box around steps that follow each other in one phase."""

    phase: str
    bounds: Bounds
    label: Bounds


@dataclass(slots=True)
class Swimlane:
    """Where everything stands; all coordinates are those of the diagram.

    Attributes
    ----------
    pool, lane, start, end : Bounds
        The pool, its lane, the start and the end event.
    tasks : list of Bounds
        One a step.
    evidence : list of list of (icon, label)
        For each step.
    notes : list of Bounds or None
        The note about the emotion, for each step.
    phases : list of PhaseBox
        From left to right.
    """

    pool: Bounds
    lane: Bounds
    start: Bounds
    end: Bounds
    tasks: list[Bounds] = field(default_factory=list)
    evidence: list[list[tuple[Bounds, Bounds]]] = field(default_factory=list)
    notes: list[Bounds | None] = field(default_factory=list)
    phases: list[PhaseBox] = field(default_factory=list)


def lay_out(
    steps: Sequence[PlacedStep], left: float, right: float, bottom: float, least: float = 0
) -> Swimlane:
    """Lay out a swimlane that ends at a given line.

    Parameters
    ----------
    steps : sequence of PlacedStep
        In the order of the journey.
    left, right : float
        The sides of the drawing below; the swimlane grows to the right if the steps need it.
    bottom : float
        The y at which the swimlane ends.
    least : float
        The least height; a name that runs upwards may need it.

    Returns
    -------
    Swimlane
        Steps never overlap, keep their order, and stand as near to their wishes as that allows.

    Examples
    --------
    >>> lane = lay_out([PlacedStep(wish=300), PlacedStep(wish=310)], 0, 1000, 0)
    >>> [task.centre[0] for task in lane.tasks]
    [253.0, 403.0]
    """
    inner = left + POOL_BAND + LANE_BAND + _MARGIN + _EVENT_LABEL / 2
    outer = EVENT_SIZE / 2 + _GAP
    centres = place(
        [step.wish for step in steps],
        [_distance(before, after) for before, after in pairwise(steps)],
        inner + outer + (steps[0].left if steps else 0),
        right - _MARGIN - _EVENT_LABEL / 2 - outer - (steps[-1].right if steps else 0),
    )
    starts = centres[0] - steps[0].left - outer if steps else inner
    ends = centres[-1] + steps[-1].right + outer if steps else inner + 2 * outer
    right = max(right, ends + _EVENT_LABEL / 2 + _MARGIN)
    above, below = _heights(steps)
    above = max(above, least - TASK_HEIGHT - below)
    top = bottom - above - TASK_HEIGHT - below
    middle = top + above + TASK_HEIGHT / 2
    half = EVENT_SIZE / 2
    lane = Swimlane(
        Bounds(left, top, right - left, bottom - top),
        Bounds(left + POOL_BAND, top, right - left - POOL_BAND, bottom - top),
        Bounds(starts - half, middle - half, EVENT_SIZE, EVENT_SIZE),
        Bounds(ends - half, middle - half, EVENT_SIZE, EVENT_SIZE),
    )
    for step, x in zip(steps, centres, strict=True):
        _add_step(lane, step, x, middle)
    _add_phases(lane, steps)
    return lane


def place(
    wishes: Sequence[float | None], distances: Sequence[float], low: float, high: float
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
            share = (offsets[index] - offsets[before]) / span
            filled[index] = filled[before] + share * (filled[after] - filled[before])
    return filled


def _heights(steps: Sequence[PlacedStep]) -> tuple[float, float]:
    """Return how much room there must be above and below the tasks."""
    heading = _HEADING if any(step.phase for step in steps) else 0
    evidence = _EVIDENCE_ROW if any(step.evidence for step in steps) else 0
    notes = max((step.note[1] for step in steps if step.note), default=0)
    return heading + evidence + 20, max(50.0, notes + 28)


def _distance(before: PlacedStep, after: PlacedStep) -> float:
    gap = _PHASE_GAP if before.phase != after.phase else 0
    apart = max(before.left + after.left + _GAP + gap, before.right + after.left + 16 + gap)
    return max(apart, TASK_WIDTH + _GAP + gap)


def _add_step(lane: Swimlane, step: PlacedStep, x: float, middle: float) -> None:
    task = Bounds(x - TASK_WIDTH / 2, middle - TASK_HEIGHT / 2, TASK_WIDTH, TASK_HEIGHT)
    lane.tasks.append(task)
    icon_y = task.y - 34 - ICON_HEIGHT
    label_y = icon_y - 6 - 2 * LINE_HEIGHT
    left, places = x - sum(step.evidence) / 2, []
    for width in step.evidence:
        icon = Bounds(left + (width - ICON_WIDTH) / 2, icon_y, ICON_WIDTH, ICON_HEIGHT)
        places.append((icon, Bounds(left + 2, label_y, width - 4, 2 * LINE_HEIGHT)))
        left += width
    lane.evidence.append(places)
    note = step.note
    lane.notes.append(
        None if note is None else Bounds(x + _NOTE_SHIFT, task.bottom + 10, note[0], note[1])
    )


def _add_phases(lane: Swimlane, steps: Sequence[PlacedStep]) -> None:
    """Draw a box around each run of steps in one phase; neighbours share the gap."""
    runs: list[tuple[str | None, int, int]] = []
    for index, step in enumerate(steps):
        if runs and runs[-1][0] == step.phase:
            runs[-1] = (step.phase, runs[-1][1], index)
        else:
            runs.append((step.phase, index, index))
    top, bottom = lane.pool.y + _HEADING, lane.pool.bottom - 8
    for phase, first, last in runs:
        if phase is None:
            continue
        left = _edge(lane, first, -1)
        right = _edge(lane, last, +1)
        box = Bounds(left, top, right - left, bottom - top)
        label = Bounds(left, top - LINE_HEIGHT - 8, right - left, LINE_HEIGHT)
        lane.phases.append(PhaseBox(phase, box, label))


def _edge(lane: Swimlane, index: int, side: int) -> float:
    """Return where a phase ends: half-way to the next step, or around the start or end event."""
    neighbour = index + side
    if neighbour < 0:
        return lane.start.centre[0] - _EVENT_LABEL / 2 - 8
    if neighbour >= len(lane.tasks):
        return lane.end.centre[0] + _EVENT_LABEL / 2 + 8
    here, there = _reach(lane, index, side), _reach(lane, neighbour, -side)
    return (here + there) / 2 - side * 4


def _reach(lane: Swimlane, index: int, side: int) -> float:
    """Return how far a step, with its evidence and its note, reaches to one side."""
    note = lane.notes[index]
    reach = [lane.tasks[index], *(label for _, label in lane.evidence[index])]
    reach += [note] if note is not None else []
    return max(b.right for b in reach) if side > 0 else min(b.x for b in reach)


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
        How far from the middle of both ends it stands; for several flows at one step.
    """

    step: int
    target: Bounds
    to_customer: bool = False
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a message flow from its source to its target, and where its name stands."""

    points: tuple[Point, ...]
    label: Point
    label_left: bool = False


def gap_height(tracks: int) -> float:
    """Return how much room the message flows need between the swimlane and the drawing.

    Parameters
    ----------
    tracks : int
        How many of them run sideways beside each other.

    Returns
    -------
    float
        Pixels.
    """
    return _LABEL_ZONE + tracks * _TRACK + _LANDING


def assign_columns(
    contacts: Sequence[Contact], tasks: Sequence[Bounds], obstacles: Sequence[Bounds]
) -> list[tuple[float, float]]:
    """Choose for each contact where it leaves the step and where it comes down.

    Straight down is best; then the middle of what it meets; a line through other shapes is worst.

    Parameters
    ----------
    contacts : sequence of Contact
        The message flows.
    tasks : sequence of Bounds
        Where the steps stand (their x is final, their y need not be).
    obstacles : sequence of Bounds
        What is drawn below.

    Returns
    -------
    list of (x at the step, x at the target)
        One a contact.
    """
    columns: list[tuple[float, float]] = []
    taken: set[float] = set()
    for contact in contacts:
        task, target = tasks[contact.step], contact.target
        at_step = task.centre[0] + contact.offset
        reach = max(0.0, min(target.width / 2 - 10, 40.0))
        middle = target.centre[0] + max(-reach, min(reach, contact.offset))
        wishes = {middle, *(middle + sign * reach * part for sign in (-1, 1) for part in (0.5, 1))}
        if abs(at_step - target.centre[0]) <= reach:
            wishes.add(at_step)
        best = min(
            sorted(x for x in wishes if abs(x - target.centre[0]) <= reach + 0.01),
            key=lambda x: _cost(x, contact, task, obstacles, taken),
            default=middle,
        )
        inside = task.x + 12 <= best <= task.right - 12
        columns.append((best if inside else at_step, best))
        taken.add(round(best))
    return columns


def _cost(
    x: float, contact: Contact, task: Bounds, obstacles: Sequence[Bounds], taken: set[float]
) -> float:
    target = contact.target
    crossed = sum(
        1
        for shape in obstacles
        if shape.x - 4 < x < shape.right + 4 and shape.bottom <= target.y and shape is not target
    )
    bent = 0 if task.x + 12 <= x <= task.right - 12 else 1
    shared = sum(1 for other in taken if abs(other - x) < _CLEARANCE)
    return 10 * crossed + 8 * shared + 3 * bent + abs(x - target.centre[0] - contact.offset) / 100


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
    bent = sorted(
        (index for index, (leaves, arrives) in enumerate(columns) if leaves != arrives),
        key=lambda index: min(columns[index]),
    )
    near: dict[int, list[int]] = {index: [] for index in bent}
    for place, index in enumerate(bent):
        for other in bent[place + 1 :]:
            if min(columns[other]) > max(columns[index]) + _CLEARANCE:
                break
            near[index].append(other)
            near[other].append(index)
    tracks: dict[int, int] = {}
    for index in bent:
        _assign_track(index, columns, near, tracks, set())
    return [tracks.get(index) for index in range(len(columns))]


def _assign_track(
    index: int,
    columns: Sequence[tuple[float, float]],
    near: dict[int, list[int]],
    tracks: dict[int, int],
    pending: set[int],
) -> None:
    """Give one flow the first free track below all those that must turn before it."""
    if index in tracks or index in pending:
        return
    pending.add(index)
    before = [other for other in near[index] if _turns_before(columns[other], columns[index])]
    for other in before:
        # Deep chains of flows are cut here: a crossing is better than a stack overflow.
        if len(pending) < _DEEPEST:
            _assign_track(other, columns, near, tracks, pending)
    taken = {tracks[other] for other in near[index] if other in tracks}
    track = max((tracks[other] + 1 for other in before if other in tracks), default=0)
    while track in taken:
        track += 1
    tracks[index] = track


def _turns_before(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Tell whether a flow has to turn above another for their lines not to cross."""
    low, high = min(other) - _CLEARANCE, max(other) + _CLEARANCE
    lands_low, lands_high = min(one) - _CLEARANCE, max(one) + _CLEARANCE
    return low < one[0] < high or lands_low < other[1] < lands_high


def route(
    contact: Contact, column: tuple[float, float], track: int | None, task: Bounds, pool: Bounds
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
    task, pool : Bounds
        The step and the swimlane.

    Returns
    -------
    Route
        From its source to its target.
    """
    leaves, arrives = column
    landing = contact.target.y
    points: list[Point] = [(leaves, task.bottom)]
    if track is not None:
        y = pool.bottom + _LABEL_ZONE + track * _TRACK
        points += [(leaves, y), (arrives, y)]
    points.append((arrives, landing))
    if contact.to_customer:
        points.reverse()
    # Of two flows side by side, the left one has its name to the left.
    return Route(tuple(points), (leaves, pool.bottom + 8), label_left=contact.offset < 0)
