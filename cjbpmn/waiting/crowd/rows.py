"""Tokens of many cases as rows of numbers, and what is noted about them.

A row is one token of one case, wherever it is. Rows are taken, put together and compared in a few
steps of array arithmetic, however many cases there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cjbpmn.waiting.crowd.spans import Hours, Mask, Numbers, Spans
from cjbpmn.waiting.structure import Moment

__all__ = [
    "BEFORE",
    "NOBODY",
    "Crowd",
    "Hours",
    "Mask",
    "Met",
    "Numbers",
    "Refused",
    "Rows",
    "Stayed",
]

NOBODY: Final = -1
BEFORE: Final = -1.0
"""When the last contact was of a token that has met nobody: before all others."""
_TOGETHER: Final = 64
"""So many branches of a join are merged at once."""
_LOOSE: Final = 2_000_000
"""So many times of work are kept as they are."""


class Refused(Exception):
    """The model cannot be played so; the words say why."""


class Rows:
    """Tokens of many cases.

    Parameters
    ----------
    case, inst : array of int
        In which case each is, and in which execution of a scope.
    time : array of float
        When it is there.
    since, last : array
        The end and the number of the last contact on its path.
    stay : array of int
        The number of the last stay on the path of the one that came last.
    branch : array of int or None
        The number of the last branch it came through; None where nobody came through any.
    more : tuple of array
        What else is known of each.
    """

    __slots__ = ("branch", "case", "inst", "last", "more", "since", "stay", "time")

    def __init__(  # noqa: PLR0913, PLR0917 - these are the columns
        self,
        case: Numbers,
        inst: Numbers,
        time: Hours,
        since: Hours,
        last: Numbers,
        stay: Numbers,
        branch: Numbers | None = None,
        more: tuple[NDArray[np.float64], ...] = (),
    ) -> None:
        self.case = case
        self.inst = inst
        self.time = time
        self.since = since
        self.last = last
        self.stay = stay
        self.branch = branch
        self.more = more

    def __len__(self) -> int:
        return len(self.case)

    @classmethod
    def new(cls, case: Numbers, inst: Numbers) -> Rows:
        """Put a token into each of some cases, at the beginning."""
        number = len(case)
        nobody = np.full(number, NOBODY, np.intp)
        return cls(case, inst, np.zeros(number), np.full(number, BEFORE), nobody, nobody)

    @classmethod
    def nobody(cls) -> Rows:
        """Return no rows."""
        nothing = np.zeros(0, np.intp)
        return cls.new(nothing, nothing)

    @classmethod
    def join(cls, parts: Sequence[Rows]) -> Rows:
        """Put rows together."""
        if len(parts) == 1:
            return parts[0]
        branch = None
        if any(part.branch is not None for part in parts):
            branch = np.concatenate([part.branches for part in parts])
        return cls(
            np.concatenate([part.case for part in parts]),
            np.concatenate([part.inst for part in parts]),
            np.concatenate([part.time for part in parts]),
            np.concatenate([part.since for part in parts]),
            np.concatenate([part.last for part in parts]),
            np.concatenate([part.stay for part in parts]),
            branch,
            tuple(map(np.concatenate, zip(*(part.more for part in parts), strict=True))),
        )

    @property
    def branches(self) -> Numbers:
        """The branches, also where there are none."""
        return np.full(len(self), NOBODY, np.intp) if self.branch is None else self.branch

    def take(self, chosen: Mask | Numbers) -> Rows:
        """Return some of the rows."""
        if chosen.dtype == np.bool_:
            chosen = np.flatnonzero(chosen)
            if len(chosen) == len(self):
                return self
        return Rows(
            self.case[chosen],
            self.inst[chosen],
            self.time[chosen],
            self.since[chosen],
            self.last[chosen],
            self.stay[chosen],
            None if self.branch is None else self.branch[chosen],
            tuple(one[chosen] for one in self.more),
        )

    def but(self, **changed: Any) -> Rows:
        """Return the same rows with some columns replaced."""
        get = changed.get
        return Rows(
            self.case,
            get("inst", self.inst),
            get("time", self.time),
            get("since", self.since),
            get("last", self.last),
            get("stay", self.stay),
            get("branch", self.branch),
            get("more", self.more),
        )


@dataclass(slots=True)
class Met:
    """One contact, in many cases: from when to when, after which, and where the time went."""

    moment: Moment
    case: Numbers
    start: Hours
    end: Hours
    since: Hours
    last: Numbers
    stay: Numbers


@dataclass(slots=True)
class Stayed:
    """One flow node at which time passed, in many cases, and the stay before."""

    node: str
    start: Hours
    end: Hours
    before: Numbers


@dataclass(slots=True)
class Crowd:
    """What happened in many cases.

    Contacts and stays are numbered in the order in which they are noted.

    Parameters
    ----------
    number : int
        How many cases.
    keeps_stays : bool
        Whether it is noted where time passed.
    keeps_work : bool
        Whether it is noted when internal activities ran.
    meetings : list of Met
        The contacts.
    stays : list of Stayed
        Where time passed.
    work : list of tuples of array
        When internal activities ran: case, start, end.
    worked : list of array
        Contacts after which internal work followed.
    absorbed : list of array
        Contacts after which a path met another with a later one.
    trail : list of pairs of str and array
        Internal flow nodes, each with the contacts after which it came.
    stuck : array of bool
        In which cases something waits for ever.
    end : array of float
        When the last thing happened.
    most : int
        How many tokens there were at once, in all cases together.
    scopes : int
        How many times a scope was entered, in all cases together.
    warnings : dict of str to None
        What was doubtful.
    """

    number: int
    keeps_stays: bool = True
    keeps_work: bool = True
    meetings: list[Met] = field(default_factory=list)
    stays: list[Stayed] = field(default_factory=list)
    work: list[tuple[Numbers, Hours, Hours]] = field(default_factory=list)
    worked: list[Numbers] = field(default_factory=list)
    absorbed: list[Numbers] = field(default_factory=list)
    trail: list[tuple[str, Numbers]] = field(default_factory=list)
    stuck: Mask = field(default_factory=lambda: np.zeros(0, np.bool_))
    end: Hours = field(default_factory=lambda: np.zeros(0))
    most: int = 0
    scopes: int = 0
    warnings: dict[str, None] = field(default_factory=dict)
    _met: int = 0
    _stayed: int = 0
    _work: int = 0
    _packed: int = 0

    def __post_init__(self) -> None:
        self.stuck = np.zeros(self.number, np.bool_)
        self.end = np.zeros(self.number)

    @property
    def held(self) -> int:
        """About how many numbers are held at once."""
        noted = self._stayed + self._work + sum(len(last) for _, last in self.trail)
        return 3 * self.most + 3 * noted + 30 * self._met + 10 * self.scopes

    def meet(self, moment: Moment, rows: Rows, end: Hours) -> Rows:
        """Note a contact of some tokens; return them as they are after it."""
        self.meetings.append(
            Met(moment, rows.case, rows.time, end, rows.since, rows.last, rows.stay)
        )
        numbers = np.arange(self._met, self._met + len(rows))
        self._met += len(rows)
        return rows.but(time=end, since=end, last=numbers)

    def stay(self, node: str, rows: Rows, end: Hours) -> Numbers:
        """Note that time passed for some tokens at a flow node; return the numbers of the stays."""
        if not self.keeps_stays:
            return rows.stay
        self.stays.append(Stayed(node, rows.time, end, rows.stay))
        numbers = np.arange(self._stayed, self._stayed + len(rows))
        self._stayed += len(rows)
        return numbers

    def worked_on(self, rows: Rows, end: Hours) -> None:
        """Note that an internal activity ran for some tokens."""
        if not self.keeps_work:
            return
        self.work.append((rows.case, rows.time, end))
        self._work += len(rows)
        if self._work > max(_LOOSE, 2 * self._packed):
            # What is done at the same time, or one after the other, counts as one.
            spans = Spans(*map(np.concatenate, zip(*self.work, strict=True)))
            self.work = [spans.in_order(self.number).union()]
            self._work = self._packed = len(self.work[0][0])

    def later(self, one: Rows, other: Rows) -> tuple[Hours, Numbers]:
        """Return the later contact where two paths meet; the other one is absorbed."""
        if one.last is other.last and one.since is other.since:
            return one.since, one.last
        newer = (other.since > one.since) | ((other.since == one.since) & (other.last > one.last))
        differ = (one.last != other.last) & (one.last != NOBODY) & (other.last != NOBODY)
        if differ.any():
            self.absorbed.append(np.where(newer, one.last, other.last)[differ])
        return np.where(newer, other.since, one.since), np.where(newer, other.last, one.last)

    def merge(self, parts: Sequence[Rows]) -> Rows:
        """Let one token go on for several: at the latest time, after the latest contact."""
        met = parts[0]
        for first in range(1, len(parts), _TOGETHER):
            met = self._merge([met, *parts[first : first + _TOGETHER]])
        return met

    def _merge(self, parts: Sequence[Rows]) -> Rows:
        one = parts[0]
        times = np.stack([rows.time for rows in parts])
        # Of equals the first counts.
        latest = times.argmax(axis=0)
        column = np.arange(len(one))
        stays = np.stack([rows.stay for rows in parts])
        met = one.but(time=times[latest, column], stay=stays[latest, column])
        if all(rows.last is one.last and rows.since is one.since for rows in parts):
            return met
        sinces = np.stack([rows.since for rows in parts])
        lasts = np.stack([rows.last for rows in parts])
        since = sinces.max(axis=0)
        last = np.where(sinces == since, lasts, NOBODY).max(axis=0)
        absorbed = (lasts != last) & (lasts != NOBODY)
        if absorbed.any():
            self.absorbed.append(lasts[absorbed])
        return met.but(since=since, last=last)

    def over(self, rows: Rows) -> None:
        """Note that something happened to tokens, the last thing perhaps."""
        np.maximum.at(self.end, rows.case, rows.time)
