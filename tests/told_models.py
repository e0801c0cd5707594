"""Small models that tell how long things take and how likely ways are, and what is answered.

In every model the customer acts, somebody works (at `A`, or at `A` or `B`), and the customer is heard
of again at `T2`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from cjbpmn.document import read_document
from cjbpmn.graph import build_graph
from cjbpmn.waiting import find_waiting_stretches

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:cj="http://cjbpmn.org/schema/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:b="http://www.bpsim.org/schemas/2.0"'
)


INF = "inf"


def definitions(nodes: str, flows: str, *, rest: str = "", lane: str = "", more: str = "") -> bytes:
    """Write a model in which T1 and T2 are the customer's, and the rest is in one lane."""
    return (
        f'<definitions {NAMESPACES} {more} id="d" targetNamespace="x"><process id="P"><laneSet>'
        '<lane id="L1" name="Customer"><flowNodeRef>T1</flowNodeRef><flowNodeRef>T2</flowNodeRef>'
        f'</lane><lane id="L2" name="Sales">{lane}'
        + "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in ("A", "B", "X", "J"))
        + f'</lane></laneSet><task id="T1"/>{nodes}<task id="T2"/>{flows}</process>{rest}'
        "</definitions>"
    ).encode()


def flow(source: str, target: str, content: str = "") -> str:
    return (
        f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{content}</sequenceFlow>"
    )


def line(content: str = "", *, rest: str = "", kind: str = "task", **more: str) -> bytes:
    """One piece of work in between."""
    work = f'<{kind} id="A" name="{more.pop("name", "Work")}">{content}</{kind}>'
    return definitions(work, flow("T1", "A") + flow("A", "T2"), rest=rest, **more)


def choice(one: str = "", other: str = "", rest: str = "") -> bytes:
    """Either one piece of work or another; what is told of each way stands on its flow."""
    nodes = '<exclusiveGateway id="X"/><task id="A"/><task id="B"/><exclusiveGateway id="J"/>'
    flows = flow("T1", "X") + flow("X", "A", one) + flow("X", "B", other)
    return definitions(nodes, flows + flow("A", "J") + flow("B", "J") + flow("J", "T2"), rest=rest)


def simulated(*scenarios: str) -> str:
    return (
        '<relationship type="BPSimData"><extensionElements><b:BPSimData>'
        + "".join(scenarios)
        + "</b:BPSimData></extensionElements></relationship>"
    )


def scenario(*elements: str, unit: str = 'baseTimeUnit="hour"', name: str = "one") -> str:
    parameters = f"<b:ScenarioParameters {unit}/>" if unit else ""
    return f"<b:Scenario id={name!r}>{parameters}{''.join(elements)}</b:Scenario>"


def element(reference: str, **times: str) -> str:
    told = "".join(f"<b:{name}>{value}</b:{name}>" for name, value in times.items())
    return (
        f'<b:ElementParameters elementRef="{reference}"><b:TimeParameters>{told}'
        "</b:TimeParameters></b:ElementParameters>"
    )


def likely(reference: str, value: object) -> str:
    return (
        f'<b:ElementParameters elementRef="{reference}"><b:ControlParameters><b:Probability>'
        f"{number(value)}</b:Probability></b:ControlParameters></b:ElementParameters>"
    )


def number(value: object, kind: str = "Floating", more: str = "") -> str:
    return f'<b:{kind}Parameter value="{value}" {more}/>'


def processing(value: str) -> str:
    return simulated(scenario(element("A", ProcessingTime=value)))


def answer(model: bytes, **given: Any) -> dict[str, Any]:
    """Return what is said in JSON."""
    graph = build_graph(read_document(model))
    report = find_waiting_stretches(graph, **given)
    told: dict[str, Any] = json.loads(json.dumps(report.as_dict()))
    return told


def stretch(told: dict[str, Any]) -> dict[str, Any]:
    [found] = [one for one in told["stretches"] if one["end"] == "T2"]
    return dict(found)


def figures(told: dict[str, Any]) -> tuple[Any, ...]:
    found = stretch(told)
    return found["min"], pytest.approx(found["expected"], abs=1e-9), found["max"]


OWN = "<extensionElements><cj:duration {}/></extensionElements>"


SHARE = '<extensionElements><cj:branch share="{}"/></extensionElements>'


WORK = element("A", ProcessingTime=number(2)) + element("B", ProcessingTime=number(10))


BOTH = simulated(scenario(WORK))
