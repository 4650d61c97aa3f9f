"""How well reviews agree with annotated roles: zones, lines, phrases, the title's claim, the duties, match and verdict.

`tally` looks at every role once and keeps whole numbers; `summarise` turns any choice of tallies into figures. So a
bootstrap or a subset costs no second reading. Reviews may break lines otherwise than the annotation: both are laid over
one normalised text of the role, in which every review line and phrase is looked for. Standard library only.

A role without a review counts as reviewed with nothing found; failure rows are left out. Every phrase given counts as
found: what is not meant to be shown belongs in `excluded`.
"""

from __future__ import annotations

import random
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan
from pathlib import Path
from typing import Any

from jdclass.document import FAILURE_SCHEMA
from jdclass.errors import CorpusError
from jdclass.learn.gold import GoldRole, json_lines

__all__ = ["Counts", "Interval", "RoleTally", "bootstrap", "by_subset", "figures", "read_reviews", "summarise", "tally"]

#: Where an abstention stands among the match scores.
ABSTAINED_SCORE = 50.0
#: The verdict of a review that abstains and gives none.
NO_EVIDENCE = "insufficient_evidence"

_STRAIGHT = str.maketrans("’‘“”–—\u00a0", "''\"\"-- ")
_SPACE = re.compile(r"\s+")
_BULLET = re.compile(r"^[\s•·▪●◦‣*\-–—o\uf0b7]+(?=\s)")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """`right` of `found` agree with the annotation, which wants `wanted`."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def f1(self) -> float:
        """In [0, 1]; 1 where nothing is found and nothing is wanted."""
        return 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 1.0


@dataclass(frozen=True, slots=True)
class RoleTally:
    """What one role adds to every figure. `score` is None where the review abstains or gives none."""

    role: GoldRole
    reviewed: bool
    lines: int
    zones_right: int
    duties_lines: Counts
    leadership_lines: Counts
    management_lines: Counts
    phrases: Counts
    phrases_half: int  # of the phrases right, those whose overlap reaches half of the union
    contrasts_right: int
    bad_offsets: int
    claim_right: bool
    duties_right: bool
    score: float | None
    abstained: bool
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the range of its bootstrap draws; all NaN where the figure is not defined."""

    value: float
    low: float
    high: float


def figures(gold: Sequence[GoldRole], reviews: Iterable[Mapping[str, Any]]) -> dict[str, float | int]:
    """Every figure, in [0, 1] unless said, higher is better; NaN where it is not defined.

    - `zone_accuracy`: share of lines given their zone; `duties_f1`: F1 of the zone `duties`
    - `line_f1_*`: F1 of "this line holds a phrase of this orientation"
    - `phrase_*`: phrases of the same orientation with overlapping characters, matched one to one; `phrase_f1_iou50`:
      the same, where the overlap reaches half of the union
    - `contrast_accuracy`: of the matched phrases, the share with the same contrast
    - `claim_accuracy`, `duties_accuracy`: four-way; the second over the roles that are not thin (gold match 0)
    - `match_spearman`: rank correlation of score and gold match, in [-1, 1]; `mismatch_auc`: does a low score pick out
      the gold matches 1 and 2; both over the roles that are not thin, abstentions counted as 50
    - `verdict_accuracy`, `verdict_macro_f1`: six-way, over all roles
    - `thin_f1`: F1 of abstaining exactly on the thin roles; `coverage`: share of the other roles that were scored
    - `bad_offsets`: phrases whose place does not cut them out of their line, which must be 0

    Raises CorpusError for a review without an id, one id twice, or a line or phrase without its fields.
    """
    return summarise(tally(gold, reviews))


def read_reviews(path: Path | str) -> tuple[dict[str, Any], ...]:
    """The rows of a `reviews.jsonl`, gzipped or not, in its order, failure rows too. Raises CorpusError, with file and
    line, for a file that cannot be read, a line that is no JSON object, and an id that comes twice."""
    rows = []
    seen: dict[str, int] = {}
    for number, row in json_lines(path):
        if not _failed(row):
            if "id" not in row:
                raise CorpusError(f"{path}:{number}: a review has no 'id'")
            key = str(row["id"])
            if key in seen:
                raise CorpusError(f"{path}:{number}: id {key!r} comes twice, first in line {seen[key]}")
            seen[key] = number
        rows.append(row)
    return tuple(rows)


def _failed(row: Mapping[str, Any]) -> bool:
    return str(row.get("schema", "")).startswith(FAILURE_SCHEMA.partition("/")[0])


def tally(gold: Sequence[GoldRole], reviews: Iterable[Mapping[str, Any]]) -> tuple[RoleTally, ...]:
    """One tally a role, in the roles' order. Raises as `figures` does."""
    by_id: dict[str, Mapping[str, Any]] = {}
    for review in reviews:
        if _failed(review):
            continue
        if "id" not in review:
            raise CorpusError("a review has no 'id'")
        key = str(review["id"])
        if key in by_id:
            raise CorpusError(f"id {key!r} comes twice in the reviews")
        by_id[key] = review
    return tuple(_tally(role, by_id.get(role.id)) for role in gold)


def summarise(tallies: Sequence[RoleTally]) -> dict[str, float | int]:
    """The figures of these tallies; see `figures`."""
    lines = sum(each.lines for each in tallies)
    phrases = _add([each.phrases for each in tallies])
    half = Counts(sum(each.phrases_half for each in tallies), phrases.found, phrases.wanted)
    thin = Counts(
        sum(each.abstained and each.role.match == 0 for each in tallies),
        sum(each.abstained for each in tallies),
        sum(each.role.match == 0 for each in tallies),
    )
    full = [each for each in tallies if each.role.match != 0]
    scores = [ABSTAINED_SCORE if each.score is None else each.score for each in full]
    verdicts = [(each.role.verdict, each.verdict) for each in tallies]
    return {
        "roles": len(tallies),
        "roles_without_review": sum(not each.reviewed for each in tallies),
        "zone_accuracy": sum(each.zones_right for each in tallies) / max(lines, 1),
        "duties_f1": _add([each.duties_lines for each in tallies]).f1,
        "line_f1_leadership": _add([each.leadership_lines for each in tallies]).f1,
        "line_f1_management": _add([each.management_lines for each in tallies]).f1,
        "phrase_precision": phrases.right / max(phrases.found, 1),
        "phrase_recall": phrases.right / max(phrases.wanted, 1),
        "phrase_f1": phrases.f1,
        "phrase_f1_iou50": half.f1,
        "contrast_accuracy": sum(each.contrasts_right for each in tallies) / max(phrases.right, 1),
        "claim_accuracy": _mean([each.claim_right for each in tallies]),
        "duties_accuracy": _mean([each.duties_right for each in full]),
        "match_spearman": _spearman(scores, [each.role.match for each in full]),
        "mismatch_auc": _auc([-score for score in scores], [each.role.match <= 2 for each in full]),
        "verdict_accuracy": _mean([wanted == given for wanted, given in verdicts]),
        "verdict_macro_f1": _mean([_verdict(verdicts, name).f1 for name in sorted({wanted for wanted, _ in verdicts})]),
        "thin_f1": thin.f1,
        "coverage": _mean([not each.abstained for each in full]),
        "bad_offsets": sum(each.bad_offsets for each in tallies),
    }


def by_subset(tallies: Sequence[RoleTally], key: Callable[[GoldRole], str | None]) -> dict[str, dict[str, float | int]]:
    """The figures of each subset that `key` names, in the order of the names; roles that it gives None are left out."""
    subsets: dict[str, list[RoleTally]] = {}
    for each in tallies:
        name = key(each.role)
        if name is not None:
            subsets.setdefault(name, []).append(each)
    return {name: summarise(subsets[name]) for name in sorted(subsets)}


def bootstrap(
    tallies: Sequence[RoleTally],
    *,
    draws: int = 200,
    seed: int = 0,
    level: float = 0.95,
    by_employer: bool = False,
) -> dict[str, Interval]:
    """Percentile intervals of every figure over roles drawn with replacement, the same for the same seed.

    With `by_employer` whole employers are drawn, as their adverts resemble each other; a role without one stands alone.
    Draws in which a figure is not defined are left out of its interval.
    """
    if draws < 1 or not 0 < level < 1:
        raise ValueError(f"draws {draws} and level {level}, wanted at least 1 and a level between 0 and 1")
    groups: dict[tuple[str, str], list[RoleTally]] = {}
    for each in tallies:
        employer = each.role.employer if by_employer else None
        groups.setdefault(("role", each.role.id) if employer is None else ("employer", employer), []).append(each)
    pool = list(groups.values())
    chance = random.Random(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(draws):
        sample = [each for group in chance.choices(pool, k=len(pool)) for each in group] if pool else []
        for name, value in summarise(sample).items():
            drawn.setdefault(name, []).append(float(value))
    tail = (1 - level) / 2
    intervals = {}
    for name, value in summarise(tallies).items():
        defined = sorted(each for each in drawn[name] if not isnan(each))
        intervals[name] = Interval(float(value), _quantile(defined, tail), _quantile(defined, 1 - tail))
    return intervals


def _quantile(values: Sequence[float], share: float) -> float:
    """Of sorted values, linear between the two nearest; NaN where there are none."""
    if not values:
        return nan
    at = share * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (at - low)


# One role


def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_STRAIGHT)
    return _SPACE.sub(" ", text).strip().lower()


class _Text:
    """The annotated lines of a role as one normalised string; line i is `bounds[i]`, with the space that ends it."""

    def __init__(self, lines: Sequence[str]) -> None:
        normal = [_normal(line) + " " for line in lines]
        self.text = "".join(normal)
        self.bounds: list[Span] = []
        start = 0
        for line in normal:
            self.bounds.append((start, start + len(line)))
            start += len(line)
        self._starts = [start for start, _ in self.bounds]

    def find(self, piece: str, after: int) -> Span | None:
        """Where the piece stands, from `after` on or else from the beginning; None for an absent or empty one."""
        piece = _normal(piece)
        if not piece:
            return None
        at = self.text.find(piece, after)
        if at < 0:
            at = self.text.find(piece)
        return None if at < 0 else (at, at + len(piece))

    def lines_of(self, span: Span) -> range:
        """The lines that share a character with the span."""
        start, end = span
        first = bisect_right(self._starts, start) - 1
        last = first
        while last + 1 < len(self.bounds) and self.bounds[last + 1][0] < end:
            last += 1
        return range(max(first, 0), last + 1)


@dataclass(frozen=True, slots=True)
class _Place:
    """A phrase in the role's text; (-1, -1) where it does not stand there."""

    span: Span
    orientation: str
    contrast: str | None


def _field(item: Any, key: str, where: str) -> Any:
    if not isinstance(item, Mapping) or key not in item:
        raise CorpusError(f"{where} has no {key!r}")
    return item[key]


def _text_field(item: Any, key: str, where: str) -> str:
    value = _field(item, key, where)
    if not isinstance(value, str):
        raise CorpusError(f"{where}: {key!r} is {value!r}, wanted a text")
    return value


def _part(review: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = review.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise CorpusError(f"{where}: {key!r} is {value!r}, wanted an object")
    return value or {}


def _tally(role: GoldRole, review: Mapping[str, Any] | None) -> RoleTally:
    reviewed = review is not None
    review = review or {}
    where = f"review of {role.id!r}"
    text = _Text([line.text for line in role.lines])
    lines = [
        (
            _text_field(item, "text", f"{where}: line {number}"),
            _text_field(item, "zone", f"{where}: line {number}"),
        )
        for number, item in enumerate(review.get("lines") or ())
    ]
    located, zones = _lay(text, lines)
    wanted_zones = [line.zone for line in role.lines]
    wanted = []
    for line, (start, _) in zip(role.lines, text.bounds, strict=True):
        for phrase in line.phrases:
            begin = start + len(_normal(line.text[: phrase.start] + "x")) - 1
            end = begin + len(_normal(phrase.text))
            wanted.append(_Place((begin, end), phrase.orientation, phrase.contrast))
    found, bad_offsets = _places(text, review.get("phrases") or (), [line for line, _ in lines], located, where)
    pairs = _pairs(wanted, found)
    match = _part(review, "match", where)
    abstained = bool(match.get("abstained", match.get("score") is None))
    score = None if abstained else match.get("score")
    if score is not None and not (isinstance(score, int | float) and isfinite(score)):
        raise CorpusError(f"{where}: match score is {score!r}, wanted a number or null")
    return RoleTally(
        role=role,
        reviewed=reviewed,
        lines=len(role.lines),
        zones_right=sum(a == b for a, b in zip(zones, wanted_zones, strict=True)),
        duties_lines=_agreement([zone == "duties" for zone in zones], [zone == "duties" for zone in wanted_zones]),
        leadership_lines=_agreement(_held(text, found, "leadership"), _held(text, wanted, "leadership")),
        management_lines=_agreement(_held(text, found, "management"), _held(text, wanted, "management")),
        phrases=Counts(len(pairs), len(found), len(wanted)),
        phrases_half=sum(2 * _overlap(a.span, b.span) >= _union(a.span, b.span) for a, b in pairs),
        contrasts_right=sum(a.contrast == b.contrast for a, b in pairs),
        bad_offsets=bad_offsets,
        claim_right=_part(review, "claim", where).get("orientation") == role.claim,
        duties_right=_part(review, "duties", where).get("orientation") == role.duties,
        score=None if score is None else float(score),
        abstained=abstained,
        verdict=match.get("verdict") or (NO_EVIDENCE if abstained else None),
    )


def _lay(text: _Text, lines: Sequence[tuple[str, str]]) -> tuple[list[Span | None], list[str | None]]:
    """Where each review line stands, and the zone that covers most of each annotated line, None where none does."""
    cover: list[dict[str, int]] = [{} for _ in text.bounds]
    located = []
    cursor = 0  # review lines come in the document's order, so each is looked for after the one before
    for line, zone in lines:
        span = text.find(line, cursor) or text.find(_BULLET.sub("", line), cursor)
        located.append(span)
        if span is None:
            continue
        cursor = span[1]
        for number in text.lines_of(span):
            shared = _overlap(text.bounds[number], span)
            if shared > 0:
                cover[number][zone] = cover[number].get(zone, 0) + shared
    # of zones that cover the same, the one that stands first
    return located, [max(seen, key=lambda zone: seen[zone]) if seen else None for seen in cover]


def _places(
    text: _Text, phrases: Iterable[Any], lines: Sequence[str], located: Sequence[Span | None], where: str
) -> tuple[list[_Place], int]:
    """The review's phrases in the role's text, and how many of them their own place does not cut out."""
    places = []
    bad = 0
    for count, phrase in enumerate(phrases):
        here = f"{where}: phrase {count}"
        quote = _text_field(phrase, "text", here)
        number, start, end = phrase.get("line"), phrase.get("start"), phrase.get("end")
        known = isinstance(number, int) and 0 <= number < len(lines)
        line = lines[number] if known else ""
        exact = known and isinstance(start, int) and isinstance(end, int) and line[start:end] == quote
        bad += not exact
        near = 0
        if known and (span := located[number]) is not None:
            near = span[0]
            if exact and start:
                # Its own place in the line, not its first likeness: behind what stands before it, less the "x" that
                # keeps the space between the two, less that space, which the role's text may not have.
                near += max(0, len(_normal(_BULLET.sub("", line[:start] + "x"))) - 2)
        places.append(
            _Place(text.find(quote, near) or (-1, -1), _text_field(phrase, "orientation", here), phrase.get("contrast"))
        )
    return places, bad


def _pairs(wanted: Sequence[_Place], found: Sequence[_Place]) -> list[tuple[_Place, _Place]]:
    """Phrases of one orientation that overlap, one to one, the longest overlap first, then the later."""
    overlaps = sorted(
        (
            (_overlap(w.span, f.span), i, j)
            for i, w in enumerate(wanted)
            for j, f in enumerate(found)
            if w.orientation == f.orientation and _overlap(w.span, f.span) > 0
        ),
        reverse=True,
    )
    used_wanted: set[int] = set()
    used_found: set[int] = set()
    pairs = []
    for _, i, j in overlaps:
        if i not in used_wanted and j not in used_found:
            used_wanted.add(i)
            used_found.add(j)
            pairs.append((wanted[i], found[j]))
    return pairs


def _held(text: _Text, places: Sequence[_Place], orientation: str) -> list[bool]:
    held = [False] * len(text.bounds)
    for place in places:
        if place.orientation == orientation and place.span[1] > 0:
            for number in text.lines_of(place.span):
                held[number] = True
    return held


def _overlap(a: Span, b: Span) -> int:
    return min(a[1], b[1]) - max(a[0], b[0])


def _union(a: Span, b: Span) -> int:
    return max(a[1], b[1]) - min(a[0], b[0])


def _agreement(found: Sequence[bool], wanted: Sequence[bool]) -> Counts:
    return Counts(sum(f and w for f, w in zip(found, wanted, strict=True)), sum(found), sum(wanted))


# Over roles


def _add(counts: Sequence[Counts]) -> Counts:
    return Counts(
        sum(each.right for each in counts), sum(each.found for each in counts), sum(each.wanted for each in counts)
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan


def _verdict(verdicts: Sequence[tuple[str, str | None]], name: str) -> Counts:
    return Counts(
        sum(wanted == given == name for wanted, given in verdicts),
        sum(given == name for _, given in verdicts),
        sum(wanted == name for wanted, _ in verdicts),
    )


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 0; equal values share the middle of theirs."""
    places: dict[float, list[int]] = {}
    for at, value in enumerate(sorted(values)):
        places.setdefault(value, [at, at])[1] = at
    middle = {value: (first + last) / 2 for value, (first, last) in places.items()}
    return [middle[value] for value in values]


def _spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Rank correlation in [-1, 1]; NaN for fewer than three pairs, 0 where one side does not vary."""
    if len(x) < 3:
        return nan
    mean = (len(x) - 1) / 2  # of ranks from 0, ties or none
    a = [rank - mean for rank in _ranks(x)]
    b = [rank - mean for rank in _ranks(y)]
    spread = sum(v * v for v in a) * sum(v * v for v in b)
    return sum(p * q for p, q in zip(a, b, strict=True)) / spread**0.5 if spread else 0.0


def _auc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Chance that a positive stands above a negative, ties counted half; NaN where there are not both."""
    up = sum(positive)
    down = len(positive) - up
    if not up or not down:
        return nan
    ranked = sum(rank for rank, is_up in zip(_ranks(scores), positive, strict=True) if is_up)
    return (ranked - up * (up - 1) / 2) / (up * down)
