"""A folder to a run folder: the same store whatever the number of workers, however often the run was cut short."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from batch_fakes import FakeReader, FakeReviewer, reviewer

import jdclass.store
from jdclass.batch import Summary, Tally, review_folder
from jdclass.batch.feed import RECORDS
from jdclass.document import ModelName, Review
from jdclass.errors import DocumentError, JdclassError, ModelError, StoreError
from jdclass.store import FILE_NAME, Counts, Store

HERE = Path(__file__).parent
Rows = list[tuple[Any, ...]]


def go(inputs: Path | list[Path], run: Path, *, version: str = "1", **options: Any) -> Summary:
    options.setdefault("workers", 1)
    options.setdefault("open_reviewer", reviewer(version))
    options.setdefault("open_reader", FakeReader)
    return review_folder(inputs if isinstance(inputs, list) else [inputs], run, **options)


def counted(summary: Summary) -> tuple[int, int, int]:
    return summary.reviewed, summary.skipped, summary.failed


def rows(run: Path) -> Rows:
    """Everything that a store holds, in order; its rows have no times."""
    with sqlite3.connect(run / FILE_NAME) as connection:
        found = connection.execute("SELECT * FROM result ORDER BY path, record, part").fetchall()
        found += connection.execute("SELECT * FROM about ORDER BY key").fetchall()
        found += connection.execute("SELECT * FROM input ORDER BY label").fetchall()
    connection.close()
    return found


def ids(run: Path) -> list[str]:
    with Store.open(run) as store:
        return [review["id"] for review in store.reviews()]


def errors(run: Path) -> dict[str, str]:
    with Store.open(run) as store:
        return {
            failure["path"] + (f":{failure['record']}" if failure["record"] else ""): failure["error"]
            for failure in store.failures()
        }


def fill(folder: Path, *, files: int = 40, records: int = 150) -> Path:
    """A folder of all that goes well and of what does not."""
    folder.mkdir(exist_ok=True)
    for number in range(files):
        (folder / f"{number:03}.txt").write_text(f"Nurse {number}\nLead the team\nHold the budget of ward {number}")
    (folder / "bad.txt").write_text("Porter\nFAIL")
    (folder / "boom.txt").write_text("Clerk\nBOOM")
    (folder / "two.zip").write_text("Matron\nTWO")
    (folder / "none.zip").write_text("NONE")
    lines = [f"Manager {number}" for number in range(records)]
    lines[7] += " FAIL"
    (folder / "plain.jsonl").write_text("".join(f'{{"{line}"\n' for line in lines))
    (folder / "packed.jsonl.gz").write_bytes(gzip.compress("".join(f'{{"{line}"\n\n' for line in lines).encode()))
    return folder


FAILURES = {
    "jds/bad.txt": "DamagedFileError",
    "jds/boom.txt": "RuntimeError",
    "jds/none.zip": "NothingFoundError",
    "jds/plain.jsonl:8": "DamagedFileError",
    "jds/packed.jsonl.gz:15": "DamagedFileError",
}


@pytest.fixture
def jds(tmp_path: Path) -> Path:
    return fill(tmp_path / "jds")


@pytest.fixture
def undisturbed(jds: Path, tmp_path: Path) -> Rows:
    go(jds, tmp_path / "undisturbed")
    return rows(tmp_path / "undisturbed")


def test_every_file_and_record_is_a_review_or_a_failure(jds: Path, tmp_path: Path) -> None:
    summary = go(jds, tmp_path / "run")
    assert counted(summary) == (40 + 2 + 2 * 149, 0, 5)
    assert not summary.interrupted
    assert errors(tmp_path / "run") == FAILURES
    wanted = [f"{number:03}.txt" for number in range(40)]
    wanted += [f"packed.jsonl.gz:{2 * number + 1}" for number in range(150) if number != 7]
    wanted += [f"plain.jsonl:{number + 1}" for number in range(150) if number != 7]
    assert ids(tmp_path / "run") == [*wanted, "two.zip/a", "two.zip/b"]
    with Store.open(tmp_path / "run") as store:
        assert store.counts() == Counts(340, 5, True)
        assert json.loads(store.about("model") or "") == FakeReviewer("1").model.to_dict()
        assert {review["source"]["path"] for review in store.reviews()} >= {"jds/000.txt", "jds/two.zip/a"}


def test_the_number_of_workers_changes_nothing(jds: Path, tmp_path: Path, undisturbed: Rows) -> None:
    go(jds, tmp_path / "run", workers=2)
    assert rows(tmp_path / "run") == undisturbed


def test_a_backend_without_streams_changes_nothing(jds: Path, tmp_path: Path, undisturbed: Rows) -> None:
    go(jds, tmp_path / "run", workers=2, backend="multiprocessing")
    assert rows(tmp_path / "run") == undisturbed


def test_an_unknown_backend_is_named(jds: Path, tmp_path: Path) -> None:
    with pytest.raises(JdclassError, match="backend 'abacus' is not one that joblib knows"):
        go(jds, tmp_path / "run", backend="abacus")


def test_a_second_run_reviews_nothing_and_tries_failures_again(jds: Path, tmp_path: Path, undisturbed: Rows) -> None:
    for workers in (1, 2):
        go(jds, tmp_path / "run", workers=workers)
        assert counted(go(jds, tmp_path / "run", workers=workers)) == (0, 340, 5)
        assert rows(tmp_path / "run") == undisturbed
    assert counted(go(jds, tmp_path / "run", fresh=True)) == (340, 0, 5)


def test_only_what_is_new_or_changed_is_reviewed(jds: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    go(jds, run)
    before = os.stat(jds / "001.txt")  # noqa: PTH116
    (jds / "001.txt").write_text((jds / "001.txt").read_text().replace("Nurse", "Baker"))
    os.utime(jds / "001.txt", ns=(before.st_atime_ns, before.st_mtime_ns))  # neither size nor time tells
    (jds / "bad.txt").write_text("Porter\nnow it can be read")
    (jds / "000.txt").unlink()
    (jds / "new.txt").write_text("New")
    lines = (jds / "plain.jsonl").read_text().splitlines()
    lines[3] = '{"changed"'
    lines[4] = ""
    (jds / "plain.jsonl").write_text("\n".join(lines[:100]) + "\n")
    assert counted(go(jds, run)) == (4, 340 - 1 - 1 - 2 - 50, 4)
    again = tmp_path / "again"
    go(jds, again)
    assert rows(run) == rows(again)


def test_another_model_or_option_reviews_again(jds: Path, tmp_path: Path) -> None:
    go(jds, tmp_path / "run")
    assert counted(go(jds, tmp_path / "run", version="2")) == (340, 0, 5)
    with Store.open(tmp_path / "run") as store:
        assert {review["model"]["version"] for review in store.reviews()} == {"2"}
    assert counted(go(jds, tmp_path / "run", version="2", keep_contacts=True)) == (340, 0, 5)
    assert counted(go(jds / "000.txt", tmp_path / "run", version="2", keep_contacts=True, title="X")) == (1, 0, 0)
    assert counted(go(jds, tmp_path / "run", version="2", keep_contacts=True)) == (1, 339, 5)


def test_a_file_may_become_a_corpus_and_a_corpus_a_file(jds: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    go(jds, run)
    (jds / "plain.jsonl").write_text("no record")
    go(jds, run)
    assert [id for id in ids(run) if id.startswith("plain")] == ["plain.jsonl"]
    (jds / "plain.jsonl").write_text('{"one"\n{"two"\n')
    go(jds, run)
    assert [id for id in ids(run) if id.startswith("plain")] == ["plain.jsonl:1", "plain.jsonl:2"]


def test_rows_of_other_inputs_stay(tmp_path: Path) -> None:
    run = tmp_path / "run"
    one, two = fill(tmp_path / "one", files=3, records=8), fill(tmp_path / "two", files=3, records=8)
    go(one, run)
    go(two, run)
    both = tmp_path / "both"
    go([one, two], both)
    assert rows(run) == rows(both)
    (one / "000.txt").unlink()
    (one / "001.txt").write_text("Changed")
    assert counted(go(one / "001.txt", run)) == (1, 0, 0)
    assert ids(run).count("001.txt") == 2
    assert ids(run).count("000.txt") == 2, "only what lies under the inputs of this run is judged"
    go(one, run)
    assert ids(run).count("000.txt") == 1


def test_a_folder_around_an_earlier_input_takes_its_rows_over(tmp_path: Path) -> None:
    fill(tmp_path / "jds", files=3, records=8)
    inner = fill(tmp_path / "jds" / "inner", files=3, records=8)
    go(inner, tmp_path / "run")
    go(tmp_path / "jds", tmp_path / "run")
    go(tmp_path / "jds", tmp_path / "once")
    assert rows(tmp_path / "run") == rows(tmp_path / "once")


def test_rows_are_taken_over_even_if_the_run_that_should_have_was_cut_short(tmp_path: Path) -> None:
    fill(tmp_path / "jds", files=3, records=8)
    inner = fill(tmp_path / "jds" / "inner", files=3, records=8)
    run = tmp_path / "run"
    go(inner, run)
    assert go(tmp_path / "jds", run, progress=lambda tally: signal.raise_signal(signal.SIGINT)).interrupted
    go(inner, run)
    go(tmp_path / "jds", run)
    go(tmp_path / "jds", tmp_path / "once")
    assert rows(run) == rows(tmp_path / "once")


class Wordless(FakeReviewer):
    def review_many(self, roles: Any) -> Iterator[Review]:
        for role in roles:
            if role.title == "Nurse 5":
                raise DocumentError("no words in it")
            yield self._review(role)


def test_a_document_that_cannot_be_reviewed_is_a_failure_by_its_own_name(jds: Path, tmp_path: Path) -> None:
    assert counted(go(jds, tmp_path / "run", open_reviewer=partial(Wordless, "1"))) == (339, 0, 6)
    with Store.open(tmp_path / "run") as store:
        (failure,) = (f for f in store.failures() if f["path"] == "jds/005.txt")
    assert (failure["error"], failure["message"]) == ("DocumentError", "no words in it")


def test_a_moved_folder_is_not_reviewed_again(jds: Path, tmp_path: Path) -> None:
    go(jds, tmp_path / "run")
    (tmp_path / "archive").mkdir()
    moved = jds.rename(tmp_path / "archive" / "jds")
    assert counted(go(moved, tmp_path / "run")) == (0, 340, 5)


def test_a_run_folder_within_the_input_is_not_reviewed(jds: Path) -> None:
    go(jds, jds / "run")
    (jds / "run" / "report.html").write_text("report")
    assert counted(go(jds, jds / "run")) == (0, 340, 5)


def test_a_folder_out_of_reach_costs_no_review(jds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    fill(jds / "share", files=2, records=8)
    go(jds, run)
    before = ids(run)
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if path.endswith("share"):
            raise OSError(107, "Transport endpoint is not connected", path)
        return scandir(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse)
        go(jds, run)
    assert ids(run) == before
    assert errors(run)["jds/share"] == "FolderNotListedError"
    go(jds, run)
    assert ids(run) == before
    assert "jds/share" not in errors(run)


def test_a_corpus_cut_short_keeps_what_was_reviewed(tmp_path: Path) -> None:
    corpus, run = tmp_path / "c.jsonl.gz", tmp_path / "run"
    rng = random.Random(1)
    whole = gzip.compress("".join(f'{{"{n} {rng.random()}"\n' for n in range(500)).encode())
    corpus.write_bytes(whole)
    assert counted(go(corpus, run)) == (500, 0, 0)
    corpus.write_bytes(whole[: len(whole) // 2])
    summary = go(corpus, run)
    assert summary.failed == 1
    assert 200 < summary.skipped < 300
    assert errors(run) == {"c.jsonl.gz": "DamagedFileError"}
    assert len(ids(run)) == 500, "the rest may be back when the file is whole again"
    corpus.write_bytes(whole)
    assert counted(go(corpus, run)) == (0, 500, 0)
    assert errors(run) == {}


def test_a_line_over_the_limit_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jdclass.read import Limits

    corpus = tmp_path / "c.jsonl"
    corpus.write_text('{"a"\n{"' + "x" * 200 + '"\n{"c"\n')
    assert counted(go(corpus, tmp_path / "run", limits=Limits(record_bytes=100))) == (2, 0, 1)
    with Store.open(tmp_path / "run") as store:
        (failure,) = store.failures()
    assert failure["message"] == "line 2 has more than 100 bytes, which is the limit"
    assert counted(go(corpus, tmp_path / "run")) == (1, 2, 0)


def test_what_is_not_unicode_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "jds"
    folder.mkdir()
    (folder / os.fsdecode(b"a\xff\n'.txt")).write_bytes(b"Nurse\n\xff\xfe and \xed\xa0\x80")
    go(folder, tmp_path / "run", workers=2)
    with Store.open(tmp_path / "run") as store:
        (review,) = store.reviews()
    assert review["id"] == "a�dcff\n'.txt"
    assert review["lines"][0]["text"] == "\udcff\udcfe and \udced\udca0\udc80"


def test_empty_inputs(tmp_path: Path) -> None:
    (tmp_path / "jds").mkdir()
    assert counted(go(tmp_path / "jds", tmp_path / "run")) == (0, 0, 0)
    with Store.open(tmp_path / "run") as store:
        assert store.counts() == Counts(0, 0, True)
    assert counted(go([], tmp_path / "run")) == (0, 0, 0)


def test_what_cannot_start_says_so_and_keeps_the_store(jds: Path, tmp_path: Path) -> None:
    go(jds, tmp_path / "run")
    before = ids(tmp_path / "run")
    with pytest.raises(DocumentError, match="gone: there is no such file or folder"):
        go([jds, tmp_path / "gone"], tmp_path / "run")
    for workers in (1, 2):
        with pytest.raises(ModelError, match="no model here"):
            go(jds, tmp_path / "run", open_reviewer=no_model, workers=workers)
    assert ids(tmp_path / "run") == before


def no_model() -> FakeReviewer:
    raise ModelError("no model here")


class Forgetful(FakeReviewer):
    """A worker with another model than the one that introduced itself, as on a cluster of mixed versions."""

    def __init__(self, seen: Path) -> None:
        super().__init__("1")
        if seen.exists():
            self.fingerprint = "2"
        seen.touch()


def test_workers_of_different_models_are_refused(jds: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="its model, data files or version of jdclass are not those of the other"):
        go(jds, tmp_path / "run", open_reviewer=partial(Forgetful, tmp_path / "seen"), workers=2)


def test_progress_counts_up_to_the_whole(jds: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        tallies: list[Tally] = []
        summary = go(jds, tmp_path / f"run{workers}", workers=workers, progress=tallies.append)
        last = tallies[-1]
        assert (last.reviewed, last.skipped, last.failed) == counted(summary)
        assert last.total_bytes == sum(path.stat().st_size for path in jds.iterdir())
        assert 0.98 * last.total_bytes <= last.done_bytes <= last.total_bytes
        assert [tally.done_bytes for tally in tallies] == sorted(tally.done_bytes for tally in tallies)


# Faults


def test_a_file_that_kills_its_worker_is_a_failure_and_the_others_are_reviewed(jds: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    (jds / "020-die.txt").write_text("Nurse\nDIE")
    (jds / "plain.jsonl").write_text("".join(f'{{"{n} {"DIE" if n == 70 else ""}"\n' for n in range(150)))
    assert counted(go(jds, run, workers=2)) == (341 - 1, 0, 4 + 2)
    found = errors(run)
    assert found["jds/020-die.txt"] == found["jds/plain.jsonl:71"] == "WorkerDied"
    with Store.open(run) as store:
        text = "the worker process ended twice while this was reviewed, the second time alone (SIGKILL(-9))"
        assert [f["message"] for f in store.failures() if f["path"] == "jds/020-die.txt"] == [text]


def test_a_worker_that_dies_once_costs_nothing(jds: Path, tmp_path: Path) -> None:
    (jds / "020-die.txt").write_text(f"Nurse\nDIE ONCE {tmp_path / 'died'}")
    assert counted(go(jds, tmp_path / "run", workers=2)) == (341, 0, 5)
    assert (tmp_path / "died").exists()
    go(jds, tmp_path / "undisturbed")
    assert rows(tmp_path / "run") == rows(tmp_path / "undisturbed")


def test_workers_that_give_no_answer_are_taken_for_dead(jds: Path, tmp_path: Path) -> None:
    (jds / "020-hang.txt").write_text("Nurse\nSLEEP 600")
    assert counted(go(jds, tmp_path / "run", workers=2, stalled=3.0)) == (340, 0, 6)
    assert errors(tmp_path / "run")["jds/020-hang.txt"] == "WorkerDied"


def test_a_clock_that_is_set_changes_nothing(
    jds: Path, tmp_path: Path, undisturbed: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten jumps of years, at answers of the workers, in the process that counts the time."""
    real, offset, jumps = time.time, [0.0], random.Random(3)

    def jump(tally: Tally) -> None:
        if jumps.random() < 0.5 and len(offset) <= 10:
            offset.append(jumps.uniform(-1e8, 1e8))

    for path in jds.glob("*.txt"):
        path.write_text(path.read_text() + "\nSLEEP 0.02")
    monkeypatch.setattr(time, "time", lambda: real() + offset[-1])
    go(jds, tmp_path / "run", workers=2, progress=jump)
    monkeypatch.undo()
    assert len(offset) > 3
    go(jds, tmp_path / "still")
    assert rows(tmp_path / "run") == rows(tmp_path / "still")


def test_a_file_that_changes_while_it_is_read_is_never_stored_half(jds: Path, tmp_path: Path) -> None:
    (jds / "log.txt").write_text("CHANGE")
    assert counted(go(jds, tmp_path / "run")) == (340, 0, 6)
    with Store.open(tmp_path / "run") as store:
        (failure,) = (f for f in store.failures() if f["path"] == "jds/log.txt")
    assert failure["error"] == "FileChangedError"
    assert failure["message"].startswith("changed while it was read, 3 times")


class Vanishing(FakeReader):
    def read(self, path: Path, **options: Any) -> Any:
        if path.name == "005.txt":
            path.unlink(missing_ok=True)
        if path.name == "006.txt" and "later" not in path.read_text():
            read = super().read(path, **options)
            path.write_text("Nurse\nlater")
            return read
        return super().read(path, **options)


def test_a_file_that_vanishes_while_it_is_read(jds: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert counted(go(jds, run, open_reader=Vanishing)) == (339, 0, 6)
    assert errors(run)["jds/005.txt"] == "NotReadableError"
    with Store.open(run) as store:
        (changed,) = (review for review in store.reviews() if review["id"] == "006.txt")
    assert changed["lines"][0]["text"] == "later", "what was read and what was hashed are the same"
    assert counted(go(jds, run)) == (0, 339, 5)
    assert "jds/005.txt" not in errors(run)


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(
    jds: Path, tmp_path: Path, undisturbed: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = jdclass.store._connect

    def small(path: Path, *, write: bool) -> sqlite3.Connection:
        connection = connect(path, write=write)
        connection.execute("PRAGMA max_page_count = 8")
        return connection

    monkeypatch.setattr("jdclass.batch.COMMIT_ROWS", 20)
    for workers in (1, 2):
        run = tmp_path / f"run{workers}"
        with monkeypatch.context() as patched:
            patched.setattr(jdclass.store, "_connect", small)
            with pytest.raises(StoreError, match=r"reviews\.sqlite: the disk is full .* run the same command again"):
                go(jds, run, workers=workers)
        with Store.open(run) as store:
            stored = store.counts()
            assert 0 < stored.reviews < 340
            assert not stored.complete
        assert counted(go(jds, run, workers=workers)) == (340 - stored.reviews, stored.reviews, 5)
        assert rows(run) == undisturbed


def test_two_runs_on_one_folder(jds: Path, tmp_path: Path, undisturbed: Rows) -> None:
    run = tmp_path / "run"

    def second(tally: Tally) -> None:
        with pytest.raises(StoreError, match="run: another run is writing this folder; wait for it or stop it"):
            go(jds, run)
        with Store.open(run) as store:  # but it can be read
            assert store.counts().reviews <= 340
            assert not store.counts().complete

    go(jds, run, progress=second)
    assert rows(run) == undisturbed


def started(jds: Path, run: Path, workers: int, after: str = "") -> subprocess.Popen[str]:
    """A run in a process of its own, in a session of its own as a terminal gives it; then `after`."""
    code = (
        "import sys; from pathlib import Path; from batch_fakes import *; from jdclass.batch import review_folder\n"
        "print(review_folder([Path(sys.argv[1])], Path(sys.argv[2]), open_reviewer=reviewer(),"
        " open_reader=FakeReader, workers=int(sys.argv[3])))\n" + after
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(jds), str(run), str(workers)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    for _ in range(int(seconds * 50)):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


def stored(run: Path) -> int:
    try:
        with Store.open(run) as store:
            return store.counts().reviews
    except StoreError:
        return 0


@pytest.fixture
def slow(jds: Path, tmp_path: Path) -> tuple[Path, Rows]:
    """A folder that takes some seconds, and its store."""
    for path in jds.glob("*.txt"):
        path.write_text(path.read_text() + "\nSLEEP 0.1")
    go(jds, tmp_path / "undisturbed", workers=2)
    return jds, rows(tmp_path / "undisturbed")


def test_killed_again_and_again_the_run_ends_with_the_same_store(slow: tuple[Path, Rows], tmp_path: Path) -> None:
    jds, undisturbed = slow
    run = tmp_path / "run"
    moments = random.Random(7)
    kept = killed = 0
    for workers in (2, 1, 2):
        process = started(jds, run, workers)
        until(lambda process=process: (run / FILE_NAME).exists() or process.poll() is not None)
        time.sleep(moments.uniform(0, 2.5))
        children = [] if process.poll() is not None else psutil.Process(process.pid).children(recursive=True)
        killed += process.poll() is None
        process.kill()
        process.communicate()
        assert stored(run) >= kept, "nothing is lost"
        kept = stored(run)
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == [], "no worker outlives its run"
    assert killed
    summary = go(jds, run, workers=2)
    assert summary.skipped >= kept
    assert summary.reviewed + summary.skipped == 340
    assert rows(run) == undisturbed


def loky_workers() -> list[psutil.Process]:
    """The worker processes of this one that are alive, without joblib's own helpers."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            command = " ".join(process.cmdline())
            if "loky" in command and "tracker" not in command and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def peak(folder: Path, run: Path) -> int:
    """The peak memory in kB of a parent process over a run; that of its children is not in it."""
    process = started(
        folder, run, 2, after="import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    out, err = process.communicate()
    assert process.returncode == 0, err
    return int(out.splitlines()[-1])


def test_the_parents_memory_does_not_grow_with_the_number_of_files(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    for folder, number in ((few, 500), (many, 7_330)):
        folder.mkdir()
        for file in range(number):
            (folder / f"a file with a name of usual length {file:05}.txt").write_text(f"Nurse {file}\nLead the team")
        (folder / "corpus.jsonl").write_text("".join(f'{{"Manager {n}", "{"text " * 100}"\n' for n in range(number)))
    assert peak(many, tmp_path / "run-many") <= 1.1 * peak(few, tmp_path / "run-few")
    assert stored(tmp_path / "run-many") == 14_660


def test_a_killed_worker_costs_nothing(slow: tuple[Path, Rows], tmp_path: Path) -> None:
    jds, undisturbed = slow
    killed: list[int] = []

    def kill(tally: Tally) -> None:
        if len(killed) < 2 and tally.reviewed > 60 * (1 + len(killed)):
            worker = random.Random(len(killed)).choice(loky_workers())
            killed.append(worker.pid)
            worker.kill()

    summary = go(jds, tmp_path / "run", workers=2, progress=kill)
    assert len(killed) == 2
    assert counted(summary) == (340, 0, 5)
    assert rows(tmp_path / "run") == undisturbed


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_stores_what_is_in_hand_and_the_next_run_goes_on(
    slow: tuple[Path, Rows], tmp_path: Path, workers: int
) -> None:
    jds, undisturbed = slow
    run = tmp_path / "run"
    process = started(jds, run, workers)
    until(lambda: stored(run) >= 5 or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
    out, err = process.communicate(timeout=60)
    assert "interrupted=True" in out, err
    assert "Traceback" not in err
    kept = stored(run)
    assert f"reviewed={kept}," in out
    assert 5 <= kept < 340
    assert counted(go(jds, run)) == (340 - kept, kept, 5)
    assert rows(run) == undisturbed


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the signals a process holds back")
def test_ctrl_c_never_reaches_a_worker_not_even_while_it_starts() -> None:
    code = (
        "import pickle, re, psutil; from batch_fakes import *\n"
        "from jdclass.batch.pool import open_pool; from jdclass.batch.worker import Setup\n"
        "with open_pool(Setup(reviewer(), FakeReader, ''), workers=2) as pool:\n"
        "    pool.introduce()\n"
        "    for child in psutil.Process().children():\n"
        "        if 'LokyProcess' in ' '.join(child.cmdline()):\n"
        "            status = open(f'/proc/{child.pid}/status').read()\n"
        "            print(int(re.search('SigBlk:\\\\s*(\\\\w+)', status)[1], 16) >> 1 & 1)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["1", "1"], done.stderr


def test_ctrl_c_in_this_process(jds: Path, tmp_path: Path, undisturbed: Rows) -> None:
    before = signal.getsignal(signal.SIGINT)

    def interrupt(tally: Tally) -> None:
        signal.raise_signal(signal.SIGINT)

    summary = go(jds, tmp_path / "run", progress=interrupt)
    assert summary.interrupted
    assert 0 < summary.reviewed <= 2 * RECORDS
    assert signal.getsignal(signal.SIGINT) is before
    with Store.open(tmp_path / "run") as store:
        assert not store.counts().complete
    go(jds, tmp_path / "run")
    assert rows(tmp_path / "run") == undisturbed


def interrupted() -> FakeReviewer:
    signal.raise_signal(signal.SIGINT)
    raise AssertionError("the model is opened although nobody wants it any more")


def test_ctrl_c_while_the_model_is_opened_does_not_wait_for_it(jds: Path, tmp_path: Path) -> None:
    summary = review_folder([jds], tmp_path / "run", open_reviewer=interrupted, open_reader=FakeReader, workers=1)
    assert (summary.interrupted, summary.reviewed) == (True, 0)


def test_a_run_in_a_thread_leaves_signals_alone(jds: Path, tmp_path: Path, undisturbed: Rows) -> None:
    thread = threading.Thread(target=go, args=(jds, tmp_path / "run"))
    thread.start()
    thread.join()
    assert rows(tmp_path / "run") == undisturbed


class Sleepless(FakeReviewer):
    """Reviews one by one and not as asked, so a batch has to hold its place by order alone."""

    def review_many(self, roles: Any) -> Iterator[Review]:
        yield from list(map(self._review, list(roles)))


def test_results_stay_with_their_roles(jds: Path, tmp_path: Path) -> None:
    """A failing role among others in one job moves no result to another."""
    go(jds, tmp_path / "run", open_reviewer=partial(Sleepless, "1"), workers=2)
    with Store.open(tmp_path / "run") as store:
        for review in store.reviews():
            number = review["id"].split(":")[-1].removesuffix(".txt")
            if review["id"].endswith(".txt"):
                assert review["title"] == f"Nurse {int(number)}"
            elif review["id"].startswith("plain"):
                assert review["title"] == f'{{"Manager {int(number) - 1}"'
    assert FakeReviewer("1").model == ModelName("fake", "1", "0" * 64)
