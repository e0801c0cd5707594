"""An engine takes the same path through a process before and after enrichment.

The engine is SpiffWorkflow, which runs BPMN in Python. What it cannot parse or run, it must refuse
for the same reason as before.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import models
import pytest
from lxml import etree

import cjbpmn as cj
from cjbpmn.names import qualified

pytest.importorskip("SpiffWorkflow", reason="the engine comes with the extra `test`")

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.util.task import TaskState

MOST_STEPS = 300
PROCESS = models.definitions(
    """  <process id="proc" name="Claims" isExecutable="true">
    <startEvent id="start"><outgoing>f1</outgoing></startEvent>
    <task id="check" name="Check claim"><incoming>f1</incoming><outgoing>f2</outgoing></task>
    <exclusiveGateway id="covered" default="no"><incoming>f2</incoming><outgoing>yes</outgoing>
      <outgoing>no</outgoing></exclusiveGateway>
    <parallelGateway id="both"><incoming>yes</incoming><outgoing>f3</outgoing>
      <outgoing>f4</outgoing></parallelGateway>
    <sendTask id="tell" name="Send decision"><incoming>f3</incoming><outgoing>f5</outgoing></sendTask>
    <subProcess id="pay" name="Pay"><incoming>f4</incoming><outgoing>f6</outgoing>
      <startEvent id="s2"><outgoing>g1</outgoing></startEvent>
      <task id="book" name="Book payment"><incoming>g1</incoming><outgoing>g2</outgoing></task>
      <endEvent id="e2"><incoming>g2</incoming></endEvent>
      <sequenceFlow id="g1" sourceRef="s2" targetRef="book"/>
      <sequenceFlow id="g2" sourceRef="book" targetRef="e2"/></subProcess>
    <parallelGateway id="join"><incoming>f5</incoming><incoming>f6</incoming>
      <outgoing>f7</outgoing></parallelGateway>
    <endEvent id="end"><incoming>f7</incoming></endEvent>
    <endEvent id="refused"><incoming>no</incoming></endEvent>
    <sequenceFlow id="f1" sourceRef="start" targetRef="check"/>
    <sequenceFlow id="f2" sourceRef="check" targetRef="covered"/>
    <sequenceFlow id="yes" sourceRef="covered" targetRef="both">
      <conditionExpression>True</conditionExpression></sequenceFlow>
    <sequenceFlow id="no" sourceRef="covered" targetRef="refused"/>
    <sequenceFlow id="f3" sourceRef="both" targetRef="tell"/>
    <sequenceFlow id="f4" sourceRef="both" targetRef="pay"/>
    <sequenceFlow id="f5" sourceRef="tell" targetRef="join"/>
    <sequenceFlow id="f6" sourceRef="pay" targetRef="join"/>
    <sequenceFlow id="f7" sourceRef="join" targetRef="end"/>
  </process>
"""
    + models.diagram("proc", models.shape("check", 200, 100), models.shape("tell", 400, 100))
)


class Agreeing(PythonScriptEngine):
    """Answers what it can, and agrees to all that it cannot: conditions of other engines."""

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        try:
            return super().evaluate(task, expression, external_context)
        except Exception:  # noqa: BLE001 - whatever other languages raise here
            return True

    def execute(self, *_: Any, **__: Any) -> bool:
        return True


def path_through(data: bytes, process: str) -> tuple[list[str], str]:
    """Run a process; return what was done in order, and how it ended."""
    done: list[str] = []
    try:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(data, etree.XMLParser(recover=True)))
        workflow = BpmnWorkflow(
            parser.get_spec(process),
            parser.get_subprocess_specs(process),
            script_engine=Agreeing(),
        )
        while not workflow.completed and len(done) < MOST_STEPS:
            ready = workflow.get_tasks(state=TaskState.READY)
            if not ready:
                return done, "waits"
            done.append(ready[0].task_spec.name)
            ready[0].run()
    except Exception as error:  # noqa: BLE001 - the engine has many of them
        return done, f"{type(error).__name__}: {re.sub(r'0x[0-9a-f]+|line [0-9]+', '', str(error))}"
    return done, "done" if workflow.completed else "goes on"


def executable(data: bytes) -> list[str]:
    root = etree.fromstring(data, etree.XMLParser(recover=True))
    found = root.iter(qualified("bpmn:process"))
    return [one.get("id", "") for one in found if one.get("isExecutable") in {"true", "1"}]


OPTIONS = ({}, {"show": ["phases", "emotion", "observations"], "origin": "normalize"})


@pytest.mark.parametrize("options", [*OPTIONS, {"placement": "lane", "force": True}], ids=str)
@pytest.mark.parametrize("several", [False, True])
def test_the_path_is_the_same(options: dict[str, Any], several: bool) -> None:
    before = path_through(PROCESS, "proc")
    assert before[1] == "done"
    assert {"check", "tell", "book", "end"} <= set(before[0])
    document = cj.read_document(PROCESS)
    journey = models.draft_journey(cj.build_graph(document))
    cj.enrich_document(document, [journey, journey] if several else journey, **options)
    assert path_through(document.to_bytes(), "proc") == before
    assert executable(document.to_bytes()) == ["proc"]


def test_the_customer_is_nothing_to_run() -> None:
    document = cj.read_document(PROCESS)
    cj.enrich_document(document, models.draft_journey(cj.build_graph(document)))
    _, ending = path_through(document.to_bytes(), "CjProcess")
    assert "not executable" in ending


def test_the_engine_sees_a_difference_where_there_is_one() -> None:
    """A test that compares nothing would pass too."""
    other = PROCESS.replace(b'targetRef="both"', b'targetRef="refused"')
    assert path_through(other, "proc") != path_through(PROCESS, "proc")


def test_real_processes_take_the_same_path(corpus: Path) -> None:
    ran = finished = 0
    for number, path in enumerate(sorted(corpus.rglob("*.bpmn"))):
        data = path.read_bytes()
        is_meant = b'isExecutable="true"' in data
        if not is_meant and number % 4:
            continue
        # Most models are no programs; they are run as if they were.
        data = data.replace(b'isExecutable="false"', b'isExecutable="true"')
        processes = executable(data)
        if not processes:
            continue
        document = cj.read_document(data)
        cj.enrich_document(document, models.draft_journey(cj.build_graph(document)))
        enriched = document.to_bytes()
        for process in processes:
            done, ending = path_through(data, process)
            if process not in executable(enriched):
                # The customer's own, which was empty before: there was nothing to run.
                assert done == [], path
                continue
            assert path_through(enriched, process) == (done, ending), (path, process)
            ran += len(done) > 1
            finished += ending == "done"
    assert ran > 20
    assert finished > 10
