"""The main job, done on the examples that come with this package."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from cjbpmn.atomic import write_bytes
from cjbpmn.batch import (
    DrawMap,
    EnrichModel,
    FindPoints,
    FindWaits,
    Job,
    Row,
    Task,
    WrongCall,
    load_journey,
    make_folder_for,
    process_file,
)
from cjbpmn.errors import InvalidDocument
from cjbpmn.report import Form

_JOURNEY: Final = ".journey.yaml"


class Demo:
    """The examples, and what comes out of them.

    Parameters
    ----------
    folder : str
        Where to write; each example gets a folder in it.

    Raises
    ------
    InvalidDocument
        If the examples are not there.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.examples = find_examples()

    def run(self) -> Iterator[Row]:
        """Do the main job on each example.

        Yields
        ------
        Row
            One a file that was written.

        Raises
        ------
        WrongCall
            If somebody has changed an example there since.
        """
        homes = {journey: self.folder / _name(journey) for journey in self.examples}
        for journey, home in homes.items():
            for file in _beginning(journey):
                _refuse_changed(file, home / file.name)
        for journey, home in homes.items():
            make_folder_for(home / journey.name)
            for file in _beginning(journey):
                write_bytes(home / file.name, file.read_bytes())
            for task, job in _steps(home, _name(journey)):
                yield process_file(task, job)

    def in_words(self) -> str:
        """Say what was written, and what to open.

        Returns
        -------
        str
            Some lines.
        """
        names = [_name(journey) for journey in self.examples]
        shown = names[-1]
        files = {
            f"{shown}.svg": "the journey map: open it in a browser",
            f"{shown}.cj.bpmn": "the model with the customer on top: open it in your",
            "": "BPMN modeller, or drop it on https://demo.bpmn.io",
            "points.csv, points.json": "where the customer meets the organisation",
            "waits.csv, waits.json": "where the customer waits, and how long",
            f"{shown}.bpmn": "the model as it was",
            f"{shown}.journey.yaml": "the journey in plain words: change it, and try",
        }
        width = max(map(len, files))
        lines = [f"  {file:{width}}  {what}" for file, what in files.items()]
        return "\n".join(
            [
                f"Written to {self.folder}: {' and '.join(names)}.",
                "",
                f"In {self.folder / shown}",
                *lines,
                "",
                "The same by hand",
                f"  cd {self.folder / shown}",
                f"  cjbpmn enrich {shown}.bpmn --journey {shown}.journey.yaml -o {shown}.cj.bpmn",
                f"  cjbpmn points {shown}.cj.bpmn",
                f"  cjbpmn waits {shown}.cj.bpmn",
                f"  cjbpmn draw {shown}.cj.bpmn -o {shown}.svg",
                "",
            ]
        )


def find_examples() -> list[Path]:
    """Find the journeys that come with this package; their models stand beside them.

    Returns
    -------
    list of Path
        In a clone, those of ``docs/examples``; else those that were installed.

    Raises
    ------
    InvalidDocument
        If they are not there.

    Examples
    --------
    >>> [path.name for path in find_examples()]
    ['claim.journey.yaml', 'webshop.journey.yaml']
    """
    clone = Path(__file__).parents[2] / "docs" / "examples"
    found = sorted(clone.glob(f"*{_JOURNEY}")) or sorted(_installed())
    if not found:
        raise InvalidDocument("the examples were not installed; take them from docs/examples")
    return found


def _installed() -> Iterator[Path]:
    """Yield the journeys among the files that an installer wrote down for this package."""
    try:
        files = metadata.files("cjbpmn") or []
    except metadata.PackageNotFoundError:
        return
    for file in files:
        if file.name.endswith(_JOURNEY) and file.parent.name == "examples":
            yield Path(str(file.locate())).resolve()


def _beginning(journey: Path) -> tuple[Path, Path]:
    """Return the two files that an example begins with."""
    return journey, journey.with_name(f"{_name(journey)}.bpmn")


def _refuse_changed(original: Path, copy: Path) -> None:
    if copy.is_file() and copy.read_bytes() != original.read_bytes():
        message = "somebody has changed it; name another folder: cjbpmn demo FOLDER"
        raise WrongCall(message, path=str(copy))


def _name(journey: Path) -> str:
    return journey.name.removesuffix(_JOURNEY)


def _steps(home: Path, name: str) -> Iterator[tuple[Task, Job]]:
    enriched = home / f"{name}.cj.bpmn"
    journey, _ = load_journey(str(home / f"{name}{_JOURNEY}"))
    yield EnrichModel((journey,)), Job(home / f"{name}.bpmn", enriched)
    for form in (Form.CSV, Form.JSON):
        yield FindPoints(form=form), Job(enriched, home / f"points{form.ending}")
        yield FindWaits(form=form), Job(enriched, home / f"waits{form.ending}")
    yield DrawMap(), Job(enriched, home / f"{name}.svg")
