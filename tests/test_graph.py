from __future__ import annotations

import models
import pytest

from cjbpmn.document import read_document
from cjbpmn.errors import InvalidDocument
from cjbpmn.graph import ProcessGraph, build_graph


def graph_of(content: str) -> ProcessGraph:
    return build_graph(read_document(models.definitions(content)))


def test_lanes_pools_and_sub_processes_are_known() -> None:
    graph = graph_of(
        """<collaboration id="c"><participant id="pool" name=" The&#10;Shop " processRef="p"/></collaboration>
        <process id="p"><laneSet id="ls"><lane id="outer" name="Sales"><flowNodeRef>a</flowNodeRef>
          <flowNodeRef>sub</flowNodeRef><childLaneSet id="cs"><lane id="inner">
          <flowNodeRef>a</flowNodeRef></lane></childLaneSet></lane></laneSet>
        <task id="a"/><subProcess id="sub"><task id="b"/></subProcess></process>"""
    )
    assert (graph.nodes["a"].lane, graph.nodes["a"].participant) == ("inner", "pool")
    assert (graph.nodes["b"].scope, graph.nodes["b"].lane) == ("sub", "outer")
    assert [node.id for node in graph.inside("sub")] == ["b"]
    assert graph.desk("a") == "Sales"
    assert graph.nodes["pool"].type == "participant"
    assert graph.participants["pool"].name == "The Shop"


def test_events_carry_what_they_wait_for() -> None:
    graph = graph_of(
        """<process id="p"><task id="a"><multiInstanceLoopCharacteristics isSequential="true">
          <loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></task>
        <boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition>
          <timeDuration> PT2H </timeDuration></timerEventDefinition></boundaryEvent>
        <intermediateThrowEvent id="go"><linkEventDefinition name="B"/></intermediateThrowEvent></process>"""
    )
    [timer] = graph.nodes["late"].events
    assert (timer.kind, timer.timer, timer.expression) == ("timer", "timeDuration", "PT2H")
    assert not graph.nodes["late"].interrupting
    assert [node.id for node in graph.attached("a")] == ["late"]
    assert graph.nodes["go"].events[0].reference == "B"
    loop = graph.nodes["a"].loop
    assert loop is not None
    assert (loop.kind, loop.maximum) == ("sequential", 3)


def test_events_may_share_a_definition() -> None:
    graph = graph_of(
        """<timerEventDefinition id="two"><timeDuration>PT2H</timeDuration></timerEventDefinition>
        <process id="p"><intermediateCatchEvent id="a">
          <eventDefinitionRef>q:two</eventDefinitionRef></intermediateCatchEvent>
        <intermediateCatchEvent id="b"><eventDefinitionRef>gone</eventDefinitionRef>
          </intermediateCatchEvent></process>"""
    )
    [timer] = graph.nodes["a"].events
    assert (timer.kind, timer.expression) == ("timer", "PT2H")
    assert graph.nodes["b"].events == ()


def test_a_pool_tells_of_a_process_that_is_not_in_the_file() -> None:
    graph = graph_of(
        """<collaboration id="c"><participant id="x" processRef="q:far"/><participant id="y"/>
        <participant id="z" processRef="q:p"/></collaboration><process id="p"/>"""
    )
    told = [(pool.process, pool.elsewhere) for pool in graph.participants.values()]
    assert told == [(None, "q:far"), (None, None), ("p", None)]


def test_message_flows_may_end_on_pools_lanes_and_prefixed_ids() -> None:
    graph = graph_of(
        """<collaboration id="c"><participant id="x"/><participant id="y" processRef="q:p"/>
        <messageFlow id="m1" sourceRef="x" targetRef="q:a"/>
        <messageFlow id="m2" sourceRef="lane" targetRef="x"/></collaboration>
        <process id="p"><laneSet id="ls"><lane id="lane"/></laneSet><task id="a"/></process>"""
    )
    assert (graph.flows["m1"].source, graph.flows["m1"].target) == ("x", "a")
    assert graph.flows["m2"].source == "y"
    assert [flow.id for flow in graph.outgoing("x", "message")] == ["m1"]
    assert graph.network.has_edge("x", "a", key="m1")


def test_what_is_broken_is_left_out_and_told() -> None:
    graph = graph_of(
        """<process id="p"><task id="a"/><task id="a"/>
        <sequenceFlow id="f" sourceRef="a"/><sequenceFlow id="g" sourceRef="nowhere" targetRef="a"/></process>"""
    )
    assert [(finding.code, finding.elements) for finding in graph.findings] == [
        ("dangling-flow", ("f",)),
        ("dangling-flow", ("g",)),
        ("duplicate-id", ("a",)),
    ]
    assert "no target" in graph.findings[0].message
    assert graph.findings[0].line == 4
    assert not graph.flows


def test_what_has_no_id_is_left_out_and_told() -> None:
    graph = graph_of(
        """<collaboration id="c"><participant name="Shop"/></collaboration>
        <process id="p"><laneSet id="ls"><lane name="Sales"/></laneSet><task/>
        <subProcess name="Pack"><task id="a"/></subProcess><task id="b"/></process>"""
    )
    told = "; it is left out, with what stands in it"
    assert [(found.code, found.message, found.line) for found in graph.findings] == [
        ("missing-id", f'the participant "Shop" has no id{told}', 3),
        ("missing-id", f'the lane "Sales" has no id{told}', 4),
        ("missing-id", f"the task has no id{told}", 4),
        ("missing-id", f'the subProcess "Pack" has no id{told}', 5),
    ]
    assert list(graph.nodes) == ["b"]


def test_a_flow_without_an_id_is_left_out_and_told() -> None:
    graph = graph_of(
        """<process id="p"><task id="a"/><task id="b"/>
        <sequenceFlow sourceRef="a" targetRef="b"/><sequenceFlow sourceRef="a"/></process>"""
    )
    assert [finding.message for finding in graph.findings] == [
        "the sequence flow has no id; it is left out",
        "the sequence flow has no target and no id; it is left out",
    ]
    assert not graph.flows


def test_a_model_without_a_process_is_an_error() -> None:
    with pytest.raises(InvalidDocument, match="no process"):
        graph_of("")


@pytest.mark.parametrize(
    ("element", "label"),
    [
        ('<task id="x" name="Pay"/>', "Pay"),
        ('<userTask id="x"/>', "user task x"),
        ('<startEvent id="x"><messageEventDefinition/></startEvent>', "message start event x"),
        ('<intermediateThrowEvent id="x"/>', "intermediate event x"),
        (
            '<startEvent id="x"><timerEventDefinition/><signalEventDefinition/></startEvent>',
            "multiple start event x",
        ),
        ('<eventBasedGateway id="x"/>', "event-based gateway x"),
        ('<subProcess id="x"/>', "sub-process x"),
    ],
)
def test_what_has_no_name_is_called_by_its_kind(element: str, label: str) -> None:
    assert graph_of(f'<process id="p">{element}</process>').label("x") == label
