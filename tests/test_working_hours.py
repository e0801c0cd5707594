"""Working hours: how they are written, and how much time passes until work is done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from work import count_calls

from cjbpmn.dialects.icalendar import read_working_hours
from cjbpmn.errors import InvalidValue
from cjbpmn.lexicon import languages, words
from cjbpmn.working_hours import Shift, WorkingHours, parse_hours

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FRIDAY = datetime(2026, 1, 9, 15)  # noqa: DTZ001 - hours have no zone


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mon-Fri 9:00-17:00", ("Mon-Fri 09:00-17:00",)),
        ("Monday to Friday: 9-17", ("Mon-Fri 09:00-17:00",)),
        ("ma t/m vr 9.00-17.00 u", ("Mon-Fri 09:00-17:00",)),
        ("Mo bis Do 8-12, 13-17 Uhr", ("Mon-Thu 08:00-12:00, 13:00-17:00",)),
        ("lun-ven 9h30-17h", ("Mon-Fri 09:30-17:00",)),
        ("terça-feira-sexta-feira 9-17", ("Tue-Fri 09:00-17:00",)),
        ("pon\N{EN DASH}pt 8\N{EN DASH}16", ("Mon-Fri 08:00-16:00",)),
        ("ma, wo en vr 9-12", ("Mon,Wed,Fri 09:00-12:00",)),
        ("9-17", ("Mon-Sun 09:00-17:00",)),
        ("Sat-Mon 9-17", ("Mon,Sat-Sun 09:00-17:00",)),
        ("Mon 0:00-24:00", ("Mon 00:00-24:00",)),
        ("Mon 22-6", ("Mon 22:00-24:00", "Tue 00:00-06:00")),
        ("Mon 9-12, 11-17", ("Mon 09:00-17:00",)),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, said: tuple[str, ...]) -> None:
    hours = parse_hours([written])
    assert hours.words() == said
    assert parse_hours(hours.words()) == hours


@pytest.mark.parametrize(
    "written",
    [
        *("often", "Mon", "Mon-Fri", "Mon 9", "Mon 25-26", "Mon 9-17:75", "Mon or Fri 9-17"),
        *("xyz 9-17", "Mon-Wed-Fri 9-17", "Mon 9-17 or so", "Mon 24-24", ""),
    ],
)
def test_what_names_no_hours_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue, match="names no working hours"):
        parse_hours([written])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-12-24", "2026-12-24"),
        ("2026-12-24 to 2027-01-01", "2026-12-24 to 2027-01-01"),
        ("2026-12-24/2027-01-01", "2026-12-24 to 2027-01-01"),
        ("2026-12-24 t/m 2027-01-01", "2026-12-24 to 2027-01-01"),
        ("12-25", "12-25"),
        ("--02-29", "02-29"),
    ],
)
def test_closed_days_are_read_as_people_write_them(written: str, said: str) -> None:
    assert parse_hours(["9-17"], [written]).closed_words() == (said,)


@pytest.mark.parametrize(
    "written", ["Christmas", "2026-02-30", "13-01", "02-30", "2026-12-26 to 2026-12-24", "24.12."]
)
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue, match="is no day"):
        parse_hours(["9-17"], [written])


@pytest.mark.parametrize("language", languages())
def test_every_language_has_all_days_and_each_means_one(language: str) -> None:
    said = words(language)["weekdays"]
    assert set(said) == {*DAYS, "through"}
    for number, day in enumerate(DAYS):
        for word in said[day]:
            (shift,) = parse_hours([f"{word} 9-17"]).shifts
            assert shift.weekday == number, word


def test_nobody_works_never() -> None:
    with pytest.raises(InvalidValue, match="nobody ever works"):
        WorkingHours(())
    yearly = tuple((month, day) for month in range(1, 11) for day in range(1, 29))
    with pytest.raises(InvalidValue, match="more than 200 days"):
        WorkingHours((Shift(0, 9, 17),), yearly=yearly)
    with pytest.raises(InvalidValue, match="in order"):
        Shift(0, 17, 9)


# How much time passes

OFFICE = WorkingHours.weekly(range(5), 9, 17)


@pytest.mark.parametrize(
    ("hours", "work", "passed"),
    [
        (OFFICE, 4, 68),
        (OFFICE, 2, 2),
        (OFFICE, 0, 0),
        (OFFICE, 40, 168),
        (parse_hours(["Mon-Fri 9-17"], ["2026-01-12"]), 4, 92),
        (parse_hours(["Mon-Fri 9-17"], ["2026-01-12 to 2026-01-14"]), 4, 140),
        (parse_hours(["Mon-Fri 9-17"], ["01-12"]), 4, 92),
        (parse_hours(["Mon-Thu 9-12, 13-17", "Fri 9-12"]), 4, 71),
        (parse_hours(["0-24"]), 1000, 1000),
    ],
)
def test_work_that_begins_on_friday_at_three(
    hours: WorkingHours, work: float, passed: float
) -> None:
    assert hours.elapsed(FRIDAY, work) == pytest.approx(passed)


def test_a_year_of_work_has_its_holidays() -> None:
    with_holidays = parse_hours(["Mon-Fri 9-17"], ["12-25", "01-01", "2026-05-01"])
    # In 2026 all three are days of work, and the first of January of 2027 is a Friday.
    monday = datetime(2026, 1, 12, 9)  # noqa: DTZ001
    year = 52 * 40.0
    plain = OFFICE.elapsed(monday, year)
    assert with_holidays.elapsed(monday, year) == pytest.approx(plain + 3 * 24 + 2 * 24)


@st.composite
def weeks(draw: st.DrawFn) -> WorkingHours:
    days = draw(st.lists(st.integers(0, 6), min_size=1, max_size=5, unique=True))
    shifts = []
    for day in days:
        ends = sorted(draw(st.lists(st.integers(0, 24), min_size=2, max_size=4, unique=True)))
        shifts += [Shift(day, *pair) for pair in zip(ends[::2], ends[1::2], strict=False)]
    closed = draw(st.lists(st.dates(date(2026, 1, 1), date(2026, 3, 1)), max_size=4))
    spans = tuple((day, day + timedelta(days=draw(st.integers(0, 9)))) for day in closed)
    yearly = draw(st.lists(st.sampled_from([(1, 1), (1, 30), (2, 29), (2, 3)]), max_size=3))
    return WorkingHours(tuple(shifts), spans, tuple(yearly))


@given(hours=weeks(), start=st.integers(0, 900), work=st.integers(1, 60))
def test_time_passes_as_if_one_counted_hour_by_hour(
    hours: WorkingHours, start: int, work: int
) -> None:
    begin = datetime(2026, 1, 1) + timedelta(hours=start)  # noqa: DTZ001
    moment, left = begin, work
    while left:
        day = moment.date()
        free = (day.month, day.day) in hours.yearly or any(a <= day <= b for a, b in hours.closed)
        left -= not free and any(
            one.weekday == day.weekday() and one.opens <= moment.hour < one.closes
            for one in hours.shifts
        )
        moment += timedelta(hours=1)
    assert hours.elapsed(begin, work) == (moment - begin).total_seconds() / 3600


def test_a_thousand_years_of_work_come_to_an_end() -> None:
    hours = parse_hours(["Mon 9-10"], ["12-25", "2026-01-01 to 2999-12-31"])
    assert hours.elapsed(FRIDAY, 8_766_000) > 8_766_000 * 168 * 0.99


# What simulation tools write

WEEK = "BEGIN:VEVENT\nDTSTART:20260105T090000\n{end}\nRRULE:{rule}\n{more}\nEND:VEVENT\n"


def event(
    rule: str = "FREQ=WEEKLY;BYDAY=MO,TU", end: str = "DTEND:20260105T170000", more: str = ""
) -> str:
    return WEEK.format(rule=rule, end=end, more=more)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (event(), ("Mon-Tue 09:00-17:00",)),
        (f"BEGIN:VCALENDAR\nVERSION:2.0\n{event()}END:VCALENDAR", ("Mon-Tue 09:00-17:00",)),
        (event().replace("\n", "\n      "), ("Mon-Tue 09:00-17:00",)),
        (event().replace("BYDAY=MO,TU", "BYDAY=\n MO,TU"), ("Mon-Tue 09:00-17:00",)),
        (event("FREQ=WEEKLY;WKST=MO;INTERVAL=1"), ("Mon 09:00-17:00",)),
        (event("FREQ=DAILY"), ("Mon-Sun 09:00-17:00",)),
        (event(end="DURATION:PT3H30M"), ("Mon-Tue 09:00-12:30",)),
        (event(end="DTEND;TZID=Europe/Amsterdam:20260106T010000"),
         ("Mon 09:00-24:00", "Tue 00:00-01:00, 09:00-24:00", "Wed 00:00-01:00")),
        (event("FREQ=WEEKLY;BYDAY=MO") + event("FREQ=WEEKLY;BYDAY=WE", "DTEND:20260105T120000"),
         ("Mon 09:00-17:00", "Wed 09:00-12:00")),
        ("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY\nEND:VEVENT",
         ("Mon 00:00-24:00",)),
    ],
)  # fmt: skip
def test_weekly_events_of_icalendar_are_hours(text: str, said: tuple[str, ...]) -> None:
    assert read_working_hours(text).words() == said


def test_the_exceptions_of_icalendar_are_closed() -> None:
    text = event(more="EXDATE:20260112T090000,20260113T090000\nEXDATE:20260119T090000")
    assert read_working_hours(text).closed_words() == ("2026-01-12", "2026-01-13", "2026-01-19")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "VEVENT"),
        ("on working days", "VEVENT"),
        (event().replace("RRULE", "X-RULE"), "RRULE"),
        (event("FREQ=YEARLY"), "FREQ=YEARLY"),
        (event("FREQ=WEEKLY;COUNT=10"), "COUNT"),
        (event("FREQ=WEEKLY;UNTIL=20270101T000000Z"), "UNTIL"),
        (event("FREQ=WEEKLY;INTERVAL=2"), "INTERVAL"),
        (event("FREQ=WEEKLY;BYDAY=1MO"), "BYDAY"),
        (event(end="DTEND:20260105T080000"), "DTEND"),
        (event(end="DURATION:two hours"), "DURATION"),
        (event(more="RDATE:20260107T090000"), "RDATE"),
        (event(more="EXDATE:20260112T090000") + event(end="DTEND:20260105T230000"), "EXDATE"),
        (event().replace("20260105T09", "soon"), "DTSTART"),
    ],
)
def test_what_is_not_weekly_is_named(text: str, part: str) -> None:
    with pytest.raises(InvalidValue, match=f"^{part}$"):
        read_working_hours(text)


def test_absurd_amounts_are_answered_at_once() -> None:
    days = [f"{year}-{month:02}-{day:02}" for year in range(2026, 2036) for month in range(1, 13)
            for day in range(1, 29, 2)]  # fmt: skip
    hours = parse_hours(["Mon-Fri 9-17"], [*days, "12-25", "01-01", "05-01"])
    for work in (1e3, 1e5, 1e7, 1e9, 1e12):
        passed, calls = count_calls(partial(hours.elapsed, FRIDAY, work))
        assert calls < 100_000
        assert passed >= work * 168 / 40 - 168
    with pytest.raises(InvalidValue, match=r"\.\.\.' names no working hours"):
        parse_hours(["Mon-" * 100_000])
