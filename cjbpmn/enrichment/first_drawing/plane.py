"""The diagram of a model that has none, written into the document."""

from __future__ import annotations

from lxml import etree

from cjbpmn.diagram import Bounds
from cjbpmn.document import Document
from cjbpmn.elements import Element
from cjbpmn.enrichment.first_drawing.content import Content
from cjbpmn.enrichment.first_drawing.groups import draw_groups
from cjbpmn.enrichment.first_drawing.page import Page
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.findings import Finding
from cjbpmn.graph import ProcessGraph
from cjbpmn.names import NAMESPACES, qualified
from cjbpmn.shapes import make_edge, make_shape

# Declared once, and not by each of many thousand elements.
_PREFIXES: dict[str | None, str] = {name: NAMESPACES[name] for name in ("bpmndi", "dc", "di")}


def draw_model(document: Document, graph: ProcessGraph, record: EnrichmentRecord) -> list[Finding]:
    """Draw a model that has no diagram.

    Parameters
    ----------
    document : Document
        The model.
    graph : ProcessGraph
        Its flow nodes and flows.
    record : EnrichmentRecord
        Through which the diagram is written.

    Returns
    -------
    list of Finding
        What is left out.
    """
    content = Content(graph, document.root)
    if content.shown is None:
        return []
    for prefix in ("bpmndi", "dc", "di"):
        record.declare(prefix)
    page = Page(content)
    groups, findings = draw_groups(content, page.places)
    # All of it is made in one tree: to move thousands of elements takes longer than to make them.
    diagram = etree.Element(
        qualified("bpmndi:BPMNDiagram"), {"id": record.free_id("CjDiagram")}, _PREFIXES
    )
    plane = etree.SubElement(
        diagram,
        qualified("bpmndi:BPMNPlane"),
        {"id": record.free_id("CjPlane"), "bpmnElement": content.shown.get("id", "")},
    )
    for one, box in (page.places | groups).items():
        _add_shape(plane, one, box, page)
    for one, points in page.points.items():
        make_edge(one, points, page.names.get(one), plane)
    record.add(document.root, diagram)
    return findings


def _add_shape(plane: Element, identifier: str, box: Bounds, page: Page) -> None:
    graph = page.content.graph
    is_frame = identifier in graph.lanes or identifier in graph.participants
    shape = make_shape(
        identifier,
        box,
        horizontal=True if is_frame else None,
        label=page.names.get(identifier),
        parent=plane,
    )
    node = graph.nodes.get(identifier)
    if node is not None and node.is_sub_process:
        shape.set("isExpanded", "true" if graph.inside(identifier) else "false")
    elif node is not None and node.type == "exclusiveGateway":
        shape.set("isMarkerVisible", "true")
