"""Many cases played at once: the same as all runs, one by one, would say."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import Drawing, asked, only
from random_collaborations import make_collaboration
from random_models import make_model
from test_waiting import CASES as CASES_BY_HAND
from test_waiting import FOLDER, customers_of, graph_of, timings_of

from cjbpmn.contacts import Contact, customer_side, find_contacts
from cjbpmn.customer import CONFIDENT, find_customer_candidates, resolve_customer
from cjbpmn.distributions import LogNormal, Triangular, Uniform
from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.waiting.crowd.figures import CrowdFigures
from cjbpmn.waiting.crowd.game import play_crowd
from cjbpmn.waiting.crowd.order import refusal
from cjbpmn.waiting.crowd.rows import Refused
from cjbpmn.waiting.crowd.sample import sample_crowd
from cjbpmn.waiting.crowd.tally import Tally, take_stock
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.runs import enumerate_runs, is_countable, sample_runs
from cjbpmn.waiting.search import find_structure
from cjbpmn.waiting.structure import Moment

CASES = 20_000
MODELS = int(os.environ.get("CJBPMN_RANDOM_MODELS", "100"))
NAMES = ("journey", "wait", "longest", "gaps", "occupied")


def game_of(seed: int) -> Game:
    model = make_model(seed)
    hours, likely = model.timings()
    return game_for(build_graph(read_document(model.data())), "Client", hours, likely)


def drawn_game(drawing: Drawing, hours: Mapping[str, Any], likely: Mapping[str, float]) -> Game:
    return game_for(drawing.graph(), "Client", hours, likely)


def game_for(
    graph: ProcessGraph,
    customer: str,
    hours: Mapping[str, Any],
    likely: Mapping[str, float] | None = None,
) -> Game:
    customers = resolve_customer(graph, [customer])
    contacts = find_contacts(graph, customers)
    structure = find_structure(graph, contacts, customer_side(graph, customers))[0]
    known = {name: time for name, time in hours.items() if name in graph.nodes}
    return Game(structure, read_timings(graph, known, probabilities=likely or {}))


def many_at_once(game: Game, number: int = CASES) -> CrowdFigures:
    return CrowdFigures(game, take_stock(game, play_crowd(game, number)))


class Judge:
    """Compares what is exact with what comes from a sample: five standard errors are enough.

    Where the other figures come from a sample too, theirs add to it.
    """

    def __init__(self, exact: Figures, sampled: CrowdFigures) -> None:
        self.exact = exact
        self.sampled = sampled
        self.is_sample = exact.method == "sampled"
        self.slack = math.sqrt(1 + CASES / len(exact.runs)) if self.is_sample else 1.0
        self.blame, self.sampled_blame = exact.blame(), sampled.blame()

    def near(self, exact: float, found: float, deviation: float, number: float = CASES) -> None:
        assert found == pytest.approx(
            exact, abs=5 * self.slack * deviation / math.sqrt(max(number, 1)) + 1e-9
        )

    def share(self, exact: float, found: float, number: float = CASES) -> None:
        if self.is_sample:
            middle = (exact + found) / 2
            self.near(exact, found, math.sqrt(max(middle * (1 - middle), 0.0)) + 0.02, number)
            return
        self.near(exact, found, math.sqrt(max(exact * (1 - exact), 0.0)) + 1e-3, number)

    def repeats(self, end: Moment) -> float:
        """Return how much cases differ in how often they come to a contact."""
        tally = self.sampled.tally
        return float(np.bincount(tally.case[tally.places(end)], minlength=tally.number).std())

    def stretch(self, end: Moment) -> None:
        exact, sampled = self.exact, self.sampled
        times = exact.executions(end)
        number = CASES * times
        self.near(times, sampled.executions(end), self.repeats(end) + 1e-3)
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
        assert (
            self.is_sample or {round(value, 6) for value in sampled.spread_of(end).values} <= known
        )
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
        assert math.fsum(self.sampled_blame.case.values()) == pytest.approx(sampled.mean("wait"))
        assert math.fsum(self.sampled_blame.ended.values()) == pytest.approx(sampled.mean("wait"))
        curve = sampled.curve()
        if curve:
            assert curve[-1][1] == pytest.approx(sampled.mean("wait"))
            assert list(curve) == sorted(curve)

    def endings(self) -> None:
        exact, sampled = self.exact, self.sampled
        for kind in {*exact.ending, *sampled.ending}:
            self.share(exact.ending.get(kind, 0.0), sampled.ending.get(kind, 0.0))
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


def compare(game: Game, sampled: CrowdFigures, exact: Figures | None = None) -> None:
    judge = Judge(exact or Figures(game, enumerate_runs(game)), sampled)
    for end in {**judge.exact.waits, **sampled.waits}:
        judge.stretch(end)
    if judge.exact.cases:
        judge.case()
    judge.endings()
    judge.tails()


def agrees(game: Game, called: str) -> bool:
    """Hold many cases at once against all runs; False where not all of them can be played."""
    assert refusal(game) is None
    played = enumerate_runs(game)
    if played.method != "exact":
        return False
    try:
        compare(game, many_at_once(game), Figures(game, played))
    except AssertionError as error:
        error.add_note(called)
        raise
    return True


@pytest.mark.parametrize("first", range(0, MODELS, 20))
def test_many_cases_at_once_say_what_all_runs_say(first: int) -> None:
    seeds = range(first, min(first + 20, MODELS))
    assert sum(agrees(game_of(seed), f"model {seed}") for seed in seeds) >= 10


@pytest.mark.parametrize("first", range(0, MODELS, 20))
def test_drawn_customers_at_once_say_what_all_runs_say(first: int) -> None:
    compared = 0
    for seed in range(first, min(first + 20, MODELS)):
        drawn = make_collaboration(seed)
        game = drawn_game(drawn.drawing, drawn.durations, drawn.probabilities)
        compared += agrees(game, f"collaboration {seed}: {', '.join(drawn.told)}")
    assert compared >= 17


REFUSED = {
    "W24": "an event sub-process",
    "W28": "something is undone",
    "W43": "a calendar",
    "W48": "something is cut off",
    "W49": "a complex join",
    "W50": "one thing after another",
    **dict.fromkeys(("X22", "Y05"), "a clock against content"),
    **dict.fromkeys(("X23", "X24", "X26", "X26b", "X26c", "Y01"), "an event sub-process"),
    **dict.fromkeys(("X44", "X45", "X46b"), "something is undone"),
    **dict.fromkeys(("X57", "X58", "Y09"), "a signal"),
    "X27": "something is cut off",
    "X37": "an inclusive join that not all come to",
    "Y11": "a message interrupts",
}


@pytest.mark.parametrize("identifier", list(CASES_BY_HAND))
def test_worked_cases_at_once_say_what_they_say_one_by_one(identifier: str) -> None:
    case = CASES_BY_HAND[identifier]
    graph = graph_of(FOLDER / f"{identifier}.bpmn")
    customers = resolve_customer(graph, customers_of(case, graph))
    declared = {
        node: Contact(value["involvement"], value["direction"])
        for node, value in case["customer"].get("declared", {}).items()
    }
    contacts = find_contacts(graph, customers, declared)
    structure = find_structure(graph, contacts, customer_side(graph, customers))[0]
    game = Game(structure, timings_of(case, graph))
    if identifier in REFUSED:
        with pytest.raises(Refused, match=REFUSED[identifier]):
            raise Refused(refusal(game) or str(many_at_once(game)))
        return
    assert refusal(game) is None
    sampled = many_at_once(game)
    if all(map(is_countable, game.clocks.values())):
        compare(game, sampled)
    else:
        compare(game, sampled, Figures(game, sample_runs(game, samples=4000)))


def test_real_models_at_once_say_what_they_say_one_by_one(corpus: Path) -> None:
    folder = corpus / "camunda-research"
    played = []
    for path in sorted(folder.rglob("*estaurant*.bpmn"))[::4]:
        graph = build_graph(read_document(path))
        found = [one for one in find_customer_candidates(graph) if one.confidence >= CONFIDENT]
        if not found:
            continue
        hours = {
            node.id: Uniform(0.1 + number % 7 / 10, 2 + number % 11 / 3)
            for number, node in enumerate(graph.nodes.values())
            if node.is_activity or node.has_event("timer")
        }
        game = game_for(graph, found[0].id, hours)
        if not game.touches or refusal(game) is not None:
            continue
        try:
            sampled = many_at_once(game)
        except Refused:
            continue
        one_by_one = Figures(game, sample_runs(game, samples=600))
        try:
            compare(game, sampled, one_by_one)
        except AssertionError as error:
            error.add_note(str(path))
            raise
        played.append(path)
    assert len(played) >= 8


def drawn(drawing: Drawing, **given: object) -> tuple[str, str]:
    report = drawing.report({"A": Uniform(1, 3)}, **given)
    return report.engine, report.reason


def test_the_result_says_how_it_was_played() -> None:
    simple = asked(Drawing(), "task A", "task B", flows="S>A A>B B>E")
    assert drawn(simple) == ("vectorised", "")
    values = simple.report({"A": Uniform(1, 3)}).as_dict()["method"]
    assert values["engine"] == "vectorised"
    assert values["samples"] >= 2_000
    assert simple.report({"A": 2}).engine == ""


@pytest.mark.parametrize(
    ("nodes", "flows", "reason"),
    [
        (
            ("task A", "task B", "subProcess P", "boundaryEvent Z timer PT2H on=P"),
            "S>A A>P P>E Z>E",
            "a clock against content: P",
        ),
        (
            ("parallelGateway F", "task A", "task B", "endEvent T terminate"),
            "S>F F>A F>B A>T B>E",
            "something is cut off: T",
        ),
        (
            ("task A", "inclusiveGateway F", "task B", "exclusiveGateway X", "inclusiveGateway J"),
            "S>F F>A F>B A>J B>X X>J X>E J>E",
            "an inclusive join that not all come to: J",
        ),
        (
            (
                "parallelGateway F",
                "task A",
                "task B",
                "exclusiveGateway M",
                "parallelGateway J",
                "task C",
            ),
            "S>F F>A F>B F>C A>M B>M M>J C>J J>E",
            "two tokens by one way: J",
        ),
        (
            (
                "parallelGateway F",
                "task A",
                "exclusiveGateway X",
                "inclusiveGateway O",
                "task B",
                "task C",
                "inclusiveGateway J",
            ),
            "S>F F>A F>X A>X X>O O>B O>C B>J C>J J>E",
            "others may come to an inclusive join: O",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(
    nodes: tuple[str, ...], flows: str, reason: str
) -> None:
    drawing = Drawing()
    if any(node.startswith("subProcess P") for node in nodes):
        drawing.pool("Org", "task I", "task K", flows="I>K", inside="P")
    engine, said = drawn(asked(drawing, *nodes, flows=flows))
    assert engine == "event-driven"
    assert reason in said


def test_a_loop_without_end_is_left_to_the_other_engine() -> None:
    report = asked(Drawing(), "task A", "exclusiveGateway X", flows="S>A A>X X>A X>E").report(
        {"A": Uniform(1, 2)}, probabilities={"X-A": 1.0, "X-E": 0.0}
    )
    assert (report.method, report.engine) == ("none", "")
    assert "livelock:X" in report.warnings or "livelock:A" in report.warnings


def test_mail_is_taken_in_the_order_in_which_it_was_sent() -> None:
    drawing = Drawing()
    drawing.pool("Client", "startEvent s", "task A", "task B", "endEvent e", flows="s>A A>B B>e")
    nodes = ("startEvent S message", "exclusiveGateway M", "receiveTask R", "exclusiveGateway X")
    drawing.pool("Org", *nodes, "endEvent E", flows="S>M M>R R>X X>M X>E")
    drawing.message("A>S", "B>R")
    report = drawing.report({"A": Uniform(1, 3), "B": Uniform(1, 2), "R": 1}, probabilities={})
    assert report.engine == "vectorised"
    # The first time there is a message, the second time there never is.
    assert report.ending["stuck"] == pytest.approx(0.5, abs=0.05)
    assert "no-message:R" in report.warnings


def test_both_ways_of_playing_agree_where_durations_are_spread() -> None:
    nodes = ("parallelGateway F", "task A", "task B", "parallelGateway J", "task C")
    flows = "S>F F>A F>B A>J B>J J>C C>E"
    durations = {"A": Triangular(1, 2, 6), "B": Uniform(0, 5), "C": 1}
    drawing = asked(Drawing(), *nodes, flows=flows)
    fast = drawing.report(durations)
    game = drawn_game(drawing, durations, {})
    slow = Figures(game, sample_runs(game, samples=4000))
    assert (fast.engine, slow.engine) == ("vectorised", "event-driven")
    one = only(fast, "E")
    end = Moment("E")
    error = 4 * (one.standard_error + slow.error_of(end))
    assert one.expected == pytest.approx(slow.expected(end), abs=error)
    assert one.p90 == pytest.approx(slow.spread_of(end).percentile(0.9), abs=0.15)
    assert (one.minimum, one.maximum) == (2, 7)
    assert one.by_lane["Org"] == pytest.approx(one.expected)


def test_the_same_model_gives_the_same_figures() -> None:
    game = game_of(4)
    one, other = (many_at_once(game, 500) for _ in range(2))
    assert one.spread("wait") == other.spread("wait")
    first, second = (sample_crowd(game) for _ in range(2))
    assert first.number == second.number
    assert np.array_equal(first.figures["wait"], second.figures["wait"])


def test_as_many_cases_are_played_as_it_takes() -> None:
    calm = asked(Drawing(), "task A", flows="S>A A>E")
    few = sample_crowd(drawn_game(calm, {"A": Uniform(10, 11)}, {}))
    many = sample_crowd(drawn_game(calm, {"A": LogNormal(10, 20)}, {}))
    assert few.number == 2_000
    assert few.number < many.number <= 100_000
    waits = many.figures["wait"]
    assert 1.96 * waits.std() / math.sqrt(len(waits)) < 0.02 * waits.mean()


def test_batches_say_together_what_they_say_alone() -> None:
    game = drawn_game(make_collaboration(3).drawing, make_collaboration(3).durations, {})
    parts = [take_stock(game, play_crowd(game, number, number)) for number in (300, 500)]
    both = Tally()
    for part in parts:
        both.add(part)
    assert both.number == 800
    for moment in both.moments:
        together = np.concatenate([part.waits(moment) for part in parts])
        assert np.array_equal(both.waits(moment), together)
    for kind, count in both.ending.items():
        assert count == sum(part.ending.get(kind, 0) for part in parts)
    figures = CrowdFigures(game, both)
    assert math.fsum(figures.blame().case.values()) == pytest.approx(figures.mean("wait"))


def test_branches_that_meet_without_a_join_go_on_side_by_side() -> None:
    drawing = asked(Drawing(), "task A", "task B", flows="S>A S>B A>E B>E")
    game = drawn_game(drawing, {"A": 1.5, "B": 2.25}, {})
    compare(game, many_at_once(game))
    assert "unsafe:E" in many_at_once(game).warnings
    assert many_at_once(game).executions(Moment("E")) == 2


def test_of_large_models_some_cases_are_traced_and_speak_for_all() -> None:
    names = [f"T{number}" for number in range(6_000)]
    flows = " ".join(f"{one}>{other}" for one, other in pairwise(["S", *names, "E"]))
    drawing = asked(Drawing(), *(f"task {name}" for name in names), flows=flows)
    game = drawn_game(drawing, dict.fromkeys(names, Uniform(0, 1)), {})
    tally = sample_crowd(game)
    assert tally.traced < tally.number == 1_000
    figures = CrowdFigures(game, tally)
    end = Moment("E")
    error = 4 * figures.error_of(end)
    assert figures.expected(end) == pytest.approx(3_000, abs=error)
    assert math.fsum(figures.blame().before[end].values()) == pytest.approx(3_000, abs=2 * error)
