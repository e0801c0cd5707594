"""Opens BPMN files in the real bpmn-js modeller: the Python side of ``tests/modeller``.

A test asks for the fixture ``bench`` (see ``conftest.py``) or, outside pytest, looks at
:func:`why_not` and calls :func:`run`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Modeller = Literal["bpmn-js", "camunda-7", "camunda-8"]
    Bench = Callable[[Iterable["Path | Job"]], list["Result"]]

FOLDER = Path(__file__).parent / "modeller"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_VARIABLE = "CJBPMN_CHROMIUM"

# The browser's start and, per job, the limits bench.mjs itself keeps, plus the picture.
START_SECONDS = 60
JOB_SECONDS = 180

BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"


@dataclass(frozen=True)
class Job:
    """One file to open, and what to do with it."""

    file: Path
    png: Path | None = None
    save: Path | None = None
    lint: Literal["original", "saved"] | None = None
    diagram: str | None = None
    modeller: Modeller = "bpmn-js"
    edits: tuple[dict[str, object], ...] = ()
    descriptor: Path | None = None
    texts: bool = False
    timeout: int | None = None


@dataclass(frozen=True)
class Result:
    """What came of one job; the README in ``tests/modeller`` explains the fields."""

    file: Path
    ok: bool
    error: str | None
    ms: int
    warnings: list[str]
    drawn: dict[str, int]
    ids: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    planes: list[str] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    pngs: list[str] = field(default_factory=list)
    lint: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    given_up: bool = False

    @property
    def complaints(self) -> list[str]:
        """Everything the modeller would hold against the file."""
        return [*([self.error] if self.error else []), *self.warnings, *self.console]


@dataclass(frozen=True)
class RoundTrip:
    """A file opened and saved by the modeller, and its saved copy opened again."""

    first: Result
    again: Result
    saved: Path


def why_not() -> str | None:
    """Say what the bench lacks on this machine, or nothing when it can run."""
    if not shutil.which("node"):
        return "the modeller bench needs node (20 or newer)"
    if not chromium():
        return f"the modeller bench needs Chromium: install it or set {CHROMIUM_VARIABLE}"
    packages = ("bpmn-js", "camunda-bpmn-js", "bpmnlint-plugin-camunda-compat")
    if not all((FOLDER / "node_modules" / name).is_dir() for name in packages):
        return "the modeller bench needs its packages: run `npm ci` in tests/modeller"
    return None


def chromium() -> str | None:
    """Find the browser: the one named in the environment, else the first one installed."""
    if named := os.environ.get(CHROMIUM_VARIABLE):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def run(files: Iterable[Path | Job]) -> list[Result]:
    """Open files in one browser, in the order given; one result per file."""
    jobs = [item if isinstance(item, Job) else Job(item) for item in files]
    with tempfile.TemporaryDirectory() as folder:
        order = Path(folder) / "jobs.json"
        order.write_text(json.dumps([asdict(job) for job in jobs], default=str), encoding="utf-8")
        lines = _node(order, START_SECONDS + JOB_SECONDS * len(jobs))
    return [_result(line) for line in lines]


def round_trips(
    bench: Bench, files: Sequence[Path], folder: Path, modeller: Modeller = "bpmn-js"
) -> dict[Path, RoundTrip]:
    """Open each file, save it into ``folder`` and open what was saved."""
    saved = [folder / f"{number}-{file.name}" for number, file in enumerate(files)]
    first = [
        Job(file, save=copy, modeller=modeller) for file, copy in zip(files, saved, strict=True)
    ]
    results = bench([*first, *(Job(copy, modeller=modeller) for copy in saved)])
    halves = zip(files, results[: len(files)], results[len(files) :], saved, strict=True)
    return {file: RoundTrip(one, two, copy) for file, one, two, copy in halves}


def shown_ids(file: Path) -> set[str]:
    """Collect the ids of all elements the file gives a shape or an edge."""
    root = etree.parse(file).getroot()
    pictured = root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")
    # The reference is a qualified name: some tools write a prefix before the id.
    return {element.get("bpmnElement", "").rpartition(":")[2] for element in pictured}


def model_ids(file: Path) -> set[str]:
    """Collect the ids of everything in the file but its diagram interchange."""
    root = etree.parse(file).getroot()
    found = root.xpath("//*[not(ancestor-or-self::di:BPMNDiagram)]/@id", namespaces={"di": BPMNDI})
    return set(map(str, found))


def _node(order: Path, seconds: int) -> list[str]:
    command = [shutil.which("node") or "node", str(FOLDER / "bench.mjs"), str(order)]
    environment = {**os.environ, CHROMIUM_VARIABLE: chromium() or ""}
    done = subprocess.run(  # noqa: S603  # our own script, our own job list
        command,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the modeller bench broke down:\n{done.stderr}")
    return done.stdout.splitlines()


def _result(line: str) -> Result:
    told = json.loads(line)
    return Result(**{**told, "file": Path(told["file"])})
