"""How long things take, and who says so."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.dated import WorkingClock
from cjbpmn.distributions import (
    Distribution,
    Empirical,
    Fixed,
    Gamma,
    LogNormal,
    Pert,
    Scaled,
    Sum,
    Triangular,
    TruncatedNormal,
    Uniform,
    erlang,
    exponential,
)
from cjbpmn.document import read_document
from cjbpmn.durations import Timings, percentile, read_timings
from cjbpmn.errors import CjbpmnWarning, InvalidValue
from cjbpmn.given_times import Given
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.waiting import find_waiting_stretches
from cjbpmn.working_hours import WorkingHours

OFFICE = WorkingHours.weekly(range(5), 9, 17)
MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpsim="http://www.bpsim.org/schemas/{version}" id="d" targetNamespace="x">
 <process id="p">
  <startEvent id="begin"/>
  <task id="task"/>
  <intermediateCatchEvent id="timer" name="{label}"><timerEventDefinition>
    {timer}</timerEventDefinition></intermediateCatchEvent>
 </process>
 <relationship type="BPSimData"><extensionElements><bpsim:BPSimData>
  <bpsim:Scenario id="one"><bpsim:ScenarioParameters {unit}/>{data}</bpsim:Scenario>
 </bpsim:BPSimData></extensionElements></relationship>
</definitions>"""


def model(  # noqa: PLR0913 - what can stand in a file
    tmp_path_factory: pytest.TempPathFactory,
    *,
    data: str = "",
    timer: str = "",
    label: str = "",
    unit: str = "",
    version: str = "2.0",
) -> ProcessGraph:
    path = tmp_path_factory.mktemp("model") / "model.bpmn"
    path.write_text(MODEL.format(data=data, timer=timer, label=label, unit=unit, version=version))
    return build_graph(read_document(path))


def processing(value: str, element: str = "task") -> str:
    return (
        f'<bpsim:ElementParameters elementRef="{element}"><bpsim:TimeParameters>'
        f"<bpsim:ProcessingTime>{value}</bpsim:ProcessingTime>"
        "</bpsim:TimeParameters></bpsim:ElementParameters>"
    )


@pytest.mark.parametrize(
    "distribution",
    [
        Fixed(2.0),
        Uniform(1, 5),
        Triangular(1, 2, 6),
        Pert(1, 2, 9),
        TruncatedNormal(1, 2),
        TruncatedNormal(5, 2, 4, 5),
        LogNormal(4, 2),
        exponential(3),
        erlang(6, 3),
        Gamma(0.5, 4),
        Empirical((3, 7), (1, 3)),
        Scaled("weibull", 2, 3),
        Scaled("beta", 2, 3),
        Sum((Fixed(1), Uniform(0, 2))),
    ],
    ids=repr,
)
def test_a_sample_agrees_with_what_the_distribution_says(distribution: Distribution) -> None:
    sample = distribution.sample(np.random.default_rng(1), 200_000)
    error = float(sample.std()) / math.sqrt(len(sample))
    assert abs(float(sample.mean()) - distribution.mean) <= 4 * error + 1e-9
    assert distribution.minimum <= sample.min()
    assert sample.max() <= distribution.maximum


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fixed(-1),
        lambda: Fixed(math.nan),
        lambda: Uniform(2, 1),
        lambda: Triangular(1, 0, 2),
        lambda: TruncatedNormal(1, 0),
        lambda: TruncatedNormal(-1000, 1),
        lambda: Empirical(()),
        lambda: Empirical((1,), (0,)),
        lambda: Empirical((1, 2), (0, math.inf)),
        lambda: TruncatedNormal(math.inf, 1),
        lambda: TruncatedNormal(1, math.inf),
        lambda: LogNormal(4, math.inf),
        lambda: LogNormal(math.inf, 1),
        lambda: LogNormal(4, 1e308),
        lambda: Gamma(1, math.inf),
        lambda: Gamma(math.nan, 1),
        lambda: Scaled("weibull", math.inf, 1),
        lambda: Scaled("weibull", 0.001, 1),
        lambda: Scaled("beta", 1e308, 1),
        lambda: Gamma(1e308, 1),
    ],
)
def test_absurd_distributions_are_refused(make: object) -> None:
    with pytest.raises(InvalidValue):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('<bpsim:FloatingParameter value="90"/>', Fixed(1.5)),
        ('<bpsim:FloatingParameter value="2" timeUnit="day"/>', Fixed(48)),
        ('<bpsim:DurationParameter value="PT30M"/>', Fixed(0.5)),
        ('<bpsim:UniformDistribution min="60" max="120"/>', Uniform(1, 2)),
        ('<bpsim:NegativeExponentialDistribution mean="60"/>', exponential(1)),
        ('<bpsim:ErlangDistribution mean="120" k="2"/>', erlang(2, 2)),
        ('<bpsim:GammaDistribution shape="2" scale="60"/>', Gamma(2, 1)),
        ('<bpsim:NormalDistribution mean="60" standardDeviation="0"/>', Fixed(1)),
    ],
)
def test_bpsim(
    value: str, expected: Distribution, tmp_path_factory: pytest.TempPathFactory
) -> None:
    graph = model(tmp_path_factory, data=processing(value))
    info = read_timings(graph).durations["task"]
    assert info.distribution == expected
    assert info.source == "bpsim"


def test_bpsim_parts_add_up_and_requests_are_no_values(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = (
        '<bpsim:ElementParameters elementRef="task"><bpsim:TimeParameters>'
        '<bpsim:WaitTime><bpsim:FloatingParameter value="60"/></bpsim:WaitTime>'
        "<bpsim:ProcessingTime><bpsim:ResultRequest>mean</bpsim:ResultRequest>"
        '<bpsim:FloatingParameter value="30"/></bpsim:ProcessingTime>'
        '<bpsim:QueueTime><bpsim:FloatingParameter value="9" result="mean"/></bpsim:QueueTime>'
        "</bpsim:TimeParameters></bpsim:ElementParameters>"
    )
    graph = model(tmp_path_factory, data=data, version="1.0")
    assert read_timings(graph).durations["task"].distribution.mean == 1.5


def test_a_default_zero_is_unknown(tmp_path_factory: pytest.TempPathFactory) -> None:
    data = processing('<bpsim:NormalDistribution mean="0" standardDeviation="0"/>')
    assert "task" not in read_timings(model(tmp_path_factory, data=data)).durations


def test_absurd_data_are_named_and_left_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    data = processing('<bpsim:FloatingParameter value="-5"/>')
    timings = read_timings(model(tmp_path_factory, data=data))
    assert "task" not in timings.durations
    assert timings.warnings == ("absurd-duration:task",)


def test_arrivals_are_no_waiting(tmp_path_factory: pytest.TempPathFactory) -> None:
    data = (
        '<bpsim:ElementParameters elementRef="begin"><bpsim:ControlParameters>'
        '<bpsim:InterTriggerTimer><bpsim:FloatingParameter value="24"/></bpsim:InterTriggerTimer>'
        "</bpsim:ControlParameters></bpsim:ElementParameters>"
    )
    assert "begin" not in read_timings(model(tmp_path_factory, data=data)).durations


@pytest.mark.parametrize(
    ("timer", "label", "hours", "source"),
    [
        ("<timeDuration>PT24H</timeDuration>", "2 days", 24, "timer"),
        ("<timeDuration>14 Tage</timeDuration>", "", 336, "timer"),
        ("<timeCycle>R3/PT10M</timeCycle>", "", 1 / 6, "timer"),
        ("<timeDuration>${delay}</timeDuration>", "Wait 5 minutes", 1 / 12, "label"),
        ("", "5 Minuten", 1 / 12, "label"),
    ],
)
def test_timers(
    timer: str, label: str, hours: float, source: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    info = read_timings(model(tmp_path_factory, timer=timer, label=label)).durations["timer"]
    assert info.distribution.mean == pytest.approx(hours)
    assert info.source == source
    assert info.hint == (source == "label")


def test_a_date_and_an_expression_are_unknown(tmp_path_factory: pytest.TempPathFactory) -> None:
    for timer in ("<timeDate>2026-01-01T00:00:00Z</timeDate>", "<timeDuration>=x</timeDuration>"):
        assert "timer" not in read_timings(model(tmp_path_factory, timer=timer)).durations


def test_what_the_caller_gives_wins(tmp_path_factory: pytest.TempPathFactory) -> None:
    graph = model(tmp_path_factory, timer="<timeDuration>PT24H</timeDuration>")
    timings = read_timings(graph, {"timer": 2, "task": "1,5 uur"})
    assert timings.durations["timer"].distribution == Fixed(2)
    assert timings.durations["task"].distribution == Fixed(1.5)
    assert timings.durations["task"].source == "given"


def test_what_the_caller_names_is_found_by_name() -> None:
    graph = build_graph(read_document(Path("docs/examples/webshop.bpmn")))
    named: dict[str, Given] = {"Pick and pack": timedelta(hours=4), "Web shop / Book carrier": 1}
    timings = read_timings(graph, named, probabilities={"Payment ok? -> Order refused": 0.1})
    told = {
        graph.label(one): info.distribution.mean
        for one, info in timings.durations.items()
        if info.source == "given"
    }
    assert told == {"Pick and pack": 4, "Book carrier": 1}
    assert list(timings.probabilities.values()) == [0.1]
    assert find_waiting_stretches(graph, named) == find_waiting_stretches(
        graph, read_timings(graph, named)
    )


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, "-2 h", "soon", None, [1]])
def test_what_is_no_duration_is_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    with pytest.raises(InvalidValue, match=r"^\[task\] "):
        read_timings(model(tmp_path_factory), {"task": value})


def test_what_the_caller_says_of_another_model_is_left_out(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    graph = model(tmp_path_factory)
    with pytest.warns(CjbpmnWarning, match='"tusk"'):
        timings = read_timings(graph, {"tusk": 1, "task": 2})
    assert timings == read_timings(graph, {"task": 2})
    with pytest.warns(CjbpmnWarning, match='"g"'):
        assert read_timings(graph, probabilities={"g": 0.5}) == read_timings(graph)


def test_impossible_probabilities_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(InvalidValue, match="expected 0 to 1"):
        read_timings(model(tmp_path_factory), probabilities={"timer": 1.5})


def test_working_hours_become_time_that_passes() -> None:
    week = WorkingClock(OFFICE, datetime(2026, 1, 9, 15))  # noqa: DTZ001 - hours have no zone
    assert week.finish(0, 4) == 68
    assert week.finish(0, 2) == 2
    assert week.finish(0, 40) == 168
    assert week.finish(20, 1) == 67


@given(start=st.floats(0, 400), one=st.floats(0.01, 100), other=st.floats(0.01, 100))
def test_work_in_two_parts_takes_as_long_as_in_one(start: float, one: float, other: float) -> None:
    week = WorkingClock(OFFICE, datetime(2026, 1, 7, 11, 30))  # noqa: DTZ001
    together = week.finish(start, one + other)
    assert week.finish(week.finish(start, one), other) == pytest.approx(together, abs=1e-6)
    assert together >= start + one + other - 1e-9


def test_percentiles_of_a_step() -> None:
    assert percentile([(2, 0.75), (5, 0.1875), (8, 0.0625)], 0.5) == 2
    assert percentile([(2, 0.75), (5, 0.1875), (8, 0.0625)], 0.9) == 5
    assert percentile([], 0.5) is None


VENDORS = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"'
    ' xmlns:ix="http://www.igrafx.com/2011/bpmn" xmlns:adonis="http://www.boc-group.com"'
    ' xmlns:qbp="http://www.qbp-simulator.com/Schema201212"><process id="p"><task id="task">'
    '<extensionElements>{task}</extensionElements></task><task id="next"/>'
    '<sequenceFlow id="f" sourceRef="task" targetRef="next"><extensionElements>{flow}'
    "</extensionElements></sequenceFlow></process>{rest}</definitions>"
)
QBP = (
    '<qbp:processSimulationInfo><qbp:elements><qbp:element elementId="task">'
    "<qbp:durationDistribution {said}><qbp:timeUnit>hours</qbp:timeUnit></qbp:durationDistribution>"
    '</qbp:element></qbp:elements><qbp:sequenceFlows><qbp:sequenceFlow elementId="f" '
    'executionProbability="0.25"/></qbp:sequenceFlows></qbp:processSimulationInfo>'
)


def of_vendor(task: str = "", flow: str = "", rest: str = "") -> Timings:
    data = VENDORS.format(task=task, flow=flow, rest=rest).encode()
    return read_timings(build_graph(read_document(data)))


def adonis(name: str, value: str) -> str:
    return f'<adonis:attribute name="{name}" type="UTC"><adonis:value>{value}</adonis:value></adonis:attribute>'


def test_igrafx_says_how_long_and_how_likely() -> None:
    timings = of_vendor(
        "<ix:duration>PT90M</ix:duration>", "<ix:percentage>35.000000</ix:percentage>"
    )
    assert timings.durations["task"].distribution == Fixed(1.5)
    assert timings.durations["task"].source == "igrafx"
    assert timings.probabilities == {"f": 0.35}


@pytest.mark.parametrize("zero", ["PT0S", "PT0H"])
def test_a_zero_that_igrafx_wrote_is_unknown(zero: str) -> None:
    timings = of_vendor(f"<ix:duration>{zero}</ix:duration>")
    assert (timings.durations, timings.warnings) == ({}, ())


def test_times_of_adonis_are_named_unless_they_are_zero() -> None:
    assert of_vendor(adonis("A_EXECUTION_TIME", "0")).warnings == ()
    assert of_vendor(adonis("A_WAITING_TIME", "86400")).warnings == ("unread-duration:task",)
    assert of_vendor(adonis("A_WAITING_TIME", "86400")).durations == {}
    assert of_vendor(adonis("MONITORING", "86400")).warnings == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('type="FIXED" mean="5400"', Fixed(1.5)),
        ('type="NORMAL" mean="7200" arg1="1800"', TruncatedNormal(2, 0.5)),
        ('type="EXPONENTIAL" mean="0" arg1="3600" arg2="0"', exponential(1)),
        ('type="UNIFORM" mean="0" arg1="3600" arg2="7200"', Uniform(1, 2)),
        ('type="TRIANGULAR" mean="7200" arg1="3600" arg2="10800"', Triangular(1, 2, 3)),
        ('type="GAMMA" mean="7200" arg1="12960000"', Gamma(4, 0.5)),
        ('type="LOGNORMAL" mean="7200" arg1="12960000"', LogNormal(2, 1)),
    ],
)
def test_qbp_counts_in_seconds_whatever_unit_it_shows(said: str, expected: Distribution) -> None:
    timings = of_vendor(rest=QBP.format(said=said))
    assert timings.durations["task"].distribution == expected
    assert timings.durations["task"].source == "qbp"
    assert timings.probabilities == {"f": 0.25}


def test_what_qbp_says_in_a_way_not_known_here_is_named() -> None:
    timings = of_vendor(rest=QBP.format(said='type="HISTOGRAM" mean="60"'))
    assert timings.warnings == ("unread-duration:task",)
    assert of_vendor(rest=QBP.format(said='type="FIXED" mean="0" arg1="NaN"')).durations == {}


@pytest.mark.parametrize(
    "value",
    [
        '<bpsim:NormalDistribution mean="0" standardDeviation="0"/>',
        '<bpsim:UniformDistribution min="0" max="0"/>',
        '<bpsim:PoissonDistribution mean="0"/>',
        '<bpsim:NegativeExponentialDistribution mean="0"/>',
    ],
)
def test_zeros_that_an_editor_wrote_are_unknown(
    value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    timings = read_timings(model(tmp_path_factory, data=processing(value)))
    assert (timings.durations, timings.warnings) == ({}, ())


@pytest.mark.parametrize(
    ("value", "least", "mean", "most"),
    [
        ('<bpsim:PoissonDistribution mean="3" timeUnit="hour"/>', 0, 3, None),
        ('<bpsim:PoissonDistribution mean="90" timeUnit="min"/>', 0, 1.5, None),
        ('<bpsim:PoissonDistribution mean="5000" timeUnit="s"/>', None, 5000 / 3600, None),
        ('<bpsim:BinomialDistribution trials="8" probability="0.25" timeUnit="hour"/>', 0, 2, 8),
        (
            '<bpsim:BinomialDistribution trials="8" probability="1" timeUnit="min"/>',
            None,
            8 / 60,
            None,
        ),
        ('<bpsim:BetaDistribution shape="2" scale="3" timeUnit="hour"/>', 0, 0.4, 1),
        ('<bpsim:BetaDistribution shape="2" scale="3" timeUnit="min"/>', 0, 0.4 / 60, 1 / 60),
        ('<bpsim:LogNormalDistribution mean="4" standardDeviation="0" timeUnit="hour"/>', 4, 4, 4),
    ],
)
def test_numbers_without_a_unit_count_in_that_of_the_value(
    value: str,
    least: float | None,
    mean: float,
    most: float | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    timings = read_timings(model(tmp_path_factory, data=processing(value)))
    found = timings.durations["task"].distribution
    assert timings.warnings == ()
    assert found.mean == pytest.approx(mean, rel=1e-9)
    assert least is None or found.minimum == least
    assert most is None or found.maximum == pytest.approx(most)
    assert np.mean(found.sample(np.random.default_rng(7), 20_000)) == pytest.approx(mean, rel=0.03)


def test_a_count_is_as_likely_as_its_formula_says(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    value = '<bpsim:PoissonDistribution mean="3" timeUnit="hour"/>'
    timings = read_timings(model(tmp_path_factory, data=processing(value)))
    found = timings.durations["task"].distribution
    assert isinstance(found, Empirical)
    shares = dict(zip(found.values, found.shares, strict=True))
    assert shares[2.0] == pytest.approx(math.exp(-3) * 9 / 2)
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("value", ['trials="3" probability="2"', 'trials="3"', 'probability="0.5"'])
def test_a_count_that_makes_no_sense_is_named(
    value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = processing(f"<bpsim:BinomialDistribution {value}/>")
    timings = read_timings(model(tmp_path_factory, data=data))
    assert (timings.durations, timings.warnings) == ({}, ("absurd-duration:task",))


@pytest.mark.parametrize(
    ("timer", "label", "warnings"),
    [
        ("<timeDate>2026-01-01T00:00:00Z</timeDate>", "", ("unread-timer:timer",)),
        ("<timeDuration>${delay}</timeDuration>", "", ("unread-timer:timer",)),
        ("<timeDuration>#{bean.delay}</timeDuration>", "", ("unread-timer:timer",)),
        ("<timeDuration>=remaining</timeDuration>", "", ("unread-timer:timer",)),
        ("<timeCycle>0 0 9 ? * MON-FRI</timeCycle>", "", ("unread-timer:timer",)),
        ("<timeDuration>when it suits us</timeDuration>", "", ("unread-timer:timer",)),
        ("<timeDuration>${delay}</timeDuration>", "5 minutes", ()),
        ("<timeDuration></timeDuration>", "", ()),
        ('<timeDuration>= duration("PT5M")</timeDuration>', "", ()),
        ('<timeDuration>="P1D"</timeDuration>', "", ()),
    ],
)
def test_timers_that_cannot_be_read_are_named(
    timer: str, label: str, warnings: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    timings = read_timings(model(tmp_path_factory, timer=timer, label=label))
    assert timings.warnings == warnings
    assert (
        read_timings(model(tmp_path_factory, timer=timer, label=label), {"timer": 1}).warnings == ()
    )


def test_a_constant_of_feel_is_a_duration(tmp_path_factory: pytest.TempPathFactory) -> None:
    timer = '<timeDuration>=duration("PT36H")</timeDuration>'
    info = read_timings(model(tmp_path_factory, timer=timer)).durations["timer"]
    assert (info.distribution, info.source) == (Fixed(36), "timer")


RECEIVED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"
 targetNamespace="x"><collaboration id="c"><participant id="ours" processRef="p"/>
  <participant id="theirs" processRef="q"/><participant id="nobody"/>
  <messageFlow id="m" sourceRef="send" targetRef="receive"/>
  <messageFlow id="n" sourceRef="nobody" targetRef="other"/></collaboration>
 <process id="p"><receiveTask id="receive"/><receiveTask id="other"/></process>
 <process id="q"><sendTask id="send"/></process></definitions>"""


def test_to_receive_what_somebody_drawn_sends_takes_no_time_of_its_own() -> None:
    graph = build_graph(read_document(RECEIVED.encode()))
    durations = read_timings(graph).durations
    assert durations.keys() == {"receive"}
    assert (durations["receive"].distribution, durations["receive"].source) == (
        Fixed(0.0),
        "message",
    )
    assert read_timings(graph, {"receive": 2}).durations["receive"].distribution == Fixed(2.0)
