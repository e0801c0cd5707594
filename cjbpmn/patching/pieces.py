"""Nodes as lxml writes them, cut into pieces: each tag with the text behind it.

To compare two pieces is to compare two strings. So what did not change is found without looking
at nodes one by one; and what is new is written already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from lxml import etree

from cjbpmn.patching.markup import escape_text
from cjbpmn.patching.spans import Node

# Comments and the like may hold the signs of markup; everything else has references for them.
_DECLARATION = re.compile(r" xmlns(?::([^\s=]+))?=\"([^\"]*)\"")
_PIECE = re.compile(r"<((?:!--.*?--|\?.*?\?|[^>]*)>[^<]*)", re.DOTALL)
_CDATA = re.compile(r"(<!--.*?-->|<\?.*?\?>)|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


class Pieces:
    """What lxml writes for nodes that follow each other.

    Parameters
    ----------
    nodes : sequence of lxml elements
        A root, or siblings.
    lead : str
        The text before the first of them.

    Attributes
    ----------
    texts : list of str
        The pieces, each without its first sign; the first one is but the lead.
    ends : list of int
        For the piece of a start tag, the number of that with the end tag; else its own number.
    has_opaque : bool
        Whether there are comments or instructions.
    declared : set of (prefix, URI)
        What is declared in them; more only where a text looks like it.

    Examples
    --------
    >>> pieces = Pieces([etree.fromstring("<a>b<c/>d</a>")])
    >>> pieces.texts, pieces.ends
    (['>', 'a>b', 'c/>d', '/a>'], [0, 3, 2, 3])
    """

    def __init__(self, nodes: Sequence[Node], lead: str = "") -> None:
        text = "".join([etree.tostring(node, encoding="unicode") for node in nodes])
        self.texts: list[str] = text.split("<")
        self.texts[0] = f">{lead}"
        self.declared: set[tuple[str, str]] = set(_DECLARATION.findall(text))
        # To look for a single sign is several times as fast as to look for two.
        self.has_opaque = ("!" in text and "<!" in text) or ("?" in text and "<?" in text)
        if self.has_opaque:
            bare = _CDATA.sub(lambda match: match[1] or escape_text(match[2]), text)
            self.texts[1:] = _PIECE.findall(bare)
        self.ends = _find_ends(self.texts)

    @cached_property
    def numbers(self) -> list[int]:
        """How many nodes begin before each piece, and with it; the first node is number 1."""
        return list(accumulate((text[0] not in "/>" for text in self.texts), initial=0))[1:]

    def inside(self, number: int) -> list[int]:
        """Return the numbers of the pieces with which the children of a node begin.

        Parameters
        ----------
        number : int
            Of the piece with which the node begins; 0 for what holds all the nodes.

        Returns
        -------
        list of int
            The last is that of the end tag, or the next one where there is none.
        """
        end = self.ends[number] if number else len(self.texts)
        found, place = [], number + 1
        if end == number:
            return [place]
        while place < end:
            found.append(place)
            place = self.ends[place] + 1
        return [*found, end]

    def tail(self, number: int) -> str:
        """Return the text behind a tag, as it is written."""
        return self.texts[number].rpartition(">")[2]

    def text_before(self, places: Sequence[int], child: int) -> str:
        """Return the text before a child of a node, or before its end, as it is written.

        `places` are what `inside` returns, and the child is one of them.
        """
        before = places[child] - 1
        is_empty = child == 0 and before > 0 and self.ends[before] == before
        return "" if is_empty else self.tail(before)

    def is_like(self, number: int, other: Pieces, its: int) -> bool:
        """Tell whether one node is written as another one, their tails aside."""
        end, its_end = self.ends[number], other.ends[its]
        if end == number or its_end == its:
            return self.texts[number].rpartition(">")[0] == other.texts[its].rpartition(">")[0]
        return self.texts[number:end] == other.texts[its:its_end]


def _find_ends(texts: Sequence[str]) -> list[int]:
    ends = list(range(len(texts)))
    begun: list[int] = []
    for number, text in enumerate(texts):
        if text[0] == "/":
            ends[begun.pop()] = number
        elif "/>" not in text and text[0] not in "!?>":
            begun.append(number)
    return ends
