"""The run store: one SQLite file in a run folder that holds every review and failure. Standard library only.

What is reviewed as one piece, a file or a line of a JSON Lines corpus, is a *unit*, named by path and record. All rows
of a unit are written in one transaction, so a unit is stored whole or not at all. The key is path, record and part;
with it stand the hash of the unit's content and the fingerprint of everything that made the review (model, data files,
options, version), so that a later run can tell what is still good.

Why a rollback journal and not WAL: a run folder is copied, mailed and put on shares, and with a rollback journal the
one file is all there is, readable from a folder that cannot be written. The parent process is the only writer and
commits about once a second, so WAL's faster small commits would gain nothing. Nothing here looks at the clock.

The lock of a run is a second SQLite file, held with BEGIN EXCLUSIVE by the writer: it works on every system, falls with
the process that held it, however that died, and lets reports read the store meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple

from jdclass.document import Failure
from jdclass.errors import StoreError

__all__ = ["FILE_NAME", "LOCK_NAME", "Counts", "Found", "Kept", "Row", "Store", "Unit", "failure_row", "pack", "unpack"]

FILE_NAME = "reviews.sqlite"
LOCK_NAME = "run.lock"
FORMAT = 1
APPLICATION_ID = 0x6A64636C  # "jdcl", so that another program's database is never taken for ours
BUSY_SECONDS = 60.0  # how long a commit waits for a reader, and a reader for a commit
PAGE = 256  # rows of one read; between reads no lock is held, so a slow report never stops a run

Kind = Literal["review", "failure"]

_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE input (label TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE result (
    path TEXT NOT NULL,
    record INTEGER NOT NULL,
    part INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('review', 'failure')),
    sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    id TEXT,
    payload BLOB NOT NULL
);
CREATE UNIQUE INDEX result_key ON result (path, record, part);
"""

# Of one run only: what its folders hold, on disk and not in memory, whatever the number of files.
_FOUND = """
CREATE TEMP TABLE found (
    name TEXT PRIMARY KEY, id TEXT NOT NULL, path BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, records INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE stale (path TEXT NOT NULL, record INTEGER NOT NULL);
CREATE TEMP TABLE spared (name TEXT PRIMARY KEY, below INTEGER NOT NULL) WITHOUT ROWID;
"""


def pack(record: dict[str, Any]) -> bytes:
    """A record as the store keeps it: JSON, compressed. What is not Unicode (lone surrogates) survives as escapes."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    # In JSON the only place for such a character is within a string, where \udcff is its escape.
    return zlib.compress(text.encode("utf-8", "backslashreplace"), 1)


def unpack(payload: bytes) -> dict[str, Any]:
    """The record that `pack` was given. Raises zlib.error or ValueError for bytes that hold none."""
    record: dict[str, Any] = json.loads(zlib.decompress(payload))
    return record


class Row(NamedTuple):
    """One review or failure, packed. A plain tuple, as it travels between processes in numbers."""

    kind: Kind
    id: str | None
    payload: bytes


class Unit(NamedTuple):
    """What came of one unit: its rows in order, and the hash of the content they were made from.

    `record` is 0 for a file that was read as one piece, else the line number, from 1. A unit without rows (an empty
    archive) leaves nothing in the store.
    """

    path: str
    record: int
    sha256: str
    fingerprint: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store has of a unit: the hash of its content and how many reviews; only units without a failure."""

    sha256: str
    reviews: int


@dataclass(frozen=True, slots=True)
class Found:
    """A file of this run: `name` in the store, `id` for its review, `path` as the system gives it, size in bytes."""

    name: str
    id: str
    path: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reviews and failures a store holds; `complete` is False while a run is on and after it was cut short."""

    reviews: int
    failures: int
    complete: bool


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file at `path` into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            text = "the disk is full (or the folder for temporary files); make room and run the same command again"
        elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            text = "is locked by another program"
        elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            text = "cannot be written: no permission"
        elif code == sqlite3.SQLITE_CANTOPEN:
            text = "cannot be opened or made; is the folder there, and may it be written?"
        elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            text = "is damaged or no run store; review with --fresh to start over"
        elif code == sqlite3.SQLITE_IOERR:
            text = f"the disk failed: {error}"
        else:
            raise
        raise StoreError(f"{path}: {text}") from error


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    # as_uri escapes what a name may hold (a question mark would otherwise begin the parameters). A reader opens for
    # writing where it may: after a run was killed, the first to open the file rolls its last transaction back.
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if write else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store = FILE")
    if not write:
        connection.execute("PRAGMA query_only = ON")
    return connection


class Store:
    """A run's reviews and failures, in the order of path, record and part, whatever order they were written in.

    Open it with `Store.open`; close it, or use it in a `with` block. Safe to use from several threads.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: sqlite3.Connection | None = None) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._guard = threading.RLock()

    @classmethod
    def open(cls, run: Path | str, *, write: bool = False, fresh: bool = False) -> Store:
        """The store of a run folder: to read, or (`write`) to review into, made where there is none.

        `fresh` removes what the store held. Raises StoreError where there is none to read, it belongs to another
        program or a newer jdclass, is damaged, cannot be written, or another run is writing it.
        """
        run = Path(run)
        path = run / FILE_NAME
        if not write:
            if not path.is_file():
                raise StoreError(f"{path}: there is no run store; `jdclass review INPUT -o {run}` makes one")
            with _errors(path):
                connection = _connect(path, write=False)
                return cls._checked(connection, path, None)
        try:
            run.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{run}: the run folder cannot be made: {error.strerror}") from error
        lock = cls._locked(run)
        try:
            if fresh:
                cls._remove(path)
            with _errors(path):
                connection = _connect(path, write=True)
                cls._make(connection)
                return cls._checked(connection, path, lock)
        except BaseException:
            lock.close()
            raise

    @staticmethod
    def _locked(run: Path) -> sqlite3.Connection:
        path = run / LOCK_NAME
        with _errors(path):
            lock = _connect(path, write=True)
            lock.execute("PRAGMA busy_timeout = 0")
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                lock.close()
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                    raise StoreError(f"{run}: another run is writing this folder; wait for it or stop it") from error
                raise
        return lock

    @staticmethod
    def _remove(path: Path) -> None:
        try:
            # The journal first: left alone, it would be played back into the new file.
            path.with_name(path.name + "-journal").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: cannot be removed to start over: {error.strerror}") from error

    @staticmethod
    def _make(connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return
        # Reviews take a few kB compressed: with larger pages most lie whole in one. Fixed before the first write.
        connection.execute("PRAGMA page_size = 16384")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")

    @classmethod
    def _checked(cls, connection: sqlite3.Connection, path: Path, lock: sqlite3.Connection | None) -> Store:
        try:
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreError(f"{path}: is no run store of jdclass")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != FORMAT:
                raise StoreError(f"{path}: store format {version}, this jdclass reads {FORMAT}")
            if lock is not None:
                connection.executescript(_FOUND)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path, lock)

    def close(self) -> None:
        """Give the file and the lock back. Closing twice does nothing."""
        self._connection.close()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Reading

    def counts(self) -> Counts:
        """How many reviews and failures the store holds; zeros for an empty one."""
        with self._guard, _errors(self.path):
            by_kind = dict(self._connection.execute("SELECT kind, count(*) FROM result GROUP BY kind"))
        return Counts(by_kind.get("review", 0), by_kind.get("failure", 0), self.about("complete") == "1")

    def about(self, key: str) -> str | None:
        """A fact of the last run ("model", "fingerprint", "version", "complete"), None where it has none."""
        with self._guard, _errors(self.path):
            row = self._connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def reviews(self) -> Iterator[dict[str, Any]]:
        """The records `jdclass.review/1`, in order, read as they are asked for. Raises StoreError at a damaged row."""
        return (record for _, record in self.records("review"))

    def failures(self) -> Iterator[dict[str, Any]]:
        """The records `jdclass.failure/1`, in order. Raises StoreError at a damaged row."""
        return (record for _, record in self.records("failure"))

    def records(self, *kinds: Kind) -> Iterator[tuple[Kind, dict[str, Any]]]:
        """Records with their kind, in order; of all kinds where none is named. Raises StoreError at a damaged row."""
        for kind, where, payload in self._payloads(*kinds):
            with self._damage(where):
                record = unpack(payload)
            yield kind, record

    def json_lines(self, *kinds: Kind) -> Iterator[bytes]:
        """The same records as lines of JSON in UTF-8, each with its line break: quicker, as nothing is parsed."""
        for _, where, payload in self._payloads(*kinds):
            with self._damage(where):
                line = zlib.decompress(payload)
            yield line + b"\n"

    @contextmanager
    def _damage(self, where: str) -> Iterator[None]:
        try:
            yield
        except (zlib.error, ValueError) as error:
            raise StoreError(f"{self.path}: the row of {where} is damaged: {error}") from error

    def _payloads(self, *kinds: Kind) -> Iterator[tuple[Kind, str, bytes]]:
        wanted = kinds or ("review", "failure")
        at: tuple[str, int, int] = ("", -1, -1)
        while True:
            with self._guard, _errors(self.path):
                page = self._connection.execute(
                    "SELECT kind, path, record, part, payload FROM result WHERE (path, record, part) > (?, ?, ?)"
                    f" AND kind IN ({', '.join('?' * len(wanted))}) ORDER BY path, record, part LIMIT ?",
                    (*at, *wanted, PAGE),
                ).fetchall()
            for kind, path, record, part, payload in page:
                yield kind, f"{path!r}, record {record}", payload
                at = (path, record, part)
            if len(page) < PAGE:
                return

    def doubled_ids(self, limit: int = 20) -> list[tuple[str, int]]:
        """Ids that more than one review has, with how many, in order of id; at most `limit` of them."""
        with self._guard, _errors(self.path):
            return self._connection.execute(
                "SELECT id, count(*) FROM result WHERE kind = 'review' AND id IS NOT NULL GROUP BY id"
                " HAVING count(*) > 1 ORDER BY id LIMIT ?",
                (limit,),
            ).fetchall()

    # Writing

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._guard, _errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # After some errors (a full disk) SQLite has rolled back by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def put(self, units: Iterable[Unit]) -> None:
        """Store the rows of some units in one transaction; each takes the place of what its unit had before.

        Raises StoreError (disk full, locked by another program) with nothing of this call stored.
        """
        with self._transaction() as connection:
            for unit in units:
                connection.execute("DELETE FROM result WHERE path = ? AND record = ?", (unit.path, unit.record))
                connection.executemany(
                    "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (unit.path, unit.record, part, row.kind, unit.sha256, unit.fingerprint, row.id, row.payload)
                        for part, row in enumerate(unit.rows)
                    ],
                )

    def begin(self, about: dict[str, str]) -> None:
        """Note what this run reviews with, and that it is not complete."""
        with self._transaction() as connection:
            rows = {**about, "complete": "0"}
            connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows.items())

    def inputs(self) -> dict[str, str]:
        """The inputs that this store has names for: label to absolute path."""
        with self._guard, _errors(self.path):
            return dict(self._connection.execute("SELECT label, path FROM input ORDER BY label"))

    def name_inputs(self, inputs: dict[str, str]) -> None:
        """Keep the labels of inputs, in place of any of the same label."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO input VALUES (?, ?)", inputs.items())

    def find(self, files: Iterable[Found]) -> None:
        """Note files of this run. A file found before, by another input, keeps its first name."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?, 0)",
                ((file.name, file.id, file.path, file.size) for file in files),
            )

    def found(self) -> Iterator[Found]:
        """The files of this run in order of name."""
        at = ""
        while True:
            with self._guard, _errors(self.path):
                page = self._connection.execute(
                    "SELECT name, id, path, size FROM found WHERE name > ? ORDER BY name LIMIT ?", (at, PAGE)
                ).fetchall()
            for row in page:
                yield Found(*row)
            if len(page) < PAGE:
                return
            at = page[-1][0]

    def found_size(self) -> tuple[int, int]:
        """How many files this run has found, and their bytes together."""
        with self._guard, _errors(self.path):
            number, size = self._connection.execute("SELECT count(*), total(size) FROM found").fetchone()
        return int(number), int(size)

    def kept(self, path: str, first: int, last: int, fingerprint: str) -> dict[int, Kept | None]:
        """What is stored of the records first to last of a file (0, 0 for one read as one piece), by record.

        None stands for a record whose rows cannot be kept: made by another reviewer, or with a failure among them,
        which is tried again in each run, since what was in its way may be gone.
        """
        with self._guard, _errors(self.path):
            rows = self._connection.execute(
                "SELECT record, min(sha256), count(*), min(kind = 'review' AND fingerprint = ?) FROM result"
                " WHERE path = ? AND record BETWEEN ? AND ? GROUP BY record",
                (fingerprint, path, first, last),
            ).fetchall()
        return {record: Kept(sha256, number) if good else None for record, sha256, number, good in rows}

    def note_records(self, name: str, records: int) -> None:
        """Say which the last record of a found corpus is; `finish` removes the rows beyond. A plain file has none."""
        with self._guard, _errors(self.path):
            self._connection.execute("UPDATE found SET records = ? WHERE name = ?", (records, name))

    def note_stale(self, path: str, records: Iterable[int]) -> None:
        """Say that these records of a file are no longer in it; `finish` removes their rows."""
        with self._guard, _errors(self.path):
            self._connection.executemany("INSERT INTO stale VALUES (?, ?)", ((path, record) for record in records))

    def spare(self, name: str, *, below: bool) -> None:
        """Say that the row of `name`, which is no file, is of this run; with `below`, that `finish` must not judge what
        lies under it (a folder that could not be listed may be back next time)."""
        with self._guard, _errors(self.path):
            self._connection.execute("INSERT OR REPLACE INTO spared VALUES (?, ?)", (name, below))

    def finish(self, *, scopes: Sequence[str], dropped: Sequence[str] = ()) -> None:
        """End a complete run: the store now equals one made from the inputs as they are.

        Removes the rows under `scopes` (names of inputs) whose file was not found, those noted as stale, and the
        labels `dropped` with all their rows.
        """
        # "0" follows "/", so this is the half-open range of all names below one.
        under = "(path = {0} OR (path >= {0} || '/' AND path < {0} || '0'))"
        spared = (
            "EXISTS (SELECT 1 FROM spared WHERE path = spared.name"
            " OR (spared.below AND path >= spared.name || '/' AND path < spared.name || '0'))"
        )
        with self._transaction() as connection:
            for scope in scopes:
                connection.execute(
                    f"DELETE FROM result WHERE {under.format('?1')}"
                    f" AND path NOT IN (SELECT name FROM found) AND NOT {spared}",
                    (scope,),
                )
            connection.execute(
                "DELETE FROM result WHERE rowid IN (SELECT result.rowid FROM found JOIN result"
                " ON result.path = found.name WHERE result.record > found.records)"
            )
            connection.execute(
                "DELETE FROM result WHERE rowid IN (SELECT result.rowid FROM stale JOIN result"
                " ON result.path = stale.path AND result.record = stale.record)"
            )
            for label in dropped:
                connection.execute(f"DELETE FROM result WHERE {under.format('?1')}", (label,))
                connection.execute("DELETE FROM input WHERE label = ?", (label,))
            connection.execute("INSERT OR REPLACE INTO about VALUES ('complete', '1')")


def failure_row(failure: Failure) -> Row:
    """A failure as a row."""
    return Row("failure", None, pack(failure.to_dict()))
