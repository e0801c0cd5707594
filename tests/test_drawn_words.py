"""No words of ours lie on others, or on shapes, as bpmn-js really draws them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import models
import pytest
from modeller_bench import Job, Result

import cjbpmn as cj
from cjbpmn.diagram import Bounds, main_diagram
from cjbpmn.enrichment import Show

if TYPE_CHECKING:
    from modeller_bench import Bench

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
FRAMES = ("CjLane", "CjParticipant", "CjOrganisation", "CjPhaseBox")


@pytest.fixture(scope="session")
def drawn(
    bench: Bench,
    corpus: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Result]:
    folder = tmp_path_factory.mktemp("words")
    files = []
    for name in ("webshop", "claim"):
        document = cj.read_document(EXAMPLES / f"{name}.bpmn")
        journey = cj.read_journey(EXAMPLES / f"{name}.journey.yaml")
        cj.enrich_document(document, journey, show=list(Show), legend=True)
        files.append(document.write(folder / f"{name}.bpmn"))
    for number, path in enumerate(sorted(corpus.rglob("*.bpmn"))[::25]):
        document = cj.read_document(path)
        journey = models.draft_journey(cj.build_graph(document))
        several = [journey] if number % 2 else [journey, journey]
        cj.enrich_document(document, several, show=list(Show)[:4], legend=True)
        files.append(document.write(folder / f"{number}.bpmn"))
    return [one for one in bench([Job(file, texts=True) for file in files]) if one.ok]


def words(result: Result) -> list[tuple[str, Bounds]]:
    """Return the words of ours, a little smaller than the boxes that browsers put around them."""
    return [
        (one["id"], Bounds(one["x"] + 1, one["y"] + 1, one["width"] - 2, one["height"] - 2))
        for one in result.texts
        if one["id"].startswith("Cj") and not one["id"].startswith(FRAMES[:3])
    ]


def shapes(result: Result) -> list[tuple[str, Bounds]]:
    diagram = main_diagram(cj.read_document(result.file).root)
    found = [] if diagram is None else diagram.drawn()
    return [
        (one, bounds)
        for one, bounds in found
        if one.startswith("Cj") and not one.startswith(FRAMES)
    ]


def test_words_do_not_lie_on_words(drawn: list[Result]) -> None:
    compared = 0
    for result in drawn:
        for (one, here), (other, there) in combinations(words(result), 2):
            assert not here.overlaps(there), (result.file, one, other)
            compared += 1
    assert compared > 1000


def test_words_do_not_lie_on_other_shapes(drawn: list[Result]) -> None:
    for result in drawn:
        for one, here in words(result):
            for other, there in shapes(result):
                assert one == other or not here.overlaps(there), (result.file, one, other)


def test_words_stay_inside_their_tasks_and_notes(drawn: list[Result]) -> None:
    inside = ("CjActivity", "CjEmotion", "CjObservation", "CjWait", "CjLegend")
    for result in drawn:
        places = dict(shapes(result))
        for one, here in words(result):
            if one.startswith(inside) and one in places:
                place = places[one]
                assert place.y - 1 <= here.y, (result.file, one)
                assert here.bottom <= place.bottom + 1, (result.file, one)
                assert here.right <= place.right + 4, (result.file, one)
