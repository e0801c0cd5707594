"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Give the folder of real models, or skip: they are no part of the project."""
    beside = Path(__file__).parents[2] / "shared" / "corpus"
    folder = Path(os.environ.get("CJBPMN_CORPUS", beside))
    if not (folder / "customer_labels.csv").is_file():
        pytest.skip(f"no corpus of real models at {folder}; name one with CJBPMN_CORPUS")
    return folder
