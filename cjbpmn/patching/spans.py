"""Where the nodes of a tree stand in the bytes from which it was parsed.

Few nodes are ever asked for, and models are large: the bytes are scanned once for where nodes
begin, which the regular expression engine does alone; everything else is found when it is needed.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, TypeAlias

from lxml import etree

Node: TypeAlias = etree._Element  # noqa: SLF001  (lxml has no other name for its nodes)

# Tags first, for they are the most; then comments, CDATA, processing instructions. Possessive
# quantifiers keep the scan linear on text that is no markup at all.
MARKUP: Final = re.compile(
    rb"<(?![!?])[^<>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^<>\"']*+)*+>"
    rb"|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>",
    re.DOTALL,
)
# A start tag is known by its first two bytes; what may hold the like of it is matched whole.
_BEGINNING: Final = re.compile(rb"<(?![/!?])|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_END_TAG: Final = re.compile(rb"<!\[CDATA\[.*?\]\]>|</[^>]*>", re.DOTALL)


class Span:
    """Where a node stands: its start tag, its content, its end tag.

    For an empty-element tag, a comment or a processing instruction, the end tag is empty and
    stands at the end of the start tag.

    Attributes
    ----------
    start, content : int
        The offsets at which the start tag begins and ends.
    """

    __slots__ = ("_ends", "_node", "_spans", "content", "start")

    def __init__(self, spans: Spans, node: Node, number: int) -> None:
        self._spans = spans
        self._node = node
        self._ends: tuple[int, int] | None = None
        self.start = spans.starts[number]
        self.content = spans.end_of_markup(self.start)

    @property
    def content_end(self) -> int:
        """The offset at which the end tag begins."""
        return self._both_ends()[0]

    @property
    def end(self) -> int:
        """The offset at which the end tag ends."""
        return self._both_ends()[1]

    @property
    def has_end_tag(self) -> bool:
        """Whether there is an end tag: not for an empty-element tag or a comment."""
        is_element = isinstance(self._node.tag, str)
        return is_element and self._spans.data[self.content - 2 : self.content - 1] != b"/"

    def _both_ends(self) -> tuple[int, int]:
        if self._ends is None:
            self._ends = self._find_ends() if self.has_end_tag else (self.content, self.content)
        return self._ends

    def _find_ends(self) -> tuple[int, int]:
        position = self._spans[self._node[-1]].end if len(self._node) else self.content
        for match in _END_TAG.finditer(self._spans.data, position):
            if match[0].startswith(b"</"):
                return match.span()
        raise ValueError("the bytes are not those of the tree")


class Spans:
    """The spans of the nodes inside a root: elements, comments and processing instructions.

    Parameters
    ----------
    data : bytes
        Well-formed UTF-8 without a document type: blank it, for its comments may hold anything.
    root : lxml element
        The root parsed from it.

    Examples
    --------
    >>> data = b"<a><b/>text</a>"
    >>> root = etree.fromstring(data)
    >>> spans = Spans(data, root)
    >>> spans[root[0]].start, spans[root].content_end
    (3, 11)
    """

    def __init__(self, data: bytes, root: Node) -> None:
        self.data = data
        self.starts = _find_starts(data)
        after = sum(1 for _ in root.itersiblings())
        self._numbers = {root: (0, len(self.starts) - 1 - after)}
        self._known: dict[Node, Span] = {}

    def __getitem__(self, node: Node) -> Span:
        """Return the span of a node."""
        if node not in self._known:
            self._known[node] = Span(self, node, self.numbers(node)[0])
        return self._known[node]

    def at(self, node: Node, number: int, last: int) -> Span:
        """Return the span of a node whose number is known, and that of the last one inside it."""
        self._numbers[node] = (number, last)
        return self[node]

    def numbers(self, node: Node) -> tuple[int, int]:
        """Return the numbers of a node and of the last one inside it, in document order."""
        if node not in self._numbers:
            after, parent = node.getnext(), node.getparent()
            if after in self._numbers:
                last = self._numbers[after][0] - 1
            elif after is None and parent is not None:
                last = self.numbers(parent)[1]
            else:
                self._number_from_the_left(node)
                return self._numbers[node]
            self._numbers[node] = (last - _size(node) + 1, last)
        return self._numbers[node]

    def _number_from_the_left(self, node: Node) -> None:
        unknown, before = [node], node.getprevious()
        while before is not None and before not in self._numbers:
            unknown.append(before)
            before = before.getprevious()
        if before is not None:
            last = self._numbers[before][1]
        else:
            parent = node.getparent()
            if parent is None:
                raise KeyError(node)
            last = self.numbers(parent)[0]
        for one in reversed(unknown):
            number, last = last + 1, last + _size(one)
            self._numbers[one] = (number, last)

    def path_to(self, number: int) -> list[Node]:
        """Return the node of a number and all around it, the root first; none if there is none.

        Their own numbers are known then, without any other node's having been counted one by one.
        """
        root = next(iter(self._numbers))
        node = next(islice(root.iter(), number, None), None)
        if node is None:
            return []
        path = [node]
        for parent in node.iterancestors():
            self._numbers[path[-1]] = (number, number + _size(path[-1]) - 1)
            number -= next(place for place, one in enumerate(parent.iter()) if one is path[-1])
            path.append(parent)
        return path[::-1]

    def end_of_markup(self, start: int) -> int:
        """Return where the tag, comment or instruction ends that begins at an offset."""
        match = MARKUP.match(self.data, start)
        if match is None:
            raise ValueError("the bytes are not those of the tree")
        return match.end()


def _size(node: Node) -> int:
    """Count the nodes in a node, itself included."""
    return sum(1 for _ in node.iter()) if len(node) else 1


def _find_starts(data: bytes) -> list[int]:
    """Return where each node inside the root begins, in document order."""
    starts = [match.start() for match in _BEGINNING.finditer(data)]
    root = next(place for place, start in enumerate(starts) if data[start + 1] not in b"!?")
    starts = starts[root:]
    if b"<![CDATA[" in data:
        starts = [start for start in starts if data[start + 2 : start + 3] != b"["]
    return starts
