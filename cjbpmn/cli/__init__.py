"""The command line: arguments in, exit code out."""

from __future__ import annotations

from cjbpmn.cli.commands import app, main

__all__ = ["app", "main"]
