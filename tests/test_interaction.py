"""Where customer and organisation meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from cjbpmn.document import read_document
from cjbpmn.errors import ElementNotFound
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import find_interaction_points

CASES = Path(__file__).parent / "waiting_cases"


def graph_of(path: Path) -> ProcessGraph:
    return build_graph(read_document(path))


def pairs(graph: ProcessGraph) -> set[tuple[str, str, str]]:
    return {
        (graph.label(point.customer_node), point.direction, graph.label(point.other_node))
        for point in find_interaction_points(graph)
    }


def test_a_lane_meets_the_lane_beside_it() -> None:
    points = find_interaction_points(graph_of(CASES / "W01.bpmn"), ["Customer"])
    assert [(p.customer_node, p.direction, p.other_node, p.lane) for p in points] == [
        ("T1", "c2o", "A", "Sales"),
        ("T2", "o2c", "B", "Credit"),
    ]
    assert not any(point.partner for point in points)


def test_messages_both_ways_are_one_point() -> None:
    points = find_interaction_points(graph_of(CASES / "W54.bpmn"), ["Client"])
    assert [(p.id, p.direction, p.flows) for p in points] == [
        ("m1", "c2o", ("m1",)),
        ("m2", "both", ("m2", "m3")),
    ]


def test_a_black_box_meets_at_its_border_and_a_sub_process_at_its_own() -> None:
    points = find_interaction_points(graph_of(CASES / "W56.bpmn"), ["Client"])
    assert [(p.customer_node, p.other_node, p.direction) for p in points] == [
        ("pool_Client", "S", "c2o"),
        ("pool_Client", "SP", "both"),
        ("pool_Client", "E", "o2c"),
    ]
    assert {point.counterpart for point in points} == {"Org"}


def test_a_supplier_that_the_customer_does_not_meet_is_no_point() -> None:
    points = find_interaction_points(graph_of(CASES / "W59.bpmn"), ["Client"])
    assert {point.other_node for point in points} == {"S", "E", "E2"}


def test_an_unknown_customer_is_refused() -> None:
    with pytest.raises(ElementNotFound):
        find_interaction_points(graph_of(CASES / "W01.bpmn"), ["Nobody"])


def test_without_a_customer_there_is_none() -> None:
    assert find_interaction_points(graph_of(CASES / "W36.bpmn")) == ()


def test_points_are_a_table_and_json() -> None:
    points = find_interaction_points(graph_of(CASES / "W33.bpmn"), ["Client"])
    assert list(points.to_frame()["direction"]) == ["c2o", "o2c"]
    assert points[0].as_dict() == {
        "id": "m1",
        "customer_node": "c1",
        "other_node": "S",
        "direction": "c2o",
        "channel": None,
        "counterpart": "Org",
        "lane": "Sales",
        "partner": False,
        "flows": ["m1"],
    }


def test_restaurant(corpus: Path) -> None:
    graph = graph_of(
        corpus / "camunda-research/English/04-Self-service-restaurant/03-Solution"
        "/self-service-restaurant.bpmn"
    )
    assert pairs(graph) == {
        ("Place order", "c2o", "Order received"),
        ("Pay money", "both", "Collect money"),
        ("Take buzzer", "o2c", "Hand over buzzer"),
        ("Meal ready", "o2c", "Set off buzzer"),
        ("Get meal", "c2o", "Guest appears"),
        ("Get meal", "o2c", "Hand over meal"),
        ("Guest food consumption", "o2c", "Call guest"),
    }


def test_c_2_0(corpus: Path) -> None:
    """Three exchanges; the one with the card company begins and ends at different nodes of it."""
    graph = graph_of(corpus / "miwg/Reference/C.2.0.bpmn")
    points = find_interaction_points(graph)
    assert pairs(graph) == {
        ("Send Order", "c2o", "Receive Order"),
        ("Pay Order", "both", "Receive Credit Card Information"),
        ("Receive items", "o2c", "Deliver Items"),
    }
    assert sum(len(point.flows) for point in points) == 4
    assert {point.counterpart for point in points if point.partner} == {
        "Credit Card Company",
        "Carrier",
    }


def test_c_9_1_names_no_customer(corpus: Path) -> None:
    assert find_interaction_points(graph_of(corpus / "miwg/Reference/C.9.1.bpmn")) == ()
