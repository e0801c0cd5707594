"""What the tests share: real models, and tools that not every machine has."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import modeller_bench
import pytest
from hypothesis import settings

if TYPE_CHECKING:
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
