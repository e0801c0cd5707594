"""The customer's swimlane fitted to a diagram: where it goes, and how message flows run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

from cjbpmn.diagram import Bounds, Diagram, union, waypoints_of
from cjbpmn.emotion_scale import describe_emotions
from cjbpmn.enrichment.plan import Plan, PlannedContact, PlannedStep
from cjbpmn.enrichment.swimlane import (
    LINE_HEIGHT,
    Contact,
    PlacedStep,
    Route,
    Swimlane,
    assign_columns,
    assign_tracks,
    gap_height,
    lay_out,
    route,
    text_width,
)
from cjbpmn.vocabulary import Direction

_NOTHING_DRAWN = Bounds(0, 0, 600, 0)
_SIDE_BY_SIDE = 24.0  # between two message flows at one step


class SwimlaneFit:
    """Fits the swimlane of a plan above what is drawn.

    Parameters
    ----------
    plan : Plan
        The steps and what they meet.
    diagram : Diagram or None
        What is drawn already; None where there is no diagram.

    Attributes
    ----------
    lane : Swimlane
        Where everything of the customer stands.
    """

    def __init__(self, plan: Plan, diagram: Diagram | None) -> None:
        self._plan = plan
        self._diagram = diagram
        box = plan.black_box
        drawn = dict(diagram.drawn()) if diagram is not None else {}
        own = drawn.pop(box, None) if box is not None else None
        self._obstacles = self._shapes_in_the_way(drawn)
        rest = self._extent_without(own)
        steps = [self._placed(planned) for planned in plan.steps]
        left, right = (own.x, own.right) if own else (rest.x, rest.right)
        # Sideways everything is settled before the height of the gap is known.
        least = 0.9 * max(map(text_width, (plan.name, plan.lane_name))) + 20
        sketch = lay_out(steps, left, right, 0)
        self._new = self._new_contacts()
        self._columns = assign_columns([c for _, _, c in self._new], sketch.tasks, self._obstacles)
        self._tracks = assign_tracks(self._columns)
        used = max((track + 1 for track in self._tracks if track is not None), default=0)
        bottom = rest.y - gap_height(used)
        if own is not None and own.bottom <= rest.y:
            bottom = min(own.bottom, bottom) if self._new else own.bottom
        self.lane: Swimlane = lay_out(steps, left, right, bottom, least)

    def routes(self) -> Mapping[tuple[int, PlannedContact], Route]:
        """Return the way of each message flow that is new.

        Returns
        -------
        mapping of (order of the step, contact) to Route
            Contacts with what is not drawn have none.
        """
        ways = {}
        for (planned, contact, placed), column, track in zip(
            self._new, self._columns, self._tracks, strict=True
        ):
            task = self.lane.tasks[placed.step]
            ways[planned.order, contact] = route(placed, column, track, task, self.lane.pool)
        return ways

    def _placed(self, planned: PlannedStep) -> PlacedStep:
        meets = [contact.other for contact in planned.contacts] or planned.refs
        docks = [dock for contact in planned.contacts if (dock := self._dock(contact)) is not None]
        bounds = [self._bounds(identifier) for identifier in meets]
        centres = docks or [one.centre[0] for one in bounds if one is not None]
        lines = describe_emotions(planned.step.feels, self._plan.language)
        return PlacedStep(
            wish=mean(centres) if centres else None,
            phase=planned.step.phase,
            evidence=tuple(
                min(90.0, max(52.0, 0.9 * text_width(seen.text) + 12)) for seen in planned.step.sees
            ),
            note=_note_size(lines),
        )

    def _bounds(self, identifier: str) -> Bounds | None:
        if self._diagram is None or identifier == self._plan.black_box:
            return None
        node = self._plan.graph.nodes.get(identifier)
        is_flow_node = node is not None and node.type != "participant"
        return self._diagram.bounds(identifier) if is_flow_node else None

    def _dock(self, contact: PlannedContact) -> float | None:
        """Return the x at which a message flow of the black box docks to it."""
        edge = self._diagram.edge(contact.flow) if self._diagram and contact.flow else None
        points = waypoints_of(edge) if edge is not None else []
        if not points:
            return None
        return points[0 if contact.direction == Direction.FROM_CUSTOMER else -1][0]

    def _new_contacts(self) -> list[tuple[PlannedStep, PlannedContact, Contact]]:
        found = []
        for index, planned in enumerate(self._plan.steps):
            new = [contact for contact in planned.contacts if contact.flow is None]
            drawn = [(c, b) for c in new if (b := self._target(c.other)) is not None]
            for number, (contact, target) in enumerate(drawn):
                offset = (number - (len(drawn) - 1) / 2) * _SIDE_BY_SIDE
                to_customer = contact.direction == Direction.TO_CUSTOMER
                found.append((planned, contact, Contact(index, target, to_customer, offset)))
        return found

    def _target(self, identifier: str) -> Bounds | None:
        """Return what a message flow comes down to; nothing outside a pool can have one drawn."""
        node = self._plan.graph.nodes[identifier]
        if self._diagram is None or (node.participant is None and self._plan.has_collaboration):
            return None
        return self._diagram.bounds(identifier)

    def _shapes_in_the_way(self, drawn: Mapping[str, Bounds]) -> Sequence[Bounds]:
        """Return what a message flow should not run through: not pools, lanes or sub-processes."""
        graph = self._plan.graph
        through = graph.participants.keys() | graph.lanes.keys()
        through |= {node.scope for node in graph.nodes.values() if node.scope is not None}
        return [bounds for identifier, bounds in drawn.items() if identifier not in through]

    def _extent_without(self, own: Bounds | None) -> Bounds:
        """Return the room that everything but the black box takes."""
        if self._diagram is None:
            return _NOTHING_DRAWN
        shapes = [b for one, b in self._diagram.drawn() if one != self._plan.black_box]
        if own is not None and shapes:
            return union(shapes) or own
        return self._diagram.extent() or own or _NOTHING_DRAWN


def _note_size(lines: Sequence[str]) -> tuple[float, float] | None:
    """Return the width and height of a note; symbols are wider than letters, and it is padded."""
    if not lines:
        return None
    return 1.1 * max(map(text_width, lines)) + 30, len(lines) * LINE_HEIGHT + 10
