"""Journey values as extension elements; `cjbpmn.journey.declared` reads them again.

A value and its element call their fields alike, so one rule turns each into the other. What is
special stands here by name: references, which are ids in a file and words in a journey; phases,
which a step knows by name and an element by id; and the touchpoint, which is a part of its own in
the file and not in a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final, TypeVar

from cjbpmn.extensions.branch import Branch as BranchElement
from cjbpmn.extensions.calendar import Calendar as CalendarElement
from cjbpmn.extensions.channel import Channel
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.duration import Duration as DurationElement
from cjbpmn.extensions.fallback import Fallback as FallbackElement
from cjbpmn.extensions.journey import Journey as JourneyElement
from cjbpmn.extensions.measurement import Measurement as MeasurementElement
from cjbpmn.extensions.norm import Norm as NormElement
from cjbpmn.extensions.observation import Observation as ObservationElement
from cjbpmn.extensions.persona import Persona as PersonaElement
from cjbpmn.extensions.phase import Phase as PhaseElement
from cjbpmn.extensions.property import Property
from cjbpmn.extensions.statistics import Statistics as StatisticsElement
from cjbpmn.extensions.touchpoint import Touchpoint
from cjbpmn.fields import Children, Extension
from cjbpmn.journey import (
    Journey,
    Persona,
    Step,
)

E = TypeVar("E", bound=Extension)
References = Mapping[str, Sequence[str]]

FIRST: Final = "CjJourney_1"
"""The id of the only journey of a document, or the first of several."""

MAIN_TEXTS: Final = {CustomerActivity: "do", ObservationElement: "see", FallbackElement: "to"}
"""The fields of a value that are the content of its element."""
REFERENCES: Final = frozenset({"at", "from_", "to"})
"""The fields that mean elements of a model."""
FACTS: Final[Mapping[str, type[Extension]]] = {
    "statistics": StatisticsElement,
    "durations": DurationElement,
    "branches": BranchElement,
    "calendars": CalendarElement,
}
"""What stands on the elements that it is about, by the field of the journey."""
MEETING: Final = tuple(
    item.name
    for item in fields(Step)
    if item.name in Touchpoint.fields() and item.name != "fallback"
)
"""The fields of a step that its touchpoint carries."""


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
    meeting = {name: getattr(step, name) for name in MEETING}
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
    for name, kind in FACTS.items():
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
    names = ((item.name, element_field(kind, item.name)) for item in fields(value))
    return tuple(
        (told, name, field.of if isinstance(field := declared[name], Children) else None)
        for told, name in names
        if name in declared and name not in REFERENCES
    )


def element_field(kind: type[Extension], name: str) -> str:
    """Return what the element of a value calls one of its fields.

    Parameters
    ----------
    kind : type of Extension
        The element.
    name : str
        A field of the value.

    Returns
    -------
    str
        The field of the element.

    Examples
    --------
    >>> element_field(CustomerActivity, "do")
    'text'
    """
    return "text" if MAIN_TEXTS.get(kind) == name else name


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
