"""What is played of large models: circles in one go, few notes, and nothing that grows too fast."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import networkx as nx
import numpy as np
import pytest
from drawing import Drawing, asked, only
from random_collaborations import make_collaboration
from test_waiting_crowd import compare, drawn_game, game_of, many_at_once

from cjbpmn.distributions import Uniform
from cjbpmn.waiting.crowd import rows as crowd_rows
from cjbpmn.waiting.crowd import sample
from cjbpmn.waiting.crowd.game import play_crowd
from cjbpmn.waiting.crowd.lineage import Lineages
from cjbpmn.waiting.crowd.order import make_plan
from cjbpmn.waiting.crowd.rows import NOBODY, Crowd, Rows
from cjbpmn.waiting.crowd.sample import sample_crowd
from cjbpmn.waiting.crowd.sequence import put_in_order
from cjbpmn.waiting.crowd.spans import Spans
from cjbpmn.waiting.crowd.table import Instances
from cjbpmn.waiting.crowd.tally import take_stock
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.lineage import Branch, Lineage
from cjbpmn.waiting.playing.runs import Script, sample_runs, union
from cjbpmn.waiting.structure import Moment

# Circles

RINGS = [
    (("exclusiveGateway X", "task A", "exclusiveGateway Y"), "S>X X>A A>Y Y>X Y>E", {"X"}),
    (("task A", "task B", "exclusiveGateway Y"), "S>A A>B B>Y Y>A Y>E", {"A"}),
    (
        ("exclusiveGateway X", "task A", "intermediateCatchEvent T timer PT3H", "task B"),
        "S>X X>A A>T T>X X>B B>E",
        {"X"},
    ),
    (
        ("exclusiveGateway X", "task A", "exclusiveGateway Y", "task B", "exclusiveGateway Z"),
        "S>X X>A A>Y Y>B Y>E B>Z Z>X Z>E",
        {"X"},
    ),
    (
        ("task A", "exclusiveGateway Y", "task B", "exclusiveGateway Z", "task C"),
        "S>A A>Y Y>B Y>A B>Z Z>B Z>C C>E",
        {"A", "B"},
    ),
    (
        (
            "parallelGateway F",
            "task A",
            "exclusiveGateway Y",
            "task B",
            "parallelGateway J",
            "task C",
        ),
        "S>F F>A F>B A>Y Y>A Y>J B>J J>C C>E",
        {"A"},
    ),
    # A circle in a circle: only the inner one is gone round in one go.
    (
        ("exclusiveGateway M", "task A", "exclusiveGateway Y", "task B", "exclusiveGateway Z"),
        "S>M M>A A>Y Y>A Y>B B>Z Z>M Z>E",
        set(),
    ),
]


@pytest.mark.parametrize(("nodes", "flows", "rings"), RINGS)
@pytest.mark.parametrize("hours", [{"A": 1.5, "B": 4, "C": 2}, {"A": Uniform(1, 3), "B": 2}])
def test_circles_are_gone_round_as_they_are_one_by_one(
    nodes: tuple[str, ...], flows: str, rings: set[str], hours: dict[str, float | Uniform]
) -> None:
    drawing = asked(Drawing(), *nodes, flows=flows)
    game = drawn_game(drawing, hours, {})
    assert set(make_plan(game).rings) == rings
    compare(game, many_at_once(game), Figures(game, sample_runs(game, samples=4000)))


@pytest.mark.parametrize(
    ("nodes", "flows"),
    [
        (("exclusiveGateway X", "sendTask A", "exclusiveGateway Y"), "S>X X>A A>Y Y>X Y>E"),
        (("task A", "task B", "exclusiveGateway Y"), "S>A S>B A>B B>Y Y>A Y>E"),
        (
            ("task A", "boundaryEvent Z timer PT2H on=A", "exclusiveGateway Y"),
            "S>A A>Y Y>A Y>E Z>E",
        ),
    ],
)
def test_circles_in_which_more_happens_are_played_round_by_round(
    nodes: tuple[str, ...], flows: str
) -> None:
    drawing = asked(Drawing(), *nodes, flows=flows)
    if any(node.startswith("sendTask") for node in nodes):
        drawing.message("A>Client")
    game = drawn_game(drawing, {"A": Uniform(1, 3), "B": 2}, {})
    assert not make_plan(game).rings
    compare(game, many_at_once(game), Figures(game, sample_runs(game, samples=4000)))


def test_the_chances_of_a_circle_are_those_of_its_gates() -> None:
    nodes = ("task A", "exclusiveGateway Y", "task B", "exclusiveGateway Z", "task C")
    drawing = asked(Drawing(), *nodes, flows="S>A A>Y Y>B Y>C B>Z Z>A Z>E C>E")
    likely = {"Y-B": 0.8, "Y-C": 0.2, "Z-A": 0.5, "Z-E": 0.5}
    game = drawn_game(drawing, {"A": 1, "B": 10, "C": 100}, likely)
    assert set(make_plan(game).rings) == {"A"}
    number = 100_000
    figures = many_at_once(game, number)
    rounds, by_c = 1 / (1 - 0.8 * 0.5), 0.2 / (1 - 0.8 * 0.5)
    wanted = rounds * (1 + 0.8 * 10) + by_c * 100
    assert figures.expected(Moment("E")) == pytest.approx(wanted, rel=0.02)
    parts = figures.blame().before[Moment("E")]
    assert parts["C"] == pytest.approx(by_c * 100, rel=0.02)
    assert parts["B"] == pytest.approx(rounds * 8, rel=0.02)


def test_a_circle_that_is_hardly_left_is_counted_round_by_round() -> None:
    drawing = asked(Drawing(), "task A", "exclusiveGateway Y", flows="S>A A>Y Y>A Y>E")
    game = drawn_game(drawing, {"A": 1}, {"Y-A": 0.995, "Y-E": 0.005})
    assert not make_plan(game).rings


# Order


@pytest.mark.parametrize("seed", range(60))
def test_what_leads_to_others_comes_first(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test needs no secrets
    size = random.randrange(1, 30)
    after = [
        list(dict.fromkeys(random.randrange(size) for _ in range(random.randrange(3))))
        for _ in range(size)
    ]
    order, circular = put_in_order(after, [random.random() < 0.3 for _ in range(size)])
    assert sorted(order) == list(range(size))
    network = nx.DiGraph([(one, other) for one in range(size) for other in after[one]])
    network.add_nodes_from(range(size))
    place = {node: index for index, node in enumerate(order)}
    component: dict[int, int] = {}
    for number, members in enumerate(nx.strongly_connected_components(network)):
        component.update(dict.fromkeys(members, number))
        places = sorted(place[node] for node in members)
        assert places == list(range(places[0], places[0] + len(members)))
    for one, other in network.edges:
        assert place[one] < place[other] or component[one] == component[other]
    for node in range(size):
        on = sum(component[other] == component[node] for other in range(size)) > 1
        assert circular[node] == (on or node in after[node])


# Notes


@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_only_what_comes_after_the_last_contact_has_to_be_noted(seed: int) -> None:
    drawn = make_collaboration(seed)
    games = [game_of(seed), drawn_game(drawn.drawing, drawn.durations, drawn.probabilities)]
    for game in games:
        few, all_ = make_plan(game), make_plan(game)
        all_.noticed = game.noticed
        assert few.noticed <= all_.noticed
        one, other = (take_stock(game, play_crowd(game, 400, seed, plan)) for plan in (few, all_))
        assert (one.tails, one.ending, one.warnings) == (other.tails, other.ending, other.warnings)


def test_less_is_noted_where_all_ways_lead_to_the_customer() -> None:
    nodes = ("task A", "exclusiveGateway X", "task B", "task C", "endEvent N")
    game = drawn_game(asked(Drawing(), *nodes, flows="S>A A>X X>B X>C B>E C>N"), {"A": 1}, {})
    noticed = make_plan(game).noticed
    assert {"A", "X", "C"} <= noticed
    assert "B" not in noticed


def test_times_that_touch_are_joined() -> None:
    random = Random(7)  # noqa: S311 - a test needs no secrets
    spans = [
        (random.randrange(5), begin := random.randrange(30), begin + random.randrange(6))
        for _ in range(80)
    ]
    case, start, end = (np.array(column) for column in zip(*spans, strict=True))
    found = Spans(case, start.astype(float), end.astype(float)).in_order(5).union()
    for number in range(5):
        here = found.case == number
        pairs = list(zip(found.start[here].tolist(), found.end[here].tolist(), strict=True))
        assert pairs == union((a, b) for one, a, b in spans if one == number)


def test_work_that_is_put_together_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = make_collaboration(5)
    game = drawn_game(drawn.drawing, drawn.durations, drawn.probabilities)
    loose = take_stock(game, play_crowd(game, 300)).figures["occupied"]
    monkeypatch.setattr(crowd_rows, "_LOOSE", 10)
    packed = play_crowd(game, 300)
    assert np.allclose(take_stock(game, packed).figures["occupied"], loose)
    assert loose.max() > 0


def test_the_latest_contact_counts_where_many_branches_meet() -> None:
    random = np.random.default_rng(3)
    size, ways = 50, 150
    nobody = np.full(size, NOBODY, np.intp)
    parts = []
    for _ in range(ways):
        last = random.integers(-1, 8, size)
        since = np.where(last == NOBODY, -1.0, last // 3 + 0.0)
        time = random.integers(5, 9, size) + 0.0
        stay = random.integers(0, 1000, size)
        parts.append(Rows(np.arange(size), nobody, time, since, last, stay))
    crowd = Crowd(size)
    met = crowd.merge(parts)
    absorbed = set(np.concatenate(crowd.absorbed).tolist())
    for row in range(size):
        first = max(parts, key=lambda one: one.time[row])
        assert (met.time[row], met.stay[row]) == (first.time[row], first.stay[row])
        pairs = {(one.since[row], one.last[row]) for one in parts}
        assert (met.since[row], met.last[row]) == max(pairs)
        assert {last for _, last in pairs} - {met.last[row], NOBODY} <= absorbed


# Where tokens come from


def test_branches_have_in_common_what_they_have_one_by_one() -> None:
    random = Random(2)  # noqa: S311 - a test needs no secrets
    size = 40
    lineages = Lineages()
    column = np.arange(size)
    known: list[tuple[Rows, list[Lineage]]] = [(Rows.new(column, column), [None] * size)]
    for _ in range(60):
        rows, own = random.choice(known)
        several = None
        ways: list[np.ndarray | None] = [None, None, None]
        if random.random() < 0.5:
            ways = [np.array([random.random() < 0.6 for _ in range(size)]) for _ in range(3)]
            several = np.sum(ways, axis=0) > 1
        first = lineages.number
        branches = lineages.part(1, rows, ways, several)
        split = first
        splits: list[int | None] = []
        for row in range(size):
            parts = several is None or bool(several[row])
            splits.append(split if parts else None)
            split += parts
        for way, branch in enumerate(branches):
            taken = ways[way]
            if taken is None:
                after = [Branch(own[row], splits[row] or 0, way) for row in range(size)]
                known.append((rows.but(branch=branch), after))
    for one, other in pairwise(random.sample(known, len(known))):
        found = lineages.common([one[0], other[0]])
        for row in range(size):
            wanted = common_of(one[1][row], other[1][row])
            number = NOBODY if found is None else int(found[row])
            assert (None if number == NOBODY else (number >> 24, number & 0xFFFFFF)) == wanted


def common_of(one: Lineage, other: Lineage) -> tuple[int, int] | None:
    """Compare by what branches are, since each was made anew."""
    mine, theirs = _path(one), _path(other)
    shared = [branch for branch in mine if branch in set(theirs)]
    return shared[0] if shared else None


def _path(lineage: Lineage) -> list[tuple[int, int]]:
    found = []
    while lineage is not None:
        found.append((lineage.split, lineage.number))
        lineage = lineage.before
    return found


def test_those_who_hold_executions_are_found_wherever_they_began() -> None:
    instances = Instances()
    for first in (0, 10, 20):
        case = np.arange(first, first + 4)
        instances.open(Rows.new(case, case), 1)
    crowd = Crowd(30)
    instances.left[:] = 5.0
    assert instances.holder(np.array([4, 5, 6, 7]), crowd).case.tolist() == [10, 11, 12, 13]
    assert instances.holder(np.array([9, 0, 6, 3]), crowd).case.tolist() == [21, 0, 12, 3]


# Size


def test_the_choices_of_a_run_are_ordered_as_if_they_were_written_in_full() -> None:
    random = Random(5)  # noqa: S311 - a test needs no secrets
    runs = [[random.randrange(3) for _ in range(random.randrange(1, 6))] for _ in range(4)]
    scripts = [
        Script(run, place, index)
        for run in runs
        for place in range(len(run))
        for index in range(3)
        if index != run[place]
    ]
    for one in scripts:
        for other in scripts:
            assert (one < other) == (one.choices < other.choices)


def test_large_models_are_played_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = ("parallelGateway F", "task A", "task B", "parallelGateway J")
    drawing = asked(Drawing(), *nodes, flows="S>F F>A F>B A>J B>J J>E")
    game = drawn_game(drawing, {"A": Uniform(1, 2), "B": Uniform(0, 4)}, {})
    whole = sample_crowd(game, cases=900)
    played: list[int] = []

    def counted(game: Game, number: int, *given: object, **rest: object) -> Crowd:
        played.append(number)
        return play_crowd(game, number, *given, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(sample, "_TRACED", 500)
    monkeypatch.setattr(sample, "_HELD", 20_000)
    monkeypatch.setattr(sample, "play_crowd", counted)
    parts = sample_crowd(game, cases=900)
    assert whole.number == parts.number == sum(played) == 900
    assert len(played) > 2
    assert parts.traced < 900
    assert parts.figures["wait"].mean() == pytest.approx(whole.figures["wait"].mean(), rel=0.1)


def nested_blocks(depth: int) -> Drawing:
    nodes, flows = ["task M"], [f"s{depth - 1}>M", f"M>j{depth - 1}"]
    for n in range(depth):
        nodes += [f"parallelGateway s{n}", f"task a{n}", f"parallelGateway j{n}"]
        flows += [f"s{n}>a{n}", f"a{n}>j{n}"]
        flows += [f"s{n - 1}>s{n}", f"j{n}>j{n - 1}"] if n else ["S>s0", "j0>E"]
    return asked(Drawing(), *nodes, flows=" ".join(flows))


@pytest.mark.parametrize("depth", [1, 12, 39])
def test_blocks_in_blocks_are_worked_out(depth: int) -> None:
    hours = {f"a{n}": Uniform(0, 1 + n / 10) for n in range(depth)} | {"M": Uniform(1, 2)}
    found = only(nested_blocks(depth).report(hours), "E")
    assert found.how == "reduced"
    game = drawn_game(nested_blocks(depth), hours, {})
    figures = many_at_once(game)
    error = 5 * figures.error_of(Moment("E")) + 1e-6
    assert found.expected == pytest.approx(figures.expected(Moment("E")), abs=error)


def test_blocks_in_blocks_by_the_thousand_have_an_answer() -> None:
    depth = 2_000
    found = only(nested_blocks(depth).report({"M": Uniform(1, 2), "a7": 3}), "E")
    assert "blocks in each other" in found.because
    assert found.how == "sampled"
    assert found.expected == pytest.approx(3.0)
    assert len(found.body) == 3 * depth + 1


def test_many_circles_in_a_row_take_the_time_of_all() -> None:
    number = 500
    nodes, flows = [], []
    for n in range(number):
        nodes += [f"task a{n}", f"exclusiveGateway y{n}"]
        flows += [f"a{n}>y{n}", f"y{n}>a{n}", f"y{n - 1}>a{n}" if n else "S>a0"]
    drawing = asked(Drawing(), *nodes, flows=" ".join([*flows, f"y{number - 1}>E"]))
    game = drawn_game(drawing, {f"a{n}": Uniform(0, 1) for n in range(number)}, {})
    assert len(make_plan(game).rings) == number
    figures = many_at_once(game, 1000)
    end = Moment("E")
    # Each goes round twice on average, for half an hour.
    assert figures.expected(end) == pytest.approx(number, abs=5 * figures.error_of(end))
    assert math.fsum(figures.blame().before[end].values()) == pytest.approx(figures.expected(end))
