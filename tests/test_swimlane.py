from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cjbpmn.diagram import Bounds
from cjbpmn.enrichment.swimlane import PlacedStep, assign_tracks, lay_out, place

WISHES = st.lists(st.one_of(st.none(), st.floats(-500, 3000)), max_size=30)
STEPS = st.lists(
    st.builds(
        PlacedStep,
        wish=st.one_of(st.none(), st.floats(-500, 3000)),
        phase=st.sampled_from([None, "a", "b"]),
        evidence=st.lists(st.floats(52, 90), max_size=4).map(tuple),
        note=st.one_of(st.none(), st.tuples(st.floats(60, 180), st.floats(24, 60))),
    ),
    max_size=20,
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


@given(STEPS, st.floats(-300, 300), st.floats(100, 3000))
def test_nothing_in_a_swimlane_overlaps_and_all_of_it_is_inside(
    steps: list[PlacedStep], left: float, width: float
) -> None:
    lane = lay_out(steps, left, left + width, 0)
    boxes = [*lane.tasks, lane.start, lane.end]
    boxes += [box for pair in lane.evidence for places in pair for box in places]
    boxes += [note for note in lane.notes if note is not None]
    shrunk = [Bounds(b.x + 0.01, b.y + 0.01, b.width - 0.02, b.height - 0.02) for b in boxes]
    for number, box in enumerate(shrunk):
        assert not any(box.overlaps(other) for other in shrunk[number + 1 :])
        assert lane.lane.x <= box.x
        assert box.right <= lane.pool.right
        assert lane.pool.y <= box.y
        assert box.bottom <= lane.pool.bottom
    phases = [box.bounds for box in lane.phases]
    assert all(a.right <= b.x + 1e-6 for a, b in pairwise(phases))
    assert lane.pool.bottom == 0
    assert lane.pool.right >= left + width


@given(st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 2000)), max_size=30))
def test_flows_on_one_track_do_not_touch(columns: list[tuple[float, float]]) -> None:
    tracks = assign_tracks(columns)
    for number, (track, column) in enumerate(zip(tracks, columns, strict=True)):
        assert (track is None) == (column[0] == column[1])
        for other, there in zip(tracks[number + 1 :], columns[number + 1 :], strict=True):
            if track is not None and track == other:
                assert max(column) < min(there) or max(there) < min(column)
