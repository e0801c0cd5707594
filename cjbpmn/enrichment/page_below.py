"""What a model has drawn already, as a swimlane that comes on top of it sees it."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Final

from cjbpmn.diagram import Bounds, Diagram, Point, union, waypoints_of
from cjbpmn.enrichment.message_names import NAME_WIDTH, name_size
from cjbpmn.enrichment.planned import Plan, PlannedContact
from cjbpmn.graph import FlowNode
from cjbpmn.vocabulary import Direction

_NOTHING_DRAWN: Final = Bounds(0, 0, 600, 0)


class PageBelow:
    """The page below the swimlane.

    Where the way of the customer runs from the top down, x and y change places in all of it.

    Parameters
    ----------
    plan : Plan
        The model, and what is met in it.
    diagram : Diagram or None
        What is drawn; None where there is no diagram.
    words : sequence of Bounds
        Where names stand outside of their shapes, on the page.

    Attributes
    ----------
    is_upright : bool
        Whether the way of the customer runs from the top down.
    words : list of Bounds
        Where names stand.
    own : Bounds or None
        Where the black box is drawn that is the customer.
    rest : Bounds
        The room that all but that takes.
    """

    def __init__(self, plan: Plan, diagram: Diagram | None, words: Sequence[Bounds]) -> None:
        self._plan = plan
        self._diagram = diagram
        self.is_upright = diagram is not None and diagram.is_upright
        drawn = diagram.drawn() if diagram is not None else ()
        self._drawn = {identifier: self.turned(bounds) for identifier, bounds in drawn}
        self.words = [self.turned(word) for word in words]
        self.own = self.find(plan.black_box) if plan.black_box is not None else None
        self.rest = self._extent_without_own()

    def turned(self, bounds: Bounds) -> Bounds:
        """Let x and y change places where the way of the customer runs from the top down."""
        if not self.is_upright:
            return bounds
        return Bounds(bounds.y, bounds.x, bounds.height, bounds.width)

    def name_size(self, name: str) -> tuple[float, float]:
        """Return how wide and high the name of a message flow is; beside a level one is room."""
        return name_size(name, math.inf if self.is_upright else NAME_WIDTH)

    def find(self, identifier: str) -> Bounds | None:
        """Return where something is drawn."""
        return self._drawn.get(identifier)

    @property
    def moves_own(self) -> bool:
        """Whether the black box is drawn, and does not stand on top."""
        return self.own is not None and self.own.bottom > self.rest.y

    def flow_node(self, identifier: str) -> Bounds | None:
        """Return where a flow node is drawn, or what it is in; above all else stands no step."""
        nodes = self._plan.graph.nodes
        node = nodes.get(identifier)
        while node is not None and node.type != "participant":
            found = self.find(node.id)
            if found is not None or node.scope is None:
                return found
            node = nodes.get(node.scope)
        return None

    def drawn_contacts(
        self, contacts: Sequence[PlannedContact]
    ) -> list[tuple[PlannedContact, Bounds]]:
        """Return the message flows that a step gets, with what each comes down to."""
        new = [contact for contact in contacts if contact.flow is None]
        return [(one, bounds) for one in new if (bounds := self._target(one.other)) is not None]

    def _target(self, identifier: str) -> Bounds | None:
        """Return what a message flow comes down to; nothing outside a pool can have one drawn."""
        node: FlowNode = self._plan.graph.nodes[identifier]
        if node.participant is None and self._plan.has_collaboration:
            return None
        return self.find(identifier)

    def dock(self, contact: PlannedContact) -> float | None:
        """Return where along the way a message flow of the black box docks to it."""
        end = 0 if contact.direction == Direction.FROM_CUSTOMER else -1
        return self._dock_at(contact.flow, end) if contact.flow else None

    def docks(self) -> list[float]:
        """Return where all message flows of the black box dock to it, if it is not moved."""
        box, graph = self._plan.black_box, self._plan.graph
        if box is None or self.moves_own:
            return []
        ways = ((graph.outgoing(box, "message"), 0), (graph.incoming(box, "message"), -1))
        found = (self._dock_at(flow.id, end) for flows, end in ways for flow in flows)
        return [dock for dock in found if dock is not None]

    def _dock_at(self, flow: str, end: int) -> float | None:
        points = self.points(flow)[:: -1 if end else 1]
        if self.own is not None and not self.moves_own:
            # What runs beside or behind the box will be left out.
            while len(points) > 2 and points[1][1] <= self.own.bottom:  # noqa: PLR2004
                del points[0]
        return points[0][0] if points else None

    def points(self, flow: str) -> list[Point]:
        """Return the points of the line of a flow; none where it is not drawn."""
        edge = self._diagram.edge(flow) if self._diagram is not None else None
        points = [] if edge is None else waypoints_of(edge)
        return [(y, x) for x, y in points] if self.is_upright else points

    def shapes_in_the_way(self) -> Sequence[Bounds]:
        """Return what a message flow should not run through: not pools, lanes or sub-processes."""
        through = self._frames() | {self._plan.black_box}
        return [bounds for identifier, bounds in self._drawn.items() if identifier not in through]

    def lines(self, without: Container[str]) -> Sequence[Bounds]:
        """Return the straight parts of the lines, and the borders of pools and the like."""
        if self._diagram is None:
            return []
        lines = [self.turned(line) for line in self._diagram.lines(without)]
        borders = [
            Bounds(x, frame.y, 0, frame.height)
            for frame in map(self.find, sorted(self._frames()))
            if frame is not None
            for x in (frame.x, frame.right)
        ]
        return lines + borders

    def _frames(self) -> set[str]:
        """Return what other things stand in: pools, lanes and sub-processes."""
        graph = self._plan.graph
        frames = graph.participants.keys() | graph.lanes.keys()
        frames |= {node.scope for node in graph.nodes.values() if node.scope is not None}
        return frames - {self._plan.black_box}

    def _extent_without_own(self) -> Bounds:
        if self._diagram is None:
            return _NOTHING_DRAWN
        if self.own is not None:
            shapes = union(b for one, b in self._drawn.items() if one != self._plan.black_box)
            if shapes is not None:
                return shapes
        extent = self._diagram.extent(map(self.turned, self._drawn.values()))
        return self.turned(extent) if extent is not None else self.own or _NOTHING_DRAWN
