"""Which words of a line stand in a phrase: a linear tagger over hashed features of a window and, where it was fitted, a
recurrent network that reads the line beside it; decoded as a sequence.

Tags are O, B-leadership, I-leadership, B-management, I-management (Ramshaw & Marcus 1995). A phrase is never more than
one line; the best sequence of tags in which no I stands without its B is found by Viterbi's algorithm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from jdclass.lexicon import Matches
from jdclass.model.hashing import PAD, fit_on_frequent, mix, stack
from jdclass.model.network import RecurrentNetwork
from jdclass.segment import Tokens

__all__ = [
    "COLLISION",
    "NEGATED",
    "TAGS",
    "PhraseTagger",
    "Span",
    "best_tags",
    "lexicon_marks",
    "of_side",
    "spans_of_tags",
    "tags_of_spans",
    "token_features",
]

TAGS = ("O", "B-leadership", "I-leadership", "B-management", "I-management")
_BEGINS, _INSIDES = (1, 3), (2, 4)

#: (first token, last token exclusive, orientation number): tokens of the batch, 0 leadership, 1 management.
Span = tuple[int, int, int]

_IMPOSSIBLE = -1e4
# Marks of the lexicon; from _HIT on a code of contrast, side and place in the hit.
COLLISION, NEGATED, _HIT = 1, 2, 4
_AT_ONCE = 40_000  # tokens whose features are in memory together


def lexicon_marks(matches: Matches, size: int, contrasts: Sequence[str]) -> NDArray[np.uint64]:
    """For each token what the lexicon says of it: 0 nothing, else a code of side, contrast, first or later word; a
    negated hit and a collision have codes of their own."""
    marks = np.zeros(size, dtype=np.uint64)
    number = {contrast: place for place, contrast in enumerate(contrasts)}
    for collision in matches.collisions:
        if collision.hides:
            marks[collision.first : collision.last] = COLLISION
    for hit in matches.hits:
        if hit.negated:
            marks[hit.first : hit.last] = NEGATED
        elif hit.orientation is not None:
            code = _HIT + 4 * number.get(hit.contrast or "", 0) + 2 * (hit.orientation == "management")
            marks[hit.first : hit.last] = code + 1
            marks[hit.first] = code
    return marks


def of_side(marks: NDArray[np.uint64], side: int) -> NDArray[np.bool_]:
    """Which marks are of a hit that speaks for this side."""
    out: NDArray[np.bool_] = (marks >= _HIT) & ((marks >> np.uint64(1)) & np.uint64(1) == side)
    return out


def _shifted(values: NDArray[np.uint64], line: NDArray[np.int64], by: int) -> NDArray[np.uint64]:
    """The value `by` tokens further on in the same line, PAD outside it."""
    out = np.full(len(values), PAD, dtype=np.uint64)
    if by == 0:
        return values
    near, far = (slice(None, -by), slice(by, None)) if by > 0 else (slice(-by, None), slice(None, by))
    same = line[near] == line[far]
    out[near][same] = values[far][same]
    return out


def token_features(tokens: Tokens, marks: NDArray[np.uint64], rows: NDArray[np.int64], *, bits: int) -> csr_matrix:
    """Hashed features of the tokens numbered `rows`: the words around, pairs and triples of them, endings, shape, the
    lexicon's marks, and how the line begins."""
    line = tokens.line

    def around(values: NDArray[np.uint64], reach: int) -> dict[int, NDArray[np.uint64]]:
        return {by: _shifted(values, line, by)[rows] for by in range(-reach, reach + 1)}

    word, ending, mark = around(tokens.lower, 4), around(tokens.suffix, 1), around(marks, 2)
    begin, stop = tokens.first[:-1][line[rows]], tokens.first[1:][line[rows]]
    opening = [np.where(begin + n < stop, tokens.lower[np.minimum(begin + n, stop - 1)], PAD) for n in range(3)]
    place = np.minimum(rows - begin, 4).astype(np.uint64)
    # The side that a mark speaks for, whatever its contrast.
    side = {by: np.where(m < 4, m, 4 + ((m >> np.uint64(1)) & np.uint64(1))) for by, m in mark.items()}
    templates = [
        *((word[by],) for by in (0, -1, 1, -2, 2, -3, 3, -4, 4)),
        *((word[a], word[a + 1]) for a in (-3, -2, -1, 0, 1, 2)),
        *((word[a], word[a + 2]) for a in (-2, -1, 0)),
        *((word[a], word[a + 1], word[a + 2]) for a in (-3, -2, -1, 0, 1)),
        (ending[0],), (ending[-1],), (ending[1],), (ending[0], ending[1]), (ending[-1], ending[0]),
        (tokens.shape[rows],),
        (place,), (opening[0],), (opening[0], opening[1]), tuple(opening), (opening[0], word[0]), (opening[0], place),
        (mark[0],), (mark[-1], mark[0]), (mark[0], mark[1]), (side[-1], side[0], side[1]),
        (side[0], word[0]), (side[-2], side[-1], side[0], side[1], side[2]), (side[0], ending[0]), (side[0], word[-1]),
    ]  # fmt: skip
    return stack([mix(number, *parts) for number, parts in enumerate(templates)], bits=bits)


def _lines_at_once(tokens: Tokens) -> Iterator[slice]:
    """All lines in runs of about _AT_ONCE tokens; a longer line is a run of its own."""
    at, lines = 0, len(tokens.first) - 1
    while at < lines:
        stop = int(np.searchsorted(tokens.first, tokens.first[at] + _AT_ONCE, side="right")) - 1
        stop = min(max(stop, at + 1), lines)
        yield slice(at, stop)
        at = stop


def tags_of_spans(spans: Sequence[Span], size: int) -> NDArray[np.int64]:
    """The tag of each token; where spans overlap the later one in the list wins."""
    tags = np.zeros(size, dtype=np.int64)
    for first, last, orientation in spans:
        tags[first:last] = 2 + 2 * orientation
        tags[first] = 1 + 2 * orientation
    return tags


def spans_of_tags(tags: NDArray[np.int64]) -> list[Span]:
    """The phrases of a tag sequence in order; an I without its B begins one, so that any sequence can be read.

    >>> spans_of_tags(np.array([0, 1, 2, 3, 4, 4]))
    [(1, 3, 0), (3, 6, 1)]
    """
    spans: list[Span] = []
    begun = -1
    for at, tag in enumerate([*tags.tolist(), 0]):
        continues = begun >= 0 and tag == tags[begun] + (tags[begun] % 2)
        if begun >= 0 and not continues:
            spans.append((begun, at, int(tags[begun] - 1) // 2))
            begun = -1
        if tag and begun < 0:
            begun = at
    return spans


def best_tags(scores: NDArray[np.float64], first: NDArray[np.int64], moves: NDArray[np.float64]) -> NDArray[np.int64]:
    """The best tag sequence of every line (Viterbi), all lines at once.

    `scores` (tokens, tags) are log probabilities, `first` the first token of each line and the end of the last,
    `moves` (tags + 1, tags) what going from one tag to the next adds, its last row for the beginning of a line.
    """
    tokens, count = scores.shape
    sizes = np.diff(first)
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    begin, size = first[:-1][order], sizes[order]
    back = np.zeros((tokens, count), dtype=np.int8)
    best = np.zeros((len(order), count))
    best[:] = scores[begin] + moves[-1]
    for step in range(1, int(size[0]) if len(size) else 0):
        active = int(np.searchsorted(-size, -step, side="left"))  # lines longer than `step` come first
        reached = best[:active, :, None] + moves[None, :-1, :]
        at = begin[:active] + step
        back[at] = reached.argmax(axis=1)
        best[:active] = reached.max(axis=1) + scores[at]
    tags = np.zeros(tokens, dtype=np.int64)
    current = best.argmax(axis=1)
    for step in range((int(size[0]) if len(size) else 0) - 1, -1, -1):
        active = int(np.searchsorted(-size, -step, side="left"))
        at = begin[:active] + step
        tags[at] = current[:active]
        current[:active] = back[at, current[:active]] if step else current[:active]
    return tags


def _normalised(scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Scores (rows, tags) as log probabilities."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    out: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return out


def _moves(tokens: Tokens, tags: NDArray[np.int64], lines: NDArray[np.int64]) -> NDArray[np.float64]:
    """(tags + 1, tags) by how much likelier a tag is after another one, or in the last row at the beginning of a line,
    than by itself, as logarithms."""
    rows = np.flatnonzero(np.isin(tokens.line, lines))
    counts = np.ones((len(TAGS) + 1, len(TAGS)))
    begins = tokens.first[:-1][lines]
    begins = begins[tokens.first[1:][lines] > begins]
    np.add.at(counts, (np.full(len(begins), len(TAGS)), tags[begins]), 1)
    inner = rows[1:][tokens.line[rows[1:]] == tokens.line[rows[:-1]]]
    np.add.at(counts, (tags[inner - 1], tags[inner]), 1)
    # The classifier's probabilities hold how frequent a tag is already, so the moves count as ratios to it.
    usual = np.bincount(tags[rows], minlength=len(TAGS)) / len(rows)
    moves: NDArray[np.float64] = np.log(counts / counts.sum(axis=1, keepdims=True)) - np.log(usual)
    for inside in _INSIDES:
        moves[[tag for tag in range(len(TAGS) + 1) if tag not in (inside - 1, inside)], inside] = _IMPOSSIBLE
    return moves


class PhraseTagger(BaseEstimator):
    """Tags of the tokens of some lines.

    `begin` is added to the log probability that a phrase begins, so that more come out for a judge to choose from,
    `inside` to that of its going on, so that they end where they should. `smooth` in [0, 1] is how much the learnt
    moves from tag to tag count against the words. `network_share` in [0, 1] is what the network counts beside the
    linear classifier, where there is one.

    Attributes: `classifier_` the linear one; `moves_` (tags + 1, tags); `network_`, None unless training sets it (it is
    fitted apart, by `jdclass.learn.network`).
    """

    def __init__(
        self,
        *,
        bits: int = 18,
        C: float = 0.1,
        begin: float = 1.5,
        inside: float = 0.2,
        smooth: float = 0.5,
        network_share: float = 0.8,
        seed: int = 0,
    ) -> None:
        self.bits = bits
        self.C = C
        self.begin = begin
        self.inside = inside
        self.smooth = smooth
        self.network_share = network_share
        self.seed = seed

    def fit(
        self,
        tokens: Tokens,
        marks: NDArray[np.uint64],
        tags: NDArray[np.int64],
        lines: NDArray[np.int64],
        *,
        sample_weight: NDArray[np.float64] | None = None,
    ) -> PhraseTagger:
        """Learn from the lines numbered `lines`; `tags` has a number a token, `sample_weight` one a line.

        Raises ValueError where a side has no phrase.
        """
        rows = np.flatnonzero(np.isin(tokens.line, lines))
        features = token_features(tokens, marks, rows, bits=self.bits)
        weight = None if sample_weight is None else sample_weight[tokens.line[rows]]
        classifier = LogisticRegression(C=self.C, max_iter=50)
        self.classifier_ = fit_on_frequent(classifier, features, tags[rows], sample_weight=weight)
        if len(self.classifier_.classes_) != len(TAGS):
            missing = sorted(set(range(len(TAGS))) - set(self.classifier_.classes_.tolist()))
            names = ", ".join(TAGS[tag] for tag in missing)
            raise ValueError(f"no token is tagged {names}: phrases of both sides are needed")
        self.moves_ = _moves(tokens, tags, lines)
        self.network_: RecurrentNetwork | None = None
        return self

    def log_proba(self, tokens: Tokens, marks: NDArray[np.uint64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(rows, tags) log probabilities of the tokens numbered `rows`. Raises NotFittedError."""
        check_is_fitted(self, "classifier_")
        if not len(rows):
            return np.zeros((0, len(TAGS)))
        parts = []
        for lines in _lines_at_once(tokens):
            begin, end = int(tokens.first[lines.start]), int(tokens.first[lines.stop])
            mine = rows[np.searchsorted(rows, begin) : np.searchsorted(rows, end)]
            if len(mine):
                parts.append(self._log_proba(tokens.part(lines), marks[begin:end], mine - begin))
        return np.concatenate(parts)

    def _log_proba(self, tokens: Tokens, marks: NDArray[np.uint64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        features = token_features(tokens, marks, rows, bits=self.bits)
        scores = features @ self.classifier_.coef_.T + self.classifier_.intercept_
        scores = _normalised(scores.astype(np.float64))
        if self.network_ is None:
            return scores
        # The weighed geometric mean of both: on held-out employers better than either alone.
        network = _normalised(self.network_.scores(tokens, marks, rows))
        return _normalised((1 - self.network_share) * scores + self.network_share * network)

    def decode(self, scores: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.int64]:
        """Tags from log probabilities; `first` as in `best_tags`, counted in rows of `scores`."""
        biased = scores.copy()
        biased[:, _BEGINS] += self.begin
        biased[:, _INSIDES] += self.inside
        return best_tags(biased, first, np.where(self.moves_ <= _IMPOSSIBLE, _IMPOSSIBLE, self.moves_ * self.smooth))
