"""Exact expectations agree with a random sample, on random block-structured processes."""

from __future__ import annotations

import math
import random

import pytest

from cjbpmn.contacts import customer_side, find_contacts
from cjbpmn.distributions import Distribution, Fixed, Uniform, exponential
from cjbpmn.durations import TimeInfo, Timings
from cjbpmn.graph import Flow, FlowNode, Lane, ProcessGraph
from cjbpmn.waiting.engines import figure_out
from cjbpmn.waiting.execution import compile_execution
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.runs import sample_runs
from cjbpmn.waiting.structure import build_structure

Block = tuple[str, str]


class Blocks:
    """Draws a process of nested sequences, choices, parallel branches and loops."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.nodes: dict[str, FlowNode] = {}
        self.flows: dict[str, Flow] = {}
        self.times: dict[str, TimeInfo] = {}
        self.likely: dict[str, float] = {}

    def node(self, kind: str, lane: str = "desk") -> str:
        key = f"{kind}{len(self.nodes)}"
        self.nodes[key] = FlowNode(key, kind, process="p", lane=lane)
        return key

    def task(self, lane: str, time: Distribution) -> Block:
        key = self.node("task", lane)
        self.times[key] = TimeInfo(time, "given")
        return key, key

    def flow(self, source: str, target: str, likely: float | None = None) -> None:
        key = f"f{len(self.flows)}"
        self.flows[key] = Flow(key, "sequence", source, target)
        if likely is not None:
            self.likely[key] = likely

    def block(self, depth: int) -> Block:
        draw = self.random.random()
        if depth == 0 or draw < 0.3:
            if self.random.random() < 0.25:
                return self.task("customer", Fixed(self.random.choice([0, 1])))
            return self.task("desk", self.random.choice([Fixed(2), Uniform(1, 3), exponential(2)]))
        one, other = self.block(depth - 1), self.block(depth - 1)
        if draw < 0.5:
            self.flow(one[1], other[0])
            return one[0], other[1]
        kind = "parallelGateway" if draw > 0.9 else "exclusiveGateway"
        first, last = self.node(kind), self.node(kind)
        if draw < 0.7 or draw > 0.9:
            for block, share in ((one, 0.3), (other, 0.7)):
                self.flow(first, block[0], share)
                self.flow(block[1], last)
            return first, last
        done = self.node("exclusiveGateway")
        self.flow(first, one[0])
        self.flow(one[1], last)
        self.flow(last, done, 0.6)
        self.flow(last, other[0], 0.4)
        self.flow(other[1], first)
        return first, done

    def game(self) -> Game:
        start, middle, end = (
            self.task("customer", Fixed(0)),
            self.block(4),
            self.task("customer", Fixed(0)),
        )
        self.flow(start[1], middle[0])
        self.flow(middle[1], end[0])
        lanes = {name: Lane(name, name, "p") for name in ("customer", "desk")}
        graph = ProcessGraph(self.nodes, self.flows, {}, lanes)
        contacts = find_contacts(graph, ["customer"])
        own = customer_side(graph, ["customer"])
        structure = build_structure(compile_execution(graph), contacts, own)
        return Game(structure, Timings(self.times, self.likely))


@pytest.mark.parametrize("seed", range(20))
def test_exact_expectations_agree_with_a_sample(seed: int) -> None:
    game = Blocks(seed).game()
    figures = figure_out(game)
    if figures.method != "exact":
        assert figures.method in {"sampled", "enumerated"}
        return
    sample = Figures(game, sample_runs(game, samples=2000, seed=7))
    for moment, waits in sample.waits.items():
        expected = figures.expected(moment)
        assert expected is not None
        error = sample.error(waits)
        assert abs(expected - (sample.expected(moment) or 0)) <= 5 * error + 0.02
        number = sample.executions(moment)
        assert figures.executions(moment) == pytest.approx(number, rel=0.15, abs=0.05)
    for name in ("journey", "wait", "gaps", "occupied"):
        values = [(getattr(case, name), weight) for weight, case in sample.cases]
        assert abs(figures.mean(name) - sample.mean(name)) <= 5 * sample.error(values) + 1e-9
    assert math.fsum(figures.ending.values()) == pytest.approx(1)
