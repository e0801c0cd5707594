"""Random sound models, and what a brute-force token game of their own says about them.

``CJBPMN_RANDOM_MODELS=5000`` tries so many.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import pytest
from brute_force import Run, Stretch, add_waits, all_runs, case_of, waited_within
from random_models import INVOLVED, Model, make_model

from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import build_graph
from cjbpmn.waiting import WaitingReport, WaitingStretch, find_waiting_stretches

MODELS = int(os.environ.get("CJBPMN_RANDOM_MODELS", "200"))
BATCH = 25
EXACT = 1e-9
LEFT_OUT = 1e-4
"""Where the brute-force game leaves out more, it says nothing."""
ENOUGH = 1e-7
"""What the brute-force game leaves out where there are loops."""


def report_of(model: Model) -> WaitingReport:
    graph = build_graph(read_document(model.data()))
    hours, likely = model.timings()
    return find_waiting_stretches(
        graph, read_timings(graph, hours, probabilities=likely), ["Client"]
    )


def mean(values: Sequence[tuple[float, float]]) -> float:
    return math.fsum(v * w for v, w in values) / math.fsum(w for _, w in values)


def percentile(values: Sequence[tuple[float, float]], share: float) -> float:
    whole = math.fsum(w for _, w in values)
    reached = 0.0
    for value, weight in sorted(values):
        reached += weight
        if reached >= share * whole - 1e-9:
            return value
    raise AssertionError


def check_structure(found: WaitingStretch, wanted: Stretch) -> None:
    assert set(found.starts) == wanted.starts
    assert set(found.body) == wanted.body
    assert set(found.handoffs) == wanted.handoffs
    assert len(found.handoffs) == len(wanted.handoffs)


def check_figures(found: WaitingStretch, wanted: Stretch, near: float) -> None:
    waits = wanted.waits
    number = math.fsum(w for _, w in waits)
    assert found.executions == pytest.approx(number, rel=near, abs=near)
    if near > EXACT:
        # What is left out weighs more where one seldom gets.
        near /= min(number, 1.0)
    assert found.expected == pytest.approx(mean(waits), rel=near, abs=near)
    assert found.minimum == pytest.approx(min(v for v, _ in waits), abs=1e-9)
    if wanted.endless:
        assert found.maximum == math.inf
    else:
        assert found.maximum == pytest.approx(max(v for v, _ in waits), abs=1e-9)
    for share, value in ((0.5, found.p50), (0.9, found.p90)):
        low, high = (
            percentile(waits, min(max(share + shift, 0.0), 1.0)) for shift in (-near, near)
        )
        assert value is not None
        assert low - 1e-9 <= value <= high + 1e-9
    if wanted.tied:
        return
    legs = {leg.start: leg for leg in found.legs}
    for start, values in wanted.legs.items():
        share = math.fsum(w for _, w in values) / number
        assert legs.get(start) is not None or share < near
        if start in legs:
            assert legs[start].share == pytest.approx(share, rel=near, abs=near)
            assert legs[start].expected == pytest.approx(mean(values), rel=100 * near, abs=near)


def check_desks(found: WaitingStretch, wanted: Stretch) -> None:
    number = math.fsum(w for _, w in wanted.waits)
    for desk, hours in wanted.desks.items():
        assert found.by_lane[desk] == pytest.approx(hours / number, abs=1e-9)
    assert math.fsum(found.by_lane.values()) == pytest.approx(found.expected, abs=1e-9)
    assert math.fsum(found.by_cause.values()) == pytest.approx(found.expected, abs=1e-9)


def check_curve(report: WaitingReport, runs: Sequence[tuple[float, Run]]) -> None:
    for hours, waited in report.case.curve:
        expected = math.fsum(weight * waited_within(run, hours) for weight, run in runs)
        assert waited == pytest.approx(expected, abs=1e-6)
    for spread in (report.case.by_lane, report.case.by_cause):
        assert math.fsum(spread.values()) == pytest.approx(report.case.wait, abs=1e-9)


def check_model(seed: int) -> str:
    """Compare everything that both know about one model; say how it was found out."""
    model = make_model(seed)
    runs = all_runs(model, seed, ENOUGH if model.loops else 0.0, most=1500)
    left = abs(1 - math.fsum(weight for weight, _ in runs))
    near = EXACT if left < 1e-12 else max(1e-4, 200 * left)
    if left > LEFT_OUT:
        return "too many ways"
    report = report_of(model)
    assert report.touchpoints == {
        name: INVOLVED[node.kind] for name, node in model.nodes.items() if node.kind in INVOLVED
    }
    wanted = {name: one for name, one in add_waits(model, runs).items() if one.timed}
    assert {stretch.end for stretch in report} == set(wanted)
    for stretch in report:
        check_structure(stretch, wanted[stretch.end])
        check_figures(stretch, wanted[stretch.end], near)
        if near == EXACT:
            check_desks(stretch, wanted[stretch.end])
    if near == EXACT and len(runs) <= 100:
        check_curve(report, runs)
    cases = [(case_of(run), weight) for weight, run in runs]
    for name in ("journey", "wait", "occupied", "gaps", "longest"):
        expected = mean([(getattr(case, name), weight) for case, weight in cases])
        # With loops, the longest silence is not computed but counted.
        rough = 0.02 if name == "longest" and near > EXACT else near
        assert getattr(report.case, name) == pytest.approx(expected, rel=rough, abs=rough), name
    assert report.case.wait_min == pytest.approx(min(case.wait for case, _ in cases), abs=1e-9)
    if not model.loops:
        assert report.case.wait_max == pytest.approx(max(case.wait for case, _ in cases), abs=1e-9)
    return report.method


@pytest.mark.parametrize("first", range(0, MODELS, BATCH))
def test_a_random_model_is_answered_as_by_brute_force(first: int) -> None:
    methods = []
    for seed in range(first, min(first + BATCH, MODELS)):
        try:
            methods.append(check_model(seed))
        except AssertionError as error:
            error.add_note(f"model {seed}")
            raise
    assert methods.count("exact") > 0.8 * len(methods)
