"""What is worked out on the model, against all runs, against samples, and against closed forms."""

from __future__ import annotations

import math
from collections import Counter
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from brute_force import Stretch, add_waits, all_runs
from drawing import Drawing, asked, only
from random_models import Model, make_model
from test_waiting_intervals import game_of
from work import count_calls

from cjbpmn.distributions import (
    Distribution,
    Empirical,
    Fixed,
    Gamma,
    LogNormal,
    Pert,
    Sum,
    Triangular,
    TruncatedNormal,
    Uniform,
    exponential,
)
from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import build_graph
from cjbpmn.waiting import find_waiting_stretches
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.passages.blocks import put_together
from cjbpmn.waiting.passages.rules import find_passages
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.runs import sample_runs
from cjbpmn.waiting.reduction.algebra import Refused
from cjbpmn.waiting.reduction.intervals import Intervals
from cjbpmn.waiting.reduction.local import Reduced, Reductions
from cjbpmn.waiting.structure import Moment

MODELS = 120
BATCH = 30
SAMPLES = 1500


def reductions_of(game: Game) -> Reductions:
    found = find_passages(game)
    put_together(found)
    return Reductions(found, Intervals(found))


def drawn(drawing: Drawing, end: str, **durations: Distribution) -> Reduced:
    game = game_of(drawing.graph(), read_timings(drawing.graph(), durations))
    return reductions_of(game).reduce(Moment(end))


def refused(drawing: Drawing, end: str, **durations: Distribution) -> str:
    with pytest.raises(Refused) as caught:
        drawn(drawing, end, **durations)
    return str(caught.value)


def percentile(waits: list[tuple[float, float]], share: float) -> float:
    whole = math.fsum(weight for _, weight in waits)
    reached = 0.0
    for value, weight in sorted(waits):
        reached += weight
        if reached >= share * whole:
            return value
    return max(value for value, _ in waits)


def check(found: Reduced, wanted: Stretch, near: float) -> None:
    number = math.fsum(weight for _, weight in wanted.waits)
    near /= min(number, 1.0)
    mean = math.fsum(wait * weight for wait, weight in wanted.waits) / number
    # Exact, or as far off as it says; what the brute-force game leaves out weighs as well.
    assert found.expected == pytest.approx(mean, rel=100 * near, abs=near + found.error)
    if found.executions is not None:
        assert found.executions == pytest.approx(number, rel=near, abs=near)
    legs = {None if leg.start is None else leg.start.name: leg for leg in found.legs}
    assert set(wanted.legs) <= set(legs)
    for start, waits in wanted.legs.items():
        part = math.fsum(weight for _, weight in waits)
        mean = math.fsum(wait * weight for wait, weight in waits) / part
        leg_share = legs[start].share
        assert leg_share == pytest.approx(part / number, rel=near, abs=near)
        assert legs[start].expected == pytest.approx(
            mean, rel=1000 * near, abs=near + found.error / leg_share
        )
    if found.step == 0:
        # All values lie on the lattice: each must be found, with its weight.
        for share in (0.05, 0.25, 0.5, 0.75, 0.9):
            low, high = (percentile(wanted.waits, share + shift) for shift in (-near, near))
            value = found.spread.percentile(share)
            assert value is not None
            assert low - 1e-6 <= value <= high + 1e-6


@pytest.mark.parametrize("first", range(0, MODELS, BATCH))
def test_random_models_are_worked_out_as_by_brute_force(first: int) -> None:
    done: Counter[bool] = Counter()
    for seed in range(first, first + BATCH):
        model = make_model(seed)
        runs = all_runs(model, seed, 1e-7 if model.loops else 0.0, most=1500)
        left = abs(1 - math.fsum(weight for weight, _ in runs))
        if left > 1e-4:
            continue
        graph = build_graph(read_document(model.data()))
        hours, likely = model.timings()
        game = game_of(graph, read_timings(graph, hours, probabilities=likely))
        reductions = reductions_of(game)
        wanted = add_waits(model, runs)
        for end in game.touches:
            if not wanted[end.key].waits:
                continue
            try:
                found = reductions.reduce(end)
            except Refused:
                done[False] += 1
                continue
            done[True] += 1
            try:
                check(found, wanted[end.key], max(1e-9, 200 * left))
            except AssertionError as error:
                error.add_note(f"model {seed}, {end}")
                raise
    assert done[True] > 0.5 * done.total()


def spread(model: Model) -> dict[str, Distribution]:
    kinds = (
        lambda mean: Uniform(mean / 2, 1.5 * mean),
        exponential,
        lambda mean: Triangular(0, mean, 2 * mean),
        lambda mean: Gamma(2.5, mean / 2.5),
        Fixed,
        lambda mean: LogNormal(mean, mean / 2),
        lambda mean: Empirical((0.5 * mean, 2 * mean), (0.7, 0.3)),
        lambda mean: Sum((Fixed(mean / 2), exponential(mean / 2))),
        lambda mean: Pert(0, mean, 3 * mean),
        lambda mean: TruncatedNormal(mean, mean / 3),
    )
    hours, _ = model.timings()
    return {name: kinds[n % len(kinds)](value) for n, (name, value) in enumerate(hours.items())}


@pytest.mark.parametrize("first", range(0, MODELS, BATCH))
def test_random_models_are_worked_out_as_by_samples(first: int) -> None:
    compared = 0
    for seed in range(first, first + BATCH, 5):
        model = make_model(seed)
        graph = build_graph(read_document(model.data()))
        game = game_of(graph, read_timings(graph, spread(model), probabilities=model.timings()[1]))
        reductions = reductions_of(game)
        figures = Figures(game, sample_runs(game, samples=SAMPLES), bounds=[])
        for end in game.touches:
            waits = np.array([wait for wait, _ in figures.waits.get(end, [])])
            if len(waits) < 200:
                continue
            try:
                found = reductions.reduce(end)
            except Refused:
                continue
            compared += 1
            error = 5 * waits.std() / math.sqrt(len(waits)) + found.error + 1e-9
            assert found.expected == pytest.approx(waits.mean(), abs=error), (seed, end)
            mean = math.fsum(
                v * w for v, w in zip(found.spread.values, found.spread.shares, strict=True)
            )
            assert mean == pytest.approx(found.expected, rel=1e-4, abs=found.step)
            for share in (0.1, 0.5, 0.9):
                # The part of the sample that keeps a percentile is a binomial of its own.
                value = found.spread.percentile(share) or 0.0
                slack = 5 * math.sqrt(share * (1 - share) / len(waits)) + 1e-9
                assert np.mean(waits <= value + found.step + 1e-6) >= share - slack, (
                    seed,
                    end,
                    share,
                )
                assert np.mean(waits < value - found.step - 1e-6) <= share + slack, (
                    seed,
                    end,
                    share,
                )
    assert compared > BATCH / 10


# Closed forms


def line(*tasks: str) -> Drawing:
    names = ["S", *tasks, "E"]
    flows = " ".join(f"{one}>{other}" for one, other in pairwise(names))
    return asked(Drawing(), *(f"task {name}" for name in tasks), flows=flows)


def parallel(*tasks: str) -> Drawing:
    flows = " ".join(f"F>{name} {name}>J" for name in tasks)
    nodes = ("parallelGateway F", "parallelGateway J", *(f"task {name}" for name in tasks))
    return asked(Drawing(), *nodes, flows=f"S>F {flows} J>E")


def loop(again: float) -> tuple[Drawing, dict[str, float]]:
    nodes = ("exclusiveGateway J", "task A", "exclusiveGateway X")
    drawing = asked(Drawing(), *nodes, flows="S>J J>A A>X X>J X>E")
    return drawing, {"X-J": again, "X-E": 1 - again}


def near(value: float) -> object:
    return pytest.approx(value, rel=2e-3)


def test_the_sum_of_two_exponentials() -> None:
    found = drawn(line("A", "B"), "E", A=exponential(2), B=exponential(3))
    assert found.expected == pytest.approx(5, abs=1e-12)
    assert found.error == 0
    assert found.spread.percentile(0.5) == near(4.158883083)
    assert found.spread.percentile(0.9) == near(9.783966055)
    assert found.spread.above(9.783966055) == pytest.approx(0.1, abs=1e-3)


def test_the_longest_of_several() -> None:
    two = drawn(parallel("A", "B"), "E", A=Uniform(0, 4), B=Uniform(0, 4))
    assert (two.expected, two.error) == (pytest.approx(8 / 3, abs=1e-12), 0)
    assert two.spread.percentile(0.5) == near(4 * math.sqrt(0.5))
    three = drawn(parallel("A", "B", "C"), "E", **dict.fromkeys("ABC", exponential(6)))
    assert three.expected == pytest.approx(6 * (1 + 1 / 2 + 1 / 3), abs=1e-9)
    assert three.spread.percentile(0.9) == near(-6 * math.log(1 - 0.9 ** (1 / 3)))


def test_the_longest_of_what_is_no_single_duration_says_how_far_off_it_can_be() -> None:
    nodes = ("parallelGateway F", "task A", "task B", "task C", "parallelGateway J")
    drawing = asked(Drawing(), *nodes, flows="S>F F>A A>B F>C B>J C>J J>E")
    found = drawn(drawing, "E", A=exponential(1), B=exponential(1), C=exponential(1))
    # An Erlang of two against an exponential: 2 + 1 - E[min], and E[min] = 3/4.
    assert 0 < found.error < 0.01
    assert found.expected == pytest.approx(2.25, abs=1e-4)


def test_a_random_number_of_exponentials_is_an_exponential() -> None:
    drawing, likely = loop(0.75)
    graph = drawing.graph()
    timings = read_timings(graph, {"A": exponential(2)}, probabilities=likely)
    found = reductions_of(game_of(graph, timings)).reduce(Moment("E"))
    assert found.expected == pytest.approx(8, abs=1e-9)
    assert found.spread.percentile(0.9) == near(8 * math.log(10))
    assert found.spread.percentile(0.99) == near(8 * math.log(100))


def test_a_clock_that_cuts_off_what_takes_too_long() -> None:
    nodes = ("task A", "boundaryEvent B timer PT2H on=A", "task C", "endEvent F message")
    drawing = asked(Drawing(), *nodes, flows="S>A A>E B>C C>F").message("F>Client")
    durations = {"A": exponential(2), "B": 2, "C": Uniform(1, 3)}
    game = game_of(drawing.graph(), read_timings(drawing.graph(), durations))
    reductions = reductions_of(game)
    kept, cut = reductions.reduce(Moment("E")), reductions.reduce(Moment("F"))
    share = 1 - math.exp(-1)
    assert kept.executions == pytest.approx(share, abs=1e-12)
    assert kept.expected == pytest.approx((2 - 4 * math.exp(-1)) / share, abs=1e-9)
    assert kept.spread.values[-1] <= 2
    assert cut.executions == pytest.approx(1 - share, abs=1e-12)
    assert cut.expected == pytest.approx(4, abs=1e-9)


def test_a_wait_after_several_contacts() -> None:
    nodes = ("exclusiveGateway X", "sendTask T", "exclusiveGateway J", "task A")
    drawing = asked(Drawing(), *nodes, flows="S>X X>T X>J T>J J>A A>E").message("T>Client")
    likely = {"X-T": 0.25, "X-J": 0.75}
    timings = read_timings(drawing.graph(), {"T": 2, "A": exponential(3)}, probabilities=likely)
    report = find_waiting_stretches(drawing.graph(), timings, ["Client"])
    end = only(report, "E")
    assert (end.how, end.because, end.standard_error) == ("reduced", "", 0)
    assert [(leg.start, leg.share) for leg in end.legs] == [
        ("S", pytest.approx(0.75)),
        ("T", pytest.approx(0.25)),
    ]
    assert all(leg.expected == pytest.approx(3, abs=1e-12) for leg in end.legs)
    assert only(report, "T").executions == pytest.approx(0.25, abs=1e-12)


# What must not change, or must change just so


def percentiles(found: Reduced) -> list[float]:
    return [found.spread.percentile(share) or 0.0 for share in (0.1, 0.5, 0.9, 0.99)]


def test_the_order_of_work_changes_nothing() -> None:
    durations = {"A": Triangular(1, 2, 6), "B": LogNormal(3, 2), "C": Gamma(2.5, 1)}
    one = drawn(line("A", "B", "C"), "E", **durations)
    other = drawn(line("C", "A", "B"), "E", **durations)
    assert percentiles(one) == pytest.approx(percentiles(other))


def test_a_duration_in_two_parts_changes_nothing() -> None:
    whole = drawn(line("A", "B"), "E", A=Gamma(4, 1), B=Pert(1, 2, 9))
    parts = drawn(line("A", "B", "C"), "E", A=Gamma(2, 1), B=Pert(1, 2, 9), C=Gamma(2, 1))
    assert percentiles(whole) == pytest.approx(percentiles(parts), rel=1e-3)
    assert whole.expected == pytest.approx(parts.expected, abs=1e-9)


def test_more_time_on_every_path_moves_everything_by_as_much() -> None:
    before = drawn(parallel("A", "B"), "E", A=exponential(2), B=Uniform(1, 4))
    flows = "S>C C>F F>A F>B A>J B>J J>E"
    nodes = ("parallelGateway F", "parallelGateway J", "task A", "task B", "task C")
    later = asked(Drawing(), *nodes, flows=flows)
    after = drawn(later, "E", A=exponential(2), B=Uniform(1, 4), C=Fixed(7))
    assert after.expected == pytest.approx(before.expected + 7, abs=1e-9)
    moved = [time + 7 for time in percentiles(before)]
    assert percentiles(after) == pytest.approx(moved, abs=after.step + before.step)


# What is refused


def test_what_cannot_be_worked_out_is_refused_with_a_reason() -> None:
    told = ("parallelGateway F", "task A", "sendTask B", "parallelGateway J")
    joined = asked(Drawing(), *told, flows="S>F F>A F>B A>J B>J J>E").message("B>Client")
    assert refused(joined, "E", A=exponential(1)) == "branches from several contacts join: J"
    gateways = [f"parallelGateway {name}" for name in ("F", "G", "H", "J")]
    tasks = [f"task {name}" for name in "ABCD"]
    flows = "S>F F>A F>B A>G G>C G>H B>H H>D C>J D>J J>E"
    net = asked(Drawing(), *gateways, *tasks, flows=flows)
    assert refused(net, "E", A=exponential(1)) == "parallel work that is no block: F"
    race = (
        "task A",
        "eventBasedGateway G",
        "intermediateCatchEvent M message",
        "intermediateCatchEvent Q timer PT5H",
    )
    deferred = asked(Drawing(), *race, flows="S>A A>G G>M G>Q M>E Q>E")
    deferred.pool("Bank", "startEvent T message", "task P", "endEvent U", flows="T>P P>U")
    deferred.message("A>T", "U>M")
    assert refused(deferred, "E", P=exponential(1)) == "who comes first decides: G"
    ended = asked(
        Drawing(),
        *("parallelGateway F", "task A", "task B", "endEvent Z terminate"),
        flows="S>F F>A F>B A>E B>Z",
    )
    assert refused(ended, "E", A=exponential(1)) == "something else is ended: Z"


def test_what_is_refused_is_sampled_and_says_why() -> None:
    nodes = ("parallelGateway F", "task A", "sendTask B", "parallelGateway J")
    drawing = asked(Drawing(), *nodes, flows="S>F F>A F>B A>J B>J J>E").message("B>Client")
    report = drawing.report({"A": Uniform(1, 5), "B": Uniform(2, 3)})
    told, end = only(report, "B"), only(report, "E")
    assert (told.how, told.because) == ("reduced", "")
    assert (end.how, end.because) == ("sampled", "branches from several contacts join: J")
    assert end.standard_error > 0
    assert end.as_dict()["method"]["because"] == end.because


def test_fifty_tasks_are_as_good_as_normal() -> None:
    tasks = [f"T{number}" for number in range(50)]
    kinds = (exponential(2), Uniform(1, 3), Gamma(2.5, 1), LogNormal(2, 1), Pert(1, 2, 9))
    game = game_of(
        line(*tasks).graph(),
        read_timings(line(*tasks).graph(), {t: kinds[n % 5] for n, t in enumerate(tasks)}),
    )
    found, calls = count_calls(partial(reductions_of(game).reduce, Moment("E")))
    assert calls < 50_000
    mean = 10 * math.fsum(kind.mean for kind in kinds)
    deviation = math.sqrt(10 * (4 + 1 / 3 + 2.5 + 1 + 64 * 1.5 * 4.5 / (36 * 7)))
    assert found.expected == pytest.approx(mean, abs=1e-9)
    # Fifty of them are as good as normal, but for a little skew.
    assert found.spread.percentile(0.9) == pytest.approx(mean + 1.2816 * deviation, rel=5e-3)
