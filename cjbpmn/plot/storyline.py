"""How a model, its journey, its interaction points and its waits become one story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cjbpmn import lexicon
from cjbpmn.graph import ProcessGraph
from cjbpmn.interaction import InteractionPoint
from cjbpmn.journey import Journey
from cjbpmn.plot.columns import Columns
from cjbpmn.plot.story import Story
from cjbpmn.plot.wait_places import place_waits
from cjbpmn.plot.wording import Wording
from cjbpmn.waiting import WaitingStretch


def tell_story(
    graph: ProcessGraph,
    points: Iterable[InteractionPoint],
    waits: Iterable[WaitingStretch],
    journey: Journey | None = None,
) -> Story:
    """Put steps, interaction points and waits in order.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    points : iterable of InteractionPoint
        Where the customer meets the organisation.
    waits : iterable of WaitingStretch
        Where the customer waits.
    journey : Journey or None
        What people declared; what the model carries by default.

    Returns
    -------
    Story
        A step binds to the points and waits at the flow node that carries it.

    Examples
    --------
    >>> from cjbpmn.journey import Step
    >>> graph = ProcessGraph({}, {}, {}, {})
    >>> story = tell_story(graph, [], [], Journey("Lunch", steps=(Step("I eat"),)))
    >>> [moment.text for moment in story.moments]
    ['I eat']
    """
    told = journey if journey is not None else graph.journey
    stretches = list(waits)
    wording = _wording(graph, told)
    columns = Columns(graph, list(points), stretches, told)
    found, lost = place_waits(columns, stretches)
    return Story(
        told.name if told is not None and told.name else _title(graph, wording),
        tuple(_subtitles(told, wording)),
        tuple(columns.moments()),
        tuple(found),
        tuple(_notes(told, lost, wording)),
        wording,
    )


def _wording(graph: ProcessGraph, journey: Journey | None) -> Wording:
    """Choose the language of the journey; where there is none, that of the model."""
    if journey is not None and journey.steps:
        return Wording(lexicon.language_of(journey.language, (step.do for step in journey.steps)))
    return Wording(lexicon.guess_language_of_labels(node.name for node in graph.nodes.values()))


def _title(graph: ProcessGraph, wording: Wording) -> str:
    pools = [pool.name for pool in graph.participants.values() if pool.id in graph.customers]
    lanes = [lane.name for lane in graph.lanes.values() if lane.id in graph.customers]
    named = ", ".join(filter(None, [*pools, *lanes]))
    title = wording.say("title")
    return f"{title}: {named}" if named else title


def _subtitles(journey: Journey | None, wording: Wording) -> Iterator[str]:
    if journey is None:
        yield wording.say("no_journey")
        return
    who = [journey.customer or ""]
    if journey.persona is not None:
        who.append(journey.persona.name)
    if any(who):
        yield " · ".join(name for name in who if name)
    if journey.need:
        yield wording.say("need", text=journey.need.text)


def _notes(journey: Journey | None, lost: int, wording: Wording) -> Iterator[str]:
    if lost:
        yield wording.count("lost", "lost_many", lost)
    if journey is not None and not journey.steps:
        yield wording.say("no_steps")
