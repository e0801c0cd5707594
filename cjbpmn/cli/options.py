"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cjbpmn.batch import WrongCall, demand_ending, is_folder, models_in
from cjbpmn.called_processes import ModelFolder
from cjbpmn.report import Form

Models = Annotated[
    list[str], typer.Argument(metavar="MODEL", help="BPMN 2.0 files, or folders of them.")
]
Customers = Annotated[
    list[str] | None,
    typer.Option(
        "--customer",
        "-c",
        metavar="NAME|ID",
        help="The pool or lane that is the customer, where the model does not say; repeatable.",
    ),
]
Processes = Annotated[
    str | None,
    typer.Option(
        "--processes",
        metavar="FOLDER",
        help="Models in which to look for processes that a model calls and does not hold.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="PATH", help="The file to write; the folder, for several models."
    ),
]
InPlace = Annotated[bool, typer.Option("--in-place", help="Overwrite the models themselves.")]
Model = Annotated[
    str | None,
    typer.Option("--model", "-m", metavar="FILE", help="The model, to know elements by their ids."),
]
Quotes = Annotated[
    bool,
    typer.Option(
        "--quotes/--no-quotes",
        help="Whether to write what customers said word for word, and pictures of personas.",
    ),
]
Notation = Annotated[
    Form | None,
    typer.Option("--format", "-f", help="The notation; if not said, as -o ends, or else a table."),
]


class PictureKind(StrEnum):
    """The kinds of files that a picture can become."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


def open_models(folder: str | None) -> ModelFolder | None:
    """Open a folder in which called processes are looked for.

    Parameters
    ----------
    folder : str or None
        As it was given.

    Returns
    -------
    ModelFolder or None
        None where none was given.

    Raises
    ------
    WrongCall
        If it is no folder.

    Examples
    --------
    >>> open_models(None) is None
    True
    """
    return None if folder is None else ModelFolder(models_in(folder))


def choose_form(notation: Form | None, output: str | None) -> Form:
    """Return the notation: as said, else as the ending of the output says, else a table.

    Parameters
    ----------
    notation : Form or None
        What was said.
    output : str or None
        The file or folder to write.

    Returns
    -------
    Form
        The notation.

    Raises
    ------
    WrongCall
        If the file is called as something else that results are not written in, or if a
        spreadsheet is to go to the terminal.

    Examples
    --------
    >>> str(choose_form(None, "points.csv")), str(choose_form(None, None))
    ('csv', 'table')
    """
    if notation == Form.XLSX and output is None:
        raise WrongCall("a spreadsheet goes to a file; say which: -o FILE")
    if notation is not None or output is None or is_folder(output):
        return notation or Form.TABLE
    ending = Path(output).suffix.lower()
    demand_ending(output, ["", *(form.ending for form in Form)])
    return next((form for form in Form if form.ending == ending), Form.TABLE)
