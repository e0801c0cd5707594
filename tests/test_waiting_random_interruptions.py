"""Models with random interruptions say the same as runs that were told without any tokens."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from random import Random

import numpy as np
import pytest
from random_interruptions import Model, silences, tell

RUNS = 2000
MODELS = int(os.environ.get("CJBPMN_RANDOM_MODELS", "100")) // 8
SURE = 5
"""Standard errors; with thousands of comparisons, four of them happen."""


def near(found: float, values: list[float], error: float) -> bool:
    own = float(np.std(values)) / math.sqrt(len(values))
    return abs(found - float(np.mean(values))) <= SURE * math.hypot(own, error) + 1e-6


@pytest.mark.parametrize("seed", range(MODELS))
def test_what_is_interrupted_takes_as_long_as_told(seed: int) -> None:
    model = Model(seed)
    report = model.drawing.report(dict(model.hours), probabilities=model.shares)
    rng = Random(seed)  # noqa: S311 - a sample, no secret
    waits: dict[str, list[float]] = defaultdict(list)
    cases: dict[str, list[float]] = defaultdict(list)
    for _ in range(RUNS):
        contacts = tell(model, rng)
        for name, _, wait in contacts:
            waits[name].append(wait)
        quiet = list(silences(contacts))
        cases["wait"].append(sum(quiet))
        cases["longest"].append(max(quiet, default=0.0))
        cases["gaps"].append(len(quiet))
    for stretch in report:
        told = waits.get(stretch.end, [])
        often = len(told) / RUNS
        spread = math.sqrt(max(often, 0.01) * 2 / RUNS)
        assert stretch.executions == pytest.approx(often, abs=SURE * math.sqrt(2) * spread)
        if len(told) < 30:
            continue
        assert near(stretch.expected, told, stretch.standard_error), stretch.end
        if stretch.bounds != "attained":
            assert stretch.minimum <= min(told) + 1e-6, stretch.end
            assert stretch.maximum >= max(told) - 1e-6, stretch.end
    for name, values in cases.items():
        error = report.standard_errors.get(name, 0.0)
        assert near(getattr(report.case, name), values, error), name
