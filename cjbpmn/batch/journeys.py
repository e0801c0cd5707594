"""What can be done with many models to get journeys out of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cjbpmn.atomic import write_bytes
from cjbpmn.batch.run import Message, Product, finding_message, told_in
from cjbpmn.batch.tasks import check_customer, read_graph
from cjbpmn.document import Document
from cjbpmn.draft import draft_journey
from cjbpmn.enrichment import extract_journeys
from cjbpmn.errors import InvalidDocument, NotWritten
from cjbpmn.findings import Severity
from cjbpmn.graph import build_graph
from cjbpmn.journey import Journey
from cjbpmn.journey.file import ENDINGS, YAML_ENDINGS, write_journey
from cjbpmn.journey.quotes import strip_quotes
from cjbpmn.journey.tables.table import write_table
from cjbpmn.journey.writer import journey_to_yaml
from cjbpmn.report.tables import plural


@dataclass(frozen=True, slots=True)
class ExtractJourney:
    """Take the journeys out of an enriched model, and leave the model as it is.

    Parameters
    ----------
    customer : tuple of str
        Names or ids of the customer, where a journey has to be read from what is drawn.
    quotes : bool
        Whether what customers said word for word is wanted, and pictures of personas.
    """

    customer: tuple[str, ...] = ()
    quotes: bool = True
    ending: str = ".journey.yaml"
    endings: tuple[str, ...] = ENDINGS

    def __call__(self, document: Document) -> Product:
        """Do it."""
        if self.customer:
            check_customer(build_graph(document), self.customer)
        found = extract_journeys(document, customer=self.customer)
        if not found.journeys:
            raise InvalidDocument(
                "this model carries no journey; 'cjbpmn draft' writes one to begin with, and "
                "--customer NAME reads one from what is drawn of the customer",
                path=document.path,
            )
        journeys = found.journeys if self.quotes else tuple(map(strip_quotes, found.journeys))
        return Product(
            lambda path: write_journeys(journeys, path),
            "---\n".join(map(journey_to_yaml, journeys)),
            journeys_in_words(journeys),
            tuple(finding_message(one, document.path or "") for one in found.findings),
        )


@dataclass(frozen=True, slots=True)
class DraftJourney:
    """Write a journey to begin with for a model.

    Parameters
    ----------
    customer : tuple of str
        Names or ids of the customer, where the model does not say.
    language : str or None
        Of the questions; by default that of the model.
    """

    customer: tuple[str, ...] = ()
    language: str | None = None
    ending: str = ".journey.yaml"
    endings: tuple[str, ...] = YAML_ENDINGS

    def __call__(self, document: Document) -> Product:
        """Do it."""
        graph, messages = read_graph(document, self.customer, severity=Severity.INFO)
        text = draft_journey(graph, customer=self.customer, language=self.language)
        steps = text.count("  - do: ")
        return Product(
            lambda path: _write_draft(path, text),
            text,
            f"a journey to begin with, {plural(steps, 'step')}",
            messages,
        )


def journeys_in_words(journeys: Sequence[Journey]) -> str:
    """Say what is written, and where the second of several journeys goes.

    Parameters
    ----------
    journeys : sequence of Journey
        At least one.

    Returns
    -------
    str
        A few words.

    Examples
    --------
    >>> journeys_in_words([Journey("Lunch")])
    '1 journey, no steps'
    """
    steps = sum(len(journey.steps) for journey in journeys)
    told = f"{plural(len(journeys), 'journey')}, {plural(steps, 'step')}"
    return told if len(journeys) == 1 else f"{told}; from the second on, the name has its number"


def _write_draft(path: Path, text: str) -> None:
    """Write a draft, but never over one that somebody may have answered."""
    if path.exists():
        message = "it is there already, and may hold answers; remove it, or write to another file"
        raise NotWritten(message, path=str(path))
    write_bytes(path, text.encode())


def write_journeys(
    journeys: Sequence[Journey], path: Path, observations: str | None = None
) -> tuple[Message, ...]:
    """Write one file for each journey; from the second on, its name has a number.

    Parameters
    ----------
    journeys : sequence of Journey
        At least one.
    path : pathlib.Path
        Where the first goes; its ending says the notation.
    observations : str or None
        Where a table of what was observed goes, for a journey that becomes a table.

    Returns
    -------
    tuple of Message
        What a notation cannot hold.

    Raises
    ------
    NotWritten
        If one cannot be written.
    """
    name, dot, ending = path.name.partition(".")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number, journey in enumerate(journeys, start=1):
            numbered = path.with_name(f"{name}-{number}{dot}{ending}") if number > 1 else path
            if observations is not None and number == 1:
                write_table(journey, path, observations)
            else:
                write_journey(replace(journey, path=None), numbered)
    return tuple(told_in(caught, str(path)))
