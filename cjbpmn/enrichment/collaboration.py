"""The collaboration in which pools stand; a plain process gets one around it."""

from __future__ import annotations

from lxml import etree

from cjbpmn import elements as bpmn
from cjbpmn import lexicon
from cjbpmn.diagram import Bounds, Diagram, around, main_diagram, union, waypoints_of
from cjbpmn.document import Document
from cjbpmn.elements import Element, make
from cjbpmn.enrichment.planned import Plan
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.names import qualified
from cjbpmn.shapes import NewShape, make_shape

_PADDING = 40.0
_BAND = 30.0


def find_or_make_collaboration(
    document: Document, plan: Plan, record: EnrichmentRecord
) -> tuple[Element, Diagram | None]:
    """Return the collaboration that the main diagram shows.

    Parameters
    ----------
    document : Document
        The model; a plain process in it gets a collaboration and a pool around it.
    plan : Plan
        What is known of the model.
    record : EnrichmentRecord
        Through which everything is written.

    Returns
    -------
    collaboration : lxml element
        The collaboration.
    diagram : Diagram or None
        The diagram that shows it; None where the model has none.
    """
    diagram = main_diagram(document.root)
    found = list(bpmn.children(document.root, "collaboration"))
    drawn = "" if diagram is None else diagram.element.rpartition(":")[2]
    collaboration = next((one for one in found if one.get("id") == drawn), None)
    if collaboration is None and found:
        collaboration = found[0]
    if collaboration is None:
        collaboration = make("bpmn:collaboration", id=record.free_id("CjCollaboration"))
        first = next(bpmn.children(document.root, "process"))
        record.add(document.root, collaboration, document.root.index(first))
        _add_participants(document, plan, record, collaboration, diagram)
    if diagram is not None and drawn != collaboration.get("id"):
        _show_pools(diagram, document, plan, record, collaboration)
        diagram = Diagram(diagram.plane)
    return collaboration, diagram


def _add_participants(
    document: Document,
    plan: Plan,
    record: EnrichmentRecord,
    collaboration: Element,
    diagram: Diagram | None,
) -> None:
    """Give each process that does something, and is drawn here if anything is, a participant."""
    busy = {node.process for node in plan.graph.nodes.values()}
    fallback = lexicon.words(plan.language)["swimlane"]["organisation"]
    for process in bpmn.children(document.root, "process"):
        identifier = process.get("id")
        is_drawn = diagram is None or _is_drawn(process, diagram)
        if identifier is None or identifier not in busy or not is_drawn:
            continue
        participant = make(
            "bpmn:participant",
            id=record.free_id("CjOrganisation"),
            name=process.get("name") or fallback,
            processRef=identifier,
        )
        record.add(collaboration, participant)


def _show_pools(
    diagram: Diagram,
    document: Document,
    plan: Plan,
    record: EnrichmentRecord,
    collaboration: Element,
) -> None:
    """Let a diagram of a process show the collaboration, with a pool around the process."""
    processes = {process.get("id"): process for process in bpmn.children(document.root, "process")}
    place = 0
    for participant in bpmn.children(collaboration, "participant"):
        process = processes.get(participant.get("processRef"))
        identifier = participant.get("id", "")
        if process is None or diagram.shape(identifier) is not None:
            continue
        room = _room_of(process, diagram, plan)
        if room is not None:
            pool = NewShape(identifier, room, flag=("isHorizontal", True))
            record.add(diagram.plane, make_shape(pool), place)
            place += 1
    # A second diagram of the process would be taken for a part of this one.
    shown = diagram.element.rpartition(":")[2]
    for plane in document.root.iter(qualified("bpmndi:BPMNPlane")):
        same = plane.get("bpmnElement", "").rpartition(":")[2] == shown
        if plane is diagram.plane or (same and shown):
            record.change(plane, "bpmnElement", collaboration.get("id", ""))


def _is_drawn(process: Element, diagram: Diagram) -> bool:
    """Tell whether anything of a process has a place on a page."""
    inside = (one.get("id", "") for one in process.iter(etree.Element))
    return any(
        diagram.bounds(one) is not None
        or ((edge := diagram.edge(one)) is not None and bool(waypoints_of(edge)))
        for one in inside
    )


def _room_of(process: Element, diagram: Diagram, plan: Plan) -> Bounds | None:
    """Return the bounds of a pool around a process: flush with its lanes, if it has any."""
    inside = [one.get("id", "") for one in process.iter(etree.Element)]
    edges = [edge for one in inside if (edge := diagram.edge(one)) is not None]
    drawn = [bounds for one in inside if (bounds := diagram.bounds(one)) is not None]
    whole = around(drawn, edges)
    if whole is None:
        return None
    lanes = union(
        bounds for lane in plan.graph.lanes if (bounds := diagram.bounds(lane)) is not None
    )
    if lanes is not None and lanes == whole:
        return Bounds(lanes.x - _BAND, lanes.y, lanes.width + _BAND, lanes.height)
    left = whole.x - _PADDING - _BAND
    return Bounds(
        left, whole.y - _PADDING, whole.right + _PADDING - left, whole.height + 2 * _PADDING
    )
