"""Percentiles, shares, curves and promises: what one customer perceives, worked out by hand."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from drawing import Drawing, asked, only
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.distributions import Empirical, exponential
from cjbpmn.durations import read_timings
from cjbpmn.errors import InvalidValue
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Journey, Norm, Step
from cjbpmn.report.exports import to_csv
from cjbpmn.report.waits import ModelWaits
from cjbpmn.timespan import parse_timespan
from cjbpmn.waiting import Spread, WaitingReport, find_waiting_stretches

TOLD = ("task A", "sendTask B", "task C")
FLOWS = "S>A A>B B>C C>E"
DURATIONS = {"A": Empirical((2, 10), (0.75, 0.25)), "B": 1, "C": 5}


def two_waits() -> Drawing:
    """S, then A and B, told at the end of B; then C, and E."""
    return asked(Drawing(), *TOLD, flows=FLOWS).message("B>Client")


def with_journey(graph: ProcessGraph, *steps: Step, norms: tuple[Norm, ...] = ()) -> WaitingReport:
    journey = Journey("A journey", steps=steps, norms=norms)
    graph = replace(graph, journeys=(journey,))
    known = {name: time for name, time in DURATIONS.items() if name in graph.nodes}
    return find_waiting_stretches(graph, known, ["Client"])


def test_any_percentile_of_a_stretch_and_of_a_case() -> None:
    report = two_waits().report(DURATIONS)
    told = only(report, "B")
    assert [told.spread.percentile(share) for share in (0, 0.5, 0.75, 0.76, 1)] == [3, 3, 3, 11, 11]
    assert told.spread.above(3) == pytest.approx(0.25)
    assert told.spread.above(11) == 0
    assert told.spread.excess(5) == pytest.approx(0.25 * 6)
    assert report.case.waits.percentile(0.5) == 8
    assert report.case.waits.percentile(0.9) == 16
    assert report.case.journeys.percentile(0.9) == 16
    assert report.case.silences.percentile(0.5) == 5
    assert report.case.silences.percentile(0.9) == 11
    assert report.case.share == 1


def test_own_time_is_a_part_of_the_journey_and_no_waiting() -> None:
    drawing = Drawing().pool("Client", "startEvent S", "task T", flows="S>T T>R", inside=None)
    drawing.pool("Client", "task R", "endEvent E", flows="R>E")
    report = drawing.report({"T": 3, "R": 1})
    assert report.case.share == 0
    assert report.case.curve == ()


def test_the_curve_of_accumulated_waiting() -> None:
    report = two_waits().report(DURATIONS)
    # All wait from the begin; a quarter of them goes on after 8 hours, until 16.
    assert report.case.curve == ((0, 0), (3, 3), (8, 8), (11, 8.75), (16, 10))
    assert report.case.wait == pytest.approx(10)


def test_the_curve_is_flat_while_the_customer_is_busy() -> None:
    nodes = ("task A", "intermediateCatchEvent B message", "task C")
    drawing = asked(Drawing(), *nodes, flows=FLOWS).message("Client>B")
    report = drawing.report({"A": 2, "B": 10, "C": 1})
    assert report.case.curve == ((0, 0), (2, 2), (12, 2), (13, 3))
    assert report.case.share == pytest.approx(3 / 13)


def in_lanes(drawing: Drawing, **lanes: str) -> Drawing:
    said = "".join(
        f'<lane id="lane-{name}" name="{name}">'
        + "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes.split())
        + "</lane>"
        for name, nodes in lanes.items()
    )
    drawing.bodies["Org"].insert(0, f'<laneSet id="lanes">{said}</laneSet>')
    return drawing


def test_who_comes_last_is_responsible() -> None:
    nodes = ("parallelGateway F", "task A", "task B", "task D", "parallelGateway J")
    drawing = asked(Drawing(), *nodes, flows="S>F F>A F>B A>J B>J J>D D>E")
    in_lanes(drawing, Sales="A", Stock="B", Billing="D S E F J")
    wait = only(drawing.report({"A": Empirical((1, 9)), "B": 4, "D": 2}), "E")
    assert wait.by_lane == pytest.approx({"Sales": 4.5, "Stock": 2, "Billing": 2})
    assert wait.by_cause == {"work": 8.5}
    assert list(wait.by_lane) == ["Sales", "Billing", "Stock"]


def test_causes_are_work_partners_timers_and_what_is_outside() -> None:
    drawing = asked(
        Drawing(),
        "task A",
        "intermediateCatchEvent T timer PT3H",
        "intermediateThrowEvent Q message",
        "intermediateCatchEvent W message",
        "intermediateCatchEvent O signal",
        flows="S>A A>T T>Q Q>W W>O O>E",
    )
    drawing.pool(
        "Bank", "startEvent SB message", "task P", "endEvent EB message", flows="SB>P P>EB"
    )
    drawing.message("Q>SB", "EB>W")
    report = drawing.report({"A": 2, "P": 7, "O": 1})
    assert only(report, "E").by_cause == {"partner": 7, "timer": 3, "work": 2, "outside": 1}
    assert report.case.by_cause == only(report, "E").by_cause
    assert only(report, "E").by_lane == {"Bank": 7, "Org": 6}


def test_a_message_that_came_early_is_not_what_one_waits_for() -> None:
    drawing = asked(
        Drawing(),
        "intermediateThrowEvent Q message",
        "task A",
        "intermediateCatchEvent W message",
        flows="S>Q Q>A A>W W>E",
    )
    drawing.pool(
        "Bank", "startEvent SB message", "task P", "endEvent EB message", flows="SB>P P>EB"
    )
    drawing.message("Q>SB", "EB>W")
    assert only(drawing.report({"A": 9, "P": 4}), "E").by_lane == {"Org": 9}
    assert only(drawing.report({"A": 4, "P": 9}), "E").by_lane == {"Bank": 9}


def test_a_deadline_ends_what_one_waits_for() -> None:
    nodes = ("task A", "boundaryEvent T timer PT5H on=A", "task B")
    drawing = asked(Drawing(), *nodes, flows="S>A A>E T>B B>E")
    wait = only(drawing.report({"A": 8, "B": 1}), "E")
    assert wait.by_cause == {"timer": 5, "work": 1}
    assert only(drawing.report({"A": 4, "B": 1}), "E").by_cause == {"work": 4}


def test_loops_and_sub_processes_hand_their_time_on() -> None:
    drawing = Drawing()
    drawing.pool(
        "P", "startEvent s", "task A", "task B", "endEvent e", flows="s>A A>B B>e", inside="P"
    )
    asked(drawing, "subProcess P", "task C", flows="S>P P>C C>E")
    in_lanes(drawing, Sales="P", Stock="C S E")
    wait = only(drawing.report({"A": 1, "B": 2, "C": 4}), "E")
    assert wait.by_lane == {"Stock": 4, "Sales": 3}


def test_what_nobody_knows_the_length_of_is_in_no_share() -> None:
    wait = only(two_waits().report({"C": 5}), "B")
    assert wait.lower_bound
    assert wait.by_lane == {}


def test_phases_add_up_to_the_wait() -> None:
    drawing = Drawing().pool(
        "Client", "startEvent S", "task T", "task R", "endEvent E", flows="S>T T>R R>E"
    )
    drawing.pool(
        "Org", "startEvent SO message", "task A", "task B", "endEvent EO", flows="SO>A A>B B>EO"
    )
    drawing.message("T>SO", "A>R")
    graph = drawing.graph()
    report = with_journey(
        graph, Step("I ask", phase="Ask", element="T"), Step("I hear", phase="Hear", element="R")
    )
    assert report.case.wait == pytest.approx(4)
    assert report.case.by_phase == pytest.approx({"Hear": 4})
    assert with_journey(graph, Step("I ask", element="T")).case.by_phase == {}


def test_promises_in_norms_are_judged() -> None:
    graph = two_waits().graph()
    norms = (
        Norm("Told in 8 hours", to="B", at_most=parse_timespan("8 h")),
        Norm("All done in 8 hours", from_="S", to="E", at_most=parse_timespan("8 h")),
        Norm("Five stars", to="E"),
        Norm("Nobody knows that place", to="X", at_most=parse_timespan("8 h")),
    )
    told, done = with_journey(graph, norms=norms).promises
    assert (told.text, told.end, told.hours, told.source) == ("Told in 8 hours", "B", 8, "norm")
    assert told.broken == pytest.approx(0.25)
    assert told.excess == pytest.approx(0.25 * 3)
    assert told.kept == 11
    assert done.broken == pytest.approx(0.25)
    assert done.kept == 16


def test_a_promise_about_a_wait_that_was_worked_out_is_not_sampled() -> None:
    graph = asked(Drawing(), "task A", "task B", flows="S>A A>B B>E").graph()
    norms = (
        Norm("Told in 10 hours", to="E", at_most=parse_timespan("10 h")),
        Norm("Told in 10 hours", from_="S", to="E", at_most=parse_timespan("10 h")),
    )
    graph = replace(graph, journeys=(Journey("A journey", norms=norms),))
    timings = read_timings(graph, {"A": exponential(2), "B": exponential(3)})
    report = find_waiting_stretches(graph, timings, ["Client"])
    assert [stretch.how for stretch in report] == ["reduced"]
    for promise in report.promises:
        # Two exponentials one after the other, by hand.
        assert promise.broken == pytest.approx(
            3 * math.exp(-10 / 3) - 2 * math.exp(-10 / 2), abs=2e-4
        )
        assert promise.excess == pytest.approx(
            9 * math.exp(-10 / 3) - 4 * math.exp(-10 / 2), abs=1e-4
        )


@pytest.mark.parametrize(
    ("words", "broken"), [("within 3 hours", 0.25), ("PT11H", 0.0), ("an hour at most", 1.0)]
)
def test_promises_at_a_step_are_judged_by_the_wait_before_it(words: str, broken: float) -> None:
    report = with_journey(two_waits().graph(), Step("I hear", promise=words, element="B"))
    assert [promise.broken for promise in report.promises] == [pytest.approx(broken)]
    assert report.as_dict()["promises"][0]["broken"] == pytest.approx(broken)


def test_a_promise_may_be_broken_more_often_where_durations_are_unknown() -> None:
    graph = two_waits().graph()
    norm = Norm("Told in 8 hours", to="B", at_most=parse_timespan("8 h"))
    graph = replace(graph, journeys=(Journey("A journey", norms=(norm,)),))
    durations = {"A": 2, "B": 1, "C": 5}
    for known in (durations, {"A": 2, "B": 1}):
        timings = read_timings(graph, known)
        (promise,) = find_waiting_stretches(graph, timings, ["Client"]).promises
        assert promise.broken == 0
        assert promise.lower_bound == (known is not durations)


def test_a_promise_that_is_about_no_time_is_left_alone() -> None:
    graph = two_waits().graph()
    assert with_journey(graph, Step("I hear", promise="soon", element="B")).promises == ()


def test_all_of_it_is_in_json_and_in_the_frame() -> None:
    report = two_waits().report(DURATIONS)
    values = report.as_dict()
    assert values["case"]["wait_p90"] == 16
    assert values["case"]["share"] == 1
    assert values["case"]["curve"][-1] == [16, 10]
    assert values["case"]["by_lane"] == {"Org": 10}
    assert values["stretches"][0]["by_cause"] == {"work": 5}
    assert values["stretches"][0]["sources"] == {"A": "given", "B": "given"}
    frame = report.to_frame().set_index("end")
    assert frame.loc["B", "by_lane"] == {"Org": 5}
    assert frame.loc["B", "sources"] == {"A": "given", "B": "given"}


def test_mappings_become_lists_in_a_table_of_cells() -> None:
    found = ModelWaits("a.bpmn", two_waits().report(DURATIONS))
    frame = found.as_frame().set_index("end")
    assert frame.loc["B", "by_lane"] == ("Org: 5",)
    assert frame.loc["B", "sources"] == ("A: given", "B: given")
    assert b"Org: 5,work: 5,A: given;B: given" in to_csv([found])


def test_a_spread_of_nothing_knows_nothing() -> None:
    assert not Spread()
    assert Spread.of([]).percentile(0.5) is None
    assert Spread().above(1) is None
    assert Spread().excess(1) is None
    with pytest.raises(InvalidValue, match="expected 0 to 1"):
        Spread((1.0,), (1.0,)).percentile(90)


def test_a_spread_takes_two_numbers_a_value_whoever_asks() -> None:
    values = np.random.default_rng(1).random(100_000)
    tracemalloc.start()
    try:
        spread = Spread.of_cases(values)
        assert spread.percentile(0.5) == pytest.approx(0.5, abs=0.01)
        assert spread.values == tuple(sorted(values))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 17 * len(values)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 1)), min_size=1), st.floats(0, 1))
def test_a_percentile_is_kept_by_so_many(weighted: list[tuple[float, float]], share: float) -> None:
    spread = Spread.of(weighted)
    value = spread.percentile(share)
    assert value is not None
    above = spread.above(value)
    assert above is not None
    assert above <= 1 - share + 1e-6
    assert value in spread.values
