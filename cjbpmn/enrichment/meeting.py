"""Whom a step meets: the contacts that it gets, or those that the model shows already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.enrichment.planned import Plan, PlannedContact, PlannedStep
from cjbpmn.findings import Finding, Severity
from cjbpmn.graph import FlowNode, ProcessGraph
from cjbpmn.journey import Step
from cjbpmn.vocabulary import Direction


def plan_contacts(plan: Plan, planned: PlannedStep, spoken_for: set[str]) -> None:
    """Say which message flows a new step will have, or which of a black box are its own.

    Parameters
    ----------
    plan : Plan
        What is known of the model; findings are added to it.
    planned : PlannedStep
        The step; its contacts are set.
    spoken_for : set of str
        The message flows of a black box that are another step's by now.
    """
    planned.contacts = list(_new_contacts(plan, planned, spoken_for))


def attach_step(plan: Plan, planned: PlannedStep, inside: frozenset[str], path: str | None) -> None:
    """Find the customer's own flow node for a step, and the flows over which it has contact.

    Parameters
    ----------
    plan : Plan
        What is known of the model; findings are added to it.
    planned : PlannedStep
        The step; its host and its contacts are set.
    inside : frozenset of str
        What belongs to the customer.
    path : str or None
        The file that the step comes from.
    """
    graph = plan.graph
    for reference in planned.refs:
        flows = {reference} if reference in graph.flows else _flows_at(graph, reference)
        contacts = list(_contacts_at(graph, inside, flows))
        ends = [end for one in contacts for end in _ends(graph, one.flow)]
        own = {end for end in ends if end in inside and graph.nodes[end].type != "participant"}
        if reference in inside:
            own = {reference} if graph.nodes[reference].type != "participant" else set()
        if len(own) == 1:
            planned.host = planned.host or own.pop()
        planned.contacts += contacts
    if planned.host is None:
        plan.findings.append(
            Finding(
                "unlinked-step",
                f'"{planned.step.do}" stands on no activity of the customer in the model; '
                "it is kept with the journey",
                planned.refs,
                planned.step.line,
                Severity.INFO,
                path,
            )
        )


def _new_contacts(
    plan: Plan, planned: PlannedStep, spoken_for: set[str]
) -> Iterator[PlannedContact]:
    graph = plan.graph
    for reference in planned.refs:
        flow = graph.flows.get(reference)
        if flow is not None and plan.black_box in {flow.source, flow.target}:
            outwards = flow.source == plan.black_box
            other = flow.target if outwards else flow.source
            spoken = Direction.FROM_CUSTOMER if outwards else Direction.TO_CUSTOMER
            yield PlannedContact(other, spoken, None if flow.id in spoken_for else flow.id)
            continue
        existing = [
            contact
            for contact in _contacts_with(plan, reference, spoken_for)
            if planned.step.direction in {None, Direction.BOTH, contact.direction}
        ]
        if existing:
            yield from existing
            continue
        node = graph.nodes.get(reference)
        directions = _directions(planned.step, node) if node is not None else ()
        if node is None or not directions:
            if node is None:
                kind = "lane" if reference in graph.lanes else "flow"
            else:
                kind = node.kind + (" that only undoes work" if _only_undoes(node) else "")
            plan.findings.append(
                Finding(
                    "no-contact",
                    f'"{planned.step.do}" gets no message flow, for no messages are exchanged '
                    f"with what it is linked to ({kind})",
                    (reference,),
                    None if node is None else node.line,
                    Severity.INFO,
                )
            )
            continue
        for direction in directions:
            yield PlannedContact(reference, direction)


def _contacts_with(plan: Plan, other: str, spoken_for: set[str]) -> Iterator[PlannedContact]:
    """Yield the message flows that a black-box customer has with a node already.

    What another step speaks for is drawn once more: its line stays docked to that step.
    """
    if plan.black_box is None or other not in plan.graph.nodes:
        return
    for flow in plan.graph.incoming(other, "message"):
        if flow.source == plan.black_box:
            own = None if flow.id in spoken_for else flow.id
            yield PlannedContact(other, Direction.FROM_CUSTOMER, own)
    for flow in plan.graph.outgoing(other, "message"):
        if flow.target == plan.black_box:
            own = None if flow.id in spoken_for else flow.id
            yield PlannedContact(other, Direction.TO_CUSTOMER, own)


def _directions(step: Step, node: FlowNode) -> tuple[str, ...]:
    """Say who addresses whom: as declared, as the element's type allows, as the verbs tell."""
    speaks = not node.events or node.has_event("message")
    if node.is_gateway or (node.is_event and not speaks):
        return ()
    if node.is_event:
        catches = node.type in bpmn.CATCH_EVENTS
        return (Direction.FROM_CUSTOMER if catches else Direction.TO_CUSTOMER,)
    if _only_undoes(node):
        # Modelling tools allow no flow into it, and delete one as soon as something is moved.
        return () if step.direction == Direction.FROM_CUSTOMER else (Direction.TO_CUSTOMER,)
    if step.direction == Direction.BOTH:
        return (Direction.FROM_CUSTOMER, Direction.TO_CUSTOMER)
    if step.direction is not None:
        return (step.direction,)
    sends = node.type == "sendTask" or lexicon.addresses_customer(node.name)
    is_reply = sends and node.type != "receiveTask"
    return (Direction.TO_CUSTOMER if is_reply else Direction.FROM_CUSTOMER,)


def _only_undoes(node: FlowNode) -> bool:
    """Tell whether nothing but a compensation event leads to an activity."""
    return node.attributes.get("isForCompensation") in {"true", "1"}


def _ends(graph: ProcessGraph, flow: str | None) -> tuple[str, ...]:
    return () if flow is None else (graph.flows[flow].source, graph.flows[flow].target)


def _flows_at(graph: ProcessGraph, node: str) -> set[str]:
    if node not in graph.nodes:
        return set()
    kinds = ("message", "sequence")
    flows = [flow for kind in kinds for flow in graph.outgoing(node, kind)]
    flows += [flow for kind in kinds for flow in graph.incoming(node, kind)]
    return {flow.id for flow in flows}


def _contacts_at(
    graph: ProcessGraph, inside: frozenset[str], flows: Iterable[str]
) -> Iterator[PlannedContact]:
    """Yield those flows that cross the customer's border."""
    for identifier in sorted(flows):
        flow = graph.flows[identifier]
        leaves, enters = flow.source in inside, flow.target in inside
        if leaves != enters:
            direction = Direction.FROM_CUSTOMER if leaves else Direction.TO_CUSTOMER
            yield PlannedContact(flow.target if leaves else flow.source, direction, identifier)
