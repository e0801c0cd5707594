"""Called processes that stand in other files: found in a folder, and put into the graph.

A call activity names a process by its id. Where the file does not hold that process, another one
may. What is brought in keeps its ids, but for those that the model has already: they get the id
of the process in front, as in ``Process_2/Task_1``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from cjbpmn.dialects.bpsim import Simulation
from cjbpmn.document import read_document
from cjbpmn.errors import CjbpmnError
from cjbpmn.findings import Finding
from cjbpmn.graph import EventDefinition, Flow, FlowNode, Lane, ProcessGraph, build_graph
from cjbpmn.journey import Branch, Calendar, Duration, Journey

MOST_CALLED: Final = 1000
"""So many processes are brought into one model."""

T = TypeVar("T")


class ModelFolder:
    """The models of a folder, by the processes in them.

    The files are looked through once, when the first process is asked for; those that cannot be
    read are left out.

    Parameters
    ----------
    paths : iterable of path
        The files.

    Examples
    --------
    >>> ModelFolder(["docs/examples/claim.bpmn"]).find("nowhere")
    ()
    """

    def __init__(self, paths: Iterable[str | Path]) -> None:
        self._paths = tuple(map(Path, paths))
        self._homes: dict[str, list[Path]] | None = None
        self._graphs: dict[Path, ProcessGraph | None] = {}

    def find(self, process: str) -> tuple[ProcessGraph, ...]:
        """Return the graphs of the models that hold a process.

        Parameters
        ----------
        process : str
            The id of the process.

        Returns
        -------
        tuple of ProcessGraph
            One, if the folder is in order.
        """
        if self._homes is None:
            self._homes = defaultdict(list)
            for path in self._paths:
                graph = _read(path)
                for held in dict.fromkeys(_processes(graph)) if graph is not None else ():
                    self._homes[held].append(path)
        homes = self._homes.get(process, ())
        for path in homes:
            # What is called once is often called again; the others need not be kept.
            if path not in self._graphs:
                self._graphs[path] = _read(path)
        return tuple(graph for path in homes if (graph := self._graphs[path]) is not None)


def _read(path: Path) -> ProcessGraph | None:
    try:
        return build_graph(read_document(path))
    except CjbpmnError:
        return None


def _processes(graph: ProcessGraph) -> Iterator[str]:
    return (node.process for node in graph.nodes.values() if node.process is not None)


def resolve_calls(graph: ProcessGraph, models: ModelFolder) -> ProcessGraph:
    """Bring the processes that a model calls, and that it does not hold, into its graph.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    models : ModelFolder
        Where to look.

    Returns
    -------
    ProcessGraph
        One that holds them, and what they call in turn; the same one if nothing is missing, or
        nothing is found. What several files hold is not guessed: it is left out, with a finding.
        A pool without content that is called as one of the model's is taken to be that one, so
        that what the called process says to a customer is said to this customer.

    Examples
    --------
    >>> model = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> resolve_calls(model, ModelFolder([])) is model
    True
    """
    held = {*_processes(graph), *graph.global_tasks}
    pending = [node for node in graph.nodes.values() if node.type == "callActivity"]
    asked: set[str] = set()
    whole = graph
    while pending:
        call = pending.pop(0)
        process = call.called
        if not process or process in held or process in asked or len(asked) >= MOST_CALLED:
            continue
        asked.add(process)
        homes = models.find(process)
        if len(homes) == 1:
            added = _Guest(whole, homes[0], process, call)
            whole = added.merged()
            pending += [node for node in added.nodes if node.type == "callActivity"]
        elif homes:
            where = ", ".join(sorted(home.path or "" for home in homes))
            message = f'several files hold the process "{process}" that is called here: {where}'
            finding = Finding("ambiguous-call", message, (call.id,), call.line)
            whole = replace(whole, findings=(*whole.findings, finding))
    return whole


class _Guest:
    """A process of another model, on its way into this one."""

    def __init__(
        self, graph: ProcessGraph, home: ProcessGraph, process: str, call: FlowNode
    ) -> None:
        self.graph = graph
        self.home = home
        self.process = process
        self.call = call
        self.taken = graph.nodes.keys() | graph.flows.keys() | graph.lanes.keys()
        self.pools = self._pools()
        self.own = {node.id for node in home.nodes.values() if node.process == process}
        self.nodes = [self._node(node) for node in home.nodes.values() if node.id in self.own]

    def _pools(self) -> dict[str, str]:
        """Pair the black boxes of the other model with the pools of this one that bear the name."""
        known = {
            pool.name.casefold(): pool.id for pool in self.graph.participants.values() if pool.name
        }
        return {
            pool.id: known[pool.name.casefold()]
            for pool in self.home.participants.values()
            if pool.name.casefold() in known and self._is_black_box(pool.id)
        }

    def _is_black_box(self, pool: str) -> bool:
        nodes = self.home.nodes.values()
        return not any(node.participant == pool and node.type != "participant" for node in nodes)

    def merged(self) -> ProcessGraph:
        """Return the model with the process in it."""
        graph, home = self.graph, self.home
        return replace(
            graph,
            nodes={**graph.nodes, **{node.id: node for node in self.nodes}},
            flows={**graph.flows, **{flow.id: flow for flow in self._flows()}},
            lanes={**graph.lanes, **{lane.id: lane for lane in self._lanes()}},
            handlers={
                **graph.handlers,
                **{
                    self._name(event): self._name(activity)
                    for event, activity in home.handlers.items()
                    if event in self.own
                },
            },
            simulation=self._simulation(),
            vendor=replace(
                graph.vendor,
                times={**self._renamed(home.vendor.times), **graph.vendor.times},
                probabilities={
                    **self._renamed(home.vendor.probabilities),
                    **graph.vendor.probabilities,
                },
                unread=(*graph.vendor.unread, *self._renamed(dict.fromkeys(home.vendor.unread))),
            ),
            loose=self._loose(),
        )

    def _name(self, identifier: str) -> str:
        return f"{self.process}/{identifier}" if identifier in self.taken else identifier

    def _node(self, node: FlowNode) -> FlowNode:
        references = {
            name: self._name(value) if name in {"attachedToRef", "default"} else value
            for name, value in node.attributes.items()
        }
        return node._replace(
            id=self._name(node.id),
            participant=self.call.participant,
            lane=self.call.lane if node.lane is None else self._name(node.lane),
            scope=None if node.scope is None else self._name(node.scope),
            events=tuple(map(self._event, node.events)),
            attributes=references,
            line=None,
        )

    def _event(self, event: EventDefinition) -> EventDefinition:
        if event.kind != "compensate" or event.reference is None:
            return event
        return event._replace(reference=self._name(event.reference))

    def _flows(self) -> Iterator[Flow]:
        """Yield the flows inside the process, and those to pools that this model has, too."""
        ends = {one: self._name(one) for one in self.own} | self.pools
        for flow in self.home.flows.values():
            inside = flow.source in self.own, flow.target in self.own
            if any(inside) and flow.source in ends and flow.target in ends:
                yield flow._replace(
                    id=self._name(flow.id),
                    source=ends[flow.source],
                    target=ends[flow.target],
                    line=None,
                )

    def _lanes(self) -> Iterator[Lane]:
        for lane in self.home.lanes.values():
            if lane.process == self.process:
                yield lane._replace(
                    id=self._name(lane.id),
                    participant=self.call.participant,
                    parent=None if lane.parent is None else self._name(lane.parent),
                    line=None,
                )

    def _loose(self) -> Journey | None:
        """Return what people told of both, but for the journeys of this one."""
        mine = Journey("") if self.graph.loose is None else self.graph.loose
        found: dict[str, Any] = {
            name: (*getattr(mine, name), *self._told(name))
            for name in ("durations", "branches", "calendars")
        }
        return replace(mine, **found)

    def _told(self, name: str) -> Iterator[Duration | Branch | Calendar]:
        """Yield the facts of one kind that are about the process, or about lanes or parts of it."""
        lanes = (one for one, lane in self.home.lanes.items() if lane.process == self.process)
        places = {lane: self._name(lane) for lane in lanes}
        for journey in self.home.declarations:
            for fact in getattr(journey, name):
                named = dict.fromkeys(fact.at)
                at = [*self._renamed(named), *(places[one] for one in named if one in places)]
                if at:
                    yield replace(fact, at=tuple(at))

    def _simulation(self) -> Simulation | None:
        """Return what is simulated in both; calendars are told apart by their ids as they are."""
        mine, other = self.graph.simulation, self.home.simulation
        if other is None:
            return mine
        if mine is None:
            mine = Simulation(other.scenario, scenarios=other.scenarios, begins=other.begins)
        return replace(
            mine,
            times={**self._renamed(other.times), **mine.times},
            triggers={**self._renamed(other.triggers), **mine.triggers},
            probabilities={**self._renamed(other.probabilities), **mine.probabilities},
            calendars={**other.calendars, **mine.calendars},
            unread={**other.unread, **mine.unread},
        )

    def _renamed(self, values: Mapping[str, T]) -> dict[str, T]:
        """Return what is said of the process and its parts, by the ids that they bear here."""
        flows = {
            flow.id
            for flow in self.home.flows.values()
            if flow.source in self.own or flow.target in self.own
        }
        return {self._name(one): value for one, value in values.items() if one in self.own | flows}
