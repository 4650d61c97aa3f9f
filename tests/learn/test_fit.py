"""Pairing, silver labels, calibration tables and the choice of limits, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.learn.fit import right_spans
from jdclass.learn.outcome import choose_cover, reliability
from jdclass.learn.silver import silver_examples, vote_table
from jdclass.learn.train import load_resources

RESOURCES, _, LEXICON, _ = load_resources()


def test_spans_pair_by_the_widest_overlap_of_the_same_side() -> None:
    gold = [(0, 5, 0), (6, 10, 1)]
    found = [(0, 2, 0), (1, 5, 0), (6, 10, 0), (9, 12, 1)]
    assert right_spans(gold, found) == {1: 0, 3: 1}


def test_one_gold_span_pairs_once() -> None:
    assert len(right_spans([(0, 10, 0)], [(0, 3, 0), (4, 9, 0)])) == 1


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5), st.integers(0, 1)), max_size=8))
def test_a_set_of_separate_spans_pairs_with_itself(parts: list[tuple[int, int, int]]) -> None:
    spans = sorted({(8 * start, 8 * start + size, side) for start, size, side in parts})
    separate = [span for at, span in enumerate(spans) if at == 0 or span[0] >= spans[at - 1][1]]
    assert right_spans(separate, separate) == {number: number for number in range(len(separate))}


def test_silver_zones_come_from_headings_and_phrases_from_the_lexicon() -> None:
    lines = [
        "Welcome to the ward.",
        "Main duties of the job",
        "Line manage the ward team.",
        "Person Specification",
        "A degree",
    ]
    [example] = silver_examples([("A Trust", lines)], RESOURCES, weight=0.2)
    assert example.zones == (None, "duties", "duties", "person_spec", "person_spec")
    assert example.phrases[0] is None
    assert example.phrases[2] is not None
    assert [phrase.orientation for phrase in example.phrases[2]] == ["management"]


def test_a_document_without_headings_gives_no_silver() -> None:
    assert silver_examples([("A Trust", ["Line manage the ward team."])], RESOURCES, weight=1.0) == []


def test_votes_count_lines() -> None:
    table = vote_table(
        [["Line manage the ward team.", "Develop a vision and line manage the team.", "Tea."]], RESOURCES
    )
    assert table.lines == 3
    assert table.coverage["empower_control", "management"] == 2
    assert table.conflict["empower_control", "management"] == 1
    assert table.conflict["vision_procedure", "leadership"] == 1


def test_reliability_of_honest_probabilities_is_small_and_of_others_large() -> None:
    draw = np.random.default_rng(0)
    stated = draw.uniform(size=20_000)
    true = draw.uniform(size=20_000) < stated
    assert reliability(stated, true).error < 0.02
    assert reliability(1 - stated, true).error > 0.3
    assert sum(count for *_, count in reliability(stated, true).rows) == 20_000


def test_reliability_of_nothing_is_no_number() -> None:
    assert math.isnan(reliability(np.zeros(0), np.zeros(0, dtype=bool)).error)


def test_reliability_refuses_different_lengths() -> None:
    with pytest.raises(ValueError, match="2 probabilities for 3 truths"):
        reliability(np.zeros(2), np.zeros(3, dtype=bool))


def test_the_least_cover_that_holds_enough_is_chosen() -> None:
    assert choose_cover([(0.5, 0.7, 20), (0.6, 0.88, 30), (0.7, 0.93, 40)]) == 0.6
    assert choose_cover([(0.5, 0.7, 20), (0.6, 0.8, 30)]) == 0.6
