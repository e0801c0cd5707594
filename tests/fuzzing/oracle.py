"""What must hold for any bytes: they are refused with a typed error, or everything works."""

from __future__ import annotations

import math
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType
from typing import TypeVar

import models
from lxml import etree

import cjbpmn
from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.errors import CjbpmnError, CjbpmnWarning
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.journey import Journey
from cjbpmn.names import CJ, namespace
from cjbpmn.waiting import find_waiting_stretches
from fuzzing.edits import edit, first_difference, state

T = TypeVar("T")

LIMIT = 5.0
"""Seconds of computing for all that is done with one mutant, where that is judged."""

LIMIT_OF_ONE = 2.0
"""Seconds of computing for each of the questions that are asked of a model, likewise."""

_DEEPEST = 240  # libxml2 reads 256 levels; an edit may go beyond
_HOME = Path(cjbpmn.__file__).parent


class LawBroken(AssertionError):
    """Something was accepted and not kept."""


class TooSlow(BaseException):
    """The time is up; no error, lest somebody catches it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: the step that refused it, if any, and the finding, if any."""

    refused: str | None = None
    finding: str | None = None
    detail: str = ""


def judge(data: bytes, seed: int) -> Verdict:
    """Check a mutant and put what went wrong into words: exception type and place."""
    try:
        with _limit(LIMIT):
            return Verdict(check(data, seed, LIMIT_OF_ONE))
    except LawBroken as broken:
        law, _, detail = str(broken).partition(": ")
        return Verdict(finding=f"law: {law}", detail=detail)
    except (Exception, TooSlow) as error:  # noqa: BLE001  (whatever it is, it is the finding)
        return Verdict(
            finding=f"{type(error).__name__} at {_place(error)}", detail=str(error)[:300]
        )


def check(data: bytes, seed: int, most: float = math.inf) -> str | None:
    """Check all laws on some bytes.

    Returns
    -------
    str or None
        The step that refused them with a typed error; None if everything worked.

    Raises
    ------
    Exception
        If a law does not hold.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", CjbpmnWarning)
        try:
            document = read_document(data)
        except CjbpmnError as error:
            _require(bool(str(error)), "an error has words")
            return "read"
        _require(document.to_bytes() == data, "unedited is byte-identical")
        _check_edit(data, Random(seed))  # noqa: S311  (repeatable)
        return _check_use(document, _check_strip(data), seed, most)


def _check_edit(data: bytes, rng: Random) -> None:
    document = read_document(data)
    names = edit(rng, document.root)
    if max(sum(1 for _ in one.iterancestors()) for one in document.root.iter()) > _DEEPEST:
        return
    wanted, written = state(document.root), document.to_bytes()
    _require(state(document.root) == wanted, "writing leaves the tree alone", names)
    try:
        found = state(read_document(written).root)
    except CjbpmnError as error:
        raise LawBroken(f"an edited file is readable: {names} {error}") from error
    _require(found == wanted, "reading again equals the edited tree", names, wanted, found)


def _check_strip(data: bytes) -> bytes | None:
    """Return the bytes without what is ours, or None if they are refused."""
    document = read_document(data)
    held_ours = bool(_ours(document))
    stripped = _strip(document)
    if stripped is None:
        _require(held_ours, "what is not ours is never refused by strip")
        return None
    _require(held_ours or stripped == data, "strip leaves alone what was not enriched")
    again = read_document(stripped)
    _require(not _ours(again), "strip removes all that is ours")
    _require(_strip(again) == stripped, "strip twice is strip once")
    return stripped


def _check_use(document: Document, stripped: bytes | None, seed: int, most: float) -> str | None:
    try:
        graph = _timed(partial(build_graph, document), most)
    except CjbpmnError:
        return "graph"
    refused = _ask(graph, most)
    if stripped is not None and stripped != document.to_bytes():
        # What the file takes for ours is nothing to meet.
        graph = _graph_of(stripped) or graph
    return _check_enrichment(document, stripped, graph, seed) or refused


def _ask(graph: ProcessGraph, most: float) -> str | None:
    refused = None
    for question in (find_interaction_points, find_waiting_stretches):
        try:
            _timed(partial(question, graph), most)  # type: ignore[arg-type]
        except CjbpmnError:
            refused = question.__name__
    return refused


def _check_enrichment(
    document: Document, stripped: bytes | None, graph: ProcessGraph, seed: int
) -> str | None:
    data = document.to_bytes()
    journey = models.draft_journey(graph, 1 + seed % 8)
    try:
        enrich_document(document, journey)
    except CjbpmnError:
        _require(document.to_bytes() == data, "a refused enrichment changes nothing")
        return "enrich"
    once = document.to_bytes()
    _require(build_graph(_read_ours(once)).journey is not None, "the journey is read back")
    _require(_enriched(once, journey) == once, "twice is once")
    if seed % 10 == 0:
        other = models.draft_journey(graph, 1 + (seed + 3) % 8)
        _require(_enriched(once, other) == _enriched(data, other), "another journey is afresh")
    # What looked like ours before is mixed with ours now: then only nothing of it must be left.
    is_exact = stripped == data
    found = _check_strip(once)
    _require(not is_exact or found == data, "strip returns the bytes")
    return None


def _graph_of(data: bytes) -> ProcessGraph | None:
    try:
        return build_graph(read_document(data))
    except CjbpmnError:
        return None


def _read_ours(data: bytes) -> Document:
    try:
        return read_document(data)
    except CjbpmnError as error:
        raise LawBroken(f"what we write is readable: {error}") from error


def _enriched(data: bytes, journey: Journey) -> bytes:
    document = _read_ours(data)
    try:
        enrich_document(document, journey)
    except CjbpmnError as error:
        raise LawBroken(f"what was enriched can be enriched: {error}") from error
    return document.to_bytes()


def _strip(document: Document) -> bytes | None:
    try:
        document.strip()
    except CjbpmnError:
        return None
    return document.to_bytes()


def _ours(document: Document) -> list[str]:
    """List the elements and attributes of our namespace."""
    return [
        str(name)
        for one in document.root.iter(etree.Element)
        for name in (one.tag, *one.attrib)
        if namespace(name) == CJ
    ]


def _require(holds: bool, law: str, *details: object) -> None:
    if holds:
        return
    words = [str(one) for one in details[:1]]
    if len(details) > 1:
        words.append(first_difference(details[1], details[2]))  # type: ignore[arg-type]
    raise LawBroken(f"{law}: {' '.join(words)}")


def _timed(question: Callable[[], T], most: float) -> T:
    started = time.process_time()
    answer = question()
    _require(time.process_time() - started < most, f"an answer within {most:g} seconds")
    return answer


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Stop what takes too much computing; waiting for other processes does not count."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _place(error: BaseException) -> str:
    """Say where in the package an exception came from."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_HOME)
    ]
    if not frames:
        return "the oracle itself " + str(traceback.extract_tb(error.__traceback__)[-1])
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}"
