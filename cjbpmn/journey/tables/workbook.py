"""Workbooks (xlsx): their sheets as grids of texts, and tables of texts as sheets.

They are read and written by openpyxl, which comes with the extra ``xlsx``. What the cells mean is
known elsewhere.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cjbpmn.errors import CjbpmnError, InvalidJourney, NotWritten
from cjbpmn.formulas import is_formula
from cjbpmn.journey.tables.grid import MAX_BYTES, Grid, Row
from cjbpmn.journey.yaml import invalid, read_bytes

ENDINGS: Final = (".xlsx", ".xlsm")
"""How the names of spreadsheets end that can be read."""

_MISSING: Final = "spreadsheets need openpyxl: install it with 'pip install openpyxl'"
_MAX_UNPACKED: Final = 2 * MAX_BYTES
_MAX_CELLS: Final = 2_000_000
_WIDEST: Final = 60
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITIES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


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
    return sheets_of(read_bytes(str(path), MAX_BYTES), str(path))


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


def sheets_of(data: bytes, path: str | None = None) -> tuple[Grid, ...]:
    """Read the sheets of a spreadsheet that say something.

    Parameters
    ----------
    data : bytes
        The content of a file in the form xlsx.
    path : str or None
        What the file is called, for those who are told of mistakes.

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
    library = _openpyxl()
    if library is None:
        raise CjbpmnError(f"{_MISSING}, or save it as CSV", path=path)
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


def workbook_of(tables: Mapping[str, Sequence[Sequence[str]]], path: str | None = None) -> bytes:
    """Write tables as a spreadsheet, a sheet each.

    Parameters
    ----------
    tables : mapping of str to sequence
        Rows of texts by the name of their sheet; the longest of the first rows is their header.
    path : str or None
        What the file is to be called, for those who are told that it cannot be made.

    Returns
    -------
    bytes
        The content of the file. No text in it is a formula.

    Raises
    ------
    NotWritten
        If openpyxl is not installed.
    """
    library = _openpyxl()
    if library is None:
        raise NotWritten(f"{_MISSING}, or write CSV", path=path)
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


def _dress(sheet: Any, rows: Sequence[Sequence[str]], library: Any) -> None:
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


def _openpyxl() -> Any:
    """Load the library for workbooks, only where one is read or written: it is an extra."""
    try:
        import openpyxl  # noqa: PLC0415
    except ImportError:
        return None
    return openpyxl
