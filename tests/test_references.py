from __future__ import annotations

import models
import pytest

from cjbpmn.document import read_document
from cjbpmn.errors import AmbiguousReference, ElementNotFound
from cjbpmn.graph import build_graph
from cjbpmn.references import References

MODEL = models.definitions(
    """  <collaboration id="c">
    <participant id="guest" name="Guest" processRef="p1"/>
    <participant id="shop" name="Shop" processRef="p2"/>
    <messageFlow id="m1" sourceRef="order1" targetRef="take"/>
    <messageFlow id="m2" sourceRef="give" targetRef="order2"/>
  </collaboration>
  <process id="p1"><task id="order1" name="Order&#10;meal"/><task id="order2" name="Get meal"/>
    <task id="wait" name="Wait"/></process>
  <process id="p2">
    <laneSet id="l"><lane id="desk" name="Desk"><flowNodeRef>take</flowNodeRef></lane>
      <lane id="hatch" name="Hatch"><flowNodeRef>give</flowNodeRef><flowNodeRef>w2</flowNodeRef></lane></laneSet>
    <task id="take" name="Take order"/><task id="give" name="Get meal"/>
    <task id="w2" name="Wait"/><task id="w3" name="Wait / rest"/>
    <subProcess id="sub" name="Cook"><task id="fry" name="Fry"/></subProcess>
    <task id="twin"/><task id="twin"/>
  </process>"""
)


@pytest.fixture
def references() -> References:
    return References(build_graph(read_document(MODEL)))


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("order1", "order1"),
        ("Order meal", "order1"),
        ("  order   MEAL ", "order1"),
        ("Guest / Get meal", "order2"),
        ("Hatch / Get meal", "give"),
        ("Shop / Wait", "w2"),
        ("Wait / rest", "w3"),
        ("Cook / Fry", "fry"),
        ("Order meal -> Take order", "m1"),
        ("Shop / Get meal -> Guest / Get meal", "m2"),
        ("Get meal -> Get meal", "m2"),
        ("Guest", "guest"),
        ("Desk", "desk"),
    ],
)
def test_a_reference_means_one_thing(references: References, reference: str, meant: str) -> None:
    assert references.resolve(reference) == (meant,)


def test_the_customer_goes_first() -> None:
    graph = build_graph(read_document(MODEL))
    assert References(graph, frozenset({"guest"})).resolve("Get meal") == ("order2",)


def test_nothing_is_picked_silently(references: References) -> None:
    with pytest.raises(AmbiguousReference) as caught:
        references.resolve("Get meal", path="j.yaml", line=7)
    assert str(caught.value) == (
        'j.yaml:7: "Get meal" is 2 things: "Get meal" (id order2, in Guest); '
        '"Get meal" (id give, in Shop / Hatch). Write its id, or "Pool / name"'
    )


def test_what_is_not_there_is_said_with_what_is_near(references: References) -> None:
    with pytest.raises(ElementNotFound, match=r'called "Take ordr". Did you mean "Take order" \('):
        references.resolve("Take ordr")
    with pytest.raises(ElementNotFound, match="write a name or an id of the model"):
        references.resolve("Qqq")
    with pytest.raises(ElementNotFound):
        references.resolve("Take order -> Order meal")


def test_an_id_that_several_elements_share_is_refused(references: References) -> None:
    with pytest.raises(AmbiguousReference, match="several elements share the id twin"):
        references.resolve("twin")
