"""Fitting the recurrent network of the zones, with PyTorch (the extra `jdclass[train]`); reviewing needs none of it.

It learns from whole documents and, between their neighbours, from single lines. It memorises quickly: three rounds
gave the best likelihood on held-out employers, six a worse one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jdclass.learn.network import both_ways, exported, exported_table, one_thread, optimiser_of, take_step
from jdclass.learn.vectors import WordVectors
from jdclass.model.prepare import Prepared
from jdclass.model.zone_network import ENDING_BITS, OPENING, PAIR_BITS, LineParts, ZoneNetwork, line_parts

__all__ = ["fit_zone_network"]

STATE = 48
LINE = 96
WIDTHS = {"ending": 24, "pair": 48}
SCALE = 3.0  # as for phrases: word vectors are of unit length
DROPPED_IN, DROPPED_LINE, DROPPED_STATE, DROPPED_WORDS = 0.3, 0.3, 0.4, 0.08
DOCUMENTS_AT_ONCE = 12
FEW_LINES = 3  # documents of so few lines (a single line and its neighbours) are dealt out evenly over the rest
RATE, RATE_OF_WORDS = 3e-3, 1e-3
DECAY = 1e-2
_NO_ZONE = -100


def fit_zone_network(
    prepared: Prepared,
    zones: NDArray[np.int64],
    vectors: WordVectors,
    *,
    kinds: int,
    epochs: int,
    seed: int,
) -> ZoneNetwork:
    """Learn the zone numbers (below `kinds`; -1 for a line that is context alone) of all lines.

    The same input and seed give the same network. Raises ModuleNotFoundError without PyTorch; see `can_fit`.
    """
    with one_thread(seed):
        parts = line_parts(prepared, vectors.ids, zones=kinds)
        net = _train(parts, prepared.first_line, zones, vectors, kinds, epochs, seed)
        return _exported(net, vectors.ids)


def _net(vectors: WordVectors, facts: int, kinds: int) -> Any:
    """The layers in a dictionary of modules, by the names of ZoneNetwork."""
    import torch
    from torch import nn

    word = torch.zeros((len(vectors.ids) + 1, vectors.size))
    word[1:] = torch.from_numpy(np.asarray(vectors.table) * np.float32(SCALE))
    net = nn.ModuleDict(
        {
            "word": nn.Embedding.from_pretrained(word, freeze=False),
            "ending": nn.EmbeddingBag(1 << ENDING_BITS, WIDTHS["ending"], mode="mean"),
            "pair": nn.EmbeddingBag(1 << PAIR_BITS, WIDTHS["pair"], mode="mean"),
            "line": nn.Linear(vectors.size * (2 + OPENING) + sum(WIDTHS.values()) + facts, LINE),
            "gru": nn.GRU(LINE, STATE, batch_first=True, bidirectional=True),
            "out": nn.Linear(2 * STATE + LINE, kinds),
        }
    )
    for name in WIDTHS:
        nn.init.normal_(net[name].weight, 0, 0.1)
    return net


def _forward(net: Any, parts: LineParts, first_line: NDArray[np.int64], documents: NDArray[np.int64]) -> Any:
    """(lines, kinds) scores of the lines of some documents, with values dropped as in training."""
    import torch
    from torch.nn import functional, utils

    lines = np.concatenate([np.arange(first_line[one], first_line[one + 1]) for one in documents])
    rows = np.concatenate([np.arange(parts.first[line], parts.first[line + 1]) for line in lines])
    sizes = np.diff(parts.first)[lines]
    starts = torch.from_numpy(np.concatenate([[0], np.cumsum(sizes)[:-1]]))
    word = torch.from_numpy(parts.word[rows])
    word = torch.where(torch.rand(word.shape) < DROPPED_WORDS, torch.zeros_like(word), word)
    vectors, owner = net["word"](word), torch.from_numpy(np.repeat(np.arange(len(lines)), sizes))
    empty = torch.zeros((len(lines), vectors.shape[1]))
    mean = empty.index_add(0, owner, vectors) / torch.from_numpy(np.maximum(sizes, 1).astype(np.float32))[:, None]
    largest = empty.scatter_reduce(0, owner[:, None].expand_as(vectors), vectors, "amax", include_self=False)
    bags = [net[name](torch.from_numpy(getattr(parts, name)[rows]), starts) for name in ("pair", "ending")]
    opening = net["word"](torch.from_numpy(parts.opening[lines])).flatten(1)
    given = torch.cat([mean, largest, *bags, opening, torch.from_numpy(parts.facts[lines])], 1)
    made = functional.dropout(torch.relu(net["line"](functional.dropout(given, DROPPED_IN))), DROPPED_LINE)
    lengths = np.diff(first_line)[documents].tolist()
    packed = utils.rnn.pack_sequence(torch.split(made, lengths), enforce_sorted=False)
    padded, _ = utils.rnn.pad_packed_sequence(net["gru"](packed)[0], batch_first=True)
    states = torch.cat([padded[number, :length] for number, length in enumerate(lengths)])
    return net["out"](functional.dropout(torch.cat([states, made], 1), DROPPED_STATE))


def _train(
    parts: LineParts,
    first_line: NDArray[np.int64],
    zones: NDArray[np.int64],
    vectors: WordVectors,
    kinds: int,
    epochs: int,
    seed: int,
) -> Any:
    import torch
    from torch.nn import functional

    net, draw = _net(vectors, parts.facts.shape[1], kinds), np.random.default_rng(seed)
    lengths = np.diff(first_line)
    long = np.flatnonzero(lengths > FEW_LINES)
    short = np.flatnonzero((lengths > 0) & (lengths <= FEW_LINES))
    runs = max(len(long), 1) // DOCUMENTS_AT_ONCE + 1
    optimiser, rate = optimiser_of(net, (RATE_OF_WORDS, RATE), decay=DECAY, steps=epochs * runs)
    wanted = np.where(zones < 0, _NO_ZONE, zones)
    for _ in range(epochs):
        draw.shuffle(long)
        draw.shuffle(short)
        for run in range(runs):
            documents = np.concatenate([long[run::runs], short[run::runs]])
            lines = np.concatenate([np.arange(first_line[one], first_line[one + 1]) for one in documents])
            if (wanted[lines] == _NO_ZONE).all():
                continue
            loss = functional.cross_entropy(
                _forward(net, parts, first_line, documents), torch.from_numpy(wanted[lines]), ignore_index=_NO_ZONE
            )
            take_step(net, loss, optimiser, rate)
    return net


def _exported(net: Any, ids: NDArray[np.uint64]) -> ZoneNetwork:
    return ZoneNetwork.of(
        {
            "ids": np.asarray(ids),
            **{name: exported_table(net[name].weight) for name in ("word", *WIDTHS)},
            "line": exported(net["line"].weight.T),
            "line_bias": exported(net["line"].bias),
            **both_ways(net["gru"]),
            "out": exported(net["out"].weight.T),
            "out_bias": exported(net["out"].bias),
        }
    )
