"""How long things take, and who says so."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from cjbpmn.durations import Calendar, percentile, read_timings
from cjbpmn.errors import InvalidValue
from cjbpmn.graph import ProcessGraph, build_graph

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


def test_impossible_probabilities_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(InvalidValue, match="expected 0 to 1"):
        read_timings(model(tmp_path_factory), probabilities={"f": 1.5})


def test_working_hours_become_time_that_passes() -> None:
    week = Calendar(datetime(2026, 1, 9, 15))  # noqa: DTZ001 - a calendar has no zone
    assert week.finish(0, 4) == 68
    assert week.finish(0, 2) == 2
    assert week.finish(0, 40) == 168
    assert week.finish(20, 1) == 67


@given(start=st.floats(0, 400), one=st.floats(0.01, 100), other=st.floats(0.01, 100))
def test_work_in_two_parts_takes_as_long_as_in_one(start: float, one: float, other: float) -> None:
    week = Calendar(datetime(2026, 1, 7, 11, 30))  # noqa: DTZ001
    together = week.finish(start, one + other)
    assert week.finish(week.finish(start, one), other) == pytest.approx(together, abs=1e-6)
    assert together >= start + one + other - 1e-9


def test_percentiles_of_a_step() -> None:
    assert percentile([(2, 0.75), (5, 0.1875), (8, 0.0625)], 0.5) == 2
    assert percentile([(2, 0.75), (5, 0.1875), (8, 0.0625)], 0.9) == 5
    assert percentile([], 0.5) is None
