"""Rows of cells, from CSV as people save it: any separator, any encoding, formulas made harmless.

A grid knows nothing of journeys; what counts as a header it is told.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from cjbpmn.errors import InvalidJourney
from cjbpmn.formulas import is_formula
from cjbpmn.journey.yaml import Note, invalid, read_text

DELIMITERS: Final = {"\t": "a tab", ";": "';'", "|": "'|'", ",": "','"}
"""What may stand between cells, and what it is called."""

HEADER_WITHIN: Final = 50
"""The header is one of so many rows."""

MAX_BYTES: Final = 50_000_000
"""The largest table: that of a survey has more rows than a journey has steps."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_SEPARATED_BY: Final = re.compile(r'\A"?sep=(.)"?\r?\n', re.IGNORECASE)
_PACKAGE: Final = b"PK\x03\x04"
_LIST: Final = re.compile(r"(\\*);")

Known = Callable[[Sequence[str]], int]
"""Tells how many cells of a row are the names of columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Parameters
    ----------
    line : int or None
        Its line in the file, or its number in the sheet; None where there is no file.
    cells : tuple of str
        What stands in it; the empty string where nothing does.
    """

    line: int | None
    cells: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a table that say something.

    Parameters
    ----------
    path : str or None
        The file.
    rows : tuple of Row
        From top to bottom, without the empty ones.
    sheet : str
        The sheet of a spreadsheet that it is.
    """

    path: str | None
    rows: tuple[Row, ...]
    sheet: str = ""

    def named(self, column: str) -> str:
        """Return what messages call a column.

        Parameters
        ----------
        column : str
            Its header.

        Returns
        -------
        str
            Such as ``column 'channel'``.
        """
        sheet = f"sheet {self.sheet!r}, " if self.sheet else ""
        return f"{sheet}column {column!r}"

    def header(self, known: Known) -> int:
        """Find the row that names the columns.

        Parameters
        ----------
        known : callable
            Tells how many cells of a row are the names of columns.

        Returns
        -------
        int
            Its place among the rows: that with the most names, and the first of these.

        Raises
        ------
        InvalidJourney
            If no row has any.
        """
        counts = [known(row.cells) for row in self.rows[:HEADER_WITHIN]]
        if not counts:
            raise invalid("there is nothing in it", self.path, None)
        if not max(counts):
            first = self.rows[0]
            found = ", ".join(repr(cell) for cell in first.cells if cell)
            signs = ", ".join(DELIMITERS.values())
            message = f"no header is known here; found {found}"
            hint = "" if self.sheet else f"; columns are separated by one of {signs}"
            raise invalid(message + hint, self.path, first.line)
        return counts.index(max(counts))


def read_csv(path: str, known: Known, notes: list[Note]) -> Grid:
    """Read a table from a text file.

    Parameters
    ----------
    path : str
        The file.
    known : callable
        Tells how many cells of a row are the names of columns; by it the separator is found.
    notes : list of Note
        Where a remark about the encoding goes.

    Returns
    -------
    Grid
        Its rows.

    Raises
    ------
    InvalidJourney
        If it cannot be read, or is no such table.
    """
    if _is_package(path):
        message = "this is a spreadsheet or an archive; name it .xlsx, or save it as CSV"
        raise InvalidJourney(message, path=path)
    text = read_text(path, notes, MAX_BYTES)
    if "\0" in text:
        message = "this is no text; save the table as CSV in UTF-8"
        raise InvalidJourney(message, path=path)
    return parse_csv(text, known, path)


def parse_csv(text: str, known: Known, path: str | None = None) -> Grid:
    r"""Find rows and cells in the text of a table.

    Parameters
    ----------
    text : str
        The table.
    known : callable
        Tells how many cells of a row are the names of columns.
    path : str or None
        The file, for messages.

    Returns
    -------
    Grid
        Its rows; each has the line in which it begins.

    Raises
    ------
    InvalidJourney
        If quotes are not closed, or the rows are separated otherwise than their header.

    Examples
    --------
    >>> grid = parse_csv("do;feels\nI wait, and wait;-1\n", lambda cells: "do" in cells)
    >>> grid.rows[1]
    Row(line=2, cells=('I wait, and wait', '-1'))
    """
    said = _SEPARATED_BY.match(text)
    if said:
        # The line is blanked, not cut out, so that lines stay lines.
        text = text[said.end(1) :].lstrip('"')
    delimiter = said[1] if said else _delimiter(text, known)
    rows = []
    try:
        rows = [row for row in _rows(text, delimiter, strict=True) if not row.is_empty]
    except csv.Error as error:
        raise _unreadable(text, delimiter, error, path) from None
    grid = Grid(path, tuple(rows))
    _check_separators(grid, delimiter, known)
    return grid


def to_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    r"""Write rows as CSV that spreadsheets open as they are meant.

    Parameters
    ----------
    rows : iterable of sequence of str
        Their cells.
    delimiter : str
        What stands between cells.

    Returns
    -------
    bytes
        UTF-8 with the mark by which spreadsheets know it; a text that would be a formula has an
        apostrophe in front, which `read_csv` takes away again.

    Examples
    --------
    >>> to_csv([["do", "feels"], ["=1+1", "-1"]])[3:]
    b"do,feels\n'=1+1,-1\n"
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig", errors="backslashreplace")


def split_list(text: str) -> tuple[str, ...]:
    r"""Split a cell at its semicolons.

    Parameters
    ----------
    text : str
        A cell; ``\;`` is a semicolon that belongs to an item.

    Returns
    -------
    tuple of str
        The items, which may be empty; none at all for an empty cell.

    Examples
    --------
    >>> split_list(r"counter; ; salt\;pepper")
    ('counter', '', 'salt;pepper')
    """
    if not text:
        return ()
    first, *others = _LIST.split(text)
    items = [first]
    for strokes, part in zip(others[::2], others[1::2], strict=True):
        items[-1] += "\\" * (len(strokes) // 2)
        if len(strokes) % 2:
            items[-1] += ";" + part
        else:
            items.append(part)
    return tuple(item.strip() for item in items)


def join_list(items: Sequence[str]) -> str:
    r"""Put items into one cell, so that `split_list` finds them again.

    Parameters
    ----------
    items : sequence of str
        Any texts.

    Returns
    -------
    str
        One cell; empty where all items are.

    Examples
    --------
    >>> join_list(["counter", "salt;pepper"])
    'counter; salt\\;pepper'
    """
    if not any(items):
        return ""
    *most, last = [_LIST.sub(lambda found: found[1] * 2 + "\\;", item) for item in items]
    # Strokes at the end of an item stand before a semicolon now; at the end of a cell they do not.
    most = [item + "\\" * (len(item) - len(item.rstrip("\\"))) for item in most]
    return "; ".join([*most, last])


def _is_package(path: str) -> bool:
    # What cannot be opened is told by whoever reads it.
    with suppress(OSError), Path(path).open("rb") as file:
        return file.read(len(_PACKAGE)) == _PACKAGE
    return False


def _harmless(text: str) -> str:
    # An apostrophe that stands there already gets another, for reading takes one away.
    if _NUMBER.fullmatch(text) or not is_formula(text.lstrip("'")):
        return text
    return f"'{text}"


def _cell(text: str) -> str:
    text = text.strip()
    return text[1:] if text.startswith("'") and is_formula(text.lstrip("'")) else text


def _rows(text: str, delimiter: str, *, strict: bool = False) -> Iterator[Row]:
    # Without translation of line ends, a lone carriage return ends a line too.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=strict
    )
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        yield Row(line, tuple(map(_cell, cells)))


def _delimiter(text: str, known: Known) -> str:
    """Choose what finds the most names of columns, and the fewest rows too long for these."""
    best, choice = (0, 1), ","
    for delimiter in DELIMITERS:
        try:
            rows = list(islice(_rows(text, delimiter), HEADER_WITHIN))
        except csv.Error:
            continue
        names, _, start = max(
            ((known(row.cells), -i, i) for i, row in enumerate(rows)), default=(0, 0, 0)
        )
        widths = [len(row.cells) for row in rows[start:]] or [0]
        longer = sum(width > widths[0] for width in widths)
        # Where no name is known, the most columns make the plainest message.
        found = (names, -longer if names else widths[0])
        if found > best:
            best, choice = found, delimiter
    return choice


def _check_separators(grid: Grid, delimiter: str, known: Known) -> None:
    """Refuse rows that are separated otherwise than their header, all of them."""
    start = grid.header(known)
    _, *below = grid.rows[start:]
    if not below or sum(map(bool, grid.rows[start].cells)) == 1:
        return
    for other, name in DELIMITERS.items():
        if other != delimiter and all(
            sum(map(bool, row.cells)) == 1 and other in row.cells[0] for row in below
        ):
            message = f"the rows are separated by {name}, their header by {_called(delimiter)}"
            raise invalid(message, grid.path, below[0].line)


def _called(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, repr(delimiter))


def _unreadable(text: str, delimiter: str, error: csv.Error, path: str | None) -> InvalidJourney:
    """Say where the quotes went wrong: in the row after the last that could be read."""
    line = 1
    try:
        for row in _rows(text, delimiter, strict=True):
            line = (row.line or 0) + 1 + sum(cell.count("\n") for cell in row.cells)
    except csv.Error:
        pass
    if "unexpected end" in str(error):
        message = "a quote is opened here and never closed"
    elif "limit" in str(error):
        message = "a cell is too long; is a quote missing?"
    else:
        message = "a text goes on after its closing quote; write quotes inside a text twice"
    return invalid(message, path, line)
