"""How a model, its journey, its interaction points and its waits become one story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cjbpmn.graph import ProcessGraph
from cjbpmn.interaction import InteractionPoint
from cjbpmn.journey import Journey
from cjbpmn.plot.columns import Columns
from cjbpmn.plot.story import Story
from cjbpmn.plot.wait_places import place_waits
from cjbpmn.waiting import WaitingStretch

NO_JOURNEY: Final = (
    "No journey is declared in this model: phases, evidence and emotions are not known."
)
_UNNAMED: Final = "Where the customer waits and meets people"


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
    columns = Columns(graph, list(points), stretches, told)
    found, lost = place_waits(columns, stretches)
    return Story(
        told.name if told is not None and told.name else _title(graph),
        tuple(_subtitles(told)),
        tuple(columns.moments()),
        tuple(found),
        tuple(_notes(told, lost)),
    )


def _title(graph: ProcessGraph) -> str:
    pools = [pool.name for pool in graph.participants.values() if pool.id in graph.customers]
    lanes = [lane.name for lane in graph.lanes.values() if lane.id in graph.customers]
    named = ", ".join(filter(None, [*pools, *lanes]))
    return f"{_UNNAMED}: {named}" if named else _UNNAMED


def _subtitles(journey: Journey | None) -> Iterator[str]:
    if journey is None:
        yield NO_JOURNEY
        return
    who = [journey.customer or ""]
    if journey.persona is not None:
        who.append(journey.persona.name)
    if any(who):
        yield " · ".join(name for name in who if name)
    if journey.need:
        yield f"Need: {journey.need.text}"


def _notes(journey: Journey | None, lost: int) -> Iterator[str]:
    if lost:
        yield f"{lost} more wait{'s lie' if lost > 1 else ' lies'} at no step of this journey."
    if journey is not None and not journey.steps:
        yield "The journey has no steps."
