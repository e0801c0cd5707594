"""Texts of strangers, made safe to show.

A name in a model may hold whatever XML allows: an escape sequence that paints the terminal, a
character that turns the reading direction, a line break that feigns a second line.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_ACTIVE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"
"""Format characters that Persian, Hindi and emoji are written with."""


def printable(text: str) -> str:
    r"""Escape the characters that act on a terminal instead of showing.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        On one line; control, bidirectional and other invisible characters as Python writes them.

    Examples
    --------
    >>> printable("Kunde\x1b[2J")
    'Kunde\\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def is_active(character: str) -> bool:
    r"""Tell whether a character acts instead of showing.

    Parameters
    ----------
    character : str
        One character.

    Returns
    -------
    bool
        True for control, bidirectional and other invisible characters.

    Examples
    --------
    >>> is_active("\n"), is_active("\u00a0")
    (True, False)
    """
    return unicodedata.category(character) in _ACTIVE and character not in _JOINERS


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode() if is_active(character) else character
