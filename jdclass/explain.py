"""Where each phrase of a review comes from: the rows of the lexicon, the weights of the classifiers, and what was
passed over. The same labels as the review's own, looked at from inside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from jdclass.document import Review, RoleDescription
from jdclass.lexicon import CollisionHit, Hit
from jdclass.model.folder import Model
from jdclass.model.labelling import Labelled
from jdclass.model.tagging import Span
from jdclass.review import Reviewer

__all__ = ["Explained", "Explanation", "Tracer", "Weight", "explain"]


@dataclass(frozen=True, slots=True)
class Weight:
    """One feature of one classifier and what it adds to (above 0) or takes from the phrase's log odds."""

    classifier: Literal["tagger", "judge"]
    feature: str
    weight: float


#: Gives the weights behind one span of a labelled batch, the largest first.
Tracer = Callable[[Model, Labelled, Span], Sequence[Weight]]


@dataclass(frozen=True, slots=True)
class Explained:
    """A run of words `review.lines[line].text[start:end]` and what made it, or kept it from being, a phrase.

    `state`: shown in the review; passed_over by the judge as too uncertain; lexicon, where a pattern stands in a line
    whose zone shows phrases and the classifiers found none. `orientation` and, but for passed_over ones, `contrast`
    are what it was taken for; `probability` is None where it was not judged to the end. `rows` are the patterns and
    collisions of the data files that share a word with it.
    """

    state: Literal["shown", "passed_over", "lexicon"]
    line: int
    start: int
    end: int
    text: str
    orientation: str
    contrast: str | None
    probability: float | None
    rows: tuple[str, ...]
    weights: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A review and its phrases from inside, in the order of the text."""

    review: Review
    phrases: tuple[Explained, ...]


def explain(reviewer: Reviewer, role: RoleDescription, *, trace: Tracer | None = None, most: int = 6) -> Explanation:
    """Explain every phrase of a role, shown and not, with at most `most` weights each (none without `trace`).

    Nothing here decides anything: with or without explaining, the review is the same.
    """
    model = reviewer.parts
    lines, labelled = reviewer.label_role(role)
    review = reviewer.review_role(role)
    tokens, matches = labelled.prepared.tokens, labelled.matches
    sides = model.framework.orientations

    def rows(first: int, last: int) -> tuple[str, ...]:
        patterns = [model.lexicon.explain(hit.pattern) for hit in matches.hits if _meet(hit, first, last)]
        hiding = [model.collisions.explain(hit.collision) for hit in matches.collisions if _meet(hit, first, last)]
        return (*patterns, *hiding)

    def explained(
        state: Literal["shown", "passed_over", "lexicon"],
        span: Span,
        contrast: str | None,
        probability: float | None,
    ) -> Explained:
        first, last, side = span
        line, start, end = int(tokens.line[first]), int(tokens.start[first]), int(tokens.end[last - 1])
        weights = () if trace is None or state == "lexicon" else tuple(trace(model, labelled, span))[:most]
        text = lines[line].text[start:end]
        return Explained(state, line, start, end, text, sides[side], contrast, probability, rows(first, last), weights)

    found = [
        explained("shown", span, model.framework.contrast_keys[int(contrast)], round(float(probability), 3))
        for span, contrast, probability in zip(labelled.spans, labelled.contrast, labelled.probability, strict=True)
    ]
    found += [explained("passed_over", span, None, None) for span in labelled.passed_over]
    taken = [*labelled.spans, *labelled.passed_over]
    shown_zones = [zone.shown for zone in model.framework.zones]
    for hit in matches.phrases:
        if any(hit.first < last and first < hit.last for first, last, _ in taken):
            continue
        if shown_zones[int(labelled.zone[tokens.line[hit.first]])] and hit.orientation is not None:
            found.append(explained("lexicon", (hit.first, hit.last, sides.index(hit.orientation)), hit.contrast, None))
    return Explanation(review, tuple(sorted(found, key=lambda item: (item.line, item.start, item.end))))


def _meet(hit: Hit | CollisionHit, first: int, last: int) -> bool:
    return hit.first < last and first < hit.last
