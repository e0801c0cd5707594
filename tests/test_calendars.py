"""Working hours and dates from files: from what people write to what the customer waits."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from drawing import Drawing, asked, only
from hypothesis import assume, given
from hypothesis import strategies as st
from random_models import make_model
from test_waiting import CASES, FOLDER, customers_of
from test_waiting_laws import SEEDS, assert_same_figures, exact_report, laws
from typer.testing import CliRunner

import cjbpmn as cj
from cjbpmn.cli import app
from cjbpmn.distributions import Fixed, Uniform
from cjbpmn.document import Document, read_document
from cjbpmn.durations import read_timings
from cjbpmn.errors import ElementNotFound, InvalidValue
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.waiting import WaitingReport, find_waiting_stretches
from cjbpmn.working_hours import WorkingHours

FRIDAY = datetime(2026, 1, 9, 15)  # noqa: DTZ001 - hours have no zone
MONDAY = datetime(2026, 1, 12, 9)  # noqa: DTZ001
OFFICE = "Mon-Fri 9:00-17:00"
WEEKLY = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20200106T{opens:02.0f}0000
DTEND:20200106T{closes:02.0f}0000
RRULE:FREQ=WEEKLY;BYDAY={days}
END:VEVENT
END:VCALENDAR"""
DATED = [name for name, case in CASES.items() if "calendar" in case]


# The worked cases, with their calendar in a file


def with_bpsim_calendar(case: dict[str, Any]) -> bytes:
    """Return the model of a case, its calendar and its begin among the simulation data."""
    week = case["calendar"]
    days = ",".join(("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day] for day in week["weekdays"])
    calendar = WEEKLY.format(opens=week["hours"][0], closes=week["hours"][1], days=days)
    text = (FOLDER / f"{case['id']}.bpmn").read_text(encoding="utf-8")
    start = f'<bpsim:Start><bpsim:DateTimeParameter value="{week["case_start"]}"/></bpsim:Start>'
    scenario = f"{start}</bpsim:ScenarioParameters>"
    text = text.replace('baseTimeUnit="hour"/>', f'baseTimeUnit="hour">{scenario}')
    text = text.replace('timeUnit="hour"', 'timeUnit="hour" validFor="office"')
    holder = f'<bpsim:Calendar id="office" name="Office">{calendar}</bpsim:Calendar>'
    return text.replace("</bpsim:Scenario>", f"{holder}</bpsim:Scenario>").encode()


def with_journey(case: dict[str, Any]) -> bytes:
    """Return the model of a case, enriched with a journey that tells its calendar and begin."""
    week = case["calendar"]
    hours = WorkingHours.weekly(week["weekdays"], *week["hours"]).words()
    journey = cj.read_journey({
        "journey": "J",
        "begins": week["case_start"],
        "steps": [{"do": "T1", "at": "T1"}],
        "calendars": [{"at": "Sales", "works": list(hours)}],
    })  # fmt: skip
    document = read_document(FOLDER / f"{case['id']}.bpmn")
    cj.enrich_document(document, journey, customer="Customer")
    return document.to_bytes()


def test_there_is_such_a_case() -> None:
    assert "W43" in DATED


@pytest.mark.parametrize("make", [with_bpsim_calendar, with_journey])
@pytest.mark.parametrize("name", DATED)
def test_a_worked_case_gets_its_calendar_from_a_file(name: str, make: Any) -> None:
    case = CASES[name]
    graph = build_graph(read_document(make(case)))
    report = find_waiting_stretches(graph, customer=customers_of(case, graph))
    wanted = case["expected"]
    for stretch in wanted["stretches"]:
        found = only(report, stretch["end"])
        assert found.minimum == pytest.approx(stretch["min"])
        assert found.maximum == pytest.approx(stretch["max"])
        assert found.expected == pytest.approx(stretch["expected"])
    assert report.case.wait == pytest.approx(wanted["case"]["wait"])
    assert report.case.journey == pytest.approx(wanted["case"]["journey"])
    assert report.warnings == ()


# What a journey file says

LUNCH = """
journey: Lunch
steps:
  - {do: I order, at: Order received}
  - {do: I read the confirmation, at: Send order confirmation}
durations:
  - {at: Check payment, takes: 4 h}
  - {at: Send order confirmation, takes: 1 h}
"""


def enriched(more: str) -> Document:
    document = read_document("docs/examples/webshop.bpmn")
    cj.enrich_document(document, cj.read_journey(LUNCH + more))
    return read_document(document.to_bytes())


def first_wait(document: Document, begins: datetime | None = FRIDAY) -> tuple[Any, WaitingReport]:
    graph = build_graph(document)
    report = find_waiting_stretches(graph, read_timings(graph, begins=begins))
    return only(report, "Activity_1c7ep0n").expected, report


@pytest.mark.parametrize(
    ("calendars", "wait"),
    [
        ("", 5),
        ("  - {at: Check payment, works: Mon-Fri 9-17}", 69),
        ("  - {at: Web shop, works: Mon-Fri 9-17}", 69),
        ("  - {at: Web shop, works: Mon-Fri 9-17, closed: 2026-01-12}", 93),
        ("  - {at: Web shop, works: Mon-Fri 9-17, closed: [01-12, 2026-01-13]}", 117),
        ("  - {at: [Check payment, Send order confirmation], works: 9-17}", 21),
        # The narrower place counts: its own hours, then those of its lane, then of the pool.
        ("  - {at: Web shop, works: Mon 9-17}\n  - {at: Check payment, works: 0-24}", 4 + 62 + 1),
    ],
)
def test_a_journey_says_when_people_work(calendars: str, wait: float) -> None:
    said = f"calendars:\n{calendars}" if calendars else ""
    found, report = first_wait(enriched(said))
    assert found == pytest.approx(wait)
    assert not any(warning.startswith("working-time") for warning in report.warnings)


def test_the_case_begins_when_the_journey_says_or_the_caller() -> None:
    said = "begins: 2026-01-09 15:00\ncalendars:\n  - {at: Web shop, works: Mon-Fri 9-17}"
    document = enriched(said)
    assert first_wait(document, None)[0] == pytest.approx(69)
    assert first_wait(document, MONDAY)[0] == pytest.approx(5)
    assert cj.extract_journeys(document).journeys == (cj.read_journey(LUNCH + said),)


def test_without_a_begin_working_time_is_a_lower_bound_and_says_so() -> None:
    document = enriched("calendars:\n  - {at: Web shop, works: Mon-Fri 9-17}")
    wait, report = first_wait(document, None)
    assert wait == pytest.approx(5)
    codes = [warning.partition(":")[0] for warning in report.warnings]
    assert codes.count("unused-calendar") == 1
    assert codes.count("working-time") == 2


def test_working_days_are_days_of_the_calendar() -> None:
    said = "calendars:\n  - {at: Web shop, works: 'Mon-Fri 9-12, 13-17'}\n"
    text = LUNCH.replace("takes: 4 h", "takes: 2 werkdagen")
    document = read_document("docs/examples/webshop.bpmn")
    cj.enrich_document(document, cj.read_journey(text + said))
    # Two hours on Friday, seven on Monday, five on Tuesday: until three; then the confirmation.
    assert first_wait(read_document(document.to_bytes()))[0] == pytest.approx(4 * 24 + 1)


def test_days_that_become_days_of_work_are_named() -> None:
    said = "calendars:\n  - {at: Web shop, works: Mon-Fri 9-17}\n"
    document = read_document("docs/examples/webshop.bpmn")
    cj.enrich_document(document, cj.read_journey(LUNCH.replace("4 h", "2 days") + said))
    report = first_wait(read_document(document.to_bytes()))[1]
    assert [w for w in report.warnings if w.startswith("days-as-work")] == [
        "days-as-work:Activity_0r2kx7c"
    ]


def test_a_calendar_for_what_is_not_in_the_model_is_refused() -> None:
    with pytest.raises(ElementNotFound, match="Back office"):
        enriched("calendars:\n  - {at: Back office, works: Mon-Fri 9-17}")


# What simulation data say

SIMULATED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpsim="http://www.bpsim.org/schemas/2.0" id="d" targetNamespace="x">
 <process id="p"><startEvent id="s"/><task id="A"/><sequenceFlow id="f" sourceRef="s"
  targetRef="A"/></process>
 <relationship type="BPSimData"><extensionElements><bpsim:BPSimData>
  <bpsim:Scenario id="one"><bpsim:ScenarioParameters>{start}</bpsim:ScenarioParameters>
  <bpsim:ElementParameters elementRef="A"><bpsim:TimeParameters>{times}</bpsim:TimeParameters>
  </bpsim:ElementParameters>{calendars}</bpsim:Scenario>
 </bpsim:BPSimData></extensionElements></relationship>
</definitions>"""
START = '<bpsim:Start><bpsim:DateTimeParameter value="2026-01-09T15:00:00.000"/></bpsim:Start>'
WORK = (
    '<bpsim:ProcessingTime><bpsim:FloatingParameter value="4" timeUnit="hour" validFor="{name}"/>'
    "</bpsim:ProcessingTime>"
)
WAIT = '<bpsim:WaitTime><bpsim:FloatingParameter value="1" timeUnit="hour"/></bpsim:WaitTime>'
CALENDAR = '<bpsim:Calendar id="{name}" name="x">{text}</bpsim:Calendar>'
GOOD = WEEKLY.format(opens=9, closes=17, days="MO,TU,WE,TH,FR")


def simulated(times: str, calendars: str, start: str = START) -> ProcessGraph:
    data = SIMULATED.format(times=times, calendars=calendars, start=start)
    return build_graph(read_document(data.encode()))


def test_a_value_of_bpsim_counts_by_its_calendar() -> None:
    graph = simulated(WORK.format(name="c"), CALENDAR.format(name="c", text=GOOD))
    timings = read_timings(graph)
    clock = timings.calendar(graph.nodes["A"])
    assert clock is not None
    assert clock.finish(0, 4) == 68
    assert (timings.begins, timings.warnings) == (FRIDAY, ())


@pytest.mark.parametrize(
    ("times", "calendars", "warning"),
    [
        (WORK.format(name="c"), CALENDAR.format(name="c", text="by hand"), "c#VEVENT"),
        (
            WORK.format(name="c"),
            CALENDAR.format(name="c", text=GOOD.replace("WEEKLY", "WEEKLY;COUNT=3")),
            "c#COUNT",
        ),
        # One part counts by the calendar, the other by the clock: that is not told apart.
        (WORK.format(name="c") + WAIT, CALENDAR.format(name="c", text=GOOD), "c"),
        # Nothing that is read says that it counts by this one.
        (WAIT, CALENDAR.format(name="resources", text=GOOD), "resources"),
    ],
)
def test_a_calendar_that_is_not_used_is_named(times: str, calendars: str, warning: str) -> None:
    graph = simulated(times, calendars)
    timings = read_timings(graph)
    assert timings.warnings == (f"unread-calendar:{warning}",)
    assert timings.calendar(graph.nodes["A"]) is None


def test_a_calendar_of_bpsim_without_a_begin_is_a_lower_bound() -> None:
    graph = simulated(WORK.format(name="c"), CALENDAR.format(name="c", text=GOOD), start="")
    timings = read_timings(graph)
    assert timings.durations["A"].working
    assert timings.warnings == ("unused-calendar:A",)


# What a caller gives


def test_what_the_caller_gives_goes_before_the_file() -> None:
    graph = simulated(WORK.format(name="c"), CALENDAR.format(name="c", text=GOOD))
    timings = read_timings(graph, calendars={"*": "0:00-24:00"})
    clock = timings.calendar(graph.nodes["A"])
    assert clock is not None
    assert clock.finish(0, 4) == 4


def test_hours_that_a_caller_gives_must_be_hours() -> None:
    with pytest.raises(InvalidValue, match="names no working hours"):
        read_timings(simulated("", ""), calendars={"*": "often"})


def test_each_works_by_its_own_hours() -> None:
    calendars = {"A": OFFICE, "B": "Mon-Fri 13:00-21:00"}
    one_after_the_other = asked(Drawing(), "task A", "task B", flows="S>A A>B B>E")
    report = one_after_the_other.report({"A": 4, "B": 4}, begins=FRIDAY, calendars=calendars)
    # A is done on Monday at eleven; B goes on at one, and is done at five.
    assert only(report, "E").expected == 74
    at_once = asked(
        Drawing(), "parallelGateway X", "task A", "task B", "parallelGateway Y",
        flows="S>X X>A X>B A>Y B>Y Y>E",
    )  # fmt: skip
    report = at_once.report({"A": 4, "B": 4}, begins=FRIDAY, calendars=calendars)
    # B is done on Friday at seven.
    assert only(report, "E").expected == 68
    spread = {"A": Uniform(0, 4), "B": 1}
    report = one_after_the_other.report(spread, begins=FRIDAY, calendars=calendars)
    found = only(report, "E")
    # Half of the cases get through A by five on Friday, and through B by six at the latest; those
    # that do not are done with A on Monday before eleven, and with B at two.
    assert (found.minimum, found.maximum) == pytest.approx((1, 71))
    assert found.expected == pytest.approx((2 + 71) / 2, abs=4 * found.standard_error)


# Timers that wait for a moment


def timer(text: str, kind: str = "timeDate") -> Drawing:
    """Draw a customer who asks, waits for A and then for a timer, and gets an answer."""
    drawing = asked(Drawing(), "task A", "intermediateCatchEvent T timer PT1H", flows="S>A A>T T>E")
    body = drawing.bodies["Org"]
    drawing.bodies["Org"] = [
        line.replace("<timeDuration>PT1H</timeDuration>", f"<{kind}>{text}</{kind}>")
        for line in body
    ]
    return drawing


@pytest.mark.parametrize(
    ("text", "kind", "work", "wait"),
    [
        ("2026-01-12T09:00:00", "timeDate", Fixed(4), 66),
        ("2026-01-09T16:00:00", "timeDate", Fixed(4), 4),
        ("2026-01-12", "timeDate", Uniform(1, 40), 57),
        ("08:00", "timeDate", Fixed(4), 17),
        ("R/2026-01-01T06:00:00/P7D", "timeCycle", Fixed(4), 15 + 5 * 24),
        ("0 0 9 ? * MON-FRI", "timeCycle", Fixed(4), 66),
        ("R/PT2H", "timeCycle", Fixed(4), 6),
    ],
)
def test_a_timer_rings_at_its_moment(text: str, kind: str, work: Any, wait: float) -> None:
    report = timer(text, kind).report({"A": work}, begins=FRIDAY)
    found = only(report, "E")
    assert (found.minimum, found.maximum) == pytest.approx((wait, wait), abs=1e-9)
    assert found.expected == pytest.approx(wait)
    assert found.sources["T"] == "timer"
    assert not any(warning.startswith("unread-timer") for warning in report.warnings)


def test_without_a_begin_a_date_is_unknown() -> None:
    report = timer("2026-01-12T09:00:00").report({"A": 4})
    assert only(report, "E").unknown == ("T",)
    assert "unread-timer:T" in report.warnings


def test_a_date_on_the_border_ends_work_that_takes_longer() -> None:
    drawing = asked(
        Drawing(),
        "task A", "boundaryEvent B timer PT1H on=A", "endEvent L message",
        flows="S>A A>E B>L",
    )  # fmt: skip
    drawing.message("L>Client")
    drawing.bodies["Org"] = [
        line.replace("timeDuration>PT1H</timeDuration", "timeDate>2026-01-09T20:00:00</timeDate")
        for line in drawing.bodies["Org"]
    ]
    for work, end, wait in ((4, "E", 4), (8, "L", 5)):
        report = drawing.report({"A": work}, begins=FRIDAY)
        assert only(report, end).expected == wait
        assert only(report, end).executions == 1
    # By the calendar, four hours of work take until Monday.
    report = drawing.report({"A": 4}, begins=FRIDAY, calendars={"A": OFFICE})
    assert only(report, "L").expected == 5


def test_a_loop_by_the_calendar_goes_on_when_people_work_again() -> None:
    drawing = asked(
        Drawing(), "exclusiveGateway M", "task A", "exclusiveGateway X", flows="S>M M>A A>X X>M X>E"
    )
    report = drawing.report(
        {"A": 4}, probabilities={"X-M": 0.5, "X-E": 0.5}, begins=MONDAY, calendars={"A": OFFICE}
    )
    # Done after 4 h, 8 h, 28 h, 32 h, 52 h: each try half as likely as the one before. In n weeks
    # of five days there are ten tries.
    done = [24 * (n // 2) + 4 + 4 * (n % 2) + 48 * (n // 10) for n in range(200)]
    wanted = sum(hours / 2 ** (n + 1) for n, hours in enumerate(done))
    stretch = only(report, "E")
    assert stretch.expected == pytest.approx(wanted, abs=max(3 * stretch.standard_error, 1e-3))
    assert stretch.minimum == 4


def test_a_timer_in_working_days_counts_by_the_calendar_of_its_lane() -> None:
    drawing = timer("x", "timeDuration")
    drawing.bodies["Org"] = [line.replace(">x<", ">2 werkdagen<") for line in drawing.bodies["Org"]]
    report = drawing.report({"A": 4}, begins=FRIDAY, calendars={"Org": OFFICE})
    # Until Monday at eleven for A; two days of eight hours end on Wednesday at eleven.
    assert only(report, "E").expected == 68 + 48
    assert not any(warning.startswith("working-time") for warning in report.warnings)
    without = drawing.report({"A": 4})
    assert "working-time:T" in without.warnings


def test_a_date_among_several_events_wins_if_it_is_first() -> None:
    drawing = asked(
        Drawing(),
        "eventBasedGateway G", "intermediateCatchEvent D timer PT1H",
        "intermediateCatchEvent L timer PT6H", "task A", "task B",
        flows="S>G G>D G>L D>A L>B A>E B>E",
    )  # fmt: skip
    drawing.bodies["Org"] = [
        line.replace("timeDuration>PT1H</timeDuration", "timeDate>2026-01-09T20:00</timeDate")
        for line in drawing.bodies["Org"]
    ]
    for begins, wait in ((FRIDAY, 5 + 1), (MONDAY - timedelta(days=3), 6 + 2)):
        report = drawing.report({"A": 1, "B": 2}, begins=begins)
        assert only(report, "E").expected == wait


def test_a_date_starts_an_event_sub_process() -> None:
    drawing = Drawing()
    drawing.pool(
        "Org", "startEvent Due timer PT1H", "task Warn", "endEvent Told message",
        flows="Due>Warn Warn>Told", inside="Watch",
    )  # fmt: skip
    drawing.bodies["Watch"] = [
        line.replace("timeDuration>PT1H</timeDuration", "timeDate>2026-01-09T17:00</timeDate")
        for line in drawing.bodies["Watch"]
    ]
    drawing.pool("Org", "subProcess Watch triggeredByEvent=true")
    asked(drawing, "task A", flows="S>A A>E")
    drawing.message("Told>Client")
    report = drawing.report({"A": 8, "Warn": 1}, begins=FRIDAY)
    assert only(report, "Told").expected == 2 + 1


# What must not change


@laws
@given(SEEDS, st.integers(0, 167))
def test_hours_without_an_end_change_nothing(seed: int, begin: int) -> None:
    model = make_model(seed)
    plain = exact_report(model)
    graph = build_graph(read_document(model.data()))
    hours, likely = model.timings()
    always = read_timings(
        graph,
        hours,
        probabilities=likely,
        calendars={"*": "Mon-Sun 0:00-24:00"},
        begins=MONDAY + timedelta(hours=begin),
    )
    report = find_waiting_stretches(graph, always, ["Client"])
    assume(report.method == "exact")
    assert_same_figures(plain, report, percentiles=True)


@laws
@given(SEEDS, st.integers(0, 167), st.integers(-30, 30))
def test_a_week_later_everything_takes_as_long(seed: int, begin: int, weeks: int) -> None:
    model = make_model(seed)
    graph = build_graph(read_document(model.data()))
    hours, likely = model.timings()

    def played(begins: datetime) -> WaitingReport:
        week = {"*": "Mon-Fri 9-12, 13-17"}
        timings = read_timings(graph, hours, probabilities=likely, calendars=week, begins=begins)
        return find_waiting_stretches(graph, timings, ["Client"])

    first = MONDAY + timedelta(hours=begin)
    one = played(first)
    assume(one.method == "exact")
    other = played(first + timedelta(weeks=weeks))
    assert_same_figures(one, other, percentiles=True)


# The command line


def test_the_command_line_says_when_a_case_begins(tmp_path: Path) -> None:
    path = tmp_path / "webshop.bpmn"
    enriched("calendars:\n  - {at: Web shop, works: Mon-Fri 9-17}").write(path)

    def waited(*options: str) -> Any:
        run = CliRunner().invoke(app, ["waits", str(path), "-f", "json", *options])
        assert run.exit_code in {0, 1}, run.output
        return json.loads(run.stdout)["case"]["wait"]

    assert waited("--begins", "2026-01-09T15:00") > waited("--begins", "2026-01-12")
    run = CliRunner().invoke(app, ["waits", str(path), "--begins", "soon"])
    assert run.exit_code == 2
    run = CliRunner().invoke(app, ["waits", str(path)])
    assert "nobody says when a case begins (--begins): Web shop" in " ".join(run.output.split())
