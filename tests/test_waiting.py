"""Waiting: every case with a known answer goes the whole way from the file to the figures."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from work import TWO_SECONDS, count_calls

from cjbpmn.contacts import Contact
from cjbpmn.customer import find_customer_candidates
from cjbpmn.distributions import Pert
from cjbpmn.document import read_document
from cjbpmn.durations import Timings, read_timings
from cjbpmn.errors import CjbpmnError
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.waiting import WaitingReport, find_waiting_stretches
from cjbpmn.working_hours import WorkingHours

FOLDER = Path(__file__).parent / "waiting_cases"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for name in ("cases.json", "examined.json")
    for case in json.loads((FOLDER / name).read_text())["cases"]
}

# What the BPMN file cannot carry: given to `read_timings` by the caller.
GIVEN: dict[str, dict[str, Any]] = {
    "W15": {"repeats": {"A": 0.5}},
    "W42": {"durations": {"B": Pert(1, 2, 9)}},
}


def graph_of(path: Path) -> ProcessGraph:
    return build_graph(read_document(path))


def customers_of(case: Mapping[str, Any], graph: ProcessGraph) -> list[str]:
    names = [*case["customer"].get("lanes", ()), *case["customer"].get("pools", ())]
    present = {holder.name for holder in (*graph.lanes.values(), *graph.participants.values())}
    return [name for name in names if name in present]


def timings_of(case: Mapping[str, Any], graph: ProcessGraph) -> Timings:
    given = dict(GIVEN.get(case["id"], {}))
    if week := case.get("calendar"):
        given["begins"] = datetime.fromisoformat(week["case_start"])
        given["calendars"] = {"*": WorkingHours.weekly(week["weekdays"], *week["hours"])}
    return read_timings(graph, **given)


def report_of(case: Mapping[str, Any]) -> WaitingReport:
    graph = graph_of(FOLDER / f"{case['id']}.bpmn")
    declared = {
        node: Contact(value["involvement"], value["direction"])
        for node, value in case["customer"].get("declared", {}).items()
    }
    return find_waiting_stretches(
        graph, timings_of(case, graph), customers_of(case, graph), declared=declared
    )


@pytest.fixture(scope="module")
def reports() -> dict[str, WaitingReport]:
    return {}


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return CASES[request.param]


@pytest.fixture
def report(case: dict[str, Any], reports: dict[str, WaitingReport]) -> WaitingReport:
    if case["id"] not in reports:
        reports[case["id"]] = report_of(case)
    return reports[case["id"]]


def number(value: Any) -> Any:
    return math.inf if value == "inf" else value


def share_error(share: float, report: WaitingReport) -> float:
    if report.method != "sampled":
        return 0.0
    return math.sqrt(max(share * (1 - share), 0) / report.samples)


def near(found: Any, wanted: Any, error: float = 0.0) -> bool:
    """Equal to 1e-9, or within three standard errors."""
    found, wanted = number(found), number(wanted)
    if found is None or wanted is None:
        return found is wanted
    return found == wanted or abs(found - wanted) <= max(1e-9, 3 * error)


def test_cases_and_files_are_the_same() -> None:
    assert {path.stem for path in FOLDER.glob("*.bpmn")} == set(CASES)


def test_contacts(case: dict[str, Any], report: WaitingReport) -> None:
    assert dict(report.touchpoints) == case["expected"]["touchpoints"]


def test_structure_of_stretches(case: dict[str, Any], report: WaitingReport) -> None:
    flags = (
        "starts",
        "kind",
        "body",
        "unknown",
        "incomplete",
        "lower_bound",
        "includes_end_work",
        "includes_start_work",
        "unreachable",
        "twin",
    )
    found = {stretch["end"]: stretch for stretch in report.as_dict()["stretches"]}
    wanted = {stretch["end"]: stretch for stretch in case["expected"]["stretches"]}
    assert found.keys() == wanted.keys()
    for end, stretch in wanted.items():
        for flag in flags:
            assert found[end].get(flag) == stretch.get(flag), (end, flag)
        assert sorted(found[end]["handoffs"]) == sorted(stretch["handoffs"]), end


def test_figures_of_stretches(case: dict[str, Any], report: WaitingReport) -> None:
    by_end = {stretch.end: stretch for stretch in report}
    for wanted in case["expected"]["stretches"]:
        stretch = by_end[wanted["end"]]
        found = stretch.as_dict()
        assert near(found["min"], wanted["min"])
        assert near(found["max"], wanted["max"])
        assert near(found["expected"], wanted["expected"], stretch.standard_error)
        often = wanted["executions"]
        assert near(found["executions"], often, share_error(min(often, 1), report))
        legs = {leg["from"]: leg for leg in found["legs"]}
        assert legs.keys() == {leg["from"] for leg in wanted["legs"]}
        for leg in wanted["legs"]:
            error = share_error(leg["share"], report)
            assert near(legs[leg["from"]]["share"], leg["share"], error)
            error = stretch.standard_error / math.sqrt(leg["share"])
            assert near(legs[leg["from"]]["expected"], leg["expected"], error)
            assert near(legs[leg["from"]]["min"], leg["min"])
            assert near(legs[leg["from"]]["max"], leg["max"])


def test_percentiles(case: dict[str, Any], report: WaitingReport) -> None:
    by_end = {stretch.end: stretch for stretch in report}
    for wanted in case["expected"]["stretches"]:
        for name in {"p50", "p90"} & wanted.keys():
            found = getattr(by_end[wanted["end"]], name)
            assert found == pytest.approx(wanted[name], rel=0.02 if report.samples else 1e-9)


def test_figures_of_the_case(case: dict[str, Any], report: WaitingReport) -> None:
    wanted = case["expected"]["case"]
    found = report.case.as_dict()
    assert near(found["wait_min"], wanted["wait_min"])
    assert near(found["wait_max"], wanted["wait_max"])
    for name in ("journey", "wait", "longest", "occupied", "gaps"):
        assert near(found[name], wanted[name], report.standard_errors.get(name, 0.0)), name


def test_ending_and_tail(case: dict[str, Any], report: WaitingReport) -> None:
    wanted = case["expected"]["ending"]
    assert report.ending.keys() == wanted.keys()
    for kind, share in wanted.items():
        assert near(report.ending[kind], share, share_error(share, report))
    tails = [tail.as_dict() for tail in report.tail]
    expected = case["expected"].get("tail", [])
    assert len(tails) == len(expected)
    for found, tail in zip(tails, expected, strict=True):
        assert (found["kind"], found["start"]) == (tail["kind"], tail["start"])
        assert found["body"] == tail["body"]
        assert near(found["probability"], tail["probability"])
        assert near(found["processing_expected"], tail["processing_expected"])


def test_warnings(case: dict[str, Any], report: WaitingReport) -> None:
    assert set(report.warnings) == set(case["expected"]["warnings"])


REFERENCES = {
    "id",
    "sourceRef",
    "targetRef",
    "attachedToRef",
    "elementRef",
    "processRef",
    "default",
    "activityRef",
    "calledElement",
}


def renamed(identifier: str) -> str:
    """Another id, such that those that stood first in the alphabet stand last."""
    return "n" + "".join(chr(255 - ord(letter) + 100) for letter in identifier)


@pytest.mark.parametrize("name", ["W10", "W14", "W33", "W37", "W47", "W54", "W59", "W61"])
def test_other_ids_and_another_order_change_nothing(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    tree = etree.parse(str(FOLDER / f"{name}.bpmn"))
    for element in list(tree.iter(etree.Element)):
        for key in REFERENCES & set(element.attrib):
            element.set(key, renamed(element.get(key, "")))
        if etree.QName(element).localname in {"flowNodeRef", "incoming", "outgoing"}:
            element.text = renamed(element.text or "")
        if etree.QName(element).localname == "process":
            # Lanes first, as the schema wants it; the rest the other way round.
            lanes = [child for child in element if etree.QName(child).localname == "laneSet"]
            element[:] = lanes + [child for child in reversed(element) if child not in lanes]
    path = tmp_path / "other.bpmn"
    tree.write(str(path))
    graph = graph_of(path)
    other = find_waiting_stretches(graph, customer=customers_of(case, graph))
    one = report_of(case)
    back = {renamed(identifier): identifier for identifier in one.touchpoints}
    assert {back[stretch.end] for stretch in other} == {stretch.end for stretch in one}
    by_end = {back[stretch.end]: stretch for stretch in other}
    for stretch in one:
        assert len(by_end[stretch.end].body) == len(stretch.body)
        for figure in ("executions", "minimum", "expected", "maximum"):
            assert getattr(by_end[stretch.end], figure) == pytest.approx(getattr(stretch, figure))
    assert other.case.wait == pytest.approx(one.case.wait)
    assert dict(other.ending) == pytest.approx(dict(one.ending))


def test_more_time_on_every_path_adds_up() -> None:
    graph = graph_of(FOLDER / "W47.bpmn")
    before = find_waiting_stretches(graph, customer=["Customer"])
    after = find_waiting_stretches(graph, read_timings(graph, {"T1": 5.0}), ["Customer"])
    assert after.case.wait == pytest.approx(before.case.wait)
    assert after.case.journey == pytest.approx(5 + (before.case.journey or 0))


def test_an_internal_node_that_becomes_a_contact_never_lengthens_a_stretch() -> None:
    graph = graph_of(FOLDER / "W01.bpmn")
    declared = {"A": Contact("end", "out")}
    report = find_waiting_stretches(graph, customer=["Customer"], declared=declared)
    assert [stretch.expected for stretch in report] == [2, 3]


def test_the_report_is_a_table_and_json() -> None:
    report = report_of(CASES["W40"])
    frame = report.to_frame()
    assert list(frame["end"]) == ["T2"]
    assert bool(frame.loc[0, "lower_bound"])
    assert json.loads(json.dumps(report.as_dict()))["stretches"][0]["unknown"] == ["A"]


def names(graph: ProcessGraph, identifiers: tuple[str, ...]) -> list[str]:
    return sorted(graph.label(identifier.partition("#")[0]) for identifier in identifiers)


RESTAURANT = (
    "camunda-research/English/04-Self-service-restaurant/03-Solution/self-service-restaurant.bpmn"
)


def test_restaurant(corpus: Path) -> None:
    """The waits that were read by hand; a stretch ends where its work does.

    The hand list goes from what the guest does to what the guest does next, and so names the
    contacts at both ends too: that is `inside`. It ends with the guest's own task; a stretch ends
    with the contact whose work the guest waits for, which is the other end of the same message.
    """
    graph = graph_of(corpus / RESTAURANT)
    report = find_waiting_stretches(graph)
    found = {graph.label(stretch.end): stretch for stretch in report}
    inside = {name: names(graph, stretch.inside) for name, stretch in found.items()}
    assert inside["wait for turn"] == []
    assert inside["Collect money"] == ["Collect money", "Enter order", "Order received"]
    assert inside["Hand over buzzer"] == ["Collect money", "Hand over buzzer", "Set up buzzer"]
    assert inside["Set off buzzer"] == [
        "Hand over buzzer",
        "Inform chef",
        "Inform employee",
        "Meal needed",
        "Meal ready",
        "Place meal in hatch",
        "Prepare meal",
        "Set off buzzer",
    ]
    assert inside["Hand over meal"] == ["Guest appears", "Hand over meal"]
    main = found["Set off buzzer"]
    assert len(main.handoffs) == 2
    assert len(main.desks) == 2
    assert main.partners == ("Chef meal preparation",)
    # That the guest is called again after five minutes is the organisation waiting for the guest.
    assert found["Call guest"].executions == 0
    assert report.ending == {"closed": 1.0}


def test_c_2_0(corpus: Path) -> None:
    """The same for the order at a web shop with a carrier and a card company."""
    graph = graph_of(corpus / "miwg/Reference/C.2.0.bpmn")
    found = {graph.label(stretch.end): stretch for stretch in find_waiting_stretches(graph)}
    assert found.keys() == {"Send Result", "Deliver Items"}
    assert names(graph, found["Send Result"].inside) == [
        "Receive Credit Card Information",
        "Send Result",
        "Take Payment",
    ]
    assert found["Send Result"].partners == ("Credit Card Company",)
    delivery = found["Deliver Items"]
    assert names(graph, delivery.inside) == [
        "Deliver Items",
        "Load Truck",
        "Pick items",
        "Pick items",
        "Place in bin",
        "Receive Order",
        "Receive and Package items",
        "Send to carrier dock",
    ]
    assert delivery.desks == ("Picker", "Packager", "Carrier")
    assert delivery.partners == ("Carrier",)


def test_c_9_1_has_no_customer_who_waits(corpus: Path) -> None:
    report = find_waiting_stretches(graph_of(corpus / "miwg/Reference/C.9.1.bpmn"))
    assert len(report) == 0
    assert report.warnings[-1] == "no-touchpoints"


def real_files(corpus: Path) -> Iterator[Path]:
    yield from sorted((corpus / "camunda-research" / "English").rglob("*.bpmn"))
    yield from sorted((corpus / "miwg" / "Reference").rglob("*.bpmn"))


@pytest.mark.parametrize("who", ["likely customer", "first pool", "first lane"])
def test_every_real_file_is_answered_with_bounded_work(corpus: Path, who: str) -> None:
    for path in real_files(corpus):
        try:
            graph = graph_of(path)
        except CjbpmnError:
            continue
        if who == "likely customer":
            customers = [candidate.id for candidate in find_customer_candidates(graph)[:1]]
        else:
            customers = list(graph.participants if who == "first pool" else graph.lanes)[:1]
        report, calls = count_calls(partial(find_waiting_stretches, graph, customer=customers))
        assert calls < TWO_SECONDS, path
        json.dumps(report.as_dict())
        total = math.fsum(report.ending.values())
        assert total == pytest.approx(1) or report.method == "none", path
