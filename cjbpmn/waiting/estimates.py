"""Means of samples, and how far off they may be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def error_of(values: NDArray[np.float64]) -> float:
    """Return the standard error of the mean of sampled values.

    Parameters
    ----------
    values : array of float
        The values.

    Returns
    -------
    float
        Zero where there is but one.
    """
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def guided_mean(
    values: NDArray[np.float64], guide: NDArray[np.float64], expected: float
) -> tuple[float, float]:
    """Estimate a mean from a sample, with the help of something of which the mean is known.

    What goes up and down with the guide is as far off as the guide is, in proportion; that much
    is taken away (a control variate).

    Parameters
    ----------
    values : array of float
        A sample of what is asked for.
    guide : array of float
        What is known, in the same cases.
    expected : float
        Its mean.

    Returns
    -------
    tuple of float
        The mean, and its standard error.

    Examples
    --------
    >>> drawn = np.array([1.0, 2.0, 6.0])
    >>> guided_mean(2 * drawn, drawn, 4.0)
    (8.0, 0.0)
    """
    off = guide - guide.mean()
    spread = float(off @ off)
    slope = float(off @ values) / spread if spread > 0 else 0.0
    corrected = values - slope * (guide - expected)
    return float(corrected.mean()), error_of(corrected)
