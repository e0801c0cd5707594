"""First drawings of many models whose own was taken away: what lies on what, counted.

    python benchmarks/first_drawings.py FOLDER [every]

What is missing, shapes on shapes, lines that hang in the air and sequence flows through shapes
must not be; names on names and on shapes should be rare.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import test_first_drawing as drawings

import cjbpmn as cj


def names_on(document: cj.Document, content: drawings.Content) -> Counter[str]:
    """Count names that lie on shapes, and on each other."""
    found: Counter[str] = Counter()
    frames = {*content.graph.participants, *content.lanes, *content.scopes}
    frames |= {group.id for group in content.groups}
    places = dict(drawings.diagram_of(document).drawn())
    names = {one: drawings.within(box) for one, box in drawings.labels_of(document).items()}
    found["names"] = len(names)
    for one, box in names.items():
        found["name on shape"] += sum(
            other not in {one, *frames} and box.overlaps(place) for other, place in places.items()
        )
    found["name on name"] = sum(a.overlaps(b) for a, b in combinations(names.values(), 2))
    return found


def main(folder: str, every: str = "1") -> None:
    """Draw many models, and count."""
    total: Counter[str] = Counter()
    took = 0.0
    for path in sorted(Path(folder).rglob("*.bpmn"))[:: int(every)]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            start = time.process_time()
            try:
                document, content, findings = drawings.draw(drawings.bare(path.read_bytes()))
            except cj.CjbpmnError:
                total["not read"] += 1
                continue
        took += time.process_time() - start
        wrong = [*drawings.mistakes(document, content), *drawings.crossings(document, content)]
        for mistake in wrong:
            print(f"{path}: {mistake}")
        total.update(names_on(document, content))
        total.update(models=1, mistakes=len(wrong), groups_left_out=len(findings))
        total.update(links=len(content.links), shapes=len(content.graph.nodes))
    for what, number in total.items():
        print(f"{number:8,}  {what}")
    print(f"{took:8.1f}  seconds to read and draw them")


if __name__ == "__main__":
    main(*sys.argv[1:])
