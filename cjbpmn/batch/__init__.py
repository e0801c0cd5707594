"""Many models in one call: plan, run, one row a file."""

from __future__ import annotations

from cjbpmn.batch.plan import Job, Plan, WrongCall, is_folder, plan_jobs, refuse_overwriting
from cjbpmn.batch.run import (
    Message,
    Product,
    Row,
    Status,
    Task,
    bug_in_words,
    make_folder_for,
    process_file,
    run_jobs,
    status_of,
)
from cjbpmn.batch.tasks import (
    DrawMap,
    EnrichModel,
    FindPoints,
    FindWaits,
    StripModel,
    load_journey,
)

__all__ = [
    "DrawMap",
    "EnrichModel",
    "FindPoints",
    "FindWaits",
    "Job",
    "Message",
    "Plan",
    "Product",
    "Row",
    "Status",
    "StripModel",
    "Task",
    "WrongCall",
    "bug_in_words",
    "is_folder",
    "load_journey",
    "make_folder_for",
    "plan_jobs",
    "process_file",
    "refuse_overwriting",
    "run_jobs",
    "status_of",
]
