"""Fuzz cjbpmn with mutants of real models, and print what was found.

Run it as ``python benchmarks/fuzz.py --mutants 100000 --seed 1 --workers 2``. Mutant n is the
same in every run; with ``--state`` the counts are kept in a file, and a run goes on where the
last one stopped. ``--show N`` writes mutant N to standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fuzzing.mutate import Seeds, make_recipe, mutate  # noqa: E402
from fuzzing.oracle import judge  # noqa: E402

BATCH = 100
EXAMPLES = 5
MEMORY = 4 * 1024**3  # bytes; what takes more is a finding

Findings = dict[str, list[object]]


def corpus_folder() -> Path:
    """Return the folder of real models."""
    return Path(os.environ.get("CJBPMN_CORPUS", ROOT.parent / "shared" / "corpus"))


@cache
def load() -> Seeds:
    """List the models, once in each process."""
    return Seeds.of(corpus_folder())


def make_mutant(number: int) -> tuple[str, bytes, str]:
    """Return the kind of a mutant, its bytes, and how it was made."""
    path = load().choose(number)
    kind, recipe = make_recipe(number)
    made = f"{path.relative_to(corpus_folder()).as_posix()} {list(recipe)}"
    return kind, mutate(path.read_bytes(), recipe), made


def run_batch(numbers: range) -> tuple[Counter[str], list[tuple[str, str]]]:
    """Judge some mutants; return the counts, and the findings with an example each."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    counts: Counter[str] = Counter()
    found = []
    for number in numbers:
        kind, data, made = make_mutant(number)
        verdict = judge(data, number)
        outcome = "finding" if verdict.finding else f"refused by {verdict.refused}"
        counts[f"{kind}|{outcome if verdict.finding or verdict.refused else 'accepted'}"] += 1
        if verdict.finding:
            found.append((verdict.finding, f"mutant {number}: {made}: {verdict.detail}"))
    return counts, found


class Tally:
    """The counts so far, and where the next run goes on."""

    def __init__(self, path: Path | None, seed: int) -> None:
        self.path = path
        self.seed = seed
        kept = json.loads(path.read_text()) if path is not None and path.is_file() else {}
        if kept and kept["seed"] != seed:
            raise SystemExit(f"{path} belongs to seed {kept['seed']}")
        self.done: int = kept.get("done", 0)
        self.counts: Counter[str] = Counter(kept.get("counts", {}))
        self.findings: dict[str, list[str]] = kept.get("findings", {})
        self.times: Counter[str] = Counter(kept.get("times", {}))

    def add(self, numbers: range, counts: Counter[str], found: list[tuple[str, str]]) -> None:
        """Count a batch, and keep the counts."""
        self.done += len(numbers)
        self.counts += counts
        for finding, example in found:
            self.times[finding] += 1
            examples = self.findings.setdefault(finding, [])
            if len(examples) < EXAMPLES:
                examples.append(example)
        if self.path is not None:
            kept = {name: getattr(self, name) for name in ("seed", "done", "counts", "findings")}
            self.path.write_text(json.dumps(kept | {"times": self.times}, indent=1))

    def table(self) -> Iterator[str]:
        """Yield the lines of the report."""
        kinds = sorted({key.partition("|")[0] for key in self.counts})
        outcomes = sorted({key.partition("|")[2] for key in self.counts})
        width = max([len(outcome) for outcome in outcomes] + [8])
        yield f"{'mutants':16}" + "".join(f" {one:>{width}}" for one in [*outcomes, "all"])
        for kind in [*kinds, "all"]:
            row = [self._count(kind, outcome) for outcome in outcomes]
            yield f"{kind:16}" + "".join(f" {one:>{width},}" for one in [*row, sum(row)])
        yield f"\n{len(self.findings)} distinct findings"
        for finding, times in self.times.most_common():
            yield f"{times:>7,}  {finding}\n         {self.findings[finding][0][:400]}"

    def _count(self, kind: str, outcome: str) -> int:
        return sum(
            count
            for key, count in self.counts.items()
            if key.partition("|")[2] == outcome and kind in {"all", key.partition("|")[0]}
        )


def fuzz(tally: Tally, mutants: int, workers: int) -> None:
    """Judge mutants until there are enough."""
    first = tally.seed * 10**9
    started, before = time.monotonic(), tally.done
    batches = [
        range(first + start, first + min(start + BATCH, mutants))
        for start in range(tally.done, mutants, BATCH)
    ]
    with ProcessPoolExecutor(workers) as pool:
        for numbers, (counts, found) in zip(batches, pool.map(run_batch, batches), strict=True):
            tally.add(numbers, counts, found)
            rate = (tally.done - before) / (time.monotonic() - started)
            if tally.done % (10 * BATCH) == 0:
                print(f"{tally.done:,} of {mutants:,}, {rate:.0f} a second", file=sys.stderr)


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other mutants")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--state", type=Path, help="a JSON file to go on from")
    parser.add_argument("--show", type=int, help="write this one mutant to standard output")
    arguments = parser.parse_args()
    if arguments.show is not None:
        sys.stdout.buffer.write(make_mutant(arguments.show)[1])
        return
    tally = Tally(arguments.state, arguments.seed)
    fuzz(tally, arguments.mutants, arguments.workers)
    print("\n".join(tally.table()))


if __name__ == "__main__":
    main()
