"""What stands around a customer whom the model draws: what lines have to go around."""

from __future__ import annotations

import models
import pytest
from test_first_drawing import diagram_of

from cjbpmn.diagram import Bounds
from cjbpmn.document import read_document
from cjbpmn.enrichment.surroundings import look_around
from cjbpmn.graph import build_graph

LABEL = '<bpmndi:BPMNLabel><dc:Bounds x="55" y="60" width="90" height="14"/></bpmndi:BPMNLabel>'


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ready", Bounds(84, 60, 32, 14)),
        ("A name that is much longer than one line of its label", Bounds(55, 60, 90, 56)),
    ],
)
def test_lines_may_pass_beside_a_short_name_but_nothing_may_stand_there(
    name: str, words: Bounds
) -> None:
    """Tools write a name into the middle of its label, however wide that is."""
    event = models.shape("e", 82, 20, 36, 36)
    event = event.replace("</bpmndi:BPMNShape>", f"{LABEL}</bpmndi:BPMNShape>")
    process = f'<process id="p"><startEvent id="e" name="{name}"/></process>'
    document = read_document(models.definitions(process + models.diagram("p", event)))
    around = look_around(document, build_graph(document), diagram_of(document))
    shape = Bounds(82, 20, 36, 36)
    assert around.shapes == (shape, Bounds(55, 60, 90, words.height))
    assert around.obstacles == (shape, words)
