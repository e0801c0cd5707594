"""Bounds that are proven on the model: nothing lies outside, and the exact ones are reached."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from brute_force import Stretch, add_waits, all_runs, case_of
from drawing import Drawing, asked, only
from random_models import Model, make_model

from cjbpmn.contacts import customer_side, find_contacts
from cjbpmn.customer import resolve_customer
from cjbpmn.distributions import Uniform, exponential
from cjbpmn.document import read_document
from cjbpmn.durations import Timings, read_timings
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.waiting.passages.blocks import put_together
from cjbpmn.waiting.passages.rules import find_passages
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.runs import sample_runs
from cjbpmn.waiting.reduction.intervals import Bounds, Intervals
from cjbpmn.waiting.search import find_structure
from cjbpmn.waiting.structure import Moment

MODELS = 120
BATCH = 30
NEAR = 1e-9


def game_of(graph: ProcessGraph, timings: Timings) -> Game:
    customers = resolve_customer(graph, ["Client"])
    contacts = find_contacts(graph, customers)
    structure, _ = find_structure(graph, contacts, customer_side(graph, customers))
    return Game(structure, timings)


def intervals_of(game: Game) -> Intervals:
    found = find_passages(game)
    put_together(found)
    return Intervals(found)


def drawn(drawing: Drawing, **durations: object) -> dict[str, Bounds]:
    graph = drawing.graph()
    game = game_of(graph, read_timings(graph, durations))
    intervals = intervals_of(game)
    return {
        end.name: around(list(intervals.legs(end).values()))
        for end in game.touches
        if intervals.legs(end)
    }


def around(bounds: list[Bounds]) -> Bounds:
    return Bounds(
        min(one.minimum for one in bounds),
        max(one.maximum for one in bounds),
        next((one.reason for one in bounds if one.reason), ""),
    )


def holds(legs: dict[Moment | None, Bounds], wanted: Stretch, *, whole: bool) -> bool:
    """Compare one contact with every run that there is; tell whether its bounds are exact."""
    named = {None if start is None else start.name: bounds for start, bounds in legs.items()}
    exact = all(one.exact for one in legs.values())
    for start, waits in wanted.legs.items():
        values = [wait for wait, weight in waits if weight > 0]
        if exact:
            assert named[start].minimum == pytest.approx(min(values), abs=NEAR)
        assert around(list(legs.values())).minimum <= min(values) + NEAR
        assert around(list(legs.values())).maximum >= max(values) - NEAR
        if start in named and not wanted.tied:
            assert named[start].minimum <= min(values) + NEAR
            assert named[start].maximum >= max(values) - NEAR
            if exact and whole:
                assert named[start].maximum == pytest.approx(max(values), abs=NEAR)
    if exact:
        endless = around(list(legs.values())).maximum == math.inf
        assert endless <= wanted.endless
    return exact


@pytest.mark.parametrize("first", range(0, MODELS, BATCH))
def test_no_run_lies_outside_and_exact_bounds_are_reached(first: int) -> None:
    exact: Counter[bool] = Counter()
    for seed in range(first, first + BATCH):
        model = make_model(seed)
        runs = all_runs(model, seed, 1e-7 if model.loops else 0.0, most=1500)
        left = 1 - math.fsum(weight for weight, _ in runs)
        graph = build_graph(read_document(model.data()))
        hours, likely = model.timings()
        game = game_of(graph, read_timings(graph, hours, probabilities=likely))
        intervals = intervals_of(game)
        wanted = add_waits(model, runs)
        for end in game.touches:
            if wanted[end.key].waits:
                try:
                    legs = intervals.legs(end)
                    whole = left < 1e-12
                    exact[holds(legs, wanted[end.key], whole=whole)] += 1
                except (AssertionError, KeyError) as error:
                    error.add_note(f"model {seed}, {end}, {legs}")
                    raise
    assert exact[True] > 0.5 * exact.total()


def spread(model: Model) -> dict[str, Uniform]:
    hours, _ = model.timings()
    return {name: Uniform(value / 2, value) for name, value in hours.items()}


@pytest.mark.parametrize("first", range(0, MODELS, BATCH))
def test_no_sampled_wait_lies_outside(first: int) -> None:
    for seed in range(first, first + BATCH, 4):
        model = make_model(seed)
        graph = build_graph(read_document(model.data()))
        _, likely = model.timings()
        game = game_of(graph, read_timings(graph, spread(model), probabilities=likely))
        intervals = intervals_of(game)
        bounds = {end: intervals.legs(end) for end in game.touches}
        for _, run in sample_runs(game, samples=100).runs:
            for meeting in run.meetings:
                legs = bounds[meeting.moment]
                before = None if meeting.after is None else run.meetings[meeting.after].moment
                assert legs[before].minimum - NEAR <= meeting.wait, (seed, meeting)
                assert legs[before].maximum + NEAR >= meeting.wait, (seed, meeting)


# One construct at a time


def test_a_way_round_takes_any_time_unless_it_is_counted() -> None:
    loop = asked(
        Drawing(), "exclusiveGateway J", "task A", "exclusiveGateway X", flows="S>J J>A A>X X>J X>E"
    )
    assert drawn(loop, A=Uniform(1, 2))["E"] == Bounds(1, math.inf)
    assert drawn(loop)["E"] == Bounds(0, 0)


def test_what_can_be_left_out_takes_no_time() -> None:
    skip = asked(
        Drawing(), "exclusiveGateway X", "task A", "exclusiveGateway J", flows="S>X X>A X>J A>J J>E"
    )
    assert drawn(skip, A=exponential(3))["E"] == Bounds(0, math.inf)


def test_a_clock_on_the_border_cuts_off_the_most() -> None:
    nodes = ("task A", "boundaryEvent B timer PT2H on=A", "task C", "endEvent F message")
    drawing = asked(Drawing(), *nodes, flows="S>A A>E B>C C>F").message("F>Client")
    bounds = drawn(drawing, A=Uniform(1, 9), B=2, C=Uniform(3, 4))
    assert (bounds["E"], bounds["F"]) == (Bounds(1, 2), Bounds(5, 6))
    never = drawn(drawing, A=Uniform(0, 2), B=2, C=1)
    assert never["E"] == Bounds(0, 2)
    assert "F" not in never


def test_a_supplier_who_answers_is_a_parallel_branch() -> None:
    nodes = ("task A", "task B", "intermediateCatchEvent M message", "task C")
    drawing = asked(Drawing(), *nodes, flows="S>A A>B B>M M>C C>E")
    drawing.pool("Supplier", "startEvent T message", "task P", "endEvent U", flows="T>P P>U")
    drawing.message("A>T", "U>M")
    bounds = drawn(drawing, A=1, B=Uniform(2, 3), P=Uniform(1, 5), C=1)
    assert bounds["E"] == Bounds(4, 7)


def test_pieces_that_wait_for_several_others_are_bounded_exactly() -> None:
    gateways = [f"parallelGateway {name}" for name in ("F", "G", "H", "J")]
    tasks = [f"task {name}" for name in "ABCD"]
    flows = "S>F F>A F>B A>G G>C G>H B>H H>D C>J D>J J>E"
    bounds = drawn(
        asked(Drawing(), *gateways, *tasks, flows=flows),
        A=Uniform(1, 2),
        B=Uniform(3, 4),
        C=Uniform(5, 9),
        D=Uniform(1, 6),
    )
    assert bounds["E"] == Bounds(6, 11)


def told_on_the_way() -> Drawing:
    nodes = ("parallelGateway F", "task A", "sendTask B", "parallelGateway J")
    return asked(Drawing(), *nodes, flows="S>F F>A F>B A>J B>J J>E").message("B>Client")


def test_where_branches_of_several_contacts_join_bounds_are_outer_and_say_so() -> None:
    bounds = drawn(told_on_the_way(), A=Uniform(1, 5), B=Uniform(2, 3))
    assert bounds["B"] == Bounds(2, 3)
    assert bounds["E"] == Bounds(0, 5, "branches from several contacts join: J")


def test_what_began_before_a_contact_is_part_of_the_wait_only_after_it() -> None:
    drawing = told_on_the_way()
    timings = read_timings(drawing.graph(), {"A": Uniform(1, 5), "B": Uniform(2, 3)})
    legs = intervals_of(game_of(drawing.graph(), timings)).legs(Moment("E"))
    # A begins when B does; of its five hours, two at least are over when B is.
    assert (legs[Moment("B")].minimum, legs[Moment("B")].maximum) == (0, 3)


def test_what_is_ended_from_elsewhere_is_not_exact() -> None:
    nodes = ("parallelGateway F", "task A", "task B", "endEvent Z terminate")
    drawing = asked(Drawing(), *nodes, flows="S>F F>A F>B A>E B>Z")
    bounds = drawn(drawing, A=Uniform(1, 5), B=3)
    assert bounds["E"].reason == "something else is ended: Z"
    assert (bounds["E"].minimum, bounds["E"].maximum) == (1, 5)


# What the report says


def test_the_report_proves_what_it_can() -> None:
    report = told_on_the_way().report({"A": Uniform(1, 5), "B": Uniform(2, 3)})
    told, end = only(report, "B"), only(report, "E")
    assert (told.bounds, told.minimum, told.maximum) == ("exact", 2, 3)
    # It is at most three hours: what happened comes close, and what is proven lies beyond.
    assert (end.bounds, end.minimum) == ("attained", 0)
    assert 2 <= end.maximum <= 3
    assert end.within == (0, 5)
    assert end.as_dict()["method"]["within"] == [0, 5]
    assert "within" not in told.as_dict()["method"]


def test_bounds_of_many_choices_are_proven_although_not_all_are_tried() -> None:
    nodes, flows = [], ["S>X0"]
    for n in range(60):
        nodes += [f"exclusiveGateway X{n}", f"task A{n}", f"task B{n}"]
        flows += [f"X{n}>A{n}", f"X{n}>B{n}", f"A{n}>X{n + 1}", f"B{n}>X{n + 1}"]
    nodes.append("exclusiveGateway X60")
    drawing = asked(Drawing(), *nodes, flows=" ".join([*flows, "X60>E"]))
    likely = {f"X{n}-B{n}": 0.001 for n in range(60)}
    (stretch,) = drawing.report(
        {f"A{n}": 1 for n in range(60)} | {f"B{n}": Uniform(0, 5) for n in range(60)},
        probabilities=likely,
    )
    assert (stretch.bounds, stretch.minimum, stretch.maximum) == ("exact", 0, 300)


@pytest.mark.parametrize("first", range(0, MODELS, BATCH))
def test_what_one_case_waits_in_all_is_bounded(first: int) -> None:
    proven = 0
    for seed in range(first, first + BATCH):
        model = make_model(seed)
        if model.parallel:
            continue
        runs = all_runs(model, seed, 1e-7 if model.loops else 0.0, most=1500)
        graph = build_graph(read_document(model.data()))
        hours, likely = model.timings()
        bounds = intervals_of(
            game_of(graph, read_timings(graph, hours, probabilities=likely))
        ).whole()
        if bounds is None:
            continue
        waits = [case_of(run).wait for _, run in runs]
        assert bounds.minimum <= min(waits) + NEAR, seed
        assert bounds.maximum >= max(waits) - NEAR, seed
        if not bounds.exact:
            continue
        proven += 1
        assert bounds.minimum == pytest.approx(min(waits), abs=NEAR), seed
        if math.fsum(weight for weight, _ in runs) > 1 - 1e-12:
            assert bounds.maximum == pytest.approx(max(waits), abs=NEAR), seed
    assert proven > 0


@pytest.mark.parametrize("hours", [2, Uniform(1, 3)])
def test_a_clock_at_a_gateway_cuts_off_what_goes_round_elsewhere(hours: object) -> None:
    """The supplier may try again and again; after a day the customer is told in any case."""
    drawing = Drawing().pool("Client")
    drawing.pool(
        "Org",
        "startEvent S message",
        "sendTask Ask",
        "eventBasedGateway G",
        "intermediateCatchEvent M message",
        "intermediateCatchEvent T timer PT24H",
        "exclusiveGateway J",
        "endEvent E message",
        flows="S>Ask Ask>G G>M G>T M>J T>J J>E",
    )
    drawing.pool(
        "Supplier",
        "startEvent Z message",
        "task B",
        "exclusiveGateway X",
        "endEvent Q message",
        flows="Z>B B>X X>B X>Q",
    )
    drawing.message("Client>S", "E>Client", "Ask>Z", "Q>M")
    assert only(drawing.report({"B": hours}), "E").maximum == 24


def test_a_clock_that_is_set_anew_each_time_cuts_nothing_off() -> None:
    drawing = Drawing().pool("Client")
    drawing.pool(
        "Org",
        "startEvent S message",
        "sendTask Ask",
        "eventBasedGateway G",
        "intermediateCatchEvent M message",
        "intermediateCatchEvent T timer PT24H",
        "endEvent E message",
        flows="S>Ask Ask>G G>M G>T T>Ask M>E",
    )
    drawing.pool(
        "Supplier", "startEvent Z message", "task B", "endEvent Q message", flows="Z>B B>Q"
    )
    drawing.message("Client>S", "E>Client", "Ask>Z", "Q>M")
    assert only(drawing.report({"B": Uniform(20, 30)}), "E").maximum == math.inf


@pytest.mark.parametrize("waits", ["receiveTask R", "task R"])
def test_of_several_messages_the_first_is_enough(waits: str) -> None:
    drawing = asked(Drawing(), "task Q", waits, flows="S>Q Q>R R>E")
    for name, slow in (("One", "A"), ("Other", "B")):
        nodes = (f"startEvent t{slow} message", f"task {slow}", f"endEvent u{slow} message")
        drawing.pool(name, *nodes, flows=f"t{slow}>{slow} {slow}>u{slow}")
        drawing.message(f"Q>t{slow}", f"u{slow}>R")
    report = drawing.report({"Q": 1, "A": Uniform(2, 5), "B": Uniform(3, 4), "R": 0})
    found = only(report, "E")
    assert (found.minimum, found.maximum) == (3, 5)
    assert found.within is not None
    assert found.within[0] <= 3
    assert found.within[1] >= 5


def serving(timer: str) -> Drawing:
    """Draw a guest who is served when somebody at a gateway gets round to it."""
    drawing = Drawing().pool(
        "Client",
        "startEvent H",
        "task Order",
        "task Collect",
        "endEvent I",
        flows="H>Order Order>Collect Collect>I",
    )
    drawing.pool(
        "Org",
        "startEvent S message",
        "task Cook",
        "eventBasedGateway G",
        "task Serve",
        f"intermediateCatchEvent T timer {timer}",
        "task Call",
        "endEvent Z",
        flows="S>Cook Cook>G G>Serve G>T T>Call Call>G Serve>Z",
    )
    return drawing.message("Order>S", "Collect>Serve", "Serve>Collect")


def test_who_is_met_at_a_gateway_is_waited_for() -> None:
    """Both begin together; before that the one at the gateway may go round for ever."""
    bounds = drawn(serving("PT5M"), Order=0, Collect=0, Cook=1, Call=0)["Collect"]
    assert bounds.maximum == math.inf
    found = only(serving("PT5M").report({"Order": 0, "Collect": 0, "Cook": 1}), "Collect")
    assert found.maximum == math.inf


@pytest.mark.parametrize(
    ("clock", "flows"),
    [
        (("boundaryEvent B timer PT5H on=A", "endEvent Z"), "B>Z"),
        (("task P", "eventBasedGateway G", "intermediateCatchEvent T timer PT1H"), "P>G G>T"),
        ((), ""),
    ],
)
def test_what_goes_round_in_unknown_times_has_no_most(clock: tuple[str, ...], flows: str) -> None:
    """That nobody knows how long it takes does not mean that it takes no time."""
    nodes = ("exclusiveGateway J", "task A", "exclusiveGateway X", *clock)
    drawing = asked(Drawing(), *nodes, flows=f"S>J J>A A>X X>J X>E {flows}")
    found = only(drawing.report({}), "E")
    assert (found.minimum, found.maximum, found.unknown) == (0, math.inf, ("A",))
