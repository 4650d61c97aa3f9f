"""What held-out reviewing gives, as records that the figures are counted from; and calibration.

The records have the fields of `jdclass.review/1` that a figure needs, no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from jdclass.framework import Framework
from jdclass.learn.fit import Choices, HeldOut, fit_scoring, held_out_tally
from jdclass.learn.gold import GoldRole
from jdclass.lexicon.titles import Titles
from jdclass.model.verdict import Assessment, assess

__all__ = [
    "Reliability",
    "choose_cover",
    "choose_least_words",
    "coverage_of_intervals",
    "held_out_reviews",
    "reliability",
]


def held_out_reviews(
    roles: Sequence[GoldRole],
    found: Sequence[HeldOut],
    framework: Framework,
    titles: Titles,
    choices: Choices,
    *,
    threshold: float,
    least_words: float,
    cover: float,
) -> list[dict[str, Any]]:
    """A record for each role, all of it from models that had not seen the role's employer: the scoring stage is
    fitted anew for each fold of employers."""
    tallies = [
        held_out_tally([line.text for line in r.lines], h, framework, threshold)
        for r, h in zip(roles, found, strict=True)
    ]
    readings = [titles.read(role.title) for role in roles]
    claims = [reading.orientation for reading in readings]
    groups = [role.employer or role.id for role in roles]
    assessments: list[Assessment | None] = [None] * len(roles)
    for train, test in GroupKFold(choices.folds).split(roles, groups=groups):
        duties, match = fit_scoring(
            [roles[n] for n in train],
            [tallies[n] for n in train],
            [claims[n] for n in train],
            [groups[n] for n in train],
            choices,
        )
        given = assess(
            duties,
            match,
            [tallies[n] for n in test],
            [claims[n] for n in test],
            cover=cover,
            doubtful=[readings[n].vague for n in test],
        )
        for number, assessment in zip(test.tolist(), given, strict=True):
            assessments[number] = assessment
    return [
        _record(role, held, framework, reading.orientation, assessment, threshold, tally.words < least_words)
        for role, held, reading, assessment, tally in zip(roles, found, readings, assessments, tallies, strict=True)
        if assessment is not None
    ]


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


def choose_least_words(roles: Sequence[GoldRole], words: Sequence[float]) -> float:
    """The number of duties words under which to abstain: the best F1 of abstaining where the gold match is 0, and of
    equally good ones the nearest to the codebook's 40."""
    thin = np.array([role.match == 0 for role in roles])
    counts = np.array(words)
    best, chosen = -1.0, 40.0
    for limit in sorted(range(15, 81), key=lambda limit: abs(limit - 40)):
        abstained = counts < limit
        f1 = 2 * float((thin & abstained).sum()) / max(int(thin.sum() + abstained.sum()), 1)
        if f1 > best + 1e-9:
            best, chosen = f1, float(limit)
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
