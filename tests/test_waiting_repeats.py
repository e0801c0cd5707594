"""What is done more than once, or may happen, where the model says how often, and where not."""

from __future__ import annotations

import math

import pytest
from drawing import Drawing, asked, only

from cjbpmn.distributions import Gamma, Uniform
from cjbpmn.waiting import WaitingReport

AGAIN = "<standardLoopCharacteristics{}/>"
SEVERAL = (
    '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>{}'
    "</loopCardinality></multiInstanceLoopCharacteristics>"
)


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


def repeated(drawing: Drawing, how: str) -> Drawing:
    drawing.bodies["A"] = [how]
    return asked(drawing, "task A", flows="S>A A>E")


@pytest.mark.parametrize(
    ("how", "most"),
    [
        (AGAIN.format(""), math.inf),
        (AGAIN.format(' loopMaximum="3"'), 6),
        (AGAIN.format(' loopMaximum="1"'), 2),
        (SEVERAL.format("${orders}"), math.inf),
    ],
)
@pytest.mark.parametrize("hours", [2, Uniform(2, 2)])
def test_once_is_taken_where_nothing_is_said_but_more_can_happen(
    drawing: Drawing, how: str, most: float, hours: object
) -> None:
    report = repeated(drawing, how).report({"A": hours})
    stretch = only(report, "E")
    assert (stretch.minimum, stretch.expected, stretch.maximum) == (2, 2, most)
    assert report.case.wait == pytest.approx(2)
    assert report.case.wait_max == most


def test_what_never_repeats_is_bounded(drawing: Drawing) -> None:
    report = repeated(drawing, AGAIN.format("")).report({"A": 2}, repeats={"A": 0})
    assert only(report, "E").maximum == 2


@pytest.mark.parametrize("hours", [2, Uniform(1, 3)])
def test_content_goes_round_as_often_as_its_share_says(drawing: Drawing, hours: object) -> None:
    drawing.pool("Org", "startEvent s", "task A", "endEvent e", flows="s>A A>e", inside="P")
    drawing.bodies["P"].append(AGAIN.format(' loopMaximum="3"'))
    asked(drawing, "subProcess P", flows="S>P P>E")
    report = drawing.report({"A": hours}, repeats={"P": 0.5})
    # Once, twice or three times: 1/2, 1/4, 1/4.
    stretch = only(report, "E")
    assert stretch.expected == pytest.approx(3.5, abs=3 * stretch.standard_error + 1e-9)
    if hours == 2:
        assert (stretch.minimum, stretch.maximum) == (2, 6)
    assert not any(warning.startswith("assumed-once") for warning in report.warnings)


def test_a_hundred_instances_of_a_sub_process_are_all_done(drawing: Drawing) -> None:
    drawing.pool("Org", "startEvent s", "task A", "endEvent e", flows="s>A A>e", inside="P")
    drawing.bodies["P"].append(SEVERAL.format("100"))
    asked(drawing, "subProcess P", flows="S>P P>E")
    report = drawing.report({"A": 0.5})
    assert only(report, "E").expected == pytest.approx(50)
    assert report.warnings == ()


def test_instances_beyond_what_is_played_are_named(drawing: Drawing) -> None:
    drawing.pool("Org", "startEvent s", "task A", "endEvent e", flows="s>A A>e", inside="P")
    drawing.bodies["P"].append(SEVERAL.format("100000"))
    asked(drawing, "subProcess P", flows="S>P P>E")
    report = drawing.report({"A": 0.5})
    assert "too-many-instances:P" in report.warnings


@pytest.mark.parametrize("hours", [2, Uniform(2, 2)])
def test_an_error_of_which_nothing_is_known_counts_in_the_most(
    drawing: Drawing, hours: object
) -> None:
    nodes = ("task A", "boundaryEvent B error on=A", "task C", "endEvent F message")
    asked(drawing, *nodes, flows="S>A A>E B>C C>F").message("F>Client")
    report = drawing.report({"A": hours, "C": 3})
    never = only(report, "F")
    assert (never.executions, never.expected) == (None, None)
    assert (never.minimum, never.maximum) == (5, 5)
    assert (only(report, "E").minimum, only(report, "E").maximum) == (2, 2)
    assert report.case.wait == pytest.approx(2)
    assert (report.case.wait_min, report.case.wait_max) == (2, 5)


def rounds(hours: object, again: float) -> WaitingReport:
    nodes = ("exclusiveGateway J", "task A", "exclusiveGateway X")
    drawing = asked(Drawing(), *nodes, flows="S>J J>A A>X X>J X>E")
    return drawing.report({"A": hours}, probabilities={"X-J": again, "X-E": 1 - again})


@pytest.mark.parametrize("hours", [1, Uniform(0, 2), Gamma(1, 1)])
@pytest.mark.parametrize("again", [0.99, 0.999, 0.9999, 0.999999])
def test_what_goes_round_for_long_and_ends_is_answered(hours: object, again: float) -> None:
    report = rounds(hours, again)
    often = 1 / (1 - again)
    stretch = only(report, "E")
    assert report.method == "exact"
    assert stretch.expected == pytest.approx(often, rel=1e-9)
    assert stretch.executions == pytest.approx(1)
    assert stretch.maximum == math.inf
    # So many rounds are as good as exponential.
    assert stretch.p50 == pytest.approx(often * math.log(2), rel=0.02)
    assert stretch.p90 == pytest.approx(often * math.log(10), rel=0.02)
    assert report.case.wait == pytest.approx(often, rel=1e-9)
    assert report.case.longest == pytest.approx(often, rel=1e-9)
    assert report.ending == pytest.approx({"closed": 1.0})
    assert report.warnings == (() if often < 5_000 else ("long-loop:J",))


def test_of_cases_that_are_too_long_only_what_is_known_is_told() -> None:
    nodes = ("exclusiveGateway J", "task A", "sendTask N", "exclusiveGateway X")
    drawing = asked(Drawing(), *nodes, flows="S>J J>A A>N N>X X>J X>E").message("N>Client")
    report = drawing.report({"A": 1, "N": 0}, probabilities={"X-J": 0.9999, "X-E": 0.0001})
    # Every round is a silence of an hour: together they are long, and none of them is.
    assert report.case.wait == pytest.approx(10_000)
    assert report.case.gaps == pytest.approx(10_000)
    assert report.case.longest is None
    assert report.case.as_dict()["wait_p90"] is None
    assert "long-loop:J" in report.warnings


def test_a_number_of_instances_that_no_one_can_count_is_answered() -> None:
    text = SEVERAL.format("1000000000000000000").replace('"true"', '"false"')
    report = repeated(Drawing(), text).report({"A": Uniform(0, 2)})
    stretch = only(report, "E")
    # The last of so many takes as long as can be.
    assert stretch.expected == pytest.approx(2, abs=0.01)
    assert stretch.maximum == 2
    assert "too-many-instances:A" in report.warnings


def test_an_error_of_which_nothing_is_known_does_not_count_in_the_least(drawing: Drawing) -> None:
    drawing.pool(
        "Org",
        "startEvent s",
        "task A",
        "boundaryEvent B error on=A",
        "task C",
        "endEvent e",
        flows="s>A A>C C>e",
        inside="P",
    )
    asked(drawing, "subProcess P", flows="S>P P>E")
    report = drawing.report({"A": 2, "C": 3})
    stretch = only(report, "E")
    assert (stretch.minimum, stretch.expected, stretch.maximum) == (5, 5, 5)
    assert (report.case.wait_min, report.case.wait_max) == (5, 5)
