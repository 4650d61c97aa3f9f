"""From the phrases of the duties lines to what the duties hold, and from that and the claim to the match.

Only counts go in: the words of the duties lines, and the words and number of phrases of either side in them. So every
figure can be worked out by hand from what readers see, and what it would be without a phrase is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from jdclass.document import ORIENTATIONS4, VERDICTS

__all__ = [
    "ADVERSE",
    "LEVELS",
    "MATCHES_FROM",
    "DutiesClassifier",
    "Fit",
    "MatchScorer",
    "Tally",
    "duties_features",
    "match_features",
]

#: A match of this or more reads as fitting: between the gold levels 3 (50) and 4 (75). DESIGN.md, "Verdict".
MATCHES_FROM = 62

#: Gold levels of the match that a scored role can have; level m lies at 25 (m - 1).
LEVELS = (1, 2, 3, 4, 5)

ADVERSE = tuple(verdict for verdict in VERDICTS if verdict not in ("matches", "insufficient_evidence"))


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted in the duties lines of one document: all words, and the words and phrases of either side."""

    words: int
    leadership_words: int
    management_words: int
    leadership_phrases: int
    management_phrases: int


def _table(tallies: list[Tally]) -> NDArray[np.float64]:
    return np.array(
        [
            (t.words, t.leadership_words, t.management_words, t.leadership_phrases, t.management_phrases)
            for t in tallies
        ],
        dtype=np.float64,
    ).reshape(len(tallies), 5)


def duties_features(tallies: list[Tally]) -> NDArray[np.float64]:
    """A row for each tally: logs of the counts, the shares of words, and how the sides stand to each other."""
    words, lw, mw, ln, mn = _table(tallies).T
    size = np.maximum(words, 1)
    return np.column_stack(
        [
            np.log1p(lw), np.log1p(mw), np.log1p(ln), np.log1p(mn), np.log1p(words),
            np.sqrt(lw / size), np.sqrt(mw / size), np.sqrt((lw + mw) / size),
            np.log((lw + 2) / (mw + 2)), np.log((ln + 0.5) / (mn + 0.5)), np.abs(np.log((lw + 2) / (mw + 2))),
            np.minimum(ln, mn) > 0, ln > 0, mn > 0,
        ]
    )  # fmt: skip


class DutiesClassifier(BaseEstimator):
    """What the duties hold (numbers of ORIENTATIONS4), from tallies alone."""

    def __init__(self, *, C: float = 0.3) -> None:
        self.C = C

    def fit(self, tallies: list[Tally], orientations: NDArray[np.int64]) -> DutiesClassifier:
        """Raises ValueError where one of the four never occurs."""
        if len(set(orientations.tolist())) != len(ORIENTATIONS4):
            raise ValueError(f"duties of {len(set(orientations.tolist()))} kinds, wanted {len(ORIENTATIONS4)}")
        self.pipeline_: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=self.C, max_iter=2000))
        self.pipeline_.fit(duties_features(tallies), orientations)
        return self

    def predict_proba(self, tallies: list[Tally]) -> NDArray[np.float64]:
        """(tallies, 4). Raises NotFittedError."""
        check_is_fitted(self, "pipeline_")
        if not tallies:
            return np.zeros((0, len(ORIENTATIONS4)))
        out: NDArray[np.float64] = self.pipeline_.predict_proba(duties_features(tallies))
        return out


def match_features(
    claims: NDArray[np.float64], duties: NDArray[np.float64], tallies: list[Tally]
) -> NDArray[np.float64]:
    """A row for each role: every claim beside every kind of duties, and the shares of words as far as claimed.

    `claims` (roles, 4) is 1 for the claim of the title and 0 elsewhere, or shares of it; `duties` (roles, 4)
    probabilities.
    """
    words, lw, mw, ln, mn = _table(tallies).T
    size = np.maximum(words, 1)
    shares = np.column_stack(
        [np.sqrt(lw / size), np.sqrt(mw / size), np.log((lw + 2) / (mw + 2)), np.log1p(ln), np.log1p(mn)]
    )
    pairs = (claims[:, :, None] * duties[:, None, :]).reshape(len(tallies), -1)
    claimed = (claims[:, :, None] * shares[:, None, :]).reshape(len(tallies), -1)
    return np.hstack([pairs, claimed, claims])


@dataclass(frozen=True, slots=True)
class Fit:
    """How well claims fit duties, a row for each role: probabilities of the five levels and of the adverse verdicts."""

    levels: NDArray[np.float64]
    adverse: NDArray[np.float64]


class MatchScorer(BaseEstimator):
    """The match of a claim with the duties, as probabilities of the gold levels 1 to 5 and of the adverse verdicts."""

    def __init__(self, *, C: float = 0.3) -> None:
        self.C = C

    def fit(self, features: NDArray[np.float64], levels: NDArray[np.int64], verdicts: NDArray[np.int64]) -> MatchScorer:
        """`levels` in LEVELS; `verdicts` numbers of ADVERSE, -1 where the role matches."""
        # Ordinal, as cumulative logistic regressions "at least level m" (Frank & Hall 2001).
        self.steps_: list[Pipeline] = []
        for level in LEVELS[1:]:
            step = make_pipeline(StandardScaler(), LogisticRegression(C=self.C, max_iter=2000))
            self.steps_.append(step.fit(features, levels >= level))
        adverse = verdicts >= 0
        self.verdict_: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=self.C, max_iter=2000))
        self.verdict_.fit(features[adverse], verdicts[adverse])
        return self

    def predict(self, features: NDArray[np.float64]) -> Fit:
        """Raises NotFittedError."""
        check_is_fitted(self, "verdict_")
        least = np.column_stack([np.ones(len(features)), *(step.predict_proba(features)[:, 1] for step in self.steps_)])
        least = np.minimum.accumulate(least, axis=1)
        levels = least - np.column_stack([least[:, 1:], np.zeros(len(features))])
        adverse = np.zeros((len(features), len(ADVERSE)))
        adverse[:, self.verdict_.classes_] = self.verdict_.predict_proba(features)
        return Fit(levels, adverse)


def score_of(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The expected match in [0, 100] of level probabilities (roles, 5), moved so that MATCHES_FROM is where levels of
    4 and 5 are as likely as not."""
    expected = levels @ (25.0 * np.arange(len(LEVELS)))
    fits = levels[:, 3] + levels[:, 4]
    low = expected * 0.5 + fits * 0.5 * 100
    return np.clip(low, 0, 100)
