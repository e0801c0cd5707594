from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import models
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.diagram import Bounds, Diagram
from cjbpmn.document import read_document
from cjbpmn.enrichment import Show, enrich_document
from cjbpmn.enrichment.lettering import OUTSIDE, text_width
from cjbpmn.enrichment.message_routes import Contact, assign_columns, assign_tracks, route
from cjbpmn.enrichment.swimlane import (
    FROM_LEFT,
    FROM_TOP,
    LanePlaces,
    Room,
    lay_out,
)
from cjbpmn.enrichment.swimlane_columns import PlacedStep, place
from cjbpmn.journey import Emotion, Journey, Step

WISHES = st.lists(st.one_of(st.none(), st.floats(-500, 3000)), max_size=30)
STEPS = st.lists(
    st.builds(
        PlacedStep,
        wish=st.one_of(st.none(), st.floats(-500, 3000)),
        phase=st.sampled_from([None, "a", "b"]),
        evidence=st.lists(st.floats(52, 90), max_size=4).map(tuple),
        notes=st.lists(st.tuples(st.floats(60, 180), st.floats(24, 60)), max_size=3).map(tuple),
        flows=st.booleans(),
        label=st.floats(0, 90),
    ),
    max_size=12,
)


@given(WISHES, st.floats(10, 300), st.floats(0, 200), st.floats(0, 3000))
def test_points_keep_their_order_and_their_distance(
    wishes: list[float | None], distance: float, low: float, width: float
) -> None:
    places = place(wishes, [distance] * (len(wishes) - 1), low, low + width)
    assert all(b - a >= distance - 1e-6 for a, b in pairwise(places))
    assert all(one >= low - 1e-6 for one in places)


@given(st.lists(st.floats(0, 3000), min_size=1, max_size=8, unique=True))
def test_wishes_that_can_be_met_are_met(wishes: list[float]) -> None:
    wishes.sort()
    distances = [b - a for a, b in pairwise(wishes)]
    places = place(wishes, distances, 0, 3000)
    assert all(abs(a - b) < 1e-6 for a, b in zip(places, wishes, strict=True))


@given(st.lists(STEPS, min_size=1, max_size=4), st.floats(-300, 300), st.floats(100, 3000))
def test_nothing_in_a_swimlane_overlaps_and_all_of_it_is_inside(
    lanes: list[list[PlacedStep]], left: float, width: float
) -> None:
    swimlane = lay_out(lanes, Room(left, left + width, 0))
    for lane in swimlane.lanes:
        shrunk = [
            Bounds(b.x + 0.01, b.y + 0.01, b.width - 0.02, b.height - 0.02) for b in things(lane)
        ]
        for number, box in enumerate(shrunk):
            assert not any(box.overlaps(other) for other in shrunk[number + 1 :])
            assert lane.bounds.x <= box.x
            assert box.right <= lane.bounds.right
            assert lane.bounds.y <= box.y
            assert box.bottom <= lane.bounds.bottom
        phases = [box.bounds for box in lane.phases]
        assert all(a.right <= b.x + 1e-6 for a, b in pairwise(phases))
        assert abs(lane.bounds.right - swimlane.pool.right) < 1e-6
    borders = [(lane.bounds.y, lane.bounds.bottom) for lane in swimlane.lanes]
    assert all(abs(upper[1] - lower[0]) < 1e-6 for upper, lower in pairwise(borders))
    assert abs(borders[0][0] - swimlane.pool.y) < 1e-6
    assert abs(borders[-1][1]) < 1e-6
    assert abs(swimlane.pool.bottom) < 1e-6
    assert swimlane.pool.right >= left + width - 1e-6


UPRIGHT = st.lists(
    st.builds(
        PlacedStep,
        wish=st.one_of(st.none(), st.floats(-500, 3000)),
        phase=st.sampled_from([None, "a", "b"]),
        evidence=st.lists(st.just(88.0), max_size=3).map(tuple),
        notes=st.lists(st.tuples(st.floats(24, 60), st.floats(60, 180)), max_size=2).map(tuple),
        flows=st.booleans(),
        label=st.just(14.0),
        length=st.just(FROM_TOP.length),
    ),
    max_size=10,
)


@given(st.lists(UPRIGHT, min_size=1, max_size=3))
def test_nothing_overlaps_where_the_way_runs_from_the_top_down(
    lanes: list[list[PlacedStep]],
) -> None:
    swimlane = lay_out(lanes, Room(0, 800, 0), measures=FROM_TOP)
    for lane in swimlane.lanes:
        shrunk = [
            Bounds(b.x + 0.01, b.y + 0.01, b.width - 0.02, b.height - 0.02) for b in things(lane)
        ]
        for number, box in enumerate(shrunk):
            assert not any(box.overlaps(other) for other in shrunk[number + 1 :])
            assert lane.bounds.y <= box.y
            assert box.bottom <= lane.bounds.bottom


def things(lane: LanePlaces) -> list[Bounds]:
    """Collect the boxes that must not lie on each other."""
    boxes = [*lane.tasks, lane.start, lane.end]
    boxes += [box for pair in lane.evidence for places in pair for box in places]
    return boxes + [note for notes in lane.notes for note in notes]


@given(st.lists(STEPS, min_size=2, max_size=4), st.floats(100, 3000))
def test_message_flows_run_straight_down_between_the_steps_of_lower_lanes(
    lanes: list[list[PlacedStep]], width: float
) -> None:
    swimlane = lay_out(lanes, Room(0, width, 0))
    for number, (steps, lane) in enumerate(zip(lanes, swimlane.lanes, strict=True)):
        below = [box for lower in swimlane.lanes[number + 1 :] for box in things(lower)]
        for step, task in zip(steps, lane.tasks, strict=True):
            if step.flows:
                way = Bounds(task.x + 12, 0, task.width / 2 - 12 + step.flow_reach, 0)
                assert not any(box.x < way.right and way.x < box.right for box in below)


def test_one_lane_stands_as_if_it_were_alone() -> None:
    steps = [PlacedStep(300, "a", (60.0,)), PlacedStep(None, "b"), PlacedStep(900, "b")]
    one, two = lay_out([steps], Room(0, 1000, 0)), lay_out([steps, []], Room(0, 1000, 0))
    assert [task.x for task in one.tasks] == [task.x for task in two.tasks]


@pytest.mark.parametrize(("flows", "centre"), [((), 450), ((450,), 419), ((100, 900), 450)])
def test_names_of_phases_stand_beside_the_flows_of_upper_lanes(
    flows: tuple[float, ...], centre: float
) -> None:
    lanes = [[], [PlacedStep(300, "buying"), PlacedStep(600, "buying")]]
    swimlane = lay_out(lanes, Room(0, 1000, 0), flows=[(0, x) for x in flows])
    [box] = swimlane.lanes[1].phases
    assert abs(box.label.centre[0] - centre) < 10
    width = text_width("buying", OUTSIDE)
    assert all(abs(box.label.centre[0] - x) > width / 2 for x in flows)


@pytest.mark.parametrize("is_round", [False, True])
def test_a_flow_goes_around_what_stands_above_its_target(is_round: bool) -> None:
    task, target = Bounds(60, -200, 100, 80), Bounds(60, 300, 100, 80)
    straight = Contact(0, target, is_round=is_round)
    [(leaves, arrives)] = assign_columns([straight], [task], [target])
    assert leaves == arrives == 110
    above = Bounds(50, 100, 120, 80)
    [(leaves, arrives)] = assign_columns([straight], [task], [target, above])
    assert not above.x <= arrives <= above.right
    around = Bounds(0, 0, 1000, 1000)
    assert assign_columns([straight], [task], [target, above, around]) == [(leaves, arrives)]
    way = route(straight, (leaves, arrives), 0, task, -100).points
    assert way[-2][1] == way[-1][1]
    assert target.y <= way[-1][1] < target.centre[1]
    assert target.x <= way[-1][0] <= target.right


@pytest.mark.parametrize("is_round", [False, True])
@pytest.mark.parametrize(
    ("walls", "ends"),
    [
        # The columns right beside the target are taken too: it is entered from the side.
        ([(0, 100, 220, 80)], "side"),
        # Something stands at both sides: from above, in the room right over the target.
        ([(0, 100, 220, 80), (0, 290, 50, 100), (170, 290, 50, 100)], "above"),
        # And close above it: from below.
        ([(0, 240, 220, 50), (0, 290, 50, 60), (170, 290, 50, 60)], "below"),
    ],
)
def test_a_flow_comes_down_farther_away_where_all_near_to_its_target_is_taken(
    walls: list[tuple[float, float, float, float]], ends: str, is_round: bool
) -> None:
    task = Bounds(60, -200, 100, 80)
    target = Bounds(92, 300, 36, 36) if is_round else Bounds(60, 300, 100, 80)
    contact = Contact(0, target, is_round=is_round)
    stones = [Bounds(*wall) for wall in walls]
    [column] = assign_columns([contact], [task], [target, *stones])
    way = route(contact, column, 0, task, -100).points
    for (x, y), (to_x, to_y) in pairwise(way):
        assert x == to_x or y == to_y
        piece = Bounds(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))
        assert not any(piece.overlaps(stone) for stone in stones)
    (x, y), (before_x, before_y) = way[-1], way[-2]
    assert target.x <= x <= target.right
    assert target.y <= y <= target.bottom
    assert ends == ("side" if before_y == y else "above" if before_y < y else "below")
    assert (before_x == x) == (ends != "side")


def test_where_there_is_no_way_it_runs_through_as_little_as_may_be() -> None:
    task, target = Bounds(60, -200, 100, 80), Bounds(60, 300, 100, 80)
    wall = Bounds(-2000, 100, 4000, 20)
    [column] = assign_columns([Contact(0, target)], [task], [target, wall])
    assert column == (110, 110)
    [aside] = assign_columns([Contact(0, target)], [task], [target, wall, Bounds(0, 150, 220, 40)])
    assert not 0 <= aside[1] <= 220


@pytest.mark.parametrize("is_round", [False, True])
def test_a_flow_does_not_lie_on_a_line_that_comes_down_to_its_target(*, is_round: bool) -> None:
    task, target = Bounds(0, 0, 100, 80), Bounds(332, 300, 36, 36)
    drawn = Contact(0, target, is_round=is_round)
    [(_, middle)] = assign_columns([drawn], [task], [target])
    assert middle == target.centre[0]
    line = Bounds(middle, 150, 0, 150)
    [(_, arrives)] = assign_columns([drawn], [task], [target], [line])
    assert abs(arrives - middle) >= 6
    assert target.x <= arrives <= target.right
    short, slanting = Bounds(middle, 292, 0, 8), Bounds(middle - 50, 150, 100, 150)
    assert assign_columns([drawn], [task], [target], [short, slanting]) == [(50, middle)]


@given(st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 2000)), max_size=30))
def test_flows_on_one_track_do_not_touch(columns: list[tuple[float, float]]) -> None:
    tracks = assign_tracks(columns)
    for number, (track, column) in enumerate(zip(tracks, columns, strict=True)):
        assert (track is None) == (column[0] == column[1])
        for other, there in zip(tracks[number + 1 :], columns[number + 1 :], strict=True):
            if track is not None and track == other:
                assert max(column) < min(there) or max(there) < min(column)


def test_the_end_event_is_as_near_as_the_start_event() -> None:
    noted = [PlacedStep(300, notes=((180.0, 60.0),)), PlacedStep(600, notes=((180.0, 60.0),))]
    [lane] = lay_out([noted], Room(0, 700, 0)).lanes
    before = lane.tasks[0].centre[0] - lane.start.centre[0]
    assert lane.end.centre[0] - lane.tasks[-1].centre[0] == before
    assert lane.right >= lane.notes[-1][0].right
    assert lane.bounds.right > lane.notes[-1][0].right
    # Names of events that reach down to the notes must stand beside them.
    [deep] = lay_out([noted], Room(0, 700, 0), measures=replace(FROM_LEFT, ends=60)).lanes
    assert deep.end.centre[0] - FROM_LEFT.event / 2 > deep.notes[-1][0].right


def felt(*feelings: int) -> Diagram:
    """Draw steps that meet tasks side by side in the middle of a long drawing."""
    names = [f"t{number}" for number in range(len(feelings))]
    shapes = [models.shape(name, 150 * at, 0) for at, name in enumerate(names, 4)]
    ends = models.shape("first", 0, 0), models.shape("last", 2000, 0)
    tasks = "".join(f'<task id="{name}"/>' for name in ("first", *names, "last"))
    data = models.definitions(
        f'<process id="proc">{tasks}</process>' + models.diagram("proc", *shapes, *ends)
    )
    steps = tuple(
        Step("I do", at=(name,), feels=(Emotion(value),))
        for name, value in zip(names, feelings, strict=True)
    )
    document = read_document(data)
    enrich_document(document, Journey("Told", steps=steps), show=[Show.EMOTION])
    return Diagram(document.element("plane"))


def test_notes_are_folded_where_they_keep_steps_from_what_they_meet() -> None:
    diagram = felt(-2, 0, -2)
    notes = [diagram.bounds(f"CjEmotion_{number}") for number in (1, 2, 3)]
    first, second, last = (note for note in notes if note is not None)
    # No step comes after the last one, and what goes on one line stays there.
    assert (first.height, second.height, last.height) == (38, 24, 24)
    assert first.width < second.width + 20 < last.width
    for number in (1, 2, 3):
        step, met = diagram.bounds(f"CjActivity_{number}"), diagram.bounds(f"t{number - 1}")
        assert step is not None
        assert met is not None
        assert abs(step.centre[0] - met.centre[0]) <= 40


def test_a_step_stands_above_the_sub_process_that_holds_what_it_meets() -> None:
    data = models.definitions(
        '<process id="proc"><task id="a"/><task id="b"/><subProcess id="sub"><task id="inner"/></subProcess>'
        "</process>"
        + models.diagram(
            "proc",
            models.shape("a", 100, 0),
            models.shape("sub", 900, 0),
            models.shape("b", 1500, 0),
        )
    )
    document = read_document(data)
    enrich_document(document, Journey("Told", steps=(Step("I ask", at=("inner",)),)))
    step = Diagram(document.element("plane")).bounds("CjActivity_1")
    assert step is not None
    assert step.centre[0] == 950
