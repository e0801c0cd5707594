"""Journeys at random, for laws that hold for all of them."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from cjbpmn import journey as values
from cjbpmn.journey import CHOICES, RANGES
from cjbpmn.timespan import TimeSpan, parse_timespan
from cjbpmn.vocabulary import Channel, EvidenceType

_LETTERS = (
    string.ascii_letters
    + "0123456789 éüßłç.,:;!?#'\"-{}[]&*%@|>=~<^\\/()\n\t\u201c\u201e\u2019\u2639\U0001f621"
)


def texts() -> st.SearchStrategy[str]:
    """Texts such as people write, and others that only a machine would."""
    plain = st.sampled_from(["no", "yes", "null", "~", "12:30", "1e3", "- a", "a: b", "a #b", "ok"])
    odd = st.text(_LETTERS, min_size=1, max_size=25).map(str.strip).filter(bool)
    return plain | odd


def numbers(name: str) -> st.SearchStrategy[int]:
    """Whole numbers within the range of a field."""
    low, high = RANGES[name]
    return st.integers(int(low), int(min(high, 10_000)))


def halves(name: str) -> st.SearchStrategy[float]:
    """Numbers within the range of a field, with one digit behind the point."""
    low, high = RANGES[name]
    return st.integers(int(low * 2), int(high * 2)).map(lambda n: n / 2)


def words(name: str) -> st.SearchStrategy[str]:
    """Words of the closed list of a field."""
    return st.sampled_from([word.value for word in CHOICES[name]])


def spans() -> st.SearchStrategy[TimeSpan]:
    """Times in words and in ISO 8601."""
    written = ["8 min", "2 werkdagen", "PT1H30M", "3 days", "1,5 uur", "PT0S", "P1DT2H", "PT0.5S"]
    return st.sampled_from(written).map(parse_timespan)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value, or nothing."""
    return st.none() | strategy


def some(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[Any]:
    """A few of them, as a tuple."""
    return st.lists(strategy, max_size=most).map(tuple)


def extras() -> st.SearchStrategy[Any]:
    """Keys that no form knows, with their texts."""
    keys = st.sampled_from(["colour", "Ticket no", "x: y", "größe"])
    return st.dictionaries(keys, texts(), max_size=2).map(lambda d: tuple(d.items()))


def channels() -> st.SearchStrategy[str]:
    """Channels by their words."""
    return st.sampled_from([word.value for word in Channel])


def insights() -> st.SearchStrategy[Any]:
    """Pains, gains and opportunities."""
    return some(st.builds(values.Insight, texts(), maybe(numbers("severity")), extras()))


def needs() -> st.SearchStrategy[Any]:
    """Needs."""
    return st.builds(values.Need, texts(), maybe(numbers("level")), maybe(halves("met")), extras())


def emotions() -> st.SearchStrategy[Any]:
    """Feelings of any source."""
    return st.builds(
        values.Emotion,
        value=halves("value"),
        label=maybe(texts()),
        because=maybe(texts()),
        says=maybe(texts()),
        source=words("source"),
        method=maybe(words("method")),
        n=numbers("n"),
        spread=maybe(halves("spread")),
        arousal=maybe(halves("arousal")),
        date=maybe(texts()),
        persona=maybe(texts()),
        extra=extras(),
    )


def evidence() -> st.SearchStrategy[Any]:
    """Evidence, also such as is called like its type."""
    kinds = st.sampled_from([word.value for word in EvidenceType])
    return st.builds(
        values.Evidence,
        text=texts() | kinds,
        type=maybe(kinds),
        uri=maybe(texts()),
        impression=maybe(halves("impression")),
        extra=extras(),
    )


def contents() -> st.SearchStrategy[Any]:
    """What a channel holds."""
    return some(st.builds(values.Content, texts(), maybe(words("for")), maybe(texts()), extras()))


def uses() -> st.SearchStrategy[Any]:
    """Channels in detail."""
    return st.builds(
        values.ChannelUse, channels(), maybe(texts()), contents(), contents(), extras()
    )


def steps(at: st.SearchStrategy[Any], fallback: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Steps that meet what is given."""
    made = st.builds(
        values.Step,
        do=texts(),
        at=at,
        channel=maybe(channels()),
        channels=some(uses()),
        direction=maybe(words("direction")),
        sees=some(evidence()),
        feels=some(emotions()),
        thinks=maybe(texts()),
        goal=maybe(texts()),
        location=maybe(texts()),
        needs=some(needs()),
        takes=maybe(spans()),
        expects=maybe(texts()),
        met=maybe(halves("met")),
        moment_of_truth=maybe(st.booleans()),
        moment_reason=maybe(texts()),
        importance=maybe(numbers("importance")),
        waits=maybe(spans()),
        promise=maybe(texts()),
        told=maybe(st.sampled_from(["yes", "no", "10 min"])),
        next_step_told=maybe(words("next_step_told")),
        logical=maybe(words("logical")),
        efficient=maybe(words("efficient")),
        effective=maybe(words("effective")),
        appropriate=maybe(words("appropriate")),
        judgement_reason=maybe(texts()),
        pains=insights(),
        gains=insights(),
        opportunities=insights(),
        fallback=some(st.builds(values.Fallback, fallback, maybe(channels()), extras())),
        source=maybe(words("source")),
        n=maybe(numbers("n")),
        extra=extras(),
    )
    # Without a channel of its own, a step has the first of those in detail.
    return made.map(
        lambda step: (
            replace(step, channel=step.channels[0].name)
            if step.channels and step.channel is None
            else step
        )
    )


def durations(at: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Durations of every distribution, with the times that it needs."""
    short, long = parse_timespan("8 min"), parse_timespan("3 days")
    given = st.sampled_from(
        [
            {"takes": long},
            {"likely": short},
            {"least": short, "most": long, "distribution": "pert"},
            {"least": short, "likely": short, "most": long},
            {"most": long, "distribution": "uniform"},
            {"takes": long, "deviation": short},
            {"takes": long, "deviation": short, "distribution": "gamma"},
            {"takes": long, "distribution": "exponential"},
            {"takes": long, "stages": 3, "distribution": "erlang"},
        ]
    )
    return st.tuples(at, given, maybe(words("source")), extras()).map(
        lambda found: values.Duration(found[0], **found[1], source=found[2], extra=found[3])
    )


def journeys(
    elements: st.SearchStrategy[str], flows: st.SearchStrategy[str], customer: str | None = None
) -> st.SearchStrategy[Any]:
    """Journeys that use every field; their references are drawn from what is given."""
    at = some(elements).map(lambda found: tuple(dict.fromkeys(found)))
    one = st.tuples(elements)
    phases = st.lists(
        st.builds(
            values.Phase,
            st.sampled_from(["ordering", "waiting", "using it"]),
            maybe(needs()),
            some(emotions()),
            insights(),
            insights(),
            insights(),
            extra=extras(),
        ),
        max_size=3,
        unique_by=lambda phase: phase.name,
    ).map(tuple)
    made = st.builds(
        values.Journey,
        name=texts(),
        customer=st.just(customer),
        kind=maybe(words("kind")),
        state=maybe(words("state")),
        view=maybe(words("view")),
        need=maybe(needs()),
        goal=maybe(texts()),
        trigger=maybe(texts()),
        outcome=maybe(texts()),
        validated=maybe(
            st.builds(values.Validation, texts(), maybe(numbers("n")), maybe(texts()), extras())
        ),
        persona=maybe(
            st.builds(
                values.Persona,
                texts(),
                some(channels()),
                some(channels()),
                some(channels()),
                maybe(texts()),
                maybe(texts()),
                extras(),
            )
        ),
        phases=phases,
        steps=some(steps(at, elements | texts()), 4),
        observations=some(
            st.builds(
                values.Observation,
                see=texts(),
                at=at,
                hurts=maybe(texts()),
                impact=maybe(numbers("impact")),
                effort=maybe(numbers("effort")),
                better=maybe(texts()),
                better_at=maybe(texts()),
                preventable=maybe(words("preventable")),
                level=maybe(numbers("level")),
                horizon=maybe(words("horizon")),
                owner=maybe(texts()),
                due=maybe(texts()),
                status=maybe(texts()),
                author=maybe(texts()),
                date=maybe(texts()),
                extra=extras(),
            )
        ),
        norms=some(
            st.builds(
                values.Norm,
                text=texts(),
                from_=maybe(elements),
                to=maybe(elements),
                at_most=maybe(spans()),
                at=at,
                metric=maybe(words("metric")),
                comparison=maybe(words("comparison")),
                target=maybe(st.integers(-50, 50).map(lambda n: n / 4)),
                unit=maybe(texts()),
                percentile=maybe(halves("percentile")),
                extra=extras(),
            )
        ),
        measurements=some(
            st.builds(
                values.Measurement,
                measured=st.integers(-50, 50).map(lambda n: n / 4),
                norm=maybe(texts()),
                at=at,
                unit=maybe(texts()),
                period=maybe(texts()),
                n=maybe(numbers("n")),
                source=maybe(words("source")),
                extra=extras(),
            )
        ),
        statistics=some(
            st.builds(
                values.Statistics,
                at=one,
                count=maybe(numbers("count")),
                share=maybe(halves("share")),
                p50=maybe(spans()),
                p90=maybe(spans()),
                complaints=maybe(numbers("complaints")),
                period=maybe(texts()),
                extra=extras(),
            )
        ),
        durations=some(durations(one)),
        branches=some(
            st.builds(
                values.Branch,
                at=st.tuples(flows),
                share=halves("share"),
                source=maybe(words("source")),
                extra=extras(),
            )
        ),
        calendars=some(
            st.builds(
                values.Calendar,
                at=one,
                works=some(
                    st.sampled_from(["Mon-Fri 9:00-17:00", "za 9-12, 13-16 u", "So 22-6 Uhr"])
                ).map(lambda found: found or ("Wed 0:00-24:00",)),
                closed=some(st.sampled_from(["12-25", "2026-12-24 to 2027-01-01", "2026-05-01"])),
                source=maybe(words("source")),
                extra=extras(),
            )
        ),
        begins=maybe(st.sampled_from(["2026-03-02 9:00", "2026-03-02T09:00:30+01:00"])),
        language=maybe(st.sampled_from(["nl", "en"])),
        extra=extras(),
    )
    return made.flatmap(_phased)


def _phased(journey: values.Journey) -> st.SearchStrategy[values.Journey]:
    """Let each step be in one of the journey's phases, or in none."""
    names = st.sampled_from([None, *(phase.name for phase in journey.phases)])
    return st.tuples(*(names for _ in journey.steps)).map(
        lambda chosen: replace(
            journey,
            steps=tuple(
                replace(step, phase=name) for step, name in zip(journey.steps, chosen, strict=True)
            ),
        )
    )
