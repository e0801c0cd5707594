"""A journey file to begin with: what a model knows of the customer, and questions for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.contacts import customer_side, focal_organisation
from cjbpmn.customer import resolve_customer
from cjbpmn.errors import InvalidValue
from cjbpmn.graph import FlowNode, ProcessGraph
from cjbpmn.interaction import InteractionPoint, find_interaction_points
from cjbpmn.journey.writer import text_as_yaml
from cjbpmn.reading_order import rank_nodes
from cjbpmn.references import References
from cjbpmn.waiting import WaitingStretch, find_waiting_stretches

TO_SAY = "..."
"""What stands in a draft where somebody is to say what the customer does."""

_QUESTIONS = {"c2o": "turns", "o2c": "gets", "both": "meets"}


def draft_journey(
    graph: ProcessGraph, *, customer: Sequence[str] = (), language: str | None = None
) -> str:
    """Return a journey file for a model, with a question for each step.

    The steps are what the customer does in the model, and where the two sides meet. Where the
    model has no customer, they are the flow nodes at which it looks as if somebody outside is
    addressed; people decide.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customer : sequence of str
        Names or ids of the pools and lanes that are the customer, where the file does not say.
    language : str or None
        Of the questions, one of `cjbpmn.lexicon.languages`; by default as the model's labels are
        written.

    Returns
    -------
    str
        YAML that `read_journey` reads and `enrich_document` takes as it is.

    Raises
    ------
    ElementNotFound
        If nobody in the model bears a name that was given.
    InvalidValue
        If there are no questions in this language.

    Examples
    --------
    >>> from cjbpmn import build_graph, read_document
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> "at: Order received" in draft_journey(graph)
    True
    """
    return _Draft(graph, resolve_customer(graph, customer), _tongue(graph, language)).write()


def _tongue(graph: ProcessGraph, language: str | None) -> str:
    """Choose the language of the questions: as asked, else as the labels are written."""
    if language is None:
        return lexicon.guess_language_of_labels(node.name for node in graph.nodes.values())
    if language not in lexicon.languages():
        known = ", ".join(lexicon.languages())
        raise InvalidValue(f"there are no questions in {language!r}; there are {known}")
    return language


@dataclass
class _Draft:
    """Writes one file."""

    graph: ProcessGraph
    customers: frozenset[str]
    language: str
    points: dict[str, InteractionPoint] = field(default_factory=dict)
    waits: dict[str, WaitingStretch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ask = lexicon.words(self.language)["draft"]
        self.references = References(self.graph, self.customers)
        self.own = customer_side(self.graph, self.customers) if self.customers else frozenset()

    def write(self) -> str:
        """Return the file."""
        graph = self.graph
        names = [graph.participants[one].name for one in self.customers & {*graph.participants}]
        names += [graph.lanes[one].name for one in self.customers & {*graph.lanes}]
        focal = focal_organisation(graph, self.customers)
        organisation = graph.participants[focal].name if focal is not None else ""
        title = organisation or next(filter(None, names), "") or "A journey"
        lines = [*(f"# {line}" for line in self.ask["head"]), "cjbpmn: 1"]
        lines.append(f"journey: {text_as_yaml(title)}")
        if self.language != "en":
            lines.append(f"language: {self.language}")
        lines += [f"customer: {text_as_yaml(name)}" for name in sorted(filter(None, names))[:1]]
        lines += ["need:", f"# {self.ask['who']}", "persona:"]
        lines += [f"# {self.ask['phases']}", "phases: []", "steps:"]
        lines += self._free("before")
        for node in self._nodes():
            lines += self._step(node)
        lines += self._free("after")
        return "\n".join(lines) + "\n"

    def _free(self, question: str) -> list[str]:
        return [f"  # {self.ask[question]}", f'  - do: "{TO_SAY}"', "    feels:", ""]

    def _nodes(self) -> Iterator[FlowNode]:
        """Yield the flow nodes that the customer may notice, as the process is read."""
        graph = self.graph
        if self.customers:
            chosen = [self._end(point) for point in self._points()]
            chosen += [one for one in sorted(self.own) if self._is_telling(graph.nodes[one])]
            report = find_waiting_stretches(graph, customer=sorted(self.customers))
            for stretch in report.stretches:
                for end in filter(None, (stretch.end, stretch.twin)):
                    self.waits.setdefault(end.partition("#")[0], stretch)
        else:
            chosen = [node.id for node in graph.nodes.values() if _looks_outwards(node)]
        rank = rank_nodes(graph)
        for one in sorted({*chosen} & rank.keys(), key=rank.__getitem__):
            yield graph.nodes[one]

    def _points(self) -> Iterable[InteractionPoint]:
        found = find_interaction_points(self.graph, sorted(self.customers))
        for point in found:
            self.points.setdefault(self._end(point), point)
        return found

    def _end(self, point: InteractionPoint) -> str:
        """Return the customer's own flow node at a point, else the other side's."""
        is_border = self.graph.nodes[point.customer_node].type == "participant"
        return point.other_node if is_border else point.customer_node

    def _is_telling(self, node: FlowNode) -> bool:
        return bool(node.name) and not node.is_gateway and node.type != "participant"

    def _step(self, node: FlowNode) -> list[str]:
        point, wait = self.points.get(node.id), self.waits.get(node.id)
        if point is not None:
            who = point.lane or point.counterpart or self.ask["nobody"]
            question = self.ask[_QUESTIONS[point.direction]].format(who=who)
        else:
            question = self.ask["do" if node.id in self.own else "maybe"]
        label = " ".join((node.name or node.kind).split())
        lines = [f"  # {question}"]
        lines += [f"  - do: {text_as_yaml(f'{TO_SAY} ({label})')}"]
        lines += [f"    at: {text_as_yaml(self.references.shortest(node.id))}", "    phase:"]
        if point is not None:
            lines.append(f"    channel: {point.channel or ''}".rstrip())
        lines += ["    sees: []", "    feels:"]
        if wait is not None:
            lines += [f"    # {self._about(wait)}", "    waits:", "    told:"]
        return [*lines, ""]

    def _about(self, wait: WaitingStretch) -> str:
        """Ask about a wait, and say how much goes on inside meanwhile."""
        number = len(wait.inside)
        steps = self.ask["step"] if number == 1 else self.ask["steps"].format(number=number)
        question: str = self.ask["waits" if number else "waits_only"]
        return question.format(steps=steps)


def _looks_outwards(node: FlowNode) -> bool:
    """Tell whether somebody outside may notice a flow node of a model without a customer."""
    if node.type == "participant" or node.is_gateway:
        return False
    if node.type in {"sendTask", "receiveTask"} or node.has_event("message"):
        return True
    if node.type in bpmn.EVENTS:
        is_end = node.type in {"startEvent", "endEvent"} and node.scope is None
        return is_end and bool(node.name)
    return lexicon.addresses_customer(node.name)
