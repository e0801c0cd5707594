"""The customer's swimlane fitted to a diagram: where it goes, and how message flows run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import mean

from cjbpmn.diagram import Bounds, Diagram
from cjbpmn.enrichment.lettering import LINE_HEIGHT, OUTSIDE, folded_lines, text_width
from cjbpmn.enrichment.message_fit import MessageFit, NewFlow
from cjbpmn.enrichment.message_names import NAME_GAP
from cjbpmn.enrichment.message_routes import Route
from cjbpmn.enrichment.page_below import PageBelow
from cjbpmn.enrichment.planned import Note, Plan, PlannedStep
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
from cjbpmn.enrichment.swimlane_columns import PlacedStep, step_distance

_UPRIGHT_NAME = 86.0  # the name of evidence below its icon
_TASK_TEXT, _TASK_LINE, _MOST_LINES = 86.0, 14.4, 20
_ONE_LINE = 240.0  # a name longer than this is folded
LEGEND_WIDTH, LEGEND_STEP = 170.0, 32.0
_LEGEND_GAP = 20.0
_NARROW, _STEP, _WORTH_IT = 76.0, 6.0, 16.0  # of folded notes


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
    words : sequence of Bounds
        Where names stand outside of their shapes: no line should run through them.

    Attributes
    ----------
    swimlane : Swimlane
        Where everything of the customer stands.
    border : float
        Where the room for the names of the message flows begins, below the swimlane.
    legend : list of Bounds
        The places of the legend.
    """

    def __init__(
        self,
        plan: Plan,
        diagram: Diagram | None,
        inside: str | None = None,
        words: Sequence[Bounds] = (),
    ) -> None:
        self._plan = plan
        self._page = page = PageBelow(plan, diagram, words)
        self._measures = measures = self._measure()
        lanes = [self._close(one.steps, [*map(self._placed, one.steps)]) for one in plan.journeys]
        self._flows = MessageFit(plan, page, [step for steps in lanes for step in steps])
        own, rest = page.own, page.rest
        frame = page.find(inside) if inside is not None else None
        around = frame or (rest if own is None else own.union(rest))
        # Sideways everything is settled before the height of the gap is known.
        sketch = lay_out(lanes, Room(around.x, around.right, 0), measures=measures)
        gap, flows = self._flows.settle(sketch)
        bottom = (frame or rest).y - gap
        if own is not None and not page.moves_own:
            bottom = min(own.bottom, bottom) if self._flows else own.bottom
        room = Room(around.x, around.right, bottom)
        self.swimlane: Swimlane = lay_out(lanes, room, self._least_heights(), flows, measures)
        self.border = self.swimlane.pool.bottom
        self.legend = self._make_legend() if plan.has_legend else []
        if frame is not None:
            self._widen(gap)

    @property
    def is_upright(self) -> bool:
        """Whether the way of the customer runs from the top down, and x and y change places."""
        return self._page.is_upright

    def routes(self) -> Mapping[NewFlow | str, Route]:
        """Return the way of each message flow that is new, or is drawn anew.

        Returns
        -------
        mapping of NewFlow or str to Route
            By id for those of a black box that is moved. Contacts with what is not drawn have none.
        """
        return self._flows.routes(self.swimlane, self.border)

    def _make_legend(self) -> list[Bounds]:
        """Return the places of a legend at the end of the swimlane, lengthened if need be."""
        pool, lanes = self.swimlane.pool, self.swimlane.lanes
        length = 5 * LEGEND_STEP if self.is_upright else LEGEND_WIDTH
        start = max(pool.right - length - _LEGEND_GAP, lanes[0].right + 2 * _LEGEND_GAP)
        more = max(0.0, start + length + _LEGEND_GAP - pool.right)
        for lane in lanes:
            bounds = lane.bounds
            lane.bounds = Bounds(bounds.x, bounds.y, bounds.width + more, bounds.height)
        self.swimlane = Swimlane(Bounds(pool.x, pool.y, pool.width + more, pool.height), lanes)
        first = lanes[0].bounds.y + 20
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
        return max(FROM_LEFT.depth, min(lines, _MOST_LINES) * _TASK_LINE + 16)

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
        docks = [
            dock for contact in planned.contacts if (dock := self._page.dock(contact)) is not None
        ]
        bounds = [self._page.flow_node(one) for one in meets if one != self._plan.black_box]
        centres = docks or [one.centre[0] for one in bounds if one is not None]
        drawn = self._page.drawn_contacts(planned.contacts)
        along = self._page.name_size(planned.channel)[1 if self.is_upright else 0]
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

    def _close(
        self, planned: Sequence[PlannedStep], placed: Sequence[PlacedStep]
    ) -> Sequence[PlacedStep]:
        """Fold notes that would keep the next step away from what that meets."""
        if self.is_upright:
            return placed
        found = list(placed)
        for index, (step, after) in enumerate(pairwise(placed)):
            if not step.notes or step.wish is None or after.wish is None:
                continue
            if after.wish - step.wish < step_distance(step, after):
                least = max(_NARROW, step.note_room)
                pairs = zip(planned[index].notes, step.notes, strict=True)
                notes = tuple(_folded_size(note, size, least) for note, size in pairs)
                folded = replace(step, notes=notes)
                found[index] = folded if folded.right + _WORTH_IT <= step.right else step
        return found

    def _evidence_length(self, name: str) -> float:
        """Return how much room a piece of evidence takes along the way."""
        if not self.is_upright:
            return evidence_width(name) + 6
        lines = folded_lines(name, _UPRIGHT_NAME, OUTSIDE)
        return ICON_HEIGHT + 10 + LINE_HEIGHT * max(2, lines)


def _middle(places: Sequence[float]) -> float | None:
    if len(places) > 1:
        return mean(places)
    return places[0] if places else None


def _folded_size(note: Note, size: tuple[float, float], least: float) -> tuple[float, float]:
    """Return the size of a note whose lines are folded once; others are folded already."""
    if note.width is not None:
        return size
    most = 2 * (note.text.count("\n") + 1)
    width = size[0]
    while width - _STEP >= least and folded_lines(note.text, width - _STEP - 26) <= most:
        width -= _STEP
    return width, folded_lines(note.text, width - 26) * LINE_HEIGHT + 10


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
