"""Times in every form that a file tells them in, from the file to the JSON answer.

The figures were worked out by hand, on the models of `told_models`.
"""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

import pytest
from told_models import (
    INF,
    OWN,
    answer,
    definitions,
    element,
    figures,
    flow,
    likely,
    line,
    number,
    processing,
    scenario,
    simulated,
    stretch,
)

from cjbpmn.distributions import LogNormal
from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import build_graph
from cjbpmn.waiting import find_waiting_stretches

# ------------------------------------------------------------------------------- our own elements


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('takes="PT1H30M"', (1.5, 1.5, 1.5)),
        ('least="PT2H" most="PT6H"', (2, 4, 6)),
        ('least="PT1H" likely="PT2H" most="PT9H" distribution="pert"', (1, 3, 9)),
        ('takes="PT6H" stages="3" distribution="erlang"', (0, 6, INF)),
        ('takes="P1D" journey="CjJourney_9"', (24, 24, 24)),
    ],
)
def test_our_elements_count_without_a_journey(said: str, expected: tuple[Any, ...]) -> None:
    """A tool may drop the journey, which stands on the process, and keep what stands on tasks."""
    told = answer(line(OWN.format(said)))
    assert expected == figures(told)
    assert stretch(told)["sources"] == {"A": "declared"}


def test_our_calendars_count_without_a_journey() -> None:
    hours = '<extensionElements><cj:calendar works="Mon-Fri 09:00-17:00"/></extensionElements>'
    began = (
        processing(number(4))
        .replace("</b:ScenarioParameters>", "")
        .replace(
            '<b:ScenarioParameters baseTimeUnit="hour"/>',
            '<b:ScenarioParameters baseTimeUnit="hour"><b:Start>'
            '<b:DateTimeParameter value="2026-01-09T15:00:00"/></b:Start></b:ScenarioParameters>',
        )
    )
    assert figures(answer(line(lane=hours, rest=began))) == (68, 68, 68)


@pytest.mark.parametrize(
    "said",
    [
        'takes="soon"',
        'takes="-PT3H"',
        'least="PT6H" most="PT2H"',
        'takes="PT3H" distribution="weird"',
        'takes="PT3H" stages="0" distribution="erlang"',
        'distribution="uniform"',
    ],
)
@pytest.mark.parametrize("journey", ["", '<cj:journey id="CjJourney_1" name="Lunch"/>'])
def test_one_wrong_time_of_ours_does_not_spoil_the_others(said: str, journey: str) -> None:
    model = line(OWN.format(said), rest=processing(number(2)))
    head = b'<process id="P">'
    assert head in model
    extended = f"<extensionElements>{journey}</extensionElements>".encode()
    told = answer(model.replace(head, head + extended))
    assert figures(told) == (2, 2, 2)
    assert told["warnings"] == ["unread-duration:A"]


def test_a_least_that_is_more_than_the_most_by_the_calendar_is_named() -> None:
    hours = '<extensionElements><cj:calendar works="Mon-Fri 09:00-17:00"/></extensionElements>'
    said = OWN.format('least="PT20H" most="2 working days"')
    told = answer(line(said, lane=hours))
    assert stretch(told)["unknown"] == ["A"]
    assert "unread-duration:A" in told["warnings"]


def test_a_gamma_that_hardly_varies_is_one_value() -> None:
    said = 'takes="P30D" deviation="PT0.001S" distribution="gamma"'
    assert figures(answer(line(OWN.format(said)))) == (720, 720, 720)


# ------------------------------------------------------------------------------------------ BPSim


def points(*pairs: tuple[float, str]) -> str:
    listed = "".join(
        f'<b:UserDistributionDataPoint probability="{share}">{value}</b:UserDistributionDataPoint>'
        for share, value in pairs
    )
    return f"<b:UserDistribution>{listed}</b:UserDistribution>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (number(5, "Expression"), (5, 5, 5)),
        (f"<b:EnumParameter>{number(2)}{number(4)}{number(6)}</b:EnumParameter>", (2, 4, 6)),
        (points((0.7, number("PT2H", "Duration")), (0.3, number("P1D", "Duration"))), (2, 8.6, 24)),
        ('<b:PoissonDistribution mean="3"/>', (0, 3, INF)),
        ('<b:BinomialDistribution probability="0.25" trials="8"/>', (0, 2, 8)),
        ('<b:WeibullDistribution shape="2" scale="4"/>', (0, 4 * math.gamma(1.5), INF)),
    ],
)
def test_forms_of_a_time_in_bpsim(value: str, expected: tuple[Any, ...]) -> None:
    assert expected == figures(answer(line(rest=processing(value))))


@pytest.mark.parametrize(
    "value",
    [
        number("bpsim:getProperty(&quot;x&quot;) * 2", "Expression"),
        number("two hours", "String"),
        number("2026-01-01T00:00:00", "DateTime"),
        number("soon", "Duration"),
        number("NaN"),
        number("INF"),
        '<b:LogNormalDistribution mean="4" standardDeviation="INF"/>',
        '<b:UniformDistribution min="0" max="later"/>',
        points((float("inf"), number(2)), (0.5, number(3))),
        number(2, more='timeUnit="fortnight"'),
        f"<b:EnumParameter>{number(2)}{number('x', 'Expression')}</b:EnumParameter>",
        points((0.5, number(2)), (0.5, number("soon", "Duration"))),
    ],
)
def test_what_bpsim_says_and_nobody_can_read_is_named(value: str) -> None:
    told = answer(line(rest=processing(value)))
    assert stretch(told)["unknown"] == ["A"]
    assert "unread-duration:A" in told["warnings"]


@pytest.mark.parametrize(
    "value",
    [
        number(1e12),
        number(-1),
        '<b:UniformDistribution min="0" max="INF"/>',
        '<b:UniformDistribution min="6" max="2"/>',
        '<b:ErlangDistribution mean="6" k="0"/>',
        '<b:NegativeExponentialDistribution mean="1e9"/>',
        '<b:WeibullDistribution shape="1e-300" scale="4"/>',
    ],
)
def test_what_no_work_can_take_is_named(value: str) -> None:
    told = answer(line(rest=processing(value)))
    assert stretch(told)["unknown"] == ["A"]
    assert "absurd-duration:A" in told["warnings"]


def test_a_base_unit_that_nobody_knows_is_not_taken_for_minutes() -> None:
    told = answer(
        line(
            rest=simulated(
                scenario(element("A", ProcessingTime=number(2)), unit='baseTimeUnit="week"')
            )
        )
    )
    assert stretch(told)["unknown"] == ["A"]


def test_a_time_of_which_one_part_cannot_be_read_is_a_lower_bound() -> None:
    parts = element("A", QueueTime=number(2), ProcessingTime=number("x * 2", "Expression"))
    told = answer(line(rest=simulated(scenario(parts))))
    assert figures(told) == (2, 2, 2)
    assert stretch(told)["unknown"] == ["A"]
    assert stretch(told)["lower_bound"] is True
    assert told["case"]["wait_max"] is None


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"ElapsedTime": 5}, 5),
        ({"LagTime": 2, "Duration": 3}, 5),
        ({"ProcessingTime": 1, "Duration": 3}, 1),
    ],
)
def test_sums_of_version_2_count_where_no_part_is_told(
    times: dict[str, float], expected: float
) -> None:
    told = element("A", **{name: number(value) for name, value in times.items()})
    assert figures(answer(line(rest=simulated(scenario(told))))) == (expected,) * 3


def test_what_is_told_in_two_places_is_told_once_for_each_parameter() -> None:
    told = simulated(
        scenario(element("A", QueueTime=number(2)), element("A", ProcessingTime=number(3)))
    )
    assert figures(answer(line(rest=told))) == (5, 5, 5)


def test_a_scenario_inherits_parameters_and_its_unit() -> None:
    base = scenario(element("A", QueueTime=number(2), ProcessingTime=number(9)), name="base")
    heir = (
        f'<b:Scenario id="heir" inherits="base">{element("A", ProcessingTime=number(3))}'
        "</b:Scenario>"
    )
    assert figures(answer(line(rest=simulated(heir, base)))) == (5, 5, 5)


def test_of_several_scenarios_the_first_is_taken_and_named() -> None:
    one = scenario(element("A", ProcessingTime=number(2)), name="one")
    other = scenario(element("A", ProcessingTime=number(5)), name="other")
    heir = other.replace("id='other'", "id='heir' inherits='one'")
    result = other.replace("id='other'", "id='result' result='one'")
    told = answer(line(rest=simulated(one, other)))
    assert figures(told) == (2, 2, 2)
    assert told["warnings"] == ["several-scenarios:one"]
    assert answer(line(rest=simulated(heir, one)))["warnings"] == []
    assert answer(line(rest=simulated(one, heir)))["warnings"] == ["several-scenarios:one"]
    assert answer(line(rest=simulated(one, result)))["warnings"] == []


def test_a_zero_of_an_editor_of_the_kie_family_is_unknown() -> None:
    data = processing(number(0))
    told = answer(line(rest=data, more='xmlns:drools="http://www.jboss.org/drools"'))
    assert stretch(told)["unknown"] == ["A"]
    assert "unknown" not in stretch(answer(line(rest=data)))


# ----------------------------------------------------------------------------------- working time


def test_working_time_without_a_calendar_makes_lower_bounds() -> None:
    told = answer(line(OWN.format('takes="2 working days"')))
    assert figures(told) == (48, 48, 48)
    found = stretch(told)
    assert found["lower_bound"] is True
    assert "unknown" not in found
    assert told["case"]["wait_max"] is None
    assert told["warnings"] == ["working-time:A"]


def test_working_time_in_the_name_of_a_timer_is_a_hint_and_a_lower_bound() -> None:
    timer = line("<timerEventDefinition/>", kind="intermediateCatchEvent", name="3 Werktage")
    told = answer(timer)
    assert figures(told) == (72, 72, 72)
    assert stretch(told)["lower_bound"] is True
    assert told["warnings"] == ["hint-duration:A", "working-time:A"]


# ---------------------------------------------------------------------------------------- vendors


def documented(kind: str, **numbers: float | str) -> bytes:
    """Write what QBP wrote before it had elements of its own."""
    said = {"mean": 0, "value": 0, "stdev": 0, "min": 0, "max": 0, **numbers}
    told = json.dumps({"durationDistribution": {"type": kind, **said, "timeUnit": "minutes"}})
    # The editor broke lines in the middle of names.
    text = told[:-1] + ', "name": "Check\n it"}'
    return line(f"<documentation>{text}</documentation>")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (documented("fixed", mean="0", value="7200"), (2, 2, 2)),
        (documented("fixed", mean=7200), (2, 2, 2)),
        (documented("normal", mean=36000, value=3600, stdev=120), (0, 10, INF)),
        (documented("exponential", mean=7200), (0, 2, INF)),
        (documented("uniform", min=3600, max=7200), (1, 1.5, 2)),
        (documented("gamma", mean=7200, stdev=7200), (0, 2, INF)),
    ],
)
def test_the_older_form_of_qbp_counts_seconds(model: bytes, expected: tuple[Any, ...]) -> None:
    told = answer(model)
    assert expected == figures(told)
    assert stretch(told)["sources"] == {"A": "qbp"}


def test_a_time_of_qbp_that_is_too_large_is_named() -> None:
    told = answer(documented("gamma", mean=1e308, stdev=1e308))
    assert told["warnings"] == ["unread-duration:A", "unknown-duration:A"]


@pytest.mark.parametrize(
    "model",
    [
        documented("fixed"),
        line('<documentation>{"durationDistribution": 5}</documentation>'),
        line('<documentation>{"durationDistribution"</documentation>'),
        line("<documentation>{as usual}</documentation>"),
    ],
)
def test_documentation_that_says_no_time_is_documentation(model: bytes) -> None:
    assert stretch(answer(model))["unknown"] == ["A"]


# ----------------------------------------------------------------------------------------- timers


def timer(text: str, kind: str = "timeDuration") -> bytes:
    return line(
        f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>",
        kind="intermediateCatchEvent",
    )


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("= @&quot;PT2H&quot;", 2),
        ("=cycle(3, duration(&quot;PT1H&quot;))", 1),
        ("=cycle(duration(&quot;PT1H&quot;))", 1),
        ("=&quot;R3/PT10H&quot;", 10),
        ("${'PT5H'}", 5),
        ("#{&quot;P1D&quot;}", 24),
    ],
)
def test_a_constant_expression_is_a_time(text: str, hours: float) -> None:
    assert figures(answer(timer(text))) == (hours,) * 3


@pytest.mark.parametrize(
    "text",
    [
        "= duration(&quot;P1D&quot;) * 2",
        "=if late then duration(&quot;P1D&quot;) else duration(&quot;P2D&quot;)",
        "${now.plus('PT5H')}",
        "${days} days",
        "#{wait} PT5H",
    ],
)
def test_a_time_inside_an_expression_is_not_what_it_comes_to(text: str) -> None:
    told = answer(timer(text))
    assert stretch(told)["unknown"] == ["A"]
    assert "unread-timer:A" in told["warnings"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("0 9 * * 1-5", 71),
        ("0 9 * * MON-FRI", 71),
        ("0 9 * * 0", 47),
        ("0 9 * * 7", 47),
        ("30 9 1 * *", 26 * 24 - 0.5),
        ("*/15 10 * * *", 0.25),
    ],
)
def test_cron_itself_has_five_fields_and_begins_the_week_on_sunday(text: str, hours: float) -> None:
    graph = build_graph(read_document(timer(text, "timeCycle")))
    begins = datetime(2026, 3, 6, 10, 0, 1)  # noqa: DTZ001 - a Friday, by the clock on the wall
    report = find_waiting_stretches(graph, read_timings(graph, begins=begins))
    [found] = report
    assert found.expected == pytest.approx(hours - 1 / 3600, abs=1e-6)


# ---------------------------------------------------------------------------------------- repeats


def several(cardinality: str, kind: str = "true") -> bytes:
    return line(
        f'<multiInstanceLoopCharacteristics isSequential="{kind}">'
        f"<loopCardinality>{cardinality}</loopCardinality></multiInstanceLoopCharacteristics>",
        rest=processing(number(2)),
    )


@pytest.mark.parametrize("said", ["4", " 4 ", "4.0", "= 4", "${4}", "#{ 4 }"])
def test_a_number_of_instances_is_a_number_however_it_is_written(said: str) -> None:
    assert figures(answer(several(said))) == (8, 8, 8)


@pytest.mark.parametrize("said", ["${n}", "=count(items)", "-3", "0", "4.5", "three", "1e99"])
def test_a_number_of_instances_that_nobody_knows_is_one_at_least(said: str) -> None:
    told = answer(several(said))
    assert figures(told) == (2, 2, INF)
    assert told["warnings"] == ["assumed-instances:A"]


@pytest.mark.parametrize("said", ["0", "-2", "many"])
def test_a_most_that_makes_no_sense_bounds_no_loop(said: str) -> None:
    content = f'<standardLoopCharacteristics loopMaximum="{said}"/>'
    told = answer(line(content, rest=processing(number(2))))
    assert figures(told) == (2, 2, INF)
    assert told["warnings"] == ["assumed-once:A"]


@pytest.mark.parametrize("told", [("X_J", 0), ("X_T2", 1)])
def test_a_loop_that_is_never_gone_round_has_an_end(told: tuple[str, float]) -> None:
    nodes = '<exclusiveGateway id="J"/><task id="A"/><exclusiveGateway id="X"/>'
    flows = [("T1", "J"), ("J", "A"), ("A", "X"), ("X", "J"), ("X", "T2")]
    rest = simulated(scenario(element("A", ProcessingTime=number(2)), likely(*told)))
    found = answer(definitions(nodes, "".join(flow(*ends) for ends in flows), rest=rest))
    assert figures(found) == (2, 2, 2)
    assert found["case"]["wait_max"] == 2


# ----------------------------------------------------------------------------- what takes no time


@pytest.mark.parametrize(
    ("name", "is_used"),
    [("A", True), ("B", False), ("X", False), ("L2", False), ("P1", False), ("T1_X", False)],
)
def test_a_time_of_what_takes_none_is_named(name: str, is_used: bool) -> None:
    nodes = (
        '<exclusiveGateway id="X"/><task id="A"/><subProcess id="B"><task id="C"/></subProcess>'
        '<exclusiveGateway id="J"/>'
    )
    ends = [("T1", "X"), ("X", "A"), ("X", "B"), ("A", "J"), ("B", "J"), ("J", "T2")]
    pool = '<collaboration id="c"><participant id="P1" processRef="P"/></collaboration>'
    told = answer(
        definitions(nodes, "".join(flow(*one) for one in ends), rest=pool),
        timings={name: 3},
    )
    named = [warning for warning in told["warnings"] if warning.startswith("unused-duration")]
    assert named == ([] if is_used else [f"unused-duration:{name}"])


SEVERAL = (
    '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>3</loopCardinality>'
    "</multiInstanceLoopCharacteristics>"
)


@pytest.mark.parametrize(
    ("loop", "repeats", "expected"),
    [
        (SEVERAL.format("true"), None, (3, 9)),
        (SEVERAL.format("false"), None, (1, 3)),
        ('<standardLoopCharacteristics loopMaximum="4"/>', 0.5, (1, 12)),
        ('<standardLoopCharacteristics loopMaximum="4"/>', 1.0, (4, 12)),
    ],
)
def test_what_is_gone_through_so_often_takes_so_long_at_most(
    loop: str, repeats: float | None, expected: tuple[float, float]
) -> None:
    """Random work in a sub-process, as often as is told."""
    between = '<b:UniformDistribution min="0.5" max="1.5"/>'
    rest = simulated(scenario(*(element(one, ProcessingTime=between) for one in "AB")))
    content = '<task id="A"/><task id="B"/>' + flow("A", "B")
    model = definitions(
        f'<subProcess id="S">{content}{loop}</subProcess>',
        flow("T1", "S") + flow("S", "T2"),
        rest=rest,
    )
    graph = build_graph(read_document(model))
    given = {} if repeats is None else {"S": repeats}
    [found] = find_waiting_stretches(graph, read_timings(graph, repeats=given))
    assert (found.minimum, found.maximum, found.bounds) == (*expected, "exact")


@pytest.mark.parametrize(("said", "hours"), [("P1M", 730.5), ("P1Y2M", 10227), ("PT10M", 1 / 6)])
def test_months_and_years_in_bpsim_are_as_long_as_elsewhere(said: str, hours: float) -> None:
    assert figures(answer(line(rest=processing(number(said, "Duration"))))) == (
        pytest.approx(hours),
        pytest.approx(hours),
        pytest.approx(hours),
    )


@pytest.mark.parametrize("deviation", [0, 1e-300, 1e-9])
def test_what_hardly_varies_is_always_the_same(deviation: float) -> None:
    graph = build_graph(read_document(line()))
    timings = read_timings(graph, {"A": LogNormal(4, deviation)})
    [found] = find_waiting_stretches(graph, timings)
    assert found.expected == pytest.approx(4, abs=1e-9)
    assert found.p50 == pytest.approx(4, abs=1e-6)
