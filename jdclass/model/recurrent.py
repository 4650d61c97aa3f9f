"""A gated recurrent unit (Cho et al. 2014) run over many sequences at once, from both ends, in plain NumPy.

It carries the words of a line along (`network.py`) and the lines of a document (`zone_network.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_both_ways"]


def read_both_ways(
    gates: NDArray[np.float64], first: NDArray[np.int64], state: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(rows, 2H): the states after each row read forwards and, beside them, backwards.

    `gates` (2, rows, 3H) is what each row adds to the gates reset, update and new, in either direction; sequence k is
    the rows `first[k]` to `first[k + 1]`, none of them empty; `state` (2, H, 3H) and `bias` (2, 3H) are the fitted
    arrays. All sequences are read at once, the longest first, so that those still being read are always the first ones.

    Products of matrices are in double precision, so that what else is in the batch does not show in them.
    """
    size = state.shape[1]
    weights, offset = state.astype(np.float64), bias[:, None, :].astype(np.float64)
    sizes = np.diff(first)
    order = np.argsort(-sizes, kind="stable")
    begin, end, sizes = first[:-1][order], first[1:][order], sizes[order]
    out = np.empty((gates.shape[1], 2 * size))
    states = np.zeros((2, len(order), size))
    for step in range(int(sizes[0]) if len(sizes) else 0):
        active = int(np.searchsorted(-sizes, -step, side="left"))
        ahead, back = begin[:active] + step, end[:active] - 1 - step
        given = np.stack([gates[0, ahead], gates[1, back]])
        carried = states[:, :active] @ weights + offset
        both = _between_0_and_1(given[..., : 2 * size] + carried[..., : 2 * size])
        new = np.tanh((given[..., 2 * size :] + both[..., :size] * carried[..., 2 * size :]).astype(np.float32))
        states[:, :active] = new + both[..., size:] * (states[:, :active] - new)
        out[ahead, :size] = states[0, :active]
        out[back, size:] = states[1, :active]
    return out


def _between_0_and_1(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The logistic function, in single precision: NumPy takes several values at once there, five times as fast, and
    each by itself, so that the batch does not show."""
    out: NDArray[np.float32] = np.tanh(values.astype(np.float32) * np.float32(0.5))
    out *= np.float32(0.5)
    out += np.float32(0.5)
    return out
