from __future__ import annotations

import json
import pickle
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.errors import CjbpmnWarning, InvalidJourney, InvalidValue
from cjbpmn.journey import (
    CHOICES,
    RANGES,
    Branch,
    Calendar,
    ChannelUse,
    Content,
    Duration,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Journey,
    Measurement,
    Need,
    Norm,
    Observation,
    Persona,
    Phase,
    Statistics,
    Step,
    Validation,
    check_value,
)
from cjbpmn.journey.file import read_journey
from cjbpmn.journey.forms import FORMS
from cjbpmn.timespan import parse_timespan

FOLDER = Path(__file__).parent / "journeys"
RESTAURANT = FOLDER / "restaurant.yaml"
ORDER = FOLDER / "order.yaml"


def read_step(lines: str, head: str = "") -> Step:
    """Read a journey of one step, whose own lines begin in line 4 of the file."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return read_journey(f"journey: x\n{head or '#'}\nsteps:\n  - do: I wait\n{body}").steps[0]


# ------------------------------------------------------------------ the two worked examples


def test_the_restaurant_as_a_whole() -> None:
    journey = read_journey(RESTAURANT)
    assert journey.name == "Lunch in the self-service restaurant"
    assert journey.customer == "Guest food consumption"
    assert journey.view == "internal"
    assert journey.need == Need("I am hungry and my break is short")
    assert journey.goal == "more guests served, fewer complaints"
    assert journey.persona == Persona(
        "Office worker", prefers=("desk", "device"), refuses=("phone",)
    )
    assert [phase.name for phase in journey.phases] == [
        "arriving",
        "choosing",
        "queueing",
        "ordering",
        "waiting",
        "receiving",
        "eating",
    ]
    assert len(journey.steps) == 10
    assert journey.norms == ()
    assert journey.language is None
    assert journey.path == str(RESTAURANT)
    assert journey.extra == ()


def test_the_steps_of_the_restaurant() -> None:
    steps = read_journey(str(RESTAURANT)).steps
    assert steps[0] == Step("I notice that I am hungry", at=("Hunger noticed",), phase="arriving")
    assert steps[1].feels == (Emotion(0, source="assumed", n=0),)
    assert steps[1].sees == (Evidence("signage", "signage"), Evidence("building", "building"))
    assert steps[2].sees == (Evidence("menu board"),)
    assert steps[3] == Step(
        "I stand in the queue until it is my turn",
        at=("wait for turn",),
        phase="queueing",
        sees=(Evidence("waiting-area", "waiting-area"),),
        waits=parse_timespan("8 min"),
        told="no",
        feels=(
            Emotion(-1, because="I cannot see how fast the queue moves", source="assumed", n=0),
        ),
    )
    assert steps[5].expects == "I can pay by card"
    assert steps[5].met == 100
    assert steps[6].do == (
        'I take the buzzer; they say "when the buzzer rings, your dinner is ready"'
    )
    assert steps[6].at == ("Hand over buzzer -> Take buzzer",)
    assert steps[7].waits == parse_timespan("12 min")
    assert steps[7].promise == "at most 10 minutes"
    assert steps[7].fallback == (Fallback("Call guest"),)
    assert steps[7].moment_of_truth is True
    assert steps[7].feels[0].says == "Did they forget me?"
    assert steps[7].line == 54
    assert [step.feels[0].value for step in steps if step.feels] == [0, 1, -1, 1, 0, -2, 2, 1]


def test_the_observation_in_the_restaurant() -> None:
    (observation,) = read_journey(RESTAURANT).observations
    assert observation == Observation(
        "The guest is never told how long the meal will take",
        at=("Hand over buzzer -> Take buzzer", "Guest food consumption / Meal ready"),
        hurts="Guests stay at the hatch and block it",
        impact=4,
        effort=1,
        better="The buzzer shows the expected minutes",
        horizon="quick",
        owner="Employee order processing",
    )
    assert observation.line == 73


def test_the_order() -> None:
    journey = read_journey(ORDER)
    assert journey.name == "From looking for a product to using it"
    assert journey.persona == Persona(
        "Online shopper", ("website", "email"), ("parcel", "chat"), ("letter",)
    )
    assert [step.at for step in journey.steps] == [
        ("Browse Products on Amazon",),
        ("Add Item to Cart",),
        ("Pay Order",),
        ("Send Order -> Receive Order",),
        (),
        ("Deliver Items -> Receive items",),
        (),
    ]
    assert journey.steps[3].feels == (
        Emotion(0, says="Did it go through?", source="customer", n=6),
    )
    waiting = journey.steps[4]
    assert waiting.waits == parse_timespan("P3D")
    assert waiting.promise == "delivered within 2 days"
    assert waiting.feels == (
        Emotion(-1, source="customer", n=6, because="nobody tells me anything"),
        Emotion(1, source="employee", n=4),
    )
    assert journey.observations[0].at[1] == "Amazon / Pick items"
    assert journey.norms == (
        Norm("delivered within 2 days", "Send Order", "Receive items", parse_timespan("2 days")),
    )


@pytest.mark.parametrize("path", [RESTAURANT, ORDER])
def test_a_journey_can_be_pickled_and_used_as_a_key(path: Path) -> None:
    journey = read_journey(path)
    copy = pickle.loads(pickle.dumps(journey))  # noqa: S301
    assert copy == journey
    assert {journey: 1}[copy] == 1


# ---------------------------------------------------------------------- what may be written


def test_keys_are_equal_however_their_words_are_joined() -> None:
    for key in ("moment of truth", "moment_of_truth", "moment-of-truth", "Moment Of Truth"):
        assert read_step(f"{key}: yes").moment_of_truth is True


@pytest.mark.parametrize(
    ("written", "value", "label"),
    [
        ("-2", -2, None),
        ("+1", 1, None),
        ("0.5", 0.5, None),
        ("0,5", 0.5, None),
        ("\N{MINUS SIGN}1", -1, None),
        ('"-1"', -1, None),
        (":((", -2, ":(("),
        (":-(", -1, ":-("),
        (":|", 0, ":|"),
        (":)", 1, ":)"),
        (":D", 2, ":D"),
        ("\U0001f621", -2, "\U0001f621"),
        ("\u2639\ufe0f", -1, "\u2639\ufe0f"),
        ("\U0001f60d", 2, "\U0001f60d"),
        ("very happy", 2, "very happy"),
        ("Very Dissatisfied", -2, "Very Dissatisfied"),
        ("neutraal", 0, "neutraal"),
        ("sehr zufrieden", 2, "sehr zufrieden"),
        ("très content", 2, "très content"),
        ("{value: -1}", -1, None),
        ("{value: happy}", 1, "happy"),
        ("{label: happy}", 1, "happy"),
        ("{value: 1, label: relieved}", 1, "relieved"),
        ("[1]", 1, None),
    ],
)
def test_feelings(written: str, value: float, label: str | None) -> None:
    (emotion,) = read_step(f"feels: {written}").feels
    assert (emotion.value, emotion.label) == (value, label)


def test_several_feelings_are_several_sources() -> None:
    step = read_step("feels:\n  - 1\n  - {value: -1, source: customer, persona: Ann}\n  - :(")
    assert [emotion.value for emotion in step.feels] == [1, -1, -1]
    assert step.feels[1].persona == "Ann"


@pytest.mark.parametrize(
    ("scale", "written", "value"),
    [
        ("1-5", "1", -2),
        ("1-5", "4", 1),
        ("1 to 5", "3", 0),
        ("[1, 5]", "5", 2),
        ("0-10", "7.5", 1),
        ("1..7", "7", 2),
        ("-2 to 2", "-1", -1),
        ("1\N{EN DASH}5", "2", -1),
    ],
)
def test_scales(scale: str, written: str, value: float) -> None:
    (emotion,) = read_step(f"feels: {written}", f"scale: {scale}").feels
    assert emotion.value == value
    assert emotion.label is not None
    assert emotion.label.startswith(f"{written} on ")
    (emotion,) = read_step(f"feels: {{value: {written}, scale: {scale}}}").feels
    assert emotion.value == value


def test_a_smiley_needs_no_scale() -> None:
    assert read_step("feels: :)", "scale: 1-5").feels == (Emotion(1, ":)"),)


@pytest.mark.parametrize(
    ("step", "source", "n"),
    [
        ("feels: 1", "assumed", 0),
        ("feels: {value: 1, n: 3}", "assumed", 3),
        ("feels: {value: 1, source: assumed}", "assumed", 0),
        # a number of people belongs to the source that counted them
        ("feels: {value: 1, source: customer}", "customer", None),
        ("feels: 1\nsource: customer\nn: 6", "customer", 6),
        ("feels: 1\nsource: customer", "customer", None),
        ("feels: {value: 1, source: employee}\nsource: customer\nn: 6", "employee", None),
    ],
)
def test_the_default_holds_for_what_does_not_say_otherwise(
    step: str, source: str, n: int | None
) -> None:
    (emotion,) = read_step(step, "default: {source: assumed, n: 0}").feels
    assert (emotion.source, emotion.n) == (source, n)


def test_a_default_without_a_source_gives_the_number_to_all() -> None:
    (emotion,) = read_step("feels: {value: 1, source: customer}", "default: {n: 6}").feels
    assert (emotion.source, emotion.n) == ("customer", 6)


def test_what_is_said_for_all_holds_wherever_it_stands() -> None:
    journey = read_journey("steps:\n- {do: I eat, feels: 5}\nscale: 1-5\njourney: x\n")
    assert journey.steps[0].feels[0].value == 2


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("signage", (Evidence("signage", "signage"),)),
        ("Waiting Area", (Evidence("Waiting Area", "waiting-area"),)),
        ("[menu board, receipt]", (Evidence("menu board"), Evidence("receipt", "receipt"))),
        ("{type: letter}", (Evidence("letter", "letter"),)),
        (
            "[{text: the bill, type: invoice, uri: bill.png, impression: -1}]",
            (Evidence("the bill", "invoice", "bill.png", -1),),
        ),
    ],
)
def test_evidence(written: str, seen: tuple[Evidence, ...]) -> None:
    assert read_step(f"sees: {written}").sees == seen


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("no", "no"),
        ("No", "no"),
        ("false", "no"),
        ("yes", "yes"),
        ("nee", "no"),
        ("oui", "yes"),
        ("10 min", "10 min"),
        ("PT2H", "PT2H"),
        ("ongeveer 2 werkdagen", "ongeveer 2 werkdagen"),
    ],
)
def test_told(written: str, told: str) -> None:
    assert read_step(f"told: {written}").told == told


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("email", "email"),
        ("E-Mail", "email"),
        ("post", "letter"),
        ("counter", "desk"),
        ("web", "website"),
        ("face to face", "in-person"),
        ("In Person", "in-person"),
        ("third party", "third-party"),
        ("balie", "desk"),
        ("Telefon", "phone"),
        ("correo electrónico", "email"),
    ],
)
def test_a_channel_has_many_names(written: str, channel: str) -> None:
    assert read_step(f"channel: {written}").channel == channel
    persona = read_journey(f"journey: x\npersona: {{name: A, prefers: {written}}}\n").persona
    assert persona == Persona("A", prefers=(channel,))


def test_mail_depends_on_the_language() -> None:
    assert read_step("channel: mail", "language: nl").channel == "email"
    assert read_step("channel: mail", "lang: en-GB").channel == "letter"
    with pytest.warns(CjbpmnWarning, match="it may be email or letter"):
        assert read_step("channel: mail").channel == "mail"


def test_an_unknown_channel_is_kept() -> None:
    with pytest.warns(
        CjbpmnWarning, match=r"^line 5: channel: 'fone' is kept.*did you mean 'phone'"
    ):
        assert read_step("channel: fone").channel == "fone"


def test_phases_may_say_what_the_customer_needs() -> None:
    journey = read_journey(
        "journey: x\nphases:\n  - {name: ordering, need: to be sure}\n  - waiting\n"
        "steps: [{do: I order, phase: Ordering}]\n"
    )
    assert journey.phases == (Phase("ordering", Need("to be sure")), Phase("waiting"))
    assert journey.steps[0].phase == "ordering"


@pytest.mark.parametrize("head", ["", "phases: []\n", "phases:\n"])
def test_phases_are_collected_where_no_list_is_given(head: str) -> None:
    journey = read_journey(
        f"journey: x\n{head}steps:\n- {{do: a, phase: b}}\n- {{do: c, phase: a}}\n"
        "- {do: d, phase: B}\n- e\n"
    )
    assert journey.phases == (Phase("b"), Phase("a"))
    assert [step.phase for step in journey.steps] == ["b", "a", "b", None]


def test_short_forms() -> None:
    journey = read_journey(
        "journey: x\npersona: Ann\nsteps: [I walk in, I eat]\n"
        "observations: [The queue is long]\nnorms: [served in 10 min]\n"
    )
    assert journey.persona == Persona("Ann")
    assert [step.do for step in journey.steps] == ["I walk in", "I eat"]
    assert journey.observations == (Observation("The queue is long"),)
    assert journey.norms == (Norm("served in 10 min"),)


def test_a_journey_needs_only_a_name() -> None:
    assert read_journey("journey: x\n") == Journey("x")


def test_whatever_is_known_of_a_persona_is_a_fact() -> None:
    journey = read_journey(
        "journey: x\npersona: {name: Ann, age: 070, likes: [a, b], facts: {job: nurse}}\n"
    )
    assert journey.persona == Persona(
        "Ann", facts=(("job", "nurse"), ("age", "070"), ("likes", '["a", "b"]'))
    )


def test_all_other_fields() -> None:
    step = read_step(
        "direction: To Customer\nthinks: hm\nneeds: rest\nmet: 80 %\nimportance: 5\n"
        "moment reason: it decides\nmoment of truth: no\nsource: data\nn: 12"
    )
    assert step.direction == "to customer"
    assert (step.thinks, step.needs, step.met) == ("hm", (Need("rest"),), 80)
    assert step.importance == 5
    assert (step.moment_of_truth, step.moment_reason) == (False, "it decides")
    assert (step.source, step.n) == ("data", 12)
    journey = read_journey(
        "journey: x\nkind: Buyer\nstate: as is\nview: mixed\ntrigger: a\noutcome: b\n"
        "language: nl\ncjbpmn: 1\n"
    )
    assert (journey.kind, journey.state, journey.view) == ("buyer", "as-is", "mixed")
    assert (journey.trigger, journey.outcome, journey.language) == ("a", "b", "nl")


def test_a_step_can_follow_another() -> None:
    journey = read_journey(
        "journey: x\nsteps:\n- I walk in\n- I leave\n- {do: I eat, after: i walk in}\n"
    )
    assert [step.do for step in journey.steps] == ["I walk in", "I eat", "I leave"]


def test_texts_mean_what_they_say() -> None:
    # In other notations these become booleans, 750, 7, None or a date.
    for text in ("no", "on", "12:30", "007", "1e3", "2024-01-01", "0x1F"):
        assert read_step(f"at: {text}\nthinks: {text}").at == (text,)
    for nothing in ("~", "null", "", '""'):
        assert read_step(f"thinks: {nothing}").thinks is None


@pytest.mark.parametrize("path", [RESTAURANT, ORDER])
def test_json_and_yaml_and_python_say_the_same(path: Path, tmp_path: Path) -> None:
    from ruamel.yaml import YAML  # noqa: PLC0415  only here is YAML read with its own types

    plain = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    as_json = tmp_path / "journey.json"
    as_json.write_text(json.dumps(plain, indent="\t"), encoding="utf-8")
    assert read_journey(plain) == read_journey(as_json) == read_journey(path)
    assert read_journey(path.read_text("utf-8")) == read_journey(path)


def test_a_row_of_a_table_may_hold_numbers_and_empty_cells() -> None:
    row = {"do": "I pay", "met": 80.0, "importance": 4.0, "n": float("nan"), "waits": None,
           "moment_of_truth": True, "told": False, "feels": 1, "at": ""}  # fmt: skip
    assert read_journey({"journey": "x", "steps": [row]}).steps == (
        Step("I pay", met=80, importance=4, moment_of_truth=True, told="no", feels=(Emotion(1),)),
    )


# ----------------------------------------------------------------------------- unknown keys


def test_unknown_keys_are_kept_with_a_warning() -> None:
    text = "journey: x\ncolour: red\nsteps:\n- {do: a, fels: 1, labels: [b, c]}\n"
    with pytest.warns(CjbpmnWarning) as caught:
        journey = read_journey(text)
    assert [str(warning.message) for warning in caught] == [
        "line 2: the key 'colour' is kept, but not understood",
        "line 4: the key 'fels' is kept, but not understood; did you mean 'feels'?",
        "line 4: the key 'labels' is kept, but not understood",
    ]
    assert all(warning.filename == __file__ for warning in caught)
    assert journey.extra == (("colour", "red"),)
    assert journey.steps[0].extra == (("fels", "1"), ("labels", '["b", "c"]'))


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("journey", Journey),
        ("step", Step),
        ("feeling", Emotion),
        ("evidence", Evidence),
        ("channel", ChannelUse),
        ("content", Content),
        ("need", Need),
        ("insight", Insight),
        ("fallback", Fallback),
        ("phase", Phase),
        ("persona", Persona),
        ("validation", Validation),
        ("observation", Observation),
        ("norm", Norm),
        ("measurement", Measurement),
        ("statistics", Statistics),
        ("duration", Duration),
        ("branch", Branch),
        ("calendar", Calendar),
    ],
)
def test_every_field_has_a_key(form: str, kind: Any) -> None:
    names = {field.name.rstrip("_") for field in fields(kind)}
    names -= {"extra", "line", "element", "path"}
    if kind is Journey:
        names = names - {"name"} | {"journey", "cjbpmn", "lang", "scale", "default"}
    if kind is Emotion:
        names |= {"scale"}
    if kind is Step:
        names |= {"after"}
    assert set(FORMS[form].keys) == names


# ------------------------------------------------------------------------------ the values


@pytest.mark.parametrize("name", RANGES)
def test_the_bounds_belong_to_the_range(name: str) -> None:
    low, high = RANGES[name]
    check_value(name, low)
    check_value(name, high)
    check_value(name, None)
    for wrong in (low - 1, high + 1, float("nan")):
        with pytest.raises(InvalidValue, match=f"^{name}: "):
            check_value(name, wrong)


@pytest.mark.parametrize("name", CHOICES)
def test_a_word_belongs_to_its_list(name: str) -> None:
    for word in CHOICES[name]:
        check_value(name, word.value)
    with pytest.raises(InvalidValue, match=f"^{name}: 'x' is none of"):
        check_value(name, "x")


def test_values_made_by_hand_are_checked_too() -> None:
    for make in (
        lambda: Emotion(3),
        lambda: Emotion(1, source="me"),
        lambda: Evidence("x", impression=-3),
        lambda: Step("x", met=101),
        lambda: Observation("x", effort=6),
        lambda: Journey("x", view="from above"),
    ):
        with pytest.raises(InvalidValue):
            make()


def test_where_a_thing_stands_does_not_make_it_another() -> None:
    assert Step("x", line=3, element="Task_1") == Step("x", line=4)
    assert Observation("x", line=3) == Observation("x")
    assert Journey("x", path="a") == Journey("x", path="b")


# ------------------------------------------------------------------------------------- laws

SENTENCE = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from(" :#'\"-,[]{}&*"),
    min_size=1,
).map(lambda text: " ".join(text.split()))


@given(st.lists(SENTENCE.filter(lambda text: text not in {"", "~"}), min_size=1))
def test_a_text_in_quotes_is_read_as_it_is(sentences: list[str]) -> None:
    lines = "".join(f"  - do: {json.dumps(text, ensure_ascii=False)}\n" for text in sentences)
    journey = read_journey(f"journey: x\nsteps:\n{lines}")
    assert [step.do for step in journey.steps] == sentences
    assert [step.line for step in journey.steps] == list(range(3, 3 + len(sentences)))


@pytest.mark.filterwarnings("ignore::cjbpmn.errors.CjbpmnWarning")
@given(st.text(), st.integers(0, 60), st.integers(0, 3))
def test_any_file_is_read_or_refused(text: str, line: int, length: int) -> None:
    lines = ORDER.read_text("utf-8").splitlines()
    lines[line : line + length] = [text]
    try:
        assert read_journey("\n".join(lines)).name
    except InvalidJourney as error:
        assert str(error)  # noqa: PT017


@given(st.floats(0, 10, allow_nan=False))
def test_a_feeling_on_a_scale_keeps_its_place(value: float) -> None:
    text = f"{value:.3f}"
    (emotion,) = read_step(f"feels: {text}", "scale: 0-10").feels
    assert emotion.value == pytest.approx((float(text) - 5) / 2.5, abs=1e-6)
