"""Journey values as extension elements, and extension elements as journey values again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cjbpmn.document import Document
from cjbpmn.extensions import customer_activity, emotion, evidence, norm, observation
from cjbpmn.extensions import journey as journey_extension
from cjbpmn.extensions import persona as persona_extension
from cjbpmn.extensions.phase import Phase as PhaseElement
from cjbpmn.extensions.property import Property
from cjbpmn.journey import Emotion, Evidence, Journey, Norm, Observation, Persona, Phase, Step
from cjbpmn.names import qualified
from cjbpmn.timespan import TimeSpan, parse_timespan

Extra = tuple[tuple[str, str], ...]
_FALLBACK = "fallback"


def journey_of(document: Document) -> tuple[Journey | None, tuple[str, ...]]:
    """Read the journey that an enriched document carries.

    Parameters
    ----------
    document : Document
        Any document.

    Returns
    -------
    journey : Journey or None
        What people declared, its steps in order; None where the document carries no journey.
    customers : tuple of str
        The ids of the pools and lanes that are the customer.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> journey_of(read_document("docs/examples/webshop.bpmn"))
    (None, ())
    """
    found = next(document.root.iter(qualified(journey_extension.Journey.tag)), None)
    if found is None:
        return None, ()
    journey = journey_extension.Journey(found)
    phases = {phase.id: phase.name or "" for phase in journey.phases}
    activities = map(
        customer_activity.CustomerActivity,
        document.root.iter(qualified(customer_activity.CustomerActivity.tag)),
    )
    steps = sorted(activities, key=lambda activity: activity.order or 0)
    persona = next(document.root.iter(qualified(persona_extension.Persona.tag)), None)
    return Journey(
        name=journey.name or "",
        customer=journey.customer_name,
        kind=journey.kind,
        state=journey.state,
        view=journey.view,
        need=journey.need,
        goal=journey.goal,
        trigger=journey.trigger,
        outcome=journey.outcome,
        persona=None if persona is None else _persona(persona_extension.Persona(persona)),
        phases=tuple(Phase(phase.name or "", phase.need, phase.id) for phase in journey.phases),
        steps=tuple(_step(step, phases) for step in steps),
        observations=tuple(map(_observation, journey.observations)),
        norms=tuple(map(_norm, journey.norms)),
        language=journey.language,
        extra=_extra(journey.properties),
        path=document.path,
    ), journey.customer or ()


def journey_element(
    journey: Journey,
    customers: Sequence[str],
    phase_ids: Mapping[str, str],
    unlinked: Iterable[customer_activity.CustomerActivity],
    references: Mapping[str, Sequence[str]],
) -> journey_extension.Journey:
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
        The ids that each reference in an observation or norm means.

    Returns
    -------
    extensions.journey.Journey
        A new element.
    """
    return journey_extension.Journey.make(
        name=journey.name,
        customer=tuple(customers),
        customer_name=journey.customer,
        kind=journey.kind,
        state=journey.state,
        view=journey.view,
        language=journey.language,
        need=journey.need,
        goal=journey.goal,
        trigger=journey.trigger,
        outcome=journey.outcome,
        phases=tuple(
            PhaseElement.make(id=phase_ids[phase.name], name=phase.name, need=phase.need)
            for phase in journey.phases
        ),
        activities=tuple(unlinked),
        observations=tuple(
            observation.Observation.make(
                refs=_ids(note.at, references),
                impact=note.impact,
                effort=note.effort,
                horizon=note.horizon,
                owner=note.owner,
                due=note.due,
                status=note.status,
                text=note.see,
                hurts=note.hurts,
                better=note.better,
                properties=_properties(note.extra),
            )
            for note in journey.observations
        ),
        norms=tuple(
            norm.Norm.make(
                start=_ids((promise.from_,) if promise.from_ else (), references),
                end=_ids((promise.to,) if promise.to else (), references),
                refs=_ids(promise.at, references),
                at_most=_span_text(promise.at_most),
                text=promise.text,
            )
            for promise in journey.norms
        ),
        properties=_properties(journey.extra),
    )


def activity_element(
    step: Step, order: int, references: Mapping[str, Sequence[str]], phase_id: str | None
) -> customer_activity.CustomerActivity:
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

    Returns
    -------
    CustomerActivity
        A new element.
    """
    return customer_activity.CustomerActivity.make(
        order=order,
        phase=phase_id,
        refs=_ids(step.at, references),
        channel=step.channel,
        direction=step.direction,
        met=step.met,
        moment_of_truth=step.moment_of_truth,
        importance=step.importance,
        waits=_span_text(step.waits),
        told=step.told,
        fallback=_ids(step.fallback, references),
        source=step.source,
        n=step.n,
        text=step.do,
        thinks=step.thinks,
        needs=step.needs,
        expects=step.expects,
        promise=step.promise,
        moment_reason=step.moment_reason,
        evidence=tuple(map(_evidence_element, step.sees)),
        emotions=tuple(map(_emotion_element, step.feels)),
        properties=(*_fallbacks_in_words(step, references), *_properties(step.extra)),
    )


def persona_element(persona: Persona) -> persona_extension.Persona:
    """Make the element that carries a persona.

    Parameters
    ----------
    persona : Persona
        What people declared.

    Returns
    -------
    extensions.persona.Persona
        A new element.
    """
    return persona_extension.Persona.make(
        name=persona.name,
        prefers=persona.prefers,
        accepts=persona.accepts,
        refuses=persona.refuses,
        description=persona.description,
        facts=_properties(persona.facts),
    )


def _fallbacks_in_words(
    step: Step, references: Mapping[str, Sequence[str]]
) -> tuple[Property, ...]:
    """Keep what catches the customer where people told it in words instead of naming it."""
    told = (words for words in step.fallback if not references[words])
    return tuple(Property.make(key=_FALLBACK, value=words) for words in told)


def _evidence_element(value: Evidence) -> evidence.Evidence:
    return evidence.Evidence.make(
        type=value.type, uri=value.uri, impression=value.impression, text=value.text
    )


def _emotion_element(value: Emotion) -> emotion.Emotion:
    return emotion.Emotion.make(
        value=value.value,
        label=value.label,
        source=value.source,
        method=value.method,
        n=value.n,
        persona=value.persona,
        because=value.because,
        says=value.says,
    )


def _properties(extra: Extra) -> tuple[Property, ...]:
    return tuple(Property.make(key=key, value=str(value)) for key, value in extra)


def _extra(properties: Iterable[Property]) -> Extra:
    return tuple((item.key or "", item.value or "") for item in properties)


def _ids(names: Iterable[str], references: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for name in names for found in references[name]))


def _span_text(span: TimeSpan | None) -> str | None:
    return None if span is None else span.iso


def _span(text: str | None) -> TimeSpan | None:
    return None if text is None else parse_timespan(text)


def _persona(element: persona_extension.Persona) -> Persona:
    return Persona(
        name=element.name or "",
        prefers=element.prefers or (),
        accepts=element.accepts or (),
        refuses=element.refuses or (),
        description=element.description,
        facts=_extra(element.facts),
    )


def _step(element: customer_activity.CustomerActivity, phases: Mapping[str | None, str]) -> Step:
    # customerActivity / extensionElements / the flow node; inside the journey there is none.
    holder = element.element.getparent()
    host = holder.getparent() if holder is not None else None
    extra = _extra(element.properties)
    is_linked = holder is not None and holder.tag == qualified("bpmn:extensionElements")
    return Step(
        do=element.text or "",
        at=element.refs or (),
        phase=phases.get(element.phase),
        channel=element.channel,
        direction=element.direction,
        sees=tuple(
            Evidence(item.text or "", item.type, item.uri, item.impression)
            for item in element.evidence
        ),
        feels=tuple(
            Emotion(
                value=item.value or 0.0,
                label=item.label,
                because=item.because,
                says=item.says,
                source=item.source,
                method=item.method,
                n=item.n,
                persona=item.persona,
            )
            for item in element.emotions
        ),
        thinks=element.thinks,
        needs=element.needs,
        expects=element.expects,
        met=element.met,
        moment_of_truth=element.moment_of_truth,
        moment_reason=element.moment_reason,
        importance=element.importance,
        waits=_span(element.waits),
        promise=element.promise,
        told=element.told,
        fallback=(*(element.fallback or ()), *(words for key, words in extra if key == _FALLBACK)),
        source=element.source,
        n=element.n,
        line=element.element.sourceline,
        extra=tuple(pair for pair in extra if pair[0] != _FALLBACK),
        element=host.get("id") if is_linked and host is not None else None,
    )


def _observation(element: observation.Observation) -> Observation:
    return Observation(
        see=element.text or "",
        at=element.refs or (),
        hurts=element.hurts,
        impact=element.impact,
        effort=element.effort,
        better=element.better,
        horizon=element.horizon,
        owner=element.owner,
        due=element.due,
        status=element.status,
        line=element.element.sourceline,
        extra=_extra(element.properties),
    )


def _norm(element: norm.Norm) -> Norm:
    return Norm(
        text=element.text or "",
        from_=next(iter(element.start or ()), None),
        to=next(iter(element.end or ()), None),
        at_most=_span(element.at_most),
        at=element.refs or (),
    )
