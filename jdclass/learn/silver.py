"""Silver labels: what the data files alone say of unannotated documents, and how far they can be trusted.

Zones come from the headings a document has, phrases from the lexicon, the claim from the titles file. Each pattern is a
narrow labelling function with abstention (Ratner et al. 2017), and the plain vote of all is used, since label models
seldom beat it on human labels (PEERS.md, section 2).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from jdclass.learn.examples import Example, gold_spans
from jdclass.learn.fit import Resources, prepare_examples, right_spans
from jdclass.learn.gold import GoldPhrase
from jdclass.lexicon import Lexicon
from jdclass.model.prepare import Prepared

__all__ = ["PatternFigures", "VoteTable", "pattern_figures", "silver_examples", "vote_table"]


def _zones(prepared: Prepared, document: int) -> list[int]:
    """The zone number that the last heading of the list gives each line of a document, -1 before the first one."""
    zones = []
    current = -1
    for line in range(int(prepared.first_line[document]), int(prepared.first_line[document + 1])):
        if prepared.begins[line] >= 0:
            current = int(prepared.begins[line])
        zones.append(current)
    return zones


def silver_examples(
    documents: Sequence[tuple[str, Sequence[str]]], resources: Resources, *, weight: float
) -> list[Example]:
    """Documents (employer, lines) with the labels that the data files give them.

    A line under no known heading has no zone and says nothing of phrases. A document without any is left out.
    """
    framework = resources.framework
    bare = [Example(group, tuple(lines), (), (), (False,) * len(lines)) for group, lines in documents]
    prepared = prepare_examples(bare, resources)
    tokens = prepared.tokens
    phrases: dict[int, list[GoldPhrase]] = defaultdict(list)
    for hit in resources.matcher.match(tokens).phrases:
        line = int(tokens.line[hit.first])
        start, end = int(tokens.start[hit.first]), int(tokens.end[hit.last - 1])
        text = prepared.lines[line][start:end]
        phrases[line].append(GoldPhrase(start, end, text, hit.orientation or "", hit.contrast or ""))
    shown = framework.shown_zones
    out = []
    for document, example in enumerate(bare):
        first = int(prepared.first_line[document])
        zones = [None if zone < 0 else framework.zone_keys[zone] for zone in _zones(prepared, document)]
        if not any(zones):
            continue
        found = tuple(
            None if zone is None else tuple(phrases[first + at]) if zone in shown else ()
            for at, zone in enumerate(zones)
        )
        out.append(Example(example.group, example.lines, tuple(zones), found, example.headings, weight))
    return out


@dataclass(frozen=True, slots=True)
class VoteTable:
    """How the lexicon votes over some lines, by (contrast, orientation): lines with a vote (`coverage`), with votes of
    two or more patterns (`overlap`), and with a vote of the other orientation as well (`conflict`); and how many lines
    there are and have a zone from a heading."""

    lines: int
    zoned: int
    coverage: dict[tuple[str, str], int]
    overlap: dict[tuple[str, str], int]
    conflict: dict[tuple[str, str], int]


def vote_table(documents: Iterable[Sequence[str]], resources: Resources) -> VoteTable:
    """Count the votes over the lines of some documents."""
    examples = [Example("", tuple(lines), (), (), (False,) * len(lines)) for lines in documents]
    prepared = prepare_examples(examples, resources)
    votes: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for hit in resources.matcher.match(prepared.tokens).phrases:
        key = (hit.contrast or "", hit.orientation or "", hit.pattern)
        votes[int(prepared.tokens.line[hit.first])].append(key)
    coverage: Counter[tuple[str, str]] = Counter()
    overlap: Counter[tuple[str, str]] = Counter()
    conflict: Counter[tuple[str, str]] = Counter()
    for cast in votes.values():
        sides = {side for _, side, _ in cast}
        for contrast, side in {(contrast, side) for contrast, side, _ in cast}:
            coverage[contrast, side] += 1
            overlap[contrast, side] += len({pattern for *_, pattern in cast}) > 1
            conflict[contrast, side] += len(sides) > 1
    zoned = sum(zone >= 0 for document in range(len(prepared)) for zone in _zones(prepared, document))
    return VoteTable(len(prepared.lines), zoned, dict(coverage), dict(overlap), dict(conflict))


@dataclass(frozen=True, slots=True)
class PatternFigures:
    """One pattern against gold: its hits in lines of shown zones, how many overlap a gold phrase of its orientation,
    and how many of those have its contrast. `line` is where it stands in the lexicon file."""

    line: int
    forms: str
    orientation: str
    contrast: str
    hits: int
    right: int
    right_contrast: int

    @property
    def precision(self) -> float | None:
        """In [0, 1], None for a pattern without hits."""
        return self.right / self.hits if self.hits else None


def pattern_figures(
    examples: Sequence[Example], lexicon: Lexicon, resources: Resources
) -> tuple[list[PatternFigures], dict[tuple[str, str], tuple[int, int, int]]]:
    """Every pattern against annotated examples, and (hits, right, gold) by (contrast, orientation)."""
    framework = resources.framework
    prepared = prepare_examples(examples, resources)
    gold, contrasts, known = gold_spans(prepared, examples, framework)
    zones = [zone for example in examples for zone in example.zones]
    asked = {int(line) for line in known if zones[int(line)] in framework.shown_zones}
    side = {orientation: number for number, orientation in enumerate(framework.orientations)}
    hits = [
        hit for hit in resources.matcher.match(prepared.tokens).phrases if int(prepared.tokens.line[hit.first]) in asked
    ]
    pairs = right_spans(gold, [(hit.first, hit.last, side[hit.orientation or ""]) for hit in hits])
    tally: dict[int, np.ndarray] = defaultdict(lambda: np.zeros(3, dtype=int))
    by_contrast: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(3, dtype=int))
    for number, hit in enumerate(hits):
        other = pairs.get(number)
        same = other is not None and framework.contrast_keys[contrasts[other]] == hit.contrast
        tally[hit.pattern] += (1, other is not None, same)
        by_contrast[hit.contrast or "", hit.orientation or ""] += (1, same, 0)
    for (_, _, number), contrast in zip(gold, contrasts, strict=True):
        by_contrast[framework.contrast_keys[contrast], framework.orientations[number]] += (0, 0, 1)
    rows = []
    for number, pattern in enumerate(lexicon.patterns):
        if pattern.orientation:
            found, right, same_contrast = (int(value) for value in tally[number])
            rows.append(
                PatternFigures(
                    pattern.line,
                    pattern.forms,
                    pattern.orientation,
                    pattern.contrast or "",
                    found,
                    right,
                    same_contrast,
                )
            )
    return rows, {key: (int(row[0]), int(row[1]), int(row[2])) for key, row in sorted(by_contrast.items())}
