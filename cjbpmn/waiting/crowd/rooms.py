"""Where tokens of many cases wait: for messages, for each other, for all branches of a join.

What is first to come is first to be served. It is found by comparing times, so nothing may be
noticed too late: where somebody turns up who should have been served before, the cases have to be
played one by one after all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cjbpmn.waiting.crowd.order import Unit
from cjbpmn.waiting.crowd.rows import Crowd, Hours, Mask, Numbers, Refused, Rows
from cjbpmn.waiting.crowd.spans import rank


class Queue:
    """Rows that wait for something, in each case the first to come first.

    Parameters
    ----------
    unit : Unit
        What it belongs to.
    number : int
        How many cases there are.
    """

    def __init__(self, unit: Unit, number: int) -> None:
        self.unit = unit
        self.number = number
        self.rows = Rows.nobody()
        self.kinds = np.zeros(0, np.intp)
        self.served: Hours | None = None
        self.alone = True
        """Whether there is but one in each case."""

    def add(self, arriving: Sequence[tuple[int, Rows]]) -> None:
        """Let more rows wait, of several kinds; order them by case and time."""
        if not arriving:
            return
        kinds = [np.full(len(rows), kind, np.intp) for kind, rows in arriving]
        parts = [rows for _, rows in arriving]
        if self.served is not None:
            for rows in parts:
                if (rows.time < self.served[rows.case]).any():
                    raise Refused(f"served too early: {self.unit.step.node.id}")
        if len(self.rows):
            parts.insert(0, self.rows)
            kinds.insert(0, self.kinds)
        rows, kind = Rows.join(parts), np.concatenate(kinds)
        if len(parts) > 1 or self.unit.circle or not (np.diff(rows.case) > 0).all():
            order = np.lexsort((rows.time, rows.case))
            rows, kind = rows.take(order), kind[order]
            same = rows.case[1:] == rows.case[:-1]
            self.alone = not same.any()
            if (same & (rows.time[1:] == rows.time[:-1])).any():
                raise Refused(f"two at the same time: {self.unit.step.node.id}")
        self.rows, self.kinds = rows, kind

    def leave(self, gone: Numbers) -> None:
        """Let some rows go; nobody who should have been before them may come after that."""
        self.mark(self.rows.case[gone], self.rows.time[gone])
        stays = np.ones(len(self.rows), np.bool_)
        stays[gone] = False
        self.kinds = self.kinds[stays]
        self.rows = self.rows.take(np.flatnonzero(stays))

    def mark(self, case: Numbers, time: Hours) -> None:
        """Note until when all are served."""
        if self.unit.circle:
            if self.served is None:
                self.served = np.full(self.number, -np.inf)
            np.maximum.at(self.served, case, time)

    @property
    def order(self) -> Numbers:
        """For each row that waits, how many of its case come before."""
        return rank(self.rows.case)


def pair(one: Queue, other: Queue) -> tuple[Numbers, Numbers]:
    """Bring together, in each case, the first of each queue, the second of each, and so on.

    Parameters
    ----------
    one, other : Queue
        Who waits for whom.

    Returns
    -------
    pair of array of int
        The places in both queues that belong together.
    """
    nobody = np.zeros(0, np.intp)
    if not len(one.rows) or not len(other.rows):
        return nobody, nobody
    if one.alone and other.alone:
        place = np.full(one.number, -1, np.intp)
        place[other.rows.case] = np.arange(len(other.rows))
        found = place[one.rows.case]
        mine = np.flatnonzero(found >= 0)
        return mine, found[mine]
    first, second = one.order, other.order
    most = int(max(first.max(), second.max())) + 1
    _, mine, theirs = np.intersect1d(
        one.rows.case * most + first,
        other.rows.case * most + second,
        assume_unique=True,
        return_indices=True,
    )
    return mine, theirs


class Mailbox:
    """Who waits for a message, and the messages that wait for somebody.

    Parameters
    ----------
    unit : Unit
        Where.
    flows : list of str
        The message flows; in the order in which mail is looked through.
    number : int
        How many cases there are.
    """

    def __init__(self, unit: Unit, flows: Sequence[str], number: int) -> None:
        self.flows = {flow: index for index, flow in enumerate(flows)}
        self.waiting = Queue(unit, number)
        self.mail = Queue(unit, number)

    def put(self, mails: Sequence[tuple[str, Rows]]) -> None:
        """Put messages in."""
        self.mail.add([(self.flows[flow], rows) for flow, rows in mails])

    def take(self) -> tuple[Rows, Rows] | None:
        """Give messages to those who wait; return both, side by side."""
        mine, theirs = pair(self.waiting, self.mail)
        if not len(mine):
            return None
        taken, mails = self.waiting.rows.take(mine), self.mail.rows.take(theirs)
        if len(self.flows) > 1:
            self._check(taken, theirs)
        self.waiting.leave(mine)
        self.mail.leave(theirs)
        return taken, mails

    def _check(self, taken: Rows, theirs: Numbers) -> None:
        """Of mail from several senders, not the first is taken but that of the first flow."""
        mails, kinds = self.mail.rows, self.mail.kinds
        after = np.minimum(theirs + 1, len(mails) - 1)
        choice = (after > theirs) & (mails.case[after] == taken.case)
        choice &= (mails.time[after] <= taken.time) & (kinds[after] != kinds[theirs])
        if choice.any():
            raise Refused(f"mail of several senders: {self.mail.unit.step.node.id}")


class Join:
    """Tokens that wait for those of all the other branches.

    Parameters
    ----------
    unit : Unit
        The gateway.
    crowd : Crowd
        Where it is noted what happens.
    """

    def __init__(self, unit: Unit, crowd: Crowd) -> None:
        self.unit = unit
        self.crowd = crowd
        self.flows = {flow: index for index, flow in enumerate(unit.step.entries)}
        self.held: dict[int, list[Rows]] = {}
        self.passed: dict[int, Hours] = {}

    def add(self, arriving: Sequence[tuple[str, Rows]]) -> None:
        """Let more tokens wait."""
        for flow, rows in arriving:
            self.held.setdefault(self.flows[flow], []).append(rows)

    def take_some(self, instances: int) -> Iterator[Rows]:
        """Yield whatever is there, branch by branch.

        Parameters
        ----------
        instances : int
            How many executions of scopes there are.
        """
        for kind in sorted(self.held):
            rows = Rows.join(self.held.pop(kind))
            yield rows.take(self._places(rows, instances))

    def take_all(self, instances: int) -> list[Rows]:
        """Return what belongs together, branch by branch and side by side; the rest has to wait.

        Parameters
        ----------
        instances : int
            How many executions of scopes there are.
        """
        kinds = sorted(self.held)
        if len(kinds) < len(self.flows):
            return []
        held = [Rows.join(self.held[kind]) for kind in kinds]
        self.held = {}
        first = held[0].inst
        if (np.diff(first) > 0).all() and all(
            rows.inst is first or np.array_equal(rows.inst, first) for rows in held
        ):
            found = held
        else:
            found = self._sort_out(kinds, held, instances)
        if self.unit.circle:
            for kind, taken in zip(kinds, found, strict=True):
                self._note(kind, taken, instances)
        return found if len(found[0]) else []

    def _sort_out(self, kinds: list[int], held: list[Rows], instances: int) -> list[Rows]:
        """Return the tokens of those executions in which all branches are there."""
        complete = np.ones(instances, np.bool_)
        for rows in held:
            here = np.zeros(instances, np.bool_)
            here[rows.inst] = True
            complete &= here
        found = []
        for kind, rows in zip(kinds, held, strict=True):
            place = self._places(rows, instances)
            found.append(rows.take(place[complete[rows.inst[place]]]))
            rest = rows.take(~complete[rows.inst])
            if len(rest):
                self.held[kind] = [rest]
        return found

    def _places(self, rows: Rows, instances: int) -> Numbers:
        """Return the places of tokens in the order of their executions, each with but one."""
        place = np.full(instances, -1, np.intp)
        numbers = np.arange(len(rows))
        place[rows.inst] = numbers
        if (place[rows.inst] != numbers).any():
            raise Refused(f"two tokens by one way: {self.unit.step.node.id}")
        return place[place >= 0]

    def _note(self, kind: int, taken: Rows, instances: int) -> None:
        """Who comes later by the same way has to be later, or it would have been its turn."""
        passed = np.full(instances, -np.inf)
        if kind in self.passed:
            passed[: len(self.passed[kind])] = self.passed[kind]
        if (taken.time < passed[taken.inst]).any():
            raise Refused(f"served too early: {self.unit.step.node.id}")
        passed[taken.inst] = taken.time
        self.passed[kind] = passed

    @property
    def left(self) -> list[Rows]:
        """Those who still wait."""
        return [rows for parts in self.held.values() for rows in parts]


def first_of(columns: Sequence[Hours]) -> tuple[Hours, Numbers, Mask]:
    """Return, in each row, the least of several times, which it is, and whether it is in doubt."""
    stacked = np.stack(columns)
    which = stacked.argmin(axis=0)
    least = stacked.min(axis=0)
    doubtful = ((stacked == least).sum(axis=0) > 1) & np.isfinite(least)
    return least, which, doubtful
