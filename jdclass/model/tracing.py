"""What made a phrase, and what the duties are read from: the features with their weights, for a person to look at.

Everything is linear, so a probability is a sum that can be taken apart again. Hashed columns have no names of their
own; here the same templates are filled with words, so that a weight can be told by what it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jdclass.document import ORIENTATIONS4
from jdclass.model.judging import DENSE_FEATURES, Evidence, dense_features, span_words
from jdclass.model.labelling import Labellers
from jdclass.model.scoring import DUTIES_FEATURES, DutiesClassifier, Stated, possible
from jdclass.model.tagging import Span

__all__ = ["DutiesReading", "Weight", "duties_reading", "judge_weights"]


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


@dataclass(frozen=True, slots=True)
class DutiesReading:
    """Why duties read as they do: as `duties` rather than as `rather_than`, the next likeliest (of ORIENTATIONS4);
    None where no phrase stands for any other reading, which is then all the reason there is.

    `parts` add up to the log odds between the two; the value of each is how many features it stands for. `words` are
    what single words of the duties lines add to the log odds that the words alone give, the most telling first; none
    where the model reads no words.
    """

    duties: str
    rather_than: str | None
    parts: tuple[Weight, ...]
    words: tuple[tuple[str, float], ...]


def duties_reading(classifier: DutiesClassifier, stated: Stated) -> DutiesReading:
    """What the classifier makes of one document."""
    probabilities = classifier.predict_proba([stated])[0]
    first, second = (int(kind) for kind in np.argsort(-probabilities, kind="stable")[:2])
    if not possible(stated)[second]:
        return DutiesReading(ORIENTATIONS4[first], None, (), ())
    scaler, linear = classifier.pipeline_[0], classifier.pipeline_[1]
    values = scaler.transform(classifier.features([stated]))[0]
    adds = values * (linear.coef_[first] - linear.coef_[second])
    named: dict[str, list[int]] = {}
    for column, name in enumerate((*DUTIES_FEATURES, *["the words of its duties lines"] * len(ORIENTATIONS4))):
        if column < len(values):
            named.setdefault(name, []).append(column)
    parts = [Weight(name, float(len(columns)), float(adds[columns].sum())) for name, columns in named.items()]
    start = float(linear.intercept_[first] - linear.intercept_[second])
    parts.append(Weight("what every document starts from", 1.0, start))
    words = () if classifier.words_ is None else tuple(classifier.words_.pulls(stated.said, first, second))
    return DutiesReading(
        ORIENTATIONS4[first],
        ORIENTATIONS4[second],
        tuple(sorted(parts, key=lambda part: -abs(part.adds))),
        words,
    )
