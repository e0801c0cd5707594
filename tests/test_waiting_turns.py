"""Whose turn it is while the customer waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from cjbpmn.document import read_document
from cjbpmn.graph import build_graph
from cjbpmn.waiting import find_waiting_stretches
from cjbpmn.waiting.turns import Turn, whose_turn

CASES = Path(__file__).parent / "waiting_cases"

TO_AND_FRO = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <collaboration id="c">
    <participant id="customer" name="Customer"/>
    <participant id="office" name="Office" processRef="p"/>
    <messageFlow id="m1" sourceRef="customer" targetRef="applied"/>
    <messageFlow id="m2" sourceRef="customer" targetRef="chased"/>
    <messageFlow id="m3" sourceRef="ask" targetRef="customer"/>
    <messageFlow id="m4" sourceRef="customer" targetRef="answered"/>
    <messageFlow id="m5" sourceRef="decide" targetRef="customer"/>
    <messageFlow id="m6" sourceRef="remind" targetRef="customer"/>
  </collaboration>
  <process id="p">
    <startEvent id="applied"><messageEventDefinition/></startEvent>
    <task id="look"/>
    <receiveTask id="chased"/>
    <sendTask id="ask"/>
    <task id="prepare"/>
    <receiveTask id="answered"/>
    <sendTask id="decide"/>
    <sendTask id="remind"/>
    <sequenceFlow id="f1" sourceRef="applied" targetRef="look"/>
    <sequenceFlow id="f2" sourceRef="look" targetRef="chased"/>
    <sequenceFlow id="f3" sourceRef="chased" targetRef="ask"/>
    <sequenceFlow id="f4" sourceRef="ask" targetRef="prepare"/>
    <sequenceFlow id="f5" sourceRef="prepare" targetRef="answered"/>
    <sequenceFlow id="f6" sourceRef="answered" targetRef="decide"/>
    <sequenceFlow id="f7" sourceRef="decide" targetRef="remind"/>
  </process>
</definitions>"""


def turns(source: Path | bytes, *customer: str) -> dict[tuple[str, str], str]:
    report = find_waiting_stretches(build_graph(read_document(source)), customer=customer)
    return {(start, one.end): turn for one in report for start, turn in one.turns.items()}


def test_each_kind_of_silence_has_a_name() -> None:
    assert turns(TO_AND_FRO) == {
        ("applied", "chased"): Turn.CHASE,
        ("chased", "ask"): Turn.RESPONSE,
        ("ask", "answered"): Turn.OWN,
        ("answered", "decide"): Turn.RESPONSE,
        ("decide", "remind"): Turn.UPDATE,
    }


@pytest.mark.parametrize(
    ("case", "customer", "expected"),
    [
        ("W01", "Customer", {("T1", "T2"): Turn.RESPONSE}),
        ("W31", "Client", {("T1", "T2"): Turn.UPDATE}),
        ("W33", "Client", {("S", "B"): Turn.RESPONSE}),
        ("W56", "Client", {("SP", "SP#out"): Turn.RESPONSE, ("SP#out", "E"): Turn.UPDATE}),
    ],
)
def test_worked_cases(case: str, customer: str, expected: dict[tuple[str, str], str]) -> None:
    assert turns(CASES / f"{case}.bpmn", customer) == expected


def test_a_meeting_of_both_is_heard_of_and_acted_in() -> None:
    assert whose_turn("both", "out") is Turn.RESPONSE
    assert whose_turn("out", "both") is Turn.UPDATE
    assert whose_turn("both", "in") is Turn.CHASE


def test_to_read_a_letter_is_to_be_heard_of(corpus: Path) -> None:
    """The guest takes the buzzer, an activity of the guest's; it was the employee who gave it."""
    found = turns(
        corpus / "camunda-research/English/04-Self-service-restaurant/03-Solution"
        "/self-service-restaurant.bpmn"
    )
    assert Turn.CHASE not in found.values()
    assert Turn.UPDATE in found.values()
