"""Shares and chances in every form that a file tells them in, from the file to the JSON answer.

The figures were worked out by hand, on the models of `told_models`.
"""

from __future__ import annotations

import pytest
from told_models import (
    BOTH,
    SHARE,
    WORK,
    answer,
    choice,
    definitions,
    element,
    figures,
    flow,
    likely,
    line,
    number,
    scenario,
    simulated,
    stretch,
)

from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import build_graph
from cjbpmn.waiting import find_waiting_stretches


def test_our_shares_count_without_a_journey() -> None:
    told = answer(choice(SHARE.format(30), rest=BOTH))
    assert figures(told) == (2, 7.6, 10)


@pytest.mark.parametrize("share", ["130", "-5", "many"])
def test_one_wrong_share_of_ours_does_not_spoil_the_others(share: str) -> None:
    told = answer(choice(SHARE.format(share), rest=BOTH))
    assert figures(told) == (2, 6, 10)
    assert told["warnings"] == ["absurd-probability:X_A", "assumed-probability:X"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(30, 70, 7.6), (3, 1, 4), (1.5, 0.5, 4), (0.9, 0.3, 4), (0.3, 0.7, 7.6)],
)
def test_all_ways_of_a_choice_count_in_proportion(
    one: float, other: float, expected: float
) -> None:
    told = answer(choice(rest=simulated(scenario(WORK, likely("X_A", one), likely("X_B", other)))))
    assert figures(told) == (2, expected, 10)
    assert ("normalised-probability:X" in told["warnings"]) == (one + other not in {1.0, 100})


def test_a_hundred_percent_of_the_only_way_is_all_of_it() -> None:
    rest = simulated(scenario(element("A", ProcessingTime=number(2)), likely("T1_A", 100)))
    assert answer(line(rest=rest))["warnings"] == []


@pytest.mark.parametrize(("one", "other"), [(30, None), (-0.2, 1.2), (float("inf"), 0.5)])
def test_a_share_that_makes_no_sense_is_left_out(one: float, other: float | None) -> None:
    ways = [likely(f"X_{way}", share) for way, share in (("A", one), ("B", other)) if share]
    told = answer(choice(rest=simulated(scenario(WORK, *ways))))
    assert stretch(told)["min"] == 2
    assert stretch(told)["max"] == 10
    assert "assumed-probability:X" in told["warnings"]
    assert "normalised-probability:X" not in told["warnings"]


CONDITION = '<conditionExpression xsi:type="tFormalExpression">{}</conditionExpression>'


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("0.2", "0.8", 8.4),
        ("20%", "80 %", 8.4),
        (",25", ".75", 8.0),
        ("0.2", "", 8.4),
        ("1", "2", 6),
        ("${ok}", "${!ok}", 6),
    ],
)
def test_a_condition_that_is_a_share_is_a_probability(
    one: str, other: str, expected: float
) -> None:
    told = answer(choice(CONDITION.format(one), CONDITION.format(other), rest=BOTH))
    assert figures(told) == (2, expected, 10)


def watched(interrupting: str, chance: float | None, first: str) -> bytes:
    """A takes so long and then half an hour, beside an event sub-process of two hours."""
    nodes = (
        '<subProcess id="S"><task id="A"/><task id="B"/>'
        + flow("A", "B")
        + '<subProcess id="V" triggeredByEvent="true">'
        f'<startEvent id="E" isInterrupting="{interrupting}"><errorEventDefinition/></startEvent>'
        '<task id="H"/>' + flow("E", "H") + "</subProcess></subProcess>"
    )
    told = [("A", first), ("B", number(0.5)), ("H", number(2))]
    times = [element(name, ProcessingTime=value) for name, value in told]
    chances = [] if chance is None else [likely("E", chance)]
    rest = simulated(scenario(*times, *chances))
    return definitions(nodes, flow("T1", "S") + flow("S", "T2"), rest=rest)


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_event_sub_process_of_which_only_a_chance_is_told_begins_at_the_end(
    interrupting: str,
) -> None:
    told = answer(watched(interrupting, 0.25, number(4)))
    assert figures(told) == (4.5, 5, 6.5)
    assert told["warnings"] == ["boundary-at-completion:E"]
    between = '<b:UniformDistribution min="2" max="6"/>'
    told = answer(watched(interrupting, 0.25, between))
    assert figures(told) == (2.5, 5, 8.5)
    assert stretch(told)["method"]["bounds"] == "exact"


def test_an_event_sub_process_of_which_nothing_is_told_counts_in_the_most() -> None:
    assert figures(answer(watched("true", None, number(4)))) == (4.5, 4.5, 6.5)
    assert figures(answer(watched("true", 0, number(4)))) == (4.5, 4.5, 4.5)
    assert figures(answer(watched("true", 1, number(4)))) == (6.5, 6.5, 6.5)


@pytest.mark.parametrize(
    ("ours", "given", "expected"),
    [(None, {}, 6), (20, {}, 8.4), (20, {"X_A": 0.9}, 2.8), (20, {"X_B": 0.9}, 9.2), (100, {}, 2)],
)
def test_ways_that_a_weaker_source_tells_share_what_the_stronger_leaves(
    ours: int | None, given: dict[str, float], expected: float
) -> None:
    even = simulated(scenario(WORK, likely("X_A", 0.5), likely("X_B", 0.5)))
    model = choice("" if ours is None else SHARE.format(ours), rest=even)
    graph = build_graph(read_document(model))
    report = find_waiting_stretches(graph, read_timings(graph, probabilities=given))
    [found] = report
    assert found.expected == pytest.approx(expected, abs=1e-9)
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("told", "expected", "doubts"),
    [
        ([], 2.5, ["assumed-probability:X"]),
        ([likely("X_C", 0.2), likely("X_D", 0.8)], 2.2, []),
        ([likely("X_C", 20), likely("X_D", 80)], 2.2, []),
        ([likely("D", 0.8)], 2.2, ["assumed-probability:X"]),
        ([likely("X_D", 0)], 3, ["assumed-probability:X"]),
    ],
)
def test_of_a_race_whose_times_nobody_knows_the_chances_count(
    told: list[str], expected: float, doubts: list[str]
) -> None:
    """A clock of two hours and one more of work, against a message and two hours of work."""
    nodes = (
        '<eventBasedGateway id="X"/><intermediateCatchEvent id="C"><timerEventDefinition>'
        "<timeDuration>PT2H</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        '<intermediateCatchEvent id="D"><messageEventDefinition/></intermediateCatchEvent>'
        '<task id="A"/><task id="B"/><exclusiveGateway id="J"/>'
    )
    ends = "T1 X,X C,X D,C A,D B,A J,B J,J T2"
    flows = "".join(flow(*one.split()) for one in ends.split(","))
    times = [element("A", ProcessingTime=number(1)), element("B", ProcessingTime=number(2))]
    found = answer(definitions(nodes, flows, rest=simulated(scenario(*times, *told))))
    assert stretch(found)["expected"] == pytest.approx(expected, abs=1e-9)
    assert [one for one in found["warnings"] if not one.startswith("unknown")] == doubts


def test_editors_of_the_kie_family_count_in_percent_everywhere() -> None:
    nodes = '<inclusiveGateway id="X"/><task id="A"/><task id="B"/><inclusiveGateway id="J"/>'
    ends = ("T1 X", "X A", "X B", "A J", "B J", "J T2")
    flows = "".join(flow(*one.split()) for one in ends)
    rest = simulated(scenario(WORK, likely("X_A", 100), likely("X_B", 50), likely("T1_X", 100)))
    editor = 'xmlns:drools="http://www.jboss.org/drools"'
    told = answer(definitions(nodes, flows, rest=rest, more=editor))
    assert figures(told) == (2, 6, 10)
    assert told["warnings"] == []


def test_a_share_of_a_message_is_named() -> None:
    """It is no way of a choice, even where it leaves a gateway that no other way leaves."""
    flows = flow("T1", "A") + flow("A", "T2") + flow("A", "X")
    model = definitions(
        '<task id="A"/><exclusiveGateway id="X"/>',
        flows,
        rest='<collaboration id="C"><participant id="P1" name="Org" processRef="P"/>'
        '<participant id="P2" name="Bank"/><messageFlow id="M" sourceRef="X" targetRef="P2"/>'
        "</collaboration>" + simulated(scenario(WORK, likely("M", 70))),
    )
    assert "absurd-probability:M" in answer(model)["warnings"]
