"""Tokens, and the table on which the timed token game is played.

Time is in hours and starts at zero. A token knows the last contact on its causal path; where
paths join, the latest one counts. Every question of chance goes to a `Chooser`: which way, and
how long. With scripted answers a run can be replayed; with random ones it is a sample.

The rules stand in one class per subject, each on top of the one before: `Table` (tokens, clock,
contacts), `Gateways`, `Scopes` (processes, sub-processes, messages), `Activities`, and `Game`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappush
from typing import Final, NamedTuple, Protocol, TypeAlias

from cjbpmn.dated import Dated
from cjbpmn.distributions import Distribution
from cjbpmn.durations import Timings, declared_waits
from cjbpmn.waiting.execution import Scope, Step
from cjbpmn.waiting.playing.lineage import Arrivals, Branch, Lineage, Stay
from cjbpmn.waiting.structure import Moment, Structure

Last: TypeAlias = tuple[float, int] | None
"""End and number of the last contact on a causal path. The number breaks ties: who comes later
in the game is causally later, or independent."""
Action: TypeAlias = "Callable[[Activity], None]"
"""What happens to an activity when its time has come."""
MANY: Final = 64
"""More tokens than so many, beyond one for each step, are a flood."""
_LONGEST: Final = 50_000
"""No run takes more moves than these, unless the model itself is as large."""
MAX_INSTANCES: Final = 1000
"""How many instances of one activity are played."""


class Chooser(Protocol):
    """Answers the questions of chance; `bound` says whether every duration is at its bound."""

    bound: str | None

    def choose(self, weights: Sequence[float], owner: str = "") -> int:
        """Choose one of several, by weight."""
        ...

    def duration(self, key: str, distribution: Distribution) -> float:
        """Say how long it takes this time, in hours."""
        ...

    def winner(self, clocks: Sequence[tuple[str, Distribution]]) -> tuple[int, float]:
        """Say which of several clocks rings first, and after how many hours."""
        ...


@dataclass(slots=True)
class Meeting:
    """One execution of a contact: the customer is involved from `start` to `end`.

    Parameters
    ----------
    moment : Moment
        What is executed.
    start, end : float
        In hours.
    after : int or None
        The number of the last contact before it on the causal path.
    wait : float or None
        From the end of that one, or from the start of the case, in hours.
    stay : Stay or None
        Where that time went.
    """

    moment: Moment
    start: float
    end: float
    after: int | None
    wait: float
    stay: Stay | None = None


class State(NamedTuple):
    """A place from which a run goes on, whatever was before: one token, and nothing else.

    Parameters
    ----------
    key : str
        The step at which the token arrives.
    last : Moment or None
        The last contact.
    worked : bool
        Whether internal work has followed on it.
    aged : bool
        Whether time has passed since.
    """

    key: str
    last: Moment | None
    worked: bool
    aged: bool


@dataclass(slots=True)
class Run:
    """What happened in one run.

    Parameters
    ----------
    meetings : list of Meeting
        The executions of contacts.
    work : list of pairs of float
        When internal activities ran that took time.
    trail : dict of int to set of str
        By number of a meeting, the internal flow nodes that its token reached since.
    worked : set of int
        After which meetings internal work followed.
    stuck : dict of str to None
        The flow nodes at which tokens were left over.
    warnings : dict of str to None
        What was doubtful.
    absorbed : set of int
        Meetings after which a token met another with a later one.
    stopped : str or None
        Where the run was broken off, because it would never end.
    end : float
        When the last thing happened.
    moves : int
        How many moves it took.
    renewed : State or None
        Where it was broken off, because from there it does not matter what was before.
    is_guessed : bool
        Whether something happened in it of which nothing says that it does.
    """

    meetings: list[Meeting] = field(default_factory=list)
    work: list[tuple[float, float]] = field(default_factory=list)
    trail: dict[int, set[str]] = field(default_factory=dict)
    worked: set[int] = field(default_factory=set)
    absorbed: set[int] = field(default_factory=set)
    stuck: dict[str, None] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    stopped: str | None = None
    end: float = 0.0
    moves: int = 0
    renewed: State | None = None
    is_guessed: bool = False


class Instance:
    """A scope that is being executed."""

    __slots__ = (
        "activity",
        "alive",
        "arrivals",
        "arrived",
        "asked",
        "deadline",
        "done",
        "joins",
        "latest",
        "live",
        "pending",
        "running",
        "scope",
        "stay",
        "waiting",
    )

    def __init__(self, scope: Scope, activity: Activity | None) -> None:
        self.scope = scope
        self.activity = activity
        self.live = 0
        self.alive = True
        self.asked = False
        self.latest: Last = None
        self.stay: Stay | None = None
        self.deadline: float | None = None
        self.running: dict[Activity, None] = {}
        self.joins: dict[str, dict[str, deque[Token]]] = {}
        self.waiting: dict[str, int] = {}
        self.arrivals: dict[str, Arrivals] = {}
        self.arrived: dict[str, int] = {}
        self.done: list[str] = []
        self.pending: list[str] = []


class Token:
    """A place in the course of events, and what lies behind it."""

    __slots__ = ("instance", "last", "lineage", "stay")

    def __init__(
        self,
        instance: Instance,
        last: Last,
        lineage: Lineage = None,
        stay: Stay | None = None,
    ) -> None:
        self.instance = instance
        self.last = last
        self.lineage = lineage
        self.stay = stay


class Activity:
    """Something that a token is in: an activity, a catch event, a race."""

    __slots__ = (
        "alive",
        "begun",
        "deadline",
        "inner",
        "meeting",
        "ready",
        "since",
        "stay",
        "step",
        "todo",
        "token",
        "whole",
    )

    def __init__(self, step: Step, token: Token, since: float) -> None:
        self.step = step
        self.token = token
        self.alive = True
        self.begun: float | None = None
        self.since = since
        self.stay: Stay | None = None
        self.meeting: int | None = None
        self.deadline: float | None = None
        self.inner: list[Instance] = []
        self.todo = 0
        self.ready = 0.0
        self.whole = False


class Waiter:
    """Who takes the next message that comes by one of some flows, and only that."""

    __slots__ = ("activity", "served", "take")

    def __init__(self, activity: Activity, take: Callable[[Last], None]) -> None:
        self.activity = activity
        self.take = take
        self.served = False


class Table:
    """What is on the table: tokens in scopes, a clock, a queue, and the contacts so far.

    Parameters
    ----------
    structure : Structure
        The steps and contacts.
    timings : Timings
        Durations and probabilities.
    """

    chooser: Chooser
    renewing: bool
    aged: bool

    def __init__(self, structure: Structure, timings: Timings) -> None:
        self.structure = structure
        self.execution = structure.execution
        self.steps = structure.execution.steps
        self.scopes = structure.execution.scopes
        self.touches = structure.touches
        self.timings = timings
        durations = timings.durations
        self.clocks: dict[str, Distribution] = {
            key: durations[step.node.id].distribution
            for key, step in (self.steps.items() if durations else ())
            if step.node.id in durations
        }
        # A declared wait for something in the drawing: it lasts at least so long.
        declared = declared_waits(self.execution.graph)
        self.patience = {
            key: self.clocks.pop(key)
            for key, step in (self.steps.items() if declared else ())
            if step.node.id in declared and (step.awaits or step.partners) and key in self.clocks
        }
        told = (step for one in self.execution.graph.journeys for step in one.steps)
        # The steps of a journey tell one story; a step that does not happen this time is no bar.
        self.skippable = {step.element for step in told if step.element}
        self.limit = min(40 * len(self.steps) + 1000, max(_LONGEST, 4 * len(self.steps)))
        self.touched = {moment.key for moment in self.touches}
        self.met: dict[tuple[str, str], Moment] = {moment: moment for moment in self.touches}
        # How the customer is involved in a step itself: asked for at every move.
        self.involved = {
            moment.key: touch.contact.involvement
            for moment, touch in self.touches.items()
            if moment.part == "run"
        }
        # Contacts that take some time of which nobody says how long: before they end, or after.
        self.vague = {
            moment: touch.contact.involvement == "start"
            for moment, touch in self.touches.items()
            if moment.part == "run"
            and self.steps[moment.key].is_timed
            and self.steps[moment.key].node.is_activity
            and moment.key not in self.clocks
            and moment.key not in self.patience
        }
        self.flood = MANY + len(self.steps)
        self.caught = self.execution.caught
        on_borders = (key for step in self.steps.values() for key in step.boundaries)
        starts = (key for one in self.scopes.values() for key in self._event_starts(one))
        # Events of which nothing says when or how often they interrupt.
        self.silent = {
            key
            for key in (*on_borders, *starts)
            if not self.steps[key].awaits and key not in self.caught
            if self.steps[key].node.id not in timings.probabilities
            if key not in self.clocks and not self.steps[key].node.has_event("compensate")
        }
        # Most steps take no time, as far as is known, and are done once.
        self.at_once = {
            key
            for key, step in self.steps.items()
            if step.node.loop is None and key not in self.clocks
            if step.node.id not in timings.calendars
        }
        # What the customer may notice of a case: not that the case itself is over.
        self.noticed = {
            key
            for key, step in self.steps.items()
            if step.node.type != "endEvent" or self.scopes[step.scope].holder is not None
        }
        self.noticed.difference_update(self.involved)
        self._clear()

    def _event_starts(self, scope: Scope) -> Iterator[str]:
        """Yield what event sub-processes begin with that is not thrown in the drawing."""
        for holder in scope.event_scopes:
            inner = self.scopes.get(self.steps[holder].inner or "")
            for key in () if inner is None else inner.members:
                if self.steps[key].node.type == "startEvent" and key not in self.caught:
                    yield key

    @cached_property
    def heights(self) -> dict[str, int]:
        """How many scopes lie in each other, this one included."""
        heights: dict[str, int] = {}
        for name, scope in reversed(self.scopes.items()):  # Inner ones come first.
            inner = (heights.get(self.steps[key].inner or "", 0) for key in scope.members)
            heights[name] = 1 + max(inner, default=0)
        return heights

    def _clock(self, key: str) -> Distribution:
        """Return how long something takes that begins now."""
        clock = self.clocks[key]
        return clock.since(self.now) if isinstance(clock, Dated) else clock

    def _clear(self) -> None:
        """Begin a new run."""
        self.run = Run()
        self.aged = False
        self.now = 0.0
        self.count = 0
        self.moves = 0
        self.drawn = 0
        self.alive_tokens = 0
        self.over: deque[Instance] = deque()
        self.queue: deque[tuple[Step, Token, str | None]] = deque()
        self.heap: list[tuple[float, int, int, Activity, Action]] = []
        self.waiters: dict[str, list[Waiter]] = {}
        self.mail: dict[str, deque[Last]] = {}
        self.instances: list[Instance] = []
        self.inclusive: dict[tuple[Instance, str], None] = {}
        self.meeting_places: dict[str, list[Activity]] = {}

    def _complete(self, instance: Instance, last: Last) -> None:
        """Leave a scope in which nothing is going on any more."""
        raise NotImplementedError

    def _later(self, one: Last, other: Last) -> Last:
        """Return the later of two contacts whose paths meet; None where there is neither."""
        if one is None or other is None or one == other:
            return one or other
        first, second = (one, other) if one < other else (other, one)
        self.run.absorbed.add(first[1])
        return second

    def _at(self, hours: float, rank: int, activity: Activity, action: Action) -> None:
        """Do something later; at the same moment, work (rank 0) comes before clocks (rank 1).

        Clocks on what holds others come after theirs: what those lead to may be done by then.
        """
        self.count += 1
        heappush(self.heap, (self.now + hours, rank, self.count, activity, action))

    def _put(self, step: Step, token: Token, flow: str | None) -> None:
        token.instance.live += 1
        self.alive_tokens += 1
        self.queue.append((step, token, flow))

    def _drop(self, token: Token) -> None:
        """A token is done; its scope is, with the last one."""
        instance = token.instance
        self._note(instance, token.last)
        instance.stay = token.stay
        instance.live -= 1
        self.alive_tokens -= 1
        if instance.live == 0 and instance.alive:
            # Scopes can be nested deeper than functions can call themselves.
            self.over.append(instance)

    def _note(self, instance: Instance, last: Last) -> None:
        """Remember the latest contact in a scope and in those around it."""
        if last is None:
            return
        scope: Instance | None = instance
        # Those around know of all that happened inside, so one that knows is enough.
        while scope is not None and (scope.latest is None or scope.latest < last):
            scope.latest = last
            scope = scope.activity.token.instance if scope.activity is not None else None

    def _split(self, token: Token, exits: Sequence[tuple[str, str]]) -> None:
        if not exits:
            self._drop(token)
            return
        if len(exits) == 1:
            flow, target = exits[0]
            self.queue.append((self.steps[target], token, flow))
            return
        instance = token.instance
        self.count += 1
        instance.live += len(exits) - 1
        self.alive_tokens += len(exits) - 1
        for branch, (flow, target) in enumerate(exits):
            lineage = Branch(token.lineage, self.count, branch)
            branch_token = Token(instance, token.last, lineage, token.stay)
            self.queue.append((self.steps[target], branch_token, flow))

    def _visit(self, step: Step, token: Token) -> None:
        if token.last is None or step.key not in self.noticed:
            return
        last = token.last[1]
        trail = self.run.trail.get(last)
        if trail is None:
            trail = self.run.trail[last] = set()
        trail.add(step.node.id)
        if step.is_timed:
            self.run.worked.add(last)

    def _hold(self, step: Step, token: Token) -> Activity:
        activity = Activity(step, token, self.now)
        instance = token.instance
        instance.running[activity] = None
        instance.waiting[step.key] = instance.waiting.get(step.key, 0) + 1
        return activity

    def _release(self, activity: Activity) -> Token:
        activity.alive = False
        token, key = activity.token, activity.step.key
        if activity.stay is not None:
            token.stay = activity.stay
        elif self.now > activity.since:
            token.stay = Stay(token.stay, key, activity.since, self.now)
        if activity.begun is not None and (activity.whole or self.now > activity.begun):
            self._close(activity)
        token.instance.running.pop(activity, None)
        waiting = token.instance.waiting
        left = waiting[key] - 1
        if left:
            waiting[key] = left
        else:
            del waiting[key]
        return token

    def _stay(self, activity: Activity, step: Step) -> Stay | None:
        """Return the chain of a token, with the time since an activity began."""
        before = activity.token.stay
        return (
            Stay(before, step.key, activity.since, self.now)
            if self.now > activity.since
            else before
        )

    def _close(self, activity: Activity) -> None:
        if activity.begun is None:
            return
        if activity.meeting is not None and activity.whole:
            meeting = self.run.meetings[activity.meeting]
            meeting.end = self.now
            self._note(activity.token.instance, (self.now, activity.meeting))
            activity.token.last = (self.now, activity.meeting)
        elif (
            self.now > activity.begun and activity.step.is_timed and activity.step.node.is_activity
        ):
            self.run.work.append((activity.begun, self.now))

    def _kill(self, instance: Instance) -> None:
        """Stop everything in a scope; what ran until now did run."""
        pending = [instance]
        while pending:
            killed = pending.pop()
            killed.alive = False
            self.alive_tokens -= killed.live
            for activity in killed.running:
                activity.alive = False
                self._close(activity)
                pending += activity.inner
            killed.running.clear()

    def _meet(self, activity: Activity, moment: Moment, *, whole: bool) -> None:
        """Begin a contact in which the customer is involved until the activity is done."""
        token = activity.token
        activity.meeting = self._record(moment, token)
        activity.begun = self.now
        activity.whole = whole

    def _record(self, moment: Moment, token: Token) -> int:
        begin, after = (0.0, None) if token.last is None else token.last
        now, meetings = self.now, self.run.meetings
        meetings.append(Meeting(moment, now, now, after, now - begin, token.stay))
        return len(meetings) - 1

    def _touch(self, step: Step, token: Token, part: str = "run") -> None:
        """Make a momentary contact, if the step is one."""
        moment = self.met.get((step.key, part))
        if moment is not None:
            token.last = (self.now, self._record(moment, token))
            self._note(token.instance, token.last)
