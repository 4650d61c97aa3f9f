"""A dask cluster on one machine reviews a corpus with the shipped model; one worker is killed half-way. Not a test.

    python tests/benchmarks/cluster.py ADVERTS.jsonl.gz [--adverts 2000]

A scheduler and two workers are processes of their own that speak over loopback. The store must equal the one of a local
run, row for row. tests/batch/test_dask.py does the same with a reviewer that takes no time.
"""

from __future__ import annotations

import argparse
import gzip
import sqlite3
import sys
import tempfile
from contextlib import closing
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "batch"))

from test_dask import Cluster  # the folder of the tests is on the path now

from jdclass.batch import Tally, review_folder
from jdclass.store import FILE_NAME


def rows(run: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(run / FILE_NAME)) as connection:
        return connection.execute("SELECT * FROM result ORDER BY path, record, part").fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adverts", type=Path)
    parser.add_argument("--adverts", dest="number", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        corpus = home / "adverts.jsonl"
        with gzip.open(options.adverts) as stream:
            corpus.write_bytes(b"".join(islice(stream, options.number)))
        (home / "cluster").mkdir()
        cluster = Cluster(home / "cluster")
        killed: list[int] = []

        def kill(tally: Tally) -> None:
            if not killed and tally.reviewed >= options.number // 2:
                cluster.workers[0].kill()
                killed.append(tally.reviewed)

        try:
            cluster.wait(2)
            print(review_folder([corpus], home / "run", backend="dask", scheduler=cluster.address, progress=kill))
        finally:
            cluster.close()
        print(f"one of two workers was killed at {killed[0]:,} of {options.number:,}")
        print(review_folder([corpus], home / "local", workers=2))
        print("equal, row for row:", rows(home / "run") == rows(home / "local"))


if __name__ == "__main__":
    main()
