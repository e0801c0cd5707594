from __future__ import annotations

import json
import warnings
from pathlib import Path

import journeys_at_random
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cjbpmn.errors import CjbpmnWarning, NotWritten
from cjbpmn.journey import Emotion, Journey, Step
from cjbpmn.journey.file import read_journey, write_journey
from cjbpmn.journey.writer import journey_to_json, journey_to_yaml

HERE = Path(__file__).parent
EXAMPLES = [
    *sorted((HERE / "journeys").glob("*.yaml")),
    *sorted((HERE.parent / "docs" / "examples").glob("*.yaml")),
]
ANY = journeys_at_random.journeys(
    st.sampled_from(["A", "Task_1", "Pool / name", "A -> B", "no"]), st.just("A -> B")
)


def read_kept(source: str) -> Journey:
    """Read a journey whose unknown keys are kept with a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CjbpmnWarning)
        return read_journey(source)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_written_is_read_again(path: Path) -> None:
    journey = read_journey(path)
    assert read_journey(journey_to_yaml(journey)) == journey
    assert read_journey(json.loads(journey_to_json(journey))) == journey


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(ANY)
def test_any_journey_is_read_again(journey: Journey) -> None:
    assert read_kept(journey_to_yaml(journey)) == journey
    assert read_kept(journey_to_json(journey)) == journey


def test_it_looks_as_if_people_wrote_it() -> None:
    path = HERE / "journeys" / "restaurant.yaml"
    written = journey_to_yaml(read_journey(path))
    kept = [line for line in path.read_text("utf-8").splitlines() if line in written.splitlines()]
    assert len(kept) > 0.6 * len(written.splitlines())
    assert '"' not in written.replace('they say "when', "").replace('is ready"', "")


def test_a_file_is_json_where_its_name_says_so(tmp_path: Path) -> None:
    journey = Journey("J", steps=(Step("I wait", feels=(Emotion(-1.5),)),))
    write_journey(journey, tmp_path / "j.json")
    write_journey(journey, tmp_path / "j.yaml")
    assert json.loads((tmp_path / "j.json").read_text("utf-8"))["steps"][0]["feels"] == -1.5
    assert read_journey(tmp_path / "j.json") == read_journey(tmp_path / "j.yaml") == journey


def test_what_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotWritten):
        write_journey(Journey("J"), tmp_path / "nowhere" / "j.yaml")
