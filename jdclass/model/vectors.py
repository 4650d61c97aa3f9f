"""Word vectors: what stands around a word in the reference adverts, as a few numbers a word.

Learnt by `jdclass/learn/vectors.py` from counts alone; here they are only looked up, by spaCy's hash of the lower-case
form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["WordVectors"]


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
