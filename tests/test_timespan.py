from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.errors import InvalidValue
from cjbpmn.lexicon import languages, words
from cjbpmn.timespan import TimeSpan, find_timespans, parse_timespan

HOURS = {
    "second": 1 / 3600,
    "minute": 1 / 60,
    "quarter_hour": 0.25,
    "half_hour": 0.5,
    "hour": 1,
    "day": 24,
    "week": 168,
    "month": 24 * 365.25 / 12,
    "year": 24 * 365.25,
    "working_hour": 1,
    "working_day": 24,
}
UNIT_WORDS = [
    (language, unit, word)
    for language in languages()
    for unit, listed in words(language)["timespan"]["units"].items()
    for word in listed
]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        # ISO 8601
        ("PT8M", 8 / 60),
        ("P3D", 72),
        ("P1W", 168),
        ("P1M", 730.5),
        ("P1Y", 8766),
        ("P1.5M", 1095.75),
        ("P1DT2H30M", 26.5),
        ("PT1,5H", 1.5),
        ("PT0S", 0),
        ("+P1D", 24),
        (" PT8M ", 8 / 60),
        # numbers
        ("8 min", 8 / 60),
        ("8min", 8 / 60),
        ("5 min.", 5 / 60),
        ("24H", 24),
        ("2d", 48),
        ("1,5 uur", 1.5),
        ("1.5 hours", 1.5),
        ("0,125 h", 0.125),
        ("0.500 h", 0.5),
        ("1 000 heures", 1000),
        ("1'000 Stunden", 1000),
        ("1.000.000 s", 1_000_000 / 3600),
        ("1,000.5 h", 1000.5),
        ("1.234,5 Stunden", 1234.5),
        ("2½ hours", 2.5),
        ("½ hour", 0.5),
        ("24-hour", 24),
        ("5\nMinuten", 5 / 60),
        ("0 min", 0),
        # numbers in words, and halves
        ("a week", 168),
        ("an hour", 1),
        ("half an hour", 0.5),
        ("two hours and a half", 2.5),
        ("twenty-four hours", 24),
        ("een kwartier", 0.25),
        ("anderhalf uur", 1.5),
        ("een half uur", 0.5),
        ("2 uur en een kwartier", 2.25),
        ("eine halbe Stunde", 0.5),
        ("einer Woche", 168),
        ("dreißig Minuten", 0.5),
        ("un an", 8766),
        ("une demi-heure", 0.5),
        ("un quart d'heure", 0.25),
        ("deux heures et demie", 2.5),
        ("un día", 24),
        ("una hora y media", 1.5),
        ("meia hora", 0.5),
        ("mezz'ora", 0.5),
        ("un\N{RIGHT SINGLE QUOTATION MARK}ora e mezza", 1.5),
        ("po 3 dniach", 72),
        ("w 2 godzinach", 2),
        ("pół godziny", 0.5),
        ("półtorej godziny", 1.5),
        # one time in two units
        ("1 h 30 min", 1.5),
        ("1h30", 1.5),
        ("1 Std. 30 Min.", 1.5),
        ("2 days and 4 hours", 52),
        ("1 day, 2 hours, 3 min", 26.05),
        # in a sentence
        ("at most 10 minutes", 1 / 6),
        ("delivered within 2 days", 48),
        ("\N{LESS-THAN OR EQUAL TO} 2 days", 48),
        ("<5 min", 5 / 60),
        ("~10 min", 1 / 6),
        ("+2 days", 48),
        ("bezorgd binnen 14 kalenderdagen", 336),
        ("Wiedervorlage\n\n nach 1 Woche", 168),
    ],
)
def test_a_time_is_read(text: str, hours: float) -> None:
    span = parse_timespan(text)
    assert span.hours == pytest.approx(hours)
    assert not span.working
    assert span.text == text.strip()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2 working days", 2),
        ("5 business days", 5),
        ("2 werkdagen", 2),
        ("binnen 10 werkdagen", 10),
        ("3 j ouvrables", 3),
        ("binnen 5 arbeidsdagen", 5),
        ("2 banking days", 2),
        ("3 Werktage", 3),
        ("ein Arbeitstag", 1),
        ("10 jours ouvrés", 10),
        ("10 días hábiles", 10),
        ("10 DIAS UTEIS", 10),
        ("um dia útil", 1),
        ("3 giorni lavorativi", 3),
        ("2 dni robocze", 2),
        ("5 dni roboczych", 5),
    ],
)
def test_working_days_stay_working_days(text: str, days: int) -> None:
    span = parse_timespan(text)
    assert span.working
    assert span.hours == 24 * days
    assert span.iso == text


@pytest.mark.parametrize(("language", "unit", "word"), UNIT_WORDS)
def test_every_word_for_a_unit_is_read(language: str, unit: str, word: str) -> None:
    for written in (word, word.upper() if len(word) > 1 else word):
        span = parse_timespan(f"2 {written}")
        assert span.hours == pytest.approx(2 * HOURS[unit]), language
        assert span.working is unit.startswith("working")


@pytest.mark.parametrize("language", languages())
def test_every_word_for_a_number_is_read(language: str) -> None:
    timespan = words(language)["timespan"]
    unit = timespan["units"]["week"][0]
    for number, listed in timespan["numbers"].items():
        for word in listed:
            assert parse_timespan(f"{word} {unit}").hours == 168 * float(number)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "names no time"),
        ("10", "names no time"),
        ("soon", "names no time"),
        ("nan days", "names no time"),
        ("inf h", "names no time"),
        ("1e9 days", "names no time"),
        ("12:30", "names no time"),
        ("12:30 h", "names no time"),
        ("5 minutern", "names no time"),
        ("2/3 days", "names no time"),
        ("v1.2 h", "names no time"),
        ("P", "names no time"),
        ("PT", "names no time"),
        ("PT1H30", "names no time"),
        ("R6/P1D", "names no time"),
        ("a semana", "names no time"),
        ("PT-5H", "negative"),
        ("P-1D", "negative"),
        ("-5 min", "negative"),
        ("wait -5 min", "negative"),
        ("-PT5M", "from nothing to a thousand years"),
        ("99999999 days", "from nothing to a thousand years"),
        ("P1001Y", "from nothing to a thousand years"),
        ("P99999999999999Y", "from nothing to a thousand years"),
        ("P99999999999999999999D", "ISO 8601"),
        ("P1D1D", "names no time"),
        ("30-45 min", "range"),
        ("30\N{EN DASH}45 min", "range"),
        ("2 to 4 days", "range"),
        ("2 à 3 jours", "range"),
        ("2 bis 4 Tage", "range"),
        ("between 2 and 4 days", "range"),
        ("2 days to 4 days", "range"),
        ("24 hours a day", "rate"),
        ("every 2 days", "how often"),
        ("3 times a day", "how often"),
        ("alle 14 Tage", "how often"),
        ("2 x 24 hours", "how often"),
        ("om 9 uur", "time of the day"),
        ("à 9 h", "time of the day"),
        ("1,000 days", "not sure"),
        ("1.000 Tage", "not sure"),
        ("1.2.3 days", "not sure"),
        ("2 days, then 4 days", "several times"),
        ("2 Werktage und 4 Stunden", "several times"),
        ("x" * 20_000, "too long"),
    ],
)
def test_what_is_no_single_time_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InvalidValue, match=complaint):
        parse_timespan(text)


@pytest.mark.parametrize("hours", [-1, float("nan"), float("inf"), 24 * 365.25 * 1001])
def test_no_time_is_negative_or_absurd(hours: float) -> None:
    with pytest.raises(InvalidValue):
        TimeSpan("?", hours)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Wait 5 minutes", ["5 minutes"]),
        ("14 Tage", ["14 Tage"]),
        ("24 hours", ["24 hours"]),
        ("Timeout (7 days)", ["7 days"]),
        ("5 Minuten vergangen", ["5 Minuten"]),
        ("Nach Ablauf \neiner Woche", ["einer Woche"]),
        ("Wait-5 min", ["5 min"]),
        ("Timer - 5 min", ["5 min"]),
        ("5 min/Kunde", ["5 min"]),
        ("Reply in 2 days or call after 1 h 30 min", ["2 days", "1 h 30 min"]),
        ("w ciągu 5 dni roboczych", ["5 dni roboczych"]),
        ("attendere per 2 giorni", ["2 giorni"]),
        ("Timer PT15M, then P7D", ["PT15M", "P7D"]),
        ("R6/P1D", []),
        ("wait 30-45 min", []),
        ("every 5 min", []),
        ("Timer -5 min", []),
        ("wait 1,000 days", []),
        ("wait 1 000 days", []),
        ("wait 99999999 days", []),
        ("Open 9h30", []),
        ("om 9 uur", []),
        # what looks like a time in one language, and is none in another
        ("Level 2 an Bank senden", []),
        ("Scoring Level 2 durchführen", []),
        ("Pedido 5 sem resposta", []),
        ("Print 3d model", []),
        ("Print 3D model", []),
        ("2 S-Bahn-Tickets", []),
        ("Schritt 2nd", []),
        ("LinkEventDefinition_07465254-8359-47b9-815d-def542be69b1", []),
        ("", []),
    ],
)
def test_times_are_found_in_labels(text: str, found: list[str]) -> None:
    assert [span.text for span in find_timespans(text)] == found


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("8 min", "PT8M"),
        ("3 days", "P3D"),
        ("24 h", "P1D"),
        ("1 week", "P7D"),
        ("90 s", "PT1M30S"),
        ("0.1 s", "PT0.1S"),
        ("0 h", "PT0S"),
        ("1 month", "P30DT10H30M"),
        ("2 werkdagen", "2 werkdagen"),
    ],
)
def test_iso(text: str, iso: str) -> None:
    assert parse_timespan(text).iso == iso


def test_two_times_of_one_length_are_equal_and_working_days_are_no_days() -> None:
    assert parse_timespan("60 min") == parse_timespan("PT1H")
    assert hash(parse_timespan("60 min")) == hash(parse_timespan("PT1H"))
    assert parse_timespan("2 days") != parse_timespan("2 working days")
    assert sorted(map(parse_timespan, ["1 week", "2 h", "8 min"])) == [
        parse_timespan(text) for text in ("8 min", "2 h", "1 week")
    ]


def test_a_time_can_be_pickled() -> None:
    span = parse_timespan("2 werkdagen")
    copy = pickle.loads(pickle.dumps(span))  # noqa: S301
    assert (copy, copy.text) == (span, "2 werkdagen")


@given(st.integers(0, 1000 * 365 * 86_400_000))
def test_a_time_written_in_iso_is_read_as_itself(milliseconds: int) -> None:
    span = TimeSpan("?", milliseconds / 3_600_000)
    assert parse_timespan(span.iso) == span
    assert parse_timespan(span.iso).iso == span.iso


@given(
    st.decimals(0, 999, places=2),
    st.sampled_from(UNIT_WORDS),
    st.sampled_from(["{}", "within {}", "({})", "at most {}.", "\n{} \n"]),
)
def test_reading_iso_of_what_was_read_changes_nothing(
    amount: object, unit: tuple[str, str, str], frame: str
) -> None:
    span = parse_timespan(frame.format(f"{amount} {unit[2]}"))
    assert parse_timespan(span.iso) == span


@given(st.text() | st.from_regex(r"[-P0-9., TYMDHS½]{0,12}( (to|a|min|h|days|an|½|and))*"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for span in find_timespans(text):
        assert span.hours >= 0
    try:
        parse_timespan(text)
    except InvalidValue as error:
        assert str(error)  # noqa: PT017
