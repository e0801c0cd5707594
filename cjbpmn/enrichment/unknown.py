"""What stands in our namespace and this version does not know: kept through a new enrichment."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from cjbpmn import elements as bpmn
from cjbpmn.document import Document
from cjbpmn.elements import Element
from cjbpmn.errors import CjbpmnWarning
from cjbpmn.extensions.schema import MIRRORED, declared_elements
from cjbpmn.fields import Attribute, Extension, Text
from cjbpmn.names import CJ, local_name, namespace, qualified


@dataclass(frozen=True, slots=True)
class Unknown:
    """An element or an attribute that a later version, or somebody else, wrote in our namespace.

    Parameters
    ----------
    host : str
        The id of the BPMN element that it is about.
    path : tuple of (tag, number)
        The way from the host's extension elements to its parent; empty for the host's own.
    element : lxml element or None
        The element with its content.
    index : int
        Its place among its siblings.
    name, value : str
        The attribute, where it is one; it stands on the host itself where it has our namespace.
    """

    host: str
    path: tuple[tuple[str, int], ...]
    element: Element | None = None
    index: int = 0
    name: str = ""
    value: str = ""


def find_unknown(document: Document) -> list[Unknown]:
    """Find what this version does not know among what stands in our namespace.

    Parameters
    ----------
    document : Document
        An enriched document; it stays as it is.

    Returns
    -------
    list of Unknown
        In document order.
    """
    if next(document.root.iter(f"{{{CJ}}}*"), None) is None:
        return []
    known = {qualified(kind.tag): kind for kind in declared_elements()}
    found: list[Unknown] = []
    for host in document.root.iter(etree.Element):
        identifier = host.get("id")
        if identifier is None or namespace(host.tag) == CJ:
            continue
        for name, value in host.attrib.items():
            if namespace(name) == CJ and local_name(name) not in MIRRORED:
                found.append(Unknown(identifier, (), name=name, value=value))
        holder = host.find(qualified("bpmn:extensionElements"))
        if holder is not None:
            found += _inside(holder, identifier, (), known)
    return found


def _inside(
    parent: Element,
    host: str,
    path: tuple[tuple[str, int], ...],
    known: dict[str, type[Extension]],
) -> Iterator[Unknown]:
    kind = known.get(str(parent.tag))
    fields = kind.fields().values() if kind is not None else ()
    texts = {qualified(f"cj:{field.name}") for field in fields if isinstance(field, Text)}
    if kind is not None:
        names = {field.name for field in fields if isinstance(field, Attribute)}
        for name, value in parent.attrib.items():
            if name not in names:
                yield Unknown(host, path, name=name, value=value)
    for index, child in enumerate(parent):
        if namespace(child.tag) != CJ or child.tag in texts:
            continue
        if child.tag not in known:
            copy = deepcopy(child)
            copy.tail = None
            yield Unknown(host, path, copy, index)
        else:
            number = sum(1 for _ in child.itersiblings(str(child.tag), preceding=True))
            yield from _inside(child, host, (*path, (str(child.tag), number)), known)


def make_room(document: Document, found: Sequence[Unknown]) -> None:
    """Make the holders of what will be put back: the record says which of them were there.

    Parameters
    ----------
    document : Document
        The document with its new enrichment, but without the record of it.
    found : sequence of Unknown
        What stood in the old one.
    """
    known = document.source.identifiers() if found else set()
    for one in found:
        if one.host in known and one.element is not None and not one.path:
            _parent_of(document, one)


def restore_unknown(document: Document, found: list[Unknown]) -> None:
    """Put back what was found before an enrichment was replaced.

    Parameters
    ----------
    document : Document
        The document with its new enrichment.
    found : list of Unknown
        What stood in the old one.

    Warns
    -----
    CjbpmnWarning
        If the element on which something stood is gone.
    """
    known = document.source.identifiers() if found else set()
    for one in found:
        parent = _parent_of(document, one) if one.host in known else None
        if parent is None:
            what = local_name(one.element.tag) if one.element is not None else local_name(one.name)
            message = f"cj:{what} on {one.host} could not be kept: what it stood on is gone"
            warnings.warn(message, CjbpmnWarning, stacklevel=3)
        elif one.element is None:
            parent.set(one.name, one.value)
        else:
            document.insert(parent, one.element, min(one.index, len(parent)))


def _parent_of(document: Document, one: Unknown) -> Element | None:
    host = document.source.find(one.host)
    if host is None or (one.element is None and not one.path):
        return host
    if not one.path:
        return document.extension_elements(host)
    parent = bpmn.child(host, "extensionElements")  # Made for nothing, it would stay behind.
    for tag, number in one.path:
        same = [] if parent is None else parent.findall(tag)
        parent = same[number] if number < len(same) else None
    return parent
