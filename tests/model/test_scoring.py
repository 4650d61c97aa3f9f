"""How likely it is that a document states too few words of duties, against trying every way the lines may fall."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.model.scoring import LEAST_WORDS, too_few_words

LINES = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), max_size=6)


@given(LINES, st.integers(1, 50))
def test_the_sum_over_all_ways(lines: list[tuple[int, float]], least: int) -> None:
    wanted = 0.0
    for stated in product([False, True], repeat=len(lines)):
        if sum(words for (words, _), yes in zip(lines, stated, strict=True) if yes) < least:
            chance = 1.0
            for (_, share), yes in zip(lines, stated, strict=True):
                chance *= share if yes else 1 - share
            wanted += chance
    given_words, shares = [words for words, _ in lines], [share for _, share in lines]
    assert too_few_words(given_words, shares, least) == pytest.approx(wanted, abs=1e-9)


@given(LINES, st.integers(0, 60))
def test_a_further_line_never_makes_it_likelier(lines: list[tuple[int, float]], words: int) -> None:
    counts, shares = [count for count, _ in lines], [share for _, share in lines]
    assert too_few_words([*counts, words], [*shares, 0.7]) <= too_few_words(counts, shares) + 1e-12


def test_without_lines_it_is_certain() -> None:
    assert too_few_words([], []) == 1


@pytest.mark.parametrize(("words", "wanted"), [(LEAST_WORDS - 1, 1), (LEAST_WORDS, 0)])
def test_the_limit_itself(words: int, wanted: int) -> None:
    assert too_few_words([words], [1.0]) == wanted
