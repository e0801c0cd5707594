"""Texts of strangers that a spreadsheet would take for a formula, and carry out."""

from __future__ import annotations

from typing import Final

_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with; full-width signs count too."""


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet takes a text for a formula.

    Parameters
    ----------
    text : str
        What would stand in a cell.

    Returns
    -------
    bool
        True where it begins as formulas do.

    Examples
    --------
    >>> is_formula("=1+1"), is_formula("1+1")
    (True, False)
    """
    return text.startswith(_SIGNS)
