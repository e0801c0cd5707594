"""How long things take, told in a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import cjbpmn as cj
from cjbpmn.cli import app
from cjbpmn.durations import read_timings
from cjbpmn.errors import CjbpmnWarning, InvalidJourney
from cjbpmn.graph import ProcessGraph
from cjbpmn.times_table import read_times_table

EXAMPLES = Path("docs/examples")
TIMES = """element;takes;least;most;share
Check payment;30 s;;;
Pick and pack;;2 h;6 h;
Payment ok? -> Send order confirmation;;;;97
Payment ok? -> Order refused;;;;3
"""


@pytest.fixture
def webshop() -> ProcessGraph:
    document = cj.read_document(EXAMPLES / "webshop.bpmn")
    cj.enrich_document(document, cj.read_journey(EXAMPLES / "webshop.journey.yaml"))
    return cj.build_graph(document)


def test_rows_are_found_by_name_and_by_the_ends_of_a_flow(
    tmp_path: Path, webshop: ProcessGraph
) -> None:
    path = tmp_path / "times.csv"
    path.write_text(TIMES, "utf-8")
    times = read_times_table(path).meant_in(webshop)
    named = {webshop.label(one): duration for one, duration in times.durations.items()}
    assert named.keys() == {"Check payment", "Pick and pack"}
    assert sorted(times.probabilities.values()) == [0.03, 0.97]
    assert not times.left_out
    timings = read_timings(webshop, times.durations, probabilities=times.probabilities)
    report = cj.find_waiting_stretches(webshop, timings)
    assert not [one for one in report.warnings if one.startswith("assumed-probability")]
    packed = next(one for one in times.durations if webshop.label(one) == "Pick and pack")
    assert timings.durations[packed].source == "given"
    assert timings.durations[packed].distribution.mean == pytest.approx(4)


def test_what_the_model_says_gives_way(webshop: ProcessGraph) -> None:
    frame = pd.DataFrame({"at": ["After 2 days"], "takes": ["5 days"]})
    (timer, _), *_ = read_times_table(frame).meant_in(webshop).durations.items()
    assert read_timings(webshop).durations[timer].distribution.mean == 48
    given = read_timings(webshop, read_times_table(frame).meant_in(webshop).durations)
    assert given.durations[timer].distribution.mean == 120


def test_the_last_of_two_rows_counts(webshop: ProcessGraph) -> None:
    frame = pd.DataFrame({"at": ["Pick and pack"] * 2, "takes": ["1 h", "2 h"]})
    (found,) = read_times_table(frame).meant_in(webshop).durations.values()
    assert found.takes is not None
    assert found.takes.hours == 2


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("element;takes;share\nA;soon;\nB;;a lot\n;3 h;\nC;;\n", "utf-8")
    with pytest.raises(InvalidJourney) as caught:
        read_times_table(path)
    message = str(caught.value)
    for line in (2, 3, 4, 5):
        assert f"{path}:{line}: " in message


def test_a_wrong_cell_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("element;takes;most\nPack;soon;\nPay;;\nSend;2 h;later\n", "utf-8")
    with pytest.raises(InvalidJourney) as caught:
        read_times_table(path)
    lines = str(caught.value).splitlines()
    assert [line.partition(".csv:")[2].partition(":")[0] for line in lines] == ["2", "3", "4"]
    assert "'soon' names no time" in lines[0]
    assert "needs 'takes'" in lines[1]
    assert "'later' names no time" in lines[2]


def test_a_time_of_a_lane_is_told_to_be_unused(tmp_path: Path, webshop: ProcessGraph) -> None:
    path = tmp_path / "times.csv"
    path.write_text("element;takes\nWarehouse;3 d\nPick and pack;2 h\n", "utf-8")
    [lane] = [one for one in webshop.lanes.values() if one.name == "Warehouse"]
    assert read_timings(webshop, path).warnings == (f"unused-duration:{lane.id}",)


def test_a_table_without_elements_is_no_table_of_times(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("takes\n3 h\n", "utf-8")
    with pytest.raises(InvalidJourney, match="there is no column 'at'"):
        read_times_table(path)


def test_command(tmp_path: Path) -> None:
    model, times = tmp_path / "m.bpmn", tmp_path / "times.csv"
    document = cj.read_document(EXAMPLES / "webshop.bpmn")
    cj.enrich_document(document, cj.read_journey(EXAMPLES / "webshop.journey.yaml"))
    document.write(model)
    times.write_text(TIMES + "Nobody does this;1 h;;;\n", "utf-8")
    done = CliRunner().invoke(app, ["waits", str(model), "--times", str(times), "-f", "json"])
    assert f'left out: {times}:6: nothing in {model} is called "Nobody does this"' in done.output
    assert '"given"' in done.output
    done = CliRunner().invoke(app, ["waits", str(model), "--times", str(tmp_path / "no.csv")])
    assert done.exit_code == 3
    assert "no.csv" in done.output


def test_a_table_is_taken_wherever_durations_are(tmp_path: Path, webshop: ProcessGraph) -> None:
    path = tmp_path / "times.csv"
    path.write_text(TIMES + "Nobody does this;1 h;;;\n", "utf-8")
    meant = read_times_table(path).meant_in(webshop)
    wanted = read_timings(webshop, meant.durations, probabilities=meant.probabilities)
    frame = pd.read_csv(path, sep=";")
    for given in (path, str(path), read_times_table(path), frame):
        with pytest.warns(CjbpmnWarning, match="Nobody does this"):
            timings = read_timings(webshop, given)
        assert timings == wanted
    with pytest.warns(CjbpmnWarning, match="Nobody does this"):
        report = cj.find_waiting_stretches(webshop, path)
    assert report == cj.find_waiting_stretches(webshop, wanted)
