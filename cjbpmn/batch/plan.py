"""Which files are read, and where each result goes: decided before anything is touched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cjbpmn.errors import CjbpmnError, InvalidDocument

ENDINGS: Final = (".bpmn20.xml", ".bpmn2", ".bpmn")
"""What the name of a model in a folder ends with; a file that was named may end as it likes."""


class WrongCall(CjbpmnError):
    """What was asked for cannot be done; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to be processed.

    Parameters
    ----------
    source : Path
        The model.
    target : Path or None
        Where the result goes; None where it is only handed back.
    """

    source: Path
    target: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All files of one call.

    Parameters
    ----------
    jobs : tuple of Job
        One a model.
    several : bool
        Whether many models were asked for, even if only one was found.
    """

    jobs: tuple[Job, ...]
    several: bool = False


def plan_jobs(
    inputs: Sequence[str],
    output: str | None = None,
    *,
    in_place: bool = False,
    ending: str | None = None,
    spare: Iterable[str] = (),
) -> Plan:
    """Decide which files are read and where each result goes.

    Folders are searched for models; the way from the folder to a model is kept in the output.

    Parameters
    ----------
    inputs : sequence of str
        Models, and folders of models.
    output : str or None
        A file for one model, a folder for several.
    in_place : bool
        Whether each result replaces its model.
    ending : str or None
        What takes the place of ``.bpmn`` in the names inside an output folder.
    spare : iterable of str
        Other files that are read, and must not be overwritten either.

    Returns
    -------
    Plan
        The jobs, in order.

    Raises
    ------
    WrongCall
        If a result would overwrite an input or another result, or if a file cannot hold several.
    InvalidDocument
        If a folder holds no model, or cannot be searched.

    Examples
    --------
    >>> plan_jobs(["docs/examples"]).jobs[0].source.name
    'claim.bpmn'
    """
    if in_place and output is not None:
        raise WrongCall("--in-place and -o exclude each other; choose one")
    several = len(inputs) > 1 or any(Path(name).is_dir() for name in inputs)
    folder = Path(output) if output is not None and (several or is_folder(output)) else None
    if folder is not None and not folder.is_dir() and (folder.exists() or _is_model(folder.name)):
        raise WrongCall("this is a file; several models need a folder", path=output)
    jobs = []
    for source, place in _find_all(inputs, folder):
        target = Path(output) if output is not None else None
        if in_place:
            target = source
        elif folder is not None:
            target = folder / place.with_name(_renamed(place.name, ending))
        jobs.append(Job(source, target))
    targets = [job.target for job in jobs if job.target is not None]
    if not in_place:
        refuse_overwriting(targets, [job.source for job in jobs], "or say --in-place")
    refuse_overwriting(targets, spare)
    _refuse_collisions(jobs)
    return Plan(tuple(jobs), several)


def is_folder(output: str) -> bool:
    """Tell whether an output names a folder: there is one, or it ends as one.

    Parameters
    ----------
    output : str
        As it was given.

    Returns
    -------
    bool
        False for a file.

    Examples
    --------
    >>> is_folder("out/"), is_folder("out.bpmn")
    (True, False)
    """
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def demand_ending(output: str, endings: Sequence[str]) -> None:
    """Refuse a file whose name says that it is something else than what is written.

    Parameters
    ----------
    output : str
        The file to be written.
    endings : sequence of str
        How its name may end; the empty string allows a name without an ending.

    Raises
    ------
    WrongCall
        If it ends in another way.

    Examples
    --------
    >>> demand_ending("map.jpg", [".svg", ".png"])
    Traceback (most recent call last):
    cjbpmn.batch.plan.WrongCall: map.jpg: end its name in .svg or .png to say which kind
    """
    if Path(output).suffix.lower() not in endings:
        *most, last = filter(None, endings)
        listed = f"{', '.join(most)} or {last}" if most else last
        raise WrongCall(f"end its name in {listed} to say which kind", path=output)


def refuse_overwriting(
    targets: Iterable[str | Path], inputs: Iterable[str | Path], remedy: str = ""
) -> None:
    """Refuse to write what is read, be it by another name.

    Parameters
    ----------
    targets : iterable of path
        The files to be written.
    inputs : iterable of path
        The files that are read.
    remedy : str
        What to do, other than to write to another file.

    Raises
    ------
    WrongCall
        If one of them is both.
    """
    read = {identity: name for name in inputs for identity in _identities(Path(name))}
    for target in targets:
        for identity in _identities(Path(target)):
            if identity in read:
                raise WrongCall(
                    f"this would overwrite {read[identity]}, which is read; "
                    f"write to another file{', ' if remedy else ''}{remedy}",
                    path=str(target),
                )


def _find_all(inputs: Sequence[str], folder: Path | None) -> Iterator[tuple[Path, Path]]:
    """Yield each model once, with its place in an output folder."""
    seen: set[str] = set()
    for name in inputs:
        path = Path(name)
        found = _find_in(path, folder) if path.is_dir() else [path]
        if not found:
            raise InvalidDocument(
                f"there is no model in this folder: no {', '.join(f'*{e}' for e in ENDINGS)}",
                path=name,
            )
        for model in found:
            real = os.path.realpath(model)
            if real not in seen:
                seen.add(real)
                yield model, model.relative_to(path) if path.is_dir() else Path(model.name)


def models_in(folder: str) -> list[Path]:
    """List the models in a folder.

    Parameters
    ----------
    folder : str
        Searched with all folders in it, but for the hidden ones.

    Returns
    -------
    list of Path
        Sorted.

    Raises
    ------
    WrongCall
        If it is no folder.
    InvalidDocument
        If it cannot be searched.

    Examples
    --------
    >>> [path.name for path in models_in("docs/examples")]
    ['claim.bpmn', 'webshop.bpmn']
    """
    if not Path(folder).is_dir():
        raise WrongCall("there is no such folder", path=folder)
    return _find_in(Path(folder), None)


def _find_in(root: Path, output: Path | None) -> list[Path]:
    """Search a folder, but not the hidden ones in it, nor that into which we write."""
    found: list[Path] = []
    own = None if output is None else os.path.realpath(output)
    for place, folders, files in os.walk(root, onerror=_cannot_search):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(Path(place, name)) != own
        ]
        found += [
            Path(place, name) for name in files if _is_model(name) and not name.startswith(".")
        ]
    return sorted(found)


def _is_model(name: str) -> bool:
    return name.lower().endswith(ENDINGS)


def _cannot_search(error: OSError) -> None:
    reason = (error.strerror or str(error)).lower()
    raise InvalidDocument(f"cannot be searched: {reason}", path=str(error.filename)) from error


def _renamed(name: str, ending: str | None) -> str:
    if ending is None:
        return name
    own = next((own for own in ENDINGS if name.lower().endswith(own)), "")
    return (name[: -len(own)] if own else name) + ending


def _identities(path: Path) -> Iterator[object]:
    """Yield by what a file is known: its real path, and its number, for hard links."""
    yield os.path.realpath(path)
    try:
        found = path.stat()
    except OSError:
        return
    yield found.st_dev, found.st_ino


def _refuse_collisions(jobs: Iterable[Job]) -> None:
    taken: dict[str, Path] = {}
    for job in jobs:
        if job.target is None:
            continue
        other = taken.setdefault(os.path.realpath(job.target), job.source)
        if other != job.source:
            raise WrongCall(
                f"{other} and {job.source} would be written to the same file; "
                "process them one by one",
                path=str(job.target),
            )
