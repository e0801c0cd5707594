"""Message flows in a first drawing: side by side, never on each other, past what stands between."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import models
import pytest
from test_first_drawing import bare, diagram_of, draw, labels_of, mistakes, ways_of, within

from cjbpmn.diagram import Bounds, Point
from cjbpmn.enrichment.first_drawing.content import Content
from cjbpmn.enrichment.first_drawing.docks import Docks
from cjbpmn.enrichment.first_drawing.grid import Item
from cjbpmn.errors import CjbpmnError


def pools(flows: str, *inside: str) -> bytes:
    """Write a model with a pool for each given content."""
    participants = "".join(
        f'<participant id="pool{n}"{f" processRef={chr(34)}p{n}{chr(34)}" if one else ""}/>'
        for n, one in enumerate(inside)
    )
    processes = "".join(
        f'<process id="p{n}">{one}</process>' for n, one in enumerate(inside) if one
    )
    return models.definitions(
        f'<collaboration id="c">{participants}{flows}</collaboration>{processes}'
    )


def message(identifier: str, source: str, target: str) -> str:
    return f'<messageFlow id="{identifier}" sourceRef="{source}" targetRef="{target}"/>'


def sequence(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def box_of(start: Point, end: Point) -> Bounds:
    """Return a straight piece of a line as a flat box."""
    (x, y), (to_x, to_y) = start, end
    return Bounds(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))


def lying(one: list[Point], other: list[Point]) -> bool:
    """Tell whether two lines share more than a point."""
    for (a, b), (c, d) in pairwise(one):
        for (e, f), (g, h) in pairwise(other):
            upright = a == c == e == g and min(max(b, d), max(f, h)) - max(min(b, d), min(f, h)) > 1
            level = b == d == f == h and min(max(a, c), max(e, g)) - max(min(a, c), min(e, g)) > 1
            if upright or level:
                return True
    return False


def messages_on_shapes(
    content: Content, ways: dict[str, list[Point]], places: dict[str, Bounds]
) -> Iterator[tuple[str, str]]:
    """Yield message flows with the tasks, events and gateways that they run through."""
    nodes = {
        one for one, node in content.graph.nodes.items() if node.type != "participant"
    } - content.scopes.keys()
    for link in content.links:
        if link.kind == "message":
            near = {link.source, link.target}
            near |= {content.host(one) for one in near if one in nodes}
            near |= {guest.id for one in near for guest in content.graph.attached(one)}
            for start, end in pairwise(ways[link.id]):
                for one in nodes - near:
                    if one in places and within(places[one], 1).overlaps(box_of(start, end)):
                        yield link.id, one


def test_a_request_and_its_answer_run_straight_side_by_side() -> None:
    flows = message("ask", "a", "b") + message("answer", "b", "a")
    document, content, _ = draw(pools(flows, '<task id="a"/>', '<task id="b"/>'))
    assert not list(mistakes(document, content))
    ways = ways_of(document)
    (asks, _), (to, _) = ways["ask"]
    (answers, _), (back, _) = ways["answer"]
    assert asks == to
    assert answers == back
    assert abs(asks - answers) >= 9


def test_round_what_stands_between_a_request_and_its_answer_do_not_cross() -> None:
    upper = "".join(f'<task id="{one}"/>' for one in ("a0", "a1", "a"))
    lower = "".join(f'<task id="{one}"/>' for one in ("s", "x", "b"))
    upper += "".join(sequence(*pair) for pair in (("a0", "a1"), ("a1", "a")))
    lower += '<exclusiveGateway id="g"/>'
    lower += "".join(sequence(*pair) for pair in (("s", "g"), ("g", "x"), ("g", "b")))
    flows = message("ask", "a", "b") + message("answer", "b", "a")
    document, content, _ = draw(pools(flows, upper, lower))
    places, ways = dict(diagram_of(document).drawn()), ways_of(document)
    assert places["a"].x == places["b"].x == places["x"].x
    assert places["a"].y < places["x"].y < places["b"].y
    assert not list(messages_on_shapes(content, ways, places))
    pieces = [[box_of(*ends) for ends in pairwise(ways[one])] for one in ("ask", "answer")]
    assert not any(one.overlaps(other) for one in pieces[0] for other in pieces[1])
    assert not lying(ways["ask"], ways["answer"])


@pytest.mark.parametrize("others", [2, 3, 5])
def test_many_message_flows_of_one_task_meet_it_at_places_of_their_own(others: int) -> None:
    """Some go down and some come up, to and from tasks that stand in different columns."""
    names = [f"b{number}" for number in range(others)]
    inner = "".join(f'<task id="{one}"/>' for one in names)
    inner += "".join(sequence(a, b) for a, b in pairwise(names))
    flows = "".join(
        message(f"m{n}", *(("a", one) if n % 2 else (one, "a"))) for n, one in enumerate(names)
    )
    document, content, _ = draw(pools(flows, '<task id="a"/>', inner))
    assert not list(mistakes(document, content))
    ways = ways_of(document)
    drawn = [ways[f"m{number}"] for number in range(others)]
    at_a = [way[0 if number % 2 else -1] for number, way in enumerate(drawn)]
    assert len(set(at_a)) == others
    assert not any(lying(one, other) for one, other in combinations(drawn, 2))


def test_a_flow_to_a_closed_pool_passes_what_stands_in_the_pool_between() -> None:
    """It ran straight through the task below, all the way from the upper pool to the lowest."""
    flows = message("m", "a", "pool2") + message("n", "a", "b")
    document, content, _ = draw(pools(flows, '<task id="a"/>', '<task id="b"/>', ""))
    places, ways = dict(diagram_of(document).drawn()), ways_of(document)
    assert not list(messages_on_shapes(content, ways, places))
    assert ways["m"][-1][1] == places["pool2"].y
    assert len(ways["m"]) > 2


def test_names_of_message_flows_keep_off_the_borders_of_pools() -> None:
    flows = "".join(
        message(f"m{one}{other}", one, other).replace("/>", ' name="pay this please, will you"/>')
        for one, other in (("a", "c"), ("b", "d"), ("d", "a"))
    )
    rows = ['<task id="a"/><task id="b"/>' + sequence("a", "b"), '<task id="c"/>', '<task id="d"/>']
    document, content, _ = draw(pools(flows, *rows))
    assert not list(mistakes(document, content))
    places, labels = dict(diagram_of(document).drawn()), labels_of(document)
    assert len(labels) == 3
    for name in labels.values():
        for pool in ("pool0", "pool1", "pool2"):
            box = places[pool]
            assert box.holds(name) or not box.overlaps(within(name))


def test_message_flows_of_real_models(corpus: Path) -> None:
    done = 0
    for path in sorted(corpus.rglob("*.bpmn"))[1::9]:
        try:
            document, content, _ = draw(bare(path.read_bytes()))
        except CjbpmnError:
            continue
        places, ways = dict(diagram_of(document).drawn()), ways_of(document)
        drawn = [ways[link.id] for link in content.links if link.kind == "message"]
        assert not any(lying(one, other) for one, other in combinations(drawn, 2)), path
        assert not list(messages_on_shapes(content, ways, places)), path
        done += len(drawn)
    assert done > 150


class TestDocks:
    def test_no_two_lines_get_one_place_as_long_as_there_is_room(self) -> None:
        docks, task = Docks(), Item("t", 100, 80)
        given = [docks.take_best(task, "below") for _ in range(6)]
        assert given[0] == -20
        assert len(set(given)) == 6
        assert all(abs(a - b) >= 9 for a, b in combinations(given, 2))
        assert all(abs(one) <= 40 for one in given)

    def test_the_middle_is_left_to_sequence_flows(self) -> None:
        event = Item("e", 36, 36, is_event=True)
        assert Docks().take_best(event, "below") == 0
        docks = Docks()
        docks.take(event, "below", 0)
        assert docks.take_best(event, "below") == -10

    def test_at_the_sides_lines_come_in_above_and_below_the_middle(self) -> None:
        docks, task = Docks(), Item("t", 100, 80)
        given = [docks.take_beside(task, "left") for _ in range(4)]
        assert given == [-24, -12, 12, 24]
        assert docks.take_beside(task, "right") == -24
