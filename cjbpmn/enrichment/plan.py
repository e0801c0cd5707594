"""What enrichment will do, decided before anything is touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from cjbpmn.customer import customer_nodes, find_customer_candidates, resolve_customer
from cjbpmn.enrichment.meeting import attach_step, plan_contacts
from cjbpmn.enrichment.notes import Marks, plan_notes
from cjbpmn.enrichment.planned import SHOWN, Plan, PlannedJourney, PlannedStep, Show
from cjbpmn.errors import (
    AmbiguousReference,
    CjbpmnError,
    ElementNotFound,
    InvalidJourney,
    all_at_once,
)
from cjbpmn.findings import Finding, Severity
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Journey
from cjbpmn.references import References
from cjbpmn.value_names import value_name
from cjbpmn.vocabulary import Channel

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def make_plan(
    graph: ProcessGraph,
    journeys: Sequence[Journey],
    customer: Sequence[str] = (),
    show: frozenset[Show] = SHOWN,
    marks: Marks = MappingProxyType({}),
) -> Plan:
    """Decide what enrichment will do, without touching anything.

    Parameters
    ----------
    graph : ProcessGraph
        The model without any enrichment.
    journeys : sequence of Journey
        What people declared, one at least.
    customer : sequence of str
        Who the customer is, where neither the file nor the journeys say so.
    show : frozenset of Show
        What is to be drawn.
    marks : mapping
        What to say of the wait before a step, by number of the journey and order of the step.

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
    for journey in journeys:
        _refuse_unwritable(journey)
    findings: list[Finding] = []
    guess = cache(lambda: _guess_customers(graph, findings))
    owners = [_find_customers(graph, journey, customer, guess) for journey in journeys]
    elsewhere = _elsewhere(graph, owners, findings)
    owners = [own - elsewhere for own in owners]
    customers = frozenset().union(*owners)
    inside = customer_nodes(graph, customers)
    has_nodes = any(graph.nodes[one].type != "participant" for one in inside)
    black_box = None if has_nodes else next((c for c in customers if c in graph.participants), None)
    name = graph.participants[black_box].name if black_box else ""
    if not has_nodes and black_box is None and customers:
        name = _leave_empty_lanes(graph, customers, findings)
        customers, owners = frozenset(), [frozenset() for _ in owners]
    name = name or next((one.customer for one in journeys if one.customer), "Customer")
    plan = Plan(graph, name, customers, black_box, show=show)
    plan.findings += findings
    lanes = _lane_names(journeys, name)
    for number, (journey, own) in enumerate(zip(journeys, owners, strict=True), start=1):
        planned = PlannedJourney(journey, number, lanes[number - 1], own or customers)
        planned.draws_phases = Show.PHASES in show
        _resolve(graph, planned)
        _plan_steps(plan, planned)
        plan_notes(plan, planned, marks)
        plan.journeys.append(planned)
    return plan


def _elsewhere(
    graph: ProcessGraph, owners: Sequence[frozenset[str]], findings: list[Finding]
) -> frozenset[str]:
    """Return the customer's pools that have their process in another file: not to be opened."""
    found = {
        one: pool
        for own in owners
        for one in sorted(own & graph.participants.keys())
        if (pool := graph.participants[one]).elsewhere is not None
    }
    findings += [
        Finding(
            "process-elsewhere",
            f'the process of pool "{pool.name}" ({pool.elsewhere}) is in another file; '
            "that pool stays as it is, and the journey gets one of its own",
            (pool.id,),
            pool.line,
        )
        for pool in found.values()
    ]
    return frozenset(found)


def _leave_empty_lanes(graph: ProcessGraph, lanes: frozenset[str], findings: list[Finding]) -> str:
    """Say that a lane in which nothing stands shows no customer, and return its name."""
    first = graph.lanes[min(lanes)]
    message = (
        f'nothing stands in lane "{first.name}", which is the customer\'s; '
        "the journey gets a pool of its own"
    )
    findings.append(Finding("empty-lane", message, tuple(sorted(lanes)), first.line))
    return first.name


def _plan_steps(plan: Plan, planned: PlannedJourney) -> None:
    """Say for each step of a journey what carries it, or whom it meets."""
    spoken_for = {
        contact.flow for _, step in plan.steps() for contact in step.contacts if contact.flow
    }
    inside = customer_nodes(plan.graph, planned.customers)
    for order, step in enumerate(planned.journey.steps, start=1):
        refs = dict.fromkeys(found for ref in step.at for found in planned.references[ref])
        one = PlannedStep(step, order, tuple(refs))
        one.phase = step.phase if Show.PHASES in plan.show else None
        one.channel = value_name(Channel, step.channel or "", planned.language)
        one.sees = step.sees if Show.EVIDENCE in plan.show else ()
        one.is_coloured = Show.EMOTION in plan.show
        planned.steps.append(one)
        if plan.builds:
            plan_contacts(plan, one, spoken_for)
            spoken_for |= {contact.flow for contact in one.contacts if contact.flow}
        else:
            attach_step(plan, one, inside, planned.journey.path)


def _resolve(graph: ProcessGraph, planned: PlannedJourney) -> None:
    """Find out what every reference in a journey means."""
    journey = planned.journey
    references = References(graph, planned.customers)
    mistakes: list[CjbpmnError] = []
    for reference, line in _references(journey):
        try:
            found = references.resolve(reference, path=journey.path, line=line)
        except (ElementNotFound, AmbiguousReference) as mistake:
            mistakes.append(mistake)
        else:
            planned.references[reference] = found
    if mistakes:
        told = sorted(mistakes, key=lambda one: one.line or 0)
        if len(told) > 1 and not planned.references:
            message = f"nothing that this journey names is in {graph.path or 'the model'}"
            told.append(ElementNotFound(f"{message}; is it about another?", path=journey.path))
        raise all_at_once(told)
    for reference, line in _fallbacks(journey):
        try:
            found = references.resolve(reference, path=journey.path, line=line)
        except ElementNotFound:
            found = ()  # A fallback may be told in words.
        planned.references[reference] = found


def _lane_names(journeys: Sequence[Journey], customer: str) -> list[str]:
    """Name each lane after the persona; where a name repeats, after what tells them apart."""
    names = [journey.persona.name if journey.persona else customer for journey in journeys]
    told = list(names)
    for name in names:
        alike = [index for index, other in enumerate(names) if other == name]
        if len(alike) == 1:
            continue
        ways = (
            [str(getattr(journeys[index], field) or "") for index in alike]
            for field in ("state", "view", "name")
        )
        numbers = [str(number) for number, _ in enumerate(alike, start=1)]
        differing = next((way for way in ways if len(set(way)) == len(way)), numbers)
        for index, difference in zip(alike, differing, strict=True):
            told[index] = f"{name} ({difference})" if difference else name
    return told


def _refuse_unwritable(journey: Journey) -> None:
    """Refuse texts with characters that XML has no way to write."""
    texts: list[tuple[str, int | None]] = []
    _collect_texts(journey, None, texts)
    if _UNWRITABLE.search("".join([text for text, _ in texts])) is None:
        return
    for text, line in texts:
        found = _UNWRITABLE.search(text)
        if found is not None:
            raise InvalidJourney(
                f"the character U+{ord(found[0]):04X} cannot stand in XML; take it out",
                path=journey.path,
                line=line,
            )


def _collect_texts(value: Any, line: int | None, texts: list[tuple[str, int | None]]) -> None:
    """Collect the texts in a value, each with the line it stands on."""
    if isinstance(value, str):
        texts.append((value, line))
    elif isinstance(value, tuple):
        for part in value:
            _collect_texts(part, line, texts)
    else:
        line = getattr(value, "line", None) or line
        for name in _parts(type(value)):  # type: ignore[arg-type]  # classes are hashable
            part = getattr(value, name)
            if isinstance(part, str):
                texts.append((part, line))
            elif part is not None and part != ():
                _collect_texts(part, line, texts)


@cache
def _parts(kind: type[Any]) -> tuple[str, ...]:
    """Name the fields of a value that may hold a text."""
    if not is_dataclass(kind):
        return ()
    return tuple(item.name for item in fields(kind) if item.name not in {"path", "line"})


def _find_customers(
    graph: ProcessGraph,
    journey: Journey,
    names: Sequence[str],
    guess: Callable[[], frozenset[str]],
) -> frozenset[str]:
    if names:
        return resolve_customer(graph, names)
    if journey.customer:
        try:
            return resolve_customer(graph, [journey.customer])
        except ElementNotFound:
            pass  # The name is for the pool that will be drawn, or the model calls it otherwise.
    return guess()


def _guess_customers(graph: ProcessGraph, findings: list[Finding]) -> frozenset[str]:
    """Say who the customer is where nobody names anybody, and tell why."""
    found = resolve_customer(graph)
    if found and not graph.customers:
        best = next(one for one in find_customer_candidates(graph) if one.id in found)
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
    told = (
        journey.steps,
        journey.observations,
        journey.norms,
        journey.measurements,
        journey.statistics,
        journey.durations,
        journey.branches,
        journey.calendars,
    )
    for kind in told:
        for one in kind:
            for reference in one.at:
                yield reference, one.line
    for norm in journey.norms:
        for end in (norm.from_, norm.to):
            if end:
                yield end, norm.line


def _fallbacks(journey: Journey) -> Iterator[tuple[str, int | None]]:
    return ((fallback.to, step.line) for step in journey.steps for fallback in step.fallback)
