"""Hashed features as plain integer arithmetic: no vocabulary, no strings, the same columns on every machine.

Ids are 64-bit hashes that spaCy gives to strings. A template mixes one or more ids with its own number and keeps the
top `bits` bits of the product, which is a column (multiplicative hashing: Knuth, The Art of Computer Programming,
volume 3, section 6.4; the feature hashing of Weinberger et al. 2009 without the sign, since a linear model on binary
features hardly gains from it at these sizes).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

__all__ = ["PAD", "columns", "fit_on_frequent", "mix", "stack"]

Ids = NDArray[np.uint64]

#: Stands for "outside the line".
PAD = np.uint64(0x9E3779B97F4A7C15)

_ODD = np.uint64(0xBF58476D1CE4E5B9)
_LAST = np.uint64(0x94D049BB133111EB)
_SHIFT = np.uint64(29)


def mix(template: int, *parts: Ids) -> Ids:
    """One 64-bit id for each row of the parts (arrays of one length), different for each template and order."""
    mixed = np.full(parts[0].shape, (template + 1) * int(PAD) % (1 << 64), dtype=np.uint64)
    for part in parts:
        mixed ^= part
        mixed *= _ODD
        mixed ^= mixed >> _SHIFT
    return mixed


def columns(ids: Ids, *, bits: int) -> NDArray[np.int32]:
    """Columns in [0, 2**bits) of mixed ids."""
    return ((ids * _LAST) >> np.uint64(64 - bits)).astype(np.int32)


def stack(templates: Sequence[Ids], *, bits: int) -> csr_matrix:
    """A binary matrix with one row for each token and one entry for each template; width 2**bits.

    Columns that collide within a row simply add up.
    """
    rows = len(templates[0])
    indices = np.empty((rows, len(templates)), dtype=np.int32)
    for number, ids in enumerate(templates):
        indices[:, number] = columns(ids, bits=bits)
    indptr = np.arange(rows + 1, dtype=np.int32) * len(templates)
    data = np.ones(indices.size, dtype=np.float32)
    return csr_matrix((data, indices.ravel(), indptr), shape=(rows, 1 << bits))


def fit_on_frequent(
    estimator: LogisticRegression,
    X: csr_matrix,
    y: NDArray[np.int64],
    *,
    least: int = 2,
    sample_weight: NDArray[np.float64] | None = None,
) -> LogisticRegression:
    """Fit a linear classifier on the columns that at least `least` rows hold; the other columns weigh nothing.

    The estimator comes back with coefficients for every column, so that prediction needs to know none of this. Most
    hashed columns are seen once: leaving them out makes the fit several times faster and no worse.
    """
    used = np.flatnonzero(np.bincount(X.indices, minlength=X.shape[1]) >= least)
    estimator.fit(X[:, used], y, sample_weight=sample_weight)
    coefficients = np.zeros((estimator.coef_.shape[0], X.shape[1]), dtype=np.float32)
    coefficients[:, used] = estimator.coef_
    estimator.coef_ = coefficients
    estimator.intercept_ = estimator.intercept_.astype(np.float32)
    estimator.n_features_in_ = X.shape[1]
    return estimator
