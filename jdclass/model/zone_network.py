"""A small recurrent network that reads a document line by line from both ends and says of each line its zone.

A line comes in as the mean and the largest of its words' vectors, the means of its words' endings and of its pairs of
words, its first three words, and some facts of its looks and place; a dense layer makes that small, a gated recurrent
unit carries it along the document. Here it is only run, in plain NumPy; `jdclass/learn/zone_network.py` fits it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from jdclass.model.array_fields import ArrayFields
from jdclass.model.hashing import PAD, columns, mix
from jdclass.model.prepare import Prepared
from jdclass.model.recurrent import read_both_ways

__all__ = ["ENDING_BITS", "OPENING", "PAIR_BITS", "LineParts", "ZoneNetwork", "line_parts"]

ENDING_BITS = 12
PAIR_BITS = 15
OPENING = 3  # first words of a line that come in by themselves
_SHORT = 8  # a line of fewer words


@dataclass(frozen=True, slots=True)
class LineParts:
    """What the network sees of some lines. `word`, `ending`, `pair` (tokens,) rows of its tables, `first` (lines + 1,)
    where the tokens of each line begin; `opening` (lines, OPENING) rows of the word table, 0 beyond the line's end;
    `facts` (lines, .) zone that the line begins by the headings list (one-hot), heading, length, short, place in the
    document, length of the document, last character a colon, full stop or question mark.
    """

    word: NDArray[np.int64]
    ending: NDArray[np.int64]
    pair: NDArray[np.int64]
    first: NDArray[np.int64]
    opening: NDArray[np.int64]
    facts: NDArray[np.float32]


def line_parts(prepared: Prepared, ids: NDArray[np.uint64], *, zones: int) -> LineParts:
    """The parts of all lines. `ids` are the ascending hashes of the words that have a vector; a word's row is its place
    there + 1, 0 for one not among them."""
    tokens, count = prepared.tokens, len(prepared.lines)
    place = np.minimum(np.searchsorted(ids, tokens.lower), len(ids) - 1)
    word = np.where(ids[place] == tokens.lower, place + 1, 0)
    following = np.full(len(tokens), PAD, dtype=np.uint64)
    same = tokens.line[1:] == tokens.line[:-1]
    following[:-1][same] = tokens.lower[1:][same]
    sizes = np.diff(tokens.first)
    opening = np.zeros((count, OPENING), dtype=np.int64)
    for number in range(OPENING):
        has = sizes > number
        opening[has, number] = word[tokens.first[:-1][has] + number]
    begins = np.zeros((count, zones))
    known = prepared.begins >= 0
    begins[np.flatnonzero(known), prepared.begins[known]] = 1
    begin, end = (prepared.first_line[prepared.document + after] for after in (0, 1))
    last = np.array([line[-1:] for line in prepared.lines], dtype="U1")
    facts = [
        begins,
        prepared.heading,
        np.log1p(sizes) / 4,
        sizes < _SHORT,
        (np.arange(count) - begin) / np.maximum(end - begin - 1, 1),
        np.log1p(end - begin) / 5,
        last == ":",
        last == ".",
        last == "?",
    ]
    return LineParts(
        word,
        columns(mix(0, tokens.suffix), bits=ENDING_BITS).astype(np.int64),
        columns(mix(2, tokens.lower, following), bits=PAIR_BITS).astype(np.int64),
        tokens.first,
        opening,
        np.column_stack(facts).astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class ZoneNetwork(ArrayFields):
    """The fitted arrays. D is the size of a line, H of the state in one direction; the gates stand in the order reset,
    update, new.

    `ids` (words,) ascending hashes of lower-case forms; `word` (words + 1, W), `ending`, `pair` tables of vectors,
    which may be in half precision; `line` (., D) with its bias; `inner` (2, D, 3H), `inner_bias` (2, 3H), `state`
    (2, H, 3H), `state_bias` (2, 3H) for reading forwards and backwards; `out` (2H + D, zones) with its bias.
    """

    ids: NDArray[np.uint64]
    word: NDArray[np.floating]
    ending: NDArray[np.floating]
    pair: NDArray[np.floating]
    line: NDArray[np.float32]
    line_bias: NDArray[np.float32]
    inner: NDArray[np.float32]
    inner_bias: NDArray[np.float32]
    state: NDArray[np.float32]
    state_bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]

    def scores(self, prepared: Prepared) -> NDArray[np.float64]:
        """(lines, zones): log odds, up to a constant a line. In double precision, so that what else is in the batch
        does not show in a product of matrices."""
        if not prepared.lines:
            return np.zeros((0, len(self.out_bias)))
        parts = line_parts(prepared, self.ids, zones=len(self.out_bias))
        words = _occurring(self.word, parts.word)
        given = np.hstack(
            [
                _mean(*words, parts.first),
                _largest(*words, parts.first),
                _mean(*_occurring(self.pair, parts.pair), parts.first),
                _mean(*_occurring(self.ending, parts.ending), parts.first),
                self.word[parts.opening].reshape(len(parts.opening), -1),
                parts.facts,
            ]
        )
        lines = np.maximum(given.astype(np.float64) @ self.line.astype(np.float64) + self.line_bias, 0)
        gates: NDArray[np.float64] = lines @ self.inner.astype(np.float64) + self.inner_bias[:, None, :]
        documents = np.unique(prepared.first_line)  # where each that is not empty begins, and the end
        states = read_both_ways(gates, documents, self.state, self.state_bias)
        out: NDArray[np.float64] = np.hstack([states, lines]) @ self.out.astype(np.float64) + self.out_bias
        return out


def _occurring(table: NDArray[np.floating], rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The vectors that occur, in single precision, and the row of each token in them."""
    occurring, row = np.unique(rows, return_inverse=True)
    return table[occurring].astype(np.float32), row


def _mean(vectors: NDArray[np.float32], row: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.float32]:
    """(lines, .): the mean of the vectors of each line's tokens, zeros for a line without any."""
    sizes = np.diff(first)
    share = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
    out: NDArray[np.float32] = csr_matrix((share, row, first), shape=(len(sizes), len(vectors))) @ vectors
    return out


def _largest(vectors: NDArray[np.float32], row: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.float32]:
    """(lines, .): the largest of the vectors of each line's tokens, zeros for a line without any."""
    out = np.zeros((len(first) - 1, vectors.shape[1]), dtype=np.float32)
    full = np.flatnonzero(np.diff(first))
    if len(full):
        out[full] = np.maximum.reduceat(vectors[row], first[full], axis=0)
    return out
