"""A sheet of paper in inches: text, boxes, lines and arrows on matplotlib Axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

from cjbpmn.plot.lettering import FONT, INK, Letters, text_width

LIGHT: Final = "#B8B8B8"
PAPER: Final = "#FFFFFF"

_BASELINE: Final = 0.98  # of the size: from the top of a line to where its letters stand
_ROUND: Final = 0.06


class Sheet:
    """Where things are drawn: x to the right and y downwards, in inches.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes that fill a figure; they lose their frame and their ticks.
    width, height : float
        The size of the figure, in inches.
    """

    def __init__(self, axes: Axes, width: float, height: float) -> None:
        self.axes = axes
        self.width = width
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        self._families = list(dict.fromkeys([FONT, *mpl.rcParams["font.family"], "sans-serif"]))

    def write(
        self,
        lines: Sequence[str],
        at: tuple[float, float],
        letters: Letters,
        *,
        align: str = "center",
        ground: str | None = None,
    ) -> float:
        """Write lines below each other.

        Parameters
        ----------
        lines : sequence of str
            Clean texts.
        at : (float, float)
            The x of the side that `align` names, and the y of its top, in inches.
        letters : Letters
            How it looks.
        align : str
            ``left``, ``center`` or ``right``.
        ground : str or None
            A colour behind the text.

        Returns
        -------
        float
            The y below the text, in inches.
        """
        if ground and any(lines):
            self._ground(lines, at, letters, align, ground)
        font = letters.font(self._families)
        x, top = at
        for index, line in enumerate(lines):
            self.axes.text(
                x,
                top + index * letters.height + _BASELINE * letters.size / 72,
                line,
                fontproperties=font,
                color=letters.colour,
                ha=align,
                va="baseline",
                parse_math=False,
                usetex=False,
                zorder=6,
            )
        return top + len(lines) * letters.height

    def _ground(
        self,
        lines: Sequence[str],
        at: tuple[float, float],
        letters: Letters,
        align: str,
        ground: str,
    ) -> None:
        width = max(text_width(line, letters) for line in lines) + 0.06
        shift = {"left": 0.03, "center": width / 2, "right": width - 0.03}[align]
        height = len(lines) * letters.height
        self.box(
            at[0] - shift, at[1], width, height, fill=ground, edge="none", alpha=0.92, order=4.2
        )

    def box(  # noqa: PLR0913 - a box has that many sides
        self,
        x: float,
        top: float,
        width: float,
        height: float,
        *,
        fill: str = PAPER,
        edge: str = INK,
        rounded: bool = False,
        dashed: bool = False,
        hatch: str | None = None,
        alpha: float | None = None,
        order: float = 3,
    ) -> None:
        """Draw a box.

        Parameters
        ----------
        x, top, width, height : float
            Where and how large, in inches.
        fill, edge : str
            Colours; ``none`` for no edge.
        rounded, dashed : bool
            The corners, and the edge.
        hatch : str or None
            The pattern, in the colour of the edge.
        alpha : float or None
            How opaque it is, from 0 to 1.
        order : float
            What is drawn later has more.
        """
        look: dict[str, Any] = {
            "facecolor": fill,
            "edgecolor": edge,
            "linewidth": 0.9,
            "linestyle": (0, (3, 2)) if dashed else "-",
            "hatch": hatch,
            "alpha": alpha,
            "zorder": order,
        }
        if rounded:
            shape = f"round,pad=0,rounding_size={min(_ROUND, height / 3)}"
            self.axes.add_patch(FancyBboxPatch((x, top), width, height, boxstyle=shape, **look))
        else:
            self.axes.add_patch(Rectangle((x, top), width, height, **look))

    def shape(self, corners: Sequence[tuple[float, float]], *, fill: str, edge: str) -> None:
        """Draw a closed shape.

        Parameters
        ----------
        corners : sequence of (float, float)
            Inches.
        fill, edge : str
            Colours.
        """
        self.axes.add_patch(
            Polygon(corners, closed=True, facecolor=fill, edgecolor=edge, linewidth=0.8, zorder=3)
        )

    def line(
        self, xs: Sequence[float], ys: Sequence[float], *, order: float = 3, **look: Any
    ) -> None:
        """Draw a line.

        Parameters
        ----------
        xs, ys : sequence of float
            Its points, in inches.
        order : float
            What is drawn later has more.
        **look
            As in `matplotlib.lines.Line2D`.
        """
        settings = {"color": INK, "linewidth": 1.0, **look}
        self.axes.add_line(Line2D(list(xs), list(ys), zorder=order, **settings))

    def arrow(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        both: bool = False,
        colour: str = INK,
    ) -> None:
        """Draw an arrow.

        Parameters
        ----------
        start, end : (float, float)
            Its ends, in inches.
        both : bool
            Whether it has two heads.
        colour : str
            Its colour.
        """
        self.axes.add_patch(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="<|-|>" if both else "-|>",
                mutation_scale=8,
                shrinkA=0,
                shrinkB=0,
                linewidth=1.0,
                color=colour,
                zorder=4,
            )
        )
