"""How fast waiting is found, by the size and the shape of the model, against raw lxml.

Run it as ``python benchmarks/waiting.py --sizes 100 1000 10000``. Each line is one model: how long
lxml takes to parse its bytes, and as multiples of that, reading, the graph, the structure (which
stretches there are, without figures), and the figures with the durations that are drawn here.
``--memory`` adds the highest memory of each model, in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from lxml import etree  # noqa: E402

from cjbpmn.contacts import customer_side, find_contacts  # noqa: E402
from cjbpmn.customer import resolve_customer  # noqa: E402
from cjbpmn.distributions import Uniform  # noqa: E402
from cjbpmn.document import read_document  # noqa: E402
from cjbpmn.durations import read_timings  # noqa: E402
from cjbpmn.graph import build_graph  # noqa: E402
from cjbpmn.waiting import find_waiting_stretches  # noqa: E402
from cjbpmn.waiting.search import find_structure  # noqa: E402

Nodes = list[tuple[str, str]]
Flows = list[tuple[str, str]]


def chain(size: int) -> tuple[Nodes, Flows]:
    """One task after another; every tenth one tells the customer something."""
    nodes = [("sendTask" if not (n + 1) % 10 else "task", f"n{n}") for n in range(size)]
    return nodes, [(f"n{n}", f"n{n + 1}") for n in range(size - 1)]


def silent(size: int) -> tuple[Nodes, Flows]:
    """One task after another, and the customer hears nothing until the end."""
    nodes, flows = chain(size)
    return [("task", name) for _, name in nodes], flows


def wide(size: int) -> tuple[Nodes, Flows]:
    """All at once."""
    names = [f"n{n}" for n in range(size)]
    nodes = [("parallelGateway", "n_split"), *(("task", name) for name in names)]
    flows = [("n_split", name) for name in names] + [(name, "n_join") for name in names]
    return [*nodes, ("parallelGateway", "n_join")], flows


def choices(size: int) -> tuple[Nodes, Flows]:
    """One choice after another."""
    nodes, flows = [], []
    for n in range(size // 4):
        nodes += [("exclusiveGateway", f"x{n}"), ("task", f"a{n}"), ("task", f"b{n}")]
        nodes += [("exclusiveGateway", f"y{n}")]
        flows += [(f"x{n}", f"a{n}"), (f"x{n}", f"b{n}"), (f"a{n}", f"y{n}"), (f"b{n}", f"y{n}")]
        if n:
            flows.append((f"y{n - 1}", f"x{n}"))
    return nodes, flows


def inclusive(size: int) -> tuple[Nodes, Flows]:
    """One inclusive block after another."""
    nodes, flows = choices(size)
    changed = {"exclusiveGateway": "inclusiveGateway"}
    return [(changed.get(kind, kind), name) for kind, name in nodes], flows


def loops(size: int) -> tuple[Nodes, Flows]:
    """One loop after another; each goes round again in half of the cases."""
    nodes, flows = [], []
    for n in range(size // 3):
        nodes += [("exclusiveGateway", f"x{n}"), ("task", f"a{n}"), ("exclusiveGateway", f"y{n}")]
        flows += [(f"x{n}", f"a{n}"), (f"a{n}", f"y{n}"), (f"y{n}", f"x{n}")]
        if n:
            flows.append((f"y{n - 1}", f"x{n}"))
    return nodes, flows


FLAT: dict[str, Callable[[int], tuple[Nodes, Flows]]] = {
    "chain": chain,
    "silent": silent,
    "wide": wide,
    "choices": choices,
    "inclusive": inclusive,
    "loops": loops,
}


def bpmn(nodes: Nodes, flows: Flows, *, nested: str = "", more: str = "") -> bytes:
    """Write a model in which a black-box customer asks first, and is told at the end."""
    inner = "".join(f'<{kind} id="{name}" name="{name}"/>' for kind, name in nodes)
    entered = {target for _, target in flows}
    left = {source for source, _ in flows}
    ends = [("S", name) for _, name in nodes if name not in entered]
    ends += [(name, "E") for _, name in nodes if name not in left]
    lines = "".join(
        f'<sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in [*flows, *ends]
    )
    told = ["E", *(name for kind, name in nodes if kind == "sendTask")]
    messages = "".join(
        f'<messageFlow id="m_{name}" sourceRef="{name}" targetRef="Client"/>' for name in told
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
        'targetNamespace="x"><collaboration id="c"><participant id="Client" name="Client"/>'
        '<participant id="Org" name="Org" processRef="p"/>'
        f'<messageFlow id="m_S" sourceRef="Client" targetRef="S"/>{messages}</collaboration>'
        '<process id="p"><startEvent id="S"><messageEventDefinition/></startEvent>'
        f'{inner}{nested}{lines}<endEvent id="E"><messageEventDefinition/></endEvent></process>'
        f"{more}</definitions>"
    ).encode()


def deep(size: int) -> bytes:
    """Sub-processes in sub-processes, as deep as XML is read, and calls beyond."""
    depth = min(size // 4, 60)
    calls = max(size // 2 - depth, 0)
    nested = "".join(
        f'<subProcess id="p{n}"><startEvent id="s{n}"/><sequenceFlow id="i{n}" sourceRef="s{n}" '
        f'targetRef="p{n + 1}"/>'
        for n in range(depth)
    )
    nested += f'<callActivity id="p{depth}" calledElement="q0"/>' + "</subProcess>" * depth
    more = "".join(
        f'<process id="q{n}"><startEvent id="t{n}"/><callActivity id="c{n}" calledElement="q{n + 1}"/>'
        f'<sequenceFlow id="j{n}" sourceRef="t{n}" targetRef="c{n}"/></process>'
        for n in range(calls)
    )
    more += f'<process id="q{calls}"><task id="last"/></process>'
    lines = '<sequenceFlow id="in" sourceRef="S" targetRef="p0"/>'
    lines += '<sequenceFlow id="out" sourceRef="p0" targetRef="E"/>'
    return bpmn([], [], nested=nested + lines, more=more)


def models(sizes: list[int], shapes: list[str]) -> Iterator[tuple[str, int, bytes]]:
    """Yield the models."""
    for size in sizes:
        for name in shapes:
            yield name, size, deep(size) if name == "deep" else bpmn(*FLAT[name](size))


def seconds(do: Callable[[], object], times: int) -> float:
    """Return the least time of several."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        do()
        found.append(time.perf_counter() - started)
    return min(found)


def measure(name: str, size: int, data: bytes) -> str:
    """Measure one model; return a line of the table."""
    times = 3 if size <= 10_000 else 1  # noqa: PLR2004
    raw = seconds(lambda: etree.fromstring(data), times + 2)
    document = read_document(data)
    graph = build_graph(document)
    customers = resolve_customer(graph, ["Client"])
    contacts = find_contacts(graph, customers)
    own = customer_side(graph, customers)
    fixed = read_timings(graph, {n.id: 1.0 for n in graph.nodes.values() if n.is_activity})
    spread = Uniform(0, 2)
    drawn = read_timings(graph, {n.id: spread for n in graph.nodes.values() if n.is_activity})
    parts = [
        seconds(lambda: read_document(data), times),
        seconds(lambda: build_graph(document), times),
        seconds(lambda: find_structure(graph, contacts, own), times),
    ]
    found = []
    for timings in (fixed, drawn):
        started = time.perf_counter()
        found.append(find_waiting_stretches(graph, timings, ["Client"]))
        parts.append(time.perf_counter() - started)
    ratios = "".join(f"{part / raw:>9.1f}" for part in parts)
    methods = " ".join(f"{one.method}/{one.samples}" for one in found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return (
        f"{name:<10}{size:>8}{raw * 1000:>10.2f}{ratios}{parts[-2]:>9.2f}{parts[-1]:>9.2f}"
        f"{memory:>7} {methods}"
    )


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--shapes", nargs="+", default=[*FLAT, "deep"], choices=[*FLAT, "deep"])
    arguments = parser.parse_args()
    columns = ("lxml ms", "read", "graph", "struct", "fixed", "drawn", "fixed s", "drawn s", "MB")
    widths = (10, 9, 9, 9, 9, 9, 9, 9, 7)
    print(
        f"{'shape':<10}{'nodes':>8}"
        + "".join(f"{c:>{w}}" for c, w in zip(columns, widths, strict=True))
    )
    for name, size, data in models(arguments.sizes, arguments.shapes):
        with ProcessPoolExecutor(1) as pool:
            print(pool.submit(measure, name, size, data).result(), flush=True)


if __name__ == "__main__":
    main()
