"""Journeys read from tables: what the cells mean, and what is said of bad ones."""

from __future__ import annotations

import codecs
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjbpmn.errors import CjbpmnWarning, InvalidJourney, NotWritten
from cjbpmn.journey import (
    Emotion,
    Evidence,
    Journey,
    Observation,
    Persona,
    Phase,
    Step,
    Validation,
    forms,
)
from cjbpmn.journey.registers.complaints import FORM as COMPLAINTS
from cjbpmn.journey.registers.survey import FORM as SURVEY
from cjbpmn.journey.tables.grid import join_list, parse_csv, split_list, to_csv
from cjbpmn.journey.tables.headers import NO_CELLS, PARTS, Place, find_place, places
from cjbpmn.journey.tables.rows import TABLES
from cjbpmn.journey.tables.table import read_table, write_table
from cjbpmn.journey.yaml import key_of
from cjbpmn.lexicon import languages, meanings, words
from cjbpmn.timespan import parse_timespan

FOLDER = Path(__file__).parent / "journeys"


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Read tables that are given as texts."""

    def reading(
        steps: str | bytes, observations: str | None = None, name: str = "t.csv"
    ) -> Journey:
        path = tmp_path / name
        path.write_bytes(steps if isinstance(steps, bytes) else steps.encode())
        other = None
        if observations is not None:
            other = tmp_path / "seen.csv"
            other.write_text(observations, encoding="utf-8")
        return read_table(path, other)

    return reading


@pytest.fixture
def refusal(read: Any, tmp_path: Path) -> Any:
    """Return what is said of tables that cannot be read, line by line, without the folder."""

    def refused(*tables: str | bytes) -> list[str]:
        with pytest.raises(InvalidJourney) as caught:
            read(*tables)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return refused


# ------------------------------------------------------------------------------ reading


def test_a_table_as_people_make_it(read: Any) -> None:
    journey = read(
        "journey;Lunch\ncustomer;Guest\npersona;Ann\npersona prefers;desk; app\n"
        "persona age;34\nphases;arriving;eating\nvalidated by;Bo\nvalidated n;6\n\n"
        "phase;do;at;channel;sees;feels;because;says;met;moment of truth;waits;n\n"
        "arriving;I walk in;Enter; desk ;signage; 1;;;80 %;no;;\n"
        'eating;I wait;"Meal ready; Take buzzer";;;"-0,5";"slow; and loud";Hm;;yes;8 min;6\n'
    )
    assert journey.name == "Lunch"
    assert journey.persona == Persona("Ann", prefers=("desk", "app"), facts=(("age", "34"),))
    assert journey.phases == (Phase("arriving"), Phase("eating"))
    assert journey.validated == Validation("Bo", n=6)
    assert journey.steps == (
        Step(
            "I walk in",
            ("Enter",),
            "arriving",
            "desk",
            sees=(Evidence("signage", "signage"),),
            feels=(Emotion(1),),
            met=80,
            moment_of_truth=False,
        ),
        Step(
            "I wait",
            ("Meal ready", "Take buzzer"),
            "eating",
            feels=(Emotion(-0.5, because="slow; and loud", says="Hm", n=6),),
            moment_of_truth=True,
            waits=parse_timespan("8 min"),
            n=6,
        ),
    )
    assert [step.line for step in journey.steps] == [11, 12]


def test_a_table_without_a_name_is_called_as_its_file(read: Any) -> None:
    assert read("do\nI eat\n", name="lunch.csv").name == "lunch"


def test_several_feelings_stand_side_by_side(read: Any) -> None:
    (step,) = read(
        "do,feels,because,feels source,n\nI wait,-1; 1,it is slow; ,customer; employee,\n"
    ).steps
    assert step.feels == (
        Emotion(-1, because="it is slow", source="customer"),
        Emotion(1, source="employee"),
    )


def test_observations_stand_in_a_second_file(read: Any, tmp_path: Path) -> None:
    journey = read(
        "do\nI wait\n", "Beobachtung;bei;Auswirkung;Verantwortlicher\nLange Schlange;A;4;Bo\n"
    )
    assert journey.observations == (Observation("Lange Schlange", ("A",), impact=4, owner="Bo"),)
    assert journey.observations[0].line == 2
    assert journey.path == str(tmp_path / "t.csv")


@pytest.mark.parametrize(
    "header",
    [
        "do;at;channel;feels;because;waits",
        "Step;Element;Medium;Emotion;Why;Waiting time",
        "Stap;Processtap;Kanaal;Gevoel;Omdat;Wachttijd",
        "Schritt;Prozessschritt;Kanal;Gefühl;Weil;Wartezeit",
        "Étape;Élément;Canal;Émotion;Raison;Temps d'attente",
        "Paso;Elemento;Canal;Emoción;Motivo;Tiempo de espera",
        "Passo;Elemento;Canale;Emozione;Motivo;Tempo di attesa",
        "Passo;Elemento;Canal;Emoção;Motivo;Tempo de espera",
        "Krok;Krok procesu;Kanał;Emocja;Powód;Czas oczekiwania",
        " DO : ;At*;CHANNEL;Feels?;because;Waits [min]",
    ],
)
def test_headers_in_many_languages(read: Any, header: str) -> None:
    (step,) = read(f"{header}\nI wait;A;desk;-1;slow;8 min\n").steps
    assert step == Step(
        "I wait",
        ("A",),
        channel="desk",
        feels=(Emotion(-1, because="slow"),),
        waits=parse_timespan("8 min"),
    )


def test_a_header_may_say_the_unit_and_the_scale(read: Any) -> None:
    first, second = read("do;waits (min);feels (1-5)\nI wait;8;4\nI eat;1 h;:)\n").steps
    assert first.waits == parse_timespan("8 min")
    assert first.feels == (Emotion(1, label="4 on 1 to 5"),)
    assert second.waits == parse_timespan("1 h")
    assert second.feels == (Emotion(1, label=":)"),)


def test_a_scale_and_a_default_for_all(read: Any) -> None:
    (step,) = read("scale;1-5\ndefault source;assumed\ndefault n;0\ndo;feels\nI eat;5\n").steps
    assert step.feels == (Emotion(2, label="5 on 1 to 5", source="assumed", n=0),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(read: Any, delimiter: str) -> None:
    rows = [["journey", "L"], ["do", "feels", "says"], ["I wait, and; wait", "-1", "a|b\n\tc"]]
    text = to_csv(rows, delimiter).decode("utf-8-sig")
    (step,) = read(text).steps
    assert step == Step("I wait, and; wait", feels=(Emotion(-1, says="a|b\n\tc"),))


def test_the_separator_may_be_said_as_spreadsheets_do(read: Any) -> None:
    journey = read('sep=^\ndo^feels\n"I ^ wait"^1\n')
    assert journey.steps[0].do == "I ^ wait"
    assert journey.steps[0].line == 3


def test_a_single_column_needs_no_separator(read: Any) -> None:
    journey = read("do\nI wait, and wait; and wait\nI eat\n")
    assert [step.do for step in journey.steps] == ["I wait, and wait; and wait", "I eat"]


def test_a_sign_in_a_text_is_no_separator(read: Any) -> None:
    assert [step.do for step in read("do\nI wait\tand wait\n").steps] == ["I wait\tand wait"]


def test_the_header_is_the_row_that_says_what_is_done(read: Any) -> None:
    with pytest.warns(CjbpmnWarning, match="column 'Cost' is kept"):
        journey = read("goal;be quick\ndo;Cost\nI eat;1\n")
    assert journey.goal == "be quick"
    assert [step.do for step in journey.steps] == ["I eat"]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_lines(read: Any, encoding: str, mark: bytes, end: str) -> None:
    text = f'do;says{end}"Ich zahle{end}bar";{end}Ich gehe;{end}'
    journey = read(mark + text.encode(encoding))
    assert [step.do.split() for step in journey.steps] == [["Ich", "zahle", "bar"], ["Ich", "gehe"]]
    assert [step.line for step in journey.steps] == [2, 4]


def test_windows_1252_is_read_and_told(read: Any) -> None:
    with pytest.warns(CjbpmnWarning, match="read as Windows-1252"):
        journey = read("do;Gefühl\nIch ärgere mich;-1\n".encode("cp1252"))
    assert journey.steps[0].do == "Ich ärgere mich"


def test_an_unknown_column_is_kept_and_told_once(read: Any) -> None:
    with pytest.warns(CjbpmnWarning) as told:
        journey = read("do;Chanel;Cost centre\nI eat;desk;7\nI pay;;8\n")
    assert [str(one.message).partition("t.csv")[2] for one in told] == [
        ":1: column 'Chanel' is kept, but not understood; did you mean 'channel'?",
        ":1: column 'Cost centre' is kept, but not understood",
    ]
    assert journey.steps[0].extra == (("Chanel", "desk"), ("Cost centre", "7"))
    assert journey.steps[1].extra == (("Cost centre", "8"),)


def test_an_unknown_channel_is_told_with_its_line_and_column(read: Any) -> None:
    with pytest.warns(CjbpmnWarning, match=r"t\.csv:2: column 'Kanaal': 'fone' is kept"):
        read("do;Kanaal\nI eat;fone\n")


# ------------------------------------------------------------------------------ bad input


def test_all_mistakes_are_told_at_once_with_line_and_column(refusal: Any) -> None:
    said = refusal(
        "kind;wrong\nGefühl;Schritt;Erfüllt;Kanal;channel\n4;Ich warte;120;;\n;;3;;\n"
        "1;Ich esse;x;;;too;long\n",
        "see;impact\nqueue;9\n",
    )
    assert said == [
        "t.csv:1: column 'kind': 'wrong' is none of buyer, customer, both",
        "t.csv:2: 'Kanal' and 'channel' say the same; keep one of them",
        "t.csv:3: column 'Gefühl': 4 lies outside -2 to 2; for other numbers say 'scale: 1-5'",
        "t.csv:3: column 'Erfüllt': 120 lies outside 0 to 100",
        "t.csv:4: column 'Schritt': there is nothing here; write 'I walk in'",
        "t.csv:5: there is no header above 'too', 'long'",
        "t.csv:5: column 'Erfüllt': 'x' is no number",
        "seen.csv:2: column 'impact': 9 lies outside 1 to 5",
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", ["t.csv: there is nothing in it"]),
        (
            "do^feels\nI eat^1\n",
            [
                "t.csv:1: no header is known here; found 'do^feels'; columns are separated by one of a tab, ';', '|', ','"
            ],
        ),
        (
            "do,feels,met\nI wait;1;80\nI eat;2;90\n",
            ["t.csv:2: the rows are separated by ';', their header by ','"],
        ),
        (
            'do;feels\nI eat;1\n"I wait;1\nI go;2\n',
            ["t.csv:3: a quote is opened here and never closed"],
        ),
        (
            'do;feels\n"I" eat;1\n',
            ["t.csv:2: a text goes on after its closing quote; write quotes inside a text twice"],
        ),
        (
            "doing;feels;met\n;1;120\n",
            [
                "t.csv:1: there is no column 'do' (found 'doing', 'feels', 'met')",
                "t.csv:2: column 'met': 120 lies outside 0 to 100",
            ],
        ),
        (
            "Stp;feels\nI eat;1\n",
            [
                "t.csv:1: there is no column 'do'; did you mean that by 'Stp'? (found 'Stp', 'feels')"
            ],
        ),
        ("do;x;X\nI eat;1;2\n", ["t.csv:1: 'X' stands twice"]),
        (
            "A title\ndo;feels\nI eat;1\n",
            ["t.csv:1: above the header stand a name and a value, such as 'journey' and 'Lunch'"],
        ),
        ("need;a;b\ndo;feels\nI eat;1\n", ["t.csv:1: 'need' has one value"]),
        (
            "norms;in 2 days\ndo;feels\nI eat;1\n",
            ["t.csv:1: 'norms' does not fit into a row; write it in a journey file"],
        ),
        (
            "do;because\nI eat;tasty\n",
            [
                "t.csv:2: column 'because': this says more of something, but the column of that has nothing here"
            ],
        ),
        ("do;after\nI eat;I drink\n", ["t.csv:2: after: 'I drink' is no other step"]),
    ],
)
def test_bad_tables(refusal: Any, table: str, said: list[str]) -> None:
    assert refusal(table) == said


def test_observations_begin_with_their_header(refusal: Any) -> None:
    assert refusal("do\nI eat\n", "kind;both\nsee;impact\nqueue;1\n") == [
        "seen.csv:1: the first row must be the header"
    ]


def test_mistakes_of_both_files_are_told_at_once(refusal: Any) -> None:
    assert refusal('do;feels\n"I eat;1\n', "see;impact\nqueue;9\n") == [
        "t.csv:2: a quote is opened here and never closed",
        "seen.csv:2: column 'impact': 9 lies outside 1 to 5",
    ]
    assert refusal("do;feels\nI eat;9\n", "x;y\n1;2\n") == [
        "t.csv:2: column 'feels': 9 lies outside -2 to 2; for other numbers say 'scale: 1-5'",
        "seen.csv:1: no header is known here; found 'x', 'y'; columns are separated by one of a tab, ';', '|', ','",
    ]


def test_what_is_no_text_is_told(refusal: Any) -> None:
    (said,) = refusal(b"PK\x03\x04\x00\x00\x00\x81")
    assert "name it .xlsx" in said
    (said,) = refusal(b"do;says\nI eat;\x81\n")
    assert said == "t.csv:2: neither UTF-8 nor Windows-1252; save the file as UTF-8"
    (said,) = refusal(b"do\0\n\0")
    assert "this is no text" in said


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidJourney, match="no such file"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(NotWritten):
        write_table(Journey("x"), tmp_path / "nowhere" / "t.csv")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from('do;feels,n\t|"\n\r=; \\-1:xé\0')))
def test_any_text_is_a_journey_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        mistake = ""
        try:
            read_table(path)
        except InvalidJourney as error:
            mistake = str(error)
        assert not mistake or mistake.startswith(str(path))


# ------------------------------------------------------------------------------ the parts


@given(st.lists(st.text(st.sampled_from("a;\\ ")).map(str.strip), min_size=1))
def test_a_list_in_a_cell_is_found_again(items: list[str]) -> None:
    joined = join_list(items)
    assert split_list(joined.strip()) == (tuple(items) if any(items) else ())


def test_every_key_is_a_column_or_known_not_to_be() -> None:
    for name, form in {**TABLES, "journey": forms.JOURNEY}.items():
        columns = {place.key for place in places(form)}
        others = {key for key, kind in form.keys.items() if kind in NO_CELLS}
        assert columns | others == set(form.keys), name
        assert not columns & others, name


def test_every_kind_that_has_parts_is_known() -> None:
    kinds = {kind for form in (*TABLES.values(), forms.JOURNEY) for kind in form.keys.values()}
    assert kinds >= set(PARTS)


@pytest.mark.parametrize("form", [*TABLES.values(), forms.JOURNEY], ids=[*TABLES, "journey"])
def test_every_column_is_found_by_the_header_that_is_written(form: forms.Form) -> None:
    for place in places(form):
        assert find_place(place.written, form) == place
        assert find_place(place.written.replace(" ", "_").upper(), form) == place


def spaces() -> dict[str, set[str]]:
    """Return the keys among which a header is looked for."""
    feelings = {*forms.EMOTION.keys} - {"value"}
    found = {name: set(form.keys) for name, form in {**TABLES, **forms.FORMS}.items()}
    found["steps"] |= feelings
    found["phases"] |= feelings
    return found | {"survey": set(SURVEY.keys), "complaints": set(COMPLAINTS.keys)}


def test_a_header_means_one_thing_in_a_table() -> None:
    for word, pairs in meanings("headers").items():
        for name, keys in spaces().items():
            meant = {key for _, key in pairs} & keys
            assert len(meant) <= 1, (word, name, meant)
            assert key_of(word) not in keys or meant <= {key_of(word)}, (word, name)


def test_the_word_lists_are_of_keys_that_there_are() -> None:
    known = set().union(*spaces().values())
    for language in languages():
        headers = words(language)["headers"]
        assert set(headers) <= known
        assert {"do", "at", "phase", "channel", "feels", "because", "says", "waits"} <= set(headers)
        assert all(listed for listed in headers.values())


def test_a_part_is_named_behind_what_it_is_a_part_of() -> None:
    assert find_place("Gevoel bron", forms.STEP) == Place("feels", "source")
    assert find_place("Gefühl Quelle", forms.STEP) == Place("feels", "source")
    assert find_place("needs level", forms.STEP) == Place("needs", "level")
    assert find_place("needs attention", forms.STEP) is None


def test_lines_are_those_of_the_file() -> None:
    grid = parse_csv('a;b\n\n"x\ny";1\nz;2\n', lambda cells: cells.count("a"))
    assert [row.line for row in grid.rows] == [1, 3, 5]


def test_the_manual_shows_columns_that_are_understood() -> None:
    page = (Path(__file__).parents[1] / "docs/tables.md").read_text("utf-8")
    told = page.partition("### The columns")[2].partition("###")[0]
    rows = [re.findall(r"`([^`]+)`", line) for line in told.splitlines() if line.startswith("| `")]
    assert len(rows) == 20
    for column, *others in rows:
        meant = find_place(column, forms.STEP)
        assert meant is not None
        assert {find_place(one, forms.STEP) for one in others} == {meant}, column
