"""How long enriching takes: a large model, and the models of a folder beside lxml alone.

python benchmarks/enriching.py [FOLDER]
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from lxml import etree

import cjbpmn as cj
from cjbpmn.journey import Emotion, Evidence, Journey, Phase, Step

HERE = Path(__file__).parent
TASKS, STEPS, PHASES = 10_000, 200, 10


def seconds(job: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of some runs."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        job()
        taken.append(time.process_time() - start)
    return min(taken)


def load(path: Path) -> object:
    """Load a module of this name; the tests have one of the same name."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a_long_journey() -> Journey:
    """Tell a journey that meets every fiftieth task."""
    return Journey(
        "Long",
        customer="Customer",
        phases=tuple(Phase(f"phase {number}") for number in range(PHASES)),
        steps=tuple(
            Step(
                f"I do {number}",
                at=(f"Task_{number * TASKS // STEPS}",),
                phase=f"phase {number * PHASES // STEPS}",
                channel="email",
                sees=(Evidence("letter"),),
                feels=(Emotion(number % 5 - 2),),
            )
            for number in range(STEPS)
        ),
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", help="real models, of which every tenth is enriched")
    parser.add_argument("--steps", type=int, default=8, help="how many steps the median model gets")
    given = parser.parse_args()
    data = load(HERE / "models.py").chain(TASKS)  # type: ignore[attr-defined]
    journey = a_long_journey()
    for several in (1, 3):
        took = seconds(lambda n=several: cj.enrich_document(cj.read_document(data), [journey] * n))
        print(f"{TASKS:,} tasks, {several} x {STEPS} steps: {took:.2f} s")
    if given.folder is None:
        return
    draft = load(HERE.parent / "tests" / "models.py").draft_journey  # type: ignore[attr-defined]
    plain, enriching = [], []
    for path in sorted(Path(given.folder).rglob("*.bpmn"))[::10]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                told = draft(cj.build_graph(cj.read_document(path)), given.steps)
            except cj.CjbpmnError:
                continue
            raw = path.read_bytes()
            plain.append(seconds(lambda raw=raw: etree.tostring(etree.fromstring(raw))))
            enriching.append(seconds(lambda raw=raw, told=told: enrich(raw, told)))
    ratio = statistics.median(a / b for a, b in zip(enriching, plain, strict=True))
    print(f"median model: lxml {1000 * statistics.median(plain):.2f} ms, ", end="")
    print(f"enriching {1000 * statistics.median(enriching):.1f} ms, {ratio:.0f} times as long")


def enrich(data: bytes, journey: Journey) -> bytes:
    """Read, enrich and write."""
    document = cj.read_document(data)
    cj.enrich_document(document, journey)
    return document.to_bytes()


if __name__ == "__main__":
    main()
