"""Front stage, back stage, support: how near to the customer each flow node stands."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from cjbpmn.contacts import customer_side, focal_organisation
from cjbpmn.customer import resolve_customer
from cjbpmn.graph import FlowNode, ProcessGraph
from cjbpmn.interaction import find_interaction_points


class Stage(StrEnum):
    """The layers of a service blueprint, from the customer downwards."""

    CUSTOMER = "customer"
    FRONT = "front stage"
    BACK = "back stage"
    SUPPORT = "support"
    PARTNER = "partner"


def find_stages(graph: ProcessGraph, customer: Sequence[str] = ()) -> dict[str, Stage]:
    """Say of each flow node how near to the customer it stands.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customer : sequence of str
        Names or ids of the pools and lanes that are the customer, where the file does not say.

    Returns
    -------
    dict of str to Stage
        By id, in document order; empty where no customer is known. The customer's own are
        ``customer``; a flow node of the organisation that is an end of an interaction point is
        ``front stage``; the others are ``back stage`` in a lane in which something is front
        stage, else ``support``; what other pools do is ``partner``, met or not. Where a pool has
        no lanes, the pool counts as one.

    Raises
    ------
    ElementNotFound
        If nobody in the model bears a name that was given.

    Notes
    -----
    The line of interaction runs above the front stage, the line of visibility below it, and the
    line of internal interaction below the back stage (Shostack 1984; Bitner, Ostrom and Morgan
    2008). A blueprint is drawn by hand; that the lane decides between back stage and support is
    a rule of this package.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> from cjbpmn.graph import build_graph
    >>> find_stages(build_graph(read_document("docs/examples/webshop.bpmn")))
    {}
    """
    customers = resolve_customer(graph, customer)
    if not customers:
        return {}
    own = customer_side(graph, customers)
    focal = focal_organisation(graph, customers)
    front = {point.other_node for point in find_interaction_points(graph, customer)}
    near = {_room(graph.nodes[one]) for one in front}

    def stage(node: FlowNode) -> Stage:
        if node.id in own:
            return Stage.CUSTOMER
        if node.participant is not None and node.participant != focal:
            return Stage.PARTNER
        if node.id in front:
            return Stage.FRONT
        return Stage.BACK if _room(node) in near else Stage.SUPPORT

    return {node.id: stage(node) for node in graph.nodes.values() if node.type != "participant"}


def _room(node: FlowNode) -> str | None:
    """Return the lane that a flow node stands in, else its pool or process."""
    return node.lane or node.participant or node.process
