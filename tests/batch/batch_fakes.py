"""A reader and a reviewer that take no time, and do on demand what real ones should never do.

The first line of a file is its title; a text may hold commands: `FAIL` (cannot be read), `TWO` (holds two documents),
`NONE` (holds none), `BOOM` (reviewing raises), `DIE` (the worker process is killed), `DIE ONCE path` (killed unless the
file at that path is there, which is then made), `SLEEP seconds`, `CHANGE` (the file changes whenever it is read).
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from jdclass.document import (
    Block,
    Claim,
    Duties,
    Failure,
    Match,
    ModelName,
    Review,
    ReviewedLine,
    RoleDescription,
    Source,
    Usual,
)


def _role(id: str, text: str, path: str, record: int | None) -> RoleDescription:
    sha256 = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
    title, *lines = text.split("\n")
    blocks = tuple(Block(line) for line in lines)
    return RoleDescription(id, title, blocks, Source(path, record, "txt", sha256, 1.0))


class FakeReader:
    def read(
        self, path: Path, *, name: str, title: str | None, keep_contacts: bool
    ) -> Sequence[RoleDescription | Failure]:
        try:
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            return [Failure(name, None, "NotReadableError", f"it cannot be opened: {error.strerror}")]
        if "CHANGE" in text:
            path.write_text(f"{text}\n{time.monotonic_ns()}", encoding="utf-8")
        if "NONE" in text:
            return []
        if "TWO" in text:
            return [_role(f"{name}/{part}", f"{text} {part}", f"{name}/{part}", None) for part in ("a", "b")]
        return [self._one(name, text, name, None)]

    def read_records(
        self, lines: Sequence[tuple[int, bytes]], *, name: str, keep_contacts: bool
    ) -> Sequence[RoleDescription | Failure]:
        return [self._one(f"{name}:{number}", line.decode(), name, number) for number, line in lines]

    def _one(self, id: str, text: str, path: str, record: int | None) -> RoleDescription | Failure:
        if "FAIL" in text:
            return Failure(path, record, "DamagedFileError", "it says FAIL")
        return _role(id, text, path, record)

    def close(self) -> None:
        pass


class FakeReviewer:
    def __init__(self, version: str) -> None:
        self.model = ModelName("fake", version, "0" * 64)
        self.fingerprint = version

    def review_many(self, roles: Iterable[RoleDescription]) -> Iterator[Review]:
        return map(self._review, roles)

    def _review(self, role: RoleDescription) -> Review:
        text = "\n".join((role.title, *(block.text for block in role.blocks)))
        if "BOOM" in text:
            raise RuntimeError("it says BOOM")
        if (once := re.search(r"DIE ONCE (\S+)", text)) is not None:
            if not Path(once[1]).exists():
                Path(once[1]).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        elif "DIE" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if (pause := re.search(r"SLEEP ([\d.]+)", text)) is not None:
            time.sleep(float(pause[1]))
        return Review(
            id=role.id,
            source=role.source,
            model=self.model,
            title=role.title,
            employer=None,
            band=None,
            lines=tuple(ReviewedLine(block.text, "duties", 1.0) for block in role.blocks),
            phrases=(),
            excluded=(),
            claim=Claim("neither", 0.0, 0.0, 1.0),
            duties=Duties("neither", 0.0, 0.0, 1.0),
            usual=Usual("", 0, None, None, None),
            contrasts=(),
            stated=(),
            match=Match(None, None, None, "insufficient_evidence", True),
        )


def reviewer(version: str = "1") -> partial[FakeReviewer]:
    return partial(FakeReviewer, version)
