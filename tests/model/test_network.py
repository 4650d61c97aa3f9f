"""The recurrent network: a state worked out by hand, lines that do not touch each other, and PyTorch's own answer."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.errors import ModelError
from jdclass.learn.network import can_fit, fit_network
from jdclass.learn.vectors import WordVectors
from jdclass.model.arrays import arrays_of, rebuild
from jdclass.model.network import ENDING_BITS, MARKS, SHAPE_BITS, RecurrentNetwork, word_parts
from jdclass.segment import Tokens, tokenize

WORDS = "lead the ward team and manage its rota"


def drawn(*, word: int = 3, state: int = 4, seed: int = 0) -> RecurrentNetwork:
    draw = np.random.default_rng(seed)

    def array(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    ids = np.unique(tokenize([WORDS]).lower)
    width = word + 2 + 1 + 2
    return RecurrentNetwork(
        ids,
        array(len(ids) + 1, word),
        array(1 << ENDING_BITS, 2),
        array(1 << SHAPE_BITS, 1),
        array(MARKS, 2),
        array(2, width, 3 * state),
        array(2, 3 * state),
        array(2, state, 3 * state),
        array(2, 3 * state),
        array(2 * state, 6),
        array(6),
        array(6, 5),
        array(5),
    )


def unmarked(tokens: Tokens) -> np.ndarray:
    return np.zeros(len(tokens), dtype=np.uint64)


def scores(network: RecurrentNetwork, lines: list[str]) -> np.ndarray:
    tokens = tokenize(lines)
    return network.scores(tokens, unmarked(tokens), np.arange(len(tokens)))


def test_two_words_by_hand() -> None:
    """One number as input, as state and as output: the gates of the equations of Cho et al. (2014)."""
    tokens = tokenize(["lead teams"])
    one = np.ones((1, 1), dtype=np.float32)
    nothing = np.zeros((1, 0), dtype=np.float32)
    network = RecurrentNetwork(
        ids=tokens.lower[:1],
        word=np.array([[0.5], [2.0]], dtype=np.float32),  # a word without a vector, and "lead"
        ending=np.repeat(nothing, 1 << ENDING_BITS, axis=0),
        shape=np.repeat(nothing, 1 << SHAPE_BITS, axis=0),
        mark=np.repeat(nothing, MARKS, axis=0),
        inner=np.array([[[0.1, 0.2, 0.3]], [[0.0, 0.0, 0.0]]], dtype=np.float32),
        inner_bias=np.array([[0.0, 0.1, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32),
        state=np.array([[[0.4, 0.5, 0.6]], [[0.0, 0.0, 0.0]]], dtype=np.float32),
        state_bias=np.array([[0.0, 0.0, 0.2], [0.0, 0.0, 0.0]], dtype=np.float32),
        hidden=np.array([[1.0], [1.0]], dtype=np.float32),
        hidden_bias=np.zeros(1, dtype=np.float32),
        out=one,
        out_bias=np.zeros(1, dtype=np.float32),
    )

    def step(given: float, before: float) -> float:
        reset = 1 / (1 + math.exp(-(0.1 * given + 0.4 * before)))
        update = 1 / (1 + math.exp(-(0.2 * given + 0.1 + 0.5 * before)))
        new = math.tanh(0.3 * given + reset * (0.6 * before + 0.2))
        return (1 - update) * new + update * before

    first = step(2.0, 0.0)
    second = step(0.5, first)
    # Backwards every weight is 0, so that the state stays 0.
    assert scores(network, ["lead teams"])[:, 0].tolist() == pytest.approx([first, second], rel=1e-6)


@given(st.lists(st.lists(st.sampled_from([*WORDS.split(), "clinic"]), max_size=7), min_size=1, max_size=5))
def test_a_line_reads_the_same_among_others(lines: list[list[str]]) -> None:
    network = drawn()
    texts = [" ".join(words) for words in lines]
    tokens = tokenize(texts)
    together = scores(network, texts)
    for text, (begin, end) in zip(texts, pairwise(tokens.first), strict=True):
        assert together[begin:end] == pytest.approx(scores(network, [text]), abs=1e-12)


def test_rows_of_some_lines_alone() -> None:
    network, tokens = drawn(), tokenize(["Lead the team.", "Write the rota.", "Manage the ward."])
    rows = np.flatnonzero(tokens.line != 1)
    some = network.scores(tokens, unmarked(tokens), rows)
    assert some == pytest.approx(network.scores(tokens, unmarked(tokens), np.arange(len(tokens)))[rows], abs=1e-12)


def test_later_words_count_as_well_as_earlier_ones() -> None:
    network = drawn()
    assert abs(scores(network, ["lead the team"])[0] - scores(network, ["lead the rota"])[0]).max() > 1e-3
    assert abs(scores(network, ["lead the team"])[2] - scores(network, ["manage the team"])[2]).max() > 1e-3


def test_no_rows() -> None:
    tokens = tokenize(["Lead the team."])
    assert drawn().scores(tokens, unmarked(tokens), np.zeros(0, dtype=np.int64)).shape == (0, 5)


def test_a_mark_and_an_unknown_word_have_rows_of_their_own() -> None:
    tokens = tokenize(["zebra lead"])
    parts = word_parts(tokens, np.array([0, 5], dtype=np.uint64), tokens.lower[1:])
    assert parts[:, 0].tolist() == [0, 1]
    assert parts[:, 3].tolist() == [0, 5]


def test_arrays_come_back() -> None:
    network = drawn()
    again = rebuild("recurrent_network", arrays_of(network))
    assert (scores(again, [WORDS]) == scores(network, [WORDS])).all()


def test_an_absent_array_is_refused() -> None:
    arrays = arrays_of(drawn())
    del arrays["state"]
    with pytest.raises(ModelError, match="estimator of kind 'recurrent_network' lacks the array 'state'"):
        rebuild("recurrent_network", arrays)


# Fitting, which needs PyTorch


needs_torch = pytest.mark.skipif(not can_fit(), reason="PyTorch is not installed (the extra jdclass[train])")


@pytest.fixture(scope="module")
def lesson() -> tuple[Tokens, np.ndarray, WordVectors]:
    lines = [f"you will {verb} the {what}" for verb in ("lead", "run", "clean", "see") for what in ("ward", "team")] * 8
    tokens = tokenize(lines)
    verbs = {int(one): tag for one, tag in zip(tokenize(["lead run"]).lower, (1, 3), strict=True)}
    tags = np.array([verbs.get(int(one), 0) for one in tokens.lower])
    ids = np.unique(tokens.lower)
    table = np.random.default_rng(0).normal(size=(len(ids), 8)).astype(np.float32)
    return tokens, tags, WordVectors(ids, table / np.linalg.norm(table, axis=1, keepdims=True))


def fitted(lesson: tuple[Tokens, np.ndarray, WordVectors], *, epochs: int = 40) -> RecurrentNetwork:
    tokens, tags, vectors = lesson
    lines = np.arange(len(tokens.first) - 1)
    return fit_network(tokens, unmarked(tokens), tags, lines, vectors, kinds=5, epochs=epochs, seed=1)


@needs_torch
def test_it_learns_what_a_word_is_worth(lesson: tuple[Tokens, np.ndarray, WordVectors]) -> None:
    tokens, tags, _ = lesson
    found = fitted(lesson).scores(tokens, unmarked(tokens), np.arange(len(tokens))).argmax(axis=1)
    assert (found == tags).all()


@needs_torch
def test_the_same_seed_gives_the_same_network(lesson: tuple[Tokens, np.ndarray, WordVectors]) -> None:
    one, other = fitted(lesson, epochs=2).arrays(), fitted(lesson, epochs=2).arrays()
    assert all((one[name] == other[name]).all() for name in one)


@needs_torch
def test_numpy_runs_what_pytorch_fitted() -> None:
    import torch

    network = drawn(word=6, state=5)
    width = network.inner.shape[1]
    gru = torch.nn.GRU(width, 5, batch_first=True, bidirectional=True)
    state = {}
    for end, way in (("", 0), ("_reverse", 1)):
        state[f"weight_ih_l0{end}"] = torch.from_numpy(network.inner[way].T.copy())
        state[f"weight_hh_l0{end}"] = torch.from_numpy(network.state[way].T.copy())
        state[f"bias_ih_l0{end}"] = torch.from_numpy(network.inner_bias[way])
        state[f"bias_hh_l0{end}"] = torch.from_numpy(network.state_bias[way])
    gru.load_state_dict(state)
    tokens = tokenize([WORDS])
    parts = word_parts(tokens, unmarked(tokens), network.ids)
    tables = (network.word, network.ending, network.shape, network.mark)
    given = np.hstack([table[column] for column, table in zip(parts.T, tables, strict=True)])
    with torch.no_grad():
        states = gru(torch.from_numpy(given)[None])[0][0].numpy()
    hidden = np.maximum(states @ network.hidden + network.hidden_bias, 0)
    assert scores(network, [WORDS]) == pytest.approx(hidden @ network.out + network.out_bias, abs=1e-5)
