"""The training pipeline: corpora in, a model folder with its card out.

Train roles and lines are learnt from, those of the split `dev` only measured on; unannotated documents give silver
labels and the usual of each title family. Everything is by employer, and a seed makes two runs equal.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from jdclass.document import ModelName, Review
from jdclass.errors import CorpusError
from jdclass.framework import DATA, default_framework
from jdclass.learn.card import ReferenceRow, render_card
from jdclass.learn.corpus import Corpus, Document, read_corpus
from jdclass.learn.examples import Example, example_of_line, example_of_role
from jdclass.learn.fit import Choices, FittedLabellers, HeldOut, Resources, fit_labellers
from jdclass.learn.gold import GoldRole
from jdclass.learn.measure import measure
from jdclass.learn.network import can_fit
from jdclass.learn.outcome import (
    Further,
    ScoringStage,
    choose_cover,
    choose_thin_from,
    claimed_by,
    coverage_of_intervals,
    fit_scoring_stage,
    held_out_reviews,
    held_out_stages,
    stated_of,
    too_few_of,
)
from jdclass.learn.reference import family_usuals
from jdclass.learn.silver import silver_examples
from jdclass.learn.standoff import Joined, join
from jdclass.learn.vectors import WordVectors, learn_vectors
from jdclass.lexicon import LexiconMatcher, load_collisions, load_lexicon
from jdclass.lexicon.headings import load_headings
from jdclass.lexicon.titles import load_titles
from jdclass.model.folder import DATA_FILES, FamilyUsual, Model, Settings, save_model
from jdclass.read import read_text
from jdclass.read.facts import band_of
from jdclass.review import Reviewer

__all__ = ["Plan", "TrainingSummary", "load_resources", "train", "training_day"]

SILVER_WEIGHT = 0.05
SILVER_DOCUMENTS = 1000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train from and how.

    `gold` are annotated roles and single lines, the figures are of them; `extra` are annotated corpora that only help
    to learn, their roles of the split `dev` told apart in the card, which quotes from them; `adverts` are unannotated
    documents. `data` may give other files for lexicon.csv, collisions.csv, ...
    `day` is the date that the manifest gives, None for today (see `training_day`).
    """

    gold: tuple[Path, ...]
    out: Path
    extra: tuple[Path, ...] = ()
    adverts: tuple[Path, ...] = ()
    name: str = "nhs"
    version: str = "1.0.0"
    choices: Choices = field(default_factory=Choices)
    silver: int = SILVER_DOCUMENTS
    workers: int = 1
    data: Mapping[str, Path] | None = None
    draws: int = 200
    day: date | None = None


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """Where the model went, and its figures on dev and held out over all roles."""

    folder: Path
    dev: Mapping[str, float | int]
    held_out: Mapping[str, float | int]


def training_day() -> date:
    """Today in UTC, or the day that SOURCE_DATE_EPOCH gives: two trainings of different days can so be equal.

    Raises CorpusError where that variable is set and is no number of seconds.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise CorpusError(f"SOURCE_DATE_EPOCH is {given!r}, wanted seconds since 1970") from error


def load_resources(data: Mapping[str, Path] | None = None) -> tuple[Resources, dict[str, Path], Any, Any]:
    """The data files that training uses: resources, the path of each file, the lexicon and the collisions."""
    files = {file: (data or {}).get(file, DATA / file) for file in DATA_FILES}
    framework = default_framework()
    lexicon = load_lexicon(files["lexicon.csv"], framework=framework)
    collisions = load_collisions(files["collisions.csv"])
    resources = Resources(
        framework,
        load_headings(files["headings.csv"], framework=framework),
        load_titles(files["titles.csv"]),
        LexiconMatcher(lexicon, collisions),
    )
    return resources, files, lexicon, collisions


@dataclass(frozen=True, slots=True)
class Material:
    """Everything read, sorted by what it is for. `joined` is the standoff annotation with its text. `extra_dev` are
    roles of the further corpora's split `dev`: measured, never learnt from."""

    roles: tuple[GoldRole, ...]
    dev: tuple[GoldRole, ...]
    lines: tuple[Example, ...]
    extra: tuple[Example, ...]
    extra_dev: tuple[GoldRole, ...]
    documents: tuple[Document, ...]
    joined: Joined
    headings: Mapping[str, frozenset[str]]  # of the annotated roles whose document is at hand, by id

    @property
    def dev_employers(self) -> frozenset[str]:
        return frozenset(role.employer or role.id for role in self.dev)


def _read(plan: Plan, say: Say) -> Material:
    say("reading the corpora")
    gold, extra, adverts = read_corpus(plan.gold), read_corpus(plan.extra), read_corpus(plan.adverts)
    if not gold.roles:
        raise CorpusError(f"{', '.join(map(str, plan.gold))}: holds no annotated roles; training needs some")
    employers = {document.id: document.employer for document in adverts.documents}
    dev = tuple(role for role in gold.roles if role.split == "dev")
    hidden = {role.employer or role.id for role in dev} | {
        employers.get(line.advert, line.advert) for line in gold.hard_lines if line.split == "dev"
    }
    annotated = {role.id for role in gold.roles}
    documents = tuple(document for document in adverts.documents if document.employer not in hidden)
    texts = {one.id: (one.title, one.employer, one.lines, one.headings) for one in documents if one.id not in annotated}
    material = Material(
        tuple(role for role in gold.roles if role.split != "dev"),
        dev,
        _line_examples(gold, employers),
        tuple(example_of_role(role) for role in extra.roles if role.split != "dev") + _line_examples(extra, employers),
        tuple(role for role in extra.roles if role.split == "dev"),
        documents,
        join(extra.standoff, texts),
        {document.id: document.headings for document in adverts.documents if document.id in annotated},
    )
    say(
        f"  {len(material.roles)} roles and {len(material.lines)} lines to learn from, {len(material.extra)} more "
        f"examples, {len(material.documents)} documents without annotation, {len(material.dev)} roles to measure on"
    )
    if extra.standoff:
        say(
            f"  standoff annotation of {len(material.joined.roles)} documents and {len(material.joined.lines)} lines; "
            f"of {material.joined.lost} records the text is not at hand or reads otherwise"
        )
    return material


def _line_examples(corpus: Corpus, employers: Mapping[str, str]) -> tuple[Example, ...]:
    return tuple(
        example_of_line(line, employers.get(line.advert, line.advert))
        for line in corpus.hard_lines
        if line.split != "dev"
    )


def _with_headings(example: Example, headings: frozenset[str] | None) -> Example:
    """The example with the headings that its document shows: annotated lines are bare text, and reviewing sees more."""
    if headings is None:
        return example
    return replace(example, headings=tuple(line in headings for line in example.lines))


def _silver(material: Material, resources: Resources, plan: Plan) -> list[Example]:
    """Silver labels of the first documents in an order that the seed gives, reposted texts once."""
    order = np.random.default_rng(plan.choices.seed).permutation(len(material.documents))
    annotated = {tuple(line.text for line in role.lines) for role in material.roles}
    chosen: list[tuple[str, tuple[str, ...]]] = []
    seen = set(annotated)
    for number in order:
        if len(chosen) >= plan.silver:
            break
        document = material.documents[int(number)]
        if document.lines and document.lines not in seen:
            seen.add(document.lines)
            chosen.append((document.employer, document.lines))
    return silver_examples(chosen, resources, weight=SILVER_WEIGHT)


def _scored(
    fitted: FittedLabellers,
    roles: Sequence[GoldRole],
    found: Sequence[HeldOut],
    further: Further,
    resources: Resources,
    choices: Choices,
) -> ScoringStage:
    """The scoring stage fitted on what was found held out, with the records of held-out reviewing."""
    framework, threshold = resources.framework, fitted.labellers.threshold
    stated = stated_of(roles, found, framework, threshold)
    claimed = [claimed_by(resources.titles.read(role.title)) for role in roles]
    duties, match = fit_scoring_stage(roles, stated, claimed, further, choices)
    stages = held_out_stages(roles, stated, resources.titles, choices, further=further)
    thin_from = choose_thin_from(roles, too_few_of(roles, found, framework))

    def reviews(cover: float) -> list[dict[str, Any]]:
        return held_out_reviews(
            roles,
            found,
            stated,
            stages,
            framework,
            resources.titles,
            threshold=threshold,
            thin_from=thin_from,
            cover=cover,
        )

    covers = [float(cover) for cover in np.arange(0.5, 0.96, 0.05)]
    cover = choose_cover([(cover, *coverage_of_intervals(roles, reviews(cover))) for cover in covers])
    return ScoringStage(duties, match, stated, stages, reviews(cover), thin_from, cover)


def _further(
    roles: Sequence[GoldRole], found: Sequence[HeldOut | None], resources: Resources, threshold: float
) -> Further:
    """Roles beside the gold ones for the scoring stage."""
    held = [one for one in found if one is not None]
    stated = stated_of(roles, held, resources.framework, threshold)
    return Further(tuple(roles), tuple(stated), tuple(claimed_by(resources.titles.read(role.title)) for role in roles))


def _vectors(material: Material, choices: Choices, say: Say) -> WordVectors | None:
    """Word vectors, from which the tagger's network begins; None where there is too little text, or no PyTorch."""
    say("learning word vectors")
    vectors = learn_vectors(chain.from_iterable(one.lines for one in material.documents), seed=choices.seed)
    if vectors is not None and not can_fit():
        say("PyTorch is not installed, so the tagger goes without its network: pip install 'jdclass[train]' brings it")
        return None
    return vectors


def train(plan: Plan, *, say: Say = lambda message: None) -> TrainingSummary:
    """Train a model and write its folder.

    Raises CorpusError where the corpora hold no annotated roles or lack a kind of label, LexiconError for a data file.
    """
    plan = replace(plan, day=plan.day or training_day())
    resources, files, lexicon, collisions = load_resources(plan.data)
    material = _read(plan, say)
    choices = plan.choices
    resources = replace(resources, vectors=_vectors(material, choices, say))
    silver = _silver(material, resources, plan)
    gold = [_with_headings(example_of_role(role), material.headings.get(role.id)) for role in material.roles]
    joined = material.joined
    parts = (gold, joined.examples, material.lines, joined.lines, material.extra, silver)
    examples = [example for part in parts for example in part]
    targets = [kept for part in parts for kept in [part is gold or part is material.lines] * len(part)]
    also = [kept for part in parts for kept in [part is joined.examples] * len(part)]
    say(f"fitting on {len(examples)} examples, {len(silver)} of them with silver labels alone")
    try:
        fitted = fit_labellers(examples, resources, choices, targets=targets, also=also, workers=plan.workers)
        found = [held for held in fitted.held_out[: len(gold)] if held is not None]
        beside = fitted.held_out[len(gold) : len(gold) + len(joined.roles)]
        further = _further(joined.roles, beside, resources, fitted.labellers.threshold)
        say("fitting the scoring stage on what held-out reviewing finds")
        scored = _scored(fitted, material.roles, found, further, resources, choices)
    except ValueError as error:
        raise CorpusError(f"{', '.join(map(str, plan.gold))}: too little to train from: {error}") from error
    model = Model(
        ModelName(plan.name, plan.version, ""),
        resources.framework,
        resources.headings,
        lexicon,
        collisions,
        resources.titles,
        resources.matcher,
        fitted.labellers,
        scored.duties,
        scored.match,
        Settings(fitted.labellers.threshold, scored.thin_from, scored.cover),
        {},
    )
    say("reviewing the reference documents for the usual of each title family")
    families, reference = _reference(model, material)
    model = replace(model, families=families)
    say("measuring")
    card = measure(plan, material, resources, model, fitted, found, scored, silver, reference)
    save_model(
        plan.out,
        name=plan.name,
        version=plan.version,
        labellers=fitted.labellers,
        duties=scored.duties,
        match=scored.match,
        settings=model.settings,
        families=model.families,
        data_files=files,
        training={"figures": card.figures(), "data": _hashes(plan)},
        card=render_card(card),
        trained=None if plan.day is None else plan.day.isoformat(),
    )
    return TrainingSummary(plan.out, card.dev, card.held_out)


def _reference(model: Model, material: Material) -> tuple[dict[str, FamilyUsual], tuple[ReferenceRow, ...]]:
    """The usual of each title family, and what the card tells of each reference document."""
    rows = []
    documents = [document for document in material.documents if document.lines]

    def family_of(title: str) -> str:
        return model.titles.read(title).family

    def reviewed() -> Iterator[Review]:
        roles = (
            replace(read_text("\n".join(document.lines), title=document.title), id=document.id)
            for document in documents
        )
        for document, review in zip(documents, Reviewer(model).review_many(roles), strict=True):
            rows.append(_row(review, family_of(review.title), document.band))
            yield review

    families = family_usuals(reviewed(), family_of)
    return families, tuple(rows)


def _row(review: Review, family: str, band: str | None) -> ReferenceRow:
    duties, match = review.duties, review.match
    return ReferenceRow(
        title=review.title,
        family=family,
        band=band_of(review.band or band),
        leadership=duties.leadership,
        management=duties.management,
        verdict=match.verdict,
        abstained=match.abstained,
        counted=sum(phrase.counted for phrase in review.phrases),
    )


def _hashes(plan: Plan) -> dict[str, str]:
    """sha256 of every annotated or unannotated file that was given, by its name."""
    out = {}
    for path in (*plan.gold, *plan.extra, *plan.adverts):
        for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
            out[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return out
