"""In which order a process is read: every flow node after those that lead to it."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from cjbpmn.graph import ProcessGraph


def rank_nodes(graph: ProcessGraph) -> dict[str, int]:
    """Number the flow nodes so that what comes first has the lower number.

    Sequence and message flows count alike, a sub-process comes before what stands in it, and the
    nodes of a loop stay together. Where the flows leave it open, the document order decides.

    Parameters
    ----------
    graph : ProcessGraph
        The model.

    Returns
    -------
    dict of str to int
        By flow node; the borders of pools are left out.

    Examples
    --------
    >>> from cjbpmn.graph import Flow, FlowNode
    >>> nodes = {name: FlowNode(name, "task") for name in ("eat", "cook")}
    >>> rank_nodes(ProcessGraph(nodes, {"f": Flow("f", "sequence", "cook", "eat")}, {}, {}))
    {'cook': 0, 'eat': 1}
    """
    place = {
        node.id: index
        for index, node in enumerate(graph.nodes.values())
        if node.type != "participant"
    }
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from(place)
    network.add_edges_from(edge for edge in _edges(graph) if edge[0] in place and edge[1] in place)
    loops = nx.condensation(network)
    members = {loop: _unroll(network, loops.nodes[loop]["members"], place) for loop in loops.nodes}
    order = nx.lexicographical_topological_sort(loops, key=lambda loop: place[members[loop][0]])
    found = (node for loop in order for node in members[loop])
    return {node: rank for rank, node in enumerate(found)}


def _edges(graph: ProcessGraph) -> Iterator[tuple[str, str]]:
    for flow in graph.flows.values():
        yield flow.source, flow.target
    for node in graph.nodes.values():
        if node.attached_to:
            yield node.attached_to, node.id
        if node.scope is not None:
            yield node.scope, node.id
            for flow in graph.outgoing(node.scope):
                yield node.id, flow.target


def _unroll(network: nx.DiGraph[str], members: set[str], place: dict[str, int]) -> list[str]:
    """Bring the nodes of one loop into the order in which its entrance reaches them."""
    entered = {
        node for node in members if any(before not in members for before in network.pred[node])
    }
    order: dict[str, None] = {}
    for start in sorted(members, key=lambda node: (node not in entered, place[node])):
        if start not in order:
            reached = nx.bfs_tree(network.subgraph(members), start)
            order |= dict.fromkeys(node for node in reached if node not in order)
    return list(order)
