"""The folder at a glance: what index, summary sheet and the page across the folder add up while roles pass by."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from jdclass.across import Borrowed, CriteriaTrace, TwinRole, twin_role
from jdclass.document import ORIENTATIONS4, ModelName, Review
from jdclass.framework import Framework
from jdclass.report.text import shown
from jdclass.report.view import RoleView
from jdclass.wording import Fit, cannot_tell_reason

__all__ = ["FITS", "ContrastTotal", "Entry", "Folder", "OrphanEntry", "Row", "entry_of", "hash_of_all"]

FITS: tuple[Fit, ...] = ("fit", "partly", "not", "unknown")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the index: as little of a role as its table shows."""

    slug: str
    title: str
    employer: str
    claim: str  # leadership, management, both, neither
    duties: str  # the same, or unknown
    fit: Fit
    unusual: str
    put_forward: bool
    share_read: str
    file: str


@dataclass(frozen=True, slots=True)
class OrphanEntry:
    """Essential lines of one document without a duty: (text, place), and how many essential lines were traced."""

    id: str
    total: int
    orphans: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the folder keeps of one role: some hundred bytes, where its view has tens of thousands."""

    row: Row
    model: ModelName
    sha256: str
    reason: str | None  # why it cannot be told, where it cannot
    contrasts: tuple[tuple[str, int, int, bool], ...]  # key, leadership, management, assessable
    twin: TwinRole | None
    marked: bool  # whether essential lines are marked as such
    orphans: OrphanEntry | None
    unmet: tuple[tuple[str, str, str], ...]  # orientation, text, place
    borrowed: tuple[Borrowed, ...]


@dataclass(frozen=True, slots=True)
class ContrastTotal:
    leadership_label: str
    management_label: str
    leadership: int
    management: int
    assessable: int  # documents with enough phrases of it


def hash_of_all(hashes: Iterable[str]) -> str:
    """SHA-256 over the sorted hashes of files, the same in whatever order they come."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def entry_of(view: RoleView, *, framework: Framework) -> Entry:
    """What the pages about all documents need of one role."""
    review, fit = view.review, view.finding.fit
    row = Row(
        view.slug,
        view.title,
        view.employer,
        review.claim.orientation,
        "unknown" if fit == "unknown" else review.duties.orientation,
        fit,
        view.unusual,
        view.put_forward,
        view.share_read,
        view.file,
    )
    twin = twin_role(review, framework=framework)
    found, orphans = view.trace, None
    if found is not None and found.orphans:
        lines = tuple((item.text, item.place) for item in found.orphans)
        orphans = OrphanEntry(view.slug, len(found.criteria), lines)
    return Entry(
        row,
        review.model,
        review.source.sha256,
        cannot_tell_reason(review),
        tuple((key, count.leadership, count.management, count.assessable) for key, count in review.contrasts),
        None if twin is None else replace(twin, id=view.slug),
        found is None or found.marked,
        orphans,
        () if found is None else tuple(_unmet(review, found)),
        view.borrowed or (),
    )


def _unmet(review: Review, found: CriteriaTrace) -> Iterator[tuple[str, str, str]]:
    for orientation, line in found.unmet:
        place = next((item.place for item in found.criteria if item.line == line), "")
        yield orientation, shown(review.lines[line].text), place


@dataclass(slots=True)
class Folder:
    """Adds up roles as they are written."""

    framework: Framework
    rows: list[Row] = field(default_factory=list)
    entries: dict[str, Row] = field(default_factory=dict)  # by slug
    models: Counter[ModelName] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    phrases: Counter[tuple[str, str]] = field(default_factory=Counter)
    assessable: Counter[str] = field(default_factory=Counter)
    twins: list[TwinRole] = field(default_factory=list)
    orphans: list[OrphanEntry] = field(default_factory=list)
    unmarked: int = 0
    unmet: dict[str, list[tuple[str, str, str]]] = field(
        default_factory=lambda: {"leadership": [], "management": []}
    )  # (slug, text, place)
    borrowed: list[tuple[str, tuple[Borrowed, ...]]] = field(default_factory=list)
    _hashes: list[str] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Count one role in. Its slug must not have come before."""
        slug = entry.row.slug
        self.rows.append(entry.row)
        self.entries[slug] = entry.row
        self.models[entry.model] += 1
        self._hashes.append(entry.sha256)
        if entry.reason is not None:
            self.reasons[entry.reason] += 1
        for key, leadership, management, assessable in entry.contrasts:
            self.phrases[key, "leadership"] += leadership
            self.phrases[key, "management"] += management
            self.assessable[key] += assessable
        if entry.twin is not None:
            self.twins.append(entry.twin)
        self.unmarked += not entry.marked
        if entry.orphans is not None:
            self.orphans.append(entry.orphans)
        for orientation, text, place in entry.unmet:
            self.unmet[orientation].append((slug, text, place))
        if entry.borrowed:
            self.borrowed.append((slug, entry.borrowed))

    def count(self, fit: Fit) -> int:
        return sum(row.fit == fit for row in self.rows)

    @property
    def put_forward(self) -> int:
        return sum(row.put_forward for row in self.rows)

    @property
    def files_hash(self) -> str:
        """SHA-256 over the sorted hashes of all files: equal for the same files, in whatever order they were read."""
        return hash_of_all(self._hashes)

    def grid(self) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
        """Column keys (what the document states) and the counts, a row for each thing a title can suggest."""
        columns = (*ORIENTATIONS4, "unknown")
        counts = Counter((row.claim, row.duties) for row in self.rows)
        return columns, tuple(tuple(counts[claim, duties] for duties in columns) for claim in ORIENTATIONS4)

    def contrasts(self) -> tuple[ContrastTotal, ...]:
        return tuple(
            ContrastTotal(
                contrast.label("leadership"),
                contrast.label("management"),
                self.phrases[contrast.key, "leadership"],
                self.phrases[contrast.key, "management"],
                self.assessable[contrast.key],
            )
            for contrast in self.framework.contrasts
        )
