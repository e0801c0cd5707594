"""What the tests share: real models, and tools that not every machine has."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import modeller_bench
import pytest
from command_line import EXAMPLES
from hypothesis import settings
from typer.testing import CliRunner, Result

from cjbpmn.cli import app

if TYPE_CHECKING:
    from command_line import Call
    from modeller_bench import Bench

# Whoever runs the tests sees what everyone sees. HYPOTHESIS_PROFILE=default looks for examples that
# nobody has seen yet; what it finds becomes a test of its own.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Give the folder of real models, or skip: they are no part of the project."""
    beside = Path(__file__).parents[2] / "shared" / "corpus"
    folder = Path(os.environ.get("CJBPMN_CORPUS", beside))
    if not (folder / "customer_labels.csv").is_file():
        pytest.skip(f"no corpus of real models at {folder}; name one with CJBPMN_CORPUS")
    return folder


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Give the modeller bench, or do without."""
    if reason := modeller_bench.why_not():
        do_without(reason)
    return modeller_bench.run


@pytest.fixture(scope="session")
def packages() -> Path:
    """Give the folder with the packages of the modeller bench, or do without."""
    folder = modeller_bench.FOLDER / "node_modules"
    if not all((folder / name).is_dir() for name in ("bpmn-moddle", "mermaid")):
        do_without("the packages of the modeller bench are missing: run `npm ci` in tests/modeller")
    return folder


@pytest.fixture(scope="session")
def node() -> str:
    """Give the path of node, or do without."""
    return shutil.which("node") or do_without("node is missing: see tests/modeller/README.md")


def do_without(reason: str) -> NoReturn:
    """Skip; where CJBPMN_BENCH is `required`, as in CI, fail instead."""
    if os.environ.get("CJBPMN_BENCH") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, at a terminal of a known width without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def call() -> Call:
    """Give a function that calls the command line, and sees that it never shows a traceback."""

    def calling(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert "Traceback" not in result.output
        return result

    return calling


@pytest.fixture(scope="session")
def enriched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an enriched example; nobody may change it."""
    target = tmp_path_factory.mktemp("enriched") / "webshop.cj.bpmn"
    journey = EXAMPLES / "webshop.journey.yaml"
    arguments = ["enrich", EXAMPLES / "webshop.bpmn", "-j", journey, "-o", target]
    assert CliRunner().invoke(app, list(map(str, arguments))).exit_code == 0
    return target
