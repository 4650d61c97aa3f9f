"""The network of the zones: its parts by hand, documents that do not touch each other, and a lesson learnt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.errors import ModelError
from jdclass.framework import default_framework
from jdclass.learn.network import can_fit
from jdclass.learn.vectors import WordVectors
from jdclass.learn.zone_network import fit_zone_network
from jdclass.lexicon.headings import load_headings
from jdclass.model.arrays import arrays_of, rebuild
from jdclass.model.prepare import Prepared, prepare
from jdclass.model.zone_network import ENDING_BITS, PAIR_BITS, ZoneNetwork, line_parts
from jdclass.model.zones import ZoneClassifier
from jdclass.segment import tokenize

WORDS = "lead the ward team and manage its rota"
ZONES = len(default_framework().zones)


def prepared(*documents: list[str]) -> Prepared:
    return prepare(documents, headings=load_headings(), zones=default_framework().zone_keys)


def drawn(*, word: int = 3, line: int = 5, state: int = 4, seed: int = 0) -> ZoneNetwork:
    draw = np.random.default_rng(seed)

    def array(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    ids = np.unique(tokenize([WORDS]).lower)
    facts = line_parts(prepared(["x"]), ids, zones=ZONES).facts.shape[1]
    return ZoneNetwork(
        ids,
        array(len(ids) + 1, word),
        array(1 << ENDING_BITS, 2),
        array(1 << PAIR_BITS, 1),
        array(5 * word + 2 + 1 + facts, line),
        array(line),
        array(2, line, 3 * state),
        array(2, 3 * state),
        array(2, state, 3 * state),
        array(2, 3 * state),
        array(2 * state + line, ZONES),
        array(ZONES),
    )


def test_the_parts_of_a_line_by_hand() -> None:
    ids = np.unique(tokenize(["lead ward"]).lower)
    place = {word: int(np.searchsorted(ids, tokenize([word]).lower[0])) + 1 for word in ("lead", "ward")}
    found = line_parts(prepared(["Lead the ward", "x"], ["Person specification:"]), ids, zones=ZONES)
    assert found.word[:3].tolist() == [place["lead"], 0, place["ward"]]
    assert found.opening.tolist() == [[place["lead"], 0, place["ward"]], [0, 0, 0], [0, 0, 0]]
    assert found.first.tolist() == [0, 3, 4, 7]
    begins, (heading, length, short, at, of, colon, stop, question) = found.facts[:, :ZONES], found.facts[:, ZONES:].T
    assert begins[2].argmax() == default_framework().zone_keys.index("person_spec")
    assert begins.sum(axis=1).tolist() == [0, 0, 1]
    assert not heading.any()
    assert length == pytest.approx(np.log1p([3, 1, 3]) / 4)
    assert short.tolist() == [1, 1, 1]
    assert at.tolist() == [0, 1, 0]
    assert of == pytest.approx(np.log1p([2, 2, 1]) / 5)
    assert (colon.tolist(), stop.tolist(), question.tolist()) == ([0, 0, 1], [0, 0, 0], [0, 0, 0])


texts = st.lists(st.sampled_from([*WORDS.split(), "clinic", "Duties", "."]), max_size=7).map(" ".join)


@given(st.lists(st.lists(texts, max_size=4), min_size=1, max_size=4))
def test_a_document_reads_the_same_among_others(documents: list[list[str]]) -> None:
    network = drawn()
    together = network.scores(prepared(*documents))
    apart = [network.scores(prepared(document)) for document in documents]
    assert together == pytest.approx(np.vstack(apart), abs=1e-12)


def test_lines_before_and_after_count() -> None:
    network = drawn()
    one, other = (network.scores(prepared([first, "the team", "its rota"])) for first in ("lead", "manage"))
    assert abs(one[2] - other[2]).max() > 1e-4
    one, other = (network.scores(prepared(["the team", "its rota", last])) for last in ("lead", "manage"))
    assert abs(one[0] - other[0]).max() > 1e-4


def test_no_lines() -> None:
    assert drawn().scores(prepared()).shape == (0, ZONES)
    assert drawn().scores(prepared([])).shape == (0, ZONES)


def test_arrays_come_back() -> None:
    network, document = drawn(), prepared([WORDS, "the team"])
    again = rebuild("zone_network", arrays_of(network))
    assert (again.scores(document) == network.scores(document)).all()


def test_an_absent_array_is_refused() -> None:
    arrays = arrays_of(drawn())
    del arrays["pair"]
    with pytest.raises(ModelError, match="estimator of kind 'zone_network' lacks the array 'pair'"):
        rebuild("zone_network", arrays)


# Fitting, which needs PyTorch

needs_torch = pytest.mark.skipif(not can_fit(), reason="PyTorch is not installed (the extra jdclass[train])")

Lesson = tuple[Prepared, np.ndarray, WordVectors]


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    """The same line is of zone 0 after one opening line and of zone 1 after another, which stands two lines above."""
    draw = np.random.default_rng(0)
    openings = draw.integers(0, 2, size=240)
    middles = draw.choice(["the ward", "a clinic", "our team"], size=240)
    documents = [
        [("we ask", "we give")[opening], middle, "more of it", "and this"]
        for opening, middle in zip(openings, middles, strict=True)
    ]
    batch = prepared(*documents)
    ids = np.unique(batch.tokens.lower)
    table = draw.normal(size=(len(ids), 8)).astype(np.float32)
    zones = np.repeat(openings, 4).astype(np.int64)
    zones[1::4] = -1  # a line that is context alone
    return batch, zones, WordVectors(ids, table / np.linalg.norm(table, axis=1, keepdims=True))


def fitted(lesson: Lesson, *, epochs: int) -> ZoneNetwork:
    batch, zones, vectors = lesson
    return fit_zone_network(batch, zones, vectors, kinds=ZONES, epochs=epochs, seed=1)


@needs_torch
def test_it_learns_from_the_lines_above(lesson: Lesson) -> None:
    batch, zones, _ = lesson
    found = fitted(lesson, epochs=6).scores(batch).argmax(axis=1)
    assert (found == np.repeat(zones[::4], 4)).all()


@needs_torch
def test_the_same_seed_gives_the_same_network(lesson: Lesson) -> None:
    one, other = fitted(lesson, epochs=1).arrays(), fitted(lesson, epochs=1).arrays()
    assert all((one[name] == other[name]).all() for name in one)


@needs_torch
def test_nothing_to_learn_from_is_no_failure(lesson: Lesson) -> None:
    batch, zones, vectors = lesson
    network = fit_zone_network(batch, np.full_like(zones, -1), vectors, kinds=ZONES, epochs=1, seed=1)
    assert np.isfinite(network.scores(batch)).all()


def test_the_heading_of_the_list_has_its_say_beside_the_network() -> None:
    """In log odds by `heading_weight` exactly, from the heading to the next one and into no other document."""
    document = prepared(
        ["lead the ward team", "Main duties", "manage its rota", "About us", "its clinics", "lead", "the rota"],
        ["its ward", "manage the team", "the rota", "Person specification", "lead"],
    )
    says = [
        "",
        "duties",
        "duties",
        "employer",
        "employer",
        "employer",
        "employer",
        "",
        "",
        "",
        "person_spec",
        "person_spec",
    ]
    keys = default_framework().zone_keys
    classifier = ZoneClassifier(bits=8, folds=2).fit(document, np.array([0, 1, 2, 3, 4, 0, 1, 0, 1, 2, 3, 4]))
    classifier.network_ = drawn()
    said = np.log(classifier.predict_proba(document))
    classifier.heading_weight = 0.0
    gained = said - np.log(classifier.predict_proba(document))
    for line, zone in enumerate(says):
        odds = np.delete(gained[line], keys.index(zone)) - gained[line, keys.index(zone)] if zone else gained[line]
        assert odds == pytest.approx(-0.5 if zone else 0.0, abs=1e-6)
