"""Tables for a terminal: plain, narrow, and safe whatever a model is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from cjbpmn.report.printable import printable


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    heading : str
        What stands above it.
    folds : bool
        Whether its texts may go over several lines.
    number : bool
        Whether it is aligned as a number.
    """

    heading: str
    folds: bool = False
    number: bool = False


def make_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Table:
    """Make a table that folds long texts, so that nothing is cut off, and drops empty columns.

    Parameters
    ----------
    columns : sequence of Column
        The columns.
    rows : iterable of sequences of str
        The cells; markup in them is shown, not obeyed.

    Returns
    -------
    rich.table.Table
        To be printed.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    used = [number for number in range(len(columns)) if any(row[number] for row in cells)]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in (columns[number] for number in used):
        table.add_column(
            Text(column.heading, style="bold"),
            justify="right" if column.number else "left",
            overflow="fold",
            no_wrap=not column.folds,
        )
    for row in cells:
        table.add_row(*(Text(row[number]) for number in used))
    return table


def plural(number: int, noun: str, ending: str = "s") -> str:
    """Write a number with its noun.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        In the singular.
    ending : str
        What the plural adds.

    Returns
    -------
    str
        Such as ``2 models``.

    Examples
    --------
    >>> plural(0, "model"), plural(1, "model"), plural(2, "stretch", "es")
    ('no models', '1 model', '2 stretches')
    """
    return f"{number or 'no'} {noun}{'' if number == 1 else ending}"
