"""The command line, asked for many models at once."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from command_line import (
    DANGLING,
    PLAIN,
    Call,
    pools,
    write,
)

pytestmark = pytest.mark.usefixtures("at_home")

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


@pytest.mark.parametrize("kind", [None, "pdf"])
def test_many_models_become_a_picture_each(kind: str | None, call: Call, models: Path) -> None:
    done = call("draw", models, "-o", "maps", *(["--format", kind] if kind else []))
    assert done.exit_code == 3
    assert re.search(r"^4 models: .+, 1 failed$", done.stderr, re.MULTILINE)
    drawn = sorted(str(path) for path in Path("maps").rglob("*.*"))
    ending = kind or "svg"
    assert drawn == [f"maps/a.{ending}", f"maps/sub/b.{ending}", f"maps/sub/deep/c.{ending}"]
    assert call("draw", models, "-o", "one.svg").exit_code == 2
