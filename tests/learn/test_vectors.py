"""Word vectors: words that stand in the same places lie close together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from jdclass.learn import vectors as learnt
from jdclass.learn.vectors import WordVectors, learn_vectors
from jdclass.segment import tokenize

VERBS = ("manage", "lead", "supervise", "coach")
PEOPLE = ("nurses", "porters", "clerks", "therapists")
PLACES = ("in the clinic", "on the ward", "at the depot", "by the river")


@pytest.fixture(scope="module")
def made() -> WordVectors:
    lines = [f"You {verb} the {who} {where}" for verb, who, where in product(VERBS, PEOPLE, PLACES)]
    patch = pytest.MonkeyPatch()
    patch.setattr(learnt, "LEAST_LINES", 10)
    patch.setattr(learnt, "SIZE", 6)
    found = learn_vectors(lines)
    patch.undo()
    assert found is not None
    return found


def vector(made: WordVectors, word: str) -> np.ndarray:
    return made.of(tokenize([word]).lower)[0]


def test_words_of_one_place_lie_closer_than_words_of_two(made: WordVectors) -> None:
    alike = vector(made, "manage") @ vector(made, "supervise")
    other = vector(made, "manage") @ vector(made, "porters")
    assert alike > 0.8 > other


def test_an_unknown_word_has_no_vector(made: WordVectors) -> None:
    assert not vector(made, "zebra").any()


def test_vectors_are_of_unit_length(made: WordVectors) -> None:
    assert np.linalg.norm(made.table, axis=1) == pytest.approx(1, abs=1e-4)


def test_a_small_corpus_gives_none() -> None:
    assert learn_vectors(["Manage the ward."] * 5) is None
