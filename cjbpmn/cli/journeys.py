"""Commands about journey files; `cjbpmn.cli.commands` takes them in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cjbpmn.batch import (
    ComparedJourneys,
    Message,
    Status,
    WrongCall,
    demand_ending,
    gather,
    is_table,
    journeys_in_words,
    load_journeys,
    make_folder_for,
    refuse_overwriting,
    write_journeys,
)
from cjbpmn.cli.options import Model, Notation, Quotes, choose_form
from cjbpmn.cli.terminal import deliver, exit_code, tell, tell_done
from cjbpmn.findings import Severity
from cjbpmn.journey.file import ENDINGS as JOURNEY_ENDINGS


def convert(  # noqa: PLR0913, PLR0917 - one argument for each option
    journey: Annotated[
        str, typer.Argument(metavar="JOURNEY", help="YAML, JSON, CSV, XLSX, or CJML in XML.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write; it ends in .yaml, .json, .csv, .tsv, .xlsx or .mmd.",
        ),
    ],
    observations: Annotated[
        str | None,
        typer.Option(
            "--observations",
            metavar="FILE",
            help="The table of what was observed, beside a table of steps that is read or written.",
        ),
    ] = None,
    survey: Annotated[
        list[str] | None,
        typer.Option(
            "--survey", metavar="FILE", help="A table of answers to add as feelings; repeatable."
        ),
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option("--scale", metavar="LOW-HIGH", help="How the answers are scored, as 1-5."),
    ] = None,
    complaints: Annotated[
        list[str] | None,
        typer.Option(
            "--complaints", metavar="FILE", help="A table of complaints to count; repeatable."
        ),
    ] = None,
    model: Model = None,
    quotes: Quotes = True,
) -> None:
    """Write a journey in another notation, with what customers answered.

    Rows of a survey or of a register of complaints go to the step or the element
    that they name. A row that belongs nowhere is told, never dropped in silence.

    [bold]Examples[/bold]

      cjbpmn convert claim.csv -o claim.journey.yaml
      cjbpmn convert claim.journey.yaml -o claim.xlsx --no-quotes
      cjbpmn convert claim.yaml --survey answers.csv --scale 1-5 -o new.yaml
      cjbpmn convert claim.journey.yaml -o claim.mmd
    """
    demand_ending(output, JOURNEY_ENDINGS)
    reads_table = is_table(journey)
    if observations and not (reads_table or is_table(output)):
        raise WrongCall("there is no table of steps that it belongs to", path=observations)
    sources = [journey, *(survey or ()), *(complaints or ())]
    targets = [output, *([observations] if observations and not reads_table else ())]
    refuse_overwriting(targets, [Path(path) for path in sources])
    given = observations if reads_table else None
    journeys, messages = load_journeys(journey, given, quotes=quotes)
    told = list(messages)
    if (survey or complaints) and len(journeys) > 1:
        raise WrongCall("several journeys: convert them first, then add to one", path=journey)
    if survey or complaints:
        filled, more = gather(journeys[0], survey or (), complaints or (), scale=scale, model=model)
        journeys, told = (filled,), [*told, *more]
    make_folder_for(Path(output))
    told += write_journeys(journeys, Path(output), None if reads_table else observations)
    tell(told)
    tell_done(output, journeys_in_words(journeys))
    raise typer.Exit(exit_code([_doubt(told)]))


def compare(
    one: Annotated[str, typer.Argument(metavar="JOURNEY", help="A journey file.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Another.")],
    model: Model = None,
    notation: Notation = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")
    ] = None,
) -> None:
    """Tell what two journeys do not have in common.

    For the view from within and from without, for how it is and how it is to be,
    or for two personas: steps, contacts and phases of one only, and where the
    feelings and the declared waits differ.

    [bold]Examples[/bold]

      cjbpmn compare inside.yaml outside.yaml
      cjbpmn compare as-is.yaml to-be.yaml --model claim.bpmn -o changes.csv
    """
    found, messages = ComparedJourneys.of(one, other, model)
    tell(messages)
    if output is not None:
        refuse_overwriting([output], [Path(one), Path(other)])
    deliver([found], choose_form(notation, output), output)
    raise typer.Exit(exit_code([_doubt(messages)]))


def _doubt(messages: tuple[Message, ...] | list[Message]) -> Status:
    doubts = any(message.severity == Severity.WARNING for message in messages)
    return Status.DOUBTFUL if doubts else Status.FINE
