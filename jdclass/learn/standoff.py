"""Annotation that stands apart from its text: labels by advert and line, for texts that may not be redistributed.

A record names an advert and holds, for each of its annotated lines, a hash of the line and its zone; phrases are places
in such a line. Whoever has the adverts joins both again; a line that reads otherwise there has no hash here and stays
without a label. So a corpus of labels can be published that quotes nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jdclass.document import ORIENTATIONS4, VERDICTS
from jdclass.errors import CorpusError
from jdclass.framework import Framework, default_framework
from jdclass.learn.examples import Example, example_of_line
from jdclass.learn.gold import GoldHardLine, GoldLine, GoldPhrase, GoldRole, json_lines

__all__ = ["LEAST_SHARE", "Joined", "Labels", "Place", "Standoff", "join", "line_key", "read_standoff"]

#: Of a whole annotated document, at least this share of its lines must be known again.
LEAST_SHARE = 0.7

_KEY = 12  # hexadecimal digits of a line's hash


@dataclass(frozen=True, slots=True)
class Place:
    """A phrase in annotated line `line` of its record, from character `start` to before `end`."""

    line: int
    start: int
    end: int
    orientation: str
    contrast: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What was annotated of a whole document."""

    claim: str
    duties: str
    match: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Standoff:
    """The annotation of one advert: (key, zone) of its annotated lines in order; `phrases` is None where nobody looked
    for any; `labels` is None where single lines alone were annotated."""

    advert: str
    lines: tuple[tuple[str, str], ...]
    phrases: tuple[Place, ...] | None
    labels: Labels | None


@dataclass(frozen=True, slots=True)
class Joined:
    """Annotation with its text again. `roles` are whole documents, each beside its example in `examples`; `lines` are
    examples of single lines; `lost` counts records whose text is not at hand or reads otherwise."""

    roles: tuple[GoldRole, ...]
    examples: tuple[Example, ...]
    lines: tuple[Example, ...]
    lost: int


def line_key(text: str) -> str:
    """What stands for a line: the beginning of the SHA-256 of its words, whatever space parts them."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:_KEY]


def read_standoff(path: Path | str, *, framework: Framework | None = None) -> tuple[Standoff, ...]:
    """The records of a file in its order. Raises CorpusError, with file and line, for one that does not hold."""
    framework = default_framework() if framework is None else framework
    return tuple(_record(record, f"{path}:{number}", framework) for number, record in json_lines(path))


def _record(record: Mapping[str, Any], where: str, framework: Framework) -> Standoff:
    try:
        lines = tuple((key, framework.zone_keys[zone]) for key, zone in record["lines"])
        phrases = None
        if record["phrases"] is not None:
            phrases = tuple(
                Place(line, start, end, framework.orientations[side], framework.contrast_keys[contrast])
                for line, start, end, side, contrast in record["phrases"]
            )
            if any(not (0 <= place.line < len(lines) and 0 <= place.start < place.end) for place in phrases):
                raise ValueError("a phrase outside its line")
        labels = None
        if record.get("labels") is not None:
            labels = Labels(**record["labels"])
            if labels.duties not in ORIENTATIONS4 or labels.verdict not in VERDICTS or labels.match not in range(6):
                raise ValueError(f"labels {record['labels']!r}")
        return Standoff(str(record["advert"]), lines, phrases, labels)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CorpusError(f"{where}: is no standoff annotation: {error!r}") from error


def join(
    standoffs: Sequence[Standoff],
    texts: Mapping[str, tuple[str, str, Sequence[str], frozenset[str]]],
) -> Joined:
    """The annotation laid over its text: `texts` has (title, employer, lines, headings) by advert."""
    roles: list[GoldRole] = []
    examples: list[Example] = []
    lines: list[Example] = []
    lost = 0
    for standoff in standoffs:
        if standoff.advert not in texts:
            lost += 1
            continue
        title, employer, text, headings = texts[standoff.advert]
        found = _aligned(standoff, text)
        if standoff.labels is None:
            lines += _single(standoff, found, title, employer, text)
        elif len(found) >= LEAST_SHARE * len(text) > 0:
            zones = tuple(standoff.lines[found[n]][1] if n in found else None for n in range(len(text)))
            phrases = tuple(_phrases(standoff, found[n], line) if n in found else None for n, line in enumerate(text))
            flags = tuple(line in headings for line in text)
            examples.append(Example(employer, tuple(text), zones, phrases, flags))
            roles.append(_role(standoff.advert, standoff.labels, title, employer, text, zones))
        else:
            lost += 1
    return Joined(tuple(roles), tuple(examples), tuple(lines), lost)


def _aligned(standoff: Standoff, text: Sequence[str]) -> dict[int, int]:
    """For each line of the text that was annotated: the number of its annotation. Lines that read alike take turns."""
    waiting: dict[str, list[int]] = {}
    for number, (key, _) in enumerate(standoff.lines):
        waiting.setdefault(key, []).append(number)
    found = {}
    for number, line in enumerate(text):
        numbers = waiting.get(line_key(line))
        if numbers:
            found[number] = numbers.pop(0)
    return found


def _phrases(standoff: Standoff, number: int, text: str) -> tuple[GoldPhrase, ...] | None:
    if standoff.phrases is None:
        return None
    return tuple(
        GoldPhrase(place.start, place.end, text[place.start : place.end], place.orientation, place.contrast)
        for place in standoff.phrases
        if place.line == number and place.end <= len(text)
    )


def _single(
    standoff: Standoff, found: Mapping[int, int], title: str, employer: str, text: Sequence[str]
) -> list[Example]:
    """An example of each annotated line between its neighbours."""
    out = []
    for at, number in found.items():
        line = GoldLine(text[at], standoff.lines[number][1], _phrases(standoff, number, text[at]) or ())
        before = text[at - 1] if at else ""
        after = text[at + 1] if at + 1 < len(text) else ""
        out.append(example_of_line(GoldHardLine(standoff.advert, None, title, before, line, after), employer))
    return out


def _role(
    advert: str, labels: Labels, title: str, employer: str, text: Sequence[str], zones: Sequence[str | None]
) -> GoldRole:
    """The document as an annotated role. Its phrases are left out: what is learnt from it is what they come to."""
    lines = tuple(GoldLine(line, zone or "") for line, zone in zip(text, zones, strict=True))
    return GoldRole(advert, None, title, employer, labels.claim, labels.duties, labels.match, labels.verdict, lines)
