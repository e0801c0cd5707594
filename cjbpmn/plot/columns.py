"""The columns of the picture: which flow nodes and interaction points belong to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cjbpmn.customer import customer_nodes
from cjbpmn.graph import ProcessGraph
from cjbpmn.interaction import InteractionPoint
from cjbpmn.journey import Journey, Step
from cjbpmn.plot.story import Meeting, Moment
from cjbpmn.reading_order import rank_nodes
from cjbpmn.waiting import WaitingStretch


@dataclass(slots=True)
class Column:
    """A column while it is being put together.

    Parameters
    ----------
    rank : int
        Where it stands in the model; -1 for a step that stands nowhere in it.
    step : Step or None
        The step of the journey that it is.
    node : str or None
        The flow node that it is.
    points : list of InteractionPoint
        Whom the customer meets there.
    """

    rank: int
    step: Step | None = None
    node: str | None = None
    points: list[InteractionPoint] = field(default_factory=list)


class Columns:
    """A model, a journey, and what was found in them, put side by side.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    points : sequence of InteractionPoint
        Where the customer meets the organisation.
    stretches : sequence of WaitingStretch
        Where the customer waits; an end that nothing else shows gets a column.
    journey : Journey or None
        The steps, each of which is a column.

    Attributes
    ----------
    ordered : list of Column
        From left to right.
    own : frozenset of str
        The customer's flow nodes.
    ranks : mapping of str to int
        In which order the model is read, by flow node.
    """

    def __init__(
        self,
        graph: ProcessGraph,
        points: Sequence[InteractionPoint],
        stretches: Sequence[WaitingStretch],
        journey: Journey | None,
    ) -> None:
        self.graph = graph
        self.ranks: Mapping[str, int] = rank_nodes(graph)
        self.own = _customer_side(graph, points)
        steps = journey.steps if journey is not None else ()
        self.ordered = [self._of_step(step) for step in steps]
        held: dict[str, Column] = {}
        for column in self.ordered:
            if column.node is not None:
                held.setdefault(column.node, column)
        told = len(held)
        for point in points:
            node = point.customer_node if self._is_drawn(point.customer_node) else point.other_node
            self._hold(held, node).points.append(point)
        met = {node for point in points for node in (point.customer_node, point.other_node)}
        for stretch in stretches:
            for node in self._worth_showing(stretch, alone=not steps):
                if node not in met:
                    self._hold(held, node)
        self._insert(list(held.values())[told:])

    def _of_step(self, step: Step) -> Column:
        node = step.element if step.element in self.graph.nodes else None
        return Column(self.ranks.get(node or "", -1), step, node)

    def _hold(self, held: dict[str, Column], node: str) -> Column:
        rank = self.ranks.get(node, len(self.ranks))
        return held.setdefault(node, Column(rank, None, node))

    def _is_drawn(self, node: str) -> bool:
        return node in self.graph.nodes and self.graph.nodes[node].type != "participant"

    def _worth_showing(self, stretch: WaitingStretch, *, alone: bool) -> list[str]:
        """Return the flow nodes at a stretch's ends that deserve a column of their own."""
        ends = [node_of(stretch.end), *(map(node_of, stretch.starts) if alone else ())]
        return [node for node in ends if self._is_drawn(node) and (alone or node in self.own)]

    def _insert(self, strangers: Iterable[Column]) -> None:
        """Put what no step tells of after the last step that comes before it in the model."""
        for stranger in sorted(strangers, key=lambda column: column.rank):
            before = [
                index
                for index, column in enumerate(self.ordered)
                if 0 <= column.rank <= stranger.rank
            ]
            bound = any(column.rank >= 0 for column in self.ordered)
            first = 0 if bound else len(self.ordered)
            self.ordered.insert(before[-1] + 1 if before else first, stranger)

    def places(self) -> dict[str, list[int]]:
        """Say in which columns a flow node stands, on either side.

        Returns
        -------
        dict of str to list of int
            By flow node, counted from 0.
        """
        found: dict[str, dict[int, None]] = {}
        for index, column in enumerate(self.ordered):
            ends = [
                end for point in column.points for end in (point.customer_node, point.other_node)
            ]
            for node in [column.node or "", *ends]:
                if self._is_drawn(node):
                    found.setdefault(node, {})[index] = None
        return {node: list(indexes) for node, indexes in found.items()}

    def before(self, node: str) -> list[int]:
        """Return the last column that comes before a flow node in the model; none if none does.

        Parameters
        ----------
        node : str
            Its id.

        Returns
        -------
        list of int
            One column, counted from 0, or none.
        """
        rank = self.ranks.get(node, -1)
        before = [
            (column.rank, index)
            for index, column in enumerate(self.ordered)
            if 0 <= column.rank <= rank
        ]
        return [max(before)[1]] if before else []

    def moments(self) -> list[Moment]:
        """Return the columns as they are drawn.

        Returns
        -------
        list of Moment
            From left to right.
        """
        return [
            Moment(self._text(column), column.step, tuple(map(self._meeting, column.points)))
            for column in self.ordered
        ]

    def _text(self, column: Column) -> str:
        if column.step is not None:
            return column.step.do
        if any(not self._is_drawn(point.customer_node) for point in column.points):
            # The customer is a black box there: all that is known is the message.
            flows = [self.graph.flows.get(flow) for point in column.points for flow in point.flows]
            return next((flow.name for flow in flows if flow is not None and flow.name), "")
        return self._label(column.node or "")

    def _label(self, node: str) -> str:
        """Return what to call a node; an id says nothing to those who look at a picture."""
        if node not in self.graph.nodes:
            return node
        found = self.graph.nodes[node]
        return found.name or f"({found.kind})"

    def _meeting(self, point: InteractionPoint) -> Meeting:
        activity = self._label(point.other_node)
        return Meeting(point.direction, point.channel, activity, point.lane, partner=point.partner)


def node_of(contact: str) -> str:
    """Return the flow node of a contact, which may say which moment of it is meant.

    Parameters
    ----------
    contact : str
        An id, as a waiting stretch names its ends.

    Returns
    -------
    str
        The id of the flow node.

    Examples
    --------
    >>> node_of("Checkout#out")
    'Checkout'
    """
    return contact.partition("#")[0]


def _customer_side(graph: ProcessGraph, points: Iterable[InteractionPoint]) -> frozenset[str]:
    """Return the customer's flow nodes; who that is shows in the points where no file says it."""
    met = (graph.nodes.get(point.customer_node) for point in points)
    holders = {node.lane or node.participant or "" for node in met if node is not None}
    return customer_nodes(graph, graph.customers or holders)
