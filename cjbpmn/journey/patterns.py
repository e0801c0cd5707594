"""Regular expressions for the texts of a journey file, for editors that check while one types.

They keep to what Python and JavaScript read alike. Letters count in both cases and with or
without their accents, as they do for the reader.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from cjbpmn.lexicon import fold

SOMETHING: Final = r"\S"
"""A text that is not blank."""

_BLANKS: Final = r"[\s_-]+"
_DECIMALS: Final = r"(?:[.,][0-9]+)?"
_ZEROS: Final = r"(?:[.,]0+)?"
_SIGN: Final = "[+-]?"
_SPECIAL: Final = frozenset("^$\\.*+?()[]{}|/")

TIME: Final = r"^(?!\s*-).*[A-Za-z\u00c0-\u024f]"
"""A time has a unit or is in ISO 8601, so there is a letter in it; and it is not negative."""

NUMBER: Final = rf"^\s*[+\u2212-]?[0-9]{{1,15}}{_DECIMALS}\s*$"
"""Any number that is written as a text."""

PERCENT: Final = rf"^\s*[+\u2212-]?[0-9]{{1,15}}{_DECIMALS}\s*%?\s*$"
"""The same, and a percent sign may follow."""

SCALE: Final = (
    rf"^\s*{_SIGN}[0-9]{{1,6}} *(?:[\u2010-\u2014\u2212-]|\.\.+|[tT][oO]|\u2026) *"
    rf"{_SIGN}[0-9]{{1,6}}\s*$"
)
"""The lowest and the highest number of a scale."""

MOMENT: Final = (
    r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?)?\s*$"
)
"""A date, and maybe a time of that day."""

HOURS: Final = r"[0-9]\D*[\u2010-\u2014-]\s*[0-9]"
"""From one hour to another; the days before them are not looked at."""

DAY: Final = r"[0-9]{2}-[0-9]{2}"
"""A month and a day at least."""


def spelling_of_key(key: str) -> str:
    """Return what a key looks like when it is not written as it is declared.

    Parameters
    ----------
    key : str
        As it is declared, such as ``moment_of_truth``.

    Returns
    -------
    str
        A regular expression for all other ways to write it, in any case, and with blanks,
        hyphens or underscores.

    Examples
    --------
    >>> import re
    >>> [bool(re.search(spelling_of_key("at_most"), text)) for text in ("At most", "at_most")]
    [True, False]
    """
    return f"^(?!{key}$){_loosely(key)}$"


def any_spelling_of_key(key: str) -> str:
    """Return what a key looks like, however it is written.

    Parameters
    ----------
    key : str
        As it is declared.

    Returns
    -------
    str
        A regular expression.

    Examples
    --------
    >>> import re
    >>> [bool(re.search(any_spelling_of_key("at_most"), text)) for text in ("At most", "at_most")]
    [True, True]
    """
    return f"^{_loosely(key)}$"


def one_of_words(words: Iterable[str], *, strictly: bool = False) -> str:
    """Return what any of some words looks like.

    Parameters
    ----------
    words : iterable of str
        The words.
    strictly : bool
        Whether a blank between words is one blank, and no hyphen or underscore.

    Returns
    -------
    str
        A regular expression.

    Examples
    --------
    >>> import re
    >>> bool(re.search(one_of_words(["waiting-area"]), "Waiting Area"))
    True
    """
    spelled = dict.fromkeys(_loosely(word, r"\s" if strictly else _BLANKS) for word in words)
    return rf"^\s*(?:{'|'.join(spelled)})\s*$"


def number_between(low: float, high: float, *, whole: bool = False, percent: bool = False) -> str:
    """Return what a number within bounds looks like as a text.

    Parameters
    ----------
    low, high : float
        The bounds, both included: low is -high, 0 or 1, and high one digit or a power of ten.
    whole : bool
        Whether it has to be a whole number.
    percent : bool
        Whether a percent sign may follow.

    Returns
    -------
    str
        A regular expression.

    Examples
    --------
    >>> import re
    >>> pattern = number_between(0, 100, percent=True)
    >>> [bool(re.search(pattern, text)) for text in ("80%", "0,5", "100", "100.1", "250", "-1")]
    [True, True, True, False, False, False]
    """
    rest = _ZEROS if whole else _DECIMALS
    top = f"{high:.0f}"
    below = f"[{max(low, 0):.0f}-{high - 1:.0f}]"
    if len(top) > 1:
        first = "[1-9][0-9]" if low >= 1 else "[0-9][0-9]"
        below = f"{first}{{0,{len(top) - 2}}}"
    sign = r"[+\u2212-]?" if low < 0 else r"\+?"
    end = r"\s*%?\s*$" if percent else r"\s*$"
    return rf"^\s*{sign}(?:{below}{rest}|{top}{_ZEROS}){end}"


def _loosely(word: str, blank: str = _BLANKS) -> str:
    parts = []
    for character in unicodedata.normalize("NFC", word):
        if character in " -_" and (blank == _BLANKS or character == " "):
            parts.append(blank)
        else:
            parts.append(_either_case(character))
    return "".join(parts)


def _either_case(character: str) -> str:
    plain = fold(character)
    forms = (character, character.upper(), plain, plain.upper())
    known = dict.fromkeys(form for form in forms if len(form) == 1)
    if len(known) == 1:
        return f"\\{character}" if character in _SPECIAL else character
    return f"[{''.join(known)}]"
