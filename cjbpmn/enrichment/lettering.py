"""How wide words are in the font of modelling tools, and how these fold them into lines.

bpmn-js writes names in Arial, or in a font of the same widths: 12 pixels inside of shapes, 11
outside.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from typing import Final

LINE_HEIGHT: Final = 14.0
INSIDE: Final = 12.0
OUTSIDE: Final = 11.0

_THOUSANDTHS: Final = {
    191: "'",
    222: "ijlł\u0131\u2018\u2019",
    278: " !,./:;I[\\]ft",
    333: '()-`r{}"“”„',
    389: "*^°ªº",
    500: "Jcksvxyz",
    584: "+<=>~\u2212\u00d7",
    611: "●FTZß",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQØ",
    833: "Mm",
    889: "%æ",
    944: "Wœ",
    1015: "@…—™ÆŒ☹☺◷▤★",
}
_USUAL: Final = 0.556  # digits, most small letters, and most of what is not listed
_WIDE: Final = 1.0
_GREEK, _CYRILLIC_END = "\u0370", "\u0530"
_GREEK_OR_CYRILLIC: Final = 0.62
_PARTS: Final = re.compile(r"[^\s\xad-]+|[\s\xad-]")
_FAR_TOO_LONG: Final = 400  # letters on one line


class _Widths(dict[str, float]):
    """The width of each letter that was met, as a part of the height of the font."""

    def __missing__(self, letter: str) -> float:
        base = unicodedata.normalize("NFD", letter)[0]
        if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
            width = 0.0
        elif unicodedata.east_asian_width(letter) in {"W", "F"}:
            width = _WIDE
        elif _GREEK <= letter < _CYRILLIC_END:
            width = _GREEK_OR_CYRILLIC
        else:
            width = self.get(base, _USUAL)
        return self.setdefault(letter, width)


_WIDTHS: Final = _Widths(
    (letter, thousandths / 1000)
    for thousandths, all_of in _THOUSANDTHS.items()
    for letter in all_of
)


def text_width(text: str, size: float = INSIDE) -> float:
    """Say how wide a text is.

    Parameters
    ----------
    text : str
        On one line.
    size : float
        The height of the font, in pixels.

    Returns
    -------
    float
        Whole pixels.

    Examples
    --------
    >>> text_width("I fill in the form"), text_width("我填写表格")
    (79.0, 60.0)
    """
    return float(math.ceil(_measure(text, size)))


def _measure(text: str, size: float) -> float:
    return size * sum(map(_WIDTHS.__getitem__, text))


def fold(text: str, width: float, size: float = INSIDE) -> list[str]:
    """Fold a text as bpmn-js does: between words and after hyphens, and within a long word.

    Parameters
    ----------
    text : str
        With its own line breaks.
    width : float
        How wide a line may be.
    size : float
        The height of the font, in pixels.

    Returns
    -------
    list of str
        One line at least.

    Examples
    --------
    >>> fold("The page says that the payment is running", 86)
    ['The page says ', 'that the ', 'payment is ', 'running']
    >>> fold("Auftragsbestätigung", 86)
    ['Auftragsbestät', 'igung']
    """
    lines = []
    for paragraph in text.split("\n"):
        rest = paragraph
        while True:
            line = _fitting(rest[:_FAR_TOO_LONG], width, size)
            lines.append(line)
            rest = rest[len(line) :].strip()
            if not rest:
                break
    return lines


def _fitting(line: str, width: float, size: float) -> str:
    """Return as much of the beginning of a line as there is room for."""
    while len(line) > 1 and (used := _measure(line.rstrip(), size)) > width:
        line = _shorter(line, max(len(line) * width / used, 1.0))
    return line


def _shorter(line: str, most: float) -> str:
    """Return the whole words at the beginning that have fewer letters than this, or cut the word.

    Tools guess from the number of letters how many will fit, and look whether they do.
    """
    end = 0
    before = 0
    for part in _PARTS.findall(line):
        if end + len(part) >= most:
            # A hyphen that finds no room takes its word with it.
            end = before if part in "-\xad" else end
            break
        before, end = end, end + len(part)
    return line[: end or max(round(most - 1), 1)]


@lru_cache(maxsize=4096)
def folded_lines(text: str, width: float, size: float = INSIDE) -> int:
    """Say in how many lines a text goes.

    Parameters
    ----------
    text : str
        With its own line breaks.
    width : float
        How wide a line may be.
    size : float
        The height of the font, in pixels.

    Returns
    -------
    int
        One at least.

    Examples
    --------
    >>> folded_lines("The page says that the payment is running", 120)
    3
    """
    return len(fold(text, width, size))
