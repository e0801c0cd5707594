"""Message flows keep off the names of a model, its frames, and each other."""

from __future__ import annotations

from itertools import pairwise

import models
import pytest
from models import shape

from cjbpmn.diagram import Bounds, Diagram, Point, bounds_of, parts_of, waypoints_of
from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.enrichment.message_routes import Contact, assign_columns, route
from cjbpmn.journey import Journey, Step
from cjbpmn.names import local_name

TASK, TARGET = Bounds(60, -200, 100, 80), Bounds(60, 300, 100, 80)


@pytest.mark.parametrize("is_round", [False, True])
def test_a_flow_comes_down_beside_a_name(is_round: bool) -> None:
    target = Bounds(92, 300, 36, 36) if is_round else TARGET
    contact = Contact(0, target, is_round=is_round)
    name = Bounds(100, 100, 60, 14)
    [(_, free)] = assign_columns([contact], [TASK], [target])
    assert free == 110
    [(_, arrives)] = assign_columns([contact], [TASK], [target], words=[name])
    assert arrives < name.x
    # Not every name can be passed: through it is better than into the side.
    wide = Bounds(0, 100, 300, 14)
    assert assign_columns([contact], [TASK], [target], words=[wide]) == [(110, 110)]


def test_a_flow_that_has_a_bend_anyway_passes_beside_a_long_name() -> None:
    away, name = Bounds(-600, -200, 100, 80), Bounds(20, 100, 180, 14)
    [(leaves, free)] = assign_columns([Contact(0, TARGET)], [away], [TARGET])
    assert (leaves, free) == (-550, 110)
    [(_, arrives)] = assign_columns([Contact(0, TARGET)], [away], [TARGET], words=[name])
    assert arrives in {14, 206}


def test_a_flow_that_passes_a_shape_passes_the_name_beside_it_too() -> None:
    lid, name = Bounds(40, 100, 140, 80), Bounds(150, 200, 120, 14)
    other = Bounds(-100, 200, 140, 14)
    for words in ([], [name], [name, other]):
        [column] = assign_columns([Contact(0, TARGET)], [TASK], [TARGET, lid], words=words)
        x = column[1]
        assert not lid.x < x < lid.right
        assert not any(word.x < x < word.right for word in words)


def test_a_detour_leaves_room_for_its_arrow() -> None:
    # The only way down is right beside the target.
    lids = [Bounds(-452, 100, 500, 80), Bounds(60, 100, 500, 80), Bounds(30, 20, 12, 10)]
    [column] = assign_columns([Contact(0, TARGET)], [TASK], [TARGET, *lids])
    points = route(Contact(0, TARGET), column, None, TASK, 0).points[1:]
    assert points[0][0] == 54
    assert all(abs(x - to) + abs(y - down) > 10 for (x, y), (to, down) in pairwise(points))


def test_a_name_below_the_target_is_in_nobodys_way() -> None:
    name = Bounds(60, 400, 100, 14)
    assert assign_columns([Contact(0, TARGET)], [TASK], [TARGET], words=[name]) == [(110, 110)]


def test_arrows_at_one_event_do_not_touch() -> None:
    event = Bounds(92, 300, 36, 36)
    there = Bounds(110, 0, 0, 300)
    [(_, arrives)] = assign_columns([Contact(0, event, is_round=True)], [TASK], [event], [there])
    assert abs(arrives - 110) >= 12


def test_later_flows_come_down_to_the_right_of_earlier_ones() -> None:
    tasks = [Bounds(-600 + 200 * number, -200, 100, 80) for number in range(3)]
    columns = assign_columns([Contact(number, TARGET) for number in range(3)], tasks, [TARGET])
    (_, first), (_, second), (_, third) = columns
    assert first == 110
    assert second > first
    assert third != second


BOX_BELOW = models.definitions(
    """  <collaboration id="collab">
    <participant id="shop" name="Shop" processRef="proc"/>
    <participant id="customer" name="Customer"/>
    <messageFlow id="m1" name="order" sourceRef="customer" targetRef="take"/>
    <messageFlow id="m2" name="a very long name" sourceRef="send" targetRef="customer"/>
    <messageFlow id="m3" sourceRef="customer" targetRef="pack"/>
  </collaboration>
  <process id="proc">
    <startEvent id="take" name="Order received"><messageEventDefinition/></startEvent>
    <task id="pick" name="Pick items"/><task id="send" name="Send parcel"/>
    <task id="pack" name="Pack"/>
  </process>
"""
    + models.diagram(
        "collab",
        shape("shop", 100, 100, 700, 300),
        shape("take", 150, 160, 36, 36),
        shape("pick", 300, 140),
        shape("pack", 300, 300),
        shape("send", 500, 140),
        shape("customer", 150, 480, 300, 60),
        '<bpmndi:BPMNEdge id="m1_di" bpmnElement="m1"><di:waypoint x="168" y="480"/>'
        '<di:waypoint x="168" y="196"/><bpmndi:BPMNLabel><dc:Bounds x="172" y="430" width="29" '
        'height="14"/></bpmndi:BPMNLabel></bpmndi:BPMNEdge>',
        '<bpmndi:BPMNEdge id="m2_di" bpmnElement="m2"><di:waypoint x="550" y="220"/>'
        '<di:waypoint x="550" y="440"/><di:waypoint x="430" y="440"/>'
        '<di:waypoint x="430" y="480"/></bpmndi:BPMNEdge>',
        '<bpmndi:BPMNEdge id="m3_di" bpmnElement="m3"><di:waypoint x="200" y="480"/>'
        '<di:waypoint x="200" y="430"/><di:waypoint x="350" y="430"/>'
        '<di:waypoint x="350" y="380"/></bpmndi:BPMNEdge>',
    )
)


def told(data: bytes, *steps: Step) -> tuple[Document, Diagram]:
    document = read_document(data)
    enrich_document(document, Journey("Told", customer="Customer", steps=steps))
    return document, Diagram(document.element("plane"))


def way(diagram: Diagram, flow: str) -> list[Point]:
    edge = diagram.edge(flow)
    assert edge is not None
    return waypoints_of(edge)


def test_a_black_box_that_is_moved_to_the_top_has_its_flows_drawn_anew() -> None:
    steps = (
        Step("I order", at=("take",)),
        Step("I wait", at=("send",)),
        Step("I call", at=("pick",)),
    )
    document, diagram = told(BOX_BELOW, *steps)
    pool = diagram.bounds("customer")
    assert pool is not None
    assert pool.bottom < 100
    for flow, points in (("m1", 2), ("m2", 4), ("m3", 4)):
        ends = way(diagram, flow)
        assert len(ends) == points
        assert {y for _, y in ends if y <= pool.bottom} == {pool.bottom}
        for (x, y), (to_x, to_y) in pairwise(ends):
            assert x == to_x or y == to_y
            assert (x, y) != (to_x, to_y)
    # What stands above "Pack" is passed.
    stone = diagram.bounds("pick")
    assert stone is not None
    assert not any(stone.overlaps(part) for part in parts_of(way(diagram, "m3")))
    # Their names come with them.
    edge = diagram.edge("m1")
    assert edge is not None
    label = edge.find("{*}BPMNLabel/{*}Bounds")
    assert label is not None
    assert pool.bottom < float(label.get("y", "")) < 100
    document.strip()
    assert document.to_bytes() == BOX_BELOW


def test_a_black_box_becomes_as_wide_as_the_drawing() -> None:
    narrow = BOX_BELOW.replace(b'x="150" y="480"', b'x="150" y="0"')
    for data in (BOX_BELOW, narrow):
        _, diagram = told(data, Step("I order", at=("take",)))
        pool, shop = diagram.bounds("customer"), diagram.bounds("shop")
        assert pool is not None
        assert shop is not None
        assert pool.x == shop.x
        assert pool.right >= shop.right


def test_no_point_of_a_flow_stays_inside_a_pool_that_grows() -> None:
    data = BOX_BELOW.replace(b'x="150" y="480"', b'x="150" y="0"')
    data = data.replace(b'<di:waypoint x="550" y="440"/>', b'<di:waypoint x="550" y="30"/>')
    _, diagram = told(data, Step("I order", at=("take",)))
    pool = diagram.bounds("customer")
    assert pool is not None
    assert all(y >= pool.bottom for _, y in way(diagram, "m2"))


def test_a_straight_flow_of_a_moved_black_box_gets_bends_and_a_place_for_its_name() -> None:
    below = BOX_BELOW.replace(
        b'<di:waypoint x="200" y="480"/><di:waypoint x="200" y="430"/>'
        b'<di:waypoint x="350" y="430"/><di:waypoint x="350" y="380"/>',
        b'<di:waypoint x="350" y="480"/><di:waypoint x="350" y="380"/>',
    ).replace(b'id="m3"', b'id="m3" name="call"')
    assert below.count(b"<di:waypoint") == BOX_BELOW.count(b"<di:waypoint") - 2
    step = Step("I order", at=("take",))
    document, diagram = told(below, step)
    stone, pool = diagram.bounds("pick"), diagram.bounds("customer")
    assert stone is not None
    assert pool is not None
    points = way(diagram, "m3")
    assert len(points) > 2
    assert not any(stone.overlaps(part) for part in parts_of(points))
    edge = diagram.edge("m3")
    assert edge is not None
    assert [local_name(child.tag) for child in edge][-1] == "BPMNLabel"
    drawn = edge.find("{*}BPMNLabel")
    assert drawn is not None
    label = bounds_of(drawn)
    assert label is not None
    assert pool.bottom < label.y < label.bottom < 100
    once = document.to_bytes()
    enrich_document(document, Journey("Told", customer="Customer", steps=(step,)))
    assert document.to_bytes() == once
    document.strip()
    assert document.to_bytes() == below


def test_a_flow_of_a_moved_black_box_with_a_point_that_makes_no_sense_ends_at_the_pool() -> None:
    broken = BOX_BELOW.replace(b'<di:waypoint x="430" y="440"/>', b'<di:waypoint x="NaN" y="440"/>')
    document, diagram = told(broken, Step("I order", at=("take",)))
    pool, send = diagram.bounds("customer"), diagram.bounds("send")
    assert pool is not None
    assert send is not None
    points = way(diagram, "m2")
    assert len(points) == 4
    assert (points[0][1], points[-1][1]) == (send.y, pool.bottom)
    document.strip()
    assert document.to_bytes() == broken


def test_a_flow_comes_straight_down_on_a_pool() -> None:
    supplier = Bounds(0, 400, 1200, 60)
    for x in (30, 300, 1100):
        [(leaves, arrives)] = assign_columns(
            [Contact(0, supplier)], [Bounds(x, -200, 100, 80)], [supplier]
        )
        assert leaves == arrives
        assert abs(arrives - (x + 50)) < 40


def test_a_flow_into_the_side_of_a_box_that_grows_longer_ends_below_it() -> None:
    small = models.definitions(
        """  <collaboration id="collab">
    <participant id="customer" name="Customer"/>
    <participant id="shop" name="Shop" processRef="proc"/>
    <messageFlow id="m1" sourceRef="send" targetRef="customer"/>
  </collaboration>
  <process id="proc"><task id="take"/><task id="send"/></process>
"""
        + models.diagram(
            "collab",
            shape("customer", 100, 0, 300, 60),
            shape("shop", 100, 140, 1200, 200),
            shape("take", 200, 200),
            shape("send", 900, 200),
            '<bpmndi:BPMNEdge id="m1_di" bpmnElement="m1"><di:waypoint x="950" y="200"/>'
            '<di:waypoint x="950" y="30"/><di:waypoint x="400" y="30"/></bpmndi:BPMNEdge>',
        )
    )
    document, diagram = told(small, Step("I order", at=("take",)), Step("I get it", at=("send",)))
    points, step = way(diagram, "m1"), diagram.bounds("CjActivity_2")
    pool = diagram.bounds("customer")
    assert pool is not None
    assert step is not None
    assert pool.right == 1300
    assert len(points) == 3
    assert {x for x, _ in points} == {950}
    assert points[-1][1] == pool.bottom == 60
    assert step.centre[0] == 950
    document.strip()
    assert document.to_bytes() == small
