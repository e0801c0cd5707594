from __future__ import annotations

from pathlib import Path

import pytest

import cjbpmn
from cjbpmn.declared_times import declared_durations, declared_shares, distribution_of
from cjbpmn.durations import read_timings
from cjbpmn.errors import InvalidJourney, InvalidValue
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.journey import Duration
from cjbpmn.timespan import parse_timespan

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def duration(**times: str | int) -> Duration:
    spans = {
        name: parse_timespan(value) if name not in {"distribution", "stages"} else value
        for name, value in times.items()
    }
    return Duration(("A",), **spans)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("times", "kind", "mean", "lowest", "highest"),
    [
        ({"takes": "2 h"}, "Fixed", 2, 2, 2),
        ({"likely": "2 h"}, "Fixed", 2, 2, 2),
        ({"least": "1 h", "most": "3 h"}, "Uniform", 2, 1, 3),
        ({"least": "1 h", "likely": "2 h", "most": "6 h"}, "Triangular", 3, 1, 6),
        ({"least": "1 h", "most": "5 h", "distribution": "pert"}, "Pert", 3, 1, 5),
        ({"takes": "4 h", "deviation": "1 min"}, "TruncatedNormal", 4, 0, float("inf")),
        (
            {"takes": "4 h", "deviation": "2 h", "distribution": "lognormal"},
            "LogNormal", 4, 0, float("inf"),
        ),
        (
            {"takes": "4 h", "deviation": "2 h", "distribution": "gamma"},
            "Gamma", 4, 0, float("inf"),
        ),
        ({"takes": "4 h", "distribution": "exponential"}, "Gamma", 4, 0, float("inf")),
        ({"takes": "4 h", "stages": 3, "distribution": "erlang"}, "Gamma", 4, 0, float("inf")),
        ({"takes": "0 h", "distribution": "exponential"}, "Fixed", 0, 0, 0),
        ({"takes": "4 h", "deviation": "0 h"}, "Fixed", 4, 4, 4),
    ],
)  # fmt: skip
def test_times_make_a_distribution(
    times: dict[str, str | int], kind: str, mean: float, lowest: float, highest: float
) -> None:
    made = distribution_of(duration(**times))
    assert type(made).__name__ == kind
    assert made.mean == pytest.approx(mean, rel=1e-6)
    assert (made.minimum, made.maximum) == (lowest, highest)


@pytest.mark.parametrize(
    ("times", "complaint"),
    [
        ({"least": "1 h"}, "needs 'takes' or 'likely'"),
        ({"takes": "1 h", "distribution": "uniform"}, "needs 'most'"),
        ({"takes": "1 h", "distribution": "gamma"}, "needs 'deviation'"),
        ({"takes": "1 h", "distribution": "erlang"}, "needs 'stages'"),
        ({"least": "3 h", "most": "1 h"}, "in the order of their length"),
    ],
)
def test_times_that_make_none_are_refused(times: dict[str, str], complaint: str) -> None:
    with pytest.raises(InvalidValue, match=complaint):
        duration(**times)
    lines = [f"    {name}: {value}" for name, value in times.items()]
    text = "\n".join(["journey: J", "durations:", "  - at: A", *lines])
    with pytest.raises(InvalidJourney, match=f"line 3: .*{complaint}"):
        cjbpmn.read_journey(text)


@pytest.fixture
def enriched() -> ProcessGraph:
    document = cjbpmn.read_document(EXAMPLES / "webshop.bpmn")
    journey = cjbpmn.read_journey(
        """
        journey: J
        steps:
          - {do: I pay, at: Check payment, takes: 5 min}
        durations:
          - {at: Check payment, least: 1 h, likely: 2 h, most: 6 h}
          - {at: Book carrier, takes: 2 werkdagen}
        branches:
          - {at: Payment ok? -> Order refused, share: 5}
        """
    )
    cjbpmn.enrich_document(document, journey)
    return build_graph(cjbpmn.read_document(document.to_bytes()))


def test_what_was_declared_is_in_the_model_and_in_the_figures(enriched: ProcessGraph) -> None:
    by_name = {node.name: node.id for node in enriched.nodes.values()}
    timings = read_timings(enriched)
    assert timings.durations[by_name["Check payment"]].distribution.mean == pytest.approx(3)
    assert timings.durations[by_name["Check payment"]].source == "declared"
    assert timings.durations[by_name["Book carrier"]].working
    assert timings.durations[by_name["I pay"]].distribution.mean == pytest.approx(5 / 60)
    assert list(declared_shares(enriched).values()) == [0.05]
    assert timings.probabilities[next(iter(declared_shares(enriched)))] == pytest.approx(0.05)
    assert len(declared_durations(enriched)) == 3


def test_what_the_caller_gives_wins(enriched: ProcessGraph) -> None:
    check = next(node.id for node in enriched.nodes.values() if node.name == "Check payment")
    timings = read_timings(enriched, {check: 1.0})
    assert timings.durations[check].source == "given"
