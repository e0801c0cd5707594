"""What can be done with each of many models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from cjbpmn.atomic import write_bytes
from cjbpmn.batch.plan import WrongCall
from cjbpmn.batch.run import Message, Product, finding_message
from cjbpmn.called_processes import ModelFolder, resolve_calls
from cjbpmn.customer import find_customer_candidates, resolve_customer
from cjbpmn.document import Document
from cjbpmn.draft import TO_SAY
from cjbpmn.enrichment import Drawing, Enriched, enrich_document
from cjbpmn.errors import (
    AmbiguousCustomer,
    AmbiguousReference,
    CjbpmnError,
    ElementNotFound,
    NoCustomer,
)
from cjbpmn.findings import Severity
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.journey import Journey
from cjbpmn.report import Form, ModelPoints, ModelWaits, Result, render
from cjbpmn.report.tables import plural
from cjbpmn.times_table import TimesTable
from cjbpmn.waiting import find_waiting_stretches

_MOST_LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class EnrichModel:
    """Put journeys on top of a model.

    Parameters
    ----------
    journeys : tuple of Journey
        What people declared; several stand side by side.
    customer : tuple of str
        Names or ids of the customer, where neither the model nor the journey says.
    drawing : Drawing
        How they are drawn, where not as usual.
    """

    journeys: tuple[Journey, ...]
    customer: tuple[str, ...] = ()
    drawing: Drawing = field(default_factory=Drawing)

    def __call__(self, document: Document) -> Product:
        """Do it."""
        if self.customer:
            check_customer(build_graph(document.without_enrichment()), self.customer)
        done = enrich_document(document, self.journeys, customer=self.customer, **self.drawing)
        broken = build_graph(document).findings
        return Product(
            document.write,
            summary=_enriched_in_words(done),
            messages=(
                *(finding_message(found, _path(document)) for found in (*broken, *done.findings)),
                *_ask_for_answers(self.journeys),
            ),
        )


@dataclass(frozen=True, slots=True)
class StripModel:
    """Take off what enrichment put on."""

    def __call__(self, document: Document) -> Product:
        """Do it."""
        size = len(document.to_bytes())
        document.strip()
        gone = size - len(document.to_bytes())
        summary = f"{gone:,} bytes taken off" if gone else "nothing to take off"
        return Product(document.write, summary=summary)


@dataclass(frozen=True, slots=True)
class FindPoints:
    """Find the interaction points of a model.

    Parameters
    ----------
    customer : tuple of str
        Names or ids of the customer, where the model does not say.
    form : Form
        In what to write them, where each model gets a file of its own.
    processes : ModelFolder or None
        Where called processes are looked for that are not in the model.
    """

    customer: tuple[str, ...] = ()
    form: Form = Form.TABLE
    processes: ModelFolder | None = None

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return f".points{self.form.ending}"

    def __call__(self, document: Document) -> Product:
        """Do it."""
        graph, messages = read_graph(document, self.customer, processes=self.processes)
        found = ModelPoints.of(graph, _path(document), self.customer)
        return Product(_writer([found], self.form), found, found.summary, messages)


@dataclass(frozen=True, slots=True)
class FindWaits:
    """Find the waiting stretches of a model.

    Parameters
    ----------
    customer : tuple of str
        Names or ids of the customer, where the model does not say.
    form : Form
        In what to write them, where each model gets a file of its own.
    begins : datetime or None
        When the case begins, where the model does not say, or says something else.
    processes : ModelFolder or None
        Where called processes are looked for that are not in the model.
    times : TimesTable
        How long things take, by whoever asks.
    """

    customer: tuple[str, ...] = ()
    form: Form = Form.TABLE
    begins: datetime | None = None
    processes: ModelFolder | None = None
    times: TimesTable = field(default_factory=TimesTable)

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return f".waits{self.form.ending}"

    def __call__(self, document: Document) -> Product:
        """Do it."""
        graph, messages = read_graph(document, self.customer, processes=self.processes)
        times = self.times.meant_in(graph, self.customer)
        found = ModelWaits.of(
            graph,
            _path(document),
            self.customer,
            self.begins,
            times.durations,
            times.probabilities,
        )
        messages += tuple(
            Message(Severity.WARNING, f"{_path(document)}: left out: {error}")
            for error in times.left_out
        )
        return Product(_writer([found], self.form), found, found.summary, messages)


@dataclass(frozen=True, slots=True)
class DrawMap:
    """Draw the journey map of a model, as SVG, PNG or PDF by the ending of the target.

    Parameters
    ----------
    customer : tuple of str
        Names or ids of the customer, where the model does not say.
    journey : int
        Which of the journeys in the model, from 1.
    """

    customer: tuple[str, ...] = ()
    journey: int = 1

    def __call__(self, document: Document) -> Product:
        """Do it."""
        from cjbpmn.plot import draw_journey_map, save_figure  # noqa: PLC0415 - loads matplotlib

        graph, messages = read_graph(document, self.customer)
        journey, foreign = self._choose(graph)
        points = [
            point
            for point in find_interaction_points(graph, self.customer)
            if point.customer_node not in foreign
        ]
        waits = [
            stretch
            for stretch in find_waiting_stretches(graph, customer=self.customer)
            if foreign.isdisjoint({stretch.end.partition("#")[0], *stretch.starts})
        ]
        figure = draw_journey_map(graph, points, waits, journey=journey)
        summary = f"journey map, {plural(len(points), 'interaction point')}"
        return Product(partial(save_figure, figure), summary=summary, messages=messages)

    def _choose(self, graph: ProcessGraph) -> tuple[Journey | None, frozenset[str | None]]:
        """Return the journey to be drawn, and the flow nodes that belong to the others only."""
        if not graph.journeys and self.journey == 1:
            return None, frozenset()
        if self.journey > len(graph.journeys):
            number = plural(len(graph.journeys), "journey")
            raise WrongCall(f"there is no journey {self.journey}; it has {number}", path=graph.path)
        chosen = graph.journeys[self.journey - 1]
        own = {step.element for step in chosen.steps}
        others = {step.element for one in graph.journeys for step in one.steps}
        return chosen, frozenset(others - own)


def _ask_for_answers(journeys: Sequence[Journey]) -> Iterator[Message]:
    """Tell of each journey in which steps of a draft are left as they were."""
    for journey in journeys:
        left = [step for step in journey.steps if step.do.startswith(TO_SAY)]
        if left:
            text = f"in {plural(len(left), 'step')} nobody has said yet what the customer does"
            told = CjbpmnError(text, path=journey.path, line=left[0].line)
            yield Message(Severity.INFO, str(told))


def _writer(found: Sequence[Result], form: Form) -> Callable[[Path], object]:
    return lambda path: write_bytes(path, render(found, form, path=str(path)))


def _path(document: Document) -> str:
    return document.path or ""


def read_graph(
    document: Document,
    customer: Sequence[str],
    *,
    severity: Severity = Severity.WARNING,
    processes: ModelFolder | None = None,
) -> tuple[ProcessGraph, tuple[Message, ...]]:
    """Build the graph of a model, with what is broken in it, and whether the customer is known.

    Parameters
    ----------
    document : Document
        The model.
    customer : sequence of str
        Names or ids of the customer, where the model does not say.
    severity : Severity
        How grave it is if nobody is known to be the customer.
    processes : ModelFolder or None
        Where called processes are looked for that are not in the model.

    Returns
    -------
    ProcessGraph
        The graph.
    tuple of Message
        What is worth telling.

    Raises
    ------
    NoCustomer, AmbiguousCustomer
        If the names fit nobody, or several.
    """
    graph = build_graph(document)
    if processes is not None:
        graph = resolve_calls(graph, processes)
    messages = [finding_message(finding, _path(document)) for finding in graph.findings]
    if not check_customer(graph, customer) and (asked := _ask_for_customer(graph, severity)):
        messages.append(Message(severity, f"{_path(document)}: {asked}"))
    return graph, tuple(messages)


def check_customer(graph: ProcessGraph, names: Sequence[str]) -> frozenset[str]:
    """Return who the customer is; a name that somebody gave in vain is no fault of the model.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    names : sequence of str
        Names or ids of the customer.

    Returns
    -------
    frozenset of str
        The ids of pools and lanes.

    Raises
    ------
    NoCustomer, AmbiguousCustomer
        If the names fit nobody, or several.
    """
    try:
        return resolve_customer(graph, names)
    except ElementNotFound as error:
        raise NoCustomer(error.message, path=graph.path) from error
    except AmbiguousReference as error:
        raise AmbiguousCustomer(error.message, path=graph.path, line=error.line) from error


def _ask_for_customer(graph: ProcessGraph, severity: Severity) -> str:
    """Say that nobody is the customer, and who could be; nothing where no answer would help."""
    told = "nobody in the model is known to be the customer"
    likely = [str(candidate) for candidate in find_customer_candidates(graph)]
    if likely:
        return f"{told}; say who with --customer NAME. It could be {_listed(likely)}"
    pools = [f'pool "{pool.name}" ({pool.id})' for pool in graph.participants.values()]
    lanes = [f'lane "{lane.name}" ({lane.id})' for lane in graph.lanes.values() if lane.name]
    if pools or lanes:
        return f"{told}; say who with --customer NAME. There is {_listed([*pools, *lanes])}"
    if severity == Severity.INFO:
        return ""
    return f"{told}, and it has neither pools nor lanes; put a journey on it with cjbpmn enrich"


def _listed(things: Sequence[str]) -> str:
    more = len(things) - _MOST_LISTED
    return ", ".join(things[:_MOST_LISTED]) + (f", and {more} more" if more > 0 else "")


def _enriched_in_words(done: Enriched) -> str:
    where = "a new swimlane" if done.created else "the swimlane that the customer had"
    steps = sum(1 for _, node in done.activities if node is not None)
    return f"{plural(steps, 'step')} in {where}, {plural(len(done.touchpoints), 'touchpoint')}"
