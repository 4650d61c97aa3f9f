"""`jdclass report`, `export`, `compare` and `feedback`: what is done with a run folder and what comes back from it."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jdclass.cli.output import counted, screen, until_closed
from jdclass.errors import DocumentError

if TYPE_CHECKING:
    from jdclass.across import DocumentChanges, RunChanges
    from jdclass.document import Review

__all__ = ["compare", "export", "feedback", "report"]

_Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder of `jdclass review -o`.", show_default=False)]


class RowFormat(StrEnum):
    """What rows are written as."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def report(
    run: _Run,
    profiles: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Profile texts to check for shared wording: a file or a folder."),
    ] = None,
    mask_names: Annotated[
        bool, typer.Option("--mask-names", help="Show no file names: they may hold the names of people.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; by default all cores.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Write the reports of a run folder again: pages, panel sheets, the review workbook.

    What people have filled in is kept apart and never overwritten.

    Example: jdclass report run --mask-names
    """
    from jdclass.cli.report import report_run

    with counted("reports", quiet=quiet) as progress:
        summary = report_run(run, profiles=profiles, mask_names=mask_names, workers=workers, progress=progress)
    print(f"{summary.roles:,} roles, {summary.failures:,} that could not be read, {summary.files:,} files in {run}")
    for path in summary.kept:
        print(f"Kept, as it had been filled in: {path}")


def export(
    run: _Run,
    format: Annotated[RowFormat, typer.Option(help="What the rows are written as.")] = RowFormat.JSONL,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="A file in place of standard output; for Parquet always a file."),
    ] = None,
) -> None:
    """Write the rows of a run folder for other programs: records, or one flat row a role.

    Example: jdclass export run --format csv > reviews.csv
    """
    from jdclass.cli.run import export_run

    with until_closed():
        export_run(run, format=format.value, output=output)


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A document, or a run folder.", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Its later version.", show_default=False)],
    page: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the changes as a page too.")] = None,
    model: Annotated[str | None, typer.Option(help="A model by name or folder, for documents.")] = None,
    mask_names: Annotated[bool, typer.Option("--mask-names", help="Show no file names on the page.")] = False,
) -> None:
    """Two versions of a document, or two run folders, side by side: what changed.

    Example: jdclass compare last-year.docx this-year.docx --page changes.html
    """
    with until_closed():
        if old.is_dir() and new.is_dir():
            _show_runs(_run_changes(old, new, page, mask_names=mask_names))
        elif old.is_dir() or new.is_dir():
            raise DocumentError(f"{old}, {new}: wanted two documents or two run folders, got one of each")
        else:
            _show_documents(_document_changes(old, new, page, model=model, mask_names=mask_names))
    if page is not None:
        print(f"To read: {page}", file=sys.stderr)


def _run_changes(old: Path, new: Path, page: Path | None, *, mask_names: bool) -> RunChanges:
    from jdclass.cli.report import compare_run_folders, stored_reviews

    if page is not None:
        return compare_run_folders(old, new, page, mask_names=mask_names)
    from jdclass.across import compare_runs
    from jdclass.store import Store

    with Store.open(old) as earlier, Store.open(new) as later:
        return compare_runs(stored_reviews(earlier), stored_reviews(later))


def _document_changes(
    old: Path, new: Path, page: Path | None, *, model: str | None, mask_names: bool
) -> DocumentChanges:
    from jdclass.review import load

    reviewer = load(model)
    earlier, later = reviewer.review_file(old), reviewer.review_file(new)
    if page is not None:
        from jdclass.report import write_document_changes

        earlier, later = _short_named(earlier, old, new), _short_named(later, new, old)
        return write_document_changes(earlier, later, page, mask_names=mask_names)
    from jdclass.across import compare_documents

    return compare_documents(earlier, later)


def _short_named(review: Review, path: Path, other: Path) -> Review:
    """The review with its file named as far as it tells both apart: a page is mailed, and where a file stood on
    somebody's machine is nobody's business."""
    name = path.name if path.name != other.name else f"{path.resolve().parent.name}/{path.name}"
    return replace(review, source=replace(review.source, path=name))


def _show_documents(changes: DocumentChanges) -> None:
    from rich.text import Text

    from jdclass.cli.screen import printable
    from jdclass.wording import default_wording, finding

    console, say = screen(), default_wording().say
    if changes.old.title == changes.new.title:
        console.print(Text(say("changes.same_title", title=printable(changes.new.title))))
    else:
        titles = {"old": printable(changes.old.title), "new": printable(changes.new.title)}
        console.print(Text(say("changes.titles", **titles)))
    for side, review in (("old", changes.old), ("new", changes.new)):
        console.print(Text(f"{say(f'column.{side}')}: {finding(review).sentence}"))
    if not changes.lines:
        console.print(Text(say("changes.none")))
        return
    numbers = {kind: len(changes.of(kind)) for kind in ("added", "removed", "reworded", "moved")}
    console.print(Text(say("changes.lead", kept=changes.kept, **numbers)))
    marks = {"kept": ("", "", ""), "removed": ("[-", "-]", "red strike"), "added": ("{+", "+}", "green underline")}
    for change in changes.lines:
        row = Text(f"\n{say(f'changes.{change.kind}')} ({printable(change.new_place or change.old_place or '')}): ")
        for piece in change.pieces:
            before, after, style = marks[piece.change]
            row.append(f"{before}{printable(piece.text)}{after} ", style)
        console.print(row)
    for heading, phrases in (("phrases_removed", changes.phrases_removed), ("phrases_added", changes.phrases_added)):
        listed = "; ".join(f"{printable(phrase.text)} ({phrase.orientation})" for phrase in phrases)
        console.print(Text(f"\n{say(f'changes.{heading}')}: {listed or say('changes.phrases_none')}"))


def _show_runs(changes: RunChanges) -> None:
    from rich.text import Text

    from jdclass.cli.screen import printable
    from jdclass.wording import default_wording, finding

    console, say = screen(), default_wording().say
    if changes.moved:
        console.print(Text(say("runs.lead", moved=len(changes.moved), stayed=changes.stayed)))
    else:
        console.print(Text(say("runs.none")))
    for moved in changes.moved:
        reasons = [
            say(f"runs.{what}", **({"old": _model(moved.old), "new": _model(moved.new)} if what == "model" else {}))
            for what, changed in (
                ("text", moved.text_changed),
                ("title", moved.title_changed),
                ("model", moved.model_changed),
            )
            if changed
        ] or [say("runs.reading")]
        before, after = finding(moved.old).sentence, finding(moved.new).sentence
        console.print()
        console.print(Text(f"{printable(moved.new.title)} ({printable(moved.new.id)})", "bold"))
        console.print(Text(f"  {say('column.old')}: {before}\n  {say('column.new')}: {after}"))
        console.print(Text(f"  {say('runs.why')}: {', '.join(reasons)}", "dim"))
    for key, reviews in (("only_old", changes.only_old), ("only_new", changes.only_new)):
        if reviews:
            console.print(Text(f"\n{say(f'runs.{key}')} ({len(reviews)})"))
            for review in reviews:
                console.print(Text(f"  {printable(review.title)} ({printable(review.id)})"))


def _model(review: Review) -> str:
    return f"{review.model.name} {review.model.version}"


def feedback(
    workbooks: Annotated[
        list[Path],
        typer.Argument(metavar="WORKBOOK", help="Filled-in review.xlsx files.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the annotated roles go, JSON Lines.")],
) -> None:
    """Turn reviewers' workbooks into annotated roles, and show how far the reviewers agree.

    Example: jdclass feedback review-ab.xlsx review-cd.xlsx -o feedback.jsonl
    """
    from jdclass.cli.feedback import read_feedback, show_feedback

    show_feedback(read_feedback(workbooks, out), screen())
