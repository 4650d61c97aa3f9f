"""Standard output as a pipe: records as bytes, and a reader that goes away early."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console

__all__ = ["counted", "json_bytes", "screen", "until_closed"]


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def screen() -> Console:
    """Standard output for people."""
    return _Screen(highlight=False)


@contextmanager
def counted(what: str, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Shows on a terminal's standard error how many of something are done; elsewhere nothing (None)."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    with console.status(what) as status:
        yield lambda number: status.update(f"{what}: {number:,}")


def json_bytes(record: Mapping[str, Any], *, indent: int | None = None) -> bytes:
    """A record as JSON in UTF-8 without a line break at its end; what is not Unicode survives as escapes.

    >>> json_bytes({"path": "a" + chr(0xDCFF)})
    b'{"path": "a\\\\udcff"}'
    """
    return json.dumps(record, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


@contextmanager
def until_closed() -> Iterator[None]:
    """Within, a reader of standard output that has seen enough (`| head`) ends the command as if all were done."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end and would complain there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
