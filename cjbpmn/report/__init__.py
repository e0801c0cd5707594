"""Results for people and for other programs: tables, CSV, spreadsheets and JSON."""

from __future__ import annotations

from cjbpmn.report.exports import (
    Form,
    Result,
    print_tables,
    render,
    to_csv,
    to_json,
    to_text,
    to_xlsx,
)
from cjbpmn.report.points import ModelPoints
from cjbpmn.report.printable import printable
from cjbpmn.report.waits import ModelWaits

__all__ = [
    "Form",
    "ModelPoints",
    "ModelWaits",
    "Result",
    "print_tables",
    "printable",
    "render",
    "to_csv",
    "to_json",
    "to_text",
    "to_xlsx",
]
