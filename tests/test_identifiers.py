from __future__ import annotations

import models
import pytest
from lxml import etree

from cjbpmn.document import read_document
from cjbpmn.elements import make
from cjbpmn.errors import ElementNotFound
from cjbpmn.identifiers import Identifiers
from cjbpmn.names import qualified


def test_edits_on_the_tree_itself_are_found_out() -> None:
    document = read_document(models.PLAIN)
    task = document.element("check")
    task.set("id", "other")
    assert document.element("other") is task
    with pytest.raises(ElementNotFound):
        document.element("check")
    process = document.element("proc")
    process.remove(task)
    with pytest.raises(ElementNotFound):
        document.element("other")
    made = etree.SubElement(process, qualified("bpmn:task"), id="made")
    assert document.element("made") is made
    document.root.remove(process)
    with pytest.raises(ElementNotFound):
        document.element("tell")


def test_elements_that_are_inserted_and_removed_cost_no_second_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = []
    build = Identifiers._build
    monkeypatch.setattr(Identifiers, "_build", lambda self: (looks.append(1), build(self)))
    document = read_document(models.PLAIN)
    process = document.element("proc")
    for number in range(10):
        document.insert(process, make("bpmn:task", id=f"t{number}"))
        assert document.element(f"t{number}").getparent() is process
    document.remove(document.element("t3"))
    assert document.element("t4") is document.element("t4")
    assert len(looks) == 1
    with pytest.raises(ElementNotFound):
        document.element("t3")
    assert len(looks) == 2


def test_the_first_of_several_is_meant_also_after_one_came_or_went() -> None:
    document = read_document(models.PLAIN)
    process, check = document.element("proc"), document.element("check")
    twin = document.insert(process, make("bpmn:task", id="check"), 0)
    assert document.element("check") is twin
    assert document.source.duplicates() == {"check": [twin, check]}
    document.remove(twin)
    assert document.element("check") is check
    assert document.source.duplicates() == {}
