"""The first drawing of a model that has none: all of it is there, and nothing lies on anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import models
import pytest
from lxml import etree
from modeller_bench import Job
from work import count_calls

from cjbpmn.diagram import Bounds, Diagram, Point, bounds_of, main_diagram, waypoints_of
from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.enrichment.first_drawing import draw_model
from cjbpmn.enrichment.first_drawing.content import Content
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.errors import CjbpmnError
from cjbpmn.findings import Finding
from cjbpmn.graph import build_graph
from cjbpmn.names import qualified

if TYPE_CHECKING:
    from modeller_bench import Bench

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
ALL_KINDS = models.definitions(
    """<collaboration id="c">
      <participant id="guest" name="Guest"/>
      <participant id="shop" name="Shop" processRef="p"/>
      <participant id="bank" name="Bank" processRef="q"/>
      <messageFlow id="m1" name="order" sourceRef="guest" targetRef="start"/>
      <messageFlow id="m2" name="bill" sourceRef="charge" targetRef="book"/>
      <messageFlow id="m3" sourceRef="answer" targetRef="deep"/>
      <messageFlow id="m4" sourceRef="bank" targetRef="guest"/>
      <textAnnotation id="note_c"><text>Only on working days</text></textAnnotation>
      <association id="as_c" sourceRef="m1" targetRef="note_c"/>
    </collaboration>
    <process id="p">
      <laneSet id="ls"><lane id="l" name="Shop"><childLaneSet id="cls">
        <lane id="l1" name="Front"><flowNodeRef>start</flowNodeRef><flowNodeRef>split</flowNodeRef>
        <flowNodeRef>a</flowNodeRef><flowNodeRef>join</flowNodeRef></lane>
        <lane id="l2" name="Back"><flowNodeRef>b</flowNodeRef><flowNodeRef>sub</flowNodeRef>
        <flowNodeRef>late</flowNodeRef></lane></childLaneSet></lane></laneSet>
      <startEvent id="start" name="Order received"><messageEventDefinition/></startEvent>
      <exclusiveGateway id="split" name="In stock?"/>
      <task id="a" name="Pick"><dataOutputAssociation id="do1"><targetRef>list</targetRef>
        </dataOutputAssociation></task>
      <task id="b" name="Order from elsewhere"><property id="hole" name="x"/>
        <dataInputAssociation id="di1"><sourceRef>list</sourceRef><targetRef>hole</targetRef>
        </dataInputAssociation></task>
      <exclusiveGateway id="join"/>
      <transaction id="sub" name="Send">
        <task id="charge" name="Charge"/><task id="deep0"/>
        <subProcess id="inner" name="Inner"><task id="deep" name="Deep"/></subProcess>
        <subProcess id="on_error" triggeredByEvent="true"><startEvent id="broken">
          <errorEventDefinition/></startEvent></subProcess>
        <boundaryEvent id="undo" attachedToRef="charge"><compensateEventDefinition/></boundaryEvent>
        <task id="refund" name="Refund" isForCompensation="true"/>
        <association id="comp" sourceRef="undo" targetRef="refund" associationDirection="One"/>
        <sequenceFlow id="g1" sourceRef="charge" targetRef="inner"/>
        <sequenceFlow id="g2" sourceRef="inner" targetRef="deep0"/>
      </transaction>
      <boundaryEvent id="late" name="After two days" attachedToRef="sub"><timerEventDefinition/>
      </boundaryEvent>
      <endEvent id="end" name="Sent"/><endEvent id="given_up"/>
      <callActivity id="call" name="Call"/><adHocSubProcess id="ad_hoc" name="Clear up">
        <task id="sweep"/><task id="wipe"/><task id="dust"/></adHocSubProcess>
      <dataObject id="list_data"/><dataObjectReference id="list" name="List" dataObjectRef="list_data"/>
      <dataStoreReference id="store" name="Stock"/>
      <group id="box" categoryValueRef="value"/><group id="unknown"/>
      <textAnnotation id="note"><text>Look twice</text></textAnnotation>
      <association id="as" sourceRef="split" targetRef="note"/>
      <sequenceFlow id="f1" sourceRef="start" targetRef="split"/>
      <sequenceFlow id="f2" name="yes" sourceRef="split" targetRef="a"/>
      <sequenceFlow id="f3" name="no" sourceRef="split" targetRef="b"/>
      <sequenceFlow id="f4" sourceRef="a" targetRef="join"/>
      <sequenceFlow id="f5" sourceRef="b" targetRef="join"/>
      <sequenceFlow id="f6" sourceRef="join" targetRef="sub"/>
      <sequenceFlow id="f7" sourceRef="sub" targetRef="end"/>
      <sequenceFlow id="f8" sourceRef="late" targetRef="given_up"/>
      <sequenceFlow id="back" name="again" sourceRef="sub" targetRef="split"/>
    </process>
    <process id="q"><task id="book" name="Book"/><task id="answer" name="Answer"/>
      <sequenceFlow id="h1" sourceRef="book" targetRef="answer"/></process>
    <category id="cat"><categoryValue id="value" value="Together"/></category>"""
).replace(
    b'<task id="a" name="Pick">',
    b'<task id="a" name="Pick"><categoryValueRef>value</categoryValueRef>',
)


def bare(data: bytes) -> bytes:
    """Take the drawing out of a model."""
    return re.sub(rb"<(\w+:)?BPMNDiagram\b.*?</(\w+:)?BPMNDiagram>\s*", b"", data, flags=re.DOTALL)


def draw(data: bytes) -> tuple[Document, Content, list[Finding]]:
    document = read_document(data)
    graph = build_graph(document)
    findings = draw_model(document, graph, EnrichmentRecord(document))
    return document, Content(graph, document.root), findings


def diagram_of(document: Document) -> Diagram:
    found = main_diagram(document.root)
    assert found is not None
    return found


def ways_of(document: Document) -> dict[str, list[Point]]:
    edges = diagram_of(document).plane.iter(qualified("bpmndi:BPMNEdge"))
    return {edge.get("bpmnElement", ""): waypoints_of(edge) for edge in edges}


def labels_of(document: Document) -> dict[str, Bounds]:
    found = {}
    for drawn in diagram_of(document).plane:
        label = drawn.find(qualified("bpmndi:BPMNLabel"))
        bounds = None if label is None else bounds_of(label)
        if bounds is not None:
            found[drawn.get("bpmnElement", "")] = bounds
    return found


def within(box: Bounds, by: float = 0.5) -> Bounds:
    return Bounds(box.x + by, box.y + by, box.width - 2 * by, box.height - 2 * by)


def around(content: Content, identifier: str) -> set[str]:
    """Return what a thing stands in, or on the border of."""
    nodes, found = content.graph.nodes, set()
    if identifier in nodes and nodes[identifier].type == "boundaryEvent":
        found.add(nodes[identifier].attached_to or "")
    scope = content.scope_of(identifier)
    while scope in nodes:
        found.add(scope)
        scope = content.scope_of(scope)
    return found


def mistakes(document: Document, content: Content) -> Iterator[str]:
    """Tell what is missing, what lies on what, and which line hangs in the air."""
    nodes = content.graph.nodes
    places, ways = dict(diagram_of(document).drawn()), ways_of(document)
    things = {one for one, node in nodes.items() if content.can_be_drawn(node)}
    things |= content.extras.keys()
    things -= content.graph.participants.keys()
    yield from (f"{one} is missing" for one in things - places.keys())
    yield from (f"{link.id} is missing" for link in content.links if link.id not in ways)
    boxes = [(within(places[one]), one) for one in sorted(things & places.keys())]
    boxes.sort(key=lambda pair: pair[0].x)
    outside = {one: around(content, one) for one in things}
    for number, (box, one) in enumerate(boxes):
        for other_box, other in boxes[number + 1 :]:
            if other_box.x >= box.right:
                break
            if box.overlaps(other_box) and one not in outside[other] and other not in outside[one]:
                yield f"{one} lies on {other}"
    for link in content.links:
        for end, (x, y) in ((link.source, ways[link.id][0]), (link.target, ways[link.id][-1])):
            place = places.get(end)
            if place is not None and not (
                place.x - 1 <= x <= place.right + 1 and place.y - 1 <= y <= place.bottom + 1
            ):
                yield f"{link.id} does not end at {end}"


def crossings(document: Document, content: Content) -> Iterator[str]:
    """Tell which sequence flows run through shapes."""
    places, ways = dict(diagram_of(document).drawn()), ways_of(document)
    nodes = [one for one in content.graph.nodes if one not in content.graph.participants]
    for link in content.links:
        # BPMN lets no sequence flow run into or out of a sub-process; some models do.
        is_inside = content.scope_of(link.source) == content.scope_of(link.target)
        if link.kind != "sequence" or not is_inside:
            continue
        near = {link.source, link.target, *around(content, link.source)}
        for (x, y), (to_x, to_y) in pairwise(ways[link.id]):
            piece = Bounds(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))
            for one in nodes:
                if one not in near and one in places and within(places[one], 1).overlaps(piece):
                    yield f"{link.id} runs through {one}"


def test_everything_that_a_tool_can_show_is_there() -> None:
    document, content, findings = draw(ALL_KINDS)
    assert not list(mistakes(document, content))
    assert not list(crossings(document, content))
    drawn = dict(diagram_of(document).drawn()).keys() | ways_of(document).keys()
    model = {one.get("id") for one in document.root.iter(etree.Element)}
    model -= {one.get("id") for one in document.root.iter("{*}BPMNShape", "{*}BPMNEdge")}
    not_shown = {
        *("defs", "c", "p", "q", "ls", "cls", "hole", "list_data", "cat", "value", "unknown"),
        *(diagram_of(document).plane.get("id"), "CjDiagram"),
    }
    assert drawn == {one for one in model if one} - not_shown
    assert [finding.elements for finding in findings] == [("unknown",)]


def test_frames_hold_what_belongs_to_them() -> None:
    document, content, _ = draw(ALL_KINDS)
    places = dict(diagram_of(document).drawn())
    holds = {
        "shop": ("l", "call", "store"),
        "l": ("l1", "l2"),
        "l1": ("start", "a", "join"),
        "l2": ("b", "sub"),
        "sub": ("charge", "inner", "on_error", "refund"),
        "inner": ("deep",),
        "on_error": ("broken",),
        "ad_hoc": ("sweep", "wipe", "dust"),
        "bank": ("book", "answer"),
        "box": ("a",),
    }
    for frame, inside in holds.items():
        for one in inside:
            assert within(places[one]).union(places[frame]) == places[frame], (one, frame)
    assert places["l1"].bottom == places["l2"].y
    assert not places["box"].overlaps(places["join"])
    host, event = places["sub"], places["late"]
    assert event.centre[1] == pytest.approx(host.bottom)
    assert host.x < event.x < event.right < host.right
    shape = diagram_of(document).shape("sub")
    assert shape is not None
    assert shape.get("isExpanded") == "true"
    assert list(content.graph.nodes["late"].events)


def test_columns_follow_the_way_and_branches_have_rows_of_their_own() -> None:
    document, _, _ = draw(ALL_KINDS)
    places, ways = dict(diagram_of(document).drawn()), ways_of(document)
    order = ["start", "split", "a", "join", "sub", "end"]
    assert all(places[a].right < places[b].x for a, b in pairwise(order))
    # A way back leaves from below or above, or comes round; it is never straight.
    assert len(ways["back"]) > 2
    # From a pool right above, a message flow runs straight down.
    assert len(ways["m1"]) == 2
    for way in ways.values():
        assert all(a != b for a, b in pairwise(way))


def test_names_lie_on_no_shape_and_on_no_other_name() -> None:
    document, content, _ = draw(ALL_KINDS)
    places = dict(diagram_of(document).drawn())
    frames = {*content.graph.participants, *content.lanes, *content.scopes, "box"}
    labels = {one: within(box) for one, box in labels_of(document).items()}
    assert labels.keys() >= {"start", "split", "late", "list", "store", "f2", "f3", "back", "m1"}
    for one, box in labels.items():
        for other, place in places.items():
            assert other in {one, *frames} or not box.overlaps(place), (one, other)
        for other, name in labels.items():
            assert other == one or not box.overlaps(name), (one, other)


def test_names_have_as_many_lines_as_they_have_in_the_file() -> None:
    lines = "&#10;".join("abcdefg")
    document, content, _ = draw(
        models.definitions(
            f'<process id="p"><startEvent id="s" name="{lines}"/><task id="t" name="{lines}"/>'
            f'<task id="u" name="one&#10;two"/><exclusiveGateway id="g" name="{lines}"/>'
            '<sequenceFlow id="f1" sourceRef="s" targetRef="t"/>'
            '<sequenceFlow id="f2" sourceRef="t" targetRef="g"/>'
            f'<sequenceFlow id="f3" name="{lines}" sourceRef="g" targetRef="u"/></process>'
        )
    )
    assert not list(mistakes(document, content))
    places, labels = dict(diagram_of(document).drawn()), labels_of(document)
    assert places["t"].height > places["u"].height == 80
    for one in ("s", "g", "f3"):
        assert labels[one].height == 7 * 14
        assert labels[one].width < 20
        assert not any(within(labels[one]).overlaps(box) for box in places.values())


def test_two_gateways_far_apart_are_joined_beside_what_stands_between() -> None:
    names = "abcd"
    inner = "".join(f'<task id="{one}"/>' for one in names)
    inner += "".join(
        f'<sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in pairwise(["s", *names, "j"])
    )
    inner += '<exclusiveGateway id="s"/><exclusiveGateway id="j"/>'
    inner += '<sequenceFlow id="skip" sourceRef="s" targetRef="j"/>'
    document, content, _ = draw(models.definitions(f'<process id="p">{inner}</process>'))
    assert not list(mistakes(document, content))
    assert not list(crossings(document, content))
    way = ways_of(document)["skip"]
    assert len(way) == 4


def test_what_the_tools_cannot_draw_is_left_out() -> None:
    data = models.definitions(
        """<process id="p"><task id="a"/><boundaryEvent id="adrift" attachedToRef="gone"/>
        <sequenceFlow id="f" sourceRef="adrift" targetRef="a"/>
        <sequenceFlow id="g" sourceRef="a" targetRef="elsewhere"/></process>
        <process id="q"><task id="elsewhere"/></process>"""
    )
    document, _, _ = draw(data)
    drawn = dict(diagram_of(document).drawn()).keys() | ways_of(document).keys()
    assert drawn == {"a", "elsewhere"}


def test_a_group_around_others_is_left_out_and_told() -> None:
    flows = "".join(
        f'<sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ("ab", "bc")
    )
    value = "<categoryValueRef>v</categoryValueRef>"
    data = models.definitions(
        f"""<process id="p"><task id="a">{value}</task><task id="b"/><task id="c">{value}</task>
        {flows}<group id="g" categoryValueRef="v"/></process>
        <category id="k"><categoryValue id="v" value="Ends"/></category>"""
    )
    document, _, [finding] = draw(data)
    assert diagram_of(document).shape("g") is None
    assert finding.code == "group-left-out"
    assert "other things stand between" in finding.message
    enriched = enrich_document(
        read_document(data), models.draft_journey(build_graph(read_document(data))), layout=True
    )
    assert finding in enriched.findings


def test_real_models(corpus: Path) -> None:
    done = 0
    for path in sorted(corpus.rglob("*.bpmn"))[::12]:
        try:
            document, content, _ = draw(bare(path.read_bytes()))
        except CjbpmnError:
            continue
        assert not list(mistakes(document, content)), path
        assert not list(crossings(document, content)), path
        done += 1
    assert done > 50


def test_strip_gives_the_bytes_back_and_twice_is_once(corpus: Path) -> None:
    for path in [*sorted(corpus.rglob("*.bpmn"))[::60], *EXAMPLES.glob("*.bpmn")]:
        data = bare(path.read_bytes())
        document = read_document(data)
        journey = models.draft_journey(build_graph(document))
        enrich_document(document, journey, layout=True)
        once = document.to_bytes()
        again = read_document(once)
        enrich_document(again, journey, layout=True)
        assert again.to_bytes() == once, path
        again.strip()
        assert again.to_bytes() == data, path


def test_the_modeller_opens_it_without_a_warning(bench: Bench, tmp_path: Path) -> None:
    jobs = []
    for number, data in enumerate((ALL_KINDS, *(p.read_bytes() for p in EXAMPLES.glob("*.bpmn")))):
        document = read_document(bare(data))
        journey = models.draft_journey(build_graph(document))
        enrich_document(document, journey, layout=True)
        jobs.append(Job(document.write(tmp_path / f"{number}.bpmn")))
    for result in bench(jobs):
        assert result.ok
        assert result.complaints == []


def test_the_modeller_warns_of_no_more_than_before(
    bench: Bench, corpus: Path, tmp_path: Path
) -> None:
    before, after = [], []
    for number, path in enumerate(sorted(corpus.rglob("*.bpmn"))[::80]):
        try:
            document, _, _ = draw(bare(path.read_bytes()))
        except CjbpmnError:
            continue
        before.append(Job(path))
        after.append(Job(document.write(tmp_path / f"{number}.bpmn")))
    results = bench([*before, *after])
    for old, new in zip(results[: len(before)], results[len(before) :], strict=True):
        assert new.ok, old.file
        assert len(new.complaints) <= len(old.complaints), old.file
    assert len(before) > 5


def test_a_large_model_is_no_more_work_than_its_size() -> None:
    work = []
    for tasks in (500, 4000):
        inner = "".join(
            f'<task id="t{i}"/><sequenceFlow id="f{i}" sourceRef="t{i}" targetRef="t{i + 1}"/>'
            f'<sequenceFlow id="b{i}" name="no" sourceRef="t{i}" targetRef="t{max(0, i - 5)}"/>'
            for i in range(tasks)
        )
        data = models.definitions(f'<process id="p">{inner}<task id="t{tasks}"/></process>')
        graph = build_graph(read_document(data))
        document = read_document(data)
        record = EnrichmentRecord(document)
        work.append(count_calls(partial(draw_model, document, graph, record))[1])
    assert work[1] < 12 * work[0]
