"""A model as places, and passages between them: how likely each is, and how long it takes.

This is what the token game does, written down once and not played: between two contacts it says
all that can happen. Bounds (`intervals`) and distributions (`reduction`) are found on it. Where
something decides that is no matter of one place (a message, an interruption, what else is going on
at the same time), that place has a *doubt*: a reason in words, with the id of the element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from cjbpmn.waiting.passages.delays import Delay, Passage
from cjbpmn.waiting.structure import Moment

BEGIN: Final = Moment("", "begin")
"""Where every case begins."""


@dataclass(frozen=True, slots=True)
class Killer:
    """What can cut off everything in a scope.

    Parameters
    ----------
    scope : str
        The scope.
    reason : str
        What it is, with its id.
    beside : bool
        Whether it can only cut off what goes on beside it.
    """

    scope: str
    reason: str
    beside: bool = True


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a place is reached, if it is.

    Parameters
    ----------
    since : Moment
        Another place: so long after that one.
    hours : float
        At most; infinite where only `unless` bounds it.
    unless : Moment or None
        A place that comes no earlier.
    """

    since: Moment
    hours: float
    unless: Moment | None = None


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often the same is gone through, one after the other.

    Parameters
    ----------
    first : Moment
        Where each begins.
    least, most : int
        How many there are.
    """

    first: Moment
    least: int
    most: int


@dataclass(slots=True)
class Passages:
    """The places of a model and what leads from one to the next.

    Parameters
    ----------
    contacts : frozenset of Moment
        The places at which the customer is involved: every wait begins and ends at one.
    out, into : dict of Moment to list of Passage
        What leads away from a place, and to it.
    joins : dict of Moment to str
        Places that wait for several: ``all`` that lead there; ``open``, all that can still come;
        ``done``, all that goes on in a scope.
    forks : dict of Moment to tuple of float or None
        Places from which several ways are taken at once: the chance of each, as in `Block`.
    scope_of : dict of Moment to str
        In which scope a place lies.
    around : dict of str to str
        The scope around a scope.
    doubts : dict of Moment to str
        Why what happens at a place is no matter of that place alone.
    endless : set of Moment
        Places at which nothing bounds how long it takes.
    spawns : dict of str to str
        Scopes in which something can begin beside what goes on already, and why.
    spawning : set of Moment
        The places from which it begins.
    leaky : set of Moment
        Places from which some ways lead to no contact.
    involved : dict of Moment to Delay
        How long the customer is busy at a contact, where nothing can cut that short.
    messages : set of Passage
        Passages that are messages.
    killers : list of Killer
        What can cut off what goes on.
    killing : set of Moment
        The places from which it cuts off whatever goes on beside it.
    deadlines : dict of Moment to Deadline
        Places that are reached before something else happens, or not at all.
    rounds : dict of Moment to Rounds
        Places from which a way leads back that is not drawn.
    """

    contacts: frozenset[Moment]
    out: dict[Moment, list[Passage]] = field(default_factory=dict)
    into: dict[Moment, list[Passage]] = field(default_factory=dict)
    joins: dict[Moment, str] = field(default_factory=dict)
    forks: dict[Moment, tuple[float | None, ...]] = field(default_factory=dict)
    scope_of: dict[Moment, str] = field(default_factory=dict)
    around: dict[str, str] = field(default_factory=dict)
    doubts: dict[Moment, str] = field(default_factory=dict)
    endless: set[Moment] = field(default_factory=set)
    spawns: dict[str, str] = field(default_factory=dict)
    spawning: set[Moment] = field(default_factory=set)
    leaky: set[Moment] = field(default_factory=set)
    involved: dict[Moment, Delay] = field(default_factory=dict)
    messages: set[Passage] = field(default_factory=set)
    killers: list[Killer] = field(default_factory=list)
    killing: set[Moment] = field(default_factory=set)
    deadlines: dict[Moment, Deadline] = field(default_factory=dict)
    rounds: dict[Moment, Rounds] = field(default_factory=dict)

    @property
    def marks(self) -> set[Moment]:
        """The places between which deadlines run, and those to which a way leads back."""
        ends = [(one.since, one.unless) for one in self.deadlines.values()]
        ends += [(one.first, None) for one in self.rounds.values()]
        return {*self.deadlines, *(place for pair in ends for place in pair if place is not None)}

    def add(self, passage: Passage) -> None:
        """Add a passage."""
        self.out.setdefault(passage.source, []).append(passage)
        self.into.setdefault(passage.target, []).append(passage)

    def remove(self, passages: Iterable[Passage]) -> None:
        """Take passages away."""
        gone = set(passages)
        for source in {passage.source for passage in gone}:
            self.out[source] = [one for one in self.out[source] if one not in gone]
        for target in {passage.target for passage in gone}:
            self.into[target] = [one for one in self.into[target] if one not in gone]

    def scopes(self, place: Moment) -> Iterator[str]:
        """Yield the scopes around a place, the innermost first."""
        scope = self.scope_of.get(place)
        while scope is not None:
            yield scope
            scope = self.around.get(scope)

    def before(self, end: Moment) -> tuple[list[Passage], dict[Moment, None]]:
        """Collect what lies before a contact, up to the contacts before it.

        Parameters
        ----------
        end : Moment
            The contact.

        Returns
        -------
        passages : list of Passage
            All of them.
        starts : dict of Moment to None
            The contacts before, and `BEGIN`.
        """
        found: list[Passage] = []
        starts: dict[Moment, None] = {}
        seen = {end}
        pending = [end]
        while pending:
            for passage in self.into.get(pending.pop(), ()):
                found.append(passage)
                source = passage.source
                if source == BEGIN or source in self.contacts:
                    starts[source] = None
                elif source not in seen:
                    seen.add(source)
                    pending.append(source)
        return found, starts
