"""The files about one role: its page, its panel sheet as a page and for Word, and what the folder keeps of it.

A role is written alone, so that many can be written at once in processes of their own.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import islice
from pathlib import Path

from jdclass.across import ProfileText, find_borrowed, index_profiles, trace
from jdclass.document import Review
from jdclass.errors import StoreError
from jdclass.framework import Framework
from jdclass.report.folder import Entry, entry_of
from jdclass.report.pages import Pages
from jdclass.report.panel import panel_sheet
from jdclass.report.text import FileNames
from jdclass.report.view import role_view
from jdclass.report.word import PanelWriter
from jdclass.report.workbook import RoleRows, role_rows
from jdclass.wording import Wording

__all__ = ["RoleDone", "RoleSetup", "RoleWriter", "write_page", "write_roles"]

PIECE = 16  # roles that a worker writes at a time
WAVE = 1024  # roles out at most: the results of so many may wait in memory


@dataclass(frozen=True, slots=True)
class RoleSetup:
    """What is the same for all roles of a report; `out` is the folder that their files go to."""

    out: Path
    wording: Wording
    framework: Framework
    mask_names: bool
    made: date
    profiles: tuple[ProfileText, ...] = ()

    @property
    def stamp(self) -> datetime:
        """The day as a time, for the properties of files."""
        return datetime.combine(self.made, time(12), UTC)


@dataclass(frozen=True, slots=True)
class RoleDone:
    """What stays of a role when its files are written."""

    entry: Entry
    rows: RoleRows


def write_page(path: Path, page: str) -> None:
    """Write a page. What is no Unicode (a lone surrogate of a file name, say) becomes a question mark."""
    path.write_text(page, encoding="utf-8", errors="replace")


class RoleWriter:
    """Writes the files of roles, one after the other."""

    def __init__(self, setup: RoleSetup) -> None:
        self.setup = setup
        self.names = FileNames(setup.wording, mask=setup.mask_names)
        self.pages = Pages(self.names, made=setup.made)
        self.word = PanelWriter(setup.wording, made=setup.stamp)
        self.profiles = index_profiles(setup.profiles) if setup.profiles else None

    def write(self, review: Review, slug: str) -> RoleDone:
        """Write the files of one role under the name `slug`. Raises OSError."""
        setup, framework = self.setup, self.setup.framework
        borrowed = None if self.profiles is None else find_borrowed(review, self.profiles, framework=framework)
        found = trace(review, framework=framework)
        view = role_view(review, names=self.names, framework=framework, trace=found, borrowed=borrowed, slug=slug)
        sheet = panel_sheet(view, self.names)
        write_page(setup.out / "roles" / f"{slug}.html", self.pages.role(view))
        write_page(setup.out / "panel" / f"{slug}.html", self.pages.panel(view, sheet))
        self.word.write(setup.out / "panel" / f"{slug}.docx", view, sheet, self.pages.role_statements(review))
        return RoleDone(entry_of(view, framework=framework), role_rows(view, setup.wording))


@lru_cache(maxsize=1)
def _writer(setup: bytes) -> RoleWriter:
    return RoleWriter(pickle.loads(setup))


def _write_piece(setup: bytes, roles: Sequence[tuple[Review, str]]) -> list[RoleDone]:
    """What a worker does."""
    writer = _writer(setup)
    return [writer.write(review, slug) for review, slug in roles]


def write_roles(setup: RoleSetup, roles: Iterable[tuple[Review, str]], *, workers: int = 1) -> Iterator[RoleDone]:
    """Write the files of all `roles` (a review and the name of its files) and give back, in order, what stays of each.

    Raises OSError, and StoreError where a worker process ends by force.
    """
    if workers == 1:
        writer = RoleWriter(setup)
        for review, slug in roles:
            yield writer.write(review, slug)
        return
    from joblib import Parallel, delayed

    packed = pickle.dumps(setup)
    try:
        # Given all at once, results would pile up where the workbook falls behind.
        rest = iter(roles)
        while wave := list(islice(rest, WAVE)):
            pieces = (wave[at : at + PIECE] for at in range(0, len(wave), PIECE))
            results = Parallel(n_jobs=workers, backend="loky", return_as="generator", batch_size=1)(
                delayed(_write_piece)(packed, piece) for piece in pieces
            )
            for done in results:
                yield from done
    except BrokenExecutor as error:
        raise StoreError(f"a process that wrote reports was ended, by the system or by someone: {error}") from error
