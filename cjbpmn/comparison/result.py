"""What two journeys have and do not have in common, as plain values, a frame and a text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from cjbpmn.comparison.steps import StepPair
from cjbpmn.journey import Journey, Step
from cjbpmn.timespan import TimeSpan

if TYPE_CHECKING:
    import pandas as pd


class Row(NamedTuple):
    """One difference, for tables.

    Parameters
    ----------
    kind : str
        ``journey``, ``step``, ``contact``, ``phase``, ``emotion``, ``wait`` or ``computed wait``.
    step : str
        The step of the first journey, or what else it is about; may be empty.
    about : str
        Which field, or who says so.
    one, other : str, float or None
        What the two journeys say; None where one says nothing.
    difference : float or None
        The second less the first, where both are numbers; times are hours.
    """

    kind: str
    step: str
    about: str
    one: str | float | None
    other: str | float | None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that both journeys say of themselves, or of one step, differently.

    Parameters
    ----------
    about : str
        Which field, such as ``view`` or ``phase``.
    one, other : str or None
        What they say.
    pair : StepPair or None
        The step, where it is about one.
    """

    about: str
    one: str | None
    other: str | None
    pair: StepPair | None = None


@dataclass(frozen=True, slots=True)
class EmotionDifference:
    """How one step feels in both journeys, as one kind of source tells it.

    Parameters
    ----------
    pair : StepPair
        The step.
    source, other_source : str or None
        Who says so in each of them. They are the same, but where the journeys have no source in
        common: then customers stand against employees, each with their own figure.
    one, other : float or None
        The median of what they say, from -2 to 2; None where one journey does not ask them.
    """

    pair: StepPair
    source: str | None
    other_source: str | None
    one: float | None
    other: float | None

    @property
    def difference(self) -> float | None:
        """The second less the first, where both are known."""
        return None if self.one is None or self.other is None else self.other - self.one


@dataclass(frozen=True, slots=True)
class WaitDifference:
    """How long the customer waits at one step, as the two journeys declare it.

    Parameters
    ----------
    pair : StepPair
        The step.
    one, other : TimeSpan or None
        What they declare.
    """

    pair: StepPair
    one: TimeSpan | None
    other: TimeSpan | None

    @property
    def hours(self) -> float | None:
        """The second less the first; None where one is unknown, or counts working time only."""
        if self.one is None or self.other is None or self.one.working != self.other.working:
            return None
        return self.other.hours - self.one.hours


@dataclass(frozen=True, slots=True)
class StretchDifference:
    """How long the customer waits for one contact, as computed in two models.

    Parameters
    ----------
    end : str
        What is waited for, or which figure of one case it is.
    one, other : float or None
        The expected wait in hours; None where there is no such wait, or nobody knows.
    is_bound : bool
        Whether one of them is only the least that it takes.
    """

    end: str
    one: float | None
    other: float | None
    is_bound: bool = False

    @property
    def difference(self) -> float | None:
        """The second less the first, where both are known."""
        return None if self.one is None or self.other is None else self.other - self.one


COLUMNS: Final = Row._fields
"""The columns of `Comparison.to_frame`."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two journeys do not have in common; what is not mentioned is the same in both.

    Parameters
    ----------
    one, other : Journey
        The two.
    pairs : tuple of StepPair
        The steps that are in both.
    only_one, only_other : tuple of Step
        The steps that are in one only.
    contacts_only_one, contacts_only_other : tuple of str
        The references that only the steps of one make.
    phases_only_one, phases_only_other : tuple of str
        The phases that are in one only.
    mismatches : tuple of Mismatch
        What they say of themselves, and in which phase they put a step.
    emotions : tuple of EmotionDifference
        Where the steps that are in both feel differently.
    waits : tuple of WaitDifference
        Where they declare another wait for them.
    stretches : tuple of StretchDifference
        Where the computed waits differ.
    """

    one: Journey
    other: Journey
    pairs: tuple[StepPair, ...] = ()
    only_one: tuple[Step, ...] = ()
    only_other: tuple[Step, ...] = ()
    contacts_only_one: tuple[str, ...] = ()
    contacts_only_other: tuple[str, ...] = ()
    phases_only_one: tuple[str, ...] = ()
    phases_only_other: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    emotions: tuple[EmotionDifference, ...] = ()
    waits: tuple[WaitDifference, ...] = ()
    stretches: tuple[StretchDifference, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Yield all differences, from the journeys as a whole to the computed waits.

        Yields
        ------
        Row
            One difference.
        """
        for found in self.mismatches:
            if found.pair is None:
                yield Row("journey", "", found.about, found.one, found.other)
        yield from (Row("phase", "", "name", name, None) for name in self.phases_only_one)
        yield from (Row("phase", "", "name", None, name) for name in self.phases_only_other)
        yield from (Row("step", step.do, "do", step.do, None) for step in self.only_one)
        yield from (Row("step", step.do, "do", None, step.do) for step in self.only_other)
        yield from (Row("contact", "", "at", name, None) for name in self.contacts_only_one)
        yield from (Row("contact", "", "at", None, name) for name in self.contacts_only_other)
        for found in self.mismatches:
            if found.pair is not None:
                yield Row("phase", found.pair.one.do, found.about, found.one, found.other)
        for felt in self.emotions:
            who = dict.fromkeys(name or "?" for name in (felt.source, felt.other_source))
            yield Row(
                "emotion",
                felt.pair.one.do,
                " / ".join(who),
                felt.one,
                felt.other,
                felt.difference,
            )
        for wait in self.waits:
            told = (wait.one.text if wait.one else None, wait.other.text if wait.other else None)
            yield Row("wait", wait.pair.one.do, "declared", *told, wait.hours)
        for stretch in self.stretches:
            about = "at least" if stretch.is_bound else "expected"
            ends = (stretch.one, stretch.other)
            yield Row("computed wait", stretch.end, about, *ends, stretch.difference)

    @property
    def is_empty(self) -> bool:
        """Whether there is no difference."""
        return next(self.rows(), None) is None

    def to_frame(self) -> pd.DataFrame:
        """Put the differences into a pandas frame, one a row.

        Returns
        -------
        DataFrame
            With the columns of `COLUMNS`.
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and needed only here

        return pd.DataFrame(list(self.rows()), columns=list(COLUMNS))

    def _repr_html_(self) -> str:
        """Show a notebook the differences."""
        return self.to_frame().to_html(na_rep="")

    def to_text(self, width: int = 100) -> str:
        """Write the differences for people, as a table.

        Parameters
        ----------
        width : int
            How many columns there are.

        Returns
        -------
        str
            Lines without colours; long texts go over several.
        """
        from rich.console import Console  # noqa: PLC0415 - heavy, and needed only here

        from cjbpmn.report.printable import printable  # noqa: PLC0415 - likewise
        from cjbpmn.report.tables import Column, make_table  # noqa: PLC0415 - likewise

        stream = io.StringIO()
        console = Console(file=stream, width=width, color_system=None, legacy_windows=False)
        both = f"steps in both: {len(self.pairs)}"
        for line in (_named(self.one, "first"), _named(self.other, "second"), both):
            console.print(printable(line), markup=False, highlight=False)
        if self.is_empty:
            console.print("no difference", markup=False)
        else:
            columns = [Column("what"), Column("where", folds=True), Column("about", folds=True)]
            columns += [Column("first", folds=True), Column("second", folds=True)]
            columns += [Column("difference", number=True)]
            console.print()
            console.print(make_table(columns, map(_cells, self.rows())))
        return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _named(journey: Journey, place: str) -> str:
    about = ", ".join(filter(None, (journey.state, journey.view)))
    persona = f"; {journey.persona.name}" if journey.persona else ""
    return f"{place}: {journey.name}{f' ({about})' if about else ''}{persona}"


def _cells(row: Row) -> tuple[str, ...]:
    if row.kind == "computed wait":
        ends = tuple("-" if hours is None else f"{hours:.4g} h" for hours in (row.one, row.other))
        gap = "" if row.difference is None else f"{row.difference:+.4g} h"
        return (row.kind, row.step, row.about, *ends, gap)
    where = "" if row.kind == "step" else row.step
    gap = "" if row.difference is None else f"{row.difference:+.4g}"
    unit = " h" if row.kind == "wait" and gap else ""
    return (row.kind, where, row.about, _cell(row.one), _cell(row.other), gap + unit)


def _cell(value: str | float | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:+.3g}".replace("+0", "0")
