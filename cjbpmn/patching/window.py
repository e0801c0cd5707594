"""The part of a large tree that was edited, found without looking at every node.

Two trees are written by lxml, and what is written is compared from both ends. In between lies all
that was edited: in one element, behind so many of its children and before so many others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice, pairwise, takewhile
from typing import NamedTuple

from lxml import etree

from cjbpmn.patching.markup import escape_text
from cjbpmn.patching.pieces import Pieces
from cjbpmn.patching.spans import Node, Spans

_CHUNK = 1 << 16


class Window(NamedTuple):
    """An element, and those of its children between which everything was edited.

    Attributes
    ----------
    pristine, edited : lxml element
        The element as it was, and as it is.
    before, after : sequence of lxml elements
        Those of its children.
    kept, follows : lxml element or None
        The children as they were that stand before and behind these.
    """

    pristine: Node
    edited: Node
    before: Sequence[Node]
    after: Sequence[Node]
    kept: Node | None
    follows: Node | None

    def pieces(self) -> tuple[Pieces, Pieces]:
        """Return what lxml writes for the children, as they were and as they are."""
        leads = (self.pristine.text or "", self.edited.text or "")
        if self.kept is not None:
            leads = (self.kept.tail or "",) * 2
        before, after = map(escape_text, leads)
        return Pieces(self.before, before), Pieces(self.after, after)


def find_window(spans: Spans, pristine: Node, edited: Node) -> Window | None:
    """Find the smallest element that holds all that was edited.

    Parameters
    ----------
    spans : Spans
        Where the nodes of `pristine` stand.
    pristine, edited : lxml element
        The root as it was, and as it is.

    Returns
    -------
    Window or None
        None where nothing was edited inside the root, where the root's own tag was, or where
        there are comments, which make it hard to tell.

    Examples
    --------
    >>> data = [f"<a><b><c/><d x='{x}'/><e/></b></a>".encode() for x in "12"]
    >>> pristine, edited = map(etree.fromstring, data)
    >>> window = find_window(Spans(data[0], pristine), pristine, edited)
    >>> window.pristine.tag, [one.tag for one in window.before]
    ('b', ['c', 'd'])
    """
    one, other = (etree.tostring(root, encoding="unicode") for root in (pristine, edited))
    if one == other or any("<!" in text or "<?" in text for text in (one, other)):
        return None
    head = _common_signs(one, other)
    tail = _common_signs(one, other, at_end=True, least=head)
    # A tag that is cut in two belongs to what was edited.
    start = one[: one.rfind(">", 0, head) + 1]
    place = one.find("<", len(one) - tail)
    if not start or place < 0:
        return None
    stop = one[place:]
    first, after = _count_begun(start) - 1, _count_begun(stop)
    paths = spans.path_to(first), spans.path_to(_count_begun(one) - after - 1)
    its = _path_to(edited, first), _path_to(edited, _count_begun(other) - after - 1)
    # What is around the edit is begun before it and ended behind it, in both trees.
    depth = min(
        sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(*both, strict=False)))
        for both in (paths, its)
    )
    around = paths[0][: min(depth, _count_open(start), -_count_open(stop))]
    return _window(around, paths, edited) if around else None


def _path_to(root: Node, number: int) -> list[Node]:
    """Return the node of a number, in document order, and all around it, the root first."""
    node = next(islice(root.iter(), number, None))
    return [*reversed(list(node.iterancestors())), node]


def _window(around: Sequence[Node], paths: tuple[Sequence[Node], ...], edited: Node) -> Window:
    """Cut out those children of the last of some elements through which two paths lead."""
    for node, inside in pairwise(around):
        edited = edited[node.index(inside)]
    pristine = around[-1]
    places = [
        pristine.index(path[len(around)]) if len(path) > len(around) else -1 for path in paths
    ]
    start, stop = max(places[0], 0), places[1] + 1
    return Window(
        pristine,
        edited,
        pristine[start:stop],
        edited[start : len(edited) - (len(pristine) - stop)],
        pristine[start - 1] if start else None,
        pristine[stop] if stop < len(pristine) else None,
    )


def _common_signs(one: str, other: str, *, at_end: bool = False, least: int = 0) -> int:
    """Count how many signs two texts begin (or end) with alike; `least` are spoken for."""
    longest = min(len(one), len(other)) - least

    def cut(text: str, low: int, high: int) -> str:
        return text[len(text) - high : len(text) - low] if at_end else text[low:high]

    def differ(number: int) -> bool:
        low = number - number % _CHUNK
        return cut(one, low, number + 1) != cut(other, low, number + 1)

    whole = 0
    while whole + _CHUNK <= longest and not differ(whole + _CHUNK - 1):
        whole += _CHUNK
    return whole + bisect_left(range(whole, min(whole + _CHUNK, longest)), 1, key=differ)


def _count_begun(text: str) -> int:
    """Count the elements that begin in a text."""
    return text.count("<") - text.count("</")


def _count_open(text: str) -> int:
    """Count how many more elements begin than end in a text."""
    return _count_begun(text) - text.count("/>") - text.count("</")
