"""From the phrases of the duties lines to what the duties hold, and from that and the claim to the match.

What goes in is counted: the words and lines that state duties, the words and number of the shown phrases of either
side, how many lines hold some, and (`said`) how often each word stands there. Each line counts by the probability that
it states duties, each phrase by its own and its line's. So what the duties would be without a phrase is exact: it is
taken out of the tally, and its words are struck out of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from jdclass.document import ORIENTATIONS4, VERDICTS
from jdclass.model.said import Said, WordReader, check_kinds

__all__ = [
    "ADVERSE",
    "DUTIES_FEATURES",
    "LEAST_WORDS",
    "LEVELS",
    "MATCHES_FROM",
    "Claimed",
    "DutiesClassifier",
    "Fit",
    "MatchScorer",
    "Stated",
    "Tally",
    "WeighedPhrase",
    "duties_features",
    "match_features",
    "possible",
    "score_of",
    "stated_by",
    "tally_of",
    "too_few_words",
]

#: A match of this or more reads as fitting: between the gold levels 3 (50) and 4 (75). DESIGN.md, "Verdict".
MATCHES_FROM = 62

#: Fewer words in the lines that state duties are too little to tell. CODEBOOK, "The role as a whole".
LEAST_WORDS = 40
#: Share of the words of duties in phrases of one side from which the duties no longer read as neither. Chosen on train
#: roles held out, where it costs nothing: a reader who sees a fifth of a text marked does not take it for "little".
MUCH = 0.2

#: Gold levels of the match that a scored role can have; level m lies at 25 (m - 1).
LEVELS = (1, 2, 3, 4, 5)

ADVERSE = tuple(verdict for verdict in VERDICTS if verdict not in ("matches", "insufficient_evidence"))


@dataclass(frozen=True, slots=True)
class WeighedPhrase:
    """A shown phrase as the tally counts it: its side (0 leadership, 1 management), its words, what each counts (the
    phrase's probability times its line's of stating duties), its number in the review, its line's, where its words
    stand among those of the document (half open), and whether its line's zone is a counted one."""

    side: int
    words: int
    weight: float
    number: int
    line: int
    run: tuple[int, int] = (0, 0)
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a title claims (one of ORIENTATIONS4), and the family of titles that it belongs to, "" for none: a team
    leader and a director both claim leadership, and not the same."""

    orientation: str
    family: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one document states, each weighed by its probability: words and lines of duties, and the words and phrases
    of either side in them with the lines that hold any. None is below 0."""

    words: float
    lines: float
    leadership_words: float
    management_words: float
    leadership_phrases: float
    management_phrases: float
    leadership_lines: float
    management_lines: float
    lines_of_either: float

    def with_phrases(self, phrases: Sequence[WeighedPhrase]) -> Tally:
        """The tally if the document held these phrases and no others. A line counts by its weightiest phrase."""
        sides = [[phrase for phrase in phrases if phrase.side == side] for side in (0, 1)]
        return Tally(
            self.words,
            self.lines,
            *(float(sum(phrase.words * phrase.weight for phrase in of_side)) for of_side in sides),
            *(float(sum(phrase.weight for phrase in of_side)) for of_side in sides),
            *(_lines_of(of_side) for of_side in (*sides, phrases)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """All that the duties of one document are read from: its tally, its words, and the sides (0 leadership, 1
    management) that a counted phrase stands for."""

    tally: Tally
    said: Said
    sides: frozenset[int]

    def without(self, gone: Sequence[WeighedPhrase], kept: Sequence[WeighedPhrase]) -> Stated:
        """What the document would state with the phrases `gone` struck out of it, and `kept` alone left."""
        said = self.said.without([phrase.run for phrase in gone])
        return Stated(self.tally.with_phrases(kept), said, _sides_of(kept))


def stated_by(words: Sequence[int], stated: Sequence[float], phrases: Sequence[WeighedPhrase], said: Said) -> Stated:
    """What a document states, from its lines (as of `tally_of`), its phrases and its words."""
    return Stated(tally_of(words, stated, phrases), said, _sides_of(phrases))


def _sides_of(phrases: Sequence[WeighedPhrase]) -> frozenset[int]:
    return frozenset(phrase.side for phrase in phrases if phrase.counted)


def _lines_of(phrases: Sequence[WeighedPhrase]) -> float:
    heaviest: dict[int, float] = {}
    for phrase in phrases:
        heaviest[phrase.line] = max(heaviest.get(phrase.line, 0.0), phrase.weight)
    return float(sum(heaviest.values()))


def tally_of(words: Sequence[int], stated: Sequence[float], phrases: Sequence[WeighedPhrase]) -> Tally:
    """The tally of a document: for each line its words and its probability of stating duties, and its phrases.

    >>> tally = tally_of([10, 20], [1.0, 0.5], [WeighedPhrase(1, 4, 0.5, 0, 1), WeighedPhrase(1, 2, 0.25, 1, 1)])
    >>> tally.words, tally.lines, tally.management_words, tally.management_phrases, tally.management_lines
    (20.0, 1.5, 2.5, 0.75, 0.5)
    """
    stating = sum(count * share for count, share in zip(words, stated, strict=True))
    return Tally(stating, float(sum(stated)), *(0.0,) * 7).with_phrases(phrases)


def too_few_words(words: Sequence[int], stated: Sequence[float], least: int = LEAST_WORDS) -> float:
    """The probability that the lines which state duties hold fewer than `least` words, from each line's words and its
    probability of stating duties, the lines taken to be independent (a Poisson binomial sum, by convolution).

    >>> too_few_words([30, 20], [0.5, 0.5])
    0.75
    """
    held = np.zeros(least + 1)  # the probability of each number of words, the last of `least` and more
    held[0] = 1.0
    for count, share in zip(words, stated, strict=True):
        step = min(count, least)
        added = held * (1 - share)
        added[step:] += held[: least + 1 - step] * share
        added[least] += held[least + 1 - step :].sum() * share
        held = added
    return float(held[:least].sum())


_values = attrgetter(*(field.name for field in fields(Tally)))


def _table(tallies: list[Tally]) -> NDArray[np.float64]:
    """(tallies, fields of a tally)."""
    return np.array([_values(tally) for tally in tallies], dtype=np.float64).reshape(len(tallies), len(fields(Tally)))


_OF_PHRASES, _OF_LENGTH = "its phrases, and their share of it", "how much text states duties"

#: What each column of `duties_features` stands for, to a reader.
DUTIES_FEATURES = (*[_OF_PHRASES] * 4, _OF_LENGTH, *[_OF_PHRASES] * 10, _OF_LENGTH, *[_OF_PHRASES] * 3)


def duties_features(tallies: list[Tally]) -> NDArray[np.float64]:
    """A row for each tally: logs of the counts, the shares of words and lines, and how the sides stand to each
    other."""
    words, lines, lw, mw, ln, mn, ll, ml, either = _table(tallies).T
    size, count = np.maximum(words, 1), np.maximum(lines, 1)
    return np.column_stack(
        [
            np.log1p(lw), np.log1p(mw), np.log1p(ln), np.log1p(mn), np.log1p(words),
            np.sqrt(lw / size), np.sqrt(mw / size), np.sqrt((lw + mw) / size),
            np.log((lw + 2) / (mw + 2)), np.log((ln + 0.5) / (mn + 0.5)), np.abs(np.log((lw + 2) / (mw + 2))),
            np.minimum(ln, mn), np.minimum(lw, mw) / size, ln >= 0.5, mn >= 0.5,
            np.log1p(lines), np.sqrt(ll / count), np.sqrt(ml / count), np.sqrt(either / count),
        ]
    )  # fmt: skip


def possible(stated: Stated) -> tuple[bool, ...]:
    """Which of ORIENTATIONS4 the duties may read as: a side only where a phrase stands for it, and neither only where
    less than MUCH of the words stand in phrases of one."""
    leadership, management = 0 in stated.sides, 1 in stated.sides
    tally = stated.tally
    much = max(tally.leadership_words, tally.management_words) >= MUCH * tally.words
    return leadership, management, leadership and management, not (much and (leadership or management))


class DutiesClassifier(BaseEstimator):
    """What the duties hold (numbers of ORIENTATIONS4), from what documents state.

    The words are read by a classifier of their own, and what it finds for employers that it has not seen stands beside
    the counts (stacking, Wolpert 1992). Without words, as in a corpus too small to learn any from, the counts decide.
    However they may sound, duties read as a side only where a phrase stands for it that a reader can check, and as
    neither only where little of them stands in phrases (`possible`).
    """

    def __init__(self, *, C: float = 0.03, words_C: float = 1.0, folds: int = 4) -> None:
        self.C = C
        self.words_C = words_C
        self.folds = folds

    def fit(
        self,
        stated: Sequence[Stated],
        orientations: NDArray[np.int64],
        *,
        groups: Sequence[str] | None = None,
        sample_weight: NDArray[np.float64] | None = None,
    ) -> DutiesClassifier:
        """`groups` are the employers; without them the words stay unread. Raises ValueError where one of the four never
        occurs."""
        check_kinds(orientations)
        weight = np.ones(len(stated)) if sample_weight is None else sample_weight
        features = duties_features([one.tally for one in stated])
        self.words_: WordReader | None = None
        read = None if groups is None else self._held_out_words(stated, orientations, groups, weight)
        if read is not None:
            self.words_ = WordReader.fit([one.said for one in stated], orientations, weight, C=self.words_C)
            features = np.hstack([features, read])
        self.pipeline_: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=self.C, max_iter=2000))
        self.pipeline_.fit(features, orientations, logisticregression__sample_weight=weight)
        return self

    def _held_out_words(
        self,
        stated: Sequence[Stated],
        orientations: NDArray[np.int64],
        groups: Sequence[str],
        weight: NDArray[np.float64],
    ) -> NDArray[np.float64] | None:
        """(documents, 4): what the words of each say by a reader that has not seen its employer; None where a part of
        the documents is too little for one."""
        if len(set(groups)) < self.folds:
            return None
        said = [one.said for one in stated]
        out = np.zeros((len(stated), len(ORIENTATIONS4)))
        for train, test in GroupKFold(self.folds).split(said, groups=groups):
            try:
                reader = WordReader.fit([said[n] for n in train], orientations[train], weight[train], C=self.words_C)
            except ValueError:
                return None
            out[test] = reader.log_proba([said[n] for n in test])
        return out

    def predict_proba(self, stated: Sequence[Stated]) -> NDArray[np.float64]:
        """(documents, 4); 0 for what names a side without a counted phrase. Raises NotFittedError."""
        check_is_fitted(self, "pipeline_")
        if not stated:
            return np.zeros((0, len(ORIENTATIONS4)))
        out: NDArray[np.float64] = self.pipeline_.predict_proba(self.features(stated))
        out *= np.array([possible(one) for one in stated])
        out /= out.sum(axis=1, keepdims=True)
        return out

    def features(self, stated: Sequence[Stated]) -> NDArray[np.float64]:
        """A row for each document: those of its tally (DUTIES_FEATURES), and what its words say where they are read."""
        counted = duties_features([one.tally for one in stated])
        if self.words_ is None:
            return counted
        return np.hstack([counted, self.words_.log_proba([one.said for one in stated])])


def match_features(
    claimed: Sequence[Claimed], duties: NDArray[np.float64], tallies: list[Tally], families: Sequence[str]
) -> NDArray[np.float64]:
    """A row for each role: every claim beside every kind of duties, the shares of words as far as claimed, and which of
    `families` its title belongs to. `duties` (roles, 4) are probabilities.
    """
    claims = _one_of([one.orientation for one in claimed], ORIENTATIONS4)
    words, _, lw, mw, ln, mn, *_ = _table(tallies).T
    size = np.maximum(words, 1)
    shares = np.column_stack(
        [np.sqrt(lw / size), np.sqrt(mw / size), np.log((lw + 2) / (mw + 2)), np.log1p(ln), np.log1p(mn)]
    )
    pairs = (claims[:, :, None] * duties[:, None, :]).reshape(len(tallies), -1)
    shared = (claims[:, :, None] * shares[:, None, :]).reshape(len(tallies), -1)
    return np.hstack([pairs, shared, claims, _one_of([one.family for one in claimed], families)])


def _one_of(values: Sequence[str], kinds: Sequence[str]) -> NDArray[np.float64]:
    """(values, kinds): 1 where the value is the kind, 0 elsewhere."""
    return np.array([[value == kind for kind in kinds] for value in values], dtype=np.float64).reshape(
        len(values), len(kinds)
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """How well claims fit duties, a row for each role: probabilities of the five levels and of the adverse verdicts."""

    levels: NDArray[np.float64]
    adverse: NDArray[np.float64]


class MatchScorer(BaseEstimator):
    """The match of a claim with the duties, as probabilities of the gold levels 1 to 5 and of the adverse verdicts.

    `families` are the title families that it tells apart; titles of all others count by their claim alone.
    """

    def __init__(self, *, C: float = 0.1, families: Sequence[str] = ()) -> None:
        self.C = C
        self.families = families

    def fit(
        self,
        claimed: Sequence[Claimed],
        duties: NDArray[np.float64],
        tallies: list[Tally],
        levels: NDArray[np.int64],
        verdicts: NDArray[np.int64],
    ) -> MatchScorer:
        """Arguments as of `match_features`; `levels` in LEVELS; `verdicts` numbers of ADVERSE, -1 where the role
        matches."""
        features = match_features(claimed, duties, tallies, self.families)
        # Ordinal, as cumulative logistic regressions "at least level m" (Frank & Hall 2001).
        self.steps_: list[Pipeline] = []
        for level in LEVELS[1:]:
            step = make_pipeline(StandardScaler(), LogisticRegression(C=self.C, max_iter=2000))
            self.steps_.append(step.fit(features, levels >= level))
        adverse = verdicts >= 0
        self.verdict_: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=self.C, max_iter=2000))
        self.verdict_.fit(features[adverse], verdicts[adverse])
        return self

    def predict(self, claimed: Sequence[Claimed], duties: NDArray[np.float64], tallies: list[Tally]) -> Fit:
        """Raises NotFittedError."""
        check_is_fitted(self, "verdict_")
        features = match_features(claimed, duties, tallies, self.families)
        least = np.column_stack([np.ones(len(features)), *(step.predict_proba(features)[:, 1] for step in self.steps_)])
        least = np.minimum.accumulate(least, axis=1)
        levels = least - np.column_stack([least[:, 1:], np.zeros(len(features))])
        adverse = np.zeros((len(features), len(ADVERSE)))
        adverse[:, self.verdict_.classes_] = self.verdict_.predict_proba(features)
        return Fit(levels, adverse)


def score_of(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The expected match in [0, 100] of level probabilities (roles, 5): level m lies at 25 (m - 1)."""
    out: NDArray[np.float64] = levels @ (25.0 * np.arange(len(LEVELS)))
    return out
