"""The real bpmn-js opens our files: without a complaint, completely, and loses nothing."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import modeller_bench
import models
import pytest
from modeller_bench import Job, Result, RoundTrip, model_ids, shown_ids

import cjbpmn as cj
from cjbpmn.enrichment import Show
from cjbpmn.errors import InvalidValue
from cjbpmn.names import CJ, qualified

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


def sample(corpus: Path) -> list[Path]:
    """Choose models of all vendors: every twelfth file, and those that the issue is about."""
    return sorted(corpus.rglob("*.bpmn"))[::12]


@pytest.fixture(scope="session")
def enriched_examples(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory
) -> dict[Path, RoundTrip]:
    folder = tmp_path_factory.mktemp("enriched")
    files = []
    for example in EXAMPLES:
        document = cj.read_document(example)
        journey = cj.read_journey(example.with_suffix(".journey.yaml"))
        cj.enrich_document(document, journey)
        files.append(document.write(folder / example.name))
    return modeller_bench.round_trips(bench, files, tmp_path_factory.mktemp("saved"))


def test_enriched_examples_open_are_drawn_and_survive_saving(
    enriched_examples: dict[Path, RoundTrip],
) -> None:
    for file, trip in enriched_examples.items():
        assert_opens(trip.first)
        assert_all_drawn(file, trip.first)
        assert_survives_saving(file, trip)
        assert our_elements(trip.saved) == our_elements(file)


def our_elements(file: Path) -> list[tuple[str, str, tuple[tuple[str, str], ...], str]]:
    """List our elements: on what they stand, what they are called, and what they say."""
    root = cj.read_document(file).root
    found = []
    for element in root.iter(f"{{{CJ}}}*"):
        holder = next(element.iterancestors(qualified("bpmn:extensionElements")))
        host = holder.getparent()
        said = (element.text or "").strip()
        attributes = tuple(sorted(element.attrib.items()))
        found.append(
            (host.get("id", "") if host is not None else "", element.tag, attributes, said)
        )
    return found


def test_enriched_models_of_all_vendors_bring_no_new_complaint(
    bench: Bench, corpus: Path, tmp_path: Path
) -> None:
    pairs = []
    for number, path in enumerate(sample(corpus)):
        document = cj.read_document(path)
        cj.enrich_document(document, models.draft_journey(cj.build_graph(document)))
        pairs.append((path, document.write(tmp_path / f"{number}.bpmn")))
    jobs = [Job(file, lint="original") for pair in pairs for file in pair]
    results = bench(jobs)
    for (path, _), before, after in zip(pairs, results[::2], results[1::2], strict=True):
        if not before.ok:
            continue
        assert after.ok, path
        assert kinds(after.complaints) <= kinds(before.complaints), path
        assert kinds(after.lint) <= kinds(before.lint), path


@pytest.mark.parametrize(
    "options",
    [
        {"show": list(Show), "legend": True},
        {"placement": "lane"},
        {"origin": "normalize", "layout": True},
    ],
    ids=str,
)
def test_several_journeys_bring_no_new_complaint_however_they_are_drawn(
    bench: Bench, corpus: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    pairs = []
    for number, path in enumerate(sample(corpus)[::2]):
        document = cj.read_document(path)
        journey = models.draft_journey(cj.build_graph(document))
        other = replace(journey, name="Another", steps=journey.steps[::2])
        try:
            cj.enrich_document(document, [journey, other], **options)
        except InvalidValue:
            continue  # No lane where an engine runs.
        pairs.append((path, document.write(tmp_path / f"{number}.bpmn")))
    results = bench([Job(file, lint="original") for pair in pairs for file in pair])
    for (path, _), before, after in zip(pairs, results[::2], results[1::2], strict=True):
        if before.ok:
            assert after.ok, path
            assert kinds(after.complaints) <= kinds(before.complaints), path
            assert kinds(after.lint) <= kinds(before.lint), path


def test_strip_gives_what_the_modeller_makes_of_the_original(
    bench: Bench, corpus: Path, tmp_path: Path
) -> None:
    jobs: list[Job] = []
    for number, path in enumerate(sample(corpus)):
        document = cj.read_document(path)
        cj.enrich_document(document, models.draft_journey(cj.build_graph(document)))
        enriched = document.write(tmp_path / f"{number}.bpmn")
        jobs.append(Job(path, save=tmp_path / f"{number}-plain.bpmn"))
        jobs.append(Job(enriched, save=tmp_path / f"{number}-enriched.bpmn"))
    results = bench(jobs)
    compared = 0
    for plain, enriched, result in zip(jobs[::2], jobs[1::2], results[::2], strict=True):
        if not result.ok:
            continue
        assert plain.save is not None
        assert enriched.save is not None
        document = cj.read_document(enriched.save)
        document.strip()
        assert document.to_bytes() == plain.save.read_bytes(), plain.file
        compared += 1
    assert compared > 50


def kinds(complaints: list[str]) -> set[str]:
    """Leave out where a complaint is: everything moves down when something is added."""
    return {re.sub(r"line: \d+|column: \d+|: .*", "", complaint) for complaint in complaints}


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

    def test_gives_up_a_file_on_which_the_modeller_hangs_and_goes_on(
        self, bench: Bench, tmp_path: Path
    ) -> None:
        sound, hanging = sound_and_hanging(tmp_path)
        jobs = [
            Job(hanging, modeller="camunda-8", timeout=3000, lint="original"),
            Job(sound, modeller="camunda-8", lint="original"),
            Job(sound, lint="original", timeout=1),
            Job(sound, lint="original"),
        ]
        hung, after, late, last = bench(jobs)
        for result, milliseconds in ((hung, 3000), (late, 1)):
            assert result.given_up
            assert not result.ok
            assert result.error == f"the modeller gave no answer in {milliseconds} ms"
        for result in (after, last):
            assert_opens(result)
            assert not result.given_up
            assert any(finding.startswith("start-event-required: ") for finding in result.lint)

    def test_over_a_folder_it_says_what_was_given_up_and_goes_on_where_it_was(
        self, bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        del bench  # The script runs it; here it is only asked for whether it can.
        sound, hanging = sound_and_hanging(tmp_path)
        odd = tmp_path / "odd.bpmn"  # Its drawing is of the file, until it is enriched.
        odd.write_text(
            sound.read_text(encoding="utf-8").replace('bpmnElement="p"', 'bpmnElement="defs"'),
            encoding="utf-8",
        )
        script = Path(__file__).parents[1] / "benchmarks" / "modellers.py"
        spec = importlib.util.spec_from_file_location("modellers", script)
        assert spec is not None
        assert spec.loader is not None
        modellers = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modellers)
        log = tmp_path / "log.jsonl"
        order = [str(tmp_path), "--modeller", "camunda-8", "--seconds", "4", "--log", str(log)]
        modellers.main(order)
        told, lines = capsys.readouterr().out, log.read_text(encoding="utf-8")
        for number, what in (
            (3, "models"),
            (1, "opened and saved before"),
            (2, "opened and saved after"),
            (1, "opened and saved only after"),
            (1, "given up before"),
            (1, "given up after"),
            (0, "given up only after"),
            (1, "with every element of ours intact"),
            (0, "with a new kind of finding of bpmnlint"),
        ):
            assert f"{number:6}  {what}\n" in told
        assert told.endswith(f"given up on before it was enriched: {hanging}\n")
        looked_at = [json.loads(line)["model"] for line in lines.splitlines()]
        assert looked_at == [str(hanging), str(odd), str(sound)]
        modellers.main(order)
        assert capsys.readouterr().out == told
        assert log.read_text(encoding="utf-8") == lines


def sound_and_hanging(folder: Path) -> tuple[Path, Path]:
    """Write a model that opens, and one whose label has no width, on which Camunda's class hangs."""
    sound, hanging = folder / "sound.bpmn", folder / "hanging.bpmn"
    plain = TWO_STEPS.replace('"B"', '"b"')
    label = '<di:BPMNLabel><dc:Bounds x="0" y="0" width="NaN" height="9"/></di:BPMNLabel>'
    sound.write_text(plain, encoding="utf-8")
    endless = plain.replace("</di:BPMNShape>", f"{label}</di:BPMNShape>")
    hanging.write_text(endless.replace("<task", "<startEvent"), encoding="utf-8")
    return sound, hanging
