from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import journeys_at_random
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cjbpmn.document import Document, read_document
from cjbpmn.emotion_scale import emotion_step
from cjbpmn.enrichment import Show, enrich_document, extract_journeys
from cjbpmn.errors import CjbpmnError, CjbpmnWarning
from cjbpmn.graph import build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.journey import (
    Branch,
    Calendar,
    Emotion,
    Evidence,
    Fallback,
    Journey,
    Norm,
    Persona,
    Phase,
    Statistics,
    Step,
)
from cjbpmn.journey.feelings import emotion_by_source
from cjbpmn.journey.file import read_journey
from cjbpmn.journey.writer import journey_to_yaml
from cjbpmn.names import CJ

HERE = Path(__file__).parent
ROOT = HERE.parent
EXAMPLES = ROOT / "docs" / "examples"
WORKED = {
    "restaurant": "camunda-research/English/04-Self-service-restaurant/03-Solution/"
    "self-service-restaurant.bpmn",
    "order": "miwg/Reference/C.2.0.bpmn",
}
WEBSHOP = build_graph(read_document(EXAMPLES / "webshop.bpmn"))
NODES = sorted(node.id for node in WEBSHOP.nodes.values() if node.type != "participant")
NAMES = [*NODES, "Check payment", "Web shop / Check payment", "Order received"]
FLOWS = sorted(WEBSHOP.flows)


def enriched(model: Path, *journeys: Journey) -> Document:
    """Enrich a model, and read what was written."""
    document = read_document(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CjbpmnWarning)
        enrich_document(document, journeys)
    return read_document(document.to_bytes())


@pytest.mark.parametrize("name", ["webshop", "claim"])
def test_the_journey_of_an_example_comes_back(name: str) -> None:
    journey = read_journey(EXAMPLES / f"{name}.journey.yaml")
    found = extract_journeys(enriched(EXAMPLES / f"{name}.bpmn", journey))
    assert found.journeys == (journey,)
    assert found.findings == ()
    assert read_journey(journey_to_yaml(found.journeys[0])) == journey


@pytest.mark.parametrize("name", WORKED)
def test_the_journey_of_a_worked_example_comes_back(name: str, corpus: Path) -> None:
    journey = read_journey(HERE / "journeys" / f"{name}.yaml")
    found = extract_journeys(enriched(corpus / WORKED[name], journey))
    assert found.journeys == (journey,)
    assert read_journey(journey_to_yaml(found.journeys[0])) == journey


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(journeys_at_random.journeys(st.sampled_from(NAMES), st.sampled_from(FLOWS)))
def test_any_journey_comes_back(journey: Journey) -> None:
    document = enriched(EXAMPLES / "webshop.bpmn", journey)
    assert extract_journeys(document).journeys == (journey,)
    document.strip()
    assert document.to_bytes() == (EXAMPLES / "webshop.bpmn").read_bytes()


def test_several_journeys_come_back() -> None:
    one = read_journey(EXAMPLES / "webshop.journey.yaml")
    other = Journey(
        "Boots for a club",
        state="to-be",
        steps=(Step("I order ten pairs", at=("Order received",)), Step("I hand them out")),
        norms=(Norm("in a week", from_="Order received", to="Deliver parcel"),),
        statistics=(Statistics(("Check payment",), complaints=3),),
        branches=(Branch((FLOWS[0],), 12.5),),
        calendars=(Calendar(("Warehouse",), ("Mon-Fri 9-17",), ("12-25",), source="employee"),),
        begins="2026-03-02 9:00",
    )
    assert extract_journeys(enriched(EXAMPLES / "webshop.bpmn", one, other)).journeys == (
        one,
        other,
    )


def test_a_document_without_a_journey_has_none() -> None:
    assert extract_journeys(read_document(EXAMPLES / "webshop.bpmn")).journeys == ()


def test_a_reference_is_an_id_where_its_words_mean_something_else_now() -> None:
    journey = Journey("J", steps=(Step("I pay", at=("Check payment",)),))
    document = enriched(EXAMPLES / "webshop.bpmn", journey)
    element = next(one for one in document.root.iter() if one.get("name") == "Check payment")
    element.set("name", "Settle payment")
    found = extract_journeys(document)
    assert found.journeys[0].steps[0].at == (element.get("id"),)
    assert found.findings == ()


def test_what_is_gone_is_told() -> None:
    journey = Journey(
        "J", steps=(Step("I pay", at=("Check payment",), fallback=(Fallback("I call"),)),)
    )
    document = enriched(EXAMPLES / "webshop.bpmn", journey)
    element = next(one for one in document.root.iter() if one.get("name") == "Check payment")
    element.getparent().remove(element)
    found = extract_journeys(document)
    (finding,) = found.findings
    assert finding.code == "vanished"
    assert finding.elements == (element.get("id"),)
    assert "Check payment" in finding.message
    assert found.journeys[0].steps[0].fallback == (Fallback("I call"),)


# ------------------------------------------------------- what a tool leaves that drops our elements


def without_our_elements(document: Document) -> bytes:
    """Drop what stands in our namespace, as some tools do."""
    root = document.root
    for element in [one for one in root.iter(f"{{{CJ}}}*") if one.getparent() is not None]:
        element.getparent().remove(element)
    for element in root.iter(etree.Element):
        for name in [name for name in element.attrib if name.startswith(f"{{{CJ}}}")]:
            del element.attrib[name]
    return document.to_bytes()


def renumbered(data: bytes) -> bytes:
    """Give every element a new id, as some tools do."""
    root = etree.fromstring(data)
    identifiers = [one.get("id") for one in root.iter(etree.Element) if one.get("id")]
    new = {old: f"_{number:04d}" for number, old in enumerate(identifiers)}
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if name != "name" and value in new:
                element.set(name, new[value])
        if (element.text or "").strip() in new:
            element.text = new[element.text.strip()]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def what_is_drawn(journey: Journey) -> list[tuple[object, ...]]:
    """Return those parts of the steps that a drawing shows."""
    return [
        (
            step.do,
            step.phase,
            step.channel if step.at else None,
            tuple((seen.text, seen.type) for seen in step.sees),
            tuple(
                step.number for step in map(emotion_step, emotion_by_source(step.feels).values())
            ),
        )
        for step in journey.steps
    ]


@pytest.mark.parametrize(
    "change", [without_our_elements, lambda d: renumbered(without_our_elements(d))]
)
@pytest.mark.parametrize("name", ["webshop", "claim"])
def test_a_journey_is_rebuilt_from_what_is_drawn(
    name: str, change: Callable[[Document], bytes]
) -> None:
    journey = read_journey(EXAMPLES / f"{name}.journey.yaml")
    before = enriched(EXAMPLES / f"{name}.bpmn", journey)
    met = contacts_by_name(before)
    after = read_document(change(before))
    found = extract_journeys(after)
    (rebuilt,) = found.journeys
    assert what_is_drawn(rebuilt) == what_is_drawn(journey)
    assert [phase.name for phase in rebuilt.phases] == [phase.name for phase in journey.phases]
    assert rebuilt.customer == journey.customer
    assert rebuilt.persona is not None
    assert rebuilt.persona.name == journey.persona.name
    assert found.findings[0].code == "rebuilt"
    # What was rebuilt can be put on again, and meets what it met before.
    enrich_document(after, rebuilt)
    assert contacts_by_name(after) == met


def contacts_by_name(document: Document) -> set[tuple[str, str, str]]:
    graph = build_graph(document)
    return {
        (graph.label(point.customer_node), graph.label(point.other_node), point.direction)
        for point in find_interaction_points(graph)
    }


def test_observations_that_are_drawn_are_rebuilt() -> None:
    journey = read_journey(EXAMPLES / "webshop.journey.yaml")
    document = read_document(EXAMPLES / "webshop.bpmn")
    enrich_document(document, journey, show=list(Show))
    found = extract_journeys(read_document(without_our_elements(document)))
    seen = {note.see: note.better for note in journey.observations}
    rebuilt = found.journeys[0].observations
    assert rebuilt
    assert all(seen[note.see] == note.better for note in rebuilt)


def test_several_lanes_are_several_journeys() -> None:
    one = Journey("A", persona=Persona("Ann"), steps=(Step("I order", at=("Order received",)),))
    other = Journey("B", persona=Persona("Bob"), steps=(Step("I wait"), Step("I leave")))
    document = enriched(EXAMPLES / "webshop.bpmn", one, other)
    found = extract_journeys(read_document(without_our_elements(document)))
    assert [[step.do for step in journey.steps] for journey in found.journeys] == [
        ["I order"],
        ["I wait", "I leave"],
    ]
    assert [journey.persona for journey in found.journeys] == [Persona("Ann"), Persona("Bob")]


def test_journeys_on_real_models_are_rebuilt_in_order(corpus: Path) -> None:
    done = 0
    for path in sorted(corpus.rglob("*.bpmn"))[::15]:
        try:
            graph = build_graph(read_document(path))
        except CjbpmnError:
            continue
        activities = [node.id for node in graph.nodes.values() if node.is_activity][:6]
        if not activities or find_interaction_points(graph):
            continue
        phases = "ordering", "waiting"
        steps = tuple(
            Step(
                f"I do thing {number}",
                at=(activity,),
                phase=phases[2 * number // len(activities)],
                sees=(Evidence("letter", "letter"),),
                feels=(Emotion(number % 5 - 2),),
            )
            for number, activity in enumerate(activities)
        )
        journey = Journey("J", phases=tuple(map(Phase, phases)), steps=steps)
        document = enriched(path, journey)
        (rebuilt,) = extract_journeys(read_document(without_our_elements(document))).journeys
        assert what_is_drawn(rebuilt) == what_is_drawn(journey), path
        done += 1
    assert done > 20
