"""The execution graph: what can follow what, with called processes inlined and messages sorted.

`compile_execution` turns the drawing into *steps* in *scopes*. A step is a flow node at one place
in the course of events; a process that is called from two activities has its steps twice. How
messages behave is settled here, because nothing runs to its end if every task with an incoming
message flow must first receive:

* *rendezvous*: two activities with messages both ways start together, when both are ready;
* *request and reply*: an activity that sends to a partner, and gets the answer from a later node
  of the same partner process, works, sends, waits, and is done with the reply;
* everything else that gets a message from a flow node needs a token and the message, which is
  kept until it is taken;
* messages from the border of a pool say nothing about when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from cjbpmn.graph import Flow, FlowNode, ProcessGraph

ROOT: Final = ""
"""What stands for no scope."""
_MOST_STEPS: Final = 5_000
"""How far called processes are inlined at least; far beyond it they are opaque."""
THROWN: Final = ("error", "escalation", "cancel")


Inlining: TypeAlias = "Iterator[Inlining]"
"""Work that has to wait for other work of its kind."""


@dataclass(slots=True)
class Step:
    """A flow node at one place in the course of events.

    Parameters
    ----------
    key : str
        The id of the flow node; with the calling activities before it where a process is called
        for the second time.
    node : FlowNode
        The flow node.
    scope : str
        The key of the scope in which it stands.
    exits : list of (str, str)
        Key of the flow and of the step that follows.
    entries : list of str
        Keys of the flows that enter.
    boundaries : list of str
        The boundary events on its border.
    inner : str or None
        The scope that it opens.
    sends : list of (str, str)
        Message flow and receiving step.
    awaits, replies : dict of str to None
        Message flows, in document order, of which it needs one before it starts; before it is
        done.
    partners : list of str
        The steps of which it needs one to start together with.
    handlers : list of str
        What a compensation throw event runs, in this order.
    catcher : str or None
        The boundary event that catches what it throws.
    """

    key: str
    node: FlowNode
    scope: str
    exits: list[tuple[str, str]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    boundaries: list[str] = field(default_factory=list)
    inner: str | None = None
    sends: list[tuple[str, str]] = field(default_factory=list)
    awaits: dict[str, None] = field(default_factory=dict)
    replies: dict[str, None] = field(default_factory=dict)
    partners: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    catcher: str | None = None


@dataclass(slots=True)
class Scope:
    """A process, or what a sub-process or call activity opens.

    Parameters
    ----------
    key : str
        The id of the process, or the key of the step that opens it.
    holder : str or None
        The step that opens it.
    starts : list of str
        The steps that begin when it is entered, all together.
    choices : list of str
        The start events of which one begins it.
    triggered : list of str
        The steps that begin it when their message comes.
    event_scopes : list of str
        Its event sub-processes.
    members : list of str
        All steps directly in it.
    sequential : bool
        Whether an ad-hoc sub-process does one thing after another.
    """

    key: str
    holder: str | None = None
    starts: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    triggered: list[str] = field(default_factory=list)
    event_scopes: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    sequential: bool = False


@dataclass(slots=True)
class Execution:
    """The execution graph.

    Parameters
    ----------
    graph : ProcessGraph
        What it was made from.
    steps : dict of str to Step
        In document order, called processes at the place of the call.
    scopes : dict of str to Scope
        By key.
    processes : list of str
        The scopes that no other opens.
    warnings : dict of str to None
        Codes with ids, in the order of their discovery.
    """

    graph: ProcessGraph
    steps: dict[str, Step] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    processes: list[str] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)

    def warn(self, code: str, identifier: str = "") -> None:
        """Note what is doubtful, once."""
        self.warnings[f"{code}:{identifier}" if identifier else code] = None

    def content(self, scope: str) -> list[Step]:
        """Return all steps in a scope, and in the scopes inside."""
        found: list[Step] = []
        pending = [iter(self.scopes[scope].members)]
        while pending:
            key = next(pending[-1], None)
            if key is None:
                pending.pop()
                continue
            step = self.steps[key]
            found.append(step)
            if step.inner is not None:
                pending.append(iter(self.scopes[step.inner].members))
        return found


def compile_execution(graph: ProcessGraph) -> Execution:
    """Turn a process graph into its execution graph.

    Parameters
    ----------
    graph : ProcessGraph
        The model.

    Returns
    -------
    Execution
        Always an answer; what is doubtful stands under ``warnings``.
    """
    return _Compiler(graph).compile()


class _Compiler:
    def __init__(self, graph: ProcessGraph) -> None:
        self.graph = graph
        self.execution = Execution(graph)
        # A few processes that call each other twice would make millions of steps.
        self.most = max(_MOST_STEPS, 4 * len(graph.nodes))
        self.open: set[str | None] = set()
        self.top: dict[str | None, list[FlowNode]] = {}
        for node in graph.nodes.values():
            if node.scope is None and node.type != "participant":
                self.top.setdefault(node.process, []).append(node)

    def compile(self) -> Execution:
        called = {self._called(node) for node in self.graph.nodes.values()} - {None}
        for process, nodes in self.top.items():
            if process not in called:
                self._process(process, nodes)
        if not self.execution.processes:
            # Processes that only call each other: the first one has to be the beginning.
            for process, nodes in self.top.items():
                self._process(process, nodes)
                break
        self._link_messages()
        self._link_signals()
        for step in self.execution.steps.values():
            self._link_thrown(step)
        for scope in self.execution.scopes.values():
            self._find_starts(scope)
        return self.execution

    def _process(self, process: str | None, nodes: list[FlowNode]) -> None:
        key = process or "process"
        self.execution.processes.append(key)
        # Processes can be nested deeper than functions can call themselves.
        pending = [self._scope(Scope(key), nodes, "", process)]
        while pending:
            inner = next(pending[-1], None)
            if inner is None:
                pending.pop()
            else:
                pending.append(inner)

    def _called(self, node: FlowNode) -> str | None:
        if node.type != "callActivity":
            return None
        called = node.attributes.get("calledElement", "")
        return next(
            (name for name in (called, called.rpartition(":")[2]) if name in self.top), None
        )

    def _scope(
        self, scope: Scope, nodes: list[FlowNode], prefix: str, called: str | None = None
    ) -> Inlining:
        """Make the steps of a scope; yield what has to be done for those inside first."""
        steps = self.execution.steps
        self.execution.scopes[scope.key] = scope
        if called is not None:
            self.open.add(called)
        for node in nodes:
            step = Step(prefix + node.id, node, scope.key)
            steps[step.key] = step
            scope.members.append(step.key)
            if node.is_sub_process and (inside := self.graph.inside(node.id)):
                step.inner = step.key
                yield self._scope(Scope(step.key, step.key), inside, prefix)
            elif node.type == "callActivity" and (call := self._call(step, prefix)) is not None:
                yield call
        self._link_sequence(scope, prefix)
        if called is not None:
            self.open.discard(called)

    def _call(self, step: Step, prefix: str) -> Inlining | None:
        process = self._called(step.node)
        if process is None:
            self.execution.warn("call-unresolved", step.node.id)
        elif process in self.open:
            self.execution.warn("call-cycle", step.node.id)
        elif len(self.execution.steps) > self.most:
            self.execution.warn("call-too-deep", step.node.id)
        else:
            nodes = self.top[process]
            inner = f"{step.key}/" if nodes[0].id in self.execution.steps or prefix else ""
            step.inner = step.key
            return self._scope(Scope(step.key, step.key), nodes, inner, process)
        return None

    def _link_sequence(self, scope: Scope, prefix: str) -> None:
        steps = self.execution.steps
        for key in scope.members:
            step = steps[key]
            for flow in self.graph.outgoing(step.node.id):
                target = prefix + flow.target
                if target in steps and steps[target].scope == scope.key:
                    step.exits.append((prefix + flow.id, target))
                    steps[target].entries.append(prefix + flow.id)
                else:
                    self.execution.warn("flow-across-border", flow.id)
            if step.node.type == "boundaryEvent":
                host = prefix + (step.node.attached_to or "")
                if host in steps:
                    steps[host].boundaries.append(key)
                else:
                    self.execution.warn("unattached-boundary", step.node.id)
            if step.node.triggered_by_event and step.inner:
                scope.event_scopes.append(key)
        self._link_links(scope)
        holder = None if scope.holder is None else steps[scope.holder].node
        if holder is not None and holder.type == "adHocSubProcess":
            scope.sequential = holder.attributes.get("ordering") == "Sequential"
            self.execution.warn("adhoc-assumed", holder.id)

    def _link_links(self, scope: Scope) -> None:
        """Go on, from a throwing link event, at the catching one of the same name and scope."""
        steps = [self.execution.steps[key] for key in scope.members]
        linked = [
            (step, event.reference)
            for step in steps
            for event in step.node.events
            if event.kind == "link"
        ]
        catches = {
            name: step
            for step, name in reversed(linked)
            if name and step.node.type == "intermediateCatchEvent"
        }
        for step, name in linked:
            if step.node.type == "intermediateCatchEvent":
                continue
            target = catches.get(name or "")
            if target is None:
                self.execution.warn("unmatched-link", step.node.id)
            else:
                step.exits.append((f"link {step.key}", target.key))
                target.entries.append(f"link {step.key}")

    def _find_starts(self, scope: Scope) -> None:
        steps = self.execution.steps
        free = [
            step
            for step in map(steps.__getitem__, scope.members)
            if not step.entries
            and step.node.type != "boundaryEvent"
            and not step.node.triggered_by_event
            and step.node.attributes.get("isForCompensation") not in {"true", "1"}
        ]
        starts = [step for step in free if step.node.type == "startEvent"]
        if starts:
            for step in free:
                if step.node.type != "startEvent" and not self._instantiates(step):
                    self.execution.warn("unreachable", step.node.id)
        candidates = starts or free
        scope.triggered = [step.key for step in free if self._instantiates(step)]
        rest = [step.key for step in candidates if step.key not in scope.triggered]
        if starts and len(rest) > 1:
            scope.choices = rest
        else:
            scope.starts = rest
        if not free and scope.members:
            self.execution.warn("no-start", scope.key)
            scope.starts = scope.members[:1]

    def _instantiates(self, step: Step) -> bool:
        """Tell whether a step begins its process when a partner's message comes."""
        if not step.awaits or self.execution.scopes[step.scope].holder is not None:
            return False
        return step.node.is_event or step.node.is_activity

    def _link_messages(self) -> None:
        reach: dict[str, set[str]] = {}
        for flow in self.graph.flows.values():
            if flow.kind != "message":
                continue
            source, target = (self.execution.steps.get(end) for end in (flow.source, flow.target))
            if source is None or target is None:
                continue
            if source.node.is_gateway or target.node.is_gateway:
                self.execution.warn("message-at-gateway", flow.id)
                continue
            source.sends.append((flow.id, target.key))
            if self._meets(flow, source, target):
                target.partners.append(source.key)
            elif self._replies(flow, reach):
                target.replies[flow.id] = None
            elif target.node.type not in {"endEvent", "intermediateThrowEvent"}:
                target.awaits[flow.id] = None
        for step in self.execution.steps.values():
            if step.partners:
                step.awaits.clear()
                step.replies.clear()

    def _meets(self, flow: Flow, source: Step, target: Step) -> bool:
        if not (source.node.is_activity and target.node.is_activity) or source is target:
            return False
        back = self.graph.outgoing(flow.target, "message")
        return any(other.target == flow.source for other in back)

    def _replies(self, flow: Flow, reach: dict[str, set[str]]) -> bool:
        """Tell whether a message is the answer to what its receiver sent before."""
        target = self.graph.nodes[flow.target]
        source = self.graph.nodes[flow.source]
        if not target.is_activity:
            return False
        for request in self.graph.outgoing(target.id, "message"):
            first = self.graph.nodes[request.target]
            if first.type == "participant" or first.process != source.process:
                continue
            if first.id not in reach:
                reach[first.id] = self._reachable(first.id)
            if source.id in reach[first.id]:
                return True
        return False

    def _reachable(self, start: str) -> set[str]:
        """Return what can come after a flow node in its own process."""
        seen: set[str] = set()
        pending = [start]
        while pending:
            node = self.graph.nodes[pending.pop()]
            following = [flow.target for flow in self.graph.outgoing(node.id)]
            following += [event.id for event in self.graph.attached(node.id)]
            following += [inner.id for inner in self.graph.inside(node.id)]
            if node.scope is not None:
                following.append(node.scope)
            fresh = [identifier for identifier in following if identifier not in seen]
            seen.update(fresh)
            pending += fresh
        return seen

    def _link_signals(self) -> None:
        steps = self.execution.steps.values()
        catching: dict[str, list[Step]] = {}
        for step in steps:
            if step.node.type in {"startEvent", "intermediateCatchEvent", "boundaryEvent"}:
                for reference in _signals(step.node):
                    catching.setdefault(reference, []).append(step)
        for step in steps:
            if step.node.type in {"endEvent", "intermediateThrowEvent"}:
                for reference in _signals(step.node):
                    for catcher in catching.get(reference, ()):
                        name = f"signal {step.key} {catcher.key}"
                        step.sends.append((name, catcher.key))
                        catcher.awaits[name] = None

    def _link_thrown(self, step: Step) -> None:
        """Find what catches an error, an escalation, a cancellation; and what undoes."""
        if step.node.type not in {"endEvent", "intermediateThrowEvent"}:
            return
        for event in step.node.events:
            if event.kind in THROWN:
                step.catcher = self._catcher(step, event.kind, event.reference)
                if step.catcher is None:
                    self.execution.warn(f"uncaught-{event.kind}", step.node.id)
            elif event.kind == "compensate":
                step.handlers = self._handlers(step, event.reference)

    def _catcher(self, step: Step, kind: str, reference: str | None) -> str | None:
        steps, scopes = self.execution.steps, self.execution.scopes
        scope = scopes[step.scope]
        while scope.holder is not None:
            holder = steps[scope.holder]
            around = scopes[holder.scope]
            inside = [] if holder.node.triggered_by_event else scope.event_scopes
            starts = [key for inner in inside for key in scopes[inner].members]
            for key in [
                k for k in starts if steps[k].node.type == "startEvent"
            ] + holder.boundaries:
                for event in steps[key].node.events:
                    if event.kind == kind and event.reference in {None, reference} | (
                        {event.reference} if reference is None else set()
                    ):
                        return key
            scope = around
        return None

    def _handlers(self, step: Step, activity: str | None) -> list[str]:
        steps = self.execution.steps
        prefix = step.key.removesuffix(step.node.id)
        found = []
        for event, handler in self.graph.handlers.items():
            boundary = steps.get(prefix + event)
            if boundary is None or prefix + handler not in steps:
                continue
            host = boundary.node.attached_to
            if activity == host or (activity is None and boundary.scope == step.scope):
                found.append(prefix + handler)
        return found


def _signals(node: FlowNode) -> Iterable[str]:
    return (event.reference for event in node.events if event.kind == "signal" and event.reference)


def is_timed(step: Step) -> bool:
    """Tell whether time can pass in a step by itself.

    Parameters
    ----------
    step : Step
        A step.

    Returns
    -------
    bool
        True for activities without content of their own, timers, and events that wait for
        somebody outside the drawing.
    """
    node = step.node
    if step.inner is not None or step.node.triggered_by_event:
        return False
    if node.is_activity:
        return True
    if node.type == "intermediateCatchEvent" or (
        node.type == "startEvent" and node.scope is not None
    ):
        if node.has_event("timer"):
            return True
        return node.has_event("message", "signal", "conditional") and not step.awaits
    return False
