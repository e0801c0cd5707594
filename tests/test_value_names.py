"""Channels and sources in drawings: in the language of the journey, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

import cjbpmn as cj
from cjbpmn import lexicon
from cjbpmn.journey import Emotion, Journey, Step
from cjbpmn.names import qualified
from cjbpmn.value_names import value_called, value_name
from cjbpmn.vocabulary import Channel, Source

CLAIM = Path(__file__).parents[1] / "docs" / "examples" / "claim.bpmn"


@pytest.mark.parametrize("kind", [Channel, Source])
@pytest.mark.parametrize("language", lexicon.languages())
def test_every_value_has_a_name_that_leads_back(
    language: str, kind: type[Channel | Source]
) -> None:
    """No two channels are called the same, in whatever language, and no two sources."""
    for value in kind:
        assert value_called(kind, value_name(kind, value, language)) == value


def drawn(channel: str, language: str | None, do: str) -> cj.Document:
    """Enrich the claim with a step that meets one activity."""
    document = cj.read_document(CLAIM)
    step = Step(do, at=("Make appointment",), channel=channel)
    cj.enrich_document(document, Journey("J", customer="K", language=language, steps=(step,)))
    return document


def names_of(document: cj.Document) -> set[str]:
    """Return what our message flows are called."""
    flows = document.root.iter(qualified("bpmn:messageFlow"))
    return {one.get("name", "") for one in flows if one.get("id", "").startswith("CjTouchpoint")}


@pytest.mark.parametrize(
    ("language", "do", "name"),
    [
        ("nl", "Ask", "telefoon"),
        (None, "Ik spreek een dag af", "telefoon"),
        ("de-AT", "Ask", "Telefon"),
        (None, "I make an appointment", "phone"),
        ("fi", "Soitan", "phone"),
    ],
)
def test_message_flows_speak_as_the_journey_does(language: str | None, do: str, name: str) -> None:
    """The flow has the word, the touchpoint the channel."""
    document = drawn("phone", language, do)
    assert names_of(document) == {name}
    points = cj.find_interaction_points(cj.build_graph(document))
    assert {point.channel for point in points} == {"phone"}


def test_what_is_no_channel_of_ours_stays_as_it_is() -> None:
    """People may call a way to meet what they like."""
    assert names_of(drawn("duif", "nl", "Ik stuur een duif")) == {"duif"}


def test_a_channel_is_read_from_the_drawing_in_any_language() -> None:
    """A tool may drop our elements; the name of the flow is left."""
    document = drawn("in-person", "pl", "Ja przychodzę")
    for element in [*document.root.iter(qualified("bpmn:extensionElements"))]:
        document.remove(element)
    (found,) = cj.extract_journeys(document, customer=["K"]).journeys
    assert found.steps[0].channel == "in-person"


def test_who_says_so_is_read_from_the_drawing_in_any_language() -> None:
    """Several say how it feels, each on a line of its own."""
    told = (Emotion(-1, source=Source.CUSTOMER), Emotion(1, source=Source.EMPLOYEE))
    step = Step("Ich rufe an", at=("Make appointment",), feels=told)
    document = cj.read_document(CLAIM)
    cj.enrich_document(document, Journey("J", customer="K", steps=(step,)))
    assert "Kunde\n" in document.to_bytes().decode()
    for element in [*document.root.iter(qualified("bpmn:extensionElements"))]:
        document.remove(element)
    (found,) = cj.extract_journeys(document, customer=["K"]).journeys
    assert found.steps[0].feels == told
