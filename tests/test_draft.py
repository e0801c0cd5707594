from __future__ import annotations

import warnings
from pathlib import Path

import models
import pytest

import cjbpmn
from cjbpmn.draft import draft_journey
from cjbpmn.errors import CjbpmnError, CjbpmnWarning, ElementNotFound, InvalidValue
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.journey import Journey

ROOT = Path(__file__).parents[1]
RESTAURANT = (
    "camunda-research/English/04-Self-service-restaurant/03-Solution/self-service-restaurant.bpmn"
)


def read(graph: ProcessGraph, **options: object) -> Journey:
    return cjbpmn.read_journey(draft_journey(graph, **options))  # type: ignore[arg-type]


@pytest.fixture
def webshop() -> ProcessGraph:
    return build_graph(cjbpmn.read_document(ROOT / "docs/examples/webshop.bpmn"))


def test_a_model_without_a_customer_asks_what_is_noticed(webshop: ProcessGraph) -> None:
    journey = read(webshop)
    assert journey.name == "Web shop"
    met = [step.at for step in journey.steps]
    assert met[0] == met[-1] == ()
    assert ("Order received",) in met
    assert ("Send invoice",) in met
    assert met.index(("Order received",)) < met.index(("Send invoice",))


def test_a_draft_is_called_after_the_organisation() -> None:
    """Not after the first pool: some tools make a pool for each sub-process."""
    beside = "".join(f'<task id="t{number}" name="Do {number}"/>' for number in range(3))
    model = models.definitions(
        '<collaboration id="c"><participant id="a" name="subProc_1" processRef="p"/>'
        '<participant id="b" name="Fridge repair" processRef="q"/></collaboration>'
        f'<process id="p"/><process id="q">{beside}</process>'
    )
    assert read(build_graph(cjbpmn.read_document(model))).name == "Fridge repair"


def test_the_questions_are_in_the_language_of_the_model_or_as_asked(webshop: ProcessGraph) -> None:
    assert "What does the customer do before" in draft_journey(webshop)
    assert "Wat doet de klant vooraf" in draft_journey(webshop, language="nl")
    assert "Que fait le client avant" in draft_journey(webshop, language="fr")
    with pytest.raises(InvalidValue, match="no questions in 'fi'; there are de, en, es"):
        draft_journey(webshop, language="fi")


def test_a_draft_says_its_language_unless_it_is_english(webshop: ProcessGraph) -> None:
    assert read(webshop, language="de").language == "de"
    assert read(webshop).language is None


def test_an_unknown_customer_is_refused(webshop: ProcessGraph) -> None:
    with pytest.raises(ElementNotFound):
        draft_journey(webshop, customer=["Nobody"])


def test_what_the_customer_does_and_where_he_waits_is_asked(corpus: Path) -> None:
    graph = build_graph(cjbpmn.read_document(corpus / RESTAURANT))
    text = draft_journey(graph, customer=["Guest food consumption"])
    journey = cjbpmn.read_journey(text)
    assert journey.customer == "Guest food consumption"
    met = [one for step in journey.steps for one in step.at]
    assert met.index("Place order") < met.index("Pay money") < met.index("Eat meal")
    paying = text.partition("at: Pay money\n")[2].partition("- do:")[0]
    assert "the customer waits, and hears nothing for 2 steps inside" in paying
    assert "\n    waits:\n" in paying


def test_every_draft_is_read_and_enriches_its_model(corpus: Path) -> None:
    done = 0
    for path in sorted(corpus.rglob("*.bpmn"))[::12]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CjbpmnWarning)
            try:
                document = cjbpmn.read_document(path)
                graph = build_graph(document)
            except CjbpmnError:
                continue
            journey = read(graph)
            cjbpmn.enrich_document(document, journey, customer=sorted(graph.customers))
        done += 1
        assert len(journey.steps) >= 2, path
    assert done > 40
