"""What the commands over run folders do: review into one with progress, export its rows. No parsing of arguments."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from jdclass.store import Store

if TYPE_CHECKING:
    from jdclass.batch import Summary, Tally
    from jdclass.export import Format

__all__ = ["exit_code", "export_run", "review_run", "show_progress", "told"]

LOG_SECONDS = 10.0

#: Before this share of the bytes is done, the time that is left is anybody's guess: files differ in what a byte costs.
LEAST_SHARE = 0.02


def review_run(inputs: Sequence[Path], run: Path, *, quiet: bool = False, **options: Any) -> Summary:
    """Review into a run folder and say how it went, on stderr; `options` are `jdclass.batch.review_folder`'s."""
    from jdclass.batch import review_folder

    with show_progress(sys.stderr, quiet=quiet) as progress:
        summary = review_folder(inputs, run, progress=progress, **options)
    if not quiet or summary.interrupted:
        with Store.open(run) as store:
            doubled = store.doubled_ids(limit=3)
        print(told(summary, run, doubled=doubled, arguments=sys.argv[1:]), file=sys.stderr)
    return summary


def exit_code(summary: Summary) -> int:
    """0: all done; 3: done, some files failed; 130: interrupted."""
    if summary.interrupted:
        return 130
    return 3 if summary.failed else 0


def told(summary: Summary, run: Path, *, doubled: Sequence[tuple[str, int]], arguments: Sequence[str]) -> str:
    """What a person is told at the end of a run; `arguments` are those of the command, to be given again."""
    parts = [f"{summary.reviewed:,} reviewed"]
    if summary.skipped:
        parts.append(f"{summary.skipped:,} kept from before")
    parts.append(f"{summary.failed:,} failed" if summary.failed else "none failed")
    if summary.left_out:
        parts.append(f"{summary.left_out:,} left out as no documents")
    lines = [f"{', '.join(parts)}, in {_clock(summary.seconds)}."]
    if doubled:
        shown = ", ".join(f"{id} ({number} times)" for id, number in doubled)
        lines.append(f"Some ids stand for more than one document: {shown}.")
    if summary.failed and not summary.interrupted:
        lines.append("The failures, with reasons, are in the run folder; the next run tries them again.")
    if summary.interrupted:
        # Starting over is not going on.
        again = shlex.join(["jdclass", *(argument for argument in arguments if argument != "--fresh")])
        lines.append(f"Interrupted; what was done is stored in {run}. To go on, run the same command again:\n  {again}")
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


@contextmanager
def show_progress(stream: TextIO, *, quiet: bool = False) -> Iterator[Callable[[Tally], None] | None]:
    """A bar on a terminal, a line in ten seconds elsewhere, nothing (None) where quiet."""
    if quiet:
        yield None
    elif stream.isatty():
        yield from _bar(stream)
    else:
        yield _log(stream)


def _bar(stream: TextIO) -> Iterator[Callable[[Tally], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[done]}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        task = bar.add_task("", total=None, done="looking for files", rate="", failed="")

        def show(tally: Tally) -> None:
            done, rate, failed = _figures(tally)
            bar.update(task, total=tally.total_bytes, completed=tally.done_bytes, done=done, rate=rate, failed=failed)

        yield show


def _log(stream: TextIO) -> Callable[[Tally], None]:
    due = time.monotonic() + LOG_SECONDS

    def show(tally: Tally) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + LOG_SECONDS
        done, rate, failed = _figures(tally)
        share = tally.done_bytes / tally.total_bytes if tally.total_bytes else 1.0
        left = f", about {_clock(tally.seconds / share - tally.seconds)} left" if share >= LEAST_SHARE else ""
        print(f"{done} ({share:.0%}), {rate}{left}, {failed}", file=stream, flush=True)

    return show


def _figures(tally: Tally) -> tuple[str, str, str]:
    rate = tally.reviewed / tally.seconds if tally.seconds > 0 else 0.0
    return (
        f"{tally.reviewed + tally.skipped:,} roles",
        f"{rate:,.{0 if rate >= 10 else 1}f} a second",
        f"{tally.failed:,} failed",
    )


def export_run(run: Path, *, format: Format, output: Path | None = None) -> None:
    """The rows of a run to a file, or to standard output; Parquet, which is for files only, to RUN/reviews.parquet."""
    from jdclass.export import export

    if output is None and format == "parquet":
        output = run / "reviews.parquet"
    with Store.open(run) as store:
        if output is None:
            export(store, format, stream=sys.stdout.buffer)
        else:
            export(store, format, output=output)
