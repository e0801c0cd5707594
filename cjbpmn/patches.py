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
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType

from lxml import etree

from cjbpmn.names import CJ, namespace
from cjbpmn.spans import Node, Span, Spans

_CHUNK = 1 << 16
_ATTRIBUTE = re.compile(rb"(\s+)([^\s=/>]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_TAG_NAME = re.compile(rb"</?([^\s/>]+)")
_XML = "http://www.w3.org/XML/1998/namespace"
_TEXT_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_VALUE_ESCAPES = {"&": "&amp;", "<": "&lt;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_QUOTE_ESCAPES = {'"': "&quot;", "'": "&#39;"}


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
        self.data = data
        self.root = pristine
        self.namespaces = namespaces
        self.newline = "\r\n" if b"\r\n" in data else "\n"
        self.spans = spans
        self.patches: list[Patch] = []
        self.spellings: Mapping[tuple[Node, str], str] = {}

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
        for match in _ATTRIBUTE.finditer(self.data, position, span.content):
            position = match.end()
            if b"\n" in match[1] and match.start() > span.start + len(self._name(span)) + 1:
                separator = match[1]
            self._compare_attribute(match, scope, edited, declared, is_root=is_root)
        known = {**self.namespaces, **scope}
        prefixes = dict(known)
        added = [
            (_attribute_name(name, prefixes, edited.nsmap), value)
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
            separator + f'{name}="{_escape_value(value)}"'.encode() for name, value in added
        )
        if text:
            self.patches.append(Patch(position, position, text))

    def _compare_attribute(
        self,
        match: re.Match[bytes],
        scope: Mapping[str | None, str],
        edited: Node,
        declared: set[str | None],
        *,
        is_root: bool,
    ) -> None:
        """Keep, change or drop one attribute or declaration that the bytes have."""
        name = match[2].decode()
        if name == "xmlns" or name.startswith("xmlns:"):
            prefix = name.partition(":")[2] or None
            declared.add(prefix)
            if is_root and prefix in scope and prefix not in self.namespaces:
                self.patches.append(Patch(match.start(), match.end(), b""))
            return
        clark = _clark(name, scope)
        wanted = edited.get(clark)
        if wanted is None:
            self.patches.append(Patch(match.start(), match.end(), b""))
        elif _value(match[3]) != wanted:
            quote = match[3][:1].decode()
            text = self.spellings.get((edited, clark), "")
            if not _is_spelling(text, wanted, quote):
                text = _escape_value(wanted, quote)
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
        before, after = list(pristine), list(edited)
        if not before and not after and (pristine.text or "") == (edited.text or ""):
            return
        scope: Mapping[str, str] | None = None
        kept: Node | None = None
        old: list[Node | str | None] = [pristine.text]
        new: list[Node | str | None] = [edited.text]
        more = len(after) - len(before)
        shift = 0  # by how many places the edited child stands behind the one in the bytes
        for left, right in [*_align(before, after), (None, None)]:
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
                if left is not None and right is not None:
                    below = level[0] and shift == 0, level[1] and shift == more
                    self.compare(left, right, level=below)
                    kept, old, new = left, [left.tail], [right.tail]

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
        text = "".join(
            _escape_text(item or "") if isinstance(item, str | None) else _fragment(item, scope)
            for item in content
        )
        return text.replace("\n", self.newline).encode()


def find_spelling(data: bytes, node: Node, span: Span, name: str) -> str | None:
    """Say how an attribute is written, if it is not written in the plain way.

    Parameters
    ----------
    data : bytes
        Well-formed UTF-8.
    node : lxml element
        An element of the tree that was parsed from it.
    span : Span
        Where it stands.
    name : str
        The attribute, in Clark notation.

    Returns
    -------
    str or None
        What stands between the quotes; None for what would be written so anyhow.

    Examples
    --------
    >>> data = b"<a b='&#x31;' c='2'/>"
    >>> root = etree.fromstring(data)
    >>> [find_spelling(data, root, Spans(data, root)[root], name) for name in "bc"]
    ['&#x31;', None]
    """
    for match in _ATTRIBUTE.finditer(data, span.start, span.content):
        if match[2].startswith(b"xmlns") or _clark(match[2].decode(), node.nsmap) != name:
            continue
        text, quote = match[3][1:-1].decode(), match[3][:1].decode()
        return None if text == _escape_value(_value(match[3]), quote) else text
    return None


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


def writes_empty_tags_with_space(data: bytes) -> bool:
    """Tell whether every empty-element tag has a blank before its end, as some tools write them.

    What this package adds has none: a file with our elements of which this is true was written
    anew by such a tool.

    Parameters
    ----------
    data : bytes
        A document.

    Returns
    -------
    bool
        False if there is no empty-element tag.

    Examples
    --------
    >>> writes_empty_tags_with_space(b"<a><b /><c /></a>")
    True
    """
    return b" />" in data and data.count(b" />") == data.count(b"/>")


def _key(node: Node) -> object:
    if not isinstance(node.tag, str):
        return node.tag, node.text
    # Of ours, one with other attributes is another one: what is enriched again is written as if
    # for the first time, its attributes in the same order.
    names = tuple(node.attrib) if namespace(node.tag) == CJ else None
    return node.tag, node.get("id"), names


def _align(
    before: Sequence[Node], after: Sequence[Node]
) -> Iterator[tuple[Node | None, Node | None]]:
    """Pair the children that stayed; one side is None for what was removed or added."""
    old, new = [_key(node) for node in before], [_key(node) for node in after]
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    yield from zip(before[:head], after[:head], strict=True)
    middle = slice(head, len(old) - tail), slice(head, len(new) - tail)
    matcher = SequenceMatcher(None, old[middle[0]], new[middle[1]], autojunk=False)
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            yield from zip(before[head + i1 : head + i2], after[head + j1 : head + j2], strict=True)
        else:
            yield from ((node, None) for node in before[head + i1 : head + i2])
            yield from ((None, node) for node in after[head + j1 : head + j2])
    yield from zip(before[len(old) - tail :], after[len(new) - tail :], strict=True)


def _common(old: Sequence[object], new: Sequence[object]) -> int:
    """Count how many items both sequences begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(old), len(new)))


def _with_tails(element: Node) -> Iterator[Node | str | None]:
    for child in element:
        yield child
        yield child.tail


def _value(quoted: bytes) -> str:
    """Return what an attribute in the bytes says, its references resolved."""
    if b"&" not in quoted and b"\n" not in quoted and b"\t" not in quoted:
        return quoted[1:-1].decode()
    value: str = etree.fromstring(b"<a b=%s/>" % quoted).attrib["b"]
    return value


def _is_spelling(text: str, value: str, quote: str) -> bool:
    """Tell whether a text between quotes says a value; it may come from anywhere."""
    try:
        return quote not in text and _value(f"{quote}{text}{quote}".encode()) == value
    except etree.XMLSyntaxError:
        return False


def _attribute_name(
    clark: str, prefixes: dict[str | None, str], wishes: Mapping[str | None, str]
) -> str:
    """Name an attribute; where its namespace has no prefix yet, choose one and note it down."""
    uri, local = namespace(clark), clark.rpartition("}")[2]
    if not uri:
        return local
    if uri == _XML:
        return f"xml:{local}"
    prefix = next((name for name, value in prefixes.items() if value == uri and name), None)
    if prefix is None:
        wish = next((name for name, value in wishes.items() if value == uri and name), "ns")
        prefix = _free_prefix(wish, prefixes)
        prefixes[prefix] = uri
    return f"{prefix}:{local}"


def _clark(name: str, scope: Mapping[str | None, str]) -> str:
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    uri = _XML if prefix == "xml" else scope.get(prefix)
    # libxml2 stops telling errors at some point; lxml then takes the colon for a letter.
    return name if uri is None else f"{{{uri}}}{local}"


def _fragment(node: Node, scope: Mapping[str, str]) -> str:
    """Write a new node as text, naming namespaces as the place where it goes names them."""
    if not isinstance(node.tag, str):
        return etree.tostring(node, with_tail=False, encoding="unicode")
    scope, declarations = _declare(node, scope)
    attributes = "".join(
        f' {_prefixed(name, scope, is_attribute=True)}="{_escape_value(value)}"'
        for name, value in node.attrib.items()
    )
    name = _prefixed(node.tag, scope)
    if not len(node) and node.text is None:
        return f"<{name}{declarations}{attributes}/>"
    inside = _escape_text(node.text or "") + "".join(
        _fragment(child, scope) + _escape_text(child.tail or "") for child in node
    )
    return f"<{name}{declarations}{attributes}>{inside}</{name}>"


def _declare(node: Node, scope: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    """Declare on a new element what it names and its surroundings do not declare."""
    text = ""
    for number, clark in enumerate([node.tag, *node.attrib]):
        uri, is_attribute = namespace(clark), number > 0
        if _prefix_of(uri, scope, is_attribute=is_attribute) is not None:
            continue
        wish = next((p for p, value in node.nsmap.items() if value == uri and p), None)
        if not uri or (wish is None and not is_attribute):
            prefix = ""
        else:
            prefix = _free_prefix(wish or "ns", scope)
        text += f' xmlns{":" if prefix else ""}{prefix}="{_escape_value(uri)}"'
        scope = {**scope, prefix: uri}
    return scope, text


def _prefix_of(uri: str, scope: Mapping[str, str], *, is_attribute: bool) -> str | None:
    """Return the prefix that stands for a URI ('' for none), or None if there is none yet."""
    if uri == _XML:
        return "xml"
    if not uri:
        return "" if is_attribute or not scope.get("") else None
    found = (p for p, value in scope.items() if value == uri and (p or not is_attribute))
    return next(found, None)


def _free_prefix(wish: str, taken: Container[str | None]) -> str:
    number, free = 1, wish
    while free in taken:
        number += 1
        free = f"{wish}{number}"
    return free


def _prefixed(clark: str, scope: Mapping[str, str], *, is_attribute: bool = False) -> str:
    local = clark.rpartition("}")[2]
    prefix = _prefix_of(namespace(clark), scope, is_attribute=is_attribute)
    return f"{prefix}:{local}" if prefix else local


def _escape_text(text: str) -> str:
    return re.sub(r"[&<>\r]", lambda match: _TEXT_ESCAPES[match[0]], text)


def _escape_value(value: str, quote: str = '"') -> str:
    value = re.sub(r"[&<\n\r\t]", lambda match: _VALUE_ESCAPES[match[0]], value)
    return value.replace(quote, _QUOTE_ESCAPES[quote])
