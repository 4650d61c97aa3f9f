"""A review as its readers see it: plain texts and runs, ready to lay out. All writers share it, so that they agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from jdclass.across import Borrowed, CriteriaTrace, Criterion
from jdclass.document import Excluded, Phrase, Review
from jdclass.framework import Framework
from jdclass.report.questions import place_of, questions
from jdclass.report.text import FileNames, share, shown
from jdclass.wording import Finding, finding

__all__ = ["ContrastRow", "LineView", "Mark", "RoleView", "Run", "StatementRow", "ZoneGroup", "role_view", "title_runs"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked run of words: a phrase or something set aside. `kind` is leadership, management or excluded."""

    tag: str  # "L3", "X1": unique on the page
    kind: str
    text: str
    counted: bool
    label: str  # "leadership"; "not counted"
    detail: str  # the contrast's side, or the reason it is not counted
    sure: str  # "0.94", empty for what is set aside
    hover: str
    place: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line, marked or plain."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class LineView:
    number: int
    place: str
    heading: bool
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """Lines in a row that stand in one zone."""

    label: str
    counted: bool
    shown: bool
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class ContrastRow:
    leadership_label: str
    management_label: str
    leadership: int
    management: int
    assessable: bool


@dataclass(frozen=True, slots=True)
class StatementRow:
    about: str
    state: str  # stated, stated_absent, not_found
    label: str
    quote: str
    place: str


@dataclass(frozen=True, slots=True)
class RoleView:
    """Everything that a page, a sheet or a row says about one role. Nothing here is decided: it is a review, worded."""

    review: Review
    key: str
    slug: str
    title: str
    title_runs: tuple[tuple[str, bool], ...]  # (text, whether it suggests the claim)
    employer: str
    file: str
    finding: Finding
    claim: str
    duties: str
    unusual: str  # yes, no, unknown
    put_forward: bool
    share_read: str  # "99%", empty where it is not known
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    marks: tuple[Mark, ...]
    groups: tuple[ZoneGroup, ...]
    contrasts: tuple[ContrastRow, ...]
    statements: tuple[StatementRow, ...]
    conflicts: tuple[str, ...]
    missing: tuple[str, ...]
    questions: tuple[str, ...]
    trace: CriteriaTrace | None
    borrowed: tuple[Borrowed, ...] | None  # None where no profile text was supplied

    @property
    def counted(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.counted)

    @property
    def not_counted(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if not mark.counted and mark.kind != "excluded")

    @property
    def excluded(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.kind == "excluded")

    @property
    def in_text(self) -> frozenset[str]:
        """Tags of the marks that stand in the text; of marks that overlap only the first does."""
        lines = (line for group in self.groups for line in group.lines)
        return frozenset(run.mark.tag for line in lines for run in line.runs if run.mark)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.trace.criteria if self.trace else ()


def title_runs(title: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """The title cut into (text, suggests) runs: each of `words` is marked where it first stands as a whole word.

    >>> title_runs("Lead Apheresis Nurse", ["Lead"])
    (('Lead', True), (' Apheresis Nurse', False))
    """
    spans: list[tuple[int, int]] = []
    for word in filter(None, words):
        for found in re.finditer(re.escape(word), title, re.IGNORECASE):
            start, end = found.span()
            whole = not title[start - 1 : start].isalnum() and not title[end : end + 1].isalnum()
            if whole and all(end <= other or start >= stop for other, stop in spans):
                spans.append((start, end))
                break
    runs, done = [], 0
    for start, end in sorted(spans):
        runs += [(title[done:start], False), (title[start:end], True)]
        done = end
    runs.append((title[done:], False))
    return tuple((shown(text), marked) for text, marked in runs if shown(text))


def _marks(review: Review, names: FileNames, framework: Framework) -> tuple[Mark, ...]:
    wording = names.wording
    items: list[Phrase | Excluded] = [*review.phrases, *review.excluded]
    items.sort(key=lambda item: (item.line, item.start, -item.end))
    marks = []
    number = set_aside = 0
    for item in items:
        if isinstance(item, Phrase):
            number += 1
            sides = {contrast.key: contrast for contrast in framework.contrasts}
            detail = sides[item.contrast].label(item.orientation) if item.contrast in sides else item.contrast
            values = {
                "orientation": wording.label("name", item.orientation),
                "contrast": detail,
                "sure": f"{item.probability:.2f}",
            }
            hover = wording.say("role.hover" if item.counted else "role.hover_shown", **values)
            tag = f"{wording.label('short', item.orientation)}{number}"
            kind, label, sure = item.orientation, values["orientation"], values["sure"]
            counted = item.counted
        else:
            set_aside += 1
            detail = shown(item.reason)
            hover = wording.say("role.hover_excluded", reason=detail)
            tag = f"{wording.say('short.excluded')}{set_aside}"
            kind, label, sure, counted = "excluded", wording.say("role.not_counted"), "", False
        marks.append(
            Mark(
                tag,
                kind,
                shown(item.text),
                counted,
                label,
                detail,
                sure,
                _capital(hover),
                place_of(review, item.line, names),
                item.line,
                item.start,
                item.end,
            )
        )
    return tuple(marks)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _runs(text: str, marks: Sequence[Mark]) -> tuple[Run, ...]:
    # Where two marks overlap the earlier and longer one is shown; both stand in the lists.
    runs, done = [], 0
    for mark in marks:
        start, end = max(mark.start, 0), min(mark.end, len(text))
        if start < done or start >= end:
            continue
        runs += [Run(shown(text[done:start])), Run(shown(text[start:end]), mark)]
        done = end
    runs.append(Run(shown(text[done:])))
    return tuple(run for run in runs if run.text)


def _groups(review: Review, marks: Sequence[Mark], names: FileNames, framework: Framework) -> tuple[ZoneGroup, ...]:
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        by_line.setdefault(mark.line, []).append(mark)
    zones = {zone.key: zone for zone in framework.zones}
    groups = []
    for key, lines in groupby(enumerate(review.lines), key=lambda item: item[1].zone):
        zone = zones.get(key)
        groups.append(
            ZoneGroup(
                zone.label if zone else key,
                bool(zone and zone.counted),
                bool(zone and zone.shown),
                tuple(
                    LineView(
                        number, place_of(review, number, names), line.heading, _runs(line.text, by_line.get(number, ()))
                    )
                    for number, line in lines
                ),
            )
        )
    return tuple(groups)


def _contrasts(review: Review, framework: Framework) -> tuple[ContrastRow, ...]:
    counts = dict(review.contrasts)
    rows = []
    for contrast in framework.contrasts:
        count = counts.get(contrast.key)
        rows.append(
            ContrastRow(
                contrast.label("leadership"),
                contrast.label("management"),
                count.leadership if count else 0,
                count.management if count else 0,
                bool(count and count.assessable),
            )
        )
    return tuple(rows)


def role_view(
    review: Review,
    *,
    names: FileNames,
    framework: Framework,
    trace: CriteriaTrace | None = None,
    borrowed: tuple[Borrowed, ...] | None = None,
    slug: str | None = None,
) -> RoleView:
    """Put a review into the words and runs that all writers lay out.

    `slug` names its files where another role has their usual name already.
    """
    wording = names.wording
    title = names.title(review)
    marks = _marks(review, names, framework)
    worded = finding(review, wording=wording)
    said_above = {worded.sentence, *wording.all("said_above")}
    abstained = worded.fit == "unknown"
    unusual = {True: "yes", False: "no", None: "unknown"}[review.usual.unusual]
    read = review.source.share_read
    return RoleView(
        review=review,
        key=names.key(review),
        slug=slug or names.slug(review),
        title=title,
        title_runs=title_runs(title, () if title != shown(review.title).strip() else review.claim.words),
        employer=shown(review.employer or ""),
        file=names.file(review.source),
        finding=worded,
        claim=wording.label("claim", review.claim.orientation),
        duties=wording.say("duties.unknown") if abstained else wording.label("duties", review.duties.orientation),
        unusual=unusual,
        put_forward=review.match.put_forward,
        share_read="" if read is None else share(read),
        # The finding itself stands above its reasons.
        reasons=tuple(
            names.free(reason, review)
            for reason in (*review.match.reasons, review.match.counterfactual)
            if reason is not None and reason not in said_above
        ),
        warnings=tuple(names.free(warning, review) for warning in review.source.warnings),
        marks=marks,
        groups=_groups(review, marks, names, framework),
        contrasts=_contrasts(review, framework),
        statements=tuple(
            StatementRow(
                wording.label("statement_about", item.what),
                item.state,
                wording.label("stated", item.state),
                shown(item.text or ""),
                "" if item.line is None else place_of(review, item.line, names),
            )
            for item in review.stated
        ),
        conflicts=tuple(_capital(names.free(conflict, review)) for conflict in review.conflicts),
        missing=tuple(_capital(wording.label("missing", names.free(item, review))) for item in review.missing),
        questions=questions(review, trace, names),
        trace=trace,
        borrowed=borrowed,
    )
