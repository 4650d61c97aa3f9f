"""Fitting the recurrent network of the phrase tagger, with PyTorch (the extra `jdclass[train]`); reviewing needs none
of it.

What kept it from memorising its few thousand lines, in order of what it gave: word vectors of the adverts to begin
with, dropout on the way in and out, words left out at random, few rounds at a rate that rises and falls.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jdclass.learn.vectors import WordVectors
from jdclass.model.network import ENDING_BITS, MARKS, SHAPE_BITS, RecurrentNetwork, word_parts
from jdclass.segment import Tokens

__all__ = [
    "both_ways",
    "can_fit",
    "exported",
    "exported_table",
    "fit_network",
    "one_thread",
    "optimiser_of",
    "take_step",
]

STATE = 96
HIDDEN = 64
WIDTHS = {"ending": 24, "shape": 8, "mark": 16}
SCALE = 3.0  # word vectors are of unit length; so their parts are about as large as those of the other tables
DROPPED_IN, DROPPED_STATE, DROPPED_HIDDEN, DROPPED_WORDS = 0.35, 0.4, 0.3, 0.06
LINES_AT_ONCE = 32
RATE, RATE_OF_WORDS = 3e-3, 1e-3  # the highest; the word vectors move less than the rest
DECAY = 1e-3
LARGEST_STEP = 1.0
_NO_TAG = -100


def can_fit() -> bool:
    """Whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


@contextmanager
def one_thread(seed: int) -> Iterator[None]:
    """PyTorch with one thread, or sums come out in another order each time, and with a generator of its own, which
    leaves the caller's as it was."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def optimiser_of(net: Any, rates: tuple[float, float], *, decay: float, steps: int) -> tuple[Any, Any]:
    """An optimiser and its schedule, whose highest rates are those for the word vectors and for all else."""
    import torch

    others = [values for name, values in net.named_parameters() if name != "word.weight"]
    parameters = [{"params": [net["word"].weight]}, {"params": others}]
    optimiser = torch.optim.AdamW(parameters, lr=rates[1], weight_decay=decay)
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, [*rates], total_steps=steps, pct_start=0.15)


def take_step(net: Any, loss: Any, optimiser: Any, rate: Any) -> None:
    """One step of the optimiser against a loss, and one of its schedule."""
    from torch.nn import utils

    optimiser.zero_grad()
    loss.backward()
    utils.clip_grad_norm_(net.parameters(), LARGEST_STEP)
    optimiser.step()
    rate.step()


def exported(values: Any) -> NDArray[np.float32]:
    """A fitted matrix or row as an array."""
    return np.ascontiguousarray(values.detach().numpy(), dtype=np.float32)


def exported_table(values: Any) -> NDArray[np.float16]:
    """A table of vectors in half precision: tables are most of what a network weighs, and the words read the same."""
    return np.ascontiguousarray(values.detach().numpy(), dtype=np.float16)


def both_ways(gru: Any) -> dict[str, NDArray[np.float32]]:
    """The arrays of a recurrent layer of two directions, as `read_both_ways` wants them: matrices are turned, so that
    rows of values stand before them."""

    def pair(name: str) -> NDArray[np.float32]:
        ways = [exported(getattr(gru, f"{name}_l0{end}")) for end in ("", "_reverse")]
        return np.stack([values.T if values.ndim == 2 else values for values in ways])

    names = {"inner": "weight_ih", "inner_bias": "bias_ih", "state": "weight_hh", "state_bias": "bias_hh"}
    return {name: pair(theirs) for name, theirs in names.items()}


def fit_network(
    tokens: Tokens,
    marks: NDArray[np.uint64],
    tags: NDArray[np.int64],
    lines: NDArray[np.int64],
    vectors: WordVectors,
    *,
    kinds: int,
    epochs: int,
    seed: int,
) -> RecurrentNetwork:
    """Learn the tags (numbers below `kinds`, one for each token) of the lines numbered `lines`.

    The same input and seed give the same network. Raises ModuleNotFoundError without PyTorch; see `can_fit`.
    """
    with one_thread(seed):
        parts = word_parts(tokens, marks, vectors.ids)
        places = [(int(tokens.first[line]), int(tokens.first[line + 1])) for line in lines.tolist()]
        net = _train(parts, tags, [place for place in places if place[0] < place[1]], vectors, kinds, epochs, seed)
        return _exported(net, vectors.ids)


def _net(vectors: WordVectors, kinds: int) -> Any:
    """The layers in a dictionary of modules, by the names of RecurrentNetwork."""
    import torch
    from torch import nn

    word = torch.zeros((len(vectors.ids) + 1, vectors.size))
    word[1:] = torch.from_numpy(np.asarray(vectors.table) * np.float32(SCALE))
    net = nn.ModuleDict(
        {
            "word": nn.Embedding.from_pretrained(word, freeze=False, padding_idx=0),
            "ending": nn.Embedding(1 << ENDING_BITS, WIDTHS["ending"]),
            "shape": nn.Embedding(1 << SHAPE_BITS, WIDTHS["shape"]),
            "mark": nn.Embedding(MARKS, WIDTHS["mark"]),
            "gru": nn.GRU(vectors.size + sum(WIDTHS.values()), STATE, batch_first=True, bidirectional=True),
            "hidden": nn.Linear(2 * STATE, HIDDEN),
            "out": nn.Linear(HIDDEN, kinds),
        }
    )
    nn.init.normal_(net["ending"].weight, 0, 0.1)
    return net


def _forward(net: Any, parts: Any, sizes: Any, *, drop: bool) -> Any:
    """(lines, longest, kinds) scores for parts (lines, longest, 4)."""
    import torch
    from torch.nn import functional, utils

    def dropped(values: Any, share: float) -> Any:
        return functional.dropout(values, share, training=drop)

    word = parts[..., 0]
    if drop:
        word = torch.where(torch.rand(word.shape) < DROPPED_WORDS, torch.zeros_like(word), word)
    rest = [net[name](parts[..., number]) for number, name in enumerate(WIDTHS, start=1)]
    given = dropped(torch.cat([net["word"](word), *rest], -1), DROPPED_IN)
    packed = utils.rnn.pack_padded_sequence(given, sizes, batch_first=True, enforce_sorted=False)
    states, _ = utils.rnn.pad_packed_sequence(net["gru"](packed)[0], batch_first=True)
    hidden = torch.relu(net["hidden"](dropped(states, DROPPED_STATE)))
    return net["out"](dropped(hidden, DROPPED_HIDDEN))


def _train(
    parts: NDArray[np.int64],
    tags: NDArray[np.int64],
    places: list[tuple[int, int]],
    vectors: WordVectors,
    kinds: int,
    epochs: int,
    seed: int,
) -> Any:
    import torch
    from torch.nn import functional

    net, draw = _net(vectors, kinds), np.random.default_rng(seed)
    runs = -(-len(places) // LINES_AT_ONCE)
    optimiser, rate = optimiser_of(net, (RATE_OF_WORDS, RATE), decay=DECAY, steps=epochs * runs)
    lengths = np.array([end - begin for begin, end in places])
    for _ in range(epochs):
        # Lines of about the same length together, so that little is padding.
        order = np.argsort(lengths + 8 * draw.random(len(places)), kind="stable")
        batches = [order[at : at + LINES_AT_ONCE] for at in range(0, len(order), LINES_AT_ONCE)]
        draw.shuffle(batches)
        for batch in batches:
            sizes = torch.from_numpy(lengths[batch])
            given = np.zeros((len(batch), int(lengths[batch].max()), parts.shape[1]), dtype=np.int64)
            wanted = np.full(given.shape[:2], _NO_TAG, dtype=np.int64)
            for row, number in enumerate(batch.tolist()):
                begin, end = places[number]
                given[row, : end - begin], wanted[row, : end - begin] = parts[begin:end], tags[begin:end]
            scores = _forward(net, torch.from_numpy(given), sizes, drop=True)
            loss = functional.cross_entropy(
                scores.flatten(0, 1), torch.from_numpy(wanted).flatten(), ignore_index=_NO_TAG
            )
            take_step(net, loss, optimiser, rate)
    return net


def _exported(net: Any, ids: NDArray[np.uint64]) -> RecurrentNetwork:
    return RecurrentNetwork.of(
        {
            "ids": np.asarray(ids),
            **{name: exported_table(net[name].weight) for name in ("word", *WIDTHS)},
            **both_ways(net["gru"]),
            "hidden": exported(net["hidden"].weight.T),
            "hidden_bias": exported(net["hidden"].bias),
            "out": exported(net["out"].weight.T),
            "out_bias": exported(net["out"].bias),
        }
    )
