from __future__ import annotations

import stat
from pathlib import Path

import models
import pytest

from cjbpmn.document import Document, read_document
from cjbpmn.elements import make
from cjbpmn.errors import ElementNotFound, InvalidDocument, NotWritten
from cjbpmn.names import qualified


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


def test_stripping_what_was_not_enriched_changes_nothing() -> None:
    document = read_document(models.BLACK_BOX)
    document.strip()
    assert document.to_bytes() == models.BLACK_BOX


def test_a_missing_id_is_an_error() -> None:
    with pytest.raises(ElementNotFound, match="nowhere"):
        read_document(models.PLAIN).element("nowhere")


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
