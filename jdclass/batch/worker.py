"""What runs in a worker process: units in, packed rows out. The worker writes nothing and knows of no store.

A worker opens its reviewer and its reader once and keeps them; the model's arrays are memory-mapped, so that all
workers of a machine share one copy. Threads of one process (dask may use them) have one each.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from jdclass.document import Failure, ModelName, Review, RoleDescription
from jdclass.errors import DocumentError, JdclassError, ModelError
from jdclass.store import Found, Row, Unit, failure_row, pack

__all__ = [
    "Answer",
    "Job",
    "Piece",
    "ReaderLike",
    "ReviewerLike",
    "Setup",
    "close",
    "introduce",
    "reviewed",
    "with_id",
    "work",
]

TRIES = 3  # how often a file that changes under the reader is read again
_BLOCK = 1 << 20


class ReviewerLike(Protocol):
    """What a batch asks of a reviewer."""

    @property
    def model(self) -> ModelName: ...
    @property
    def fingerprint(self) -> str: ...
    def review_many(self, roles: Iterable[RoleDescription]) -> Iterator[Review]: ...


class ReaderLike(Protocol):
    """What a batch asks of a reader; it keeps to its limits and answers with a Failure where it cannot read."""

    def read(
        self, path: Path, *, name: str, title: str | None, keep_contacts: bool
    ) -> Sequence[RoleDescription | Failure]: ...

    def read_records(
        self, lines: Sequence[tuple[int, bytes]], *, name: str, keep_contacts: bool
    ) -> Sequence[RoleDescription | Failure]:
        """One answer a line, in order; a line is its number in the corpus and its bytes."""
        ...

    def close(self) -> None: ...


class Setup(NamedTuple):
    """How a worker opens what it needs: functions without arguments that can be pickled, and the options of reading.

    `parent` is the process that worker processes end with, None where they are not this run's (dask's, Ray's).
    """

    open_reviewer: Callable[[], ReviewerLike]
    open_reader: Callable[[], ReaderLike]
    version: str
    title: str | None = None
    keep_contacts: bool = False
    parent: int | None = None


class Piece(NamedTuple):
    """A unit to be done. `line` are a record's bytes, None for a file; `kept` is the hash the store has, if any."""

    name: str
    id: str
    path: bytes
    record: int
    line: bytes | None
    sha256: str | None
    kept: str | None


class Job(NamedTuple):
    """Some units that travel together; all records of one corpus, or all files. `fingerprint` is what is expected."""

    number: int
    fingerprint: str
    pieces: tuple[Piece, ...]


class Answer(NamedTuple):
    """What came of a job: the units to store, and the numbers of the pieces whose file has not changed."""

    number: int
    units: tuple[Unit, ...]
    unchanged: tuple[int, ...]


class _Opened(NamedTuple):
    setup: Setup
    reviewer: ReviewerLike
    reader: ReaderLike
    fingerprint: str


_here = threading.local()


@cache  # once a process
def _follow(parent: int) -> None:
    """Make this process a worker of `parent`: Ctrl-C is the parent's affair, and it does not outlive its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        # A killed parent cannot say goodbye; its workers would wait for jobs for minutes, each with a model in memory.
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, name="jdclass-parent-watch", daemon=True).start()


def _open(setup: bytes) -> _Opened:
    if getattr(_here, "setup", None) != setup:
        close()
        plan: Setup = pickle.loads(setup)
        if plan.parent is not None and os.getpid() != plan.parent:
            _follow(plan.parent)
        reviewer = plan.open_reviewer()
        # Everything that decides what comes out for given bytes; limits only decide whether something does.
        parts = repr((reviewer.fingerprint, plan.version, plan.title, plan.keep_contacts))
        fingerprint = hashlib.sha256(parts.encode("utf-8", "backslashreplace")).hexdigest()
        _here.opened = _Opened(plan, reviewer, plan.open_reader(), fingerprint)
        _here.setup = setup
        if plan.parent is not None and os.getpid() != plan.parent:  # a process that lives for the run alone
            # It stays to the end: Python need not go through it whenever it looks for garbage, a tenth of the time.
            gc.collect()
            gc.freeze()
    opened: _Opened = _here.opened
    return opened


def close() -> None:
    """Give back what this thread has opened, the reader's child process first of all."""
    opened: _Opened | None = getattr(_here, "opened", None)
    _here.opened = _here.setup = None
    if opened is not None:
        opened.reader.close()


def introduce(setup: bytes) -> tuple[str, ModelName]:
    """Open reviewer and reader, and say which fingerprint and model they are of."""
    opened = _open(setup)
    return opened.fingerprint, opened.reviewer.model


def _hash(path: Path) -> str | None:
    """The SHA-256 of a file's bytes, None where it cannot be had: the reader then names what is wrong."""
    try:
        # A pipe would be waited on for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def with_id(role: RoleDescription | Failure, source: Piece | Found) -> RoleDescription | Failure:
    """A role that has no id of its own gets its path below the input: a reader names it by the name it was given,
    which begins with the input's label."""
    if isinstance(role, RoleDescription) and role.id.startswith(source.name):
        return replace(role, id=source.id + role.id[len(source.name) :])
    return role


def _read_file(
    opened: _Opened, piece: Piece, path: Path, sha256: str | None
) -> tuple[str, list[RoleDescription | Failure]]:
    """The hash and the roles of a file; both of the same bytes."""
    setup = opened.setup
    for _ in range(TRIES):
        roles = opened.reader.read(path, name=piece.name, title=setup.title, keep_contacts=setup.keep_contacts)
        after = _hash(path)
        if after == sha256:
            named = [with_id(role, piece) for role in roles]
            # No hash, no skipping: it was not a file to be read twice.
            return sha256 or "", named or [Failure(piece.name, None, "NothingFoundError", "holds no document")]
        sha256 = after
    text = f"changed while it was read, {TRIES} times; review again when it is no longer being written"
    return "", [Failure(piece.name, None, "FileChangedError", text)]


def reviewed(reviewer: ReviewerLike, roles: Sequence[RoleDescription]) -> list[Review | Failure]:
    """One result a role, in order. Whatever goes wrong with one role is that role's failure, never the run's."""
    if not roles:
        return []
    try:
        return list(reviewer.review_many(roles))
    except Exception as error:
        if isinstance(error, JdclassError) and not isinstance(error, DocumentError):
            raise  # the model or a data file: no role could be reviewed
        if len(roles) > 1:
            half = len(roles) // 2
            return [*reviewed(reviewer, roles[:half]), *reviewed(reviewer, roles[half:])]
        source = roles[0].source
        text = str(error)
        if not isinstance(error, DocumentError):
            text = f"reviewing failed, which is a fault of jdclass and not of the document: {text}"
        return [Failure(source.path, source.record, type(error).__name__, text)]


def _row(result: Review | Failure) -> Row:
    if isinstance(result, Failure):
        return failure_row(result)
    return Row("review", result.id, pack(result.to_dict()))


def work(setup: bytes, job: Job) -> Answer:
    """Read and review the units of a job. Raises ModelError where this worker's model is not the run's."""
    opened = _open(setup)
    if opened.fingerprint != job.fingerprint:
        raise ModelError(
            f"worker {socket.gethostname()}: its model, data files or version of jdclass are not those of the other"
            " workers; install the same on all"
        )
    units: list[tuple[Piece, str, Sequence[RoleDescription | Failure]]] = []
    unchanged: list[int] = []
    records = [piece for piece in job.pieces if piece.line is not None]
    if records:
        lines = [(piece.record, piece.line) for piece in records if piece.line is not None]
        options = opened.setup
        read = opened.reader.read_records(lines, name=records[0].name, keep_contacts=options.keep_contacts)
        named = (with_id(role, piece) for piece, role in zip(records, read, strict=True))
        units += [(piece, piece.sha256 or "", [role]) for piece, role in zip(records, named, strict=True)]
    for number, piece in enumerate(job.pieces):
        if piece.line is None:
            path = Path(os.fsdecode(piece.path))
            sha256 = _hash(path)
            if sha256 is not None and sha256 == piece.kept:
                unchanged.append(number)
            else:
                units.append((piece, *_read_file(opened, piece, path, sha256)))
    # All at once: a reviewer is faster over many.
    roles = [role for _, _, read in units for role in read if isinstance(role, RoleDescription)]
    results = iter(reviewed(opened.reviewer, roles))
    done = tuple(
        Unit(
            piece.name,
            piece.record,
            sha256,
            job.fingerprint,
            tuple(_row(role if isinstance(role, Failure) else next(results)) for role in read),
        )
        for piece, sha256, read in units
    )
    return Answer(job.number, done, tuple(unchanged))
