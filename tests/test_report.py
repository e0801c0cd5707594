"""Results for people and for other programs."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.document import read_document
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import COLUMNS, InteractionPoint, InteractionPoints
from cjbpmn.report import Form, ModelPoints, ModelWaits, printable, render, to_csv, to_json, to_text
from cjbpmn.report.doubts import WORDS, doubt_in_words
from cjbpmn.report.waits import case_in_words, ending_in_words, hours_in_words
from cjbpmn.waiting import CaseFigures, WaitingReport, WaitingStretch

CASES = Path(__file__).parent / "waiting_cases"
PAY = InteractionPoint("m1", "pay", "collect", "both", "desk", "Shop", "Till", flows=("m1", "m2"))
CALL = InteractionPoint("m3", "call", "answer", "c2o", None, "Carrier", "Carrier", partner=True)
POINTS = ModelPoints(
    "shop.bpmn", InteractionPoints((PAY, CALL)), {"pay": "I pay", "collect": "Collect money"}
)
WAIT = WaitingStretch(
    end="answer#reply",
    starts=("pay", "call"),
    kind="between",
    body=("pack", "gate"),
    executions=1.0,
    minimum=1.0,
    expected=1.5,
    maximum=30.0,
    handoffs=(("pack", "answer"),),
    desks=("Till", "Store"),
    inside=("pack", "gate"),
)
UNKNOWN = WaitingStretch("pay", (), "before_first", ("pack",), expected=0.0, unknown=("pack",))
REPORT = WaitingReport(
    (WAIT, UNKNOWN),
    CaseFigures(5.0, 4.0, 3.0, math.inf, 2.0, 0.0, 1.0),
    {"closed": 0.75, "no_reply": 0.25},
    warnings=("unknown-duration:pack", "unknown-duration:gate", "odd-thing", "odder:thing"),
)
WAITS = ModelWaits("shop.bpmn", REPORT, {"pack": "Pack", "answer": "Answer"}, frozenset({"pack"}))


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


# Texts of strangers


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Klant, Ärztin, 顾客, عميل", "Klant, Ärztin, 顾客, عميل"),
        ("a\u00a0b \U0001f469\u200d\U0001f692", "a\u00a0b \U0001f469\u200d\U0001f692"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x1b[2J\x9b2J\x07", "\\x1b[2J\\x9b2J\\x07"),
        ("\u202eevil\u2066\u200f\ufeff", "\\u202eevil\\u2066\\u200f\\ufeff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_acts_is_escaped_and_what_shows_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_printable_is_one_line_and_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert printable(shown) == shown


# JSON

VALUES = [
    PAY.as_dict() | {"customer_name": "I pay", "other_name": "Collect money"},
    CALL.as_dict() | {"customer_name": "call", "other_name": "answer"},
]


def test_one_model_is_its_values() -> None:
    assert json.loads(to_json([POINTS])) == VALUES
    assert json.loads(to_json([WAITS])) == json.loads(json.dumps(REPORT.as_dict()))


def test_several_models_are_a_list_with_paths() -> None:
    [entry] = json.loads(to_json([POINTS], several=True))
    assert entry == {"path": "shop.bpmn", "points": VALUES}
    [entry] = json.loads(to_json([WAITS], several=True))
    assert entry == {"path": "shop.bpmn", **json.loads(to_json([WAITS]))}
    assert json.loads(to_json([], several=True)) == []


def test_json_is_for_people_too() -> None:
    data = to_json([ModelPoints("m", InteractionPoints([InteractionPoint("ü", "a", "b", "c2o")]))])
    assert data.startswith(b"[\n  {\n")
    assert data.endswith(b"]\n")
    assert "ü" in data.decode()


def test_a_file_name_that_is_no_unicode_stays_json() -> None:
    [entry] = json.loads(to_json([ModelPoints("a\udcff.bpmn")], several=True))
    assert entry["path"] == "a\udcff.bpmn"


def test_json_escapes_what_acts_and_loses_nothing() -> None:
    text = "a\x1b[2J\x9b\u202e\U000e0041\n\u200d顾客"
    data = to_json([ModelPoints(text)], several=True).decode()
    assert json.loads(data)[0]["path"] == text
    assert not set(text[1:-2]) & set("\x1b\x9b\u202e\U000e0041") & set(data)
    assert "顾客" in data


# CSV


def test_csv_is_the_frame_with_names() -> None:
    [first, second] = rows_of(to_csv([POINTS]))
    assert tuple(first)[: len(COLUMNS)] == COLUMNS
    assert (first["flows"], first["customer_name"], first["other_name"]) == (
        "m1;m2",
        "I pay",
        "Collect money",
    )
    assert (second["partner"], second["channel"], second["customer_name"]) == ("True", "", "call")


def test_csv_of_waits() -> None:
    [first, second] = rows_of(to_csv([WAITS]))
    assert (first["end_name"], first["body_names"]) == ("Answer (the answer)", "Pack;gate")
    assert (first["starts"], first["handoffs"]) == ("pay;call", "pack -> answer")
    assert (first["maximum"], second["maximum"]) == ("30.0", "")
    frame = pd.read_csv(io.BytesIO(to_csv([WAITS])))
    assert frame["expected"].sum() == 1.5


def test_csv_of_several_models_begins_with_the_path() -> None:
    rows = rows_of(to_csv([POINTS, ModelPoints("empty.bpmn"), POINTS], several=True))
    assert next(iter(rows[0])) == "path"
    assert [row["path"] for row in rows] == ["shop.bpmn"] * 4
    assert to_csv([], several=True) == b""


def test_csv_of_nothing_has_its_columns() -> None:
    header = to_csv([ModelPoints("empty.bpmn")]).decode().splitlines()
    assert len(header) == 1
    assert header[0].startswith(",".join(COLUMNS))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    point = InteractionPoint("m1", "a", "b", "c2o", text, text, text)
    found = ModelPoints(text, InteractionPoints([point]), {"a": text, "b": text})
    [row] = rows_of(to_csv([found], several=True))
    for column in ("path", "channel", "counterpart", "lane", "customer_name", "other_name"):
        assert row[column] == "'" + text.replace("\r", "\\r")


def test_a_list_does_not_become_a_formula_either() -> None:
    stretch = WaitingStretch("e", ("s",), "between", (), desks=("=1+1", "b"), minimum=-1.0)
    [row] = rows_of(to_csv([ModelWaits("m", WaitingReport((stretch,)))]))
    assert row["desks"] == "'=1+1;b"
    assert row["minimum"] == "-1.0"


# Tables


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("found", [POINTS, WAITS], ids=["points", "waits"])
def test_a_table_fits_and_loses_nothing(width: int, found: ModelPoints | ModelWaits) -> None:
    text = to_text([found], width=width).decode()
    assert all(len(line) <= width for line in text.splitlines())
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "\x1b" not in text


def test_points_in_a_table() -> None:
    text = to_text([POINTS], width=80).decode()
    assert text.splitlines()[0] == "shop.bpmn: 2 interaction points"
    assert "I pay" in text
    assert "<->" in text
    assert "Carrier (partner)" in text
    assert "m1" not in text
    wide = to_text([POINTS], width=120).decode()
    assert "Shop / Till" in wide
    assert "m1" in wide


def test_waits_in_a_table() -> None:
    lines = to_text([WAITS], width=80).decode().splitlines()
    assert lines[0] == "shop.bpmn: 2 waiting stretches"
    assert "Answer (the answer)" in lines[3]
    assert "1 h 30 min" in lines[3]
    assert "1 h to 30 h" in lines[3]
    assert "the start" in lines[4]
    assert "?" in lines[4]
    assert "One customer waits 4 h of 5 h (3 h to no limit); the longest silence is 2 h." in lines
    assert "Of 100 cases, 75 are closed, 25 never get an answer." in lines
    assert "nobody says how long these take: Pack, gate" in lines
    assert "odd thing" in lines
    assert "odder: thing" in lines
    assert "meanwhile" in to_text([WAITS], width=120).decode()


def test_nothing_found_is_one_line() -> None:
    assert to_text([ModelPoints("m.bpmn")]) == b"m.bpmn: no interaction points\n"
    assert to_text([ModelWaits("m.bpmn")]) == b"m.bpmn: no waiting stretches\n"


def test_a_long_path_stays_on_one_line() -> None:
    path = f"{'folder/' * 30}m.bpmn"
    assert to_text([ModelPoints(path)], width=80).decode() == f"{path}: no interaction points\n"


def test_markup_is_shown() -> None:
    point = InteractionPoint("m", "a", "b", "c2o", lane="[/red]")
    found = ModelPoints(
        "[red]m", InteractionPoints([point]), {"a": "[bold]x[/bold]", "b": ":smile:"}
    )
    text = to_text([found]).decode()
    for shown in ("[red]m", "[bold]x[/bold]", ":smile:", "[/red]"):
        assert shown in text


def test_a_stretch_that_nobody_goes_through() -> None:
    never = WaitingStretch("e", ("s",), "between", ("x",), executions=0.0)
    least = WaitingStretch("e", ("s",), "between", ("x",), expected=50.0, unknown=("x",))
    text = to_text([ModelWaits("m", WaitingReport((never, least)))]).decode()
    assert " never" in text
    assert " >= 2 d 2 h" in text


@pytest.mark.parametrize("form", list(Form))
def test_every_notation_can_be_had(form: Form) -> None:
    assert render([POINTS], form)
    assert form.ending.startswith(".")


# Words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "0 min"),
        (0.001, "3.6 s"),
        (1 / 60, "1 min"),
        (0.999, "1 h"),
        (1, "1 h"),
        (24, "24 h"),
        (48, "2 d"),
        (47.999, "48 h"),
        (49, "2 d 1 h"),
        (71.9, "3 d"),
        (24 * 365, "365 d"),
        (math.inf, "no limit"),
        (None, "?"),
    ],
)
def test_hours_as_people_say_them(hours: float | None, words: str) -> None:
    assert hours_in_words(hours) == words


def test_a_case_in_words() -> None:
    assert case_in_words(CaseFigures()) == []
    assert case_in_words(CaseFigures(0, 0, 0, None, 0)) == [
        "How long a customer waits is not known."
    ]
    assert case_in_words(CaseFigures(5, 4, 4, None, 2)) == [
        "On average a customer waits 4 h or more; the longest silence is 2 h or more."
    ]
    assert case_in_words(CaseFigures(5, 4, 4, 4, 2)) == [
        "One customer waits 4 h of 5 h; the longest silence is 2 h."
    ]


def test_every_warning_has_words() -> None:
    page = (Path(__file__).parents[1] / "docs" / "waiting.md").read_text(encoding="utf-8")
    codes = re.findall(r"^\| `([a-z-]+)` \|", page.partition("\n## Warnings\n")[2], re.MULTILINE)
    assert sorted(codes) == sorted(WORDS)
    assert doubt_in_words("odd-thing") == "odd thing"


def test_endings_in_words() -> None:
    assert ending_in_words({}) == ending_in_words({"closed": 1.0}) == []
    assert ending_in_words({"closed": 0.0, "odd": 1.0}) == ["Of 100 cases, 100 odd."]


# On models


@pytest.mark.parametrize("case", sorted(CASES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_every_case_can_be_shown(case: Path) -> None:
    graph: ProcessGraph = build_graph(read_document(case))
    for found in (ModelPoints.of(graph, case.name), ModelWaits.of(graph, case.name)):
        for form in Form:
            assert render([found], form, several=True)
        assert json.loads(to_json([found])) == json.loads(json.dumps(found.as_values()))


def test_doubts_are_told_in_words_and_by_the_names_of_pools() -> None:
    data = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"
     targetNamespace="x"><collaboration id="c"><participant id="o" name="Clerk" processRef="p"/>
     <participant id="k" name="Guest"/><messageFlow id="m" sourceRef="k" targetRef="a"/>
     <messageFlow id="n" sourceRef="b" targetRef="k"/></collaboration>
     <process id="p"><startEvent id="s"/><startEvent id="t"/><task id="a" name="Ask"/>
     <task id="b" name="Say"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>
     <sequenceFlow id="g" sourceRef="t" targetRef="b"/></process></definitions>"""
    graph = build_graph(read_document(data.encode()))
    told = to_text([ModelWaits.of(graph, "m.bpmn", ["Guest"])], width=150).decode()
    assert "each way out is taken to be as likely as the others: Clerk" in told
    assert "after these the customer hears nothing more: Ask" in told
    assert "(own move)" not in told


def test_what_customers_do_once_they_have_heard_is_their_own_move() -> None:
    data = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"
     targetNamespace="x"><collaboration id="c"><participant id="o" name="Clerk" processRef="p"/>
     <participant id="k" name="Guest"/><messageFlow id="m" sourceRef="a" targetRef="k"/>
     <messageFlow id="n" sourceRef="k" targetRef="b"/></collaboration>
     <process id="p"><sendTask id="a" name="Ask"/><task id="w" name="Note"/>
     <receiveTask id="b" name="Payment"/><sequenceFlow id="f" sourceRef="a" targetRef="w"/>
     <sequenceFlow id="g" sourceRef="w" targetRef="b"/></process></definitions>"""
    graph = build_graph(read_document(data.encode()))
    told = to_text([ModelWaits.of(graph, "m.bpmn", ["Guest"])], width=150).decode()
    assert "Payment (own move)" in told
