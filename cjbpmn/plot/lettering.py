"""How wide a text is, and how it breaks into lines that fit.

Widths are those of DejaVu Sans, which comes with matplotlib. They are measured here and not with a
renderer, so that a picture is laid out the same way for every format.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

FONT: Final = "DejaVu Sans"
ELLIPSIS: Final = "…"
INK: Final = "#222222"
GREY: Final = "#595959"

_LINE: Final = 1.25  # the height of a line, as a multiple of the size of its letters
_EM: Final = 100.0
_MOST: Final = 2000  # characters that can be worth looking at; names of 20,000 exist
_SLACK: Final = 1.04  # hinting and kerning, and fonts that are only nearly the same
_WIDE: Final = 1.05  # ems: ideographs, which DejaVu Sans lacks
_PICTOGRAPH: Final = 1.4  # ems: emoji in a font with colours
_OTHER: Final = 0.8
_ZERO_WIDTH_JOINER: Final = "\u200d"
_JOINERS: Final = frozenset({"\u200c", _ZERO_WIDTH_JOINER})
_LEAST_PIECE: Final = 3  # letters on either side of a hyphen of ours


@dataclass(frozen=True, slots=True)
class Letters:
    """How a text looks.

    Parameters
    ----------
    size : float
        Points.
    colour : str
        ``#RRGGBB``.
    bold, italic : bool
        The style.
    """

    size: float
    colour: str = INK
    bold: bool = False
    italic: bool = False

    @property
    def height(self) -> float:
        """How far the lines of a text stand apart, in inches."""
        return self.size * _LINE / 72

    def font(self, families: Sequence[str]) -> FontProperties:
        """Return what matplotlib looks a font up by."""
        return FontProperties(
            family=list(families),
            size=self.size,
            weight="bold" if self.bold else "normal",
            style="italic" if self.italic else "normal",
        )


NORMAL: Final = Letters(8.0)
STRONG: Final = Letters(8.0, bold=True)
SMALL: Final = Letters(7.0)
FAINT: Final = Letters(7.0, GREY)
FAINT_ITALIC: Final = Letters(7.0, GREY, italic=True)
"""The letters that most rows use; none is smaller than 7 points."""


def clean(text: str) -> str:
    r"""Make a text fit to be drawn: one line, and nothing in it that is no character.

    Parameters
    ----------
    text : str
        Anything.

    Returns
    -------
    str
        White space is folded; control characters, marks that turn the direction of a line, lone
        surrogates and code points that XML forbids are gone.

    Examples
    --------
    >>> clean("Pay\n the\x0b bill\u202e")
    'Pay the bill'
    """
    drawn = (letter for letter in text[: 4 * _MOST] if letter.isspace() or _is_drawn(letter))
    return " ".join("".join(drawn).split())[:_MOST]


def _is_drawn(character: str) -> bool:
    if character in _JOINERS:
        return True
    last_of_its_plane = ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004 - no characters
    return not last_of_its_plane and unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def text_width(text: str, letters: Letters) -> float:
    """Measure a text on one line.

    Parameters
    ----------
    text : str
        A clean text.
    letters : Letters
        How it looks.

    Returns
    -------
    float
        Inches, a little more than it needs.
    """
    ems = sum(_advance(character, letters.bold, letters.italic) for character in text)
    return ems * letters.size * _SLACK / 72


@cache
def _font(*style: bool) -> FT2Font:
    bold, italic = style
    font = FT2Font(findfont(Letters(_EM, bold=bold, italic=italic).font([FONT])))
    font.set_size(_EM, 72)
    return font


@cache
def _advance(character: str, *style: bool) -> float:
    """Return the width of a character in ems."""
    kind = unicodedata.category(character)
    if character in _JOINERS or kind in {"Mn", "Me"}:
        return 0.0
    font = _font(*style)
    if font.get_char_index(ord(character)):
        return font.load_char(ord(character)).linearHoriAdvance / 65536 / _EM
    if kind == "So":
        return _PICTOGRAPH
    return _WIDE if unicodedata.east_asian_width(character) in {"W", "F"} else _OTHER


def wrap(text: str, width: float, letters: Letters, *, most: int = 3) -> list[str]:
    """Break a text into lines.

    Parameters
    ----------
    text : str
        Anything; it is cleaned.
    width : float
        The room, in inches.
    letters : Letters
        How it looks.
    most : int
        How many lines there may be; what does not fit ends in "…".

    Returns
    -------
    list of str
        Lines; none for an empty text.

    Examples
    --------
    >>> wrap("I place my order", 0.8, NORMAL)
    ['I place my', 'order']
    """
    rest = clean(text).split(" ")
    lines: list[str] = []
    while rest and rest != [""]:
        line, rest = _next_line(rest, width, letters)
        if rest and len(lines) + 1 == most:
            return [*lines, _shorten(line, width, letters)]
        lines.append(line)
    return lines


def fit(text: str, width: float, letters: Letters) -> str:
    """Return the beginning of a text that fits on one line.

    Parameters
    ----------
    text : str
        Anything; it is cleaned.
    width : float
        The room, in inches.
    letters : Letters
        How it looks.

    Returns
    -------
    str
        The text, or its beginning and "…".
    """
    return "".join(wrap(text, width, letters, most=1))


def _next_line(words: list[str], width: float, letters: Letters) -> tuple[str, list[str]]:
    line = ""
    for index, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if text_width(longer, letters) <= width:
            line = longer
            continue
        if line and text_width(word, letters) <= width:
            return line, words[index:]
        # A word that is longer than a line: the line takes what it can of it.
        head, tail = _split(word, width - text_width(f"{line} ", letters), letters)
        if line and len(head) <= _LEAST_PIECE:
            return line, words[index:]
        return f"{line} {head}".strip(), [tail, *words[index + 1 :]]
    return line, []


def _split(word: str, width: float, letters: Letters) -> tuple[str, str]:
    """Split a word that is too long: after punctuation, else with a hyphen, else anywhere."""
    count = 1
    while count < len(word) and text_width(word[: count + 1] + "-", letters) <= width:
        count += 1
    while 1 < count < len(word) and _belongs_to_the_one_before(word, count):
        count -= 1
    for end in range(count, max(count // 2, 1), -1):
        if word[end - 1] in "-/_.,:;·+=|\\":
            return word[:end], word[end:]
    hyphen = "-" if _is_cased(word[count - 1]) and _is_cased(word[count : count + 1]) else ""
    return word[:count] + hyphen, word[count:]


def _belongs_to_the_one_before(word: str, index: int) -> bool:
    return (
        unicodedata.category(word[index]) in {"Mn", "Mc", "Me", "Sk"}
        or word[index] in _JOINERS
        or word[index - 1] == _ZERO_WIDTH_JOINER
    )


def _is_cased(character: str) -> bool:
    return character.lower() != character.upper()


def _shorten(line: str, width: float, letters: Letters) -> str:
    while line and text_width(line + ELLIPSIS, letters) > width:
        line = line[:-1]
    return line.rstrip(" -,;:") + ELLIPSIS
