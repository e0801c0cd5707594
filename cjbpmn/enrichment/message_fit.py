"""Which message flows run between a swimlane and the model below it, and how."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cjbpmn.diagram import Bounds
from cjbpmn.enrichment.lettering import LINE_HEIGHT
from cjbpmn.enrichment.message_names import FlowName, place_names, place_upright
from cjbpmn.enrichment.message_routes import (
    LABEL_ZONE,
    Contact,
    Route,
    assign_columns,
    assign_tracks,
    gap_height,
    route,
)
from cjbpmn.enrichment.page_below import PageBelow
from cjbpmn.enrichment.planned import Plan, PlannedContact
from cjbpmn.enrichment.swimlane import Swimlane
from cjbpmn.enrichment.swimlane_columns import PlacedStep
from cjbpmn.vocabulary import Direction

NewFlow = tuple[int, int, PlannedContact]
"""The number of a journey, the order of a step, and one of its contacts without a flow."""

_SIDE_BY_SIDE: Final = 24.0  # between two message flows at one step
_TOP: Final = 8.0  # between the swimlane and the names of the flows


@dataclass(frozen=True, slots=True)
class _Flow:
    """A message flow that is drawn, or drawn anew.

    Parameters
    ----------
    key : NewFlow or str
        What it is for; the id of the flow where that is there already.
    contact : Contact
        Where it runs.
    lane : int
        The lane that it comes from; -1 where it comes from the pool.
    width, height : float
        The size of its name.
    """

    key: NewFlow | str
    contact: Contact
    lane: int
    width: float
    height: float


class MessageFit:
    """The message flows of a plan.

    Parameters
    ----------
    plan : Plan
        The steps and what they meet.
    page : PageBelow
        What is drawn already.
    placed : sequence of PlacedStep
        The steps of all journeys.

    Attributes
    ----------
    zone : float
        How much room the names take below the swimlane.
    """

    def __init__(self, plan: Plan, page: PageBelow, placed: Sequence[PlacedStep]) -> None:
        self._plan = plan
        self._page = page
        self._pool = len(placed)  # the pool stands after all steps
        # Those of a black box can run in few ways: they come first.
        self._flows = [*self._moved_flows(), *self._new_flows(placed)]
        self._columns: list[tuple[float, float]] = []
        self._tracks: list[int | None] = []
        self.zone = self._name_zone()

    def __bool__(self) -> bool:
        return bool(self._flows)

    def settle(self, sketch: Swimlane) -> tuple[float, list[tuple[int, float]]]:
        """Settle where all flows run, as soon as it is known how far along the steps stand.

        Parameters
        ----------
        sketch : Swimlane
            The swimlane; all y may still change.

        Returns
        -------
        gap : float
            How much room there must be between the swimlane and what is drawn.
        flows : list of (lane, x)
            The lane that each message flow comes from, and where it runs down.
        """
        page = self._page
        moved = {flow.key for flow in self._flows if isinstance(flow.key, str)}
        self._columns = assign_columns(
            [flow.contact for flow in self._flows],
            [*sketch.tasks, sketch.pool],
            page.shapes_in_the_way(),
            page.lines(moved),
            page.words,
        )
        self._tracks = assign_tracks(self._columns)
        used = max((track + 1 for track in self._tracks if track is not None), default=0)
        flows = [
            (flow.lane, leaves)
            for flow, (leaves, _) in zip(self._flows, self._columns, strict=True)
            if flow.lane >= 0
        ]
        return gap_height(used, self.zone), flows

    def routes(self, swimlane: Swimlane, border: float) -> Mapping[NewFlow | str, Route]:
        """Return the way of each message flow.

        Parameters
        ----------
        swimlane : Swimlane
            The swimlane.
        border : float
            Where the room for the names of the flows begins.

        Returns
        -------
        mapping of NewFlow or str to Route
            By id for those of a black box that is moved. Contacts with what is not drawn have none.
        """
        names = self._place_names(border + _TOP)
        ends = [*swimlane.tasks, swimlane.pool]
        ways = {}
        for place, flow in enumerate(self._flows):
            end, column, track = ends[flow.contact.step], self._columns[place], self._tracks[place]
            way = route(flow.contact, column, track, end, border + self.zone)
            ways[flow.key] = replace(way, name=names.get(place))
        return ways

    def _moved_flows(self) -> Iterator[_Flow]:
        """Yield the message flows of a black box that does not stand on top already."""
        box, graph = self._plan.black_box, self._plan.graph
        if box is None or not self._page.moves_own:
            return
        ways = [(flow, flow.target, False) for flow in graph.outgoing(box, "message")]
        ways += [(flow, flow.source, True) for flow in graph.incoming(box, "message")]
        for flow, other, to_customer in ways:
            target = self._page.find(other)
            points = self._page.points(flow.id)
            if target is None or len(points) <= 1:
                continue
            node = graph.nodes.get(other)
            contact = Contact(
                self._pool,
                target,
                to_customer,
                reach=math.inf,  # It may leave the pool anywhere.
                is_round=node is not None and node.is_event,
                aside=points[0 if to_customer else -1][0] - target.centre[0],
            )
            yield _Flow(flow.id, contact, -1, *self._page.name_size(flow.name))

    def _new_flows(self, placed: Sequence[PlacedStep]) -> Iterator[_Flow]:
        for index, (journey, planned) in enumerate(self._plan.steps()):
            drawn = self._page.drawn_contacts(planned.contacts)
            # In the order of what they meet, they need not cross.
            drawn.sort(key=lambda one: one[1].centre[0])
            slots = _slots(len(drawn), -placed[index].flow_least, placed[index].flow_reach)
            size = self._page.name_size(planned.channel)
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
                key = journey.number, planned.order, contact
                yield _Flow(key, line, journey.number - 1, *size)

    def _name_zone(self) -> float:
        if self._page.is_upright:
            return max((flow.width for flow in self._flows), default=0.0) + 20
        highest = 0.0
        rows: dict[int, list[float]] = {}
        for flow in self._flows:
            if flow.contact.step == self._pool:
                highest = max(highest, flow.height)
            else:
                rows.setdefault(flow.contact.step, []).append(flow.height)
        # The first of several has its name on the other side.
        highest = max([highest, *(sum(row[1:]) or row[0] for row in rows.values())])
        return max(LABEL_ZONE, LABEL_ZONE - LINE_HEIGHT + highest)

    def _place_names(self, top: float) -> dict[int, Bounds]:
        """Return where the names of the message flows go, as far as they have any."""
        named = [place for place, flow in enumerate(self._flows) if flow.width]
        names = [
            FlowName(self._step(place), self._columns[place][0], flow.width, flow.height)
            for place in named
            for flow in [self._flows[place]]
        ]
        lines = [leaves for leaves, _ in self._columns] + self._page.docks()
        is_upright = self._page.is_upright
        found = place_upright(names, top) if is_upright else place_names(names, top, lines)
        return dict(zip(named, found, strict=True))

    def _step(self, place: int) -> int:
        """Return which step a flow leaves; what leaves the pool has none in common."""
        step = self._flows[place].contact.step
        return step if step < self._pool else self._pool + place


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
