"""Whose turn it was while the customer waited: what kind of silence lies between two contacts."""

from __future__ import annotations

from enum import StrEnum

from cjbpmn.contacts import crossing_flows
from cjbpmn.graph import ProcessGraph
from cjbpmn.waiting.reaches import Reach
from cjbpmn.waiting.structure import Moment, Structure


class Turn(StrEnum):
    """What lies between two contacts, by who moved before it and who moves after it."""

    RESPONSE = "response"
    UPDATE = "update"
    OWN = "own time"
    CHASE = "chase"


def whose_turn(before: str, after: str) -> Turn:
    """Say what kind of silence lies between two contacts.

    Parameters
    ----------
    before, after : str
        Who acts in the two: ``in`` (the customer), ``out`` (the organisation) or ``both``.

    Returns
    -------
    Turn
        ``response``: the customer acted, and the organisation answers; ``update``: the
        organisation is heard of again; ``own time``: it is the customer who has to move, once
        that is possible; ``chase``: the customer acted, heard nothing, and acts again.

    Examples
    --------
    >>> whose_turn("in", "out"), whose_turn("out", "in")
    (<Turn.RESPONSE: 'response'>, <Turn.OWN: 'own time'>)
    """
    has_acted, is_heard = before != "out", after != "in"
    if is_heard:
        return Turn.RESPONSE if has_acted else Turn.UPDATE
    return Turn.CHASE if has_acted else Turn.OWN


class Turns:
    """Says whose turn it is, for all stretches of a model.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    structure : Structure
        Its moments.
    """

    def __init__(self, graph: ProcessGraph, structure: Structure) -> None:
        self._structure = structure
        crossing = crossing_flows(graph, structure.own)
        # Between them, both ends of all that crosses the line: leaving there, or coming in.
        self._leaving = {flow.source for flow in crossing}
        self._entered = {flow.target for flow in crossing}
        self._directions: dict[Moment, str] = {}

    def of(self, reach: Reach) -> dict[str, Turn]:
        """Say whose turn it is in a stretch, for each contact at which it can begin.

        Parameters
        ----------
        reach : Reach
            What lies before one contact.

        Returns
        -------
        dict of str to Turn
            By the name of the contact before.
        """
        after = self._direction(reach.end)
        return {start.name: whose_turn(self._direction(start), after) for start in reach.starts}

    def _direction(self, moment: Moment) -> str:
        if moment not in self._directions:
            self._directions[moment] = self._find_direction(moment)
        return self._directions[moment]

    def _find_direction(self, moment: Moment) -> str:
        """Say who acts in a contact; for a step of the customer's, by what crosses the line there.

        To read a letter is the customer's activity, but it was the organisation who wrote.
        """
        step = self._structure.execution.steps[moment.key]
        node = step.node.id
        if node in self._structure.own and moment.part == "run" and not step.replies:
            leaves, enters = node in self._leaving, node in self._entered
            if leaves or enters:
                return "both" if leaves and enters else "in" if leaves else "out"
        return self._structure.touches[moment].contact.direction
