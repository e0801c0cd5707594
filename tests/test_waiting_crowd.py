"""Many cases played at once: the same as all runs, one by one, would say."""

from __future__ import annotations

import math
import os

import pytest
from drawing import Drawing, asked, only
from random_models import make_model

from cjbpmn.contacts import customer_side, find_contacts
from cjbpmn.customer import resolve_customer
from cjbpmn.distributions import Triangular, Uniform
from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import build_graph
from cjbpmn.waiting.crowd import Refused, play_crowd, refusal
from cjbpmn.waiting.crowd_figures import CrowdFigures
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.game import Game
from cjbpmn.waiting.runs import enumerate_runs
from cjbpmn.waiting.search import find_structure
from cjbpmn.waiting.structure import Moment

CASES = 20_000
MODELS = int(os.environ.get("CJBPMN_RANDOM_MODELS", "100"))
NAMES = ("journey", "wait", "longest", "gaps", "occupied")


def game_of(seed: int) -> Game:
    model = make_model(seed)
    graph = build_graph(read_document(model.data()))
    hours, likely = model.timings()
    customers = resolve_customer(graph, ["Client"])
    contacts = find_contacts(graph, customers)
    structure = find_structure(graph, contacts, customer_side(graph, customers))[0]
    return Game(structure, read_timings(graph, hours, probabilities=likely))


class Judge:
    """Compares what is exact with what comes from a sample: five standard errors are enough."""

    def __init__(self, exact: Figures, sampled: CrowdFigures) -> None:
        self.exact = exact
        self.sampled = sampled
        self.blame, self.sampled_blame = exact.blame(), sampled.blame()

    def near(self, exact: float, found: float, deviation: float, number: float = CASES) -> None:
        assert found == pytest.approx(exact, abs=5 * deviation / math.sqrt(max(number, 1)) + 1e-9)

    def share(self, exact: float, found: float, number: float = CASES) -> None:
        self.near(exact, found, math.sqrt(max(exact * (1 - exact), 0.0)) + 1e-3, number)

    def stretch(self, end: Moment) -> None:
        exact, sampled = self.exact, self.sampled
        times = exact.executions(end)
        number = CASES * times
        self.share(times, sampled.executions(end))
        if number < 100:  # too few to compare
            return
        spread, mean = exact.spread_of(end), exact.expected(end)
        assert mean is not None
        pairs = list(zip(spread.values, spread.shares, strict=True))
        deviation = math.sqrt(max(math.fsum(w * (v - mean) ** 2 for v, w in pairs), 0.0))
        found = sampled.expected(end)
        assert found is not None
        self.near(mean, found, deviation, number)
        known = {round(value, 6) for value in spread.values}
        assert {round(value, 6) for value in sampled.spread_of(end).values} <= known
        legs = {name: share for name, share, _ in sampled.shares(end)}
        for name, share, _ in exact.shares(end):
            self.share(share, legs.get(name, 0.0), number)
        for node, hours in self.blame.before[end].items():
            blamed = self.sampled_blame.before[end].get(node, 0.0)
            self.near(hours, blamed, deviation + hours + 1, number)
        assert math.fsum(self.sampled_blame.before[end].values()) == pytest.approx(found)

    def case(self) -> None:
        exact, sampled = self.exact, self.sampled
        for name in NAMES:
            spread, mean = exact.spread(name), exact.mean(name)
            pairs = list(zip(spread.values, spread.shares, strict=True))
            deviation = math.sqrt(max(math.fsum(w * (v - mean) ** 2 for v, w in pairs), 0.0))
            self.near(mean, sampled.mean(name), deviation)
        for kind in {*exact.ending, *sampled.ending}:
            self.share(exact.ending.get(kind, 0.0), sampled.ending.get(kind, 0.0))
        assert math.fsum(self.sampled_blame.case.values()) == pytest.approx(sampled.mean("wait"))
        assert math.fsum(self.sampled_blame.ended.values()) == pytest.approx(sampled.mean("wait"))
        curve = sampled.curve()
        if curve:
            assert curve[-1][1] == pytest.approx(sampled.mean("wait"))
            assert list(curve) == sorted(curve)
        assert set(sampled.warnings) == set(exact.warnings)

    def tails(self) -> None:
        found = {(tail.kind, tail.start): tail for tail in self.sampled.tails()}
        for tail in self.exact.tails():
            if tail.probability * CASES < 100:
                continue
            other = found[tail.kind, tail.start]
            self.share(tail.probability, other.probability)
            assert set(other.body) <= set(tail.body)
            assert other.processing == pytest.approx(tail.processing, rel=0.2, abs=0.2)


@pytest.mark.parametrize("first", range(0, MODELS, 20))
def test_many_cases_at_once_say_what_all_runs_say(first: int) -> None:
    compared = 0
    for seed in range(first, min(first + 20, MODELS)):
        game = game_of(seed)
        if refusal(game) is not None:
            continue
        played = enumerate_runs(game)
        if played.method != "exact":
            continue
        try:
            judge = Judge(Figures(game, played), CrowdFigures(game, play_crowd(game, CASES)))
            for end in judge.exact.waits:
                judge.stretch(end)
            judge.case()
            judge.tails()
        except AssertionError as error:
            error.add_note(f"model {seed}")
            raise
        compared += 1
    assert compared >= 10


def drawn(drawing: Drawing, **given: object) -> tuple[str, str]:
    report = drawing.report({"A": Uniform(1, 3)}, **given)
    return report.engine, report.reason


def test_the_result_says_how_it_was_played() -> None:
    simple = asked(Drawing(), "task A", "task B", flows="S>A A>B B>E")
    assert drawn(simple) == ("vectorised", "")
    values = simple.report({"A": Uniform(1, 3)}).as_dict()["method"]
    assert (values["samples"], values["engine"]) == (10_000, "vectorised")
    assert simple.report({"A": 2}).engine == ""


@pytest.mark.parametrize(
    ("nodes", "flows", "reason"),
    [
        (("task A", "exclusiveGateway X"), "S>X X>A A>X X>E", "a loop"),
        (("task A", "boundaryEvent B timer PT2H on=A"), "S>A A>E B>E", "undone: A"),
        (("task A", "task B"), "S>A S>B A>E B>E", "meet without a join: E"),
        (("task A", "endEvent T terminate"), "S>A A>T A>E", "undone: T"),
        (
            (
                "task A",
                "eventBasedGateway X",
                "intermediateCatchEvent U timer PT1H",
                "intermediateCatchEvent V timer PT2H",
            ),
            "S>A A>X X>U X>V U>E V>E",
            "a race: X",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(
    nodes: tuple[str, ...], flows: str, reason: str
) -> None:
    engine, said = drawn(asked(Drawing(), *nodes, flows=flows))
    assert engine == "event-driven"
    assert reason in said


def test_messages_between_flow_nodes_are_refused() -> None:
    drawing = asked(Drawing(), "task A", "intermediateThrowEvent M message", flows="S>A A>M M>E")
    drawing.pool("Bank", "startEvent T message", "endEvent U", flows="T>U").message("M>T")
    assert drawn(drawing)[0] == "event-driven"


def test_both_ways_of_playing_agree_where_durations_are_spread() -> None:
    nodes = ("parallelGateway F", "task A", "task B", "parallelGateway J", "task C")
    flows = "S>F F>A F>B A>J B>J J>C C>E"
    durations = {"A": Triangular(1, 2, 6), "B": Uniform(0, 5), "C": 1}
    fast = asked(Drawing(), *nodes, flows=flows).report(durations)
    slow = asked(Drawing(), *nodes, "boundaryEvent Z timer PT99H on=C", flows=f"{flows} Z>E")
    token = slow.report(durations)
    assert (fast.engine, token.engine) == ("vectorised", "event-driven")
    one, other = only(fast, "E"), only(token, "E")
    error = 4 * (one.standard_error + other.standard_error)
    assert one.expected == pytest.approx(other.expected, abs=error)
    assert one.p90 == pytest.approx(other.p90, abs=0.15)
    assert (one.minimum, one.maximum) == (other.minimum, other.maximum) == (2, 7)
    assert one.by_lane["Org"] == pytest.approx(one.expected)


def test_the_same_model_gives_the_same_figures() -> None:
    game = game_of(4)
    one, other = (CrowdFigures(game, play_crowd(game, 500)) for _ in range(2))
    assert one.spread("wait") == other.spread("wait")


def test_two_tokens_in_one_place_are_refused() -> None:
    drawing = asked(Drawing(), "task A", "task B", flows="S>A S>B A>E B>E")
    graph = drawing.graph()
    customers = resolve_customer(graph, ["Client"])
    contacts = find_contacts(graph, customers)
    structure = find_structure(graph, contacts, customer_side(graph, customers))[0]
    game = Game(structure, read_timings(graph))
    assert refusal(game) is None
    with pytest.raises(Refused, match="without a join"):
        play_crowd(game, 10)
