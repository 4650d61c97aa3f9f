"""What `jdclass report` and `jdclass compare` do, as plain functions: read a run, write its pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jdclass.document import Failure, Review
from jdclass.errors import DocumentError, StoreError

if TYPE_CHECKING:
    from jdclass.across import ProfileText, RunChanges
    from jdclass.report import ReportSummary
    from jdclass.store import Store

#: A process takes as long to start as to write the pages of so many roles.
ROLES_A_WORKER = 200

__all__ = ["compare_run_folders", "read_profiles", "report_run", "stored_failures", "stored_reviews"]


def stored_reviews(store: Store) -> Iterator[Review]:
    """The reviews of a store in its order. Raises StoreError for a record that is none."""
    for record in store.reviews():
        try:
            yield Review.from_dict(record)
        except (KeyError, TypeError) as error:
            raise StoreError(f"{store.path}: a stored review cannot be read: {error}") from error


def stored_failures(store: Store) -> Iterator[Failure]:
    """The failures of a store in its order."""
    return map(Failure.from_dict, store.failures())


def read_profiles(path: Path) -> tuple[ProfileText, ...]:
    """Profile texts from a file, or from every readable file of a folder, named by file name.

    Raises DocumentError where there is nothing to read, or a file cannot be read: a check that leaves a profile out
    without a word would read as a clean result.
    """
    from jdclass.across import ProfileText
    from jdclass.read import can_read, read_path
    from jdclass.segment import split_lines

    paths = sorted(item for item in path.rglob("*") if item.is_file() and can_read(item)) if path.is_dir() else [path]
    if not paths:
        raise DocumentError(f"{path}: holds no file that can be read as profile text")
    profiles = []
    for item in paths:
        for role in read_path(item, name=item.name):
            if isinstance(role, Failure):
                raise DocumentError(f"{item}: {role.message}")
            profiles.append(ProfileText(item.name, tuple(line.text for line in split_lines(role.blocks))))
    return tuple(profiles)


def report_run(
    run: Path,
    *,
    profiles: Path | None = None,
    mask_names: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ReportSummary:
    """Write the reports of a run folder from its store.

    `workers` is the number of processes, by default as many as there are cores and enough roles for; `progress` is told
    how many roles of how many are written. Raises StoreError, DocumentError.
    """
    from jdclass.report import write_reports
    from jdclass.store import Store

    texts = () if profiles is None else read_profiles(profiles)
    with Store.open(run) as store:
        total = store.counts().reviews
        return write_reports(
            run,
            lambda: stored_reviews(store),
            lambda: stored_failures(store),
            profiles=texts,
            mask_names=mask_names,
            workers=workers or min(os.cpu_count() or 1, max(1, total // ROLES_A_WORKER)),
            progress=None if progress is None else lambda done: progress(done, total),
        )


def compare_run_folders(old: Path, new: Path, out: Path, *, mask_names: bool = False) -> RunChanges:
    """Write the page of the findings that moved between two run folders. Raises StoreError."""
    from jdclass.report import write_run_changes
    from jdclass.store import Store

    with Store.open(old) as earlier, Store.open(new) as later:
        return write_run_changes(
            stored_reviews(earlier),
            stored_reviews(later),
            out,
            old_name=old.resolve().name,
            new_name=new.resolve().name,
            mask_names=mask_names,
        )
