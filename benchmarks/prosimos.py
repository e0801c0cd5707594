"""How exact and how fast one stretch is worked out, against a simulation in Prosimos.

    python benchmarks/prosimos.py PROSIMOS [--cases 10000] [--tasks 50]

Prosimos is a business process simulator of the University of Tartu. It is no part of this project:
make an environment of its own for it (``python -m venv``), install the package ``prosimos`` there
with pip, and give the command that it puts into the ``bin`` folder of that environment.

Both get the same model, with the same durations and probabilities: tasks in a line, a choice, a
parallel block and a loop. A customer asks at its start and is told at its end, so the wait of the
only stretch is what a case takes. Each task has people enough, and cases come far enough from each
other, that nobody ever queues. Times are those of the processor, of one run after another.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from cjbpmn.contacts import customer_side, find_contacts  # noqa: E402
from cjbpmn.customer import resolve_customer  # noqa: E402
from cjbpmn.distributions import (  # noqa: E402
    Distribution,
    Fixed,
    Gamma,
    LogNormal,
    Uniform,
    exponential,
)
from cjbpmn.document import read_document  # noqa: E402
from cjbpmn.durations import read_timings  # noqa: E402
from cjbpmn.graph import build_graph  # noqa: E402
from cjbpmn.waiting import find_waiting_stretches  # noqa: E402
from cjbpmn.waiting.passages.blocks import put_together  # noqa: E402
from cjbpmn.waiting.passages.rules import find_passages  # noqa: E402
from cjbpmn.waiting.playing.game import Game  # noqa: E402
from cjbpmn.waiting.reduction.intervals import Intervals  # noqa: E402
from cjbpmn.waiting.reduction.local import Reductions  # noqa: E402
from cjbpmn.waiting.search import find_structure  # noqa: E402
from cjbpmn.waiting.structure import Moment  # noqa: E402

HOUR = 3600.0
APART = 2000.0
"""Hours between two cases."""
PEOPLE = 3
MOST = 1e6
"""Hours at which Prosimos cuts off durations."""


@dataclass
class Model:
    """Nodes, flows with their probability, and durations."""

    nodes: list[tuple[str, str]] = field(default_factory=list)
    flows: list[tuple[str, str, float | None]] = field(default_factory=list)
    durations: dict[str, Distribution] = field(default_factory=dict)

    def task(self) -> str:
        """Add a task that takes some random time."""
        number = len(self.durations)
        name = f"T{number}"
        mean = 1 + number % 7
        kinds: tuple[Distribution, ...] = (
            exponential(mean),
            Uniform(mean / 2, 2 * mean),
            Gamma(2.5, mean / 2.5),
            LogNormal(mean, mean),
            Fixed(mean),
        )
        self.nodes.append(("task", name))
        self.durations[name] = kinds[number % len(kinds)]
        return name

    def gateway(self, kind: str) -> str:
        """Add a gateway."""
        name = f"G{len(self.nodes)}"
        self.nodes.append((f"{kind}Gateway", name))
        return name

    def flow(self, source: str, target: str, share: float | None = None) -> None:
        """Add a flow."""
        self.flows.append((source, target, share))

    def line(self, last: str, tasks: int, share: float | None = None) -> str:
        """Add tasks one after another."""
        for _ in range(tasks):
            name = self.task()
            self.flow(last, name, share)
            last, share = name, None
        return last

    def several(self, last: str, kind: str, tasks: int, shares: list[float | None]) -> str:
        """Add ways that part and meet again."""
        split, join = self.gateway(kind), self.gateway(kind)
        self.flow(last, split)
        for share in shares:
            self.flow(self.line(split, tasks, share), join)
        return join

    def loop(self, last: str, tasks: int, again: float) -> str:
        """Add tasks that are done again and again."""
        join, split = self.gateway("exclusive"), self.gateway("exclusive")
        self.flow(last, join)
        self.flow(self.line(join, tasks), split)
        self.flow(split, join, again)
        return self.line(split, 1, 1 - again)


def make_model(tasks: int) -> Model:
    """Make a model of about so many tasks: lines, and a fifth each of choice, block and loop."""
    model = Model([("startEvent", "S"), ("endEvent", "E")])
    fifth = tasks // 5
    last = model.line("S", fifth)
    last = model.several(last, "exclusive", fifth // 2, [0.7, 0.3])
    last = model.several(last, "parallel", fifth // 2, [None, None])
    last = model.loop(last, fifth - 1, 0.2)
    last = model.line(last, tasks - len(model.durations))
    model.flow(last, "E")
    return model


def bpmn(model: Model) -> bytes:
    """Write the model as BPMN."""
    nodes = "".join(
        f'<{kind} id="{name}" name="{name}">'
        + "".join(f"<incoming>{a}-{b}</incoming>" for a, b, _ in model.flows if b == name)
        + "".join(f"<outgoing>{a}-{b}</outgoing>" for a, b, _ in model.flows if a == name)
        + f"</{kind}>"
        for kind, name in model.nodes
    )
    flows = "".join(
        f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b, _ in model.flows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
        'targetNamespace="x"><collaboration id="c"><participant id="Client" name="Client"/>'
        '<participant id="Org" name="Org" processRef="p"/>'
        '<messageFlow id="m1" sourceRef="Client" targetRef="S"/>'
        '<messageFlow id="m2" sourceRef="E" targetRef="Client"/></collaboration>'
        f'<process id="p">{nodes}{flows}</process></definitions>'
    ).encode()


def parameters(model: Model) -> dict[str, object]:
    """Write durations, probabilities and people as Prosimos reads them; in seconds."""
    always = [
        {"from": "MONDAY", "to": "SUNDAY", "beginTime": "00:00:00", "endTime": "23:59:59.999999"}
    ]
    people = [
        {
            "id": f"R-{name}",
            "name": f"R-{name}",
            "cost_per_hour": "1",
            "amount": PEOPLE,
            "calendar": "always",
            "assignedTasks": [name],
        }
        for name in model.durations
    ]
    split = [
        name
        for kind, name in model.nodes
        if kind == "exclusiveGateway" and sum(a == name for a, _, _ in model.flows) > 1
    ]
    return {
        "resource_profiles": [{"id": "pool", "name": "pool", "resource_list": people}],
        "arrival_time_distribution": written(Fixed(APART)),
        "arrival_time_calendar": always,
        "gateway_branching_probabilities": [
            {
                "gateway_id": name,
                "probabilities": [
                    {"path_id": f"{a}-{b}", "value": share}
                    for a, b, share in model.flows
                    if a == name
                ],
            }
            for name in split
        ],
        "task_resource_distribution": [
            {"task_id": name, "resources": [{"resource_id": f"R-{name}", **written(duration)}]}
            for name, duration in model.durations.items()
        ],
        "resource_calendars": [{"id": "always", "name": "always", "time_periods": always}],
    }


def written(duration: Distribution) -> dict[str, object]:
    """Write one duration as Prosimos reads it."""
    match duration:
        case Fixed():
            name, numbers = "fix", [duration.hours]
        case Uniform():
            name, numbers = "uniform", [duration.low, duration.high]
        case Gamma(shape=1):
            name, numbers = "expon", [duration.mean, 0, MOST]
        case Gamma():
            variance = duration.shape * duration.scale**2 * HOUR
            name, numbers = "gamma", [duration.mean, variance, 0, MOST]
        case LogNormal():
            name, numbers = "lognorm", [duration.mean, duration.deviation**2 * HOUR, 0, MOST]
        case _:
            raise TypeError(duration)
    values = [{"value": number * HOUR} for number in numbers]
    return {"distribution_name": name, "distribution_params": values}


def simulate(command: str, model: Model, cases: int) -> tuple[np.ndarray, float]:
    """Let Prosimos simulate so many cases; return how long each took, and the seconds it needed."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "model.bpmn").write_bytes(bpmn(model))
        (place / "model.json").write_text(json.dumps(parameters(model)))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [
                command,
                "start-simulation",
                f"--bpmn_path={place / 'model.bpmn'}",
                f"--json_path={place / 'model.json'}",
                f"--total_cases={cases}",
                f"--log_out_path={place / 'log.csv'}",
                "--starting_at=2030-01-01 00:00:00.000000+00:00",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = read_log(place / "log.csv")
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def read_log(path: Path) -> np.ndarray:
    """Return how long each case of a log took, in hours."""
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            begin = datetime.fromisoformat(row["enable_time"])
            end = datetime.fromisoformat(row["end_time"])
            case = row["case_id"]
            first[case] = min(begin, first.get(case, begin))
            last[case] = max(end, last.get(case, end))
    return np.array([(last[case] - first[case]).total_seconds() / HOUR for case in first])


def seconds(do: Callable[[], object], times: int = 7) -> float:
    """Return the middle of several times, of the processor."""
    found = []
    for _ in range(times):
        started = time.process_time()
        do()
        found.append(time.process_time() - started)
    return sorted(found)[times // 2]


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prosimos", help="the command, in an environment of its own")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, default=50)
    arguments = parser.parse_args()
    model = make_model(arguments.tasks)
    graph = build_graph(read_document(bpmn(model)))
    likely = {f"{a}-{b}": share for a, b, share in model.flows if share is not None}
    timings = read_timings(graph, model.durations, probabilities=likely)

    def work_out() -> tuple[float, float]:
        customers = resolve_customer(graph, ["Client"])
        contacts = find_contacts(graph, customers)
        structure, _ = find_structure(graph, contacts, customer_side(graph, customers))
        found = find_passages(Game(structure, timings))
        put_together(found)
        reduced = Reductions(found, Intervals(found)).reduce(Moment("E"))
        return reduced.expected, reduced.spread.percentile(0.9) or 0.0

    mean, most = work_out()
    alone = seconds(work_out)
    whole = seconds(lambda: find_waiting_stretches(graph, timings, ["Client"]))
    took, theirs = simulate(arguments.prosimos, model, arguments.cases)
    number = len(took)
    error = took.std(ddof=1) / math.sqrt(number)
    # The 95 % interval of a percentile lies between two ranks of the sample.
    ranks = 0.9 * number + np.array([-1.96, 1.96]) * math.sqrt(0.09 * number)
    low, high = np.sort(took)[np.clip(ranks.astype(int), 0, number - 1)]
    print(f"{len(model.durations)} tasks, {number} cases; times in hours")
    print(f"{'':<14}{'expected':>12}{'P90':>12}{'seconds':>12}{'ratio':>9}")
    print(f"{'Prosimos':<14}{took.mean():>12.4f}{np.quantile(took, 0.9):>12.4f}{theirs:>12.2f}")
    print(f"{'  95 % within':<14}{'+-':>3}{1.96 * error:>9.4f}{low:>12.4f} to {high:.4f}")
    for name, cost in (("worked out", alone), ("whole report", whole)):
        print(f"{name:<14}{mean:>12.4f}{most:>12.4f}{cost:>12.4f}{theirs / cost:>9.0f}")


if __name__ == "__main__":
    main()
