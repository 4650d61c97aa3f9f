"""The reader that workers use: files in a child process under the limits, small records of a corpus in the worker."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jdclass.document import Failure, RoleDescription
from jdclass.read.child import ReaderChild
from jdclass.read.limits import DEFAULT_LIMITS, Limits

__all__ = ["ChildReader"]

#: Records of up to so many bytes are read in the worker, as the way to the child and back would cost more than reading.
SMALL = 1 << 18


class ChildReader:
    """`batch.worker.ReaderLike` over `read.child.ReaderChild`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or DEFAULT_LIMITS
        self._child = ReaderChild(self._limits)

    def read(
        self, path: Path, *, name: str, title: str | None, keep_contacts: bool
    ) -> Sequence[RoleDescription | Failure]:
        return self._child.read(path, name=name, title=title, keep_contacts=keep_contacts)

    def read_records(
        self, lines: Sequence[tuple[int, bytes]], *, name: str, keep_contacts: bool
    ) -> Sequence[RoleDescription | Failure]:
        return [self._record(number, line, name, keep_contacts) for number, line in lines]

    def _record(self, number: int, line: bytes, name: str, keep_contacts: bool) -> RoleDescription | Failure:
        """A line read as a corpus of one record, then told its number."""
        from jdclass.read import read_bytes  # here: who has only files needs no reader of its own

        if len(line) <= SMALL:
            (role,) = read_bytes(line + b"\n", name=name, keep_contacts=keep_contacts, limits=self._limits)
        else:
            with tempfile.TemporaryDirectory(prefix="jdclass-") as folder:
                path = Path(folder, "record.jsonl")
                path.write_bytes(line + b"\n")
                (role,) = self._child.read(path, name=name, keep_contacts=keep_contacts)
        if isinstance(role, Failure):
            return replace(role, record=number)
        own = f"{name}:{number}" if role.id == f"{name}:1" else role.id
        return replace(role, id=own, source=replace(role.source, record=number))

    def close(self) -> None:
        self._child.close()
