"""What enrichment does to a document, noted down so that `Document.strip` can take it back."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from cjbpmn.diagram import number_of, number_text
from cjbpmn.document import Document
from cjbpmn.element_paths import find_part
from cjbpmn.elements import Element, make
from cjbpmn.extensions.enrichment import Added, Changed, Enrichment
from cjbpmn.names import CJ, namespace, qualified
from cjbpmn.shapes import NewEdge, NewShape

_DRAWN = qualified("bpmndi:BPMNShape"), qualified("bpmndi:BPMNEdge")


class EnrichmentRecord:
    """Edits a document and remembers what to undo.

    Parameters
    ----------
    document : Document
        The document to be edited.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._taken = document.source.identifiers()
        self._added: list[str] = []
        self._changed: list[tuple[Element, str, str | None, str | None]] = []
        self._declared: list[str] = []

    def declare(self, prefix: str) -> None:
        """Declare one of our namespaces on the root, unless it is."""
        declared = self.document.declare(prefix)
        if declared is not None:
            self._declared.append(declared)

    def free_id(self, wish: str) -> str:
        """Return an id that nothing in the file bears: the wish, or the wish and a number."""
        number, free = 1, wish
        while free in self._taken:
            number += 1
            free = f"{wish}_{number}"
        self._taken.add(free)
        return free

    def add(self, parent: Element, child: Element, index: int | None = None) -> Element:
        """Put a new element into the tree and note all the ids in it."""
        for drawn in child.iter(*_DRAWN):
            # Unlike the others, these are named after what they show.
            drawn.set("id", self.free_id(drawn.get("id", "")))
        self._added += [
            identifier
            for element in child.iter(etree.Element)
            if namespace(element.tag) != CJ and (identifier := element.get("id")) is not None
        ]
        return self.document.insert(parent, child, index)

    def draw(self, plane: Element, new: Iterable[NewShape | NewEdge]) -> None:
        """Draw behind everything that a plane shows, and note the ids of what is drawn."""
        named = [(self.free_id(f"{one.element}_di"), one) for one in new]
        self._added += [identifier for identifier, _ in named]
        self.document.draw(plane, named)

    def change(self, of: Element, attribute: str, value: str, part: str | None = None) -> None:
        """Set an attribute of an element, or of a part of it, and note what it said."""
        found = find_part(of, part)
        if found is None:
            return
        name = qualified(attribute) if ":" in attribute else attribute
        was = found.get(name)
        if was == value:
            return
        written = None if was is None else self.document.spelling(found, name)
        found.set(name, value)
        self._changed.append((found, attribute, was, written))

    def change_number(self, of: Element, attribute: str, value: float, part: str) -> None:
        """Set a coordinate, unless it says the same number already in its own way."""
        found = find_part(of, part)
        if found is not None and number_of(found.get(attribute)) != value:
            self.change(of, attribute, number_text(value), part)

    def add_points(self, edge: Element, more: int) -> None:
        """Give a line more points, for `change_number` to say where they are.

        They bear no ids: what says nothing any more once it is stripped goes then.
        """
        place = edge.index(edge.findall(qualified("di:waypoint"))[-1])
        for number in range(1, more + 1):
            self.document.insert(edge, make("di:waypoint"), place + number)

    def write(self, process: Element) -> None:
        """Write the record into the document, last of all."""
        document = self.document
        holder = document.extension_elements(process)
        made = Enrichment.make(
            declares=tuple(self._declared),
            opened=tuple(sorted(document.opened)),
            kept=tuple(sorted(document.kept)),
            added=(Added.make(ids=" ".join(self._added)),) if self._added else (),
            # What stands where is known when all stands there.
            changed=tuple(
                Changed.make(of=of, part=part or None, attribute=name, was=was, written=written)
                for element, name, was, written in self._changed
                for of, part in [document.place_of(element)]
            ),
        )
        document.insert(holder, made.element)
