"""Over a folder of models: enriched, opened in a modeller, saved, opened again, nothing lost.

    python benchmarks/modellers.py FOLDER [every] [bpmn-js | camunda-7 | camunda-8]

It needs the modeller bench (see ``tests/modeller/README.md``).
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import modeller_bench
import models
from modeller_bench import Job
from test_modeller import kinds, our_elements

import cjbpmn as cj

AT_ONCE = 60


def main(folder: str, every: str = "1", modeller: str = "bpmn-js") -> None:
    """Count what happens to the models."""
    told: Counter[str] = Counter()
    paths = sorted(Path(folder).rglob("*.bpmn"))[:: int(every)]
    for first in range(0, len(paths), AT_ONCE):
        with tempfile.TemporaryDirectory() as home:
            look_at(paths[first : first + AT_ONCE], Path(home), modeller, told)
    for what, number in told.items():
        print(f"{number:6,}  {what}")


def look_at(paths: list[Path], home: Path, modeller: str, told: Counter[str]) -> None:
    """Take some models through the modeller."""
    jobs = []
    for number, path in enumerate(paths):
        told["models"] += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                document = cj.read_document(path)
                journey = models.draft_journey(cj.build_graph(document))
            except cj.CjbpmnError:
                told["not read"] += 1
                continue
            cj.enrich_document(document, journey)
        enriched = document.write(home / f"{number}.bpmn")
        saved = home / f"{number}-saved.bpmn"
        kind = {"modeller": modeller}
        jobs += [
            Job(path, lint="original", **kind),  # type: ignore[arg-type]
            Job(enriched, save=saved, lint="original", **kind),  # type: ignore[arg-type]
            Job(saved, **kind),  # type: ignore[arg-type]
        ]
    results = modeller_bench.run(jobs)
    for number, job in enumerate(jobs[1::3]):
        before, after, again = results[3 * number : 3 * number + 3]
        told["enriched"] += 1
        told["opened before"] += before.ok
        told["opened after"] += after.ok
        told["opened only before"] += before.ok and not after.ok
        told["opened only after"] += after.ok and not before.ok
        if not (before.ok and after.ok):
            continue
        told["with a new complaint"] += bool(kinds(after.complaints) - kinds(before.complaints))
        told["with a new finding of bpmnlint"] += bool(kinds(after.lint) - kinds(before.lint))
        told["saved and opened again"] += again.ok
        if again.ok and job.save is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                same = Counter(our_elements(job.save)) == Counter(our_elements(job.file))
            told["with every element of ours intact"] += same
            if not same:
                print("not intact:", before.file)


if __name__ == "__main__":
    main(*sys.argv[1:])
