"""Compares two journeys: their steps, contacts, phases, emotions and waits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cjbpmn.comparison.names import customer_of, keys_as_written, keys_in_model, place_of
from cjbpmn.comparison.result import (
    Comparison,
    EmotionDifference,
    Mismatch,
    StretchDifference,
    WaitDifference,
)
from cjbpmn.comparison.steps import Keys, KeysOf, StepPair, match_steps
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Journey, Step
from cjbpmn.journey.feelings import emotion_by_source
from cjbpmn.lexicon import fold
from cjbpmn.vocabulary import Source
from cjbpmn.waiting import WaitingReport, WaitingStretch, find_waiting_stretches

Graphs = ProcessGraph | Sequence[ProcessGraph] | None
"""The model that both journeys are about, or the model of each."""

_TOLD_BY: Final[tuple[str | None, ...]] = (
    Source.CUSTOMER,
    Source.EMPLOYEE,
    Source.DATA,
    Source.EXPERT,
    Source.ASSUMED,
    None,
)
"""Who is heard first where two journeys have asked different people."""

_SAYINGS: Final = ("kind", "state", "view", "customer", "goal", "trigger", "outcome", "language")
_CHANNELS: Final = ("prefers", "accepts", "refuses")
_NOISE: Final = 1e-9
"""Hours that come from adding the same times in another order."""


def compare_journeys(
    one: Journey,
    other: Journey,
    *,
    graph: Graphs = None,
    waits: Sequence[WaitingReport] | None = None,
) -> Comparison:
    """Tell what two journeys do not have in common.

    For the inside and the outside view, for how it is and how it is to be, and for two personas.
    Steps are the same if they make the same references; of the others, if more than half of their
    words are the same. Emotions are compared source by source: what customers say is held against
    what employees say only where the journeys have no source in common, and never mixed with it.

    Parameters
    ----------
    one, other : Journey
        The two.
    graph : ProcessGraph, pair of ProcessGraph, or None
        The model that both are about, so that an id and a name are known to be the same; or the
        model of each, where computed waits are compared too.
    waits : pair of WaitingReport, or None
        The computed waits, where they are known already.

    Returns
    -------
    Comparison
        All differences.

    Examples
    --------
    >>> from cjbpmn.journey import Emotion
    >>> inside = Journey("Order", view="internal", steps=(
    ...     Step("I wait", at=("Pack",), feels=(Emotion(1, source="employee"),)),
    ... ))
    >>> outside = Journey("Order", view="customer", steps=(
    ...     Step("I wait for days", at=("Pack",), feels=(Emotion(-1, source="customer"),)),
    ...     Step("I call to ask where it is"),
    ... ))
    >>> found = compare_journeys(inside, outside)
    >>> [step.do for step in found.only_other], found.emotions[0].difference
    (['I call to ask where it is'], -2)
    """
    first, second = _pair(graph)
    mine = _keys(first, one, with_names=first is not second)
    theirs = _keys(second, other, with_names=first is not second)
    matches = match_steps(one.steps, other.steps, mine, theirs)
    pairs = tuple(
        StepPair(one.steps[match.one], other.steps[match.other], match.by, match.likeness)
        for match in matches
    )
    return Comparison(
        one,
        other,
        pairs,
        only_one=_others(one.steps, {match.one for match in matches}),
        only_other=_others(other.steps, {match.other for match in matches}),
        contacts_only_one=_only(_contacts(one), _contacts(other), mine, theirs),
        contacts_only_other=_only(_contacts(other), _contacts(one), theirs, mine),
        phases_only_one=_only(_phases(one), _phases(other), _folded, _folded),
        phases_only_other=_only(_phases(other), _phases(one), _folded, _folded),
        mismatches=(*_sayings(one, other), *_moved(pairs)),
        emotions=tuple(found for pair in pairs for found in _emotions(pair)),
        waits=tuple(
            WaitDifference(pair, pair.one.waits, pair.other.waits)
            for pair in pairs
            if pair.one.waits != pair.other.waits
        ),
        stretches=tuple(_stretches(waits or _waits(graph, one, other), first, second)),
    )


# ------------------------------------------------------------------- steps, contacts and phases


def _pair(graph: Graphs) -> tuple[ProcessGraph | None, ProcessGraph | None]:
    if graph is None or isinstance(graph, ProcessGraph):
        return graph, graph
    first, second = graph
    return first, second


def _keys(graph: ProcessGraph | None, journey: Journey, *, with_names: bool) -> KeysOf:
    if graph is None:
        return keys_as_written
    return keys_in_model(graph, journey, with_names=with_names)


def _others(steps: Sequence[Step], matched: set[int]) -> tuple[Step, ...]:
    return tuple(step for number, step in enumerate(steps) if number not in matched)


def _contacts(journey: Journey) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reference for step in journey.steps for reference in step.at))


def _phases(journey: Journey) -> tuple[str, ...]:
    named = [phase.name for phase in journey.phases]
    return tuple(dict.fromkeys([*named, *(step.phase for step in journey.steps if step.phase)]))


def _folded(name: str) -> Keys:
    return frozenset({" ".join(fold(name).split())})


def _only(
    these: Iterable[str], those: Iterable[str], keys: KeysOf, other_keys: KeysOf
) -> tuple[str, ...]:
    """Return what is here only; two names of one thing are told once."""
    known = frozenset().union(*map(other_keys, those))
    found = {keys(name): name for name in reversed([*these]) if known.isdisjoint(keys(name))}
    return tuple(reversed(found.values()))


def _sayings(one: Journey, other: Journey) -> Iterator[Mismatch]:
    """Yield what the two say of themselves differently."""
    said, told = (dict(_own_words(journey)) for journey in (one, other))
    for name in said:
        if said[name] != told[name]:
            yield Mismatch(name, said[name], told[name])


def _own_words(journey: Journey) -> Iterator[tuple[str, str | None]]:
    yield from ((name, getattr(journey, name)) for name in _SAYINGS)
    yield "need", journey.need.text if journey.need else None
    persona = journey.persona
    yield "persona", persona.name if persona else None
    for name in _CHANNELS:
        yield name, ", ".join(getattr(persona, name)) or None if persona else None


def _moved(pairs: Iterable[StepPair]) -> Iterator[Mismatch]:
    """Yield the steps that stand in another phase."""
    for pair in pairs:
        if _folded(pair.one.phase or "") != _folded(pair.other.phase or ""):
            yield Mismatch("phase", pair.one.phase, pair.other.phase, pair)


# ------------------------------------------------------------------------------------- emotions


def _emotions(pair: StepPair) -> Iterator[EmotionDifference]:
    one, other = emotion_by_source(pair.one.feels), emotion_by_source(pair.other.feels)
    if one and other and not one.keys() & other.keys():
        # They asked different people: who is nearest to the customer speaks for each of them.
        source, teller = (next(name for name in _TOLD_BY if name in told) for told in (one, other))
        yield EmotionDifference(pair, source, teller, one[source], other[teller])
        return
    for source in dict.fromkeys([*one, *other]):
        if one.get(source) != other.get(source):
            yield EmotionDifference(pair, source, source, one.get(source), other.get(source))


# -------------------------------------------------------------------------------- computed waits


def _waits(graph: Graphs, one: Journey, other: Journey) -> Sequence[WaitingReport]:
    """Compute the waits of both journeys, if each has a model of its own."""
    if graph is None or isinstance(graph, ProcessGraph):
        return ()
    return [
        find_waiting_stretches(model, customer=customer_of(model, journey))
        for model, journey in zip(graph, (one, other), strict=True)
    ]


def _stretches(
    reports: Sequence[WaitingReport], graph: ProcessGraph | None, other_graph: ProcessGraph | None
) -> Iterator[StretchDifference]:
    """Yield the waits that are not the same; a wait is the same if it ends with the same."""
    if not reports:
        return
    one, other = reports
    yield from _of_a_case(one, other)
    theirs = {found.end: found for found in other}
    named = _by_place(other, other_graph)
    own = _by_place(one, graph)
    places = {found.end: place for place, found in own.items()}
    met = set()
    for stretch in one:
        match = theirs.get(stretch.end) or named.get(places.get(stretch.end, ""))
        if match is not None:
            met.add(match.end)
        yield from _difference(_label(stretch, graph), stretch, match)
    for stretch in other:
        if stretch.end not in met:
            yield from _difference(_label(stretch, other_graph), None, stretch)


def _by_place(report: WaitingReport, graph: ProcessGraph | None) -> dict[str, WaitingStretch]:
    """Return the waits by the names of what ends them, where only one bears that name."""
    found: dict[str, list[WaitingStretch]] = {}
    if graph is None:
        return {}
    for stretch in report:
        node, _, part = stretch.end.partition("#")
        found.setdefault(f"{place_of(graph, node)}#{part}", []).append(stretch)
    return {place: listed[0] for place, listed in found.items() if len(listed) == 1}


def _label(stretch: WaitingStretch, graph: ProcessGraph | None) -> str:
    node, _, part = stretch.end.partition("#")
    name = graph.label(node) if graph is not None and node in graph.nodes else node
    return name + (f" ({part})" if part else "")


def _difference(
    end: str, one: WaitingStretch | None, other: WaitingStretch | None
) -> Iterator[StretchDifference]:
    is_bound = any(stretch is not None and stretch.lower_bound for stretch in (one, other))
    yield from _unlike(end, _hours(one), _hours(other), is_bound=is_bound)


def _hours(stretch: WaitingStretch | None) -> float | None:
    """Return the expected wait; where what is known of it is nothing, nothing is known."""
    if stretch is None or (stretch.lower_bound and not stretch.expected):
        return None
    return stretch.expected


def _of_a_case(one: WaitingReport, other: WaitingReport) -> Iterator[StretchDifference]:
    is_bound = any(report.case.wait_max is None for report in (one, other))
    yield from _unlike("one case, in all", one.case.wait, other.case.wait, is_bound=is_bound)
    longest = one.case.longest, other.case.longest
    yield from _unlike("one case, the longest silence", *longest, is_bound=is_bound)


def _unlike(
    end: str, one: float | None, other: float | None, *, is_bound: bool
) -> Iterator[StretchDifference]:
    if one is None or other is None:
        is_same = one is other
    else:
        is_same = math.isclose(one, other, rel_tol=_NOISE, abs_tol=_NOISE)
    if not is_same:
        yield StretchDifference(end, one, other, is_bound)
