"""Journeys written as tables: what is written is read again, and what cannot be is told."""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjbpmn.errors import CjbpmnWarning, InvalidJourney, InvalidValue
from cjbpmn.journey import (
    ChannelUse,
    Content,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Journey,
    Need,
    Norm,
    Observation,
    Persona,
    Phase,
    Step,
    Validation,
)
from cjbpmn.journey.file import read_journey, write_journey
from cjbpmn.journey.tables.rows import TABLES
from cjbpmn.journey.tables.table import read_table, write_table
from cjbpmn.journey.yaml import key_of
from cjbpmn.timespan import parse_timespan
from cjbpmn.vocabulary import (
    Answer,
    Channel,
    Direction,
    EvidenceType,
    Horizon,
    JourneyKind,
    Method,
    Source,
    State,
    View,
)

FOLDER = Path(__file__).parent / "journeys"


LETTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n;\\'\"=+-@,|\t")
TEXTS = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = st.sampled_from([0, 1, 2.5, 33.333333, 80, 100])
LEVELS = st.integers(1, 4)
PHASES = ["arriving", "ordering; paying", "eating"]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=3).map(tuple)


def words_of(kind: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([word.value for word in kind])


def is_word(text: str) -> bool:
    return key_of(text) in {key_of(one) for one in EvidenceType}


EVIDENCE = st.builds(
    Evidence,
    TEXTS.filter(lambda text: not is_word(text)),
    maybe(words_of(EvidenceType)),
    maybe(TEXTS),
    maybe(st.sampled_from([-2, -0.5, 2])),
) | words_of(EvidenceType).map(lambda word: Evidence(word, word))
INSIGHTS = several(st.builds(Insight, TEXTS, maybe(LEVELS)))
EMOTIONS = st.builds(
    Emotion,
    st.sampled_from([-2, -0.25, 0, 1.333333]),
    maybe(TEXTS),
    maybe(TEXTS),
    maybe(TEXTS),
    words_of(Source),
    maybe(words_of(Method)),
    st.integers(0, 99),
    maybe(st.sampled_from([0, 3.5])),
    maybe(st.sampled_from([1, 5])),
    maybe(TEXTS),
    maybe(TEXTS),
)
SPANS = st.sampled_from(["8 min", "2 werkdagen", "PT2H", "3,5 Tage"]).map(parse_timespan)
STEP_FIELDS: dict[str, Any] = {
    "do": TEXTS,
    "at": several(TEXTS),
    "phase": maybe(st.sampled_from(PHASES)),
    "channel": maybe(words_of(Channel)),
    "direction": maybe(words_of(Direction)),
    "sees": several(EVIDENCE),
    "feels": several(EMOTIONS),
    "thinks": maybe(TEXTS),
    "goal": maybe(TEXTS),
    "location": maybe(TEXTS),
    "needs": several(st.builds(Need, TEXTS, maybe(LEVELS), maybe(NUMBERS))),
    "takes": maybe(SPANS),
    "expects": maybe(TEXTS),
    "met": maybe(NUMBERS),
    "moment_of_truth": maybe(st.booleans()),
    "moment_reason": maybe(TEXTS),
    "importance": maybe(LEVELS),
    "waits": maybe(SPANS),
    "promise": maybe(TEXTS),
    "told": maybe(st.sampled_from(["yes", "no", "10 min"])),
    "next_step_told": maybe(words_of(Answer)),
    "logical": maybe(words_of(Answer)),
    "efficient": maybe(words_of(Answer)),
    "effective": maybe(words_of(Answer)),
    "appropriate": maybe(words_of(Answer)),
    "judgement_reason": maybe(TEXTS),
    "pains": INSIGHTS,
    "gains": INSIGHTS,
    "opportunities": INSIGHTS,
    "fallback": several(st.builds(Fallback, TEXTS, maybe(words_of(Channel)))),
    "source": maybe(words_of(Source)),
    "n": maybe(st.integers(0, 99)),
    "extra": st.just(()) | TEXTS.map(lambda text: (("Kostenstelle", text),)),
}
STEPS = st.builds(Step, **STEP_FIELDS) | st.builds(
    lambda do, uses: Step(do, channel=uses[0].name, channels=uses),
    TEXTS,
    st.lists(st.builds(ChannelUse, words_of(Channel), maybe(TEXTS)), min_size=1, max_size=3).map(
        tuple
    ),
)
OBSERVATION_FIELDS: dict[str, Any] = {
    "see": TEXTS,
    "at": several(TEXTS),
    "hurts": maybe(TEXTS),
    "impact": maybe(LEVELS),
    "effort": maybe(LEVELS),
    "better": maybe(TEXTS),
    "better_at": maybe(TEXTS),
    "preventable": maybe(words_of(Answer)),
    "level": maybe(LEVELS),
    "horizon": maybe(words_of(Horizon)),
    "owner": maybe(TEXTS),
    "due": maybe(TEXTS),
    "status": maybe(TEXTS),
    "author": maybe(TEXTS),
    "date": maybe(TEXTS),
    "extra": st.just(()) | TEXTS.map(lambda text: (("Cost centre", text),)),
}
OBSERVATIONS = st.builds(Observation, **OBSERVATION_FIELDS)
PERSONAS = st.builds(
    Persona,
    TEXTS,
    several(words_of(Channel)),
    several(words_of(Channel)),
    several(words_of(Channel)),
    maybe(TEXTS),
    maybe(TEXTS),
    st.just(()) | TEXTS.map(lambda text: (("home town", text), ("Age", "34"))),
)
JOURNEY_FIELDS: dict[str, Any] = {
    "name": TEXTS,
    "customer": maybe(TEXTS),
    "kind": maybe(words_of(JourneyKind)),
    "state": maybe(words_of(State)),
    "view": maybe(words_of(View)),
    "need": maybe(st.builds(Need, TEXTS, maybe(LEVELS), maybe(NUMBERS))),
    "goal": maybe(TEXTS),
    "trigger": maybe(TEXTS),
    "outcome": maybe(TEXTS),
    "validated": maybe(st.builds(Validation, TEXTS, maybe(st.integers(0, 99)), maybe(TEXTS))),
    "persona": maybe(PERSONAS),
    "phases": st.just(tuple(map(Phase, PHASES))),
    "steps": several(STEPS),
    "observations": several(OBSERVATIONS),
    "begins": maybe(st.sampled_from(["2026-03-02 9:00", "2026-03-02T09:00:30+01:00"])),
    "language": maybe(st.sampled_from(["nl", "de-AT"])),
    "extra": st.just(()) | TEXTS.map(lambda text: (("Afdeling", text),)),
}
JOURNEYS = st.builds(Journey, **JOURNEY_FIELDS)


@settings(max_examples=200, deadline=None)
@given(JOURNEYS, st.sampled_from([".csv", ".tsv"]))
def test_what_a_table_can_hold_is_read_again(journey: Journey, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        steps, seen = Path(folder) / f"steps{ending}", Path(folder) / f"seen{ending}"
        write_table(journey, steps, seen)
        warnings.filterwarnings("ignore", message=".*is kept, but not understood")
        assert read_table(steps, seen) == journey


@pytest.mark.parametrize(
    ("kind", "tried", "elsewhere"),
    [
        (Step, STEP_FIELDS, {"channels"}),
        (Observation, OBSERVATION_FIELDS, set()),
        (Journey, JOURNEY_FIELDS, set(TABLES) - {"steps", "observations", "phases"}),
    ],
)
def test_the_property_tries_every_field(
    kind: type, tried: dict[str, Any], elsewhere: set[str]
) -> None:
    assert {item.name for item in fields(kind) if item.compare} == {*tried} | elsewhere


def test_a_table_is_readable(tmp_path: Path) -> None:
    journey = Journey(
        "Lunch",
        phases=(Phase("eating"),),
        steps=(Step("I eat", ("Eat meal",), "eating", moment_of_truth=True, logical="no"),),
    )
    write_table(journey, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8-sig") == (
        "journey,Lunch\nphases,eating\nphase,do,at,moment of truth,logical\n"
        "eating,I eat,Eat meal,yes,no\n"
    )


@pytest.mark.parametrize("text", ["=1+1", "+1 day", "-x", "@SUM(A1)", "'=1", "\uff1d1", "-1; 1"])
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    journey = Journey(text, steps=(Step(text, thinks=text),))
    write_table(journey, tmp_path / "t.csv")
    cells = [
        cell
        for row in parse_csv_as_spreadsheets_do((tmp_path / "t.csv").read_text("utf-8-sig"))
        for cell in row
    ]
    assert cells.count(f"'{text}") == 3
    assert not any(cell.startswith(("=", "+", "-", "@", "\uff1d")) for cell in cells)
    assert read_table(tmp_path / "t.csv") == journey


def parse_csv_as_spreadsheets_do(text: str) -> list[list[str]]:
    import csv  # noqa: PLC0415 - only here the raw cells matter
    import io  # noqa: PLC0415

    return list(csv.reader(io.StringIO(text)))


def test_tabs_separate_where_the_ending_says_so(tmp_path: Path) -> None:
    write_table(Journey("x", steps=(Step("a, b", ("c",)),)), tmp_path / "t.tsv")
    assert (tmp_path / "t.tsv").read_text("utf-8-sig") == "journey\tx\ndo\tat\na, b\tc\n"


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    write_table(Journey("x", steps=(Step("a", feels=(Emotion(-1),)),)), tmp_path / "t.csv")
    assert "a,,-1" in (tmp_path / "t.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("journey", "told"),
    [
        (Journey("x", norms=(Norm("in 2 days"),)), "a table cannot hold the norms (1)"),
        (
            Journey("x", observations=(Observation("queue"),)),
            "a table cannot hold the observations (1)",
        ),
        (
            Journey("x", phases=(Phase("a", Need("rest")),)),
            "a table cannot hold all of phase 1 (need)",
        ),
        (
            Journey(
                "x",
                steps=(
                    Step("a"),
                    Step(
                        "b",
                        channel="app",
                        channels=(ChannelUse("app", content=(Content("history"),)),),
                    ),
                ),
            ),
            "a table cannot hold all of step 2 (channels)",
        ),
        (
            Journey("x", steps=(Step(" a", thinks="b\n", extra=(("Kanal", "c"),)),)),
            "a table cannot hold all of step 1 (do, thinks, extra)",
        ),
        (Journey("x "), "a table cannot hold 'name' as it is"),
    ],
)
def test_what_a_table_cannot_hold_is_told(tmp_path: Path, journey: Journey, told: str) -> None:
    with pytest.warns(CjbpmnWarning) as warned:
        write_table(journey, tmp_path / "t.csv")
    assert [str(one.message) for one in warned] == [
        f"{tmp_path / 't.csv'}: {told}; a journey file can"
    ]


@pytest.mark.filterwarnings("ignore::cjbpmn.errors.CjbpmnWarning")
def test_what_cannot_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidJourney, match="cannot be written as a table"):
        write_table(Journey("x", steps=(Step("", thinks="b"),)), tmp_path / "t.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["restaurant.yaml", "order.yaml"])
def test_the_worked_examples_fit_but_for_their_norms(tmp_path: Path, name: str) -> None:
    journey = replace(read_journey(FOLDER / name), norms=())
    write_table(journey, tmp_path / "steps.csv", tmp_path / "seen.csv")
    assert read_table(tmp_path / "steps.csv", tmp_path / "seen.csv") == journey


def test_tables_are_known_by_their_ending(tmp_path: Path) -> None:
    journey = Journey("x", steps=(Step("a", feels=(Emotion(1),)),))
    for name in ("t.csv", "t.TSV"):
        write_journey(journey, tmp_path / name)
        assert read_table(tmp_path / name) == journey
        assert read_journey(tmp_path / name) == journey
    with pytest.raises(InvalidJourney, match=r"save the spreadsheet as \.xlsx"):
        read_journey(tmp_path / "t.ods")


@pytest.mark.parametrize("name", ["t.xls", "t.pdf", "t.bpmn"])
def test_a_name_that_would_lie_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match=r"ends in one of \.yaml, "):
        write_journey(Journey("x"), tmp_path / name)
    assert not (tmp_path / name).exists()


def test_json_is_read_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{\n\t"journey": "\\ud83d\\ude42 \\\\ud83d",\n\t"steps": [{"do": "I eat"}]\n}')
    journey = read_journey(path)
    assert journey.name == "\U0001f642 \\ud83d"
    assert journey.steps[0].line == 3
    path.write_text('{\n\t"journey": "x",\n\t"steps": [{"do": "I eat", "feels": 7}]\n}')
    with pytest.raises(InvalidJourney, match=r"t\.json:3: feels: 7 lies outside"):
        read_journey(path)
    path.write_text('{\n"journey": "x",\n}')
    with pytest.raises(InvalidJourney, match=r"t\.json:\d: this is no JSON: "):
        read_journey(path)
