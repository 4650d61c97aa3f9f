"""The model card: what the model is for, what it learnt from, and every figure that a reader of its reviews may ask
for (Mitchell et al. 2019), written from the figures alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from jdclass.learn.figures import Interval
from jdclass.learn.outcome import Reliability
from jdclass.model.folder import FamilyUsual, Settings

if TYPE_CHECKING:
    from jdclass.learn.train import Plan

__all__ = ["KNOWN_GROUPS", "Card", "render_card"]

#: Kinds of title whose shares are reported, not tuned to: a literal reading puts healthcare assistants above leads.
KNOWN_GROUPS = (
    ("chief, director, head", ("chief officer", "director", "head of", "deputy director", "associate director")),
    ("lead, leader", ("lead nurse", "clinical lead", "team leader", "lead", "professional lead")),
    ("manager", ("manager", "service manager", "ward manager", "practice manager", "project manager", "team manager")),
    ("supervisor, coordinator", ("supervisor", "coordinator")),
    ("staff nurse", ("staff nurse",)),
    ("healthcare assistant", ("healthcare assistant / support worker",)),
    ("administrator", ("administrator or clerk",)),
)

Row = tuple[str, str, float, float, str, bool]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything measured. `reference` has (title, family, leadership, management, verdict, abstained) a document."""

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
    intervals: tuple[float, float]
    coverage: tuple[tuple[float, float], ...]
    reference: tuple[Row, ...]
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
            "counts": dict(self.counts),
        }


_HEAD = """# {name} {version}

Marks leadership- and management-oriented phrases (Figure 1 of Leech 2019, nine contrasts) in NHS adverts and job
descriptions, and compares what a title claims with the duties that one document states.

**Intended use**: checking documents before a panel or a recruiting manager sees them. A person reads every highlighted
phrase. **Not for**: banding, job matching or evaluation, like work or equal value; anything about a person; ranking
documents or posts. It reads what one document says; duties that the document leaves out cannot be seen.

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


def _groups(card: Card) -> str:
    rows = []
    for name, families in KNOWN_GROUPS:
        of_group = [row for row in card.reference if row[1] in families and not row[5]]
        if of_group:
            means = [f"{fmean(row[place] for row in of_group):.3f}" for place in (2, 3)]  # type: ignore[misc]
            rows.append((name, str(len(of_group)), *means))
    return _table(("kind of title", "n", "leadership share", "management share"), rows)


def _findings(card: Card) -> str:
    by_family: dict[str, list[Row]] = defaultdict(list)
    for row in card.reference:
        by_family[row[1]].append(row)
    rows = []
    for family, of_family in sorted(by_family.items(), key=lambda item: -len(item[1])):
        told = [row for row in of_family if not row[5]]
        if len(told) < 30:
            continue
        adverse = [row for row in told if row[4] != "matches"]
        forward = [row for row in adverse if _unusual(row, card.families.get(family))]
        rows.append(
            (
                family,
                str(len(of_family)),
                f"{1 - len(told) / len(of_family):.0%}",
                f"{len(adverse) / len(told):.0%}",
                f"{len(forward) / len(told):.0%}",
            )
        )
    head = ("title family", "n", "cannot tell", "do not fit, or in part", "of those told, also unusual for the family")
    return _table(head, rows)


def _unusual(row: Row, usual: FamilyUsual | None) -> bool:
    return usual is not None and not (
        usual.leadership_low <= row[2] <= usual.leadership_high
        and usual.management_low <= row[3] <= usual.management_high
    )


def render_card(card: Card) -> str:
    """The card as Markdown."""
    plan = card.plan
    counts = "\n".join(f"- {name}: {count:,}" for name, count in card.counts.items())
    held, width = card.intervals
    parts = [
        _HEAD.format(name=plan.name, version=plan.version, counts=counts),
        _COMMAND.format(
            gold="GOLD LINES",
            extra=" --extra corpora/open" if plan.extra else "",
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
        + _reliability(card.zones),
        "\n## Coverage\n\nVerdicts right among the surest share of the roles that were scored: "
        + "; ".join(f"{share:.0%}: {_number(right)}" for share, right in card.coverage)
        + f". A review abstains under {card.settings.least_words:.0f} words of duties, or where less than 80% of the "
        "file could be read.",
    ]
    if card.reference:
        parts += [
            "\n## Known groups\n\nMean shares of duties words over the reference adverts, not tuned to.\n\n"
            + _groups(card),
            "\n## Findings by title family\n\nOver the reference adverts; families with fewer than 30 told are left "
            "out.\n\n" + _findings(card),
        ]
    parts.append(
        "\n## Known failures\n\n"
        "- Care of the holder's own patients is now and then marked as management ('coordinate the discharge of my own "
        "caseload'), because the annotation is not consistent there either.\n"
        "- 'Lead the service' and 'lead the delivery of the service' stand on different sides of Figure 1 and a few "
        "words apart in practice.\n"
        "- Short documents with two or three lines of duties give little to judge by; the interval is wide there.\n"
        "- Adverts of before 2021 are the reference for what is usual.\n"
    )
    return "\n".join(parts) + "\n"
