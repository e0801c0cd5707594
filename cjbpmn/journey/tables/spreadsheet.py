"""A journey as a spreadsheet (xlsx): a sheet for the steps, one for each of the other lists.

The workbook is read by openpyxl, which comes with the extra ``xlsx``. The sheets are tables as in
`cjbpmn.journey.tables.table`; what their cells mean is known there.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from cjbpmn.atomic import write_bytes
from cjbpmn.errors import CjbpmnError, CjbpmnWarning, InvalidJourney
from cjbpmn.formulas import is_formula
from cjbpmn.journey import Journey
from cjbpmn.journey.tables.grid import MAX_BYTES, Grid, Row
from cjbpmn.journey.tables.rows import TABLES, journey_of
from cjbpmn.journey.tables.table import Rows, check_table, tables_of
from cjbpmn.journey.yaml import Note, invalid, key_of, read_bytes
from cjbpmn.lexicon import meanings

ENDINGS: Final = (".xlsx", ".xlsm")
"""How the names of spreadsheets end that can be read."""

_MAX_UNPACKED: Final = 2 * MAX_BYTES
_MAX_CELLS: Final = 2_000_000
_WIDEST: Final = 60
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITIES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


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


def read_sheets(path: str | Path) -> tuple[Grid, ...]:
    """Read the sheets of a spreadsheet that say something.

    Parameters
    ----------
    path : str or pathlib.Path
        A file in the form xlsx.

    Returns
    -------
    tuple of Grid
        In the order of the workbook, without what is hidden.

    Raises
    ------
    InvalidJourney
        If it is no such file, or larger than a table can be.
    CjbpmnError
        If openpyxl is not installed.
    """
    return _sheets(read_bytes(str(path), MAX_BYTES), str(path))


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
    CjbpmnError
        If openpyxl is not installed.
    NotWritten
        If the file cannot be written.

    Warns
    -----
    CjbpmnWarning
        For each thing that a table cannot hold, or not whole.
    """
    data = _workbook(tables_of(journey))
    for message in check_table(journey, lambda notes: _journey_of(_sheets(data), None, notes)):
        warnings.warn(f"{path}: {message}", CjbpmnWarning, stacklevel=2)
    write_bytes(path, data)


def text_of(value: Any, form: str = "") -> str:
    """Return what a typed cell says, as people would write it into a text file.

    Parameters
    ----------
    value : object
        A number, a date, a text, or nothing.
    form : str
        How the spreadsheet shows it, such as ``0%``.

    Returns
    -------
    str
        The empty string for nothing.

    Examples
    --------
    >>> text_of(4.0), text_of(0.8, "0%"), text_of(True), text_of(dt.timedelta(minutes=8))
    ('4', '80%', 'yes', 'PT8M')
    """
    if value is None or value != value:  # noqa: PLR0124 - nan, and what pandas has for it
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        is_share = form.rstrip("%") != form and form.strip("0.#%") == ""
        text = f"{round(value * 100 if is_share else value, 10):.10f}".rstrip("0").rstrip(".")
        return f"{text}%" if is_share else text
    if isinstance(value, dt.datetime):
        has_time = value.time() != dt.time.min
        return value.isoformat(" ", "seconds") if has_time else value.date().isoformat()
    if isinstance(value, dt.timedelta):
        return _iso_duration(value)
    return str(value).strip()


def _iso_duration(value: dt.timedelta) -> str:
    minutes, seconds = divmod(value.total_seconds(), 60)
    parts = (f"{minutes:.0f}M" if minutes else "") + (f"{seconds:g}S" if seconds else "")
    return f"PT{parts or '0S'}"


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


def _openpyxl() -> Any:
    """Load the library for workbooks, only where one is read or written: it is an extra."""
    try:
        import openpyxl  # noqa: PLC0415
    except ImportError as error:
        message = "spreadsheets need openpyxl; install it: pip install openpyxl"
        raise CjbpmnError(message) from error
    return openpyxl


def _sheets(data: bytes, path: str | None = None) -> tuple[Grid, ...]:
    library = _openpyxl()
    _check_package(data, path)
    try:
        with warnings.catch_warnings():
            # It remarks on colours and forms that it drops; nobody asked for these.
            warnings.simplefilter("ignore")
            books = [
                library.load_workbook(io.BytesIO(data), data_only=values)
                for values in (True, False)
            ]
    except Exception as error:  # what it raises is not told
        raise InvalidJourney(f"this is no sound spreadsheet: {error}", path=path) from error
    found = []
    for sheet, formulas in zip(*(book.worksheets for book in books), strict=True):
        if sheet.sheet_state == "visible":
            found.append(_grid(sheet, formulas, path))
    return tuple(grid for grid in found if grid.rows)


def _check_package(data: bytes, path: str | None) -> None:
    """Refuse what is no workbook, and what would grow without end when it is unpacked."""
    if len(data) > MAX_BYTES:
        raise InvalidJourney(f"larger than {MAX_BYTES // 1_000_000} MB", path=path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(part.file_size for part in package.infolist()) > _MAX_UNPACKED:
                message = f"larger than {_MAX_UNPACKED // 1_000_000} MB when it is unpacked"
                raise InvalidJourney(message, path=path)
            for part in package.infolist():
                if part.filename.endswith((".xml", ".rels")) and _ENTITIES.search(
                    package.read(part)
                ):
                    message = f"{part.filename} declares entities; no spreadsheet needs these"
                    raise InvalidJourney(message, path=path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        message = "this is no spreadsheet in the form xlsx, or it is locked by a password"
        raise InvalidJourney(message, path=path) from error


def _grid(sheet: Any, formulas: Any, path: str | None) -> Grid:
    if (sheet.max_row or 0) * (sheet.max_column or 0) > _MAX_CELLS:
        message = f"the sheet {sheet.title!r} has more than {_MAX_CELLS:,} cells"
        raise InvalidJourney(message, path=path)
    rows = []
    above = _merged(sheet)
    for number, (values, written) in enumerate(
        zip(sheet.iter_rows(), formulas.iter_rows(), strict=True), 1
    ):
        shown = [above.get(cell.coordinate, cell) for cell in values]
        cells = tuple(text_of(cell.value, cell.number_format) for cell in shown)
        for value, cell in zip(values, written, strict=True):
            # A formula whose result is the empty text says so by the type of its cell.
            if cell.data_type == "f" and value.value is None and value.data_type == "n":
                message = (
                    f"sheet {sheet.title!r}, cell {cell.coordinate}: a formula without a result;"
                    " open the file in a spreadsheet program and save it"
                )
                raise invalid(message, path, number)
        rows.append(Row(number, cells))
    return Grid(path, tuple(row for row in rows if not row.is_empty), sheet.title)


def _merged(sheet: Any) -> dict[str, Any]:
    """Return for each cell that was merged with those above it the one that says it for all."""
    return {
        sheet.cell(row, span.min_col).coordinate: sheet.cell(span.min_row, span.min_col)
        for span in sheet.merged_cells.ranges
        for row in range(span.min_row + 1, span.max_row + 1)
    }


def _workbook(tables: Mapping[str, Rows]) -> bytes:
    library = _openpyxl()
    book = library.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for place, text in enumerate(row, 1):
                if text:
                    _put(sheet.cell(number, place), text)
        _dress(sheet, rows, library)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _put(cell: Any, text: str) -> None:
    if _NUMBER.fullmatch(text):
        number = float(text) if "." in text else int(text)
        # A number has lost the zeros that a code such as 007 begins with.
        if text_of(number) == text:
            cell.value = number
            return
    cell.value = _CONTROLS.sub("", text)
    cell.data_type = "s"
    # So it stays a text when somebody edits the cell.
    cell.quotePrefix = is_formula(text)


def _dress(sheet: Any, rows: Rows, library: Any) -> None:
    """Make the sheet readable: a bold header that stays in sight, columns as wide as their text."""
    header = max(range(len(rows)), key=lambda number: len(rows[number]))
    for cell in sheet[header + 1]:
        cell.font = library.styles.Font(bold=True)
    sheet.freeze_panes = sheet.cell(header + 2, 1)
    for number, column in enumerate(sheet.columns):
        texts = [row[number] for row in rows[header:] if number < len(row)]
        width = min(_WIDEST, max((len(text) for text in texts), default=0) + 2)
        letter = library.utils.get_column_letter(number + 1)
        sheet.column_dimensions[letter].width = width
        for cell in column:
            cell.alignment = library.styles.Alignment(wrap_text=True, vertical="top")
