"""What can be done with each of many models."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from cjbpmn.atomic import write_bytes
from cjbpmn.batch.run import Message, Product, finding_message, told_in
from cjbpmn.customer import find_customer_candidates, resolve_customer
from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import Enriched, enrich_document
from cjbpmn.errors import (
    AmbiguousCustomer,
    AmbiguousReference,
    ElementNotFound,
    InvalidJourney,
    NoCustomer,
)
from cjbpmn.findings import Finding, Severity
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.journey import Journey
from cjbpmn.journey.file import read_journey
from cjbpmn.report import Form, ModelPoints, ModelWaits, Result, render
from cjbpmn.report.tables import plural
from cjbpmn.waiting import find_waiting_stretches

_MOST_LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class EnrichModel:
    """Put a journey on top of a model.

    Parameters
    ----------
    journey : Journey
        What people declared.
    customer : tuple of str
        Names or ids of the customer, where neither the model nor the journey says.
    """

    journey: Journey
    customer: tuple[str, ...] = ()

    def __call__(self, document: Document) -> Product:
        """Do it."""
        if self.customer:
            _check_customer(build_graph(_without_journey(document)), self.customer)
        done = enrich_document(document, self.journey, customer=self.customer)
        broken = build_graph(document).findings
        return Product(
            document.write,
            summary=_enriched_in_words(done),
            messages=(
                *(finding_message(found, _path(document)) for found in broken),
                *(finding_message(found, self._home(found, document)) for found in done.findings),
            ),
        )

    def _home(self, finding: Finding, document: Document) -> str:
        """Return the file that the line of a finding counts in."""
        is_told = finding.code == "unlinked-step" and self.journey.path
        return str(self.journey.path) if is_told else _path(document)


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
    """

    customer: tuple[str, ...] = ()
    form: Form = Form.TABLE

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return f".points{self.form.ending}"

    def __call__(self, document: Document) -> Product:
        """Do it."""
        graph, messages = _read_graph(document, self.customer)
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
    """

    customer: tuple[str, ...] = ()
    form: Form = Form.TABLE

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return f".waits{self.form.ending}"

    def __call__(self, document: Document) -> Product:
        """Do it."""
        graph, messages = _read_graph(document, self.customer)
        found = ModelWaits.of(graph, _path(document), self.customer)
        return Product(_writer([found], self.form), found, found.summary, messages)


@dataclass(frozen=True, slots=True)
class DrawMap:
    """Draw the journey map of a model, as SVG, PNG or PDF by the ending of the target.

    Parameters
    ----------
    customer : tuple of str
        Names or ids of the customer, where the model does not say.
    """

    customer: tuple[str, ...] = ()

    def __call__(self, document: Document) -> Product:
        """Do it."""
        from cjbpmn.plot import draw_journey_map, save_figure  # noqa: PLC0415 - loads matplotlib

        graph, messages = _read_graph(document, self.customer)
        points = find_interaction_points(graph, self.customer)
        waits = find_waiting_stretches(graph, customer=self.customer)
        figure = draw_journey_map(graph, points, waits)
        summary = f"journey map, {plural(len(points), 'interaction point')}"
        return Product(partial(save_figure, figure), summary=summary, messages=messages)


def load_journey(path: str) -> tuple[Journey, tuple[Message, ...]]:
    """Read a journey file, and collect what is doubtful in it.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    Journey
        What people declared.
    tuple of Message
        What is doubtful.

    Raises
    ------
    InvalidJourney
        If it cannot be read or understood.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            journey = read_journey(Path(path))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InvalidJourney(f"cannot be read: {reason}", path=path) from error
    return journey, tuple(dict.fromkeys(told_in(caught, path)))


def _writer(found: Sequence[Result], form: Form) -> Callable[[Path], object]:
    return lambda path: write_bytes(path, render(found, form))


def _path(document: Document) -> str:
    return document.path or ""


def _without_journey(document: Document) -> Document:
    bare = read_document(document.to_bytes())
    bare.source.path = document.path
    bare.strip()
    return bare


def _read_graph(
    document: Document, customer: Sequence[str]
) -> tuple[ProcessGraph, tuple[Message, ...]]:
    """Build the graph of a model, with what is broken in it, and whether the customer is known."""
    graph = build_graph(document)
    messages = [finding_message(finding, _path(document)) for finding in graph.findings]
    if not _check_customer(graph, customer):
        messages.append(Message(Severity.WARNING, f"{_path(document)}: {_ask_for_customer(graph)}"))
    return graph, tuple(messages)


def _check_customer(graph: ProcessGraph, names: Sequence[str]) -> frozenset[str]:
    """Return who the customer is; a name that somebody gave in vain is no fault of the model."""
    try:
        return resolve_customer(graph, names)
    except ElementNotFound as error:
        raise NoCustomer(error.message, path=graph.path) from error
    except AmbiguousReference as error:
        raise AmbiguousCustomer(error.message, path=graph.path, line=error.line) from error


def _ask_for_customer(graph: ProcessGraph) -> str:
    """Say that nobody is the customer, and who could be."""
    told = "nobody in the model is known to be the customer"
    likely = [str(candidate) for candidate in find_customer_candidates(graph)]
    if likely:
        return f"{told}; say who with --customer NAME. It could be {_listed(likely)}"
    pools = [f'pool "{pool.name}" ({pool.id})' for pool in graph.participants.values()]
    lanes = [f'lane "{lane.name}" ({lane.id})' for lane in graph.lanes.values() if lane.name]
    if pools or lanes:
        return f"{told}; say who with --customer NAME. There is {_listed([*pools, *lanes])}"
    return f"{told}, and it has neither pools nor lanes; put a journey on it with cjbpmn enrich"


def _listed(things: Sequence[str]) -> str:
    more = len(things) - _MOST_LISTED
    return ", ".join(things[:_MOST_LISTED]) + (f", and {more} more" if more > 0 else "")


def _enriched_in_words(done: Enriched) -> str:
    where = "a new swimlane" if done.created else "the swimlane that the customer had"
    steps = sum(1 for _, node in done.activities if node is not None)
    return f"{plural(steps, 'step')} in {where}, {plural(len(done.touchpoints), 'touchpoint')}"
