"""Which track each line takes in a channel, so that lines neither lie on each other nor cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar

Name = TypeVar("Name", int, str)
End: TypeAlias = tuple[float, bool]
Span: TypeAlias = tuple[float, float]

_LYING: Final = 10  # lines that lie on each other are as bad as so many crossings
_MOST_LINES: Final = 1000  # in one channel; with more, only what lies on each other counts
_NEIGHBOURS: Final = 40
_SPARE: Final = 4


def share_tracks(lines: Mapping[Name, Sequence[End]], clearance: float = 0.0) -> dict[Name, int]:
    """Give each line of a channel a track.

    Of two lines that end at one place on different sides, the one that comes from the near side
    must turn first, or they would lie on each other. Of the orders that are left, one is taken in
    which few lines cross.

    Parameters
    ----------
    lines : mapping of name to sequence of (float, bool)
        The ends of each line: where on the channel it is, and whether the line goes on from there
        to the far side.
    clearance : float
        Ends that are no farther apart than this lie on each other.

    Returns
    -------
    dict of name to int
        The tracks, counted from the near side.

    Examples
    --------
    >>> share_tracks({"down": [(0, False), (4, True)], "up": [(2, False), (6, True)]})
    {'up': 0, 'down': 1}
    >>> share_tracks({"left": [(0, False), (1, False)], "right": [(2, True), (3, True)]})
    {'left': 0, 'right': 0}
    """
    channel = _Channel(lines, clearance)
    plain = channel.tracks(channel.order(channel.lying), channel.lying)
    if not 1 < len(lines) <= _MOST_LINES:
        return plain
    channel.compare()
    order = channel.order(channel.before)
    found = channel.tracks(order, channel.before)
    has_room = max(found.values()) <= 2 * max(plain.values()) + _SPARE
    return found if has_room and channel.cost(found) < channel.cost(plain) else plain


@dataclass(slots=True)
class _Channel(Generic[Name]):
    """The lines of a channel, and which of them should turn before which."""

    lines: Mapping[Name, Sequence[End]]
    clearance: float
    spans: dict[Name, Span] = field(default_factory=dict)
    near: dict[Name, set[float]] = field(default_factory=dict)
    far: dict[Name, set[float]] = field(default_factory=dict)
    lying: dict[Name, list[Name]] = field(default_factory=dict)
    before: dict[Name, list[Name]] = field(default_factory=dict)
    costs: list[tuple[Name, Name, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        places = {name: [at for at, _ in ends] for name, ends in self.lines.items()}
        spans = ((min(some), max(some), name) for name, some in places.items())
        self.spans = {name: (low, high) for low, high, name in sorted(spans)}
        nears: list[tuple[float, Name]] = []
        for name, ends in self.lines.items():
            self.near[name] = {at for at, goes_on in ends if not goes_on}
            self.far[name] = {at for at, goes_on in ends if goes_on}
            nears += [(at, name) for at in self.near[name]]
        nears.sort()
        sorted_places = [at for at, _ in nears]
        for name, fars in self.far.items():
            self.lying[name] = []
            for at in sorted(fars):
                first = bisect_left(sorted_places, at - self.clearance)
                last = bisect_right(sorted_places, at + self.clearance)
                self.lying[name] += [other for _, other in nears[first:last] if other != name]

    def compare(self) -> None:
        """Find out for each two lines side by side which of them should turn first."""
        self.before = {name: list(others) for name, others in self.lying.items()}
        names = list(self.spans)
        for place, one in enumerate(names):
            for other in names[place + 1 : place + 1 + _NEIGHBOURS]:
                if self.spans[other][0] > self.spans[one][1] + self.clearance:
                    break
                first, last = self._cost(one, other), self._cost(other, one)
                if first != last:
                    self.costs.append((one, other, first, last))
                    earlier, later = (one, other) if first < last else (other, one)
                    self.before[later].append(earlier)

    def _cost(self, one: Name, other: Name) -> int:
        """Say what it costs that one line turns before another."""
        low, high = self.spans[other]
        crossed = sum(low < at < high for at in self.far[one])
        low, high = self.spans[one]
        crossed += sum(low < at < high for at in self.near[other])
        lying = sum(abs(a - b) <= self.clearance for a in self.far[one] for b in self.near[other])
        return crossed + _LYING * lying

    def cost(self, tracks: Mapping[Name, int]) -> int:
        """Say what the tracks cost."""
        return sum(
            first if tracks[one] < tracks[other] else last
            for one, other, first, last in self.costs
            if tracks[one] != tracks[other]
        )

    def order(self, before: Mapping[Name, Sequence[Name]]) -> list[Name]:
        """Sort so that what must turn first comes first; circles are cut where they are met."""
        done: dict[Name, None] = {}
        seen: set[Name] = set()
        for root in self.spans:
            stack = [] if root in seen else [(root, iter(before.get(root, ())))]
            seen.add(root)
            while stack:
                name, rest = stack[-1]
                other = next((one for one in rest if one not in seen), None)
                if other is None:
                    stack.pop()
                    done[name] = None
                else:
                    seen.add(other)
                    stack.append((other, iter(before.get(other, ()))))
        return list(done)

    def tracks(
        self, order: Iterable[Name], before: Mapping[Name, Collection[Name]]
    ) -> dict[Name, int]:
        """Give each line the first track that is free, behind those that must turn before it."""
        taken = _Taken(self.clearance)
        found: dict[Name, int] = {}
        for name in order:
            earlier = (found[one] + 1 for one in before.get(name, ()) if one in found)
            found[name] = taken.take(self.spans[name], max(earlier, default=0))
        return found


class _Taken:
    """What is taken on the tracks of a channel.

    Of many lines that all pass one place, each needs a track of its own. Therefore blocks of 2, 4,
    8 and so on tracks know a place that is taken on all of them, and are passed as a whole.
    """

    def __init__(self, clearance: float) -> None:
        self._clearance = clearance
        self._spans: list[list[Span]] = []
        self._blocks: list[list[Span | None]] = [[]]

    def take(self, span: Span, least: int) -> int:
        """Take a span on the first track on which it is free, from some track on."""
        track = least
        while track < len(self._spans) and not self._fits(self._spans[track], span):
            track += self._taken_from(track, span)
        while track > len(self._spans):
            self._open(None)
        if track == len(self._spans):
            self._open(span)
        else:
            insort(self._spans[track], span)
        return track

    def _open(self, span: Span | None) -> None:
        """Open the next track, and finish the blocks that end with it."""
        self._spans.append([] if span is None else [span])
        self._blocks[0].append(span)
        for level, blocks in enumerate(self._blocks):
            if len(blocks) % 2:
                return
            if level + 1 == len(self._blocks):
                self._blocks.append([])
            self._blocks[level + 1].append(_shared(*blocks[-2:]))

    def _taken_from(self, track: int, span: Span) -> int:
        """Return how many tracks from a taken one on are seen at once to be taken."""
        many = 1
        for blocks in self._blocks[1:]:
            index, rest = divmod(track, 2 * many)
            if rest or index >= len(blocks) or not self._meets(blocks[index], span):
                break
            many *= 2
        return many

    def _meets(self, place: Span | None, span: Span) -> bool:
        if place is None:
            return False
        return place[0] <= span[1] + self._clearance and span[0] <= place[1] + self._clearance

    def _fits(self, taken: Sequence[Span], span: Span) -> bool:
        """Tell whether a span meets none of those that are sorted and meet none of each other."""
        index = bisect_left(taken, span)
        before = index == 0 or taken[index - 1][1] + self._clearance < span[0]
        return before and (index == len(taken) or span[1] + self._clearance < taken[index][0])


def _shared(one: Span | None, other: Span | None) -> Span | None:
    """Return what two spans have in common, if there is anything."""
    if one is None or other is None:
        return None
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else None
