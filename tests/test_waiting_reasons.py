"""The reasons why a stretch cannot be worked out: what the manual lists, and what the code gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WAITING = ROOT / "cjbpmn" / "waiting"
SOURCES = (
    *sorted((WAITING / "passages").glob("*.py")),
    *sorted((WAITING / "reduction").glob("*.py")),
    WAITING / "workings.py",
)
GIVING = {"_doubt", "setdefault", "Refused", "Killer"}
"""Who is called with a reason."""
NAMES = {"reason", "_JOINED"}
"""What reasons are kept in."""


def documented() -> list[str]:
    """Return what the manual lists, in its order."""
    page = (ROOT / "docs" / "waiting.md").read_text(encoding="utf-8")
    rows = page.partition("| `because` |")[2].partition("\n\n")[0].splitlines()[2:]
    return [one for row in rows for one in re.findall("`([^`]+)`", row.split("|")[1])]


def given() -> set[str]:
    """Return the reasons that the code gives, as patterns: anything may stand for what it puts in."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES)
    return {
        re.split(r":|\\ \\\(", pattern)[0]
        for tree in trees
        for node in ast.walk(tree)
        for part in said(node)
        if (pattern := written(part)) and r"\ " in pattern
    }


def said(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may be a reason: what some are called with, some names stand for, or is returned."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in GIVING:
            yield from node.args
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(one, ast.Name) and one.id in NAMES for one in targets):
            kept = node.value
            yield from kept.values if isinstance(kept, ast.Dict) else [kept] if kept else []
    elif isinstance(node, ast.FunctionDef) and node.name == "reduce":
        yield from (
            one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value
        )


def written(part: ast.AST) -> str:
    """Return a text of the code as a pattern; the empty string where it is none."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return re.escape(part.value)
    if isinstance(part, ast.JoinedStr):
        return "".join(written(one) or ".+" for one in part.values)
    return ""


def test_both_are_found() -> None:
    assert len(documented()) > 15
    assert len(given()) > 15


@pytest.mark.parametrize("reason", documented())
def test_each_reason_of_the_manual_is_given(reason: str) -> None:
    assert [one for one in given() if re.fullmatch(one, reason)]


@pytest.mark.parametrize("pattern", sorted(given()))
def test_each_reason_that_is_given_is_in_the_manual(pattern: str) -> None:
    assert [one for one in documented() if re.fullmatch(pattern, one)]
