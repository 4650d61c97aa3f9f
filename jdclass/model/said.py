"""What the words of duties lines say of the duties, beside what their phrases do.

Two documents may hold as many phrases and differ in the rest: a caseload and assessments around "supervise students",
or budgets and rotas. So the words of the duties lines, each by its line's probability of stating duties, are read by a
logistic regression (a bag of words as of Joachims 1998: logs of the counts by how rare a word is, of unit length), and
the duties classifier learns what to make of that beside the phrases.

Words that name a post are left out: a text that calls its holder "the Ward Manager" repeats the title, and the title is
what the duties are compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from jdclass.document import ORIENTATIONS4
from jdclass.model.array_fields import ArrayFields
from jdclass.segment import Tokens, word_of

__all__ = ["LEAST_DOCUMENTS", "NOTHING_SAID", "POSTS", "Said", "WordReader", "check_kinds", "said_in"]

#: Words that name posts, with a plural. "Lead" is what a holder does as well, and stays.
POSTS = (
    "administrator",
    "chief",
    "coordinator",
    "director",
    "executive",
    "head",
    "leader",
    "manager",
    "matron",
    "officer",
    "ordinator",
    "sister",
    "supervisor",
)

#: A word must stand in so many of the documents that are learnt from: rarer ones are names of places and people.
LEAST_DOCUMENTS = 5

# Lines less likely than this to state duties do not make a word one of a document's, when words are counted.
_STATING = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """The words of a document in their order: `ids` (words,) are hashes of their lower case, `weight` (words,) in
    [0, 1] is what each counts, the probability that its line states duties."""

    ids: NDArray[np.uint64]
    weight: NDArray[np.float64]

    def without(self, runs: Sequence[tuple[int, int]]) -> Said:
        """The same with runs of words (half open, numbers in `ids`) struck out."""
        weight = self.weight.copy()
        for first, last in runs:
            weight[first:last] = 0.0
        return Said(self.ids, weight)


NOTHING_SAID = Said(np.zeros(0, dtype=np.uint64), np.zeros(0))


def said_in(tokens: Tokens, lines: slice, stated: Sequence[float]) -> Said:
    """The words of a document, which is some `lines` of a batch; `stated` is each line's probability of stating
    duties."""
    first = tokens.first[lines.start : lines.stop + 1]
    return Said(tokens.lower[first[0] : first[-1]], np.repeat(np.asarray(stated, dtype=np.float64), np.diff(first)))


def check_kinds(orientations: NDArray[np.int64]) -> None:
    """Raises ValueError where one of ORIENTATIONS4 (numbers) never occurs: nothing could be learnt of it."""
    kinds = len(set(orientations.tolist()))
    if kinds != len(ORIENTATIONS4):
        raise ValueError(f"duties of {kinds} kinds, wanted {len(ORIENTATIONS4)}")


@dataclass(frozen=True, slots=True, eq=False)
class WordReader(ArrayFields):
    """The fitted regression. `ids` (words,) ascending are the hashes that it knows, `rarity` (words,) what a word
    counts by how few documents hold it, `coef` (4, words) and `intercept` (4,) the weights for each of
    ORIENTATIONS4."""

    ids: NDArray[np.uint64]
    rarity: NDArray[np.float32]
    coef: NDArray[np.float32]
    intercept: NDArray[np.float32]

    def log_proba(self, said: Sequence[Said]) -> NDArray[np.float64]:
        """(documents, 4): logs of the probabilities, of each at least a thousandth. A document of unknown words has
        those of the intercept."""
        scores = _bags(said, self.ids, self.rarity) @ self.coef.T.astype(np.float64) + self.intercept
        out: NDArray[np.float64] = np.log(softmax(scores, axis=1) + 1e-3)
        return out

    def pulls(self, said: Said, toward: int, against: int) -> list[tuple[str, float]]:
        """What each known word of a document adds to the log odds of one of ORIENTATIONS4 against another (numbers),
        the most telling first; with the intercepts they add up to the odds."""
        bag = _bags([said], self.ids, self.rarity)
        adds = bag.data * (self.coef[toward] - self.coef[against])[bag.indices]
        order = np.argsort(-np.abs(adds), kind="stable")
        return [(word_of(int(self.ids[bag.indices[n]])), float(adds[n])) for n in order]

    @classmethod
    def fit(
        cls, said: Sequence[Said], orientations: NDArray[np.int64], sample_weight: NDArray[np.float64], *, C: float
    ) -> WordReader:
        """Raises ValueError where one of the four never occurs, or no word stands in LEAST_DOCUMENTS."""
        check_kinds(orientations)
        held = [np.unique(one.ids[one.weight >= _STATING]) for one in said]
        ids, documents = np.unique(np.concatenate(held), return_counts=True)
        names = {name for post in POSTS for name in (post, f"{post}s")}
        kept = documents >= LEAST_DOCUMENTS
        kept[kept] = [word.isalpha() and word not in names for word in map(word_of, ids[kept].tolist())]
        if not kept.any():
            raise ValueError(f"no word stands in {LEAST_DOCUMENTS} documents")
        ids = ids[kept]
        rarity = (np.log((1 + len(said)) / (1 + documents[kept])) + 1).astype(np.float32)
        fitted = LogisticRegression(C=C, max_iter=500).fit(_bags(said, ids, rarity), orientations, sample_weight)
        return cls(ids, rarity, fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32))


def _bags(said: Sequence[Said], ids: NDArray[np.uint64], rarity: NDArray[np.float32]) -> csr_matrix:
    """(documents, words of `ids`): log(1 + n) by rarity for n counts of a word, each row of unit length."""
    words = np.concatenate([one.ids for one in said]) if said else np.zeros(0, dtype=np.uint64)
    weight = np.concatenate([one.weight for one in said]) if said else np.zeros(0)
    row = np.repeat(np.arange(len(said)), [len(one.ids) for one in said])
    place = np.minimum(np.searchsorted(ids, words), len(ids) - 1)
    known = (ids[place] == words) & (weight > 0)
    bags = csr_matrix((weight[known], (row[known], place[known])), shape=(len(said), len(ids)))  # adds up equal places
    bags.data = np.log1p(bags.data) * rarity[bags.indices]
    length = np.sqrt(np.asarray(bags.multiply(bags).sum(axis=1)).ravel())
    bags.data /= np.repeat(np.maximum(length, 1e-12), np.diff(bags.indptr))
    return bags
