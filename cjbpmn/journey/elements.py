"""Journey values as extension elements, and extension elements as journey values again.

A value and its element call their fields alike, so one rule turns each into the other. What is
special stands here by name: references, which are ids in a file and words in a journey; phases,
which a step knows by name and an element by id; and the touchpoint, which is a part of its own in
the file and not in a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any, Final, TypeVar

from cjbpmn.document import Document
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
from cjbpmn.extensions.touchpoint import Touchpoint
from cjbpmn.extensions.validation import Validation as ValidationElement
from cjbpmn.fields import Children, Extension
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
from cjbpmn.names import qualified

E = TypeVar("E", bound=Extension)
References = Mapping[str, Sequence[str]]

FIRST: Final = "CjJourney_1"
"""The id of the only journey of a document, or the first of several."""

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
_MAIN_TEXTS: Final = {CustomerActivity: "do", ObservationElement: "see", FallbackElement: "to"}
_REFERENCES: Final = frozenset({"at", "from_", "to"})
_FACTS: Final[Mapping[str, type[Extension]]] = {
    "statistics": StatisticsElement,
    "durations": DurationElement,
    "branches": BranchElement,
    "calendars": CalendarElement,
}
_MEETING: Final = tuple(
    item.name
    for item in fields(Step)
    if item.name in Touchpoint.fields() and item.name != "fallback"
)


# ------------------------------------------------------------------------- from values to elements


def journey_element(  # noqa: PLR0913, PLR0917 - each is another part of the document
    journey: Journey,
    customers: Sequence[str],
    phase_ids: Mapping[str, str],
    unlinked: Iterable[CustomerActivity],
    references: References,
    identifier: str = FIRST,
) -> JourneyElement:
    """Make the element that carries what belongs to the journey as a whole.

    Parameters
    ----------
    journey : Journey
        What people declared.
    customers : sequence of str
        The ids of the pools or lanes that are the customer.
    phase_ids : mapping of str to str
        The id of each phase, by name.
    unlinked : iterable of CustomerActivity
        The steps that no flow node stands for.
    references : mapping of str to sequence of str
        The ids that each reference means.
    identifier : str
        The id of the journey.

    Returns
    -------
    extensions.journey.Journey
        A new element.
    """
    return _element(
        journey,
        JourneyElement,
        id=identifier,
        customers=tuple(customers),
        phases=tuple(_element(p, PhaseElement, id=phase_ids[p.name]) for p in journey.phases),
        steps=tuple(unlinked),
        observations=tuple(
            _element(one, ObservationElement, **_meant(one.at, references))
            for one in journey.observations
        ),
        norms=tuple(
            _element(
                one,
                NormElement,
                **_meant(one.at, references),
                **_meant((one.from_,) if one.from_ else (), references, "start", "from_"),
                **_meant((one.to,) if one.to else (), references, "end", "to"),
            )
            for one in journey.norms
        ),
        measurements=tuple(
            _element(one, MeasurementElement, **_meant(one.at, references))
            for one in journey.measurements
        ),
    )


def activity_element(
    step: Step,
    order: int,
    references: References,
    phase_id: str | None,
    journey: str = FIRST,
) -> CustomerActivity:
    """Make the element that carries a step.

    Parameters
    ----------
    step : Step
        What people declared.
    order : int
        Its place in the journey, from 1.
    references : mapping of str to sequence of str
        The ids that each of its references means.
    phase_id : str or None
        The id of its phase.
    journey : str
        The id of its journey.

    Returns
    -------
    CustomerActivity
        A new element.
    """
    meeting = {name: getattr(step, name) for name in _MEETING}
    meeting["channels"] = tuple(_element(one, Channel) for one in step.channels)
    meeting["fallback"] = tuple(
        _element(one, FallbackElement, refs=tuple(references[one.to])) for one in step.fallback
    )
    said = any(value is not None and value != () for value in meeting.values())
    return _element(
        step,
        CustomerActivity,
        order=order,
        journey=journey,
        phase=phase_id,
        touchpoint=(Touchpoint.make(**meeting),) if said else (),
        **_meant(step.at, references),
    )


def persona_element(persona: Persona, journey: str = FIRST) -> PersonaElement:
    """Make the element that carries a persona.

    Parameters
    ----------
    persona : Persona
        What people declared.
    journey : str
        The id of the journey that is told of this persona.

    Returns
    -------
    extensions.persona.Persona
        A new element.
    """
    return _element(persona, PersonaElement, journey=journey)


def fact_elements(
    journey: Journey, references: References, identifier: str = FIRST
) -> Iterator[tuple[str, Extension]]:
    """Make the elements for what was counted or measured at single elements of the model.

    Parameters
    ----------
    journey : Journey
        What people declared: its statistics, durations, branches and calendars.
    references : mapping of str to sequence of str
        The ids that each reference means.
    identifier : str
        The id of the journey.

    Yields
    ------
    host : str
        The id of the element of the model on which it stands.
    element : Extension
        A new element.
    """
    for name, kind in _FACTS.items():
        for order, fact in enumerate(getattr(journey, name), start=1):
            meant = _meant(fact.at, references)
            for host in meant["refs"]:
                yield (
                    host,
                    _element(fact, kind, order=order, journey=identifier, at=meant["at"]),
                )


def _element(value: Any, kind: type[E], **special: Any) -> E:
    """Make an element from a value: field by field, but for what is given."""
    found: dict[str, Any] = {}
    pairs = _pair_fields(type(value), kind)  # type: ignore[arg-type]  # classes are hashable
    for told, name, of in pairs:
        part = getattr(value, told)
        if part is None or part == () or name in special:
            continue
        if of is not None:
            part = tuple(_child(one, of) for one in _several(part))
        found[name] = part
    return kind.make(**found, **special)


@cache
def _pair_fields(
    value: type[Any], kind: type[Extension]
) -> tuple[tuple[str, str, type[Extension] | None], ...]:
    """Say which field of a value is which of its element, and of what kind its children are."""
    declared = kind.fields()
    names = ((item.name, _element_field(kind, item.name)) for item in fields(value))
    return tuple(
        (told, name, field.of if isinstance(field := declared[name], Children) else None)
        for told, name in names
        if name in declared and name not in _REFERENCES
    )


def _element_field(kind: type[Extension], name: str) -> str:
    return "text" if _MAIN_TEXTS.get(kind) == name else name


def _several(part: Any) -> tuple[Any, ...]:
    return part if isinstance(part, tuple) else (part,)


def _child(part: Any, kind: type[Extension]) -> Extension:
    if kind is Property:
        return Property.make(key=part[0], value=str(part[1]))
    return _element(part, kind)


def _meant(
    written: Sequence[str], references: References, ids: str = "refs", words: str = "at"
) -> dict[str, Any]:
    """Say what references mean; and what people wrote, where that is something else."""
    meant = tuple(dict.fromkeys(one for name in written for one in references[name]))
    return {ids: meant, words: None if meant == tuple(written) else "\n".join(written)}


# ------------------------------------------------------------------------- from elements to values


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
    first = next(document.root.iter(qualified(JourneyElement.tag)), None)
    if first is None:
        return (), ()
    found = [*map(JourneyElement, document.root.iter(qualified(JourneyElement.tag)))]
    reading = _Reading(document, as_written)
    journeys = tuple(reading.journey(one, is_first=one == found[0]) for one in found)
    customers = dict.fromkeys(one for journey in found for one in journey.customers or ())
    return journeys, tuple(customers)


class _Reading:
    """Reads the journeys of one document; what stands on its elements is looked up once."""

    def __init__(self, document: Document, as_written: bool) -> None:
        self.document = document
        self.as_written = as_written
        self.steps = [CustomerActivity(one) for one in self._all(CustomerActivity)]
        self.personas = [PersonaElement(one) for one in self._all(PersonaElement)]

    def _all(self, kind: type[Extension]) -> Iterator[Any]:
        return self.document.root.iter(qualified(kind.tag))

    def journey(self, element: JourneyElement, *, is_first: bool) -> Journey:
        """Read one journey; what names no journey belongs to the first."""
        known = {element.id, None} if is_first else {element.id}
        phases = {phase.id: phase.name or "" for phase in element.phases}
        steps = sorted(
            (one for one in self.steps if one.journey in known), key=lambda one: one.order or 0
        )
        personas = [one for one in self.personas if one.journey in known]
        facts = {name: self._facts(kind, known) for name, kind in _FACTS.items()}
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
            found = {name: getattr(meeting, name) for name in _MEETING}
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

    def _facts(self, kind: type[Extension], known: set[str | None]) -> tuple[Any, ...]:
        """Read facts in their order; one that stands on several elements is one fact."""
        found: dict[tuple[int, Any], list[str]] = {}
        for element in map(kind, self._all(kind)):
            if element.journey in known:  # type: ignore[attr-defined]
                fact = self._value(element, at=self._lines(element, "at"))
                key = (element.order or 0, fact)  # type: ignore[attr-defined]
                found.setdefault(key, []).append(_host(element) or "")
        ordered = sorted(found.items(), key=lambda item: item[0][0])
        return tuple(
            fact if self.as_written and fact.at else replace(fact, at=tuple(hosts))
            for (_, fact), hosts in ordered
        )

    def _value(self, element: Extension, /, **special: Any) -> Any:
        """Make a value from an element: field by field, but for what is given."""
        kind, declared = _VALUES[type(element)], element.fields()
        found: dict[str, Any] = {}
        for item in fields(kind):
            name = _element_field(type(element), item.name)
            if item.name in special:
                continue
            if item.name == "line":
                found["line"] = element.element.sourceline
            elif name in _REFERENCES:
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
