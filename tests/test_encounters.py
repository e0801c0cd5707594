"""Encounters: which meetings with the customer are one, and which are not."""

from __future__ import annotations

from pathlib import Path

import models
import pytest

from cjbpmn.document import read_document
from cjbpmn.encounters import find_encounters
from cjbpmn.graph import build_graph

RESTAURANT = (
    "camunda-research/English/04-Self-service-restaurant/03-Solution/self-service-restaurant.bpmn"
)
SHOP = "miwg/Reference/C.2.0.bpmn"
CJ = 'xmlns:cj="http://cjbpmn.org/schema/1.0"'


def encounters_of(nodes: str, flows: str, channels: tuple[str, str] = ("", "")) -> list[list[str]]:
    """Let the customer meet A and B, by a channel each; return who is met in each encounter."""
    met = [
        f'<extensionElements><cj:touchpoint {CJ} channel="{channel}"/></extensionElements>'
        if channel
        else ""
        for channel in channels
    ]
    lines = "".join(
        f'<sequenceFlow id="{pair}" sourceRef="{pair[0]}" targetRef="{pair[1]}"/>'
        for pair in flows.split()
    )
    graph = build_graph(
        read_document(
            models.definitions(
                f"""<collaboration id="c"><participant id="client" name="Client"/>
                <participant id="org" name="Org" processRef="p"/>
                <messageFlow id="m1" sourceRef="client" targetRef="A">{met[0]}</messageFlow>
                <messageFlow id="m2" sourceRef="B" targetRef="client">{met[1]}</messageFlow>
                </collaboration><process id="p">{nodes}{lines}</process>"""
            )
        )
    )
    return [
        [point.other_node for point in one.points] for one in find_encounters(graph, ["Client"])
    ]


TASKS = '<task id="A"/><task id="B"/>'
TOGETHER, APART = [["A", "B"]], [["A"], ["B"]]


def lanes(*members: str) -> str:
    found = [
        f'<lane id="l{number}" name="Desk {number}">'
        + "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes)
        + "</lane>"
        for number, nodes in enumerate(members)
    ]
    return f'<laneSet id="ls">{"".join(found)}</laneSet>'


def test_meetings_that_follow_each_other_at_one_desk_are_one() -> None:
    assert encounters_of(TASKS, "AB") == TOGETHER
    assert encounters_of(TASKS, "BA") == TOGETHER
    assert encounters_of(lanes("AB") + TASKS, "AB") == TOGETHER


def test_with_anything_between_there_are_two() -> None:
    assert encounters_of(TASKS + '<task id="X"/>', "AX XB") == APART
    assert encounters_of(TASKS + '<exclusiveGateway id="X"/>', "AX XB") == APART
    assert encounters_of(TASKS, "") == APART


def test_another_desk_is_another_encounter() -> None:
    assert encounters_of(lanes("A", "B") + TASKS, "AB") == APART


def test_another_channel_is_another_encounter() -> None:
    assert encounters_of(TASKS, "AB", ("telephone", "telephone")) == TOGETHER
    assert encounters_of(TASKS, "AB", ("telephone", "letter")) == APART
    assert encounters_of(TASKS, "AB", ("telephone", "")) == APART


def test_a_long_conversation_is_one_encounter() -> None:
    size = 300
    nodes = "".join(f'<task id="t{n}"/>' for n in range(size))
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(size - 1)
    )
    messages = "".join(
        f'<messageFlow id="m{n}" sourceRef="t{n}" targetRef="client"/>' for n in range(size)
    )
    graph = build_graph(
        read_document(
            models.definitions(
                f"""<collaboration id="c"><participant id="client" name="Client"/>
                <participant id="org" name="Org" processRef="p"/>{messages}</collaboration>
                <process id="p">{nodes}{flows}</process>"""
            )
        )
    )
    [encounter] = find_encounters(graph, ["Client"])
    assert [point.id for point in encounter.points] == [f"m{n}" for n in range(size)]
    assert (encounter.id, encounter.lane, encounter.channel) == ("m0", "Org", None)


@pytest.mark.parametrize(
    ("path", "number", "together"),
    [(RESTAURANT, 6, {("Guest appears", "Hand over meal")}), (SHOP, 3, set())],
)
def test_in_real_models(
    corpus: Path, path: str, number: int, together: set[tuple[str, ...]]
) -> None:
    """The guest gets the meal where the buzzer is handed back; all else is done between."""
    graph = build_graph(read_document(corpus / path))
    found = [[point.other_node for point in one.points] for one in find_encounters(graph)]
    named = {tuple(graph.nodes[node].name for node in one) for one in found if len(one) > 1}
    assert (len(found), named) == (number, together)
