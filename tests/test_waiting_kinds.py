"""Waiting in small models of many kinds, drawn here, with figures worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from drawing import Drawing, asked, only

from cjbpmn.distributions import Empirical, Uniform
from cjbpmn.document import read_document
from cjbpmn.graph import build_graph
from cjbpmn.waiting import find_waiting_stretches


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


def test_inclusive_without_a_default_takes_at_least_one(drawing: Drawing) -> None:
    nodes = ("inclusiveGateway X", "task A", "task B", "inclusiveGateway J")
    asked(drawing, *nodes, flows="S>X X>A X>B A>J B>J J>E")
    report = drawing.report({"A": 4, "B": 6}, probabilities={"X-A": 0.5, "X-B": 0.5})
    assert only(report, "E").expected == pytest.approx((4 + 6 + 6) / 3)
    assert report.warnings == ("conditioned-inclusive:X",)


def test_probabilities_that_do_not_add_up_are_normalised(drawing: Drawing) -> None:
    asked(drawing, "exclusiveGateway X", "task A", "task B", flows="S>X X>A X>B A>E B>E")
    report = drawing.report({"A": 4, "B": 8}, probabilities={"X-A": 0.3, "X-B": 0.1})
    assert only(report, "E").expected == pytest.approx(5)
    assert report.warnings == ("normalised-probability:X",)


def test_alternatives_and_parallel_work_in_a_loop(drawing: Drawing) -> None:
    drawing.bodies["L"] = []
    nodes = (
        "exclusiveGateway M",
        "parallelGateway F",
        "exclusiveGateway X",
        "task A",
        "task B",
        "task C",
        "exclusiveGateway Y",
        "parallelGateway J",
        "exclusiveGateway R",
    )
    asked(drawing, *nodes, flows="S>M M>F F>X X>A X>B A>Y B>Y Y>J F>C C>J J>R R>M R>E")
    report = drawing.report(
        {"A": 2, "B": 6, "C": 4},
        probabilities={"X-A": 0.5, "X-B": 0.5, "R-M": 0.6, "R-E": 0.4},
    )
    # One round takes max(2 or 6, 4), 5 on average; there are 1 / 0.4 rounds.
    stretch = only(report, "E")
    assert report.method == "exact"
    assert stretch.expected == pytest.approx(12.5, abs=1e-9)
    assert (stretch.minimum, stretch.maximum) == (4, math.inf)
    assert report.case.wait == pytest.approx(12.5, abs=1e-9)


def test_sequential_instances_add_up(drawing: Drawing) -> None:
    asked(drawing, "task A", flows="S>A A>E")
    drawing.bodies["Org"] = [
        line.replace(
            'name="A">',
            'name="A"><multiInstanceLoopCharacteristics isSequential="true">'
            "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>",
        )
        for line in drawing.bodies["Org"]
    ]
    stretch = only(drawing.report({"A": Uniform(1, 3)}), "E")
    assert stretch.expected == pytest.approx(6, abs=4 * stretch.standard_error + 1e-9)
    assert (stretch.minimum, stretch.maximum) == (3, 9)


def test_an_error_with_a_probability_strikes_when_the_work_would_be_done(drawing: Drawing) -> None:
    drawing.pool("Org", "startEvent s", "task A", "endEvent e", flows="s>A A>e", inside="P")
    nodes = ("subProcess P", "boundaryEvent B error on=P", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>P P>E B>C C>F").message("F>Client")
    report = drawing.report({"A": 2, "C": 3}, probabilities={"B": 0.25})
    assert only(report, "E").executions == pytest.approx(0.75)
    assert only(report, "F").executions == pytest.approx(0.25)
    assert only(report, "F").expected == 5
    assert only(report, "F").body == ("P", "s", "A", "e", "B", "C")
    assert report.warnings == ("boundary-at-completion:B",)


def test_an_error_of_which_nothing_is_known_is_listed_without_figures(drawing: Drawing) -> None:
    nodes = ("task A", "boundaryEvent B error on=A", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>A A>E B>C C>F").message("F>Client")
    stretch = only(drawing.report({"A": 2, "C": 3}), "F")
    assert (stretch.executions, stretch.expected) == (None, None)
    assert not stretch.unreachable


def test_a_deadline_on_a_sub_process(drawing: Drawing) -> None:
    drawing.pool("Org", "startEvent s", "task A", "endEvent e", flows="s>A A>e", inside="P")
    nodes = ("subProcess P", "boundaryEvent B timer PT6H on=P", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>P P>E B>C C>F").message("F>Client")
    report = drawing.report({"A": Uniform(0, 10), "C": 2})
    assert (only(report, "E").minimum, only(report, "E").maximum) == (0, 6)
    assert (only(report, "F").minimum, only(report, "F").maximum) == (8, 8)
    assert report.case.wait_max == 8
    assert only(report, "F").executions == pytest.approx(0.4, abs=0.02)


def test_nobody_ever_answers(drawing: Drawing) -> None:
    drawing.pool("Org", "startEvent S message", "task A", "endEvent e", flows="S>A A>e")
    drawing.pool("Client").message("Client>S")
    report = drawing.report({"A": 5})
    assert report.ending == {"no_reply": 1.0}
    assert report.warnings == ("no-reply:S",)
    assert [tail.as_dict() for tail in report.tail] == [
        {
            "kind": "no_reply",
            "start": "S",
            "probability": 1.0,
            "processing_expected": 5.0,
            "body": ["A"],
        }
    ]


def test_one_of_several_starts_begins(drawing: Drawing) -> None:
    drawing.pool("Org", "startEvent R", "task B", flows="R>B B>A")
    asked(drawing, "task A", flows="S>A A>E")
    report = drawing.report({"A": 2, "B": 4}, probabilities={"R": 0.25, "S": 0.75})
    legs = {leg.start: leg for leg in only(report, "E").legs}
    assert legs["S"].share == pytest.approx(0.75)
    assert (legs["S"].expected, legs[None].expected) == (2, 6)
    assert report.case.wait == pytest.approx(0.75 * 2)


def test_a_supplier_in_the_middle_is_a_partner_and_two_handoffs(drawing: Drawing) -> None:
    drawing.pool(
        "Supplier", "startEvent p message", "task P", "endEvent q message", flows="p>P P>q"
    )
    nodes = ("task A", "intermediateCatchEvent M message", "task B")
    asked(drawing, *nodes, flows="S>A A>M M>B B>E").message("A>p", "q>M")
    stretch = only(drawing.report({"A": 1, "P": 10, "B": 2}), "E")
    assert stretch.expected == 13
    assert stretch.partners == ("Supplier",)
    assert stretch.handoffs == (("A", "P"), ("P", "B"))


def test_a_customer_who_asks_while_waiting(drawing: Drawing) -> None:
    drawing.pool(
        "Client",
        "startEvent cs",
        "task Order",
        "eventBasedGateway W",
        "intermediateCatchEvent Answer message",
        "intermediateCatchEvent Patience timer PT24H",
        "task Ask",
        "intermediateCatchEvent Late message",
        "endEvent ce",
        flows="cs>Order Order>W W>Answer W>Patience Patience>Ask Ask>Late Answer>ce Late>ce",
    )
    drawing.pool("Org", "startEvent S message", "task A", "endEvent E message", flows="S>A A>E")
    drawing.message("Order>S", "E>Answer", "E>Late")
    report = drawing.report({"A": Empirical((10, 30))})
    # In half of the cases the customer asks after 24 hours, and has the answer 6 hours later.
    assert only(report, "E").expected == pytest.approx(20)
    assert only(report, "Ask").executions == pytest.approx(0.5)
    assert report.case.longest == pytest.approx((10 + 24) / 2)
    assert report.case.wait == pytest.approx(20)
    assert report.ending == {"closed": 1.0}


def test_a_contact_inside_a_sub_process_cuts_the_wait(drawing: Drawing) -> None:
    drawing.pool(
        "Org",
        "startEvent s",
        "task A",
        "intermediateThrowEvent N message",
        "task B",
        "endEvent e",
        flows="s>A A>N N>B B>e",
        inside="P",
    )
    asked(drawing, "subProcess P", flows="S>P P>E").message("N>Client")
    report = drawing.report({"A": 2, "B": 3})
    assert only(report, "N").starts == ("S",)
    assert only(report, "E").starts == ("N",)
    assert (only(report, "N").expected, only(report, "E").expected) == (2, 3)


def test_a_silent_branch_beside_the_answer_is_no_dead_end(drawing: Drawing) -> None:
    asked(
        drawing, "parallelGateway F", "task A", "task B", "endEvent e", flows="S>F F>A A>E F>B B>e"
    )
    report = drawing.report({"A": 2, "B": 9})
    assert report.ending == {"closed": 1.0}
    assert report.case.wait == 2


def test_messages_that_cross_are_kept(drawing: Drawing) -> None:
    """The naive rule, that a task with a message waits for it first, gets stuck here."""
    drawing.pool("Client", "startEvent cs", "task Pay", "endEvent ce", flows="cs>Pay Pay>ce")
    drawing.pool("Org", "startEvent S", "task Collect", "endEvent e", flows="S>Collect Collect>e")
    drawing.message("Pay>Collect", "Collect>Pay")
    report = drawing.report({"Pay": 1, "Collect": 1})
    assert report.ending == {"closed": 1.0}
    assert report.case.journey == 1


def test_a_partner_who_never_writes_leaves_the_case_stuck(drawing: Drawing) -> None:
    drawing.pool(
        "Client", "startEvent cs", "receiveTask Wait", "endEvent ce", flows="cs>Wait Wait>ce"
    )
    nodes = ("startEvent S", "exclusiveGateway X", "task A", "endEvent E message", "endEvent e")
    drawing.pool("Org", *nodes, flows="S>X X>A A>E X>e").message("E>Wait")
    report = drawing.report({"A": 1}, probabilities={"X-A": 0.75, "X-e": 0.25})
    assert report.ending == pytest.approx({"closed": 0.75, "stuck": 0.25})
    assert "no-message:Wait" in report.warnings


def test_an_endless_loop_is_stopped_and_named(drawing: Drawing) -> None:
    asked(drawing, "exclusiveGateway M", "task A", flows="S>M M>A A>M")
    report = drawing.report({"A": 1})
    assert report.method == "none"
    assert any(warning.startswith("livelock:") for warning in report.warnings)


def test_a_flood_of_tokens_is_stopped_and_named(drawing: Drawing) -> None:
    asked(drawing, "exclusiveGateway M", "task A", flows="S>M M>A A>M A>E")
    report = drawing.report({"A": 1})
    assert report.method == "none"
    assert any(warning.startswith(("token-flood:", "livelock:")) for warning in report.warnings)


def test_processes_that_call_each_other_are_not_followed_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "calls.bpmn"
    path.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
        'targetNamespace="x"><collaboration id="c"><participant id="Client" name="Client"/>'
        '<participant id="Org" processRef="p"/><messageFlow id="m" sourceRef="Client" '
        'targetRef="S"/></collaboration><process id="p"><startEvent id="S"/>'
        '<callActivity id="A" calledElement="q"/><sequenceFlow id="f" sourceRef="S" '
        'targetRef="A"/></process><process id="q"><callActivity id="B" calledElement="p"/>'
        "</process></definitions>"
    )
    report = find_waiting_stretches(build_graph(read_document(path)), customer=["Client"])
    assert any(warning.startswith("call-cycle:") for warning in report.warnings)


def test_a_million_instances_are_bounded(drawing: Drawing) -> None:
    asked(drawing, "task A", flows="S>A A>E")
    drawing.bodies["Org"] = [
        line.replace(
            'name="A">',
            'name="A"><multiInstanceLoopCharacteristics isSequential="true">'
            "<loopCardinality>1000000</loopCardinality></multiInstanceLoopCharacteristics>",
        )
        for line in drawing.bodies["Org"]
    ]
    assert drawing.report({"A": 1}).case.wait == 1_000_000
    report = drawing.report({"A": Uniform(0, 2)})
    assert "too-many-instances:A" in report.warnings


@pytest.mark.parametrize("hours", [1, Uniform(0, 2)])
def test_a_customer_who_goes_on_for_some_unknown_time_was_told_last(
    drawing: Drawing, hours: object
) -> None:
    """The guest hands in the buzzer, and eats: what the waiter does with the buzzer is no matter."""
    drawing.pool(
        "Client",
        "startEvent cs",
        "task Order",
        "intermediateCatchEvent Meal message",
        "sendTask Buzzer",
        "task Eat",
        "endEvent ce",
        flows="cs>Order Order>Meal Meal>Buzzer Buzzer>Eat Eat>ce",
    )
    drawing.pool(
        "Org",
        "startEvent S message",
        "task Cook",
        "sendTask Serve",
        "task Stow",
        "endEvent e",
        flows="S>Cook Cook>Serve Serve>Stow Stow>e",
    )
    drawing.message("Order>S", "Serve>Meal", "Buzzer>Stow")
    report = drawing.report({"Cook": hours})
    assert report.ending == pytest.approx({"closed": 1.0})
    # If the guest eats in no time at all, stowing it away is what goes on last.
    report = drawing.report({"Cook": hours, "Eat": 0, "Buzzer": 0, "Order": 0, "Serve": 0})
    assert report.ending == pytest.approx({"no_reply": 1.0})


@pytest.mark.parametrize("hours", [1, Uniform(0, 2)])
def test_a_customer_who_only_asked_is_never_answered(drawing: Drawing, hours: object) -> None:
    drawing.pool("Client", "startEvent cs", "sendTask Ask", "endEvent ce", flows="cs>Ask Ask>ce")
    drawing.pool("Org", "startEvent S message", "task A", "endEvent e", flows="S>A A>e")
    report = drawing.message("Ask>S").report({"A": hours})
    assert report.ending == pytest.approx({"no_reply": 1.0})
