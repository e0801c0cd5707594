"""A table of how long things take, and how often each way is taken, for one model or many."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cjbpmn.customer import resolve_customer
from cjbpmn.errors import AmbiguousReference, CjbpmnError, CjbpmnWarning, ElementNotFound
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Branch, Duration
from cjbpmn.journey.forms import BRANCH, DURATION, Form
from cjbpmn.journey.registers.register import Register, node_under
from cjbpmn.journey.tables.rows import Cell
from cjbpmn.journey.yaml import Node, Note
from cjbpmn.references import References

if TYPE_CHECKING:
    import pandas as pd

FORM: Final = Form({**DURATION.keys, "share": BRANCH.keys["share"]}, DURATION.example, "at")
"""The columns: those of a duration in a journey file, and the share of a branch."""

_TIMES: Final = ("takes", "least", "likely", "most", "deviation")


@dataclass(frozen=True, slots=True)
class TimesTable:
    """What a table says, by the words of whoever wrote it.

    Parameters
    ----------
    durations : tuple of Duration
        How long elements take.
    branches : tuple of Branch
        How often flows are taken.
    path : str or None
        The file.
    """

    durations: tuple[Duration, ...] = ()
    branches: tuple[Branch, ...] = ()
    path: str | None = None

    def meant_in(self, graph: ProcessGraph, customer: Sequence[str] = ()) -> ModelTimes:
        """Find the elements of a model that the table is about.

        Parameters
        ----------
        graph : ProcessGraph
            The model.
        customer : sequence of str
            Names or ids of the customer: what the customer does goes before what others do under
            the same name.

        Returns
        -------
        ModelTimes
            What it says of this model. Of two rows about the same element, the last one counts.
        """
        references = References(graph, resolve_customer(graph, customer))
        found = ModelTimes()
        for duration in self.durations:
            for identifier in self._meant(duration, references, found):
                found.durations[identifier] = duration
        for branch in self.branches:
            for identifier in self._meant(branch, references, found):
                found.probabilities[identifier] = branch.share / 100
        return found

    def _meant(
        self, row: Duration | Branch, references: References, found: ModelTimes
    ) -> list[str]:
        meant: list[str] = []
        for reference in row.at:
            try:
                meant += references.resolve(reference, path=self.path, line=row.line)
            except (ElementNotFound, AmbiguousReference) as error:
                found.left_out.append(error)
        return meant


@dataclass(slots=True)
class ModelTimes:
    """What a table says of one model.

    Parameters
    ----------
    durations : dict of str to Duration
        By id.
    probabilities : dict of str to float
        By id of the flow.
    left_out : list of CjbpmnError
        The rows that are about nothing here, or about what could be several things.
    """

    durations: dict[str, Duration] = field(default_factory=dict)
    probabilities: dict[str, float] = field(default_factory=dict)
    left_out: list[CjbpmnError] = field(default_factory=list)


def read_times_table(table: str | Path | pd.DataFrame) -> TimesTable:
    """Read how long things take from a table.

    Parameters
    ----------
    table : str, pathlib.Path or pandas.DataFrame
        CSV, TSV or xlsx, or a frame. A row names its elements under ``at``, as a journey file
        does, and says either how long they take (``takes``; ``least``, ``likely``, ``most``;
        ``deviation``, ``distribution``) or, for a flow, how often it is taken (``share``, in
        percent).

    Returns
    -------
    TimesTable
        What it says, not yet of any model.

    Raises
    ------
    InvalidJourney
        If something cannot be understood; all mistakes at once.

    Warns
    -----
    CjbpmnWarning
        If the file is in another encoding than it should be.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"element": ["Pack", "Payment ok? -> Pack"],
    ...                       "takes": ["2 h", None], "share": [None, "90"]})
    >>> table = read_times_table(frame)
    >>> table.durations[0].takes.hours, table.branches[0].share
    (2.0, 90.0)
    """
    notes: list[Note] = []
    register = Register(table, FORM, notes)
    reader = register.reader
    shares = tuple(row for row in register.rows if _says(row, "share"))
    times = tuple(row for row in register.rows if _says(row, *_TIMES) or not _says(row, "share"))
    durations, branches = reader.durations(Node(times)), reader.branches(Node(shares))
    reader.check()
    for note in dict.fromkeys(text for _, text in notes):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return TimesTable(durations, branches, register.grid.path)


def _says(row: Cell, *keys: str) -> bool:
    return any(node_under(row, key) is not None for key in keys)
