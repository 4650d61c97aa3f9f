"""Which zone a line stands in: first by its own words, then by its neighbours and the headings above it.

Text zoning (Gnehm & Clematide 2020) as two ordinary classifiers: a linear one over hashed words, and a small one over
the first one's probabilities for the lines around, the last heading and the place in the document; and, where it was
fitted, a recurrent network that reads the document line by line beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPClassifier
from sklearn.utils.validation import check_is_fitted

from jdclass.model.hashing import PAD, columns, fit_on_frequent, mix
from jdclass.model.prepare import Prepared
from jdclass.model.zone_network import ZoneNetwork

__all__ = ["ZoneClassifier", "context_features", "line_features"]

_REACH = 3  # neighbours on either side
_LEAST = 1e-6  # added to a probability before its logarithm
_FAR = 12  # lines after which a heading is as good as forgotten


def line_features(prepared: Prepared, *, bits: int) -> csr_matrix:
    """A row for each line: its hashed words and word pairs (each worth 1 / sqrt of their number), its first words, its
    length, and whether it is a heading."""
    tokens, lines = prepared.tokens, len(prepared.lines)
    first = tokens.first
    sizes = np.diff(first)
    following = np.full(len(tokens), PAD, dtype=np.uint64)
    if len(tokens) > 1:
        same = tokens.line[1:] == tokens.line[:-1]
        following[:-1][same] = tokens.lower[1:][same]
    weight = (1 / np.sqrt(np.maximum(sizes, 1)))[tokens.line].astype(np.float32)

    def word(number: int) -> NDArray[np.uint64]:
        out = np.full(lines, PAD, dtype=np.uint64)
        has = sizes > number
        out[has] = tokens.lower[first[:-1][has] + number]
        return out

    length = np.minimum(sizes, 40)
    opening = [word(0), word(1), word(2)]
    kind = prepared.heading.astype(np.uint64) + np.uint64(2) * (prepared.begins + 1).astype(np.uint64)
    last = np.full(lines, PAD, dtype=np.uint64)
    last[sizes > 0] = tokens.shape[first[1:][sizes > 0] - 1]
    per_line = [
        mix(10, opening[0]),
        mix(11, opening[0], opening[1]),
        mix(12, *opening),
        mix(13, (np.sqrt(length) * 2).astype(np.uint64)),
        mix(14, kind),
        mix(15, last, (length < 8).astype(np.uint64)),
    ]
    numbers = np.arange(lines)
    rows = np.concatenate([tokens.line, tokens.line, *([numbers] * len(per_line))])
    ids = np.concatenate([mix(1, tokens.lower), mix(2, tokens.lower, following), *per_line])
    data = np.concatenate([weight, weight, np.full(lines * len(per_line), 0.5, dtype=np.float32)])
    return csr_matrix((data * 2, (rows, columns(ids, bits=bits))), shape=(lines, 1 << bits))


def _headings_over(prepared: Prepared) -> NDArray[np.int64]:
    """For each line the last line up to it that is a heading of the list, in the same document; -1 where none is."""
    marks = np.where(prepared.begins >= 0, np.arange(len(prepared.lines)), -1)
    seen = np.maximum.accumulate(marks) if len(marks) else marks
    return np.where(seen >= prepared.first_line[prepared.document], seen, -1)


def context_features(prepared: Prepared, probabilities: NDArray[np.float64]) -> NDArray[np.float32]:
    """A row for each line: the first classifier's log probabilities of the line and its neighbours, their means over
    the document, the last heading with its distance, and where in the document the line stands."""
    count, zones = probabilities.shape
    logs = np.log(probabilities + 1e-3).astype(np.float32) / 3
    document, first = prepared.document, prepared.first_line
    here = np.arange(count)
    parts: list[NDArray[np.float32]] = []
    for reach in range(-_REACH, _REACH + 1):
        at = here + reach
        inside = (at >= 0) & (at < count)
        inside[inside] &= document[at[inside]] == document[inside]
        shifted = np.full((count, zones), -1.5, dtype=np.float32)
        shifted[inside] = logs[at[inside]]
        parts += [shifted, inside[:, None].astype(np.float32)]
    # Sums over all earlier and all later lines of the document.
    total = np.vstack([np.zeros((1, zones)), np.cumsum(probabilities, axis=0, dtype=np.float64)])
    begin, end = first[document], first[document + 1]
    before = (total[here] - total[begin]) / np.maximum(here - begin, 1)[:, None]
    after = (total[end] - total[here + 1]) / np.maximum(end - here - 1, 1)[:, None]
    parts += [before.astype(np.float32), after.astype(np.float32)]
    seen = _headings_over(prepared)
    known = seen >= 0
    under = np.zeros((count, zones), dtype=np.float32)
    near = np.zeros((count, zones), dtype=np.float32)
    zone = prepared.begins[seen[known]]
    distance = np.minimum(here - seen, _FAR)[known]
    under[known, zone] = 1
    near[known, zone] = 1 - distance / _FAR
    parts += [under, near, (prepared.begins >= 0)[:, None].astype(np.float32)]
    place = (here - begin) / np.maximum(end - begin - 1, 1)
    size = np.log1p(end - begin) / 5
    words = np.log1p(np.diff(prepared.tokens.first)) / 4
    parts.append(np.column_stack([place, place**2, size, words, prepared.heading]).astype(np.float32))
    return np.hstack(parts)


class ZoneClassifier(ClassifierMixin, BaseEstimator):
    """Zones of the lines of a batch of documents.

    X is a `Prepared`, y an array of one zone number for each of its lines, -1 where unknown (the line then serves as
    context alone). `groups` (one value for each document) keeps the documents of an employer on one side when the
    first classifier's probabilities for the second are made out of fold.

    `network_share` in [0, 1] is what the network counts beside both, where there is one. The network reads headings as
    it reads any line, so that the zone which the list gives to the last heading gains `heading_weight` in log
    probability beside it: without, the last duty before "About us" passed for a line about the employer.

    Attributes: `own_` the linear classifier of a line's words, `context_` the classifier of its surroundings,
    `classes_` the zone numbers; `network_`, None unless training sets it (it is fitted apart, by
    `jdclass.learn.zone_network`, to all zones in their order).
    """

    def __init__(
        self,
        *,
        bits: int = 18,
        C: float = 1.0,
        hidden: int = 32,
        network_share: float = 0.5,
        heading_weight: float = 0.5,
        folds: int = 4,
        seed: int = 0,
    ) -> None:
        self.bits = bits
        self.C = C
        self.hidden = hidden
        self.network_share = network_share
        self.heading_weight = heading_weight
        self.folds = folds
        self.seed = seed

    def fit(
        self,
        X: Prepared,
        y: NDArray[np.int64],
        *,
        groups: Sequence[str] | None = None,
        sample_weight: NDArray[np.float64] | None = None,
    ) -> ZoneClassifier:
        """Raises ValueError where y has not one number for each line."""
        y = np.asarray(y)
        if len(y) != len(X.lines):
            raise ValueError(f"{len(y)} labels for {len(X.lines)} lines")
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        known = np.flatnonzero(y >= 0)
        features = line_features(X, bits=self.bits)
        names = np.asarray(groups if groups is not None else [str(number) for number in range(len(X))])[X.document]
        own = LogisticRegression(C=self.C, max_iter=60)
        folds = GroupKFold(min(self.folds, len(set(names[known]))))
        probabilities = np.zeros((len(y), len(np.unique(y[known]))))
        known_features, known_y, known_weight = features[known], y[known], weight[known]
        for train, test in folds.split(known_features, groups=names[known]):
            part = fit_on_frequent(clone(own), known_features[train], known_y[train], sample_weight=known_weight[train])
            probabilities[known[test]] = part.predict_proba(known_features[test])
        self.own_ = fit_on_frequent(own, known_features, known_y, sample_weight=known_weight)
        unknown = np.flatnonzero(y < 0)
        if len(unknown):
            probabilities[unknown] = self.own_.predict_proba(features[unknown])
        # The network knows no weights: lines that count less than others (silver labels) would count in full.
        sure = known[known_weight == known_weight.max()]
        self.context_ = MLPClassifier(
            (self.hidden,), alpha=1e-2, max_iter=40, early_stopping=False, random_state=self.seed, batch_size=128
        ).fit(context_features(X, probabilities)[sure], y[sure])
        self.classes_ = self.own_.classes_
        self.network_: ZoneNetwork | None = None
        return self

    def predict_proba(self, X: Prepared) -> NDArray[np.float64]:
        """(lines, zones), each row adding up to 1. Raises NotFittedError."""
        check_is_fitted(self, "context_")
        if not X.lines:
            return np.zeros((0, len(self.classes_)))
        own = self.own_.predict_proba(line_features(X, bits=self.bits))
        # In double precision, so that the size of the batch does not show in a product of matrices.
        out: NDArray[np.float64] = self.context_.predict_proba(context_features(X, own).astype(np.float64))
        if self.network_ is None:
            return out
        # The weighed geometric mean of both: on held-out employers better than either alone.
        network = log_softmax(self.network_.scores(X), axis=1)
        logs = (1 - self.network_share) * np.log(out + _LEAST) + self.network_share * network
        heading = _headings_over(X)
        under = np.flatnonzero(heading >= 0)
        logs[under, X.begins[heading[under]]] += self.heading_weight
        mean: NDArray[np.float64] = softmax(logs, axis=1)
        return mean

    def predict(self, X: Prepared) -> NDArray[np.int64]:
        """The likeliest zone number of each line."""
        out: NDArray[np.int64] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return out

    def score(self, X: Prepared, y: NDArray[np.int64], sample_weight: Any = None) -> float:
        """Accuracy over the lines whose zone is known."""
        known = np.asarray(y) >= 0
        return float(np.average(self.predict(X)[known] == np.asarray(y)[known], weights=sample_weight))
