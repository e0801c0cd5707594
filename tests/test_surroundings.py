"""What stands around a customer whom the model draws: what lines have to go around."""

from __future__ import annotations

import models
import pytest
from test_first_drawing import diagram_of

from cjbpmn.diagram import Bounds
from cjbpmn.document import read_document
from cjbpmn.enrichment.surroundings import View, look_around, words_around
from cjbpmn.graph import build_graph

LABEL = '<bpmndi:BPMNLabel><dc:Bounds x="55" y="60" width="90" height="14"/></bpmndi:BPMNLabel>'


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ready", Bounds(84, 60, 32, 14)),
        ("A name that is much longer than one line of its label", Bounds(55, 60, 90, 56)),
    ],
)
def test_lines_may_pass_beside_a_short_name_but_nothing_may_stand_there(
    name: str, words: Bounds
) -> None:
    """Tools write a name into the middle of its label, however wide that is."""
    event = models.shape("e", 82, 20, 36, 36)
    event = event.replace("</bpmndi:BPMNShape>", f"{LABEL}</bpmndi:BPMNShape>")
    process = f'<process id="p"><startEvent id="e" name="{name}"/></process>'
    document = read_document(models.definitions(process + models.diagram("p", event)))
    around = look_around(document, build_graph(document), diagram_of(document))
    shape = Bounds(82, 20, 36, 36)
    assert around.shapes == (shape, Bounds(55, 60, 90, words.height))
    assert around.obstacles == (shape, words)


BOX = models.definitions(
    '<collaboration id="c"><participant id="shop" name="Shop" processRef="p"/>'
    '<participant id="bank" name="Bank"/><messageFlow id="m" name="pay" sourceRef="bank" '
    'targetRef="a"/></collaboration><process id="p"><task id="a" name="Ask"/></process>'
    + models.diagram(
        "c",
        models.shape("shop", 0, 0, 600, 200),
        models.shape("a", 100, 60),
        models.shape("bank", 0, 300, 600, 60),
        '<bpmndi:BPMNEdge id="m_di" bpmnElement="m"><di:waypoint x="150" y="300"/>'
        '<di:waypoint x="150" y="140"/></bpmndi:BPMNEdge>',
    )
)


def test_borders_of_pools_are_in_the_way_of_lines_that_would_run_along_them() -> None:
    document = read_document(BOX)
    around = look_around(document, build_graph(document), diagram_of(document))
    left, right = Bounds(0, 0, 0, 200), Bounds(600, 0, 0, 200)
    assert {left, right} <= set(around.in_the_way(0))
    assert not {left, right} & set(around.in_the_way(10))
    assert all(one.width < 600 for one in around.in_the_way(0))
    turned = around.seen(View(is_upright=True)).in_the_way(0)
    assert Bounds(0, 0, 0, 600) in turned


def test_words_stand_in_heads_of_pools_and_in_the_middle_of_black_boxes() -> None:
    document = read_document(BOX)
    shop, bank, flow = words_around(document, diagram_of(document))
    assert shop.x == 8
    assert shop.centre[1] == 100
    assert bank.centre == (300, 330)
    assert flow.centre == (150, 220)
    assert words_around(document, diagram_of(document), "bank") == [shop]
