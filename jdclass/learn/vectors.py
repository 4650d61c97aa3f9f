"""Word vectors from counts: positive pointwise mutual information of words and their near neighbours, reduced by a
truncated singular value decomposition (Levy & Goldberg 2014; Bullinaria & Levy 2012). Seconds on a CPU, no download.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd

from jdclass.segment import tokenize

__all__ = ["LEAST_LINES", "WordVectors", "learn_vectors"]

#: Fewer different lines than this give vectors that help nothing.
LEAST_LINES = 20_000

WORDS = 12_000  # most frequent words that get a vector
NEIGHBOURS = 4_000  # most frequent words that count as neighbours
LEAST_COUNT = 5
SIZE = 80
REACH = ((1, 1.0), (2, 0.7), (3, 0.4))  # distance and what a neighbour at it counts
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class WordVectors:
    """`ids` (words,) ascending 64-bit hashes; `table` (words, size) of unit length."""

    ids: NDArray[np.uint64]
    table: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Numbers a word."""
        return int(self.table.shape[1])

    def places(self, lower: NDArray[np.uint64]) -> NDArray[np.int64]:
        """(tokens,): the row of each word in `table`, -1 for a word without a vector."""
        place = np.minimum(np.searchsorted(self.ids, lower), len(self.ids) - 1)
        return np.where(self.ids[place] == lower, place, -1)

    def of(self, lower: NDArray[np.uint64]) -> NDArray[np.float32]:
        """(tokens, size); zeros for a word without a vector."""
        place = self.places(lower)
        found = self.table[place]
        found[place < 0] = 0
        return found


def _tokens(lines: Iterable[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Lower-case ids of all tokens, and the number of the line of each."""
    stream = iter(lines)
    lower, line, first = [], [], 0
    while part := list(islice(stream, _AT_ONCE)):
        tokens = tokenize(part)
        lower.append(tokens.lower)
        line.append(tokens.line + first)
        first += len(part)
    return np.concatenate(lower), np.concatenate(line)


def learn_vectors(lines: Iterable[str], *, seed: int = 0) -> WordVectors | None:
    """Vectors of the words of some lines, each different line counted once; None for fewer than LEAST_LINES."""
    different = list(dict.fromkeys(lines))
    if len(different) < LEAST_LINES:
        return None
    lower, line = _tokens(different)
    ids, inverse, counts = np.unique(lower, return_inverse=True, return_counts=True)
    frequent = np.argsort(-counts, kind="stable")[:WORDS]
    frequent = frequent[counts[frequent] >= LEAST_COUNT]
    number = np.full(len(ids), -1)
    number[frequent] = np.arange(len(frequent))
    word = number[inverse]
    rows, columns, values = [], [], []
    for distance, counted in REACH:
        left, right = word[:-distance], word[distance:]
        pairs = (line[:-distance] == line[distance:]) & (left >= 0) & (right >= 0)
        left, right = left[pairs], right[pairs]
        # A direct neighbour has columns of its own, and so has each direction.
        for of, by, block in ((left, right, 0), (right, left, 1)):
            near = by < NEIGHBOURS
            rows.append(of[near])
            columns.append(by[near] + NEIGHBOURS * (block + 2 * (distance > 1)))
            values.append(np.full(int(near.sum()), counted))
    shape = (len(frequent), 4 * NEIGHBOURS)
    together = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    table = _associations(together.tocsr())
    left_vectors, strengths, _ = randomized_svd(table, n_components=SIZE, n_iter=3, random_state=seed)
    vectors = left_vectors * np.sqrt(strengths)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    order = np.argsort(ids[frequent])
    return WordVectors(ids[frequent][order], vectors[order].astype(np.float32))


def _associations(together: csr_matrix) -> csr_matrix:
    """Positive pointwise mutual information, neighbours' counts smoothed by the power 0.75."""
    of_word = np.asarray(together.sum(axis=1)).ravel()
    of_neighbour = np.asarray(together.sum(axis=0)).ravel() ** 0.75
    of_neighbour /= of_neighbour.sum()
    cells = together.tocoo()
    information = np.log(cells.data / (of_word[cells.row] * of_neighbour[cells.col] + 1e-12))
    keep = information > 0
    return csr_matrix((information[keep], (cells.row[keep], cells.col[keep])), shape=together.shape)
