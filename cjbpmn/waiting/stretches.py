"""What is said about waiting, as plain values: stretches, legs, tails, the figures of a case."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "end",
    "starts",
    "kind",
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
)
"""The columns of `stretches_to_frame`."""


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
        The flow nodes of which nobody knows how long they take.
    includes_end_work, includes_start_work : bool
        Whether work of the contacts themselves belongs to it.
    twin : str or None
        The other end of the same meeting, where that has a stretch of its own.
    sources : mapping of str to str
        Of the others, who says how long they take: ``given``, ``declared``, ``bpsim``, ``timer``
        or ``label``.
    standard_error : float
        Of `expected`, in hours; zero where that is exact.
    inside : tuple of str
        The body, and those contacts at its two ends that are not the customer's own: all that
        others do between what the customer does.
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
    includes_end_work: bool = False
    includes_start_work: bool = False
    twin: str | None = None
    inside: tuple[str, ...] = ()
    standard_error: float = 0.0
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def incomplete(self) -> bool:
        """Whether nobody knows how long something in it takes."""
        return bool(self.unknown)

    @property
    def lower_bound(self) -> bool:
        """Whether its figures are only the least that it takes."""
        return bool(self.unknown)

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
        }
        if self.unknown:
            values |= {"incomplete": True, "lower_bound": True, "unknown": list(self.unknown)}
        if self.includes_end_work:
            values["includes_end_work"] = True
        if self.includes_start_work:
            values["includes_start_work"] = True
        if self.unreachable:
            values["unreachable"] = True
        if self.twin is not None:
            values["twin"] = self.twin
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
class CaseFigures:
    """The journey of one customer through one case, in hours; None where there is no contact.

    Parameters
    ----------
    journey : float or None
        From the first to the last contact.
    wait : float or None
        What of it the customer waits.
    wait_min, wait_max : float or None
        The range of that; the most is None where something is unknown.
    longest : float or None
        The longest single silence.
    occupied : float or None
        How long work goes on inside while the customer is busy too.
    gaps : float
        How many silences.
    """

    journey: float | None = None
    wait: float | None = None
    wait_min: float | None = None
    wait_max: float | None = None
    longest: float | None = None
    occupied: float | None = None
    gaps: float = 0.0

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

    def __iter__(self) -> Iterator[WaitingStretch]:
        return iter(self.stretches)

    def __len__(self) -> int:
        return len(self.stretches)

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
            # With an exact expectation only the percentiles come from the sample.
            values["method"] |= {"samples": self.samples, "standard_error": self.standard_error}
        if self.rest:
            values["method"]["rest"] = self.rest
        if self.tail:
            values["tail"] = [tail.as_dict() for tail in self.tail]
        return values


def _json(number: float | None) -> float | str | None:
    return "inf" if number is not None and math.isinf(number) else number


def stretches_to_frame(stretches: Iterable[WaitingStretch]) -> pd.DataFrame:
    """Put waiting stretches into a pandas frame, one a row; times are hours.

    Parameters
    ----------
    stretches : iterable of WaitingStretch
        The stretches, or a whole `WaitingReport`.

    Returns
    -------
    DataFrame
        With the columns of `COLUMNS`.

    Examples
    --------
    >>> frame = stretches_to_frame([WaitingStretch("Deliver", ("Order",), "between", ("Pack",))])
    >>> frame.loc[0, "end"]
    'Deliver'
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and needed only here

    rows = [{name: getattr(stretch, name) for name in COLUMNS} for stretch in stretches]
    return pd.DataFrame(rows, columns=list(COLUMNS))
