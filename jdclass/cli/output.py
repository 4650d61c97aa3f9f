"""Standard output as a pipe: records as bytes, and a reader that goes away early."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console

__all__ = ["counted", "json_bytes", "screen", "until_closed"]


LOG_SECONDS = 10.0


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def screen() -> Console:
    """Standard output for people."""
    return _Screen(highlight=False)


@contextmanager
def counted(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Shows on standard error how many of how many are done: a bar on a terminal, elsewhere a line in ten seconds.

    Nothing (None) where quiet.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        yield from _bar(what)
    else:
        yield _log(what)


def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _log(what: str) -> Callable[[int, int], None]:
    started = due = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal due
        if (now := time.monotonic()) < due + LOG_SECONDS:
            return
        due = now
        left = (now - started) * (total - done) / done if done else 0.0
        print(f"{what}: {done:,} of {total:,}, {left:,.0f} s left", file=sys.stderr, flush=True)

    return show


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
