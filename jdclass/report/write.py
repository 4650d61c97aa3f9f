"""Reports of a run folder: every format in one pass over the reviews, swapped in when all of them are whole.

Files that people fill in (the workbook, the Word sheets) are never overwritten once they differ from what was written:
they are moved to `kept/` first.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from jdclass.across import DocumentChanges, ProfileText, RunChanges, compare_documents, compare_runs
from jdclass.document import Failure, ModelName, Review
from jdclass.errors import StoreError
from jdclass.framework import Framework, default_framework
from jdclass.report.folder import Folder
from jdclass.report.pages import Pages
from jdclass.report.roles import RoleSetup, write_page, write_roles
from jdclass.report.text import FileNames
from jdclass.report.workbook import Workbook
from jdclass.wording import Wording, default_wording

__all__ = ["ReportSummary", "write_document_changes", "write_reports", "write_run_changes"]

MANIFEST = "reports.json"
KEPT = "kept"
FORMAT = 1
_T = TypeVar("_T")
_EDITED = (".xlsx", ".docx")


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What was written: numbers of roles and failures, files by kind, and files of people that were kept apart."""

    run: Path
    roles: int
    failures: int
    files: int
    kept: tuple[Path, ...]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _earlier(run: Path) -> dict[str, str | None]:
    """Files of the last report by their path in the run, with the hash of those that people fill in."""
    try:
        table = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    names = table.get("files") if isinstance(table, dict) and table.get("format") == FORMAT else None
    if not isinstance(names, dict):
        return {}
    # Whatever the file says, nothing outside the run is ever touched.
    return {name: mark for name, mark in names.items() if not Path(name).is_absolute() and ".." not in Path(name).parts}


def _keep(run: Path, name: str) -> Path:
    """Move a file that a person changed out of the way, under the first free name."""
    source = run / name
    number = 1
    while (target := run / KEPT / f"{source.stem}-{number}{source.suffix}").exists():
        number += 1
    target.parent.mkdir(exist_ok=True)
    source.rename(target)
    return target


def _swap_in(run: Path, fresh: Path) -> tuple[Path, ...]:
    """Move the new files over the old ones, keep what people changed, and remove pages of roles that are gone."""
    earlier = _earlier(run)
    new = {path.relative_to(fresh).as_posix(): path for path in sorted(fresh.rglob("*")) if path.is_file()}
    kept = []
    for name in sorted({*new, *earlier}):
        old = run / name
        if not old.is_file():
            continue
        if old.suffix in _EDITED and _sha256(old) != earlier.get(name):
            kept.append(_keep(run, name))
        elif name not in new:
            old.unlink()
    marks = {name: _sha256(path) if path.suffix in _EDITED else None for name, path in new.items()}
    for name, path in new.items():
        target = run / name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    text = json.dumps({"format": FORMAT, "files": marks}, indent=0, ensure_ascii=False)
    (fresh / MANIFEST).write_text(text, encoding="utf-8")
    (fresh / MANIFEST).replace(run / MANIFEST)
    return tuple(kept)


def _again(values: Callable[[], Iterable[_T]] | Iterable[_T]) -> Iterable[_T]:
    return values() if callable(values) else values


def _named(reviews: Iterable[Review], names: FileNames) -> Iterator[tuple[Review, str]]:
    """Each review with the name of its files; one that another role has already gets a number."""
    taken: set[str] = set()
    for review in reviews:
        slug = first = names.slug(review)
        number = 2
        while slug in taken:
            slug = f"{first}-{number}"
            number += 1
        taken.add(slug)
        yield review, slug


def write_reports(
    run: Path,
    reviews: Callable[[], Iterable[Review]] | Iterable[Review],
    failures: Callable[[], Iterable[Failure]] | Iterable[Failure],
    *,
    profiles: Sequence[ProfileText] = (),
    mask_names: bool = False,
    made: date | None = None,
    name: str | None = None,
    wording: Wording | None = None,
    framework: Framework | None = None,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> ReportSummary:
    """Write `index.html`, `roles/`, `panel/`, `across.html` and `review.xlsx` into `run`, in one pass over the reviews.

    `profiles` turns on the check of profile wording; `mask_names` shows no file name; `made` is the day printed;
    `name` is what the folder is called on the pages (the name of `run`); `workers` is the number of processes, and
    their number shows in no file; `progress` is told the number of roles written. Raises StoreError where the run
    cannot be written.
    """
    wording = wording or default_wording()
    framework = framework or default_framework()
    names = FileNames(wording, mask=mask_names)
    name = name if name is not None else run.resolve().name
    folder = Folder(framework)
    fresh = None
    try:
        run.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".reports-", dir=run))
        setup = RoleSetup(fresh, wording, framework, mask_names, made or date.today(), tuple(profiles))
        pages = Pages(names, made=setup.made)
        (fresh / "roles").mkdir()
        (fresh / "panel").mkdir()
        with Workbook(fresh / "review.xlsx", wording, made=setup.stamp.replace(tzinfo=None)) as book:
            for done in write_roles(setup, _named(_again(reviews), names), workers=workers):
                folder.add(done.entry)
                book.add(done.rows)
                if progress is not None:
                    progress(len(folder.rows))
            failed = []
            for failure in _again(failures):
                failed.append((names.failed_file(failure), names.free(failure.message, failure)))
                book.add_failure(*failed[-1])
            book.finish(folder, name, pages.folder_statements(folder))
        write_page(fresh / "index.html", pages.index(folder, name, failed))
        write_page(fresh / "across.html", pages.across(folder, name, profiles=bool(profiles)))
        files = sum(path.is_file() for path in fresh.rglob("*"))
        kept = _swap_in(run, fresh)
    except OSError as error:
        raise StoreError(f"{run}: reports cannot be written: {error.strerror or error}") from error
    finally:
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
    return ReportSummary(run, len(folder.rows), len(failed), files, kept)


def _one_page(mask_names: bool, made: date | None, wording: Wording | None) -> Pages:
    names = FileNames(wording or default_wording(), mask=mask_names)
    return Pages(names, made=made or date.today())


def write_document_changes(
    old: Review,
    new: Review,
    out: Path,
    *,
    mask_names: bool = False,
    made: date | None = None,
    wording: Wording | None = None,
) -> DocumentChanges:
    """Write the page of what changed from one document to the other to `out`, and give the changes back.

    Raises StoreError where `out` cannot be written.
    """
    changes = compare_documents(old, new)
    page = _one_page(mask_names, made, wording).changes(changes)
    try:
        write_page(out, page)
    except OSError as error:
        raise StoreError(f"{out}: cannot be written: {error.strerror or error}") from error
    return changes


def write_run_changes(
    old: Iterable[Review],
    new: Iterable[Review],
    out: Path,
    *,
    old_name: str,
    new_name: str,
    mask_names: bool = False,
    made: date | None = None,
    wording: Wording | None = None,
) -> RunChanges:
    """Write the page of the findings that moved between two runs to `out`, and give the changes back.

    Raises StoreError where `out` cannot be written.
    """
    models: dict[ModelName, None] = {}
    hashes: tuple[list[str], list[str]] = ([], [])

    def noted(reviews: Iterable[Review], of_side: list[str]) -> Iterator[Review]:
        for review in reviews:
            models[review.model] = None
            of_side.append(review.source.sha256)
            yield review

    changes = compare_runs(noted(old, hashes[0]), noted(new, hashes[1]))
    page = _one_page(mask_names, made, wording).runs(changes, old_name, new_name, models=list(models), hashes=hashes)
    try:
        write_page(out, page)
    except OSError as error:
        raise StoreError(f"{out}: cannot be written: {error.strerror or error}") from error
    return changes
