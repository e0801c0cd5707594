"""The rules of the house: style, types, layers, and lists that agree with what they list."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import cjbpmn

ROOT = Path(__file__).parents[1]

PUBLIC = {
    "CjbpmnError",
    "CjbpmnWarning",
    "Comparison",
    "CustomerCandidate",
    "Document",
    "Encounter",
    "Enriched",
    "Extracted",
    "InteractionPoint",
    "InteractionPoints",
    "Journey",
    "ModelFolder",
    "ProcessGraph",
    "Stage",
    "Timings",
    "WaitingReport",
    "WaitingStretch",
    "add_complaints",
    "add_survey",
    "build_graph",
    "compare_journeys",
    "draft_journey",
    "draw_journey_map",
    "enrich_document",
    "extract_journeys",
    "find_customer_candidates",
    "find_encounters",
    "find_interaction_points",
    "find_stages",
    "find_waiting_stretches",
    "read_cjml",
    "read_document",
    "read_journey",
    "read_times_table",
    "read_timings",
    "resolve_calls",
    "save_figure",
    "strip_quotes",
    "to_mermaid",
    "write_journey",
}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own tools on our own files)
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command as c; c()"),
    ],
    ids=["ruff", "format", "mypy", "layers"],
)
def test_the_house_is_in_order(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_public_names_are_these() -> None:
    assert set(cjbpmn.__all__) == PUBLIC
    assert all(hasattr(cjbpmn, name) for name in PUBLIC)


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = "pandas", "matplotlib", "rich", "typer"
    code = f"import sys, cjbpmn; print([name for name in {heavy} if name in sys.modules])"
    assert run("-c", code).stdout.strip() == "[]"


def test_nothing_names_a_registry_or_a_machine() -> None:
    listed = run(
        "-c", "import subprocess; print(subprocess.check_output(['git','ls-files']).decode())"
    )
    hosts = re.compile(
        r"pypi\.(org|python)|registry\.npmjs|pythonhosted|/(home|root|tmp)/\w", re.IGNORECASE
    )
    for name in listed.stdout.split("\n"):
        path = ROOT / name
        if not name or not path.is_file() or path == Path(__file__):
            continue
        text = path.read_text("utf-8", errors="replace")
        assert not hosts.search(text), f"{name}: {hosts.search(text)}"
