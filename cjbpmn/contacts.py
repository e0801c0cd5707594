"""Contacts: the flow nodes in which the customer is involved, when, and who acts.

A *contact* is what the literature calls a touchpoint, seen from one flow node. The rules:

============================================== ============ =========
flow node                                      involvement  direction
============================================== ============ =========
customer's activity, throw, start, end         whole        in
customer's catch event, receive task           end          out
customer's step that is declared to be a wait  end          out
customer's timer, link, gateway, sub-process   none         --
sends to the customer                          end          out
catches from a black-box customer              whole, turn  in
catches from a customer drawn with activities  end          in
other activity that gets from the customer     start        in
activity with messages both ways               whole        both
expanded sub-process with border messages      border-...   in/out/both
============================================== ============ =========

*whole* means for as long as the node runs, *start* and *end* only at that moment: the rest of
its work belongs to the wait after or before it. A *turn* is the customer's: the organisation
waits for the customer, and that is never customer waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from cjbpmn import elements as bpmn
from cjbpmn.customer import customer_nodes
from cjbpmn.durations import declared_waits
from cjbpmn.graph import Flow, FlowNode, ProcessGraph

_CATCHES: Final = bpmn.CATCH_EVENTS | {"receiveTask"}
_SILENT_EVENTS: Final = ("timer", "link", "compensate")
"""Events of the customer in which nobody meets anybody."""


class Contact(NamedTuple):
    """The involvement of the customer in one flow node.

    Parameters
    ----------
    involvement : str
        ``whole``, ``start``, ``end``, ``border-in``, ``border-out`` or ``border-both``.
    direction : str
        ``in`` (the customer acts), ``out`` (the organisation acts) or ``both``.
    turn : bool
        Whether the organisation waits for the customer here.
    """

    involvement: str
    direction: str
    turn: bool = False


_ACTS: Final = Contact("whole", "in")
_HEARS: Final = Contact("end", "out")


def customer_side(graph: ProcessGraph, customers: Collection[str]) -> frozenset[str]:
    """Return the customer's flow nodes, and the borders of the customer's pools.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customers : collection of str
        Ids of participants and lanes.

    Returns
    -------
    frozenset of str
        Ids of flow nodes and participants.
    """
    key = frozenset(customers)
    if key not in graph.sides:
        graph.sides[key] = customer_nodes(graph, key) | (key & graph.participants.keys())
    return graph.sides[key]


def crossing_flows(graph: ProcessGraph, own: frozenset[str]) -> list[Flow]:
    """Return the flows that cross the line to the customer, in document order.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    own : frozenset of str
        The customer's side.

    Returns
    -------
    list of Flow
        Message flows, and sequence flows between a lane of the customer's and another one.
    """
    if own not in graph.crossing:
        flows = graph.flows.values()
        graph.crossing[own] = [one for one in flows if (one.source in own) != (one.target in own)]
    return graph.crossing[own]


def find_contacts(
    graph: ProcessGraph,
    customers: Collection[str],
    declared: Mapping[str, Contact] | None = None,
) -> dict[str, Contact]:
    """Find the flow nodes in which the customer is involved.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customers : collection of str
        Ids of the participants and lanes that are the customer.
    declared : mapping of str to Contact, optional
        What people declared, by flow node; it wins over what the drawing says.

    Returns
    -------
    dict of str to Contact
        By flow node, in document order.
    """
    own = customer_side(graph, customers)
    waits = declared_waits(graph)
    met = _Messages(graph, own)
    found: dict[str, Contact] = {}
    for identifier, node in graph.nodes.items():
        contact: Contact | None = None
        if declared and identifier in declared:
            contact = declared[identifier]
        elif node.type == "participant":
            continue
        elif identifier in own:
            contact = _of_customer(graph, node, is_wait=identifier in waits)
        elif identifier in met.sending or identifier in met.senders:
            contact = _of_organisation(graph, node, met)
        if contact is not None:
            found[identifier] = contact
    return found


class _Messages:
    """The messages that cross the line to the customer, by those on the other side."""

    def __init__(self, graph: ProcessGraph, own: frozenset[str]) -> None:
        self.sending: set[str] = set()
        self.senders: dict[str, list[str]] = {}
        for flow in graph.messages:
            if flow.target in own:
                self.sending.add(flow.source)
            if flow.source in own:
                self.senders.setdefault(flow.target, []).append(flow.source)


def _of_customer(graph: ProcessGraph, node: FlowNode, *, is_wait: bool) -> Contact | None:
    if node.is_gateway or (node.is_sub_process and graph.inside(node.id)):
        return None
    if node.events and node.has_event(*_SILENT_EVENTS):
        return None
    if is_wait or node.type == "receiveTask":
        return _HEARS
    if node.type in _CATCHES and node.type != "startEvent":
        return _HEARS
    return _ACTS


def _of_organisation(graph: ProcessGraph, node: FlowNode, met: _Messages) -> Contact | None:
    sends, senders = node.id in met.sending, met.senders.get(node.id)
    if node.is_gateway:
        return None
    direction = "both" if sends and senders else "out" if sends else "in"
    if node.is_sub_process and graph.inside(node.id):
        return Contact(f"border-{direction}", direction)
    if sends:
        return Contact("whole" if senders else "end", direction)
    if node.type in _CATCHES:
        drawn = any(graph.nodes[sender].type != "participant" for sender in senders or ())
        return Contact("end", "in") if drawn else Contact("whole", "in", turn=True)
    return Contact("start", "in") if node.is_activity else Contact("end", "in")


def focal_organisation(graph: ProcessGraph, customers: Collection[str]) -> str | None:
    """Return the pool whose process it is; the other pools are partners.

    That is the pool in which the customer has a lane; else, of the pools that are not the
    customer, one with several named lanes before one without, then the one with most flows to
    and from the customer, then with most flow nodes, then the first.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customers : collection of str
        Ids of the participants and lanes that are the customer.

    Returns
    -------
    str or None
        The id of a participant; None where there is none but the customer.
    """
    key = frozenset(customers)
    if key not in graph.focal_pools:
        graph.focal_pools[key] = _find_focal(graph, key)
    return graph.focal_pools[key]


def _find_focal(graph: ProcessGraph, customers: frozenset[str]) -> str | None:
    pools = [pool for pool in graph.participants if pool not in customers]
    if len(pools) <= 1:
        return next(iter(pools), None)
    own = customer_side(graph, customers)
    shared = {graph.lanes[lane].participant for lane in customers if lane in graph.lanes}
    touched = Counter(
        [
            graph.nodes[flow.target if flow.source in own else flow.source].participant
            for flow in crossing_flows(graph, own)
        ]
    )
    size = Counter([node.participant for node in graph.nodes.values()])
    lanes = Counter([lane.participant for lane in graph.lanes.values() if lane.name])
    return max(
        pools,
        key=lambda pool: (pool in shared, lanes[pool] > 1, touched[pool], size[pool]),
    )
