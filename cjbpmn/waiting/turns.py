"""Whose turn it was while the customer waited: what kind of silence lies between two contacts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

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


def find_turns(graph: ProcessGraph, structure: Structure, reach: Reach) -> dict[str, Turn]:
    """Say whose turn it is in a stretch, for each contact at which it can begin.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    structure : Structure
        Its moments.
    reach : Reach
        What lies before one contact.

    Returns
    -------
    dict of str to Turn
        By the name of the contact before.
    """
    after = _direction(graph, structure, reach.end)
    return {
        start.name: whose_turn(_direction(graph, structure, start), after) for start in reach.starts
    }


def _direction(graph: ProcessGraph, structure: Structure, moment: Moment) -> str:
    """Say who acts in a contact; for a step of the customer's, by what crosses the line there.

    To read a letter is the customer's activity, but it was the organisation who wrote.
    """
    step = structure.execution.steps[moment.key]
    node = step.node
    if node.id in structure.own and moment.part == "run" and not step.replies:
        leaves = _crosses(structure, (flow.target for flow in graph.outgoing(node.id)))
        leaves |= _crosses(structure, (one.target for one in graph.outgoing(node.id, "message")))
        enters = _crosses(structure, (flow.source for flow in graph.incoming(node.id)))
        enters |= _crosses(structure, (one.source for one in graph.incoming(node.id, "message")))
        if leaves or enters:
            return "both" if leaves and enters else "in" if leaves else "out"
    return structure.touches[moment].contact.direction


def _crosses(structure: Structure, ends: Iterable[str]) -> bool:
    return any(end not in structure.own for end in ends)
