"""Random numbers by (seed, replication, decision, customer, occasion).

Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC11) is a function from a key and a counter
to four 32-bit words. The key holds the seed and the replication, the counter the decision, the customer and the occasion. A number
therefore depends on nothing else: not on the strategy, the order of calls, the number of workers or who else was drawn.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from simkit.compiled import compiled

Uniforms: TypeAlias = NDArray[np.float64]
Identifiers: TypeAlias = NDArray[np.integer[Any]]
Word = TypeVar("Word", np.uint32, np.float64)

_LARGEST_WORD = 2**32 - 1
_BLOCK_WORDS = 4
_WORD_TO_UNIT = 1.0 / 2**32


@compiled(
    "void(uint64, uint64, uint64, uint32[::1], uint32[::1], uint32[:, ::1])",
    "void(uint64, uint64, uint64, uint32[::1], uint32[::1], float64[:, ::1])",
)
def _philox(
    seed: int,
    replication: int,
    decision: int,
    identifiers: NDArray[np.uint32],
    occasions: NDArray[np.uint32],
    words: NDArray[Word],
) -> None:
    """Fill `words` (width, n), width 1 to 4, with the Philox4x32-10 block of each (identifier, occasion), one column a block.

    `occasions` has one entry for all or one for each identifier. Every operation is cast back to 64 bits and masked on purpose:
    numba widens sums of 32-bit integers, and a silent widening changes the stream.
    """
    mask = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    multiplier_0, multiplier_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
    weyl_0, weyl_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
    width = words.shape[0]
    for row in range(identifiers.shape[0]):
        counter_0 = np.uint64(identifiers[row])
        counter_1 = np.uint64(occasions[row if occasions.shape[0] > 1 else 0])
        counter_2, counter_3 = np.uint64(decision), np.uint64(0)
        key_0, key_1 = np.uint64(seed), np.uint64(replication)
        for _ in range(10):
            product_0, product_1 = multiplier_0 * counter_0, multiplier_1 * counter_2
            counter_0 = (product_1 >> half) ^ counter_1 ^ key_0
            counter_1 = product_1 & mask
            counter_2 = (product_0 >> half) ^ counter_3 ^ key_1
            counter_3 = product_0 & mask
            key_0 = (key_0 + weyl_0) & mask
            key_1 = (key_1 + weyl_1) & mask
        words[0, row] = np.uint32(
            counter_0
        )  # four branches and rows, not a loop: the compiler makes vector code of these
        if width > 1:
            words[1, row] = np.uint32(counter_1)
        if width > 2:  # noqa: PLR2004
            words[2, row] = np.uint32(counter_2)
        if width > 3:  # noqa: PLR2004
            words[3, row] = np.uint32(counter_3)


class Decision:
    """One named random decision; made by `Streams.decision`."""

    def __init__(self, name: str, code: int, seed: int, replication: int) -> None:
        self.name = name
        self._code = code
        self._seed = seed
        self._replication = replication

    def words(self, identifiers: Identifiers, occasion: int | Identifiers = 0, width: int = 4) -> NDArray[np.uint32]:
        """Return the first `width` (1 to 4) 32-bit words of each identifier's block, shape (n, width); columns are contiguous.

        Raises `ValueError` for another width, and for occasions that are neither one nor as many as the identifiers.
        """
        return self._block(identifiers, occasion, width, np.uint32).T

    def faces(self, identifiers: Identifiers, occasion: int | Identifiers = 0, width: int = 4) -> NDArray[np.uint16]:
        """Return the first `width` (1 to 4) words of each block as faces of a die of 65,536, shape (n, 2 × width)."""
        return np.ascontiguousarray(self.words(identifiers, occasion, width)).view(np.uint16)

    def uniform(self, identifiers: Identifiers, occasion: int | Identifiers = 0) -> Uniforms:
        """Return one number in the open interval (0, 1) for each identifier, shape (n,).

        `occasion` is a calendar thing (day, week, attempt number), one for all or one for each, never a counter of draws.
        """
        return self.uniforms(identifiers, occasion, width=1)[:, 0]

    def uniforms(self, identifiers: Identifiers, occasion: int | Identifiers = 0, width: int = 4) -> Uniforms:
        """Return `width` (1 to 4) independent numbers in (0, 1) for each identifier, shape (n, width); columns are contiguous."""
        numbers = self._block(identifiers, occasion, width, np.float64)
        numbers += 0.5
        numbers *= _WORD_TO_UNIT
        return numbers.T

    def exponential(self, identifiers: Identifiers, occasion: int | Identifiers = 0) -> Uniforms:
        """Return exponential numbers of mean 1, shape (n,), by inversion."""
        numbers = self.uniform(identifiers, occasion)
        np.log(numbers, out=numbers)
        return np.negative(numbers, out=numbers)

    def _block(
        self, identifiers: Identifiers, occasion: int | Identifiers, width: int, kind: type[Word]
    ) -> NDArray[Word]:
        """Return the first `width` words of each identifier's block as numbers of one kind, shape (width, n)."""
        rows = np.ascontiguousarray(identifiers, dtype=np.uint32)
        occasions = np.array(occasion, dtype=np.uint32, ndmin=1, copy=None)
        if not 1 <= width <= _BLOCK_WORDS:
            raise ValueError(f"width is {width}; a block has 1 to {_BLOCK_WORDS} words")
        if occasions.shape[0] not in (1, rows.shape[0]):
            raise ValueError(
                f"{occasions.shape[0]} occasions for {rows.shape[0]} identifiers; give one, or one for each"
            )
        words = np.empty((width, rows.shape[0]), dtype=kind)
        _philox(self._seed, self._replication, self._code, rows, occasions, words)
        return words


class Streams:
    """The random numbers of one run: all decisions under one seed and one replication.

    The strategy is deliberately no part of the key, so a customer has the same luck for the same decision under every strategy.
    """

    def __init__(self, seed: int, replication: int) -> None:
        for name, value in (("seed", seed), ("replication", replication)):
            if not 0 <= value <= _LARGEST_WORD:
                raise ValueError(f"{name} is {value}; it must lie between 0 and {_LARGEST_WORD}")
        self.seed = seed
        self.replication = replication
        self._names: dict[int, str] = {}

    def decision(self, name: str) -> Decision:
        """Declare the decision `name`. Declaring one name twice in a run, or two names with one code, is an error."""
        code = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
        if code in self._names:
            raise ValueError(f"the decision {name!r} is declared already (as {self._names[code]!r})")
        self._names[code] = name
        return Decision(name, code, self.seed, self.replication)
