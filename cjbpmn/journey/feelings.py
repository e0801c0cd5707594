"""Several feelings at one point, taken together without mixing up who says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from cjbpmn.journey import Emotion
from cjbpmn.vocabulary import Source


def emotion_of(emotions: Sequence[Emotion]) -> float | None:
    """Return the one value that stands for several records: the median of the customers' own.

    Where no customer was asked, it is the median of what the others estimate; the two are never
    mixed.

    Parameters
    ----------
    emotions : sequence of Emotion
        The records at one point.

    Returns
    -------
    float or None
        The value, or None where there is no record.

    Examples
    --------
    >>> emotion_of([Emotion(-1, source="customer"), Emotion(2, source="employee")])
    -1
    """
    own = [emotion.value for emotion in emotions if emotion.source == Source.CUSTOMER]
    values = own or [emotion.value for emotion in emotions]
    return median(values) if values else None


def emotion_by_source(emotions: Iterable[Emotion]) -> dict[str | None, float]:
    """Return one value for each source: the median of what that source says.

    Parameters
    ----------
    emotions : iterable of Emotion
        The records at one point.

    Returns
    -------
    dict of str or None to float
        By source, in the order in which they occur; None stands for nobody in particular.

    Examples
    --------
    >>> emotion_by_source([Emotion(-1, source="customer"), Emotion(1, source="employee")])
    {'customer': -1, 'employee': 1}
    """
    told: dict[str | None, list[float]] = {}
    for emotion in emotions:
        told.setdefault(emotion.source, []).append(emotion.value)
    return {source: median(values) for source, values in told.items()}
