"""What lies between contacts, against plain definitions asked of networkx; and what bounds it."""

from __future__ import annotations

import gc
from pathlib import Path
from random import Random
from weakref import ref

import models
import networkx as nx
import pytest
import random_models

from cjbpmn.contacts import customer_side, find_contacts
from cjbpmn.document import read_document
from cjbpmn.errors import InvalidDocument
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.memory import without_collection
from cjbpmn.waiting import find_waiting_stretches, reaches
from cjbpmn.waiting.circles import number_circles
from cjbpmn.waiting.messages import Messages
from cjbpmn.waiting.reaches import Reach
from cjbpmn.waiting.search import find_structure
from cjbpmn.waiting.structure import Moment, Structure


def graph_of(content: str) -> ProcessGraph:
    return build_graph(read_document(models.definitions(content)))


def structure_of(graph: ProcessGraph, customer: str) -> tuple[Structure, list[Reach]]:
    contacts = find_contacts(graph, [customer])
    return find_structure(graph, contacts, customer_side(graph, [customer]))


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


def message(source: str, target: str) -> str:
    return f'<messageFlow id="{source}>{target}" sourceRef="{source}" targetRef="{target}"/>'


@pytest.mark.parametrize("seed", range(50))
def test_circles_are_the_strongly_connected_components(seed: int) -> None:
    random = Random(seed)  # noqa: S311  (a test needs no secrets)
    size = random.randrange(1, 30)
    after = [[random.randrange(size) for _ in range(random.randrange(3))] for _ in range(size)]
    network = nx.DiGraph([(one, other) for one in range(size) for other in after[one]])
    network.add_nodes_from(range(size))
    circle = number_circles(after)
    found = {frozenset(n for n in range(size) if circle[n] == c) for c in circle}
    assert found == set(map(frozenset, nx.strongly_connected_components(network)))
    assert all(circle[one] >= circle[other] for one, other in network.edges)


def test_a_circle_of_any_length_is_found() -> None:
    size = 50_000
    assert set(number_circles([[(n + 1) % size] for n in range(size)])) == {0}


@pytest.mark.parametrize("seed", range(60))
def test_a_stretch_is_what_can_come_before_a_contact(seed: int) -> None:
    graph = build_graph(read_document(random_models.make_model(seed).data()))
    for customer in (*graph.participants, *graph.lanes):
        structure, found = structure_of(graph, customer)
        network = structure.network
        inner = network.subgraph(m for m in network if m not in structure.touches)
        for reach in found:
            before = set(network.predecessors(reach.end))
            inside = before - structure.touches.keys()
            inside |= {m for one in inside for m in nx.ancestors(inner, one)}
            around = {m for one in inside for m in network.predecessors(one)} | before
            assert set(reach.starts) == around & structure.touches.keys()
            steps = structure.execution.steps
            of_steps = {m for m in inside if m.part not in {"meet", "during", "worked"}}
            assert set(reach.body) == {steps[m.key].node.id for m in of_steps}
            assert reach.is_open == (not before or any(not network.pred[m] for m in of_steps))
            circles = nx.strongly_connected_components(inner.subgraph(inside))
            assert reach.is_endless == any(
                any(map(structure.takes_time, circle)) for circle in circles if len(circle) > 1
            )


@pytest.mark.parametrize("seed", range(30))
def test_an_answer_comes_from_what_can_follow_on_the_question(seed: int) -> None:
    random = Random(seed)  # noqa: S311  (a test needs no secrets)
    nodes = [f"o{n}" for n in range(12)]
    flows = {(random.choice(nodes), random.choice(nodes)) for _ in range(12)}
    messages = {(f"k{random.randrange(4)}", random.choice(nodes)) for _ in range(5)}
    messages |= {(random.choice(nodes), f"k{random.randrange(4)}") for _ in range(8)}
    graph = graph_of(
        '<collaboration id="c"><participant id="them" processRef="p"/>'
        '<participant id="us" processRef="q"/>'
        + "".join(message(*pair) for pair in sorted(messages))
        + '</collaboration><process id="p">'
        + "".join(f'<task id="k{n}"/>' for n in range(4))
        + '</process><process id="q">'
        + "".join(f'<task id="{name}"/>' for name in nodes)
        + "".join(flow(*pair) for pair in sorted(flows))
        + "</process>"
    )
    network = nx.DiGraph(sorted(flows))
    network.add_nodes_from(nodes)
    # What comes after a node is that node itself only if there is a way back to it.
    after = {
        one: {m for n in network[one] for m in {n} | nx.descendants(network, n)} for one in nodes
    }
    asked = Messages(graph)
    for one in (one for one in graph.flows.values() if one.kind == "message"):
        questions = [other.target for other in graph.outgoing(one.target, "message")]
        expected = any(one.source in after.get(question, ()) for question in questions)
        assert asked.is_reply(one) == expected, one.id


def test_those_who_are_told_the_same_share_what_lies_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = [f"t{n}" for n in range(30)]
    work = [f"w{n}" for n in range(20)]
    graph = graph_of(
        '<collaboration id="c"><participant id="client"/><participant id="org" processRef="p"/>'
        + message("client", "start")
        + "".join(message(one, "client") for one in told)
        + '</collaboration><process id="p"><startEvent id="start"/><exclusiveGateway id="split"/>'
        + "".join(f'<task id="{one}"/>' for one in work)
        + "".join(f'<sendTask id="{one}"/>' for one in told)
        + "".join(map(flow, ["start", *work], [*work, "split"]))
        + "".join(flow("split", one) for one in told)
        + "</process>"
    )
    structure, found = structure_of(graph, "client")
    assert len(found) == len(told)
    assert {id(reach.body) for reach in found} == {id(found[0].body)}
    assert set(found[0].body) == {*work, "split"}
    assert not any(code.startswith("stretch-cut-off") for code in structure.execution.warnings)

    monkeypatch.setattr(reaches, "MOST_INSIDE", 50)
    monkeypatch.setattr(reaches, "_LEAST_INSIDE", 5)
    structure, found = structure_of(graph, "client")
    assert len(found) == len(told)
    assert [len(reach.inside) for reach in found[:2]] == [21, 21]
    assert all("split" in reach.body and "w0" not in reach.body for reach in found[3:])
    warned = [code for code in structure.execution.warnings if code.startswith("stretch-cut-off")]
    assert "stretch-cut-off:t29" in warned
    assert "stretch-cut-off:t1" not in warned


def test_what_can_be_interrupted_from_far_outside_makes_no_more_than_a_few_edges() -> None:
    depth = 300
    late = "<timerEventDefinition/>"
    graph = graph_of(
        '<collaboration id="c"><participant id="client"/><participant id="org" processRef="q0"/>'
        + message("client", "s0")
        + message("e0", "client")
        + "</collaboration>"
        + "".join(
            f'<process id="q{n}"><startEvent id="s{n}"/>'
            f'<callActivity id="c{n}" calledElement="q{n + 1}"/>'
            f'<boundaryEvent id="b{n}" attachedToRef="c{n}">{late}</boundaryEvent>'
            f'<task id="t{n}"/><endEvent id="e{n}"/>'
            f"{flow(f's{n}', f'c{n}')}{flow(f'b{n}', f't{n}')}{flow(f'c{n}', f'e{n}')}"
            f'<subProcess id="v{n}" triggeredByEvent="true"><startEvent id="vs{n}">{late}'
            f"</startEvent></subProcess></process>"
            for n in range(depth)
        )
        + f'<process id="q{depth}"><task id="last"/></process>'
    )
    structure, found = structure_of(graph, "client")
    assert structure.network.number_of_edges() < 30 * depth
    assert nx.has_path(structure.network, Moment("last"), Moment("t0"))
    assert nx.has_path(structure.network, Moment("last"), Moment("vs0"))
    [reach] = found
    assert {"last", "c299", "vs150"} <= set(reach.body)


def test_the_search_for_garbage_is_on_again_whatever_happens() -> None:
    with pytest.raises(InvalidDocument):
        graph_of("")
    assert gc.isenabled()
    gc.disable()
    try:
        with without_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("path", sorted(Path(__file__).with_name("waiting_cases").glob("*.bpmn")))
def test_a_model_is_let_go_without_a_search_for_garbage(path: Path) -> None:
    graph = build_graph(read_document(path))
    gc.disable()
    try:
        find_waiting_stretches(graph)
        kept = ref(graph)
        del graph
        assert kept() is None
    finally:
        gc.enable()
