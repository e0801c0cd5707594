from __future__ import annotations

import datetime as dt
import io
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_table_writing import JOURNEYS

from cjbpmn.errors import CjbpmnError, CjbpmnWarning, InvalidJourney, NotWritten
from cjbpmn.journey import (
    Branch,
    Calendar,
    Duration,
    Emotion,
    Journey,
    Measurement,
    Need,
    Norm,
    Observation,
    Phase,
    Statistics,
    Step,
)
from cjbpmn.journey.file import read_journey, write_journey
from cjbpmn.journey.tables.spreadsheet import read_spreadsheet, write_spreadsheet
from cjbpmn.journey.tables.workbook import text_of
from cjbpmn.timespan import parse_timespan

openpyxl = pytest.importorskip("openpyxl")

ROOT = Path(__file__).parents[1]
EXAMPLES = [
    *sorted((ROOT / "tests/journeys").glob("*.yaml")),
    *(ROOT / "docs/examples").glob("*.yaml"),
]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Make a workbook of sheets that are given as rows."""

    def making(**sheets: list[list[Any]]) -> Path:
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, rows in sheets.items():
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(row)
        made.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return making


def refusal(path: Path) -> list[str]:
    with pytest.raises(InvalidJourney) as caught:
        read_spreadsheet(path)
    return str(caught.value).replace(f"{path.parent}/", "").splitlines()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_fit_into_a_spreadsheet(path: Path, tmp_path: Path) -> None:
    journey = read_journey(path)
    write_journey(journey, tmp_path / "t.xlsx")
    assert read_journey(tmp_path / "t.xlsx") == journey


def test_every_list_of_a_journey_has_a_sheet(tmp_path: Path) -> None:
    journey = Journey(
        "x",
        phases=(Phase("a", Need("rest", level=2), feels=(Emotion(-1, says="Hm"),)), Phase("b")),
        steps=(Step("I wait", phase="a"),),
        observations=(Observation("queue", ("A", "B")),),
        norms=(Norm("in 2 days", "A", "B", parse_timespan("2 days"), percentile=95),),
        measurements=(Measurement(83, "in 2 days", unit="%", n=12),),
        statistics=(Statistics(("A",), 10, 12.5, parse_timespan("1 h"), complaints=3),),
        durations=(Duration(("A", "B"), parse_timespan("8 min"), distribution="exponential"),),
        branches=(Branch(("A -> B",), 80, "data"),),
        calendars=(Calendar(("A",), ("Mon-Thu 9-12, 13-17", "Fri 9-12"), ("12-25", "2026-05-01")),),
        begins="2026-03-02 9:00",
    )
    write_spreadsheet(journey, tmp_path / "t.xlsx")
    assert read_spreadsheet(tmp_path / "t.xlsx") == journey
    sheets = openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    assert sheets == [
        *("steps", "observations", "phases", "norms", "measurements", "statistics"),
        *("durations", "branches", "calendars"),
    ]


@settings(max_examples=40, deadline=None)
@given(JOURNEYS)
def test_what_a_table_can_hold_is_read_again(journey: Journey) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "t.xlsx"
        warnings.filterwarnings("error", message=".*cannot hold")
        warnings.filterwarnings("ignore", message=".*is kept, but not understood")
        write_spreadsheet(journey, path)
        assert read_spreadsheet(path) == journey


def test_numbers_are_numbers_and_no_text_is_a_formula(tmp_path: Path) -> None:
    texts = ["=1+1", "@x", "-x", "+1 day"]
    journey = Journey("=x", steps=tuple(Step(text, feels=(Emotion(-0.5),)) for text in texts))
    write_spreadsheet(journey, tmp_path / "t.xlsx")
    assert read_spreadsheet(tmp_path / "t.xlsx") == journey
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["steps"]
    cells = [sheet.cell(row, 1) for row in range(3, 7)]
    assert [cell.value for cell in cells] == texts
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}
    assert [sheet.cell(row, 3).value for row in range(3, 7)] == [-0.5] * 4
    assert sheet.freeze_panes == "A3"


@pytest.mark.parametrize("text", ["007", "00", "-0", "1.50", "0.1", "12", "999999999999.5"])
def test_a_text_of_digits_stays_what_it_is(text: str, tmp_path: Path) -> None:
    journey = Journey("x", observations=(Observation("0"), Observation(text)))
    write_spreadsheet(journey, tmp_path / "t.xlsx")
    assert read_spreadsheet(tmp_path / "t.xlsx") == journey


def test_a_sheet_as_people_make_it(book: Callable[..., Path]) -> None:
    path = book(
        Klantreis=[
            ["klantreis", "Lunch"],
            ["fasen", "wachten", "eten"],
            [],
            ["Fase", "Stap", "Gevoel", "Waargemaakt", "Wachttijd (min)", "MoT", "Aantal mensen"],
            ["wachten", "Ik wacht", -1, "80 %", 8.0, True, 6],
            ["eten", "Ik eet", 1.5, None, None, False, None],
        ],
        Observaties=[["Observatie", "Impact", "Uiterlijk"], ["Rij", 4, dt.date(2025, 12, 31)]],
    )
    journey = read_journey(path)
    assert journey == Journey(
        "Lunch",
        phases=(Phase("wachten"), Phase("eten")),
        steps=(
            Step(
                "Ik wacht",
                phase="wachten",
                feels=(Emotion(-1, n=6),),
                met=80,
                waits=parse_timespan("8 min"),
                moment_of_truth=True,
                n=6,
            ),
            Step("Ik eet", phase="eten", feels=(Emotion(1.5),), moment_of_truth=False),
        ),
        observations=(Observation("Rij", impact=4, due="2025-12-31"),),
    )
    assert [step.line for step in journey.steps] == [5, 6]


def test_percent_and_merged_cells(book: Callable[..., Path]) -> None:
    path = book(steps=[["phase", "do", "met"], ["a", "I wait", 0.8], [None, "I eat", 0.335]])
    changed = openpyxl.load_workbook(path)
    changed["steps"]["C2"].number_format = "0%"
    changed["steps"]["C3"].number_format = "0.0%"
    changed["steps"].merge_cells("A2:A3")
    changed.save(path)
    assert [(step.phase, step.met) for step in read_spreadsheet(path).steps] == [
        ("a", 80),
        ("a", 33.5),
    ]


def test_other_sheets_are_told_and_hidden_ones_left_alone(book: Callable[..., Path]) -> None:
    path = book(notes=[["whatever"]], steps=[["do"], ["I eat"]], secret=[["x"]], empty=[])
    changed = openpyxl.load_workbook(path)
    changed["secret"].sheet_state = "hidden"
    changed.save(path)
    with pytest.warns(CjbpmnWarning) as told:
        journey = read_spreadsheet(path)
    assert [str(one.message) for one in told] == [f"{path}: the sheet 'notes' is not read"]
    assert journey == Journey("t", steps=(Step("I eat"),))


def test_mistakes_name_the_row_the_sheet_and_the_column(book: Callable[..., Path]) -> None:
    path = book(
        steps=[["do", "feels"], ["I eat", 7], [None, 1]],
        norms=[["text", "at most"], ["soon", "a while"]],
    )
    assert refusal(path) == [
        "t.xlsx:2: sheet 'steps', column 'feels': 7 lies outside -2 to 2; for other numbers say 'scale: 1-5'",
        "t.xlsx:2: sheet 'norms', column 'at most': 'a while' names no time; write one, such as '8 min', '2 days' or 'PT8M'",
        "t.xlsx:3: sheet 'steps', column 'do': there is nothing here; write 'I walk in'",
    ]


def test_a_formula_without_a_result_is_told(book: Callable[..., Path]) -> None:
    path = book(steps=[["do", "met"], ["I eat", "=40+40"]])
    assert refusal(path) == [
        "t.xlsx:2: sheet 'steps', cell B2: a formula without a result; open the file in a spreadsheet program and save it"
    ]


def test_a_formula_counts_with_its_result(book: Callable[..., Path]) -> None:
    path = book(steps=[["do", "met", "says"], ["I eat", "=40+40", '=IF(1,"","x")']])

    def calculate(data: bytes) -> bytes:
        text = data.decode()
        text = text.replace("<f>40+40</f><v></v>", "<f>40+40</f><v>80</v>")
        return text.replace('r="C2"><f>', 'r="C2" t="str"><f>').encode()

    with_part(path, "xl/worksheets/sheet1.xml", calculate)
    assert read_spreadsheet(path).steps == (Step("I eat", met=80),)


def test_phases_stand_in_one_place(book: Callable[..., Path]) -> None:
    path = book(steps=[["phases", "a"], ["do", "feels"], ["I eat", 1]], phases=[["name"], ["a"]])
    assert refusal(path) == [
        "t.xlsx:1: sheet 'steps', column 'phases': there is a sheet 'phases'; keep one of the two"
    ]


def test_what_is_no_spreadsheet_is_told(tmp_path: Path, book: Callable[..., Path]) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(b"do;feels\n")
    assert refusal(path) == [
        "bad.xlsx: this is no spreadsheet in the form xlsx, or it is locked by a password"
    ]
    assert refusal(tmp_path / "none.xlsx") == [
        "none.xlsx: cannot be read: no such file or directory"
    ]
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("other.txt", "x")
    assert refusal(path)[0].startswith("bad.xlsx: this is no sound spreadsheet: ")
    assert refusal(book(steps=[])) == ["t.xlsx: there is no sheet 'steps'"]


def with_part(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part of a workbook."""
    with zipfile.ZipFile(path) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    parts[name] = change(parts[name])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for part, data in parts.items():
            package.writestr(part, data)
    path.write_bytes(stream.getvalue())


def test_entities_and_bombs_are_refused_unread(book: Callable[..., Path]) -> None:
    path = book(steps=[["do"], ["I eat"]])
    sheet = "xl/worksheets/sheet1.xml"
    with_part(path, sheet, lambda data: b'<!DOCTYPE x [<!ENTITY a "b">]>' + data)
    assert refusal(path) == [f"t.xlsx: {sheet} declares entities; no spreadsheet needs these"]
    path = book(steps=[["do"], ["I eat"]])
    with_part(path, sheet, lambda data: data + b" " * 110_000_000)
    assert refusal(path) == ["t.xlsx: larger than 100 MB when it is unpacked"]


def test_a_sheet_that_only_claims_to_be_large_is_refused(book: Callable[..., Path]) -> None:
    path = book(steps=[["do"], ["I eat"]])
    changed = openpyxl.load_workbook(path)
    changed["steps"]["XFD1048576"] = "far away"
    changed.save(path)
    assert refusal(path) == ["t.xlsx: the sheet 'steps' has more than 2,000,000 cells"]


def small_book() -> bytes:
    """Return a workbook of always the same length: nothing in it is packed."""
    made, stored = io.BytesIO(), io.BytesIO()
    small = openpyxl.Workbook()
    small.active.append(["do", "feels"])
    small.active.append(["I eat", 1])
    small.save(made)
    with zipfile.ZipFile(made) as package, zipfile.ZipFile(stored, "w") as copy:
        for name in package.namelist():
            copy.writestr(zipfile.ZipInfo(name), package.read(name))
    return stored.getvalue()


SMALL = small_book()
DAMAGE = st.lists(
    st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4
)


@settings(max_examples=60, deadline=None)
@given(DAMAGE)
def test_a_damaged_spreadsheet_is_a_journey_or_refused(damage: list[tuple[int, int]]) -> None:
    damaged = bytearray(SMALL)
    for place, byte in damage:
        damaged[place] = byte
    mistake = ""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "t.xlsx"
        path.write_bytes(damaged)
        try:
            read_spreadsheet(path)
        except InvalidJourney as error:
            mistake = str(error)
    assert not mistake or mistake.startswith(str(path))


def test_what_a_spreadsheet_cannot_hold_is_told(tmp_path: Path) -> None:
    long = replace(Step("I wait"), thinks="x" * 40_000)
    with pytest.warns(CjbpmnWarning, match=r"all of step 1 \(thinks\)"):
        write_spreadsheet(Journey("x", steps=(long,)), tmp_path / "t.xlsx")
    with pytest.warns(CjbpmnWarning, match=r"all of step 1 \(thinks\)"):
        write_spreadsheet(
            Journey("x", steps=(Step("I wait", thinks="a\x07b"),)), tmp_path / "t.xlsx"
        )


def test_without_openpyxl_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(NotWritten, match=r"t\.xlsx: .*pip install openpyxl.*write CSV"):
        write_spreadsheet(Journey("x"), tmp_path / "t.xlsx")
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    with pytest.raises(CjbpmnError, match=r"t\.xlsx: .*pip install openpyxl.*save it as CSV"):
        read_journey(tmp_path / "t.xlsx")


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, "", ""),
        (float("nan"), "", ""),
        (0, "", "0"),
        (1e-7, "", "0.0000001"),
        (0.1 + 0.2, "", "0.3"),
        (1.0, "0.00%", "100%"),
        (1.0, "General", "1"),
        (dt.datetime(2025, 3, 1), "", "2025-03-01"),  # noqa: DTZ001 - spreadsheets know no zones
        (dt.datetime(2025, 3, 1, 14, 30), "", "2025-03-01 14:30:00"),  # noqa: DTZ001
        (dt.timedelta(hours=1, seconds=30), "", "PT60M30S"),
        (dt.timedelta(0), "", "PT0S"),
        (" x ", "", "x"),
    ],
)
def test_typed_cells_become_texts(value: object, form: str, text: str) -> None:
    assert text_of(value, form) == text
