"""What becomes of a tagged phrase: how likely it is right, and which contrast it speaks of.

The tagger proposes freely; the judge sees each proposal whole (its words, how sure the tagger was of each, the zone of
its line, what the lexicon says) and gives the probability that readers see. Both are linear, so that every probability
can be traced to what made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from jdclass.model.hashing import PAD, columns, fit_on_frequent, mix
from jdclass.model.tagging import COLLISION, NEGATED, Span, of_side
from jdclass.segment import Tokens

__all__ = ["DENSE_FEATURES", "ContrastClassifier", "Evidence", "PhraseJudge", "dense_features", "span_words"]

DENSE_FEATURES = (
    "mean probability of its side",
    "lowest probability of its side",
    "probability of its first word as a beginning",
    "mean probability of the other side",
    "probability that the phrase ends before its last word",
    "probability of no phrase just before it",
    "probability of no phrase just after it",
    "log of its words",
    "log of its line's words",
    "probability that its line states duties",
    "probability that its line is person specification",
    "other phrases in its line",
    "share of its words that the lexicon gives this side",
    "share of its words that the lexicon gives the other side",
    "share of its words in a collision or negated statement",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each token and line of a batch when phrases are judged.

    `tags` (tokens, tags) probabilities, zero rows where the tagger was not asked; `marks` the lexicon's marks; `zones`
    (lines, zones) probabilities with duties first and person specification second.
    """

    tokens: Tokens
    tags: NDArray[np.float64]
    marks: NDArray[np.uint64]
    zones: NDArray[np.float64]


def _log(probability: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float64]:
    clipped = np.clip(probability.astype(np.float64), 1e-3, 1 - 1e-3)
    out: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return out


def dense_features(evidence: Evidence, spans: Sequence[Span]) -> NDArray[np.float64]:
    """A row for each span, a column for each of DENSE_FEATURES; no rows for no spans."""
    if not spans:
        return np.zeros((0, len(DENSE_FEATURES)))
    tokens, tags = evidence.tokens, evidence.tags
    first, last, side = (np.array(column) for column in zip(*spans, strict=True))
    size = last - first
    lines = tokens.line[first]
    own = np.stack([tags[:, 1] + tags[:, 2], tags[:, 3] + tags[:, 4]])
    # In double precision: what stands earlier in a batch must not show in the third decimal of a phrase.
    sums = np.concatenate([np.zeros((2, 1)), np.cumsum(own, axis=1, dtype=np.float64)], axis=1)
    mean = (sums[side, last] - sums[side, first]) / size
    other = (sums[1 - side, last] - sums[1 - side, first]) / size
    lowest = np.array([own[s, a:b].min() for a, b, s in spans])
    mark = evidence.marks
    sided = np.stack([of_side(mark, s) for s in (0, 1)])
    lexicon = np.concatenate([np.zeros((2, 1)), np.cumsum(sided, axis=1)], axis=1)
    blocked = np.concatenate([[0], np.cumsum((mark == COLLISION) | (mark == NEGATED))])
    outside = np.concatenate([tags[:, 0], [1.0]])
    starts, ends = tokens.first[lines], tokens.first[lines + 1]
    before = np.where(first > starts, outside[first - 1], 1.0)
    after = np.where(last < ends, outside[last], 1.0)
    per_line = np.bincount(lines, minlength=len(evidence.zones))
    return np.column_stack(
        [
            _log(mean), _log(lowest), _log(tags[first, 1 + 2 * side]), _log(other), _log(outside[last - 1]),
            before, after, np.log(size), np.log(ends - starts),
            _log(evidence.zones[lines, 0]), _log(evidence.zones[lines, 1]), np.log(per_line[lines]),
            (lexicon[side, last] - lexicon[side, first]) / size,
            (lexicon[1 - side, last] - lexicon[1 - side, first]) / size,
            (blocked[last] - blocked[first]) / size,
        ]
    )  # fmt: skip


def span_words(tokens: Tokens, marks: NDArray[np.uint64], spans: Sequence[Span], *, bits: int) -> csr_matrix:
    """Hashed words of each span: single words, pairs, its first and last words, what stands around it, and the
    lexicon's contrasts in it, all with its side."""
    if not spans:
        return csr_matrix((0, 1 << bits), dtype=np.float32)
    first, last, side = (np.array(column) for column in zip(*spans, strict=True))
    size = last - first
    rows = np.repeat(np.arange(len(spans)), size)
    at = np.concatenate([np.arange(a, b) for a, b, _ in spans])
    sides = side.astype(np.uint64)
    lower, line = tokens.lower, tokens.line
    ends = at == np.repeat(last - 1, size)
    following = np.where(ends, PAD, lower[np.minimum(at + 1, len(tokens) - 1)])
    starts, stops = tokens.first[line[first]], tokens.first[line[first] + 1]

    def word(place: NDArray[np.int64]) -> NDArray[np.uint64]:
        inside = (place >= starts) & (place < stops)
        return np.where(inside, lower[np.clip(place, 0, len(tokens) - 1)], PAD)

    each = sides[rows]
    per_span = [
        mix(20, word(first), sides),
        mix(21, word(first), word(first + 1), sides),
        mix(22, word(last - 1), sides),
        mix(23, word(first), word(last - 1), sides),
        mix(24, word(first - 1), sides),
        mix(25, word(first - 2), word(first - 1), sides),
        mix(26, word(last), sides),
        mix(27, lower[starts], sides),
        mix(28, lower[starts], lower[np.minimum(starts + 1, stops - 1)], sides),
        mix(29, np.minimum(size, 12).astype(np.uint64), sides),
    ]
    numbers = np.arange(len(spans))
    contrast = marks[at] >> np.uint64(1)
    ids = np.concatenate(
        [
            mix(1, lower[at], each),
            mix(2, lower[at], following, each),
            mix(3, contrast, each),
            mix(4, tokens.suffix[at], each),
            mix(5, lower[at]),
            *per_span,
        ]
    )
    places = np.concatenate([rows] * 5 + [numbers] * len(per_span))
    matrix = csr_matrix(
        (np.ones(len(ids), dtype=np.float32), (places, columns(ids, bits=bits))), shape=(len(spans), 1 << bits)
    )
    matrix.data[:] = np.minimum(matrix.data, 1)
    return matrix


class PhraseJudge(BaseEstimator):
    """The probability that a proposed phrase is one, of this side. The sparse words count `words` times as much as
    the standardised dense features."""

    def __init__(self, *, bits: int = 16, C: float = 0.05, words: float = 0.5) -> None:
        self.bits = bits
        self.C = C
        self.words = words

    def _features(self, evidence: Evidence, spans: Sequence[Span]) -> csr_matrix:
        dense = self.scaler_.transform(dense_features(evidence, spans)).astype(np.float32)
        words = span_words(evidence.tokens, evidence.marks, spans, bits=self.bits) * np.float32(self.words)
        return csr_matrix(hstack([csr_matrix(dense), words], format="csr"))

    def fit(
        self,
        evidence: Sequence[Evidence],
        spans: Sequence[Sequence[Span]],
        right: NDArray[np.bool_],
        *,
        sample_weight: NDArray[np.float64] | None = None,
    ) -> PhraseJudge:
        """`right` and `sample_weight` have a value for each span of all batches, in order."""
        dense = np.vstack([dense_features(e, s) for e, s in zip(evidence, spans, strict=True)])
        self.scaler_ = StandardScaler().fit(dense)
        features = vstack([self._features(e, s) for e, s in zip(evidence, spans, strict=True)], format="csr")
        self.classifier_ = fit_on_frequent(
            LogisticRegression(C=self.C, max_iter=200), features, right.astype(np.int64), sample_weight=sample_weight
        )
        return self

    def predict_proba(self, evidence: Evidence, spans: Sequence[Span]) -> NDArray[np.float64]:
        """In [0, 1], one for each span. Raises NotFittedError."""
        check_is_fitted(self, "classifier_")
        if not spans:
            return np.zeros(0)
        out: NDArray[np.float64] = self.classifier_.predict_proba(self._features(evidence, spans))[:, 1]
        return out


class ContrastClassifier(BaseEstimator):
    """Which contrast a phrase of a known side speaks of; classes are contrast numbers."""

    def __init__(self, *, bits: int = 16, C: float = 1.0) -> None:
        self.bits = bits
        self.C = C

    def fit(self, features: csr_matrix, contrasts: NDArray[np.int64]) -> ContrastClassifier:
        """`features` as `span_words` makes them with this classifier's `bits`."""
        self.classifier_ = fit_on_frequent(LogisticRegression(C=self.C, max_iter=200), features, contrasts, least=1)
        self.classes_ = self.classifier_.classes_
        return self

    def predict(self, tokens: Tokens, marks: NDArray[np.uint64], spans: Sequence[Span]) -> NDArray[np.int64]:
        """A contrast number for each span. Raises NotFittedError."""
        check_is_fitted(self, "classifier_")
        if not spans:
            return np.zeros(0, dtype=np.int64)
        scores = span_words(tokens, marks, spans, bits=self.bits) @ self.classifier_.coef_.T
        out: NDArray[np.int64] = self.classes_[(scores + self.classifier_.intercept_).argmax(axis=1)]
        return out
