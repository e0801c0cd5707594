"""What can be done with files beside the models alone: read them, gather, compare."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import RenderableType
from rich.text import Text

from cjbpmn.batch.run import Message, told_in
from cjbpmn.comparison import Comparison, compare_journeys
from cjbpmn.document import read_document
from cjbpmn.errors import InvalidJourney
from cjbpmn.findings import Severity
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.journey import Journey
from cjbpmn.journey.cjml import read_all_cjml
from cjbpmn.journey.file import read_journey
from cjbpmn.journey.quotes import strip_quotes
from cjbpmn.journey.registers.complaints import add_complaints
from cjbpmn.journey.registers.register import RegisterRow
from cjbpmn.journey.registers.survey import add_survey
from cjbpmn.journey.tables.table import ENDINGS as TABLES
from cjbpmn.journey.tables.table import read_table
from cjbpmn.report.tables import plural
from cjbpmn.times_table import TimesTable, read_times_table

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Messages = tuple[Message, ...]

CJML_ENDINGS = (".xml", ".cjml")
"""How the names of CJML files end."""


def is_table(path: str) -> bool:
    """Tell whether a journey file is a table in a text file, by its ending.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    bool
        Whether its name ends as such a table's does.
    """
    return Path(path).suffix.lower() in TABLES


def load_journey(path: str, *, quotes: bool = True) -> tuple[Journey, Messages]:
    """Read the one journey of a file, and collect what is doubtful in it.

    Parameters
    ----------
    path : str
        The file, in any notation.
    quotes : bool
        Whether what customers said word for word is wanted, and pictures of personas.

    Returns
    -------
    Journey
        What people declared.
    tuple of Message
        What is doubtful.

    Raises
    ------
    InvalidJourney
        If it cannot be read or understood, or holds several.
    """
    journeys, messages = load_journeys(path, quotes=quotes)
    if len(journeys) > 1:
        names = ", ".join(repr(journey.name) for journey in journeys)
        raise InvalidJourney(
            f"there are several journeys in it: {names}; 'cjbpmn convert' makes a file of each",
            path=path,
        )
    return journeys[0], messages


def load_journeys(
    path: str, observations: str | None = None, *, quotes: bool = True
) -> tuple[tuple[Journey, ...], Messages]:
    """Read all journeys of a file, and collect what is doubtful in them.

    Parameters
    ----------
    path : str
        The file: YAML, JSON, a table, a spreadsheet, or CJML.
    observations : str or None
        The table of what was observed, for a journey that is a table itself.
    quotes : bool
        Whether what customers said word for word is wanted, and pictures of personas.

    Returns
    -------
    tuple of Journey
        One; of CJML, as many as there are.
    tuple of Message
        What is doubtful.

    Raises
    ------
    InvalidJourney, InvalidDocument
        If it cannot be read or understood.
    """

    def read() -> tuple[Journey, ...]:
        if Path(path).suffix.lower() in CJML_ENDINGS:
            return read_all_cjml(path)
        if observations is not None:
            return (read_table(path, observations),)
        return (read_journey(Path(path)),)

    journeys, messages = _heard(read, path)
    return (journeys if quotes else tuple(map(strip_quotes, journeys))), messages


def load_times(path: str | None) -> tuple[TimesTable, Messages]:
    """Read how long things take, and collect what is doubtful about it.

    Parameters
    ----------
    path : str or None
        The table, if there is one.

    Returns
    -------
    TimesTable
        What it says; nothing where there is none.
    tuple of Message
        What is doubtful.

    Raises
    ------
    InvalidJourney
        If it cannot be read or understood.
    """
    return (TimesTable(), ()) if path is None else _heard(lambda: read_times_table(path), path)


def gather(
    journey: Journey,
    surveys: Sequence[str] = (),
    complaints: Sequence[str] = (),
    *,
    scale: str | None = None,
    model: str | None = None,
) -> tuple[Journey, Messages]:
    """Add the answers of surveys and the complaints of registers to a journey.

    Parameters
    ----------
    journey : Journey
        What people declared.
    surveys, complaints : sequence of str
        The tables.
    scale : str or None
        The lowest and the highest score of the surveys, such as ``1-5``.
    model : str or None
        The model, where rows name elements by their ids.

    Returns
    -------
    Journey
        With feelings and counts.
    tuple of Message
        Each row that belongs nowhere, and what else is doubtful.

    Raises
    ------
    InvalidJourney
        If a table cannot be understood.
    """
    graph = _graph_of(model)
    told: list[Message] = []
    for path in surveys:
        answered, messages = _heard(
            partial(add_survey, journey, path, scale=scale, graph=graph), path
        )
        journey, told = answered.journey, [*told, *messages, *_lost(answered.unmatched, path)]
    for path in complaints:
        counted, messages = _heard(partial(add_complaints, journey, path, graph=graph), path)
        journey, told = counted.journey, [*told, *messages, *_lost(counted.unmatched, path)]
    return journey, tuple(told)


@dataclass(frozen=True, slots=True)
class ComparedJourneys:
    """What two journeys do not have in common, as a result that can be printed and written."""

    path: str
    comparison: Comparison

    @classmethod
    def of(cls, one: str, other: str, model: str | None) -> tuple[ComparedJourneys, Messages]:
        """Read two journey files and compare them.

        Parameters
        ----------
        one, other : str
            The files.
        model : str or None
            The model that both are about.

        Returns
        -------
        ComparedJourneys
            What differs.
        tuple of Message
            What is doubtful.
        """
        journeys, messages = zip(*(load_journey(path) for path in (one, other)), strict=True)
        found = compare_journeys(*journeys, graph=_graph_of(model))
        return cls(f"{one}, {other}", found), tuple(told for part in messages for told in part)

    @property
    def summary(self) -> str:
        """What was found, in a few words."""
        return plural(sum(1 for _ in self.comparison.rows()), "difference")

    def as_values(self) -> list[dict[str, Any]]:
        """Return the differences as plain values for JSON."""
        return [row._asdict() for row in self.comparison.rows()]

    def as_entry(self) -> dict[str, Any]:
        """Return the same with the paths, as one of many."""
        return {"path": self.path, "differences": self.as_values()}

    def as_frame(self) -> pd.DataFrame:
        """Return the differences as a pandas frame, one a row."""
        return self.comparison.to_frame()

    def as_table(self, width: int) -> RenderableType:
        """Return them for people, in so many columns."""
        return Text(self.comparison.to_text(width))


def _graph_of(model: str | None) -> ProcessGraph | None:
    return None if model is None else build_graph(read_document(model))


def _heard(read: Callable[[], T], path: str) -> tuple[T, Messages]:
    """Return what a function returns, and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read()
    return found, tuple(dict.fromkeys(told_in(caught, path)))


def _lost(rows: Iterable[RegisterRow], path: str) -> list[Message]:
    """Tell of each row that belongs nowhere."""
    return [
        Message(
            Severity.WARNING,
            f"{path}:{row.line}: {row.reason} ({'; '.join(text for _, text in row.said if text)})",
        )
        for row in rows
    ]
