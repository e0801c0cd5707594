"""Timers that ring at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.alarms import parse_alarm, parse_moment
from cjbpmn.errors import InvalidValue

NOON = datetime(2026, 3, 4, 12)  # noqa: DTZ001 - a Wednesday, in no zone


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("2026-03-05T09:00:00", 21),
        ("2026-03-05", 12),
        ("20260305T0900", 21),
        ("2026-03-05T09:00:00Z", 21),
        ('= date and time("2026-03-05T09:00")', 21),
        ("2020-01-01", 0),
        ("13:30", 1.5),
        ("T09:00:00", 21),
        ("12:00", 0),
        ("R/2026-03-01T09:00/P1D", 21),
        ("R/2026-03-10T09:00/P1D", 141),
        ("R5/2026-03-01T09:00/P1D", 21),
        ("R4/2026-03-01T09:00/P1D", 0),
        ("R/2026-03-04T12:00:00/PT1H", 0),
        ("0 0 9 ? * MON-FRI", 21),
        ("0 0 9 ? * THU-FRI *", 21),
        ("0 0/15 8-17 * * ?", 0),
        ("30 5,35 * * * *", 5.5 / 60),
        ("0 0 0 1 APR ?", 27 * 24 + 12),
        ("0 0 6 29 2 ?", 17442),
    ],
)
def test_a_token_waits_until_it_rings(written: str, hours: float) -> None:
    assert parse_alarm(written).hours_until(NOON) == hours


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "P1D",
            "R3/PT10M",
            "${date}",
            "=due",
            "2026-13-01",
            "25:00",
            "0 9 * * MON#2",
            "0 9 * * 5-1",
            "0 9 * 8",
        ),
        *(
            "0 0 9 ? * 2-6",
            "0 0 9 L * ?",
            "0 0 9 31 2 ?",
            "0 61 9 ? * MON",
            "when it suits us all best",
        ),
        *("0 0 9 ? * FRI-MON", "0 0 9 ? * MON#2", "0 0 9 * * * 2027", "0 0/0 9 ? * *"),
        *("R/2026-03-01/P1M", "R/2026-03-01/PT0S", "on Monday"),
    ],
)
def test_what_is_no_moment_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        parse_alarm(written)


def test_zones_count_where_both_have_one() -> None:
    alarm = parse_alarm("2026-03-05T09:00:00+01:00")
    assert alarm.hours_until(NOON.replace(tzinfo=UTC)) == 20
    east = timezone(timedelta(hours=1))
    assert alarm.hours_until(NOON.replace(tzinfo=east)) == 21
    assert parse_alarm("13:30").hours_until(NOON.replace(tzinfo=east)) == 1.5


@given(
    st.sampled_from(
        [
            *("2026-03-05", "13:30", "R/2026-03-01T09:00/PT7H", "R9/2026-03-01/P2D"),
            *("0 0 9 ? * MON-FRI", "0 0/20 7-18 * * ?", "0 30 8 1,15 * ?"),
        ]
    ),
    st.floats(0, 500),
    st.floats(0, 50),
)
def test_who_comes_later_does_not_leave_earlier_nor_wait_longer_than_the_most(
    written: str, start: float, more: float
) -> None:
    alarm, begin = parse_alarm(written), NOON - timedelta(days=5)
    first = start + alarm.hours_until(begin + timedelta(hours=start))
    later = start + more + alarm.hours_until(begin + timedelta(hours=start + more))
    assert later >= first - 1e-6
    assert first - start <= alarm.most_hours(begin) + 1e-6


@pytest.mark.parametrize(
    "written", ["2026-03-04T12:00", "2026-03-04 12:00:00", " 2026-03-04 12:00"]
)
def test_a_moment_is_read_as_people_write_it(written: str) -> None:
    assert parse_moment(written) == NOON


@pytest.mark.parametrize(
    "written", ["", "soon", "4 March", "2026-03", "2026-W10-3", "12:00", "20260304"]
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue, match="is no moment"):
        parse_moment(written)
