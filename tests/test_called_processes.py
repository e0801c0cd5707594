"""Called processes in other files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cjbpmn.called_processes import ModelFolder, resolve_calls
from cjbpmn.cli import app
from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.waiting import WaitingReport, find_waiting_stretches

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">'
)
SHOP = """
<collaboration id="c">
  <participant id="client" name="Client"/>
  <participant id="shop" name="Shop" processRef="sell"/>
  <messageFlow id="m1" sourceRef="client" targetRef="s"/>
  <messageFlow id="m2" sourceRef="e" targetRef="client"/>
</collaboration>
<process id="sell">
  <startEvent id="s"><messageEventDefinition/></startEvent>
  <callActivity id="c1" name="Deliver" calledElement="deliver"/>
  <endEvent id="e"><messageEventDefinition/></endEvent>
  <sequenceFlow id="f1" sourceRef="s" targetRef="c1"/>
  <sequenceFlow id="f2" sourceRef="c1" targetRef="e"/>
</process>"""
DELIVER = """
<process id="deliver">
  <laneSet id="ls"><lane id="depot" name="Depot">
    <flowNodeRef>s</flowNodeRef><flowNodeRef>t1</flowNodeRef><flowNodeRef>t2</flowNodeRef>
    <flowNodeRef>b</flowNodeRef><flowNodeRef>e</flowNodeRef>
  </lane></laneSet>
  <startEvent id="s"/>
  <task id="t1" name="Pack"/>
  <intermediateCatchEvent id="t2">
    <timerEventDefinition><timeDuration>PT3H</timeDuration></timerEventDefinition>
  </intermediateCatchEvent>
  <boundaryEvent id="b" attachedToRef="t1"><errorEventDefinition/></boundaryEvent>
  <endEvent id="e"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="t1"/>
  <sequenceFlow id="f2" sourceRef="t1" targetRef="t2"/>
  <sequenceFlow id="f3" sourceRef="t2" targetRef="e"/>
</process>"""
NOTICE = """
<collaboration id="c">
  <participant id="c" name="client"/>
  <participant id="depot" name="Depot" processRef="deliver"/>
  <messageFlow id="m1" sourceRef="n" targetRef="c"/>
</collaboration>
<process id="deliver">
  <startEvent id="a"/>
  <sendTask id="n" name="Announce"/>
  <sequenceFlow id="g" sourceRef="a" targetRef="n"/>
</process>"""


def write(folder: Path, **bodies: str) -> Path:
    for name, body in bodies.items():
        (folder / f"{name}.bpmn").write_text(f"{HEAD}{body}</definitions>", "utf-8")
    return folder / "shop.bpmn"


def whole(folder: Path) -> ProcessGraph:
    graph = build_graph(read_document(folder / "shop.bpmn"))
    return resolve_calls(graph, ModelFolder(sorted(folder.glob("*.bpmn"))))


def waits(graph: ProcessGraph) -> WaitingReport:
    return find_waiting_stretches(graph, customer=["Client"])


def test_what_another_file_holds_is_waited_for(tmp_path: Path) -> None:
    write(tmp_path, shop=SHOP, depot=DELIVER)
    alone = waits(build_graph(read_document(tmp_path / "shop.bpmn")))
    assert "call-unresolved:c1" in alone.warnings
    report = waits(whole(tmp_path))
    assert "call-unresolved:c1" not in report.warnings
    (stretch,) = report.stretches
    assert stretch.minimum == 3
    assert set(stretch.body) == {"c1", "deliver/s", "t1", "t2", "b", "deliver/e"}
    assert stretch.desks == ("Depot",)


def test_what_people_told_of_a_called_process_counts(tmp_path: Path) -> None:
    own = 'xmlns:cj="http://cjbpmn.org/schema/1.0"'
    taken = f'<extensionElements><cj:duration {own} takes="PT4H"/></extensionElements>'
    hours = '<extensionElements><cj:calendar {} works="Mon-Fri 09:00-17:00"/></extensionElements>'
    told = DELIVER.replace('name="Pack"/>', f'name="Pack">{taken}</task>')
    told = told.replace('name="Depot">', f'name="Depot">{hours.format(own)}')
    write(tmp_path, shop=SHOP, depot=told)
    (stretch,) = waits(whole(tmp_path)).stretches
    assert (stretch.expected, stretch.unknown) == (7, ())
    timings = read_timings(whole(tmp_path), begins=datetime(2026, 1, 9, 15))  # noqa: DTZ001
    (stretch,) = find_waiting_stretches(whole(tmp_path), timings, ["Client"]).stretches
    assert stretch.expected == 68 + 3


def test_it_is_as_if_it_stood_in_the_same_file(tmp_path: Path) -> None:
    apart = tmp_path / "apart"
    apart.mkdir()
    # In one file ids are told apart by whoever draws it.
    other = DELIVER
    for identifier in ("s", "e", "f1", "f2"):
        other = other.replace(f'"{identifier}"', f'"deliver/{identifier}"')
        other = other.replace(f">{identifier}<", f">deliver/{identifier}<")
    write(apart, shop=SHOP, depot=DELIVER)
    write(tmp_path, shop=SHOP + other)
    graph = build_graph(read_document(tmp_path / "shop.bpmn"))
    assert waits(whole(apart)).as_dict() == waits(graph).as_dict()


def test_the_customer_of_the_called_process_is_ours_if_it_bears_the_name(tmp_path: Path) -> None:
    write(tmp_path, shop=SHOP, depot=NOTICE)
    graph = whole(tmp_path)
    points = find_interaction_points(graph, ["Client"])
    assert ("client", "n", "o2c") in {
        (point.customer_node, point.other_node, point.direction) for point in points
    }
    assert "n" in waits(graph).touchpoints


def test_two_files_that_hold_it_are_not_guessed_between(tmp_path: Path) -> None:
    write(tmp_path, shop=SHOP, depot=DELIVER, copy=DELIVER)
    report = waits(whole(tmp_path))
    assert {"ambiguous-call:c1", "call-unresolved:c1"} <= set(report.warnings)


def test_calls_in_called_processes_are_followed_and_circles_end(tmp_path: Path) -> None:
    again = (
        '<callActivity id="back" calledElement="sell"/><callActivity id="on" calledElement="p3"/>'
    )
    third = (
        '<process id="p3"><task id="last"/><callActivity id="r" calledElement="deliver"/></process>'
    )
    write(
        tmp_path, shop=SHOP, depot=f'<process id="deliver">{again}</process>', third=third, bad="<"
    )
    graph = whole(tmp_path)
    assert {"back", "on", "last", "r"} <= graph.nodes.keys()
    assert any(warning.startswith("call-cycle") for warning in waits(graph).warnings)


def test_nothing_to_bring_leaves_the_graph_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, shop=SHOP)
    graph = build_graph(read_document(path))
    assert resolve_calls(graph, ModelFolder([path])) is graph
    assert resolve_calls(replace(graph, nodes={}), ModelFolder([path])).nodes == {}


@pytest.mark.parametrize("command", ["waits", "points"])
def test_command(tmp_path: Path, command: str) -> None:
    path = write(tmp_path, shop=SHOP, depot=DELIVER)
    done = CliRunner().invoke(app, [command, str(path), "-c", "Client", "--processes", "nowhere"])
    assert done.exit_code == 2
    assert "nowhere: there is no such folder" in done.output
    done = CliRunner().invoke(
        app, [command, str(path), "-c", "Client", "--processes", str(tmp_path), "-f", "json"]
    )
    assert done.exit_code == 0, done.output
    if command == "waits":
        assert '"deliver/s"' in done.output


def test_a_model_that_calls_the_one_beside_it(corpus: Path) -> None:
    """The manual check of C.9.0 stands in C.9.1, and waits there for a document."""
    folder = ModelFolder(sorted((corpus / "miwg/Reference").glob("*.bpmn")))
    graph = build_graph(read_document(corpus / "miwg/Reference/C.9.0.bpmn"))
    pool = next(iter(graph.participants))
    found = resolve_calls(graph, folder)
    before, after = (
        set(find_waiting_stretches(one, customer=[pool]).warnings) for one in (graph, found)
    )
    assert before - after == {"call-unresolved:Activity_ManualCheck"}
    assert "ReceiveTask_WaitForDocument" in found.nodes.keys() - graph.nodes.keys()


@pytest.mark.parametrize("kind", ["globalTask", "globalUserTask"])
def test_a_task_that_many_call_is_an_activity_like_any_other(kind: str) -> None:
    data = f'{HEAD}<{kind} id="deliver"/>{SHOP}</definitions>'.encode()
    report = find_waiting_stretches(build_graph(read_document(data)))
    assert report.warnings == ("unknown-duration:c1",)
