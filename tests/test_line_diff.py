"""What a reviewer sees of an enrichment in git: lines that came, and lines that got something."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import models
import pytest

import cjbpmn as cj
from cjbpmn.extensions.enrichment import Enrichment
from cjbpmn.names import qualified

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"

# The words of XML: a tag's name, an attribute, the end of a tag, what stands between tags.
WORD = re.compile(r"</?[^\s<>/=\"']+|[^\s<>/=\"']+\s*=\s*(?:\"[^\"]*\"|'[^']*')|/>|>|[^\s<>]+")
HUNK = re.compile(r"^@@.*\n((?:[-+\\].*\n)*)", re.MULTILINE)

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def decode(data: bytes) -> str:
    """Read bytes of any encoding that writes tags as ASCII does."""
    return data.decode("utf-8", "surrogateescape")


def hunks(before: Path, after: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Yield which lines git would show as removed, and which as added in their place."""
    command = ["git", "diff", "--no-index", "--unified=0", "--text", "--no-color", "--minimal"]
    done = subprocess.run(  # noqa: S603  (our own files)
        [*command, "--no-ext-diff", str(before), str(after)],
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    for hunk in HUNK.findall(decode(done.stdout)):
        lines = hunk.split("\n")
        yield (
            [line[1:] for line in lines if line.startswith("-")],
            [line[1:] for line in lines if line.startswith("+")],
        )


def lost(before: Sequence[str], after: Sequence[str], changed: set[str]) -> str | None:
    """Return a line that lost something on the way, or moved; None where none did.

    Parameters
    ----------
    before, after : sequence of str
        The lines of both files.
    changed : set of str
        The attributes of which the record says that they were changed.
    """
    words = iter([word for line in after for word in WORD.findall(line)])
    for line in before:
        for word in WORD.findall(line):
            if not any(may_become(word, other, changed) for other in words):
                return line
    return None


def reindented(removed: list[str], added: list[str]) -> str | None:
    """Return a removed line of a hunk of which only the white space is another one.

    A line that stays as it is between two that change, git may show with them.
    """
    same, known = {line.strip() for line in added}, set(added)
    return next((line for line in removed if line.strip() in same and line not in known), None)


def may_become(word: str, other: str, changed: set[str]) -> bool:
    if word == other or (word, other) == ("/>", ">"):
        return True
    name = word.partition("=")[0].strip()
    return "=" in word and name in changed and other.partition("=")[0].strip() == name


def changed_attributes(document: cj.Document) -> set[str]:
    return {
        change.attribute or ""
        for found in document.root.iter(qualified(Enrichment.tag))
        for change in Enrichment(found).changed
    }


def assert_only_added(path: Path, folder: Path, journey: cj.Journey | None = None) -> int:
    """Enrich a model and look at the difference; return how many lines were removed in it."""
    document = cj.read_document(path)
    cj.enrich_document(document, journey or models.draft_journey(cj.build_graph(document)))
    enriched = document.write(folder / "enriched.bpmn")
    lines = (decode(data).splitlines() for data in (path.read_bytes(), enriched.read_bytes()))
    assert lost(*lines, changed_attributes(document)) is None, path
    count = 0
    for removed, added in hunks(path, enriched):
        assert reindented(removed, added) is None, path
        count += len(removed)
    return count


@needs_git
def test_an_enrichment_removes_no_line(corpus: Path, tmp_path: Path) -> None:
    count = 0
    for path in sorted(corpus.rglob("*.bpmn"))[::4]:
        try:
            cj.build_graph(cj.read_document(path))
        except cj.CjbpmnError:
            continue  # There is nothing to enrich.
        count += assert_only_added(path, tmp_path)
    assert count > 0


@needs_git
@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.bpmn")))
def test_nor_in_an_example(name: str, tmp_path: Path) -> None:
    journey = cj.read_journey(EXAMPLES / f"{name}.journey.yaml")
    assert assert_only_added(EXAMPLES / f"{name}.bpmn", tmp_path, journey) > 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a x="1"/>', '<a x="2"/>'),
        ('<a x="1"/>', "<a/>"),
        ('<a x="1"/>', '<b x="1"/>'),
        ("<a/>", ""),
        ("<a>b</a>", "<a>c</a>"),
        ("<a/><b/>", "<b/><a/>"),
        ("<a><b/></a>", "<a><b/>"),
    ],
)
def test_the_test_sees_what_is_lost(before: str, after: str) -> None:
    assert lost([before], [after], set()) == before


def test_the_test_sees_what_is_indented_anew() -> None:
    assert reindented(["  <a/>"], ["<b>", "<a/>"]) == "  <a/>"
    assert reindented(["  <a/>"], ["  <a>", "</a>"]) is None
    assert reindented(["<a>", "  <b/>"], ["<a x='1'>", "  <b/>", "<b/>"]) is None
    assert reindented(["<a>", "  <b/>"], ["<a x='1'>", " <b/>"]) == "  <b/>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a x="1"/>', '<a x="1" y="2"/>'),
        ('<a x="1"/>', '<a x="1">\n<b/>\n</a>'),
        ("<a/><c/>", "<a/><b/><c/>"),
        ("x='1'>", "x='1' cj:y='2'>"),
        ('<a z="1"/>', '<a z="2"/>'),
    ],
)
def test_it_lets_pass_what_only_got_something(before: str, after: str) -> None:
    assert lost([before], after.split("\n"), {"z"}) is None
