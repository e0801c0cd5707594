"""How long things take, and how likely: read from a model, or given by the caller.

What is known about the duration of an element is taken from the first of these that says
something: the caller, the declared wait of a customer activity, the simulation data in the file
(BPSim), the definition of a timer, the attributes of a vendor, the label of a timer (a *hint*).
What nothing tells is unknown: it counts as zero, is listed, and makes every figure above it a
lower bound.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from cjbpmn.declared_times import declared_durations, declared_shares, distribution_of
from cjbpmn.dialects.bpsim import SimulatedValue
from cjbpmn.distributions import (
    Distribution,
    Empirical,
    Fixed,
    Gamma,
    LogNormal,
    Scaled,
    Sum,
    Triangular,
    TruncatedNormal,
    Uniform,
    erlang,
    exponential,
)
from cjbpmn.errors import InvalidValue
from cjbpmn.graph import FlowNode, ProcessGraph
from cjbpmn.timespan import TimeSpan, find_timespans, parse_timespan

_CONSTANT: Final = frozenset({"Floating", "Numeric"})
_LITERAL: Final = re.compile(r"""\s*=\s*(?:duration\(\s*)?["'](P[^"']*)["']\s*\)?\s*""")
"""An expression of FEEL that is a constant: ``= duration("P1D")``."""

Given: TypeAlias = Distribution | TimeSpan | float | str
"""A duration as a caller may give it: a distribution, a time span, hours, or words."""


@dataclass(frozen=True, slots=True)
class TimeInfo:
    """How long something takes, and who says so.

    Parameters
    ----------
    distribution : Distribution
        In hours.
    source : str
        ``given``, ``declared``, ``bpsim``, ``timer``, ``igrafx``, ``qbp`` or ``label``.
    working : bool
        Whether it was stated in working days or hours, of which we know too little to turn them
        into time that passes: a lower bound.
    """

    distribution: Distribution
    source: str
    working: bool = False

    @property
    def hint(self) -> bool:
        """Whether it was only read off a label."""
        return self.source == "label"


@dataclass(frozen=True)
class Calendar:
    """When people work: the same hours on certain days of the week.

    Parameters
    ----------
    begin : datetime
        The moment at which a case starts.
    weekdays : frozenset of int
        Monday is 0.
    opens, closes : float
        Hours of the day.

    Examples
    --------
    Four hours of work, begun on Friday at three, are done on Monday at eleven:

    >>> week = Calendar(datetime(2026, 1, 9, 15))
    >>> week.finish(0.0, 4.0)
    68.0
    """

    begin: datetime
    weekdays: frozenset[int] = frozenset(range(5))
    opens: float = 9.0
    closes: float = 17.0

    def __post_init__(self) -> None:
        if not (self.weekdays and 0 <= self.opens < self.closes <= 24):  # noqa: PLR2004
            raise InvalidValue("a calendar needs a weekday and opening hours")

    def finish(self, start: float, work: float) -> float:
        """Say when work is done.

        Parameters
        ----------
        start : float
            Hours since the case began.
        work : float
            Hours of work.

        Returns
        -------
        float
            Hours since the case began.
        """
        if work <= 0 or math.isinf(work):
            return start + max(work, 0.0)
        shift = self.closes - self.opens
        weeks, work = divmod(work, shift * len(self.weekdays))
        if work == 0:
            weeks, work = weeks - 1, shift * len(self.weekdays)
        clock = self.begin
        offset = clock.weekday() * 24 + clock.hour + clock.minute / 60 + clock.second / 3600
        week_start = math.floor((start + offset) / 168) * 168 - offset
        for day in range(15):
            if day % 7 not in self.weekdays:
                continue
            opens = max(week_start + day * 24 + self.opens, start)
            room = week_start + day * 24 + self.closes - opens
            if room > 0:
                if work <= room:
                    return opens + work + weeks * 168
                work -= room
        raise AssertionError  # pragma: no cover - fifteen days hold two weeks of work


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
    calendars : mapping of str to Calendar
        By element or lane id; ``*`` is for all activities.
    warnings : tuple of str
        What was left out, as ``code:id``.
    """

    durations: Mapping[str, TimeInfo] = field(default_factory=dict)
    probabilities: Mapping[str, float] = field(default_factory=dict)
    repeats: Mapping[str, float] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def calendar(self, node: FlowNode) -> Calendar | None:
        """Return the calendar by which a node is worked at; None where the clock counts."""
        if not self.calendars or not node.is_activity:
            return None
        for key in (node.id, node.lane, "*"):
            if key is not None and key in self.calendars:
                return self.calendars[key]
        return None


def read_timings(
    graph: ProcessGraph,
    durations: Mapping[str, Given] | None = None,
    *,
    probabilities: Mapping[str, float] | None = None,
    repeats: Mapping[str, float] | None = None,
    calendars: Mapping[str, Calendar] | None = None,
) -> Timings:
    """Collect what a model, and the caller, say about durations and probabilities.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    durations : mapping, optional
        By element id; numbers are hours, strings are read as words (``"2 days"``).
    probabilities : mapping, optional
        By sequence flow or boundary event id.
    repeats : mapping, optional
        By activity id: how likely a standard loop goes round once more.
    calendars : mapping, optional
        By element or lane id; ``*`` for all activities.

    Returns
    -------
    Timings
        What the caller gives wins over what the model says.

    Raises
    ------
    InvalidValue
        If a duration that the caller gives cannot be understood, or a probability lies outside
        zero and one.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> from cjbpmn.graph import build_graph
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> activity = next(node.id for node in graph.nodes.values() if node.is_activity)
    >>> read_timings(graph, {activity: "90 min"}).durations[activity].distribution
    Fixed(hours=1.5)
    """
    warnings: list[str] = []
    found = dict(_from_graph(graph, warnings))
    for identifier, value in (durations or {}).items():
        found[identifier] = _given(value)
    warnings += _unread(graph, found)
    likely = dict(graph.vendor.probabilities)
    if graph.simulation is not None:
        likely.update(graph.simulation.probabilities)
    likely.update(declared_shares(graph))
    for identifier, probability in likely.copy().items():
        if not 0 <= probability <= 1:
            del likely[identifier]
            warnings.append(f"absurd-probability:{identifier}")
    for name, numbers in (("probability", probabilities), ("repeat", repeats)):
        for identifier, number in (numbers or {}).items():
            if not 0 <= number <= 1:
                raise InvalidValue(f"{name} {number}: expected 0 to 1", element=identifier)
    likely.update(probabilities or {})
    return Timings(found, likely, dict(repeats or {}), dict(calendars or {}), tuple(warnings))


def _given(value: Given) -> TimeInfo:
    if isinstance(value, str):
        value = parse_timespan(value)
    if isinstance(value, TimeSpan):
        return TimeInfo(Fixed(value.hours), "given", value.working)
    if isinstance(value, int | float):
        return TimeInfo(Fixed(float(value)), "given")
    return TimeInfo(value, "given")


def _from_graph(graph: ProcessGraph, warnings: list[str]) -> Iterator[tuple[str, TimeInfo]]:
    """Yield what the model says, the weakest source first: the last one wins."""
    yield from _labels(graph)
    for identifier, (vendor, value) in graph.vendor.times.items():
        part = _distribution(value, identifier, warnings)
        if part is not None:
            yield identifier, TimeInfo(part, vendor)
    for node in _timers(graph):
        info = _timer(node)
        if info is not None:
            yield node.id, info
    yield from _simulated(graph, warnings)
    yield from _declared(graph)


def _timers(graph: ProcessGraph) -> Iterator[FlowNode]:
    return (node for node in graph.nodes.values() if node.is_event and node.has_event("timer"))


def _labels(graph: ProcessGraph) -> Iterator[tuple[str, TimeInfo]]:
    for node in _timers(graph):
        spans = find_timespans(node.name)
        if len(spans) == 1:
            yield node.id, TimeInfo(Fixed(spans[0].hours), "label", spans[0].working)


def _simulated(graph: ProcessGraph, warnings: list[str]) -> Iterator[tuple[str, TimeInfo]]:
    if graph.simulation is not None:
        for identifier, values in graph.simulation.times.items():
            parts = [_distribution(value, identifier, warnings) for value in values]
            known = tuple(part for part in parts if part is not None)
            if known:
                yield identifier, TimeInfo(known[0] if len(known) == 1 else Sum(known), "bpsim")
        for identifier, value in graph.simulation.triggers.items():
            at = graph.nodes.get(identifier)
            # At a top-level start event it says how often cases arrive, not how long one waits.
            if at is None or (at.type == "startEvent" and at.scope is None):
                continue
            part = _distribution(value, identifier, warnings)
            if part is not None:
                yield identifier, TimeInfo(part, "bpsim")


def _declared(graph: ProcessGraph) -> Iterator[tuple[str, TimeInfo]]:
    for identifier, duration in declared_durations(graph).items():
        yield identifier, TimeInfo(distribution_of(duration), "declared", duration.working)
    for identifier, span in declared_waits(graph).items():
        yield identifier, TimeInfo(Fixed(span.hours), "declared", span.working)


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


def _timer(node: FlowNode) -> TimeInfo | None:
    for event in node.events:
        if event.kind != "timer":
            continue
        if event.expression and event.timer != "timeDate":
            # A cycle is "R3/PT10M" or "R/2026-01-01/PT10M": its first interval counts.
            literal = _LITERAL.fullmatch(event.expression)
            text = literal[1] if literal else event.expression.rpartition("/")[2]
            try:
                span = parse_timespan(text)
            except InvalidValue:
                continue
            return TimeInfo(Fixed(span.hours), "timer", span.working)
    return None


def _unread(graph: ProcessGraph, found: Mapping[str, TimeInfo]) -> Iterator[str]:
    """Name what says how long something takes in a form that is not understood."""
    for identifier in graph.vendor.unread:
        if identifier in graph.nodes and identifier not in found:
            yield f"unread-duration:{identifier}"
    for node in graph.nodes.values():
        if node.id in found or not (node.is_event and node.has_event("timer")):
            continue
        # At a top-level start event it says when cases begin.
        begins = node.type == "startEvent" and node.scope is None
        if not begins and any(event.expression for event in node.events if event.kind == "timer"):
            yield f"unread-timer:{node.id}"
    if graph.simulation is not None:
        yield from (f"unread-calendar:{calendar}" for calendar in graph.simulation.calendars)


def _distribution(
    value: SimulatedValue, identifier: str, warnings: list[str]
) -> Distribution | None:
    make = _BPSIM.get(value.kind)
    if value.numbers and value.kind not in _CONSTANT and not any(value.numbers.values()):
        # Editors write a mean of 0, and a deviation of 0, where nobody entered anything.
        return None
    if make is None:
        warnings.append(f"unknown-distribution:{identifier}")
        return None
    try:
        return make(value)
    except (KeyError, InvalidValue, ArithmeticError):
        warnings.append(f"absurd-duration:{identifier}")
        return None


def _normal(value: SimulatedValue) -> Distribution:
    mean, deviation = value.numbers["mean"], value.numbers["standardDeviation"]
    if deviation == 0:
        return Fixed(mean)
    low = max(value.numbers.get("min", 0.0), 0.0)
    return TruncatedNormal(mean, deviation, low, value.numbers.get("max", math.inf))


def _lognormal(value: SimulatedValue) -> Distribution:
    return LogNormal(value.numbers["mean"], value.numbers["standardDeviation"])


def _user(value: SimulatedValue) -> Distribution:
    return Empirical(tuple(v for _, v in value.points), tuple(p for p, _ in value.points))


_BPSIM: Final[Mapping[str, Callable[[SimulatedValue], Distribution]]] = {
    "Floating": lambda value: Fixed(value.numbers["value"]),
    "Numeric": lambda value: Fixed(value.numbers["value"]),
    "Uniform": lambda value: Uniform(value.numbers["min"], value.numbers["max"]),
    "Triangular": lambda value: Triangular(
        value.numbers["min"], value.numbers["mode"], value.numbers["max"]
    ),
    "Normal": _normal,
    "TruncatedNormal": _normal,
    "LogNormal": _lognormal,
    "NegativeExponential": lambda value: exponential(value.numbers["mean"]),
    "Gamma": lambda value: Gamma(value.numbers["shape"], value.numbers["scale"]),
    "Erlang": lambda value: erlang(value.numbers["mean"], int(value.numbers["k"])),
    "Beta": lambda value: Scaled("beta", value.numbers["shape"], value.numbers["scale"]),
    "Weibull": lambda value: Scaled("weibull", value.numbers["shape"], value.numbers["scale"]),
    "User": _user,
}


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
