"""What a person at a terminal sees: messages, progress, a summary; and the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text
from typer.core import TyperGroup

from cjbpmn.atomic import write_bytes
from cjbpmn.batch import Message, Row, Status, bug_in_words, make_folder_for, status_of
from cjbpmn.errors import CjbpmnError
from cjbpmn.findings import Severity
from cjbpmn.report import Form, Result, print_tables, printable, render, to_text
from cjbpmn.report.tables import Column, make_table, plural


class ExitCode(IntEnum):
    """What the program tells the shell."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    UNREAD = 3
    UNWRITTEN = 4
    BUG = 70
    INTERRUPTED = 130


_CODES: Final = {
    Status.FINE: ExitCode.FINE,
    Status.DOUBTFUL: ExitCode.FINDINGS,
    Status.UNCLEAR: ExitCode.USAGE,
    Status.UNWRITTEN: ExitCode.UNWRITTEN,
    Status.UNREAD: ExitCode.UNREAD,
    Status.BROKEN: ExitCode.BUG,
}
"""From good to bad: of many files, the worst decides."""

_WORDS: Final = {
    Severity.ERROR: ("error", "bold red"),
    Severity.WARNING: ("warning", "yellow"),
    Severity.INFO: ("note", "cyan"),
}


@dataclass(slots=True)
class Options:
    """What holds for every command.

    Parameters
    ----------
    debug : bool
        Whether to show where in the program an error came from.
    """

    debug: bool = False


class Stopped(Exception):
    """Somebody stopped it; it says how far it got."""


class Commands(TyperGroup):
    """The commands, run so that every error is one line and one exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and leave the program with its exit code."""
        options = Options()
        extra |= {"prog_name": "cjbpmn", "standalone_mode": False}
        stopped = "stopped"
        try:
            code = super().main(*args, obj=options, **extra) or ExitCode.FINE
            sys.stdout.flush()
        except Stopped as error:
            code, stopped = ExitCode.INTERRUPTED, f"stopped {error}"
        except (KeyboardInterrupt, typer.Abort):
            code = ExitCode.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - the last door: nobody wants a traceback
            code = _tell_failure(error, debug=options.debug)
        if code == ExitCode.INTERRUPTED:
            tell([Message(Severity.ERROR, f"{stopped}; no file is half-written")])
        raise SystemExit(int(code))


def exit_code(statuses: Iterable[Status]) -> ExitCode:
    """Return the exit code for many files: the worst decides.

    Parameters
    ----------
    statuses : iterable of Status
        What became of each file.

    Returns
    -------
    ExitCode
        One for all.

    Examples
    --------
    >>> exit_code([Status.FINE, Status.UNREAD, Status.DOUBTFUL])
    <ExitCode.UNREAD: 3>
    """
    order = list(_CODES)
    return _CODES[max(statuses, key=order.index, default=Status.FINE)]


def tell(messages: Iterable[Message], console: Console | None = None) -> None:
    """Print messages to the standard error stream, one a line.

    Parameters
    ----------
    messages : iterable of Message
        The messages.
    console : rich.console.Console or None
        Where to, if not to a new one.
    """
    console = console or _errors()
    for message in messages:
        word, style = _WORDS[message.severity]
        line = Text.assemble((f"{word}:", style), " ", printable(message.text))
        console.print(line, soft_wrap=True)


def tell_done(path: str, summary: str) -> None:
    """Print what was written to the standard error stream.

    Parameters
    ----------
    path : str
        The file.
    summary : str
        What it holds.
    """
    title = Text.assemble((printable(path), "bold"), f": {summary}")
    _errors().print(title, soft_wrap=True)


def follow(rows: Iterable[Row], number: int | None = None, *, debug: bool = False) -> list[Row]:
    """Collect rows as they come, and tell what there is to tell.

    Parameters
    ----------
    rows : iterable of Row
        What becomes of each file.
    number : int or None
        How many there will be; then show how far we are.
    debug : bool
        Whether to show where in the program an error came from.

    Returns
    -------
    list of Row
        All of them.

    Raises
    ------
    Stopped
        If somebody stops it before all of many files were done.
    """
    done: list[Row] = []
    console = _errors()
    with _progress(console, number) as advance:
        try:
            for row in rows:
                # In a crowd, only what somebody must look at.
                crowd = number is not None
                tell((m for m in row.messages if not crowd or m.severity != Severity.INFO), console)
                if debug and row.trace:
                    console.print(Text(_printable_lines(row.trace)), soft_wrap=True)
                done.append(row)
                advance()
        except KeyboardInterrupt as error:
            if number is None:
                raise
            raise Stopped(f"after {len(done)} of {plural(number, 'model')}") from error
    return done


def summarise(rows: Sequence[Row]) -> None:
    """Print what became of many files to the standard error stream.

    Parameters
    ----------
    rows : sequence of Row
        One a file.
    """
    console = _errors()
    counts = Counter(row.status for row in rows)
    failed = [row for row in rows if _CODES[row.status] > ExitCode.FINDINGS]
    if failed:
        columns = [Column("model", folds=True), Column("result"), Column("why", folds=True)]
        table = make_table(columns, [(str(r.job.source), r.status, _why(r)) for r in failed])
        console.print()
        console.print(table)
        console.print()
    parts = [f"{counts[Status.FINE]} fine"]
    parts += [f"{counts[Status.DOUBTFUL]} with warnings"] if counts[Status.DOUBTFUL] else []
    parts += [f"{len(failed)} failed"] if failed else []
    console.print(Text(f"{plural(len(rows), 'model')}: {', '.join(parts)}"), soft_wrap=True)


def show_tables(found: Sequence[Result]) -> None:
    """Print results to the standard output stream; without colours where it is no terminal.

    Parameters
    ----------
    found : sequence of Result
        The results.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        print_bytes(to_text(found, width=console.width))
        return
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print_tables(found, console)


def deliver(
    found: Sequence[Result], form: Form, output: str | None, *, several: bool = False
) -> None:
    """Write results to a file, or to the standard output where no file is named.

    Parameters
    ----------
    found : sequence of Result
        What was found, one a model.
    form : Form
        The notation.
    output : str or None
        The file.
    several : bool
        Whether many models were asked for, even if only one was found.
    """
    if output is not None:
        make_folder_for(Path(output))
        write_bytes(output, render(found, form, several=several, path=output))
        tell_done(output, found[0].summary if not several else plural(len(found), "model"))
    elif form == Form.TABLE:
        show_tables(found)
    else:
        print_bytes(render(found, form, several=several))


def print_bytes(data: bytes) -> None:
    """Write to the standard output stream: as it is, but safe to show on a terminal.

    Parameters
    ----------
    data : bytes
        The content; UTF-8.
    """
    if sys.stdout.isatty():
        data = _printable_lines(data.decode()).encode()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough.
        _forget_output()
        raise typer.Exit(ExitCode.UNWRITTEN) from None


def _printable_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _errors() -> Console:
    return Console(stderr=True, highlight=False)


@contextmanager
def _progress(console: Console, number: int | None) -> Iterator[Callable[[], None]]:
    """Show a bar while many files are processed, to those who look; yield what moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    hidden = number is None or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("models", total=number)
        yield lambda: progress.advance(task)


def _why(row: Row) -> str:
    """Say what stopped a file; which file that is stands beside it."""
    errors = (message for message in row.messages if message.severity == Severity.ERROR)
    text = next(errors, row.messages[-1]).text
    place, _, rest = text.partition(": ")
    if place == str(row.job.source):
        return rest
    line = place.removeprefix(f"{row.job.source}:")
    return f"line {line}: {rest}" if line.isdecimal() else text


def _tell_failure(error: Exception, *, debug: bool) -> int:
    if debug:
        trace = "".join(traceback.format_exception(error))
        _errors().print(Text(_printable_lines(trace)), soft_wrap=True)
    if isinstance(error, CjbpmnError):
        tell([Message(Severity.ERROR, one.alone) for one in (error, *error.others)])
        return exit_code([status_of(error)])
    if hasattr(error, "format_message"):
        # A wrong call, in Typer's words. Its class has no public name in all versions of Typer.
        tell([Message(Severity.ERROR, _wrong_call_in_words(error))])
        return ExitCode.USAGE
    if isinstance(error, OSError):
        return _tell_trouble(error)
    tell([Message(Severity.ERROR, bug_in_words(error))])
    return ExitCode.BUG


def _tell_trouble(error: OSError) -> int:
    """Tell what the system refused: a file; or else, since no file is named, our own output."""
    reason = (error.strerror or str(error)).lower()
    if error.filename:
        tell([Message(Severity.ERROR, f"{error.filename}: cannot be read: {reason}")])
        return ExitCode.UNREAD
    tell([Message(Severity.ERROR, f"standard output: cannot be written: {reason}")])
    _forget_output()
    return ExitCode.UNWRITTEN


def _wrong_call_in_words(error: Any) -> str:
    said = " ".join(str(error.format_message()).split()).rstrip(".")
    said = said.replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "cjbpmn"
    see = " See" if said.endswith("?") else "; see"
    return f"{said[:1].lower()}{said[1:]}{see} {command} --help"


def _forget_output() -> None:
    """Keep Python from trying again, and complaining, when it closes the output."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
