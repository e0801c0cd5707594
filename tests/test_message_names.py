"""The names of message flows stand beside them, and on nothing."""

from __future__ import annotations

from itertools import combinations, pairwise

import models
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.diagram import Bounds, Diagram, parts_of, waypoints_of
from cjbpmn.document import read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.enrichment.lettering import OUTSIDE, fold, folded_lines
from cjbpmn.enrichment.message_names import FlowName, name_size, place_names, place_upright
from cjbpmn.journey import Journey, Step


@given(st.text(max_size=60).filter(lambda text: "\n" not in text))
def test_a_name_fits_into_its_room(text: str) -> None:
    width, height = name_size(text)
    if text:
        assert folded_lines(text, max(width, 1), OUTSIDE) * 14 <= height or width >= 90


def test_words_are_not_broken() -> None:
    width, height = name_size("Kundencenterschalter mit Termin")
    assert height == 28
    assert any("Kundencenterschalter" in line for line in fold("Kundencenterschalter", width, 11))


def test_one_name_stands_to_the_right_if_it_can() -> None:
    name = FlowName(0, 100, 40, 14)
    assert place_names([name], 8, ()) == [Bounds(105, 8, 40, 14)]
    assert place_names([name], 8, (120,)) == [Bounds(55, 8, 40, 14)]
    # Where both sides are taken, one is as good as the other.
    assert place_names([name], 8, (120, 80)) == [Bounds(105, 8, 40, 14)]


def test_a_name_stays_off_the_names_that_are_placed() -> None:
    names = [FlowName(0, 100, 40, 14), FlowName(1, 150, 40, 14), FlowName(2, 170, 40, 14)]
    first, second, third = place_names(names, 0, ())
    assert first.x == 105
    assert second.x == 155  # The left is taken by the first.
    assert third.x == 175


def test_of_several_flows_at_one_step_the_names_stand_at_both_sides() -> None:
    names = [FlowName(0, x, 40, 14) for x in (100, 124, 148)]
    left, middle, right = place_names(names, 0, ())
    assert left == Bounds(55, 0, 40, 14)
    assert right == Bounds(153, 0, 40, 14)
    assert middle == Bounds(153, 14, 40, 14)
    above, between, below = place_upright(names, 0)
    assert above.right < 100 < between.x
    assert between.right < 124 + 24 < below.x


CHANNELS = ("phone", "branch office counter", "Kundencenterschalter mit Termin", "")


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("names", [("start",), ("check", "tell"), ("tell", "check", "start")])
def test_many_flows_at_each_step(channel: str, names: tuple[str, ...]) -> None:
    steps = tuple(Step("I ask", at=names, channel=channel or None, feels=()) for _ in range(4))
    document = read_document(models.PLAIN)
    enrich_document(document, Journey("Many", steps=steps))
    diagram = Diagram(document.element("plane"))
    flows = [flow.get("id", "") for flow in document.root.iter("{*}messageFlow")]
    assert len(flows) == 4 * len(names)
    ways = {flow: waypoints_of(diagram.edge(flow)) for flow in flows}  # type: ignore[arg-type]
    starts = sorted(min(points, key=lambda point: point[1])[0] for points in ways.values())
    assert all(after - before >= 12 for before, after in pairwise(starts))
    if not channel:
        return
    labels = {flow: edge_label(diagram, flow) for flow in flows}
    for one, other in combinations(labels.values(), 2):
        assert not one.overlaps(other)
    for flow, label in labels.items():
        for points in ways.values():
            assert not any(label.overlaps(part) for part in parts_of(points)), flow


def edge_label(diagram: Diagram, flow: str) -> Bounds:
    edge = diagram.edge(flow)
    assert edge is not None
    [bounds] = edge.iterfind("{*}BPMNLabel/{*}Bounds")
    return Bounds(*(float(bounds.get(name, "")) for name in ("x", "y", "width", "height")))


def test_names_stay_off_the_lines_that_a_black_box_has() -> None:
    document = read_document(models.BLACK_BOX)
    steps = (Step("I ask", at=("pick",), channel="a long name of a channel"),)
    enrich_document(document, Journey("Asking", customer="Customer", steps=steps))
    diagram = Diagram(document.element("plane"))
    label = edge_label(diagram, "CjTouchpoint_1")
    edge = diagram.edge("m2")
    assert edge is not None
    assert not any(label.overlaps(part) for part in parts_of(waypoints_of(edge)))
