"""Registers: tables of answers or complaints, whose rows belong to places of a journey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjbpmn.errors import InvalidJourney
from cjbpmn.journey import Pairs
from cjbpmn.journey.forms import Form
from cjbpmn.journey.tables.grid import Grid, Row, read_csv
from cjbpmn.journey.tables.headers import Column, Place, find_column
from cjbpmn.journey.tables.rows import Cell, TableReader, rows_of
from cjbpmn.journey.tables.table import knows
from cjbpmn.journey.tables.workbook import ENDINGS as SPREADSHEETS
from cjbpmn.journey.tables.workbook import read_sheets, text_of
from cjbpmn.journey.yaml import Entry, Node, Note

if TYPE_CHECKING:
    import pandas as pd

_LISTED: Final = 5
"""So many places are named where a row could mean several."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A row of a register, and where it belongs.

    Parameters
    ----------
    line : int or None
        Where it stands in the file; the number of the row, from 1, where there is no file.
    said : tuple of (str, str)
        Its headers and what stands under them.
    place : str or None
        The step or the element that it belongs to.
    reason : str or None
        Why it belongs nowhere.
    """

    line: int | None
    said: Pairs
    place: str | None = None
    reason: str | None = None


class Register:
    """A register that has been read.

    Parameters
    ----------
    table : str, pathlib.Path or pandas.DataFrame
        A text file, a spreadsheet or a frame.
    form : Form
        What a row stands for.
    notes : list of Note
        Where remarks go.

    Raises
    ------
    InvalidJourney
        If it cannot be read, or has no header.
    """

    def __init__(self, table: str | Path | pd.DataFrame, form: Form, notes: list[Note]) -> None:
        self.form = form
        self.grid = _grid(table, form, notes)
        # Registers have columns that are no matter of ours; these need no remark.
        self.reader = TableReader(self.grid.path, [])
        self.above, self.rows = rows_of(self.grid, form, self.reader)
        self.header = self.grid.rows[len(self.above)]
        cells = enumerate(self.header.cells)
        self.columns = [find_column(number, cell, form) for number, cell in cells if cell]
        self._below = self.grid.rows[len(self.above) + 1 :]

    def column(self, key: str) -> Column | None:
        """Return the column of a key."""
        return next((one for one in self.columns if one.place == Place(key)), None)

    def said(self, number: int) -> Pairs:
        """Return what a row says: headers and texts, without the empty ones."""
        cells = self._below[number].cells
        return tuple(
            (column.written, cells[column.number])
            for column in self.columns
            if column.number < len(cells) and cells[column.number]
        )

    def row(self, number: int, place: str | None, reason: str | None = None) -> RegisterRow:
        """Return a row with where it belongs, or why nowhere."""
        return RegisterRow(self._below[number].line, self.said(number), place, reason)


def text_under(row: Cell, key: str) -> str:
    """Return the text in the column of a key.

    Parameters
    ----------
    row : Cell
        A row of a register.
    key : str
        The key.

    Returns
    -------
    str
        The empty string where nothing stands there.
    """
    node = node_under(row, key)
    return node.value if node is not None and isinstance(node.value, str) else ""


def node_under(row: Cell, key: str) -> Node | None:
    """Return the node in the column of a key.

    Parameters
    ----------
    row : Cell
        A row of a register.
    key : str
        The key.

    Returns
    -------
    Node or None
        None where nothing stands there.
    """
    entries: Mapping[str, Entry] = row.value if isinstance(row.value, dict) else {}
    node = entries[key].node if key in entries else None
    return node if node is not None and node.value is not None else None


def why_not_one(found: Sequence[str], named: str, kind: str) -> str | None:
    """Say why a name does not lead to one place.

    Parameters
    ----------
    found : sequence of str
        The places that it can mean.
    named : str
        What the row names.
    kind : str
        What is looked for: a step or an element.

    Returns
    -------
    str or None
        None where it leads to one.
    """
    if len(found) == 1:
        return None
    if not found:
        return f"no {kind} is called {named!r}" if named else f"it names no {kind}"
    listed = ", ".join(map(repr, found[:_LISTED]))
    return f"{named!r} may be {listed}"


def _grid(table: str | Path | pd.DataFrame, form: Form, notes: list[Note]) -> Grid:
    if not isinstance(table, str | Path):
        return _grid_of_frame(table)
    if not str(table).lower().endswith(SPREADSHEETS):
        return read_csv(str(table), knows(form), notes)
    sheets = read_sheets(table)
    if not sheets:
        raise InvalidJourney("there is nothing in it", path=str(table))
    known = knows(form)
    return max(sheets, key=lambda sheet: max(known(row.cells) for row in sheet.rows))


def _grid_of_frame(frame: pd.DataFrame) -> Grid:
    header = Row(None, tuple(str(name).strip() for name in frame.columns))
    values: Iterable[Sequence[Any]] = frame.astype(object).where(frame.notna(), None).to_numpy()
    rows = (
        Row(number, tuple(text_of(value) for value in cells))
        for number, cells in enumerate(values, 1)
    )
    return Grid(None, (header, *(row for row in rows if not row.is_empty)))
