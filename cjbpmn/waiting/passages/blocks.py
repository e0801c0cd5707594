"""Parallel work that comes together again is put into one passage: blocks, the inner ones first.

A block begins where several ways are taken at once and ends where all of them are waited for; no
way leads into it or out of it in between, and no contact lies on one. What is left of forks and
joins after that cannot be reduced: parallel pieces that wait for each other without being blocks,
or branches that come from different contacts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cjbpmn.waiting.passages.delays import Block, Course, Net, Passage
from cjbpmn.waiting.passages.passages import BEGIN, Passages
from cjbpmn.waiting.structure import Moment

_MOST: Final = 5000
"""So many places are looked at before a fork is left as it is."""
_DEEPEST: Final = 40
"""So many blocks in each other are put together; what is worked out of them calls itself."""


def put_together(found: Passages) -> None:
    """Put every block of a model into one passage.

    Parameters
    ----------
    found : Passages
        The model; it is changed.
    """
    for join in [join for join, kind in found.joins.items() if kind == "done"]:
        _settle(found, join)
    _straighten(found)
    open_ = [fork for fork in _latest_first(found) if fork in found.forks]
    deep: set[Moment] = set()
    # A block can be closed only when those inside are; most are closed at the first attempt.
    while open_:
        left = [fork for fork in open_ if not _close(found, fork, deep)]
        if len(left) == len(open_):
            break
        open_ = left
    for fork in open_:
        if fork in found.forks:
            _close_net(found, fork, deep)
    for fork in deep:
        found.doubts.setdefault(fork, f"more than {_DEEPEST} blocks in each other: {fork.key}")
    for join in list(found.joins):
        _settle(found, join)


def _straighten(found: Passages) -> None:
    """Leave out places at which nothing happens: most are there for what could happen."""
    merged: dict[Passage, Passage] = {}
    marks = found.marks
    for place in list(found.into):
        before, after = found.into[place], found.out.get(place, ())
        if len(before) != 1 or len(after) != 1 or _matters(found, place) or place in marks:
            continue
        one, other = _now(merged, before[0]), after[0]
        scopes = {found.scope_of.get(end) for end in (one.source, other.target)}
        if (one.delay and other.delay) or found.scope_of.get(place) not in scopes:
            continue
        if one.source == place or not found.messages.isdisjoint((one, other)):
            continue
        # It stays where it was among the ways from its source: forks know them by their order.
        one.target = other.target
        one.weight *= other.weight
        one.delay = one.delay or other.delay
        merged[other] = one
        del found.into[place], found.out[place]
    for target, passages in found.into.items():
        found.into[target] = [_now(merged, passage) for passage in passages]


def _now(merged: Mapping[Passage, Passage], passage: Passage) -> Passage:
    """Return the passage of which another one is a part by now."""
    while passage in merged:
        passage = merged[passage]
    return passage


def _matters(found: Passages, place: Moment) -> bool:
    """Tell whether more happens at a place than that something passes it."""
    return place in found.joins or place in found.forks or _is_border(found, place)


def crowd(found: Passages, scope: str) -> str:
    """Say why several things can go on at once in a scope; nothing if they cannot.

    Parameters
    ----------
    found : Passages
        After its blocks were put together.
    scope : str
        A scope.

    Returns
    -------
    str
        The reason; empty where there is none.
    """
    if scope in found.spawns:
        return found.spawns[scope]
    for fork in found.forks:
        if found.scope_of.get(fork) == scope and not _is_message(found, fork):
            return f"several at once: {fork.key}"
    return ""


def _is_message(found: Passages, fork: Moment) -> bool:
    """Tell whether all that begins there, but for one way, begins in other processes."""
    ways = found.out.get(fork, [])
    return sum(way not in found.messages for way in ways) <= 1


def _settle(found: Passages, join: Moment) -> None:
    """Let a join be none where only one thing can come to it."""
    if found.joins[join] != "all" and not crowd(found, found.scope_of[join]):
        del found.joins[join]


def _latest_first(found: Passages) -> Iterator[Moment]:
    """Yield places such that most come after those that they lead to."""
    seen: set[Moment] = set()
    for begin in [BEGIN, *found.contacts]:
        stack: list[tuple[Moment, Iterator[Passage]]] = [(begin, iter(found.out.get(begin, ())))]
        if begin in seen:
            continue
        seen.add(begin)
        while stack:
            place, ways = stack[-1]
            passage = next(ways, None)
            if passage is None:
                stack.pop()
                yield place
            elif passage.target not in seen:
                seen.add(passage.target)
                stack.append((passage.target, iter(found.out.get(passage.target, ()))))


def _close(found: Passages, fork: Moment, deep: set[Moment]) -> bool:
    """Put a block into one passage, if there is one; note those in which too many others stand."""
    chances = found.forks[fork]
    ways = found.out.get(fork, [])
    if len(ways) != len(chances):
        return False
    parts = [_explore(found, way) for way in ways]
    ends = {end for part in parts if part is not None for end in part[1]}
    if None in parts or len(ends) != 1:
        return False
    end = ends.pop()
    taken = [place for part in parts if part is not None for place in part[0]]
    depth = 1 + _depth([*ways, *(one for place in taken for one in found.out.get(place, ()))])
    if depth > _DEEPEST:
        deep.add(fork)
    if len(taken) != len(set(taken)) or fork in deep:
        return False
    inside = set(taken)
    entering = [one for one in found.into[end] if one.source in inside]
    came = len(entering) + sum(way.target == end for way in ways)
    whole = len(found.into[end]) == came
    if found.joins[end] == "all":
        # Each way must come by a flow of its own, and no other may be waited for.
        if not whole or came != len(ways) or set(chances) != {1.0}:
            return False
    elif found.scope_of[end] != found.scope_of[fork] or not (whole or _is_alone(found, fork)):
        return False
    courses = tuple(_course(found, way, part, end) for way, part in zip(ways, parts, strict=True))
    found.remove({*ways, *entering, *(one for place in inside for one in found.out.get(place, ()))})
    found.add(Passage(fork, end, 1.0, Block(chances, courses, depth)))
    del found.forks[fork]
    if whole:
        del found.joins[end]
    return True


def _is_alone(found: Passages, fork: Moment) -> bool:
    """Tell whether nothing else in its scope makes several things go on at once."""
    scope = found.scope_of[fork]
    others = (one for one in found.forks if one != fork and not _is_message(found, one))
    return scope not in found.spawns and all(found.scope_of.get(one) != scope for one in others)


def _explore(found: Passages, way: Passage) -> tuple[list[Moment], set[Moment]] | None:
    """Follow one way of a fork to where it is waited for: what lies on it, and where it ends."""
    inside: dict[Moment, None] = {}
    ends: dict[Moment, None] = {}
    pending = deque([way.target])
    while pending:
        place = pending.popleft()
        if place in inside:
            continue
        if place in found.forks or _is_border(found, place) or len(inside) > _MOST:
            return None
        if place in found.joins:
            ends[place] = None
        else:
            inside[place] = None
            pending.extend(one.target for one in found.out.get(place, ()))
        if not pending and len(ends) > 1:
            choice = next((end for end in ends if _is_choice(found, end, inside, way)), None)
            if choice is not None:
                del ends[choice]
                inside[choice] = None
                pending.extend(one.target for one in found.out.get(choice, ()))
    own = {*inside, way.source}
    closed = all(one.source in own for place in inside for one in found.into.get(place, ()))
    entered = all(
        one is way or one.source != way.source
        for place in inside
        for one in found.into.get(place, ())
    )
    if not (closed and entered and all(found.out.get(place) for place in inside)):
        return None
    return list(inside), set(ends)


def _is_choice(found: Passages, join: Moment, inside: Mapping[Moment, None], way: Passage) -> bool:
    """Tell whether a join on one way only waits for one of several alternatives."""
    if any(one.source not in inside and one is not way for one in found.into[join]):
        return False
    scope = found.scope_of[join]
    kind = found.joins[join]
    return (kind == "open" and scope not in found.spawns) or (
        kind == "done" and not crowd(found, scope)
    )


def _course(
    found: Passages, way: Passage, part: tuple[list[Moment], set[Moment]] | None, end: Moment
) -> Course:
    """Return all that lies on one way of a fork, as if that were always taken."""
    inside = part[0] if part is not None else []
    passages = (one for place in inside for one in found.out.get(place, ()))
    first = Passage(way.source, way.target, 1.0, way.delay)
    return Course((first, *passages), way.source, end)


def _close_net(found: Passages, fork: Moment, deep: set[Moment]) -> None:
    """Put parallel work into one passage that waits for more than blocks do."""
    inside: dict[Moment, None] = {}
    open_: dict[Moment, set[Passage]] = {}
    _lead_on(open_, found.out.get(fork, ()))
    while True:
        ready = [
            place
            for place, passages in open_.items()
            if len(passages) == len(found.into[place]) and not _is_border(found, place)
        ]
        if len(open_) == 1:
            break
        if not deep.isdisjoint(ready):
            deep.add(fork)
        if not ready or len(inside) > _MOST // 10 or fork in deep:
            return
        for place in ready:
            del open_[place]
            inside[place] = None
            if not found.out.get(place):
                return
            _lead_on(open_, found.out[place])
    end, passages = open_.popitem()
    ways = {*found.out[fork], *(one for place in inside for one in found.out[place])}
    depth = 1 + _depth(ways)
    if end not in found.joins or len(passages) != len(found.into[end]) or depth > _DEEPEST:
        return
    chosen = any(
        len(found.out[place]) > 1 and place not in found.forks for place in inside
    ) or not all(set(found.forks[one]) == {1.0} for one in (fork, *inside) if one in found.forks)
    waits = frozenset(place for place in (*inside, end) if found.joins.get(place) == "all")
    found.remove(ways)
    for place in (fork, *inside):
        found.forks.pop(place, None)
        if place != fork:
            found.joins.pop(place, None)
    del found.joins[end]
    found.add(Passage(fork, end, 1.0, Net(tuple(ways), fork, end, waits, chosen, depth)))


def _depth(passages: Iterable[Passage]) -> int:
    """Return how many blocks stand in each other on some passages."""
    delays = (one.delay for one in passages)
    return max((delay.depth for delay in delays if isinstance(delay, Block | Net)), default=0)


def _lead_on(open_: dict[Moment, set[Passage]], passages: Iterable[Passage]) -> None:
    for passage in passages:
        open_.setdefault(passage.target, set()).add(passage)


def _is_border(found: Passages, place: Moment) -> bool:
    """Tell whether a place can lie in no block."""
    return (
        place in found.contacts
        or place in found.doubts
        or place in found.endless
        or place in found.spawning
        or place in found.killing
        or place in found.leaky
        or place == BEGIN
    )
