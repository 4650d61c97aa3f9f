"""What made a phrase: the features of the tagger and the judge with their weights, for a person to look at.

Everything is linear, so a probability is a sum that can be taken apart again. Hashed columns have no names of their
own; here the same templates are filled with words, so that a weight can be told by what it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jdclass.model.judging import DENSE_FEATURES, Evidence, dense_features, span_words
from jdclass.model.labelling import Labellers
from jdclass.model.tagging import Span

__all__ = ["Weight", "judge_weights"]


@dataclass(frozen=True, slots=True)
class Weight:
    """One part of a log-odds sum: what it stands for, its value, and what it adds."""

    what: str
    value: float
    adds: float


def judge_weights(labellers: Labellers, evidence: Evidence, spans: Sequence[Span], number: int) -> tuple[Weight, ...]:
    """The parts of the judge's log odds for phrase `number` of `spans`, the largest first; they add up to the log odds
    of its probability. `spans` are all that were proposed, as some features count the others of a line. `its words` is
    the sum over its hashed words, pairs and surroundings."""
    judge = labellers.judge
    dense = judge.scaler_.transform(dense_features(evidence, spans))[number]
    weights = judge.classifier_.coef_[0]
    parts = [
        Weight(name, float(value), float(value * weight))
        for name, value, weight in zip(DENSE_FEATURES, dense, weights, strict=False)
    ]
    words = span_words(evidence.tokens, evidence.marks, [spans[number]], bits=judge.bits)
    added = float(judge.words * (words @ np.asarray(weights[len(DENSE_FEATURES) :]))[0])
    parts.append(Weight("its words", float(words.nnz), added))
    parts.append(Weight("what every phrase starts from", 1.0, float(judge.classifier_.intercept_[0])))
    return tuple(sorted(parts, key=lambda part: -abs(part.adds)))
