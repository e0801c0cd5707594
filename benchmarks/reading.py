"""Compare reading and writing with raw lxml, in one run on the same bytes.

``python benchmarks/reading.py [FILE ...]`` prints, for each file and for generated models of 1,000,
10,000 and 100,000 tasks, the median times and their ratios to raw lxml's, and the peak memory of
reading, editing and writing in a process of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from models import chain

from cjbpmn.document import read_document

SIZES = (1_000, 10_000, 100_000)
PARSER = etree.XMLParser(resolve_entities=False, huge_tree=False)


def median_ms(job: Callable[[], object], runs: int) -> float:
    """Run a job once to warm up, then time it."""
    job()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        job()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def parse(data: bytes) -> etree._Element:
    return etree.fromstring(data, PARSER)


def parse_and_serialise(data: bytes) -> bytes:
    return etree.tostring(parse(data), encoding="UTF-8")


def read_and_write(data: bytes) -> bytes:
    return read_document(data).to_bytes()


def edit(data: bytes) -> bytes:
    """Rename one activity in the middle of the file."""
    document = read_document(data)
    named = [element for element in document.root[-2].iter("{*}*") if element.get("name")]
    (named[len(named) // 2] if named else document.root).set("name", "Renamed")
    return document.to_bytes()


def peak_mb(job: str, path: Path) -> float:
    """Return the peak memory of a job in a fresh process, less that of the imports alone."""
    done = subprocess.run(
        [sys.executable, __file__, "--job", job, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def measure(name: str, data: bytes, folder: Path) -> None:
    runs = max(3, min(200, 20_000_000 // len(data)))
    path = folder / "model.bpmn"
    path.write_bytes(data)
    raw, whole = (
        median_ms(lambda: parse(data), runs),
        median_ms(lambda: parse_and_serialise(data), runs),
    )
    read = median_ms(lambda: read_document(data), runs)
    unedited = median_ms(lambda: read_and_write(data), runs)
    edited = median_ms(lambda: edit(data), runs)
    memory = {job: peak_mb(job, path) for job in ("raw", "edit")}
    print(
        f"{name:28} {len(data) / 1000:9,.0f} kB"
        f" {raw:9.2f} {whole:9.2f} {read:9.2f} {unedited:9.2f} {edited:9.2f}"
        f" {read / raw:6.2f} {(unedited - read) / raw:6.2f} {edited / whole:6.2f}"
        f" {memory['edit'] / max(1, memory['raw']):6.2f}"
    )


def run_job(job: str, path: Path) -> None:
    """Do one job and print the peak memory that it added, in MB."""
    before = peak_kb()
    data = path.read_bytes()
    {"raw": parse_and_serialise, "edit": edit}[job](data)
    print((peak_kb() - before) / 1024)


def peak_kb() -> int:
    """Return the peak memory of this process; that of its parent does not count, as in getrusage."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def main() -> None:
    """Measure all."""
    if sys.argv[1:2] == ["--job"]:
        run_job(sys.argv[2], Path(sys.argv[3]))
        return
    print(
        f"{'':28} {'':12} {'parse':>9} {'+write':>9} {'read':>9} {'unedited':>9} {'edited':>9}"
        f" {'read':>6} {'write':>6} {'edit':>6} {'memory':>6}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for path in map(Path, sys.argv[1:]):
            measure(path.name, path.read_bytes(), Path(folder))
        for size in SIZES:
            measure(f"{size:,} tasks", chain(size), Path(folder))


if __name__ == "__main__":
    main()
