"""The notebooks run from top to bottom in a real kernel, and show what they promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

nbformat = pytest.importorskip("nbformat", reason="running notebooks needs nbformat")
nbclient = pytest.importorskip("nbclient", reason="running notebooks needs nbclient")
pytest.importorskip("ipykernel", reason="running notebooks needs ipykernel")

# The client and its messaging library warn about themselves; what our code warns of is in the
# kernel, and shows in the cells.
pytestmark = pytest.mark.filterwarnings("default")


def run(path: Path) -> dict[str, Any]:
    """Run a notebook; its code cells by id."""
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def webshop() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        return run(ROOT / "notebooks" / "webshop.ipynb")


def shown(cell: Any, kind: str) -> str:
    """Return what a cell shows, in one notation."""
    found = [output.data[kind] for output in cell.outputs if kind in output.get("data", {})]
    assert len(found) == 1, f"{cell.id} shows {len(found)} times {kind}"
    return str(found[0])


def test_the_notebook_finds_no_customer_and_draws_one(webshop: dict[str, Any]) -> None:
    assert shown(webshop["candidates"], "text/plain") == "[]"
    assert "CjParticipant" in shown(webshop["enrich"], "text/plain")


@pytest.mark.parametrize(
    ("cell", "rows", "word"),
    [
        ("journey", 9, "I place my order"),
        ("points", 6, "Send order confirmation"),
        ("waits", 5, "Send shipping notice"),
    ],
)
def test_the_notebook_shows_frames(
    webshop: dict[str, Any], cell: str, rows: int, word: str
) -> None:
    html = shown(webshop[cell], "text/html")
    assert html.count("<tr>") == rows
    assert word in html


def test_the_notebook_shows_the_journey_map(webshop: dict[str, Any]) -> None:
    assert len(shown(webshop["picture"], "image/png")) > 50_000


def test_the_notebook_gets_the_same_bytes_back(webshop: dict[str, Any]) -> None:
    assert shown(webshop["strip"], "text/plain") == "True"


def test_the_notebook_is_silent_where_nothing_is_wrong(webshop: dict[str, Any]) -> None:
    said = [
        output.text
        for cell in webshop.values()
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert said == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_kept_without_outputs(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
