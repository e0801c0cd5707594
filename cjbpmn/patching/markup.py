"""XML as text: what an element and its attributes look like in the bytes of a file."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from typing import Final

from lxml import etree

from cjbpmn.names import namespace
from cjbpmn.patching.spans import Node, Span

ATTRIBUTE: Final = re.compile(rb"(\s+)([^\s=/>]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
"""White space, a name, and a value in quotes: inside of a start tag only."""

# As lxml writes them: declarations stand behind the name of the element, before its attributes.
_DECLARATIONS = re.compile(r"([^\s<>/]+)((?: xmlns(?::[^\s=]+)?=\"[^\"]*\")+)")
_DECLARATION = re.compile(r" xmlns(?::([^\s=]+))?=\"([^\"]*)\"")
_OTHER_DECLARATION = re.compile(r"[^\s<>/]+ xmlns[:=]")
_NAME_AND_VALUE = re.compile(r" (?:([^\s=:]+):)?([^\s=]+=\"[^\"]*\")")
_XML = "http://www.w3.org/XML/1998/namespace"
_TEXT_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_VALUE_ESCAPES = {"&": "&amp;", "<": "&lt;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_IN_TEXT, _IN_VALUE = re.compile(r"[&<>\r]"), re.compile(r"[&<\n\r\t]")
_QUOTE_ESCAPES = {'"': "&quot;", "'": "&#39;"}


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
    >>> from cjbpmn.patching.spans import Spans
    >>> data = b"<a b='&#x31;' c='2'/>"
    >>> root = etree.fromstring(data)
    >>> [find_spelling(data, root, Spans(data, root)[root], name) for name in "bc"]
    ['&#x31;', None]
    """
    for match in ATTRIBUTE.finditer(data, span.start, span.content):
        if match[2].startswith(b"xmlns") or clark_name(match[2].decode(), node.nsmap) != name:
            continue
        text, quote = match[3][1:-1].decode(), match[3][:1].decode()
        return None if text == escape_value(value_between(match[3]), quote) else text
    return None


def is_spelling(text: str, value: str, quote: str) -> bool:
    """Tell whether a text between quotes says a value; it may come from anywhere.

    Parameters
    ----------
    text : str
        What is to stand between the quotes.
    value : str
        What it must say.
    quote : str
        The quote on both sides.

    Returns
    -------
    bool
        False for what is no XML, too.

    Examples
    --------
    >>> is_spelling("&#x31;", "1", "'"), is_spelling("<", "<", "'")
    (True, False)
    """
    if quote in text or "<" in text:
        return False
    try:
        return value_between(f"{quote}{text}{quote}".encode()) == value
    except etree.XMLSyntaxError:
        return False


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


def value_between(quoted: bytes) -> str:
    """Return what an attribute in the bytes says, its references resolved.

    Parameters
    ----------
    quoted : bytes
        The value with its quotes.

    Returns
    -------
    str
        The value.

    Examples
    --------
    >>> value_between(b"'a&amp;b'")
    'a&b'
    """
    if b"&" not in quoted and b"\n" not in quoted and b"\t" not in quoted:
        return quoted[1:-1].decode()
    value: str = etree.fromstring(b"<a b=%s/>" % quoted).attrib["b"]
    return value


def write_fragment(
    node: Node, scope: Mapping[str, str], names: dict[tuple[str, bool], str] | None = None
) -> str:
    """Write a new node as text, naming namespaces as the place where it goes names them.

    Parameters
    ----------
    node : lxml element
        An element with its content, a comment or a processing instruction.
    scope : mapping of prefix to URI
        What is declared where it goes; the empty prefix is the default namespace.
    names : dict, optional
        What is known already of how elements and attributes are called in this scope; what is
        found out is added, for the next node that goes there.

    Returns
    -------
    str
        The node without its tail; namespaces that the scope lacks are declared on it.

    Examples
    --------
    >>> write_fragment(etree.Element("{urn:s}b", {"c": "<"}), {"s": "urn:s"})
    '<s:b c="&lt;"/>'
    """
    pieces: list[str] = []
    _write(node, scope, {} if names is None else names, pieces)
    return "".join(pieces)


def _write(
    node: Node, scope: Mapping[str, str], names: dict[tuple[str, bool], str], pieces: list[str]
) -> None:
    """Write a node; `names` remembers what elements and attributes are called in this scope."""
    tag, text, attributes = node.tag, node.text, node.items()
    if not isinstance(tag, str):
        pieces.append(etree.tostring(node, with_tail=False, encoding="unicode"))
        return
    try:
        start = f"<{names[tag, False]}"
        for clark, value in attributes:
            start += f' {names[clark, True]}="{escape_value(value)}"'
    except KeyError:
        scope, declarations = _declare(node, scope)
        names = {} if declarations else names
        names[tag, False] = _prefixed(tag, scope)
        start = f"<{names[tag, False]}{declarations}"
        for clark, value in attributes:
            names[clark, True] = _prefixed(clark, scope, is_attribute=True)
            start += f' {names[clark, True]}="{escape_value(value)}"'
    inside = list(node)
    if text is None and not inside:
        pieces.append(f"{start}/>")
        return
    pieces.append(f"{start}>{escape_text(text)}" if text else f"{start}>")
    for child in inside:
        _write(child, scope, names, pieces)
        if child.tail:
            pieces.append(escape_text(child.tail))
    pieces.append(f"</{names[tag, False]}>")


def name_as_declared(
    pieces: Sequence[str], around: Mapping[str | None, str], scope: Mapping[str, str]
) -> str | None:
    """Turn new nodes as lxml writes them into what `write_fragment` makes of them.

    Parameters
    ----------
    pieces : sequence of str
        The tags without their first signs, each with the text behind it; elements only, and each
        in a namespace if there is a default one.
    around : mapping of prefix to URI
        What is declared around them in the tree.
    scope : mapping of prefix to URI
        What is declared where they go; the empty prefix is the default namespace.

    Returns
    -------
    str or None
        None where they may have to be named otherwise than in the tree.

    Examples
    --------
    >>> name_as_declared(['s:b xmlns:s="urn:s" c="&gt;"/>'], {}, {"s": "urn:s"})
    '<s:b c=">"/>'
    >>> name_as_declared(['s:b xmlns:s="urn:s"/>'], {}, {"": "urn:s"}) is None
    True
    """
    naming = _Naming(scope)
    for prefix, uri in around.items():
        if _prefix_of(uri, scope, is_attribute=False) != (prefix or ""):
            naming.wrong.add(prefix or "")
    written = [
        naming.mend(piece) if "xmlns" in piece or "&gt;" in piece else piece for piece in pieces
    ]
    text = "<" + "<".join(written)
    return None if any(not one or f"{one}:" in text for one in naming.wrong) else text


class _Naming:
    """Names what lxml writes as a scope does; `wrong` are the prefixes that must not be left."""

    def __init__(self, scope: Mapping[str, str]) -> None:
        self.scope = scope
        self.wrong: set[str] = set()
        self._known: dict[str, Mapping[str, str]] = {}

    def mend(self, piece: str) -> str:
        """Take the declarations out of a tag, and let signs in it stand for themselves."""
        tag, end, text = piece.partition(">")
        found = _DECLARATIONS.match(tag)
        if found is not None:
            prefixes = self._known.get(found[2])
            if prefixes is None:
                prefixes = self._known[found[2]] = self._renamed(found[2])
            attributes = tag[found.end() :]
            if prefixes:
                attributes = _NAME_AND_VALUE.sub(
                    lambda one: f" {prefixes.get(one[1], one[1])}:{one[2]}" if one[1] else one[0],
                    attributes,
                )
            tag = found[1] + attributes
        if _OTHER_DECLARATION.match(tag):
            self.wrong.add("")
        return f"{tag.replace('&gt;', '>')}{end}{text}"

    def _renamed(self, declarations: str) -> Mapping[str, str]:
        """Say which prefixes of some declarations have other names in the scope."""
        prefixes: dict[str, str] = {}
        for prefix, uri in _DECLARATION.findall(declarations):
            if _prefix_of(uri, self.scope, is_attribute=False) != prefix:
                known = _prefix_of(uri, self.scope, is_attribute=True)
                self.wrong.add(prefix if known else "")
                prefixes[prefix] = known or prefix
        return prefixes


def name_attribute(
    clark: str, prefixes: dict[str | None, str], wishes: Mapping[str | None, str]
) -> str:
    """Name an attribute; where its namespace has no prefix yet, choose one and note it down.

    Parameters
    ----------
    clark : str
        The attribute, in Clark notation.
    prefixes : dict of prefix to URI
        What is declared already; a new prefix is added here.
    wishes : mapping of prefix to URI
        How the tree would like to name namespaces.

    Returns
    -------
    str
        The name as it stands in a tag.

    Examples
    --------
    >>> prefixes = {"a": "urn:a"}
    >>> name_attribute("{urn:b}c", prefixes, {"a": "urn:b"}), prefixes["a2"]
    ('a2:c', 'urn:b')
    """
    uri, local = namespace(clark), clark.rpartition("}")[2]
    if not uri:
        return local
    if uri == _XML:
        return f"xml:{local}"
    prefix = next((name for name, value in prefixes.items() if value == uri and name), None)
    if prefix is None:
        wish = next((name for name, value in wishes.items() if value == uri and name), "ns")
        prefix = free_prefix(wish, prefixes)
        prefixes[prefix] = uri
    return f"{prefix}:{local}"


def clark_name(name: str, scope: Mapping[str | None, str]) -> str:
    """Say in Clark notation what the name of an attribute means.

    Parameters
    ----------
    name : str
        The name as it stands in a tag.
    scope : mapping of prefix to URI
        What is declared there.

    Returns
    -------
    str
        The name itself where there is no prefix, or one that nothing declares.

    Examples
    --------
    >>> clark_name("a:b", {"a": "urn:a"}), clark_name("b", {None: "urn:a"})
    ('{urn:a}b', 'b')
    """
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    uri = _XML if prefix == "xml" else scope.get(prefix)
    # libxml2 stops telling errors at some point; lxml then takes the colon for a letter.
    return name if uri is None else f"{{{uri}}}{local}"


def free_prefix(wish: str, taken: Container[str | None]) -> str:
    """Return a prefix that is not taken: the wish, or the wish and a number.

    Parameters
    ----------
    wish : str
        The prefix that would be best.
    taken : container of str
        The prefixes that stand for something already.

    Returns
    -------
    str
        The prefix.

    Examples
    --------
    >>> free_prefix("cj", {"cj", "cj2"})
    'cj3'
    """
    number, free = 1, wish
    while free in taken:
        number += 1
        free = f"{wish}{number}"
    return free


def escape_text(text: str) -> str:
    """Write text so that it may stand between tags.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        The same with references for what would be markup, or would be read as something else.

    Examples
    --------
    >>> escape_text("a < b")
    'a &lt; b'
    """
    if _IN_TEXT.search(text) is None:
        return text
    return _IN_TEXT.sub(lambda match: _TEXT_ESCAPES[match[0]], text)


def escape_value(value: str, quote: str = '"') -> str:
    r"""Write the value of an attribute so that it may stand between quotes.

    Parameters
    ----------
    value : str
        The value.
    quote : str
        The quote on both sides; the other one may stand in the value.

    Returns
    -------
    str
        The same with references for what would be markup, or would be read as something else.

    Examples
    --------
    >>> escape_value("it's <\n", "'")
    'it&#39;s &lt;&#10;'
    """
    if _IN_VALUE.search(value) is not None:
        value = _IN_VALUE.sub(lambda match: _VALUE_ESCAPES[match[0]], value)
    return value.replace(quote, _QUOTE_ESCAPES[quote]) if quote in value else value


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
            prefix = free_prefix(wish or "ns", scope)
        text += f' xmlns{":" if prefix else ""}{prefix}="{escape_value(uri)}"'
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


def _prefixed(clark: str, scope: Mapping[str, str], *, is_attribute: bool = False) -> str:
    local = clark.rpartition("}")[2]
    prefix = _prefix_of(namespace(clark), scope, is_attribute=is_attribute)
    return f"{prefix}:{local}" if prefix else local
