"""InteractionPoint: where customer and organisation meet; find_interaction_points(graph)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cjbpmn.contacts import crossing_flows, customer_side, focal_organisation
from cjbpmn.customer import resolve_customer
from cjbpmn.graph import Flow, ProcessGraph

if TYPE_CHECKING:
    import pandas as pd

_DECLARED: Final = {"from customer": "c2o", "to customer": "o2c", "both": "both"}
COLUMNS: Final = (
    "id",
    "customer_node",
    "other_node",
    "direction",
    "channel",
    "counterpart",
    "lane",
    "partner",
    "flows",
)
"""The columns of `InteractionPoints.to_frame`, and the keys of `InteractionPoint.as_dict`."""


class InteractionPoint(NamedTuple):
    """One pair of a customer's flow node and somebody else's, or a partner, that meet.

    Parameters
    ----------
    id : str
        The id of the earliest flow between the two, by the order in the file.
    customer_node, other_node : str
        The ids of the two flow nodes, or of the pool at whose border the flow ends; of several
        flow nodes of a partner, the one of the earliest flow.
    direction : str
        ``c2o`` from customer to organisation, ``o2c`` back, or ``both``.
    channel : str or None
        The way by which they meet, where it is declared.
    counterpart : str
        The name (or id) of the pool on the other side; the empty string where there is none.
    lane : str
        The name of the lane on the other side; of the pool where it has none.
    partner : bool
        Whether the other side is not the organisation itself, but a third party.
    flows : tuple of str
        The ids of all flows between the two.
    """

    id: str
    customer_node: str
    other_node: str
    direction: str
    channel: str | None = None
    counterpart: str = ""
    lane: str = ""
    partner: bool = False
    flows: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        values: dict[str, Any] = {name: getattr(self, name) for name in COLUMNS}
        return values | {"flows": list(self.flows)}


class InteractionPoints(tuple[InteractionPoint, ...]):
    """Interaction points, in the order of their flows in the document.

    Examples
    --------
    >>> points = InteractionPoints([InteractionPoint("m1", "I pay", "Collect money", "both")])
    >>> points.to_frame().loc[0, "direction"]
    'both'
    """

    __slots__ = ()

    def to_frame(self, label: Callable[[str], str] | None = None) -> pd.DataFrame:
        """Put them into a pandas frame, one a row.

        Parameters
        ----------
        label : callable, optional
            Says what to call a flow node, as `ProcessGraph.label` does.

        Returns
        -------
        DataFrame
            With the columns of `COLUMNS`; behind them, if there is a `label`, ``customer_name`` and
            ``other_name``.
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and needed only here

        frame = pd.DataFrame([point.as_dict() for point in self], columns=list(COLUMNS))
        if label is not None:
            frame["customer_name"] = frame["customer_node"].map(label)
            frame["other_name"] = frame["other_node"].map(label)
        return frame

    def _repr_html_(self) -> str:
        """Show a notebook the points."""
        return self.to_frame().to_html(na_rep="")


def find_interaction_points(graph: ProcessGraph, customer: Sequence[str] = ()) -> InteractionPoints:
    """Find where the customer meets the organisation and its partners.

    A contact edge is a message flow with exactly one end at the customer (a flow node of the
    customer's, or the border of the customer's pool), or a sequence flow between a lane of the
    customer and another lane. An interaction point is the class of contact edges with the same
    unordered pair of ends: to collect money and to pay money is one. A message flow that ends on
    the border of a sub-process stays there.

    A point with another pool than the focal organisation's (`cjbpmn.contacts.focal_organisation`)
    is flagged as a partner's. What goes on inside a partner is not the organisation's to change:
    there the other end of the pair is the partner as a whole, so that a payment and its receipt
    are one point with the card company.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customer : sequence of str
        Names or ids of the pools and lanes that are the customer, where the file does not say.

    Returns
    -------
    InteractionPoints
        In document order of their flows; empty where no customer is known.

    Raises
    ------
    ElementNotFound
        If nobody in the model bears a name that was given.

    Notes
    -----
    The line of interaction is that of the service blueprint (Shostack 1984; Bitner, Ostrom and
    Morgan 2008); "communication point" in CJML (Halvorsrud et al.). A channel is the medium of
    an interaction point, not the point.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> from cjbpmn.graph import build_graph
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> find_interaction_points(graph)
    ()
    """
    customers = resolve_customer(graph, customer)
    own = customer_side(graph, customers)
    focal = focal_organisation(graph, customers)
    classes: dict[tuple[str, str], list[Flow]] = {}
    for flow in crossing_flows(graph, own):
        ends = (flow.source, flow.target)
        mine, other = ends if flow.source in own else ends[::-1]
        pool = graph.nodes[other].participant
        partner = pool is not None and pool != focal
        classes.setdefault((mine, str(pool) if partner else other), []).append(flow)
    return InteractionPoints(_point(graph, flows, own, focal) for flows in classes.values())


def _point(
    graph: ProcessGraph, flows: list[Flow], own: frozenset[str], focal: str | None
) -> InteractionPoint:
    first = flows[0]
    ends = (first.source, first.target)
    customer_node, other_node = ends if first.source in own else ends[::-1]
    directions = {
        _DECLARED.get(flow.direction or "") or ("c2o" if flow.source in own else "o2c")
        for flow in flows
    }
    pool = graph.nodes[other_node].participant
    name = "" if pool is None else graph.participants[pool].name or pool
    return InteractionPoint(
        first.id,
        customer_node,
        other_node,
        directions.pop() if len(directions) == 1 else "both",
        next((flow.channel for flow in flows if flow.channel), None),
        name,
        graph.desk(other_node) or name,
        partner=pool is not None and pool != focal,
        flows=tuple([flow.id for flow in flows]),
    )
