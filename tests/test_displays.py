"""What a notebook shows of the things that it is handed: enough, and not all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cjbpmn as cj
from cjbpmn.journey import Journey, Step

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture(name="graph", scope="module")
def fixture_graph() -> cj.ProcessGraph:
    document = cj.read_document(EXAMPLES / "webshop.bpmn")
    cj.enrich_document(document, cj.read_journey(EXAMPLES / "webshop.journey.yaml"))
    return cj.build_graph(document)


def test_tab_offers_what_there_is_to_use_and_nothing_else() -> None:
    script = "import cjbpmn; print(*sorted(set(dir(cjbpmn)) ^ set(cjbpmn.__all__)))"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["__doc__", "__version__"]


def test_a_document_says_which_file_it_is() -> None:
    assert repr(cj.read_document(EXAMPLES / "claim.bpmn")).endswith("docs/examples/claim.bpmn>")
    data = (EXAMPLES / "claim.bpmn").read_bytes()
    assert repr(cj.read_document(data)) == "<Document without a path>"


def test_a_graph_says_how_much_there_is(graph: cj.ProcessGraph) -> None:
    pretty = pytest.importorskip("IPython.lib.pretty").pretty
    assert pretty(graph).endswith(
        "webshop.bpmn (flow nodes: 29, flows: 33, pools: 2, lanes: 3, journeys: 1, findings: 0)>"
    )


def test_a_journey_shows_its_steps() -> None:
    journey = cj.read_journey(EXAMPLES / "webshop.journey.yaml")
    html = journey._repr_html_()
    assert html.startswith("<p>New hiking boots before the holiday</p><table")
    assert html.count("<tr") == 1 + len(journey.steps)
    frame = journey.to_frame()
    assert list(frame["do"]) == [step.do for step in journey.steps]
    assert frame.loc[2, "feels"] == "customer -1"
    assert frame.loc[4, "waits"] == "2 days"


def test_a_journey_shows_what_is_no_markup_of_ours_as_text() -> None:
    html = Journey("<b>", steps=(Step("<script>"), Step("I wait"))).to_frame().to_html()
    assert "<script>" not in html
    assert "<b>" not in Journey("<b>")._repr_html_()


def test_points_waits_and_differences_show_their_frames(graph: cj.ProcessGraph) -> None:
    points = cj.find_interaction_points(graph)
    assert points._repr_html_().count("<tr") == 1 + len(points) == 7
    report = cj.find_waiting_stretches(graph)
    assert report._repr_html_().count("<tr") == 1 + len(report) == 6
    [journey] = graph.journeys
    compared = cj.compare_journeys(journey, Journey("Other", steps=journey.steps[:-1]))
    assert compared._repr_html_().count("<tr") == 1 + len(compared.to_frame())


def test_frames_have_names_beside_the_ids(graph: cj.ProcessGraph) -> None:
    points = cj.find_interaction_points(graph).to_frame(graph.label)
    assert points.loc[0, "other_node"] == "StartEvent_1"
    assert points.loc[0, "other_name"] == "Order received"
    waits = cj.find_waiting_stretches(graph).to_frame(graph.label)
    assert waits.loc[1, "end_name"] == "Send shipping notice"
    assert "Pick and pack" in waits.loc[1, "body_names"]
    assert "Send order confirmation" in waits.loc[1, "start_names"]
