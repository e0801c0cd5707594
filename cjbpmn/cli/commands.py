"""The commands: arguments in, exit code out; what they do is done elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cjbpmn import __version__
from cjbpmn.alarms import parse_moment
from cjbpmn.batch import (
    DraftJourney,
    DrawMap,
    EnrichModel,
    ExtractJourney,
    FindPoints,
    FindWaits,
    Plan,
    Row,
    Status,
    StripModel,
    Task,
    WrongCall,
    demand_ending,
    is_folder,
    load_journey,
    load_times,
    plan_jobs,
    refuse_overwriting,
    run_jobs,
)
from cjbpmn.cli.demo import Demo
from cjbpmn.cli.journeys import compare, convert
from cjbpmn.cli.options import (
    Customers,
    InPlace,
    Models,
    Notation,
    PictureKind,
    Processes,
    Quotes,
    Target,
    choose_form,
    open_models,
)
from cjbpmn.cli.terminal import (
    Commands,
    deliver,
    exit_code,
    follow,
    print_bytes,
    summarise,
    tell,
    tell_done,
)
from cjbpmn.enrichment import SHOWN, Drawing, Origin, Placement, Show
from cjbpmn.errors import InvalidValue
from cjbpmn.lexicon import languages

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> NoReturn:
    """Run the command line, and leave with its exit code."""
    app()
    raise SystemExit(0)


def _show_version(value: bool) -> None:
    if value:
        print_bytes(f"cjbpmn {__version__}\n".encode())
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and leave."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the program an error came from.")
    ] = False,
) -> None:
    """Put the customer's journey on top of BPMN process models.

    A process model shows how an organisation works. This shows, on the same
    model, how that is for the customer: a swimlane with what the customer does,
    where the two meet, by which channel, how it feels, and what it is to wait.

    [bold]The main job[/bold]

      cjbpmn enrich claim.bpmn --journey claim.journey.yaml -o claim.cj.bpmn
      cjbpmn points claim.cj.bpmn
      cjbpmn waits claim.cj.bpmn
      cjbpmn draw claim.cj.bpmn -o claim.svg

    What comes back opens in any BPMN modeller. What was not touched is the same
    to the byte, and [bold]cjbpmn strip[/bold] gives the original back. No model at hand?
    [bold]cjbpmn demo[/bold] writes two examples with all that comes out of them.

    [bold]Exit codes[/bold]

      0 fine                              3 an input cannot be read
      1 done, but there are warnings      4 an output cannot be written
      2 the call must be different       70 a bug    130 stopped by Ctrl-C
    """
    del version  # Its callback has done what there was to do.
    context.obj.debug = debug
    if context.invoked_subcommand is None:
        print_bytes(context.get_help().encode())
        raise typer.Exit(2)


@app.command()
def enrich(  # noqa: PLR0913, PLR0917 - one argument for each option
    context: typer.Context,
    models: Models,
    journey: Annotated[
        list[str],
        typer.Option(
            "--journey",
            "-j",
            metavar="FILE",
            help="The journey file; repeatable: several journeys stand side by side.",
        ),
    ],
    output: Target = None,
    in_place: InPlace = False,
    customer: Customers = None,
    quotes: Quotes = True,
    show: Annotated[
        list[Show] | None,
        typer.Option(
            "--show",
            help="What is drawn of the journey: phases, evidence and emotion, if not said; "
            "repeatable.",
        ),
    ] = None,
    placement: Annotated[
        Placement,
        typer.Option(
            "--placement",
            help="Where a customer goes whom the model does not show: to a pool, or to a lane "
            "on top in the organisation's pool.",
        ),
    ] = Placement.POOL,
    force: Annotated[
        bool, typer.Option("--force", help="Put that lane into a process even if engines run it.")
    ] = False,
    origin: Annotated[
        Origin,
        typer.Option(
            "--origin",
            help="Keep all that was drawn where it was, or move the whole drawing to where "
            "Camunda Modeler puts it.",
        ),
    ] = Origin.KEEP,
    legend: Annotated[
        bool, typer.Option("--legend", help="Draw what the colours of the feelings mean.")
    ] = False,
    layout: Annotated[
        bool, typer.Option("--layout", help="Make a first drawing of a model that has none.")
    ] = False,
) -> None:
    """Put a customer's journey on top of process models.

    Where the model has a pool or a lane for the customer, the journey goes
    there; where it has none, a swimlane is drawn on top. Doing it twice is doing
    it once.

    [bold]Examples[/bold]

      cjbpmn enrich claim.bpmn --journey claim.journey.yaml -o claim.cj.bpmn
      cjbpmn enrich claim.bpmn -j claim.journey.yaml --in-place
      cjbpmn enrich variants/ -j claim.journey.yaml -o enriched/
      cjbpmn enrich claim.bpmn -j young.yaml -j old.yaml -o claim.cj.bpmn
      cjbpmn enrich claim.bpmn -j j.yaml -o c.bpmn --show emotion --show waits
    """
    _demand_target(output, in_place)
    plan = plan_jobs(models, output, in_place=in_place, spare=journey)
    loaded = [load_journey(path, quotes=quotes) for path in journey]
    told = tuple(one for one, _ in loaded)
    messages = [message for _, remarks in loaded for message in remarks]
    tell(messages)
    drawing = Drawing(
        show=frozenset(show or SHOWN),
        placement=placement,
        force=force,
        origin=origin,
        legend=legend,
        layout=layout,
    )
    task = EnrichModel(told, tuple(customer or ()), drawing)
    rows = _run(context, task, plan)
    _leave(plan, rows, Status.DOUBTFUL if messages else Status.FINE)


@app.command()
def points(  # noqa: PLR0913, PLR0917 - one argument for each option
    context: typer.Context,
    models: Models,
    notation: Notation = None,
    output: Target = None,
    customer: Customers = None,
    processes: Processes = None,
) -> None:
    """List where the customer meets the organisation.

    An interaction point is a pair of steps, one of the customer's and one of
    somebody else's, with a message or a flow between them.

    [bold]Examples[/bold]

      cjbpmn points claim.cj.bpmn
      cjbpmn points claim.cj.bpmn --format csv -o points.csv
      cjbpmn points models/ --customer Guest --format json
    """
    form = choose_form(notation, output)
    task = FindPoints(tuple(customer or ()), form, open_models(processes))
    _report(context, task, models, output)


@app.command()
def waits(  # noqa: PLR0913, PLR0917 - one argument for each option
    context: typer.Context,
    models: Models,
    notation: Notation = None,
    output: Target = None,
    customer: Customers = None,
    processes: Processes = None,
    times: Annotated[
        str | None,
        typer.Option(
            "--times",
            metavar="FILE",
            help="A table (csv, tsv, xlsx) of how long things take, and how often ways are taken.",
        ),
    ] = None,
    begins: Annotated[
        str | None,
        typer.Option(
            "--begins",
            metavar="DATE[THH:MM]",
            help="When the case begins, for working hours and timers that wait for a date.",
        ),
    ] = None,
) -> None:
    """List where the customer waits, for what, and how long.

    A waiting stretch is what happens inside between two moments in which the
    customer is involved. Times are known as far as the model or the journey
    tells them.

    [bold]Examples[/bold]

      cjbpmn waits claim.cj.bpmn
      cjbpmn waits claim.cj.bpmn --format json -o waits.json
      cjbpmn waits claim.cj.bpmn --times measured.csv
      cjbpmn waits claim.cj.bpmn --begins 2026-03-02T09:00
      cjbpmn waits claim.cj.bpmn --processes models/
      cjbpmn waits models/ --customer Guest -o waits/
    """
    try:
        moment = None if begins is None else parse_moment(begins)
    except InvalidValue as error:
        raise WrongCall(f"--begins: {error.message}") from None
    form = choose_form(notation, output)
    table, messages = load_times(times)
    tell(messages)
    task = FindWaits(tuple(customer or ()), form, moment, open_models(processes), table)
    _report(context, task, models, output)


@app.command()
def draw(  # noqa: PLR0913, PLR0917 - one argument for each option
    context: typer.Context,
    models: Models,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="The picture; it ends in .svg, .png or .pdf; the folder, for several models.",
        ),
    ],
    kind: Annotated[
        PictureKind,
        typer.Option("--format", "-f", help="The kind of the pictures in a folder."),
    ] = PictureKind.SVG,
    customer: Customers = None,
    journey: Annotated[
        int,
        typer.Option("--journey", "-j", metavar="N", min=1, help="Which journey, where several."),
    ] = 1,
) -> None:
    """Draw the journey map: phases, steps, evidence, emotion, waiting.

    [bold]Examples[/bold]

      cjbpmn draw claim.cj.bpmn -o claim.svg
      cjbpmn draw claim.cj.bpmn -o claim.png
      cjbpmn draw enriched/ -o maps/ --format pdf
    """
    endings = [f".{one}" for one in PictureKind]
    several = len(models) > 1 or Path(models[0]).is_dir()
    if not several and not is_folder(output):
        demand_ending(output, endings)
    elif Path(output).suffix.lower() in endings and not is_folder(output):
        raise WrongCall("this is a file; several models need a folder", path=output)
    task = DrawMap(tuple(customer or ()), journey)
    plan = plan_jobs(models, output, ending=f".{kind}")
    _leave(plan, _run(context, task, plan))


@app.command()
def strip(
    context: typer.Context, models: Models, output: Target = None, in_place: InPlace = False
) -> None:
    """Take the journey off again: the original comes back to the byte.

    [bold]Examples[/bold]

      cjbpmn strip claim.cj.bpmn -o claim.bpmn
      cjbpmn strip enriched/ -o originals/
    """
    _demand_target(output, in_place)
    plan = plan_jobs(models, output, in_place=in_place)
    _leave(plan, _run(context, StripModel(), plan))


@app.command()
def draft(
    context: typer.Context,
    models: Models,
    output: Target = None,
    customer: Customers = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            "-l",
            metavar="LANGUAGE",
            help=f"The language of the questions: {', '.join(languages())}.",
        ),
    ] = None,
) -> None:
    """Write a journey file to begin with, full of questions.

    Its steps are what the customer does in the model and where the two sides
    meet. Answer the questions, and enrich the model with it.

    [bold]Examples[/bold]

      cjbpmn draft claim.bpmn -o claim.journey.yaml
      cjbpmn draft claim.bpmn --customer Verzekerde --language nl
      cjbpmn draft models/ -o journeys/
    """
    if language not in {None, *languages()}:
        known = ", ".join(languages())
        raise WrongCall(f"there are no questions in {language!r}; there are {known}")
    _give(context, DraftJourney(tuple(customer or ()), language), models, output)


@app.command()
def extract(
    context: typer.Context,
    models: Models,
    output: Target = None,
    customer: Customers = None,
    quotes: Quotes = True,
) -> None:
    """Take the journey out of an enriched model, as a journey file.

    The model stays as it is. References say again what was written, where that
    still means the same. Where a tool has dropped what cjbpmn wrote, or nobody
    has enriched the model, the journey is read from what is drawn of the customer.

    [bold]Examples[/bold]

      cjbpmn extract claim.cj.bpmn -o again.journey.yaml
      cjbpmn extract enriched/ -o journeys/
      cjbpmn extract theirs.bpmn --customer Kunde -o theirs.journey.yaml
    """
    _give(context, ExtractJourney(tuple(customer or ()), quotes=quotes), models, output)


app.command()(convert)
app.command()(compare)


@app.command()
def demo(
    context: typer.Context,
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Where to write; it is made if need be.")
    ] = "cjbpmn-demo",
) -> None:
    """Do the main job on the examples that come with cjbpmn.

    [bold]Examples[/bold]

      cjbpmn demo
      cjbpmn demo somewhere/else
    """
    examples = Demo(folder)
    rows = follow(examples.run(), debug=context.obj.debug)
    if all(row.wrote for row in rows):
        print_bytes(examples.in_words().encode())
    raise typer.Exit(exit_code(row.status for row in rows))


def _demand_target(output: str | None, in_place: bool) -> None:
    if output is None and not in_place:
        raise WrongCall("say where to write: -o PATH, or --in-place to overwrite the model")


def _run(context: typer.Context, task: Task, plan: Plan) -> list[Row]:
    """Process all files, and tell how it went."""
    number = len(plan.jobs) if plan.several else None
    rows = follow(run_jobs(task, plan.jobs), number, debug=context.obj.debug)
    if number is None:
        for row in rows:
            if row.wrote is not None:
                tell_done(str(row.wrote), row.summary)
    return rows


def _report(
    context: typer.Context, task: FindPoints | FindWaits, models: list[str], output: str | None
) -> None:
    """Write what is found: a file for each model, one for all, or to the terminal."""
    if output is not None and is_folder(output):
        plan = plan_jobs(models, output, ending=task.ending)
        _leave(plan, _run(context, task, plan))
    plan = plan_jobs(models)
    if output is not None:
        refuse_overwriting([output], [job.source for job in plan.jobs])
    rows = _run(context, task, plan)
    found = [row.value for row in rows if row.value is not None]
    if found or plan.several:
        deliver(found, task.form, output, several=plan.several)
    _leave(plan, rows)


def _give(
    context: typer.Context,
    task: DraftJourney | ExtractJourney,
    models: list[str],
    output: str | None,
) -> None:
    """Write a text for each model: to a file, a folder, or the terminal."""
    into_folder = output is not None and is_folder(output)
    if output is not None and not into_folder:
        demand_ending(output, task.endings)
    plan = plan_jobs(models, output, ending=task.ending if into_folder else None)
    rows = _run(context, task, plan)
    if output is None:
        for row in rows:
            print_bytes((row.value or "").encode())
    _leave(plan, rows)


def _leave(plan: Plan, rows: list[Row], before: Status = Status.FINE) -> NoReturn:
    """Sum up, and leave with the exit code of the worst that happened."""
    if plan.several:
        summarise(rows)
    raise typer.Exit(exit_code([before, *(row.status for row in rows)]))
