"""Front stage, back stage, support."""

from __future__ import annotations

from pathlib import Path

import pytest

from cjbpmn.document import read_document
from cjbpmn.errors import ElementNotFound
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.stages import Stage, find_stages

CASES = Path(__file__).parent / "waiting_cases"


def graph_of(path: Path) -> ProcessGraph:
    return build_graph(read_document(path))


def names(graph: ProcessGraph, stage: Stage) -> set[str]:
    return {graph.label(one) for one, found in find_stages(graph).items() if found is stage}


def test_what_shares_a_lane_with_the_front_stage_is_back_stage() -> None:
    stages = find_stages(graph_of(CASES / "W33.bpmn"), ["Client"])
    assert stages == {
        **dict.fromkeys(["cs", "c1", "c2", "c3", "ce"], Stage.CUSTOMER),
        "S": Stage.FRONT,
        "A": Stage.BACK,  # in the lane of S
        "B": Stage.FRONT,
        "E": Stage.BACK,
    }


def test_a_supplier_is_a_partner() -> None:
    stages = find_stages(graph_of(CASES / "W59.bpmn"), ["Client"])
    assert {one for one, stage in stages.items() if stage is Stage.PARTNER} == {"ps", "P", "pe"}


def test_nobody_known_means_no_stages() -> None:
    assert find_stages(graph_of(CASES / "W36.bpmn")) == {}
    with pytest.raises(ElementNotFound):
        find_stages(graph_of(CASES / "W33.bpmn"), ["Nobody"])


def test_restaurant(corpus: Path) -> None:
    """The guest never sees the kitchen."""
    graph = graph_of(
        corpus / "camunda-research/English/04-Self-service-restaurant/03-Solution"
        "/self-service-restaurant.bpmn"
    )
    assert names(graph, Stage.FRONT) == {
        "Order received",
        "Collect money",
        "Hand over buzzer",
        "Set off buzzer",
        "Guest appears",
        "Hand over meal",
        "Call guest",
    }
    assert {"Enter order", "Set up buzzer", "Inform chef"} <= names(graph, Stage.BACK)
    assert "Prepare meal" in names(graph, Stage.PARTNER)  # The chef has a pool.


def test_c_2_0(corpus: Path) -> None:
    graph = graph_of(corpus / "miwg/Reference/C.2.0.bpmn")
    assert names(graph, Stage.FRONT) == {"Receive Order"}
    # Both the shop and the carrier pick items; the shop's picker takes the order, too.
    assert names(graph, Stage.BACK) == {"Pick items", "Place in bin"}
    assert {"Receive and Package items", "Send to carrier dock"} <= names(graph, Stage.SUPPORT)
    assert {"Take Payment", "Deliver Items"} <= names(graph, Stage.PARTNER)
