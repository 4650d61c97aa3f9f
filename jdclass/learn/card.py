"""The model card: what the model is for, what it learnt from, and every figure that a reader of its reviews may ask
for (Mitchell et al. 2019), written from the figures alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from jdclass.learn.figures import Interval
from jdclass.learn.groups import KNOWN_GROUPS, OTHER_GROUP, STAFF_GROUPS, staff_group
from jdclass.learn.outcome import Reliability, Swapped
from jdclass.model.folder import FamilyUsual, Settings
from jdclass.model.scoring import LEAST_WORDS
from jdclass.review import LEAST_FAMILY, LEAST_PUT_FORWARD

if TYPE_CHECKING:
    from jdclass.learn.train import Plan

__all__ = ["Card", "Failing", "ReferenceRow", "put_forward", "render_card"]

#: Told reference documents that a row of a table needs.
LEAST_TOLD = 30

#: A family of which more is put forward than this is a fault of ours, not of its documents.
MOST_FORWARD = 1 / 3


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """What the card counts of one reference document; `band` as it states it, None where it states none; `counted` its
    counted phrases."""

    title: str
    family: str
    band: str | None
    leadership: float
    management: float
    verdict: str
    abstained: bool
    counted: int


@dataclass(frozen=True, slots=True)
class Failing:
    """A difference between review and annotation in `line` of a document that may be quoted. `kind`: none (shown, and
    the annotation has no phrase there), side (it has one of the other orientation), missed (the review has none)."""

    kind: str
    document: str
    text: str
    orientation: str
    line: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything measured. `match` has (mean score, mean gold place, share of intervals that hold it, n) a bin; `kinds`
    figures by kind of document, for roles whose corpus tells it."""

    plan: Plan
    counts: Mapping[str, int]
    settings: Settings
    dev: Mapping[str, float | int]
    dev_intervals: Mapping[str, Interval]
    held_out: Mapping[str, float | int]
    held_out_intervals: Mapping[str, Interval]
    rows: Mapping[str, Mapping[str, float]]
    phrases: Reliability
    zones: Reliability
    match: tuple[tuple[float, float, float, int], ...]
    intervals: tuple[float, float]
    coverage: tuple[tuple[float, float], ...]
    swapped: Swapped
    kinds: Mapping[str, Mapping[str, Interval]]
    failings: tuple[Failing, ...]
    reference: tuple[ReferenceRow, ...]
    families: Mapping[str, FamilyUsual]

    def figures(self) -> dict[str, Any]:
        """The figures that the manifest carries."""
        return {
            "dev": dict(self.dev),
            "held_out": dict(self.held_out),
            "rows": {name: dict(row) for name, row in self.rows.items()},
            "phrase_calibration_error": self.phrases.error,
            "zone_calibration_error": self.zones.error,
            "interval_coverage": self.intervals[0],
            "interval_width": self.intervals[1],
            "swapped_titles": {
                "pairs": self.swapped.pairs,
                "abstained": self.swapped.abstained,
                "lower": self.swapped.lower,
                "by_claim": {claim: [count, lower] for claim, count, lower in self.swapped.claims},
            },
            "kinds": {
                kind: {name: interval.value for name, interval in rows.items()} for kind, rows in self.kinds.items()
            },
            "counts": dict(self.counts),
        }


_HEAD = """# {name} {version}

Marks leadership- and management-oriented phrases (Figure 1 of Leech 2019, nine contrasts) in NHS adverts and job
descriptions, and compares what a title claims with the duties that one document states.

**Intended use**: checking documents before a panel or a recruiting manager sees them. A person reads every highlighted
phrase. **Not for**: banding, job matching or evaluation, like work or equal value; anything about a person; ranking
documents or posts. It reads what one document says; duties that the document leaves out cannot be seen.

What the duties hold is read from the shown phrases of the duties lines and from the words of these lines, names of
posts left out; never as a side that no shown phrase stands for, nor as neither where a fifth of them stands in phrases
of one side. `jdclass explain` takes both apart for a document.

**The labels that it learnt from and is measured on were made by language models against a codebook. No HR professional
has reviewed them.** The figures are agreement with those labels, not truth.

## Data

{counts}

Adverts are public NHS Jobs adverts of 2018 to November 2020. They are not redistributed; the model holds weights,
counts and quantiles. Full job descriptions come from the authored corpus alone, and so do all examples here.
"""

_COMMAND = """## How it was trained

```
jdclass train {gold}{extra}{adverts} \\
    -o models/{name} --name {name} --version {version} --seed {seed} --date {day}
```

GOLD, LINES and ADVERTS stand for your own copies of the annotated roles, the annotated lines and the public adverts.
The same inputs, seed and date give the same model. The tables of what else was tried are in `models/README.md`.
"""


def _number(value: float) -> str:
    return "-" if value != value else f"{value:.3f}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def _figures(card: Card) -> str:
    rows = []
    for key, value in card.dev.items():
        if isinstance(value, int) and key in ("roles", "roles_without_review"):
            rows.append((key, str(value), "", str(card.held_out[key]), ""))
            continue
        dev, held = card.dev_intervals.get(key), card.held_out_intervals.get(key)
        rows.append(
            (
                key,
                _number(float(value)),
                f"{_number(dev.low)} to {_number(dev.high)}" if dev else "",
                _number(float(card.held_out[key])),
                f"{_number(held.low)} to {_number(held.high)}" if held else "",
            )
        )
    return _table(("figure", "dev", "95% interval", "all roles, held out", "95% interval"), rows)


def _three(card: Card) -> str:
    keys = list(next(iter(card.rows.values())))
    return _table(("on dev", *keys), [(name, *(_number(row[key]) for key in keys)) for name, row in card.rows.items()])


def _reliability(result: Reliability) -> str:
    rows = [(_number(stated), _number(true), str(count)) for stated, true, count in result.rows]
    return _table(("stated probability", "share right", "n"), rows)


def _match(card: Card) -> str:
    rows = [(f"{score:.0f}", f"{gold:.0f}", f"{held:.2f}", str(count)) for score, gold, held, count in card.match]
    return _table(("mean score", "mean gold match, as 25 (m - 1)", "intervals that hold it", "n"), rows)


def _swaps(card: Card) -> str:
    found = card.swapped
    share, low, high = found.share
    scored = found.pairs - found.abstained
    return (
        f"{found.pairs} pairs of a role whose gold match is 4 or 5 and the title of another role, of another title "
        f"family and with another gold claim; train roles by models of other employers, dev by this one. "
        f"{found.abstained} abstained. Of the {scored} scored, {found.lower} ({_number(share)}; 95% interval "
        f"{_number(low)} to {_number(high)} over roles) score lower than under their own title, {found.same} the same. "
        "By the claim of the own title: "
        + "; ".join(f"{claim} {lower} of {count}" for claim, count, lower in found.claims)
        + "."
    )


_KINDS = {"jd": "full job descriptions", "advert": "adverts"}


def _kinds(card: Card) -> str:
    names = list(card.kinds)
    figures = [name for name in next(iter(card.kinds.values())) if name not in ("roles_without_review", "bad_offsets")]
    rows = []
    for name in figures:
        cells = [name]
        for kind in names:
            found = card.kinds[kind][name]
            if name == "roles":
                cells.append(str(int(found.value)))
            else:
                cells.append(f"{_number(found.value)} ({_number(found.low)} to {_number(found.high)})")
        rows.append(tuple(cells))
    return _table(("authored, dev", *(_KINDS.get(kind, kind) for kind in names)), rows)


def _groups(card: Card) -> str:
    rows = []
    for name, families in KNOWN_GROUPS:
        of_group = [row for row in card.reference if row.family in families and not row.abstained]
        if of_group:
            leadership = f"{fmean(row.leadership for row in of_group):.3f}"
            rows.append((name, str(len(of_group)), leadership, f"{fmean(row.management for row in of_group):.3f}"))
    return _table(("kind of title", "n", "leadership share", "management share"), rows)


_FINDINGS = {
    "matches": "fit",
    "overclaims_leadership": "title: more leadership",
    "underclaims_leadership": "text: more leadership",
    "overclaims_management": "title: more management",
    "underclaims_management": "text: more management",
}


def _findings(card: Card, name: str, of: Callable[[ReferenceRow], str | None], order: Sequence[str] = ()) -> str:
    """Shares of findings and abstentions of the reference documents, apart by what `of` names; None is left out."""
    parts: dict[str, list[ReferenceRow]] = defaultdict(list)
    for row in card.reference:
        if (key := of(row)) is not None:
            parts[key].append(row)
    keys = [key for key in order if key in parts] or sorted(parts, key=lambda key: (-len(parts[key]), key))
    rows = []
    for key in keys:
        told = [row for row in parts[key] if not row.abstained]
        if len(told) < LEAST_TOLD:
            continue
        shares = [f"{sum(row.verdict == verdict for row in told) / len(told):.0%}" for verdict in _FINDINGS]
        forward = sum(put_forward(row, card.families.get(row.family)) for row in told) / len(told)
        mark = " (**too many**)" if forward > MOST_FORWARD else ""
        abstained = f"{1 - len(told) / len(parts[key]):.0%}"
        rows.append((key, str(len(parts[key])), abstained, *shares, f"{forward:.0%}{mark}"))
    if not rows:
        return f"No row has {LEAST_TOLD} told."
    return _table((name, "n", "cannot tell", *_FINDINGS.values(), "put forward"), rows)


def put_forward(row: ReferenceRow, usual: FamilyUsual | None) -> bool:
    """Whether reviewing with the finished model puts this document forward: an adverse verdict, duties that are unusual
    for the family, and enough counted phrases (DESIGN.md, "Put forward")."""
    if usual is None or usual.n < LEAST_FAMILY or row.counted < LEAST_PUT_FORWARD:
        return False
    if row.abstained or row.verdict == "matches":
        return False
    return not (
        usual.leadership_low <= row.leadership <= usual.leadership_high
        and usual.management_low <= row.management <= usual.management_high
    )


_FAILINGS = {
    "none": "Shown as phrases where the annotation has none, the surest first:",
    "side": "Shown on the other side than the annotation's:",
    "missed": "Not found, the longest first:",
}


def _failings(card: Card) -> str:
    """The differences, quoted; empty where there are none."""
    said = []
    for kind, head in _FAILINGS.items():
        of_kind = [failing for failing in card.failings if failing.kind == kind]
        if of_kind:
            rows = [f"- {f.document}: '{f.text}' ({f.orientation}) in '{_cut(f.line)}'" for f in of_kind]
            said.append(head + "\n\n" + "\n".join(rows))
    return "\n\n".join(said)


def _cut(line: str, most: int = 200) -> str:
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " ..."


_GROUP_NAMES = tuple(name for name, _ in STAFF_GROUPS)


def _without_band(card: Card) -> int:
    return sum(row.band is None for row in card.reference)


def _forward(card: Card) -> str:
    """Which families are put forward too often."""
    told: dict[str, list[bool]] = defaultdict(list)
    for row in card.reference:
        if not row.abstained:
            told[row.family].append(put_forward(row, card.families.get(row.family)))
    many = [
        family
        for family, marks in sorted(told.items())
        if len(marks) >= LEAST_TOLD and sum(marks) > MOST_FORWARD * len(marks)
    ]
    if many:
        return f"**More than a third is put forward of: {', '.join(many)}. That is a fault of the model.**"
    return "Of no family is more than a third put forward."


def render_card(card: Card) -> str:
    """The card as Markdown."""
    plan = card.plan
    counts = "\n".join(f"- {name}: {count:,}" for name, count in card.counts.items())
    held, width = card.intervals
    parts = [
        _HEAD.format(name=plan.name, version=plan.version, counts=counts),
        _COMMAND.format(
            gold="GOLD LINES",
            extra="".join(f" --extra corpora/{path.name}" for path in plan.extra),
            adverts=" --adverts ADVERTS" if plan.adverts else "",
            name=plan.name,
            version=plan.version,
            seed=plan.choices.seed,
            day=plan.day,
        ),
        "## Figures\n\nDev roles are of employers that the model has not seen; they went through all of reviewing. "
        "All roles, held out: the train roles by models of other employers (cross-fitted), and dev. Intervals are of "
        f"{plan.draws} bootstrap draws over roles.\n\n" + _figures(card),
        "\n## What the classifier adds\n\n" + _three(card),
        f"\n## Calibration\n\nExpected calibration error over 15 bins of equal mass: shown phrases "
        f"{_number(card.phrases.error)}, zones {_number(card.zones.error)}. The interval of the match holds the gold "
        f"match in {_number(held)} of the roles at a mean width of {width:.0f} points.\n\nShown phrases:\n\n"
        + _reliability(card.phrases)
        + "\n\nZones:\n\n"
        + _reliability(card.zones)
        + "\n\nMatch, over all roles held out that were scored:\n\n"
        + _match(card),
        "\n## Coverage\n\nVerdicts right among the surest share of the roles that were scored: "
        + "; ".join(f"{share:.0%}: {_number(right)}" for share, right in card.coverage)
        + f". A review abstains where fewer than {LEAST_WORDS} words state duties with a "
        f"probability of {card.settings.thin_from:.2f} or more, or where less than 80% of the file could be read.",
        "\n## Swapped titles\n\n" + _swaps(card),
    ]
    if card.kinds:
        parts.append(
            "\n## Full job descriptions and adverts\n\nThe dev split of the authored corpus, whose employers the model "
            "has not seen, with 95% intervals. Its documents are invented and tidier than real ones, and each finding "
            "occurs in them by design, so these figures stand beside those above and not in their place.\n\n"
            + _kinds(card)
        )
    if card.reference:
        parts += [
            "\n## Known groups\n\nMean shares of duties words over the reference adverts, not tuned to.\n\n"
            + _groups(card),
            f"\n## Findings\n\nShares of the {len(card.reference):,} reference documents; all but 'cannot tell' are of "
            f"those told. Rows with fewer than {LEAST_TOLD} told are left out. They are findings of this model, not "
            "faults of documents, and no rates for today: the adverts are of before 2021.\n\n### By staff group\n\n"
            "As far as the title tells it.\n\n"
            + _findings(card, "staff group", lambda row: staff_group(row.family), [*_GROUP_NAMES, OTHER_GROUP]),
            f"\n### By band\n\nAs far as the document states one; {_without_band(card):,} do not.\n\n"
            + _findings(card, "band", lambda row: row.band, sorted({row.band for row in card.reference if row.band})),
            f"\n### By title family\n\n{_forward(card)}\n\n" + _findings(card, "title family", lambda row: row.family),
        ]
    parts.append(
        "\n## Known failures\n\n"
        "- Care of the holder's own patients is now and then marked as management ('coordinate the discharge of my own "
        "caseload'), because the annotation is not consistent there either.\n"
        "- 'Lead the service' and 'lead the delivery of the service' stand on different sides of Figure 1 and a few "
        "words apart in practice.\n"
        "- The words of duties lines count beside their phrases: a text of much clinical detail may read as neither "
        "although it supervises and audits too.\n"
        "- Short documents with two or three lines of duties give little to judge by; the interval is wide there.\n"
        "- Adverts of before 2021 are the reference for what is usual.\n"
        "- A phrase may be cut too long or too short, and its contrast is the least certain thing about it.\n"
    )
    if card.failings:
        parts.append(
            "From the authored corpus's dev split, where review and annotation differ (either may be the one that is "
            "wrong):\n\n" + _failings(card)
        )
    return "\n".join(parts) + "\n"
