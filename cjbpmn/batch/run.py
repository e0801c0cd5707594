"""Process one file, and one after another.

`process_file` takes and returns values that can travel between processes: an engine that runs
many at a time needs no more than it.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from cjbpmn.batch.plan import Job, WrongCall
from cjbpmn.document import Document, read_document
from cjbpmn.errors import AmbiguousCustomer, CjbpmnError, NoCustomer, NotWritten
from cjbpmn.findings import Finding, Severity


class Status(StrEnum):
    """What became of one file, from good to bad."""

    FINE = "fine"
    DOUBTFUL = "with warnings"
    UNCLEAR = "customer unclear"
    UNWRITTEN = "not written"
    UNREAD = "failed"
    BROKEN = "failed: a bug"


@dataclass(frozen=True, slots=True)
class Message:
    """One line about one file.

    Parameters
    ----------
    severity : Severity
        Errors are for what was not done, warnings for what is doubtful, infos for the rest.
    text : str
        File, line, element, what is the matter.
    """

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Product:
    """What a task makes of one document.

    Parameters
    ----------
    write : callable
        Writes the result to a path; called only where it goes to a file.
    value : object
        What is to be handed back.
    summary : str
        What was done, in a few words.
    messages : tuple of Message
        What is worth telling.
    """

    write: Callable[[Path], object]
    value: Any = None
    summary: str = ""
    messages: tuple[Message, ...] = ()


class Task(Protocol):
    """What is to be done with each document; it must be possible to pickle it."""

    def __call__(self, document: Document, /) -> Product:
        """Do it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one file.

    Parameters
    ----------
    job : Job
        The file.
    status : Status
        How it went.
    messages : tuple of Message
        What there is to tell.
    summary : str
        What was done, in a few words.
    value : object
        What the task handed back.
    trace : str
        Where it went wrong in the program; the empty string where it did not.
    """

    job: Job
    status: Status
    messages: tuple[Message, ...] = ()
    summary: str = ""
    value: Any = None
    trace: str = ""

    @property
    def wrote(self) -> Path | None:
        """The file that was written, if one was."""
        return self.job.target if self.status in {Status.FINE, Status.DOUBTFUL} else None


def run_jobs(task: Task, jobs: Iterable[Job]) -> Iterator[Row]:
    """Process files one after another.

    Parameters
    ----------
    task : Task
        What is to be done.
    jobs : iterable of Job
        The files.

    Yields
    ------
    Row
        One a file, whatever becomes of it, in their order.
    """
    for job in jobs:
        yield process_file(task, job)


def process_file(task: Task, job: Job) -> Row:
    """Read one file, do what is to be done, and write the result.

    Parameters
    ----------
    task : Task
        What is to be done.
    job : Job
        The file.

    Returns
    -------
    Row
        What became of it. Errors are told there, never raised.

    Examples
    --------
    >>> from pathlib import Path
    >>> from cjbpmn.batch.tasks import FindPoints
    >>> process_file(FindPoints(), Job(Path("missing.bpmn"))).messages[0].text
    'missing.bpmn: cannot be read: no such file or directory'
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        product, failure = _attempt(task, job)
    messages = [*told_in(caught, str(job.source))]
    if product is not None:
        messages += product.messages
    if product is None or failure is not None:
        return _failed(job, messages, failure)
    doubts = any(message.severity == Severity.WARNING for message in messages)
    status = Status.DOUBTFUL if doubts else Status.FINE
    return Row(job, status, _once(messages), product.summary, product.value)


def _attempt(task: Task, job: Job) -> tuple[Product | None, Exception | None]:
    """Do what is to be done; return how far it got, and what stopped it."""
    product = None
    try:
        product = task(read_document(job.source))
        if job.target is not None:
            make_folder_for(job.target)
            product.write(job.target)
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        return product, error
    return product, None


def _failed(job: Job, messages: Iterable[Message], failure: Exception | None) -> Row:
    error = failure or RuntimeError("nothing was made")
    if isinstance(error, CjbpmnError):
        error.path = error.path or str(job.source)
        texts = [one.alone for one in (error, *error.others)]
    else:
        texts = [f"{job.source}: {bug_in_words(error)}"]
    told = _once([*messages, *(Message(Severity.ERROR, text) for text in texts)])
    return Row(job, status_of(error), told, trace="".join(traceback.format_exception(error)))


def make_folder_for(path: Path) -> None:
    """Make the folder in which a file is to be written.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    NotWritten
        If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NotWritten(f"no folder can be made for it: {reason}", path=str(path)) from error


def status_of(error: Exception) -> Status:
    """Say what an error means for the file.

    Parameters
    ----------
    error : Exception
        What happened.

    Returns
    -------
    Status
        What became of the file.

    Examples
    --------
    >>> str(status_of(NotWritten("cannot be written")))
    'not written'
    """
    if isinstance(error, NotWritten):
        return Status.UNWRITTEN
    if isinstance(error, AmbiguousCustomer | NoCustomer | WrongCall):
        return Status.UNCLEAR
    return Status.UNREAD if isinstance(error, CjbpmnError) else Status.BROKEN


def told_in(caught: Iterable[warnings.WarningMessage], path: str) -> Iterator[Message]:
    """Turn Python warnings that a user should see into messages.

    Parameters
    ----------
    caught : iterable of WarningMessage
        What `warnings.catch_warnings` recorded.
    path : str
        The file that was being processed.

    Yields
    ------
    Message
        Warnings for users; those for programmers (deprecations and the like) are left out.
    """
    for warning in caught:
        if issubclass(warning.category, UserWarning):
            text = str(warning.message)
            yield Message(Severity.WARNING, text if path in text else f"{path}: {text}")


def finding_message(finding: Finding, path: str) -> Message:
    """Turn a finding into a message: what it is about was done, so it is no error.

    Parameters
    ----------
    finding : Finding
        The finding.
    path : str
        The model that it was found in.

    Returns
    -------
    Message
        An info or a warning.
    """
    severity = Severity.INFO if finding.severity == Severity.INFO else Severity.WARNING
    return Message(severity, str(replace(finding, path=finding.path or path)))


def bug_in_words(error: Exception) -> str:
    """Say that an error is ours.

    Parameters
    ----------
    error : Exception
        One that nobody foresaw.

    Returns
    -------
    str
        On one line, with what to do.

    Examples
    --------
    >>> bug_in_words(IndexError("list index out of range"))
    'IndexError: list index out of range; this is a bug: please report it with what --debug prints'
    """
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{what}; this is a bug: please report it with what --debug prints"


def _once(messages: Iterable[Message]) -> tuple[Message, ...]:
    return tuple(dict.fromkeys(messages))
