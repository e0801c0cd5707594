"""ProcessGraph: the flow nodes and flows of a document as a networkx graph of ids.

Below this module there is XML; above it there are ids, numbers and words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import networkx as nx

from cjbpmn.dialects.bpsim import Simulation, read_simulation
from cjbpmn.dialects.vendors import VendorTimes, read_vendor_times
from cjbpmn.document import Document
from cjbpmn.findings import Finding
from cjbpmn.flow_nodes import EventDefinition, Flow, FlowNode, Lane, Loop, Participant
from cjbpmn.flow_reading import FlowReader
from cjbpmn.journey import Journey
from cjbpmn.journey.declared import read_declared
from cjbpmn.memory import without_collection

__all__ = [
    "EventDefinition",
    "Flow",
    "FlowNode",
    "Lane",
    "Loop",
    "Participant",
    "ProcessGraph",
    "build_graph",
]

FlowsByNode: TypeAlias = defaultdict[str, dict[str, list[Flow]]]


@dataclass(frozen=True)
class ProcessGraph:
    """The flow nodes and flows of a document, by id, in document order.

    Parameters
    ----------
    nodes : mapping of str to FlowNode
        Every activity, event and gateway; and a node of type ``participant`` for each pool.
    flows : mapping of str to Flow
        Sequence and message flows whose two ends exist.
    participants, lanes : mapping of str to Participant or Lane
        The pools and lanes.
    customers : tuple of str
        The ids of the participants and lanes that the file declares to be the customer.
    journeys : tuple of Journey
        What people declared in the file; several where several personas stand side by side.
    findings : tuple of Finding
        What is broken in the model: flows without an end, ids used twice.
    path : str or None
        The file.
    handlers : mapping of str to str
        By compensation boundary event, the activity that undoes what was done.
    simulation : Simulation or None
        The times and probabilities that a simulation tool keeps in the file (BPSim).
    vendor : VendorTimes
        Those that vendors keep with an element, in words of their own.
    global_tasks : frozenset of str
        The tasks outside of all processes: activities may call them.
    loose : Journey or None
        Times, shares and working hours that the file keeps with elements, for no journey in it.
    """

    nodes: Mapping[str, FlowNode]
    flows: Mapping[str, Flow]
    participants: Mapping[str, Participant]
    lanes: Mapping[str, Lane]
    customers: tuple[str, ...] = ()
    journeys: tuple[Journey, ...] = ()
    findings: tuple[Finding, ...] = ()
    path: str | None = None
    handlers: Mapping[str, str] = field(default_factory=dict)
    simulation: Simulation | None = None
    vendor: VendorTimes = field(default_factory=VendorTimes)
    global_tasks: frozenset[str] = frozenset()
    loose: Journey | None = None
    # What `cjbpmn.contacts` was asked before, by who the customer is: the customer's flow nodes,
    # what crosses the line to them, and the pool whose process it is.
    sides: dict[frozenset[str], frozenset[str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    crossing: dict[frozenset[str], list[Flow]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    focal_pools: dict[frozenset[str], str | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def journey(self) -> Journey | None:
        """The only journey, or the first of several; None where there is none."""
        return next(iter(self.journeys), None)

    @property
    def declarations(self) -> tuple[Journey, ...]:
        """The journeys, and after them what belongs to none."""
        return self.journeys if self.loose is None else (*self.journeys, self.loose)

    @cached_property
    def network(self) -> nx.MultiDiGraph[str]:
        """The graph itself: node and edge data as in `FlowNode` and `Flow`, edge key = flow id."""
        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for node in self.nodes.values():
            network.add_node(
                node.id,
                type=node.type,
                name=node.name,
                participant=node.participant,
                lane=node.lane,
                scope=node.scope,
            )
        for flow in self.flows.values():
            network.add_edge(
                flow.source,
                flow.target,
                key=flow.id,
                kind=flow.kind,
                name=flow.name,
                channel=flow.channel,
            )
        return network

    @cached_property
    def ranks(self) -> dict[str, int]:
        """By flow node, at which place in the document it stands."""
        return {identifier: rank for rank, identifier in enumerate(self.nodes)}

    @cached_property
    def timers(self) -> list[FlowNode]:
        """The events that wait for a time, in document order."""
        events = [node for node in self.nodes.values() if node.events and node.is_event]
        return [node for node in events if node.has_event("timer")]

    @cached_property
    def messages(self) -> list[Flow]:
        """The message flows, in document order."""
        return [flow for flow in self.flows.values() if flow.kind == "message"]

    def leaving(self, kind: str = "sequence") -> Mapping[str, list[Flow]]:
        """Return the flows of a kind by the node that they leave, in document order."""
        return self._leaving[kind]

    def outgoing(self, node: str, kind: str = "sequence") -> list[Flow]:
        """Return the flows of a kind that leave a node, in document order."""
        return self._leaving[kind].get(node, [])

    def incoming(self, node: str, kind: str = "sequence") -> list[Flow]:
        """Return the flows of a kind that enter a node, in document order."""
        return self._entering[kind].get(node, [])

    def inside(self, scope: str) -> list[FlowNode]:
        """Return the flow nodes that stand directly in a sub-process."""
        return self._by_scope.get(scope, [])

    def attached(self, activity: str) -> list[FlowNode]:
        """Return the boundary events of an activity."""
        return self._by_host.get(activity, [])

    def desk(self, node: str) -> str:
        """Return the name of the lane, else of the pool, that holds a node; may be empty."""
        flow_node = self.nodes[node]
        lane = flow_node.lane
        while lane is not None:
            if self.lanes[lane].name:
                return self.lanes[lane].name
            lane = self.lanes[lane].parent
        participant = flow_node.participant
        return self.participants[participant].name if participant else ""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show a notebook how much there is; all of it would fill it."""
        del cycle  # Nothing in it holds the graph.
        counts = {
            "flow nodes": len(self.nodes) - len(self.participants),
            "flows": len(self.flows),
            "pools": len(self.participants),
            "lanes": len(self.lanes),
            "journeys": len(self.journeys),
            "findings": len(self.findings),
        }
        told = ", ".join(f"{name}: {count}" for name, count in counts.items())
        printer.text(f"<ProcessGraph {self.path or ''} ({told})>")

    def label(self, node: str) -> str:
        """Return what to call a node: its name, else its kind and id."""
        flow_node = self.nodes[node]
        return flow_node.name or f"{flow_node.kind} {flow_node.id}"

    @cached_property
    def _leaving(self) -> FlowsByNode:
        """The flows by kind and by the flow node that they leave."""
        found: FlowsByNode = defaultdict(dict)
        for flow in self.flows.values():
            found[flow.kind].setdefault(flow.source, []).append(flow)
        return found

    @cached_property
    def _entering(self) -> FlowsByNode:
        """The flows by kind and by the flow node that they enter."""
        found: FlowsByNode = defaultdict(dict)
        for flow in self.flows.values():
            found[flow.kind].setdefault(flow.target, []).append(flow)
        return found

    @cached_property
    def _by_scope(self) -> dict[str, list[FlowNode]]:
        found: dict[str, list[FlowNode]] = {}
        for node in self.nodes.values():
            if node.scope is not None:
                found.setdefault(node.scope, []).append(node)
        return found

    @cached_property
    def _by_host(self) -> dict[str, list[FlowNode]]:
        found: dict[str, list[FlowNode]] = {}
        for node in self.nodes.values():
            if node.type == "boundaryEvent" and node.attached_to:
                found.setdefault(node.attached_to, []).append(node)
        return found


@without_collection()
def build_graph(document: Document) -> ProcessGraph:
    """Read the flow nodes and flows of a document into a graph of ids.

    Parameters
    ----------
    document : Document
        A BPMN document; it stays untouched.

    Returns
    -------
    ProcessGraph
        The graph. What is broken in the model is left out and listed under ``findings``.

    Raises
    ------
    InvalidDocument
        If the document holds no process.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> sorted(graph.lanes[lane].name for lane in graph.lanes)
    ['Sales', 'Warehouse']
    """
    found = FlowReader(document)
    declared = read_declared(document)
    known = found.participants.keys() | found.lanes.keys()
    return ProcessGraph(
        found.nodes,
        found.flows,
        found.participants,
        found.lanes,
        customers=tuple(customer for customer in declared.customers if customer in known),
        journeys=declared.journeys,
        findings=(*found.findings, *declared.findings),
        path=document.path,
        handlers=found.handlers,
        simulation=read_simulation(document.root),
        vendor=read_vendor_times(document.root),
        global_tasks=frozenset(found.global_tasks),
        loose=declared.loose,
    )
