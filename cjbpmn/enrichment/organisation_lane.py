"""The customer as a lane of the organisation's own pool: on top in it, linked by associations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from cjbpmn import elements as bpmn
from cjbpmn.diagram import Bounds
from cjbpmn.elements import Element, make
from cjbpmn.enrichment.customer_lane import CustomerLane, Ends, reference
from cjbpmn.enrichment.customer_pool import CustomerPool
from cjbpmn.enrichment.planned import Plan, PlannedStep
from cjbpmn.enrichment.swimlane import POOL_BAND, LanePlaces
from cjbpmn.enrichment.swimlane_fit import SwimlaneFit
from cjbpmn.names import local_name
from cjbpmn.vocabulary import Direction


def process_to_share(plan: Plan) -> str | None:
    """Return the process that the customer meets most, else the one with most in it.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    str or None
        Its id; None where no process does anything.
    """
    nodes = plan.graph.nodes
    met = Counter(
        nodes[contact.other].process for _, step in plan.steps() for contact in step.contacts
    )
    size = Counter(node.process for node in nodes.values() if node.type != "participant")
    pooled = {node.process for node in nodes.values() if node.participant is not None}
    found = [
        process
        for process in size
        if process is not None and (process in pooled or not plan.has_collaboration)
    ]
    return max(found, key=lambda process: (met[process], size[process]), default=None)


class OrganisationLane(CustomerPool):
    """Builds the customer's lane in the pool of the organisation.

    A line between two activities of one pool is an association: a message flow there is turned
    into something else by the tools that draw it.
    """

    def _make_fit(self) -> SwimlaneFit:
        found = [
            one
            for one in bpmn.children(self.collaboration, "participant")
            if (one.get("processRef") or "").rpartition(":")[2] == self.plan.lane_in
        ]
        # What is not drawn has no pool made for it.
        self.has_pool = bool(found)
        self.participant = found[0] if found else self.collaboration
        return SwimlaneFit(self.plan, self.diagram, self._pool_id, self._words())

    @property
    def _pool_id(self) -> str:
        return self.participant.get("id", "")

    @property
    def has_room(self) -> bool:
        """Whether the pool can grow without lying on anything else."""
        if self.diagram is None or not self.has_pool:
            return self.has_pool
        pool = self.diagram.bounds(self._pool_id)
        if pool is None:
            return False
        grown = self.sheet.on_page(self._grown())
        return not any(
            grown.overlaps(bounds) and not pool.overlaps(bounds)
            for identifier, bounds in self.diagram.drawn()
            if identifier != self._pool_id
        )

    def build(self) -> tuple[tuple[str, ...], Element]:
        """Write the lane.

        Returns
        -------
        customers : tuple of str
            The ids of the lanes.
        process : lxml element
            The process of the organisation.
        """
        self._declare()
        process = self.document.element(self.plan.lane_in or "")
        made = [
            CustomerLane(planned, places, self.record, self.sheet, self._ends())
            for planned, places in zip(
                self.plan.journeys, self._lanes_in_line(process), strict=True
            )
        ]
        self._add_lanes(process, [one.lane for one in made])
        for lane in made:
            if lane.categories is not None:
                self.record.add(self.document.root, lane.categories)
            self._add_all(process, lane.content)
        self._add_all(process, self._legend())
        for planned in self.plan.journeys:
            self._message_flows(planned, self._pool_id)
        self._widen_lanes(process)
        self._draw(self.participant)
        return tuple(lane.lane.get("id", "") for lane in made), process

    def _ends(self) -> Ends:
        # An engine would run what follows a start event, and refuses a second plain one.
        return Ends.NONE if self.plan.is_executable else Ends.CONDITIONAL

    def _add_all(self, process: Element, content: Sequence[Element]) -> None:
        """Put elements where the schema wants them, asking once for each kind."""
        content = sorted(content, key=lambda one: bpmn.rank_of(process, local_name(one.tag)))
        for _, alike in groupby(
            content, key=lambda one: bpmn.rank_of(process, local_name(one.tag))
        ):
            kind = list(alike)
            place = bpmn.place_of(process, local_name(kind[0].tag))
            for number, child in enumerate(kind):
                self.record.add(process, child, place + number)

    def _add_lanes(self, process: Element, lanes: Sequence[Element]) -> None:
        """Put the lanes before those of the organisation, which gets one if it has none."""
        found = bpmn.child(process, "laneSet")
        first = None if found is None else next(bpmn.children(found, "lane"), None)
        if found is not None and first is not None:
            place = found.index(first)
            for number, lane in enumerate(lanes):
                self.record.add(found, lane, place + number)
            return
        holder = make("bpmn:laneSet", id=self.record.free_id("CjLaneSet"))
        holder.extend([*lanes, self._organisation(process)])
        self.record.add(process, holder)

    def _organisation(self, process: Element) -> Element:
        """Make a lane around all that the organisation does."""
        name = self.participant.get("name", "")
        lane = make("bpmn:lane", id=self.record.free_id("CjOrganisationLane"), name=name)
        nodes = bpmn.children(process, *bpmn.FLOW_NODES)
        lane.extend(reference("bpmn:flowNodeRef", node.get("id", "")) for node in nodes)
        pool = self._old()
        if pool is not None:
            right = self._fit.swimlane.pool.right
            left = pool.x + POOL_BAND
            self.sheet.lane(lane, Bounds(left, pool.y, right - left, pool.height))
        return lane

    def _connect(self, identifier: str, step: PlannedStep, place: int, customer: str) -> Element:
        contact = step.contacts[place]
        if self.plan.graph.nodes[contact.other].process != self.plan.lane_in:
            return super()._connect(identifier, step, place, customer)
        # No tool keeps data on an association: the touchpoint stands on what is met.
        step.contacts[place] = replace(contact, flow=contact.other)
        ends = (step.host or "", contact.other)
        source, target = ends if contact.direction == Direction.FROM_CUSTOMER else ends[::-1]
        link = make(
            "bpmn:association",
            id=identifier,
            associationDirection="One",
            sourceRef=source,
            targetRef=target,
        )
        return self.record.add(self.document.element(self.plan.lane_in or ""), link)

    # The drawing.

    def _old(self) -> Bounds | None:
        """Return where the pool is drawn; as if the way ran from left to right."""
        found = None if self.diagram is None else self.diagram.bounds(self._pool_id)
        return None if found is None else self.sheet.on_page(found)

    def _grown(self) -> Bounds:
        """Return where the pool will be."""
        pool, old = self._fit.swimlane.pool, self._old()
        return pool if old is None else old.union(pool)

    def _lanes_in_line(self, process: Element) -> tuple[LanePlaces, ...]:
        """Let the new lanes begin where those of the organisation do."""
        lanes = self._fit.swimlane.lanes
        drawn = [bounds for _, bounds in self._drawn_lanes(process)]
        if drawn:
            left = min(bounds.x for bounds in drawn)
            for lane in lanes:
                old = lane.bounds
                lane.bounds = Bounds(left, old.y, old.right - left, old.height)
        return lanes

    def _drawn_lanes(self, process: Element) -> list[tuple[str, Bounds]]:
        found = []
        for holder in bpmn.children(process, "laneSet"):
            for lane in bpmn.children(holder, "lane"):
                identifier = lane.get("id", "")
                bounds = None if self.diagram is None else self.diagram.bounds(identifier)
                if bounds is not None:
                    found.append((identifier, self.sheet.on_page(bounds)))
        return found

    def _widen_lanes(self, process: Element) -> None:
        """Let the lanes of the organisation end where the pool does, if they did so before."""
        old, grown = self._old(), self._grown()
        if self.diagram is None or old is None or grown.right == old.right:
            return
        name = "height" if self.sheet.is_upright else "width"
        for identifier, bounds in self._drawn_lanes(process):
            shape = self.diagram.shape(identifier)
            if shape is not None and abs(bounds.right - old.right) <= 1:
                self.record.change_number(shape, name, grown.right - bounds.x, part="dc:Bounds")

    def _pool_place(self) -> Bounds:
        return self._grown()
