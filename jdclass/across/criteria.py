"""Essential-criteria trace: which stated duty needs each essential line of the person specification.

A person specification should ask for what the duties need (NHS Job Evaluation Handbook, 10.1). Each essential line is
linked to the duty lines that share its words, or its contrast; a line without one is listed for a person to look at.
Registrations, qualifications, licences, checks and traits are left out: no single duty has to need them.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jdclass.across.words import content_stems, words
from jdclass.document import Review, ReviewedLine
from jdclass.errors import FrameworkError
from jdclass.framework import Framework, default_framework

__all__ = [
    "CriteriaRules",
    "CriteriaTrace",
    "Criterion",
    "DutyLink",
    "default_rules",
    "essential_lines",
    "load_rules",
    "trace",
]

DATA = Path(__file__).parent.parent / "data" / "criteria.toml"
FORMAT = 1
#: The share of a criterion's weighted words that a duty line must hold to be linked, in (0, 1].
SHARED = 0.34
#: At most this many duty lines are named for one criterion.
LINKS = 2


@dataclass(frozen=True, slots=True)
class _Kind:
    key: str
    patterns: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class CriteriaRules:
    """How a person specification is read: `data/criteria.toml`, compiled."""

    heading_essential: re.Pattern[str]
    heading_desirable: re.Pattern[str]
    inline_essential: re.Pattern[str]
    inline_desirable: re.Pattern[str]
    kinds: tuple[_Kind, ...]
    asked: tuple[tuple[str, re.Pattern[str]], ...]  # (orientation, pattern)


@dataclass(frozen=True, slots=True)
class DutyLink:
    """A duty line that needs the criterion, by shared words or by phrases of one contrast."""

    line: int
    text: str
    place: str
    how: Literal["words", "contrast"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """An essential line that a duty should need; no links make it an orphan."""

    line: int
    text: str
    place: str
    links: tuple[DutyLink, ...]

    @property
    def orphan(self) -> bool:
        return not self.links


@dataclass(frozen=True, slots=True)
class CriteriaTrace:
    """The trace of one document. `left_out` counts the essential lines of kinds that no duty has to need.

    `marked` is False where the person specification does not say which of its lines are essential; then `criteria` is
    empty and nothing can be traced. `unmet` holds the orientations that an essential line asks for while no counted
    phrase of the duties carries them.
    """

    id: str
    criteria: tuple[Criterion, ...]
    left_out: tuple[tuple[str, int], ...]
    marked: bool
    unmet: tuple[tuple[str, int], ...]  # (orientation, line that asks for it)

    @property
    def orphans(self) -> tuple[Criterion, ...]:
        return tuple(criterion for criterion in self.criteria if criterion.orphan)


def _compiled(patterns: object, where: str) -> re.Pattern[str]:
    if not isinstance(patterns, list) or not patterns or not all(isinstance(item, str) for item in patterns):
        raise FrameworkError(f"{where}: wanted a list of regular expressions, got {patterns!r}")
    for item in patterns:
        try:
            re.compile(item)
        except re.error as error:
            raise FrameworkError(f"{where}: {item!r} is no regular expression: {error}") from error
    return re.compile("|".join(f"(?:{item})" for item in patterns), re.IGNORECASE)


def load_rules(path: Path | str | None = None) -> CriteriaRules:
    """Read the rules, by default those that ship. Raises FrameworkError naming what is missing or does not compile."""
    path = DATA if path is None else Path(path)
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FrameworkError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FrameworkError(f"{path}: is no TOML file: {error}") from error
    if table.get("format") != FORMAT:
        raise FrameworkError(f"{path}: format {table.get('format')!r}, wanted {FORMAT}")

    def patterns(section: str, key: str) -> re.Pattern[str]:
        return _compiled(table.get(section, {}).get(key), f"{path}: {section}.{key}")

    kinds = []
    for row in table.get("kind", ()):
        where = f"{path}: kind {row.get('key')!r}"
        unless = _compiled(row["unless"], f"{where}, unless") if "unless" in row else None
        kinds.append(_Kind(str(row.get("key")), _compiled(row.get("patterns"), where), unless))
    return CriteriaRules(
        patterns("heading", "essential"),
        patterns("heading", "desirable"),
        patterns("inline", "essential"),
        patterns("inline", "desirable"),
        tuple(kinds),
        (("leadership", patterns("leadership", "leadership")), ("management", patterns("leadership", "management"))),
    )


@cache
def default_rules() -> CriteriaRules:
    """The rules that ship, read once a process."""
    return load_rules()


def _place(line: ReviewedLine, number: int) -> str:
    return line.place or f"line {number + 1}"


def _is_heading(line: ReviewedLine, rules: CriteriaRules) -> bool:
    # Readers do not always know a heading: a short line that is nothing but "Essential criteria:" is one.
    if line.heading:
        return True
    found = words(line.text)
    return 0 < len(found) <= 3 and found[0].form in {"essential", "desirable"}


def essential_lines(review: Review, *, rules: CriteriaRules | None = None) -> tuple[int, ...]:
    """Numbers of the person specification's lines that the document itself marks as essential, in order.

    Marked by the line ("... (essential)"), by its place in a table with such a column, or by the heading above it.
    """
    rules = rules or default_rules()
    found = []
    state: str | None = None
    for number, line in enumerate(review.lines):
        if line.zone != "person_spec":
            if line.heading:
                state = None
            continue
        if _is_heading(line, rules):
            if rules.heading_desirable.search(line.text):
                state = "desirable"
            elif rules.heading_essential.search(line.text):
                state = "essential"
            elif state == "desirable":
                state = None  # a new group of lines; those below "Essential, Qualifications" stay essential
            continue
        column = (line.place or "").rsplit(",", 1)[-1]
        if rules.inline_desirable.search(line.text):
            marked = "desirable"
        elif rules.inline_essential.search(line.text):
            marked = "essential"
        elif "," in (line.place or "") and rules.heading_desirable.search(column):
            marked = "desirable"
        elif "," in (line.place or "") and rules.heading_essential.search(column):
            marked = "essential"
        else:
            marked = state or ""
        if marked == "essential":
            found.append(number)
    return tuple(found)


def _kind(text: str, rules: CriteriaRules) -> str | None:
    for kind in rules.kinds:
        if kind.patterns.search(text) and not (kind.unless and kind.unless.search(text)):
            return kind.key
    return None


def _stems(line: ReviewedLine) -> frozenset[str]:
    return frozenset(content_stems([word.form for word in words(line.text)]))


def _links(
    number: int,
    review: Review,
    duties: Sequence[tuple[int, frozenset[str]]],
    weight: dict[str, float],
) -> tuple[DutyLink, ...]:
    line = review.lines[number]
    stems = _stems(line)
    whole = sum(weight.get(item, 0.0) for item in stems)
    scored = []
    for duty, duty_stems in duties:
        shared = stems & duty_stems
        if shared and whole and sum(weight[item] for item in shared) / whole >= SHARED:
            scored.append((-sum(weight[item] for item in shared), duty))
    found = [
        DutyLink(duty, review.lines[duty].text, _place(review.lines[duty], duty), "words")
        for _, duty in sorted(scored)[:LINKS]
    ]
    sides = {(phrase.orientation, phrase.contrast) for phrase in review.phrases if phrase.line == number}
    for phrase in review.phrases:
        if len(found) >= LINKS:
            break
        if phrase.counted and (phrase.orientation, phrase.contrast) in sides:
            if any(link.line == phrase.line for link in found):
                continue
            duty_line = review.lines[phrase.line]
            found.append(DutyLink(phrase.line, duty_line.text, _place(duty_line, phrase.line), "contrast"))
    return tuple(found)


def trace(review: Review, *, rules: CriteriaRules | None = None, framework: Framework | None = None) -> CriteriaTrace:
    """Link each essential line of one document to the duties that need it. Empty where nothing is marked essential."""
    rules = rules or default_rules()
    counted = (framework or default_framework()).counted_zones
    duties = [
        (number, _stems(line)) for number, line in enumerate(review.lines) if line.zone in counted and not line.heading
    ]
    # Words that every second duty holds ("patient", "team", "service") say little; rare ones say much.
    seen = Counter(item for _, stems in duties for item in stems)
    lines = essential_lines(review, rules=rules)
    weight = {
        item: math.log(1 + (len(duties) + 1) / (seen[item] + 1))
        for number in lines
        for item in _stems(review.lines[number])
    }
    criteria = []
    left_out: Counter[str] = Counter()
    asked: dict[str, int] = {}
    for number in lines:
        line = review.lines[number]
        kind = _kind(line.text, rules)
        if kind is not None:
            left_out[kind] += 1
            continue
        criteria.append(Criterion(number, line.text, _place(line, number), _links(number, review, duties, weight)))
        for orientation, pattern in rules.asked:
            if pattern.search(line.text):
                asked.setdefault(orientation, number)
        for phrase in review.phrases:
            if phrase.line == number:
                asked.setdefault(phrase.orientation, number)
    held = {phrase.orientation for phrase in review.phrases if phrase.counted}
    unmet = () if review.match.abstained else tuple(item for item in sorted(asked.items()) if item[0] not in held)
    return CriteriaTrace(review.id, tuple(criteria), tuple(sorted(left_out.items())), bool(lines), unmet)
