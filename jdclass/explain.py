"""Where each phrase of a review comes from: the rows of the data files, the weights of the classifiers, and what was
passed over; and what its duties are read from. The same labels as the review's own, looked at from inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jdclass.document import Review, RoleDescription
from jdclass.lexicon import CollisionHit, Hit
from jdclass.model.labelling import propose
from jdclass.model.tagging import Span, lexicon_marks
from jdclass.model.tracing import DutiesReading, Weight, duties_reading, judge_weights
from jdclass.review import Reviewer

__all__ = ["Explained", "Explanation", "explain"]

State = Literal["shown", "passed_over", "lexicon"]


@dataclass(frozen=True, slots=True)
class Explained:
    """A run of words `review.lines[line].text[start:end]` and what made it, or kept it from being, a phrase.

    `state`: shown in the review; passed_over by the judge as too uncertain; lexicon, where a pattern stands in a line
    whose zone shows phrases and the classifiers proposed none. `contrast` is None where none was worked out (passed
    over), `probability` where nothing was judged (lexicon). `rows` are the patterns and collisions of the data files
    that share a word with it, `weights` the parts of the judge's log odds, the largest first, and `rest` what the
    `others` that are not among them add: together they are the log odds of the probability.
    """

    state: State
    line: int
    start: int
    end: int
    text: str
    orientation: str
    contrast: str | None
    probability: float | None
    rows: tuple[str, ...]
    weights: tuple[Weight, ...]
    others: int = 0
    rest: float = 0.0


@dataclass(frozen=True, slots=True)
class Explanation:
    """A review and its phrases from inside, in the order of the text; `duties` is None where the review abstains."""

    review: Review
    phrases: tuple[Explained, ...]
    duties: DutiesReading | None = None


def explain(reviewer: Reviewer, role: RoleDescription, *, most: int = 6) -> Explanation:
    """Explain every phrase of a role, shown and not, with at most `most` weights each.

    Nothing here decides anything: the review is the one that reviewing gives.
    """
    model, review = reviewer.parts, reviewer.review_role(role)
    framework, labellers = model.framework, model.labellers
    lines, labelled, stated = reviewer.label_role(role)
    prepared, matches = labelled.prepared, labelled.matches
    tokens = prepared.tokens
    # What the judge was shown, once more: equal, as nothing here depends on chance.
    marks = lexicon_marks(matches, len(tokens), framework.contrast_keys)
    proposals, evidence = propose(labellers.tagger, framework, prepared, marks, labelled.zones)
    probabilities = labellers.judge.predict_proba(evidence, proposals).tolist()
    places = {span: place for place, span in enumerate(proposals)}

    def explained(state: State, span: Span, contrast: str | None) -> Explained:
        first, last, side = span
        line, start, end = int(tokens.line[first]), int(tokens.start[first]), int(tokens.end[last - 1])
        place = places.get(span)
        patterns = [model.lexicon.explain(hit.pattern) for hit in matches.hits if _meet(hit, first, last)]
        hiding = [model.collisions.explain(hit.collision) for hit in matches.collisions if _meet(hit, first, last)]
        parts = () if place is None else judge_weights(labellers, evidence, proposals, place)
        return Explained(
            state,
            line,
            start,
            end,
            lines[line].text[start:end],
            framework.orientations[side],
            contrast,
            None if place is None else round(probabilities[place], 3),
            (*patterns, *hiding),
            parts[:most],
            len(parts[most:]),
            sum(part.adds for part in parts[most:]),
        )

    found = [
        explained("shown", span, framework.contrast_keys[int(contrast)])
        for span, contrast in zip(labelled.spans, labelled.contrast, strict=True)
    ]
    found += [explained("passed_over", span, None) for span in labelled.passed_over]
    taken = [*labelled.spans, *labelled.passed_over]
    for hit in matches.phrases:
        if any(_meet(hit, first, last) for first, last, _ in taken):
            continue
        if framework.zones[int(labelled.zone[tokens.line[hit.first]])].shown and hit.orientation is not None:
            side = framework.orientations.index(hit.orientation)
            found.append(explained("lexicon", (hit.first, hit.last, side), hit.contrast))
    duties = None if review.match.abstained else duties_reading(model.duties, stated)
    return Explanation(review, tuple(sorted(found, key=lambda item: (item.line, item.start, item.end))), duties)


def _meet(hit: Hit | CollisionHit, first: int, last: int) -> bool:
    return hit.first < last and first < hit.last
