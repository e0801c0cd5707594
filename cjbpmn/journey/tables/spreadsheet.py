"""A journey as a spreadsheet (xlsx): a sheet for the steps, one for each of the other lists.

The sheets are tables as in `cjbpmn.journey.tables.table`; what their cells mean is known there.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path

from cjbpmn.atomic import write_bytes
from cjbpmn.errors import CjbpmnWarning, InvalidJourney
from cjbpmn.journey import Journey
from cjbpmn.journey.tables.grid import Grid
from cjbpmn.journey.tables.rows import TABLES, journey_of
from cjbpmn.journey.tables.table import check_table, tables_of
from cjbpmn.journey.tables.workbook import read_sheets, sheets_of, workbook_of
from cjbpmn.journey.yaml import Note, invalid, key_of
from cjbpmn.lexicon import meanings


def read_spreadsheet(path: str | Path) -> Journey:
    """Read a journey from a spreadsheet.

    The steps stand in the sheet that is called so, or else in the first; what belongs to the
    journey as a whole stands above their header. Other sheets may be called *observations*,
    *phases*, *norms*, *measurements*, *statistics*, *durations*, *branches*
    and *calendars*.

    Parameters
    ----------
    path : str or pathlib.Path
        A file in the form xlsx.

    Returns
    -------
    Journey
        What people declared; without a name, it is called as the file is.

    Raises
    ------
    InvalidJourney
        If anything cannot be understood; the error names all mistakes, each with its row, sheet
        and column.
    CjbpmnError
        If openpyxl is not installed.

    Warns
    -----
    CjbpmnWarning
        If a column, a channel or a sheet is unknown; columns and channels are kept.
    """
    notes: list[Note] = []
    journey = journey_of_spreadsheet(path, notes)
    for _, note in sorted(dict.fromkeys(notes), key=itemgetter(0)):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return journey


def journey_of_spreadsheet(path: str | Path, notes: list[Note]) -> Journey:
    """Read a journey from a spreadsheet, and keep the remarks for whoever wants to tell them.

    Parameters
    ----------
    path : str or pathlib.Path
        A file in the form xlsx.
    notes : list of Note
        Where remarks go.

    Returns
    -------
    Journey
        What people declared.

    Raises
    ------
    InvalidJourney
        If anything cannot be understood.
    """
    return _journey_of(read_sheets(path), str(path), notes)


def write_spreadsheet(journey: Journey, path: str | Path) -> None:
    """Write a journey as a spreadsheet, which `read_spreadsheet` reads again.

    Parameters
    ----------
    journey : Journey
        Any journey.
    path : str or pathlib.Path
        Where it goes.

    Raises
    ------
    InvalidJourney
        If something in the journey cannot be read again at all; nothing is written.
    NotWritten
        If the file cannot be written, or openpyxl is not installed.

    Warns
    -----
    CjbpmnWarning
        For each thing that a table cannot hold, or not whole.
    """
    data = workbook_of(tables_of(journey), str(path))
    for message in check_table(journey, lambda notes: _journey_of(sheets_of(data), None, notes)):
        warnings.warn(f"{path}: {message}", CjbpmnWarning, stacklevel=2)
    write_bytes(path, data)


def _journey_of(sheets: Iterable[Grid], path: str | None, notes: list[Note]) -> Journey:
    grids: dict[str, Grid] = {}
    others: list[Grid] = []
    for sheet in sheets:
        key = _meant(sheet.sheet)
        if key is None or key in grids:
            others.append(sheet)
        else:
            grids[key] = sheet
    if "steps" not in grids:
        if not others:
            raise InvalidJourney("there is no sheet 'steps'", path=path)
        grids["steps"] = others.pop(0)
    for sheet in others:
        note = invalid(f"the sheet {sheet.sheet!r} is not read", path, None)
        notes.append((0, str(note)))
    return journey_of(grids, notes, path)


def _meant(name: str) -> str | None:
    """Return the key of the list that a sheet is called after."""
    key = key_of(name)
    if key in TABLES:
        return key
    meant = {
        meaning
        for word, pairs in meanings("headers").items()
        if key_of(word) == key
        for _, meaning in pairs
    }
    found = meant & TABLES.keys()
    return found.pop() if len(found) == 1 else None
