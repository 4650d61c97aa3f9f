"""Folders and corpora of any size to a run folder: parallel, resumable, nothing lost.

`review_folder` is the whole of it. The parent process finds the files, deals them out as jobs, and is the only one that
writes; workers read and review (`worker.py`), joblib runs them (`pool.py`).
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from jdclass.batch.feed import Feed
from jdclass.batch.inputs import UNLISTED, Scope, inside, name_inputs, walk
from jdclass.batch.pool import STALLED_SECONDS, ClockJumped, Pool, WorkersDied, open_pool
from jdclass.batch.worker import Answer, Job, ReaderLike, ReviewerLike, Setup
from jdclass.document import Failure, ModelName
from jdclass.errors import JdclassError
from jdclass.store import Found, Store, Unit, failure_row

if TYPE_CHECKING:
    from jdclass.read.limits import Limits

__all__ = ["ReaderLike", "ReviewerLike", "Summary", "Tally", "review_folder"]

COMMIT_SECONDS = 1.0
COMMIT_ROWS = 2_000  # or sooner, so that answers that come fast do not pile up in memory
# How often workers are asked who they are: something else may take the memory for a while, or an impatient person.
INTRODUCTIONS = 5
# Below that another process costs more than it saves: it has the model to open.
FILES_A_WORKER = 32
BYTES_A_WORKER = 1 << 20


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: roles reviewed, roles kept from earlier runs, failures (all of them are tried in every run).

    `seconds` is the time it took. `interrupted`: stopped by Ctrl-C; what was done is stored, the same call goes on.
    `left_out` are files that by their name are no documents (Thumbs.db, ~$name.docx).
    """

    reviewed: int
    skipped: int
    failed: int
    seconds: float
    interrupted: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run is: what `Summary` counts, and bytes of the inputs done and in all, for the time that is left."""

    reviewed: int
    skipped: int
    failed: int
    done_bytes: int
    total_bytes: int
    seconds: float


def review_folder(
    inputs: Sequence[Path | str],
    run: Path | str,
    *,
    open_reviewer: Callable[[], ReviewerLike] | None = None,
    open_reader: Callable[[], ReaderLike] | None = None,
    limits: Limits | None = None,
    title: str | None = None,
    keep_contacts: bool = False,
    workers: int | None = None,
    backend: str | None = None,
    scheduler: str | None = None,
    fresh: bool = False,
    progress: Callable[[Tally], None] | None = None,
    stalled: float = STALLED_SECONDS,
) -> Summary:
    """Review files, folders and JSON Lines corpora into the run folder `run`.

    What the store there has of the same content by the same model, data files and options is kept; the rest is
    reviewed. At the end rows of files that are no longer there are removed, so the store equals that of a fresh run
    over the inputs as they are; rows of inputs that are not given this time stay. Failures are tried again. `fresh`
    starts over.

    `open_reviewer` (by default `jdclass.review.load`) and `open_reader` are called once in each worker and must be such
    that pickle takes them: functions of a module, or `functools.partial` of one. `workers` is the number of processes;
    1 is this one alone; by default all cores, as far as there is work for them. `backend` and `scheduler` are
    `batch.pool.open_pool`'s. `progress` is called after each batch of answers.

    Ctrl-C (in the main thread) lets the jobs that are out end and stores them; a second one does not wait.
    Raises StoreError, ModelError, MissingExtraError, and DocumentError where an input does not exist.
    """
    started = time.monotonic()
    run = Path(run)
    setup = Setup(
        open_reviewer or _open_reviewer, open_reader or partial(_open_reader, limits), _version(), title, keep_contacts
    )
    with Store.open(run, write=True, fresh=fresh) as store:
        known = store.inputs()
        scopes = name_inputs([Path(path) for path in inputs], known)
        batch = _Batch(store, progress, started)
        with _interrupts(batch.stop):
            store.begin({"version": setup.version})
            store.name_inputs({scope.label: scope.root for scope in scopes})
            batch.scan(scopes, leave_out=run)
            files, size = store.found_size()
            if workers is None:
                workers = min(os.cpu_count() or 1, max(1, files // FILES_A_WORKER, size // BYTES_A_WORKER))
            with open_pool(setup, workers=workers, backend=backend, scheduler=scheduler, stalled=stalled) as pool:
                with suppress(KeyboardInterrupt):
                    batch.review(pool, record_bytes=_record_bytes(limits))
                batch.flush()
        if not batch.stopped:
            # An input that this time was reached through a larger one has its rows under that one's name.
            dropped = [
                label
                for label, root in known.items()
                if any(label != scope.label and inside(root, scope.path) for scope in scopes)
            ]
            store.finish(scopes=[scope.name for scope in scopes], dropped=dropped)
    tally = batch.tally()
    return Summary(
        tally.reviewed, tally.skipped, tally.failed, time.monotonic() - started, batch.stopped, batch.left_out
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("jdclass")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "unknown"


def _open_reviewer() -> ReviewerLike:
    from jdclass.review import load

    return load()


def _open_reader(limits: Limits | None) -> ReaderLike:
    from jdclass.batch.reading import ChildReader

    return ChildReader(limits)


def _record_bytes(limits: Limits | None) -> int:
    from jdclass.read.limits import DEFAULT_LIMITS

    return (limits or DEFAULT_LIMITS).record_bytes


@contextmanager
def _interrupts(stop: Callable[[], None]) -> Iterator[None]:
    """Within, a first Ctrl-C calls `stop`, a second one raises KeyboardInterrupt; in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _second_death(job: Job, error: WorkersDied) -> Answer:
    """The answer to a job of one piece that nobody will give."""
    piece = job.pieces[0]
    text = f"the worker process ended twice while this was reviewed, the second time alone ({error})"
    failure = Failure(piece.name, piece.record or None, "WorkerDied", text)
    return Answer(job.number, (Unit(piece.name, piece.record, "", job.fingerprint, (failure_row(failure),)),), ())


class _Batch:
    """One run in the parent process: counts, and answers on their way into the store."""

    def __init__(self, store: Store, progress: Callable[[Tally], None] | None, started: float) -> None:
        self.stopped = False
        self.left_out = 0
        self._store = store
        self._progress = progress
        self._started = started
        self._feed: Feed | None = None
        self._waiting = False  # for workers to open the model
        self._units: list[Unit] = []
        self._rows = 0
        self._committed = started
        self._total = 0
        self._reviewed = self._skipped = self._failed = self._done = 0

    def stop(self) -> None:
        """Give no more jobs; where none are out, raise KeyboardInterrupt, as there is nothing to wait for."""
        self.stopped = True
        if self._waiting:
            raise KeyboardInterrupt
        if self._feed is not None:
            self._feed.stop()

    def tally(self) -> Tally:
        skipped, failed, done = self._skipped, self._failed, self._done
        if self._feed is not None:
            skipped += self._feed.skipped
            failed += self._feed.failed
            done += self._feed.done_bytes
        return Tally(self._reviewed, skipped, failed, done, self._total, time.monotonic() - self._started)

    def scan(self, scopes: Sequence[Scope], *, leave_out: Path) -> None:
        """Find every file, into the store's own table for it; a folder that cannot be read is a failure."""
        from jdclass.read import can_read

        failures: list[Failure] = []

        def files() -> Iterator[Found]:
            for scope in scopes:
                for found in walk(scope, leave_out=leave_out, can_read=can_read):
                    if self.stopped:
                        return
                    if isinstance(found, Found):
                        yield found
                    elif isinstance(found, Failure):
                        failures.append(found)
                    else:
                        self.left_out += 1

        self._store.find(files())
        for failure in failures:
            self._store.spare(failure.path or "", below=failure.error == UNLISTED)
        self._store.put(Unit(failure.path or "", 0, "", "", (failure_row(failure),)) for failure in failures)
        self._failed += len(failures)
        _, self._total = self._store.found_size()

    def review(self, pool: Pool, *, record_bytes: int) -> None:
        """Everything that was found, until done or stopped."""
        fingerprint, model = self._introduced(pool)
        self._store.begin({"fingerprint": fingerprint, "model": json.dumps(model.to_dict())})
        feed = self._feed = Feed(self._store, fingerprint=fingerprint, workers=pool.workers, record_bytes=record_bytes)
        more = True
        while more and not self.stopped:
            try:
                for answer in pool.run(feed):
                    self._take(feed, answer)
                more = False
            except WorkersDied:
                self.flush()
                self._introduced(pool)  # are there any workers left?
                self._alone(pool, feed)

    def _introduced(self, pool: Pool) -> tuple[str, ModelName]:
        """What the workers say of themselves; where one dies over it, another is asked."""
        self._waiting = True
        try:
            for _ in range(INTRODUCTIONS - 1):
                with suppress(WorkersDied):
                    return pool.introduce()
            return pool.introduce()
        except WorkersDied as error:
            text = "no worker lives long enough to open the model; is there too little memory? Try fewer --workers"
            raise JdclassError(f"{text}. What was done is stored; the same command goes on") from error
        finally:
            self._waiting = False

    def _alone(self, pool: Pool, feed: Feed) -> None:
        """Run what was out when a worker died, each unit alone; one that is out at a second death is a failure."""
        for ticket in feed.alone():
            lost = True
            while lost and not self.stopped:
                try:
                    for answer in pool.run([ticket.job]):
                        self._take(feed, answer)
                    lost = False
                except ClockJumped:
                    continue
                except WorkersDied as error:
                    self._introduced(pool)  # raises where no worker is left: then it is not this unit's fault
                    self._take(feed, _second_death(ticket.job, error))
                    lost = False

    def _take(self, feed: Feed, answer: Answer) -> None:
        ticket = feed.take_back(answer.number)
        self._done += ticket.size
        self._skipped += sum(ticket.reviews[number] for number in answer.unchanged)
        for unit in answer.units:
            self._units.append(unit)
            self._rows += len(unit.rows)
            failed = sum(row.kind == "failure" for row in unit.rows)
            self._failed += failed
            self._reviewed += len(unit.rows) - failed
        if self._rows >= COMMIT_ROWS or time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.flush()
        if self._progress is not None:
            self._progress(self.tally())

    def flush(self) -> None:
        """Store what has come, in one transaction."""
        units, self._units, self._rows = self._units, [], 0
        if units:
            self._store.put(units)
        self._committed = time.monotonic()
