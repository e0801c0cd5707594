"""Times and probabilities that vendors keep with an element, in words of their own.

*iGrafx* writes an ISO 8601 duration and a percentage; *QBP* (BIMP, Apromore) a list of
distributions, always in seconds, and in older files JSON in the documentation of a task; *ADONIS*
four times of an activity, in a unit that no file tells: they are named and not read. All of them
write zero where nobody entered anything, so a zero says nothing. A condition that is a bare
fraction or percentage is a probability of ADONIS or of the older QBP: no case ever fulfils it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from cjbpmn.dialects.bpsim import SimulatedValue
from cjbpmn.elements import Element
from cjbpmn.errors import InvalidValue
from cjbpmn.names import BPMN, local_name
from cjbpmn.timespan import parse_timespan

_IGRAFX: Final = "{http://www.igrafx.com/2011/bpmn}"
_ADONIS: Final = "{http://www.boc-group.com}"
_QBP: Final = "{http://www.qbp-simulator.com/Schema201212}"
_ADONIS_TIMES: Final = frozenset(
    {"A_EXECUTION_TIME", "A_WAITING_TIME", "A_RESTING_TIME", "A_TRANSPORT_TIME"}
)
_SECOND: Final = 1 / 3600
_LARGEST: Final = 1e100
"""What is larger is no time, and its square is no number."""
_OLDER_QBP: Final = "durationDistribution"
_OLDER_NUMBERS: Final = ("mean", "value", "stdev", "min", "max")
_SHARE: Final = re.compile(r"\s*(?:(0?[.,][0-9]+)|([0-9]+(?:[.,][0-9]+)?) ?%)\s*")
"""A condition that is a fraction or a percentage; 1 and 2 may be what was answered."""


@dataclass(frozen=True)
class VendorTimes:
    """What vendors say, by the id of the BPMN element; times in hours.

    Parameters
    ----------
    times : mapping of str to pair of str and SimulatedValue
        Who says it (``igrafx``, ``qbp``), and what.
    probabilities : mapping of str to float
        Of sequence flows.
    unread : tuple of str
        The elements of which a time is told in a form that is not understood.
    """

    times: Mapping[str, tuple[str, SimulatedValue]] = field(default_factory=dict)
    probabilities: Mapping[str, float] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def read_vendor_times(root: Element) -> VendorTimes:
    """Read what vendors say about times and probabilities.

    Parameters
    ----------
    root : lxml element
        The BPMN definitions.

    Returns
    -------
    VendorTimes
        Empty where no vendor says anything.

    Examples
    --------
    >>> from lxml import etree
    >>> times = read_vendor_times(etree.fromstring('''
    ... <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    ...   xmlns:ix="http://www.igrafx.com/2011/bpmn"><process><task id="pack">
    ...   <extensionElements><ix:duration>PT90M</ix:duration></extensionElements>
    ... </task></process></definitions>'''))
    >>> times.times["pack"][0], times.times["pack"][1].numbers
    ('igrafx', {'value': 1.5})
    """
    found = _Reader()
    readers = found.readers()
    for element in root.iter(*readers):
        readers[str(element.tag)](element)
    return VendorTimes(found.times, found.probabilities, tuple(found.unread))


class _Reader:
    """Collects what is found, each form in its own way."""

    def __init__(self) -> None:
        self.times: dict[str, tuple[str, SimulatedValue]] = {}
        self.probabilities: dict[str, float] = {}
        self.unread: dict[str, None] = {}

    def readers(self) -> dict[str, Callable[[Element], None]]:
        """Return how each kind of element is read, by its tag."""
        return {
            f"{_IGRAFX}duration": self._igrafx_duration,
            f"{_IGRAFX}percentage": self._igrafx_percentage,
            f"{_ADONIS}attribute": self._adonis,
            f"{_QBP}processSimulationInfo": self._qbp,
            f"{{{BPMN}}}documentation": self._older_qbp,
            f"{{{BPMN}}}conditionExpression": self._condition,
        }

    def _igrafx_duration(self, element: Element) -> None:
        owner, text = _owner(element), "".join(element.itertext()).strip()
        if owner is None:
            return
        try:
            hours = parse_timespan(text).hours
        except InvalidValue:
            self.unread[owner] = None
            return
        if hours > 0:
            self.times[owner] = ("igrafx", SimulatedValue("Floating", {"value": hours}))

    def _igrafx_percentage(self, element: Element) -> None:
        owner, share = _owner(element), _number("".join(element.itertext()))
        if owner is not None and share is not None:
            self.probabilities[owner] = share / 100

    def _adonis(self, element: Element) -> None:
        if element.get("name") not in _ADONIS_TIMES:
            return
        owner, text = _owner(element), element.findtext(f"{_ADONIS}value")
        if owner is not None and text and _number(text) != 0:
            self.unread[owner] = None

    def _qbp(self, info: Element) -> None:
        for element in info.iterfind(f"{_QBP}elements/{_QBP}element"):
            identifier = element.get("elementId", "")
            said = element.find(f"{_QBP}durationDistribution")
            numbers = [
                _number(None if said is None else said.get(name)) or 0.0
                for name in ("mean", "arg1", "arg2")
            ]
            if said is None or not any(numbers):
                continue
            self._qbp_time(identifier, _qbp_value(said.get("type", ""), *numbers))
        for flow in info.iterfind(f"{_QBP}sequenceFlows/{_QBP}sequenceFlow"):
            share = _number(flow.get("executionProbability"))
            if share is not None:
                self.probabilities[flow.get("elementId", "")] = share

    def _qbp_time(self, identifier: str, value: SimulatedValue | None) -> None:
        if value is None:
            self.unread[identifier] = None
        else:
            self.times[identifier] = ("qbp", value)

    def _older_qbp(self, element: Element) -> None:
        text, holder = element.text or "", element.getparent()
        if holder is None or not text.lstrip().startswith("{") or _OLDER_QBP not in text:
            return
        try:
            said = json.loads(text, strict=False)[_OLDER_QBP]
            numbers = {name: _number(str(said.get(name))) or 0.0 for name in _OLDER_NUMBERS}
            kind = str(said.get("type", "")).upper()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return
        if any(numbers.values()):
            self._qbp_time(holder.get("id", ""), _older_qbp_value(kind, numbers))

    def _condition(self, element: Element) -> None:
        flow, match = element.getparent(), _SHARE.fullmatch(element.text or "")
        if flow is not None and match is not None:
            fraction, percent = (part and float(part.replace(",", ".")) for part in match.groups())
            self.probabilities[flow.get("id", "")] = fraction or (percent or 0.0) / 100


def _owner(element: Element) -> str | None:
    """Return the id of the BPMN element whose extension something is."""
    for ancestor in element.iterancestors():
        if local_name(ancestor.tag) == "extensionElements":
            holder = ancestor.getparent()
            return None if holder is None else holder.get("id")
    return None


def _qbp_value(kind: str, mean: float, first: float, second: float) -> SimulatedValue | None:
    """Return a distribution in hours; each kind keeps other numbers in the same attributes."""
    if max(abs(mean), abs(first), abs(second)) > _LARGEST:
        return None
    mean, one, two = mean * _SECOND, first * _SECOND, second * _SECOND
    variance = max(first, 0.0) * _SECOND**2
    forms: dict[str, tuple[str, dict[str, float]]] = {
        "FIXED": ("Floating", {"value": mean}),
        "NORMAL": ("Normal", {"mean": mean, "standardDeviation": one}),
        "EXPONENTIAL": ("NegativeExponential", {"mean": one or mean}),
        "UNIFORM": ("Uniform", {"min": one, "max": two}),
        "TRIANGULAR": ("Triangular", {"mode": mean, "min": one, "max": two}),
        "LOGNORMAL": ("LogNormal", {"mean": mean, "standardDeviation": math.sqrt(variance)}),
    }
    if mean and variance:
        forms["GAMMA"] = ("Gamma", {"shape": mean**2 / variance, "scale": variance / mean})
    return SimulatedValue(*forms[kind]) if kind in forms else None


def _older_qbp_value(kind: str, numbers: Mapping[str, float]) -> SimulatedValue | None:
    """Return what the older form says, in which each number has a name."""
    if kind == "FIXED":
        return _qbp_value(kind, numbers["value"] or numbers["mean"], 0.0, 0.0)
    if kind in {"UNIFORM", "TRIANGULAR"}:
        return _qbp_value(kind, numbers["value"], numbers["min"], numbers["max"])
    spread = min(numbers["stdev"], _LARGEST) ** (1 if kind == "NORMAL" else 2)
    return _qbp_value(kind, numbers["mean"], spread, 0.0)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
