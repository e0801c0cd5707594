"""The manual tells the truth: its examples run, its links lead somewhere, its lists are whole.

Code blocks in README.md and docs/ run in the order of their page, in a fresh folder that holds a
copy of docs/examples: ``python`` as it stands or as a dialogue with ``>>>``, ``console`` line by
line in a shell, its output compared. A line of three dots stands for any lines. Blocks in other
languages are only shown.

``python tests/test_docs.py`` runs the ``console`` blocks and writes what they really say.
"""

from __future__ import annotations

import ast
import configparser
import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

import cjbpmn
from cjbpmn import errors, lexicon, vocabulary
from cjbpmn.cli import app
from cjbpmn.cli.terminal import ExitCode
from cjbpmn.emotion_scale import SCALE
from cjbpmn.extensions.schema import declared_elements
from cjbpmn.fields import Attribute, Children, Content, Extension, Field, Text
from cjbpmn.journey import forms
from cjbpmn.timespan import parse_timespan
from cjbpmn.waiting.execution import THROWN

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

LIKE_DOCTEST = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF
WIDTH = 100
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (?P<command>.*(?:\\\n.*)*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_LINK = re.compile(r"(?<!`)\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
_ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A piece of code in a page."""

    language: str
    code: str
    line: int
    start: int


def blocks(text: str) -> list[Block]:
    """Find the code blocks of a page."""
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start()) + 2, found.start(2))
        for found in _BLOCK.finditer(text)
    ]


class Shell:
    """Runs what a page tells its reader to type, in one folder, each line by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(DOCS / "examples", folder / "docs" / "examples")
        tools = folder / ".tools"
        tools.mkdir()
        shim = tools / "cjbpmn"
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cjbpmn "$@"\n')
        shim.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "COLUMNS": str(WIDTH),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        self.code = 0

    def run(self, command: str) -> str:
        """Run one command; its output, errors included."""
        done = subprocess.run(  # noqa: S603 - what our own pages say
            ["sh", "-c", f"(exit {self.code}); {command}"],  # noqa: S607 - the reader's shell
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        self.code = done.returncode
        lines = (line.rstrip() for line in done.stdout.rstrip().splitlines())
        return "".join(f"{line}\n" for line in lines)


def differences(shown: str, output: str) -> str:
    """Compare an output with what the page shows; the empty string where they agree."""
    if doctest.OutputChecker().check_output(shown, output, LIKE_DOCTEST):
        return ""
    example = doctest.Example("", shown)
    return doctest.OutputChecker().output_difference(example, output, LIKE_DOCTEST)


def run_console(block: Block, shell: Shell) -> Iterator[str]:
    """Run a ``console`` block and yield what goes another way than shown."""
    for found in _COMMAND.finditer(block.code):
        difference = differences(found["output"], shell.run(found["command"]))
        if difference:
            yield f"$ {found['command']}\n{difference}"


def run_python(block: Block, page: Path, names: dict[str, Any]) -> Iterator[str]:
    """Run a ``python`` block and yield what goes another way than shown."""
    if not block.code.startswith(">>> "):
        source = "\n" * (block.line - 1) + block.code
        exec(compile(source, str(page), "exec"), names)  # noqa: S102 - our own examples
        return
    test = doctest.DocTestParser().get_doctest(block.code, names, page.name, str(page), block.line)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=LIKE_DOCTEST, verbose=False).run(
        test, out=said.append, clear_globs=False
    )
    names.update(test.globs)
    yield from said


@each_page
def test_examples_run_and_say_what_is_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__example__"}
    failures = []
    for block in blocks(page.read_text(encoding="utf-8")):
        found: Iterator[str] = iter(())
        if block.language == "console":
            found = run_console(block, shell)
        elif block.language == "python":
            found = run_python(block, page, names)
        failures += [f"{page.name}, block at line {block.line}:\n{one}" for one in found]
    assert not failures, "\n\n".join(failures)


def test_a_changed_output_is_noticed(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    good = Block(
        "console", "$ printf 'one\\n\\n  two\\n'\none\n\n two\n$ false\n$ echo $?\n1\n", 1, 0
    )
    assert list(run_console(good, shell)) == []
    dotted = Block("console", "$ printf 'one\\ntwo\\nthree\\n'\none\n...\nthree\n", 1, 0)
    assert list(run_console(dotted, shell)) == []
    bad = Block("console", "$ echo one\ntwo\n", 1, 0)
    assert len(list(run_console(bad, shell))) == 1
    dialogue = Block("python", ">>> 1 + 1\n3\n", 1, 0)
    assert any("Differences" in said for said in run_python(dialogue, ROOT / "README.md", {}))


# Links


def prose(text: str) -> str:
    """Return a page without its code blocks."""
    return _BLOCK.sub("", text)


def anchors(page: Path) -> set[str]:
    """Return the names under which the headings of a page can be reached, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower()).replace(" ", "-")
        for heading in headings
    }


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in _LINK.findall(prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


def test_every_page_is_linked_from_the_index() -> None:
    index = DOCS / "index.md"
    linked = {
        (DOCS / target.partition("#")[0]).resolve()
        for target in _LINK.findall(index.read_text(encoding="utf-8"))
    }
    assert {page for page in DOCS.rglob("*.md") if page != index} - linked == set()


# Lists


def section(page: Path, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its level or above."""
    text = page.read_text(encoding="utf-8")
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"{page.name} has no heading {heading!r}"
    return found[1]


def table(text: str) -> list[list[str]]:
    """Return the rows of the tables in a text, without their headings."""
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", row[1])] for row in _ROW.finditer(text)
    ]
    rules = [number for number, row in enumerate(rows) if set("".join(row)) <= set("-: ")]
    return [
        row for number, row in enumerate(rows) if number not in rules and number + 1 not in rules
    ]


def words_in(cell: str) -> list[str]:
    """Return what is set as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def field_as_shown(field: Field) -> tuple[str, str]:
    """Return how the manual writes a field: its name, bold where it must be there, and its kind."""
    kinds = {Attribute: "attribute", Text: "text", Children: "children", Content: "content"}
    name = field.of.tag.removeprefix("cj:") if isinstance(field, Children) else field.name
    required = isinstance(field, Attribute) and field.required
    return (f"**{name}**" if required else name), kinds[type(field)]


@pytest.mark.parametrize("element", declared_elements(), ids=lambda element: element.tag)
def test_the_manual_shows_each_element_as_it_is_declared(element: type[Extension]) -> None:
    told = section(DOCS / "format.md", f"### {element.tag}")
    shown = [(row[0], row[1]) for row in table(told)]
    assert shown == [field_as_shown(field) for field in element.fields().values()]


def test_the_manual_shows_no_element_that_is_not_declared() -> None:
    headings = re.findall(r"^### (cj:\w+)$", (DOCS / "format.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(element.tag for element in declared_elements())


@pytest.mark.parametrize(
    "element",
    [element for element in declared_elements() if element.allowed_on],
    ids=lambda element: element.tag,
)
def test_the_manual_says_where_an_element_may_stand(element: type[Extension]) -> None:
    heading = "### The record" if element.tag == "cj:enrichment" else f"### {element.tag}"
    told = section(DOCS / "format.md", heading)
    assert [word for word in words_in(told) if word.startswith("bpmn:")] == list(element.allowed_on)


def test_the_lists_of_words_are_those_of_the_code() -> None:
    shown = {row[0]: words_in(row[1]) for row in table(section(DOCS / "format.md", "## Words"))}
    assert shown == {
        "channel": list(vocabulary.Channel),
        "evidence type": list(vocabulary.EvidenceType),
        "source": list(vocabulary.Source),
        "method": list(vocabulary.Method),
        "direction": list(vocabulary.Direction),
        "view": list(vocabulary.View),
        "kind": list(vocabulary.JourneyKind),
        "state": list(vocabulary.State),
        "horizon": list(vocabulary.Horizon),
        "answer": list(vocabulary.Answer),
        "for": list(vocabulary.Audience),
        "metric": list(vocabulary.Metric),
        "comparison": list(vocabulary.Comparison),
        "distribution": list(vocabulary.DistributionKind),
    }


def test_the_emotion_scale_is_that_of_the_code() -> None:
    rows = table(section(DOCS / "format.md", "## The emotion scale"))
    assert [[row[0], row[1], *words_in(row[2] + row[3])] for row in rows] == [
        [str(step.value), step.symbol, step.fill, step.stroke] for step in SCALE.values()
    ]


def test_the_index_shows_the_public_names() -> None:
    rows = table(section(DOCS / "index.md", "## The names in Python"))
    shown = [words_in(row[0])[0].removeprefix("cj.") for row in rows]
    assert sorted(shown) == sorted(cjbpmn.__all__)


COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_the_manual_shows_the_commands() -> None:
    page = DOCS / "cli.md"
    first = section(page, "# The command line").partition("\n## ")[0]
    assert [words_in(row[0])[0].split()[1] for row in table(first)] == list(COMMANDS)
    told = re.findall(r"^## cjbpmn (\w+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == list(COMMANDS)


@pytest.mark.parametrize(
    "command", ["enrich", "points", "draw", "strip", "draft", "extract", "convert", "compare"]
)
def test_the_manual_shows_the_options_of_a_command(command: str) -> None:
    rows = table(section(DOCS / "cli.md", f"## cjbpmn {command}"))
    shown = {option for row in rows for option in words_in(row[0])}
    known = {
        option
        for parameter in COMMANDS[command].params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("-") and parameter.name != "help"
    }
    assert shown == known


def test_waits_has_the_options_of_points_and_its_own() -> None:
    points, waits = ([p.opts for p in COMMANDS[name].params] for name in ("points", "waits"))
    assert [*points, ["--times"], ["--begins"]] == waits
    manual = (DOCS / "cli.md").read_text("utf-8")
    assert "The options are those of `points`, and" in manual
    assert "- `--times measured.csv`" in manual
    assert "- `--begins 2026-03-02T09:00`" in manual


def test_the_manual_shows_the_exit_codes() -> None:
    rows = table(section(DOCS / "cli.md", "## Exit codes"))
    assert [int(row[0]) for row in rows] == list(ExitCode)


FORMS = {
    "The journey": "journey",
    "A step": "step",
    "A feeling": "feeling",
    "Something the customer sees": "evidence",
    "A need": "need",
    "A pain, a gain, an opportunity": "insight",
    "A channel": "channel",
    "What a channel holds": "content",
    "What catches the customer": "fallback",
    "A phase": "phase",
    "A persona": "persona",
    "Who found it true": "validation",
    "An observation": "observation",
    "A norm": "norm",
    "A measurement": "measurement",
    "What was counted": "statistics",
    "How long something takes": "duration",
    "How often a way is taken": "branch",
    "When people work": "calendar",
}


def test_the_manual_shows_all_forms() -> None:
    assert sorted(FORMS.values()) == sorted({*forms.FORMS} - {"default"})


@pytest.mark.parametrize("heading", FORMS)
def test_the_manual_shows_the_keys_of_a_journey_file(heading: str) -> None:
    rows = table(section(DOCS / "journey-file.md", f"### {heading}"))
    shown = [words_in(row[0])[0] for row in rows]
    form = forms.FORMS[FORMS[heading]]
    assert sorted(shown) == sorted(form.keys)
    must = [key for key, row in zip(shown, rows, strict=True) if "must be there" in row[1]]
    assert tuple(must) == form.required


def test_the_manual_shows_the_smileys_and_words_of_feelings() -> None:
    page = DOCS / "journey-file.md"
    for value, smileys, words in table(section(page, "## Feelings")):
        typed, *drawn = smileys.replace("\\", "").split()
        for text in [typed.strip("`"), *drawn, *words.split(", ")]:
            journey = cjbpmn.read_journey({"journey": "-", "steps": [{"do": "-", "feels": text}]})
            assert journey.steps[0].feels[0].value == int(value), text


def test_the_manual_shows_times_that_are_read_and_others_that_are_refused() -> None:
    read, refused = section(DOCS / "journey-file.md", "## Times").split("A range")
    for text in words_in(read):
        assert parse_timespan(text).hours > 0
    for text in words_in(refused.split("\n\n")[0]):
        with pytest.raises(errors.InvalidValue):
            parse_timespan(text)


def test_the_manual_shows_the_languages() -> None:
    told = section(DOCS / "journey-file.md", "## Times").partition("these languages:")[2]
    assert tuple(words_in(told.partition(".")[0])) == lexicon.languages()


def codes_in_the_code() -> set[str]:
    """Collect the codes of warnings: ``code:id`` in an f-string, or handed to ``warn``."""
    found = set()
    for path in sorted((ROOT / "cjbpmn").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                first, *rest = node.values
                text = first.value if isinstance(first, ast.Constant) else ""
                if rest and (code := re.fullmatch(r"([a-z]+(?:-[a-z]+)*):", str(text))):
                    found.add(code[1])
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "warn":
                found |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    return {code for code in found if re.fullmatch(r"[a-z]+(-[a-z]+)*", code)}


def test_the_manual_explains_each_warning_about_waiting() -> None:
    shown = [words_in(row[0])[0] for row in table(section(DOCS / "waiting.md", "## Warnings"))]
    assert shown == sorted(shown)
    # These are put together from parts, or come with the findings of the graph.
    composed = {
        "ambiguous-call",
        "dead-end",
        "no-reply",
        "dangling-flow",
        "duplicate-id",
        "missing-id",
        "no-touchpoints",
    }
    composed |= {f"uncaught-{kind}" for kind in THROWN}
    no_codes = {"bpmn", "cj", "xml", "xmlns", "id", "name"}
    assert set(shown) == composed | (codes_in_the_code() - no_codes)


def test_version_and_changelog_agree() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == setup["metadata"]["version"] == cjbpmn.__version__


# Mending


def mended(text: str, shell: Shell) -> str:
    """Return a page with the outputs that its ``console`` blocks really have."""
    pieces, position = [], 0
    names: dict[str, Any] = {"__name__": "__example__"}
    for block in blocks(text):
        if block.language == "python":
            list(run_python(block, ROOT / "README.md", names))
        if block.language != "console":
            continue
        said = []
        for found in _COMMAND.finditer(block.code):
            output = shell.run(found["command"])
            keeps = found["output"] and not differences(found["output"], output)
            said.append(f"$ {found['command']}\n{found['output'] if keeps else output}")
        pieces += [text[position : block.start], *said]
        position = block.start + len(block.code)
    return "".join([*pieces, text[position:]])


def main() -> None:
    """Write into each page what its commands really say."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            shell = Shell(Path(folder))
            os.chdir(folder)
            page.write_text(mended(text, shell), encoding="utf-8")
            os.chdir(ROOT)


if __name__ == "__main__":
    main()
