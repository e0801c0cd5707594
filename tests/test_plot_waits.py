"""Where the waits stand in the journey map, and what it says of them."""
# ruff: noqa: RUF001 - dashes are what is to be read

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from cjbpmn.graph import Flow, FlowNode, Participant, ProcessGraph
from cjbpmn.interaction import InteractionPoint
from cjbpmn.journey import Journey, Step
from cjbpmn.plot.story import Wait
from cjbpmn.plot.storyline import tell_story
from cjbpmn.plot.wait_words import behind_words, duration_words, told_words, wait_words
from cjbpmn.timespan import parse_timespan
from cjbpmn.waiting import WaitingStretch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Case = tuple[ProcessGraph, list[InteractionPoint], Iterable[WaitingStretch]]
    Make = Callable[[], Case]

INFINITE = float("inf")


@pytest.mark.parametrize(
    ("minimum", "maximum", "unknown", "words"),
    [
        (48, 72, (), "waits 2–3 days"),
        (48, 48, (), "waits 2 days"),
        (0.2, 0.2, (), "waits 12 min"),
        (0, 5, (), "waits up to 5 h"),
        (2, INFINITE, (), "waits at least 2 h"),
        (2, 2, ("x",), "waits at least 2 h"),
        (0, 0, ("x",), "unknown wait"),
        (None, None, (), "unknown wait"),
    ],
)
def test_a_wait_says_how_long(
    minimum: float | None, maximum: float | None, unknown: tuple[str, ...], words: str
) -> None:
    stretch = WaitingStretch(
        "b", ("a",), "between", (), 1, minimum, minimum, maximum, unknown=unknown
    )
    assert wait_words(Wait(0, 1, stretch)) == words


def test_declared_waits_keep_their_words_and_what_was_promised() -> None:
    step = Step("I wait", waits=parse_timespan("2 werkdagen"), promise="tomorrow", told="no")
    wait = Wait(0, 0, step=step)
    assert wait_words(wait) == "waits 2 werkdagen"
    assert told_words(wait) == ["promised: tomorrow", "not told how long"]
    assert wait_words(Wait(0, 0, step=Step("I", waits=parse_timespan("PT8M")))) == "waits 8 min"


def test_a_wait_says_what_it_hides() -> None:
    assert behind_words(Wait(0, 1)) == ""
    wait = Wait(0, 1, activities=5, desks=3, handoffs=1)
    assert behind_words(wait) == "behind: 5 activities, 3 desks, 1 hand-off"


def test_durations_share_their_unit() -> None:
    assert duration_words(12, 60) == "0.5–2.5 days"
    assert duration_words(10 / 3600) == "10 s"


def waits_at(
    stretches: list[WaitingStretch], steps: tuple[Step, ...], *meetings: str
) -> list[tuple[int, int, int, bool]]:
    """Place stretches on steps a, b, c, d, which meet A, B, C, D."""
    nodes = {name: FlowNode(name, "task", name, participant="C") for name in "abcd"}
    nodes |= {name: FlowNode(name, "task", name, participant="O") for name in "ABCDX"}
    flows = {f"{x}{y}": Flow(f"{x}{y}", "sequence", x, y) for x, y in pairwise("abcd")}
    graph = ProcessGraph(nodes, flows, {"C": Participant("C"), "O": Participant("O")}, {})
    graph = replace(graph, customers=("C",))
    points = [InteractionPoint(f"m{end}", end.lower(), end, "both") for end in meetings or "ABCD"]
    story = tell_story(graph, points, stretches, Journey("J", steps=steps))
    return [(wait.first, wait.last, wait.activities, bool(wait.step)) for wait in story.waits]


STEPS = tuple(Step(name, element=name) for name in "abcd")


def stretch(
    end: str, *starts: str, body: tuple[str, ...] = (), twin: str | None = None
) -> WaitingStretch:
    return WaitingStretch(end, starts, "between", body, 1, 1, 1, 1, twin=twin)


@pytest.mark.parametrize(
    ("end", "starts", "span"),
    [
        ("c", ["b"], (1, 2)),
        ("C", ["B"], (1, 2)),  # contacts of the organisation stand where they are met
        ("c#reply", ["b#out"], (1, 2)),
        ("d", ["a", "b"], (1, 3)),  # the latest start
        ("c", ["c", "b"], (1, 2)),
        ("c", ["c"], (2, 2)),
        ("b", ["d"], (0, 1)),  # a loop comes back
        ("a", [], (-1, 0)),
    ],
)
def test_a_wait_lies_between_the_steps_at_its_ends(
    end: str, starts: list[str], span: tuple[int, int]
) -> None:
    assert waits_at([stretch(end, *starts)], STEPS) == [(*span, 0, False)]


def test_both_ends_of_a_meeting_wait_once() -> None:
    both = [stretch("c", "b", body=("X",), twin="C"), stretch("C", "b", twin="c")]
    assert waits_at(both, STEPS) == [(1, 2, 1, False)]
    assert len(waits_at([stretch("c", "b"), stretch("C", "b")], STEPS)) == 2


def test_a_declared_wait_speaks_of_the_stretch_that_ends_there() -> None:
    steps = (*STEPS[:2], replace(STEPS[2], waits=parse_timespan("1 h")), STEPS[3])
    assert waits_at([stretch("c", "b")], steps) == [(1, 2, 0, True)]
    assert waits_at([stretch("d", "b")], steps) == [(1, 3, 0, False), (2, 2, 0, True)]


def test_a_step_outside_the_model_speaks_of_the_stretch_around_it() -> None:
    steps = (STEPS[0], Step("I wait", waits=parse_timespan("1 h")), *STEPS[1:])
    assert waits_at([stretch("b", "a")], steps) == [(0, 2, 0, True)]


def test_a_wait_without_a_place_is_counted() -> None:
    story = tell_story(
        ProcessGraph({}, {}, {}, {}), [], [stretch("gone")], Journey("J", steps=STEPS)
    )
    assert not story.waits
    assert story.notes == ("1 more wait lies at no step of this journey.",)


def test_what_no_step_tells_of_stands_where_it_happens() -> None:
    steps = (STEPS[0], STEPS[3])
    nodes = {name: FlowNode(name, "task", name, participant="C") for name in "abcd"}
    flows = {f"{x}{y}": Flow(f"{x}{y}", "sequence", x, y) for x, y in pairwise("abcd")}
    graph = ProcessGraph(nodes, flows, {"C": Participant("C")}, {}, customers=("C",))
    points = [InteractionPoint("m", "b", "B", "c2o")]
    story = tell_story(graph, points, [stretch("c", "b")], Journey("J", steps=steps))
    assert [moment.text for moment in story.moments] == ["a", "b", "c", "d"]
    assert [(wait.first, wait.last) for wait in story.waits] == [(1, 2)]
