"""The headings over the nodes of each phase, beside a swimlane that the model draws itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from cjbpmn.diagram import Bounds, union
from cjbpmn.enrichment.band import Heading
from cjbpmn.enrichment.lettering import OUTSIDE, text_width
from cjbpmn.enrichment.planned import Note, Plan, PlannedJourney
from cjbpmn.enrichment.surroundings import View
from cjbpmn.enrichment.swimlane_fit import note_size
from cjbpmn.enrichment.told_nodes import ToldSwimlane

_BESIDE: Final = 8.0  # how far a heading reaches beyond the nodes of its phase
_DEPTH: Final = 30.0
_WIDEST: Final = 140.0  # where headings stand beside an upright swimlane
_LITTLE: Final = 40.0  # two headings that overlap by so much can share that room
_BETWEEN: Final = 6.0


@dataclass(frozen=True, slots=True)
class Said:
    """A heading with what it says: the name of a phase, or whose phases these are."""

    planned: PlannedJourney
    text: str
    heading: Heading
    is_phase: bool = True


def plan_headings(plan: Plan, swimlane: ToldSwimlane, view: View, customer: str) -> list[Said]:
    """Plan one heading for each run of nodes in a phase that no other phase comes between.

    Parameters
    ----------
    plan : Plan
        The journeys.
    swimlane : ToldSwimlane
        The nodes with their phases.
    view : View
        How the page is turned.
    customer : str
        Whose phases these are, where that has to be said; each of several journeys says it anyway.

    Returns
    -------
    list of Said
        Journey by journey.
    """
    found: list[Said] = []
    for planned in plan.journeys:
        phases = list(_phases(planned, swimlane, view))
        title = planned.lane_name if len(swimlane.journeys) > 1 else customer
        if phases and title:
            first = min(one.heading.low for one in phases)
            found.append(Said(planned, title, _title(title, first, view, planned), is_phase=False))
        found += phases
    return found


def _phases(planned: PlannedJourney, swimlane: ToldSwimlane, view: View) -> Iterator[Said]:
    nodes = [
        (phase, view.into(bounds))
        for (number, _), (phase, bounds) in swimlane.phases.items()
        if number == planned.number
    ]
    nodes.sort(key=lambda one: (one[1].centre[0], one[1].y))
    found: list[Said] = []
    for phase, run in groupby(nodes, key=lambda one: one[0]):
        whole = union(bounds for _, bounds in run)
        if whole is not None:
            found.append(Said(planned, phase, _heading(phase, whole, view, planned)))
            found[-2:] = _side_by_side(found[-2:], view)
    yield from found


def _side_by_side(pair: Sequence[Said], view: View) -> Sequence[Said]:
    """Let two headings that lie on each other by a little share that room."""
    if len(pair) == 1:
        return pair
    one, other = (said.heading for said in pair)
    overlap = one.high + _BETWEEN - other.low
    border = (one.high + other.low) / 2
    cut = (
        replace(one, high=border - _BETWEEN / 2),
        replace(other, low=border + _BETWEEN / 2),
    )
    has_room = all(
        part.high - part.low >= _least(said.text, view)
        for part, said in zip(cut, pair, strict=True)
    )
    if not 0 < overlap <= _LITTLE or not has_room:
        return pair
    return [replace(said, heading=part) for said, part in zip(pair, cut, strict=True)]


def _least(phase: str, view: View) -> float:
    """Return how long a heading must be for its name."""
    return _DEPTH if view.is_upright else text_width(phase, OUTSIDE) + 20


def _heading(phase: str, nodes: Bounds, view: View, planned: PlannedJourney) -> Heading:
    depth = min(text_width(phase, OUTSIDE), _WIDEST) + 16 if view.is_upright else _DEPTH
    half = max(nodes.width / 2 + _BESIDE, _least(phase, view) / 2)
    return Heading(nodes.centre[0] - half, nodes.centre[0] + half, depth, planned.number)


def _title(name: str, first: float, view: View, planned: PlannedJourney) -> Heading:
    length, depth = note_size(Note("CjTitle", 0, name), is_upright=view.is_upright)
    return Heading(first - length - 12, first - 12, depth, planned.number)
