"""The bytes of a file, the tree over them, and the bytes again."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from cjbpmn.errors import InvalidDocument, UnsafeDocument
from cjbpmn.names import BPMN, local_name, namespace
from cjbpmn.patches import MARKUP, Node, Span, apply_patches, find_patches, find_spans

MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read unless the caller says otherwise; its tree may take 2 GB."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, None),  # before UTF-16: its mark begins with the shorter one
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    ("<?".encode("utf-16-le"), "utf-16-le"),
    ("<?".encode("utf-16-be"), "utf-16-be"),
)
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
# Multi-byte and stateful encodings are a way to smuggle markup past a reader.
_ENCODINGS = re.compile(
    r"utf-?(8|16(-?(le|be))?)|(us-?)?ascii|iso8859-\d+|cp125\d|latin-?\d+", re.IGNORECASE
)
_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


class Source:
    """A BPMN file: its bytes, and an lxml tree over them that may be edited.

    The tree is the truth about content, the bytes are the truth about form: whatever is not
    edited in the tree keeps its bytes.

    Parameters
    ----------
    data : bytes
        The file as it is.
    path : str or None
        Its name, for messages.
    max_bytes : int
        Larger files are refused.

    Attributes
    ----------
    root : lxml element
        ``bpmn:definitions``. Edit it as you like.
    namespaces : dict of prefix to URI
        What the root declares; edit this to declare more or less.

    Raises
    ------
    InvalidDocument
        If the bytes are not BPMN 2.0 XML.
    UnsafeDocument
        If reading them could do harm.

    Examples
    --------
    >>> data = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'
    >>> source = Source(data)
    >>> source.to_bytes() == data
    True
    >>> source.root.set("name", "Claims")
    >>> source.to_bytes()[-17:]
    b'" name="Claims"/>'
    """

    def __init__(self, data: bytes, path: str | None = None, max_bytes: int = MAX_BYTES) -> None:
        self.data = data
        self.path = path
        self._refuse_unreadable(max_bytes)
        self._encoding = self._find_encoding()
        self._text = self._to_utf8()
        self._refuse_entities()
        self.root = self._parse()
        self._refuse_other_vocabularies()
        self.namespaces: dict[str | None, str] = dict(self.root.nsmap)

    def to_bytes(self) -> bytes:
        """Return the file with all edits made, and every other byte as it was.

        Returns
        -------
        bytes
            In the encoding, with the line ends and in the manner of the file.
        """
        pristine, spans, _ = self._pristine
        patches = find_patches(self._text, pristine, spans, self.root, self.namespaces)
        if not patches:
            return self.data
        text = apply_patches(self._text, patches)
        if self._encoding == "utf-8":
            return text
        return text.decode().encode(self._encoding, "xmlcharrefreplace")

    @cached_property
    def _index(self) -> tuple[dict[str, Node], dict[str, list[Node]]]:
        by_id: dict[str, Node] = {}
        repeated: dict[str, list[Node]] = {}
        for element in self.root.iter(etree.Element):
            identifier = element.get("id")
            if identifier is None:
                continue
            if identifier in by_id:
                repeated.setdefault(identifier, [by_id[identifier]]).append(element)
            else:
                by_id[identifier] = element
        return by_id, repeated

    def find(self, identifier: str) -> Node | None:
        """Return the first element that bears an id, or None.

        Parameters
        ----------
        identifier : str
            The id.

        Returns
        -------
        lxml element or None
            The element.
        """
        return self._index[0].get(identifier)

    def identifiers(self) -> set[str]:
        """Return all ids in the file, foreign ones included.

        Returns
        -------
        set of str
            The ids.
        """
        return set(self._index[0])

    def duplicates(self) -> dict[str, list[Node]]:
        """Return the BPMN elements that share an id.

        Returns
        -------
        dict of str to list of lxml elements
            By id; foreign elements and diagram elements do not count.
        """
        found = {
            identifier: [element for element in elements if namespace(element.tag) == BPMN]
            for identifier, elements in self._index[1].items()
        }
        return {identifier: elements for identifier, elements in found.items() if len(elements) > 1}

    def has_end_tag(self, element: Node) -> bool:
        """Tell whether an element, empty in the file, stands there as a start and an end tag.

        Parameters
        ----------
        element : lxml element
            An element of the tree that has no children; a new one has no end tag.

        Returns
        -------
        bool
            False for an empty-element tag, and for one that was not empty in the file.
        """
        if element.sourceline is None:
            return False
        twin = self._pristine_twin(element)
        if twin is None or len(twin) or twin.text:
            return False
        span = self._pristine[1][twin]
        return span.content_end != span.end

    def _pristine_twin(self, element: Node) -> Node | None:
        """Return the same element as the bytes have it: by its id, or that of its parent."""
        identifier, parent = element.get("id"), element.getparent()
        if identifier is not None:
            return self._pristine[2].get(identifier)
        host = None if parent is None else self._pristine[2].get(parent.get("id", ""))
        return None if host is None else host.find(str(element.tag))

    @cached_property
    def _pristine(self) -> tuple[Node, dict[Node, Span], dict[str, Node]]:
        """The tree as the bytes have it, the places of its nodes, and its elements by id."""
        root = self._parse()
        by_id: dict[str, Node] = {}
        for element in root.iter(etree.Element):
            by_id.setdefault(element.get("id", ""), element)
        return root, find_spans(self._text, root), by_id

    def forget_index(self) -> None:
        """Look ids up afresh next time: the tree was edited."""
        self.__dict__.pop("_index", None)

    def error(self, message: str, element: Node | None = None) -> InvalidDocument:
        """Make an error that names this file and the place of an element.

        Parameters
        ----------
        message : str
            What is wrong and what to do.
        element : lxml element or None
            Where.

        Returns
        -------
        InvalidDocument
            To be raised.
        """
        if element is None:
            return InvalidDocument(message, path=self.path)
        return InvalidDocument(
            message, path=self.path, line=element.sourceline, element=element.get("id")
        )

    def _refuse_unreadable(self, max_bytes: int) -> None:
        if len(self.data) > max_bytes:
            raise UnsafeDocument(
                f"the file has {len(self.data):,} bytes, the limit is {max_bytes:,}", path=self.path
            )
        if self.data.startswith(_COMPRESSED):
            raise UnsafeDocument("the file is compressed; unpack it first", path=self.path)
        if not self.data.strip(b"\0 \t\r\n"):
            raise InvalidDocument("the file is empty", path=self.path)

    def _find_encoding(self) -> str:
        encoding: str | None = "utf-8"
        for mark, name in _BYTE_ORDER_MARKS:
            if self.data.startswith(mark):
                encoding = name
                break
        else:
            declared = _DECLARED_ENCODING.match(self.data[:1024])
            if declared:
                encoding = declared[1].decode()
        try:
            name = codecs.lookup(encoding or "utf-32").name
        except LookupError:
            name = str(encoding)
        if not _ENCODINGS.fullmatch(name):
            raise InvalidDocument(
                f"the encoding {name} is not supported; save the file as UTF-8", path=self.path
            )
        # Python's "utf-16" would eat the byte order mark that must come back.
        return name.replace("utf-16", "utf-16-le") if name == "utf-16" else name

    def _to_utf8(self) -> bytes:
        try:
            text = self.data.decode(self._encoding)
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise InvalidDocument(
                f"the bytes are not {self._encoding}, although the file says so; "
                "save it again in its declared encoding",
                path=self.path,
                line=line,
            ) from None
        return self.data if self._encoding == "utf-8" else text.encode()

    def _refuse_entities(self) -> None:
        for token in _prolog(self._text):
            if token.startswith(b"<!DOCTYPE") and re.search(
                rb"<!ENTITY|\sSYSTEM\s|\sPUBLIC\s", token
            ):
                raise UnsafeDocument(
                    "the file declares entities or an external document type; "
                    "BPMN needs neither: remove the DOCTYPE",
                    path=self.path,
                    line=self._text.count(b"\n", 0, self._text.find(b"<!DOCTYPE")) + 1,
                )

    def _parse(self) -> Node:
        parser = _make_parser()
        try:
            return etree.fromstring(self._text, parser)
        except etree.XMLSyntaxError as error:
            log = error.error_log
            if len(log) and all(entry.type_name == "WAR_NS_URI" for entry in log):
                # An odd namespace URI is no syntax error; lxml only takes it for one.
                return etree.fromstring(self._text, _make_parser(recover=True))
            line = error.lineno or None
            raise InvalidDocument(
                f"not well-formed XML: {error.msg}", path=self.path, line=line
            ) from None

    def _refuse_other_vocabularies(self) -> None:
        if self.root.tag == f"{{{BPMN}}}definitions":
            return
        found, uri = local_name(self.root.tag), namespace(self.root.tag)
        raise self.error(
            f"this is no BPMN 2.0 model: the root is <{found}>"
            + (f" of {uri}" if uri else " without a namespace")
            + f", expected <definitions> of {BPMN}",
            self.root,
        )


def _make_parser(*, recover: bool = False) -> etree.XMLParser[Node]:
    # Each option is a door kept shut: entities, the network, the disk, absurd sizes.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=recover,
    )


def _prolog(text: bytes) -> Iterator[bytes]:
    """Yield the markup that stands before the root."""
    for match in MARKUP.finditer(text):
        if match[0][1:2] not in b"!?":
            return
        yield match[0]
