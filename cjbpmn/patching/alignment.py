"""Which children of an element stayed, when it was edited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from cjbpmn.names import CJ, namespace
from cjbpmn.patching.pieces import Pieces
from cjbpmn.patching.spans import Node
from cjbpmn.patching.window import Window

_OURS = f"{{{CJ}}}"


class Known(NamedTuple):
    """What is known of the surroundings of a node.

    Attributes
    ----------
    is_sure : bool
        Whether prefixes mean the same around both, so that it is enough to compare pieces.
    before, after : bool
        Whether all that comes before it, and after it, is the same in both trees.
    """

    is_sure: bool = True
    before: bool = True
    after: bool = True


class Children:
    """The children of an element, as they were and as they are.

    Parameters
    ----------
    both : (lxml element, lxml element)
        The element as it was, and as it is.
    pieces : (Pieces, Pieces)
        What lxml writes for them.
    places : (int, int)
        The pieces with which they begin.
    window : Window, optional
        Where only some of the children are compared.

    Attributes
    ----------
    old, new : list of int
        The pieces with which the children begin, and the one behind them all.
    """

    def __init__(
        self,
        both: tuple[Node, Node],
        pieces: tuple[Pieces, Pieces],
        places: tuple[int, int],
        window: Window | None = None,
    ) -> None:
        self.pristine, self.edited = both
        self.pieces = pieces
        self.old, self.new = pieces[0].inside(places[0]), pieces[1].inside(places[1])
        self.window = window

    # To make lxml hand out its nodes takes longer than to compare their pieces.
    @cached_property
    def before(self) -> Sequence[Node]:
        """The children as they were."""
        return self.window.before if self.window else list(self.pristine)

    @cached_property
    def after(self) -> Sequence[Node]:
        """The children as they are."""
        return self.window.after if self.window else list(self.edited)

    def have_other_texts(self, left: int, right: int) -> bool:
        """Tell whether the texts before two children differ.

        Parameters
        ----------
        left, right : int
            Their places; as many as there are children for the end of the element.

        Returns
        -------
        bool
            No text and an empty one are the same.
        """
        before, after = self.pieces
        if before.texts[self.old[left] - 1] == after.texts[self.new[right] - 1]:
            return False
        return before.text_before(self.old, left) != after.text_before(self.new, right)

    def are_alike(self, left: int, right: int, known: Known) -> bool:
        """Tell whether two children are written alike, their tails aside.

        Parameters
        ----------
        left, right : int
            Their places.
        known : Known
            What is known of the element.

        Returns
        -------
        bool
            False where it is not sure that they mean the same.
        """
        before, after = self.pieces
        return known.is_sure and before.is_like(self.old[left], after, self.new[right])

    def count_same(self, known: Known) -> tuple[int, int]:
        """Count the children before the first edit of the tree, and those after its last one.

        They are no part of what is aligned, so that of several that are alike those are kept
        which are the same.

        Parameters
        ----------
        known : Known
            What is known of the element.

        Returns
        -------
        (int, int)
            From the start, and from the end.
        """
        head = tail = 0
        if not known.is_sure:
            return 0, 0
        least, more = min(len(self.old), len(self.new)) - 1, len(self.new) - len(self.old)
        if known.before and not self.have_other_texts(0, 0):
            while head < least and self._are_same(head, head):
                head += 1
        if known.after:
            last = len(self.old) - 2
            while tail < least - head and self._are_same(last - tail, last - tail + more):
                tail += 1
        return head, tail

    def align(self, head: int, ends: tuple[int, int], known: Known) -> list[tuple[int, int]]:
        """Pair the children that stayed.

        Parameters
        ----------
        head : int
            How many of them to leave out at the start.
        ends : (int, int)
            Before which places to end.
        known : Known
            What is known of the element.

        Returns
        -------
        list of (int, int)
            Their places, as they were and as they are.
        """
        (end, its_end), begin, least = ends, head, min(ends)
        while begin < least and self._are_one(begin, begin, known):
            begin += 1
        while begin < min(end, its_end) and self._are_one(end - 1, its_end - 1, known):
            end, its_end = end - 1, its_end - 1
        pairs = [(place, place) for place in range(head, begin)]
        if begin < end and begin < its_end:
            middle = self.before[begin:end], self.after[begin:its_end]
            pairs += [(begin + left, begin + right) for left, right in _align(*middle)]
        more = ends[1] - ends[0]
        return pairs + [(place, place + more) for place in range(end, ends[0])]

    def _are_same(self, left: int, right: int) -> bool:
        """Tell whether two children are written alike, with their tails."""
        (before, after), old, new = self.pieces, self.old, self.new
        one = before.texts[old[left] : old[left + 1]]
        return one == after.texts[new[right] : new[right + 1]]

    def _are_one(self, left: int, right: int, known: Known) -> bool:
        """Tell whether two children are one, whatever was edited in it."""
        before, after = self.pieces
        if known.is_sure and before.texts[self.old[left]] == after.texts[self.new[right]]:
            return True
        return _key(self.before[left]) == _key(self.after[right])


def _key(node: Node) -> object:
    if not isinstance(node.tag, str):
        return node.tag, node.text
    # Of ours, one with other attributes is another one: what is enriched again is written as if
    # for the first time, its attributes in the same order.
    tag = node.tag
    return tag, node.get("id"), tuple(node.attrib) if tag.startswith(_OURS) else None


def _align(before: Sequence[Node], after: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Pair the nodes that stayed, of two rows that begin and end with other ones."""
    old, new = list(map(_key, before)), list(map(_key, after))
    places = {key: place for place, key in enumerate(new)}
    found = [places.get(key, -1) for key in old]
    if len(places) == len(new) and all(one < two for one, two in pairwise([-1, *found])):
        yield from enumerate(found)  # Nothing but added: there is no need to search.
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for operation, i, left, j, right in matcher.get_opcodes():
        if operation == "equal" or (
            left - i == right - j and all(map(_is_renamed, before[i:left], after[j:right]))
        ):
            yield from zip(range(i, left), range(j, right), strict=True)


def _is_renamed(old: Node, new: Node) -> bool:
    """Tell whether the id is the only attribute that changed, so that the rest may stay."""
    if old.tag != new.tag or not isinstance(old.tag, str) or namespace(old.tag) == CJ:
        return False
    return list(old.attrib) == list(new.attrib) and {**old.attrib, "id": ""} == {
        **new.attrib,
        "id": "",
    }
