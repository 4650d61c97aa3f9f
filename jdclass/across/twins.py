"""Same title, different text: documents of one title whose stated duties are unlike each other.

A job title is all that applicants and payroll see, so two documents under one title that state different work are worth
putting side by side. Nothing is said about which of them should change. Documents that state different bands are never
put side by side: that would read as a claim about their pay.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jdclass.across.words import normal, words
from jdclass.document import Review
from jdclass.framework import Framework, default_framework

__all__ = ["TitleGroup", "TwinPhrase", "TwinRole", "find_twins", "title_key", "twin_role"]

#: Two documents differ when their profiles of leadership and management words are at least this far apart (the sum of
#: both distances, in [0, 2]), or when their duties read as different orientations.
FAR_APART = 0.10

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BAND = re.compile(r"\b(?:afc\s+)?(?:band|grade|b)\s*([1-9][a-d]?(?:\s*(?:-|to|/)\s*[1-9][a-d]?)?)\b")
_NUMBER = re.compile(r"[1-9]\s?[a-d]?")
_REFERENCE = re.compile(r"\b(?:ref(?:erence)?|job|vacancy)\b[\s.:#no]*[a-z0-9-]*\d[a-z0-9-]*")
_HOURS = re.compile(r"\b(?:full|part)[\s-]time\b|\b\d+(?:\.\d+)?\s*(?:hours|hrs|wte)\b|\b(?:fixed term|permanent)\b")


@dataclass(frozen=True, slots=True)
class TwinPhrase:
    """A counted phrase with where it stands; `key` is what makes two phrases the same."""

    key: str
    text: str
    orientation: str
    contrast: str
    place: str


@dataclass(frozen=True, slots=True)
class TwinRole:
    """What finding twins needs of a review, small enough to hold thousands."""

    id: str
    title: str
    key: str
    band: str  # as the document or else its title states it, "8a"; empty where neither does
    text_key: str  # equal for two documents that state the same duties in the same words
    orientation: str
    leadership: float
    management: float
    phrases: tuple[TwinPhrase, ...]

    def distance(self, other: TwinRole) -> float:
        """How far apart the two duties profiles are, in [0, 2]."""
        return abs(self.leadership - other.leadership) + abs(self.management - other.management)


@dataclass(frozen=True, slots=True)
class TitleGroup:
    """Documents of one title that state different duties; `first` and `second` lie furthest apart."""

    key: str
    title: str
    roles: tuple[TwinRole, ...]
    texts: int  # how many different duties texts there are among them
    first: TwinRole
    second: TwinRole
    distance: float
    only_first: tuple[TwinPhrase, ...]
    only_second: tuple[TwinPhrase, ...]
    shared: int


def title_key(title: str) -> str:
    """A title without brackets, band, hours, contract and reference, in normal form.

    >>> title_key("Ward Manager (Band 7) - full time") == title_key("WARD MANAGER")
    True
    """
    text = normal(title)
    for pattern in (_BRACKETS, _BAND, _HOURS, _REFERENCE):
        text = pattern.sub(" ", text)
    return " ".join(word.form for word in words(text.replace("&", " and "))) or normal(title)


def _band(review: Review) -> str:
    found = _NUMBER.findall(normal(review.band)) if review.band else []
    if not found and (in_title := _BAND.search(normal(review.title))):
        found = _NUMBER.findall(in_title.group(1))
    return "-".join(band.replace(" ", "") for band in found)


def twin_role(review: Review, *, framework: Framework | None = None) -> TwinRole | None:
    """The part of a review that `find_twins` compares; None where the review cannot tell what the duties are."""
    if review.match.abstained:
        return None
    counted = (framework or default_framework()).counted_zones
    duties = hashlib.sha256()
    for line in review.lines:
        if line.zone in counted:
            duties.update(" ".join(word.form for word in words(line.text)).encode())
            duties.update(b"\n")
    phrases = tuple(
        TwinPhrase(
            " ".join(word.form for word in words(phrase.text)),
            phrase.text,
            phrase.orientation,
            phrase.contrast,
            review.lines[phrase.line].place or f"line {phrase.line + 1}",
        )
        for phrase in review.phrases
        if phrase.counted
    )
    return TwinRole(
        review.id,
        review.title,
        title_key(review.title),
        _band(review),
        duties.hexdigest(),
        review.duties.orientation,
        review.duties.leadership,
        review.duties.management,
        phrases,
    )


def _furthest(roles: Sequence[TwinRole]) -> tuple[TwinRole, TwinRole]:
    # Distance is city-block in two dimensions, so the furthest pair lies at the ends of the sum or of the difference:
    # exact without comparing every pair of a title that thousands of documents carry.
    def total(role: TwinRole) -> tuple[float, str]:
        return role.leadership + role.management, role.id

    def balance(role: TwinRole) -> tuple[float, str]:
        return role.leadership - role.management, role.id

    pairs = [(min(roles, key=key), max(roles, key=key)) for key in (total, balance)]
    return max(pairs, key=lambda pair: pair[0].distance(pair[1]))


def _differing(roles: Sequence[TwinRole]) -> tuple[TwinRole, TwinRole] | None:
    first, second = _furthest(roles)
    if first.distance(second) >= FAR_APART:
        return first, second
    # Close profiles can still fall on two sides of a boundary; then the furthest pair of unlike orientations is shown.
    by_orientation: dict[str, list[TwinRole]] = defaultdict(list)
    for role in roles:
        by_orientation[role.orientation].append(role)
    if len(by_orientation) < 2:
        return None
    one, two = sorted(by_orientation)[:2]
    return max(
        ((a, b) for a in by_orientation[one][:50] for b in by_orientation[two][:50]),
        key=lambda pair: pair[0].distance(pair[1]),
    )


def find_twins(roles: Iterable[TwinRole]) -> tuple[TitleGroup, ...]:
    """Titles under which documents state different duties, the most different first; empty where there are none.

    Documents of one title that state different bands are groups of their own. Documents whose duties text is the
    same to the word are one text, however many files hold it.
    """
    groups: dict[tuple[str, str], list[TwinRole]] = defaultdict(list)
    for role in roles:
        groups[role.key, role.band].append(role)
    found = []
    for (key, _), members in groups.items():
        members.sort(key=lambda role: role.id)
        texts = {role.text_key: role for role in reversed(members)}
        pair = _differing(sorted(texts.values(), key=lambda role: role.id)) if len(texts) > 1 else None
        if pair is None:
            continue
        first, second = sorted(pair, key=lambda role: role.id)
        keys_first = {phrase.key for phrase in first.phrases}
        keys_second = {phrase.key for phrase in second.phrases}
        found.append(
            TitleGroup(
                key,
                first.title,
                tuple(members),
                len(texts),
                first,
                second,
                first.distance(second),
                tuple(phrase for phrase in first.phrases if phrase.key not in keys_second),
                tuple(phrase for phrase in second.phrases if phrase.key not in keys_first),
                len(keys_first & keys_second),
            )
        )
    return tuple(sorted(found, key=lambda group: (-group.distance, group.key, group.first.id)))
