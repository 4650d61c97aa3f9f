"""Kills and other faults, at random moments of real runs: is anything lost, doubled or different? Not a test.

    python tests/benchmarks/faults.py [--kills 20] [--copies 3] [--seed 1]

Reviews the open corpus, as files and as a corpus, with the shipped model and two workers. A run is killed (kill -9) at
a random moment and goes on, until it gets through; then the next begins. After each kill the rows in the store must be
rows of an undisturbed run; at the end of each run the stores must be equal, row for row. The same for killed workers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from jdclass.errors import StoreError
from jdclass.store import FILE_NAME, Store

OPEN = Path(__file__).resolve().parents[2] / "corpora" / "open" / "roles.jsonl"
RUN = """
import sys
from pathlib import Path
from jdclass.batch import review_folder
summary = review_folder([Path(sys.argv[1])], Path(sys.argv[2]), workers=2)
print(summary.reviewed, summary.skipped, summary.failed)
"""
Row = tuple[object, ...]


def fill(folder: Path, copies: int) -> Path:
    folder.mkdir()
    roles = [json.loads(line) for line in OPEN.read_text(encoding="utf-8").splitlines()]
    for copy in range(copies):
        for number, role in enumerate(roles):
            text = "\n".join(line["text"] for line in role["lines"]) if "lines" in role else role["text"]
            (folder / f"{copy}-{number:03}.txt").write_text(f"{role['title']}\n{text}\n{copy}", encoding="utf-8")
    (folder / "corpus.jsonl").write_bytes(OPEN.read_bytes() * copies)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 and no more")
    return folder


def rows(run: Path) -> list[Row]:
    # By way of the store, which rolls back what a killed run has left.
    try:
        Store.open(run).close()
    except StoreError:
        return []
    with contextlib.closing(sqlite3.connect(run / FILE_NAME)) as connection:
        return connection.execute("SELECT * FROM result ORDER BY path, record, part").fetchall()


def start(folder: Path, run: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(folder), str(run)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    found = []
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children():
            with contextlib.suppress(psutil.Error):
                command = " ".join(child.cmdline())
                if "LokyProcess" in command and child.status() != psutil.STATUS_ZOMBIE:
                    found.append(child)
    return found


@dataclass
class Tally:
    kills: int = 0
    runs: int = 0
    wrong: int = 0  # rows after a kill that an undisturbed run does not have
    lost: int = 0  # rows at the end that are missing, doubled or different
    again: int = 0  # reviews done twice, as the kill came before they were stored
    outlived: int = 0  # worker processes that did not end with their parent
    gave_up: int = 0  # runs that ended because no worker lived long enough to open the model
    unequal: int = 0  # runs whose store at the end was not the undisturbed one


def kill_parents(folder: Path, wanted: list[Row], seconds: float, kills: int, rng: random.Random, home: Path) -> Tally:
    tally = Tally()
    good = set(wanted)
    while tally.kills < kills:
        run = home / f"parent{tally.runs}"
        tally.runs += 1
        reviewed = 0
        while True:
            process = start(folder, run)
            before = len(rows(run))
            # Every other kill comes once rows are being stored, as opening the model takes long beside such a run.
            moment = rng.uniform(0, seconds) if tally.kills < kills else 1e9
            if tally.kills % 2 and tally.kills < kills:
                while process.poll() is None and len(rows(run)) == before:
                    time.sleep(0.05)
                moment = rng.uniform(0, seconds / 4)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=moment)
            if process.poll() is not None:
                break
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.communicate()
            stored = rows(run)
            tally.kills += 1
            tally.wrong += len([row for row in stored if row not in good]) + len(stored) - len(set(stored))
            _, alive = psutil.wait_procs(children, timeout=20)
            tally.outlived += len(alive)
            print(
                f"  parent killed after {moment:5.1f} s with {len(stored):4} of {len(wanted)} rows stored", flush=True
            )
            reviewed = len([row for row in stored if row[3] == "review"])
        out, err = process.communicate()
        if process.returncode:
            print(err)
        tally.again += max(0, reviewed - int(out.split()[1])) if out else 0
        compare(run, wanted, tally)
    return tally


def kill_workers(folder: Path, wanted: list[Row], seconds: float, kills: int, rng: random.Random, home: Path) -> Tally:
    tally = Tally()
    while tally.kills < kills:
        run = home / f"worker{tally.runs}"
        tally.runs += 1
        process = start(folder, run)
        while process.poll() is None and tally.kills < kills:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=rng.uniform(0, seconds / 2))
            if found := workers(process):
                with contextlib.suppress(psutil.Error):
                    rng.choice(found).kill()
                    tally.kills += 1
                    print(f"  worker killed, {tally.kills} of {kills}", flush=True)
        _, err = process.communicate()
        if process.returncode:  # so many killed at the start that it gave up: the same command goes on
            tally.gave_up += 1
            print(err)
            start(folder, run).communicate()
        compare(run, wanted, tally)
    return tally


def compare(run: Path, wanted: list[Row], tally: Tally) -> None:
    found = rows(run)
    tally.lost += len(set(wanted) ^ set(found)) + abs(len(found) - len(set(found)))
    tally.unequal += found != wanted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    home = Path(tempfile.mkdtemp(prefix="jdclass-faults-"))
    try:
        folder = fill(home / "jds", options.copies)
        began = time.monotonic()
        process = start(folder, home / "undisturbed")
        print("undisturbed:", *process.communicate())
        seconds = time.monotonic() - began
        wanted = rows(home / "undisturbed")
        print(f"{len(wanted)} rows in {seconds:.1f} s", flush=True)
        parents = kill_parents(folder, wanted, seconds, options.kills, rng, home)
        killed = kill_workers(folder, wanted, seconds, options.kills, rng, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(
        "\n| kill -9 of | kills | runs | rows wrong after a kill | rows lost, doubled or different at the end", end=""
    )
    print(" | stores unequal | processes left over | runs that gave up |\n|---|---|---|---|---|---|---|---|")
    for name, tally in (("the parent", parents), ("a worker", killed)):
        print(f"| {name} | {tally.kills} | {tally.runs} | {tally.wrong} | {tally.lost}", end="")
        print(f" | {tally.unequal} | {tally.outlived} | {tally.gave_up} |")


if __name__ == "__main__":
    main()
