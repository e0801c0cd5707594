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
from pathlib import Path

import pandas as pd
import pytest
from command_line import (
    EXAMPLES,
    JOURNEY,
    PLAIN,
    Call,
    pools,
    process,
    write,
)
from typer.testing import CliRunner

from cjbpmn import __version__
from cjbpmn.batch import FindPoints
from cjbpmn.cli import app
from cjbpmn.document import Document
from cjbpmn.journey.file import read_journey

pytestmark = pytest.mark.usefixtures("at_home")
COMMANDS = [command.callback.__name__ for command in app.registered_commands]

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
    assert "steps; from the second on, the name has its number" in told.stderr
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
    again = call("draft", model, "-o", "draft.yaml")
    assert (again.exit_code, "may hold answers" in again.stderr) == (4, True)
    assert "# Wat doet de klant" in Path("draft.yaml").read_text("utf-8")
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
    assert call("demo", "here/it/is").exit_code == 0
    journey = Path("here/it/is/webshop/webshop.journey.yaml")
    journey.write_text("journey: Mine\n")
    again = call("demo", "here/it/is")
    assert (again.exit_code, journey.read_text()) == (2, "journey: Mine\n")
    assert f"{journey}: somebody has changed it; name another folder" in again.stderr


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


# The rest


def test_every_command_shows_an_example(call: Call) -> None:
    for command in COMMANDS:
        done = call(command, "--help")
        assert done.exit_code == 0
        shown = done.stdout.partition("Examples")[2].partition("╭")[0].split("\n")
        lines = [line.strip() for line in shown if line.strip()]
        assert lines
        assert all(line.startswith(f"cjbpmn {command}") for line in lines), "an example is cut"


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
