"""The bytes of a file, the tree over them, and the bytes again."""

from __future__ import annotations

import codecs
import re
import warnings
from functools import cached_property

from lxml import etree

from cjbpmn.errors import CjbpmnWarning, InvalidDocument, UnsafeDocument
from cjbpmn.identifiers import Identifiers
from cjbpmn.names import BPMN, CJ, local_name, namespace
from cjbpmn.patching.markup import find_spelling, writes_empty_tags_with_space
from cjbpmn.patching.patches import apply_patches, find_outer_patches, find_patches
from cjbpmn.patching.spans import Node, Spans

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
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml\s.*?\?>)?", re.DOTALL)
_SOMETHING = re.compile(rb"[^\0 \t\r\n]")
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
# Multi-byte and stateful encodings are a way to smuggle markup past a reader.
_ENCODINGS = re.compile(
    r"utf-?(8|16(-?(le|be))?)|(us-?)?ascii|iso8859-\d+|cp125\d|latin-?\d+", re.IGNORECASE
)
_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
# What may stand before the root and in a DOCTYPE. Without quotes and % a declaration can define
# no entity and no default value, and name no file. Token by token, the scan stays linear.
_MISCELLANEOUS = rb"\s+|<!--.*?-->|<\?.*?\?>"
_BEFORE_ROOT = re.compile(rb"\xef\xbb\xbf|" + _MISCELLANEOUS, re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[<>\"'%]*")
_IN_DOCTYPE = re.compile(rb"<!(?:ELEMENT|ATTLIST)\s[^<>\"'%]*>|" + _MISCELLANEOUS, re.DOTALL)
# Only the prolog is rewritten, where no other markup holds such a declaration.
_ATTRIBUTE_TYPES = re.compile(rb"(<!--.*?-->|<\?.*?\?>)|<!ATTLIST\s[^<>\"'%]*>", re.DOTALL)
_DOCTYPE_END = re.compile(rb"(?:\]\s*)?>")
_BEYOND_LIMITS = re.compile(r"(limit exceeded|excessive depth|too (big|long|deep))", re.IGNORECASE)
_NAME_OF_DECLARATION = re.compile(r"xmlns(?::\S+)?: *")
_MOST_ERRORS = 100
"""How many errors libxml2 tells, but for the one at which it stops."""


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
        # Namespaces that are no URIs, by what is odd about them, and the lines they stand on.
        self.odd_namespaces: dict[str, int] = {}
        self._refuse_unreadable(max_bytes)
        self._encoding = self._find_encoding()
        self._text = self._to_utf8()
        self._prolog_end = self._refuse_harmful_doctype()
        self._root = self._parse()
        self._refuse_other_vocabularies()
        self.by_id = Identifiers(self._root)
        self._was_handed_out = False
        self._namespaces: dict[str | None, str] = dict(self._root.nsmap)
        # How changed attributes are to be written, where not in the plain way.
        self.spellings: dict[tuple[Node, str], str] = {}

    @property
    def root(self) -> Node:
        """``bpmn:definitions``; edit it as you like."""
        self._was_handed_out = True
        return self._root

    @property
    def namespaces(self) -> dict[str | None, str]:
        """What the root declares, by prefix; edit it to declare more or less."""
        self._was_handed_out = True
        return self._namespaces

    def to_bytes(self) -> bytes:
        """Return the file with all edits made, and every other byte as it was.

        Returns
        -------
        bytes
            In the encoding, with the line ends and in the manner of the file.

        Warns
        -----
        CjbpmnWarning
            If a DOCTYPE forbids what an attribute says now, and its declarations are left out.
        """
        if not self._was_handed_out:
            return self.data
        data = self.patched(self)
        declares_attributes = b"<!ATTLIST" in self._text[: self._prolog_end]
        if data is self.data or not declares_attributes or _says_the_same(data, self):
            return data
        warnings.warn(
            f"{self.path or 'the file'}: its DOCTYPE declares types of attributes that forbid "
            "what they are to say now; these declarations are left out",
            CjbpmnWarning,
            stacklevel=3,
        )
        prolog = _ATTRIBUTE_TYPES.sub(lambda match: match[1] or b"", self._text[: self._prolog_end])
        bare = self._encode(prolog + self._text[self._prolog_end :])
        return Source(bare, self.path, max_bytes=len(bare)).patched(self)

    def patched(self, edited: Source) -> bytes:
        """Return these bytes, changed where the tree of another source says something else.

        Parameters
        ----------
        edited : Source
            Where the tree is; its own bytes do not matter.

        Returns
        -------
        bytes
            The same object if nothing is to be changed.
        """
        pristine, spans = self._pristine
        patches = find_patches(
            self._text, pristine, spans, edited.root, edited.namespaces, edited.spellings
        )
        declaration = _DECLARATION.match(self._text)
        begin = max(self._prolog_end, declaration.end() if declaration else 0)
        patches += find_outer_patches(self._text, pristine, spans, edited.root, begin)
        return self._encode(apply_patches(self._text, patches)) if patches else self.data

    def _encode(self, text: bytes) -> bytes:
        if self._encoding == "utf-8":
            return text
        return text.decode().encode(self._encoding, "xmlcharrefreplace")

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
        self._was_handed_out = True
        return self.by_id.find(identifier)

    def identifiers(self) -> set[str]:
        """Return all ids in the file, foreign ones included.

        Returns
        -------
        set of str
            The ids.
        """
        return set(self.by_id.all())

    def duplicates(self) -> dict[str, list[Node]]:
        """Return the BPMN elements that share an id.

        Returns
        -------
        dict of str to list of lxml elements
            By id; foreign elements and diagram elements do not count.
        """
        self._was_handed_out = True
        found = {
            identifier: [element for element in elements if namespace(element.tag) == BPMN]
            for identifier, elements in self.by_id.repeated().items()
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
        return self._pristine[1][twin].has_end_tag

    def as_read(self, identifier: str) -> Node | None:
        """Return an element as the bytes have it, whatever was edited since.

        Parameters
        ----------
        identifier : str
            Its id; the empty string for the root.

        Returns
        -------
        lxml element or None
            The element in a tree of its own, for `spelling`.
        """
        return self._pristine_by_id.get(identifier) if identifier else self._pristine[0]

    def spelling(self, element: Node, name: str) -> str | None:
        """Say how the bytes write an attribute, if not in the plain way.

        Parameters
        ----------
        element : lxml element
            From the tree of `as_read`.
        name : str
            The attribute, in Clark notation.

        Returns
        -------
        str or None
            What stands between the quotes.
        """
        return find_spelling(self._text, element, self._pristine[1][element], name)

    def _pristine_twin(self, element: Node) -> Node | None:
        """Return the same element as the bytes have it: by its id, or that of its parent."""
        identifier, parent = element.get("id"), element.getparent()
        if identifier is not None:
            return self._pristine_by_id.get(identifier)
        host = None if parent is None else self._pristine_by_id.get(parent.get("id", ""))
        return None if host is None else host.find(str(element.tag))

    @cached_property
    def _pristine(self) -> tuple[Node, Spans]:
        """The tree as the bytes have it, and the places of its nodes."""
        root = self._parse()
        return root, self._spans(root)

    @cached_property
    def _pristine_by_id(self) -> dict[str, Node]:
        by_id: dict[str, Node] = {}
        for element in self._pristine[0].iter(etree.Element):
            by_id.setdefault(element.get("id", ""), element)
        return by_id

    @property
    def was_rewritten(self) -> bool:
        """Whether a tool has written the whole file anew since we enriched it, if we did."""
        return CJ.encode() in self._text and writes_empty_tags_with_space(self._text)

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
                f"the file is over the limit of {max_bytes:,} bytes; "
                "if you trust it, read it with a larger max_bytes",
                path=self.path,
            )
        if self.data.startswith(_COMPRESSED):
            raise UnsafeDocument("the file is compressed; unpack it first", path=self.path)
        if not _SOMETHING.search(self.data):
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
        # The parser checks UTF-8 itself: there is no need to do it twice.
        return self.data if self._encoding == "utf-8" else self._decode().encode()

    def _decode(self) -> str:
        try:
            return self.data.decode(self._encoding)
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise InvalidDocument(
                f"the bytes are not {self._encoding}; "
                "declare the encoding that the file has, or save it as UTF-8",
                path=self.path,
                line=line,
            ) from None

    def _refuse_harmful_doctype(self) -> int:
        """Return where a DOCTYPE ends in which there is no harm; 0 where there is none."""
        start = _skip(_BEFORE_ROOT, self._text, 0)
        opening = _DOCTYPE.match(self._text, start)
        if opening is None:
            return 0
        end = opening.end()
        if self._text.startswith(b"[", end):
            end = _skip(_IN_DOCTYPE, self._text, end + 1)
        closing = _DOCTYPE_END.match(self._text, end)
        if closing is None:
            raise UnsafeDocument(
                "the file declares entities or default values, or names an external document type; "
                "BPMN needs none of them: remove the DOCTYPE",
                path=self.path,
                line=self._text.count(b"\n", 0, start) + 1,
            )
        return closing.end()

    def _parse(self) -> Node:
        parser = _make_parser()
        try:
            root = etree.fromstring(self._text, parser)
        except etree.XMLSyntaxError as error:
            self._decode()  # Wrong bytes are told as what they are.
            # The parser's own log: that of the exception holds the errors of other files too.
            log = list(parser.error_log)
            grave = [entry for entry in log if not entry.type_name.startswith("WAR_")]
            if log and not grave and len(log) < _MOST_ERRORS:
                # An odd namespace URI is no syntax error; lxml only takes it for one.
                for entry in log:
                    if entry.type_name == "WAR_NS_URI":
                        said = " ".join(_NAME_OF_DECLARATION.sub("", entry.message, 1).split())
                        self.odd_namespaces.setdefault(said, entry.line)
                return self._parse_with_odd_names()
            first = next(iter(grave or log), None)
            message, line = (first.message, first.line) if first else (error.msg, error.lineno)
            raise self._syntax_error(message or "broken", line or None) from None
        for entry in parser.error_log:
            # lxml forgets about a prefix that nothing declares when a warning follows.
            if entry.type_name == "NS_ERR_UNDEFINED_NAMESPACE":
                raise self._syntax_error(entry.message, entry.line)
        return root

    def _parse_with_odd_names(self) -> Node:
        """Parse what is well-formed but for namespace URIs that are none."""
        root = etree.fromstring(self._text, _make_parser(recover=True))
        # This is the one error that libxml2 keeps to itself after such a warning.
        end = self._spans(root)[root].end
        if _skip(_BEFORE_ROOT, self._text, end) < len(self._text):
            line = self._text.count(b"\n", 0, end) + 1
            raise self._syntax_error("Extra content at the end of the document", line)
        return root

    def _spans(self, root: Node) -> Spans:
        # Blanked, for what looks like a tag in a comment of the DOCTYPE is none.
        return Spans(b" " * self._prolog_end + self._text[self._prolog_end :], root)

    def _syntax_error(self, message: str, line: int | None) -> InvalidDocument:
        words = " ".join(re.sub(r",? *(try|use) XML_PARSE_HUGE( option)?", "", message).split())
        if words == "unknown error":
            return UnsafeDocument("there is not enough memory to read the file", path=self.path)
        if words.startswith("Start tag expected"):
            words = "it does not begin with '<'; export the model as BPMN 2.0 XML"
        if _BEYOND_LIMITS.search(words):
            return UnsafeDocument(
                f"no model needs what this file holds: {words}", path=self.path, line=line
            )
        return InvalidDocument(f"not well-formed XML: {words}", path=self.path, line=line)

    def _refuse_other_vocabularies(self) -> None:
        if self._root.tag == f"{{{BPMN}}}definitions":
            return
        found, uri = local_name(self._root.tag), namespace(self._root.tag)
        raise self.error(
            f"this is no BPMN 2.0 model: the root is <{found}>"
            + (f" of {uri}" if uri else " without a namespace")
            + f", expected <definitions> of {BPMN}",
            self._root,
        )


def _says_the_same(data: bytes, edited: Source) -> bool:
    """Tell whether the bytes, read again, say what a tree says."""
    try:
        again = Source(data, max_bytes=len(data))
    except InvalidDocument:
        return False
    return _content(again.root) == _content(edited.root)


def _content(root: Node) -> list[tuple[object, ...]]:
    return [(node.tag, dict(node.attrib), node.text or "", node.tail or "") for node in root.iter()]


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


def _skip(tokens: re.Pattern[bytes], text: bytes, position: int) -> int:
    """Return where a run of tokens ends."""
    while found := tokens.match(text, position):
        position = found.end()
    return position
