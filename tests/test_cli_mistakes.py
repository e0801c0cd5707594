"""The command line, where something is wrong: one line for each mistake, and nothing overwritten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import (
    DANGLING,
    EXAMPLES,
    JOURNEY,
    NAMESAKES,
    NO_PROCESS,
    PLAIN,
    TWICE,
    Call,
    pools,
    process,
    write,
)

pytestmark = pytest.mark.usefixtures("at_home")

# Bad input

BAD = [
    ("", 3, r"error: m\.bpmn: the file is empty"),
    ("hello", 3, r"error: m\.bpmn:1: not well-formed XML: .+"),
    (PLAIN[:-9], 3, r"error: m\.bpmn:1: not well-formed XML: .+"),
    ("<html/>", 3, r"error: m\.bpmn:1: this is no BPMN 2\.0 model: the root is <html> .+"),
    (NO_PROCESS, 3, r"error: m\.bpmn: the model holds no process"),
    (DANGLING, 1, r"warning: m\.bpmn:2: \[f\] the sequence flow has no target; it is left out"),
    (TWICE, 1, r"warning: m\.bpmn:1: \[a\] 2 elements share this id .+"),
    (None, 3, r"error: m\.bpmn: cannot be read: no such file or directory"),
    ("PK\x03\x04", 3, r"error: m\.bpmn: the file is compressed; unpack it first"),
    ('<!DOCTYPE x [<!ENTITY e "e">]><x/>', 3, r"error: m\.bpmn:1: the file declares entities .+"),
]


@pytest.mark.parametrize("command", ["points", "waits", "draw", "strip"])
@pytest.mark.parametrize(("content", "code", "line"), BAD)
def test_a_bad_model_is_one_line(
    command: str, content: str | None, code: int, line: str, call: Call
) -> None:
    if content is not None:
        write("m.bpmn", content)
    output = {"draw": ["-o", "m.svg"], "strip": ["-o", "n.bpmn"]}.get(command, [])
    done = call(command, "m.bpmn", *output)
    if command == "strip" and content in {DANGLING, TWICE, NO_PROCESS}:
        assert done.exit_code == 0  # It takes off what we put on, whatever else is wrong.
        return
    assert done.exit_code == code
    assert re.fullmatch(line, done.stderr.splitlines()[0])
    if code == 3:
        assert len(done.stderr.splitlines()) == 1
        assert done.stdout == ""
        assert not Path("m.svg").exists()
        assert not Path("n.bpmn").exists()


@pytest.mark.parametrize(
    ("journey", "model", "line"),
    [
        (None, PLAIN, r"error: j\.yaml: cannot be read: no such file or directory"),
        ("", PLAIN, r"error: j\.yaml: there is nothing in it"),
        (
            "journey: A\nsteps:\n  - do: I ask\n    at: [a\n",
            PLAIN,
            r"error: j\.yaml:4: .+brackets.+",
        ),
        ("steps: []\n", PLAIN, r"error: j\.yaml:\d+: journey is missing.+"),
        (JOURNEY.replace("at: Ask", "at: Asj"), PLAIN, r'error: j\.yaml:3: .+"Asj".+\(id a\).+'),
        (JOURNEY, NAMESAKES, r'error: j\.yaml:3: "Ask" is 2 things in m\.bpmn: .+id a.+id b.+'),
        (
            JOURNEY,
            TWICE,
            r"error: j\.yaml:3: several elements .+ share the id a; give each its own.+",
        ),
    ],
)
def test_a_bad_journey_is_one_line(journey: str | None, model: str, line: str, call: Call) -> None:
    write("m.bpmn", model)
    if journey is not None:
        write("j.yaml", journey)
    done = call("enrich", "m.bpmn", "-j", "j.yaml", "-o", "out.bpmn")
    assert done.exit_code == 3
    assert re.fullmatch(f"{line}\n", done.stderr)
    assert not Path("out.bpmn").exists()


def test_a_journey_that_is_a_folder_cannot_be_read(call: Call) -> None:
    write("m.bpmn", PLAIN)
    Path("j.yaml").mkdir()
    done = call("enrich", "m.bpmn", "-j", "j.yaml", "-o", "out.bpmn")
    assert (done.exit_code, done.stderr) == (3, "error: j.yaml: cannot be read: is a directory\n")


def test_what_is_broken_in_the_model_is_told_and_the_rest_is_done(call: Call) -> None:
    write("m.bpmn", DANGLING)
    write("j.yaml", JOURNEY)
    done = call("enrich", "m.bpmn", "-j", "j.yaml", "-o", "out.bpmn")
    assert done.exit_code == 1
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: m.bpmn")]
    assert len(warnings) == 2
    assert "no target" in warnings[0]
    assert "no diagram" in warnings[1]
    assert b"I ask" in Path("out.bpmn").read_bytes()


def test_a_doubt_about_the_journey_is_told_with_its_own_line(call: Call) -> None:
    write("m.bpmn", pools("Customer", "Shop"))
    write("j.yaml", "journey: A\ncolour: red\nsteps:\n  - do: I dream\n")
    done = call("enrich", "m.bpmn", "-j", "j.yaml", "-o", "out.bpmn")
    assert done.exit_code == 1
    assert re.search(r"^warning: j\.yaml:2: .*colour", done.stderr, re.MULTILINE)
    assert re.search(r"^note: j\.yaml:4: .*I dream", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("target", ["m.bpmn/out.bpmn", "folder"])
def test_an_output_that_cannot_be_written(target: str, call: Call) -> None:
    write("m.bpmn", PLAIN)
    Path("folder/m.points.json").mkdir(parents=True)
    done = call("points", "m.bpmn", "-f", "json", "-o", target)
    assert done.exit_code == 4
    assert re.search(r"^error: .+: .*(cannot be written|can be made)", done.stderr, re.MULTILINE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_behind_the_standard_output(enriched: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "cjbpmn", "points", str(enriched)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(EXAMPLES.parents[1])},
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr == "error: standard output: cannot be written: no space left on device\n"


def test_a_reader_that_leaves_early_is_no_error(enriched: Path) -> None:
    running = process("waits", str(enriched), "--format", "json")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == ""
    assert running.wait() == 4
    running.stderr.close()


# Wrong calls


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["frob"], r"error: no such command 'frob'; see cjbpmn --help"),
        (["point"], r"error: no such command 'point'\. Did you mean .+\? See cjbpmn --help"),
        (["points", "m.bpmn", "-f", "xml"], r"error: .+: 'xml' is not one of 'table', .+"),
        (["--frob"], r"error: no such option.+; see cjbpmn --help"),
        (["points"], r"error: missing argument .+; see cjbpmn points --help"),
        (["enrich", "m.bpmn", "-o", "o.bpmn"], r"error: missing option '--journey'.+"),
        (["enrich", "m.bpmn", "-j", "j.yaml"], r"error: say where to write: .+--in-place.+"),
        (["strip", "m.bpmn"], r"error: say where to write: .+--in-place.+"),
        (["strip", "m.bpmn", "-o", "x", "--in-place"], r"error: --in-place and -o exclude .+"),
        (["points", "m.bpmn", "-f", "xml"], r"error: invalid value for '--format'.+'xml'.+"),
        (["draw", "m.bpmn", "-o", "m.gif"], r"error: m\.gif: end its name in \.svg.+"),
        (["points", "m.bpmn", "-o", "m.pdf"], r"error: m\.pdf: end its name in \.txt, .+"),
        (["waits", "m.bpmn", "-f", "xlsx"], r"error: a spreadsheet goes to a file; .+"),
        (["draft", "m.bpmn", "-o", "m.xlsx"], r"error: m\.xlsx: end its name in \.yaml or .+"),
        (["extract", "m.bpmn", "-o", "m.pdf"], r"error: m\.pdf: end its name in \.yaml, .+"),
        (["convert", "j.yaml", "-o", "m.xls"], r"error: m\.xls: end its name in \.yaml, .+"),
        (["draw", ".", "-o", "m.svg"], r"error: m\.svg: this is a file; several models .+"),
        (["strip", "m.bpmn", "n.bpmn", "-o", "o.bpmn"], r"error: o\.bpmn: this is a file; .+"),
        (["strip", "m.bpmn", "n.bpmn", "-o", "j.yaml"], r"error: j\.yaml: this is a file; .+"),
    ],
)
def test_a_wrong_call_is_one_line(arguments: list[str], line: str, call: Call) -> None:
    write("m.bpmn", PLAIN)
    write("n.bpmn", PLAIN)
    write("j.yaml", JOURNEY)
    done = call(*arguments)
    assert done.exit_code == 2
    assert re.fullmatch(f"{line}\n", done.stderr)
    assert sorted(path.name for path in Path().iterdir()) == ["j.yaml", "m.bpmn", "n.bpmn"]


# Nothing that is read is overwritten, unless that is said


@pytest.mark.parametrize("target", ["m.bpmn", "./m.bpmn", "soft.bpmn", "hard.bpmn", "j.yaml", "."])
def test_an_input_is_not_overwritten(target: str, call: Call) -> None:
    write("m.bpmn", PLAIN)
    write("j.yaml", JOURNEY)
    Path("soft.bpmn").symlink_to("m.bpmn")
    Path("hard.bpmn").hardlink_to("m.bpmn")
    done = call("enrich", "m.bpmn", "-j", "j.yaml", "-o", target)
    assert done.exit_code == 2
    assert re.fullmatch(r"error: .+: this would overwrite .+, which is read; .+\n", done.stderr)
    assert Path("m.bpmn").read_text(encoding="utf-8") == PLAIN
    assert Path("j.yaml").read_text(encoding="utf-8") == JOURNEY


@pytest.mark.parametrize("command", ["points", "waits"])
def test_a_table_does_not_overwrite_its_model(command: str, call: Call) -> None:
    write("m.bpmn", PLAIN)
    assert call(command, "m.bpmn", "-o", "m.bpmn").exit_code == 2
    assert Path("m.bpmn").read_text(encoding="utf-8") == PLAIN


def test_in_place_overwrites_and_strips_back(call: Call) -> None:
    original = (EXAMPLES / "webshop.bpmn").read_bytes()
    Path("m.bpmn").write_bytes(original)
    Path("link.bpmn").symlink_to("m.bpmn")
    journey = EXAMPLES / "webshop.journey.yaml"
    assert call("enrich", "link.bpmn", "-j", journey, "--in-place").exit_code == 0
    assert Path("link.bpmn").is_symlink()
    assert Path("m.bpmn").read_bytes() != original
    assert call("strip", "m.bpmn", "--in-place").exit_code == 0
    assert Path("m.bpmn").read_bytes() == original
