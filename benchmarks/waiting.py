"""How fast waiting is found, by the size and the shape of the model, against raw lxml.

Run it as ``python benchmarks/waiting.py --sizes 100 1000 10000``. Each line is one model: how long
lxml takes to parse its bytes, and as multiples of that, reading, the graph, the interaction points,
the structure (which stretches there are, without figures), all four together, and the highest
memory, in MB, of a process that does nothing else. Then, in seconds, the figures with fixed and with
spread durations, and 1,000 cases played with spread durations, each in a process of its own with its
highest memory; and how they were found. ``--structure`` leaves the figures out, ``--cases`` has
nothing but the 1,000 cases.

In each model the customer asks first and is told at the end; but for ``chain`` and ``told``, where
the customer hears more, all of the model lies between these two. The models are drawn as modellers write them, with a diagram and with the flows listed at their
ends. ``--bare`` leaves both out: that is the least that lxml can have to do for a model.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from lxml import etree  # noqa: E402

from cjbpmn.contacts import customer_side, find_contacts  # noqa: E402
from cjbpmn.distributions import Uniform  # noqa: E402
from cjbpmn.document import read_document  # noqa: E402
from cjbpmn.durations import Timings, read_timings  # noqa: E402
from cjbpmn.graph import ProcessGraph, build_graph  # noqa: E402
from cjbpmn.interaction import find_interaction_points  # noqa: E402
from cjbpmn.waiting import find_waiting_stretches  # noqa: E402
from cjbpmn.waiting.crowd.order import refusal  # noqa: E402
from cjbpmn.waiting.crowd.rows import Refused  # noqa: E402
from cjbpmn.waiting.crowd.sample import sample_crowd  # noqa: E402
from cjbpmn.waiting.playing.game import Game  # noqa: E402
from cjbpmn.waiting.playing.runs import sample_runs  # noqa: E402
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
        # The first and the last have a way in and out already: nothing else would link them.
        flows.append((f"y{n - 1}", f"x{n}") if n else ("S", "x0"))
    return nodes, [*flows, (f"y{size // 3 - 1}", "E")]


def blocks(size: int) -> tuple[Nodes, Flows]:
    """A parallel block in a parallel block, and so on: a task beside each."""
    depth = size // 3
    nodes: Nodes = [("task", "middle")]
    flows: Flows = [(f"s{depth - 1}", "middle"), ("middle", f"j{depth - 1}")]
    for n in range(depth):
        nodes += [("parallelGateway", f"s{n}"), ("task", f"a{n}"), ("parallelGateway", f"j{n}")]
        flows += [(f"s{n}", f"a{n}"), (f"a{n}", f"j{n}")]
        if n:
            flows += [(f"s{n - 1}", f"s{n}"), (f"j{n}", f"j{n - 1}")]
    return nodes, flows


def told(size: int) -> tuple[Nodes, Flows]:
    """A choice, after much work, between many ways to tell the customer: one body for all."""
    names = [f"n{n}" for n in range(size // 2)]
    ends = [f"t{n}" for n in range(min(size // 2, 40))]
    nodes = [("task", name) for name in names] + [("sendTask", name) for name in ends]
    flows = list(pairwise([*names, "n_split"])) + [("n_split", name) for name in ends]
    return [*nodes, ("exclusiveGateway", "n_split")], flows


FLAT: dict[str, Callable[[int], tuple[Nodes, Flows]]] = {
    "chain": chain,
    "silent": silent,
    "wide": wide,
    "choices": choices,
    "inclusive": inclusive,
    "loops": loops,
    "blocks": blocks,
    "told": told,
}


def bpmn(  # noqa: PLR0913 - what a file is made of
    nodes: Nodes,
    flows: Flows,
    *,
    nested: str = "",
    lines: str = "",
    more: str = "",
    drawn: bool = True,
) -> bytes:
    """Write a model in which a black-box customer asks first, and is told at the end."""
    entered = {target for _, target in flows}
    left = {source for source, _ in flows}
    ends = [("S", name) for _, name in nodes if name not in entered]
    ends += [(name, "E") for _, name in nodes if name not in left]
    around: defaultdict[str, str] = defaultdict(str)
    shapes = ""
    for a, b in [*flows, *ends]:
        lines += f'<sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        if drawn:
            around[a] += f"<outgoing>f_{a}_{b}</outgoing>"
            around[b] += f"<incoming>f_{a}_{b}</incoming>"
            shapes += (
                f'<di:BPMNEdge id="f_{a}_{b}_di" bpmnElement="f_{a}_{b}">'
                '<p:waypoint x="150" y="140"/><p:waypoint x="200" y="140"/></di:BPMNEdge>'
            )
    inner = "".join(f'<{k} id="{n}" name="{n}">{around[n]}</{k}>' for k, n in nodes)
    if drawn:
        shapes += "".join(
            f'<di:BPMNShape id="{name}_di" bpmnElement="{name}">'
            '<c:Bounds x="200" y="100" width="100" height="80"/></di:BPMNShape>'
            for _, name in nodes
        )
        more += (
            f'<di:BPMNDiagram id="D"><di:BPMNPlane id="P">{shapes}</di:BPMNPlane></di:BPMNDiagram>'
        )
    asked = ["E", *(name for kind, name in nodes if kind == "sendTask")]
    messages = "".join(
        f'<messageFlow id="m_{name}" sourceRef="{name}" targetRef="Client"/>' for name in asked
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
        'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:c="http://www.omg.org/spec/DD/20100524/DC" '
        'xmlns:p="http://www.omg.org/spec/DD/20100524/DI" '
        'targetNamespace="x"><collaboration id="c"><participant id="Client" name="Client"/>'
        '<participant id="Org" name="Org" processRef="p"/>'
        f'<messageFlow id="m_S" sourceRef="Client" targetRef="S"/>{messages}</collaboration>'
        '<process id="p"><startEvent id="S"><messageEventDefinition/></startEvent>'
        f'{inner}{nested}{lines}<endEvent id="E"><messageEventDefinition/></endEvent></process>'
        f"{more}</definitions>"
    ).encode()


def deep(size: int) -> bytes:
    """Sub-processes in sub-processes, as deep as XML is read, and calls beyond; never drawn."""
    depth = min(size // 4, 250)
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
    return bpmn([], [], nested=nested, lines=lines, more=more, drawn=False)


def models(sizes: list[int], shapes: list[str], *, drawn: bool) -> Iterator[tuple[str, int, bytes]]:
    """Yield the models."""
    for size in sizes:
        for name in shapes:
            data = deep(size) if name == "deep" else bpmn(*FLAT[name](size), drawn=drawn)
            yield name, size, data


def seconds(do: Callable[[], object], times: int) -> float:
    """Return the least processor time of several."""
    found = []
    for _ in range(times):
        started = time.process_time()
        do()
        found.append(time.process_time() - started)
    return min(found)


def measure(data: bytes) -> str:
    """Measure what is found without figures."""
    times = 3
    raw = seconds(lambda: etree.fromstring(data), times + 2)
    read = partial(read_document, data, max_bytes=len(data))
    document = read()
    graph = build_graph(document)
    own = customer_side(graph, ["Client"])

    def structure() -> object:
        return find_structure(graph, find_contacts(graph, ["Client"]), own)

    parts = [
        seconds(read, times),
        seconds(lambda: build_graph(document), times),
        seconds(lambda: find_interaction_points(graph, ["Client"]), times),
        seconds(structure, times),
    ]
    ratios = "".join(f"{part / raw:>9.1f}" for part in [*parts, sum(parts)])
    return f"{raw * 1000:>10.2f}{ratios}{_memory():>7}"


def _memory() -> int:
    """Return the highest memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _timings(graph: ProcessGraph, duration: float | Uniform) -> Timings:
    known = {node.id: duration for node in graph.nodes.values() if node.is_activity}
    return read_timings(graph, known)


def find_figures(data: bytes, duration: float | Uniform) -> str:
    """Measure all figures of a model whose activities take so long."""
    graph = build_graph(read_document(data, max_bytes=len(data)))
    timings = _timings(graph, duration)
    started = time.process_time()
    found = find_waiting_stretches(graph, timings, ["Client"])
    took = time.process_time() - started
    return f"{took:>9.2f}{_memory():>7} {f'{found.method}/{found.samples}':<14}"


def play_cases(data: bytes, number: int = 1000) -> str:
    """Measure how long it takes to play cases, from the graph to what they say together."""
    graph = build_graph(read_document(data, max_bytes=len(data)))
    timings = _timings(graph, Uniform(0, 2))
    started = time.process_time()
    contacts = find_contacts(graph, ["Client"])
    structure, _ = find_structure(graph, contacts, customer_side(graph, ["Client"]))
    game = Game(structure, timings)
    engine = refusal(game) or "vectorised"
    try:
        if engine == "vectorised":
            sample_crowd(game, cases=number)
    except Refused as refused:
        engine = str(refused)
    if engine != "vectorised":
        sample_runs(game, samples=number)
    return f"{time.process_time() - started:>9.2f}{_memory():>7} {engine}"


def apart(do: Callable[..., str], *given: object) -> str:
    """Do something in a process of its own."""
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(do, *given).result()


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--shapes", nargs="+", default=[*FLAT, "deep"], choices=[*FLAT, "deep"])
    parser.add_argument("--bare", action="store_true", help="without a diagram")
    parser.add_argument("--structure", action="store_true", help="without figures")
    parser.add_argument("--cases", action="store_true", help="1,000 cases only")
    arguments = parser.parse_args()
    columns = ["lxml ms", "read", "graph", "points", "struct", "all"]
    print(f"{'shape':<10}{'nodes':>8}", end="")
    if not arguments.cases:
        print(f"{columns[0]:>10}" + "".join(f"{c:>9}" for c in columns[1:]) + f"{'MB':>7}", end="")
    if not (arguments.cases or arguments.structure):
        print("".join(f"{c:>9}{'MB':>7} {'how':<14}" for c in ("fixed s", "drawn s")), end="")
    print("" if arguments.structure else f"{'1000 s':>9}{'MB':>7} how")
    for name, size, data in models(arguments.sizes, arguments.shapes, drawn=not arguments.bare):
        print(f"{name:<10}{size:>8}", end="", flush=True)
        if not arguments.cases:
            print(apart(measure, data), end="", flush=True)
        if not (arguments.cases or arguments.structure):
            for duration in (1.0, Uniform(0, 2)):
                print(apart(find_figures, data, duration), end="", flush=True)
        print("" if arguments.structure else apart(play_cases, data), flush=True)


if __name__ == "__main__":
    main()
