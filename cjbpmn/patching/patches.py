"""The fewest changes to a file's bytes that make them say what an edited tree says.

States are compared, not an edit log: the tree as it was read (a pristine twin) and the tree
as it is now. What is equal in both keeps its bytes; so whoever edited the tree, and however,
the changes are found.

All offsets are offsets into UTF-8 bytes of a well-formed document; `cjbpmn.source` brings
other encodings into that form and back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lxml import etree

from cjbpmn.patching.alignment import Children, Known
from cjbpmn.patching.markup import (
    ATTRIBUTE,
    clark_name,
    escape_value,
    is_spelling,
    name_as_declared,
    name_attribute,
    value_between,
    write_fragment,
    writes_empty_tags_with_space,
)
from cjbpmn.patching.pieces import Pieces
from cjbpmn.patching.spans import Node, Span, Spans
from cjbpmn.patching.window import Window, find_window

LARGE: Final = 1 << 20
"""From so many bytes on it is worth while to look first for what is alike at both ends."""

_ANYWHERE = Known()
_TAG_NAME = re.compile(rb"</?([^\s/>]+)")


@dataclass(frozen=True, slots=True)
class Patch:
    """Replace the bytes from `start` to `stop` by `text`."""

    start: int
    stop: int
    text: bytes


def apply_patches(data: bytes, patches: Sequence[Patch]) -> bytes:
    """Return the bytes with all patches made; they must not overlap.

    Parameters
    ----------
    data : bytes
        The bytes as they were.
    patches : sequence of Patch
        In any order.

    Returns
    -------
    bytes
        The bytes as they are to be.

    Examples
    --------
    >>> apply_patches(b"<a/>", [Patch(2, 2, b' b="1"')])
    b'<a b="1"/>'
    """
    pieces: list[bytes] = []
    position = 0
    for patch in sorted(patches, key=lambda patch: (patch.start, patch.stop)):
        pieces += (data[position : patch.start], patch.text)
        position = patch.stop
    pieces.append(data[position:])
    return b"".join(pieces)


def find_patches(  # noqa: PLR0913, PLR0917  (both trees, both forms)
    data: bytes,
    pristine: Node,
    spans: Spans,
    edited: Node,
    namespaces: Mapping[str | None, str],
    spellings: Mapping[tuple[Node, str], str] = MappingProxyType({}),
) -> list[Patch]:
    """Compare a tree with what it was, and say which bytes must change.

    Parameters
    ----------
    data : bytes
        The UTF-8 bytes from which `pristine` was parsed.
    pristine : lxml element
        The root as the bytes have it.
    spans : Spans
        Where its nodes stand.
    edited : lxml element
        The root as it is to be.
    namespaces : mapping of prefix to URI
        The declarations that the root is to have.
    spellings : mapping of (node, name) to str
        How the values of attributes of `edited` are to be written, where not in the plain way.

    Returns
    -------
    list of Patch
        In document order; empty where nothing changed.

    Examples
    --------
    >>> pristine, edited = etree.fromstring("<a><b/></a>"), etree.fromstring("<a><b c='1'/></a>")
    >>> data = b"<a><b/></a>"
    >>> find_patches(data, pristine, Spans(data, pristine), edited, {})
    [Patch(start=5, stop=5, text=b' c="1"')]
    """
    comparison = _Comparison(data, spans, namespaces, spellings)
    comparison.compare(pristine, edited)
    return comparison.patches


def find_outer_patches(
    data: bytes, pristine: Node, spans: Spans, edited: Node, begin: int
) -> list[Patch]:
    """Compare the comments and instructions before and after the root with what they were.

    Parameters
    ----------
    data : bytes
        The UTF-8 bytes from which `pristine` was parsed.
    pristine, edited : lxml element
        The root as the bytes have it, and as it is to be.
    spans : Spans
        Where the nodes stand.
    begin : int
        Where the prolog may begin: behind the XML declaration and the document type.

    Returns
    -------
    list of Patch
        One for each side that was edited; what stands on it is set out anew, one node a line.
    """
    patches = []
    for preceding in (True, False):
        before, after = (
            [(node.tag, node.text) for node in one.itersiblings(preceding=preceding)]
            for one in (pristine, edited)
        )
        if before == after:
            continue
        root = spans[pristine]
        start, stop = (begin, root.start) if preceding else (root.end, len(data))
        newline = b"\r\n" if b"\r\n" in data else b"\n"
        nodes = list(edited.itersiblings(preceding=preceding))
        lines = [etree.tostring(node, with_tail=False, encoding="utf-8") for node in nodes]
        lines = lines[::-1] if preceding else lines
        lead = newline if start else b""
        patches.append(Patch(start, stop, lead + b"".join(line + newline for line in lines)))
    return patches


class _Comparison:
    """One walk over both trees, collecting patches."""

    def __init__(
        self,
        data: bytes,
        spans: Spans,
        namespaces: Mapping[str | None, str],
        spellings: Mapping[tuple[Node, str], str],
    ) -> None:
        self.data = data
        self.namespaces = namespaces
        self.newline = "\r\n" if b"\r\n" in data else "\n"
        self.spans = spans
        self.patches: list[Patch] = []
        self.spellings = spellings
        self.names: dict[tuple[tuple[str, str], ...], dict[tuple[str, bool], str]] = {}

    def compare(self, pristine: Node, edited: Node) -> None:
        """Collect the patches that turn one root into the other (but for what is around it)."""
        self.root = pristine
        window = find_window(self.spans, pristine, edited) if len(self.data) > LARGE else None
        if window is None:
            self.first = -1
            self.before, self.after = Pieces([pristine]), Pieces([edited])
            is_same = self.before.texts == self.after.texts
            if is_same and dict(pristine.nsmap) == dict(self.namespaces):
                return
            self.is_named_plainly = self._is_named_plainly(edited)
            # Comments may be all over the place: what is alike among them is no landmark.
            is_clear = not self.before.has_opaque
            self._compare_node((pristine, edited), (1, 1), Known(before=is_clear, after=is_clear))
            return
        self._compare_start_tag(pristine, edited)
        self.before, self.after = window.pieces()
        self.is_named_plainly = self._is_named_plainly(window.edited)
        self.first = self.spans.numbers(window.before[0])[0] - 1 if window.before else 0
        self._compare_content(self._children((window.pristine, window.edited), (0, 0), window))

    def _compare_node(self, both: tuple[Node, Node], places: tuple[int, int], known: Known) -> None:
        """Collect the patches that turn one node into the other (tails aside).

        `places` are the pieces with which they begin.
        """
        pristine, edited = both
        place, its = places
        if not isinstance(pristine.tag, str):
            self._compare_opaque(pristine, edited)
            return
        same = known.is_sure and self.before.texts[place] == self.after.texts[its]
        if not same or pristine is self.root:
            self._compare_start_tag(pristine, edited)
            known = known._replace(is_sure=known.is_sure and pristine.nsmap == edited.nsmap)
        span = self._span(pristine, place)
        inside = self._children(both, places)
        if not span.has_end_tag:
            self._fill_empty(inside, span)
        elif not len(edited) and edited.text is None and (len(pristine) or pristine.text):
            self.patches.append(Patch(span.content - 1, span.end, self._end_of_empty(span)))
        else:
            self._compare_content(inside, known)

    def _children(
        self, both: tuple[Node, Node], places: tuple[int, int], window: Window | None = None
    ) -> Children:
        return Children(both, (self.before, self.after), places, window)

    def _is_named_plainly(self, edited: Node) -> bool:
        """Tell whether all prefixes mean one thing in the edited tree, and no name has no place.

        lxml writes a name without a namespace, and one whose prefix means something else further
        inside, as if it were another one.
        """
        declared = self.after.declared.union(
            (prefix or "", uri)
            for one in edited.iterancestors()
            for prefix, uri in one.nsmap.items()
        )
        is_ambiguous = len({prefix for prefix, _ in declared}) < len(declared)
        return not is_ambiguous and next(edited.getroottree().iter("{}*"), None) is None

    def _span(self, node: Node, place: int) -> Span:
        """Return where a node stands that begins with a piece; 0 for what holds all pieces."""
        if not place:
            return self.spans[node]
        numbers, end = self.before.numbers, self.before.ends[place]
        return self.spans.at(node, self.first + numbers[place], self.first + numbers[end])

    def _end_of_empty(self, span: Span) -> bytes:
        """Return the end of an empty-element tag in the manner of the file."""
        is_spaced = writes_empty_tags_with_space(self.data)
        has_space = self.data[span.content - 2 : span.content - 1].isspace()
        return b" />" if is_spaced and not has_space else b"/>"

    def _compare_opaque(self, pristine: Node, edited: Node) -> None:
        if pristine.text != edited.text:
            span = self.spans[pristine]
            self.patches.append(
                Patch(
                    span.start, span.end, etree.tostring(edited, with_tail=False, encoding="utf-8")
                )
            )

    def _compare_start_tag(self, pristine: Node, edited: Node) -> None:
        before, wanted = dict(pristine.attrib), dict(edited.attrib)
        is_root = pristine is self.root
        if wanted == before and not is_root:
            return
        span = self.spans[pristine]
        scope = pristine.nsmap
        position = span.start + len(_TAG_NAME.match(self.data, span.start)[0])  # type: ignore[index]
        separator = b" "
        declared: set[str | None] = set()
        for match in ATTRIBUTE.finditer(self.data, position, span.content):
            position = match.end()
            if b"\n" in match[1] and match.start() > span.start + len(self._name(span)) + 1:
                separator = match[1]
            self._compare_attribute(match, scope, (before, edited), declared, is_root=is_root)
        known = {**self.namespaces, **scope}
        prefixes = dict(known)
        added = [
            (name_attribute(name, prefixes, edited.nsmap), value)
            for name, value in wanted.items()
            if name not in before
        ]
        added += [
            (f"xmlns:{prefix}", uri) for prefix, uri in prefixes.items() if prefix not in known
        ]
        if is_root:
            added += [
                (f"xmlns:{prefix}" if prefix else "xmlns", uri)
                for prefix, uri in self.namespaces.items()
                if prefix not in declared
            ]
        text = b"".join(
            separator + f'{name}="{escape_value(value)}"'.encode() for name, value in added
        )
        if text:
            self.patches.append(Patch(position, position, text))

    def _compare_attribute(
        self,
        match: re.Match[bytes],
        scope: Mapping[str | None, str],
        both: tuple[Mapping[str, str], Node],
        declared: set[str | None],
        *,
        is_root: bool,
    ) -> None:
        """Keep, change or drop one attribute or declaration that the bytes have."""
        before, edited = both
        name = match[2].decode()
        if name == "xmlns" or name.startswith("xmlns:"):
            prefix = name.partition(":")[2] or None
            declared.add(prefix)
            if is_root and prefix in scope and prefix not in self.namespaces:
                self.patches.append(Patch(match.start(), match.end(), b""))
            return
        clark = clark_name(name, scope)
        wanted = edited.get(clark)
        if wanted == before.get(clark):
            return
        if wanted is None:
            self.patches.append(Patch(match.start(), match.end(), b""))
        elif value_between(match[3]) != wanted:
            quote = match[3][:1].decode()
            text = self.spellings.get((edited, clark), "")
            if not is_spelling(text, wanted, quote):
                text = escape_value(wanted, quote)
            self.patches.append(Patch(match.start(3) + 1, match.end(3) - 1, text.encode()))

    def _name(self, span: Span) -> bytes:
        return _TAG_NAME.match(self.data, span.start)[1]  # type: ignore[index]

    def _fill_empty(self, inside: Children, span: Span) -> None:
        """Open an empty-element tag if something is to stand in it now."""
        count = len(inside.new) - 1
        if not count and not inside.edited.text:
            return
        content = self._encode(self._write(inside, 0, count))
        text = b">" + content + b"</" + self._name(span) + b">"
        self.patches.append(Patch(span.content - 2, span.end, text))

    def _compare_content(self, inside: Children, known: Known = _ANYWHERE) -> None:
        """Compare the nodes that stayed, and what stands between them."""
        head, tail = inside.count_same(known)
        ends = len(inside.old) - 1 - tail, len(inside.new) - 1 - tail
        last = ends[0] - 1, ends[1] - 1
        i = j = head
        for left, right in [*inside.align(head, ends, known), ends]:
            if left > i or right > j or inside.have_other_texts(i, j):
                self._replace_gap(inside, (i, left), (j, right))
            i, j = left + 1, right + 1
            if (left, right) == ends or inside.are_alike(left, right, known):
                continue
            is_last = (left, right) == last and not inside.have_other_texts(i, j)
            around = Known(
                known.is_sure,
                known.before and (left, right) == (head, head),
                known.after and is_last,
            )
            both = inside.before[left], inside.after[right]
            self._compare_node(both, (inside.old[left], inside.new[right]), around)

    def _replace_gap(self, inside: Children, gone: tuple[int, int], new: tuple[int, int]) -> None:
        """Rewrite what stands between two kept nodes, sparing the text at one end of it.

        The nodes in between are given by the places of the first of them, and of what follows.
        """
        (i, left), (j, right) = gone, new
        before, old = inside.before, inside.old
        start, stop = self._end_before(inside, i), self._start_of(inside, left)
        text = self._write(inside, j, right)
        lead, end = (self.after.text_before(inside.new, place) for place in (j, right))
        if self.before.text_before(old, left) == end:
            stop = self._span(before[left - 1], old[left - 1]).end if left > i else start
            text = text[: len(text) - len(end)]
        elif self.before.text_before(old, i) == lead:
            start = self._span(before[i], old[i]).start if left > i else stop
            text = text[len(lead) :]
        self.patches.append(Patch(start, stop, self._encode(text)))

    def _end_before(self, inside: Children, place: int) -> int:
        """Return where the text before a child begins in the bytes."""
        if place:
            return self._span(inside.before[place - 1], inside.old[place - 1]).end
        if inside.window and inside.window.kept is not None:
            return self.spans[inside.window.kept].end
        return self._span(inside.pristine, inside.old[0] - 1).content

    def _start_of(self, inside: Children, place: int) -> int:
        """Return where a child begins in the bytes, or the end tag of the element."""
        if place < len(inside.old) - 1:
            return self._span(inside.before[place], inside.old[place]).start
        if inside.window and inside.window.follows is not None:
            return self.spans[inside.window.follows].start
        return self._span(inside.pristine, inside.old[0] - 1).content_end

    def _write(self, inside: Children, first: int, stop: int) -> str:
        """Write some nodes of an element as it is to be, with the texts before and behind them."""
        pieces, places = self.after, inside.new
        lead = pieces.text_before(places, first)
        if first == stop:
            return lead
        scope = self._scope(inside.pristine)
        new = pieces.texts[places[first] : places[stop]]
        is_plain = not pieces.has_opaque or all(text[0] not in "!?" for text in new)
        if is_plain and self.is_named_plainly:
            named = name_as_declared(new, inside.edited.nsmap, scope)
            if named is not None:
                return lead + named
        names = self.names.setdefault(tuple(scope.items()), {})
        text = lead
        for place in range(first, stop):
            text += write_fragment(inside.after[place], scope, names)
            text += pieces.text_before(places, place + 1)
        return text

    def _encode(self, text: str) -> bytes:
        return (text if self.newline == "\n" else text.replace("\n", self.newline)).encode()

    def _scope(self, pristine: Node) -> dict[str, str]:
        """Map the prefixes that are declared inside an element ('' for none) to their URIs."""
        prefixes = {**self.namespaces, **pristine.nsmap}
        for prefix in [prefix for prefix in self.root.nsmap if prefix not in self.namespaces]:
            if pristine.nsmap.get(prefix) == self.root.nsmap[prefix]:
                del prefixes[prefix]
        # Where a URI has several prefixes, the parent's own one is the file's manner.
        ordered = sorted(prefixes.items(), key=lambda item: item[0] != pristine.prefix)
        return {prefix or "": uri for prefix, uri in ordered}
