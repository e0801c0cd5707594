"""Small models and drafted journeys that several tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cjbpmn.customer import customer_nodes, resolve_customer
from cjbpmn.journey import Emotion, Evidence, Journey, Observation, Persona, Phase, Step
from cjbpmn.reading_order import rank_nodes

if TYPE_CHECKING:
    from cjbpmn.graph import ProcessGraph

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)


def definitions(content: str) -> bytes:
    """Wrap BPMN elements into a file."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions {NAMESPACES} id="defs" '
        f'targetNamespace="http://example.org/bpmn">\n{content}\n</definitions>\n'
    ).encode()


def shape(element: str, x: float, y: float, width: float = 100, height: float = 80) -> str:
    """Write the shape of an element."""
    return (
        f'<bpmndi:BPMNShape id="{element}_shape" bpmnElement="{element}">'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
    )


def diagram(element: str, *shapes: str) -> str:
    """Write a diagram."""
    return (
        f'<bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="{element}">'
        f"{''.join(shapes)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )


PLAIN = definitions(
    """  <process id="proc" name="Claims">
    <startEvent id="start"><outgoing>f1</outgoing></startEvent>
    <task id="check" name="Check claim"><incoming>f1</incoming><outgoing>f2</outgoing></task>
    <sendTask id="tell" name="Send decision"><incoming>f2</incoming></sendTask>
    <sequenceFlow id="f1" sourceRef="start" targetRef="check"/>
    <sequenceFlow id="f2" sourceRef="check" targetRef="tell"/>
  </process>
"""
    + diagram(
        "proc", shape("start", 100, 122, 36, 36), shape("check", 200, 100), shape("tell", 400, 100)
    )
)
"""One process, no pool, no line about a customer."""

BLACK_BOX = definitions(
    """  <collaboration id="collab">
    <participant id="customer" name="Customer"/>
    <participant id="shop" name="Shop" processRef="proc"/>
    <messageFlow id="m1" sourceRef="customer" targetRef="take"/>
    <messageFlow id="m2" sourceRef="send" targetRef="customer"/>
  </collaboration>
  <process id="proc">
    <startEvent id="take" name="Order received"><messageEventDefinition/></startEvent>
    <task id="pick" name="Pick items"/>
    <task id="send" name="Send parcel"/>
    <sequenceFlow id="f1" sourceRef="take" targetRef="pick"/>
    <sequenceFlow id="f2" sourceRef="pick" targetRef="send"/>
  </process>
"""
    + diagram(
        "collab",
        shape("customer", 100, 20, 700, 60),
        shape("shop", 100, 140, 700, 200),
        shape("take", 150, 200, 36, 36),
        shape("pick", 300, 180),
        shape("send", 500, 180),
        '<bpmndi:BPMNEdge id="m1_di" bpmnElement="m1"><di:waypoint x="168" y="80"/>'
        '<di:waypoint x="168" y="200"/></bpmndi:BPMNEdge>',
        '<bpmndi:BPMNEdge id="m2_di" bpmnElement="m2"><di:waypoint x="550" y="180"/>'
        '<di:waypoint x="550" y="80"/></bpmndi:BPMNEdge>',
    )
)
"""A shop, and a customer that is a closed pool on top."""


def draft_journey(graph: ProcessGraph, steps: int = 8) -> Journey:
    """Draft a journey that meets every third flow node of a model and uses every field."""
    doubtful = {one for finding in graph.findings for one in finding.elements}
    meets = [
        node
        for number, node in enumerate(graph.nodes.values())
        if number % 3 == 1 and node.type != "participant" and node.id not in doubtful
    ]
    phases = ("exploring", "ordering", "using")
    told = [Step("I think it over", phase="exploring", sees=(Evidence("website", "website"),))]
    told += [
        Step(
            f"I meet <{node.name or node.type}> & wait",
            at=(node.id,),
            phase=phases[min(2, number // 3)],
            channel="email",
            sees=(Evidence("letter", "letter"), Evidence("a long word about evidence")),
            feels=(
                Emotion(number % 5 - 2, source="customer", n=3, says='"Hm"'),
                Emotion(0, source="employee"),
            ),
            moment_of_truth=True,
            told="no",
        )
        for number, node in enumerate(meets[:steps])
    ]
    return Journey(
        "Drafted",
        customer="Customer",
        phases=tuple(Phase(name) for name in phases),
        steps=tuple(told),
        persona=Persona("Anna", prefers=("email",), refuses=("fax",)),
        observations=(Observation("Nobody tells me", at=told[-1].at, impact=4, effort=1),),
    )


def draft_drawn_journey(graph: ProcessGraph) -> Journey:
    """Draft a journey over all that the model's own customer does, as the customer does it."""
    inside = customer_nodes(graph, resolve_customer(graph))
    doubtful = {one for finding in graph.findings for one in finding.elements}
    rank = rank_nodes(graph)
    own = [
        node
        for node in sorted(graph.nodes.values(), key=lambda node: rank.get(node.id, 0))
        if node.id in inside - doubtful and node.type != "participant" and not node.is_gateway
    ]
    phases = ("becoming aware", "ordering", "using")
    seen = ((), ("confirmation e-mail",), ("letter", "app"), ("website",))
    steps = tuple(
        Step(
            f"I {node.name or node.type}",
            at=(node.id,),
            phase=phases[min(2, 3 * number // len(own))],
            sees=tuple(Evidence(text) for text in seen[number % 4]),
            feels=(Emotion(number % 5 - 2),) if number % 4 else (),
        )
        for number, node in enumerate(own)
    )
    told = (Observation("Nobody tells me how long this takes", at=steps[-1].at),) if steps else ()
    return Journey("Drawn", phases=tuple(map(Phase, phases)), steps=steps, observations=told)
