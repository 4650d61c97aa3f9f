"""The files of a run dealt out as jobs, one after the other as workers ask for them.

joblib asks from threads of its own, so a feed may be used from any thread; and it knows at any time which jobs are out.
What is stored already and has not changed never becomes work: a corpus's lines are compared here, as they are read
here; a file's hash travels with the job, as it is the worker that reads the file.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from jdclass.batch.inputs import Line, is_corpus, read_lines
from jdclass.batch.worker import Job, Piece
from jdclass.document import Failure
from jdclass.store import Found, Kept, Store, Unit, failure_row

__all__ = ["Feed", "Ticket"]

FILES = 16  # the most of one job
RECORDS = 64
JOB_BYTES = 1 << 20  # of one job, but for a single piece that is larger
JOBS_A_WORKER = 4  # few files are dealt out in smaller jobs, so that all workers have some
UNKNOWN = 1 << 62  # records of a corpus that could not be read to its end: none may be taken for gone


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job that is out: the bytes of the inputs it stands for, and for each piece the reviews the store has of it."""

    job: Job
    size: int
    reviews: tuple[int, ...]


class Feed:
    """An iterator of jobs over what `store.found()` gives.

    `out` holds the tickets of the jobs that were given and not yet taken back. `skipped` (reviews), `failed` and
    `done_bytes` count what needed no worker.
    """

    def __init__(self, store: Store, *, fingerprint: str, workers: int, record_bytes: int) -> None:
        self.out: dict[int, Ticket] = {}
        self.skipped = self.failed = self.done_bytes = 0
        self._store = store
        self._fingerprint = fingerprint
        self._record_bytes = record_bytes
        files, _ = store.found_size()
        self._files = max(1, min(FILES, files // (JOBS_A_WORKER * workers)))
        self._number = 0
        self._stopped = False
        self._guard = threading.Lock()
        self._tickets = self._deal()

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> Job:
        with self._guard:
            if self._stopped:
                raise StopIteration
            ticket = next(self._tickets)
            self.out[ticket.job.number] = ticket
            return ticket.job

    def stop(self) -> None:
        """Give no more jobs. Takes no lock, as a signal may come while one is held."""
        self._stopped = True

    def take_back(self, number: int) -> Ticket:
        """The ticket of a job that is done."""
        with self._guard:
            return self.out.pop(number)

    def alone(self) -> list[Ticket]:
        """The jobs that are out, in their order, taken apart: each piece is a job of its own, and is out."""
        with self._guard:
            lost = [self.out.pop(number) for number in sorted(self.out)]
            tickets = [
                self._ticket([piece], [reviews], ticket.size // len(ticket.job.pieces))
                for ticket in lost
                for piece, reviews in zip(ticket.job.pieces, ticket.reviews, strict=True)
            ]
            self.out.update((ticket.job.number, ticket) for ticket in tickets)
            return tickets

    def _ticket(self, pieces: list[Piece], reviews: list[int], size: int) -> Ticket:
        self._number += 1
        return Ticket(Job(self._number, self._fingerprint, tuple(pieces)), size, tuple(reviews))

    def _deal(self) -> Iterator[Ticket]:
        pieces: list[Piece] = []
        reviews: list[int] = []
        size = 0
        for found in self._store.found():
            if is_corpus(os.fsdecode(found.path)):
                yield from self._corpus(found)
                continue
            if pieces and (len(pieces) >= self._files or size + found.size > JOB_BYTES):
                yield self._ticket(pieces, reviews, size)
                pieces, reviews, size = [], [], 0
            kept = self._store.kept(found.name, 0, 0, self._fingerprint).get(0)
            pieces.append(Piece(found.name, found.id, found.path, 0, None, None, None if kept is None else kept.sha256))
            reviews.append(0 if kept is None else kept.reviews)
            size += found.size
        if pieces:
            yield self._ticket(pieces, reviews, size)

    def _corpus(self, found: Found) -> Iterator[Ticket]:
        lines: list[Line] = []
        done = last = size = 0
        failure: Failure | None = None
        try:
            for line in read_lines(os.fsdecode(found.path), limit=self._record_bytes):
                lines.append(line)
                size += 0 if line.data is None else len(line.data)
                if len(lines) >= RECORDS or size >= JOB_BYTES:
                    yield from self._records(found, last + 1, lines, line.at - done)
                    done, last, lines, size = line.at, line.number, [], 0
        except OSError as error:
            text = f"could not be read beyond line {lines[-1].number if lines else last}: {error.strerror or error}"
            failure = Failure(found.name, None, "NotReadableError", text)
        except (EOFError, zlib.error):
            text = f"is damaged or cut short after line {lines[-1].number if lines else last}"
            failure = Failure(found.name, None, "DamagedFileError", text)
        if lines:
            yield from self._records(found, last + 1, lines, lines[-1].at - done)
            done, last = lines[-1].at, lines[-1].number
        self.done_bytes += max(0, found.size - done)
        self._store.note_records(found.name, last if failure is None else UNKNOWN)
        if failure is not None:
            self.failed += 1
            self._store.put([Unit(found.name, 0, "", self._fingerprint, (failure_row(failure),))])
        elif self._store.kept(found.name, 0, 0, self._fingerprint):
            self._store.note_stale(found.name, [0])  # of an earlier run: damaged then, or no corpus

    def _records(self, found: Found, first: int, lines: list[Line], size: int) -> Iterator[Ticket]:
        kept: dict[int, Kept | None] = self._store.kept(found.name, first, lines[-1].number, self._fingerprint)
        pieces: list[Piece] = []
        for line in lines:
            stored = kept.pop(line.number, None)
            if line.data is None:
                text = f"line {line.number} has more than {self._record_bytes:,} bytes, which is the limit"
                failure = Failure(found.name, line.number, "LimitError", text)
                self.failed += 1
                self._store.put([Unit(found.name, line.number, "", self._fingerprint, (failure_row(failure),))])
                continue
            sha256 = hashlib.sha256(line.data).hexdigest()
            if stored is not None and stored.sha256 == sha256:
                self.skipped += stored.reviews
            else:
                pieces.append(Piece(found.name, found.id, found.path, line.number, line.data, sha256, None))
        if kept:
            self._store.note_stale(found.name, kept)
        if pieces:
            yield self._ticket(pieces, [0] * len(pieces), size)
        else:
            self.done_bytes += size
