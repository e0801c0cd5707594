from __future__ import annotations

import stat
import warnings
from pathlib import Path

import models
import pytest

from cjbpmn.document import Document, read_document
from cjbpmn.elements import make
from cjbpmn.errors import (
    CjbpmnWarning,
    ElementNotFound,
    InvalidDocument,
    NotWritten,
    UnsafeDocument,
)
from cjbpmn.names import CJ, qualified


def test_an_inserted_element_stands_where_the_schema_wants_it_and_is_indented() -> None:
    document = read_document(models.PLAIN)
    process = document.element("proc")
    document.insert(process, make("bpmn:laneSet", id="lanes"))
    assert b'<process id="proc" name="Claims">\n    <laneSet id="lanes"/>\n    <startEvent' in (
        document.to_bytes()
    )


@pytest.mark.parametrize(
    "host",
    [
        '<task id="t"/>',
        '<task id="t" />',
        '<task id="t"></task>',
        '<task id="t">  </task>',
        '<task id="t">\n  </task>',
        '<task id="t"><extensionElements/></task>',
        '<task id="t"><extensionElements></extensionElements></task>',
        '<task id="t"><extensionElements>\n    </extensionElements></task>',
        '<task id="t">\n  <documentation>x</documentation>\n  </task>',
        '<task id="t"><!-- c --></task>',
    ],
)
def test_what_enrichment_fills_is_emptied_again(host: str) -> None:
    data = models.definitions(f'<process id="p">\n  {host}\n  </process>')
    document = read_document(data)
    task = document.element("t")
    holder = document.extension_elements(task)
    document.insert(holder, make("cj:customerActivity", order="1"))
    document.declare("cj")
    document.insert(
        holder,
        make(
            "cj:enrichment",
            declares="cj",
            opened=" ".join(sorted(document.opened)),
            kept=" ".join(sorted(document.kept)),
        ),
    )
    again = read_document(document.to_bytes())
    assert again.root.find(f".//{qualified('cj:customerActivity')}") is not None
    again.strip()
    assert again.to_bytes() == data


def test_what_a_tool_wrote_anew_is_emptied_in_its_manner() -> None:
    record = (
        '<cj:enrichment declares="cj" opened="t/extensionElements" kept="t/extensionElements" />'
    )
    saved = models.definitions(
        f"""  <process id="p">
    <extensionElements>
      {record}
    </extensionElements>
    <task id="t">
      <extensionElements>
        <cj:touchpoint channel="email" />
      </extensionElements>
    </task>
  </process>"""
    ).replace(b"<definitions", f'<definitions xmlns:cj="{CJ}"'.encode())
    document = read_document(saved)
    document.strip()
    assert b"""\n  <process id="p">
    <task id="t">
      <extensionElements />
    </task>
  </process>\n""" in document.to_bytes()


def test_stripping_what_was_not_enriched_changes_nothing() -> None:
    document = read_document(models.BLACK_BOX)
    document.strip()
    assert document.to_bytes() == models.BLACK_BOX


def test_a_missing_id_is_an_error() -> None:
    with pytest.raises(ElementNotFound, match="nowhere"):
        read_document(models.PLAIN).element("nowhere")


ODD = models.PLAIN.replace(b'id="defs"', b'xmlns:x="http://a b/" xmlns:y="c d" id="defs"')


def test_a_namespace_that_is_no_uri_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "odd.bpmn"
    path.write_bytes(ODD)
    with pytest.warns(
        CjbpmnWarning, match="odd.bpmn:2: the namespace 'http://a b/' .*1 more"
    ) as to:
        document = read_document(path)
    assert (len(to), to[0].filename) == (1, __file__)
    with pytest.warns(
        CjbpmnWarning, match="^line 2: the namespace 'http://a b/' is not a valid URI"
    ):
        read_document(ODD)
    document.root.set("name", "edited")
    del document.root.attrib["name"]
    assert document.to_bytes() == ODD


def test_a_copy_does_not_warn_again_and_may_be_edited() -> None:
    with pytest.warns(CjbpmnWarning):
        document = read_document(ODD)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        copy = document.copy()
    copy.root.set("name", "edited")
    assert document.to_bytes() == ODD
    assert copy.to_bytes() != ODD


def test_a_copy_is_read_whatever_its_size() -> None:
    with pytest.raises(UnsafeDocument, match="over the limit"):
        read_document(models.PLAIN, max_bytes=len(models.PLAIN) - 1)
    document = read_document(models.PLAIN, max_bytes=len(models.PLAIN))
    document.root.set("name", "x" * 100)
    assert document.copy().root.get("name") == "x" * 100


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocument, match="no such file"):
        read_document(tmp_path / "none.bpmn")


class TestWriting:
    def test_the_permissions_of_the_old_file_stay(self, tmp_path: Path) -> None:
        target = tmp_path / "model.bpmn"
        target.write_bytes(b"old")
        target.chmod(0o640)
        self.edited().write(target)
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
        assert target.read_bytes() == models.PLAIN

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        real, link = tmp_path / "real.bpmn", tmp_path / "link.bpmn"
        real.write_bytes(b"old")
        link.symlink_to(real)
        self.edited().write(link)
        assert link.is_symlink()
        assert real.read_bytes() == models.PLAIN

    @pytest.mark.parametrize("where", ["no/such/folder/x.bpmn", "."])
    def test_what_cannot_be_written_says_so_and_leaves_nothing(
        self, tmp_path: Path, where: str
    ) -> None:
        with pytest.raises(NotWritten, match="cannot be written"):
            self.edited().write(tmp_path / where)
        assert list(tmp_path.iterdir()) == []

    @staticmethod
    def edited() -> Document:
        return read_document(models.PLAIN)
