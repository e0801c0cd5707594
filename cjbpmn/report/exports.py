"""Results of one model or of many, as JSON, CSV, a spreadsheet or plain text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from rich.console import Console, RenderableType
from rich.text import Text

from cjbpmn.formulas import is_formula
from cjbpmn.journey.tables.workbook import text_of, workbook_of
from cjbpmn.report.printable import is_active, printable

if TYPE_CHECKING:
    import pandas as pd

_UNUSUAL: Final = re.compile("[^\\n -~]")
"""What needs a second look before it goes to a terminal."""

TEXT_WIDTH: Final = 100
"""How many columns a table in a file has."""


class Form(StrEnum):
    """The notations in which results can be had."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def ending(self) -> str:
        """How the name of a file in it ends."""
        return ".txt" if self is Form.TABLE else f".{self}"


class Result(Protocol):
    """What was found in one model."""

    @property
    def path(self) -> str:
        """The file."""

    @property
    def summary(self) -> str:
        """What was found, in a few words."""

    def as_values(self) -> Any:
        """Return it as plain values for JSON."""

    def as_entry(self) -> dict[str, Any]:
        """Return the same with the path, as one of many."""

    def as_frame(self) -> pd.DataFrame:
        """Return it as a pandas frame."""

    def as_table(self, width: int) -> RenderableType:
        """Return it for people, in so many columns; without a title."""


def to_json(found: Sequence[Result], *, several: bool = False) -> bytes:
    r"""Write results as JSON.

    Parameters
    ----------
    found : sequence of Result
        The results.
    several : bool
        Whether to write a list with the path of each model, or the values of the only one.

    Returns
    -------
    bytes
        UTF-8.

    Examples
    --------
    >>> from cjbpmn.report.points import ModelPoints
    >>> to_json([ModelPoints("a.bpmn")])
    b'[]\n'
    """
    values = [result.as_entry() for result in found] if several else found[0].as_values()
    text = json.dumps(values, ensure_ascii=False, indent=2)
    return f"{_UNUSUAL.sub(_escaped, text)}\n".encode()


def to_csv(found: Sequence[Result], *, several: bool = False) -> bytes:
    """Write results as CSV, one interaction point or waiting stretch a row.

    Cells that a spreadsheet would take for a formula get an apostrophe in front.

    Parameters
    ----------
    found : sequence of Result
        The results.
    several : bool
        Whether to begin each row with the path of the model.

    Returns
    -------
    bytes
        UTF-8.
    """
    if not found:
        return b""
    whole = _frame_of(found, several=several).map(_harmless)
    return str(whole.to_csv(index=False, lineterminator="\n")).encode(errors="backslashreplace")


def to_xlsx(found: Sequence[Result], *, several: bool = False, path: str | None = None) -> bytes:
    """Write results as a spreadsheet, one interaction point or waiting stretch a row.

    Parameters
    ----------
    found : sequence of Result
        The results.
    several : bool
        Whether to begin each row with the path of the model.
    path : str or None
        What the file is to be called, for those who are told that it cannot be made.

    Returns
    -------
    bytes
        A workbook with one sheet. No text in it is a formula.

    Raises
    ------
    NotWritten
        If openpyxl is not installed.
    """
    rows: list[list[str]] = [[]]
    if found:
        whole = _frame_of(found, several=several)
        rows = [list(whole.columns), *whole.map(text_of).to_numpy().tolist()]
    return workbook_of({"results": rows}, path)


def _frame_of(found: Sequence[Result], *, several: bool) -> pd.DataFrame:
    """Put all results into one frame whose cells hold one thing each."""
    import pandas as pd  # noqa: PLC0415 - heavy, and needed only here

    frames = []
    for result in found:
        frame = result.as_frame().astype(object)
        if several:
            frame.insert(0, "path", result.path)
        frames.append(frame)
    rows = [row for frame in frames for row in frame.itertuples(index=False)]
    cells = [[_flat(value) for value in row] for row in rows]
    return pd.DataFrame(cells, columns=frames[0].columns, dtype=object)


def to_text(found: Sequence[Result], *, width: int = TEXT_WIDTH) -> bytes:
    """Write results as tables without colours.

    Parameters
    ----------
    found : sequence of Result
        The results.
    width : int
        How many columns.

    Returns
    -------
    bytes
        UTF-8.
    """
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, force_terminal=False)
    print_tables(found, console)
    lines = (line.rstrip() for line in stream.getvalue().splitlines())
    return "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")


def print_tables(found: Sequence[Result], console: Console) -> None:
    """Print results as tables.

    Parameters
    ----------
    found : sequence of Result
        The results.
    console : rich.console.Console
        Where to.
    """
    for result in found:
        # A path on one line can be copied, however narrow the tables are.
        title = Text.assemble((printable(result.path), "bold"), f": {result.summary}")
        console.print(title, soft_wrap=True)
        console.print(result.as_table(console.width), end="")


def render(
    found: Sequence[Result], form: Form, *, several: bool = False, path: str | None = None
) -> bytes:
    """Write results in one of the notations.

    Parameters
    ----------
    found : sequence of Result
        The results.
    form : Form
        The notation.
    several : bool
        Whether many models were asked for.
    path : str or None
        What the file is to be called, for those who are told that it cannot be made.

    Returns
    -------
    bytes
        The content of a file.

    Raises
    ------
    NotWritten
        If it is to be a spreadsheet, and openpyxl is not installed.
    """
    match form:
        case Form.JSON:
            return to_json(found, several=several)
        case Form.CSV:
            return to_csv(found, several=several)
        case Form.XLSX:
            return to_xlsx(found, several=several, path=path)
        case Form.TABLE:
            return to_text(found)


def _escaped(match: re.Match[str]) -> str:
    """Escape, as JSON can, what acts on a terminal, and the half characters of odd file names."""
    return json.dumps(match[0])[1:-1] if is_active(match[0]) else match[0]


def _flat(value: Any) -> Any:
    """Make one text of a list, for one cell."""
    if not isinstance(value, list | tuple):
        return value
    return ";".join(
        " -> ".join(map(str, item)) if isinstance(item, list | tuple) else str(item)
        for item in value
    )


def _harmless(value: Any) -> Any:
    """Keep a text from being a formula, and from ending its row."""
    if not isinstance(value, str):
        return value
    # A lone carriage return ends a row for some readers, even where it is quoted.
    text = value.replace("\r", "\\r")
    return f"'{text}" if is_formula(value) else text
