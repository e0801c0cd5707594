"""The figure that a picture is drawn on, and how it becomes a file."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import style
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

from cjbpmn.atomic import write_bytes
from cjbpmn.errors import CjbpmnWarning, InvalidValue

_TIMELESS: Final[dict[str, dict[str, None]]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""By format: what matplotlib writes about the moment and itself, and we leave out."""

_LOOK: Final[dict[str, Any]] = {
    # Text stays text: it can be selected, searched, read aloud and translated, and a reader who
    # has more fonts sees more characters. The price: a reader who lacks DejaVu Sans sees the next
    # font of the list, of which Verdana has nearly the same widths.
    "svg.fonttype": "none",
    # Without a salt of our own, every file would get ids by chance.
    "svg.hashsalt": "cjbpmn",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.6,
    # Letters as wide as they were measured, at every resolution.
    "text.hinting": "none",
}
_SCREEN_DPI: Final = 100.0
_LARGEST: Final = 60_000  # pixels; matplotlib's rasteriser stops at 2 ** 16
_NOTEBOOK_DPI: Final = 144.0
_GLYPH: Final = re.compile(r"Glyph (\d+) .* missing from")
_MOST_SHOWN: Final = 5


class Picture(Figure):
    """A figure that looks the same whatever matplotlib's settings are.

    It shows itself in a notebook without pyplot. A box stands for a character that no font on this
    machine holds; drawing keeps them in `missing`, and in SVG they are what they are.

    Parameters
    ----------
    width, height : float
        Inches.
    title : str
        What the picture shows; it becomes the title of the file.
    """

    def __init__(self, width: float, height: float, title: str = "") -> None:
        dpi = min(_SCREEN_DPI, _LARGEST / max(width, height))
        super().__init__(figsize=(width, height), dpi=dpi, facecolor="white")
        self.set_label(title)
        self.missing: set[str] = set()

    def draw(self, renderer: RendererBase) -> None:
        """Draw it; see `matplotlib.figure.Figure.draw`."""
        with settled(), _quiet(self.missing):
            super().draw(renderer)

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Save it; see `matplotlib.figure.Figure.savefig`, and `save_figure`.

        Parameters
        ----------
        fname : path or binary stream
            The target.
        **settings
            As in `matplotlib.figure.Figure.savefig`.
        """
        kind = settings.get("format") or Path(str(fname)).suffix[1:].lower()
        if kind in _TIMELESS:
            settings.setdefault("metadata", _metadata(self, kind))
        with settled(), _quiet(self.missing):
            super().savefig(fname, **settings)

    def _repr_png_(self) -> bytes:
        return _bytes(self, "png", _NOTEBOOK_DPI, set())


def save_figure(figure: Figure, path: str | os.PathLike[str], *, dpi: float = 150.0) -> Path:
    """Save a figure as SVG, PNG or PDF, by the ending of its name.

    The same figure gives the same bytes. The file is written whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A picture of ours, or any other.
    path : path
        The target; it ends in ``.svg``, ``.png`` or ``.pdf``.
    dpi : float
        Dots per inch of a PNG; fewer where it would become too large.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    InvalidValue
        If the ending is none of these; it is a ValueError.
    NotWritten
        If the file cannot be written.

    Warns
    -----
    CjbpmnWarning
        If boxes stand for characters that no font on this machine holds.
    """
    kind = Path(path).suffix[1:].lower()
    if kind not in _TIMELESS:
        endings = ", ".join(f".{known}" for known in _TIMELESS)
        raise InvalidValue(f"a picture ends in one of {endings}", path=str(path))
    missing: set[str] = set()
    data = _bytes(figure, kind, dpi, missing)
    if missing and kind != "svg":
        some = "".join(sorted(missing)[:_MOST_SHOWN])
        told = f"no font here has {some} ({len(missing)} in all), so these are boxes in {path}"
        warnings.warn(f"{told}; in .svg they stay what they are", CjbpmnWarning, stacklevel=2)
    return write_bytes(path, data)


def _bytes(figure: Figure, kind: str, dpi: float, missing: set[str]) -> bytes:
    stream = BytesIO()
    affordable = min(dpi, _LARGEST / max(figure.get_size_inches()))
    with settled(), _quiet(missing):
        figure.savefig(stream, format=kind, dpi=affordable, metadata=_metadata(figure, kind))
    missing |= getattr(figure, "missing", set())
    return stream.getvalue()


def _metadata(figure: Figure, kind: str) -> dict[str, Any]:
    title = str(figure.get_label())
    return {**_TIMELESS[kind], **({"Title": title} if title else {})}


@contextmanager
def settled() -> Iterator[None]:
    """Set aside the user's settings of matplotlib, except for the fonts to fall back on."""
    fonts = {name: mpl.rcParams[name] for name in ("font.family", "font.sans-serif")}
    with style.context(["default", {**_LOOK, **fonts}]):
        yield


@contextmanager
def _quiet(missing: set[str]) -> Iterator[None]:
    """Collect characters that no font holds, in place of a warning for each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", message=_GLYPH.pattern)
        yield
    for warning in caught:
        if found := _GLYPH.match(str(warning.message)):
            missing.add(chr(int(found[1])))
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
