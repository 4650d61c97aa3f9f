"""Tags, spans and the best sequence: round trips, and Viterbi against trying every sequence."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from jdclass.framework import default_framework
from jdclass.lexicon import CollisionHit, Hit, LexiconMatcher, load_collisions, load_lexicon
from jdclass.lexicon.headings import load_headings
from jdclass.lexicon.matcher import Matches
from jdclass.model.edges import trimmed
from jdclass.model.labelling import rests_on_collision
from jdclass.model.prepare import prepare
from jdclass.model.tagging import (
    TAGS,
    PhraseTagger,
    Span,
    best_tags,
    lexicon_marks,
    spans_of_tags,
    tags_of_spans,
    token_features,
)
from jdclass.segment import tokenize

IMPOSSIBLE = -1e4


def allowed(moves: np.ndarray) -> np.ndarray:
    for inside in (2, 4):
        for tag in range(len(TAGS) + 1):
            if tag not in (inside - 1, inside):
                moves[tag, inside] = IMPOSSIBLE
    return moves


def value(scores: np.ndarray, moves: np.ndarray, tags: tuple[int, ...]) -> float:
    total = scores[0, tags[0]] + moves[-1, tags[0]]
    for place in range(1, len(tags)):
        total += moves[tags[place - 1], tags[place]] + scores[place, tags[place]]
    return float(total)


@given(seed=st.integers(0, 10_000), sizes=st.lists(st.integers(0, 4), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_best_tags_are_the_best_of_all_sequences(seed: int, sizes: list[int]) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.normal(size=(sum(sizes), len(TAGS))).astype(np.float32)
    moves = allowed(draw.normal(size=(len(TAGS) + 1, len(TAGS))))
    first = np.concatenate([[0], np.cumsum(sizes)])
    tags = best_tags(scores, first, moves)
    for begin, end in pairwise(first):
        if begin < end:
            part = scores[begin:end]
            best = max(product(range(len(TAGS)), repeat=end - begin), key=lambda one: value(part, moves, one))
            assert value(part, moves, tuple(tags[begin:end])) == pytest.approx(value(part, moves, best), abs=1e-4)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 1)), max_size=6))
def test_spans_come_back_from_their_tags(parts: list[tuple[int, int, int]]) -> None:
    spans, at = [], 0
    for gap, size, side in parts:
        spans.append((at + gap, at + gap + size, side))
        at += gap + size
    assert spans_of_tags(tags_of_spans(spans, at + 1)) == spans


def test_an_inner_tag_without_its_beginning_begins_a_span() -> None:
    assert spans_of_tags(np.array([2, 2, 0, 4])) == [(0, 2, 0), (3, 4, 1)]


def test_no_tags_no_spans() -> None:
    assert spans_of_tags(np.zeros(0, dtype=np.int64)) == []


def test_features_do_not_depend_on_the_lines_beside() -> None:
    matcher = LexiconMatcher(load_lexicon(), load_collisions())

    def rows(lines: list[str], line: int) -> np.ndarray:
        tokens = tokenize(lines)
        marks = lexicon_marks(matcher.match(tokens), len(tokens), ("people_process",))
        return token_features(tokens, marks, np.flatnonzero(tokens.line == line), bits=12).toarray()

    alone = rows(["Line manage the team."], 0)
    between = rows(["Our vision.", "Line manage the team.", "Empower staff."], 1)
    assert (alone == between).all()


def test_an_unfitted_tagger_says_so() -> None:
    tokens = tokenize(["Line manage the team."])
    with pytest.raises(NotFittedError):
        PhraseTagger().log_proba(tokens, np.zeros(len(tokens), dtype=np.uint64), np.arange(len(tokens)))


def test_a_side_without_phrases_is_refused() -> None:
    tokens = tokenize(["Line manage the team.", "Write the rota."])
    tags = tags_of_spans([(0, 2, 1)], len(tokens))
    with pytest.raises(ValueError, match="no token is tagged B-leadership, I-leadership"):
        PhraseTagger().fit(tokens, np.zeros(len(tokens), dtype=np.uint64), tags, np.array([0, 1]))


@pytest.mark.parametrize(
    ("span", "rests"),
    [((0, 2, 0), True), ((0, 3, 0), False), ((0, 3, 1), True), ((2, 4, 0), False), ((3, 8, 1), False)],
)
def test_a_phrase_rests_on_a_collision_where_nothing_of_its_side_is_known(span: Span, rests: bool) -> None:
    """Words 0 and 1 are a collision, 2 a hit for leadership, 4 one that is negated."""
    hits = (
        Hit(2, 3, 0, "leadership", "vision_procedure"),
        Hit(4, 5, 0, "management", "vision_procedure", negated=True),
    )
    marks = lexicon_marks(Matches(hits, (CollisionHit(0, 2, 0, True),)), 10, ["people_process", "vision_procedure"])
    assert rests_on_collision(span, marks) is rests


def test_a_few_colliding_words_in_a_long_phrase_are_not_what_it_rests_on() -> None:
    marks = lexicon_marks(Matches((), (CollisionHit(0, 2, 0, True),)), 10, ["vision_procedure"])
    assert rests_on_collision((0, 8, 1), marks)
    assert not rests_on_collision((0, 9, 1), marks)


@pytest.mark.parametrize(
    ("found", "after", "left"),
    [
        ("runs the clinic in", "the mornings", "runs the clinic"),
        ("Implement the work plan once it", "has been agreed", "Implement the work plan"),
        ("Gather evidence of compliance ahead", "of the inspection", "Gather evidence of compliance"),
        ("Move the service forward together", "", "Move the service forward together"),
        ("Move the service forward together", "with partners", "Move the service forward"),
        ("Contribute to the strategy drafted", "by the director", "Contribute to the strategy"),
        ("Ensure that audits are completed", "", "Ensure that audits are completed"),
        ("and audit the rota,", "with care", "audit the rota"),
        ("which", "is, of", ""),
        ("Hold a budget of £3.2", "m a year", "Hold a budget of £3.2"),
    ],
)
def test_a_phrase_ends_where_its_meaning_does(found: str, after: str, left: str) -> None:
    """The line before and the line after have no say."""
    lines = ["By way of this:", f"{found} {after}".strip(), "by the manager"]
    prepared = prepare([lines], headings=load_headings(), zones=default_framework().zone_keys)
    tokens = prepared.tokens
    inside = np.flatnonzero((tokens.line == 1) & (tokens.end <= len(found)))
    spans = trimmed([(int(inside[0]), int(inside[-1]) + 1, 1)], prepared)
    assert [lines[1][tokens.start[first] : tokens.end[last - 1]] for first, last, _ in spans] == [left] * bool(left)


def test_a_phrase_does_not_end_within_a_word() -> None:
    prepared = prepare(
        [["Hold a budget of £3.2m a year"]], headings=load_headings(), zones=default_framework().zone_keys
    )
    tokens = prepared.tokens
    last = int(np.flatnonzero(tokens.end <= len("Hold a budget of £3.2"))[-1]) + 1
    ((first, end, _),) = trimmed([(0, last, 1)], prepared)
    assert prepared.lines[0][tokens.start[first] : tokens.end[end - 1]] == "Hold a budget of £3.2m"
