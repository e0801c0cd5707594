"""The fewest changes to a file's bytes that make them say what an edited tree says.

States are compared, not an edit log: the tree as it was read (a pristine twin) and the tree
as it is now. What is equal in both keeps its bytes; so whoever edited the tree, and however,
the changes are found.

All offsets are offsets into UTF-8 bytes of a well-formed document; `cjbpmn.source` brings
other encodings into that form and back.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from types import MappingProxyType

from lxml import etree

from cjbpmn.markup import (
    ATTRIBUTE,
    clark_name,
    escape_text,
    escape_value,
    is_spelling,
    name_attribute,
    value_between,
    write_fragment,
    writes_empty_tags_with_space,
)
from cjbpmn.names import CJ, namespace
from cjbpmn.spans import Node, Span, Spans

_OURS = f"{{{CJ}}}"
_CHUNK = 1 << 16
_SMALL = 40  # nodes
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
    window = find_window(etree.tostring(pristine), etree.tostring(edited))
    if window is None and dict(pristine.nsmap) == dict(namespaces):
        return []
    comparison = _Comparison(data, pristine, spans, namespaces, window or (0, 0))
    comparison.spellings = spellings
    comparison.compare(pristine, edited, level=(True, True))
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
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    root = spans[pristine]
    patches = []
    for preceding, start, stop in ((True, begin, root.start), (False, root.end, len(data))):
        before, after = (
            [(node.tag, node.text) for node in one.itersiblings(preceding=preceding)]
            for one in (pristine, edited)
        )
        if before == after:
            continue
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
        pristine: Node,
        spans: Spans,
        namespaces: Mapping[str | None, str],
        window: tuple[int, int],
    ) -> None:
        self.window = window
        self.paths = [spans.path_to(number) for number in window]
        self.data = data
        self.root = pristine
        self.namespaces = namespaces
        self.newline = "\r\n" if b"\r\n" in data else "\n"
        self.spans = spans
        self.patches: list[Patch] = []
        self.spellings: Mapping[tuple[Node, str], str] = {}
        self.names: dict[tuple[tuple[str, str], ...], dict[tuple[str, bool], str]] = {}

    def compare(self, pristine: Node, edited: Node, *, level: tuple[bool, bool]) -> None:
        """Collect the patches that turn one element into the other (tails aside).

        Outside the window both are the same, if they stand at the same place of the two trees:
        `level` tells whether they do, counted from the start, and counted from the end.
        """
        first, last = self.spans.numbers(pristine)
        is_before, is_after = last < self.window[0], first > self.window[1]
        if (is_before and level[0]) or (is_after and level[1]):
            return
        if not isinstance(pristine.tag, str):
            self._compare_opaque(pristine, edited)
            return
        # The serialiser is much faster than we are; what is large is compared part by part, lest
        # the parts of unlike parts be serialised again and again.
        if 0 < last - first < _SMALL and _serialised(pristine) == _serialised(edited):
            return
        self._compare_start_tag(pristine, edited)
        span = self.spans[pristine]
        if not span.has_end_tag:
            self._fill_empty(pristine, edited, span)
        elif not len(edited) and edited.text is None and (len(pristine) or pristine.text):
            self.patches.append(Patch(span.content - 1, span.end, self._end_of_empty(span)))
        else:
            self._compare_content(pristine, edited, span, level)

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

    def _fill_empty(self, pristine: Node, edited: Node, span: Span) -> None:
        """Open an empty-element tag if something is to stand in it now."""
        if not len(edited) and not edited.text:
            return
        scope = self._scope(pristine)
        inside = self._serialise([edited.text, *_with_tails(edited)], scope)
        text = b">" + inside + b"</" + self._name(span) + b">"
        self.patches.append(Patch(span.content - 2, span.end, text))

    def _compare_content(
        self, pristine: Node, edited: Node, span: Span, level: tuple[bool, bool]
    ) -> None:
        head, tail = self._outside_window(pristine, level)
        before = pristine[head : len(pristine) - tail]
        after = edited[head : len(edited) - tail]
        if not before and not after and (pristine.text or "") == (edited.text or ""):
            return
        scope: Mapping[str, str] | None = None
        kept = pristine[head - 1] if head else None
        old: list[Node | str | None] = [kept.tail if kept is not None else pristine.text]
        new: list[Node | str | None] = [edited[head - 1].tail if head else edited.text]
        end = pristine[-tail] if tail else None
        more = len(after) - len(before)
        shift = 0  # by how many places the edited child stands behind the one in the bytes
        for left, right in [*_align(before, after), (end, end)]:
            if left is not None and right is None:
                old += (left, left.tail)
                shift -= 1
            elif right is not None and left is None:
                new += (right, right.tail)
                shift += 1
            else:
                if old != new and (
                    len(old) > 1 or len(new) > 1 or (old[0] or "") != (new[0] or "")
                ):
                    scope = scope if scope is not None else self._scope(pristine)
                    start = self.spans[kept].end if kept is not None else span.content
                    stop = self.spans[left].start if left is not None else span.content_end
                    self._replace_gap(start, stop, old, new, scope)
                if left is not None and right is not None and left is not end:
                    below = level[0] and shift == 0, level[1] and shift == more
                    self.compare(left, right, level=below)
                    kept, old, new = left, [left.tail], [right.tail]

    def _outside_window(self, pristine: Node, level: tuple[bool, bool]) -> tuple[int, int]:
        """Count the children that are the same in both trees, from the start and from the end."""
        first, last = (
            next((after for one, after in pairwise(path) if one is pristine), None)
            for path in self.paths
        )
        head = pristine.index(first) if first is not None and level[0] else 0
        tail = len(pristine) - pristine.index(last) - 1 if last is not None and level[1] else 0
        return head, tail

    def _replace_gap(
        self,
        start: int,
        stop: int,
        old: list[Node | str | None],
        new: list[Node | str | None],
        scope: Mapping[str, str],
    ) -> None:
        """Rewrite what stands between two kept nodes, sparing the text at one end of it."""
        if (old[-1] or "") == (new[-1] or ""):
            stop = self.spans[old[-2]].end if len(old) > 1 else start  # type: ignore[index]
            new = new[:-1]
        elif (old[0] or "") == (new[0] or ""):
            start = self.spans[old[1]].start if len(old) > 1 else stop  # type: ignore[index]
            new = new[1:]
        self.patches.append(Patch(start, stop, self._serialise(new, scope)))

    def _scope(self, pristine: Node) -> dict[str, str]:
        """Map the prefixes that are declared inside an element ('' for none) to their URIs."""
        prefixes = {**self.namespaces, **pristine.nsmap}
        for prefix in [prefix for prefix in self.root.nsmap if prefix not in self.namespaces]:
            if pristine.nsmap.get(prefix) == self.root.nsmap[prefix]:
                del prefixes[prefix]
        # Where a URI has several prefixes, the parent's own one is the file's manner.
        ordered = sorted(prefixes.items(), key=lambda item: item[0] != pristine.prefix)
        return {prefix or "": uri for prefix, uri in ordered}

    def _serialise(self, content: Sequence[Node | str | None], scope: Mapping[str, str]) -> bytes:
        names = self.names.setdefault(tuple(scope.items()), {})
        text = "".join(
            (escape_text(item) if item else "")
            if isinstance(item, str | None)
            else write_fragment(item, scope, names)
            for item in content
        )
        if self.newline != "\n":
            text = text.replace("\n", self.newline)
        return text.encode()


def find_window(before: bytes, after: bytes) -> tuple[int, int] | None:
    """Say between which elements two serialised trees differ.

    Parameters
    ----------
    before, after : bytes
        The trees, written in one way.

    Returns
    -------
    (int, int) or None
        The numbers, in document order, of the last element of the first tree that starts before
        the difference, and of the last one that starts before its end; None where there is none.

    Examples
    --------
    >>> find_window(b"<a><b/><c/><d/></a>", b"<a><b/><c x='1'/><d/></a>")
    (1, 2)
    """
    if before == after:
        return None
    head = _common_bytes(before, after)
    tail = _common_bytes(before, after, at_end=True, least=head)
    if b"<!" in before or b"<?" in before:
        return 0, before.count(b"<")  # Markup in comments is none; too rare to be clever about.
    # A tag that is cut in two is not counted: it may be an end tag as well as a start tag.
    first = _count_elements(before[: before.rfind(b">", 0, head) + 1]) - 1
    last = _count_elements(before) - _count_elements(before[len(before) - tail :]) - 1
    return max(0, min(first, last)), max(first, last)


def _common_bytes(one: bytes, other: bytes, *, at_end: bool = False, least: int = 0) -> int:
    """Count how many bytes two texts begin (or end) with alike; `least` are spoken for."""
    longest = min(len(one), len(other)) - least

    def cut(text: bytes, low: int, high: int) -> bytes:
        return text[len(text) - high : len(text) - low] if at_end else text[low:high]

    def differ(number: int) -> bool:
        low = number - number % _CHUNK
        return cut(one, low, number + 1) != cut(other, low, number + 1)

    whole = 0
    while whole + _CHUNK <= longest and not differ(whole + _CHUNK - 1):
        whole += _CHUNK
    return whole + bisect_left(range(whole, min(whole + _CHUNK, longest)), 1, key=differ)


def _count_elements(text: bytes) -> int:
    return text.count(b"<") - text.count(b"</")


def _serialised(node: Node) -> bytes:
    return etree.tostring(node, with_tail=False)


def _key(node: Node) -> object:
    if not isinstance(node.tag, str):
        return node.tag, node.text
    # Of ours, one with other attributes is another one: what is enriched again is written as if
    # for the first time, its attributes in the same order.
    tag = node.tag
    return tag, node.get("id"), tuple(node.attrib) if tag.startswith(_OURS) else None


def _align(
    before: Sequence[Node], after: Sequence[Node]
) -> Iterator[tuple[Node | None, Node | None]]:
    """Pair the children that stayed; one side is None for what was removed or added."""
    old, new = list(map(_key, before)), list(map(_key, after))
    if old == new:
        yield from zip(before, after, strict=True)
        return
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    yield from zip(before[:head], after[:head], strict=True)
    middle = slice(head, len(old) - tail), slice(head, len(new) - tail)
    matcher = SequenceMatcher(None, old[middle[0]], new[middle[1]], autojunk=False)
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        left, right = before[head + i1 : head + i2], after[head + j1 : head + j2]
        if operation == "equal" or (len(left) == len(right) and all(map(_is_renamed, left, right))):
            yield from zip(left, right, strict=True)
        else:
            yield from ((node, None) for node in left)
            yield from ((None, node) for node in right)
    yield from zip(before[len(old) - tail :], after[len(new) - tail :], strict=True)


def _is_renamed(old: Node, new: Node) -> bool:
    """Tell whether the id is the only attribute that changed, so that the rest may stay."""
    if old.tag != new.tag or not isinstance(old.tag, str) or namespace(old.tag) == CJ:
        return False
    return list(old.attrib) == list(new.attrib) and {**old.attrib, "id": ""} == {
        **new.attrib,
        "id": "",
    }


def _common(old: Sequence[object], new: Sequence[object]) -> int:
    """Count how many items both sequences begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(old), len(new)))


def _with_tails(element: Node) -> Iterator[Node | str | None]:
    for child in element:
        yield child
        yield child.tail
