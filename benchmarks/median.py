"""How long the median of real models takes, from its bytes to all figures, against raw lxml.

Run it as ``python benchmarks/median.py FOLDER``. Of all models in the folder in which a customer is
found who meets somebody, each is read, drawn up as a graph, and asked for its interaction points
and its waiting, all in one go and with nothing kept from before. In turns with that, the same bytes
are given to `lxml.etree.fromstring`, so that both find the memory of the machine in the same state;
both are repeated equally often, and the least counts, of each part and of the whole. To let go of
it all belongs to both.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from lxml import etree  # noqa: E402

from cjbpmn.contacts import customer_side, find_contacts  # noqa: E402
from cjbpmn.customer import find_customer_candidates  # noqa: E402
from cjbpmn.document import read_document  # noqa: E402
from cjbpmn.errors import CjbpmnError  # noqa: E402
from cjbpmn.graph import build_graph  # noqa: E402
from cjbpmn.interaction import find_interaction_points  # noqa: E402
from cjbpmn.waiting import find_waiting_stretches  # noqa: E402
from cjbpmn.waiting.search import find_structure  # noqa: E402

PARTS = ("read", "graph", "points", "waits", "let go", "whole", "structure")
LONG = 0.05
"""What takes longer, in seconds, is not repeated."""


def seconds(do: Callable[[], object]) -> float:
    """Return how much processor time something takes."""
    started = time.process_time()
    do()
    return time.process_time() - started


def customer_of(data: bytes) -> str | None:
    """Return the id of the likeliest customer who meets somebody."""
    try:
        graph = build_graph(read_document(data))
    except CjbpmnError:
        return None
    found = find_customer_candidates(graph)
    return found[0].id if found and find_contacts(graph, [found[0].id]) else None


def in_one_go(data: bytes, customer: str) -> list[float]:
    """Return how long each part takes, and all of them."""
    marks = [time.process_time()]
    document = read_document(data)
    marks.append(time.process_time())
    graph = build_graph(document)
    marks.append(time.process_time())
    points = find_interaction_points(graph, [customer])
    marks.append(time.process_time())
    report = find_waiting_stretches(graph, customer=[customer])
    marks.append(time.process_time())
    del document, graph, points, report
    marks.append(time.process_time())
    parts = [after - before for before, after in pairwise(marks)]
    return [*parts, marks[-1] - marks[0]]


def without_figures(data: bytes, customer: str) -> None:
    """Do the same, but only find which stretches there are."""
    graph = build_graph(read_document(data))
    find_interaction_points(graph, [customer])
    contacts = find_contacts(graph, [customer])
    find_structure(graph, contacts, customer_side(graph, [customer]))


def measure(data: bytes, customer: str, times: int) -> list[float]:
    """Return how long each part of one model takes, in times its raw parse."""
    raw, least = math.inf, [math.inf] * (len(PARTS) - 1)
    for _ in range(times):
        raw = min(raw, seconds(lambda: etree.fromstring(data)))
        if not LONG <= least[-1] < math.inf:
            least = list(map(min, least, in_one_go(data, customer)))
    least.append(min(seconds(lambda: without_figures(data, customer)) for _ in range(times)))
    return [part / raw for part in least]


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=15, help="how often each model is repeated")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    models = [path.read_bytes() for path in sorted(arguments.folder.rglob("*.bpmn"))]
    asked = [(data, customer) for data in models if (customer := customer_of(data)) is not None]
    found = [measure(data, customer, arguments.times) for data, customer in asked]
    print(f"{len(found)} models with a customer; in times their raw parse, the median:")
    for name, ratios in zip(PARTS, zip(*found, strict=True), strict=True):
        print(f"{name:<10}{median(ratios):6.2f}")


if __name__ == "__main__":
    main()
