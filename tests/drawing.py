"""Small models in a few words."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.waiting import WaitingReport, find_waiting_stretches


class Drawing:
    """A model in a few words: pools with nodes, flows, and what is inside of what.

    ``task A``, ``startEvent s message``, ``boundaryEvent B timer PT5H on=A free`` ...
    """

    def __init__(self) -> None:
        self.pools: dict[str, list[str]] = {}
        self.bodies: dict[str, list[str]] = {}
        self.messages: list[str] = []

    def pool(self, name: str, *nodes: str, flows: str = "", inside: str | None = None) -> Drawing:
        """Draw nodes and flows into a pool, or into a sub-process that is drawn later."""
        lines = [self._node(node) for node in nodes]
        for flow in flows.split():
            source, _, target = flow.partition(">")
            lines.append(
                f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'
            )
        self.bodies.setdefault(inside or name, []).extend(lines)
        if inside is None:
            self.pools.setdefault(name, [])
        return self

    def message(self, *flows: str) -> Drawing:
        for flow in flows:
            source, _, target = flow.partition(">")
            ends = f'sourceRef="{source}" targetRef="{target}"'
            self.messages.append(f'<messageFlow id="m{len(self.messages)}" {ends}/>')
        return self

    def _node(self, words: str) -> str:
        kind, identifier, *rest = words.split()
        attributes, inner = "", ""
        for index, word in enumerate(rest):
            key, equal, value = word.partition("=")
            if equal:
                key = {"on": "attachedToRef"}.get(key, key)
                attributes += f" {key}={quoteattr(value)}"
            elif word == "free":
                attributes += ' cancelActivity="false"'
            elif word == "timer":
                duration = f"<timeDuration>{rest[index + 1]}</timeDuration>"
                inner += f"<timerEventDefinition>{duration}</timerEventDefinition>"
            elif not word.startswith("PT"):
                inner += f"<{word}EventDefinition/>"
        inner += "".join(self.bodies.pop(identifier, []))
        return f'<{kind} id="{identifier}" name="{identifier}"{attributes}>{inner}</{kind}>'

    def data(self) -> bytes:
        participants = "".join(
            f'<participant id="{name}" name="{name}"'
            + (f' processRef="p-{name}"' if self.bodies.get(name) else "")
            + "/>"
            for name in self.pools
        )
        processes = "".join(
            f'<process id="p-{name}">{"".join(self.bodies[name])}</process>'
            for name in self.pools
            if self.bodies.get(name)
        )
        return (
            '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
            f'targetNamespace="x"><collaboration id="c">{participants}{"".join(self.messages)}'
            f"</collaboration>{processes}</definitions>"
        ).encode()

    def graph(self) -> ProcessGraph:
        return build_graph(read_document(self.data()))

    def report(self, durations: dict[str, Any], **given: Any) -> WaitingReport:
        graph = self.graph()
        return find_waiting_stretches(graph, read_timings(graph, durations, **given), ["Client"])


def only(report: WaitingReport, end: str) -> Any:
    return next(stretch for stretch in report if stretch.end == end)


def asked(drawing: Drawing, *nodes: str, flows: str) -> Drawing:
    """Draw a process that a black-box customer starts at S and that answers at E."""
    drawing.pool("Org", "startEvent S message", *nodes, "endEvent E message", flows=flows)
    return drawing.pool("Client").message("Client>S", "E>Client")
