"""The customer's journey, written into a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cjbpmn import elements as bpmn
from cjbpmn.customer import customer_nodes
from cjbpmn.document import Document, read_document
from cjbpmn.elements import Element
from cjbpmn.enrichment.customer_pool import CustomerPool
from cjbpmn.enrichment.plan import Plan, PlannedStep, make_plan, phase_ids
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.enrichment.unknown import find_unknown, restore_unknown
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.enrichment import Enrichment
from cjbpmn.extensions.touchpoint import Touchpoint
from cjbpmn.findings import Finding
from cjbpmn.graph import build_graph
from cjbpmn.journey import Journey
from cjbpmn.journey.elements import activity_element, journey_element, persona_element
from cjbpmn.names import CJ, qualified


@dataclass(frozen=True, slots=True)
class Enriched:
    """What enrichment did.

    Parameters
    ----------
    customers : tuple of str
        The ids of the pools or lanes that are the customer now.
    created : bool
        Whether a swimlane was drawn for the customer, or one that was there is used.
    activities : tuple of (step, id or None)
        For each step, the flow node that carries it; None where no flow node does.
    touchpoints : tuple of str
        The ids of the flows that carry a touchpoint.
    findings : tuple of Finding
        What could not be done, and what was assumed.
    """

    customers: tuple[str, ...]
    created: bool
    activities: tuple[tuple[str, str | None], ...]
    touchpoints: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def enrich_document(
    document: Document, journey: Journey, *, customer: str | Sequence[str] = ()
) -> Enriched:
    """Put a journey into a document: swimlane, phases, touchpoints, evidence, emotion.

    A customer that the model has is used as it is; a black box is opened; where there is none, a
    pool with a lane is drawn on top. An earlier enrichment is replaced, so that doing it twice
    is doing it once.

    Parameters
    ----------
    document : Document
        The model; it is edited.
    journey : Journey
        What people declared.
    customer : str or sequence of str
        Names or ids of the pools or lanes that are the customer, where neither the file nor the
        journey says so.

    Returns
    -------
    Enriched
        What was done.

    Raises
    ------
    ElementNotFound, AmbiguousReference
        If a reference of the journey matches nothing or several things; nothing is touched then.
    AmbiguousCustomer
        If several pools could be the customer.
    InvalidDocument
        If the document holds no process.

    Examples
    --------
    >>> from cjbpmn import read_document, read_journey
    >>> document = read_document("docs/examples/webshop.bpmn")
    >>> enriched = enrich_document(document, read_journey("docs/examples/webshop.journey.yaml"))
    >>> enriched.created, enriched.customers
    (True, ('CjParticipant',))
    """
    names = (customer,) if isinstance(customer, str) else tuple(customer)
    plan = make_plan(build_graph(_as_it_was(document)), journey, names)
    unknown = find_unknown(document)
    document.strip()
    record = EnrichmentRecord(document)
    record.declare("cj")
    if plan.builds:
        customers, process = CustomerPool(document, plan, record).build()
    else:
        customers, process = tuple(sorted(plan.customers)), _customer_process(document, plan)
    _write_activities(document, plan)
    _write_touchpoints(document, plan)
    _write_journey(document, plan, process, customers)
    record.write(process)
    restore_unknown(document, unknown)
    return Enriched(
        customers,
        plan.builds,
        tuple((planned.step.do, planned.host) for planned in plan.steps),
        tuple(contact.flow for s in plan.steps for contact in s.contacts if contact.flow),
        tuple(plan.findings),
    )


def _as_it_was(document: Document) -> Document:
    """Return the model without our additions, leaving the document itself alone for now."""
    if next(document.root.iter(qualified(Enrichment.tag)), None) is None:
        return document
    copy = read_document(document.to_bytes())
    copy.source.path = document.path
    copy.strip()
    return read_document(copy.to_bytes())


def _customer_process(document: Document, plan: Plan) -> Element:
    """Return the process in which the customer's flow nodes stand."""
    inside = customer_nodes(plan.graph, plan.customers)
    process = next(
        (node.process for one, node in plan.graph.nodes.items() if one in inside and node.process),
        None,
    )
    if process is None:
        return next(bpmn.children(document.root, "process"))
    return document.element(process)


def _write_activities(document: Document, plan: Plan) -> None:
    for planned in plan.steps:
        if planned.host is None:
            continue
        host = document.element(planned.host)
        made = _activity(plan, planned)
        document.insert(document.extension_elements(host), made.element)
        if planned.emotion is not None:
            _mirror(document, host, "cj:emotion", f"{planned.emotion:g}")


def _activity(plan: Plan, planned: PlannedStep) -> CustomerActivity:
    phase = phase_ids(plan).get(planned.step.phase or "")
    return activity_element(planned.step, planned.order, plan.references, phase)


def _write_touchpoints(document: Document, plan: Plan) -> None:
    written: set[str] = set()
    for planned in plan.steps:
        for contact in planned.contacts:
            if contact.flow is None or contact.flow in written:
                continue
            written.add(contact.flow)
            # A flow that stays docked to the pool, and a node without a flow, name the step.
            docked = plan.builds and contact.flow in {*plan.graph.flows, contact.other}
            made = Touchpoint.make(
                channel=planned.step.channel,
                direction=contact.direction,
                activity=planned.host if docked else None,
            )
            flow = document.element(contact.flow)
            document.insert(document.extension_elements(flow), made.element)
            if planned.step.channel:
                _mirror(document, flow, "cj:channel", planned.step.channel)


def _mirror(document: Document, host: Element, name: str, value: str) -> None:
    """Say it on the element too, but not where our prefix stands for something else.

    There a declaration would be needed that `Document.strip` could not tell from others.
    """
    ours = [prefix for prefix, uri in document.source.namespaces.items() if prefix and uri == CJ]
    if any(host.nsmap.get(prefix, CJ) == CJ for prefix in ours):
        host.set(qualified(name), value)


def _write_journey(
    document: Document, plan: Plan, process: Element, customers: Sequence[str]
) -> None:
    unlinked = [_activity(plan, planned) for planned in plan.steps if planned.host is None]
    made = journey_element(plan.journey, customers, phase_ids(plan), unlinked, plan.references)
    document.insert(document.extension_elements(process), made.element)
    persona = plan.journey.persona
    if persona is not None:
        lane = next(iter(process.iter(qualified("bpmn:lane"))), None) if plan.builds else None
        host = process if lane is None else lane
        document.insert(document.extension_elements(host), persona_element(persona).element)
