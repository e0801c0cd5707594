"""The command line, as a person at a terminal and as a script see it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from cjbpmn import __version__
from cjbpmn.batch import FindPoints
from cjbpmn.cli import app
from cjbpmn.document import Document
from cjbpmn.journey.file import read_journey

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
COMMANDS = ("enrich", "points", "waits", "draw", "strip", "demo")
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">'
PLAIN = f'{HEAD}<process id="p"><task id="a" name="Ask"/></process></definitions>'
DANGLING = (
    f'{HEAD}<process id="p"><task id="a" name="Ask"/>\n'
    '<sequenceFlow id="f" sourceRef="a" targetRef="nowhere"/></process></definitions>'
)
TWICE = PLAIN.replace("</pro", '<task id="a" name="Tell"/></pro')
NAMESAKES = PLAIN.replace("</pro", '<task id="b" name="Ask"/></pro')
NO_PROCESS = f"{HEAD}</definitions>"
JOURNEY = "journey: Asking\nsteps:\n  - do: I ask\n    at: Ask\n    channel: phone\n"

Call = Callable[..., Result]


def pools(*names: str) -> str:
    """Give a model with one task in each pool, and a message from the first to the second."""
    participants = "".join(
        f'<participant id="pool{i}" name="{name}" processRef="p{i}"/>'
        for i, name in enumerate(names)
    )
    processes = "".join(
        f'<process id="p{i}"><task id="t{i}" name="Do {name}"/></process>'
        for i, name in enumerate(names)
    )
    message = '<messageFlow id="m" sourceRef="t0" targetRef="t1"/>'
    collaboration = f'<collaboration id="c">{participants}{message}</collaboration>'
    return f"{HEAD}{collaboration}{processes}</definitions>"


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, at a terminal of a known width without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(name="call")
def fixture_call() -> Call:
    """Give a function that calls the command line, and sees that it never shows a traceback."""

    def call(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert "Traceback" not in result.output
        return result

    return call


def process(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "cjbpmn", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(EXAMPLES.parents[1])},
    )


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(name="enriched", scope="module")
def fixture_enriched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an enriched example."""
    target = tmp_path_factory.mktemp("enriched") / "webshop.cj.bpmn"
    journey = EXAMPLES / "webshop.journey.yaml"
    arguments = ["enrich", EXAMPLES / "webshop.bpmn", "-j", journey, "-o", target]
    assert CliRunner().invoke(app, list(map(str, arguments))).exit_code == 0
    return target


# The main job


@pytest.mark.parametrize("name", ["webshop", "claim"])
def test_the_main_job_and_back(name: str, call: Call) -> None:
    model = EXAMPLES / f"{name}.bpmn"
    done = call("enrich", model, "--journey", EXAMPLES / f"{name}.journey.yaml", "-o", "cj.bpmn")
    assert (done.exit_code, done.stdout) == (0, "")
    assert re.fullmatch(r"cj\.bpmn: \d+ steps in a new swimlane, \d+ touchpoints\n", done.stderr)
    assert call("points", "cj.bpmn").exit_code == 0
    assert call("waits", "cj.bpmn").exit_code == 0
    assert call("draw", "cj.bpmn", "-o", "map.svg").exit_code == 0
    assert b"<svg" in Path("map.svg").read_bytes()
    assert call("strip", "cj.bpmn", "-o", "back.bpmn").exit_code == 0
    assert Path("back.bpmn").read_bytes() == model.read_bytes()


@pytest.mark.parametrize(
    ("kind", "mark"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_the_ending_says_what_kind_of_picture(
    kind: str, mark: bytes, call: Call, enriched: Path
) -> None:
    assert call("draw", enriched, "-o", f"map.{kind}").exit_code == 0
    assert Path(f"map.{kind}").read_bytes().startswith(mark)


def test_enriching_twice_is_enriching_once(call: Call, enriched: Path) -> None:
    journey = EXAMPLES / "webshop.journey.yaml"
    assert call("enrich", enriched, "-j", journey, "-o", "twice.bpmn").exit_code == 0
    assert Path("twice.bpmn").read_bytes() == enriched.read_bytes()


def test_the_journey_comes_out_again(call: Call, enriched: Path) -> None:
    told = call("extract", enriched)
    assert told.exit_code == 0
    journey = read_journey(EXAMPLES / "webshop.journey.yaml")
    assert read_journey(told.stdout) == journey
    assert call("extract", enriched, "-o", "again.json").exit_code == 0
    assert read_journey(Path("again.json")) == journey
    bare = call("extract", enriched, "--no-quotes").stdout
    assert "says:" not in bare
    assert "says:" in told.stdout


def test_several_journeys_go_in_and_come_out(call: Call) -> None:
    other = write("other.yaml", "journey: Other\nsteps:\n  - {do: I ask, at: Order received}\n")
    first = EXAMPLES / "webshop.journey.yaml"
    model = EXAMPLES / "webshop.bpmn"
    assert call("enrich", model, "-j", first, "-j", other, "-o", "two.bpmn").exit_code == 0
    told = call("extract", "two.bpmn", "-o", "out.yaml")
    assert "2 journeys, 10 steps" in told.stderr
    assert read_journey(Path("out.yaml")) == read_journey(first)
    assert read_journey(Path("out-2.yaml")) == read_journey(Path("other.yaml"))
    for number, told in (("1", "I pay"), ("2", "I ask")):
        assert call("draw", "two.bpmn", "-j", number, "-o", "map.svg").exit_code == 0
        assert ("I ask" in Path("map.svg").read_text("utf-8")) == (told == "I ask")
    assert call("draw", "two.bpmn", "-j", "3", "-o", "map.svg").exit_code == 2


def test_a_model_without_a_journey_has_none_to_give(call: Call) -> None:
    told = call("extract", EXAMPLES / "webshop.bpmn")
    assert told.exit_code == 3
    assert "carries no journey; 'cjbpmn draft' writes one to begin with" in told.stderr


def test_a_journey_is_read_from_what_is_drawn_of_somebody(call: Call) -> None:
    write("m.bpmn", pools("Buyer", "Shop"))
    assert "--customer NAME" in call("extract", "m.bpmn").stderr
    told = call("extract", "m.bpmn", "--customer", "Buyer", "-o", "out.yaml")
    assert (told.exit_code, "rebuilt from what is drawn" in told.stderr) == (1, True)
    journey = read_journey(Path("out.yaml"))
    assert (journey.customer, [step.do for step in journey.steps]) == ("Buyer", ["Do Buyer"])


def test_a_draft_can_be_put_on_its_model(call: Call) -> None:
    model = EXAMPLES / "webshop.bpmn"
    told = call("draft", model, "-o", "draft.yaml", "--language", "nl")
    assert told.exit_code == 0
    assert "# Wat doet de klant" in Path("draft.yaml").read_text("utf-8")
    told = call("enrich", model, "-j", "draft.yaml", "-o", "out.bpmn")
    assert told.exit_code == 0
    assert re.search(r"note: draft\.yaml:\d+: in \d+ steps nobody has said yet", told.stderr)
    assert call("draft", model).stdout.startswith("# A journey to begin with.")
    assert call("draft", model, "--language", "xx").exit_code == 2


def test_all_mistakes_in_a_journey_are_told_at_once(call: Call) -> None:
    wrong = write(
        "wrong.yaml",
        "journey: x\nsteps:\n  - {do: a, met: 120}\n  - {doo: b}\n  - {do: c, waits: long}\n",
    )
    told = call("enrich", EXAMPLES / "webshop.bpmn", "-j", wrong, "-o", "out.bpmn")
    assert told.exit_code == 3
    assert [line.partition(": ")[2][:13] for line in told.stderr.splitlines()] == [
        "wrong.yaml:3:",
        "wrong.yaml:4:",
        "wrong.yaml:5:",
    ]
    lost = write("lost.yaml", "journey: x\nsteps:\n  - {do: a, at: X}\n  - {do: b, at: Y}\n")
    told = call("enrich", EXAMPLES / "webshop.bpmn", "-j", lost, "-o", "out.bpmn")
    assert 'is called "X"' in told.stderr
    assert 'is called "Y"' in told.stderr
    assert told.stderr.endswith("webshop.bpmn; is it about another?\n")
    half = write("half.yaml", "journey: x\nsteps:\n  - {do: a, at: X}\n  - {do: b, at: Sales}\n")
    told = call("enrich", EXAMPLES / "webshop.bpmn", "-j", half, "-o", "out.bpmn")
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("ending", ["yaml", "json", "xlsx"])
def test_a_journey_goes_into_any_notation_and_comes_back(ending: str, call: Call) -> None:
    if ending == "xlsx":
        pytest.importorskip("openpyxl")
    source = EXAMPLES / "webshop.journey.yaml"
    assert call("convert", source, "-o", f"out.{ending}").exit_code == 0
    assert call("convert", f"out.{ending}", "-o", "back.yaml").exit_code == 0
    assert read_journey(Path("back.yaml")) == read_journey(source)


def test_a_table_says_what_it_cannot_hold(call: Call) -> None:
    told = call("convert", EXAMPLES / "webshop.journey.yaml", "-o", "out.csv")
    assert told.exit_code == 1
    assert "out.csv: a table cannot hold the norms (1)" in told.stderr
    journey = read_journey(Path("out.csv"))
    assert [step.do for step in journey.steps][:2] == [
        "I look for boots and compare the sizes",
        "I place my order",
    ]
    assert call("convert", "out.csv", "-o", "out.csv").exit_code == 2


def test_observations_have_a_table_of_their_own(call: Call) -> None:
    source = EXAMPLES / "webshop.journey.yaml"
    call("convert", source, "-o", "steps.csv", "--observations", "seen.csv")
    assert "a table cannot hold" in call("convert", source, "-o", "alone.csv").stderr
    told = call("convert", "steps.csv", "--observations", "seen.csv", "-o", "back.yaml")
    assert told.exit_code == 0
    assert read_journey(Path("back.yaml")).observations == read_journey(source).observations
    refused = call("convert", source, "-o", "x.yaml", "--observations", "seen.csv")
    assert refused.exit_code == 2


def test_answers_and_complaints_go_to_their_steps_and_no_row_is_lost(call: Call) -> None:
    answers = write(
        "answers.csv", "step,score (1-5),source\nI place my order,5,customer\nNo step,1,customer\n"
    )
    register = write(
        "register.csv", "date,category,text\n2026-01-03,late,Deliver parcel was late\n,,?\n"
    )
    told = call(
        "convert", EXAMPLES / "webshop.journey.yaml", "--survey", answers,
        "--complaints", register, "--model", EXAMPLES / "webshop.bpmn", "-o", "out.yaml",
    )  # fmt: skip
    assert told.exit_code == 1
    assert "answers.csv:3: no step is called 'No step'" in told.stderr
    assert "register.csv:3: " in told.stderr
    journey = read_journey(Path("out.yaml"))
    order = next(step for step in journey.steps if step.do == "I place my order")
    assert ("customer", 2, 1) in {(one.source, one.value, one.n) for one in order.feels}
    assert [(one.at, one.complaints) for one in journey.statistics] == [(("Deliver parcel",), 1)]


def test_two_journeys_are_compared(call: Call) -> None:
    one = write("one.yaml", "journey: A\nsteps:\n  - {do: I ask, at: X, feels: 1}\n  - I wait\n")
    other = write("two.yaml", "journey: A\nsteps:\n  - {do: I phone, at: X, feels: -1}\n")
    told = call("compare", one, other)
    assert told.exit_code == 0
    assert "steps in both: 1" in told.stdout
    found = json.loads(call("compare", one, other, "--format", "json").stdout)
    assert {row["kind"] for row in found} >= {"step", "emotion"}
    assert call("compare", one, other, "-o", "out.csv").exit_code == 0
    assert "I wait" in Path("out.csv").read_text("utf-8")
    assert "no difference" in call("compare", one, one).stdout


def test_stripping_what_was_not_enriched_copies_it(call: Call) -> None:
    done = call("strip", EXAMPLES / "claim.bpmn", "-o", "copy.bpmn")
    assert done.stderr == "copy.bpmn: nothing to take off\n"
    assert Path("copy.bpmn").read_bytes() == (EXAMPLES / "claim.bpmn").read_bytes()


def test_the_demo_writes_all_that_it_names(call: Call) -> None:
    done = call("demo", "here/it/is")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "webshop.svg" in done.stdout
    for name in ("claim", "webshop"):
        home = Path("here/it/is", name)
        made = {f"{name}.bpmn", f"{name}.cj.bpmn", f"{name}.journey.yaml", f"{name}.svg"}
        made |= {f"{what}.{form}" for what in ("points", "waits") for form in ("csv", "json")}
        assert {file.name for file in home.iterdir()} == made
        assert len(pd.read_csv(home / "points.csv")) == len(
            json.loads((home / "points.json").read_text())
        )


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
        (["draw", ".", "-o", "m.svg"], r"error: \.: this is a folder; .+"),
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


# Who the customer is


def test_nobody_is_the_customer(call: Call) -> None:
    write("m.bpmn", pools("Front office", "Back office"))
    done = call("points", "m.bpmn", "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, [])
    assert re.fullmatch(
        r"warning: m\.bpmn: nobody in the model is known to be the customer; say who with "
        r"--customer NAME\. .+\n",
        done.stderr,
    )
    assert '"Front office" (pool0' in done.stderr


def test_nobody_waits_where_nobody_is_the_customer(call: Call) -> None:
    write("m.bpmn", PLAIN)
    done = call("waits", "m.bpmn", "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["stretches"] == []
    assert "neither pools nor lanes" in done.stderr
    assert call("draft", "m.bpmn").stderr == ""


def test_somebody_says_who_the_customer_is(call: Call) -> None:
    write("m.bpmn", pools("Front office", "Back office"))
    for who in ("Front office", "pool0", "front  OFFICE"):
        done = call("points", "m.bpmn", "--customer", who, "--format", "json")
        assert done.exit_code == 0
        assert [point["direction"] for point in json.loads(done.stdout)] == ["c2o"]
    both = call("points", "m.bpmn", "-c", "pool0", "-c", "pool1", "-f", "json")
    assert (both.exit_code, json.loads(both.stdout)) == (0, [])


@pytest.mark.parametrize("command", ["points", "waits", "draw", "enrich", "draft", "extract"])
def test_a_customer_that_is_not_there(command: str, call: Call) -> None:
    write("m.bpmn", pools("Front office", "Back office"))
    write("j.yaml", JOURNEY.replace("at: Ask", "at: t1"))
    more = {"draw": ["-o", "m.svg"], "enrich": ["-j", "j.yaml", "-o", "o.bpmn"]}.get(command, [])
    done = call(command, "m.bpmn", "--customer", "Kunde", *more)
    assert (done.exit_code, done.stdout) == (2, "")
    assert re.fullmatch(
        r'error: m\.bpmn: no pool or lane is named "Kunde"; there are "Front office" \(pool0\), '
        r'"Back office" \(pool1\)\n',
        done.stderr,
    )


def test_several_could_be_the_customer(call: Call) -> None:
    write("m.bpmn", pools("Customer", "Guest"))
    done = call("points", "m.bpmn")
    assert (done.exit_code, done.stdout) == (2, "")
    assert re.fullmatch(
        r"error: m\.bpmn: 2 pools or lanes look like the customer: .+\n", done.stderr
    )


# Notations


def test_json_and_csv_say_the_same(call: Call, enriched: Path) -> None:
    values = json.loads(call("points", enriched, "--format", "json").stdout)
    text = call("points", enriched, "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    frame = pd.read_csv(io.StringIO(text))
    assert [row["id"] for row in rows] == [value["id"] for value in values] == list(frame["id"])
    assert set(values[0]) >= {"id", "customer_node", "other_node", "direction", "channel"}
    assert set(values[0]) >= {"counterpart", "lane"}


def test_waits_have_the_shape_of_the_cases(call: Call, enriched: Path) -> None:
    values = json.loads(call("waits", enriched, "--format", "json").stdout)
    assert set(values) >= {"stretches", "case", "ending", "warnings"}
    text = call("waits", enriched, "--format", "csv").stdout
    assert not re.search(r"[{}]|<\w+\.", text), "a cell shows how Python writes it"
    frame = pd.read_csv(io.StringIO(text))
    assert list(frame["end"]) == [stretch["end"] for stretch in values["stretches"]]


@pytest.mark.parametrize("command", ["points", "waits"])
@pytest.mark.parametrize("name", ["out.json", "out.csv", "out.txt", "new/out.csv"])
def test_the_ending_of_the_output_says_the_notation(
    command: str, name: str, call: Call, enriched: Path
) -> None:
    done = call(command, enriched, "-o", name)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith(f"{name}: ")
    text = Path(name).read_text(encoding="utf-8")
    if name.endswith("json"):
        assert json.loads(text)
    elif name.endswith("csv"):
        assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1
    else:
        assert text.startswith(str(enriched))


@pytest.mark.parametrize("command", ["points", "waits"])
def test_a_spreadsheet_holds_what_csv_holds(command: str, call: Call, enriched: Path) -> None:
    pytest.importorskip("openpyxl")
    for name in ("out.xlsx", "out.csv"):
        assert call(command, enriched, "-o", name).exit_code == 0
    sheet, text = pd.read_excel("out.xlsx", dtype=str), pd.read_csv("out.csv", dtype=str)
    assert list(sheet.columns) == list(text.columns)
    assert len(sheet) == len(text) > 0
    names = "other_name" if command == "points" else "end_name"
    assert list(sheet[names]) == list(text[names])


def test_without_openpyxl_a_spreadsheet_is_not_written_and_the_remedy_is_told(
    call: Call, enriched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for command in (["points", enriched], ["convert", EXAMPLES / "webshop.journey.yaml"]):
        done = call(*command, "-o", "out.xlsx")
        assert done.exit_code == 4
        assert re.fullmatch(r"error: out\.xlsx: .+ 'pip install openpyxl', .+\n", done.stderr)


def test_what_is_said_goes_before_the_ending(call: Call, enriched: Path) -> None:
    assert call("points", enriched, "-f", "json", "-o", "out.csv").exit_code == 0
    assert json.loads(Path("out.csv").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", ["points", "waits"])
@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit_and_carry_no_colours_into_a_pipe(
    command: str, width: int, call: Call, enriched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    done = call(command, enriched)
    title, *table = done.stdout.splitlines()
    assert title.startswith(f"{enriched}: ")
    assert max(map(len, table)) <= width
    assert "\x1b" not in done.stdout
    assert "I get the shipping notice" in " ".join(done.stdout.split()) or command == "waits"


def test_hostile_names_are_shown_not_obeyed(call: Call) -> None:
    write("m.bpmn", pools("Customer", "[bold red]=1+1\u202e&#155;2J").replace("Do Cust", "@Cust"))
    done = call("points", "m.bpmn")
    assert done.exit_code == 0
    shown = "".join(done.stdout.split())
    assert "[boldred]=1+1\\u202e\\x9b2J" in shown
    assert not set("\u202e\x9b\x1b") & set(done.output)
    [row] = csv.DictReader(io.StringIO(call("points", "m.bpmn", "-f", "csv").stdout))
    assert row["counterpart"].startswith("[bold red]")
    assert row["customer_name"].startswith("'@")
    [point] = json.loads(call("points", "m.bpmn", "-f", "json").stdout)
    assert point["counterpart"] == "[bold red]=1+1\u202e\x9b2J"


def test_hostile_names_of_files_are_shown_not_obeyed(call: Call) -> None:
    write("a\nerror: b\x1b[2J.bpmn", "")
    done = call("points", "a\nerror: b\x1b[2J.bpmn")
    assert done.stderr == "error: a\\nerror: b\\x1b[2J.bpmn: the file is empty\n"


# Several models


@pytest.fixture(name="models")
def fixture_models() -> Path:
    """Give a folder of models, with one that is broken and several that do not count."""
    root = Path("models")
    write("models/a.bpmn", pools("Customer", "Shop"))
    write("models/sub/b.bpmn20.xml", pools("Guest", "Inn"))
    write("models/sub/deep/c.BPMN2", pools("Patient", "Clinic"))
    write("models/sub/bad.bpmn", "<html/>")
    write("models/notes.xml", "<notes/>")
    write("models/.git/d.bpmn", PLAIN)
    write("models/._a.bpmn", "\x00")
    return root


def test_a_folder_is_mirrored_and_one_failure_stops_nothing(call: Call, models: Path) -> None:
    write("j.yaml", "journey: A\nsteps:\n  - do: I dream\n")
    done = call("enrich", models, "-j", "j.yaml", "-o", "out")
    assert (done.exit_code, done.stdout) == (3, "")
    written = {str(path.relative_to("out")) for path in Path("out").rglob("*") if path.is_file()}
    assert written == {"a.bpmn", "sub/b.bpmn20.xml", "sub/deep/c.BPMN2"}
    lines = done.stderr.splitlines()
    assert "error: models/sub/bad.bpmn:1: this is no BPMN 2.0 model" in done.stderr
    assert re.search(
        r"^models/sub/bad\.bpmn +failed +line 1: this is no BPMN", done.stderr, re.MULTILINE
    )
    assert re.fullmatch(r"4 models: \d fine, (\d with warnings, )?1 failed", lines[-1])
    assert "note:" not in done.stderr


def test_a_second_run_into_a_folder_inside_does_not_take_its_own_output(
    call: Call, models: Path
) -> None:
    (models / "sub/bad.bpmn").unlink()
    for _ in range(2):
        assert call("strip", models, "-o", models / "out").exit_code == 0
    assert len(list((models / "out").rglob("*.*"))) == 3


def test_many_models_become_one_list(call: Call, models: Path) -> None:
    done = call("points", models, "--format", "json")
    assert done.exit_code == 3
    entries = json.loads(done.stdout)
    assert [entry["path"] for entry in entries] == [
        "models/a.bpmn",
        "models/sub/b.bpmn20.xml",
        "models/sub/deep/c.BPMN2",
    ]
    assert [len(entry["points"]) for entry in entries] == [1, 1, 1]
    entries = json.loads(call("waits", models, "--format", "json").stdout)
    assert set(entries[0]) >= {"path", "stretches", "case", "ending", "warnings"}


def test_many_models_become_one_table(call: Call, models: Path) -> None:
    done = call("points", models, "-o", "all.csv")
    assert "all.csv: 3 models" in done.stderr
    with Path("all.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["path"] == "models/a.bpmn"
    assert [row["lane"] for row in rows] == ["Shop", "Inn", "Clinic"]


def test_many_models_become_a_file_each(call: Call, models: Path) -> None:
    assert call("waits", models, "-f", "json", "-o", "out/").exit_code == 3
    written = {str(path.relative_to("out")) for path in Path("out").rglob("*.json")}
    assert written == {"a.waits.json", "sub/b.waits.json", "sub/deep/c.waits.json"}
    assert call("points", models, "-o", "out").exit_code == 3
    assert Path("out/a.points.txt").read_text(encoding="utf-8").startswith("models/a.bpmn: 1 ")


def test_a_list_of_one_folder_stays_a_list(call: Call) -> None:
    write("one/a.bpmn", pools("Customer", "Shop"))
    assert len(json.loads(call("points", "one", "-f", "json").stdout)) == 1


def test_all_failed_is_an_empty_list(call: Call) -> None:
    write("bad/a.bpmn", "")
    assert json.loads(call("points", "bad", "-f", "json").stdout) == []
    assert call("points", "bad", "-f", "csv").stdout == ""
    assert call("points", "bad").stdout == ""


def test_a_folder_without_models(call: Call) -> None:
    Path("none").mkdir()
    done = call("points", "none")
    assert done.exit_code == 3
    assert re.fullmatch(r"error: none: there is no model in this folder: no .+\n", done.stderr)


def test_the_worst_decides(call: Call) -> None:
    write("fine.bpmn", pools("Customer", "Shop"))
    write("doubt.bpmn", DANGLING)
    write("bad.bpmn", "")
    assert call("points", "fine.bpmn", "fine.bpmn").exit_code == 0
    assert call("points", "fine.bpmn", "doubt.bpmn").exit_code == 1
    assert call("points", "fine.bpmn", "doubt.bpmn", "-c", "Shop").exit_code == 2
    assert call("points", "fine.bpmn", "doubt.bpmn", "bad.bpmn").exit_code == 3


def test_two_models_of_one_name_are_not_mixed_up(call: Call) -> None:
    write("x/m.bpmn", PLAIN)
    write("y/m.bpmn", DANGLING)
    done = call("strip", "x/m.bpmn", "y/m.bpmn", "-o", "out")
    assert done.exit_code == 2
    assert "x/m.bpmn and y/m.bpmn" in done.stderr
    assert not Path("out").exists()


# The rest


def test_every_command_shows_an_example(call: Call) -> None:
    for command in COMMANDS:
        done = call(command, "--help")
        assert done.exit_code == 0
        assert f"cjbpmn {command}" in done.stdout.partition("Examples")[2]


def test_the_help_teaches_the_main_job(call: Call) -> None:
    done = call("--help")
    assert done.exit_code == 0
    for command in COMMANDS[:4]:
        assert re.search(rf"^ +cjbpmn {command} \S+", done.stdout, re.MULTILINE)
    for code in (0, 1, 2, 3, 4, 70, 130):
        assert re.search(rf"\b{code} ", done.stdout)
    alone = call()
    assert (alone.exit_code, alone.stdout.strip()) == (2, done.stdout.strip())


def test_the_version(call: Call) -> None:
    assert call("--version").stdout == f"cjbpmn {__version__}\n"


def test_a_bug_says_so(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_task: FindPoints, _document: Document) -> None:
        raise IndexError("oh no")

    monkeypatch.setattr(FindPoints, "__call__", fail)
    write("m.bpmn", PLAIN)
    done = call("points", "m.bpmn")
    assert done.exit_code == 70
    assert done.stderr == (
        "error: m.bpmn: IndexError: oh no; this is a bug: "
        "please report it with what --debug prints\n"
    )
    loud = CliRunner().invoke(app, ["--debug", "points", "m.bpmn"])
    assert (loud.exit_code, "Traceback" in loud.stderr) == (70, True)


def test_debug_shows_where_an_error_came_from() -> None:
    write("m.bpmn", "")
    done = CliRunner().invoke(app, ["--debug", "points", "m.bpmn"])
    assert done.exit_code == 3
    assert "Traceback" in done.stderr
    assert "error: m.bpmn: the file is empty" in done.stderr
    done = CliRunner().invoke(app, ["--debug", "strip", "m.bpmn"])
    assert (done.exit_code, "Traceback" in done.stderr) == (2, True)


def test_ctrl_c_leaves_nothing_half_done() -> None:
    names = [f"{number:04}.bpmn" for number in range(3000)]
    for name in names:
        write(name, PLAIN)
    running = process("strip", *names, "-o", "out")
    for _ in range(600):
        if Path("out/0000.bpmn").exists():
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=120)
    assert running.returncode == 130
    assert stdout == ""
    told = re.fullmatch(
        r"error: stopped after (\d+) of 3000 models; no file is half-written\n", stderr
    )
    assert told is not None
    written = sorted(path.name for path in Path("out").iterdir())
    assert 0 < len(written) < len(names)
    assert written == names[: len(written)]
    # The last may have been written, but not yet counted.
    assert len(written) - int(told[1]) in {0, 1}


def test_the_program_starts_without_heavy_libraries() -> None:
    script = (
        "import sys, cjbpmn.cli; "
        "print(*sorted({'pandas', 'matplotlib', 'scipy'} & sys.modules.keys()))"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(EXAMPLES.parents[1])},
    )
    assert done.stdout == "\n"


def test_the_module_runs() -> None:
    running = process("--version")
    stdout, stderr = running.communicate(timeout=120)
    assert (running.returncode, stdout, stderr) == (0, f"cjbpmn {__version__}\n", "")
