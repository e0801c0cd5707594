"""A journey as tables: one row a step, and a second file for what was observed.

People keep journeys in spreadsheets. What belongs to the journey as a whole stands above the header
of the steps, a name and a value a row; lists in a cell are separated by semicolons.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from cjbpmn.atomic import write_bytes
from cjbpmn.errors import CjbpmnWarning, InvalidJourney
from cjbpmn.journey import Journey, forms
from cjbpmn.journey.forms import Form
from cjbpmn.journey.plain import plain_journey
from cjbpmn.journey.tables.grid import Grid, join_list, parse_csv, read_csv, to_csv
from cjbpmn.journey.tables.headers import (
    LISTS,
    NO_CELLS,
    PARTS,
    Place,
    count_known,
    find_place,
    places,
)
from cjbpmn.journey.tables.rows import TABLES, journey_of
from cjbpmn.journey.yaml import Note, key_of

Rows = list[list[str]]

ENDINGS: Final = (".csv", ".tsv", ".tab")
"""How the names of tables in text files end."""

_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "steps": (
        "phase", "do", "at", "channel", "sees", "feels", "because", "says", "feels source",
        "feels n", "thinks", "needs", "expects", "met", "moment of truth", "importance", "source",
        "n", "waits", "promise", "told", "fallback",
    ),
    "observations": (
        "see", "at", "hurts", "impact", "effort", "better", "horizon", "owner", "due", "status",
    ),
}  # fmt: skip
"""The columns that people look for first, in this order; the others follow."""

_ALWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "steps": ("do", "at"),
    "observations": ("see", "at"),
}
"""The columns that stand there though they are empty: people fill them in."""

_ELSEWHERE: Final = "a journey file can"


def read_table(path: str | Path, observations: str | Path | None = None) -> Journey:
    r"""Read a journey from a table in a text file (CSV).

    The separator is found, and so is the encoding. Headers may be written in several languages.

    Parameters
    ----------
    path : str or pathlib.Path
        The table of steps.
    observations : str, pathlib.Path or None
        The table of observations.

    Returns
    -------
    Journey
        What people declared; without a name, it is called as the file is.

    Raises
    ------
    InvalidJourney
        If anything cannot be understood; the error names all mistakes, each with its line and
        column.

    Warns
    -----
    CjbpmnWarning
        If a column or a channel is unknown, or the file is not in UTF-8; everything is kept.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "lunch.csv"
    ...     _ = path.write_text("do;channel;feels\nI order;desk;1\nI wait;;-1\n")
    ...     journey = read_table(path)
    >>> journey.name, [step.feels[0].value for step in journey.steps]
    ('lunch', [1.0, -1.0])
    """
    notes: list[Note] = []
    journey = journey_of_tables(path, observations, notes)
    for _, note in sorted(dict.fromkeys(notes), key=itemgetter(0)):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return journey


def journey_of_tables(
    path: str | Path, observations: str | Path | None, notes: list[Note]
) -> Journey:
    """Read a journey from tables, and keep the remarks for whoever wants to tell them.

    Parameters
    ----------
    path : str or pathlib.Path
        The table of steps.
    observations : str, pathlib.Path or None
        The table of observations.
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
    files = {"steps": path} | ({} if observations is None else {"observations": observations})
    grids: dict[str, Grid] = {}
    mistakes: list[InvalidJourney] = []
    for key, file in files.items():
        try:
            grids[key] = read_csv(str(file), knows(TABLES[key]), notes)
        except InvalidJourney as mistake:
            mistakes.append(mistake)
    return journey_of(grids, notes, str(path), mistakes)


def write_table(journey: Journey, path: str | Path, observations: str | Path | None = None) -> None:
    """Write a journey as a table in a text file (CSV), which `read_table` reads again.

    Parameters
    ----------
    journey : Journey
        Any journey.
    path : str or pathlib.Path
        Where the steps go; separated by tabs if it ends in ``.tsv``, else by commas.
    observations : str, pathlib.Path or None
        Where the observations go.

    Raises
    ------
    InvalidJourney
        If something in the journey cannot be read again at all; nothing is written.
    NotWritten
        If a file cannot be written.

    Warns
    -----
    CjbpmnWarning
        For each thing that a table cannot hold, or not whole.

    Examples
    --------
    >>> import tempfile
    >>> from cjbpmn.journey import Emotion, Step
    >>> step = Step("I wait", feels=(Emotion(-1, because="nobody says how long"),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "lunch.csv"
    ...     write_table(Journey("Lunch", steps=(step,)), path)
    ...     print(path.read_text("utf-8-sig"), end="")
    journey,Lunch
    do,at,feels,because
    I wait,,-1,nobody says how long
    """
    files = {"steps": path} | ({} if observations is None else {"observations": observations})
    tables = tables_of(journey, set(files))
    texts = {key: to_csv(tables[key], _delimiter(file)) for key, file in files.items()}

    def read_again(notes: list[Note]) -> Journey:
        grids = {
            key: parse_csv(text.decode("utf-8-sig"), knows(TABLES[key]))
            for key, text in texts.items()
        }
        return journey_of(grids, notes)

    for message in check_table(journey, read_again):
        warnings.warn(f"{path}: {message}", CjbpmnWarning, stacklevel=2)
    for key, file in files.items():
        write_bytes(file, texts[key])


def tables_of(journey: Journey, lists: Collection[str] = frozenset(TABLES)) -> dict[str, Rows]:
    """Return the tables of a journey.

    Parameters
    ----------
    journey : Journey
        Any journey.
    lists : collection of str
        The lists of it that can have a table.

    Returns
    -------
    dict of str to list of list of str
        The rows by the key of a journey file, the steps first; of other lists than steps and
        observations only those that say something.
    """
    plain = plain_journey(journey)
    # Phases that are names have room above the steps.
    has_phases = "phases" in lists and any(isinstance(one, dict) for one in plain.get("phases", ()))
    head = {key: part for key, part in plain.items() if key != "cjbpmn"}
    if has_phases:
        head.pop("phases")
    found: dict[str, Rows] = {}
    for key, form in TABLES.items():
        if key not in lists or (key == "phases" and not has_phases):
            continue
        rows = plain.get(key, [])
        several = rows if isinstance(rows, list) else [rows]
        items = [row if isinstance(row, dict) else {form.main: row} for row in several]
        if items or key in _ALWAYS:
            found[key] = _table([_cells(item, form) for item in items], key)
    found["steps"] = [
        *([header, text] for header, text in _cells(head, forms.JOURNEY).items() if text),
        *found["steps"],
    ]
    return found


def check_table(journey: Journey, read_again: Callable[[list[Note]], Journey]) -> Iterator[str]:
    """Compare a journey with what its tables say.

    Parameters
    ----------
    journey : Journey
        What was to be written.
    read_again : callable
        Reads what is written; remarks go into the list that it is given.

    Yields
    ------
    str
        What a table does not hold, or not whole.

    Raises
    ------
    InvalidJourney
        If it cannot be read again.
    """
    try:
        back = read_again([])
    except InvalidJourney as mistake:
        message = f"this journey cannot be written as a table: {mistake}"
        raise InvalidJourney(message) from mistake
    for name, whole, held in _unequal(journey, back):
        if not isinstance(whole, tuple) or name == "extra":
            yield f"a table cannot hold {_as_key(name)!r} as it is; {_ELSEWHERE}"
        elif len(whole) != len(held):
            yield f"a table cannot hold the {name} ({len(whole)}); {_ELSEWHERE}"
        else:
            for number, (one, other) in enumerate(zip(whole, held, strict=True), 1):
                lost = ", ".join(_as_key(part) for part, _, _ in _unequal(one, other))
                if lost:
                    which = f"{name.removesuffix('s')} {number}"
                    yield f"a table cannot hold all of {which} ({lost}); {_ELSEWHERE}"


def knows(form: Form) -> Callable[[Sequence[str]], int]:
    """Return what tells how many cells of a row are the names of columns.

    Parameters
    ----------
    form : Form
        What a row below the header stands for.

    Returns
    -------
    callable
        For `read_csv`.
    """
    return lambda cells: count_known(cells, form)


def _delimiter(path: str | Path) -> str:
    return "\t" if str(path).lower().endswith((".tsv", ".tab")) else ","


def _unequal(one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    for item in fields(one):
        if item.compare and getattr(one, item.name) != getattr(other, item.name):
            yield item.name, getattr(one, item.name), getattr(other, item.name)


def _as_key(name: str) -> str:
    return name.rstrip("_").replace("_", " ")


def _table(rows: Sequence[Mapping[str, str]], key: str) -> Rows:
    """Put rows under the headers that at least one of them needs."""
    form = TABLES[key]
    used = {header for row in rows for header, text in row.items() if text}
    first = _FIRST.get(key, form.required)
    known = [_header(place, form) for place in places(form)]
    written = {header: None for row in rows for header in row}
    always = _ALWAYS.get(key, form.required)
    header = [
        one for one in dict.fromkeys([*first, *known, *written]) if one in used or one in always
    ]
    return [header, *([row.get(one, "") for one in header] for row in rows)]


def _cells(plain: Mapping[str, Any], form: Form) -> dict[str, str]:
    """Spread the plain values of one thing over columns."""
    found: dict[str, str] = {}
    for key, value in plain.items():
        kind = form.keys.get(key)
        if kind is None:
            # A key of somebody's own is a column of its own, unless its name means something here.
            if find_place(key, form) is None and key_of(key) not in map(key_of, found):
                found[key] = _text(value)
        elif part := PARTS.get(kind):
            found |= _parts(key, value, part, form, several=kind in LISTS)
        elif kind not in NO_CELLS:
            items = [
                one[forms.PHASE.main] if isinstance(one, dict) else one for one in _list(value)
            ]
            texts = [_text(item) for item in items]
            found[_header(Place(key), form)] = join_list(texts) if kind in LISTS else "".join(texts)
    return found


def _parts(key: str, value: Any, part: Form, form: Form, *, several: bool) -> dict[str, str]:
    items = [one if isinstance(one, dict) else {part.main: one} for one in _list(value)]
    # What else is known of a persona is a column each.
    items = [{**item.get("facts", {}), **item} for item in items]
    found = {}
    for name in dict.fromkeys([part.main, *part.keys, *(name for item in items for name in item)]):
        kind = part.keys.get(name, "")
        texts = [
            join_list([_text(one) for one in _list(item.get(name, []))])
            if kind in LISTS
            else _text(item.get(name, ""))
            for item in items
        ]
        if kind in NO_CELLS or (not kind and not part.is_open):
            continue
        place = Place(key) if name == part.main else Place(key, name)
        header = _header(place, form) if kind else f"{key} {name}"
        # Beside a single item nothing is split.
        is_list = several and (place.part == "" or len(items) > 1)
        found[header] = join_list(texts) if is_list else "".join(texts)
    return found


def _header(place: Place, form: Form) -> str:
    """Return the shortest header that means this place."""
    short = place.part.replace("_", " ")
    return short if short and find_place(short, form) == place else place.written


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12f}".rstrip("0").rstrip(".")
    return str(value)
