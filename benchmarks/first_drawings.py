"""First drawings of many models whose own was taken away: what lies on what, counted.

    python benchmarks/first_drawings.py FOLDER [every]

What is missing, shapes on shapes, lines that hang in the air and sequence flows through shapes
must not be; names on names and on shapes, message flows through shapes and lines that cross
should be rare.
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
from lines import crossings

import cjbpmn as cj
from cjbpmn.diagram import parts_of


def names_on(document: cj.Document, content: drawings.Content) -> Counter[str]:
    """Count names that lie on shapes, and on each other; those of message flows apart too."""
    found: Counter[str] = Counter()
    frames = {*content.graph.participants, *content.lanes, *content.scopes}
    frames |= {group.id for group in content.groups}
    messages = {link.id for link in content.links if link.kind == "message"}
    places = dict(drawings.diagram_of(document).drawn())
    names = {one: drawings.within(box) for one, box in drawings.labels_of(document).items()}
    found["names"] = len(names)
    for one, box in names.items():
        hits = sum(
            other not in {one, *frames} and box.overlaps(place) for other, place in places.items()
        )
        found["name on shape"] += hits
        found["message name on shape"] += hits if one in messages else 0
    for (one, a), (other, b) in combinations(names.items(), 2):
        if a.overlaps(b):
            found["name on name"] += 1
            found["message name on name"] += one in messages or other in messages
    return found


def lines_on(document: cj.Document, content: drawings.Content) -> Counter[str]:
    """Count lines that cross lines of their kind, and message flows that run through shapes."""
    found: Counter[str] = Counter()
    places, ways = dict(drawings.diagram_of(document).drawn()), drawings.ways_of(document)
    for kind in ("message", "sequence"):
        drawn = [link.id for link in content.links if link.kind == kind and link.id in ways]
        found[f"{kind} flows"] = len(drawn)
        found.update(crossings((ways[one] for one in drawn), f"{kind} flow"))
    nodes = [one for one in content.graph.nodes if one not in content.graph.participants]
    for link in content.links:
        if link.kind != "message" or link.id not in ways:
            continue
        ends = {link.source, link.target}
        near = ends.union(*(drawings.around(content, end) for end in ends))
        near |= {guest.id for end in ends for guest in content.graph.attached(end)}
        parts = list(parts_of(ways[link.id]))
        found["message flow through shape"] += sum(
            any(drawings.within(places[one], 1).overlaps(part) for part in parts)
            for one in nodes
            if one in places and one not in near
        )
    return found


def main(folder: str, every: str = "1") -> None:
    """Draw many models, and count."""
    total: Counter[str] = Counter()
    worst: list[tuple[int, str]] = []
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
        found = names_on(document, content) + lines_on(document, content)
        worst.append(
            (sum(n for what, n in found.items() if what.startswith("message ")), str(path))
        )
        total.update(found)
        total.update(models=1, mistakes=len(wrong), groups_left_out=len(findings))
        total.update(links=len(content.links), shapes=len(content.graph.nodes))
    for what, number in total.items():
        print(f"{number:8,}  {what}")
    print(f"{took:8.1f}  seconds to read and draw them")
    print("most around message flows:")
    for number, name in sorted(worst, reverse=True)[:10]:
        print(f"{number:8,}  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
