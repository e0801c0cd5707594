"""What is said about waiting, as plain values: stretches, legs, tails, the figures of a case."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cjbpmn.waiting.spread import Spread

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "end",
    "starts",
    "kind",
    "turns",
    "body",
    "executions",
    "minimum",
    "expected",
    "maximum",
    "p50",
    "p90",
    "handoffs",
    "desks",
    "partners",
    "unknown",
    "lower_bound",
    "by_lane",
    "by_cause",
    "sources",
    "how",
    "because",
    "bounds",
)
"""The columns of `WaitingReport.to_frame`."""

_PARTS: Final = {"out": " (its end)", "reply": " (the answer)"}


@dataclass(frozen=True, slots=True)
class Leg:
    """The part of a stretch that begins with one contact.

    Parameters
    ----------
    start : str or None
        The contact; None where there was none before.
    share : float
        How many of the executions of the stretch.
    minimum, expected, maximum : float
        The wait, in hours.
    """

    start: str | None
    share: float
    minimum: float
    expected: float
    maximum: float


@dataclass(frozen=True, slots=True)
class WaitingStretch:
    """What the customer waits for before one contact.

    Parameters
    ----------
    end : str
        The contact that ends it: the id of a flow node; with ``#out`` where a sub-process is
        left, with ``#reply`` where an activity gets its answer.
    starts : tuple of str
        The contacts that can come before it.
    kind : str
        ``between``, or ``before_first`` where no contact comes before it.
    body : tuple of str
        The flow nodes between, in document order.
    executions : float or None
        How often a case goes through it; None where nothing says how often.
    minimum, expected, maximum : float or None
        The wait before one execution, in hours; ``math.inf`` where nothing bounds it, None where
        it is never executed.
    p50, p90 : float or None
        The wait that is not exceeded in 5 and in 9 of 10 executions.
    legs : tuple of Leg
        The same, by the contact before.
    handoffs : tuple of pairs of str
        Activities that follow each other in different lanes or pools.
    desks : tuple of str
        The lanes (or pools) that work on it, in order.
    partners : tuple of str
        The pools other than the organisation's that work on it.
    unknown : tuple of str
        The flow nodes of which nobody knows how long they take, or how long a part of it takes.
    understated : tuple of str
        Those that take longer than is counted: they were told in working time.
    includes_end_work, includes_start_work : bool
        Whether work of the contacts themselves belongs to it.
    twin : str or None
        The other end of the same meeting, where that has a stretch of its own.
    sources : mapping of str to str
        Of the others, who says how long they take: ``given``, ``declared``, ``bpsim``, ``timer``
        or ``label``.
    standard_error : float
        Of `expected`, in hours; zero where that is exact. Where the wait was worked out on a
        lattice: how far off it can be.
    turns : mapping of str to str
        By the contact before, whose turn it is: `cjbpmn.waiting.turns.Turn`.
    inside : tuple of str
        The body, and those contacts at its two ends that are not the customer's own: all that
        others do between what the customer does.
    spread : Spread
        How the wait is spread over the executions, for any other percentile.
    by_lane : mapping of str to float
        The expected wait in hours, by the lane (or pool) that had it in hands: at each moment the
        one for which all others had to wait. Together they are `expected`.
    by_cause : mapping of str to float
        The same by cause: ``work`` of the organisation, a ``partner``, a ``timer``, something
        ``outside`` the drawing, or the ``customer``.
    how : str
        How its figures were found: ``exact``, from all runs; ``reduced``, worked out between the
        contacts; ``enumerated``, from the likeliest runs; ``sampled``; ``none``.
    because : str
        Why they could not be worked out, with the id of an element.
    bounds : str
        What `minimum` and `maximum` are: ``exact``; ``attained``, both were reached, and more may
        be possible; ``outer``, nothing lies outside, and they may never be reached.
    within : tuple of float or None
        Where they are not exact: between what the wait is proven to be.
    step : float
        Where it was worked out on a lattice: `p50`, `p90` and all of `spread` are off by no more
        than half of this, in hours.
    """

    end: str
    starts: tuple[str, ...]
    kind: str
    body: tuple[str, ...]
    executions: float | None = None
    minimum: float | None = None
    expected: float | None = None
    maximum: float | None = None
    p50: float | None = None
    p90: float | None = None
    legs: tuple[Leg, ...] = ()
    handoffs: tuple[tuple[str, str], ...] = ()
    desks: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    understated: tuple[str, ...] = ()
    includes_end_work: bool = False
    includes_start_work: bool = False
    twin: str | None = None
    turns: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    standard_error: float = 0.0
    sources: Mapping[str, str] = field(default_factory=dict)
    spread: Spread = field(default_factory=Spread, repr=False)
    by_lane: Mapping[str, float] = field(default_factory=dict)
    by_cause: Mapping[str, float] = field(default_factory=dict)
    how: str = "exact"
    because: str = ""
    bounds: str = "exact"
    within: tuple[float, float] | None = None
    step: float = 0.0

    @property
    def incomplete(self) -> bool:
        """Whether nobody knows how long something in it takes."""
        return bool(self.unknown)

    @property
    def lower_bound(self) -> bool:
        """Whether its figures are only the least that it takes."""
        return bool(self.unknown or self.understated)

    @property
    def unreachable(self) -> bool:
        """Whether it is never executed."""
        return self.executions == 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        values: dict[str, Any] = {
            "end": self.end,
            "starts": sorted(self.starts),
            "kind": self.kind,
            "turns": dict(self.turns),
            "body": sorted(self.body),
            "executions": self.executions,
            "min": _json(self.minimum),
            "expected": _json(self.expected),
            "max": _json(self.maximum),
            "p50": _json(self.p50),
            "p90": _json(self.p90),
            "legs": [
                {
                    "from": leg.start,
                    "share": leg.share,
                    "min": _json(leg.minimum),
                    "expected": _json(leg.expected),
                    "max": _json(leg.maximum),
                }
                for leg in self.legs
            ],
            "handoffs": [list(pair) for pair in self.handoffs],
            "desks": list(self.desks),
            "partners": list(self.partners),
            "sources": dict(self.sources),
            "by_lane": dict(self.by_lane),
            "by_cause": dict(self.by_cause),
            "method": self._method(),
        }
        if self.lower_bound:
            values["lower_bound"] = True
        if self.unknown:
            values |= {"incomplete": True, "unknown": list(self.unknown)}
        if self.includes_end_work:
            values["includes_end_work"] = True
        if self.includes_start_work:
            values["includes_start_work"] = True
        if self.unreachable:
            values["unreachable"] = True
        if self.twin is not None:
            values["twin"] = self.twin
        return values

    def _method(self) -> dict[str, Any]:
        """Return how its figures were found, and how exact they are."""
        values: dict[str, Any] = {"name": self.how, "bounds": self.bounds}
        if self.because:
            values["because"] = self.because
        if self.standard_error:
            values["standard_error"] = self.standard_error
        if self.step:
            values["step"] = self.step
        if self.within is not None and self.bounds != "exact":
            values["within"] = [_json(hours) for hours in self.within]
        return values


@dataclass(frozen=True, slots=True)
class Tail:
    """What happens inside after the last contact.

    Parameters
    ----------
    kind : str
        ``after_last``: nothing is pending any more; ``dead_end``: the customer hears nothing,
        although another path answers; ``no_reply``: no path answers.
    start : str
        The last contact.
    probability : float
        How many cases end so.
    processing : float
        How long the inside goes on, in hours: never customer waiting.
    body : tuple of str
        What is done there.
    """

    kind: str
    start: str
    probability: float
    processing: float
    body: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "kind": self.kind,
            "start": self.start,
            "probability": self.probability,
            "processing_expected": self.processing,
            "body": sorted(self.body),
        }


@dataclass(frozen=True, slots=True)
class Promise:
    """What the customer was promised, and what comes of it.

    Parameters
    ----------
    text : str
        The promise in words.
    start : str or None
        The contact from whose end the clock runs; None for the last one before.
    end : str
        The contact at which it stops.
    hours : float
        How long it may take.
    broken : float or None
        How likely it takes longer, where it comes to that contact; None where it never does.
    excess : float or None
        By how many hours it is broken, on average over all cases.
    kept : float or None
        What could be promised, and be kept in 9 of 10 cases; in hours.
    source : str
        ``norm`` or ``step``: where in the journey it stands.
    lower_bound : bool
        Whether nobody knows how long something takes, so that it may be broken more often.
    """

    text: str
    start: str | None
    end: str
    hours: float
    broken: float | None
    excess: float | None
    kept: float | None
    source: str
    lower_bound: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "text": self.text,
            "from": self.start,
            "to": self.end,
            "at_most": self.hours,
            "broken": self.broken,
            "excess": self.excess,
            "kept_in_9_of_10": self.kept,
            "source": self.source,
            "lower_bound": self.lower_bound,
        }


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """The journey of one customer through one case, in hours; None where there is no contact.

    Parameters
    ----------
    journey : float or None
        From the first to the last contact.
    wait : float or None
        What of it the customer waits.
    wait_min, wait_max : float or None
        The range of that; the most is None where the figures are lower bounds.
    longest : float or None
        The longest single silence.
    occupied : float or None
        How long work goes on inside while the customer is busy too.
    gaps : float
        How many silences.
    waits, journeys, silences : Spread
        How the wait, the journey and the longest silence are spread over the cases.
    curve : tuple of pairs of float
        How long a customer has waited, on average, so many hours after the first contact.
    by_lane, by_cause : mapping of str to float
        The wait in hours, by the lane for which the customer waited, and by cause.
    by_phase : mapping of str to float
        The wait in hours, by the phase of the step that ends it.
    """

    journey: float | None = None
    wait: float | None = None
    wait_min: float | None = None
    wait_max: float | None = None
    longest: float | None = None
    occupied: float | None = None
    gaps: float = 0.0
    waits: Spread = field(default_factory=Spread, repr=False)
    journeys: Spread = field(default_factory=Spread, repr=False)
    silences: Spread = field(default_factory=Spread, repr=False)
    curve: tuple[tuple[float, float], ...] = field(default=(), repr=False)
    by_lane: Mapping[str, float] = field(default_factory=dict)
    by_cause: Mapping[str, float] = field(default_factory=dict)
    by_phase: Mapping[str, float] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """How much of the journey is waiting; None where the journey takes no time."""
        return self.wait / self.journey if self.wait is not None and self.journey else None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "journey": _json(self.journey),
            "wait": _json(self.wait),
            "wait_min": _json(self.wait_min),
            "wait_max": _json(self.wait_max),
            "longest": _json(self.longest),
            "occupied": _json(self.occupied),
            "gaps": self.gaps,
            "share": self.share,
            **{
                f"{name}_p{percent}": _json(spread.percentile(percent / 100))
                for name, spread in (
                    ("wait", self.waits),
                    ("journey", self.journeys),
                    ("longest", self.silences),
                )
                for percent in (50, 90)
            },
            "by_lane": dict(self.by_lane),
            "by_cause": dict(self.by_cause),
            "by_phase": dict(self.by_phase),
            "curve": [list(point) for point in self.curve],
        }


@dataclass(frozen=True)
class WaitingReport:
    """All that was found out about the waiting in one model; iterates over its stretches.

    Parameters
    ----------
    stretches : tuple of WaitingStretch
        In the order of their ends in the document.
    case : CaseFigures
        What one customer perceives.
    ending : mapping of str to float
        How likely a case ends ``closed``, as a ``dead_end``, with ``no_reply``, ``stuck`` or with
        ``no_contact``.
    tail : tuple of Tail
        What happens after the last contact.
    warnings : tuple of str
        What is doubtful, as ``code:id``.
    touchpoints : mapping of str to str
        The contacts and how the customer is involved in them.
    method : str
        How the figures were found: ``exact``; ``enumerated``, with the share `rest` of the runs
        left out; ``sampled``, from `samples` random runs; ``none`` where nothing could be played.
    rest : float
        See `method`.
    samples : int
        See `method`.
    standard_error : float
        Of the expected wait of a case, in hours, where that was sampled.
    standard_errors : mapping of str to float
        Of each figure of `case` that was sampled, by its name.
    promises : tuple of Promise
        What the customer was promised, and how likely that is to be broken.
    engine : str
        How a sample was played: ``vectorised``, many cases at once, or ``event-driven``.
    reason : str
        Why it could not be played many cases at once.

    Examples
    --------
    >>> report = WaitingReport((WaitingStretch("Deliver", ("Order",), "between", ("Pack",)),))
    >>> report.to_frame().loc[0, "end"]
    'Deliver'
    """

    stretches: tuple[WaitingStretch, ...] = ()
    case: CaseFigures = field(default_factory=CaseFigures)
    ending: Mapping[str, float] = field(default_factory=dict)
    tail: tuple[Tail, ...] = ()
    warnings: tuple[str, ...] = ()
    touchpoints: Mapping[str, str] = field(default_factory=dict)
    method: str = "exact"
    rest: float = 0.0
    samples: int = 0
    standard_error: float = 0.0
    standard_errors: Mapping[str, float] = field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    engine: str = ""
    reason: str = ""

    def __iter__(self) -> Iterator[WaitingStretch]:
        return iter(self.stretches)

    def __len__(self) -> int:
        return len(self.stretches)

    def to_frame(self, label: Callable[[str], str] | None = None) -> pd.DataFrame:
        """Put the stretches into a pandas frame, one a row; times are hours.

        Parameters
        ----------
        label : callable, optional
            Says what to call a flow node, as `ProcessGraph.label` does.

        Returns
        -------
        DataFrame
            With the columns of `COLUMNS`; behind them, if there is a `label`, ``end_name``,
            ``start_names`` and ``body_names``.
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and needed only here

        rows = [{name: getattr(stretch, name) for name in COLUMNS} for stretch in self]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        if label is not None:
            frame["end_name"] = [name_contact(one, label) for one in frame["end"]]
            for column, name in (("starts", "start_names"), ("body", "body_names")):
                frame[name] = [
                    tuple(name_contact(one, label) for one in ids) for ids in frame[column]
                ]
        return frame

    def _repr_html_(self) -> str:
        """Show a notebook the stretches; all that is known of them would fill it."""
        told = ["end", "starts", "expected", "lower_bound", "minimum", "maximum", "desks"]
        return self.to_frame()[told].to_html(na_rep="")

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON; unbounded is the string ``inf``."""
        values: dict[str, Any] = {
            "touchpoints": dict(self.touchpoints),
            "stretches": [stretch.as_dict() for stretch in self.stretches],
            "case": self.case.as_dict(),
            "ending": dict(self.ending),
            "warnings": list(self.warnings),
            "method": {"name": self.method},
        }
        if self.samples:
            # With exact expectations, the percentiles and perhaps the longest silence are sampled.
            values["method"] |= {"samples": self.samples, "standard_error": self.standard_error}
            if self.standard_errors:
                values["method"]["standard_errors"] = dict(self.standard_errors)
            values["method"]["engine"] = self.engine
            if self.reason:
                values["method"]["because"] = self.reason
        if self.rest:
            values["method"]["rest"] = self.rest
        if self.tail:
            values["tail"] = [tail.as_dict() for tail in self.tail]
        if self.promises:
            values["promises"] = [promise.as_dict() for promise in self.promises]
        return values


def _json(number: float | None) -> float | str | None:
    return "inf" if number is not None and math.isinf(number) else number


def name_contact(contact: str, label: Callable[[str], str]) -> str:
    """Say what to call a contact, which may be only one moment of a flow node.

    Parameters
    ----------
    contact : str
        As a waiting stretch names its ends.
    label : callable
        Says what to call a flow node.

    Returns
    -------
    str
        The name, and which moment of it.

    Examples
    --------
    >>> name_contact("Order#reply", str.lower)
    'order (the answer)'
    """
    node, _, part = contact.partition("#")
    return label(node) + _PARTS.get(part, "")
