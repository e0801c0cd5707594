"""What must not change, or must change just so, when a model is changed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree
from random_models import Model, Node, make_model

from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import build_graph
from cjbpmn.waiting import WaitingReport, WaitingStretch, find_waiting_stretches

FOLDER = Path(__file__).parent / "waiting_cases"
CASES = {case["id"]: case for case in json.loads((FOLDER / "cases.json").read_text())["cases"]}
SEEDS = st.integers(0, 100_000)
laws = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def report_of(model: Model, customer: str = "Client") -> WaitingReport:
    graph = build_graph(read_document(model.data()))
    hours, likely = model.timings()
    return find_waiting_stretches(
        graph, read_timings(graph, hours, probabilities=likely), [customer]
    )


def exact_report(model: Model) -> WaitingReport:
    report = report_of(model)
    assume(report.method == "exact")
    return report


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-6, abs=1e-6)


def figures(stretch: WaitingStretch) -> dict[str, float | None]:
    names = ("minimum", "expected", "maximum", "p50", "p90")
    return {name: getattr(stretch, name) for name in names}


def assert_same_figures(one: WaitingReport, other: WaitingReport, *, percentiles: bool) -> None:
    before = {stretch.end: stretch for stretch in one}
    after = {stretch.end: stretch for stretch in other}
    assert before.keys() == after.keys()
    for end, stretch in before.items():
        assert after[end].executions == near(stretch.executions)
        for name, value in figures(stretch).items():
            if percentiles or not name.startswith("p"):
                assert figures(after[end])[name] == near(value), (end, name)
    for name, value in one.case.as_dict().items():
        # With loops, the longest silence of the likeliest runs stands for that of all.
        if name == "curve" or (("longest" in name or "_p" in name) and not percentiles):
            continue
        found = other.case.as_dict()[name]
        if isinstance(value, dict):
            assert found.keys() == value.keys(), name
            if percentiles:
                assert found == pytest.approx(value, rel=1e-6, abs=1e-6), name
        else:
            assert found == value if isinstance(value, str) else found == near(value), name
    assert set(other.ending) == set(one.ending)
    for name, share in one.ending.items():
        assert other.ending[name] == near(share)


# Names and order


def renamed(data: bytes, rng: Random) -> tuple[bytes, dict[str, str]]:
    """Give everything another id, and put everything in another order."""
    root = etree.fromstring(data)
    ids = [element.get("id") for element in root.iter(etree.Element) if element.get("id")]
    numbers = rng.sample(range(10 * len(ids)), len(ids))
    new = {old: f"id{number}" for old, number in zip(ids, numbers, strict=True)}
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if name not in {"name", "value", "type"} and value in new:
                element.set(name, new[value])
        if element.text and element.text.strip() in new and len(element) == 0:
            element.text = new[element.text.strip()]
    shuffled = {"flowNodeRef", "sequenceFlow", "messageFlow", "participant", "lane", "process"}
    for parent in root.iter(etree.Element):
        moved = [
            child
            for child in parent
            if etree.QName(child).localname in shuffled
            or child.get("isInterrupting")
            or _is_node(child)
        ]
        for child in moved:
            parent.remove(child)
        rng.shuffle(moved)
        parent.extend(moved)
    return etree.tostring(root), new


def _is_node(element: etree._Element) -> bool:
    tag = etree.QName(element).localname
    return tag.endswith(("Task", "Event", "Gateway", "ubProcess")) or tag in {
        "task",
        "callActivity",
    }


def translated(report: WaitingReport, new: Mapping[str, str]) -> set[tuple[Any, ...]]:
    def name(identifier: str) -> str:
        plain, mark, part = identifier.partition("#")
        return f"{new.get(plain, plain)}{mark}{part}"

    return {
        (
            name(stretch.end),
            stretch.kind,
            frozenset(map(name, stretch.starts)),
            frozenset(map(name, stretch.body)),
            frozenset(map(name, stretch.inside)),
            frozenset(map(name, stretch.unknown)),
            frozenset((name(one), name(other)) for one, other in stretch.handoffs),
            frozenset(stretch.desks),
        )
        for stretch in report
    }


@laws
@given(SEEDS, st.randoms(use_true_random=False))
def test_names_and_order_change_nothing(seed: int, rng: Random) -> None:
    model = make_model(seed)
    one = exact_report(model)
    data, new = renamed(model.data(), rng)
    graph = build_graph(read_document(data))
    hours, likely = model.timings()
    other = find_waiting_stretches(
        graph,
        read_timings(
            graph,
            {new[name]: value for name, value in hours.items()},
            probabilities={new[name]: value for name, value in likely.items()},
        ),
        ["Client"],
    )
    assert translated(one, new) == translated(other, {})
    back = {value: key for key, value in new.items()}
    again = replace(
        other, stretches=tuple(replace(one, end=back[one.end]) for one in other.stretches)
    )
    assert_same_figures(one, again, percentiles=not model.loops)


@pytest.mark.parametrize("case", CASES)
def test_names_and_order_change_nothing_in_the_worked_cases(case: str) -> None:
    data = (FOLDER / f"{case}.bpmn").read_bytes()
    wanted = CASES[case]["customer"]
    customers = [*wanted.get("lanes", ()), *wanted.get("pools", ())]
    graph = build_graph(read_document(data))
    known = {holder.name for holder in (*graph.lanes.values(), *graph.participants.values())}
    customers = [name for name in customers if name in known]
    one = find_waiting_stretches(graph, customer=customers)
    for seed in range(3):
        other_data, new = renamed(data, Random(seed))  # noqa: S311 - repeatable
        other = find_waiting_stretches(build_graph(read_document(other_data)), customer=customers)
        assert translated(one, new) == translated(other, {})
        if one.method != "exact" or other.method != "exact":
            break
        back = {value: key for key, value in new.items()}
        ends = {stretch.end: stretch.end.partition("#") for stretch in other}
        again = replace(
            other,
            stretches=tuple(
                replace(found, end="".join([back[ends[found.end][0]], *ends[found.end][1:]]))
                for found in other.stretches
            ),
        )
        assert_same_figures(one, again, percentiles=one.samples == 0 and one.rest == 0)


# Changes of a model


def between(model: Model, one: str, other: str, *kinds: tuple[str, str, float]) -> Model:
    """Put new nodes into a flow, in the lane and sub-process of its target."""
    changed = deepcopy(model)
    place = changed.nodes[other]
    for name, kind, hours in kinds:
        changed.nodes[name] = Node(name, kind, hours, place.desk, place.holder)
    names = [one, *(name for name, _, _ in kinds), other]
    at = next(i for i, flow in enumerate(changed.flows) if flow[:2] == (one, other))
    share = changed.flows[at][2]
    changed.flows[at : at + 1] = [
        (source, target, share if number == 0 else None)
        for number, (source, target) in enumerate(pairwise(names))
    ]
    return changed


def comes_by_again(model: Model, name: str) -> bool:
    ways = nx.DiGraph((source, target) for source, target, _ in model.flows)
    return any(name in nx.descendants(ways, after) | {after} for after in ways.successors(name))


def pick(rng: Random, found: Iterator[str]) -> str:
    listed = sorted(found)
    assume(listed)
    return rng.choice(listed)


@laws
@given(SEEDS, st.randoms(use_true_random=False), st.floats(0.125, 50))
def test_a_task_on_every_path_adds_what_it_takes(seed: int, rng: Random, hours: float) -> None:
    model = make_model(seed)
    one = exact_report(model)
    # Where the customer comes by again, what is later the first time may shorten the wait after it.
    ends = (stretch.end for stretch in one if stretch.executions)
    end = pick(rng, (name for name in ends if not comes_by_again(model, name)))
    changed = model
    for number, source in enumerate([a for a, b, _ in model.flows if b == end]):
        changed = between(changed, source, end, (f"new{number}", "task", hours))
    other = exact_report(changed)
    before = next(stretch for stretch in one if stretch.end == end)
    after = next(stretch for stretch in other if stretch.end == end)
    assert after.executions == near(before.executions)
    for name, value in figures(before).items():
        if model.loops and name.startswith("p"):
            continue
        assert value is not None
        assert figures(after)[name] == (math.inf if math.isinf(value) else near(value + hours))


@laws
@given(SEEDS, st.randoms(use_true_random=False))
def test_two_halves_are_a_whole(seed: int, rng: Random) -> None:
    model = make_model(seed)
    one = exact_report(model)
    whole = pick(rng, (name for name, node in model.nodes.items() if node.kind == "task"))
    changed = deepcopy(model)
    changed.nodes[whole].hours /= 2
    half = changed.nodes[whole].hours
    after = [b for a, b, _ in model.flows if a == whole]
    assume(len(after) == 1)
    changed = between(changed, whole, after[0], ("half", "task", half))
    changed.nodes["half"].desk = changed.nodes[whole].desk
    changed.nodes["half"].holder = changed.nodes[whole].holder
    other = exact_report(changed)
    assert_same_figures(one, other, percentiles=not model.loops)
    for before, found in zip(one, other, strict=True):
        assert len(before.handoffs) == len(found.handoffs)
        assert sorted(before.desks) == sorted(found.desks)


@laws
@given(SEEDS, st.randoms(use_true_random=False))
def test_more_contacts_never_make_a_wait_longer(seed: int, rng: Random) -> None:
    model = make_model(seed)
    assume(not model.in_lane)
    one = exact_report(model)
    chosen = pick(rng, (name for name, node in model.nodes.items() if node.kind == "task"))
    changed = deepcopy(model)
    changed.nodes[chosen].kind = "talk"
    other = {stretch.end: stretch for stretch in exact_report(changed)}
    for before in one:
        if before.end not in other or not before.executions:
            continue
        assert other[before.end].executions == near(before.executions)
        for name, value in figures(before).items():
            if value is not None and not (model.loops and name.startswith("p")):
                assert (figures(other[before.end])[name] or 0.0) <= value + 1e-6, name
