"""Which numbers and words a field may hold, wherever its value comes from."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from cjbpmn.errors import InvalidValue
from cjbpmn.vocabulary import (
    Answer,
    Audience,
    Comparison,
    Direction,
    DistributionKind,
    EvidenceType,
    Horizon,
    JourneyKind,
    Method,
    Metric,
    Source,
    State,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "value": (-2, 2),
    "impression": (-2, 2),
    "spread": (0, 4),
    "arousal": (1, 5),
    "met": (0, 100),
    "importance": (1, 5),
    "severity": (1, 5),
    "impact": (1, 5),
    "effort": (1, 5),
    "level": (1, 4),
    "share": (0, 100),
    "percentile": (0, 100),
    "stages": (1, 1000),
    "n": (0, 10**9),
    "count": (0, 10**12),
    "complaints": (0, 10**12),
}
"""The lowest and the highest number of each field that holds one."""

CHOICES: Final[Mapping[str, type[StrEnum]]] = {
    "type": EvidenceType,
    "source": Source,
    "method": Method,
    "direction": Direction,
    "kind": JourneyKind,
    "state": State,
    "view": View,
    "horizon": Horizon,
    "next_step_told": Answer,
    "logical": Answer,
    "efficient": Answer,
    "effective": Answer,
    "appropriate": Answer,
    "preventable": Answer,
    "for": Audience,
    "metric": Metric,
    "comparison": Comparison,
    "distribution": DistributionKind,
}
"""The words of each field that takes its value from a closed list."""


def check_value(name: str, value: object) -> None:
    """Refuse a value outside the range, or the list of words, of a field of this name.

    Parameters
    ----------
    name : str
        The name of a field, such as ``met`` or ``source``.
    value : object
        Its value; None is always allowed.

    Raises
    ------
    InvalidValue
        If the value does not belong there.

    Examples
    --------
    >>> check_value("importance", 3)
    >>> check_value("importance", 7)
    Traceback (most recent call last):
    cjbpmn.errors.InvalidValue: importance: 7 lies outside 1 to 5
    """
    if value is None:
        return
    name = name.rstrip("_")
    if name in RANGES and isinstance(value, int | float):
        low, high = RANGES[name]
        if not low <= value <= high:
            raise InvalidValue(f"{name}: {value:g} lies outside {low:g} to {high:g}")
    if name in CHOICES and value not in {word.value for word in CHOICES[name]}:
        listed = ", ".join(CHOICES[name])
        raise InvalidValue(f"{name}: {value!r} is none of {listed}")


class Checked:
    """A value that looks at its own fields once they are set."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            check_value(item.name, getattr(self, item.name))
