"""Over a folder of models: enriched, opened in a modeller, saved, opened again, nothing lost.

    python benchmarks/modellers.py FOLDER [--every N] [--modeller bpmn-js | camunda-7 | camunda-8]
        [--placement pool | lane] [--journeys N] [--seconds N] [--log FILE]

A model on which the modeller, or bpmnlint, hangs is given up after some seconds: that is said of
the original and of the enriched file apart. With a log, a run that was stopped goes on where it
was: each line of the log is what came of one model.

It needs the modeller bench (see ``tests/modeller/README.md``).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import modeller_bench
import models
from modeller_bench import Job, Result, model_ids
from test_modeller import kinds, our_elements

import cjbpmn as cj

AT_ONCE = 30


def main(arguments: Sequence[str]) -> None:
    """Count what happens to the models."""
    options = parser().parse_args(arguments)
    done: dict[str, dict[str, Any]] = {}
    if options.log is not None and options.log.is_file():
        lines = options.log.read_text(encoding="utf-8").splitlines()
        done = {one["model"]: one for one in map(json.loads, lines)}
    paths = sorted(options.folder.rglob("*.bpmn"))[:: options.every]
    missing = [path for path in paths if str(path) not in done]
    for first in range(0, len(missing), AT_ONCE):
        with tempfile.TemporaryDirectory() as home:
            for told in look_at(missing[first : first + AT_ONCE], Path(home), options):
                done[told["model"]] = told
                if options.log is not None:
                    with options.log.open("a", encoding="utf-8") as log:
                        log.write(json.dumps(told) + "\n")
    report([done[str(path)] for path in paths])


def parser() -> argparse.ArgumentParser:
    """Return what can be said on the command line."""
    found = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    found.add_argument("folder", type=Path)
    found.add_argument("--every", type=int, default=1, help="take every so many-th model")
    found.add_argument(
        "--modeller", default="bpmn-js", choices=("bpmn-js", "camunda-7", "camunda-8")
    )
    found.add_argument("--placement", default="pool", choices=("pool", "lane"))
    found.add_argument("--journeys", type=int, default=1, help="how many journeys on one model")
    found.add_argument("--seconds", type=int, default=30, help="until a file is given up")
    found.add_argument("--log", type=Path, help="what came of each model; a run goes on from here")
    return found


def look_at(
    paths: Sequence[Path], home: Path, options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Take some models through the modeller."""
    jobs: dict[Path, list[Job]] = {}
    for number, path in enumerate(paths):
        try:
            enriched = enrich(path, home / f"{number}.bpmn", options)
        except cj.CjbpmnError as mistake:
            yield {"model": str(path), "not enriched": type(mistake).__name__}
            continue
        plain = Job(path, modeller=options.modeller, timeout=1000 * options.seconds)
        saved = home / f"{number}-saved.bpmn"
        jobs[path] = [
            replace(plain, save=home / f"{number}-plain.bpmn", lint="original"),
            replace(plain, file=enriched, save=saved, lint="original"),
            replace(plain, file=saved),
        ]
    results = iter(modeller_bench.run(job for some in jobs.values() for job in some))
    for path, done in jobs.items():
        before, after, again = next(results), next(results), next(results)
        told = compared(before, after, again)
        if before.ok and again.ok:
            told |= lost(done[0], done[1])
        yield {"model": str(path), **told}


def enrich(path: Path, target: Path, options: argparse.Namespace) -> Path:
    """Enrich a model with what is drafted from it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = cj.read_document(path)
        drafted = models.draft_journey(cj.build_graph(document))
        told = [drafted]
        for number in range(2, options.journeys + 1):
            kept = drafted.steps[number % 2 :: number]
            told.append(replace(drafted, name=f"Drafted {number}", steps=kept))
        cj.enrich_document(document, told, placement=options.placement)
        return document.write(target)


def compared(before: Result, after: Result, again: Result) -> dict[str, Any]:
    """Say what became of one model."""
    told: dict[str, Any] = {
        "opened before": before.ok,
        "opened after": after.ok,
        "given up before": before.given_up,
        "given up after": after.given_up,
        "slowest": max(before.ms, after.ms, again.ms),
    }
    if not (before.ok and after.ok):
        return told | {"errors": [before.error, after.error]}
    told["complaints"] = sorted(kinds(after.complaints) - kinds(before.complaints))
    told["findings"] = sorted(kinds(after.lint) - kinds(before.lint))
    told["opened again"] = again.ok
    return told


def lost(plain: Job, enriching: Job) -> dict[str, Any]:
    """Say how many elements of ours the modeller lost or changed.

    What stands on an element that it drops from the original too is counted apart.
    """
    dropped = model_ids(plain.file) - model_ids(plain.save) if plain.save else set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = Counter(our_elements(enriching.file))
        kept = Counter(our_elements(enriching.save)) if enriching.save else Counter()
    changed = (given - kept) + (kept - given)
    apart = sum(number for (host, *_), number in changed.items() if host in dropped)
    return {
        "ours": given.total(),
        "lost with what the modeller drops": apart,
        "intact": changed.total() == apart,
    }


def report(told: Sequence[dict[str, Any]]) -> None:
    """Print the numbers, and the models with which something is wrong."""
    counts: Counter[str] = Counter({"models": len(told)})
    for one in told:
        if "not enriched" in one:
            counts[f"not enriched: {one['not enriched']}"] += 1
            continue
        before, after = one["opened before"], one["opened after"]
        for what, is_so in {
            "enriched": True,
            "opened and saved before": before,
            "opened and saved after": after,
            "opened and saved only after": after and not before,
            "given up before": one["given up before"],
            "given up after": one["given up after"],
            "saved file opened again": one.get("opened again", False),
            "with every element of ours intact": one.get("intact", False),
            "elements of ours": one.get("ours", 0),
            "lost with what the modeller drops": one.get("lost with what the modeller drops", 0),
        }.items():
            counts[what] += is_so
        for what, is_so in {
            "opened and saved only before": before and not after,
            "given up only after": one["given up after"] and not one["given up before"],
            "with a new complaint": one.get("complaints"),
            "with a new kind of finding of bpmnlint": one.get("findings"),
            "not opened again": not one.get("opened again", True),
            "not intact": not one.get("intact", True),
        }.items():
            counts[what] += bool(is_so)
            if is_so:
                print(f"{what}: {one}")
    for what, number in counts.items():
        print(f"{number:6,}  {what}")
    for one in told:
        if one.get("given up before"):
            print("given up on before it was enriched:", one["model"])


if __name__ == "__main__":
    main(sys.argv[1:])
