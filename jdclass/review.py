"""A model and a role description to a review: the one place where reading, labelling and scoring meet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from jdclass import reasons as wording
from jdclass.document import (
    LEAST_READ,
    PARTLY_FROM,
    Claim,
    ContrastCount,
    Duties,
    Excluded,
    Failure,
    Match,
    ModelName,
    Phrase,
    Review,
    ReviewedLine,
    RoleDescription,
    Statement,
    Usual,
)
from jdclass.errors import DocumentError
from jdclass.lexicon import STATEMENTS, CollisionHit, Hit
from jdclass.lexicon.titles import TitleReading
from jdclass.model.folder import FamilyUsual, Model, load_model
from jdclass.model.labelling import Labelled, label
from jdclass.model.prepare import prepare
from jdclass.model.said import said_in
from jdclass.model.scoring import LEAST_WORDS, Claimed, Stated, WeighedPhrase, stated_by, too_few_words
from jdclass.model.verdict import Assessment, assess, counterfactuals
from jdclass.read.facts import conflicts, missing_information
from jdclass.segment import Line, split_lines

__all__ = ["Reviewer", "load", "read_one", "reviewer_of"]

#: A family needs this many reference adverts before anything is called unusual for it. DESIGN.md, "Usual".
LEAST_FAMILY = 30

#: Counted phrases behind a verdict before it is put forward. DESIGN.md, "Put forward".
LEAST_PUT_FORWARD = 3

#: Duties whose two likeliest readings are closer than this (in probability) are contradictory evidence.
CLOSE = 0.1

#: Lines besides duties whose word is taken for what a post does not hold: reporting lines stand among the employer's.
#: A person specification ("works without supervision") and legal notices deny other things.
DENIAL_ZONES = frozenset({"employer"})

BATCH = 64  # documents labelled together: beyond that nothing is gained and memory grows


def load(
    model: str | Path | None = None,
    *,
    lexicon: Path | str | None = None,
    collisions: Path | str | None = None,
    titles: Path | str | None = None,
) -> Reviewer:
    """A reviewer with a model by name or folder, by default the shipped one.

    `lexicon`, `collisions` and `titles` stand in the place of the model's own files. Raises ModelError, LexiconError.
    """
    return Reviewer(load_model(model, lexicon=lexicon, collisions=collisions, titles=titles))


def reviewer_of(model: Model) -> Reviewer:
    """A reviewer with a model that is in memory already."""
    return Reviewer(model)


def read_one(path: str | Path, *, title: str | None = None) -> RoleDescription:
    """The one role description of a file. Raises DocumentError if it cannot be read, or holds none or several."""
    from jdclass.read import read_path

    found = list(islice(read_path(Path(path), title=title), 2))
    if len(found) > 1:
        raise DocumentError(f"{path}: holds more than one role description; wanted a file of one")
    if not found:
        raise DocumentError(f"{path}: holds no role description")
    role = found[0]
    if isinstance(role, Failure):
        raise DocumentError(f"{path}: {role.message}")
    return role


class Reviewer:
    """Reviews role descriptions with one model. Holds no state of its own: any order gives the same reviews."""

    def __init__(self, model: Model) -> None:
        self._model = model
        parts = (model.name.sha256, model.lexicon.sha256, model.collisions.sha256, model.titles.sha256)
        self.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def model(self) -> ModelName:
        """Which model this is."""
        return self._model.name

    @property
    def parts(self) -> Model:
        """The model's data files and classifiers, for looking inside."""
        return self._model

    def review(self, *, text: str, title: str | None = None) -> Review:
        """Review a text, lines parted by newlines. Without a title the text's own is used.

        Raises DocumentError for a text without words.
        """
        from jdclass.read import read_text

        return self.review_role(read_text(text, title=title))

    def review_file(self, path: str | Path, *, title: str | None = None) -> Review:
        """Review a file that holds one document.

        Raises DocumentError if it cannot be read, or holds several (use `jdclass.read.read_path` and `review_many`).
        """
        return self.review_role(read_one(path, title=title))

    def review_role(self, role: RoleDescription) -> Review:
        """Review what a reader gave."""
        return self._batch([role])[0]

    def review_many(self, roles: Iterable[RoleDescription]) -> Iterator[Review]:
        """Review a stream of roles in their order, some at a time: much faster than one by one, and equal to it."""
        stream = iter(roles)
        while batch := list(islice(stream, BATCH)):
            yield from self._batch(batch)

    def label_role(self, role: RoleDescription) -> tuple[Sequence[Line], Labelled, Stated]:
        """The lines of a role, all that was found in them, and what its duties are read from, for explaining: what a
        review is made of."""
        (draft,) = self._drafts([role])
        return draft.source_lines, draft.labelled, draft.stated

    def _label(self, roles: Sequence[RoleDescription]) -> tuple[list[tuple[Line, ...]], Labelled]:
        model = self._model
        lines = [split_lines(role.blocks) for role in roles]
        prepared = prepare(
            [[line.text for line in document] for document in lines],
            headings=model.headings,
            zones=model.framework.zone_keys,
            heading_flags=[[line.heading for line in document] for document in lines],
            sections=[[line.section for line in document] for document in lines],
        )
        return lines, label(model.labellers, prepared, model.matcher)

    def _drafts(self, roles: Sequence[RoleDescription]) -> list[_Draft]:
        lines, labelled = self._label(roles)
        found = _by_document(labelled)
        return [
            _Draft(self._model, role, document, labelled, number, found[number])
            for number, (role, document) in enumerate(zip(roles, lines, strict=True))
        ]

    def _batch(self, roles: Sequence[RoleDescription]) -> list[Review]:
        model, drafts = self._model, self._drafts(roles)
        stated = [draft.stated for draft in drafts]
        assessments = assess(
            model.duties,
            model.match,
            stated,
            [Claimed(draft.reading.orientation, draft.reading.family) for draft in drafts],
            cover=model.settings.cover,
            doubtful=[draft.reading.vague for draft in drafts],
        )
        changes = counterfactuals(
            model.duties,
            stated,
            [draft.weighed for draft in drafts],
            [draft.removable for draft in drafts],
            [found.duties for found in assessments],
        )
        out = []
        for draft, assessment, change in zip(drafts, assessments, changes, strict=True):
            sentence = None
            if change is not None:
                sentence = wording.counterfactual_sentence([draft.phrases[n] for n in change.removed], change.duties)
            out.append(draft.review(assessment, sentence))
        return out


@dataclass(slots=True)
class _Found:
    """What was found in one document of a batch: numbers of its phrases, the lexicon's hits with those that only say
    something, in the order of the text, and collisions."""

    phrases: list[int] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    collisions: list[CollisionHit] = field(default_factory=list)


def _by_document(labelled: Labelled) -> list[_Found]:
    """Deals out what was found in a batch to its documents, in one walk."""
    prepared, matches = labelled.prepared, labelled.matches
    out = [_Found() for _ in range(len(prepared))]

    def documents(tokens: list[int]) -> list[int]:
        lines = prepared.tokens.line[tokens] if tokens else np.zeros(0, dtype=np.int64)
        return (np.searchsorted(prepared.first_line, lines, side="right") - 1).tolist()  # type: ignore[no-any-return]

    for number, document in enumerate(documents([span[0] for span in labelled.spans])):
        out[document].phrases.append(number)
    hits = sorted((*matches.hits, *matches.says), key=lambda hit: hit.first)
    for hit, document in zip(hits, documents([hit.first for hit in hits]), strict=True):
        out[document].hits.append(hit)
    for collision, document in zip(matches.collisions, documents([c.first for c in matches.collisions]), strict=True):
        out[document].collisions.append(collision)
    return out


class _Draft:
    """One role of a batch on its way to a review: everything that the match is worked out from."""

    def __init__(
        self,
        model: Model,
        role: RoleDescription,
        lines: Sequence[Line],
        labelled: Labelled,
        number: int,
        found: _Found,
    ) -> None:
        self.model, self.role, self.source_lines, self.labelled, self.found = model, role, lines, labelled, found
        self.first = int(labelled.prepared.first_line[number])
        self.last = int(labelled.prepared.first_line[number + 1])
        self.reading: TitleReading = model.titles.read(role.title)
        keys = model.framework.zone_keys
        zone = labelled.zone[self.first : self.last]
        self.zones = [keys[place] for place in zone.tolist()]
        best = labelled.zones[np.arange(self.first, self.last), zone]
        self.lines = tuple(
            ReviewedLine(line.text, key, round(probability, 3), line.place, line.heading)
            for line, key, probability in zip(lines, self.zones, best.tolist(), strict=True)
        )
        self.phrases = tuple(self._phrases())
        counted = model.framework.counted_zones
        words = [len(line.text.split()) for line in lines]
        self.words = sum(count for count, key in zip(words, self.zones, strict=True) if key in counted)
        sides = model.framework.orientations
        numbers = [place for place, key in enumerate(keys) if key in counted]
        stated = labelled.zones[self.first : self.last][:, numbers].sum(axis=1).tolist()
        sure = labelled.probability[self.found.phrases].tolist()
        tokens = labelled.prepared.tokens
        begins = int(tokens.first[self.first])
        runs = [labelled.spans[found][:2] for found in self.found.phrases]
        self.weighed = [
            WeighedPhrase(
                sides.index(phrase.orientation),
                len(phrase.text.split()),
                probability * stated[phrase.line],
                place,
                phrase.line,
                (first - begins, last - begins),
                phrase.counted,
            )
            for place, (phrase, probability, (first, last)) in enumerate(zip(self.phrases, sure, runs, strict=True))
        ]
        # What a counterfactual names stands in duties lines, for a reader to find it among the counted phrases.
        self.removable = [phrase for phrase in self.weighed if phrase.counted]
        said = said_in(tokens, slice(self.first, self.last), stated)
        self.stated = stated_by(words, stated, self.weighed, said)
        self.too_few = too_few_words(words, stated)

    def _cut(self, first: int, last: int) -> tuple[int, int, int, str]:
        """Line (of this document), start, end and text of a run of tokens."""
        tokens = self.labelled.prepared.tokens
        line = int(tokens.line[first]) - self.first
        start, end = int(tokens.start[first]), int(tokens.end[last - 1])
        return line, start, end, self.source_lines[line].text[start:end]

    def _phrases(self) -> Iterator[Phrase]:
        labelled, framework = self.labelled, self.model.framework
        for number in self.found.phrases:
            first, last, side = labelled.spans[number]
            line, start, end, text = self._cut(first, last)
            yield Phrase(
                line,
                start,
                end,
                text,
                framework.orientations[side],
                framework.contrast_keys[int(labelled.contrast[number])],
                round(float(labelled.probability[number]), 3),
                self.zones[line] in framework.counted_zones,
            )

    def _excluded(self) -> Iterator[Excluded]:
        """Wording that looks like a phrase and is none: collisions, negations, other zones, too uncertain ones."""
        model = self.model
        labels = {zone.key: zone.label for zone in model.framework.zones}
        shown = model.framework.shown_zones
        taken: dict[int, list[tuple[int, int]]] = {}
        for phrase in self.phrases:
            taken.setdefault(phrase.line, []).append((phrase.start, phrase.end))
        for collision in self.found.collisions:
            if collision.hides:
                line, start, end, text = self._cut(collision.first, collision.last)
                if not any(start < b and end > a for a, b in taken.get(line, ())):
                    yield Excluded(line, start, end, text, model.collisions.entries[collision.collision].reason)
        for hit in self.found.hits:
            if hit.orientation is None:
                continue
            line, start, end, text = self._cut(hit.first, hit.last)
            if self.lines[line].heading:  # it names what follows
                continue
            if any(start < b and end > a for a, b in taken.get(line, ())):
                continue
            if hit.negated:
                reason = wording.negated_reason()
            elif self.zones[line] not in shown:
                reason = wording.zone_reason(labels[self.zones[line]])
            else:
                reason = wording.NOT_SHOWN
            yield Excluded(line, start, end, text, reason)

    def _stated(self) -> Iterator[Statement]:
        """What the lines state by the lexicon's hits, the first quote of each: duties lines what the post does, these
        and lines about the employer ("Staff managed: none") what it does not. A heading names what may follow and
        states nothing. A plain denial outweighs a statement: it speaks of the post as a whole, the statement perhaps of
        a part, and is quoted with the word that denies."""
        found: dict[str, Statement] = {}
        counted = self.model.framework.counted_zones
        for hit in self.found.hits:
            if not hit.states:
                continue
            state: Literal["stated", "stated_absent"] = "stated_absent" if hit.negated else "stated"
            first, last = hit.first, hit.last
            if hit.denied_by >= 0:
                first, last = min(hit.core_first, hit.denied_by), max(hit.core_last, hit.denied_by + 1)
            line, _, _, text = self._cut(first, last)
            if self.zones[line] not in counted and not (hit.negated and self.zones[line] in DENIAL_ZONES):
                continue
            if self.lines[line].heading and not hit.negated:
                continue
            for what in hit.states:
                before = found.get(what)
                if before is None or (before.state == "stated" and state == "stated_absent"):
                    found[what] = Statement(what, state, line, text)
        for what in STATEMENTS:
            yield found.get(what, Statement(what, "not_found"))

    def _usual(self, duties: Duties, *, abstained: bool) -> Usual:
        family: FamilyUsual | None = self.model.families.get(self.reading.family)
        if family is None:
            return Usual(self.reading.family, 0, None, None, None)
        unusual = None
        if family.n >= LEAST_FAMILY and not abstained:
            unusual = not (
                family.leadership_low <= duties.leadership <= family.leadership_high
                and family.management_low <= duties.management <= family.management_high
            )
        return Usual(self.reading.family, family.n, round(family.leadership, 3), round(family.management, 3), unusual)

    def _contrasts(self) -> tuple[tuple[str, ContrastCount], ...]:
        out = []
        for key in self.model.framework.contrast_keys:
            sides = [phrase.orientation for phrase in self.phrases if phrase.counted and phrase.contrast == key]
            enough = len(sides) >= self.model.settings.least_phrases
            out.append((key, ContrastCount(sides.count("leadership"), sides.count("management"), enough)))
        return tuple(out)

    def _why_not(self) -> str | None:
        """The reason for abstaining, None where there is none."""
        share = self.role.source.share_read
        if share is not None and share < LEAST_READ:
            return wording.too_little_read(share, LEAST_READ)
        if self.too_few >= self.model.settings.thin_from:
            return wording.too_little_text(self.words, LEAST_WORDS)
        return None

    def review(self, assessment: Assessment, counterfactual: str | None) -> Review:
        """The whole review."""
        leadership, management = (self._share(side) for side in self.model.framework.orientations)
        duties = Duties(assessment.duties, leadership, management, round(1 - leadership - management, 4))
        why_not = self._why_not()
        usual = self._usual(duties, abstained=why_not is not None)
        if why_not is not None:
            match = Match(None, None, None, "insufficient_evidence", True, False, (why_not,), None)
        else:
            match = self._match(assessment, duties, usual, counterfactual)
        return Review(
            id=self.role.id,
            source=self.role.source,
            model=self.model.name,
            title=self.role.title,
            employer=self.role.employer,
            band=self.role.band,
            lines=self.lines,
            phrases=self.phrases,
            excluded=tuple(sorted(self._excluded(), key=lambda item: (item.line, item.start, item.end))),
            claim=self._claim(),
            duties=duties,
            usual=usual,
            contrasts=self._contrasts(),
            stated=tuple(self._stated()),
            match=match,
            facts=self.role.facts,
            conflicts=conflicts(self.role),
            missing=missing_information(self.role),
        )

    def _share(self, orientation: str) -> float:
        """The share of the words of duties lines that stand in counted phrases of a side."""
        words = sum(len(p.text.split()) for p in self.phrases if p.counted and p.orientation == orientation)
        return round(words / max(self.words, 1), 4)

    def _claim(self) -> Claim:
        claim = self.reading.claim()
        return replace(
            claim,
            leadership=round(claim.leadership, 3),
            management=round(claim.management, 3),
            neither=round(claim.neither, 3),
        )

    def _match(self, found: Assessment, duties: Duties, usual: Usual, counterfactual: str | None) -> Match:
        first, second = sorted(found.duties_probabilities, reverse=True)[:2]
        close = first - second < CLOSE
        low, high = found.low, found.high
        if close and not self.reading.vague:
            low, high = max(0, low - 10), min(100, high + 10)
        adverse = found.verdict != "matches"
        enough = sum(phrase.counted for phrase in self.phrases) >= LEAST_PUT_FORWARD
        put_forward = adverse and usual.unusual is True and enough
        said = wording.reasons(
            title=self.role.title,
            claim=self._claim(),
            duties=duties,
            words=self.words,
            phrases=self.phrases,
            verdict=found.verdict,
            partly=adverse and found.score >= PARTLY_FROM,
            vague=self.reading.vague,
            close=close,
        )
        return Match(found.score, low, high, found.verdict, False, put_forward, said, counterfactual)
