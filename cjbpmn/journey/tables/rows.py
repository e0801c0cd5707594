"""Rows of a table as the tree that the reader of journey files reads.

What a value means, and what is wrong with it, only `Reader` knows. Here each cell gets its key, its
line and the name of its column, so that every complaint can say where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from cjbpmn.errors import InvalidJourney
from cjbpmn.journey import Journey, forms
from cjbpmn.journey.forms import Form
from cjbpmn.journey.reader import Reader
from cjbpmn.journey.tables.grid import Grid, Row, split_list
from cjbpmn.journey.tables.headers import (
    LISTS,
    NO_CELLS,
    PARTS,
    Column,
    Place,
    count_known,
    did_you_mean,
    find_column,
)
from cjbpmn.journey.yaml import Entry, Node, Note, invalid, key_of

T = TypeVar("T")

TABLES: Final[Mapping[str, Form]] = {
    "steps": forms.STEP,
    "observations": forms.OBSERVATION,
    "phases": forms.PHASE,
    "norms": forms.NORM,
    "measurements": forms.MEASUREMENT,
    "statistics": forms.STATISTICS,
    "durations": forms.DURATION,
    "branches": forms.BRANCH,
    "calendars": forms.CALENDAR,
}
"""The lists of a journey that can be tables, and what a row of each stands for."""

_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_SCALE: Final = re.compile(r"[+-]?[0-9]+[^0-9]+[0-9]+")
_STAND_IN: Final = "0"


@dataclass(frozen=True, slots=True)
class Cell(Node):
    """A node of the tree that knows its column and its file.

    Parameters
    ----------
    column : str
        What messages call its column; the empty string for a whole row.
    path : str or None
        The file.
    """

    column: str = ""
    path: str | None = None


class Said(NamedTuple):
    """What stands in one cell, and where."""

    column: Column
    text: str
    line: int | None


class TableReader(Reader):
    """Reads trees that were rows: the same values, with the column in every message."""

    def refuse(self, mistake: InvalidJourney) -> None:
        """Note a mistake down and go on.

        Parameters
        ----------
        mistake : InvalidJourney
            It is raised with all others.
        """
        self.mistakes[str(mistake)] = mistake

    def attempt(self, read: Callable[[Node], T], node: Node) -> T | None:
        """Read a value; note a mistake down and go on.

        Parameters
        ----------
        read : callable
            A method of this reader.
        node : Node
            What it reads.

        Returns
        -------
        object
            What it returned; None where that is wrong.
        """
        return self._try(read, node)

    def mistake(self, message: str, node: Node) -> InvalidJourney:
        """Return a mistake that names the place of a node.

        Parameters
        ----------
        message : str
            What is wrong.
        node : Node
            Where.

        Returns
        -------
        InvalidJourney
            To be refused or raised.
        """
        return self._error(message, node)

    def _missing(
        self, node: Node, form: Form, key: str, unknown: Mapping[str, Node]
    ) -> InvalidJourney:
        if not isinstance(node, Cell) or not isinstance(node.value, dict):
            return super()._missing(node, form, key, unknown)
        if key in node.value:
            example = form.example.partition(": ")[2]
            return self._error(f"there is nothing here; write {example!r}", node.value[key].node)
        message = "this says more of something, but the column of that has nothing here"
        return self._error(message, next(entry.node for entry in node.value.values()))

    def _note_unknown(self, unknown: Mapping[str, Node], form: Form) -> None:
        """Say nothing: it was said of the header already, once for all rows."""

    def _error(self, message: str, node: Node) -> InvalidJourney:
        if not isinstance(node, Cell):
            return super()._error(message, node)
        return invalid(self._about(message, node), node.path, node.line)

    def _about(self, message: str, node: Node) -> str:
        if isinstance(node, Cell):
            return f"{node.column}: {message}" if node.column else message
        return super()._about(message, node)


def journey_of(
    grids: Mapping[str, Grid],
    notes: list[Note],
    path: str | None = None,
    mistakes: Iterable[InvalidJourney] = (),
) -> Journey:
    """Read a journey from its tables.

    Parameters
    ----------
    grids : mapping of str to Grid
        By the key of a journey file: ``steps``, ``observations`` and so on. What belongs to the
        journey as a whole stands above the header of the steps.
    notes : list of Note
        Where remarks go.
    path : str or None
        The file of the steps, after which a journey without a name is called.
    mistakes : iterable of InvalidJourney
        What is wrong with tables that could not be read at all.

    Returns
    -------
    Journey
        What people declared.

    Raises
    ------
    InvalidJourney
        If anything cannot be understood; all mistakes at once.
    """
    reader = TableReader(path, notes)
    for mistake in mistakes:
        reader.refuse(mistake)
    entries: dict[str, Entry] = {}
    for key, grid in grids.items():
        try:
            above, rows = rows_of(grid, TABLES[key], reader)
        except InvalidJourney as mistake:
            reader.refuse(mistake)
            continue
        if key == "steps":
            entries |= _head(grid, above, reader)
        elif above:
            message = "the first row must be the header"
            reader.refuse(invalid(message, grid.path, above[0].line))
        if key in entries:
            message = f"there is a sheet {grid.sheet!r}; keep one of the two"
            reader.refuse(reader.mistake(message, entries[key].node))
        entries[key] = Entry(key, Node(rows, key))
    name = Cell(Path(path).stem if path else None, "journey", None, "", path)
    entries.setdefault("journey", Entry("journey", name))
    return reader.journey(Node(entries))


def rows_of(
    grid: Grid, form: Form, reader: TableReader
) -> tuple[tuple[Row, ...], tuple[Cell, ...]]:
    """Turn the rows below the header into nodes.

    Parameters
    ----------
    grid : Grid
        The table.
    form : Form
        What a row stands for.
    reader : TableReader
        Where mistakes and remarks about headers go.

    Returns
    -------
    above : tuple of Row
        What stands above the header.
    rows : tuple of Cell
        A mapping for each row.

    Raises
    ------
    InvalidJourney
        If there is no header.
    """
    start = grid.header(lambda cells: count_known(cells, form))
    header = grid.rows[start]
    columns = [find_column(i, cell, form) for i, cell in enumerate(header.cells) if cell]
    # A column that is refused has a header all the same.
    headed = {column.number for column in columns}
    columns = _checked(columns, grid, [header.line] * len(columns), form, reader)
    for key in form.required:
        if Place(key) not in {column.place for column in columns}:
            reader.refuse(_no_column(key, columns, grid, header.line, form))
            # Something stands in for it, so that the other columns are read for their mistakes.
            columns.append(Column(-1, "", Place(key)))
    rows = []
    for row in grid.rows[start + 1 :]:
        lost = [repr(cell) for i, cell in enumerate(row.cells) if cell and i not in headed]
        if lost:
            message = f"there is no header above {', '.join(lost)}"
            reader.refuse(invalid(message, grid.path, row.line))
        said = [Said(column, _text(row, column), row.line) for column in columns]
        rows.append(Cell(entries_of(said, grid, form), "", row.line, "", grid.path))
    return grid.rows[:start], tuple(rows)


def _text(row: Row, column: Column) -> str:
    if column.number < 0:
        return _STAND_IN
    return row.cells[column.number] if column.number < len(row.cells) else ""


def _head(grid: Grid, above: Iterable[Row], reader: TableReader) -> dict[str, Entry]:
    """Read what stands above the header: names in the first column, values beside them."""
    said = []
    for number, row in enumerate(above):
        name, *values = row.cells
        values = list(filter(None, values))
        if not name or not values:
            message = "above the header stand a name and a value, such as 'journey' and 'Lunch'"
            reader.refuse(invalid(message, grid.path, row.line))
            continue
        column = find_column(number, name, forms.JOURNEY)
        kind = _kind(column.place, forms.JOURNEY)
        if len(values) > 1 and kind not in LISTS:
            reader.refuse(invalid(f"{name!r} has one value", grid.path, row.line))
        said.append(Said(column, "; ".join(values), row.line))
    columns = [one.column for one in said]
    lines = [one.line for one in said]
    kept = _checked(columns, grid, lines, forms.JOURNEY, reader)
    return entries_of([one for one in said if one.column in kept], grid, forms.JOURNEY)


def _kind(place: Place | None, form: Form) -> str:
    if place is None:
        return ""
    kind = form.keys[place.key]
    return PARTS[kind].keys.get(place.part, "") if place.part else kind


def _checked(
    columns: Sequence[Column],
    grid: Grid,
    lines: Sequence[int | None],
    form: Form,
    reader: TableReader,
) -> list[Column]:
    """Keep the columns that say each something else; note down what is wrong with the others."""
    kept: dict[object, Column] = {}
    for column, line in zip(columns, lines, strict=True):
        name = column.written
        meant: object = column.place or key_of(name)
        if form.keys.get(key_of(name)) in NO_CELLS:
            message = f"{name!r} does not fit into a row; write it in a journey file"
            reader.refuse(invalid(message, grid.path, line))
        elif meant in kept and column.place:
            message = f"{kept[meant].written!r} and {name!r} say the same; keep one of them"
            reader.refuse(invalid(message, grid.path, line))
        elif meant in kept:
            reader.refuse(invalid(f"{name!r} stands twice", grid.path, line))
        else:
            kept[meant] = column
            if column.place is None:
                message = f"{grid.named(name)} is kept, but not understood"
                note = invalid(message + did_you_mean(name, form), grid.path, line)
                reader.notes.append((line or 0, str(note)))
    return list(kept.values())


def _no_column(
    key: str, columns: Sequence[Column], grid: Grid, line: int | None, form: Form
) -> InvalidJourney:
    unknown = [column.written for column in columns if column.place is None]
    likely = [one for one in unknown if did_you_mean(one, form)]
    hint = f"; did you mean that by {likely[0]!r}?" if likely else ""
    found = ", ".join(repr(column.written) for column in columns)
    return invalid(f"there is no column {key!r}{hint} (found {found})", grid.path, line)


def entries_of(said: Sequence[Said], grid: Grid, form: Form) -> dict[str, Entry]:
    """Put what several cells say of one thing together.

    Parameters
    ----------
    said : sequence of Said
        The cells.
    grid : Grid
        Where they stand.
    form : Form
        What the thing is.

    Returns
    -------
    dict of str to Entry
        The value of its mapping.
    """
    entries: dict[str, Entry] = {}
    together: dict[str, list[Said]] = {}
    for one in said:
        if one.column.place is not None:
            together.setdefault(one.column.place.key, []).append(one)
        elif one.text:
            key = key_of(one.column.written)
            entries[key] = Entry(one.column.written, _cell(one, one.text, key, grid))
    for key, cells in together.items():
        entries[key] = Entry(key, _value(key, cells, grid, form))
    return entries


def _value(key: str, said: Sequence[Said], grid: Grid, form: Form) -> Cell:
    """Make the node of one key from its own column and those of its parts."""
    kind = form.keys[key]
    part = PARTS.get(kind)
    first = said[0]
    value: str | tuple[Node, ...] | dict[str, Entry] | None
    if part is None:
        value = _plain(first, kind, key, grid)
    else:
        items = _items(said, part, key, grid, several=kind in LISTS)
        value = items if kind in LISTS else items[0].value if items else None
    return _cell(first, value, key, grid)


def _plain(
    said: Said, kind: str, key: str, grid: Grid
) -> str | tuple[Node, ...] | dict[str, Entry] | None:
    if kind in LISTS:
        return tuple(_cell(said, item, key, grid) for item in split_list(said.text) if item)
    if kind == "timespan" and said.column.remark and _NUMBER.fullmatch(said.text):
        return f"{said.text} {said.column.remark}"
    return said.text or None


def _items(
    said: Sequence[Said], part: Form, key: str, grid: Grid, *, several: bool
) -> tuple[Cell, ...]:
    """Make nodes of cells that hold one item each, or the same number of items, in order."""
    own = next((one for one in said if one.column.place == Place(key)), None)
    mains = split_list(own.text) if own and several else (own.text,) if own else ()
    is_one = len(mains) <= 1
    # The text beside a single item is not split: it may be a sentence with a semicolon.
    lists = [(one.text,) if is_one else split_list(one.text) for one in said if one is not own]
    beside = [one for one in said if one is not own]
    made = []
    for main, *others in zip_longest(mains, *lists, fillvalue=""):
        entries = {}
        if own and main:
            entries[part.main] = Entry(part.main, _cell(own, main, part.main, grid))
            if key == "feels" and _SCALE.fullmatch(own.column.remark):
                entries["scale"] = Entry("scale", _cell(own, own.column.remark, "scale", grid))
        for one, text in zip(beside, others, strict=True):
            if text and one.column.place:
                name = one.column.place.part
                node = _cell(
                    one,
                    _plain(one._replace(text=text), part.keys.get(name, ""), name, grid),
                    name,
                    grid,
                )
                entries[name] = Entry(_written(one.column), node)
        if not entries:
            continue
        if entries.keys() == {part.main} and own:
            # A text alone can say more: what kind of evidence it is, for instance.
            made.append(_cell(own, main, key, grid))
        else:
            made.append(_cell((own if own and main else beside[0]), entries, key, grid))
    return tuple(made)


def _written(column: Column) -> str:
    """Return the part of a header that names the part, as it was written."""
    if column.place is None:
        return column.written
    words = re.fullmatch(r"\s*[^\s_-]+[\s_-]+(.*?)\s*", column.written)
    return words[1] if words else column.place.part


def _cell(
    said: Said, value: str | tuple[Node, ...] | dict[str, Entry] | None, key: str, grid: Grid
) -> Cell:
    return Cell(value, key, said.line, grid.named(said.column.written), grid.path)
