"""Tracks in a channel: no line lies on another, and no two cross that need not."""

from __future__ import annotations

from functools import partial
from itertools import combinations, count, pairwise, permutations
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from work import count_calls

from cjbpmn.diagram import Bounds
from cjbpmn.enrichment.message_routes import Contact, assign_columns, assign_tracks, route
from cjbpmn.enrichment.tracks import _Taken, share_tracks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Ends = list[tuple[float, bool]]

ends = st.lists(st.tuples(st.integers(0, 12).map(float), st.booleans()), min_size=2, max_size=3)
channels = st.lists(ends, min_size=1, max_size=5).map(lambda lines: dict(enumerate(lines)))


def crossings(lines: Mapping[int, Ends], tracks: Mapping[int, int]) -> int:
    """Count, by drawing all lines, what crosses or lies on each other."""
    found = 0
    for a, b in combinations(lines, 2):
        low_a, high_a = min(at for at, _ in lines[a]), max(at for at, _ in lines[a])
        for one, other, (low, high) in (
            (a, b, (min(at for at, _ in lines[b]), max(at for at, _ in lines[b]))),
            (b, a, (low_a, high_a)),
        ):
            for at, goes_on in set(lines[one]):
                # To the far side it meets all tracks behind its own, else all those before.
                meets = tracks[other] > tracks[one] if goes_on else tracks[other] < tracks[one]
                found += meets and low < at < high
        (first, last) = (a, b) if tracks[a] < tracks[b] else (b, a)
        far = {at for at, goes_on in lines[first] if goes_on}
        near = {at for at, goes_on in lines[last] if not goes_on}
        found += len(far & near) if tracks[a] != tracks[b] else 0
    return found


@settings(deadline=None)
@given(channels)
def test_lines_on_one_track_do_not_touch(lines: dict[int, Ends]) -> None:
    tracks = share_tracks(lines)
    assert tracks.keys() == lines.keys()
    for a, b in combinations(lines, 2):
        if tracks[a] == tracks[b]:
            one, other = ([at for at, _ in lines[name]] for name in (a, b))
            assert max(one) < min(other) or max(other) < min(one)


spans = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda ends: (min(ends), max(ends)))


@settings(deadline=None)
@given(st.lists(st.tuples(spans, st.integers(0, 12)), max_size=40), st.sampled_from([0.0, 2.0]))
def test_a_line_takes_the_first_track_that_is_free(
    wanted: list[tuple[tuple[int, int], int]], clearance: float
) -> None:
    taken, there = _Taken(clearance), list[tuple[int, tuple[int, int]]]()
    for (low, high), least in wanted:
        free = next(
            track
            for track in count(least)
            if not any(
                track == other and low <= end + clearance and start <= high + clearance
                for other, (start, end) in there
            )
        )
        assert taken.take((low, high), least) == free
        there.append((free, (low, high)))


def test_very_many_lines_from_one_place_are_soon_sorted() -> None:
    few, many = (
        count_calls(
            partial(share_tracks, {n: [(0.0, False), (n - size / 2, True)] for n in range(size)})
        )[1]
        for size in (2_000, 8_000)
    )
    assert many < 6 * few


@settings(max_examples=300, deadline=None)
@given(channels)
def test_nothing_crosses_where_nothing_must(lines: dict[int, Ends]) -> None:
    orders = permutations(lines)
    possible = min(
        crossings(lines, {name: place for place, name in enumerate(order)}) for order in orders
    )
    if not possible:
        assert not crossings(lines, share_tracks(lines))


def test_a_great_many_lines_are_shared_out_in_time() -> None:
    lines: dict[int, Ends] = {n: [(float(n), False), (float(n + 5), True)] for n in range(5000)}
    tracks = share_tracks(lines)
    assert max(tracks.values()) < 5000
    assert all(tracks[n + 5] < tracks[n] for n in range(4995))


def ways(columns: Sequence[tuple[float, float]]) -> list[tuple[tuple[float, float], ...]]:
    """Draw message flows from a swimlane at the top to targets below."""
    found = []
    for (leaves, arrives), track in zip(columns, assign_tracks(columns), strict=True):
        task, target = Bounds(leaves - 50, 0, 100, 80), Bounds(arrives - 50, 900, 100, 80)
        found.append(route(Contact(0, target), (leaves, arrives), track, task, 120).points)
    return found


def test_flows_that_keep_their_order_do_not_cross_even_where_others_must() -> None:
    """Two that must cross once made others cross twice: their wishes went round in a circle."""
    columns = [(993.0, 225.0), (1473.0, 935.0), (700.0, 1230.0), (1200.0, 730.0)]
    drawn = ways(columns)
    for (a, one), (b, other) in combinations(zip(columns, drawn, strict=True), 2):
        met = sum(
            Bounds(min(p[0], q[0]), min(p[1], q[1]), abs(p[0] - q[0]), abs(p[1] - q[1])).overlaps(
                Bounds(min(r[0], s[0]), min(r[1], s[1]), abs(r[0] - s[0]), abs(r[1] - s[1]))
            )
            for p, q in pairwise(one)
            for r, s in pairwise(other)
        )
        keeps_order = (a[0] - b[0]) * (a[1] - b[1]) > 0
        assert met == (0 if keeps_order else 1)


def test_a_flow_finds_its_way_past_very_many_shapes() -> None:
    target = Bounds(400, 900, 100, 80)
    # Thirty shapes stand in a pile above the target, each a little aside of the last one.
    pile = [Bounds(300 + 4 * number, 100 + 20 * number, 300, 15) for number in range(30)]
    [column] = assign_columns([Contact(0, target)], [Bounds(400, 0, 100, 80)], [target, *pile])
    assert not any(one.x < column[1] < one.right for one in pile)


def test_two_flows_that_come_in_from_one_side_come_in_at_different_heights() -> None:
    target, lid = Bounds(400, 300, 100, 80), Bounds(396, 200, 112, 50)
    wall = Bounds(0, 200, 394, 200)
    tasks = [Bounds(300, 0, 100, 80), Bounds(600, 0, 100, 80)]
    contacts = [Contact(0, target), Contact(1, target)]
    columns = assign_columns(contacts, tasks, [target, lid, wall])
    tracks = assign_tracks(columns)
    one, other = (
        route(contact, column, track, tasks[contact.step], 120).points
        for contact, column, track in zip(contacts, columns, tracks, strict=True)
    )
    assert one[-1][0] == other[-1][0] == target.right
    assert one[-1][1] != other[-1][1]
    assert one[-2][0] != other[-2][0]
