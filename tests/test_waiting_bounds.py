"""However broken a model is, playing it ends soon, and says why there are no figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from drawing import Drawing, asked
from work import TWO_SECONDS, count_calls

from cjbpmn.contacts import customer_side, find_contacts
from cjbpmn.customer import resolve_customer
from cjbpmn.distributions import Uniform
from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import build_graph
from cjbpmn.waiting import WaitingReport, find_waiting_stretches
from cjbpmn.waiting.search import find_structure


def codes(report: WaitingReport) -> set[str]:
    return {warning.partition(":")[0] for warning in report.warnings}


def leaking_loop(size: int) -> Drawing:
    """Every round splits, and only one branch goes on: what a token came through grows and grows."""
    tasks = [f"task A{number}" for number in range(size)]
    drawing = asked(Drawing(), *tasks, "endEvent Z", flows=f"S>A0 A{size - 1}>A0 A{size - 1}>E")
    return drawing.pool("Org", flows=" ".join(f"A{n}>A{n + 1} A{n}>Z" for n in range(size - 1)))


def crossing_loops(size: int) -> Drawing:
    """Two loops feed each other: every path meets every other without a join."""
    nodes = [kind for n in range(size) for kind in (f"task A{n}", f"task B{n}")]
    flows = [f"A{n}>A{(n + 1) % size} A{n}>B{n} B{n}>A{(n + 2) % size}" for n in range(size)]
    return asked(Drawing(), *nodes, flows=" ".join(["S>A0", *flows, f"B{size - 1}>E"]))


def racing_loop(size: int) -> Drawing:
    """Choices and splits in a loop that is only seldom left."""
    nodes = [kind for n in range(size) for kind in (f"exclusiveGateway X{n}", f"task A{n}")]
    flows = [f"X{n}>A{n} X{n}>X{(n + 1) % size} A{n}>X{(n + 1) % size}" for n in range(size)]
    flows += [f"A{n}>X{(n + 3) % size}" for n in range(0, size, 4)]
    return asked(Drawing(), *nodes, flows=" ".join(["S>X0", *flows, "X0>E"]))


@pytest.mark.parametrize("size", [3, 30])
@pytest.mark.parametrize("draw", [leaking_loop, crossing_loops, racing_loop])
@pytest.mark.parametrize("hours", [None, 1.0])
def test_what_never_ends_is_given_up_soon(
    draw: Callable[[int], Drawing], size: int, hours: float | None
) -> None:
    drawing = draw(size)
    given = {} if hours is None else {"A0": hours}
    report, calls = count_calls(partial(drawing.report, given))
    assert calls < TWO_SECONDS
    assert report.method == "none"
    assert codes(report) & {"livelock", "token-flood"}
    assert all(stretch.expected is None for stretch in report)


def chain(size: int) -> Drawing:
    tasks = [f"{'sendTask' if n % 10 == 9 else 'task'} T{n}" for n in range(size)]
    flows = " ".join(f"T{n}>T{n + 1}" for n in range(size - 1))
    drawing = asked(Drawing(), *tasks, flows=f"S>T0 {flows} T{size - 1}>E")
    return drawing.message(*(f"T{n}>Client" for n in range(9, size, 10)))


def wide(size: int) -> Drawing:
    tasks = [f"task T{n}" for n in range(size)]
    flows = " ".join(f"F>T{n} T{n}>J" for n in range(size))
    gateways = ("parallelGateway F", "parallelGateway J")
    return asked(Drawing(), *tasks, *gateways, flows=f"S>F {flows} J>E")


def loops(size: int) -> Drawing:
    nodes, flows = [], ["S>X0"]
    for n in range(size // 3):
        nodes += [f"exclusiveGateway X{n}", f"task T{n}", f"exclusiveGateway Y{n}"]
        flows += [f"X{n}>T{n}", f"T{n}>Y{n}", f"Y{n}>X{n}", f"Y{n}>X{n + 1}"]
    flows[-1] = f"Y{size // 3 - 1}>E"
    return asked(Drawing(), *nodes, flows=" ".join(flows))


@pytest.mark.parametrize("draw", [chain, wide, loops])
def test_four_times_as_much_is_about_four_times_as_much_work(
    draw: Callable[[int], Drawing],
) -> None:
    found = []
    for size in (1000, 4000):
        graph = draw(size).graph()
        customers = resolve_customer(graph, ["Client"])
        contacts = find_contacts(graph, customers)
        own = customer_side(graph, customers)
        ask = partial(find_structure, graph, contacts, own)
        found.append(count_calls(ask)[1])
    assert found[1] < 5 * found[0]


def nested(depth: int, calls: int) -> bytes:
    """Sub-processes in sub-processes, and in the innermost a chain of called processes."""
    inside = "".join(
        f'<subProcess id="p{n}"><startEvent id="s{n}"/>'
        f'<sequenceFlow id="i{n}" sourceRef="s{n}" targetRef="p{n + 1}"/>'
        for n in range(depth)
    )
    inside += f'<callActivity id="p{depth}" calledElement="q0"/>' + "</subProcess>" * depth
    called = "".join(
        f'<process id="q{n}"><startEvent id="t{n}"/><callActivity id="c{n}" '
        f'calledElement="q{n + 1}"/><sequenceFlow id="j{n}" sourceRef="t{n}" targetRef="c{n}"/>'
        "</process>"
        for n in range(calls)
    )
    drawing = asked(Drawing(), flows="S>p0 p0>E")
    drawing.bodies["Org"].append(inside)
    data = drawing.data().decode()
    return data.replace(
        "</definitions>",
        f'{called}<process id="q{calls}"><task id="last"/></process></definitions>',
    ).encode()


def test_thousands_of_choices_make_no_run_impossible() -> None:
    nodes, flows = [], ["S>X0"]
    for n in range(1200):
        nodes += [f"exclusiveGateway X{n}", f"task A{n}", f"task B{n}"]
        flows += [f"X{n}>A{n}", f"X{n}>B{n}", f"A{n}>X{n + 1}", f"B{n}>X{n + 1}"]
    nodes += ["exclusiveGateway X1200"]
    report = asked(Drawing(), *nodes, flows=" ".join([*flows, "X1200>E"])).report({"A0": 2})
    (stretch,) = report
    assert stretch.expected == pytest.approx(1, abs=4 * stretch.standard_error + 1e-9)
    assert (stretch.minimum, stretch.maximum) == (0, 2)


def test_hundreds_of_inclusive_choices_are_played() -> None:
    nodes, flows = [], []
    for n in range(700):
        nodes += [f"inclusiveGateway X{n}", f"task A{n}", f"task B{n}", f"inclusiveGateway Y{n}"]
        flows += [f"X{n}>A{n}", f"X{n}>B{n}", f"A{n}>Y{n}", f"B{n}>Y{n}", f"Y{n}>X{n + 1}"]
    flows = ["S>X0", *flows[:-1], "Y699>E"]
    drawing = asked(Drawing(), *nodes, flows=" ".join(flows))
    (stretch,), calls = count_calls(partial(drawing.report, {"A0": 3}))
    assert calls < 5 * TWO_SECONDS
    # Each way out is taken in half of the cases, but never none: two of three.
    assert stretch.expected == pytest.approx(2, abs=5 * stretch.standard_error)


def test_what_is_nested_deeply_is_played() -> None:
    graph = build_graph(read_document(nested(200, 2000)))
    report = find_waiting_stretches(graph, read_timings(graph, {"last": 3}), ["Client"])
    (stretch,) = report
    assert (stretch.end, stretch.expected, stretch.executions) == ("E", 3, 1)
    assert len(stretch.body) > 4000
    spread = read_timings(graph, {"last": Uniform(1, 3)})
    assert find_waiting_stretches(graph, spread, ["Client"]).case.wait == pytest.approx(2)


def test_processes_that_call_each_other_twice_do_not_grow_for_ever() -> None:
    twice = "".join(
        f'<process id="q{n}"><startEvent id="t{n}"/><callActivity id="a{n}" '
        f'calledElement="q{n + 1}"/><callActivity id="b{n}" calledElement="q{n + 1}"/>'
        f'<sequenceFlow id="j{n}" sourceRef="t{n}" targetRef="a{n}"/>'
        f'<sequenceFlow id="k{n}" sourceRef="a{n}" targetRef="b{n}"/></process>'
        for n in range(40)
    )
    drawing = asked(Drawing(), flows="S>A A>E")
    drawing.bodies["Org"].append('<callActivity id="A" calledElement="q0"/>')
    data = drawing.data().decode()
    data = data.replace(
        "</definitions>", f'{twice}<process id="q40"><task id="z"/></process></definitions>'
    )
    graph = build_graph(read_document(data.encode()))
    ask = partial(find_waiting_stretches, graph, {"z": 1}, ["Client"])
    report, calls = count_calls(ask)
    assert calls < 2 * TWO_SECONDS
    assert "call-too-deep" in codes(report)
    assert report.ending == {"closed": 1}


def test_what_meets_without_a_join_is_named_however_long_the_loop() -> None:
    report = leaking_loop(5).report({})
    assert "livelock" in codes(report)
    meeting = asked(
        Drawing(), "task A", "task B", "task C", "task D", flows="S>A A>B A>C B>D C>D D>E"
    )
    assert "unsafe:D" in meeting.report({}).warnings
    joined = ("task A", "parallelGateway F", "task B", "task C", "parallelGateway J", "task D")
    flows = "S>A D>A A>F F>B F>C B>J C>J J>D D>E"
    once_more = asked(Drawing(), *joined, flows=flows).report({})
    assert "unsafe:A" not in once_more.warnings
