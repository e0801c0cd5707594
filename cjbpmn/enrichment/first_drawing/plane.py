"""The diagram of a model that has none, written into the document."""

from __future__ import annotations

from dataclasses import replace

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
from cjbpmn.shapes import NewEdge, NewShape, make_drawings

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
    content = Content(_as_written(graph, document.root), document.root)
    if content.shown is None:
        return []
    for prefix in ("bpmndi", "dc", "di"):
        record.declare(prefix)
    page = Page(content)
    groups, findings = draw_groups(content, page.places)
    diagram = etree.Element(
        qualified("bpmndi:BPMNDiagram"), {"id": record.free_id("CjDiagram")}, _PREFIXES
    )
    plane = etree.SubElement(
        diagram,
        qualified("bpmndi:BPMNPlane"),
        {"id": record.free_id("CjPlane"), "bpmnElement": content.shown.get("id", "")},
    )
    drawn: list[NewShape | NewEdge] = [
        _shape(one, box, page) for one, box in (page.places | groups).items()
    ]
    drawn += [NewEdge(one, points, page.names.get(one)) for one, points in page.points.items()]
    plane.extend(make_drawings(((f"{one.element}_di", one) for one in drawn), "", ""))
    record.add(document.root, diagram)
    return findings


def _as_written(graph: ProcessGraph, root: Element) -> ProcessGraph:
    """Return the graph with the line breaks that names have in the file: tools keep them."""
    names = {
        element.get("id"): name.strip()
        for element in root.iter(etree.Element)
        if "\n" in (name := element.get("name") or "").strip()
    }
    if not names:
        return graph
    nodes = {
        one: node._replace(name=names.get(one, node.name)) for one, node in graph.nodes.items()
    }
    flows = {
        one: flow._replace(name=names.get(one, flow.name)) for one, flow in graph.flows.items()
    }
    return replace(graph, nodes=nodes, flows=flows)


def _shape(identifier: str, box: Bounds, page: Page) -> NewShape:
    graph = page.content.graph
    node = graph.nodes.get(identifier)
    flag = None
    if identifier in graph.lanes or identifier in graph.participants:
        flag = ("isHorizontal", True)
    elif node is not None and node.is_sub_process:
        flag = ("isExpanded", bool(graph.inside(identifier)))
    elif node is not None and node.type == "exclusiveGateway":
        flag = ("isMarkerVisible", True)
    return NewShape(identifier, box, page.names.get(identifier), flag=flag)
