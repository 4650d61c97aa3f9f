"""The phrase classifier as an ordinary scikit-learn estimator over single lines, of the parts that reviewing uses.

Without documents there are no zones: every line is taken for one that states duties.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold
from sklearn.utils.validation import check_is_fitted

from jdclass.framework import default_framework
from jdclass.learn.examples import Example, gold_spans
from jdclass.learn.fit import right_spans
from jdclass.learn.gold import GoldPhrase
from jdclass.lexicon import LexiconMatcher, load_collisions, load_lexicon
from jdclass.lexicon.headings import load_headings
from jdclass.model.judging import ContrastClassifier, Evidence, PhraseJudge, span_words
from jdclass.model.labelling import propose
from jdclass.model.prepare import Prepared, prepare
from jdclass.model.tagging import PhraseTagger, Span, lexicon_marks, tags_of_spans

__all__ = ["LinePhrase", "PhraseClassifier"]

#: (start, end, orientation, contrast): characters of the line, half open.
LinePhrase = tuple[int, int, str, str]


class PhraseClassifier(BaseEstimator):
    """Finds the leadership- and management-oriented phrases of lines.

    X is a list of lines, y a list of as many lists of phrases `(start, end, orientation, contrast)`, where
    `line[start:end]` is the phrase; a line may have none.

    Parameters: `C`, `begin`, `inside`, `smooth` and `bits` are the tagger's, `judge_C` and `judge_words` the judge's,
    `contrast_C` the contrast classifier's. Phrases less likely than `threshold` are not given. The judge learns from
    proposals for lines that the tagger has not seen, in `folds` parts; `seed` draws the parts. `lexicon` and
    `collisions` are files in place of the shipped ones.

    Attributes: `tagger_`, `judge_`, `contrasts_`, and `matcher_` with the lexicon.

    >>> classifier = PhraseClassifier(threshold=0.6)
    >>> classifier.get_params()["threshold"]
    0.6
    """

    def __init__(
        self,
        *,
        bits: int = 18,
        C: float = 0.1,
        begin: float = 1.5,
        inside: float = 0.2,
        smooth: float = 0.5,
        judge_C: float = 0.05,
        judge_words: float = 0.5,
        contrast_C: float = 1.0,
        threshold: float = 0.5,
        folds: int = 4,
        seed: int = 0,
        lexicon: str | Path | None = None,
        collisions: str | Path | None = None,
    ) -> None:
        self.bits = bits
        self.C = C
        self.begin = begin
        self.inside = inside
        self.smooth = smooth
        self.judge_C = judge_C
        self.judge_words = judge_words
        self.contrast_C = contrast_C
        self.threshold = threshold
        self.folds = folds
        self.seed = seed
        self.lexicon = lexicon
        self.collisions = collisions

    def fit(self, X: Sequence[str], y: Sequence[Sequence[LinePhrase]]) -> PhraseClassifier:
        """Learn from lines and their phrases.

        Raises ValueError for lengths that differ, a phrase outside its line or of an unknown orientation or contrast,
        and where there are fewer lines than folds or too few phrases of either side for each fold to have some;
        TypeError where X is one text and not a list.
        """
        lines, phrases = _lines(X), _phrases(X, y)
        if len(lines) < self.folds:
            raise ValueError(f"{len(lines)} lines, wanted at least as many as folds ({self.folds})")
        missing = set(default_framework().orientations) - {phrase[2] for of_line in phrases for phrase in of_line}
        if missing:
            raise ValueError(f"no phrase of {' and none of '.join(sorted(missing))}, wanted some of either side")
        self.matcher_ = LexiconMatcher(load_lexicon(self.lexicon), load_collisions(self.collisions))
        learnt = self._learn(lines, phrases)
        held_out = []
        for train, test in KFold(self.folds, shuffle=True, random_state=self.seed).split(lines):
            tagger, _ = self._learn([lines[n] for n in train], [phrases[n] for n in train])
            held_out.append(self._weigh(tagger, [lines[n] for n in test], [phrases[n] for n in test]))
        if not any(len(right) for _, _, right in held_out):
            raise ValueError("no phrase is proposed for lines that were held out: more annotated lines are needed")
        right = np.concatenate([right for _, _, right in held_out])
        judge = PhraseJudge(C=self.judge_C, words=self.judge_words)
        self.judge_ = judge.fit([evidence for evidence, _, _ in held_out], [spans for _, spans, _ in held_out], right)
        self.tagger_, self.contrasts_ = learnt
        return self

    def predict(self, X: Sequence[str]) -> list[list[LinePhrase]]:
        """The phrases of each line, in their order. Raises NotFittedError, and TypeError where X is one text."""
        check_is_fitted(self, "judge_")
        lines = _lines(X)
        found: list[list[LinePhrase]] = [[] for _ in lines]
        if not lines:
            return found
        framework = default_framework()
        prepared, marks = self._prepared(lines)
        proposals, evidence = propose(self.tagger_, framework, prepared, marks, _all_duties(len(lines)))
        probability = self.judge_.predict_proba(evidence, proposals)
        spans = [span for span, sure in zip(proposals, probability, strict=True) if sure >= self.threshold]
        tokens = prepared.tokens
        contrasts = self.contrasts_.predict(tokens, marks, spans)
        for (first, last, side), contrast in zip(spans, contrasts, strict=True):
            place = int(tokens.start[first]), int(tokens.end[last - 1])
            label = framework.orientations[side], framework.contrast_keys[int(contrast)]
            found[int(tokens.line[first])].append((*place, *label))
        return found

    def score(self, X: Sequence[str], y: Sequence[Sequence[LinePhrase]]) -> float:
        """F1 of phrases: same orientation and overlapping characters, paired one to one; 1.0 where there are none to
        find and none was found. Raises as `predict` and `fit` do.
        """
        wanted = _phrases(X, y)
        found = self.predict(X)
        paired = sum(len(right_spans(_sided(gold), _sided(mine))) for gold, mine in zip(wanted, found, strict=True))
        total = sum(map(len, wanted)) + sum(map(len, found))
        return 2 * paired / total if total else 1.0

    def _prepared(self, lines: Sequence[str]) -> tuple[Prepared, NDArray[np.uint64]]:
        framework = default_framework()
        prepared = prepare([[line] for line in lines], headings=load_headings(), zones=framework.zone_keys)
        matches = self.matcher_.match(prepared.tokens)
        return prepared, lexicon_marks(matches, len(prepared.tokens), framework.contrast_keys)

    def _learn(
        self, lines: Sequence[str], phrases: Sequence[Sequence[LinePhrase]]
    ) -> tuple[PhraseTagger, ContrastClassifier]:
        with warnings.catch_warnings():
            # The fits stop after a fixed number of steps on purpose, as in training (`learn/fit.py`).
            warnings.simplefilter("ignore", ConvergenceWarning)
            return self._learn_loudly(lines, phrases)

    def _learn_loudly(
        self, lines: Sequence[str], phrases: Sequence[Sequence[LinePhrase]]
    ) -> tuple[PhraseTagger, ContrastClassifier]:
        prepared, marks = self._prepared(lines)
        tokens = prepared.tokens
        spans, contrasts, known = gold_spans(prepared, _examples(lines, phrases), default_framework())
        tagger = PhraseTagger(bits=self.bits, C=self.C, begin=self.begin, inside=self.inside, smooth=self.smooth)
        tagger.fit(tokens, marks, tags_of_spans(spans, len(tokens)), known)
        classifier = ContrastClassifier(C=self.contrast_C)
        if len(set(contrasts)) < 2:
            raise ValueError("phrases of one contrast alone, wanted several")
        classifier.fit(span_words(tokens, marks, spans, bits=classifier.bits), np.array(contrasts))
        return tagger, classifier

    def _weigh(
        self, tagger: PhraseTagger, lines: Sequence[str], phrases: Sequence[Sequence[LinePhrase]]
    ) -> tuple[Evidence, list[Span], NDArray[np.bool_]]:
        """What a tagger proposes for lines that it has not seen, and which of it is right."""
        prepared, marks = self._prepared(lines)
        framework = default_framework()
        spans, evidence = propose(tagger, framework, prepared, marks, _all_duties(len(lines)))
        gold, _, _ = gold_spans(prepared, _examples(lines, phrases), framework)
        matched = right_spans(gold, spans)
        return evidence, spans, np.array([number in matched for number in range(len(spans))], dtype=np.bool_)


def _lines(X: Sequence[str]) -> list[str]:
    if isinstance(X, str):
        raise TypeError("X is one text, wanted a list of lines")
    return [str(line) for line in X]


def _phrases(X: Sequence[str], y: Sequence[Sequence[LinePhrase]]) -> list[list[LinePhrase]]:
    """The phrases of each line, checked against it."""
    if len(X) != len(y):
        raise ValueError(f"{len(X)} lines and phrases for {len(y)}, wanted as many")
    framework = default_framework()
    checked: list[list[LinePhrase]] = []
    for number, (line, phrases) in enumerate(zip(X, y, strict=True)):
        of_line: list[LinePhrase] = []
        for start, end, orientation, contrast in phrases:
            where = f"line {number}, phrase {len(of_line)}"
            if not 0 <= start < end <= len(line):
                raise ValueError(f"{where}: from {start} to {end}, wanted a range within 0 to {len(line)}")
            if orientation not in framework.orientations:
                raise ValueError(f"{where}: orientation {orientation!r} is not one of {framework.orientations}")
            if contrast not in framework.contrast_keys:
                raise ValueError(f"{where}: contrast {contrast!r} is not one of {framework.contrast_keys}")
            of_line.append((int(start), int(end), orientation, contrast))
        checked.append(of_line)
    return checked


def _examples(lines: Sequence[str], phrases: Sequence[Sequence[LinePhrase]]) -> list[Example]:
    duties = next(zone.key for zone in default_framework().zones if zone.counted)
    return [
        Example(
            str(number),
            (line,),
            (duties,),
            (tuple(GoldPhrase(start, end, line[start:end], side, contrast) for start, end, side, contrast in of_line),),
            (False,),
        )
        for number, (line, of_line) in enumerate(zip(lines, phrases, strict=True))
    ]


def _all_duties(lines: int) -> NDArray[np.float64]:
    zones = default_framework().zones
    probabilities = np.zeros((lines, len(zones)))
    probabilities[:, [zone.counted for zone in zones].index(True)] = 1.0
    return probabilities


def _sided(phrases: Sequence[LinePhrase]) -> list[Span]:
    sides = default_framework().orientations
    return [(start, end, sides.index(orientation)) for start, end, orientation, _ in phrases]
