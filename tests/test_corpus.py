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
