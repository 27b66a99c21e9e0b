"""Putting a whole bank in order, equals as they stand: as `np.argsort` with `kind="stable"`, for many customers far faster."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_HALF_WORD = 16


def stable_order(keys: NDArray[np.number[Any]]) -> NDArray[np.intp]:
    """Return the positions of keys from the lowest to the highest; keys are not NaN.

    Words of 32 bits are sorted by their lower half, then by their upper one: NumPy counts numbers of 16 bits, but merges longer ones.
    """
    if keys.dtype not in (np.float32, np.uint32):
        return np.argsort(keys, kind="stable")
    words = _in_order_of(keys) if keys.dtype == np.float32 else keys.view(np.uint32)
    order = np.argsort(words.astype(np.uint16), kind="stable")
    upper = (words >> np.uint32(_HALF_WORD)).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")]


def _in_order_of(numbers: NDArray[Any]) -> NDArray[np.uint32]:
    """Return words in the order of these single-precision numbers: negative ones have their bits turned, others their sign."""
    words = (numbers + np.float32(0)).view(np.uint32)  # -0 becomes 0
    return np.where(words >> 31, ~words, words | np.uint32(1 << 31))
