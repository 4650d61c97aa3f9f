"""The folder at a glance: what index, summary sheet and the page across the folder add up while roles pass by."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace

from jdclass.across import TwinRole, twin_role
from jdclass.document import ORIENTATIONS4, ModelName
from jdclass.framework import Framework
from jdclass.report.text import shown
from jdclass.report.view import RoleView
from jdclass.wording import Fit, cannot_tell_reason

__all__ = ["FITS", "ContrastTotal", "Folder", "OrphanEntry", "Row"]

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
class ContrastTotal:
    leadership_label: str
    management_label: str
    leadership: int
    management: int
    assessable: int  # documents with enough phrases of it


@dataclass(slots=True)
class Folder:
    """Adds up roles as they are written; a few hundred bytes a role stay."""

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
    borrowed: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    _hashes: list[str] = field(default_factory=list)

    def add(self, view: RoleView) -> None:
        """Count one role in. Its slug must not have come before."""
        review = view.review
        fit = view.finding.fit
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
        self.rows.append(row)
        self.entries[view.slug] = row
        self.models[review.model] += 1
        self._hashes.append(review.source.sha256)
        reason = cannot_tell_reason(review)
        if reason is not None:
            self.reasons[reason] += 1
        for key, count in review.contrasts:
            self.phrases[key, "leadership"] += count.leadership
            self.phrases[key, "management"] += count.management
            self.assessable[key] += count.assessable
        twin = twin_role(review, framework=self.framework)
        if twin is not None:
            self.twins.append(replace(twin, id=view.slug))
        if view.trace is not None:
            self._add_trace(view)
        if view.borrowed:
            self.borrowed.append((view.slug, view.borrowed))

    def _add_trace(self, view: RoleView) -> None:
        found = view.trace
        if found is None:
            return
        if not found.marked:
            self.unmarked += 1
        if found.orphans:
            orphans = tuple((item.text, item.place) for item in found.orphans)
            self.orphans.append(OrphanEntry(view.slug, len(found.criteria), orphans))
        for orientation, line in found.unmet:
            at = next((item.place for item in found.criteria if item.line == line), "")
            self.unmet[orientation].append((view.slug, shown(view.review.lines[line].text), at))

    def count(self, fit: Fit) -> int:
        return sum(row.fit == fit for row in self.rows)

    @property
    def put_forward(self) -> int:
        return sum(row.put_forward for row in self.rows)

    @property
    def files_hash(self) -> str:
        """SHA-256 over the sorted hashes of all files: equal for the same files, in whatever order they were read."""
        return hashlib.sha256("\n".join(sorted(self._hashes)).encode()).hexdigest()

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
