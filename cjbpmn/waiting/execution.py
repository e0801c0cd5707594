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

The first two are told apart in `cjbpmn.waiting.messages`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from cjbpmn import elements as bpmn
from cjbpmn.graph import Flow, FlowNode, ProcessGraph
from cjbpmn.waiting.messages import Messages

ROOT: Final = ""
"""What stands for no scope."""
_MOST_STEPS: Final = 5_000
"""How far called processes are inlined at least; far beyond it they are opaque."""
THROWN: Final = ("error", "escalation", "cancel")
_OPENING: Final = bpmn.SUB_PROCESSES | {"callActivity"}
_LASTING: Final = bpmn.ACTIVITIES | {"intermediateCatchEvent", "startEvent"}

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
    boundaries : sequence of str
        The boundary events on its border.
    inner : str or None
        The scope that it opens.
    sends : sequence of (str, str)
        Message flow and receiving step.
    awaits, replies : collection of str
        Message flows, in document order, of which it needs one before it starts; before it is
        done.
    partners : sequence of str
        The steps of which it needs one to start together with.
    handlers : sequence of str
        What a compensation throw event runs, in this order.
    catcher : str or None
        The boundary event that catches what it throws.
    is_timed : bool
        Whether time can pass in it by itself: it is an activity without content of its own, a
        timer, or an event that waits for somebody outside the drawing.
    """

    key: str
    node: FlowNode
    scope: str
    exits: list[tuple[str, str]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    boundaries: Sequence[str] = ()
    inner: str | None = None
    sends: Sequence[tuple[str, str]] = ()
    awaits: Collection[str] = ()
    replies: Collection[str] = ()
    partners: Sequence[str] = ()
    handlers: Sequence[str] = ()
    catcher: str | None = None
    is_timed: bool = False


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
    caught : set of str
        The events that catch what is thrown in the drawing.
    """

    graph: ProcessGraph
    steps: dict[str, Step] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    processes: list[str] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)
    caught: set[str] = field(default_factory=set)

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
        self.steps = self.execution.steps
        # A few processes that call each other twice would make millions of steps.
        self.most = max(_MOST_STEPS, 4 * len(graph.nodes))
        self.open: set[str | None] = set()
        self.eventful: list[Step] = []
        self.linked: defaultdict[str, list[Step]] = defaultdict(list)
        self.caught: dict[tuple[str, str, str | None], str | None] = {}
        self.top: defaultdict[str | None, list[FlowNode]] = defaultdict(list)
        for node in graph.nodes.values():
            if node.scope is None and node.type != "participant":
                self.top[node.process].append(node)

    def compile(self) -> Execution:
        calls = [node for node in self.graph.nodes.values() if node.type == "callActivity"]
        called = {self._called(node) for node in calls} - {None}
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
        for step in self.eventful:
            self._link_thrown(step)
        self.execution.caught = {step.catcher for step in self.eventful if step.catcher}
        for scope in self.execution.scopes.values():
            self._find_starts(scope)
        for step in self.steps.values():
            if step.node.type in _LASTING:
                step.is_timed = _is_timed(step)
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
        called = node.attributes.get("calledElement", "")
        if called in self.top:
            return called
        return node.called if node.called in self.top else None

    def _scope(
        self, scope: Scope, nodes: list[FlowNode], prefix: str, called: str | None = None
    ) -> Inlining:
        """Make the steps of a scope; yield what has to be done for those inside first."""
        self.execution.scopes[scope.key] = scope
        if called is not None:
            self.open.add(called)
        for node in nodes:
            key = prefix + node.id
            step = self.steps[key] = Step(key, node, scope.key)
            scope.members.append(key)
            if node.events:
                self.eventful.append(step)
                if node.has_event("link"):
                    self.linked[scope.key].append(step)
            if node.type in _OPENING and (content := self._content(step, prefix)) is not None:
                yield content
        self._link_sequence(scope, prefix)
        if called is not None:
            self.open.discard(called)

    def _content(self, step: Step, prefix: str) -> Inlining | None:
        if step.node.type == "callActivity":
            return self._call(step, prefix)
        inside = self.graph.inside(step.node.id)
        if not inside:
            return None
        step.inner = step.key
        return self._scope(Scope(step.key, step.key), inside, prefix)

    def _call(self, step: Step, prefix: str) -> Inlining | None:
        process = self._called(step.node)
        if process is None and step.node.called in self.graph.global_tasks:
            return None  # An activity like any other.
        if process is None:
            self.execution.warn("call-unresolved", step.node.id)
        elif process in self.open:
            self.execution.warn("call-cycle", step.node.id)
        elif len(self.steps) > self.most:
            self.execution.warn("call-too-deep", step.node.id)
        else:
            nodes = self.top[process]
            inner = f"{step.key}/" if nodes[0].id in self.steps or prefix else ""
            step.inner = step.key
            return self._scope(Scope(step.key, step.key), nodes, inner, process)
        return None

    def _link_sequence(self, scope: Scope, prefix: str) -> None:
        steps, leaving = self.steps, self.graph.leaving()
        attached: defaultdict[str, list[str]] = defaultdict(list)
        for key in scope.members:
            step = steps[key]
            node = step.node
            for flow in leaving.get(node.id, ()):
                target = steps.get(prefix + flow.target)
                if target is not None and target.scope == scope.key:
                    name = prefix + flow.id
                    step.exits.append((name, target.key))
                    target.entries.append(name)
                else:
                    self.execution.warn("flow-across-border", flow.id)
            if node.type == "boundaryEvent":
                host = prefix + (node.attached_to or "")
                if host in steps:
                    attached[host].append(key)
                else:
                    self.execution.warn("unattached-boundary", node.id)
            elif step.inner is not None and node.triggered_by_event:
                scope.event_scopes.append(key)
        for host, boundaries in attached.items():
            steps[host].boundaries = [*steps[host].boundaries, *boundaries]
        self._link_links(scope)
        holder = None if scope.holder is None else steps[scope.holder].node
        if holder is not None and holder.type == "adHocSubProcess":
            scope.sequential = holder.attributes.get("ordering") == "Sequential"
            self.execution.warn("adhoc-assumed", holder.id)

    def _link_links(self, scope: Scope) -> None:
        """Go on, from a throwing link event, at the catching one of the same name and scope."""
        linked = [
            (step, event.reference)
            for step in self.linked.get(scope.key, ())
            for event in step.node.events
            if event.kind == "link"
        ]
        if not linked:
            return
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
        free = [
            step
            for step in map(self.steps.__getitem__, scope.members)
            if not step.entries
            and step.node.type != "boundaryEvent"
            and not step.node.triggered_by_event
            and step.node.attributes.get("isForCompensation") not in {"true", "1"}
        ]
        starts = [step for step in free if step.node.type == "startEvent"]
        triggered = {step.key: None for step in free if self._instantiates(step)}
        if starts:
            for step in free:
                if step.node.type != "startEvent" and step.key not in triggered:
                    self.execution.warn("unreachable", step.node.id)
        scope.triggered = [*triggered]
        rest = [step.key for step in starts or free if step.key not in triggered]
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
        messages = Messages(self.graph)
        sends: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        partners: defaultdict[str, list[str]] = defaultdict(list)
        replies: defaultdict[str, dict[str, None]] = defaultdict(dict)
        awaits: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for flow, source, target in self._messages():
            sends[source.key].append((flow.id, target.key))
            if messages.is_rendezvous(flow):
                partners[target.key].append(source.key)
            elif messages.is_reply(flow):
                replies[target.key][flow.id] = None
            elif target.node.type not in {"endEvent", "intermediateThrowEvent"}:
                awaits[target.key][flow.id] = None
        for key, targets in sends.items():
            self.steps[key].sends = targets
        for key, sources in partners.items():
            self.steps[key].partners = sources
        for key in replies.keys() - partners.keys():
            self.steps[key].replies = replies[key]
        for key in awaits.keys() - partners.keys():
            self.steps[key].awaits = awaits[key]

    def _messages(self) -> Iterator[tuple[Flow, Step, Step]]:
        """Yield the message flows between two steps."""
        for flow in self.graph.messages:
            source, target = self.steps.get(flow.source), self.steps.get(flow.target)
            if source is None or target is None:
                continue
            if source.node.is_gateway or target.node.is_gateway:
                self.execution.warn("message-at-gateway", flow.id)
            else:
                yield flow, source, target

    def _link_signals(self) -> None:
        catching: defaultdict[str, list[Step]] = defaultdict(list)
        for step in self.eventful:
            if step.node.type in bpmn.CATCH_EVENTS:
                for reference in _signals(step.node):
                    catching[reference].append(step)
        heard: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for step in self.eventful if catching else ():
            if step.node.type in {"endEvent", "intermediateThrowEvent"}:
                caught = [one.key for name in _signals(step.node) for one in catching[name]]
                sent = [(f"signal {step.key} {key}", key) for key in caught]
                step.sends = [*step.sends, *sent]
                for name, key in sent:
                    heard[key][name] = None
        for key, names in heard.items():
            self.steps[key].awaits = dict.fromkeys(self.steps[key].awaits) | names

    def _link_thrown(self, step: Step) -> None:
        """Find what catches an error, an escalation, a cancellation; and what undoes."""
        if step.node.type not in {"endEvent", "intermediateThrowEvent"}:
            return
        for event in step.node.events:
            if event.kind in THROWN:
                step.catcher = self._catcher(step.scope, event.kind, event.reference)
                if step.catcher is None:
                    self.execution.warn(f"uncaught-{event.kind}", step.node.id)
            if event.kind in {"compensate", "cancel"}:
                # To cancel a transaction is to undo what was done in it, and then to leave it.
                reference = event.reference if event.kind == "compensate" else None
                step.handlers = self._handlers(step, reference)

    def _catcher(self, scope: str, kind: str, reference: str | None) -> str | None:
        """Go outwards from a scope to the first event that catches what is thrown."""
        found: str | None = None
        left: list[str] = []
        around: str | None = scope
        handled = False
        while found is None and around is not None:
            if not handled and (around, kind, reference) in self.caught:
                found = self.caught[around, kind, reference]
                break
            holder = self.execution.scopes[around].holder
            if handled:
                # What an event sub-process throws is for those around the scope it belongs to.
                found = next(self._on_border(holder, kind, reference), None)
            else:
                left.append(around)
                found = next(self._catching(around, kind, reference), None)
            handled = holder is not None and self.steps[holder].node.triggered_by_event
            around = None if holder is None else self.steps[holder].scope
        for one in left:
            self.caught[one, kind, reference] = found
        return found

    def _catching(self, inner: str, kind: str, reference: str | None) -> Iterator[str]:
        """Yield what catches what is thrown in a scope, its event sub-processes first."""
        scope = self.execution.scopes[inner]
        members = [key for one in scope.event_scopes for key in self.execution.scopes[one].members]
        starts = [key for key in members if self.steps[key].node.type == "startEvent"]
        yield from self._matching(starts, kind, reference)
        yield from self._on_border(scope.holder, kind, reference)

    def _on_border(self, holder: str | None, kind: str, reference: str | None) -> Iterator[str]:
        boundaries = () if holder is None else self.steps[holder].boundaries
        return self._matching(boundaries, kind, reference)

    def _matching(self, keys: Iterable[str], kind: str, reference: str | None) -> Iterator[str]:
        for key in keys:
            for event in self.steps[key].node.events:
                matches = reference is None or event.reference in {None, reference}
                if event.kind == kind and matches:
                    yield key

    def _handlers(self, step: Step, activity: str | None) -> list[str]:
        prefix = step.key.removesuffix(step.node.id)
        found = []
        for event, handler in self.graph.handlers.items():
            boundary = self.steps.get(prefix + event)
            if boundary is None or prefix + handler not in self.steps:
                continue
            host = boundary.node.attached_to
            if activity == host or (activity is None and boundary.scope == step.scope):
                found.append(prefix + handler)
        return found


def _signals(node: FlowNode) -> Iterable[str]:
    return (event.reference for event in node.events if event.kind == "signal" and event.reference)


def _is_timed(step: Step) -> bool:
    node = step.node
    kind = node.type
    if kind in bpmn.ACTIVITIES:
        return step.inner is None and not node.triggered_by_event
    if kind == "intermediateCatchEvent" or (kind == "startEvent" and node.scope is not None):
        if node.has_event("timer"):
            return True
        return node.has_event("message", "signal", "conditional") and not step.awaits
    return False
