"""A whole corpus into a run folder by one worker and by two: time, share of the parent, memory. Not a test.

    python tests/benchmarks/workers.py ADVERTS.jsonl.gz [--adverts 14659] [--few 1000] [--workers 2]

The pool is warm: a few adverts are reviewed before the clock starts. The memory is the parent's peak over the whole
run, once with a few adverts and once with all, each in a process of its own. Run it on a machine with nothing else to
do: the gain of a second worker is one of wall time, and only wall time shows it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

# Measured within: CPU of this process alone, wall time, peak memory.
RUN = """
import json, resource, sys, time
from pathlib import Path
from jdclass.batch import review_folder
warm, corpus, run, workers = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
review_folder([warm], run / "warm", workers=workers)
wall, cpu = time.perf_counter(), time.process_time()
summary = review_folder([corpus], run / "run", workers=workers)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([summary.reviewed, summary.failed, wall, cpu, peak]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adverts", type=Path)
    parser.add_argument("--adverts", dest="number", type=int)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with gzip.open(options.adverts) as stream:
            lines = list(islice(stream, options.number))
        for label, part in (("warm", lines[:200]), ("few", lines[: options.few]), ("all", lines)):
            with gzip.open(home / f"{label}.jsonl.gz", "wb") as packed:
                packed.writelines(part)
        many = options.workers
        print("| adverts | workers | failed | wall s | adverts a second | parent CPU s | share | parent peak MB |")
        print("|---|---|---|---|---|---|---|---|")
        walls: dict[int, float] = {}
        for label, workers in (("few", many), ("all", 1), ("all", many)):
            arguments = [str(home / "warm.jsonl.gz"), str(home / f"{label}.jsonl.gz"), str(home / f"{label}{workers}")]
            command = [sys.executable, "-c", RUN, *arguments, str(workers)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            reviewed, failed, wall, cpu, peak = json.loads(done.stdout)
            if label == "all":
                walls[workers] = wall
            # With one worker the parent does the work; with more its share is of all the CPU that was used.
            share = f"{cpu / (walls[1] + cpu):.1%}" if workers > 1 and 1 in walls else ""
            print(
                f"| {reviewed + failed:,} | {workers} | {failed} | {wall:.1f} | {reviewed / wall:,.0f} | {cpu:.2f}",
                end="",
            )
            print(f" | {share} | {peak:.0f} |", flush=True)
        print(f"\n{many} workers are {walls[1] / walls[many]:.2f} times as fast as one.")


if __name__ == "__main__":
    main()
