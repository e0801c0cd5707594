"""The customer's journey, written into a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from cjbpmn import elements as bpmn
from cjbpmn.customer import customer_nodes, resolve_customer
from cjbpmn.diagram import Diagram, main_diagram
from cjbpmn.document import Document
from cjbpmn.elements import Element
from cjbpmn.enrichment.customer_pool import CustomerPool
from cjbpmn.enrichment.drawn_customer import draw_around
from cjbpmn.enrichment.first_drawing import draw_model
from cjbpmn.enrichment.notes import Marks
from cjbpmn.enrichment.organisation_lane import OrganisationLane, process_to_share
from cjbpmn.enrichment.origin import move_to_origin
from cjbpmn.enrichment.plan import make_plan
from cjbpmn.enrichment.planned import (
    SHOWN,
    Origin,
    Placement,
    Plan,
    PlannedJourney,
    PlannedStep,
    Show,
)
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.enrichment.unknown import Unknown, find_unknown, make_room, restore_unknown
from cjbpmn.enrichment.wait_marks import computed_element, find_long_waits, mark_waits
from cjbpmn.errors import AmbiguousReference, ElementNotFound, InvalidJourney, InvalidValue
from cjbpmn.extensions.computed import Computed
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.enrichment import Enrichment
from cjbpmn.extensions.touchpoint import Touchpoint
from cjbpmn.findings import Finding
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.journey import Journey
from cjbpmn.journey.elements import (
    activity_element,
    fact_elements,
    journey_element,
    persona_element,
)
from cjbpmn.names import CJ, qualified

W = TypeVar("W", bound=StrEnum)


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
        For each step, the flow node that carries it; None where no flow node does. The steps of
        several journeys follow each other.
    touchpoints : tuple of str
        The ids of the flows that carry a touchpoint.
    findings : tuple of Finding
        What could not be done, and what was assumed.
    lanes : tuple of (id of the journey, id or None)
        For each journey, the lane that was drawn for it; None where none was.
    """

    customers: tuple[str, ...]
    created: bool
    activities: tuple[tuple[str, str | None], ...]
    touchpoints: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    lanes: tuple[tuple[str, str | None], ...] = ()


def enrich_document(  # noqa: PLR0913 - each is said by its name
    document: Document,
    journey: Journey | Sequence[Journey],
    *,
    customer: str | Sequence[str] = (),
    show: Iterable[str] = SHOWN,
    placement: str = Placement.POOL,
    force: bool = False,
    origin: str = Origin.KEEP,
    legend: bool = False,
    layout: bool = False,
) -> Enriched:
    """Put a journey into a document: swimlane, phases, touchpoints, evidence, emotion.

    A customer that the model has is used as it is; a black box is opened; where there is none, a
    pool with a lane is drawn on top. An earlier enrichment is replaced, so that doing it twice
    is doing it once.

    Several journeys (of several personas, from within and from without, as it is and as it is
    to be) get a lane each, one below the other.

    Parameters
    ----------
    document : Document
        The model; it is edited.
    journey : Journey or sequence of Journey
        What people declared; at least one.
    customer : str or sequence of str
        Names or ids of the pools or lanes that are the customer, where neither the file nor the
        journey says so.
    show : iterable of str
        What of the journey is drawn, in words of `Show`: ``phases``, ``evidence``, ``emotion``,
        ``observations``, ``waits``. The data is in the file in any case.
    placement : str
        Where a customer whom the model does not show is put: ``pool``, a pool of its own, or
        ``lane``, a lane on top in the organisation's pool.
    force : bool
        Put the lane into a process even if that runs on an engine.
    origin : str
        ``keep`` leaves all that was drawn where it was; ``normalize`` moves the whole drawing to
        where Camunda Modeler puts it when it saves.
    legend : bool
        Draw what the colours of the emotions mean.
    layout : bool
        Make a first drawing of a model that has none.

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
    InvalidJourney
        If there is no journey, or a text in it cannot be written.
    InvalidValue
        If `show`, `placement` or `origin` holds a word that is none of those; or if a process that
        runs on an engine would get a lane for the customer, without `force`.

    Examples
    --------
    >>> from cjbpmn import read_document, read_journey
    >>> document = read_document("docs/examples/webshop.bpmn")
    >>> enriched = enrich_document(document, read_journey("docs/examples/webshop.journey.yaml"))
    >>> enriched.created, enriched.customers
    (True, ('CjParticipant',))
    """
    names = (customer,) if isinstance(customer, str) else tuple(customer)
    journeys = (journey,) if isinstance(journey, Journey) else tuple(journey)
    if not journeys:
        raise InvalidJourney("there is no journey; give one at least")
    shown, place = frozenset(_words(Show, show)), next(_words(Placement, (placement,)))
    begin = next(_words(Origin, (origin,)))
    bare = build_graph(document.without_enrichment())
    names = tuple(name for name in names if not _was_drawn(document, bare, name))

    def planned(marks: Marks = MappingProxyType({})) -> Plan:
        plan = make_plan(bare, journeys, names, shown, marks)
        plan.has_legend, plan.origin = legend and Show.EMOTION in shown, begin
        plan.has_first_drawing = layout
        _choose_place(document, plan, place, force=force)
        return plan

    plan = planned()
    unknown = find_unknown(document)
    done = _write(document, plan, unknown)
    if Show.WAITS in shown:
        # What is to be said of waits is known only when all else stands there.
        waits = find_long_waits(build_graph(document))
        plan = planned(mark_waits(plan, waits))
        done = _write(document, plan, unknown, computed_element(waits))
    restore_unknown(document, unknown)
    return done


def _words(kind: type[W], words: Iterable[str]) -> Iterator[W]:
    for word in words:
        try:
            yield kind(word)
        except ValueError:
            name = kind.__name__.lower()
            raise InvalidValue(f"{name}: {word!r} is none of {', '.join(kind)}") from None


def _was_drawn(document: Document, graph: ProcessGraph, name: str) -> bool:
    """Tell whether a name is that of a customer whom only an earlier enrichment drew."""
    try:
        resolve_customer(graph, [name])
    except ElementNotFound:
        records = map(Enrichment, document.root.iter(qualified(Enrichment.tag)))
        added = {
            one for record in records for ids in record.added for one in (ids.ids or "").split()
        }
        drawn = document.root.iter(qualified("bpmn:participant"), qualified("bpmn:lane"))
        return any(
            name in {one.get("id"), one.get("name")} and one.get("id") in added for one in drawn
        )
    except AmbiguousReference:
        pass  # Whoever needs to know is told.
    return False


def _choose_place(document: Document, plan: Plan, place: Placement, *, force: bool) -> None:
    """Decide whose pool a customer gets whom the model does not show."""
    if place is not Placement.LANE or plan.customers:
        return
    plan.lane_in = process_to_share(plan)
    if plan.lane_in is None:
        return
    process = document.element(plan.lane_in)
    plan.is_executable = process.get("isExecutable") in {"true", "1"}
    if plan.is_executable and not force:
        raise InvalidValue(
            f'placement: the process "{process.get("name") or plan.lane_in}" runs on an engine, '
            "and a lane of the customer would be part of what runs; use a pool, or force it",
            path=document.path,
            line=process.sourceline,
            element=plan.lane_in,
        )


def _build_swimlane(
    document: Document, plan: Plan, record: EnrichmentRecord
) -> tuple[tuple[str, ...], Element]:
    if plan.lane_in is not None:
        lane = OrganisationLane(document, plan, record)
        if lane.has_room:
            return lane.build()
        plan.findings.append(
            Finding(
                "no-room",
                "the organisation's pool cannot grow without lying on something else; "
                "the customer gets a pool of its own",
                (plan.lane_in,),
            )
        )
    return CustomerPool(document, plan, record).build()


def _write(
    document: Document,
    plan: Plan,
    unknown: Sequence[Unknown],
    computed: Computed | None = None,
) -> Enriched:
    """Replace what was written before by what is planned."""
    document.strip()
    record = EnrichmentRecord(document)
    record.declare("cj")
    if plan.has_first_drawing and main_diagram(document.root) is None:
        plan.findings += draw_model(document, plan.graph, record)
    is_moved = plan.origin is Origin.NORMALIZE
    diagram = main_diagram(document.root) if is_moved else None
    before = [] if diagram is None else list(diagram.plane)
    if plan.builds:
        customers, process = _build_swimlane(document, plan, record)
    else:
        customers, process = tuple(sorted(plan.customers)), _customer_process(document, plan)
        draw_around(document, plan, record)
    if diagram is not None:
        move_to_origin(Diagram(diagram.plane), before, record)
    _write_activities(document, plan)
    _write_touchpoints(document, plan)
    for planned in plan.journeys:
        _write_journey(document, plan, planned, process, customers)
    if computed is not None:
        document.insert(document.extension_elements(process), computed.element)
    make_room(document, unknown)
    record.write(process)
    return Enriched(
        customers,
        plan.builds,
        tuple((step.step.do, step.host) for _, step in plan.steps()),
        tuple(
            contact.flow for _, step in plan.steps() for contact in step.contacts if contact.flow
        ),
        tuple(plan.findings),
        tuple((planned.id, planned.lane) for planned in plan.journeys),
    )


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
    felt: dict[str, PlannedJourney] = {}
    for planned, step in plan.steps():
        if step.host is None:
            continue
        host = document.element(step.host)
        made = _activity(planned, step)
        document.insert(document.extension_elements(host), made.element)
        # One attribute holds one value: where journeys share a node, the first has the word.
        if step.emotion is not None and felt.setdefault(step.host, planned) is planned:
            _mirror(document, host, "cj:emotion", f"{step.emotion:g}")


def _activity(planned: PlannedJourney, step: PlannedStep) -> CustomerActivity:
    phase = planned.phase_ids.get(step.step.phase or "")
    return activity_element(step.step, step.order, planned.references, phase, planned.id)


def _write_touchpoints(document: Document, plan: Plan) -> None:
    carried: dict[str, set[tuple[str | None, str]]] = {}
    for _, step in plan.steps():
        for contact in step.contacts:
            if contact.flow is None:
                continue
            written = carried.setdefault(contact.flow, set())
            # A node meets as many steps as come to it; a flow has one end at the customer.
            is_node = contact.flow == contact.other
            said = step.host, contact.direction
            if said in written or (written and not is_node):
                continue
            # A flow that stays docked to the pool, and a node without a flow, name the step.
            docked = is_node or contact.flow in plan.graph.flows
            made = Touchpoint.make(
                channel=step.step.channel,
                direction=contact.direction,
                activity=step.host if plan.builds and docked else None,
            )
            host = document.element(contact.flow)
            document.insert(document.extension_elements(host), made.element)
            # One attribute holds one value: where steps share a node, the first has the word.
            if step.step.channel and not written:
                _mirror(document, host, "cj:channel", step.step.channel)
            written.add(said)


def _mirror(document: Document, host: Element, name: str, value: str) -> None:
    """Say it on the element too, but not where our prefix stands for something else.

    There a declaration would be needed that `Document.strip` could not tell from others.
    """
    ours = [prefix for prefix, uri in document.source.namespaces.items() if prefix and uri == CJ]
    if any(host.nsmap.get(prefix, CJ) == CJ for prefix in ours):
        host.set(qualified(name), value)


def _write_journey(
    document: Document,
    plan: Plan,
    planned: PlannedJourney,
    process: Element,
    customers: Sequence[str],
) -> None:
    unlinked = [_activity(planned, step) for step in planned.steps if step.host is None]
    own = customers if plan.builds else tuple(sorted(planned.customers))
    made = journey_element(
        planned.journey, own, planned.phase_ids, unlinked, planned.references, planned.id
    )
    document.insert(document.extension_elements(process), made.element)
    for identifier, fact in fact_elements(planned.journey, planned.references, planned.id):
        holder = document.extension_elements(document.element(identifier))
        document.insert(holder, fact.element)
    persona = planned.journey.persona
    if persona is not None:
        host = process if planned.lane is None else document.element(planned.lane)
        element = persona_element(persona, planned.id).element
        document.insert(document.extension_elements(host), element)
