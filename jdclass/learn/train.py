"""The training pipeline: corpora in, a model folder with its card out.

Train roles and lines are learnt from, those of the split `dev` only measured on; unannotated documents give silver
labels and the usual of each title family. Everything is by employer, and a seed makes two runs equal.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from jdclass.document import ModelName, Review
from jdclass.errors import CorpusError
from jdclass.framework import DATA, default_framework
from jdclass.learn.card import Card, render_card
from jdclass.learn.corpus import Corpus, Document, read_corpus
from jdclass.learn.examples import Example, example_of_line, example_of_role
from jdclass.learn.figures import bootstrap, figures, tally
from jdclass.learn.fit import Choices, FittedLabellers, HeldOut, Resources, fit_labellers, fit_scoring, held_out_tally
from jdclass.learn.gold import GoldRole
from jdclass.learn.outcome import (
    choose_cover,
    choose_least_words,
    coverage_of_intervals,
    held_out_reviews,
    reliability,
)
from jdclass.learn.reference import family_usuals
from jdclass.learn.silver import silver_examples
from jdclass.learn.vectors import learn_vectors
from jdclass.lexicon import LexiconMatcher, load_collisions, load_lexicon
from jdclass.lexicon.headings import load_headings
from jdclass.lexicon.titles import load_titles
from jdclass.model.folder import DATA_FILES, Model, Settings, save_model
from jdclass.model.labelling import Labellers
from jdclass.read import read_text
from jdclass.review import Reviewer
from jdclass.segment import tokenize

__all__ = ["Plan", "Trained", "TrainingSummary", "load_resources", "train", "training_day"]

SILVER_WEIGHT = 0.05
SILVER_DOCUMENTS = 1000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train from and how.

    `gold` are annotated roles and single lines, the figures are of them; `extra` are annotated corpora that only help
    to learn; `adverts` are unannotated documents. `data` may give other files for lexicon.csv, collisions.csv, ...
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
class _Material:
    """Everything read, sorted by what it is for."""

    roles: tuple[GoldRole, ...]
    dev: tuple[GoldRole, ...]
    lines: tuple[Example, ...]
    extra: tuple[Example, ...]
    documents: tuple[Document, ...]
    headings: Mapping[str, frozenset[str]]  # of the annotated roles whose document is at hand, by id

    @property
    def dev_employers(self) -> frozenset[str]:
        return frozenset(role.employer or role.id for role in self.dev)


def _read(plan: Plan, say: Say) -> _Material:
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
    material = _Material(
        tuple(role for role in gold.roles if role.split != "dev"),
        dev,
        _line_examples(gold, employers),
        tuple(example_of_role(role) for role in extra.roles if role.split != "dev") + _line_examples(extra, employers),
        tuple(document for document in adverts.documents if document.employer not in hidden),
        {document.id: document.headings for document in adverts.documents if document.id in annotated},
    )
    say(
        f"  {len(material.roles)} roles and {len(material.lines)} lines to learn from, {len(material.extra)} more "
        f"examples, {len(material.documents)} documents without annotation, {len(material.dev)} roles to measure on"
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


def _silver(material: _Material, resources: Resources, plan: Plan) -> list[Example]:
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


@dataclass(frozen=True, slots=True)
class Trained:
    """The fitted stages and the choices that the held-out findings gave."""

    labelled: FittedLabellers
    model: Model
    held_out: list[dict[str, Any]]
    least_words: float
    cover: float


def _scored(
    fitted: FittedLabellers, roles: Sequence[GoldRole], found: Sequence[HeldOut], resources: Resources, choices: Choices
) -> tuple[Any, Any, list[dict[str, Any]], float, float]:
    """The scoring stage fitted on held-out tallies, with the records of held-out reviewing."""
    framework, threshold = resources.framework, fitted.labellers.threshold
    texts = [[line.text for line in role.lines] for role in roles]
    tallies = [held_out_tally(text, held, framework, threshold) for text, held in zip(texts, found, strict=True)]
    claims = [resources.titles.read(role.title).orientation for role in roles]
    duties, match = fit_scoring(roles, tallies, claims, [role.employer or role.id for role in roles], choices)
    least = choose_least_words(roles, [one.words for one in tallies])
    rows = []
    for cover in np.arange(0.5, 0.96, 0.05):
        records = held_out_reviews(
            roles,
            found,
            framework,
            resources.titles,
            choices,
            threshold=threshold,
            least_words=least,
            cover=float(cover),
        )
        rows.append((float(cover), *coverage_of_intervals(roles, records)))
    cover = choose_cover(rows)
    records = held_out_reviews(
        roles, found, framework, resources.titles, choices, threshold=threshold, least_words=least, cover=cover
    )
    return duties, match, records, least, cover


def review_roles(model: Model, roles: Sequence[GoldRole]) -> list[dict[str, Any]]:
    """Annotated roles through the whole of reviewing, from their text, as records under their own ids."""
    given = [replace(read_text(role.text, title=role.title), id=role.id) for role in roles]
    return [review.to_dict() for review in Reviewer(model).review_many(given)]


def train(plan: Plan, *, say: Say = lambda message: None) -> TrainingSummary:
    """Train a model and write its folder.

    Raises CorpusError where the corpora hold no annotated roles or lack a kind of label, LexiconError for a data file.
    """
    plan = replace(plan, day=plan.day or training_day())
    resources, files, lexicon, collisions = load_resources(plan.data)
    material = _read(plan, say)
    choices = plan.choices
    say("learning word vectors")
    texts = chain.from_iterable(document.lines for document in material.documents)
    resources = replace(resources, vectors=learn_vectors(texts, seed=choices.seed))
    silver = _silver(material, resources, plan)
    gold = [_with_headings(example_of_role(role), material.headings.get(role.id)) for role in material.roles]
    examples = [*gold, *material.lines, *material.extra, *silver]
    targets = [True] * (len(gold) + len(material.lines)) + [False] * (len(material.extra) + len(silver))
    say(f"fitting on {len(examples)} examples, {len(silver)} of them with silver labels alone")
    try:
        fitted = fit_labellers(examples, resources, choices, targets=targets, workers=plan.workers)
        found = [held for held in fitted.held_out[: len(gold)] if held is not None]
        say("fitting the scoring stage on what held-out reviewing finds")
        duties, match, records, least, cover = _scored(fitted, material.roles, found, resources, choices)
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
        duties,
        match,
        Settings(fitted.labellers.threshold, least, cover),
        {},
    )
    say("reviewing the reference documents for the usual of each title family")
    reference = _reference(model, material, plan)
    model = replace(model, families=reference.families)
    say("measuring")
    card = _measure(plan, material, resources, model, fitted, found, records, silver, reference)
    save_model(
        plan.out,
        name=plan.name,
        version=plan.version,
        labellers=fitted.labellers,
        duties=duties,
        match=match,
        settings=model.settings,
        families=model.families,
        data_files=files,
        training={"figures": card.figures(), "data": _hashes(plan)},
        card=render_card(card),
        trained=None if plan.day is None else plan.day.isoformat(),
    )
    return TrainingSummary(plan.out, card.dev, card.held_out)


@dataclass(frozen=True, slots=True)
class _Reference:
    """What the reference documents gave: families, and (title, family, leadership, management, verdict, abstained)."""

    families: dict[str, Any]
    rows: tuple[tuple[str, str, float, float, str, bool], ...]


def _reference(model: Model, material: _Material, plan: Plan) -> _Reference:
    rows = []

    def family_of(title: str) -> str:
        return model.titles.read(title).family

    def reviewed() -> Any:
        roles = (
            replace(read_text("\n".join(document.lines), title=document.title), id=document.id)
            for document in material.documents
            if document.lines
        )
        for review in Reviewer(model).review_many(roles):
            rows.append(_row(review, family_of(review.title)))
            yield review

    families = family_usuals(reviewed(), family_of)
    return _Reference(families, tuple(rows))


def _row(review: Review, family: str) -> tuple[str, str, float, float, str, bool]:
    duties, match = review.duties, review.match
    return review.title, family, duties.leadership, duties.management, match.verdict, match.abstained


def _hashes(plan: Plan) -> dict[str, str]:
    """sha256 of every annotated or unannotated file that was given, by its name."""
    out = {}
    for path in (*plan.gold, *plan.extra, *plan.adverts):
        for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
            out[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return out


def _measure(
    plan: Plan,
    material: _Material,
    resources: Resources,
    model: Model,
    fitted: FittedLabellers,
    found: Sequence[HeldOut],
    records: list[dict[str, Any]],
    silver: Sequence[Example],
    reference: _Reference,
) -> Card:
    dev_reviews = review_roles(model, material.dev)
    everything = [*material.roles, *material.dev]
    all_records = [*records, *dev_reviews]
    zones = np.concatenate([held.zones for held in found])
    number = {key: place for place, key in enumerate(resources.framework.zone_keys)}
    truth = np.array([number[line.zone] for role in material.roles for line in role.lines])
    shown = fitted.proposed >= fitted.labellers.threshold
    return Card(
        plan=plan,
        counts={
            "train roles": len(material.roles),
            "train lines": len(material.lines),
            "further examples": len(material.extra),
            "documents with silver labels": len(silver),
            "reference documents": len(material.documents),
            "dev roles": len(material.dev),
        },
        settings=model.settings,
        dev=figures(material.dev, dev_reviews),
        dev_intervals=bootstrap(tally(material.dev, dev_reviews), draws=plan.draws),
        held_out=figures(everything, all_records),
        held_out_intervals=bootstrap(tally(everything, all_records), draws=plan.draws),
        rows=_three_rows(plan, material, resources, model, silver, dev_reviews),
        phrases=reliability(fitted.proposed[shown], fitted.right[shown]),
        zones=reliability(zones.max(axis=1), zones.argmax(axis=1) == truth),
        intervals=coverage_of_intervals(everything, all_records),
        coverage=_accuracy_at_coverage(everything, all_records),
        reference=reference.rows,
        families=reference.families,
    )


def _accuracy_at_coverage(
    roles: Sequence[GoldRole], records: Sequence[dict[str, Any]]
) -> tuple[tuple[float, float], ...]:
    """Share of verdicts right among the surest 50, 80 and 100% of the scored roles; sure is a narrow interval, then a
    score far from the limit."""
    rows = []
    for role, record in zip(roles, records, strict=True):
        match = record["match"]
        if not match["abstained"]:
            width = match["high"] - match["low"]
            rows.append((width, -abs(match["score"] - 62), match["verdict"] == role.verdict))
    rows.sort(key=lambda row: row[:2])
    out = []
    for share in (0.5, 0.8, 1.0):
        part = rows[: max(1, round(share * len(rows)))]
        out.append((share, sum(right for *_, right in part) / len(part)))
    return tuple(out)


def _three_rows(
    plan: Plan,
    material: _Material,
    resources: Resources,
    model: Model,
    silver: Sequence[Example],
    dev_reviews: list[dict[str, Any]],
) -> dict[str, dict[str, float]]:
    """On dev: the lexicon alone (in the model's zones), trained on silver only, silver and gold."""
    rows: dict[str, dict[str, float]] = {}
    given = [replace(read_text(role.text, title=role.title), id=role.id) for role in material.dev]
    lexicon = [_lexicon_record(record, resources) for record in dev_reviews]
    rows["lexicon alone, in the model's zones"] = _phrase_row(material.dev, lexicon, resources)
    if len({example.group for example in silver}) >= plan.choices.folds:
        try:
            part = fit_labellers(list(silver), resources, plan.choices, workers=plan.workers)
        except ValueError:
            part = None  # a corpus whose silver lacks a side: the row is left out
        if part is not None:
            labellers = Labellers(
                part.labellers.framework,
                part.labellers.zones,
                part.labellers.tagger,
                part.labellers.judge,
                part.labellers.contrasts,
                0.5,
            )
            reviewer = Reviewer(replace(model, labellers=labellers))
            records = [review.to_dict() for review in reviewer.review_many(given)]
            rows["trained on silver only"] = _phrase_row(material.dev, records, resources)
    rows["trained on silver and gold"] = _phrase_row(material.dev, dev_reviews, resources)
    return rows


def _lexicon_record(record: dict[str, Any], resources: Resources) -> dict[str, Any]:
    """The record with the lexicon's hits in the place of its phrases."""
    tokens = tokenize([line["text"] for line in record["lines"]])
    phrases = []
    for hit in resources.matcher.match(tokens).phrases:
        line = int(tokens.line[hit.first])
        text = record["lines"][line]["text"]
        if record["lines"][line]["zone"] in resources.framework.shown_zones:
            start, end = int(tokens.start[hit.first]), int(tokens.end[hit.last - 1])
            phrases.append(
                {
                    "line": line,
                    "start": start,
                    "end": end,
                    "text": text[start:end],
                    "orientation": hit.orientation,
                    "contrast": hit.contrast,
                }
            )
    return {**record, "phrases": phrases}


_ROW = (
    "zone_accuracy",
    "line_f1_leadership",
    "line_f1_management",
    "phrase_precision",
    "phrase_f1",
    "phrase_f1_iou50",
    "contrast_accuracy",
)


def _phrase_row(roles: Sequence[GoldRole], records: Sequence[dict[str, Any]], resources: Resources) -> dict[str, float]:
    row = {key: float(value) for key, value in figures(roles, records).items() if key in _ROW}
    bare_roles, bare_records = [], []
    for role, record in zip(roles, records, strict=True):
        bare_roles.append(_without_lexicon_role(role, resources))
        bare_records.append(_without_lexicon_record(record, resources))
    row["phrase_f1 of phrases without a lexicon form"] = float(figures(bare_roles, bare_records)["phrase_f1"])
    return row


def _lexicon_ranges(lines: Sequence[str], resources: Resources) -> list[list[tuple[int, int]]]:
    """Character ranges of the lexicon's hits in each line."""
    tokens = tokenize(lines)
    ranges: list[list[tuple[int, int]]] = [[] for _ in lines]
    for hit in resources.matcher.match(tokens).phrases:
        ranges[int(tokens.line[hit.first])].append((int(tokens.start[hit.first]), int(tokens.end[hit.last - 1])))
    return ranges


def _free(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return not any(start < last and end > first for first, last in ranges)


def _without_lexicon_role(role: GoldRole, resources: Resources) -> GoldRole:
    ranges = _lexicon_ranges([line.text for line in role.lines], resources)
    lines = tuple(
        replace(line, phrases=tuple(p for p in line.phrases if _free(p.start, p.end, held)))
        for line, held in zip(role.lines, ranges, strict=True)
    )
    return replace(role, lines=lines)


def _without_lexicon_record(record: dict[str, Any], resources: Resources) -> dict[str, Any]:
    ranges = _lexicon_ranges([line["text"] for line in record["lines"]], resources)
    return {**record, "phrases": [p for p in record["phrases"] if _free(p["start"], p["end"], ranges[p["line"]])]}
