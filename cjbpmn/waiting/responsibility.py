"""Through whose hands the time went in which a customer waited, and why.

Each moment of a wait is put down to one flow node: the one that the last to come was at. So the
shares of lanes, of causes and of phases are parts of the wait, and add up to it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from cjbpmn.graph import ProcessGraph
from cjbpmn.waiting.figures import Figures


class Responsibility:
    """Puts waits down to flow nodes.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    figures : Figures
        Its runs.
    inside : set of str or None
        The ids of the pools that are no partners: the organisation's and the customer's.
    """

    def __init__(self, graph: ProcessGraph, figures: Figures, inside: set[str | None]) -> None:
        self.graph = graph
        self.figures = figures
        self.own = figures.game.structure.own
        self.inside = inside
        self.phases = self._phases()
        blame = figures.blame()
        self.before = blame.before
        self.case = blame.case
        self.phase: dict[str, float] = defaultdict(float)
        for moment, hours in blame.ended.items():
            node = figures.game.steps[moment.key].node.id
            self.phase[self.phases.get(node, "")] += hours

    def lanes(self, parts: Mapping[str | None, float], whole: float | None) -> dict[str, float]:
        """Return hours by lane, or by pool where it has none; the longest first.

        Parameters
        ----------
        parts : mapping of str or None to float
            Hours by flow node.
        whole : float or None
            What they have to add up to.

        Returns
        -------
        dict of str to float
            Hours by the name of the desk.
        """
        return _grouped(parts, lambda node: self.graph.desk(node) if node else "", whole)

    def causes(self, parts: Mapping[str | None, float], whole: float | None) -> dict[str, float]:
        """Return hours by cause: ``work``, ``partner``, ``timer``, ``outside``, ``customer``.

        Parameters
        ----------
        parts : mapping of str or None to float
            Hours by flow node.
        whole : float or None
            What they have to add up to.

        Returns
        -------
        dict of str to float
            Hours by cause; the longest first.
        """
        return _grouped(parts, self._cause, whole)

    def by_phase(self, whole: float | None) -> dict[str, float]:
        """Return hours by the phase of the step that ends a silence, in the order of the journey.

        Parameters
        ----------
        whole : float or None
            What they have to add up to.

        Returns
        -------
        dict of str to float
            Empty where the journey has no phases; what belongs to none has no name.
        """
        if not self.phases:
            return {}
        return _scaled({name: self.phase[name] for name in self.phase}, whole)

    def _cause(self, node: str | None) -> str:
        if node is None:
            return "outside"
        at = self.graph.nodes[node]
        if node in self.own:
            return "customer"
        if at.has_event("timer"):
            return "timer"
        if at.participant is not None and at.participant not in self.inside:
            return "partner"
        return "work" if at.is_activity else "outside"

    def _phases(self) -> dict[str, str]:
        """Return the phase of each flow node that is a step of the journey, or that meets one."""
        found: dict[str, str] = {}
        for step in (step for journey in self.graph.journeys for step in journey.steps):
            if step.element is not None and step.phase is not None:
                found[step.element] = step.phase
        for node in list(found):
            for flow in self.graph.outgoing(node, "message"):
                found.setdefault(flow.target, found[node])
            for flow in self.graph.incoming(node, "message"):
                found.setdefault(flow.source, found[node])
        return found


def _grouped(
    parts: Mapping[str | None, float], name: Callable[[str | None], str], whole: float | None
) -> dict[str, float]:
    if not parts:
        return {}
    found: dict[str, float] = defaultdict(float)
    for node, hours in parts.items():
        found[name(node)] += hours
    ordered: Iterable[tuple[str, float]] = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return _scaled(dict(ordered), whole)


def _scaled(parts: dict[str, float], whole: float | None) -> dict[str, float]:
    """Let parts add up to what is known exactly; the runs that were played are not always all."""
    total = math.fsum(parts.values())
    if not total or whole is None or math.isinf(whole):
        return parts
    return {name: hours * whole / total for name, hours in parts.items()}
