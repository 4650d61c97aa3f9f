"""What held-out reviewing gives, as records that the figures are counted from; and calibration.

The records have the fields of `jdclass.review/1` that a figure needs, no more.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from jdclass.framework import Framework
from jdclass.learn.fit import Choices, HeldOut, fit_scoring, held_out_stated
from jdclass.learn.gold import GoldRole
from jdclass.lexicon.titles import TitleReading, Titles
from jdclass.model.scoring import Claimed, DutiesClassifier, MatchScorer, Stated, too_few_words
from jdclass.model.verdict import Assessment, assess

__all__ = [
    "NOTHING_FURTHER",
    "Further",
    "HeldOutStage",
    "Reliability",
    "ScoringStage",
    "Swapped",
    "as_frequent",
    "choose_cover",
    "choose_thin_from",
    "claimed_by",
    "coverage_of_intervals",
    "draw_swaps",
    "fit_scoring_stage",
    "held_out_reviews",
    "held_out_scores",
    "held_out_stages",
    "reliability",
    "reliability_of_match",
    "stated_of",
    "swapped",
    "too_few_of",
]


@dataclass(frozen=True, slots=True)
class Further:
    """Roles that only help to fit the scoring stage, with what they state and what their titles claim."""

    roles: tuple[GoldRole, ...]
    stated: tuple[Stated, ...]
    claimed: tuple[Claimed, ...]


NOTHING_FURTHER = Further((), (), ())


def claimed_by(reading: TitleReading) -> Claimed:
    """What the match takes of a title."""
    return Claimed(reading.orientation, reading.family)


@dataclass(frozen=True, slots=True)
class HeldOutStage:
    """The scoring stage for the roles of some employers (`test`, their numbers), fitted on those of all others."""

    test: tuple[int, ...]
    duties: DutiesClassifier
    match: MatchScorer


@dataclass(frozen=True, slots=True)
class ScoringStage:
    """The scoring stage fitted on all roles that may be learnt from, with what those stated, the stages that had not
    seen their employer, the records of these, and the two choices that the records gave."""

    duties: DutiesClassifier
    match: MatchScorer
    stated: Sequence[Stated]
    held_out: tuple[HeldOutStage, ...]
    records: list[dict[str, Any]]
    thin_from: float
    cover: float


def held_out_stages(
    roles: Sequence[GoldRole],
    stated: Sequence[Stated],
    titles: Titles,
    choices: Choices,
    *,
    further: Further = NOTHING_FURTHER,
) -> tuple[HeldOutStage, ...]:
    """The scoring stage fitted anew for each fold of employers, on the other roles and on `further` ones of other
    employers. Each role is tested once."""
    groups = [role.employer or role.id for role in roles]
    claimed = [claimed_by(titles.read(role.title)) for role in roles]
    out = []
    for train, test in GroupKFold(choices.folds).split(roles, groups=groups):
        hidden = {groups[n] for n in test}
        more = [n for n, role in enumerate(further.roles) if (role.employer or role.id) not in hidden]
        duties, match = fit_scoring_stage(
            [roles[n] for n in train],
            [stated[n] for n in train],
            [claimed[n] for n in train],
            Further(
                tuple(further.roles[n] for n in more),
                tuple(further.stated[n] for n in more),
                tuple(further.claimed[n] for n in more),
            ),
            choices,
        )
        out.append(HeldOutStage(tuple(test.tolist()), duties, match))
    return tuple(out)


def held_out_reviews(
    roles: Sequence[GoldRole],
    found: Sequence[HeldOut],
    stated: Sequence[Stated],
    stages: Sequence[HeldOutStage],
    framework: Framework,
    titles: Titles,
    *,
    threshold: float,
    thin_from: float,
    cover: float,
) -> list[dict[str, Any]]:
    """A record for each role, all of it from models that had not seen the role's employer."""
    readings = [titles.read(role.title) for role in roles]
    assessments: list[Assessment | None] = [None] * len(roles)
    for stage in stages:
        given = assess(
            stage.duties,
            stage.match,
            [stated[n] for n in stage.test],
            [claimed_by(readings[n]) for n in stage.test],
            cover=cover,
            doubtful=[readings[n].vague for n in stage.test],
        )
        for number, assessment in zip(stage.test, given, strict=True):
            assessments[number] = assessment
    return [
        _record(role, held, framework, reading.orientation, assessment, threshold, bool(too_few >= thin_from))
        for role, held, reading, assessment, too_few in zip(
            roles, found, readings, assessments, too_few_of(roles, found, framework), strict=True
        )
        if assessment is not None
    ]


def stated_of(
    roles: Sequence[GoldRole], found: Sequence[HeldOut], framework: Framework, threshold: float
) -> list[Stated]:
    """What reviewing would count in each role with what was found in it held out."""
    return [
        held_out_stated([line.text for line in role.lines], held, framework, threshold)
        for role, held in zip(roles, found, strict=True)
    ]


def fit_scoring_stage(
    roles: Sequence[GoldRole], stated: Sequence[Stated], claimed: Sequence[Claimed], further: Further, choices: Choices
) -> tuple[DutiesClassifier, MatchScorer]:
    """The scoring stage of the gold roles and `further` ones, for what was found in them held out.

    The further roles count so that each claim weighs as much among them as among the gold ones, which were drawn by
    claim: most adverts claim neither, and duties would lean that way.
    """
    everyone = [*roles, *further.roles]
    return fit_scoring(
        everyone,
        [*stated, *further.stated],
        [*claimed, *further.claimed],
        [role.employer or role.id for role in everyone],
        choices,
        np.array([1.0] * len(roles) + as_frequent(roles, further.roles)),
    )


def as_frequent(roles: Sequence[GoldRole], others: Sequence[GoldRole]) -> list[float]:
    """What each of the others counts for its claim to be as frequent among them as among `roles`; thin ones apart."""
    here, there = (Counter(role.claim for role in some if role.match > 0) for some in (roles, others))
    return [
        here[role.claim] / max(here.total(), 1) * there.total() / there[role.claim] if there[role.claim] else 0.0
        for role in others
    ]


def draw_swaps(
    roles: Sequence[GoldRole], family_of: Callable[[str], str], *, pairs: int = 300, seed: int = 0
) -> list[tuple[int, str]]:
    """Pairs of a role (its number) whose gold match is 4 or 5 and the title of another role, of another family and
    with another gold claim.

    The roles take turns in a drawn order, so that each stands in about as many pairs; no pair comes twice. Fewer pairs
    where there are no more, none where no role or title is left.
    """
    draw = random.Random(seed)
    donors: dict[str, set[tuple[str, str]]] = {}
    for role in roles:
        donors.setdefault(role.claim, set()).add((family_of(role.title), role.title))
    left: dict[int, list[str]] = {}
    for number, role in enumerate(roles):
        if role.match >= 4:
            own = family_of(role.title)
            titles = sorted(
                title
                for claim, given in donors.items()
                if claim != role.claim
                for family, title in given
                if family != own
            )
            left[number] = draw.sample(titles, len(titles))
    order = draw.sample(sorted(left), len(left))
    out: list[tuple[int, str]] = []
    while len(out) < pairs and any(left.values()):
        out += [(number, left[number].pop()) for number in order if left[number]][: pairs - len(out)]
    return out


def held_out_scores(
    stated: Sequence[Stated], stages: Sequence[HeldOutStage], swaps: Sequence[tuple[int, str]], titles: Titles
) -> list[int]:
    """The score of each (role, title) pair from models that had not seen the role's employer, in [0, 100]."""
    scores = [0] * len(swaps)
    for stage in stages:
        fold = set(stage.test)
        asked = [place for place, (number, _) in enumerate(swaps) if number in fold]
        given = assess(
            stage.duties,
            stage.match,
            [stated[swaps[place][0]] for place in asked],
            [claimed_by(titles.read(swaps[place][1])) for place in asked],
            cover=0.5,  # widens no score
            doubtful=[False] * len(asked),
        )
        for place, assessment in zip(asked, given, strict=True):
            scores[place] = assessment.score
    return scores


@dataclass(frozen=True, slots=True)
class Swapped:
    """What became of pairs of a role and a title of another family and claim.

    `abstained` pairs have no score; of the others `lower` score lower than under the role's own title and `same` alike.
    `share` is lower / scored, with a 95% interval over roles drawn again; NaN without a scored pair. `claims` has
    (gold claim of the role's own title, scored, lower) rows.
    """

    pairs: int
    abstained: int
    lower: int
    same: int
    share: tuple[float, float, float]
    claims: tuple[tuple[str, int, int], ...] = ()


def swapped(
    roles: Sequence[GoldRole],
    pairs: Sequence[tuple[int, int | None, int | None]],
    *,
    draws: int = 200,
    seed: int = 0,
) -> Swapped:
    """Count (number of the role, its own score, its score under the other title) rows; None where reviewing
    abstains."""
    told: dict[int, list[tuple[int, int]]] = {}
    for number, own, other in pairs:
        if own is not None and other is not None:
            told.setdefault(number, []).append((own, other))
    scored = [pair for of_role in told.values() for pair in of_role]
    lower = sum(other < own for own, other in scored)
    same = sum(other == own for own, other in scored)
    share = (float("nan"),) * 3
    if scored:
        # Pairs of one role resemble each other, so roles are drawn and not pairs.
        table = np.array([(sum(other < own for own, other in rows), len(rows)) for rows in told.values()])
        drawn = np.random.default_rng(seed).integers(len(table), size=(draws, len(table)))
        sums = table[drawn].sum(axis=1)
        low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
        share = (lower / len(scored), float(low), float(high))
    counts: dict[str, list[bool]] = {}
    for number, rows in told.items():
        counts.setdefault(roles[number].claim, []).extend(other < own for own, other in rows)
    claims = tuple((claim, len(found), sum(found)) for claim, found in sorted(counts.items()))
    return Swapped(len(pairs), len(pairs) - len(scored), lower, same, share, claims)


def reliability_of_match(
    roles: Sequence[GoldRole], records: Sequence[dict[str, Any]], *, bins: int = 10
) -> tuple[tuple[float, float, float, int], ...]:
    """Scored roles in bins of equal mass: mean score, mean 25 (m - 1) of the gold match m, share of the intervals that
    hold it, number."""
    rows = sorted(
        (record["match"]["score"], at, record["match"]["low"] <= at <= record["match"]["high"])
        for role, record in zip(roles, records, strict=True)
        if role.match > 0 and not record["match"]["abstained"]
        for at in (25 * (role.match - 1),)
    )
    parts = np.array_split(np.array(rows, dtype=np.float64), min(bins, len(rows))) if rows else []
    return tuple((*(float(value) for value in part.mean(axis=0)), len(part)) for part in parts)  # type: ignore[misc]


def _record(
    role: GoldRole,
    found: HeldOut,
    framework: Framework,
    claim: str,
    assessment: Assessment,
    threshold: float,
    thin: bool,
) -> dict[str, Any]:
    zones = [framework.zone_keys[number] for number in found.zones.argmax(axis=1)]
    match = {
        "score": None if thin else assessment.score,
        "low": None if thin else assessment.low,
        "high": None if thin else assessment.high,
        "abstained": thin,
        "verdict": "insufficient_evidence" if thin else assessment.verdict,
    }
    return {
        "schema": "jdclass.review/1",
        "id": role.id,
        "lines": [{"text": line.text, "zone": zone} for line, zone in zip(role.lines, zones, strict=True)],
        "phrases": [
            {
                "line": line,
                "start": start,
                "end": end,
                "text": role.lines[line].text[start:end],
                "orientation": framework.orientations[side],
                "contrast": framework.contrast_keys[contrast],
            }
            for line, start, end, side, probability, contrast in found.phrases
            if probability >= threshold
        ],
        "claim": {"orientation": claim},
        "duties": {"orientation": assessment.duties},
        "match": match,
    }


def too_few_of(roles: Sequence[GoldRole], found: Sequence[HeldOut], framework: Framework) -> NDArray[np.float64]:
    """For each role the probability that it states too few words of duties, by what was found in it held out."""
    counted = [number for number, zone in enumerate(framework.zones) if zone.counted]
    return np.array(
        [
            too_few_words([len(line.text.split()) for line in role.lines], held.zones[:, counted].sum(axis=1).tolist())
            for role, held in zip(roles, found, strict=True)
        ]
    )


def choose_thin_from(roles: Sequence[GoldRole], too_few: NDArray[np.float64]) -> float:
    """The probability of too few words from which to abstain: the best F1 of abstaining where the gold match is 0, and
    of equally good ones the nearest to one half."""
    thin = np.array([role.match == 0 for role in roles])
    best, chosen = -1.0, 0.5
    for limit in sorted(np.arange(0.3, 0.81, 0.02), key=lambda limit: abs(limit - 0.5)):
        abstained = too_few >= limit
        f1 = 2 * float((thin & abstained).sum()) / max(int(thin.sum() + abstained.sum()), 1)
        if f1 > best + 1e-9:
            best, chosen = f1, round(float(limit), 2)
    return chosen


def coverage_of_intervals(roles: Sequence[GoldRole], records: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Share of scored roles whose interval holds 25 (m - 1) of the gold match m, and the mean width in points."""
    held, widths = [], []
    for role, record in zip(roles, records, strict=True):
        match = record["match"]
        if role.match > 0 and not match["abstained"]:
            held.append(match["low"] <= 25 * (role.match - 1) <= match["high"])
            widths.append(match["high"] - match["low"])
    return (float(np.mean(held)), float(np.mean(widths))) if held else (float("nan"), float("nan"))


def choose_cover(levels: Sequence[tuple[float, float, float]], wanted: float = 0.87) -> float:
    """From (cover, coverage, width) rows the least cover whose intervals hold the gold match in `wanted` of the roles;
    the one of the highest coverage where none does."""
    enough = [row for row in levels if row[1] >= wanted]
    return min(enough)[0] if enough else max(levels, key=lambda row: row[1])[0]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Stated probability against truth in bins of equal mass: (mean probability, share true, number) rows, and their
    expected calibration error (Naeini et al. 2015)."""

    rows: tuple[tuple[float, float, int], ...]
    error: float


def reliability(probability: NDArray[np.float64], true: NDArray[np.bool_], *, bins: int = 15) -> Reliability:
    """Raises ValueError for lengths that differ. Without values there are no rows and the error is NaN."""
    if len(probability) != len(true):
        raise ValueError(f"{len(probability)} probabilities for {len(true)} truths")
    if not len(probability):
        return Reliability((), float("nan"))
    order = np.argsort(probability, kind="stable")
    rows = [
        (float(probability[part].mean()), float(true[part].mean()), len(part))
        for part in np.array_split(order, min(bins, len(order)))
    ]
    error = sum(abs(stated - share) * count for stated, share, count in rows) / len(probability)
    return Reliability(tuple(rows), float(error))
