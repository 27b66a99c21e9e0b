"""Putting a whole bank in order, equals as they stand: as `np.argsort` with `kind="stable"`, for many customers far faster."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.compiled import compiled

_DIGITS, _DIGIT_BITS = 3, 11
_SIGN = np.uint32(1 << 31)


def stable_order(keys: NDArray[np.number[Any]]) -> NDArray[np.intp]:
    """Return the positions of keys from the lowest to the highest; keys are not NaN.

    Words of 32 bits are sorted by counting, digit by digit; NumPy does so with shorter numbers, but merges these.
    """
    if keys.dtype not in (np.float32, np.uint32):
        return np.argsort(keys, kind="stable")
    words = _in_order_of(keys) if keys.dtype == np.float32 else keys.view(np.uint32)
    order = np.arange(words.shape[0], dtype=np.int32)
    places = np.zeros((_DIGITS, 1 << _DIGIT_BITS), dtype=np.int64)
    sort_by_digits(np.ascontiguousarray(words), order, np.empty_like(order), places)
    return order.astype(np.intp)


def _in_order_of(numbers: NDArray[Any]) -> NDArray[np.uint32]:
    """Return words in the order of these single-precision numbers: negative ones have their bits turned, others their sign."""
    words = (numbers + np.float32(0)).view(np.uint32)  # -0 becomes 0
    words ^= (words.view(np.int32) >> 31).view(np.uint32) | _SIGN
    return words


@compiled("void(uint32[::1], int32[::1], int32[::1], int64[:, ::1])")
def sort_by_digits(
    words: NDArray[np.uint32], order: NDArray[np.int32], spare: NDArray[np.int32], places: NDArray[np.int64]
) -> None:
    """Put `order`, all positions as they stand, in the order of their words, the lowest digit first.

    spare: is as long. places: of each value of each digit, shape (3, 2048), all 0.
    """
    values = 1 << _DIGIT_BITS
    for word in words:
        for digit in range(_DIGITS):
            places[digit, (word >> (digit * _DIGIT_BITS)) % values] += 1
    for digit in range(_DIGITS):
        if words.shape[0] and places[digit, (words[0] >> (digit * _DIGIT_BITS)) % values] == words.shape[0]:
            continue  # the same digit in all words
        following = 0
        for value in range(values):
            following += places[digit, value]
            places[digit, value] = following - places[digit, value]
        for row in order:
            value = (words[row] >> (digit * _DIGIT_BITS)) % values
            spare[places[digit, value]] = row
            places[digit, value] += 1
        for place in range(words.shape[0]):
            order[place] = spare[place]
