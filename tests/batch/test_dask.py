"""More than one machine, as far as one machine can show it: a scheduler and two workers as processes, one killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from batch_fakes import FakeReader, reviewer
from test_batch import counted, errors, go, rows, until

from jdclass.batch import Tally
from jdclass.errors import JdclassError
from jdclass.store import Store

pytest.importorskip("distributed", reason="the extra jdclass[dask] is not installed")

HERE = Path(__file__).parent
ADVERTS = 2_000


class Cluster:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
        until(lambda: self._file.exists() and self._file.stat().st_size > 0)
        # No nanny: what is killed stays dead.
        self.workers = [self.start_worker("--no-nanny") for _ in range(2)]

    def start_worker(self, *options: str) -> subprocess.Popen[bytes]:
        # One thread a worker: what a worker does holds the interpreter.
        return self._start("dask_worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", *options)

    def _start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self._file), *options]
        path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
        with (self._folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self._folder, env={**os.environ, "PYTHONPATH": path}, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    @property
    def address(self) -> str:
        import json

        return str(json.loads(self._file.read_text())["address"])

    def wait(self, workers: int) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()  # a nanny takes its worker with it
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    cluster = Cluster(folder)
    try:
        cluster.wait(2)
        yield cluster
    finally:
        cluster.close()


def fill(folder: Path) -> Path:
    """Half of the adverts in a corpus, half in files, some of each bad."""
    folder.mkdir()
    for number in range(ADVERTS // 2):
        bad = "FAIL" if number == 321 else ""
        (folder / f"{number:04}.txt").write_text(f"Nurse {number}\nLead the team{bad}\nSLEEP 0.004")
    lines = (f'{{"Manager {number}{"FAIL" if number == 123 else ""} SLEEP 0.004"\n' for number in range(ADVERTS // 2))
    (folder / "corpus.jsonl").write_text("".join(lines))
    return folder


def test_a_cluster_that_loses_a_worker_half_way_gives_the_same_store(cluster: Cluster, tmp_path: Path) -> None:
    jds = fill(tmp_path / "jds")
    killed: list[int] = []

    def kill(tally: Tally) -> None:
        if not killed and tally.reviewed >= ADVERTS // 2:
            cluster.workers[0].kill()
            killed.append(tally.reviewed)

    summary = go(jds, tmp_path / "run", workers=None, backend="dask", scheduler=cluster.address, progress=kill)
    assert killed
    assert killed[0] < ADVERTS * 0.8
    assert cluster.workers[0].wait(timeout=10) == -9
    assert cluster.workers[1].poll() is None
    assert counted(summary) == (ADVERTS - 2, 0, 2)
    go(jds, tmp_path / "local", workers=2)
    assert rows(tmp_path / "run") == rows(tmp_path / "local")
    assert counted(go(jds, tmp_path / "run", backend="dask", scheduler=cluster.address)) == (0, ADVERTS - 2, 2)


def few(folder: Path) -> Path:
    folder.mkdir()
    for number in range(8):
        (folder / f"{number}.txt").write_text(f"Nurse {number}" + ("\nDIE" if number == 7 else ""))
    return folder


def test_a_file_that_kills_its_workers_is_a_failure(cluster: Cluster, tmp_path: Path) -> None:
    """dask starts workers again, gives the job to some of them, then gives up: which joblib alone does not notice."""
    for _ in range(2):
        cluster.start_worker("--nanny")
    cluster.wait(4)
    summary = go(few(tmp_path / "jds"), tmp_path / "run", backend="dask", scheduler=cluster.address)
    assert counted(summary) == (7, 0, 1)
    with Store.open(tmp_path / "run") as store:
        (failure,) = store.failures()
    assert (failure["path"], failure["error"]) == ("jds/7.txt", "WorkerDied")
    assert "(KilledWorker)" in failure["message"]


def test_a_cluster_that_loses_all_workers_ends_the_run_and_keeps_what_was_done(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jdclass.batch.pool.CLUSTER_SECONDS", 2)
    jds = fill(tmp_path / "jds")

    def kill(tally: Tally) -> None:
        if tally.reviewed >= ADVERTS // 4:
            for worker in cluster.workers:
                worker.kill()

    with pytest.raises(JdclassError, match=r"no worker lives long enough .* stored; the same command goes on"):
        go(jds, tmp_path / "run", backend="dask", scheduler=cluster.address, progress=kill, stalled=5.0)
    with Store.open(tmp_path / "run") as store:
        kept = store.counts().reviews
    assert kept >= ADVERTS // 4
    assert errors(tmp_path / "run").keys() <= {"jds/corpus.jsonl:124", "jds/0321.txt"}
    assert counted(go(jds, tmp_path / "run", workers=2))[:2] == (ADVERTS - 2 - kept, kept)


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jdclass.batch.pool.CLUSTER_SECONDS", 2)
    (tmp_path / "a.txt").write_text("Nurse")
    with pytest.raises(JdclassError, match=r"tcp://127\.0\.0\.1:9: no dask scheduler answers there"):
        go(tmp_path / "a.txt", tmp_path / "run", backend="dask", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(JdclassError, match="needs the address of a scheduler: --scheduler tcp://HOST:8786"):
        go(tmp_path / "a.txt", tmp_path / "run", backend="dask", open_reviewer=reviewer(), open_reader=FakeReader)
