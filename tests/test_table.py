from __future__ import annotations

import codecs
import re
import tempfile
import warnings
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjbpmn.errors import CjbpmnWarning, InvalidJourney, NotWritten
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
    forms,
)
from cjbpmn.journey.file import read_journey, write_journey
from cjbpmn.journey.registers.complaints import FORM as COMPLAINTS
from cjbpmn.journey.registers.survey import FORM as SURVEY
from cjbpmn.journey.tables.grid import join_list, parse_csv, split_list, to_csv
from cjbpmn.journey.tables.headers import NO_CELLS, PARTS, Place, find_place, places
from cjbpmn.journey.tables.rows import TABLES
from cjbpmn.journey.tables.table import read_table, write_table
from cjbpmn.journey.yaml import key_of
from cjbpmn.lexicon import languages, meanings, words
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


# ------------------------------------------------------------------------------ writing

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
