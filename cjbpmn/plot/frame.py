"""Where the columns stand, and what a row is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cjbpmn.plot.sheet import Sheet

MARGIN: Final = 0.2
LABELS: Final = 1.3
PITCH: Final = 1.6
BOX: Final = 1.42
TEXT: Final = BOX - 0.12
"""Inches: the border, the labels of the rows, from column to column, a box, the text in it."""

_LEAD: Final = 0.85
_LEAST: Final = 7.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the columns stand, in inches from the left.

    Parameters
    ----------
    columns : int
        How many there are.
    lead : bool
        Whether something happens before the first of them.
    """

    columns: int
    lead: bool = False

    @property
    def start(self) -> float:
        """The left side of the first column."""
        return MARGIN + LABELS + (_LEAD if self.lead else 0.0)

    @property
    def end(self) -> float:
        """The right side of the last column."""
        return self.start + self.columns * PITCH

    @property
    def width(self) -> float:
        """The width of the sheet."""
        return max(self.end + MARGIN, _LEAST)

    def centre(self, column: int) -> float:
        """Return the middle of a column."""
        return self.start + (column + 0.5) * PITCH


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the picture.

    Parameters
    ----------
    label : str
        What stands at its left; may be empty.
    height : float
        Inches.
    draw : callable
        Draws it on a sheet, from a given y downwards.
    """

    label: str
    height: float
    draw: Callable[[Sheet, float], None]
