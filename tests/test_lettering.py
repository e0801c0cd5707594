"""Names take the room that they take in bpmn-js."""

from __future__ import annotations

from typing import TYPE_CHECKING

import models
import pytest
from modeller_bench import Job

from cjbpmn.diagram import Bounds, Diagram
from cjbpmn.document import read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.enrichment.lettering import OUTSIDE, fold, folded_lines, text_width
from cjbpmn.journey import Evidence, Journey, Phase, Step

if TYPE_CHECKING:
    from pathlib import Path

    from modeller_bench import Bench

LONG = "Allgemeine Geschäftsbedingungen mit vielen kleinen Anmerkungen"
TEXTS = (
    "I explain my problem a third time to somebody new",
    "I look for the Rechtsschutzversicherungsbedingungen",
    "Donaudampfschifffahrtsgesellschaft",
    "Kredit-Rückzahlungs-Vereinbarung prüfen",
    "website with many small buttons",
    "WWWWWWWW mmmmmmmm iiiiiiii",
    LONG,
)


def test_names_fold_as_in_the_modeller(bench: Bench, tmp_path: Path) -> None:
    """Tasks leave their names 86 pixels, notes 14 less than they are wide."""
    tasks, notes, shapes = [], [], []
    for number, text in enumerate(TEXTS):
        tasks.append(f'<task id="t{number}" name="{text}"/>')
        notes.append(f'<textAnnotation id="n{number}"><text>{text}</text></textAnnotation>')
        shapes.append(models.shape(f"t{number}", 0, 120 * number))
        shapes.append(models.shape(f"n{number}", 200, 120 * number, 170, 60))
    content = f'<process id="p">{"".join(tasks + notes)}</process>'
    file = tmp_path / "names.bpmn"
    file.write_bytes(models.definitions(content + models.diagram("p", *shapes)))
    [result] = bench([Job(file, texts=True)])
    assert result.ok
    seen = {text["id"]: text for text in result.texts}
    for number, text in enumerate(TEXTS):
        for identifier, width in ((f"t{number}", 86), (f"n{number}", 156)):
            lines = fold(text, width)
            assert round(seen[identifier]["height"] / 14.4) == len(lines), text
            widest = max(text_width(line.strip()) for line in lines)
            assert seen[identifier]["width"] == pytest.approx(widest, abs=5)


def test_ideographs_are_square_and_marks_take_no_room() -> None:
    assert text_width("我填写表格") == 60
    assert text_width("\u00e9") == text_width("e\u0301") == text_width("e")
    assert folded_lines("我" * 30, 90, OUTSIDE) >= 4


def test_a_very_long_name_is_folded_in_no_time() -> None:
    assert len(fold("word " * 4000, 90)) > 500
    assert "".join(fold("x" * 20000, 90)) == "x" * 20000


@pytest.mark.parametrize("data", [models.PLAIN, models.BLACK_BOX])
def test_long_names_of_evidence_and_phases_lie_on_nothing(data: bytes) -> None:
    document = read_document(data)
    phase = "Kündigung und Rückabwicklung des alten Vertrages"
    steps = tuple(
        Step("I read", phase=phase, sees=(Evidence(LONG), Evidence("letter"))) for _ in "ab"
    )
    enrich_document(document, Journey("Long", phases=(Phase(phase),), steps=steps))
    diagram = Diagram(document.element("plane"))
    icon, label = diagram.bounds("CjEvidence_1_1"), label_of(diagram, "CjEvidence_1_1")
    assert icon is not None
    assert label.height >= 14 * folded_lines(LONG, label.width, OUTSIDE)
    assert label.bottom <= icon.y
    assert any("Geschäftsbedingungen" in line for line in fold(LONG, label.width, OUTSIDE))
    heading, box = label_of(diagram, "CjPhaseBox_1"), diagram.bounds("CjPhaseBox_1")
    lane = diagram.bounds("CjLane")
    assert box is not None
    assert lane is not None
    assert box.y <= label.y
    assert lane.y < heading.y
    assert heading.bottom < box.y


def label_of(diagram: Diagram, identifier: str) -> Bounds:
    shape = diagram.shape(identifier)
    assert shape is not None
    [bounds] = shape.iterfind("{*}BPMNLabel/{*}Bounds")
    return Bounds(*(float(bounds.get(name, "")) for name in ("x", "y", "width", "height")))
