"""BPSim 1.0 and 2.0 (WfMC): times and probabilities that simulation tools keep in a BPMN file.

Names are matched without their namespace, since both versions, and tools that write neither of
the two URIs, put the same words in the same places. What a tool *asks* a simulator for
(``ResultRequest``, values with ``result=``) is no input and is left out. Several scenarios are
never merged: one is read, after those from which it inherits, parameter by parameter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from cjbpmn.alarms import parse_moment
from cjbpmn.dialects.icalendar import read_working_hours
from cjbpmn.elements import Element
from cjbpmn.errors import InvalidValue
from cjbpmn.names import BPMN, local_name
from cjbpmn.timespan import parse_timespan
from cjbpmn.working_hours import WorkingHours

_ELAPSED: Final = (
    "TransferTime",
    "QueueTime",
    "WaitTime",
    "SetUpTime",
    "ProcessingTime",
    "ValidationTime",
    "ReworkTime",
)
"""What adds up to the time that something takes at a node."""
_ALTOGETHER: Final = (("ElapsedTime",), ("LagTime", "Duration"))
"""Sums of these that version 2.0 has words for; each counts where nothing before it is told."""

_UNITS: Final = {
    "ms": 1 / 3_600_000,
    "s": 1 / 3600,
    "min": 1 / 60,
    "hour": 1.0,
    "day": 24.0,
    "year": 8766.0,
}
_SCALED: Final = frozenset({"value", "mean", "standardDeviation", "min", "max", "mode"})
"""The numbers that are times; a gamma's shape is none."""
_NUMBERS: Final = _SCALED | {"scale", "shape", "k", "probability", "trials"}
_COUNTS: Final = frozenset({"Beta", "Binomial", "Poisson"})
"""Distributions of bare numbers: the unit is that of one."""
_CONSTANTS: Final = frozenset(
    {"Floating", "Numeric", "Duration", "Expression", "String", "Boolean", "DateTime"}
)
_KIE: Final = "http://www.jboss.org/drools"
"""Declared in the files of editors that write a zero where nobody entered anything, and percent."""


@dataclass(frozen=True, slots=True)
class SimulatedValue:
    """A value or distribution as the file states it, its times in hours.

    Parameters
    ----------
    kind : str
        The BPSim element without ``Parameter`` or ``Distribution``: ``Floating``, ``Uniform``;
        ``Unread`` where it is one of them and was not understood.
    numbers : mapping of str to float
        Its attributes.
    points : tuple of pairs of float
        Probability and value of each point of a user distribution, or of what is used in turn.
    calendar : str
        The id of the calendar by which it counts; the empty string for time on the clock.
    unit : float
        How many hours one is, where the numbers are no times.
    """

    kind: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    points: tuple[tuple[float, float], ...] = ()
    calendar: str = ""
    unit: float = 1.0


_UNREAD: Final = SimulatedValue("Unread")


@dataclass(frozen=True)
class Simulation:
    """The inputs of one BPSim scenario, by the id of the BPMN element.

    Parameters
    ----------
    scenario : str
        Its id.
    times : mapping of str to tuple of SimulatedValue
        What a node takes; the parts add up.
    triggers : mapping of str to SimulatedValue
        How long until an event is triggered.
    probabilities : mapping of str to float
        Of sequence flows and events.
    scenarios : tuple of str
        The ids of the other scenarios in the file from which it does not inherit.
    calendars : mapping of str to WorkingHours
        The calendars that could be read, by id.
    unread : mapping of str to str
        The ids of the others, each with the name of what is not understood.
    begins : datetime or None
        When the simulation is to begin.
    """

    scenario: str
    times: Mapping[str, tuple[SimulatedValue, ...]] = field(default_factory=dict)
    triggers: Mapping[str, SimulatedValue] = field(default_factory=dict)
    probabilities: Mapping[str, float] = field(default_factory=dict)
    scenarios: tuple[str, ...] = ()
    calendars: Mapping[str, WorkingHours] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    begins: datetime | None = None


def read_simulation(root: Element, scenario: str | None = None) -> Simulation | None:
    """Read one BPSim scenario from a definitions element.

    Parameters
    ----------
    root : lxml element
        The BPMN definitions.
    scenario : str or None
        The id or name of the scenario; the first one that is no result of another otherwise.

    Returns
    -------
    Simulation or None
        None where the file holds no scenario, or none of that name.

    Examples
    --------
    >>> from lxml import etree
    >>> simulation = read_simulation(etree.fromstring('''
    ... <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
    ...  <relationship type="BPSimData"><extensionElements>
    ...   <BPSimData xmlns="http://www.bpsim.org/schemas/2.0"><Scenario id="base">
    ...    <ElementParameters elementRef="pack"><TimeParameters><ProcessingTime>
    ...     <FloatingParameter value="90"/>
    ...    </ProcessingTime></TimeParameters></ElementParameters>
    ...   </Scenario></BPSimData></extensionElements></relationship>
    ... </definitions>'''))
    >>> simulation.times["pack"][0].numbers
    {'value': 1.5}
    """
    found = [
        element
        for relationship in root.iterchildren(f"{{{BPMN}}}relationship")
        for element in relationship.iter("{*}Scenario")
    ]
    if not found:
        return None
    by_name = {key: element for element in reversed(found) for key in _names(element)}
    if scenario is None:
        chosen = next((element for element in found if element.get("result") is None), found[0])
    elif scenario in by_name:
        chosen = by_name[scenario]
    else:
        return None
    line = _lineage(chosen, by_name)
    inputs = (one for one in found if one.get("result") is None and one not in line)
    return _read(chosen, line, tuple(one.get("id", "") for one in inputs))


def _names(element: Element) -> list[str]:
    return [name for key in ("id", "name") if (name := element.get(key))]


def _read(chosen: Element, line: Iterable[Element], scenarios: tuple[str, ...]) -> Simulation:
    told: dict[str, dict[str, SimulatedValue]] = {}
    triggers: dict[str, SimulatedValue] = {}
    probabilities: dict[str, float] = {}
    calendars: dict[str, WorkingHours | str] = {}
    begins, unit = None, _UNITS["min"]
    for element in line:
        for calendar in element.iterchildren("{*}Calendar"):
            calendars[calendar.get("id", "")] = _calendar(calendar)
        begins = _start(element) or begins
        unit = _base_unit(element, unit)
        for parameters in element.iterchildren("{*}ElementParameters"):
            target = parameters.get("elementRef", "").rpartition(":")[2]
            for name, value in _parameters(parameters, "Time", unit):
                told.setdefault(target, {})[name] = value
            for name, value in _parameters(parameters, "Control", unit):
                if name == "InterTriggerTimer":
                    triggers[target] = value
            for name, value in _parameters(parameters, "Control", 1.0):
                if name == "Probability" and "value" in value.numbers:
                    probabilities[target] = value.numbers["value"]
    if _KIE in chosen.nsmap.values():
        told = {target: _without_zeros(parts) for target, parts in told.items()}
        probabilities = _as_fractions(probabilities)
    times = {target: _elapsed(parts) for target, parts in told.items()}
    return Simulation(
        chosen.get("id", ""),
        {target: parts for target, parts in times.items() if parts},
        triggers,
        probabilities,
        scenarios,
        {name: found for name, found in calendars.items() if isinstance(found, WorkingHours)},
        {name: found for name, found in calendars.items() if isinstance(found, str)},
        begins,
    )


def _without_zeros(parts: Mapping[str, SimulatedValue]) -> dict[str, SimulatedValue]:
    return {name: value for name, value in parts.items() if value.numbers != {"value": 0.0}}


def _as_fractions(shares: dict[str, float]) -> dict[str, float]:
    is_percent = max(shares.values(), default=0.0) > 1
    return {target: share / 100 for target, share in shares.items()} if is_percent else shares


def _elapsed(parts: Mapping[str, SimulatedValue]) -> tuple[SimulatedValue, ...]:
    """Return what adds up to the time at a node."""
    for names in (_ELAPSED, *_ALTOGETHER):
        if found := tuple(parts[name] for name in names if name in parts):
            return found
    return ()


def _calendar(element: Element) -> WorkingHours | str:
    """Return the hours of a calendar, or the name of what is not understood in it."""
    try:
        return read_working_hours("".join(map(str, element.itertext())))
    except InvalidValue as error:
        return error.message


def _start(scenario: Element) -> datetime | None:
    """Return the moment at which a simulation begins, which is that of its first case."""
    for value in scenario.iterfind("{*}ScenarioParameters/{*}Start/{*}DateTimeParameter"):
        try:
            return parse_moment(value.get("value", ""))
        except InvalidValue:
            continue
    return None


def _lineage(chosen: Element, by_name: Mapping[str, Element]) -> list[Element]:
    """Return a scenario after those from which it inherits, however they go round."""
    line: list[Element] = []
    element: Element | None = chosen
    while element is not None and element not in line:
        line.insert(0, element)
        element = by_name.get(element.get("inherits", ""))
    return line


def _base_unit(scenario: Element, inherited: float) -> float:
    """Return how many hours a number is that names no unit; no number for a unit not known."""
    parameters = scenario.find("{*}ScenarioParameters")
    unit = None if parameters is None else parameters.get("baseTimeUnit")
    return _UNITS.get(unit, math.nan) if unit else inherited


def _parameters(told: Element, group: str, unit: float) -> Iterator[tuple[str, SimulatedValue]]:
    """Yield the parameters of one group, by name; of several values, the first input counts."""
    for holder in told.iterfind(f"{{*}}{group}Parameters/{{*}}*"):
        inputs = (one for one in holder.iterchildren("{*}*") if one.get("result") is None)
        for element in inputs:
            value = _value(element, unit)
            if value is not None:
                yield local_name(holder.tag), replace(value, calendar=element.get("validFor", ""))
                break


def _value(element: Element, unit: float) -> SimulatedValue | None:
    """Return a value; None where an element is none, nor tells any."""
    tag = local_name(element.tag)
    kind = tag.removesuffix("Parameter").removesuffix("Distribution")
    if kind == tag or (kind in _CONSTANTS and not element.get("value")):
        return None
    named = element.get("timeUnit")
    factor = _UNITS.get(named, math.nan) if named else unit
    if kind == "Duration":
        return _constant(_iso_hours(element.get("value", "")))
    if kind in {"Enum", "User"}:
        return _listed(_data_points(element, kind), factor)
    # The scale of a gamma is a time, and that of a Weibull; that of a beta is none.
    times = _SCALED | ({"scale"} if kind in {"Gamma", "Weibull"} else set())
    found = {name: _number(text) for name, text in element.attrib.items() if name in _NUMBERS}
    numbers = {
        name: number * (factor if name in times and kind not in _COUNTS else 1.0)
        for name, number in found.items()
        # Only what is cut off may be cut off nowhere.
        if number is not None and (name == "max" or math.isfinite(number))
    }
    if len(numbers) < len(found) or math.isnan(factor):
        return _UNREAD
    if kind in _CONSTANTS:
        # The constant of an expression is a number like any other; words are none.
        return _constant(numbers.get("value"))
    return SimulatedValue(kind, numbers, unit=factor)


def _constant(hours: float | None) -> SimulatedValue:
    return _UNREAD if hours is None else SimulatedValue("Floating", {"value": hours})


def _data_points(element: Element, kind: str) -> Iterator[tuple[float | None, Element]]:
    """Yield the values of a list, with how likely each is; those of an enumeration take turns."""
    if kind == "Enum":
        yield from ((1.0, one) for one in element.iterchildren("{*}*"))
    for point in element.iterchildren("{*}UserDistributionDataPoint"):
        for inner in point.iterchildren("{*}*"):
            yield _number(point.get("probability")), inner


def _listed(points: Iterable[tuple[float | None, Element]], unit: float) -> SimulatedValue:
    """Return one of several values, each as likely as is told."""
    found: list[tuple[float, float]] = []
    for probability, element in points:
        value = _value(element, unit)
        if probability is None or math.isinf(probability):
            return _UNREAD
        if value is None or "value" not in value.numbers:
            return _UNREAD
        found.append((probability, value.numbers["value"]))
    return SimulatedValue("User", points=tuple(found), unit=unit)


def _number(text: str | bytes | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _iso_hours(text: str) -> float | None:
    try:
        return parse_timespan(text).hours if text.lstrip().startswith("P") else None
    except InvalidValue:
        return None
