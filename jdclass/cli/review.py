"""`jdclass review INPUT...`: one document to the terminal, many as a list or as records, or all into a run folder."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jdclass.cli.output import counted, json_bytes, screen, until_closed
from jdclass.document import Failure, Review
from jdclass.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jdclass.batch import ReviewerLike

__all__ = ["Format", "review", "write_record_files"]

_MOST_TOLD = 20  # warnings and failures on standard error; a corpus may have thousands

#: What a role came to: its review, or why there is none.
Result = Review | Failure

_PANEL_RUN = "With -o RUN"
_PANEL_MODEL = "Model and data files"


class Format(StrEnum):
    """What standard output gets."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def review(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT",
            help="Documents (Word, PDF, HTML, text, ...), folders of them, or vacancy records as JSON Lines.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="RUN", help="Review into this run folder and write the reports there."),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="The title to compare with, in place of the document's own.")
    ] = None,
    format: Annotated[Format, typer.Option(help="What standard output gets.")] = Format.TEXT,
    keep_contacts: Annotated[
        bool, typer.Option("--keep-contacts", help="Do not mask names, mail addresses and telephone numbers.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no warnings.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start over instead of going on.", rich_help_panel=_PANEL_RUN)
    ] = False,
    no_reports: Annotated[
        bool,
        typer.Option(
            "--no-reports", help="Store the reviews alone; jdclass report RUN follows.", rich_help_panel=_PANEL_RUN
        ),
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default all cores.", rich_help_panel=_PANEL_RUN)
    ] = None,
    backend: Annotated[
        str | None, typer.Option(help="Another backend of joblib, such as dask.", rich_help_panel=_PANEL_RUN)
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of the dask scheduler.", rich_help_panel=_PANEL_RUN)
    ] = None,
    model: Annotated[str | None, typer.Option(help="A model by name or folder.", rich_help_panel=_PANEL_MODEL)] = None,
    lexicon: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Patterns of your own.", rich_help_panel=_PANEL_MODEL)
    ] = None,
    collisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Collisions of your own.", rich_help_panel=_PANEL_MODEL)
    ] = None,
    titles: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A titles file of your own.", rich_help_panel=_PANEL_MODEL)
    ] = None,
) -> None:
    """Does the title say what the document says the job is?

    One document is shown in full. A folder, several documents or a file of records give one line a role. With -o the
    reviews go into a run folder with reports; the same command again goes on where it stopped.

    Example: jdclass review corpora/demo -o run

    Exit codes: 0 all done, 1 could not start, 2 wrong use, 3 done but some files failed, 130 interrupted.
    """
    if title is not None and not _is_single(inputs):
        raise typer.BadParameter("--title goes with one document")
    open_reviewer = partial(_open_reviewer, model, lexicon, collisions, titles)
    if output is not None:
        if format is not Format.TEXT:
            raise typer.BadParameter(f"with -o RUN the rows come from: jdclass export {output} --format {format}")
        reading = {"title": title, "keep_contacts": keep_contacts}
        running = {"fresh": fresh, "workers": workers, "backend": backend, "scheduler": scheduler}
        code = _to_run(inputs, output, open_reviewer, quiet=quiet, reports=not no_reports, **reading, **running)
        raise typer.Exit(code)
    only_runs = {"fresh": fresh, "no-reports": no_reports, "workers": workers, "backend": backend}
    for name, given in {**only_runs, "scheduler": scheduler}.items():
        if given:
            raise typer.BadParameter(f"--{name} goes with -o RUN")
    results = _results(inputs, open_reviewer, title=title, keep_contacts=keep_contacts)
    told = _Told(quiet=quiet)
    with until_closed():
        if format is Format.TEXT:
            _show(told.each(results), single=_is_single(inputs))
        elif format is Format.JSON:
            _write_json(told.each(results), single=_is_single(inputs))
        elif format is Format.JSONL:
            _write_json_lines(told.each(results))
        else:
            _write_csv(told.each(results))
    told.finish(listed=format is Format.TEXT)
    raise typer.Exit(3 if told.failed else 0)


def _open_reviewer(
    model: str | None, lexicon: Path | None, collisions: Path | None, titles: Path | None
) -> ReviewerLike:
    # A function of a module, since worker processes are sent it.
    from jdclass.review import load

    return load(model, lexicon=lexicon, collisions=collisions, titles=titles)


def _is_single(inputs: list[Path]) -> bool:
    from jdclass.batch.stream import is_single

    return is_single(inputs)


def _results(
    inputs: list[Path], open_reviewer: Callable[[], ReviewerLike], *, title: str | None, keep_contacts: bool
) -> Iterator[Result]:
    """What every role of the inputs came to, in their order. The inputs are looked for before the model is opened."""
    from jdclass.batch.stream import review_stream, stream_roles

    roles = stream_roles(inputs, title=title, keep_contacts=keep_contacts)
    for _, result in review_stream(open_reviewer(), roles):
        yield result


class _Told:
    """What standard error is told of a stream of results: warnings as they come, then failures and doubled ids."""

    def __init__(self, *, quiet: bool) -> None:
        self.failed = 0
        self._quiet = quiet
        self._warnings = 0
        self._ids: Counter[str] = Counter()
        self._failures: list[Failure] = []

    def each(self, results: Iterable[Result]) -> Iterator[Result]:
        """The same results."""
        for result in results:
            if isinstance(result, Failure):
                self.failed += 1
                if len(self._failures) < _MOST_TOLD:
                    self._failures.append(result)
            else:
                self._ids[result.id] += 1
                for warning in result.source.warnings:
                    self._warn(f"{result.source.path or result.id}: {warning}")
            yield result

    def _warn(self, sentence: str) -> None:
        self._warnings += 1
        if not self._quiet and self._warnings <= _MOST_TOLD:
            self._say(sentence)

    def _say(self, sentence: str, *, indent: int = 0) -> None:
        from jdclass.cli.screen import printable

        print(" " * indent + printable(sentence), file=sys.stderr)

    def finish(self, *, listed: bool) -> None:
        """The last words; `listed`: standard output has the failures one by one already."""
        if self._quiet:
            return
        if self._warnings > _MOST_TOLD:
            self._say(f"and {self._warnings - _MOST_TOLD:,} more warnings; each stands in its record")
        doubled = [(id, number) for id, number in self._ids.items() if number > 1]
        if doubled:
            some = ", ".join(f"{id} ({number} times)" for id, number in doubled[:3])
            more = f" and {len(doubled) - 3:,} more" if len(doubled) > 3 else ""
            self._say(f"Some ids stand for more than one document: {some}{more}.")
        if self.failed and not listed:
            from jdclass.cli.screen import failure_line

            self._say(f"{self.failed:,} could not be read:")
            for failure in self._failures:
                self._say(failure_line(failure), indent=2)
            if self.failed > len(self._failures):
                self._say(f"and {self.failed - len(self._failures):,} more; each has its row", indent=2)


def _show(results: Iterator[Result], *, single: bool) -> None:
    """One review in full, or a line a role with the failures at the end."""
    from jdclass.cli.screen import ReviewScreen, failure_line, summary_line

    console = screen()
    first = list(islice(results, 2))
    if single and len(first) == 1 and isinstance(first[0], Review):
        console.print(ReviewScreen(first[0]))
        return
    failures: list[Failure] = []
    shown = 0
    for result in chain(first, results):
        if isinstance(result, Failure):
            failures.append(result)
            continue
        shown += 1
        if console.is_terminal:
            console.print(summary_line(result), no_wrap=True, overflow="ellipsis")  # a role a row
        else:
            console.print(summary_line(result), soft_wrap=True)
    if failures:
        if shown:
            console.print()
        console.print(f"Could not be read: {len(failures):,}")
        for failure in failures:
            console.print(f"  {failure_line(failure)}", soft_wrap=True, markup=False)


def _write_json(results: Iterator[Result], *, single: bool) -> None:
    """One record as an object where the input is one document, else a list of them."""
    out = sys.stdout.buffer
    first = list(islice(results, 2))
    if single and len(first) == 1:
        out.write(json_bytes(first[0].to_dict(), indent=1) + b"\n")
        return
    separator = b"["
    for result in chain(first, results):
        out.write(separator + b"\n" + json_bytes(result.to_dict()))
        separator = b","
    out.write(b"\n]\n" if separator == b"," else b"[]\n")


def _write_json_lines(results: Iterator[Result]) -> None:
    out = sys.stdout.buffer
    for result in results:
        out.write(json_bytes(result.to_dict()) + b"\n")
        out.flush()  # who reads a pipe wants each review when it is there


def _write_csv(results: Iterator[Result]) -> None:
    from jdclass.export import write_csv

    records = (("failure" if isinstance(result, Failure) else "review", result.to_dict()) for result in results)
    write_csv(records, sys.stdout.buffer)


def _to_run(
    inputs: list[Path],
    run: Path,
    open_reviewer: Callable[[], ReviewerLike],
    *,
    quiet: bool,
    reports: bool,
    **options: Any,
) -> int:
    """Review into a run folder, then write the records as files, then the reports; an interrupted run has neither."""
    from jdclass.cli.run import exit_code, review_run

    summary = review_run(inputs, run, quiet=quiet, open_reviewer=open_reviewer, **options)
    if not summary.interrupted:
        write_record_files(run)
        if reports:
            _write_reports(run, workers=options.get("workers"), quiet=quiet)
    return exit_code(summary)


def write_record_files(run: Path) -> None:
    """Write `reviews.jsonl` and `failures.jsonl` of a run folder from its store, each whole or not at all.

    Raises StoreError where there is no store, or a file cannot be written.
    """
    from jdclass.store import Store

    with Store.open(run) as store:
        _write_lines(run / "reviews.jsonl", store.json_lines("review"))
        _write_lines(run / "failures.jsonl", store.json_lines("failure"))


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    part = path.with_name(f"{path.name}.part{os.getpid()}")
    try:
        with part.open("wb") as stream:
            stream.writelines(lines)
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _write_reports(run: Path, *, workers: int | None, quiet: bool) -> None:
    from jdclass.cli.report import report_run

    with counted("reports", quiet=quiet) as progress:
        report_run(run, workers=workers, progress=progress)
    if not quiet:
        print(f"To read: {run / 'index.html'} and {run / 'review.xlsx'}", file=sys.stderr)
