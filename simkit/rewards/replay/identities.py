"""Numbers for names: of customers and events, millions of them, whatever their ids look like."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simkit.compiled import compiled
from simkit.rewards.replay.columns import parts_of

_BYTES = "Array(uint8, 1, 'C', readonly=True)"
_BEGINS = "Array(int32, 1, 'C', readonly=True)"


class Identities:
    """The names of an array, each found by its position. `duplicate` is the first that stands there before, -1 for none.

    Arrow's `index_in` would build its table anew for every block of a log. Names are told apart by a hash of 64 bits: that a name which
    is not there is taken for one of a million others has a chance of 5e-14, and for names of up to 8 bytes of the same length none.
    """

    def __init__(self, names: pa.StringArray) -> None:
        places = 2 << max(len(names), 1).bit_length()
        self._codes, self._positions = np.zeros(places, dtype=np.uint64), np.empty(places, dtype=np.int32)
        repeated = np.flatnonzero(self._look_up(names, enter=True) >= 0)
        self.duplicate = int(repeated[0]) if repeated.shape[0] else -1
        self._size = len(names)

    def __len__(self) -> int:
        """Return how many names there are."""
        return self._size

    def find(self, names: pa.StringArray) -> NDArray[np.int32]:
        """Return the position of each name, -1 for one that is not there."""
        return self._look_up(names, enter=False)

    def _look_up(self, names: pa.StringArray, *, enter: bool) -> NDArray[np.int32]:
        codes, found = np.empty(len(names), dtype=np.uint64), np.empty(len(names), dtype=np.int32)
        hash_names(*parts_of(names), codes)
        look_up(codes, self._codes, self._positions, enter, found)
        return found


@compiled(f"void({_BYTES}, {_BEGINS}, uint64[::1])")
def hash_names(content: NDArray[np.uint8], begins: NDArray[np.int32], codes: NDArray[np.uint64]) -> None:
    """Fill `codes` with a number above 0 for each name, which lies in `content` from its begin to the next one's."""
    factor, half = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
    for name in range(codes.shape[0]):
        begin, end = begins[name], begins[name + 1]
        code = np.uint64(end - begin) * factor
        for first in range(begin, end, 8):
            word = np.uint64(0)
            for place in range(first, min(first + 8, end)):
                word = word << np.uint64(8) | np.uint64(content[place])
            code = (code ^ word) * factor
            code ^= code >> half
        codes[name] = max(code * factor, np.uint64(1))


@compiled("void(uint64[::1], uint64[::1], int32[::1], boolean, int32[::1])")
def look_up(
    wanted: NDArray[np.uint64],
    codes: NDArray[np.uint64],
    positions: NDArray[np.int32],
    enter: bool,  # noqa: FBT001 - a compiled function has no named arguments
    found: NDArray[np.int32],
) -> None:
    """Fill `found` with the position of each wanted code in a table (a power of two of places, 0 is empty), -1 for none.

    Those that are not there are entered with their own position, if `enter`.
    """
    last, first = np.uint64(codes.shape[0] - 1), np.uint64(32)
    for name in range(wanted.shape[0]):
        code = wanted[name]
        place = code >> first & last
        while codes[place] != 0 and codes[place] != code:
            place = place + np.uint64(1) & last
        found[name] = positions[place] if codes[place] == code else -1
        if enter and codes[place] == 0:
            codes[place], positions[place] = code, name
