"""The real bpmn-js opens our files: without a complaint, completely, and loses nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import modeller_bench
import pytest
from modeller_bench import Job, Result, RoundTrip, model_ids, shown_ids

if TYPE_CHECKING:
    from modeller_bench import Bench

EXAMPLES = sorted((Path(__file__).parents[1] / "docs" / "examples").glob("*.bpmn"))
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)

TWO_STEPS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    id="defs" targetNamespace="urn:test">
  <process id="p"><task id="a" name="Ask"/><task id="b" name="Answer"/></process>
  <di:BPMNDiagram id="d"><di:BPMNPlane id="plane" bpmnElement="p">
    <di:BPMNShape id="sa" bpmnElement="a"><dc:Bounds x="0" y="0" width="100" height="80"/>
    </di:BPMNShape>
    <di:BPMNShape id="sb" bpmnElement="B"><dc:Bounds x="200" y="0" width="100" height="80"/>
    </di:BPMNShape>
  </di:BPMNPlane></di:BPMNDiagram>
</definitions>
"""


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Give the bench, or skip; where CJBPMN_BENCH is `required`, as in CI, fail instead."""
    if reason := modeller_bench.why_not():
        (pytest.fail if os.environ.get("CJBPMN_BENCH") == "required" else pytest.skip)(reason)
    return modeller_bench.run


@pytest.fixture(scope="session")
def trips(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, RoundTrip]:
    """Take all examples through one browser: starting it costs more than opening a file."""
    return modeller_bench.round_trips(bench, EXAMPLES, tmp_path_factory.mktemp("saved"))


def assert_opens(result: Result) -> None:
    assert result.complaints == []
    assert result.ok


def assert_all_drawn(file: Path, result: Result) -> None:
    assert shown_ids(file) - set(result.ids) == set()


def assert_survives_saving(file: Path, trip: RoundTrip) -> None:
    assert_opens(trip.again)
    assert trip.again.drawn == trip.first.drawn
    assert model_ids(file) - model_ids(trip.saved) == set()


def test_there_is_an_example() -> None:
    assert EXAMPLES


@each_example
def test_example_opens_without_complaint(example: Path, trips: dict[Path, RoundTrip]) -> None:
    assert_opens(trips[example].first)


@each_example
def test_example_is_drawn_completely(example: Path, trips: dict[Path, RoundTrip]) -> None:
    assert_all_drawn(example, trips[example].first)


@each_example
def test_example_survives_saving(example: Path, trips: dict[Path, RoundTrip]) -> None:
    assert_survives_saving(example, trips[example])


class TestTheBenchItself:
    """A bench that never complains would prove nothing."""

    def test_sees_a_shape_of_nothing_and_what_is_not_drawn(
        self, bench: Bench, tmp_path: Path
    ) -> None:
        file = tmp_path / "astray.bpmn"
        file.write_text(TWO_STEPS, encoding="utf-8")
        (result,) = bench([file])
        assert result.ok
        assert any("<B>" in complaint for complaint in result.complaints)
        assert shown_ids(file) - set(result.ids) == {"B"}

    def test_a_failing_file_does_not_stop_the_next(self, bench: Bench, tmp_path: Path) -> None:
        broken, sound, picture = (tmp_path / name for name in ("broken", "sound", "picture.png"))
        broken.write_text("no model", encoding="utf-8")
        sound.write_text(TWO_STEPS.replace('"B"', '"b"'), encoding="utf-8")
        watched = Job(sound, png=picture, lint="original")
        *failed, opened = bench([Job(tmp_path / "missing"), Job(broken), watched])
        assert [result.ok for result in failed] == [False, False]
        assert all(result.error for result in failed)
        assert_opens(opened)
        assert opened.drawn == {"bpmn:Task": 2}
        assert any(finding.startswith("start-event-required: p: ") for finding in opened.lint)
        assert picture.read_bytes().startswith(b"\x89PNG")
