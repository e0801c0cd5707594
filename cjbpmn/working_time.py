"""Who works by which calendar: what a caller, a journey and simulation data say, by activity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from cjbpmn.alarms import parse_moment
from cjbpmn.dialects.bpsim import SimulatedValue
from cjbpmn.graph import FlowNode, ProcessGraph
from cjbpmn.working_hours import WorkingHours

Hours: TypeAlias = Mapping[str, WorkingHours]


def case_begin(graph: ProcessGraph, given: datetime | None = None) -> datetime | None:
    """Return the moment at which a case begins, if anybody says it.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    given : datetime or None
        What the caller says.

    Returns
    -------
    datetime or None
        The caller's word, else that of the first journey that says it, else the start of the
        simulation.
    """
    if given is not None:
        return given
    for journey in graph.journeys:
        if journey.begins is not None:
            return parse_moment(journey.begins)
    return None if graph.simulation is None else graph.simulation.begins


def find_working_hours(
    graph: ProcessGraph, given: Hours
) -> tuple[dict[str, WorkingHours], list[str]]:
    """Return by which hours each activity and timer is worked at.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    given : mapping of str to WorkingHours
        What the caller says, by element, lane or pool; ``*`` is for everything.

    Returns
    -------
    hours : dict of str to WorkingHours
        By flow node. Who speaks first decides: the caller, then the journeys, then the simulation
        data. Of what one of them says, the narrowest place counts: the node, the sub-process
        around it, its lane, the lane around that, its pool.
    places : list of str
        For which elements, lanes and pools anybody says hours.
    """
    declared: dict[str, WorkingHours] = {}
    for journey in graph.declarations:
        for calendar in journey.calendars:
            for identifier in calendar.at:
                declared.setdefault(identifier, calendar.hours)
    sources = [source for source in (given, declared, _simulated(graph)) if source]
    found: dict[str, WorkingHours] = {}
    for node in graph.nodes.values() if sources else ():
        hours = next(filter(None, (_hours_at(graph, node, source) for source in sources)), None)
        if hours is not None:
            found[node.id] = hours
    return found, [*dict.fromkeys(place for source in sources for place in source)]


def unread_calendars(graph: ProcessGraph) -> Iterator[str]:
    """Yield the calendars of the simulation data that could not be read, or that nothing uses.

    Parameters
    ----------
    graph : ProcessGraph
        The model.

    Yields
    ------
    str
        The id of a calendar; then, behind a ``#``, what was not understood in it.
    """
    simulation = graph.simulation
    if simulation is None:
        return
    used = {name for name in map(_calendar_of, simulation.times.values()) if name}
    for name, what in simulation.unread.items():
        yield f"{name}#{what}"
    yield from (name for name in simulation.calendars if name not in used)


def _hours_at(graph: ProcessGraph, node: FlowNode, source: Hours) -> WorkingHours | None:
    return next((source[place] for place in _places(graph, node) if place in source), None)


def _places(graph: ProcessGraph, node: FlowNode) -> Iterator[str]:
    yield node.id
    scope = node.scope
    while scope is not None:
        yield scope
        scope = graph.nodes[scope].scope
    lane = node.lane
    while lane is not None:
        yield lane
        lane = graph.lanes[lane].parent
    if node.participant is not None:
        yield node.participant
    yield "*"


def _simulated(graph: ProcessGraph) -> dict[str, WorkingHours]:
    if graph.simulation is None:
        return {}
    named = {node: _calendar_of(values) for node, values in graph.simulation.times.items()}
    known = graph.simulation.calendars
    return {node: known[name] for node, name in named.items() if name in known}


def _calendar_of(values: Sequence[SimulatedValue]) -> str:
    """Return the calendar by which all parts of a time count; a part on the clock spoils it."""
    names = {value.calendar for value in values}
    return names.pop() if len(names) == 1 else ""
