"""What the classifiers learn from: lines with their zones and phrases, grouped by employer.

A role of an annotated corpus is one example; a single annotated line is one too, its neighbours standing around it
without labels of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jdclass.framework import Framework
from jdclass.learn.gold import GoldHardLine, GoldPhrase, GoldRole
from jdclass.model.prepare import Prepared
from jdclass.model.tagging import Span

__all__ = ["Example", "example_of_line", "example_of_role", "gold_spans", "zone_numbers"]


@dataclass(frozen=True, slots=True)
class Example:
    """Some lines of one employer. `zones` and `phrases` hold None where a line serves as context alone; `weight` is
    what each labelled line counts; `role` is the annotated role, None for a single line."""

    group: str
    lines: tuple[str, ...]
    zones: tuple[str | None, ...]
    phrases: tuple[tuple[GoldPhrase, ...] | None, ...]
    headings: tuple[bool, ...]
    weight: float = 1.0
    role: GoldRole | None = None


def example_of_role(role: GoldRole, *, weight: float = 1.0) -> Example:
    """All lines of an annotated role."""
    return Example(
        role.employer or role.id,
        tuple(line.text for line in role.lines),
        tuple(line.zone for line in role.lines),
        tuple(line.phrases for line in role.lines),
        tuple(bool(line.heading) for line in role.lines),
        weight,
        role,
    )


def example_of_line(line: GoldHardLine, group: str, *, weight: float = 1.0) -> Example:
    """One annotated line between its neighbours."""
    middle = (line.line.text, line.line.zone, line.line.phrases)
    parts = [(line.before, None, None), middle, (line.after, None, None)]
    kept = [part for part in parts if part[0]]
    return Example(
        group,
        tuple(text for text, _, _ in kept),
        tuple(zone for _, zone, _ in kept),
        tuple(phrases for _, _, phrases in kept),
        (False,) * len(kept),
        weight,
    )


def zone_numbers(examples: Iterable[Example], framework: Framework) -> NDArray[np.int64]:
    """The zone number of every line of the examples in order, -1 where it is unknown."""
    number = {zone: place for place, zone in enumerate(framework.zone_keys)}
    return np.array(
        [-1 if zone is None else number[zone] for example in examples for zone in example.zones], dtype=np.int64
    )


def gold_spans(
    prepared: Prepared, examples: Sequence[Example], framework: Framework
) -> tuple[list[Span], list[int], NDArray[np.int64]]:
    """The annotated phrases of the examples as spans of tokens of `prepared` (made from the same examples), their
    contrast numbers, and the numbers of the lines whose phrases are known."""
    tokens = prepared.tokens
    side = {orientation: place for place, orientation in enumerate(framework.orientations)}
    contrast = {key: place for place, key in enumerate(framework.contrast_keys)}
    spans, contrasts, known = [], [], []
    number = 0
    for example in examples:
        for phrases in example.phrases:
            if phrases is not None:
                known.append(number)
                first, last = int(tokens.first[number]), int(tokens.first[number + 1])
                # The longer first, so that a phrase within another keeps its words when tags are laid down.
                for phrase in sorted(phrases, key=lambda phrase: phrase.start - phrase.end):
                    inside = (tokens.start[first:last] < phrase.end) & (tokens.end[first:last] > phrase.start)
                    at = np.flatnonzero(inside)
                    if len(at):
                        spans.append((first + int(at[0]), first + int(at[-1]) + 1, side[phrase.orientation]))
                        contrasts.append(contrast[phrase.contrast])
            number += 1
    return spans, contrasts, np.array(known, dtype=np.int64)
