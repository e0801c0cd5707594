"""What is to be told of the nodes that a model draws, sorted by the swimlanes they stand in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from cjbpmn.diagram import Bounds, Diagram, union
from cjbpmn.enrichment.planned import Note, Plan, PlannedJourney, PlannedStep
from cjbpmn.enrichment.swimlane_fit import note_size

EVIDENCE: Final = "\N{SQUARE WITH HORIZONTAL FILL} "
"""What a line begins with that names something to see."""

_WIDEST: Final = 150.0  # a note that would be wider is folded


@dataclass(slots=True)
class ToldNode:
    """A node, where it is drawn, and the notes about it with their journeys."""

    node: str
    bounds: Bounds
    notes: list[tuple[PlannedJourney, Note]] = field(default_factory=list)


@dataclass(slots=True)
class ToldSwimlane:
    """A swimlane of the customer.

    Parameters
    ----------
    frame : Bounds
        Where it is drawn.
    nodes : dict of str to ToldNode
        What is told of the nodes in it.
    phases : dict of (number of the journey, node) to (phase, Bounds)
        In which phase each node is, and where it is drawn.
    journeys : set of int
        The numbers of the journeys that lead through it.
    """

    frame: Bounds
    nodes: dict[str, ToldNode] = field(default_factory=dict)
    phases: dict[tuple[int, str], tuple[str, Bounds]] = field(default_factory=dict)
    journeys: set[int] = field(default_factory=set)


def has_something_to_tell(plan: Plan) -> bool:
    """Tell whether anything of the steps is to be seen.

    Parameters
    ----------
    plan : Plan
        The journeys.

    Returns
    -------
    bool
        Whether a step that stands on a node has a note, evidence or a phase to be drawn.
    """
    return any(_is_told(planned, step) for planned, step in plan.steps())


def find_told(plan: Plan, diagram: Diagram) -> tuple[list[ToldSwimlane], tuple[str, ...]]:
    """Sort what is told by the swimlanes in which the nodes are drawn.

    Parameters
    ----------
    plan : Plan
        The journeys, and on which nodes their steps stand.
    diagram : Diagram
        The page.

    Returns
    -------
    swimlanes : list of ToldSwimlane
        Those in which something is told of a node.
    missing : tuple of str
        The nodes that are not drawn here.
    """
    telling = _Telling(plan, diagram)
    for planned, step in plan.steps():
        if step.host is not None and _is_told(planned, step):
            telling.place(planned, step, step.host)
    for place in telling.places:
        telling.tell(*place)
    return list(telling.found.values()), tuple(telling.missing)


def node_to_see(plan: Plan, diagram: Diagram, node: str) -> str | None:
    """Return the node itself, or the closed sub-process in which it stands.

    Parameters
    ----------
    plan : Plan
        Which knows the nodes.
    diagram : Diagram
        The page.
    node : str
        The id of a flow node.

    Returns
    -------
    str or None
        An id; None where neither is drawn.
    """
    scopes = []
    scope = plan.graph.nodes[node].scope
    while scope is not None:
        scopes.append(scope)
        scope = plan.graph.nodes[scope].scope
    for holder in reversed(scopes):
        shape = diagram.shape(holder)
        if shape is None or shape.get("isExpanded") != "true":
            return None if shape is None else holder
    return node if diagram.shape(node) is not None else None


def _is_told(planned: PlannedJourney, step: PlannedStep) -> bool:
    has_something = step.notes or step.sees or _phase(planned, step)
    return step.host is not None and bool(has_something)


def _phase(planned: PlannedJourney, step: PlannedStep) -> str | None:
    return step.phase if planned.draws_phases and step.phase in planned.phase_ids else None


class _Telling:
    """Collects what is told."""

    def __init__(self, plan: Plan, diagram: Diagram) -> None:
        self.plan = plan
        self.diagram = diagram
        self.found: dict[Bounds, ToldSwimlane] = {}
        self.missing: dict[str, None] = {}
        self.places: list[tuple[PlannedJourney, PlannedStep, ToldSwimlane, ToldNode]] = []
        self._steps_at = Counter((planned.number, step.host) for planned, step in plan.steps())

    def place(self, planned: PlannedJourney, step: PlannedStep, host: str) -> None:
        """Find the swimlane and the node at which a step is told of."""
        node = node_to_see(self.plan, self.diagram, host)
        frame = None if node is None else self._frame(node)
        bounds = None if node is None else self.diagram.bounds(node)
        if node is None or frame is None or bounds is None:
            self.missing[host] = None
            return
        swimlane = self.found.setdefault(frame, ToldSwimlane(frame))
        swimlane.journeys.add(planned.number)
        self.places.append((planned, step, swimlane, ToldNode(node, bounds)))

    def tell(
        self, planned: PlannedJourney, step: PlannedStep, swimlane: ToldSwimlane, at: ToldNode
    ) -> None:
        """Add what is told of one step."""
        phase = _phase(planned, step)
        if phase is not None:
            swimlane.phases.setdefault((planned.number, at.node), (phase, at.bounds))
        said = [planned.lane_name] if len(swimlane.journeys) > 1 else []
        if at.node != step.host or self._steps_at[planned.number, step.host] > 1:
            said.append(step.step.do)
        head = ": ".join(said) + ":\n" if said else ""
        for note in _notes(step):
            told = swimlane.nodes.setdefault(at.node, at)
            told.notes.append((planned, _folded(replace(note, text=head + note.text))))
            head = ""

    def _frame(self, node: str) -> Bounds | None:
        """Return where the pool of a node is drawn, or the lanes where there is no pool."""
        found = self.plan.graph.nodes[node]
        pool = None if found.participant is None else self.diagram.bounds(found.participant)
        if pool is not None:
            return pool
        lanes = [
            lane.id for lane in self.plan.graph.lanes.values() if lane.process == found.process
        ]
        return union(bounds for one in lanes if (bounds := self.diagram.bounds(one)) is not None)


def _notes(step: PlannedStep) -> list[Note]:
    """Return the notes of a step; what is to be seen comes next to the feeling."""
    notes = list(step.notes)
    if step.sees:
        text = "\n".join(EVIDENCE + seen.text for seen in step.sees)
        first = 1 if notes and notes[0].kind == "CjEmotion" else 0
        notes.insert(first, Note("CjEvidence", step.order, text))
    return notes


def _folded(note: Note) -> Note:
    """Fold a note that would be too wide for a place among others."""
    if note.width is None and note_size(note, is_tight=True)[0] > _WIDEST:
        return replace(note, width=_WIDEST)
    return note
