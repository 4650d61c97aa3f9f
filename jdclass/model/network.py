"""A small recurrent network that reads a line from both ends and says of each word how likely it stands in a phrase.

A word comes in as what is known of it side by side (its vector, its ending, its shape, what the lexicon says of it); a
gated recurrent unit carries the line along in either direction, and two dense layers give the tags.
Here it is only run, in plain NumPy; `jdclass/learn/network.py` fits it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jdclass.model.array_fields import ArrayFields
from jdclass.model.hashing import columns, mix
from jdclass.model.recurrent import read_both_ways
from jdclass.segment import Tokens

__all__ = ["ENDING_BITS", "MARKS", "SHAPE_BITS", "RecurrentNetwork", "word_parts"]

ENDING_BITS = 12
SHAPE_BITS = 9
MARKS = 64  # more than `lexicon_marks` gives


def word_parts(tokens: Tokens, marks: NDArray[np.uint64], ids: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(tokens, 4): the rows in the network's four tables of each token's word (0 for one not among the ascending
    `ids`, else its place there + 1), ending, shape, and lexicon mark."""
    place = np.minimum(np.searchsorted(ids, tokens.lower), len(ids) - 1)
    word = np.where(ids[place] == tokens.lower, place + 1, 0)
    ending = columns(mix(0, tokens.suffix), bits=ENDING_BITS)
    shape = columns(mix(1, tokens.shape), bits=SHAPE_BITS)
    return np.column_stack([word, ending, shape, np.minimum(marks, MARKS - 1).astype(np.int64)])


@dataclass(frozen=True, slots=True)
class RecurrentNetwork(ArrayFields):
    """The fitted arrays. H is the size of the state in one direction; the gates stand in the order reset, update, new.

    `ids` (words,) ascending hashes of lower-case forms; `word` (words + 1, .), `ending`, `shape`, `mark` tables of
    vectors, which may be in half precision, side by side the input of width I; `inner` (2, I, 3H), `inner_bias`
    (2, 3H), `state` (2, H, 3H), `state_bias` (2, 3H) for reading forwards and backwards; `hidden` (2H, units), `out`
    (units, tags) with biases.
    """

    ids: NDArray[np.uint64]
    word: NDArray[np.floating]
    ending: NDArray[np.floating]
    shape: NDArray[np.floating]
    mark: NDArray[np.floating]
    inner: NDArray[np.float32]
    inner_bias: NDArray[np.float32]
    state: NDArray[np.float32]
    state_bias: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]

    def scores(self, tokens: Tokens, marks: NDArray[np.uint64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(rows, tags): log odds, up to a constant a row, of the tokens numbered `rows`: all those of some lines."""
        if not len(rows):
            return np.zeros((0, len(self.out_bias)))
        line = tokens.line[rows]
        first = np.concatenate([[0], np.flatnonzero(np.diff(line)) + 1, [len(rows)]])
        states = read_both_ways(
            self._gates(word_parts(tokens, marks, self.ids)[rows]), first, self.state, self.state_bias
        )
        hidden = np.maximum(states @ self.hidden.astype(np.float64) + self.hidden_bias, 0)
        out: NDArray[np.float64] = hidden @ self.out.astype(np.float64) + self.out_bias
        return out

    def _gates(self, parts: NDArray[np.int64]) -> NDArray[np.float64]:
        """(2, rows, 3H): what each word adds to the gates, in double precision as all products here. A kind of word
        that comes often is multiplied once."""
        tables = (self.word, self.ending, self.shape, self.mark)
        key = np.zeros(len(parts), dtype=np.int64)
        for column, table in zip(parts.T, tables, strict=True):
            key = key * len(table) + column
        _, samples, kind = np.unique(key, return_index=True, return_inverse=True)
        words = [table[column] for column, table in zip(parts[samples].T, tables, strict=True)]
        given = np.hstack(words).astype(np.float64) @ self.inner.astype(np.float64) + self.inner_bias[:, None, :]
        out: NDArray[np.float64] = given[:, kind]
        return out
