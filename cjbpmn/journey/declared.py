"""The journeys that a document carries, as values again.

What an element of ours says is turned into a value field by field, as `cjbpmn.journey.elements`
turns values into elements. Times, shares and working hours count also where the journey is gone
with which they were written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from cjbpmn.document import Document
from cjbpmn.errors import InvalidValue
from cjbpmn.extensions.branch import Branch as BranchElement
from cjbpmn.extensions.calendar import Calendar as CalendarElement
from cjbpmn.extensions.channel import Channel
from cjbpmn.extensions.content import Content as ContentElement
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.duration import Duration as DurationElement
from cjbpmn.extensions.emotion import Emotion as EmotionElement
from cjbpmn.extensions.evidence import Evidence as EvidenceElement
from cjbpmn.extensions.fallback import Fallback as FallbackElement
from cjbpmn.extensions.function import Function
from cjbpmn.extensions.gain import Gain
from cjbpmn.extensions.journey import Journey as JourneyElement
from cjbpmn.extensions.measurement import Measurement as MeasurementElement
from cjbpmn.extensions.need import Need as NeedElement
from cjbpmn.extensions.norm import Norm as NormElement
from cjbpmn.extensions.observation import Observation as ObservationElement
from cjbpmn.extensions.opportunity import Opportunity
from cjbpmn.extensions.pain import Pain
from cjbpmn.extensions.persona import Persona as PersonaElement
from cjbpmn.extensions.phase import Phase as PhaseElement
from cjbpmn.extensions.property import Property
from cjbpmn.extensions.statistics import Statistics as StatisticsElement
from cjbpmn.extensions.validation import Validation as ValidationElement
from cjbpmn.fields import Children, Extension
from cjbpmn.findings import Finding
from cjbpmn.journey import (
    Branch,
    Calendar,
    ChannelUse,
    Content,
    Duration,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Journey,
    Measurement,
    Need,
    Norm,
    Observation,
    Pairs,
    Persona,
    Phase,
    Statistics,
    Step,
    Validation,
)
from cjbpmn.journey.elements import FACTS, MEETING, REFERENCES, element_field
from cjbpmn.names import qualified

_VALUES: Final[Mapping[type[Extension], type[Any]]] = {
    BranchElement: Branch,
    CalendarElement: Calendar,
    Channel: ChannelUse,
    ContentElement: Content,
    CustomerActivity: Step,
    DurationElement: Duration,
    EmotionElement: Emotion,
    EvidenceElement: Evidence,
    FallbackElement: Fallback,
    Function: Content,
    Gain: Insight,
    JourneyElement: Journey,
    MeasurementElement: Measurement,
    NeedElement: Need,
    NormElement: Norm,
    ObservationElement: Observation,
    Opportunity: Insight,
    Pain: Insight,
    PersonaElement: Persona,
    PhaseElement: Phase,
    StatisticsElement: Statistics,
    ValidationElement: Validation,
}
_UNREAD: Final[Mapping[type[Extension], str]] = {
    DurationElement: "unread-duration",
    BranchElement: "absurd-probability",
    CalendarElement: "unread-calendar",
}
"""What a finding about a fact is called that cannot be understood."""


def journeys_of(
    document: Document, *, as_written: bool = False
) -> tuple[tuple[Journey, ...], tuple[str, ...]]:
    """Read the journeys that an enriched document carries.

    Parameters
    ----------
    document : Document
        Any document.
    as_written : bool
        Whether references are what people wrote for them, instead of the ids that they mean.

    Returns
    -------
    journeys : tuple of Journey
        What people declared, the steps in order; empty where the document carries no journey.
    customers : tuple of str
        The ids of the pools and lanes that are the customer.

    Raises
    ------
    InvalidValue
        If a value in the file lies outside its range.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> journeys_of(read_document("docs/examples/webshop.bpmn"))
    ((), ())
    """
    found = _declaring(document, JourneyElement)
    if not found:
        return (), ()
    reading = _Reading(document, as_written)
    return reading.journeys(found), _customers(found)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a document declares, as far as it can be understood.

    Parameters
    ----------
    journeys : tuple of Journey
        What people declared, the steps in order.
    customers : tuple of str
        The ids of the pools and lanes that are the customer.
    loose : Journey or None
        Times, shares and working hours on elements that belong to none of the journeys: a tool
        dropped the journey, or there never was one.
    findings : tuple of Finding
        Which of these could not be understood and were left out.
    """

    journeys: tuple[Journey, ...] = ()
    customers: tuple[str, ...] = ()
    loose: Journey | None = None
    findings: tuple[Finding, ...] = ()


def read_declared(document: Document) -> Declared:
    """Read what a document declares; one wrong time does not spoil the others.

    Parameters
    ----------
    document : Document
        Any document.

    Returns
    -------
    Declared
        Empty where the document declares nothing.

    Raises
    ------
    InvalidValue
        If something else than a time, a share or working hours lies outside its range.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> read_declared(read_document("docs/examples/webshop.bpmn"))
    Declared(journeys=(), customers=(), loose=None, findings=())
    """
    found = _declaring(document, JourneyElement, *FACTS.values())
    if not found:
        return Declared()
    reading = _Reading(document, as_written=False, findings=[])
    told = [one for one in found if isinstance(one, JourneyElement)]
    journeys = reading.journeys(told)
    known = {one.id for one in told} | ({None} if told else set())
    loose: dict[str, Any] = {
        name: reading.facts(kind, known, others=True) for name, kind in FACTS.items()
    }
    return Declared(
        journeys,
        _customers(told),
        Journey("", path=document.path, **loose) if any(loose.values()) else None,
        tuple(dict.fromkeys(reading.findings or ())),
    )


def _declaring(document: Document, *kinds: type[Extension]) -> list[Extension]:
    """Return the elements of some kinds, in one pass over the document."""
    by_tag = {qualified(kind.tag): kind for kind in kinds}
    return [by_tag[str(one.tag)](one) for one in document.root.iter(*by_tag)]


def _customers(found: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for journey in found for one in journey.customers or ()))


class _Reading:
    """Reads the journeys of one document; what stands on its elements is looked up once.

    With a list of `findings`, facts that cannot be understood are named there and left out.
    """

    def __init__(
        self, document: Document, as_written: bool, findings: list[Finding] | None = None
    ) -> None:
        self.document = document
        self.as_written = as_written
        self.findings = findings
        self.steps = [CustomerActivity(one) for one in self._all(CustomerActivity)]
        self.personas = [PersonaElement(one) for one in self._all(PersonaElement)]

    def _all(self, kind: type[Extension]) -> Iterator[Any]:
        return self.document.root.iter(qualified(kind.tag))

    def journeys(self, found: Sequence[Any]) -> tuple[Journey, ...]:
        """Read several, in their order."""
        return tuple(self._journey(one, is_first=one == found[0]) for one in found)

    def _journey(self, element: JourneyElement, *, is_first: bool) -> Journey:
        """Read one journey; what names no journey belongs to the first."""
        known = {element.id, None} if is_first else {element.id}
        phases = {phase.id: phase.name or "" for phase in element.phases}
        steps = sorted(
            (one for one in self.steps if one.journey in known), key=lambda one: one.order or 0
        )
        personas = [one for one in self.personas if one.journey in known]
        facts = {name: self.facts(kind, known) for name, kind in FACTS.items()}
        journey: Journey = self._value(
            element,
            steps=tuple(self._step(step, phases) for step in steps),
            persona=self._value(personas[0]) if personas else None,
            path=self.document.path,
            **facts,
        )
        return journey

    def _step(self, element: CustomerActivity, phases: Mapping[str | None, str]) -> Step:
        # customerActivity / extensionElements / the flow node; inside the journey there is none.
        meeting = next(iter(element.touchpoint), None)
        found: dict[str, Any] = {}
        if meeting is not None:
            found = {name: getattr(meeting, name) for name in MEETING}
            found["channels"] = tuple(self._value(one) for one in meeting.channels)
            found["fallback"] = tuple(self._fallback(one) for one in meeting.fallback)
        step: Step = self._value(
            element,
            phase=phases.get(element.phase),
            element=_host(element),
            **found,
        )
        return step

    def _fallback(self, element: FallbackElement) -> Fallback:
        fallback: Fallback = self._value(element)
        refs = element.refs or ()
        return replace(fallback, to=refs[0]) if refs and not self.as_written else fallback

    def facts(
        self, kind: type[Extension], known: set[str | None], *, others: bool = False
    ) -> tuple[Any, ...]:
        """Read the facts of some journeys, or of all others, in their order.

        One that stands on several elements is one fact.
        """
        found: dict[tuple[int, Any], list[str]] = {}
        for element in map(kind, self._all(kind)):
            if (element.journey in known) == others:  # type: ignore[attr-defined]
                continue
            try:
                fact = self._value(element, at=self._lines(element, "at"))
                key = (element.order or 0, fact)  # type: ignore[attr-defined]
            except InvalidValue as error:
                self._leave_out(element, error)
                continue
            found.setdefault(key, []).append(_host(element) or "")
        ordered = sorted(found.items(), key=lambda item: item[0][0])
        return tuple(
            fact if self.as_written and fact.at else replace(fact, at=tuple(hosts))
            for (_, fact), hosts in ordered
        )

    def _leave_out(self, element: Extension, error: InvalidValue) -> None:
        code = _UNREAD.get(type(element))
        if self.findings is None or code is None:
            raise error
        host, line = _host(element), element.element.sourceline
        self.findings.append(Finding(code, error.message, (host,) if host else (), line))

    def _value(self, element: Extension, /, **special: Any) -> Any:
        """Make a value from an element: field by field, but for what is given."""
        kind, declared = _VALUES[type(element)], element.fields()
        found: dict[str, Any] = {}
        for item in fields(kind):
            name = element_field(type(element), item.name)
            if item.name in special:
                continue
            if item.name == "line":
                found["line"] = element.element.sourceline
            elif name in REFERENCES:
                found[item.name] = self._reference(element, name)
            elif name in declared:
                part = self._part(element, name, is_tuple=str(item.type).startswith("tuple"))
                if part is not None or str(item.type) in _REQUIRED:
                    found[item.name] = _REQUIRED.get(str(item.type)) if part is None else part
        return kind(**found, **special)

    def _part(self, element: Extension, name: str, *, is_tuple: bool) -> Any:
        part, field = getattr(element, name), element.fields()[name]
        if not isinstance(field, Children):
            return part
        if field.of is Property:
            return _pairs(part)
        values = tuple(self._value(one) for one in part)
        return values if is_tuple else next(iter(values), None)

    def _reference(self, element: Extension, name: str) -> Any:
        """Return the ids that a reference means, or what people wrote for it."""
        if name == "at":
            return self._lines(element, "at") or getattr(element, "refs", None) or ()
        written = getattr(element, name) if self.as_written else None
        ids = getattr(element, {"from_": "start", "to": "end"}[name])
        return written or next(iter(ids or ()), None)

    def _lines(self, element: Extension, name: str) -> tuple[str, ...]:
        written = getattr(element, name) if self.as_written else None
        return tuple(written.split("\n")) if written else ()


_REQUIRED: Final[Mapping[str, Any]] = {"str": "", "float": 0.0}
"""What stands for a field that must be there and is not, by its type."""


def _pairs(properties: Iterable[Property]) -> Pairs:
    return tuple((item.key or "", item.value or "") for item in properties)


def _host(element: Extension) -> str | None:
    """Return the id of the element of the model on which an extension stands."""
    holder = element.element.getparent()
    if holder is None or holder.tag != qualified("bpmn:extensionElements"):
        return None
    host = holder.getparent()
    return None if host is None else host.get("id")
