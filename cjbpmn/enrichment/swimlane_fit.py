"""The customer's swimlane fitted to a diagram: where it goes, and how message flows run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import mean
from typing import NamedTuple

from cjbpmn.diagram import Bounds, Diagram, union, waypoints_of
from cjbpmn.enrichment.lettering import LINE_HEIGHT, OUTSIDE, folded_lines, text_width
from cjbpmn.enrichment.message_names import (
    NAME_GAP,
    FlowName,
    name_size,
    place_names,
    place_upright,
)
from cjbpmn.enrichment.message_routes import (
    LABEL_ZONE,
    Contact,
    Route,
    assign_columns,
    assign_tracks,
    gap_height,
    route,
)
from cjbpmn.enrichment.planned import Note, Plan, PlannedContact, PlannedJourney, PlannedStep
from cjbpmn.enrichment.swimlane import (
    FROM_LEFT,
    FROM_TOP,
    ICON_HEIGHT,
    Measures,
    Room,
    Swimlane,
    evidence_width,
    fit_names,
    lay_out,
)
from cjbpmn.enrichment.swimlane_columns import PlacedStep
from cjbpmn.vocabulary import Direction

_NOTHING_DRAWN = Bounds(0, 0, 600, 0)
_UPRIGHT_NAME = 86.0  # the name of evidence below its icon
_TASK_TEXT, _TASK_LINE, _MOST_LINES = 86.0, 14.4, 12
_ONE_LINE = 240.0  # a name longer than this is folded
LEGEND_WIDTH, LEGEND_STEP = 170.0, 32.0
_SIDE_BY_SIDE = 24.0  # between two message flows at one step


class _NewContact(NamedTuple):
    """A message flow to be drawn: whose it is, and where it goes."""

    journey: PlannedJourney
    step: PlannedStep
    contact: PlannedContact
    drawn: Contact


class SwimlaneFit:
    """Fits the swimlane of a plan above what is drawn.

    Parameters
    ----------
    plan : Plan
        The steps and what they meet.
    diagram : Diagram or None
        What is drawn already; None where there is no diagram.
    inside : str or None
        The pool in which the swimlane goes; None where it gets a pool of its own.

    Attributes
    ----------
    swimlane : Swimlane
        Where everything of the customer stands.
    is_upright : bool
        Whether the way of the customer runs from the top down, and x and y change places.
    zone : float
        How much room the names of the message flows take below the swimlane.
    border : float
        Where that room begins.
    legend : list of Bounds
        The places of the legend.
    """

    def __init__(self, plan: Plan, diagram: Diagram | None, inside: str | None = None) -> None:
        self._plan = plan
        self._diagram = diagram
        self.is_upright = diagram is not None and diagram.is_upright
        drawn = diagram.drawn() if diagram is not None else ()
        self._drawn = {identifier: self.turned(bounds) for identifier, bounds in drawn}
        self._measures = measures = self._measure()
        lanes = [[self._placed(step) for step in one.steps] for one in plan.journeys]
        self._new = self._new_contacts([step for steps in lanes for step in steps])
        self._names = [name_size(new.step.step.channel or "") for new in self._new]
        self.zone = self._label_zone()
        own = self._own()
        rest = self._extent_without(own)
        frame = self._find(inside) if inside is not None else None
        around = frame or own or rest
        # Sideways everything is settled before the height of the gap is known.
        sketch = lay_out(lanes, Room(around.x, around.right, 0), measures=measures)
        obstacles = self._shapes_in_the_way()
        flows_down = [new.drawn for new in self._new]
        self._columns = assign_columns(flows_down, sketch.tasks, obstacles, self._lines())
        self._tracks = assign_tracks(self._columns)
        used = max((track + 1 for track in self._tracks if track is not None), default=0)
        gap = gap_height(used, self.zone)
        bottom = (frame or rest).y - gap
        if own is not None and own.bottom <= rest.y:
            bottom = min(own.bottom, bottom) if self._new else own.bottom
        flows = [
            (new.journey.number - 1, leaves)
            for new, (leaves, _) in zip(self._new, self._columns, strict=True)
        ]
        room = Room(around.x, around.right, bottom)
        self.swimlane: Swimlane = lay_out(lanes, room, self._least_heights(), flows, measures)
        self.border = self.swimlane.pool.bottom
        self.legend = self._make_legend() if plan.has_legend else []
        if frame is not None:
            self._widen(gap)

    def routes(self) -> Mapping[tuple[int, int, PlannedContact], Route]:
        """Return the way of each message flow that is new.

        Returns
        -------
        mapping of (number of the journey, order of the step, contact) to Route
            Contacts with what is not drawn have none.
        """
        ways = {}
        tasks, names = self.swimlane.tasks, self._place_names()
        for place, (new, column) in enumerate(zip(self._new, self._columns, strict=True)):
            task, track = tasks[new.drawn.step], self._tracks[place]
            way = route(new.drawn, column, track, task, self.border + self.zone)
            way = replace(way, name=names.get(place))
            ways[new.journey.number, new.step.order, new.contact] = way
        return ways

    def _place_names(self) -> dict[int, Bounds]:
        """Return where the names of the new message flows go, as far as they have any."""
        named = [place for place, (width, _) in enumerate(self._names) if width]
        names = [
            FlowName(self._new[place].drawn.step, self._columns[place][0], *self._names[place])
            for place in named
        ]
        if self.is_upright:
            found = place_upright(names, self.border + 8)
        else:
            found = place_names(names, self.border + 8, self._docks())
        return dict(zip(named, found, strict=True))

    def _docks(self) -> list[float]:
        """Return where the message flows meet the black box that it has already."""
        box, graph = self._plan.black_box, self._plan.graph
        if box is None:
            return []
        ways = ((graph.outgoing(box, "message"), 0), (graph.incoming(box, "message"), -1))
        found = (self._dock_at(flow.id, end) for flows, end in ways for flow in flows)
        return [dock for dock in found if dock is not None]

    def way_down(self, target: Bounds) -> float:
        """Return where a line can best run straight from the swimlane to a shape that is drawn.

        Parameters
        ----------
        target : Bounds
            The shape, on the page.

        Returns
        -------
        float
            Its x; or its y where the way of the customer runs from the top down.
        """
        target = self.turned(target)
        [column] = assign_columns(
            [Contact(0, target)], [target], self._shapes_in_the_way(), self._lines()
        )
        middle, x = target.centre[0], column[1]
        return x if abs(x - middle) < target.width / 2 else middle

    def turned(self, bounds: Bounds) -> Bounds:
        """Let x and y change places where the way of the customer runs from the top down."""
        if not self.is_upright:
            return bounds
        return Bounds(bounds.y, bounds.x, bounds.height, bounds.width)

    def _make_legend(self) -> list[Bounds]:
        """Lengthen the swimlane by the room for a legend, and return the places in it."""
        pool, lanes = self.swimlane.pool, self.swimlane.lanes
        length = 5 * LEGEND_STEP + 40 if self.is_upright else LEGEND_WIDTH + 30
        for lane in lanes:
            bounds = lane.bounds
            lane.bounds = Bounds(bounds.x, bounds.y, bounds.width + length, bounds.height)
        self.swimlane = Swimlane(Bounds(pool.x, pool.y, pool.width + length, pool.height), lanes)
        first, start = lanes[0].bounds.y + 20, pool.right + 10
        if self.is_upright:
            return [
                Bounds(start + number * LEGEND_STEP, first, LEGEND_STEP - 8, LEGEND_WIDTH)
                for number in range(5)
            ]
        return [
            Bounds(start, first + number * LEGEND_STEP, LEGEND_WIDTH, LEGEND_STEP - 8)
            for number in range(5)
        ]

    def _widen(self, gap: float) -> None:
        """Give the gap to the last lane: where all stands in one pool there is none between."""
        pool, (*upper, last) = self.swimlane.pool, self.swimlane.lanes
        grown = Bounds(pool.x, pool.y, pool.width, pool.height + gap)
        bounds = last.bounds
        last.bounds = Bounds(bounds.x, bounds.y, bounds.width, bounds.height + gap)
        self.swimlane = Swimlane(grown, (*upper, last))

    def _measure(self) -> Measures:
        height = self._task_height()
        if not self.is_upright:
            journeys = [one.journey for one in self._plan.journeys]
            return fit_names(
                replace(FROM_LEFT, depth=height),
                (phase.name for one in journeys for phase in one.phases),
                (seen.text for _, step in self._plan.steps() for seen in step.sees),
                (name for one in journeys for name in (one.trigger, one.outcome) if name),
            )
        names = [phase.name for one in self._plan.journeys for phase in one.journey.phases]
        widest = max((text_width(name, OUTSIDE) for name in names), default=0.0)
        return replace(FROM_TOP, length=height, heading=min(widest, 140) + 26)

    def _task_height(self) -> float:
        """Return how high tasks must be for the longest name in them."""
        names = [step.step.do for _, step in self._plan.steps()]
        lines = max((folded_lines(name, _TASK_TEXT) for name in names), default=1)
        return max(FROM_LEFT.depth, min(lines, _MOST_LINES) * _TASK_LINE + 8)

    def _label_zone(self) -> float:
        """Return how much room the names of the message flows need below the swimlane."""
        if self.is_upright:
            return max((width for width, _ in self._names), default=0.0) + 20
        rows: dict[int, list[float]] = {}
        for new, (_, height) in zip(self._new, self._names, strict=True):
            rows.setdefault(new.drawn.step, []).append(height)
        # The first of several has its name on the other side.
        highest = max((sum(row[1:]) or row[0] for row in rows.values()), default=0.0)
        return max(LABEL_ZONE, LABEL_ZONE - LINE_HEIGHT + highest)

    def _own(self) -> Bounds | None:
        """Return where the black box is drawn."""
        return self._find(self._plan.black_box) if self._plan.black_box is not None else None

    def _find(self, identifier: str) -> Bounds | None:
        return self._drawn.get(identifier)

    def _least_heights(self) -> list[float]:
        """Return how high each lane must be for its name, and for its part of the pool's."""
        journeys = self._plan.journeys
        shared = text_width(self._plan.name) / len(journeys)
        needed = [max(shared, text_width(one.lane_name)) for one in journeys]
        # A band is wide enough for two lines.
        least = [20 + (one if one <= _ONE_LINE else max(_ONE_LINE, one / 2 + 30)) for one in needed]
        if self._plan.has_legend:
            across = LEGEND_WIDTH if self.is_upright else 5 * LEGEND_STEP
            least[0] = max(least[0], across + 40)
        return least

    def _placed(self, planned: PlannedStep) -> PlacedStep:
        meets = [contact.other for contact in planned.contacts] or planned.refs
        docks = [dock for contact in planned.contacts if (dock := self._dock(contact)) is not None]
        bounds = [self._bounds(identifier) for identifier in meets]
        centres = docks or [one.centre[0] for one in bounds if one is not None]
        drawn = self._drawn_contacts(planned)
        along = name_size(planned.step.channel or "")[1 if self.is_upright else 0]
        name = NAME_GAP + along if along else 0.0
        return PlacedStep(
            wish=_middle(centres),
            phase=planned.phase,
            evidence=tuple(self._evidence_length(seen.text) for seen in planned.sees),
            notes=tuple(note_size(note, is_upright=self.is_upright) for note in planned.notes),
            flows=bool(drawn),
            label=name,
            before=name if len(drawn) > 1 else 0.0,
            length=self._measures.length,
        )

    def _evidence_length(self, name: str) -> float:
        """Return how much room a piece of evidence takes along the way."""
        if not self.is_upright:
            return evidence_width(name) + 6
        lines = folded_lines(name, _UPRIGHT_NAME, OUTSIDE)
        return ICON_HEIGHT + 10 + LINE_HEIGHT * max(2, lines)

    def _bounds(self, identifier: str) -> Bounds | None:
        if self._diagram is None or identifier == self._plan.black_box:
            return None
        node = self._plan.graph.nodes.get(identifier)
        is_flow_node = node is not None and node.type != "participant"
        return self._find(identifier) if is_flow_node else None

    def _dock(self, contact: PlannedContact) -> float | None:
        """Return the x at which a message flow of the black box docks to it."""
        end = 0 if contact.direction == Direction.FROM_CUSTOMER else -1
        return self._dock_at(contact.flow, end) if contact.flow else None

    def _dock_at(self, flow: str, end: int) -> float | None:
        edge = self._diagram.edge(flow) if self._diagram is not None else None
        points = waypoints_of(edge) if edge is not None else []
        return points[end][1 if self.is_upright else 0] if points else None

    def _new_contacts(self, placed: Sequence[PlacedStep]) -> list[_NewContact]:
        found = []
        for index, (journey, planned) in enumerate(self._plan.steps()):
            # In the order of what they meet, they need not cross.
            drawn = sorted(self._drawn_contacts(planned), key=lambda one: one[1].centre[0])
            slots = _slots(len(drawn), -placed[index].flow_least, placed[index].flow_reach)
            for (contact, target), (offset, least, reach) in zip(drawn, slots, strict=True):
                line = Contact(
                    index,
                    target,
                    contact.direction == Direction.TO_CUSTOMER,
                    offset,
                    reach,
                    least,
                    is_round=self._plan.graph.nodes[contact.other].is_event,
                )
                found.append(_NewContact(journey, planned, contact, line))
        return found

    def _drawn_contacts(self, planned: PlannedStep) -> list[tuple[PlannedContact, Bounds]]:
        """Return the message flows that a step gets, with what each comes down to."""
        new = [contact for contact in planned.contacts if contact.flow is None]
        return [(one, bounds) for one in new if (bounds := self._target(one.other)) is not None]

    def _target(self, identifier: str) -> Bounds | None:
        """Return what a message flow comes down to; nothing outside a pool can have one drawn."""
        node = self._plan.graph.nodes[identifier]
        if self._diagram is None or (node.participant is None and self._plan.has_collaboration):
            return None
        return self._find(identifier)

    def _shapes_in_the_way(self) -> Sequence[Bounds]:
        """Return what a message flow should not run through: not pools, lanes or sub-processes."""
        graph = self._plan.graph
        through = graph.participants.keys() | graph.lanes.keys()
        through |= {node.scope for node in graph.nodes.values() if node.scope is not None}
        if self._plan.black_box is not None:
            through |= {self._plan.black_box}
        return [bounds for identifier, bounds in self._drawn.items() if identifier not in through]

    def _lines(self) -> Sequence[Bounds]:
        """Return the straight parts of the lines that are drawn."""
        return [self.turned(line) for line in self._diagram.lines()] if self._diagram else []

    def _extent_without(self, own: Bounds | None) -> Bounds:
        """Return the room that everything but the black box takes."""
        if self._diagram is None:
            return _NOTHING_DRAWN
        if own is not None:
            shapes = union(b for one, b in self._drawn.items() if one != self._plan.black_box)
            if shapes is not None:
                return shapes
        extent = self._diagram.extent(map(self.turned, self._drawn.values()))
        return self.turned(extent) if extent is not None else own or _NOTHING_DRAWN


def _slots(count: int, left: float, right: float) -> list[tuple[float, float, float]]:
    """Share the lower border of a step out among its message flows.

    Returns where from its middle each of them leaves it, and between what it may do so.
    """
    if count <= 1:
        return [(0.0, left, right)] * count
    apart = min(_SIDE_BY_SIDE, (right - left) / (count - 1))
    first = max(left, min(-apart * (count - 1) / 2, right - apart * (count - 1)))
    offsets = [first + apart * number for number in range(count)]
    inner = apart / 4
    return [
        (
            offset,
            left if number == 0 else offset - inner,
            right if number == count - 1 else offset + inner,
        )
        for number, offset in enumerate(offsets)
    ]


def _middle(places: Sequence[float]) -> float | None:
    if len(places) > 1:
        return mean(places)
    return places[0] if places else None


def note_size(
    note: Note, *, is_upright: bool = False, is_tight: bool = False
) -> tuple[float, float]:
    """Return the size of a note; symbols are wider than letters, and it is padded.

    Parameters
    ----------
    note : Note
        What it says, and where it is folded.
    is_upright : bool
        Whether x and y change places.
    is_tight : bool
        Whether it has to stand close to others.

    Returns
    -------
    length, depth : float
        Along the way of the customer, and across it.
    """
    lines = note.text.split("\n")
    if note.width is None:
        widest, count = max(map(text_width, lines)), len(lines)
        # Symbols come from other fonts, and are not everywhere as wide.
        width = widest + widest // 20 + (20 if is_tight else 26)
    else:
        width = note.width
        count = folded_lines(note.text, width - 16)
    height = count * LINE_HEIGHT + 10
    return (height, width) if is_upright else (width, height)
