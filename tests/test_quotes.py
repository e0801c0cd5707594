"""Verbatim quotes and pictures go; everything else stays."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import journeys_at_random
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjbpmn as cj
from cjbpmn.journey import Emotion, Evidence, Journey, Persona, Phase, Step
from cjbpmn.journey.quotes import remove_quotes, strip_quotes

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.journey.yaml"))
JOURNEYS = [*EXAMPLES, *sorted((ROOT / "tests" / "journeys").glob("*.yaml"))]

TOLD = Emotion(-1, ":(", "nobody calls", "Did they forget me?", "customer", "interview", 3)
EVERYWHERE = Journey(
    "Claim",
    persona=Persona("Ann", ("phone",), picture="ann.png", facts=(("says", "kept"), ("age", "42"))),
    phases=(
        Phase("waiting", feels=(TOLD, replace(TOLD, says=None)), extra=(("picture", "kept"),)),
    ),
    steps=(
        Step("I wait", feels=(TOLD, replace(TOLD, value=2)), phase="waiting"),
        Step("I look", sees=(Evidence("a photo", uri="photo.png"),), extra=(("says", "kept"),)),
    ),
)


def walk(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """List all that a value holds, each part with the field that it stands in."""
    if isinstance(value, tuple):
        return [found for part in value for found in walk(part, name)]
    if not is_dataclass(value):
        return [(name, value)]
    return [
        found
        for item in fields(value)
        for found in walk(getattr(value, item.name), f"{type(value).__name__}.{item.name}")
    ]


@pytest.mark.parametrize(
    "journey",
    [EVERYWHERE, *map(cj.read_journey, JOURNEYS)],
    ids=["everywhere", *[path.name for path in JOURNEYS]],
)
def test_only_quotes_and_pictures_go(journey: Journey) -> None:
    gone = {"Emotion.says", "Persona.picture"}
    bare = strip_quotes(journey)
    expected = [(name, None if name in gone else part) for name, part in walk(journey)]
    assert walk(bare) == expected
    assert any(part is not None for name, part in walk(journey) if name in gone)
    assert strip_quotes(bare) == bare


@settings(max_examples=50, deadline=None)
@given(journeys_at_random.journeys(st.just("A"), st.just("A -> B")))
def test_of_any_journey_only_quotes_and_pictures_go(journey: Journey) -> None:
    gone = {"Emotion.says", "Persona.picture"}
    expected = [(name, None if name in gone else part) for name, part in walk(journey)]
    assert walk(strip_quotes(journey)) == expected


def test_the_journey_itself_stays() -> None:
    strip_quotes(EVERYWHERE)
    assert EVERYWHERE.steps[0].feels[0].says == "Did they forget me?"
    assert EVERYWHERE.persona is not None
    assert EVERYWHERE.persona.picture == "ann.png"


def test_lines_and_paths_stay_though_they_are_not_compared() -> None:
    journey = cj.read_journey(EXAMPLES[0])
    bare = strip_quotes(journey)
    assert bare.path == journey.path
    assert [step.line for step in bare.steps] == [step.line for step in journey.steps]


def enriched(example: Path) -> cj.Document:
    journey = cj.read_journey(example)
    persona = replace(journey.persona or Persona("-"), picture="face & eyes.png")
    document = cj.read_document(example.with_name(example.name.replace(".journey.yaml", ".bpmn")))
    cj.enrich_document(document, replace(journey, persona=persona))
    return cj.read_document(document.to_bytes())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_other_byte_of_a_document_stays(example: Path) -> None:
    document = enriched(example)
    before = document.to_bytes()
    quotes, pictures = rb"\r?\n[ \t]*<cj:says>[^<]*</cj:says>", rb' picture="[^"]*"'
    without, count = re.subn(quotes, b"", before)
    without, more = re.subn(pictures, b"", without)
    assert count > 0
    assert more == 1
    assert remove_quotes(document) == count + more
    assert document.to_bytes() == without


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_a_document_without_quotes_stays_as_it_is(example: Path) -> None:
    document = enriched(example)
    remove_quotes(document)
    before = document.to_bytes()
    again = cj.read_document(before)
    assert remove_quotes(again) == 0
    assert again.to_bytes() == before


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_model_can_still_be_taken_out_again(example: Path) -> None:
    document = enriched(example)
    remove_quotes(document)
    stripped = cj.read_document(document.to_bytes())
    stripped.strip()
    model = example.with_name(example.name.replace(".journey.yaml", ".bpmn"))
    assert stripped.to_bytes() == model.read_bytes()


def test_the_quote_is_nowhere_in_the_file_any_more() -> None:
    document = enriched(EXAMPLES[0])
    said = [emotion.text for emotion in document.root.iter("{*}says")]
    remove_quotes(document)
    data = document.to_bytes().decode()
    assert said
    assert not [text for text in said if text and text in data]


def test_an_emotion_on_one_line_keeps_its_line() -> None:
    data = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:cj="http://cjbpmn.org/schema/1.0" id="d"><process id="p"><task id="t"><extensionElements>
<cj:emotion value="1"><cj:because>x</cj:because><cj:says>Thanks!</cj:says></cj:emotion>
</extensionElements></task></process></definitions>"""
    document = cj.read_document(data)
    assert remove_quotes(document) == 1
    assert document.to_bytes() == data.replace(b"<cj:says>Thanks!</cj:says>", b"")
