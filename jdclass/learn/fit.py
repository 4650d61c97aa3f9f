"""Fitting: the classifiers of lines and phrases, the judge over held-out proposals, and the scoring stage over what
held-out reviewing finds.

Every stage learns from what the stage before it gives for employers that it has not seen (stacking, Wolpert 1992):
otherwise the judge would trust a tagger that has memorised its lines. The folds are by employer throughout.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold

from jdclass.document import ORIENTATIONS4
from jdclass.framework import Framework
from jdclass.learn.examples import Example, gold_spans, zone_numbers
from jdclass.learn.gold import GoldRole
from jdclass.learn.network import fit_network
from jdclass.learn.vectors import WordVectors
from jdclass.learn.zone_network import fit_zone_network
from jdclass.lexicon import LexiconMatcher
from jdclass.lexicon.headings import Headings
from jdclass.lexicon.titles import Titles
from jdclass.model.judging import ContrastClassifier, Evidence, PhraseJudge, span_words
from jdclass.model.labelling import Labellers, propose, settle
from jdclass.model.prepare import Prepared, prepare
from jdclass.model.said import said_in
from jdclass.model.scoring import (
    ADVERSE,
    Claimed,
    DutiesClassifier,
    MatchScorer,
    Stated,
    WeighedPhrase,
    stated_by,
)
from jdclass.model.tagging import TAGS, PhraseTagger, Span, lexicon_marks, tags_of_spans
from jdclass.model.zones import ZoneClassifier
from jdclass.segment import tokenize

__all__ = [
    "Choices",
    "FittedLabellers",
    "HeldOut",
    "Resources",
    "fit_labellers",
    "fit_scoring",
    "held_out_stated",
    "right_spans",
]


@dataclass(frozen=True, slots=True)
class Resources:
    """The data files that training and reviewing share."""

    framework: Framework
    headings: Headings
    titles: Titles
    matcher: LexiconMatcher
    vectors: WordVectors | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen by cross-validation on the train split; `models/README.md` tells what else was tried."""

    zone_bits: int = 17
    zone_C: float = 1.0
    zone_network_epochs: int = 3
    tag_bits: int = 18
    tag_C: float = 0.1
    begin: float = 1.5
    inside: float = 0.2
    smooth: float = 0.5
    network_epochs: int = 4
    judge_C: float = 0.1
    judge_words: float = 0.5
    judge_single: float = 0.2  # what a single annotated line counts: chosen for being hard, they read as less likely
    contrast_C: float = 1.0
    match_C: float = 0.05
    least_of_family: int = 15  # roles of a title family before the match tells it from others
    precision: float = 0.85  # the threshold is the lowest that reaches it: a silly highlight costs more than one missed
    folds: int = 4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models that had not seen the employer found in one example: zone numbers and probabilities of its lines,
    phrases as (line, start, end, side, probability, contrast number)."""

    zones: NDArray[np.float64]
    phrases: tuple[tuple[int, int, int, int, float, int], ...]


@dataclass(frozen=True, slots=True)
class FittedLabellers:
    """The labellers, what held-out ones found in each example (None where it was no target), and the truths and
    probabilities of all held-out proposals for calibration."""

    labellers: Labellers
    held_out: tuple[HeldOut | None, ...]
    proposed: NDArray[np.float64] = field(repr=False)
    right: NDArray[np.bool_] = field(repr=False)


def prepare_examples(examples: Sequence[Example], resources: Resources) -> Prepared:
    """The examples as one batch of documents."""
    return prepare(
        [example.lines for example in examples],
        headings=resources.headings,
        zones=resources.framework.zone_keys,
        heading_flags=[example.headings for example in examples],
    )


def right_spans(gold: Sequence[Span], found: Sequence[Span]) -> dict[int, int]:
    """Which found span stands for which gold one: of the same side and overlapping, one to one, the widest overlap
    first (as the referee pairs phrases)."""
    held: dict[tuple[int, int], list[int]] = {}
    for number, (first, last, side) in enumerate(gold):
        for token in range(first, last):
            held.setdefault((token, side), []).append(number)
    pairs = []
    for number, (first, last, side) in enumerate(found):
        for other in {g for token in range(first, last) for g in held.get((token, side), ())}:
            shared = min(last, gold[other][1]) - max(first, gold[other][0])
            pairs.append((-shared, other, number))
    taken: dict[int, int] = {}
    used: set[int] = set()
    for _, other, number in sorted(pairs):
        if other not in used and number not in taken:
            used.add(other)
            taken[number] = other
    return taken


@dataclass(frozen=True, slots=True)
class _Learnt:
    zones: ZoneClassifier
    tagger: PhraseTagger
    contrasts: ContrastClassifier


def _learn(examples: Sequence[Example], resources: Resources, choices: Choices) -> _Learnt:
    """The classifiers of one fold, or of all."""
    with warnings.catch_warnings():
        # The fits stop after a fixed number of steps on purpose: more gain nothing on held-out employers.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _learn_loudly(examples, resources, choices)


def _learn_loudly(examples: Sequence[Example], resources: Resources, choices: Choices) -> _Learnt:
    framework = resources.framework
    prepared = prepare_examples(examples, resources)
    marks = lexicon_marks(resources.matcher.match(prepared.tokens), len(prepared.tokens), framework.contrast_keys)
    numbers = zone_numbers(examples, framework)
    weights = np.repeat([example.weight for example in examples], [len(example.lines) for example in examples])
    zones = ZoneClassifier(bits=choices.zone_bits, C=choices.zone_C, folds=choices.folds, seed=choices.seed)
    zones.fit(prepared, numbers, groups=[example.group for example in examples], sample_weight=weights)
    heaviest = weights == weights.max()
    if resources.vectors is not None and len(zones.classes_) == len(framework.zones):
        # The networks know no weights: lines that count less than others (silver labels) would count in full in them,
        # so they are left out.
        zones.network_ = fit_zone_network(
            prepared,
            np.where(heaviest, numbers, -1),
            resources.vectors,
            kinds=len(framework.zones),
            epochs=choices.zone_network_epochs,
            seed=choices.seed,
        )
    spans, contrasts, known = gold_spans(prepared, examples, framework)
    shown = [number for number, zone in enumerate(framework.zones) if zone.shown]
    lines = known[np.isin(numbers[known], shown)]
    tagger = PhraseTagger(
        bits=choices.tag_bits,
        C=choices.tag_C,
        begin=choices.begin,
        inside=choices.inside,
        smooth=choices.smooth,
        seed=choices.seed,
    )
    tags = tags_of_spans(spans, len(prepared.tokens))
    tagger.fit(prepared.tokens, marks, tags, lines, sample_weight=weights)
    if resources.vectors is not None:
        tagger.network_ = fit_network(
            prepared.tokens,
            marks,
            tags,
            lines[heaviest[lines]],
            resources.vectors,
            kinds=len(TAGS),
            epochs=choices.network_epochs,
            seed=choices.seed,
        )
    contrast = ContrastClassifier(C=choices.contrast_C)
    contrast.fit(span_words(prepared.tokens, marks, spans, bits=contrast.bits), np.array(contrasts))
    return _Learnt(zones, tagger, contrast)


@dataclass(frozen=True, slots=True)
class _Proposed:
    """What one fold's classifiers propose for the examples that they have not seen. `judged` are the spans that the
    judge learns from: those in annotated lines of the targets; `whole` those in whole roles."""

    examples: NDArray[np.int64]
    prepared: Prepared
    evidence: Evidence
    spans: list[Span]
    right: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    contrast: NDArray[np.int64]

    def judged_spans(self) -> list[Span]:
        return [span for span, judged in zip(self.spans, self.judged.tolist(), strict=True) if judged]


def _fold(
    examples: Sequence[Example],
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    target: NDArray[np.bool_],
    resources: Resources,
    choices: Choices,
) -> _Proposed:
    learnt = _learn([examples[number] for number in train], resources, choices)
    return _propose(learnt, examples, test, target[test], resources)


def _propose(
    learnt: _Learnt,
    examples: Sequence[Example],
    test: NDArray[np.int64],
    target: NDArray[np.bool_],
    resources: Resources,
) -> _Proposed:
    asked = [examples[number] for number in test]
    prepared = prepare_examples(asked, resources)
    framework = resources.framework
    marks = lexicon_marks(resources.matcher.match(prepared.tokens), len(prepared.tokens), framework.contrast_keys)
    zones = learnt.zones.predict_proba(prepared)
    spans, evidence = propose(learnt.tagger, framework, prepared, marks, zones)
    gold, _, known = gold_spans(prepared, asked, framework)
    matched = right_spans(gold, spans)
    right = np.array([number in matched for number in range(len(spans))], dtype=np.bool_)
    # Lines without annotation can prove nothing right or wrong.
    line = prepared.tokens.line[[span[0] for span in spans]] if spans else np.zeros(0, dtype=np.int64)
    judged = np.isin(line, known) & target[prepared.document[line]]
    whole = np.array([example.role is not None for example in asked], dtype=bool)[prepared.document[line]]
    contrast = learnt.contrasts.predict(prepared.tokens, marks, spans)
    return _Proposed(test, prepared, evidence, spans, right, judged, whole, contrast)


def _threshold(probability: NDArray[np.float64], right: NDArray[np.bool_], wanted: int, precision: float) -> float:
    """The threshold of the best F1 among those that reach the precision; the best F1 of all where none does."""
    order = np.argsort(-probability)
    hits = np.cumsum(right[order])
    found = np.arange(1, len(order) + 1)
    f1 = 2 * hits / (found + wanted)
    enough = hits / found >= precision
    enough[: min(50, len(enough))] = False
    candidates = np.where(enough, f1, -1) if enough.any() else f1
    return float(probability[order[int(candidates.argmax())]])


def _new_judge(choices: Choices, folds: Sequence[_Proposed]) -> PhraseJudge:
    """A judge that has learnt from what some folds propose."""
    return PhraseJudge(C=choices.judge_C, words=choices.judge_words).fit(
        [fold.evidence for fold in folds],
        [fold.judged_spans() for fold in folds],
        np.concatenate([fold.right[fold.judged] for fold in folds]),
        sample_weight=np.concatenate([np.where(fold.whole[fold.judged], 1.0, choices.judge_single) for fold in folds]),
    )


def fit_labellers(
    examples: Sequence[Example],
    resources: Resources,
    choices: Choices,
    *,
    targets: Sequence[bool] | None = None,
    also: Sequence[bool] | None = None,
    workers: int = 1,
) -> FittedLabellers:
    """Fit zones, tagger, contrasts and judge.

    `targets` (default: all) are the examples that the judge learns from and whose held-out findings are wanted; of
    `also` (default: none) the findings are wanted alone; the others (silver, other corpora) only help to learn.

    Raises ValueError where there are fewer employers than folds.
    """
    target = np.ones(len(examples), dtype=bool) if targets is None else np.array(targets)
    wanted = target if also is None else target | np.array(also)
    groups = [example.group for example in examples]
    folds = list(GroupKFold(choices.folds).split(examples, groups=groups))
    learnt_all, *folded = Parallel(n_jobs=workers)(
        [delayed(_learn)(examples, resources, choices)]
        + [delayed(_fold)(examples, train, test[wanted[test]], target, resources, choices) for train, test in folds]
    )
    held_out: list[HeldOut | None] = [None] * len(examples)
    probabilities = []
    for number, fold in enumerate(folded):
        judge = _new_judge(choices, [other for place, other in enumerate(folded) if place != number])
        probability = judge.predict_proba(fold.evidence, fold.spans)
        probabilities.append(probability)
        for example, found in zip(fold.examples.tolist(), _deal(fold, probability, resources), strict=True):
            held_out[example] = found
    judge = _new_judge(choices, folded)
    proposed, right = np.concatenate(probabilities), np.concatenate([fold.right for fold in folded])
    # Figures are counted over whole roles; without any (silver labels alone) over all that was asked for.
    whole = target & np.array([example.role is not None for example in examples])
    if not whole.any():
        whole = target
    total = sum(
        len(phrases or ())
        for example, is_whole in zip(examples, whole, strict=True)
        if is_whole
        for phrases in example.phrases
    )
    of_roles = np.concatenate([_in_roles(fold, whole, resources) for fold in folded])
    threshold = _threshold(proposed[of_roles], right[of_roles], total, choices.precision)
    labellers = Labellers(
        resources.framework, learnt_all.zones, learnt_all.tagger, judge, learnt_all.contrasts, threshold
    )
    return FittedLabellers(labellers, tuple(held_out), proposed[of_roles], right[of_roles])


def _in_roles(fold: _Proposed, whole: NDArray[np.bool_], resources: Resources) -> NDArray[np.bool_]:
    """Which proposals stand in whole roles, in lines that show phrases: those that figures are counted over."""
    roles = whole[fold.examples]
    zone = fold.evidence.zones.argmax(axis=1)
    visible = set(settle(fold.prepared, zone, resources.framework, fold.spans))
    document = fold.prepared.document
    lines = fold.prepared.tokens.line
    shown = [number in visible and roles[document[lines[span[0]]]] for number, span in enumerate(fold.spans)]
    counted: NDArray[np.bool_] = fold.judged & np.array(shown, dtype=bool)
    return counted


def _deal(fold: _Proposed, probability: NDArray[np.float64], resources: Resources) -> list[HeldOut]:
    """What was found, dealt out to the examples of the fold."""
    prepared, tokens = fold.prepared, fold.prepared.tokens
    zone = fold.evidence.zones.argmax(axis=1)
    found: list[list[tuple[int, int, int, int, float, int]]] = [[] for _ in range(len(prepared))]
    document = prepared.document
    for number in settle(prepared, zone, resources.framework, fold.spans):
        first, last, side = fold.spans[number]
        line = int(tokens.line[first])
        owner = int(document[line])
        found[owner].append(
            (
                line - int(prepared.first_line[owner]),
                int(tokens.start[first]),
                int(tokens.end[last - 1]),
                side,
                float(probability[number]),
                int(fold.contrast[number]),
            )
        )
    return [
        HeldOut(fold.evidence.zones[prepared.first_line[n] : prepared.first_line[n + 1]], tuple(found[n]))
        for n in range(len(prepared))
    ]


def held_out_stated(lines: Sequence[str], held_out: HeldOut, framework: Framework, threshold: float) -> Stated:
    """What reviewing would count in these lines with what was found in them."""
    counted = [number for number, zone in enumerate(framework.zones) if zone.counted]
    stated = held_out.zones[:, counted].sum(axis=1).tolist()
    stating = np.isin(held_out.zones.argmax(axis=1), counted).tolist()
    phrases = [
        WeighedPhrase(
            side,
            len(lines[line][start:end].split()),
            probability * stated[line],
            number,
            line,
            counted=stating[line],
        )
        for number, (line, start, end, side, probability, _) in enumerate(held_out.phrases)
        if probability >= threshold
    ]
    said = said_in(tokenize(lines), slice(0, len(lines)), stated)
    return stated_by([len(line.split()) for line in lines], stated, phrases, said)


def fit_scoring(
    roles: Sequence[GoldRole],
    stated: Sequence[Stated],
    claimed: Sequence[Claimed],
    groups: Sequence[str],
    choices: Choices,
    counts: NDArray[np.float64],
) -> tuple[DutiesClassifier, MatchScorer]:
    """Fit the duties classifier and the match on roles in which phrases and zones were found held out.

    `counts` is what each role counts for the duties, which are read without its title. The match is told the claim and
    learns from all alike, and from duties probabilities that are held out as well. Roles that say too little (match 0)
    are left out.

    Raises ValueError where a kind of duties never occurs.
    """
    use = [number for number, role in enumerate(roles) if role.match > 0]
    table, weight = [stated[number] for number in use], counts[use]
    kinds = np.array([ORIENTATIONS4.index(roles[number].duties) for number in use])
    employers = [groups[number] for number in use]

    def fitted(some: NDArray[np.int64]) -> DutiesClassifier:
        return DutiesClassifier().fit(
            [table[n] for n in some], kinds[some], groups=[employers[n] for n in some], sample_weight=weight[some]
        )

    held_out = np.zeros((len(use), len(ORIENTATIONS4)))
    for train, test in GroupKFold(choices.folds).split(use, groups=employers):
        held_out[test] = fitted(train).predict_proba([table[n] for n in test])
    duties = fitted(np.arange(len(use)))
    levels = np.array([roles[number].match for number in use])
    adverse = {verdict: number for number, verdict in enumerate(ADVERSE)}
    verdicts = np.array([adverse.get(roles[number].verdict, -1) for number in use])
    told = [claimed[number] for number in use]
    families = Counter(one.family for one in told if one.family)
    frequent = sorted(family for family, count in families.items() if count >= choices.least_of_family)
    match = MatchScorer(C=choices.match_C, families=frequent)
    return duties, match.fit(told, held_out, [one.tally for one in table], levels, verdicts)
