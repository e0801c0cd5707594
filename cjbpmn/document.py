"""Document: a BPMN file that is read, looked up by id, edited, written, and stripped again."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

from lxml import etree

from cjbpmn import atomic
from cjbpmn import elements as bpmn
from cjbpmn.diagram import number_of, number_text
from cjbpmn.element_paths import find_part, is_path, path_between
from cjbpmn.elements import Element
from cjbpmn.errors import CjbpmnWarning, ElementNotFound, InvalidDocument
from cjbpmn.extensions.enrichment import Enrichment
from cjbpmn.indentation import indent, indentation_unit, line_start
from cjbpmn.names import BPMNDI, CJ, DC, DI, NAMESPACES, local_name, namespace, qualified
from cjbpmn.patching.markup import free_prefix
from cjbpmn.regular_file import read_regular_file
from cjbpmn.shapes import NewEdge, NewShape, make_drawings
from cjbpmn.source import MAX_BYTES, Source

_WAYPOINT = qualified("di:waypoint")
_ATTRIBUTE = re.compile(rf"(?!xmlns)(?:(?:{'|'.join(NAMESPACES)}):)?[A-Za-z_][\w.-]*", re.ASCII)
_HOLDS_OURS = etree.XPath("boolean(//cj:* | //@cj:*)", namespaces={"cj": CJ})


class Document:
    """A BPMN 2.0 model: its bytes, the tree over them, and what we may do to it.

    Parameters
    ----------
    source : Source
        The bytes and the tree.

    Examples
    --------
    >>> document = read_document("docs/examples/webshop.bpmn")
    >>> document.to_bytes() == Path("docs/examples/webshop.bpmn").read_bytes()
    True
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.opened: set[str] = set()
        self.kept: set[str] = set()

    def __repr__(self) -> str:
        return f"<Document {self.path or 'without a path'}>"

    @property
    def root(self) -> Element:
        """``bpmn:definitions``, as an lxml element: what you edit there is written too."""
        return self.source.root

    @property
    def path(self) -> str | None:
        """The file, or None for bytes."""
        return self.source.path

    def element(self, identifier: str) -> Element:
        """Return the element with an id.

        Parameters
        ----------
        identifier : str
            The id.

        Returns
        -------
        lxml element
            The first element that bears it.

        Raises
        ------
        ElementNotFound
            If there is none.
        """
        found = self.source.find(identifier)
        if found is None:
            raise ElementNotFound("no element has this id", path=self.path, element=identifier)
        return found

    def to_bytes(self) -> bytes:
        """Return the file as it would be written: only what was edited differs.

        Returns
        -------
        bytes
            The whole file.
        """
        return self.source.to_bytes()

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the document; the old file stays whole until the new one is.

        Parameters
        ----------
        path : path
            The target.

        Returns
        -------
        pathlib.Path
            The target.

        Raises
        ------
        NotWritten
            If it cannot be written.
        """
        return atomic.write_bytes(path, self.to_bytes())

    def copy(self) -> Document:
        """Read the document once more, as it would be written.

        Returns
        -------
        Document
            One that may be edited while this one stays as it is.
        """
        data = self.to_bytes()
        return Document(Source(data, self.path, max_bytes=len(data)))

    def without_enrichment(self) -> Document:
        """Return the document as it was before it was enriched.

        Returns
        -------
        Document
            This one, where it was not enriched; else another, and this one stays as it is.

        Raises
        ------
        InvalidDocument, InvalidValue
            If the record of the enrichment is broken.
        """
        if next(self.root.iter(qualified(Enrichment.tag)), None) is None:
            return self
        copy = self.copy()
        copy.strip()
        return copy.copy()  # once more, so that its lines are those of the bytes

    def insert(self, parent: Element, child: Element, index: int | None = None) -> Element:
        """Put a new element into the tree where the schema wants it, indented as the file is.

        Parameters
        ----------
        parent : lxml element
            Where it goes.
        child : lxml element
            A new element with its own content.
        index : int or None
            The place among all children, -1 for the last; None leaves it to the schema.

        Returns
        -------
        lxml element
            The child.
        """
        if index is None:
            index = bpmn.place_of(parent, local_name(child.tag))
        lead = self._lead_of_children(parent)
        indent(child, lead, self._unit)
        # To count the children of an element takes as long as there are many.
        if next(iter(parent), None) is None:
            self._fill(parent, child, lead)
        elif index == 0:
            parent.text, child.tail = lead or None, parent.text
        else:
            before = parent[-1] if index == -1 else parent[index - 1]
            before.tail, child.tail = lead or None, before.tail
        if index == -1:
            parent.append(child)
        else:
            parent.insert(index, child)
        self.source.by_id.add(child)
        return child

    def draw(self, plane: Element, new: Sequence[tuple[str, NewShape | NewEdge]]) -> None:
        """Put new shapes and edges behind everything that a plane shows, indented as the file is.

        Parameters
        ----------
        plane : lxml element
            A ``bpmndi:BPMNPlane``.
        new : sequence of (id, NewShape or NewEdge)
            What is to be drawn, and its id.
        """
        lead = self._lead_of_children(plane)
        made = make_drawings(new, lead, self._unit)
        if next(iter(plane), None) is None or not made:
            for element in made:
                self.insert(plane, element, -1)
            return
        last = plane[-1]
        last.tail, made[-1].tail = lead or None, last.tail
        plane.extend(made)
        for (identifier, _), element in zip(new, made, strict=True):
            self.source.by_id.add_bare(element, identifier)

    def _fill(self, parent: Element, child: Element, lead: str) -> None:
        """Set the white space around the first child of an element, so that `_close` knows it.

        An empty-element tag gets a line of its own for its end tag. Any other empty element
        keeps what stood in it before its end tag, and is noted down in `opened`.
        """
        if parent.text is None and not self.source.has_end_tag(parent):
            parent.text, child.tail = lead or None, self._lead(parent) or None
            return
        parent.text, child.tail = lead or None, parent.text or None
        self.opened.add(self._name_of(parent))

    def remove(self, element: Element) -> None:
        """Take an element out of the tree, with the white space that leads up to it.

        Parameters
        ----------
        element : lxml element
            Any element but the root.
        """
        parent = element.getparent()
        if parent is None:
            raise ValueError("the root cannot be removed")
        before, tail = element.getprevious(), element.tail
        lead = parent.text if before is None else before.tail
        if lead and lead.strip():
            tail = lead + (tail or "")  # What leads up to it is more than white space.
        parent.remove(element)
        self.source.by_id.discard(element)
        if before is not None:
            before.tail = tail
        else:
            parent.text = tail

    def extension_elements(self, host: Element) -> Element:
        """Return the ``extensionElements`` of a host, made if it has none.

        Parameters
        ----------
        host : lxml element
            A BPMN element.

        Returns
        -------
        lxml element
            Its first ``extensionElements``: tools ignore a second one.
        """
        found = bpmn.child(host, "extensionElements")
        if found is None:
            return self.insert(host, bpmn.make("bpmn:extensionElements"))
        if not len(found) and found.sourceline is not None:
            self.kept.add(self._name_of(found))
        return found

    def declare(self, prefix: str) -> str | None:
        """Declare one of our namespaces on the root, unless it is.

        Parameters
        ----------
        prefix : str
            A key of `cjbpmn.names.NAMESPACES`.

        Returns
        -------
        str or None
            The prefix that was declared, another one if the file uses ours for something else;
            None if the namespace was declared already.
        """
        declared = self.source.namespaces
        if NAMESPACES[prefix] in {uri for name, uri in declared.items() if name}:
            return None
        free = free_prefix(prefix, declared)
        declared[free] = NAMESPACES[prefix]
        return free

    def strip(self) -> None:
        """Remove everything that enrichment added, and restore what it changed.

        A document that was not enriched stays as it is.

        Raises
        ------
        InvalidDocument, InvalidValue
            If the record of the enrichment is broken; nothing is touched then.
        """
        records = [Enrichment(found) for found in self.root.iter(qualified(Enrichment.tag))]
        added = {
            identifier
            for record in records
            for added in record.added
            for identifier in (added.ids or "").split()
        }
        opened = {identifier for record in records for identifier in record.opened or ()}
        kept = {identifier for record in records for identifier in record.kept or ()}
        declared = [prefix for record in records for prefix in record.declares or ()]
        known = self.source.identifiers() if records else set()
        changes = [change for record in records for change in self._changes(record, known)]
        # An attribute that was changed twice said first what stands last here.
        for element, name, was, written in reversed(changes):
            if was is None:
                element.attrib.pop(name, None)
                continue
            element.set(name, was)
            if written is not None:
                self.source.spellings[element, name] = written
        for element in {element: None for element, _, was, _ in changes if was is None}:
            if element.tag == _WAYPOINT and not element.attrib:
                self.remove(element)  # A point that bears no id, and says nothing any more.
        self._remove_all(added, opened, kept)
        self._undeclare(declared)
        self.opened.clear()
        self.kept.clear()
        self.__dict__.pop("_unit", None)

    def _changes(
        self, record: Enrichment, known: set[str]
    ) -> Iterator[tuple[Element, str, str | None, str | None]]:
        """Yield the attributes that were changed, what they said before, and how written."""
        for change in record.changed:
            name = change.attribute or ""
            if not (is_path(change.part or "") and _ATTRIBUTE.fullmatch(name)):
                raise self.source.error(
                    f'the record of the enrichment names the attribute "{name}" of '
                    f'"{change.part or change.of}", which cannot be; mend or remove that line',
                    change.element,
                )
            # What nobody bears would be looked for in the whole tree.
            found = self.source.find(change.of) if change.of in known else None
            element = found if change.of else self.root
            part = None if element is None else find_part(element, change.part)
            if part is None:
                continue
            was = change.was
            if was is not None and self.source.was_rewritten and number_of(was) is not None:
                # The tool that wrote the file anew writes numbers in its own way.
                was = number_text(float(was))
            yield part, qualified(name) if ":" in name else name, was, change.written

    def _undeclare(self, prefixes: list[str]) -> None:
        """Take back the declarations that we added, but for those that others use by now."""
        if not prefixes:
            return
        used = {
            namespace(name)
            for element in self.root.iter(etree.Element)
            for name in (element.tag, *element.attrib)
        }
        for prefix in prefixes:
            uri = self.source.namespaces.pop(prefix, None)
            # Most who use a namespace that we declared declare it themselves, further inside.
            if uri in used and not self._can_be_read_again():
                self.source.namespaces[prefix] = uri
        if prefixes and self.source.was_rewritten:
            # A tool that writes files anew declares of the diagram only what is used in it.
            idle = {DC, DI, BPMNDI} - used
            for name in [name for name, uri in self.source.namespaces.items() if uri in idle]:
                del self.source.namespaces[name]

    def _can_be_read_again(self) -> bool:
        try:
            self.copy()
        except InvalidDocument:
            return False
        return True

    def _remove_all(self, added: set[str], opened: set[str], kept: set[str]) -> None:
        """Remove the elements that were added, ours by namespace, and what they leave empty."""
        if not added and not _HOLDS_OURS(self.root):
            return
        diagram = qualified("bpmndi:BPMNShape"), qualified("bpmndi:BPMNEdge")
        doomed = [
            element
            for element in self.root.iter(etree.Element)
            if namespace(element.tag) == CJ
            or element.get("id") in added
            or (element.tag in diagram and element.get("bpmnElement") in added)
        ]
        holders = {one for element in doomed for one in islice(element.iterancestors(), 2)}
        names = {holder: self._name_of(holder) for holder in holders}
        gone: set[Element] = set()
        for element in doomed:
            parent = element.getparent()
            if parent is None or parent in gone:
                gone.add(element)
                continue
            self.remove(element)
            gone.add(element)
            self._close(parent, names, opened, kept)
        for element in self.root.iter(etree.Element):
            for name in [name for name in element.attrib if namespace(name) == CJ]:
                del element.attrib[name]

    def _close(
        self, element: Element, names: dict[Element, str], opened: set[str], kept: set[str]
    ) -> None:
        """Make an element that we filled empty again, and remove a holder that we made."""
        if len(element) or (element.text or "").strip():
            return
        parent, name = element.getparent(), names[element]
        is_holder = element.tag == qualified("bpmn:extensionElements")
        if is_holder and parent is not None and name not in kept:
            self.remove(element)
            if parent in names:
                self._close(parent, names, opened, kept)
        elif name in opened and not self.source.was_rewritten:
            # The empty text, unlike none, is written as a start and an end tag.
            element.text = element.text or ""
        else:
            element.text = None

    def place_of(self, element: Element) -> tuple[str, str]:
        """Say how to find an element again: `find_part` of the element with the id finds it.

        Parameters
        ----------
        element : lxml element
            An element of the tree.

        Returns
        -------
        id : str
            The id of the element, else of the nearest one around it that is found by its id; the
            empty string for the root.
        part : str
            The way from there; empty for the element itself.
        """
        for holder in (element, *element.iterancestors()):
            identifier = holder.get("id", "")
            if identifier and self.source.find(identifier) is holder:
                return identifier, path_between(holder, element)
        return "", path_between(self.root, element)

    def spelling(self, element: Element, name: str) -> str | None:
        """Say how the file writes an attribute, if not in the plain way.

        Parameters
        ----------
        element : lxml element
            An element of the tree.
        name : str
            The attribute, in Clark notation.

        Returns
        -------
        str or None
            What stands between the quotes, with character references as they are.
        """
        if (element, name) in self.source.spellings:
            return self.source.spellings[element, name]
        identifier, part = self.place_of(element)
        holder = self.source.as_read(identifier)
        twin = None if holder is None else find_part(holder, part)
        if twin is None or twin.get(name) != element.get(name):
            return None
        return self.source.spelling(twin, name)

    def _name_of(self, element: Element) -> str:
        """Return the id of an element, else its path; for a holder of extensions, its host's."""
        parent = element.getparent()
        if element.tag == qualified("bpmn:extensionElements") and parent is not None:
            return f"{self._name_of(parent)}/extensionElements"
        # Names stand in lists that blanks separate.
        name = "/".join(filter(None, self.place_of(element)))
        return re.sub(r"[\s%]", lambda match: f"%{ord(match[0]):02X}", name) or "/"

    @cached_property
    def _unit(self) -> str:
        return indentation_unit(self.root)

    def _lead_of_children(self, parent: Element) -> str:
        """Return the line break and blanks that lead up to a child of this element."""
        if next(iter(parent), None) is not None:
            return line_start(parent.text)
        lead = self._lead(parent)
        return lead + self._unit if lead else ""

    def _lead(self, element: Element) -> str:
        """Return the line break and blanks that lead up to this element."""
        before, parent = element.getprevious(), element.getparent()
        if parent is None:
            return "\n" if self._unit else ""
        return line_start(before.tail if before is not None else parent.text)


def read_document(
    source: str | os.PathLike[str] | bytes, *, max_bytes: int = MAX_BYTES
) -> Document:
    """Read a BPMN 2.0 file.

    Parameters
    ----------
    source : path or bytes
        A file, or its content.
    max_bytes : int
        Larger files are refused.

    Returns
    -------
    Document
        The model, ready to be looked at, edited and written.

    Raises
    ------
    InvalidDocument
        If the file cannot be read, or is not BPMN 2.0 XML.
    UnsafeDocument
        If reading it could do harm.

    Warns
    -----
    CjbpmnWarning
        If a namespace is no URI: other tools may refuse what this one reads.

    Examples
    --------
    >>> read_document(b"<html/>")
    Traceback (most recent call last):
    ...
    cjbpmn.errors.InvalidDocument: line 1: this is no BPMN 2.0 model: the root is <html> without a \
namespace, expected <definitions> of http://www.omg.org/spec/BPMN/20100524/MODEL
    """
    document = Document(_open(source, max_bytes))
    odd = document.source.odd_namespaces
    if odd:
        said, line = next(iter(odd.items()))
        more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
        place = f"{document.path}:{line}" if document.path else f"line {line}"
        warnings.warn(
            f"{place}: the namespace {said}{more}; it is read and kept, "
            "but other tools may refuse the file",
            CjbpmnWarning,
            stacklevel=2,
        )
    return document


def _open(source: str | os.PathLike[str] | bytes, max_bytes: int) -> Source:
    if isinstance(source, bytes):
        return Source(source, max_bytes=max_bytes)
    path = os.fspath(source)
    data = read_regular_file(path, max_bytes, InvalidDocument, "BPMN file")
    return Source(data, path, max_bytes=max_bytes)
