"""What many cases say that were played at once: waits, silences, endings, and what took the time.

All contacts stand in one list, ordered by case and start. Then whatever is asked of each case is
asked of its part of the list, and of all parts in a few steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cjbpmn.waiting.crowd.rows import NOBODY, Crowd, Hours, Mask, Numbers
from cjbpmn.waiting.crowd.spans import Spans, by_number, in_order, rank, running_most
from cjbpmn.waiting.playing.cases import GAP
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.structure import Moment

Parts = dict[str | None, float]
_SMALL: Final = 1_000_000


@dataclass(slots=True)
class Tally:
    """What some cases say. Those of several batches can be added up.

    Parameters
    ----------
    number : int
        How many cases.
    traced : int
        Of how many of them it is known where time passed.
    moments : list of Moment
        The contacts that happened.
    moment, case : array of int
        Of each meeting, which of them, and in which case; ordered by case and start.
    start, end, wait : array of float
        When, and the wait before.
    before : array of int
        Which contact was the last before; `NOBODY` where none was.
    figures : dict of str to array
        ``journey``, ``wait``, ``longest``, ``gaps``, ``occupied`` of each case with contacts.
    silences : pair of array
        When silences begin and end, from the first contact of their case.
    ending : dict of str to int
        How many cases end how.
    tails : dict
        By kind and begin: how many cases, how long all together, and where.
    blamed : dict of Moment to dict
        Hours before each contact, by flow node.
    blame : dict
        Hours of silence, by flow node.
    ended : dict of Moment to float
        Hours of silence, by the contact that ends them.
    warnings : dict of str to None
        What was doubtful.
    """

    number: int = 0
    traced: int = 0
    moments: list[Moment] = field(default_factory=list)
    moment: Numbers = field(default_factory=lambda: np.zeros(0, np.int32))
    case: Numbers = field(default_factory=lambda: np.zeros(0, np.int32))
    start: Hours = field(default_factory=lambda: np.zeros(0))
    end: Hours = field(default_factory=lambda: np.zeros(0))
    wait: Hours = field(default_factory=lambda: np.zeros(0))
    before: Numbers = field(default_factory=lambda: np.zeros(0, np.int32))
    figures: dict[str, Hours] = field(default_factory=dict)
    silences: tuple[Hours, Hours] = field(default_factory=lambda: (np.zeros(0), np.zeros(0)))
    ending: dict[str, int] = field(default_factory=dict)
    tails: dict[tuple[str, str], tuple[int, float, set[str]]] = field(default_factory=dict)
    blamed: dict[Moment, Parts] = field(default_factory=dict)
    blame: Parts = field(default_factory=dict)
    ended: dict[Moment, float] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    _places: dict[Moment, Numbers] | None = None

    def places(self, moment: Moment) -> Numbers:
        """Return which of the meetings are a contact."""
        if self._places is None:
            order = by_number(self.moment, len(self.moments))
            ends = np.cumsum(np.bincount(self.moment, minlength=len(self.moments)))
            self._places = dict(zip(self.moments, np.split(order, ends[:-1]), strict=True))
        return self._places.get(moment, np.zeros(0, np.intp))

    def waits(self, moment: Moment) -> Hours:
        """Return the waits before a contact."""
        return self.wait[self.places(moment)] if self.moments else np.zeros(0)

    def add(self, other: Tally) -> None:
        """Take in what other cases say."""
        self._places = None
        numbers = {moment: index for index, moment in enumerate(self.moments)}
        for moment in other.moments:
            numbers.setdefault(moment, len(numbers))
        self.moments = list(numbers)
        own = np.array([*(numbers[moment] for moment in other.moments), NOBODY], np.int32)
        self.moment = np.concatenate([self.moment, own[other.moment]])
        self.before = np.concatenate([self.before, own[other.before]])
        self.case = np.concatenate([self.case, other.case + self.number])
        self.start = np.concatenate([self.start, other.start])
        self.end = np.concatenate([self.end, other.end])
        self.wait = np.concatenate([self.wait, other.wait])
        self.number += other.number
        self.traced += other.traced
        for name, values in other.figures.items():
            mine = self.figures.get(name)
            self.figures[name] = values if mine is None else np.concatenate([mine, values])
        begins, ends = zip(self.silences, other.silences, strict=True)
        self.silences = (np.concatenate(begins), np.concatenate(ends))
        for kind, count in other.ending.items():
            self.ending[kind] = self.ending.get(kind, 0) + count
        for key, (count, hours, body) in other.tails.items():
            mine_too = self.tails.get(key, (0, 0.0, set()))
            self.tails[key] = (mine_too[0] + count, mine_too[1] + hours, mine_too[2] | body)
        for moment, parts in other.blamed.items():
            _add(self.blamed.setdefault(moment, {}), parts)
        _add(self.blame, other.blame)
        _add(self.ended, other.ended)
        self.warnings |= other.warnings


def _add(parts: dict, more: dict) -> None:  # type: ignore[type-arg]
    for name, hours in more.items():
        parts[name] = parts.get(name, 0.0) + hours


def take_stock(game: Game, crowd: Crowd) -> Tally:
    """Say what the cases of a crowd say.

    Parameters
    ----------
    game : Game
        The model.
    crowd : Crowd
        What happened.

    Returns
    -------
    Tally
        Figures of each case and each contact.
    """
    return _Counter(game, crowd).count()


class _Counter:
    def __init__(self, game: Game, crowd: Crowd) -> None:
        self.game = game
        self.crowd = crowd
        traced = crowd.number if crowd.keeps_stays else 0
        self.tally = Tally(crowd.number, traced, warnings=dict(crowd.warnings))

    def count(self) -> Tally:
        met, tally = self.crowd.meetings, self.tally
        numbers: dict[Moment, int] = {}
        kinds = [numbers.setdefault(one.moment, len(numbers)) for one in met]
        tally.moments = list(numbers)
        if not met:
            self._end()
            return tally
        moment = np.repeat(kinds, [len(one.case) for one in met])
        case = np.concatenate([one.case for one in met])
        start = np.concatenate([one.start for one in met])
        self.since = np.concatenate([one.since for one in met])
        self.last = np.concatenate([one.last for one in met])
        self.ends = np.concatenate([one.end for one in met])
        self.moment = moment
        # Most often they were noted in the order in which they happened.
        self.order = order = in_order(case, start, self.crowd.number)
        stay = np.concatenate([one.stay for one in met])
        # There are millions of meetings, but not of contacts or cases: small numbers will do.
        tally.moment = moment[order].astype(np.int32)
        tally.case, tally.start = case[order].astype(np.int32), start[order]
        tally.end, since, last = self.ends[order], self.since[order], self.last[order]
        tally.wait = tally.start - np.maximum(since, 0.0)
        tally.before = np.where(last == NOBODY, NOBODY, moment[last]).astype(np.int32)
        self.stay = stay[order]
        self._measure()
        self._end()
        return tally

    # Cases

    def _measure(self) -> None:
        """Find the silences of each case: where nobody of the sorted contacts is involved."""
        tally = self.tally
        place = rank(tally.case)
        first = np.flatnonzero(place == 0)
        covered = running_most(tally.end, place)
        before = np.concatenate([[0.0], covered[:-1]])
        gap = np.where(place > 0, tally.start - before, 0.0)
        silent = gap > GAP
        gap = np.where(silent, gap, 0.0)
        last = np.concatenate([first[1:], [len(place)]]) - 1
        begin = np.repeat(tally.start[first], last - first + 1)
        tally.figures = {
            "journey": covered[last] - tally.start[first],
            "wait": np.add.reduceat(gap, first),
            "longest": np.maximum.reduceat(gap, first),
            "gaps": np.add.reduceat(silent.astype(np.float64), first),
            "occupied": self._occupied(before, covered, place)[tally.case[first]],
        }
        tally.silences = ((before - begin)[silent], (tally.start - begin)[silent])
        self._put_down(silent, before)

    def _occupied(self, before: Hours, covered: Hours, place: Numbers) -> Hours:
        """Measure where the customer and the inside are both busy: what both cover, but once."""
        tally, number = self.tally, self.crowd.number
        busy = tally.end > tally.start
        if not busy.any() or not self.crowd.work:
            return np.zeros(number)
        # What each contact adds to what those before it cover: pieces that do not overlap.
        begin = np.where(place > 0, np.maximum(tally.start, before), tally.start)
        involved = Spans(tally.case, begin, np.maximum(covered, begin)).take(busy)
        parts = zip(*self.crowd.work, strict=True)
        work = Spans(*(np.concatenate(part) for part in parts))
        first, last = np.full(number, math.inf), np.full(number, -math.inf)
        np.minimum.at(first, involved.case, involved.start)
        np.maximum.at(last, involved.case, involved.end)
        work = work.take((work.end > first[work.case]) & (work.start < last[work.case]))
        if not len(work.case):
            return np.zeros(number)
        work = work.in_order(number).pieces()
        both = involved.until(work.case, work.end) - involved.until(work.case, work.start)
        shared = np.bincount(work.case, both, number)
        return np.where(shared > GAP, shared, 0.0)

    # Who is responsible

    def _put_down(self, silent: Mask, before: Hours) -> None:
        """Put every wait and every silence down to the flow nodes that the customer waited for."""
        tally = self.tally
        begin, end = before[silent], tally.start[silent]
        ended = np.bincount(tally.moment[silent], end - begin, len(tally.moments))
        tally.ended = {
            moment: spent
            for moment, spent in zip(tally.moments, ended.tolist(), strict=True)
            if spent
        }
        if not self.crowd.keeps_stays:
            return
        stays = self.crowd.stays
        sizes = [len(one.start) for one in stays]
        names = list(dict.fromkeys(one.node for one in stays))
        number = {name: index for index, name in enumerate(names)}
        if stays:
            self.stay_node = np.repeat([number[one.node] for one in stays], sizes)
            self.stay_start = np.concatenate([one.start for one in stays])
            self.stay_end = np.concatenate([one.end for one in stays])
            self.stay_before = np.concatenate([one.before for one in stays])
        begins = tally.start - tally.wait
        blamed = self._go_back(tally.moment, self.stay, begins, tally.start, names)
        tally.blamed = {moment: {} for moment in tally.moments}
        for group, node, hours in blamed:
            tally.blamed[tally.moments[group]][node] = hours
        nobody = np.zeros(len(begin), np.intp)
        blame = self._go_back(nobody, self.stay[silent], begin, end, names)
        tally.blame = {node: hours for _, node, hours in blame}

    def _go_back(
        self, group: Numbers, stay: Numbers, begin: Hours, end: Hours, names: list[str]
    ) -> Iterator[tuple[int, str | None, float]]:
        """Go back along the stays of many cases at once; yield hours by group and flow node."""
        width = len(names) + 1
        group = group.astype(np.intp, copy=False)  # Keys of contacts and flow nodes are large.
        sums = _Sums()
        going = np.flatnonzero(end - begin > GAP)
        while len(going):
            group, stay, begin, end = group[going], stay[going], begin[going], end[going]
            at = group * width
            known = stay != NOBODY
            if not known.all():
                lost = ~known
                sums.add(at[lost] + len(names), (end - begin)[lost])
                group, stay, begin, end = group[known], stay[known], begin[known], end[known]
                at = at[known]
                if not len(group):
                    break
            first = np.maximum(self.stay_start[stay], begin)
            last = np.minimum(self.stay_end[stay], end)
            took = last > first
            sums.add(at + self.stay_node[stay], np.where(took, last - first, 0.0))
            gap = took & (end - last > GAP)
            if gap.any():
                sums.add(at[gap] + len(names), (end - last)[gap])
            end = np.where(took, first, end)
            stay = self.stay_before[stay]
            going = np.flatnonzero(end - begin > GAP)
        for key, hours in sums.items():
            node = names[key % width] if key % width < len(names) else None
            yield key // width, node, hours

    # How cases end

    def _end(self) -> None:
        crowd, tally = self.crowd, self.tally
        last = self._last_contacts() if crowd.meetings else np.full(crowd.number, NOBODY)
        nobody = last == NOBODY
        self._tell("stuck", crowd.stuck)
        self._tell("no_contact", nobody & ~crowd.stuck)
        at = np.flatnonzero(~nobody & ~crowd.stuck)
        if not len(at):
            return
        contact = last[at]
        worked = self.worked[contact]
        for index in np.unique(self.moment[contact]).tolist():
            moment = tally.moments[index]
            here = self.moment[contact] == index
            kind = "closed"
            if self.game.touches[moment].contact.direction == "in":
                kind = "dead_end" if self.game.structure.is_answered(moment) else "no_reply"
            self._tell("closed", here if kind == "closed" else here & ~worked)
            open_ = here & worked
            if kind != "closed":
                self._tell(kind, open_)
            if open_.any():
                ends = contact[open_]
                hours = float((crowd.end[at[open_]] - self.ends[ends]).sum())
                key = ("after_last" if kind == "closed" else kind, moment.name)
                tally.tails[key] = (len(ends), hours, self._after(ends))
                if kind != "closed":
                    tally.warnings[f"{kind.replace('_', '-')}:{moment.name}"] = None

    def _tell(self, kind: str, cases: Mask) -> None:
        if cases.any():
            self.tally.ending[kind] = self.tally.ending.get(kind, 0) + int(cases.sum())

    def _after(self, contacts: Numbers) -> set[str]:
        """Return the internal flow nodes that came after some contacts."""
        wanted = np.zeros(len(self.ends) + 1, np.bool_)
        wanted[contacts] = True
        return {node for node, last in self.crowd.trail if wanted[last].any()}

    def _marked(self, parts: list[Numbers]) -> Mask:
        """Return which contacts are named in lists; the last place stands for nobody."""
        marked = np.zeros(len(self.ends) + 1, np.bool_)
        for part in parts:
            marked[part] = True
        marked[NOBODY] = False
        return marked

    def _last_contacts(self) -> Numbers:
        """Return the number of the causally last contact of each case.

        Of those that end at the same time, it is one before which more was done of what takes a
        time that nobody knows; and then one after which only work goes on.
        """
        crowd, tally = self.crowd, self.tally
        self.worked = self._marked(crowd.worked)
        followed = self._marked([*crowd.absorbed, self.last])
        pending = (self.worked & ~followed)[:-1]
        order = self.order
        place = rank(tally.case)
        first = np.flatnonzero(place == 0)
        latest = np.maximum.reduceat(tally.end, first)
        size = np.diff([*first, len(order)])
        among = tally.end == np.repeat(latest, size)
        later = pending + 2 * self._done_vaguely()
        # Numbers of contacts count in the order in which they began, as the other engine has it.
        value = np.where(among, np.arange(len(order)) + len(order) * later[order], -1)
        best = np.maximum.reduceat(value, first) % len(order)
        last = np.full(crowd.number, NOBODY)
        last[tally.case[first]] = order[best]
        return last

    def _done_vaguely(self) -> Numbers:
        """Count, for each contact, those on the way to its end that take some unknown time."""
        vague = self.game.vague
        if not vague:
            return np.zeros(len(self.ends), np.intp)
        moments = self.tally.moments
        own, later = (
            np.array([vague.get(moment) is after for moment in moments], np.intp)[self.moment]
            for after in (False, True)
        )
        found: Numbers = own.copy()
        before = self.last.copy()
        going = np.flatnonzero(before != NOBODY)
        while len(going):
            at = before[going]
            found[going] += own[at] + later[at]
            before[going] = self.last[at]
            going = going[before[going] != NOBODY]
        return found


class _Sums:
    """Hours by key, added up whenever there are many of them."""

    def __init__(self) -> None:
        self.keys: list[Numbers] = []
        self.hours: list[Hours] = []
        self.loose = 0
        self.packed = 0

    def add(self, keys: Numbers, hours: Hours) -> None:
        """Take in more hours."""
        self.keys.append(keys)
        self.hours.append(hours)
        self.loose += len(keys)
        if self.loose > max(_SMALL, 2 * self.packed):
            self._pack()

    def _pack(self) -> None:
        keys, hours = np.concatenate(self.keys), np.concatenate(self.hours)
        most = int(keys.max(initial=0)) + 1
        if most <= _SMALL:
            sums = np.bincount(keys, hours, most)
            found = np.flatnonzero(sums)
            sums = sums[found]
        else:
            found, place = np.unique(keys, return_inverse=True)
            sums = np.bincount(place, hours, len(found))
        self.keys, self.hours = [found], [np.asarray(sums, np.float64)]
        self.loose = self.packed = len(found)

    def items(self) -> Iterator[tuple[int, float]]:
        """Yield each key with the sum of its hours, if there is any."""
        if self.keys:
            self._pack()
            found, sums = self.keys[0].tolist(), self.hours[0].tolist()
            yield from ((key, hours) for key, hours in zip(found, sums, strict=True) if hours)
