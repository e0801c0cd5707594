"""The YAML of a journey file as a tree of texts with their lines.

YAML is only the notation: its types are not used, since the key tells what its value means
(``told: no`` and ``at: 12:30`` mean what they say).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from cjbpmn.errors import InvalidJourney
from cjbpmn.lexicon import fold

MAX_BYTES: Final = 5_000_000
_MAX_DEPTH: Final = 20
_MAX_REPEATED: Final = 1000
_MAX_MESSAGE: Final = 400
_NO_TEXTS: Final = {
    b"PK\x03\x04": "a packed file, as Word and Excel write it",
    b"\xd0\xcf\x11\xe0": "a file of an old Word or Excel",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
}
"""How files begin that are given for a journey by mistake."""

_XML: Final = re.compile(r"\s*<[?!\w]")
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a list or a mapping of the file, with the key that it stands under and its line."""

    value: str | tuple[Node, ...] | dict[str, Entry] | None
    key: str = ""
    line: int | None = None


Note = tuple[int, str]  # its line, for they are told in the order of the file


class Entry(NamedTuple):
    """A key as it was written, and what stands behind it."""

    written: str
    node: Node


def read_bytes(path: str, most: int) -> bytes:
    """Read a journey file, which may be a pipe, or a byte more than there may be of it.

    Parameters
    ----------
    path : str
        The file.
    most : int
        How many bytes it may have.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    InvalidJourney
        If it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvalidJourney(f"cannot be read: {reason}", path=path) from error


def read_text(path: str, notes: list[Note], most: int = MAX_BYTES) -> str:
    """Read the text of a file, in whichever encoding it was saved.

    Parameters
    ----------
    path : str
        The file.
    notes : list of Note
        Where a remark about the encoding goes.
    most : int
        How many bytes it may have.

    Returns
    -------
    str
        The text.

    Raises
    ------
    InvalidJourney
        If it cannot be read, or is no text.
    """
    data = read_bytes(path, most)
    if len(data) > most:
        raise InvalidJourney(f"larger than {most // 1_000_000} MB; no journey is", path=path)
    for beginning, what in _NO_TEXTS.items():
        if data.startswith(beginning):
            raise InvalidJourney(f"this is {what}; save the journey as YAML or CSV", path=path)
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        message = "neither UTF-8 nor Windows-1252; save the file as UTF-8"
        raise InvalidJourney(message, path=path, line=line) from None
    note = invalid("not UTF-8, so read as Windows-1252; save it as UTF-8", path, line)
    notes.append((line, str(note)))
    return text


def invalid(message: str, path: str | None, line: int | None) -> InvalidJourney:
    """Make an error of a length that people read.

    Parameters
    ----------
    message : str
        What is wrong and what to write instead.
    path : str or None
        The file.
    line : int or None
        The line.

    Returns
    -------
    InvalidJourney
        To be raised.
    """
    short = message if len(message) <= _MAX_MESSAGE else message[:_MAX_MESSAGE] + "..."
    return InvalidJourney(short, path=path, line=line)


def tree_of(value: object, key: str = "", depth: int = 0) -> Node:
    """Turn what a program holds into the same tree as a file has.

    Parameters
    ----------
    value : object
        Mappings, lists, and what is written as text.
    key : str
        The key that it stands under.
    depth : int
        How deep it stands.

    Returns
    -------
    Node
        The tree; its nodes have no lines.

    Raises
    ------
    InvalidJourney
        If it is nested too deeply, or a key stands twice in one place.
    """
    if depth > _MAX_DEPTH:
        raise InvalidJourney(f"{key}: nested too deeply")
    if isinstance(value, Mapping):
        entries: dict[str, Entry] = {}
        for name, part in value.items():
            if key_of(str(name)) in entries:
                raise InvalidJourney(f"the key {name!r} stands twice in one place")
            node = tree_of(part, key_of(str(name)), depth + 1)
            entries[node.key] = Entry(str(name), node)
        return Node(entries, key)
    if isinstance(value, list | tuple):
        return Node(tuple(tree_of(part, key, depth + 1) for part in value), key)
    if isinstance(value, bool):
        return Node("yes" if value else "no", key)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Node(None, key)  # nan is the empty cell of a table
    if isinstance(value, float):
        value = format(Decimal(repr(float(value))), "f")  # people write no exponents
    return Node(str(value).strip() or None, key)


def key_of(text: str) -> str:
    """Return the one form of a key that may be written in several.

    Parameters
    ----------
    text : str
        As it was written: with blanks, underscores or hyphens, in any case.

    Returns
    -------
    str
        In lower case, with underscores.
    """
    return re.sub(r"[\s_-]+", "_", fold(text).strip())


_COMMA: Final = re.compile(r"\s*[,}]")
_HASH: Final = re.compile(r" +(#[^\s#=-][^\n]*)")
_CURLY_QUOTE: Final = re.compile("[\u2018-\u201f\u00ab\u00bb]")
_CURLY: Final = re.compile("[\u201c\u201e\u00ab]([^\u201c\u201d\u201e]*)[\u201d\u201c\u00bb]")


class Planter:
    """Grows the tree of one YAML text."""

    def __init__(self, text: str, path: str | None, notes: list[Note]) -> None:
        text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
        text = re.sub("[\x85\u2028\u2029]", " ", text)
        # A tab is an error of indentation only where the line begins.
        self.text = re.sub(r"(?m)(?<=[^\t\n ])[^\n]*", lambda m: m[0].replace("\t", " "), text)
        self.lines = self.text.split("\n")
        self.path = path
        self.notes = notes
        self.seen: set[int] = set()
        self.repeated: set[int] = set()
        self.repeats = 0
        self.anchored: dict[int, ScalarNode] = {}

    def plant(self) -> Node:
        """Return the root of the tree.

        Returns
        -------
        Node
            With the line of each text.

        Raises
        ------
        InvalidJourney
            If the text is no YAML, or more than a journey needs of it.
        """
        if _XML.match(self.text):
            what = "a BPMN model" if "BPMN/20100524/MODEL" in self.text else "XML"
            remedy = "'cjbpmn extract' writes the journey of an enriched model into a file"
            raise invalid(f"this is {what}, and no journey file; {remedy}", self.path, 1)
        try:
            root = YAML(typ="safe", pure=True).compose(self.text)
        except RecursionError:
            raise InvalidJourney("nested too deeply", path=self.path) from None
        except YAMLError as error:
            message, line = self._explain(error)
            raise invalid(message, self.path, line) from None
        if root is None:
            raise InvalidJourney("there is nothing in it", path=self.path)
        node = self._grow(root, 0)
        for number, scalar in self.anchored.items():
            if number not in self.repeated:
                self._note(f"&{scalar.anchor} is read as a name; {_QUOTE}", _line(scalar))
        return node

    def _grow(self, node: Any, depth: int, key: str = "") -> Node:
        self._count(node, depth)
        if not str(node.tag).startswith("tag:yaml.org,2002:"):
            raise self._error(f"a value cannot begin with {node.tag}; put the text in quotes", node)
        value: str | tuple[Node, ...] | dict[str, Entry] | None
        if isinstance(node, ScalarNode):
            value = self._scalar(node)
        elif isinstance(node, SequenceNode):
            value = tuple(self._grow(item, depth + 1, key) for item in node.value)
        else:
            value = self._entries(node, depth)
        return Node(value, key, _line(node))

    def _count(self, node: Any, depth: int) -> None:
        """Refuse what grows without end: deep nests, and aliases of aliases."""
        if id(node) in self.seen:
            self.repeated.add(id(node))
            self.repeats += 1
        self.seen.add(id(node))
        if depth > _MAX_DEPTH:
            raise self._error("nested too deeply", node)
        if self.repeats > _MAX_REPEATED:
            raise self._error("too much is repeated by aliases (*name); write it out", node)

    def _entries(self, node: MappingNode, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or not key.value.strip():
                raise self._error("a key must be a word or two", key)
            if key.value == "<<":
                raise self._error("'<<' is not part of YAML 1.2; write the keys out", key)
            if node.flow_style and _COMMA.match(self.text, key.end_mark.index):
                straight = "straight " if _CURLY_QUOTE.search(key.value) else ""
                text = f"put the text that ends in {key.value!r} in {straight}quotes"
                raise self._error(f"inside {{ }} a comma ends a text: {text}", key)
            if key_of(key.value) in entries:
                raise self._error(f"the key {key.value!r} stands twice in one place", key)
            planted = self._grow(value, depth + 1, key_of(key.value))
            if planted.value is None:
                # For YAML, what is missing begins where the next thing does.
                planted = replace(planted, line=_line(key))
            entries[planted.key] = Entry(key.value, planted)
        return entries

    def _scalar(self, node: ScalarNode) -> str | None:
        text: str = node.value.strip()
        if node.style is not None:
            return text or None
        if node.anchor:
            self.anchored[id(node)] = node
        if text and (comment := _HASH.match(self.text, node.end_mark.index)):
            self._note(f"the text ends before {comment[1]!r}; {_QUOTE}", _line(node))
        if quoted := _CURLY.fullmatch(text):
            text = quoted[1].strip()
        return None if text in _NOTHING else text

    def _error(self, message: str, node: Any) -> InvalidJourney:
        return invalid(message, self.path, _line(node))

    def _note(self, message: str, line: int) -> None:
        self.notes.append((line, str(invalid(message, self.path, line))))

    def _explain(self, error: YAMLError) -> tuple[str, int | None]:
        """Say in plain words what YAML does not understand, and in which line."""
        if isinstance(error, ReaderError):
            code = ord(self.text[error.position])
            number = self.text.count("\n", 0, error.position)
            return f"there is a control character here (U+{code:04X}); take it out", number + 1
        if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
            return f"this is no YAML: {error}", None
        problem, number = str(error.problem), int(error.problem_mark.line)
        if error.context_mark and any(said in problem for said in _BEGUN_EARLIER):
            number = int(error.context_mark.line)
        number = min(number, len(self.lines) - 1)
        line = self.lines[number]
        above = next((i for i in range(number - 1, -1, -1) if self.lines[i].strip()), number)
        for said, words in _PROBLEMS.items():
            if said in problem:
                return f"{words}: {line.strip()}", number + 1
        if advice := _advise(line):
            return advice, number + 1
        if re.match(r"\s*(?:- )*[\w ]+:[^\s/:]", self.lines[above]):
            return f"a space is missing after the colon: {self.lines[above].strip()}", above + 1
        words = next((words for said, words in _INDENTED.items() if said in problem), problem)
        return f"{words}: {line.strip()}", number + 1


_BEGUN_EARLIER: Final = ("end of stream", "stream end", "expected ':'", "expected ',' or")
_PROBLEMS: Final = {
    "another document": "a second document begins here; write one journey a file",
    "end of stream": "a quote is opened here and never closed",
    "escape character": "a backslash means something in double quotes; use single quotes",
}
_INDENTED: Final = {
    "mapping values are not allowed": (
        "this is indented deeper than the line above, which has its text already;"
        " a text of several lines needs quotes"
    ),
    "expected <block end>": "the indentation does not fit the lines above",
    "expected '<document start>'": "expected a key, a colon and a blank",
    "could not find expected ':'": "expected a key, a colon and a blank",
}
_QUOTE: Final = "if that belongs to the text, put the text in quotes"


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _advise(line: str) -> str | None:
    """Name the trap that a line of YAML fell into, and show the line in quotes."""
    if re.match(r" *\t", line):
        return "the line begins with a tab; indent with spaces"
    found = re.match(r"(\s*(?:- +)*)(?:([^\s:\"'][^:\"']*):\s+)?(.*?)\s*$", line)
    if found is None:
        return None
    lead, name, text = found.groups()
    remedy = f"write {name + ': ' if name else lead.lstrip()}{quoted(text)}"
    for trap, advice in _TRAPS.items():
        if re.match(trap, text):
            return advice.format(first=text[0], remedy=remedy, text=text)
    return None


_TRAPS: Final = {
    r"[{\[]": "close each bracket, and put each text with , : # or brackets in quotes: {text}",
    "[\"']": "the text goes on after its closing quote, or a quote above is not closed; {remedy}",
    "[\u2018\u2019\u201c\u201d\u201e\u00ab]": "curly quotes do not quote; {remedy}",
    r"[*&%@`!|>?,-]": "a text cannot begin with {first}; {remedy}",
    r".*:(?:\s|$)": "a text with ': ' in it needs quotes; {remedy}",
}


def quoted(text: str) -> str:
    """Put a text in the quotes that YAML needs for it.

    Parameters
    ----------
    text : str
        Any text on one line.

    Returns
    -------
    str
        What to write in the file.
    """
    text = text.strip("\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb")
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'
