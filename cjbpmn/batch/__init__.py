"""Many models in one call: plan, run, one row a file."""

from __future__ import annotations

from cjbpmn.batch.journey_files import (
    ComparedJourneys,
    gather,
    is_table,
    load_journey,
    load_journeys,
    load_times,
)
from cjbpmn.batch.journeys import (
    DraftJourney,
    ExtractJourney,
    journeys_in_words,
    write_journeys,
)
from cjbpmn.batch.plan import (
    Job,
    Plan,
    WrongCall,
    demand_ending,
    is_folder,
    models_in,
    plan_jobs,
    refuse_overwriting,
)
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
)

__all__ = [
    "ComparedJourneys",
    "DraftJourney",
    "DrawMap",
    "EnrichModel",
    "ExtractJourney",
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
    "demand_ending",
    "gather",
    "is_folder",
    "is_table",
    "journeys_in_words",
    "load_journey",
    "load_journeys",
    "load_times",
    "make_folder_for",
    "models_in",
    "plan_jobs",
    "process_file",
    "refuse_overwriting",
    "run_jobs",
    "status_of",
    "write_journeys",
]
