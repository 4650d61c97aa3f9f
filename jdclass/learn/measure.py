"""Everything that the card tells of a trained model, measured: on dev, held out over all roles, on the authored corpus,
under swapped titles, and over the reference documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jdclass.learn.card import Card, Failing, ReferenceRow
from jdclass.learn.examples import Example
from jdclass.learn.figures import Interval, bootstrap, figures, tally
from jdclass.learn.fit import FittedLabellers, HeldOut, Resources, fit_labellers
from jdclass.learn.gold import GoldPhrase, GoldRole
from jdclass.learn.outcome import (
    ScoringStage,
    Swapped,
    coverage_of_intervals,
    draw_swaps,
    held_out_scores,
    reliability,
    reliability_of_match,
    swapped,
)
from jdclass.model.folder import Model
from jdclass.read import read_text
from jdclass.review import Reviewer
from jdclass.segment import tokenize

if TYPE_CHECKING:
    from jdclass.learn.train import Material, Plan

__all__ = ["failings", "measure", "review_roles"]

#: Pairs of a role and another's title that the card tells of.
SWAPS = 300

#: Examples of each kind of failing that the card quotes, from as many documents.
QUOTED = 4


def review_roles(model: Model, roles: Sequence[GoldRole]) -> list[dict[str, Any]]:
    """Annotated roles through the whole of reviewing, from their text, as records under their own ids."""
    given = [replace(read_text(role.text, title=role.title), id=role.id) for role in roles]
    return [review.to_dict() for review in Reviewer(model).review_many(given)]


def measure(
    plan: Plan,
    material: Material,
    resources: Resources,
    model: Model,
    fitted: FittedLabellers,
    found: Sequence[HeldOut],
    scored: ScoringStage,
    silver: Sequence[Example],
    reference: tuple[ReferenceRow, ...],
) -> Card:
    """Measure a model whose train roles were reviewed held out: `found` is of them, in their order."""
    dev_reviews = review_roles(model, material.dev)
    everything = [*material.roles, *material.dev]
    all_records = [*scored.records, *dev_reviews]
    zones = np.concatenate([held.zones for held in found])
    number = {key: place for place, key in enumerate(resources.framework.zone_keys)}
    truth = np.array([number[line.zone] for role in material.roles for line in role.lines])
    shown = fitted.proposed >= fitted.labellers.threshold
    authored_reviews = review_roles(model, material.extra_dev)
    return Card(
        plan=plan,
        counts={
            "train roles": len(material.roles),
            "train lines": len(material.lines),
            "further examples": len(material.extra),
            "documents with standoff labels": len(material.joined.roles),
            "lines with standoff labels": len(material.joined.lines),
            "documents with silver labels": len(silver),
            "reference documents": len(material.documents),
            "dev roles": len(material.dev),
            "dev roles of the further examples": len(material.extra_dev),
        },
        settings=model.settings,
        dev=figures(material.dev, dev_reviews),
        dev_intervals=bootstrap(tally(material.dev, dev_reviews), draws=plan.draws),
        held_out=figures(everything, all_records),
        held_out_intervals=bootstrap(tally(everything, all_records), draws=plan.draws),
        rows=_three_rows(plan, material, resources, model, silver, dev_reviews),
        phrases=reliability(fitted.proposed[shown], fitted.right[shown]),
        zones=reliability(zones.max(axis=1), zones.argmax(axis=1) == truth),
        match=reliability_of_match(everything, all_records),
        intervals=coverage_of_intervals(everything, all_records),
        coverage=_accuracy_at_coverage(everything, all_records),
        swapped=_swapped(plan, material, resources, model, scored, all_records),
        kinds=_by_kind([*material.dev, *material.extra_dev], [*dev_reviews, *authored_reviews], draws=plan.draws),
        failings=failings(material.extra_dev, authored_reviews),
        reference=reference,
        families=model.families,
    )


def _swapped(
    plan: Plan,
    material: Material,
    resources: Resources,
    model: Model,
    scored: ScoringStage,
    records: Sequence[dict[str, Any]],
) -> Swapped:
    """Titles of other roles under roles that fit their own: train roles by models of other employers, dev by this one.

    `records` are of the train roles and then of dev.
    """
    roles = [*material.roles, *material.dev]
    titles, seed = resources.titles, plan.choices.seed
    swaps = draw_swaps(roles, lambda title: titles.read(title).family, pairs=SWAPS, seed=seed)
    learnt = len(material.roles)
    own: list[int | None] = [record["match"]["score"] for record in records]
    held = [swap for swap in swaps if swap[0] < learnt]
    scores = held_out_scores(scored.stated, scored.held_out, held, titles)
    pairs: list[tuple[int, int | None, int | None]] = [
        (number, own[number], score) for (number, _), score in zip(held, scores, strict=True)
    ]
    other = [swap for swap in swaps if swap[0] >= learnt]
    given = [read_text(roles[number].text, title=title) for number, title in other]
    for (number, _), review in zip(other, Reviewer(model).review_many(given), strict=True):
        pairs.append((number, own[number], review.match.score))
    return swapped(roles, pairs, draws=plan.draws, seed=seed)


def _by_kind(
    roles: Sequence[GoldRole], records: Sequence[dict[str, Any]], *, draws: int
) -> dict[str, Mapping[str, Interval]]:
    """Figures of the roles whose corpus says what kind of document they are (advert, jd), each kind apart."""
    out: dict[str, Mapping[str, Interval]] = {}
    for kind in sorted({role.kind for role in roles if role.kind is not None}):
        chosen = [number for number, role in enumerate(roles) if role.kind == kind]
        tallies = tally([roles[number] for number in chosen], [records[number] for number in chosen])
        out[kind] = bootstrap(tallies, draws=draws)
    return out


def failings(roles: Sequence[GoldRole], records: Sequence[Mapping[str, Any]]) -> tuple[Failing, ...]:
    """Where reviews and annotation differ: phrases shown that are none, on the other side, or not found.

    The surest come first where the model is sure, the longest where it found nothing; each document gives one of a
    kind at most. Lines that the reader cut otherwise than the annotation are passed over.
    """
    ranked: list[tuple[str, float, str, Failing]] = []
    for role, record in zip(roles, records, strict=True):
        found: dict[str, list[Mapping[str, Any]]] = {line["text"]: [] for line in record["lines"]}
        for phrase in record["phrases"]:
            found[record["lines"][phrase["line"]]["text"]].append(phrase)
        gold: dict[str, list[GoldPhrase]] = {line.text: [] for line in role.lines}
        for line in role.lines:
            gold[line.text] += line.phrases
        for text, wanted in gold.items():
            if text not in found:
                continue
            for phrase in found[text]:
                touching = [p for p in wanted if phrase["start"] < p.end and p.start < phrase["end"]]
                if not any(p.orientation == phrase["orientation"] for p in touching):
                    kind = "side" if touching else "none"
                    failing = Failing(kind, role.id, phrase["text"], phrase["orientation"], text)
                    ranked.append((kind, -phrase["probability"], role.id, failing))
            for p in wanted:
                if not any(f["start"] < p.end and p.start < f["end"] for f in found[text]):
                    ranked.append(
                        ("missed", -len(p.text), role.id, Failing("missed", role.id, p.text, p.orientation, text))
                    )
    chosen: dict[tuple[str, str], Failing] = {}
    for kind, _, id_, failing in sorted(ranked, key=lambda row: row[:3]):
        if sum(of_kind == kind for of_kind, _ in chosen) < QUOTED:
            chosen.setdefault((kind, id_), failing)
    return tuple(chosen.values())


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
    material: Material,
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
        # Light beside gold, silver is all there is here: it counts in full. It would take the network half an hour to
        # learn to repeat the lexicon, so it is left out.
        bare = replace(resources, vectors=None)
        alone = [replace(example, weight=1.0) for example in silver]
        try:
            part = fit_labellers(alone, bare, plan.choices, workers=plan.workers)
        except ValueError:
            part = None  # a corpus whose silver lacks a side: the row is left out
        if part is not None:
            reviewer = Reviewer(replace(model, labellers=part.labellers))
            records = [review.to_dict() for review in reviewer.review_many(given)]
            rows["trained on silver only, without the networks"] = _phrase_row(material.dev, records, resources)
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
