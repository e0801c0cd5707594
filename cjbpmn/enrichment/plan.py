"""What enrichment will do, decided before anything is touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.customer import customer_nodes, find_customer_candidates, resolve_customer
from cjbpmn.emotion_scale import emotion_of
from cjbpmn.enrichment.references import References
from cjbpmn.errors import ElementNotFound, InvalidJourney
from cjbpmn.findings import Finding, Severity
from cjbpmn.graph import FlowNode, ProcessGraph
from cjbpmn.journey import Journey, Step
from cjbpmn.vocabulary import Direction

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class PlannedContact:
    """A touchpoint: what a step meets, who addresses whom, and the flow if there is one."""

    other: str
    direction: str
    flow: str | None = None


@dataclass(slots=True)
class PlannedStep:
    """A step with what its references mean, the flow node that carries it, and its contacts."""

    step: Step
    order: int
    refs: tuple[str, ...] = ()
    host: str | None = None
    contacts: list[PlannedContact] = field(default_factory=list)

    @property
    def emotion(self) -> float | None:
        """The one value for the feelings at this step."""
        return emotion_of(self.step.feels)


@dataclass(slots=True)
class Plan:
    """Everything that enrichment will do, decided before anything is touched.

    Parameters
    ----------
    graph : ProcessGraph
        The model without any enrichment.
    journey : Journey
        What people declared.
    name : str
        What the customer is called.
    customers : frozenset of str
        The pools and lanes that are the customer already.
    black_box : str or None
        The pool among them that has no flow nodes yet.
    """

    graph: ProcessGraph
    journey: Journey
    name: str
    customers: frozenset[str]
    black_box: str | None
    steps: list[PlannedStep] = field(default_factory=list)
    references: dict[str, tuple[str, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The language of the journey, as far as there are words for it; else English."""
        code = (self.journey.language or "").partition("-")[0].lower()
        if code in lexicon.languages():
            return code
        return lexicon.guess_language(step.do for step in self.journey.steps)

    @property
    def lane_name(self) -> str:
        """The name of the customer's lane: the persona, if there is one."""
        return self.journey.persona.name if self.journey.persona else self.name

    @property
    def has_collaboration(self) -> bool:
        """Whether the model has pools already."""
        return bool(self.graph.participants)

    @property
    def builds(self) -> bool:
        """Whether a swimlane has to be drawn."""
        return not self.customers or self.black_box is not None


def make_plan(graph: ProcessGraph, journey: Journey, customer: Sequence[str] = ()) -> Plan:
    """Decide what enrichment will do, without touching anything.

    Parameters
    ----------
    graph : ProcessGraph
        The model without any enrichment.
    journey : Journey
        What people declared.
    customer : sequence of str
        Who the customer is, where neither the file nor the journey says so.

    Returns
    -------
    Plan
        For each step, what carries it and what it meets.

    Raises
    ------
    ElementNotFound, AmbiguousReference
        If a reference matches nothing or several things.
    InvalidJourney
        If a text holds a character that XML cannot hold.
    """
    _refuse_unwritable(journey, journey.path, None)
    findings: list[Finding] = []
    customers = _find_customers(graph, journey, customer, findings)
    inside = customer_nodes(graph, customers)
    has_nodes = any(graph.nodes[one].type != "participant" for one in inside)
    black_box = None if has_nodes else next((c for c in customers if c in graph.participants), None)
    name = graph.participants[black_box].name if black_box else ""
    plan = Plan(graph, journey, name or journey.customer or "Customer", customers, black_box)
    plan.findings += findings
    references = References(graph, customers)
    for reference, line in _references(journey):
        plan.references[reference] = references.resolve(reference, path=journey.path, line=line)
    for reference, line in _fallbacks(journey):
        try:
            plan.references[reference] = references.resolve(reference, path=journey.path, line=line)
        except ElementNotFound:
            plan.references[reference] = ()  # A fallback may be told in words.
    for order, step in enumerate(_in_order(journey.steps), start=1):
        refs = tuple(dict.fromkeys(i for ref in step.at for i in plan.references[ref]))
        planned = PlannedStep(step, order, refs)
        plan.steps.append(planned)
        if plan.builds:
            planned.contacts = list(_new_contacts(plan, planned))
        else:
            _attach(plan, planned, inside)
    return plan


def phase_ids(plan: Plan) -> dict[str, str]:
    """Return the id of each phase, by name; the same from run to run.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    dict of str to str
        In the order of the phases.
    """
    return {
        phase.name: f"CjPhase_{number}" for number, phase in enumerate(plan.journey.phases, start=1)
    }


def _refuse_unwritable(value: object, path: str | None, line: int | None) -> None:
    """Refuse texts with characters that XML has no way to write."""
    if isinstance(value, str):
        found = _UNWRITABLE.search(value)
        if found is not None:
            raise InvalidJourney(
                f"the character U+{ord(found[0]):04X} cannot stand in XML; take it out",
                path=path,
                line=line,
            )
    elif isinstance(value, tuple):
        for part in value:
            _refuse_unwritable(part, path, line)
    elif is_dataclass(value):
        line = getattr(value, "line", None) or line
        for item in fields(value):
            if item.name != "path":
                _refuse_unwritable(getattr(value, item.name), path, line)


def _find_customers(
    graph: ProcessGraph, journey: Journey, names: Sequence[str], findings: list[Finding]
) -> frozenset[str]:
    if names:
        return resolve_customer(graph, names)
    if journey.customer:
        try:
            return resolve_customer(graph, [journey.customer])
        except ElementNotFound:
            pass  # The name is for the pool that will be drawn, or the model calls it otherwise.
    found = resolve_customer(graph)
    named = [one for one in find_customer_candidates(graph) if one.id in found]
    if named and not graph.customers:
        best = named[0]
        findings.append(
            Finding(
                "inferred-customer",
                f'{best.kind} "{best.name}" is taken to be the customer '
                f"({', '.join(best.reasons)}); say --customer if it is not",
                (best.id,),
                severity=Severity.INFO,
            )
        )
    return found


def _references(journey: Journey) -> Iterator[tuple[str, int | None]]:
    """Yield every reference in the journey with its line."""
    for step in journey.steps:
        for reference in step.at:
            yield reference, step.line
    for observation in journey.observations:
        for reference in observation.at:
            yield reference, observation.line
    for norm in journey.norms:
        for end in (norm.from_, norm.to, *norm.at):
            if end:
                yield end, None


def _fallbacks(journey: Journey) -> Iterator[tuple[str, int | None]]:
    return ((reference, step.line) for step in journey.steps for reference in step.fallback)


def _in_order(steps: Sequence[Step]) -> list[Step]:
    """Put each step that names its predecessor right behind it."""
    ordered = [step for step in steps if step.after is None]
    for step in steps:
        if step.after is None:
            continue
        places = [i for i, other in enumerate(ordered) if other.do == step.after]
        ordered.insert(places[-1] + 1 if places else len(ordered), step)
    return ordered


def _new_contacts(plan: Plan, planned: PlannedStep) -> Iterator[PlannedContact]:
    """Say which message flows a new step will have, or which of a black box are its own."""
    graph = plan.graph
    for reference in planned.refs:
        flow = graph.flows.get(reference)
        if flow is not None and plan.black_box in {flow.source, flow.target}:
            outwards = flow.source == plan.black_box
            other = flow.target if outwards else flow.source
            spoken = Direction.FROM_CUSTOMER if outwards else Direction.TO_CUSTOMER
            yield PlannedContact(other, spoken, flow.id)
            continue
        existing = list(_contacts_with(plan, reference))
        if existing:
            yield from existing
            continue
        node = graph.nodes.get(reference)
        directions = _directions(planned.step, node) if node is not None else ()
        if node is None or not directions:
            kind = "flow" if node is None else node.type
            plan.findings.append(
                Finding(
                    "no-contact",
                    f'"{planned.step.do}" is linked to a {kind}, which cannot exchange messages; '
                    "it gets no message flow",
                    (reference,),
                    None if node is None else node.line,
                    Severity.INFO,
                )
            )
            continue
        for direction in directions:
            yield PlannedContact(reference, direction)


def _contacts_with(plan: Plan, other: str) -> Iterator[PlannedContact]:
    """Yield the message flows that a black-box customer has with a node already."""
    if plan.black_box is None or other not in plan.graph.nodes:
        return
    for flow in plan.graph.incoming(other, "message"):
        if flow.source == plan.black_box:
            yield PlannedContact(other, Direction.FROM_CUSTOMER, flow.id)
    for flow in plan.graph.outgoing(other, "message"):
        if flow.target == plan.black_box:
            yield PlannedContact(other, Direction.TO_CUSTOMER, flow.id)


def _directions(step: Step, node: FlowNode) -> tuple[str, ...]:
    """Say who addresses whom: as declared, as the element's type allows, as the verbs tell."""
    speaks = not node.events or node.has_event("message")
    if node.is_gateway or (node.is_event and not speaks):
        return ()
    if node.is_event:
        catches = node.type in bpmn.CATCH_EVENTS
        return (Direction.FROM_CUSTOMER if catches else Direction.TO_CUSTOMER,)
    if step.direction == Direction.BOTH:
        return (Direction.FROM_CUSTOMER, Direction.TO_CUSTOMER)
    if step.direction is not None:
        return (step.direction,)
    sends = node.type == "sendTask" or _speaks_to_customer(node.name)
    is_reply = sends and node.type != "receiveTask"
    return (Direction.TO_CUSTOMER if is_reply else Direction.FROM_CUSTOMER,)


def _speaks_to_customer(label: str) -> bool:
    """Tell whether an activity's verb is one of addressing: first in most tongues, or last."""
    spoken = lexicon.fold(label).split()
    return any(
        word in {lexicon.fold(verb) for verb in lexicon.words(language)["verbs"]["to_customer"]}
        for language in lexicon.languages()
        for word in {*spoken[:1], *spoken[-1:]}
    )


def _attach(plan: Plan, planned: PlannedStep, inside: frozenset[str]) -> None:
    """Find the customer's own flow node for a step, and the flows over which it has contact."""
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
            )
        )


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
