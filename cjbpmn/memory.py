"""How much is built at once, and when what is no longer needed is looked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Build many values that all stay, without a search for those that go round in circles.

    Python looks for them again and again while the number of values grows, each time through all
    of them. To read a large model that takes longer than the reading itself, and finds nothing.

    Yields
    ------
    None
        Afterwards, the search is on again if it was on before.

    Examples
    --------
    >>> with without_collection():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
