"""Drawings that are broken already: what we add makes them no worse."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import models
import pytest
from modeller_bench import Job
from test_modeller import kinds

from cjbpmn.diagram import bounds_of, waypoints_of
from cjbpmn.document import read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.graph import build_graph
from cjbpmn.names import qualified

if TYPE_CHECKING:
    from modeller_bench import Bench

PLAIN, BOX = models.PLAIN, models.BLACK_BOX
SECOND = models.diagram("proc", models.shape("check", 900, 900)).replace('id="', 'id="second_')
LANES = BOX.replace(
    b'<startEvent id="take"',
    b'<laneSet id="ls"><lane id="l1" name="A"><flowNodeRef>take</flowNodeRef></lane>'
    b'<lane id="l2" name="B"><flowNodeRef>pick</flowNodeRef></lane></laneSet>'
    b'<startEvent id="take"',
)
BAD = {
    "no bounds": PLAIN.replace(b'<dc:Bounds x="200" y="100" width="100" height="80"/>', b""),
    "not a number": PLAIN.replace(b'x="200" y="100"', b'x="NaN" y="100"'),
    "nowhere near": PLAIN.replace(b'x="400" y="100"', b'x="1e300" y="100"'),
    "no size": PLAIN.replace(b'width="100" height="80"', b'width="0" height="0"'),
    "less than no size": PLAIN.replace(b'width="100" height="80"', b'width="-100" height="-80"'),
    "no waypoints": BOX.replace(
        b'<di:waypoint x="168" y="80"/><di:waypoint x="168" y="200"/>', b""
    ),
    "one waypoint": BOX.replace(b'<di:waypoint x="168" y="80"/>', b""),
    "a shape of nothing": PLAIN.replace(b'bpmnElement="check"', b'bpmnElement="gone"'),
    "a shape without a reference": PLAIN.replace(b' bpmnElement="check"', b""),
    "two shapes of one": PLAIN.replace(b'bpmnElement="tell"', b'bpmnElement="check"'),
    "two diagrams of one process": PLAIN.replace(
        b"</definitions>", SECOND.encode() + b"</definitions>"
    ),
    "a plane of nothing": PLAIN.replace(b'bpmnElement="proc"', b'bpmnElement="gone"'),
    "a plane of the file": PLAIN.replace(b'bpmnElement="proc"', b'bpmnElement="defs"'),
    "a plane with quotes": PLAIN.replace(b'bpmnElement="proc"', b'bpmnElement="g\'o]n"'),
    "an empty plane": PLAIN.replace(
        PLAIN[PLAIN.index(b"<bpmndi:BPMNShape") : PLAIN.index(b"</bpmndi:BPMNPlane>")], b""
    ),
    "lanes on each other": LANES.replace(
        b"</bpmndi:BPMNPlane>",
        (models.shape("l1", 130, 140, 670, 150) + models.shape("l2", 130, 150, 670, 190)).encode()
        + b"</bpmndi:BPMNPlane>",
    ),
    "a pool without its process": BOX.replace(b'processRef="proc"', b'processRef="gone"'),
    "an empty waypoint of a black box that is moved": BOX.replace(
        b'<dc:Bounds x="100" y="20"', b'<dc:Bounds x="100" y="600"'
    ).replace(b'<di:waypoint x="168" y="80"/>', b'<di:waypoint/><di:waypoint x="168" y="600"/>'),
    "a black box without bounds": BOX.replace(
        b'<dc:Bounds x="100" y="20" width="700" height="60"/>', b""
    ),
}
OPTIONS = ({}, {"placement": "lane"}, {"origin": "normalize", "legend": True, "layout": True})


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", BAD)
def test_it_is_enriched_and_comes_back_to_the_byte(name: str, options: dict[str, object]) -> None:
    data = BAD[name]
    document = read_document(data)
    before = document.source.identifiers()
    journey = models.draft_journey(build_graph(document))
    enrich_document(document, journey, **options)  # type: ignore[arg-type]
    once = document.to_bytes()
    for tag in ("bpmndi:BPMNShape", "bpmndi:BPMNEdge"):
        for drawn in document.root.iter(qualified(tag)):
            if drawn.get("bpmnElement") in before:
                continue
            numbers = [x for point in waypoints_of(drawn) for x in point]
            box = bounds_of(drawn)
            numbers += [] if box is None else [box.x, box.y, box.width, box.height]
            assert numbers
            assert all(math.isfinite(x) and abs(x) < 1e5 for x in numbers)
    again = read_document(once)
    enrich_document(again, journey, **options)  # type: ignore[arg-type]
    assert again.to_bytes() == once
    again.strip()
    assert again.to_bytes() == data


def test_it_opens_no_worse_than_before(
    bench: Bench,
    tmp_path: Path,
) -> None:
    jobs = []
    for number, data in enumerate(BAD.values()):
        before = tmp_path / f"{number}.bpmn"
        before.write_bytes(data)
        document = read_document(data)
        enrich_document(document, models.draft_journey(build_graph(document)))
        jobs += [Job(before), Job(document.write(tmp_path / f"{number}.cj.bpmn"))]
    results = bench(jobs)
    opened = 0
    for name, before, after in zip(BAD, results[::2], results[1::2], strict=True):
        assert alike(after.complaints) <= alike(before.complaints), name
        assert after.ok or not before.ok, name
        opened += after.ok
    assert opened > len(BAD) / 2


def alike(complaints: list[str]) -> set[str]:
    """Leave out which element it is about: what the modeller falls back to is ours now."""
    return {re.sub(r"<[^>]*>", "…", complaint) for complaint in kinds(complaints)}


def test_the_second_diagram_of_a_process_can_still_be_opened(
    bench: Bench,
    tmp_path: Path,
) -> None:
    document = read_document(BAD["two diagrams of one process"])
    enrich_document(document, models.draft_journey(build_graph(document)))
    [result] = bench([Job(document.write(tmp_path / "two.bpmn"), diagram="second_diagram")])
    assert result.ok
    assert result.complaints == []
    assert "check" in result.ids
