"""What is thrown and caught, undone, or strikes while something else goes on."""

from __future__ import annotations

import math

import pytest
from drawing import Drawing, asked, only

from cjbpmn.distributions import Empirical, Uniform
from cjbpmn.waiting import WaitingReport


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


def within(drawing: Drawing, holder: str, *nodes: str, flows: str = "") -> None:
    """Draw into a sub-process that is drawn later."""
    drawing.pool("Org", *nodes, flows=flows, inside=holder)


def test_a_message_at_a_random_time_strikes_a_sub_process_in_some_cases(drawing: Drawing) -> None:
    within(drawing, "P", "startEvent s", "task A", "endEvent e", flows="s>A A>e")
    nodes = ("subProcess P", "boundaryEvent B message on=P", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>P P>E B>C C>F").message("F>Client")
    report = drawing.report({"A": 5, "B": Uniform(0, 10), "C": 1})
    # Half of the time the message comes within the 5 hours, after 2.5 on average.
    assert report.method == "sampled"
    assert only(report, "E").executions == pytest.approx(0.5, abs=0.03)
    late = only(report, "F")
    assert abs(late.expected - 3.5) <= 3 * late.standard_error


def test_a_message_at_a_random_time_begins_an_event_sub_process(drawing: Drawing) -> None:
    nodes = ("startEvent s message", "task X", "endEvent f message")
    within(drawing, "V", *nodes, flows="s>X X>f")
    asked(drawing, "task A", "subProcess V triggeredByEvent=true", flows="S>A A>E")
    report = drawing.message("Client>s", "f>Client").report({"A": 4, "s": Uniform(0, 8), "X": 1})
    assert only(report, "E").executions == pytest.approx(0.5, abs=0.03)
    asked_for = only(report, "s")
    assert abs(asked_for.expected - 2) <= 3 * asked_for.standard_error
    assert only(report, "f").expected == pytest.approx(1)


def test_an_error_is_caught_by_the_event_sub_process_of_its_process(drawing: Drawing) -> None:
    within(drawing, "V", "startEvent s error", "task X", "endEvent f message", flows="s>X X>f")
    nodes = ("task A", "exclusiveGateway G", "endEvent w error", "task B")
    asked(drawing, *nodes, "subProcess V triggeredByEvent=true", flows="S>A A>G G>w G>B B>E")
    report = drawing.message("f>Client").report(
        {"A": 2, "B": 9, "X": 1}, probabilities={"G-w": 0.3, "G-B": 0.7}
    )
    caught = only(report, "f")
    assert (caught.minimum, caught.expected, caught.maximum) == (3, 3, 3)
    assert caught.executions == pytest.approx(0.3)
    assert set(caught.body) == {"A", "G", "w", "V", "s", "X"}
    assert [leg.start for leg in caught.legs] == ["S"]
    assert report.ending == pytest.approx({"closed": 1.0})
    assert report.warnings == ()


def test_an_error_in_an_event_sub_process_is_for_those_around_it(drawing: Drawing) -> None:
    within(drawing, "V", "startEvent s error", "task X", "endEvent w error", flows="s>X X>w")
    inner = ("startEvent t", "task A", "endEvent v error", "subProcess V triggeredByEvent=true")
    within(drawing, "P", *inner, flows="t>A A>v")
    nodes = ("subProcess P", "boundaryEvent B error on=P", "task C")
    asked(drawing, *nodes, flows="S>P B>C C>E")
    report = drawing.report({"A": 2, "X": 3, "C": 1})
    assert only(report, "E").expected == pytest.approx(6)
    assert report.method == "exact"
    assert report.warnings == ()


def test_an_escalation_on_the_way_begins_an_event_sub_process_beside(drawing: Drawing) -> None:
    nodes = ("startEvent s escalation isInterrupting=false", "task X", "endEvent f message")
    within(drawing, "V", *nodes, flows="s>X X>f")
    asked(
        drawing,
        "task A",
        "intermediateThrowEvent T escalation",
        "task B",
        "subProcess V triggeredByEvent=true",
        flows="S>A A>T T>B B>E",
    )
    report = drawing.message("f>Client").report({"A": 2, "B": 3, "X": 1})
    assert only(report, "E").expected == pytest.approx(5)
    told = only(report, "f")
    assert told.expected == pytest.approx(3)
    assert set(told.body) == {"A", "T", "V", "s", "X"}
    assert (report.case.longest, report.case.gaps) == (3, 2)


def test_what_begins_beside_follows_on_the_contact_before(drawing: Drawing) -> None:
    nodes = ("startEvent s timer PT3H isInterrupting=false", "task X", "endEvent f message")
    within(drawing, "V", *nodes, flows="s>X X>f")
    asked(drawing, "task A", "subProcess V triggeredByEvent=true", flows="S>A A>E")
    report = drawing.message("f>Client").report({"A": 8, "X": 1})
    told = only(report, "f")
    assert [(leg.start, leg.expected) for leg in told.legs] == [("S", 4)]
    assert report.case.longest == 4


def test_to_cancel_a_transaction_undoes_what_was_done_in_it(drawing: Drawing) -> None:
    inner = (
        "startEvent s",
        "task A",
        "boundaryEvent u compensate on=A",
        "task H isForCompensation=true",
        "exclusiveGateway G",
        "endEvent x cancel",
        "endEvent e",
    )
    within(drawing, "P", *inner, flows="s>A A>G G>x G>e")
    drawing.bodies["P"].append('<association id="a" sourceRef="u" targetRef="H"/>')
    nodes = ("transaction P", "boundaryEvent B cancel on=P", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>P P>E B>C C>F").message("F>Client")
    report = drawing.report({"A": 2, "H": 1, "C": 4}, probabilities={"G-x": 0.25, "G-e": 0.75})
    undone = only(report, "F")
    assert (undone.minimum, undone.expected, undone.maximum) == (7, 7, 7)
    assert set(undone.body) == {"P", "s", "A", "H", "G", "x", "B", "C"}
    assert only(report, "E").expected == pytest.approx(2)
    assert report.case.wait == pytest.approx(0.25 * 7 + 0.75 * 2)


@pytest.mark.parametrize("first", ["B", "D"])
@pytest.mark.parametrize("hours", [2, Uniform(1, 3)])
def test_of_two_errors_at_most_one_strikes_in_whatever_order(first: str, hours: object) -> None:
    second = "D" if first == "B" else "B"
    nodes = ("task A", f"boundaryEvent {first} error on=A", f"boundaryEvent {second} error on=A")
    drawing = asked(
        Drawing(), *nodes, "endEvent F message", "endEvent G message", flows="S>A A>E B>F D>G"
    ).message("F>Client", "G>Client")
    report = drawing.report({"A": hours}, probabilities={"B": 0.2, "D": 0.3})
    often = {stretch.end: stretch.executions for stretch in report}
    assert often == pytest.approx({"E": 0.5, "F": 0.2, "G": 0.3})
    # Played many at once, or token by token, it is the same.
    near = 3 * math.sqrt(0.25 / max(report.samples, 1)) if report.samples else 1e-9
    assert report.case.wait == pytest.approx(2, abs=max(report.standard_error * 3, 1e-9))
    assert report.ending == pytest.approx({"closed": 1.0}, abs=near)


def test_errors_that_are_more_than_certain_are_scaled(drawing: Drawing) -> None:
    nodes = ("task A", "boundaryEvent B error on=A", "boundaryEvent D error on=A")
    asked(drawing, *nodes, "endEvent F message", "endEvent G message", flows="S>A A>E B>F D>G")
    report = drawing.message("F>Client", "G>Client").report(
        {"A": 1}, probabilities={"B": 0.9, "D": 0.6}
    )
    assert only(report, "F").executions == pytest.approx(0.6)
    assert only(report, "G").executions == pytest.approx(0.4)
    assert "normalised-probability:A" in report.warnings


def bounds(report: WaitingReport, end: str) -> tuple[float, float]:
    stretch = only(report, end)
    return stretch.minimum, stretch.maximum


def test_what_a_clock_ends_takes_no_longer_than_the_clock(drawing: Drawing) -> None:
    within(drawing, "P", "startEvent s", "task A", "task D", "endEvent e", flows="s>A A>D D>e")
    nodes = ("subProcess P", "boundaryEvent B timer PT4H on=P", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>P P>E B>C C>F").message("F>Client")
    report = drawing.report({"A": Uniform(0, 4), "D": 2, "C": 1})
    assert bounds(report, "E") == (2, 4)
    assert bounds(report, "F") == (5, 5)
    assert report.case.wait_max == 5


def test_a_clock_also_bounds_what_goes_round_and_round(drawing: Drawing) -> None:
    nodes = ("exclusiveGateway J", "task A", "exclusiveGateway X", "endEvent e")
    within(drawing, "P", "startEvent s", *nodes, flows="s>J J>A A>X X>J X>e")
    border = ("subProcess P", "boundaryEvent B timer PT5H on=P", "task C", "endEvent F message")
    asked(drawing, *border, flows="S>P P>E B>C C>F").message("F>Client")
    report = drawing.report({"A": 2, "C": 1}, probabilities={"X-J": 0.5, "X-e": 0.5})
    # Twice, or else the third time is cut off after an hour.
    assert bounds(report, "E") == (2, 4)
    assert bounds(report, "F") == (6, 6)
    assert (report.case.wait_min, report.case.wait_max) == (2, 6)


def test_a_message_strikes_before_the_work_is_done_or_not_at_all(drawing: Drawing) -> None:
    within(drawing, "P", "startEvent s", "task A", "task D", "endEvent e", flows="s>A A>D D>e")
    nodes = ("subProcess P", "boundaryEvent B message on=P", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>P P>E B>C C>F").message("F>Client")
    report = drawing.report({"A": 3, "D": 2, "B": Uniform(0, 10), "C": 1})
    assert bounds(report, "F") == (1, 6)
    assert report.case.wait_max == 6


def test_who_loses_against_a_clock_is_not_waited_for(drawing: Drawing) -> None:
    nodes = (
        "task A",
        "eventBasedGateway G",
        "intermediateCatchEvent M message",
        "intermediateCatchEvent Q timer PT5H",
        "task B",
        "task D",
        "endEvent F message",
    )
    asked(drawing, *nodes, flows="S>A A>G G>M G>Q M>B B>E Q>D D>F")
    drawing.pool(
        "Supplier", "startEvent s message", "task W", "endEvent e message", flows="s>W W>e"
    )
    drawing.message("A>s", "e>M", "F>Client")
    report = drawing.report({"A": 1, "B": 1, "D": 2, "W": Uniform(2, 10)})
    assert bounds(report, "E") == (4, 7)
    assert bounds(report, "F") == (8, 8)


def test_to_terminate_a_sub_process_cuts_off_work_that_meets_nobody(drawing: Drawing) -> None:
    nodes = ("startEvent s", "parallelGateway G", "task A", "task B", "endEvent e")
    within(drawing, "P", *nodes, "endEvent x terminate", flows="s>G G>A G>B A>e B>x")
    asked(drawing, "subProcess P", "task C", flows="S>P P>C C>E")
    report = drawing.report({"A": Uniform(3, 8), "B": Uniform(1, 3), "C": 4})
    stretch = only(report, "E")
    # B is always done first, after 2 hours on average, and A does not matter.
    assert abs(stretch.expected - 6) <= 3 * stretch.standard_error
    assert stretch.how == "sampled"
    assert stretch.maximum <= 7


def test_of_clocks_at_the_same_moment_the_inner_one_comes_first(drawing: Drawing) -> None:
    nodes = (
        "startEvent s",
        "task A",
        "boundaryEvent b timer PT4H on=A",
        "endEvent e",
        "endEvent f",
    )
    within(drawing, "P", *nodes, flows="s>A A>e b>f")
    border = ("subProcess P", "boundaryEvent B timer PT4H on=P", "endEvent F message")
    asked(drawing, *border, flows="S>P P>E B>F").message("F>Client")
    report = drawing.report({"A": 9})
    # The sub-process is done when its own clock rings: what is done in time wins.
    assert only(report, "E").executions == 1
    assert not only(report, "F").executions


def test_what_begins_beside_may_follow_closely_on_a_contact(drawing: Drawing) -> None:
    inner = ("startEvent t timer PT2H isInterrupting=false", "task X", "endEvent g message")
    within(drawing, "V", *inner, flows="t>X X>g")
    nodes = ("task A", "sendTask N", "task B", "subProcess V triggeredByEvent=true")
    asked(drawing, *nodes, flows="S>A A>N N>B B>E").message("N>Client", "g>Client")
    report = drawing.report({"A": Uniform(0, 3), "N": 0, "B": 5, "X": 0})
    told = only(report, "g")
    # Two hours after the begin, or sooner after the news that came in between.
    assert told.minimum == pytest.approx(0, abs=0.01)
    assert told.maximum == 2
    assert {leg.start for leg in told.legs} == {"S", "N"}


def test_work_that_is_cut_off_before_its_contact_is_part_of_the_next_wait(drawing: Drawing) -> None:
    nodes = ("sendTask A", "boundaryEvent T timer PT4H on=A", "task B", "endEvent F message")
    asked(drawing, *nodes, flows="S>A A>E T>B B>F").message("A>Client", "F>Client")
    report = drawing.report({"A": Uniform(0, 8), "B": 1})
    late = only(report, "F")
    assert (late.starts, late.body, late.expected) == (("S",), ("A", "T", "B"), 5)
    assert [leg.start for leg in late.legs] == ["S"]
    assert only(report, "A").maximum == 4


def test_a_customer_who_gives_up_has_waited_as_well(drawing: Drawing) -> None:
    drawing.pool(
        "Client",
        "startEvent cs",
        "task Ask",
        "receiveTask Answer",
        "boundaryEvent T timer PT4H on=Answer",
        "task Call",
        "endEvent ce",
        "endEvent cf",
        flows="cs>Ask Ask>Answer Answer>ce T>Call Call>cf",
    )
    drawing.pool("Org", "startEvent S message", "task A", "endEvent E message", flows="S>A A>E")
    report = drawing.message("Ask>S", "E>Answer").report({"A": Empirical((2, 7)), "Call": 1})
    called = only(report, "Call")
    assert (called.starts, called.body) == (("Ask",), ("Answer", "T"))
    assert (called.executions, called.expected) == (0.5, 4)
    # Until the answer at 2; or until the call at 4, and after it until 7.
    assert report.case.wait == pytest.approx(0.5 * 2 + 0.5 * (4 + 2))


def test_a_question_meanwhile_does_not_shorten_the_wait_for_the_answer(drawing: Drawing) -> None:
    """The clerk works on, whoever asks: the wait for the answer began with the order."""
    drawing.pool(
        "Client",
        "startEvent cs",
        "task Order",
        "parallelGateway G",
        "task Think",
        "sendTask Ask",
        "intermediateCatchEvent Status message",
        "endEvent x",
        "intermediateCatchEvent Answer message",
        "endEvent ce",
        flows="cs>Order Order>G G>Think Think>Ask Ask>Status Status>x G>Answer Answer>ce",
    )
    drawing.pool(
        "Org",
        "startEvent S message",
        "task A",
        "boundaryEvent B message on=A free",
        "sendTask Tell",
        "endEvent e",
        "endEvent E message",
        flows="S>A A>E B>Tell Tell>e",
    )
    drawing.message("Order>S", "Ask>B", "Tell>Status", "E>Answer")
    report = drawing.report({"Order": 0, "A": 8, "Think": 3, "Ask": 0, "Tell": 1})
    answer = only(report, "E")
    assert (answer.starts, answer.expected) == (("S",), 8)
    assert [leg.start for leg in answer.legs] == ["S"]
    assert only(report, "Tell").expected == 1
    assert (report.case.wait, report.case.longest, report.case.occupied) == (5, 4, 3)


def test_of_an_event_sub_process_that_nothing_begins_nobody_knows_how_often(
    drawing: Drawing,
) -> None:
    within(drawing, "V", "startEvent s error", "task X", "endEvent f message", flows="s>X X>f")
    asked(drawing, "task A", "subProcess V triggeredByEvent=true", flows="S>A A>E")
    report = drawing.message("f>Client").report({"A": 4, "X": 1})
    assert only(report, "f").executions is None
    assert only(report, "E").executions == 1
