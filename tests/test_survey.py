from __future__ import annotations

import datetime as dt
import tempfile
import warnings
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjbpmn.document import read_document
from cjbpmn.errors import CjbpmnWarning, InvalidJourney
from cjbpmn.graph import Flow, FlowNode, ProcessGraph, build_graph
from cjbpmn.journey import Emotion, Journey, Observation, Statistics, Step
from cjbpmn.journey.file import read_journey
from cjbpmn.journey.registers.complaints import ComplaintsResult, add_complaints
from cjbpmn.journey.registers.dates import period_of
from cjbpmn.journey.registers.places import Places
from cjbpmn.journey.registers.survey import SurveyResult, add_survey
from cjbpmn.timespan import parse_timespan

EXAMPLES = Path(__file__).parents[1] / "docs/examples"

JOURNEY = Journey(
    "Boots",
    steps=(
        Step("I order", at=("Send Order -> Receive Order",)),
        Step("I pay", at=("Shop / Pay order",), feels=(Emotion(1, source="employee"),)),
        Step("I wait"),
        Step("I get my parcel", at=("Deliver", "Carrier / Hand over")),
    ),
    observations=(Observation("nobody rings", at=("Ring the bell",)),),
)


@pytest.fixture
def survey(tmp_path: Path) -> Any:
    """Add a survey that is given as text."""

    def adding(text: str, **options: Any) -> SurveyResult:
        (tmp_path / "s.csv").write_text(text, encoding="utf-8")
        return add_survey(JOURNEY, tmp_path / "s.csv", **options)

    return adding


@pytest.fixture
def complaints(tmp_path: Path) -> Any:
    """Add complaints that are given as text."""

    def adding(text: str, journey: Journey = JOURNEY, **options: Any) -> ComplaintsResult:
        (tmp_path / "c.csv").write_text(text, encoding="utf-8")
        return add_complaints(journey, tmp_path / "c.csv", **options)

    return adding


@pytest.fixture(scope="module")
def shop() -> ProcessGraph:
    return build_graph(read_document(EXAMPLES / "webshop.bpmn"))


# ------------------------------------------------------------------------------ surveys


def test_answers_become_a_feeling(survey: Any) -> None:
    result = survey(
        "Stap;Cijfer (1-5);Toelichting;Datum;Respondent\n"
        "I pay;2;Too slow!;2025-03-02;1\nI pay;4;;2025-02-27;2\n2;5;Fine;2025-03-01;3\n"
    )
    assert result.journey.steps[1].feels == (
        Emotion(1, source="employee"),
        Emotion(
            1,
            label="4 on 1 to 5",
            says="Too slow! / Fine",
            source="customer",
            method="survey",
            n=3,
            spread=3,
            date="2025-02-27/2025-03-02",
        ),
    )
    assert result.unmatched == ()
    assert [(row.line, row.place) for row in result.matched] == [
        (2, "I pay"),
        (3, "I pay"),
        (4, "I pay"),
    ]
    assert result.matched[2].said == (
        ("Stap", "2"),
        ("Cijfer (1-5)", "5"),
        ("Toelichting", "Fine"),
        ("Datum", "2025-03-01"),
        ("Respondent", "3"),
    )
    others = [step for number, step in enumerate(result.journey.steps) if number != 1]
    assert others == [step for number, step in enumerate(JOURNEY.steps) if number != 1]


def test_sources_are_never_mixed(survey: Any) -> None:
    result = survey(
        "step,score,source,method,persona\nI wait,-2,customer,,\nI wait,2,employee,interview,\n"
        "I wait,-1,,,\nI wait,0,customer,,Ann\n"
    )
    assert result.journey.steps[2].feels == (
        Emotion(-1.5, source="customer", method="survey", n=2, spread=1),
        Emotion(2, source="employee", method="interview", n=1, spread=0),
        Emotion(0, source="customer", method="survey", n=1, spread=0, persona="Ann"),
    )


@pytest.mark.parametrize(
    ("named", "step"),
    [
        ("I order", 0),
        (" i ORDER. ", 0),
        ("1", 0),
        ("#2", 1),
        ("Step 3", 2),
        ("stap 3", 2),
        ("Send Order -> Receive Order", 0),
        ("send order->receive order", 0),
        ("Receive Order", 0),
        ("Shop / Pay order", 1),
        ("pay order", 1),
        ("Deliver", 3),
        ("hand over", 3),
    ],
)
@pytest.mark.parametrize("column", ["step", "element"])
def test_a_row_names_its_step_in_many_ways(survey: Any, named: str, step: int, column: str) -> None:
    result = survey(f"{column};score\n{named};-1\n")
    assert [row.place for row in result.matched] == [JOURNEY.steps[step].do]
    assert result.journey.steps[step].feels[-1].value == -1


def test_what_belongs_nowhere_is_listed_with_the_reason(survey: Any) -> None:
    result = survey(
        "step;element;score\nI sleep;;-1\n;;1\n;Pay;1\nI order;Deliver;1\nI pay;;\n5;;1\n0;;1\n"
    )
    assert [(row.line, row.place, row.reason) for row in result.unmatched] == [
        (2, None, "no step is called 'I sleep'"),
        (3, None, "it names no step"),
        (4, None, "no step is called 'Pay'"),
        (5, None, "'I order' and 'Deliver' are different steps"),
        (6, None, "there is no score"),
        (7, None, "no step is called '5'"),
        (8, None, "no step is called '0'"),
    ]
    assert result.matched == ()
    assert result.journey == JOURNEY


def test_a_name_that_may_be_several_steps_is_none() -> None:
    steps = (Step("I wait"), Step("I wait", at=("A / Pick",)), Step("I go", at=("B / Pick",)))
    answers = pd.DataFrame({"step": ["I wait", "Pick", "b / pick"], "score": [-1, 0, 1]})
    result = add_survey(Journey("x", steps=steps), answers)
    assert [row.reason for row in result.unmatched] == [
        "'I wait' may be 'step 1 (I wait)', 'step 2 (I wait)'",
        "'Pick' may be 'step 2 (I wait)', 'step 3 (I go)'",
    ]
    assert [row.place for row in result.matched] == ["I go"]


def test_only_one_of_step_and_element_needs_to_be_known(survey: Any) -> None:
    result = survey("step;element;score\nWhat they call it;Deliver;-1\nI pay;Box 7;1\n")
    assert [row.place for row in result.matched] == ["I get my parcel", "I pay"]


@pytest.mark.parametrize(
    ("table", "scale"),
    [
        ("step;score\n1;4\n", "1-5"),
        ("step;score\n1;4\n", (1, 5)),
        ("step;score [1-5]\n1;4\n", None),
        ("scale;1-5\nstep;score\n1;4\n", None),
        ("Results of May;;\nSkala;1 to 5\n\nstep;Note\n1;4\n", None),
        ("step;score (0-10)\n1;4\n", "1-5"),
        ("step;score\n1;happy\n", None),
        ("step;score\n1;:)\n", None),
        ("step;score\n1;1\n2;-1\n", None),
    ],
)
def test_the_scale_is_given_or_found(
    survey: Any, table: str, scale: str | tuple[float, float] | None
) -> None:
    result = survey(table, scale=scale)
    assert result.journey.steps[0].feels[0].value == 1


@pytest.mark.parametrize("scores", [[1, 2], [4, 5], [0, 10], [-50, 50], [-3, 0]])
def test_a_scale_is_not_guessed(survey: Any, scores: list[int]) -> None:
    low, high = scores
    with pytest.raises(InvalidJourney) as caught:
        survey(f"step;score\n1;{low}\n2;{high}\n")
    assert (
        f"nothing says on which scale the scores are ({low} to {high} occur); say it, such as --scale 1-5"
        in str(caught.value)
    )


def test_all_mistakes_are_told_at_once(survey: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidJourney) as caught:
        survey("step;score (1-5);source\n1;7;nobody\n2;meh;\nx;;\n")
    assert str(caught.value).replace(f"{tmp_path}/", "").splitlines() == [
        "s.csv:2: column 'source': 'nobody' is none of customer, employee, expert, data, assumed",
        "s.csv:2: column 'score (1-5)': 7 lies outside 1 to 5",
        "s.csv:3: column 'score (1-5)': 'meh' is no number, smiley or word such as 'happy'",
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("step;skore\n1;2\n", "there is no column 'score'; did you mean that by 'skore'?"),
        ("a;b\n1;2\n", "no header is known here"),
        ("step;Schritt;score\n1;;2\n", "'step' and 'Schritt' say the same"),
        ("step;score\n1;-1;2\n", "there is no header above '2'"),
    ],
)
def test_bad_surveys(survey: Any, table: str, said: str) -> None:
    with pytest.raises(InvalidJourney) as caught:
        survey(table)
    assert said in str(caught.value)


def test_a_scale_that_is_none_is_refused(survey: Any) -> None:
    with pytest.raises(InvalidJourney, match="'high' is no scale"):
        survey("step;score\n1;2\n", scale="high")


def test_only_three_quotes_are_kept_and_none_twice(survey: Any) -> None:
    rows = "".join(f"1;-1;{text}\n" for text in ("a", "b", "a", "c", "d"))
    result = survey(f"step;score;quote\n{rows}")
    assert result.journey.steps[0].feels[0].says == "a / b / c"


def test_the_same_survey_again_changes_nothing(survey: Any) -> None:
    table = "step;score;date\n1;-1;2025-03-01\n"
    once = survey(table).journey
    (again,) = [
        add_survey(once, pd.DataFrame({"step": [1], "score": [-2], "date": ["2025-03-01"]}))
    ]
    assert [one.value for one in again.journey.steps[0].feels] == [-2]
    other = add_survey(once, pd.DataFrame({"step": [1], "score": [-2], "date": ["2025-04-01"]}))
    assert [one.value for one in other.journey.steps[0].feels] == [-1, -2]


def test_a_date_that_may_be_two_is_told(survey: Any) -> None:
    with pytest.warns(CjbpmnWarning, match="'03/04/2025' may be two dates"):
        result = survey("step;score;date\n1;-1;03/04/2025\n")
    assert result.journey.steps[0].feels[0].date is None


def test_a_frame_is_a_table_too() -> None:
    answers = pd.DataFrame(
        {
            "step": pd.Series([1, None, 2], dtype="Int64"),
            "element": [None, "Deliver", float("nan")],
            "score": [4.0, 5.0, float("nan")],
            "date": pd.to_datetime(["2025-03-01", "2025-03-02", None]),
        }
    )
    result = add_survey(JOURNEY, answers, scale=(1, 5))
    assert [row.line for row in result.matched] == [1, 2]
    assert [(row.line, row.reason) for row in result.unmatched] == [(3, "there is no score")]
    assert result.journey.steps[0].feels[0].date == "2025-03-01"
    with pytest.raises(InvalidJourney, match="nothing says on which scale"):
        add_survey(JOURNEY, answers)


def test_a_spreadsheet_is_a_table_too(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["about this file"])
    sheet = book.create_sheet("answers")
    sheet.append(["step", "score (1-5)", "date"])
    sheet.append([1, 4, dt.date(2025, 3, 1)])
    book.save(tmp_path / "s.xlsx")
    result = add_survey(JOURNEY, tmp_path / "s.xlsx")
    assert result.journey.steps[0].feels[0].n == 1
    book.remove(sheet)
    book.active.delete_rows(1)
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(InvalidJourney, match="there is nothing in it"):
        add_survey(JOURNEY, tmp_path / "s.xlsx")


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(1, 5), st.sampled_from(["customer", "employee"])),
        min_size=1,
        max_size=30,
    )
)
def test_no_row_is_lost_and_the_figures_are_right(rows: list[tuple[int, int, str]]) -> None:
    answers = pd.DataFrame(rows, columns=["step", "score", "source"])
    result = add_survey(JOURNEY, answers, scale="1-5")
    lines = [row.line for row in (*result.matched, *result.unmatched)]
    assert sorted(line or 0 for line in lines) == list(range(1, len(rows) + 1))
    for number, step in enumerate(result.journey.steps, 1):
        for source in ("customer", "employee"):
            scores = [score - 3 for at, score, who in rows if (at, who) == (number, source)]
            found = [one for one in step.feels if one.source == source and one.method == "survey"]
            assert [(one.value, one.n, one.spread) for one in found] == (
                [(median(scores), len(scores), max(scores) - min(scores))] if scores else []
            )


def test_an_element_may_be_named_by_its_id_where_the_model_is_given(shop: ProcessGraph) -> None:
    journey = read_journey(EXAMPLES / "webshop.journey.yaml")
    identifier = next(node.id for node in shop.nodes.values() if node.name == "Check payment")
    answers = pd.DataFrame({"element": [identifier, "Web shop / Check payment"], "score": [-1, -2]})
    assert len(add_survey(journey, answers).unmatched) == 2
    result = add_survey(journey, answers, graph=shop)
    assert result.unmatched == ()
    (step,) = [step for step in result.journey.steps if step.feels and step.feels[-1].n == 2]
    assert step.at == ("Check payment",)


def test_ids_mean_the_same_where_the_journey_has_them(shop: ProcessGraph) -> None:
    node = next(node for node in shop.nodes.values() if node.name == "Check payment")
    journey = Journey("x", steps=(Step("I pay", at=(node.id,)), Step("I wait")))
    places = Places(journey, shop)
    assert places.steps("check payment") == (0,)
    assert places.elements("Check payment") == (node.id,)
    assert places.steps("Pick and pack") == ()
    assert len(places.elements("Pick and pack")) == 1


def test_a_flow_node_goes_before_a_flow_of_the_same_name() -> None:
    graph = ProcessGraph(
        nodes={"n1": FlowNode("n1", "task", "Pay"), "n2": FlowNode("n2", "task")},
        flows={
            "f1": Flow("f1", "sequence", "n1", "n2", "Pay"),
            "f2": Flow("f2", "sequence", "n1", "n2", "Go"),
        },
        participants={},
        lanes={},
    )
    places = Places(Journey("x"), graph)
    assert places.elements("pay") == ("n1",)
    assert places.elements("go") == ("f2",)
    assert places.elements("f1") == ("f1",)


# ------------------------------------------------------------------------------ complaints


def test_complaints_are_counted_per_element(complaints: Any) -> None:
    result = complaints(
        "Datum;Categorie;Element;Klacht\n"
        "2025-01-03;late;Deliver;Too late\n2025-02-01;late;deliver;\n2025-01-31;rude;Deliver;Hm\n"
        "2025-01-05;;Pay order;\n;;Nowhere;\n"
    )
    assert result.journey.statistics == (
        Statistics(
            ("Deliver",),
            complaints=3,
            period="2025-01-03/2025-02-01",
            extra=(("category late", "2"), ("category rude", "1")),
        ),
        Statistics(("Shop / Pay order",), complaints=1, period="2025-01-05"),
    )
    assert [(row.line, row.reason) for row in result.unmatched] == [
        (6, "no element is called 'Nowhere'")
    ]
    assert [row.place for row in result.matched] == [*["Deliver"] * 3, "Shop / Pay order"]


@pytest.mark.parametrize(
    ("text", "element", "reason"),
    [
        ("The man at Ring the bell was rude", "Ring the bell", None),
        ("when i ORDER nothing happens", "Send Order -> Receive Order", None),
        ("Pay-order is broken", "Shop / Pay order", None),
        ("Everything is bad", None, "its text names no element"),
        ("", None, "its text names no element"),
        ("Delivered to nobody", None, "its text names no element"),
        (
            "Deliver it or ring the bell",
            None,
            "its text names several elements: 'Deliver', 'Ring the bell'",
        ),
    ],
)
def test_a_text_counts_where_it_names_one(
    complaints: Any, text: str, element: str | None, reason: str | None
) -> None:
    result = complaints(f'date;text\n2025-01-01;"{text}"\n')
    assert [row.place for row in result.matched] == ([element] if element else [])
    assert [row.reason for row in result.unmatched] == ([reason] if reason else [])


def test_a_name_inside_a_longer_one_is_not_meant() -> None:
    steps = (Step("I pay", at=("Payment",)), Step("I check", at=("Check payment",)))
    places = Places(Journey("x", steps=steps))
    assert places.mentioned("the check payment page hangs") == ("Check payment",)
    assert places.mentioned("payment hangs") == ("Payment",)


def test_a_step_stands_for_its_one_element(complaints: Any) -> None:
    result = complaints("step;category\nI pay;x\n2;x\nI wait;x\nI get my parcel;x\n;x\n")
    assert [row.place for row in result.matched] == ["Shop / Pay order"] * 2
    assert [(row.line, row.reason) for row in result.unmatched] == [
        (4, "the step 'I wait' meets no element"),
        (5, "'I get my parcel' may be 'Carrier / Hand over', 'Deliver'"),
        (6, "its text names no element"),
    ]


def test_a_row_may_stand_for_several_complaints(complaints: Any) -> None:
    result = complaints("element;number;category\nDeliver;12;late\nDeliver;3;\n")
    (counted,) = result.journey.statistics
    assert (counted.complaints, counted.extra) == (15, (("category late", "12"),))


def test_what_was_counted_before_is_kept(complaints: Any) -> None:
    before = Statistics(
        ("Deliver",),
        count=40,
        p50=parse_timespan("1 h"),
        complaints=9,
        extra=(("category old", "9"), ("note", "mine")),
    )
    journey = Journey("x", steps=JOURNEY.steps, statistics=(before,))
    result = complaints("element;category\nDeliver;late\n", journey)
    assert result.journey.statistics == (
        Statistics(
            ("Deliver",),
            count=40,
            p50=parse_timespan("1 h"),
            complaints=1,
            extra=(("note", "mine"), ("category late", "1")),
        ),
    )
    other = Statistics(("Deliver",), count=40, period="2019")
    journey = Journey("x", steps=JOURNEY.steps, statistics=(other,))
    result = complaints("element;date\nDeliver;2025\n", journey)
    assert result.journey.statistics == (
        other,
        Statistics(("Deliver",), complaints=1, period="2025"),
    )


def test_elements_of_the_model_count_too(complaints: Any, shop: ProcessGraph) -> None:
    journey = read_journey(EXAMPLES / "webshop.journey.yaml")
    register = "element;text\nTrace parcel;\n;At trace parcel they hang up\n"
    assert len(complaints(register, journey).unmatched) == 2
    result = complaints(register, journey, graph=shop)
    assert result.unmatched == ()
    (counted,) = result.journey.statistics
    (element,) = counted.at
    assert counted.complaints == 2
    assert shop.nodes[element].name == "Trace parcel"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("date;category\n2025;x\n", "there is no column 'element', 'step' or 'text'"),
        ("element;number\nDeliver;many\n", "column 'number': 'many' is no number"),
        ("element;number\nDeliver;1,5\n", "column 'number': 1.5 is no whole number"),
        ("element;number\nDeliver;-1\n", "column 'number': -1 lies outside 0 to 1e+12"),
    ],
)
def test_bad_registers(complaints: Any, table: str, said: str) -> None:
    with pytest.raises(InvalidJourney) as caught:
        complaints(table)
    assert said in str(caught.value)


@given(st.lists(st.tuples(st.sampled_from(["Deliver", "pay order", "x", ""]), st.integers(1, 9))))
@settings(max_examples=50, deadline=None)
def test_no_complaint_is_lost(rows: list[tuple[str, int]]) -> None:
    register = pd.DataFrame(rows, columns=["element", "number"])
    result = add_complaints(JOURNEY, register)
    assert len(result.matched) + len(result.unmatched) == len(rows)
    counted = sum(one.complaints or 0 for one in result.journey.statistics)
    assert counted == sum(number for name, number in rows if name in {"Deliver", "pay order"})


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from('step;core,n\t1\n-x"():/.20')))
def test_any_text_is_a_register_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "s.csv"
        path.write_text(f"step;score;element;date\n{text}", encoding="utf-8")
        mistakes = []
        for add in (add_survey, add_complaints):
            try:
                add(JOURNEY, path)
            except InvalidJourney as error:
                mistakes.append(str(error))
        assert all(mistake.startswith(str(path)) for mistake in mistakes)


# ------------------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ([], None),
        (["2025"], "2025"),
        (["2025-03", "2024"], "2024/2025-03"),
        (["2025-3-1T10:00:00Z"], "2025-03-01"),
        (["2025/03/01 10:00"], "2025-03-01"),
        (["1.2.2025"], "2025-02-01"),
        (["03/04/2025", "13/04/2025"], "2025-04-03/2025-04-13"),
        (["03/04/2025", "04/13/2025"], "2025-03-04/2025-04-13"),
        (["03-04-2025", "31-01-2025"], "2025-01-31/2025-04-03"),
        (["05/05/2025"], "2025-05-05"),
    ],
)
def test_periods(written: list[str], period: str | None) -> None:
    assert period_of(written) == (period, None)


@pytest.mark.parametrize(
    ("written", "doubt"),
    [
        (["03/04/2025", "2025-01-01"], "'03/04/2025' may be two dates; write the year first"),
        (["2025-02-30", "2025-01-01"], "'2025-02-30' is no date; write it as 2025-12-31"),
        (["2025-01-01", "soon"], "'soon' is no date; write it as 2025-12-31"),
        (["0000", "2025-01-01"], "'0000' is no date; write it as 2025-12-31"),
    ],
)
def test_dates_in_doubt_are_left_out(written: list[str], doubt: str) -> None:
    assert period_of(written) == ("2025-01-01", doubt)
