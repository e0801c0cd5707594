"""The main job on real models."""

from __future__ import annotations

from pathlib import Path

import models
import pytest

import cjbpmn as cj
from cjbpmn.errors import InvalidDocument

JOURNEYS = Path(__file__).parent / "journeys"
RESTAURANT = (
    "camunda-research/English/04-Self-service-restaurant/03-Solution/self-service-restaurant.bpmn"
)
ORDER = "miwg/Reference/C.2.0.bpmn"


def readable(corpus: Path) -> list[Path]:
    return sorted(corpus.rglob("*.bpmn"))


def holds_no_process(document: cj.Document) -> bool:
    """Tell whether there is nothing to enrich; the library must say so too."""
    if any(True for _ in document.root.iter("{*}process", "{*}participant")):
        return False
    with pytest.raises(InvalidDocument, match="no process"):
        cj.build_graph(document)
    return True


def test_unedited_every_file_comes_back_byte_for_byte(corpus: Path) -> None:
    for path in readable(corpus):
        document = cj.read_document(path)
        document.root.attrib  # noqa: B018  (the tree is looked at, and the bytes are compared)
        assert document.to_bytes() == path.read_bytes(), path


def test_strip_returns_the_bytes_and_twice_is_once_for_every_file(corpus: Path) -> None:
    enriched = 0
    for path in readable(corpus):
        document = cj.read_document(path)
        if holds_no_process(document):
            continue
        journey = models.draft_journey(cj.build_graph(document))
        cj.enrich_document(document, journey)
        once = document.to_bytes()
        again = cj.read_document(once)
        cj.enrich_document(again, journey)
        assert again.to_bytes() == once, path
        again.strip()
        assert again.to_bytes() == path.read_bytes(), path
        enriched += 1
    assert enriched > 0


@pytest.mark.parametrize(
    ("model", "journey"), [(RESTAURANT, "restaurant.yaml"), (ORDER, "order.yaml")]
)
def test_the_worked_journeys_resolve_against_their_models(
    corpus: Path, model: str, journey: str
) -> None:
    told = cj.read_journey(JOURNEYS / journey)
    document = cj.read_document(corpus / model)
    enriched = cj.enrich_document(document, told)
    assert not enriched.created
    linked = dict(enriched.activities)
    assert all(linked[step.do] for step in told.steps if step.at)
    read = cj.build_graph(cj.read_document(document.to_bytes())).journey
    assert read is not None
    assert [step.do for step in read.steps] == [step.do for step in told.steps]
    document.strip()
    assert document.to_bytes() == (corpus / model).read_bytes()


NAMED = (
    RESTAURANT,
    ORDER,
    "miwg/Reference/C.1.1.bpmn",
    "miwg/SAP Signavio Process Manager 19.9.0/C.1.1-export.bpmn",
    "miwg/SAP Signavio Process Manager 19.9.0/C.2.0-export.bpmn",
)


@pytest.mark.parametrize("name", NAMED)
def test_the_main_job_from_end_to_end(corpus: Path, tmp_path: Path, name: str) -> None:
    document = cj.read_document(corpus / name)
    journey = models.draft_journey(cj.build_graph(document))
    cj.enrich_document(document, journey)
    enriched = document.write(tmp_path / "enriched.bpmn")
    graph = cj.build_graph(cj.read_document(enriched))
    points = cj.find_interaction_points(graph)
    waits = cj.find_waiting_stretches(graph)
    assert points
    assert waits.stretches
    assert set(waits.as_dict()) >= {"stretches", "case", "ending", "warnings"}
    known = graph.nodes.keys() | {f"{one}#out" for one in graph.nodes}
    assert {end.partition("#")[0] for one in waits for end in (one.end, *one.starts)} <= known
    picture = cj.save_figure(cj.draw_journey_map(graph, points, waits), tmp_path / "map.svg")
    assert b"Drafted" in picture.read_bytes()
    document = cj.read_document(enriched)
    document.strip()
    assert document.to_bytes() == (corpus / name).read_bytes()


def test_no_english_model_is_too_much(corpus: Path) -> None:
    met = 0
    for path in readable(corpus / "camunda-research" / "English"):
        document = cj.read_document(path)
        cj.enrich_document(document, models.draft_journey(cj.build_graph(document)))
        graph = cj.build_graph(cj.read_document(document.to_bytes()))
        met += bool(cj.find_interaction_points(graph))
        cj.find_waiting_stretches(graph)
    assert met > 50
