"""How long things take, and how likely: read from a model, or given by the caller.

What is known about the duration of an element is taken from the first of these that says
something: the caller, the declared wait of a customer activity, the simulation data in the file
(BPSim), the definition of a timer, the attributes of a vendor, the label of a timer (a *hint*).
A receive task whose sender is drawn takes no time of its own. What nothing tells is unknown: it
counts as zero, is listed, and makes every figure above it a lower bound.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from numbers import Real
from typing import Final

from cjbpmn.alarms import Alarm, parse_alarm
from cjbpmn.cron import Cron
from cjbpmn.dated import Dated, UntilAlarm, WorkingClock, WorkingTimer
from cjbpmn.declared_times import declared_durations, distribution_of
from cjbpmn.distributions import (
    Distribution,
    Fixed,
    Sum,
)
from cjbpmn.errors import InvalidValue
from cjbpmn.given_times import Given, GivenTimes, resolve_keys, resolve_times
from cjbpmn.graph import FlowNode, ProcessGraph
from cjbpmn.journey import Duration
from cjbpmn.probabilities import merge_probabilities
from cjbpmn.simulated_times import simulated_duration
from cjbpmn.timespan import TimeSpan, find_timespans, parse_timespan
from cjbpmn.working_hours import WorkingHours, parse_hours
from cjbpmn.working_time import case_begin, find_working_hours, unread_calendars

_DAY: Final = 24.0
_EXPRESSION: Final = re.compile(r"\s*=|.*[$#]\{", re.DOTALL)
"""What an engine works out, in FEEL or in the expression language of Java."""
_CONSTANT: Final = re.compile(
    r"""\s*(?:=\s*(?:cycle\((?:\s*[0-9]+\s*,)?\s*)?(?:duration\(\s*|@)?|[$#]\{\s*)"""
    r"""["']((?:R[0-9]*/)?P[^"']*)["']\s*\)?\s*[)}]?\s*"""
)
"""One that is always the same: ``= duration("P1D")``, ``${"P1D"}``."""


@dataclass(frozen=True, slots=True)
class TimeInfo:
    """How long something takes, and who says so.

    Parameters
    ----------
    distribution : Distribution
        In hours.
    source : str
        ``given``, ``declared``, ``bpsim``, ``timer``, ``igrafx``, ``qbp`` or ``label``; or
        ``message``, where something is done as soon as its message has come.
    working : bool
        Whether it was stated in working days or hours, of which we know too little to turn them
        into time that passes: a lower bound.
    partial : bool
        Whether a part of it is unknown: a lower bound, too.
    """

    distribution: Distribution
    source: str
    working: bool = False
    partial: bool = False

    @property
    def hint(self) -> bool:
        """Whether it was only read off a label."""
        return self.source == "label"


@dataclass(frozen=True)
class Timings:
    """Durations, probabilities, repetitions and calendars, by BPMN id.

    Parameters
    ----------
    durations : mapping of str to TimeInfo
        Of activities, timers and awaited messages: how long until they are done.
    probabilities : mapping of str to float
        Of sequence flows, and of boundary events for which nothing else says when they happen.
    repeats : mapping of str to float
        How likely a standard loop goes round once more.
    calendars : mapping of str to WorkingClock
        The working hours of activities.
    begins : datetime or None
        When the case begins.
    warnings : tuple of str
        What was left out, as ``code:id``.
    """

    durations: Mapping[str, TimeInfo] = field(default_factory=dict)
    probabilities: Mapping[str, float] = field(default_factory=dict)
    repeats: Mapping[str, float] = field(default_factory=dict)
    calendars: Mapping[str, WorkingClock] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    begins: datetime | None = None

    def calendar(self, node: FlowNode) -> WorkingClock | None:
        """Return the clock by which a node is worked at; None where all time counts."""
        return self.calendars.get(node.id)

    @cached_property
    def is_dated(self) -> bool:
        """Whether what something takes depends on the moment at which it begins."""
        return bool(self.calendars) or any(
            isinstance(info.distribution, Dated) for info in self.durations.values()
        )


def read_timings(  # noqa: PLR0913 - each is said by its name
    graph: ProcessGraph,
    durations: GivenTimes | None = None,
    *,
    probabilities: Mapping[str, float] | None = None,
    repeats: Mapping[str, float] | None = None,
    calendars: Mapping[str, WorkingHours | str] | None = None,
    begins: datetime | None = None,
) -> Timings:
    """Collect what a model, and the caller, say about durations and probabilities.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    durations : mapping, TimesTable, pandas.DataFrame, str or pathlib.Path, optional
        By the id or the name of elements; numbers are hours, strings are read as words
        (``"2 days"``). Or a table, or its file, as `cjbpmn.read_times_table` reads it; shares in it
        count as probabilities.
    probabilities : mapping, optional
        By the id of a sequence flow or boundary event, or by what else means one, such as
        ``A -> B``.
    repeats : mapping, optional
        By activity id: how likely a standard loop goes round once more.
    calendars : mapping, optional
        Working hours, or words for them such as ``"Mon-Fri 9:00-17:00"``, by the id of an
        activity, a lane or a pool; ``*`` for all.
    begins : datetime, optional
        When the case begins. Without it, and if the file does not say it either, all time counts
        as working time, and timers that wait for a moment are unknown.

    Returns
    -------
    Timings
        What the caller gives wins over what the model says.

    Raises
    ------
    InvalidValue
        If a duration or working hours that the caller gives cannot be understood, or a
        probability lies outside zero and one.
    InvalidJourney
        If a table cannot be understood.

    Warns
    -----
    CjbpmnWarning
        For each thing that the caller gives about nothing in the model, or about several things in
        it; that is left out.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> from cjbpmn.graph import build_graph
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> timings = read_timings(graph, {"Check payment": "90 min"})
    >>> timings.durations["Activity_0r2kx7c"].distribution
    Fixed(hours=1.5)
    """
    warnings: list[str] = []
    begin = case_begin(graph, begins)
    hours, places = find_working_hours(graph, dict(_given_hours(calendars or {})))
    spans = _Spans(graph, hours, warnings)
    found = dict(_from_graph(graph, spans, begin))
    given, shares = resolve_times(graph, durations)
    for identifier, value in given.items():
        found[identifier] = _given(identifier, value, spans)
    shares = {**shares, **resolve_keys(graph, probabilities or {})}
    clocks = {name: WorkingClock(one, begin) for name, one in hours.items()} if begin else {}
    found = {name: _by_clock(graph, name, info, hours, clocks) for name, info in found.items()}
    warnings += _unread(graph, found)
    warnings += _unused(graph, found)
    if begin is None:
        warnings += [f"unused-calendar:{place}" for place in places]
    for name, numbers in (("probability", shares), ("repeat", repeats)):
        for identifier, number in (numbers or {}).items():
            if not 0 <= number <= 1:
                raise InvalidValue(f"{name} {number}: expected 0 to 1", element=identifier)
    likely = merge_probabilities(graph, shares, warnings)
    worked = {
        name: clock
        for name, clock in clocks.items()
        if name in graph.nodes and graph.nodes[name].is_activity
    }
    return Timings(found, likely, dict(repeats or {}), worked, tuple(warnings), begin)


@dataclass(frozen=True)
class _Spans:
    """Turns times into hours; where there is a calendar, working days into hours of work."""

    graph: ProcessGraph
    hours: Mapping[str, WorkingHours]
    warnings: list[str]

    def info(self, identifier: str, span: TimeSpan, source: str) -> TimeInfo:
        """Return a time that is always the same."""
        return TimeInfo(Fixed(self.in_hours(identifier, span)), source, span.working)

    def in_hours(self, identifier: str, span: TimeSpan) -> float:
        """Return how many hours a time is, of work or on the clock."""
        node = self.graph.nodes.get(identifier)
        if identifier not in self.hours or node is None:
            return span.hours
        if span.working:
            return span.in_hours_of_work(self.hours[identifier].per_day)
        if node.is_activity and span.hours >= _DAY:
            self.warnings.append(f"days-as-work:{identifier}")
        return span.hours

    def distribution(self, identifier: str, duration: Duration) -> Distribution:
        """Return the distribution of a declared duration."""
        return distribution_of(duration, lambda span: self.in_hours(identifier, span))


def _given_hours(calendars: Mapping[str, WorkingHours | str]) -> Iterator[tuple[str, WorkingHours]]:
    for place, hours in calendars.items():
        yield place, parse_hours((hours,)) if isinstance(hours, str) else hours


def _given(identifier: str, value: Given, spans: _Spans) -> TimeInfo:
    try:
        if isinstance(value, str):
            value = parse_timespan(value)
        if isinstance(value, timedelta):
            value = value.total_seconds() / 3600
        if isinstance(value, TimeSpan):
            return spans.info(identifier, value, "given")
        if isinstance(value, Duration):
            return TimeInfo(spans.distribution(identifier, value), "given", value.working)
        if isinstance(value, Real):
            return TimeInfo(Fixed(float(value)), "given")
    except InvalidValue as error:
        raise InvalidValue(error.message, element=identifier) from None
    if not isinstance(value, Distribution):
        raise InvalidValue(
            f"{value!r} is no duration; give hours, words such as '2 days', or a distribution",
            element=identifier,
        )
    return TimeInfo(value, "given")


def _by_clock(
    graph: ProcessGraph,
    identifier: str,
    info: TimeInfo,
    hours: Mapping[str, WorkingHours],
    clocks: Mapping[str, WorkingClock],
) -> TimeInfo:
    """Say of a time whether it counts by a calendar; without a begin, it is a lower bound."""
    node = graph.nodes.get(identifier)
    if identifier not in hours or node is None:
        return info
    if identifier not in clocks:
        return replace(info, working=info.working or node.is_activity)
    if node.is_activity:
        return replace(info, working=False)
    if info.working and isinstance(info.distribution, Fixed):
        timer = WorkingTimer(info.distribution.hours, clocks[identifier])
        return TimeInfo(timer, info.source)
    return info


def _from_graph(
    graph: ProcessGraph, spans: _Spans, begin: datetime | None
) -> Iterator[tuple[str, TimeInfo]]:
    """Yield what the model says, the weakest source first: the last one wins."""
    yield from _received(graph)
    timers = graph.timers
    for node in timers:
        found = find_timespans(node.name)
        if len(found) == 1:
            yield node.id, spans.info(node.id, found[0], "label")
    for identifier, (vendor, value) in graph.vendor.times.items():
        part = simulated_duration(value, identifier, spans.warnings)
        if part is not None:
            yield identifier, TimeInfo(part, vendor)
    for node in timers:
        info = _timer(node, spans, begin)
        if info is not None:
            yield node.id, info
    yield from _simulated(graph, spans.warnings)
    for identifier, duration in declared_durations(graph).items():
        try:
            distribution = spans.distribution(identifier, duration)
        except InvalidValue:
            # By the calendar, what is least may be more than what is most.
            spans.warnings.append(f"unread-duration:{identifier}")
            continue
        yield identifier, TimeInfo(distribution, "declared", duration.working)
    for identifier, span in declared_waits(graph).items():
        yield identifier, spans.info(identifier, span, "declared")


def _received(graph: ProcessGraph) -> Iterator[tuple[str, TimeInfo]]:
    """Yield the tasks that do nothing but take a message: they are done when it has come."""
    for flow in graph.messages:
        source, target = graph.nodes[flow.source], graph.nodes[flow.target]
        is_sent = source.type != "participant" and not source.is_gateway
        if is_sent and target.type == "receiveTask":
            yield flow.target, TimeInfo(Fixed(0.0), "message")


def _simulated(graph: ProcessGraph, warnings: list[str]) -> Iterator[tuple[str, TimeInfo]]:
    if graph.simulation is not None:
        for identifier, values in graph.simulation.times.items():
            told = len(warnings)
            parts = [simulated_duration(value, identifier, warnings) for value in values]
            known = tuple(part for part in parts if part is not None)
            if known:
                whole = known[0] if len(known) == 1 else Sum(known)
                yield identifier, TimeInfo(whole, "bpsim", partial=len(warnings) > told)
        for identifier, value in graph.simulation.triggers.items():
            at = graph.nodes.get(identifier)
            # At a top-level start event it says how often cases arrive, not how long one waits.
            if at is None or (at.type == "startEvent" and at.scope is None):
                continue
            part = simulated_duration(value, identifier, warnings)
            if part is not None:
                yield identifier, TimeInfo(part, "bpsim")


def declared_waits(graph: ProcessGraph) -> dict[str, TimeSpan]:
    """Return how long the customer waits in those of his steps that are a wait.

    Parameters
    ----------
    graph : ProcessGraph
        The model.

    Returns
    -------
    dict of str to TimeSpan
        By the id of the customer activity.
    """
    return {
        step.element: step.waits
        for journey in reversed(graph.journeys)
        for step in journey.steps
        if step.waits is not None and step.element is not None and step.element in graph.nodes
    }


def _timer(node: FlowNode, spans: _Spans, begin: datetime | None) -> TimeInfo | None:
    for event in node.events:
        if event.kind != "timer" or not event.expression:
            continue
        if begin is not None and (alarm := _alarm(event.expression)) is not None:
            return TimeInfo(UntilAlarm(alarm, begin), "timer")
        if event.timer != "timeDate":
            span = _timer_span(event.expression)
            if span is not None:
                return spans.info(node.id, span, "timer")
    return None


def _timer_span(expression: str) -> TimeSpan | None:
    """Return how long a timer runs; None where only an engine can tell, or nobody."""
    if _EXPRESSION.match(expression):
        constant = _CONSTANT.fullmatch(expression)
        if constant is None:
            return None
        expression = constant[1]
    try:
        # A cycle is "R3/PT10M" or "R/2026-01-01/PT10M": its first interval counts.
        return parse_timespan(expression.rpartition("/")[2])
    except InvalidValue:
        return None


def _alarm(expression: str) -> Alarm | Cron | None:
    try:
        return parse_alarm(expression)
    except InvalidValue:
        return None


def _unread(graph: ProcessGraph, found: Mapping[str, TimeInfo]) -> Iterator[str]:
    """Name what says how long something takes in a form that is not understood."""
    for identifier in graph.vendor.unread:
        if identifier in graph.nodes and identifier not in found:
            yield f"unread-duration:{identifier}"
    for node in graph.timers:
        if node.id in found:
            continue
        # At a top-level start event it says when cases begin.
        begins = node.type == "startEvent" and node.scope is None
        if not begins and any(event.expression for event in node.events if event.kind == "timer"):
            yield f"unread-timer:{node.id}"
    if graph.simulation is not None:
        if graph.simulation.scenarios:
            yield f"several-scenarios:{graph.simulation.scenario}"
        yield from (f"unread-calendar:{calendar}" for calendar in unread_calendars(graph))


def _unused(graph: ProcessGraph, found: Mapping[str, TimeInfo]) -> Iterator[str]:
    """Name what somebody says a time of, although it takes none: a lane, a flow, a gateway."""
    places = (graph.nodes, graph.flows, graph.lanes, graph.participants)
    processes = {node.process for node in graph.nodes.values()} if found else set()
    for identifier, info in found.items():
        node = graph.nodes.get(identifier)
        if node is None:
            counts = False
        elif node.is_activity:
            counts = not graph.inside(identifier) and node.called not in processes
        else:
            is_inner_start = node.type == "startEvent" and node.scope is not None
            counts = is_inner_start or node.type in {"intermediateCatchEvent", "boundaryEvent"}
        is_drawn = any(identifier in drawn for drawn in places)
        if is_drawn and not counts and info.distribution.maximum > 0:
            yield f"unused-duration:{identifier}"


def percentile(values: list[tuple[float, float]], share: float) -> float | None:
    """Return the least value that is not exceeded with at least this probability.

    Parameters
    ----------
    values : list of pairs of float
        Value and weight.
    share : float
        Between zero and one.

    Returns
    -------
    float or None
        None where there are no values.

    Examples
    --------
    >>> percentile([(2.0, 0.6), (10.0, 0.4)], 0.9)
    10.0
    """
    ordered = sorted(values)
    total = math.fsum(weight for _, weight in ordered)
    reached = 0.0
    for value, weight in ordered:
        reached += weight
        if reached >= share * total - 1e-12:
            return value
    return ordered[-1][0] if ordered else None
