"""Two journeys side by side: every difference is told, once, and whichever comes first."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import journeys_at_random
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjbpmn as cj
from cjbpmn.comparison import (
    Comparison,
    EmotionDifference,
    Gap,
    compare_journeys,
    find_gaps,
    gaps_to_frame,
)
from cjbpmn.comparison.result import COLUMNS
from cjbpmn.journey import Emotion, Journey, Need, Persona, Phase, Step
from cjbpmn.timespan import parse_timespan
from cjbpmn.waiting import CaseFigures, WaitingReport, WaitingStretch

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
SHOP = EXAMPLES / "webshop.bpmn"
JOURNEYS = [
    *sorted(EXAMPLES.glob("*.journey.yaml")),
    *sorted((ROOT / "tests" / "journeys").glob("*.yaml")),
]
each_journey = pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.name)


def journey(*steps: Step, **fields: Any) -> Journey:
    return Journey("x", steps=steps, **fields)


def told(*values: tuple[str | None, float]) -> tuple[Emotion, ...]:
    return tuple(Emotion(value, source=source) for source, value in values)


def felt(one: tuple[Emotion, ...], other: tuple[Emotion, ...]) -> list[tuple[Any, ...]]:
    found = compare_journeys(
        journey(Step("I wait", feels=one)), journey(Step("I wait", feels=other))
    )
    return [(e.source, e.other_source, e.one, e.other, e.difference) for e in found.emotions]


def pairs_of(found: Comparison) -> list[tuple[str, str, str]]:
    return [(pair.one.do, pair.other.do, pair.by) for pair in found.pairs]


# ------------------------------------------------------------------------------- which step is which


def test_references_go_before_words() -> None:
    one = journey(Step("I pay", at=("Pay",)), Step("I wait", at=("Pack",)))
    other = journey(Step("I wait", at=("Pay",)), Step("I pay", at=("Pack",)))
    assert pairs_of(compare_journeys(one, other)) == [
        ("I pay", "I wait", "references"),
        ("I wait", "I pay", "references"),
    ]


def test_the_more_references_agree_the_likelier() -> None:
    one = journey(Step("a", at=("A", "B")))
    other = journey(Step("b", at=("B",)), Step("c", at=("A", "B")), Step("d", at=("A",)))
    found = compare_journeys(one, other)
    assert pairs_of(found) == [("a", "c", "references")]
    assert found.pairs[0].likeness == 1
    assert [step.do for step in found.only_other] == ["b", "d"]


def test_references_are_the_same_however_they_are_spelled() -> None:
    one = journey(Step("a", at=("Send  order->Receive Order",)))
    other = journey(Step("b", at=("send order -> receive order",)))
    assert pairs_of(compare_journeys(one, other)) == [("a", "b", "references")]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("I wait", "I wait", True),
        ("I pay", "I pay my order", True),
        ("I WAIT  at home", "i wait at home!", True),
        ("Ik wacht thuis", "Ik wacht", True),
        ("I wait", "I pay", False),
        ("I", "I", True),
        ("?", "?", True),
        ("?", "!", False),
        ("I look for the boots", "I wait for the parcel", False),
    ],
)
def test_words_count_but_not_those_of_every_step(one: str, other: str, is_same: bool) -> None:
    found = compare_journeys(journey(Step(one)), journey(Step(other)))
    assert bool(found.pairs) == is_same
    assert all(pair.by == "words" for pair in found.pairs)


def test_of_equal_steps_the_place_decides() -> None:
    first, second = Step("I wait", importance=1), Step("I wait", importance=5)
    found = compare_journeys(journey(first, second), journey(first, second))
    assert [(p.one.importance, p.other.importance) for p in found.pairs] == [(1, 1), (5, 5)]


def test_the_place_is_counted_from_both_ends() -> None:
    one = journey(Step("I order"), Step("I wait"))
    other = journey(Step("I wait", importance=1), Step("I sleep"), Step("I wait", importance=2))
    assert [pair.other.importance for pair in compare_journeys(one, other).pairs] == [2]


def test_steps_and_contacts_only_in_one() -> None:
    one = journey(Step("I order", at=("Order", "Confirm")), Step("I wait"))
    other = journey(Step("I order", at=("Order",)), Step("I call", at=("Answer", "ANSWER")))
    found = compare_journeys(one, other)
    assert [step.do for step in found.only_one] == ["I wait"]
    assert [step.do for step in found.only_other] == ["I call"]
    assert found.contacts_only_one == ("Confirm",)
    assert found.contacts_only_other == ("Answer",)


# ----------------------------------------------------------------------------------- phases, sayings


def test_phases_only_in_one_and_steps_that_moved() -> None:
    one = journey(Step("I pay", phase="ordering"), phases=(Phase("Ordering"), Phase("waiting")))
    other = journey(Step("I pay", phase="paying"), phases=(Phase("ordering"), Phase("paying")))
    found = compare_journeys(one, other)
    assert (found.phases_only_one, found.phases_only_other) == (("waiting",), ("paying",))
    (moved,) = found.mismatches
    assert (moved.about, moved.one, moved.other) == ("phase", "ordering", "paying")
    assert moved.pair == found.pairs[0]


def test_what_the_journeys_say_of_themselves() -> None:
    one = journey(state="as-is", view="internal", persona=Persona("Ann", prefers=("app",)))
    other = journey(state="to-be", view="customer", persona=Persona("Bob"), need=Need("quiet"))
    found = {(m.about, m.one, m.other) for m in compare_journeys(one, other).mismatches}
    assert found == {
        ("state", "as-is", "to-be"),
        ("view", "internal", "customer"),
        ("persona", "Ann", "Bob"),
        ("prefers", "app", None),
        ("need", None, "quiet"),
    }


# ------------------------------------------------------------------------------------------ emotions


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((), (), []),
        (told(("customer", 1)), told(("customer", 1)), []),
        (
            told(("customer", 1)),
            told(("customer", -1)),
            [("customer", "customer", 1, -1, -2)],
        ),
        # the inside and the outside view: each keeps its own figure
        (
            told(("employee", 1)),
            told(("customer", -1)),
            [("employee", "customer", 1, -1, -2)],
        ),
        # a source in common is compared, and the other is told of, not mixed in
        (
            told(("customer", 1), ("employee", 2)),
            told(("customer", 0)),
            [("customer", "customer", 1, 0, -1), ("employee", "employee", 2, None, None)],
        ),
        (
            told(("customer", 2), ("customer", 1), ("employee", -2)),
            told(("customer", 1), ("employee", -2)),
            [("customer", "customer", 1.5, 1, -0.5)],
        ),
        ((), told((None, 1)), [(None, None, None, 1, None)]),
        (
            told(("expert", 1), ("assumed", 2)),
            told((None, 0), ("employee", -1)),
            [("expert", "employee", 1, -1, -2)],
        ),
    ],
)
def test_emotions_are_compared_source_by_source(
    one: tuple[Emotion, ...], other: tuple[Emotion, ...], expected: list[tuple[Any, ...]]
) -> None:
    assert felt(one, other) == expected


# -------------------------------------------------------------------------------------------- waits


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        ("2 days", "1 day", -24),
        ("2 days", None, None),
        (None, "2 days", None),
        ("2 days", "2 working days", None),
        ("2 working days", "3 working days", 24),
    ],
)
def test_declared_waits(one: str | None, other: str | None, hours: float | None) -> None:
    steps = [Step("I wait", waits=parse_timespan(text) if text else None) for text in (one, other)]
    (wait,) = compare_journeys(*map(journey, steps)).waits
    assert wait.hours == hours


def test_the_same_wait_in_other_words_is_no_difference() -> None:
    one, other = (journey(Step("I wait", waits=parse_timespan(t))) for t in ("2 days", "PT48H"))
    assert compare_journeys(one, other).is_empty


def stretch(end: str, expected: float | None, *unknown: str) -> WaitingStretch:
    return WaitingStretch(end, ("a",), "between", ("b",), expected=expected, unknown=unknown)


def report(*stretches: WaitingStretch, wait: float | None = None) -> WaitingReport:
    return WaitingReport(stretches, CaseFigures(wait=wait, wait_max=wait, longest=wait))


def test_computed_waits_that_are_known_already() -> None:
    one = report(stretch("A", 2), stretch("B", 5), stretch("C", 0, "x"), stretch("E", math.inf))
    other = report(stretch("A", 3), stretch("B", 5), stretch("D", 1, "x"), stretch("E", math.inf))
    found = compare_journeys(journey(), journey(), waits=(one, other)).stretches
    assert [(s.end, s.one, s.other, s.difference, s.is_bound) for s in found] == [
        ("A", 2, 3, 1, False),
        ("D", None, 1, None, True),
    ]


def test_the_waits_of_one_case() -> None:
    found = compare_journeys(journey(), journey(), waits=(report(wait=8), report(wait=4))).stretches
    assert [(s.end, s.difference) for s in found] == [
        ("one case, in all", -4),
        ("one case, the longest silence", -4),
    ]


# ---------------------------------------------------------------------------------------- with models


def graph_of(text: str) -> cj.ProcessGraph:
    return cj.build_graph(cj.read_document(text.encode()))


def test_with_a_model_a_name_and_an_id_are_the_same() -> None:
    graph = cj.build_graph(cj.read_document(SHOP))
    node = next(node for node in graph.nodes.values() if node.name == "Check payment")
    one = journey(Step("a", at=("Check payment",)))
    other = journey(Step("b", at=(node.id,)))
    assert not compare_journeys(one, other).pairs
    found = compare_journeys(one, other, graph=graph)
    assert pairs_of(found) == [("a", "b", "references")]
    assert found.contacts_only_one == found.contacts_only_other == ()


def test_a_reference_that_the_model_does_not_have_is_known_by_its_words() -> None:
    graph = cj.build_graph(cj.read_document(SHOP))
    one, other = (journey(Step(do, at=("No such thing",))) for do in "ab")
    assert len(compare_journeys(one, other, graph=graph).pairs) == 1


def test_in_one_model_two_elements_of_one_name_are_two() -> None:
    text = SHOP.read_text("utf-8")
    graph = graph_of(text)
    first, second, *_ = (node for node in graph.nodes.values() if node.is_activity)
    twins = graph_of(text.replace(f'name="{second.name}"', f'name="{first.name}"'))
    assert twins.nodes[first.id].name == twins.nodes[second.id].name
    one, other = journey(Step("a", at=(first.id,))), journey(Step("b", at=(second.id,)))
    assert not compare_journeys(one, other, graph=twins).pairs


def test_in_two_models_an_element_is_found_again_by_its_name_and_pool() -> None:
    as_is = cj.build_graph(cj.read_document(SHOP))
    node = next(node for node in as_is.nodes.values() if node.name == "Check payment")
    to_be = graph_of(SHOP.read_text("utf-8").replace(node.id, "Renumbered"))
    one = journey(Step("a", at=("Check payment",)))
    other = journey(Step("b", at=("Renumbered",)))
    assert pairs_of(compare_journeys(one, other, graph=(as_is, to_be))) == [
        ("a", "b", "references")
    ]


def enriched(more: str) -> tuple[cj.ProcessGraph, Journey]:
    text = (EXAMPLES / "webshop.journey.yaml").read_text("utf-8")
    document, told = cj.read_document(SHOP), cj.read_journey(text + more)
    cj.enrich_document(document, told)
    return cj.build_graph(document), told


def test_the_waits_of_two_models_are_computed() -> None:
    as_is, now = enriched("")
    to_be, then = enriched("durations: [{at: Pick and pack, takes: 30 min}]\n")
    found = compare_journeys(now, then, graph=(as_is, to_be))
    assert found.stretches
    assert len(found.pairs) == len(now.steps)
    (notice,) = (one for one in found.stretches if one.end == "Send shipping notice")
    for graph, hours in ((as_is, notice.one), (to_be, notice.other)):
        ends = {graph.label(wait.end): wait for wait in cj.find_waiting_stretches(graph)}
        assert ends["Send shipping notice"].expected == hours
    assert notice.is_bound
    assert notice.difference == pytest.approx(0.5)
    assert compare_journeys(now, now, graph=(as_is, as_is)).is_empty


# --------------------------------------------------------------------------------- for people and tools

INSIDE = journey(
    Step("I order", at=("Order",), phase="ordering", feels=told(("employee", 1))),
    Step("I wait [bold]", waits=parse_timespan("2 days")),
    Step("I am told"),
    view="internal",
    persona=Persona("Ann"),
    phases=(Phase("ordering"),),
)
OUTSIDE = journey(
    Step("I order", at=("Order",), phase="buying", feels=told(("customer", -1))),
    Step("I wait [bold]", waits=parse_timespan("5 days")),
    Step("I call", at=("Answer",)),
    view="customer",
    persona=Persona("Ann"),
    phases=(Phase("buying"),),
)


def test_the_frame_has_every_difference() -> None:
    found = compare_journeys(
        INSIDE, OUTSIDE, waits=(report(stretch("A", 2)), report(stretch("A", 3)))
    )
    frame = found.to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame.astype(object).where(frame.notna(), None).values.tolist() == [
        ["journey", "", "view", "internal", "customer", None],
        ["phase", "", "name", "ordering", None, None],
        ["phase", "", "name", None, "buying", None],
        ["step", "I am told", "do", "I am told", None, None],
        ["step", "I call", "do", None, "I call", None],
        ["contact", "", "at", None, "Answer", None],
        ["phase", "I order", "phase", "ordering", "buying", None],
        ["emotion", "I order", "employee / customer", 1, -1, -2],
        ["wait", "I wait [bold]", "declared", "2 days", "5 days", 72],
        ["computed wait", "A", "expected", 2, 3, 1],
    ]


def test_the_text_can_be_read() -> None:
    found = compare_journeys(
        INSIDE, OUTSIDE, waits=(report(stretch("A", 2)), report(stretch("A", 3)))
    )
    text = found.to_text(100)
    assert text.splitlines()[:3] == [
        "first: x (internal); Ann",
        "second: x (customer); Ann",
        "steps in both: 2",
    ]
    assert all(len(line) <= 100 and line == line.rstrip() for line in text.splitlines())
    assert "\x1b" not in text
    shown = [" ".join(line.split()) for line in text.splitlines()]
    for expected in (
        "step do I am told -",
        "step do - I call",
        "emotion I order employee / customer +1 -1 -2",
        "wait I wait [bold] declared 2 days 5 days +72 h",
        "computed wait A expected 2 h 3 h +1 h",
    ):
        assert expected in shown


def test_a_name_cannot_paint_the_terminal() -> None:
    painted = replace(INSIDE, name="x\x1b[31m\u202ey")
    assert not {"\x1b", "\u202e"} & set(compare_journeys(painted, OUTSIDE).to_text())


def test_comparing_loads_no_heavy_library() -> None:
    code = (
        "import sys, cjbpmn.comparison; print(*{'pandas', 'matplotlib', 'rich'} & {*sys.modules})"
    )
    done = subprocess.run(  # noqa: S603  (our own code)
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_no_difference_is_said() -> None:
    assert compare_journeys(INSIDE, INSIDE).to_text().splitlines()[-1] == "no difference"


# --------------------------------------------------------------------------------------------- gaps


def test_gaps_between_customers_and_employees() -> None:
    steps = (
        Step("a", phase="p", feels=told(("customer", -1), ("employee", 1), ("customer", -2))),
        Step("b", feels=told(("customer", 1))),
        Step("c", feels=told(("customer", 1), ("employee", 1), ("expert", -2))),
        Step("d", feels=told(("employee", -2), ("customer", 2))),
        Step("e", feels=told(("employee", 0), ("assumed", 2))),
    )
    gaps = find_gaps(journey(*steps))
    assert [(gap.step.do, gap.customer, gap.employee, gap.difference) for gap in gaps] == [
        ("d", 2, -2, -4),
        ("a", -1.5, 1, 2.5),
        ("c", 1, 1, 0),
    ]
    assert [gap.step.do for gap in find_gaps(journey(*steps), at_least=1)] == ["d", "a"]
    frame = gaps_to_frame(gaps)
    assert frame["step"].tolist() == ["d", "a", "c"]
    assert frame["difference"].tolist() == [-4, 2.5, 0]
    assert gaps_to_frame([]).empty


def test_the_gap_of_the_second_worked_example() -> None:
    order = cj.read_journey(ROOT / "tests" / "journeys" / "order.yaml")
    assert find_gaps(order) == (Gap(order.steps[4], -1, 1),)


# ---------------------------------------------------------------------------------------------- laws


@each_journey
def test_a_journey_does_not_differ_from_itself(path: Path) -> None:
    told = cj.read_journey(path)
    found = compare_journeys(told, told)
    assert found.is_empty
    assert [pair.one for pair in found.pairs] == list(told.steps)


REFERENCES = st.sampled_from(["A", "B", "a", "A -> B", "Pool / A", "C"])
DEEDS = st.sampled_from(["I wait", "I pay", "I wait at home", "I", "?", "pay wait", "I call you"])
STEPS = st.builds(
    Step,
    DEEDS,
    at=st.lists(REFERENCES, max_size=3).map(tuple),
    phase=st.sampled_from([None, "one", "two"]),
    feels=st.lists(
        st.builds(
            Emotion,
            st.sampled_from([-2, -1, 0, 0.5, 2]),
            source=st.sampled_from([None, "customer", "employee", "assumed"]),
        ),
        max_size=4,
    ).map(tuple),
    waits=st.sampled_from([None, parse_timespan("1 day"), parse_timespan("1 working day")]),
)
SMALL = st.lists(STEPS, max_size=6).map(lambda steps: journey(*steps))
ANY = SMALL | journeys_at_random.journeys(REFERENCES, REFERENCES)


def mirrored(emotion: EmotionDifference) -> tuple[Any, ...]:
    pair = emotion.pair
    return pair.other, pair.one, emotion.other_source, emotion.source, emotion.other, emotion.one


@settings(deadline=None)
@given(ANY)
def test_nothing_differs_from_itself(told: Journey) -> None:
    found = compare_journeys(told, told)
    assert found.is_empty, list(found.rows())
    assert [pair.one for pair in found.pairs] == list(told.steps)
    assert all(pair.likeness == 1 for pair in found.pairs)


@settings(deadline=None)
@given(ANY, ANY)
def test_it_makes_no_difference_which_comes_first(one: Journey, other: Journey) -> None:
    there, back = compare_journeys(one, other), compare_journeys(other, one)
    assert Counter((p.one, p.other, p.by, p.likeness) for p in there.pairs) == Counter(
        (p.other, p.one, p.by, p.likeness) for p in back.pairs
    )
    assert (there.only_one, there.only_other) == (back.only_other, back.only_one)
    assert there.contacts_only_one == back.contacts_only_other
    assert there.phases_only_one == back.phases_only_other
    assert Counter((m.about, m.one, m.other) for m in there.mismatches) == Counter(
        (m.about, m.other, m.one) for m in back.mismatches
    )
    assert Counter(map(mirrored, there.emotions)) == Counter(
        (e.pair.one, e.pair.other, e.source, e.other_source, e.one, e.other) for e in back.emotions
    )
    assert Counter((w.one, w.other) for w in there.waits) == Counter(
        (w.other, w.one) for w in back.waits
    )


@settings(deadline=None)
@given(ANY, ANY)
def test_every_step_is_told_of_once(one: Journey, other: Journey) -> None:
    found = compare_journeys(one, other)
    assert Counter(one.steps) == Counter(found.only_one) + Counter(p.one for p in found.pairs)
    assert Counter(other.steps) == Counter(found.only_other) + Counter(p.other for p in found.pairs)
    known = {"".join(name.lower().split()) for step in other.steps for name in step.at}
    for name in found.contacts_only_one:
        assert "".join(name.lower().split()) not in known


@settings(deadline=None)
@given(SMALL, SMALL)
def test_figures_of_different_sources_are_never_mixed(one: Journey, other: Journey) -> None:
    for felt in compare_journeys(one, other).emotions:
        for step, source, value in (
            (felt.pair.one, felt.source, felt.one),
            (felt.pair.other, felt.other_source, felt.other),
        ):
            said = [emotion.value for emotion in step.feels if emotion.source == source]
            assert value == (median(said) if said else None)
        if felt.source != felt.other_source:
            sources = {emotion.source for emotion in felt.pair.one.feels}
            assert not sources & {emotion.source for emotion in felt.pair.other.feels}


@settings(deadline=None)
@given(SMALL, st.lists(st.sampled_from([-2, 0, 1]), min_size=1))
def test_what_employees_say_does_not_move_what_customers_say(
    told: Journey, more: list[int]
) -> None:
    louder = replace(
        told,
        steps=tuple(
            replace(s, feels=(*s.feels, *(Emotion(v, source="employee") for v in more)))
            for s in told.steps
        ),
    )
    found = compare_journeys(told, louder)
    assert all(felt.other_source == "employee" for felt in found.emotions)


@settings(deadline=None, max_examples=50)
@given(ANY, ANY)
def test_everything_can_be_shown(one: Journey, other: Journey) -> None:
    found = compare_journeys(one, other)
    assert len(found.to_frame()) == len(list(found.rows()))
    assert all(len(line) <= 80 for line in found.to_text(80).splitlines())
