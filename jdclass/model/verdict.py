"""From counts and claims to the match of each role: score, interval, verdict, and what would change it.

Plain functions over the fitted classifiers of `scoring`, a batch of roles at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jdclass.document import ORIENTATIONS4
from jdclass.model.scoring import (
    ADVERSE,
    MATCHES_FROM,
    Claimed,
    DutiesClassifier,
    MatchScorer,
    Stated,
    WeighedPhrase,
    score_of,
)

__all__ = ["Assessment", "Counterfactual", "assess", "counterfactuals", "interval"]

#: Phrases that a counterfactual takes away at most: beyond that it tells a reader nothing.
MOST_REMOVED = 3


@dataclass(frozen=True, slots=True)
class Assessment:
    """`duties` is the likeliest of ORIENTATIONS4; `score`, `low` and `high` are in [0, 100]."""

    duties: str
    duties_probabilities: tuple[float, ...]
    score: int
    low: int
    high: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Without the phrases `removed` (numbers in the review) the duties would read as `duties`."""

    removed: tuple[int, ...]
    duties: str


def interval(levels: NDArray[np.float64], cover: float) -> tuple[int, int]:
    """The shortest run of neighbouring levels whose probabilities reach `cover`, on the scale of the score.

    >>> interval(np.array([0.0, 0.1, 0.2, 0.6, 0.1]), 0.75)
    (50, 75)
    """
    sums = np.concatenate([[0.0], np.cumsum(levels)])
    size = len(levels)
    for length in range(1, size + 1):
        held = sums[length:] - sums[: size - length + 1]
        best = int(held.argmax())
        if held[best] >= cover - 1e-9 or length == size:
            return 25 * best, 25 * (best + length - 1)
    raise AssertionError("a run of all levels always reaches the cover")


def assess(
    duties: DutiesClassifier,
    match: MatchScorer,
    stated: Sequence[Stated],
    claimed: Sequence[Claimed],
    *,
    cover: float,
    doubtful: Sequence[bool],
) -> list[Assessment]:
    """An assessment for each role. A `doubtful` one (a vague title, contradictory evidence) has a wider interval."""
    if not stated:
        return []
    kinds = duties.predict_proba(stated)
    fit = match.predict(claimed, kinds, [one.tally for one in stated])
    scores = np.rint(score_of(fit.levels)).astype(int)
    out = []
    for number, score in enumerate(scores.tolist()):
        low, high = interval(fit.levels[number], cover)
        if doubtful[number]:
            low, high = max(0, low - 25), min(100, high + 25)
        verdict = "matches" if score >= MATCHES_FROM else ADVERSE[int(fit.adverse[number].argmax())]
        kind = ORIENTATIONS4[int(kinds[number].argmax())]
        out.append(Assessment(kind, tuple(kinds[number].tolist()), score, min(low, score), max(high, score), verdict))
    return out


def counterfactuals(
    duties: DutiesClassifier,
    stated: Sequence[Stated],
    phrases: Sequence[Sequence[WeighedPhrase]],
    removable: Sequence[Sequence[WeighedPhrase]],
    now: Sequence[str],
) -> list[Counterfactual | None]:
    """For each role the fewest phrases of one side, the weightiest first, without which its duties read otherwise.

    `phrases` are all those that count, `removable` those of them that may be left out; None where up to
    MOST_REMOVED of them change nothing. `now` is what the duties read as with all phrases.
    """
    rows: list[Stated] = []
    keys: list[tuple[int, tuple[int, ...]]] = []
    for role, (whole, counted, can_go) in enumerate(zip(stated, phrases, removable, strict=True)):
        for side in (0, 1):
            ordered = sorted((p for p in can_go if p.side == side), key=lambda p: (-p.words * p.weight, p.number))
            for size in range(1, min(len(ordered), MOST_REMOVED) + 1):
                gone = {p.number for p in ordered[:size]}
                rows.append(whole.without(ordered[:size], [p for p in counted if p.number not in gone]))
                keys.append((role, tuple(sorted(gone))))
    best: list[Counterfactual | None] = [None] * len(stated)
    kinds = duties.predict_proba(rows).argmax(axis=1) if rows else []
    for (role, removed), kind in zip(keys, kinds, strict=True):
        found = best[role]
        if ORIENTATIONS4[kind] != now[role] and (found is None or len(removed) < len(found.removed)):
            best[role] = Counterfactual(removed, ORIENTATIONS4[kind])
    return best
