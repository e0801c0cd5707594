"""Encounter: meetings that follow each other at one desk; find_encounters(graph)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx

from cjbpmn.graph import ProcessGraph
from cjbpmn.interaction import InteractionPoint, find_interaction_points


@dataclass(frozen=True, slots=True)
class Encounter:
    """One or more interaction points that the customer goes through without a break.

    Parameters
    ----------
    points : tuple of InteractionPoint
        In document order of their flows.
    """

    points: tuple[InteractionPoint, ...]

    @property
    def id(self) -> str:
        """The id of its first interaction point."""
        return self.points[0].id

    @property
    def lane(self) -> str:
        """The name of the lane that the customer meets, or of the pool where it has none."""
        return self.points[0].lane

    @property
    def channel(self) -> str | None:
        """The way by which they meet, where it is declared."""
        return self.points[0].channel


def find_encounters(graph: ProcessGraph, customer: Sequence[str] = ()) -> list[Encounter]:
    """Join interaction points that follow each other at one desk.

    Two points are one encounter if their flow nodes on the other side stand in the same lane (or
    in no lane of the same pool), meet the customer by the same channel, and one follows right on
    the other: with anything between, be it a gateway or a timer, the customer may have to wait.
    A border of a pool does not say what follows on what, so points there stay alone.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customer : sequence of str
        Names or ids of the pools and lanes that are the customer, where the file does not say.

    Returns
    -------
    list of Encounter
        In document order; each interaction point is in one of them.

    Raises
    ------
    ElementNotFound
        If nobody in the model bears a name that was given.

    Notes
    -----
    In service research an encounter is the time for which a customer deals directly with a service
    (Shostack 1985), and several contacts may fall into it. What counts as one such time is settled
    here with what a drawing can tell: same lane, same channel, nothing backstage between.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> from cjbpmn.graph import build_graph
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> find_encounters(graph)
    []
    """
    points = find_interaction_points(graph, customer)
    at: defaultdict[str, list[int]] = defaultdict(list)
    for number, point in enumerate(points):
        at[point.other_node].append(number)
    joined: nx.Graph[int] = nx.empty_graph(len(points))
    for number, point in enumerate(points):
        for flow in graph.outgoing(point.other_node):
            for other in at.get(flow.target, ()):
                if _is_one_desk(graph, point, points[other]):
                    joined.add_edge(number, other)
    groups = map(sorted, nx.connected_components(joined))
    return [Encounter(tuple(points[number] for number in group)) for group in sorted(groups)]


def _is_one_desk(graph: ProcessGraph, one: InteractionPoint, other: InteractionPoint) -> bool:
    first, second = graph.nodes[one.other_node], graph.nodes[other.other_node]
    same_place = (first.participant, first.lane) == (second.participant, second.lane)
    return same_place and one.channel == other.channel
