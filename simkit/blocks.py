"""Long columns a block at a time: what is computed on the way stays in the processor's cache, and never fills the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 2**15


def blocks(size: int) -> Iterator[slice]:
    """Walk over a column's blocks; an empty column has one, an empty one."""
    for first in range(0, max(size, 1), BLOCK):
        yield slice(first, min(first + BLOCK, size))


def by_block(compute: Callable[[NDArray[Any]], Any], column: NDArray[Any]) -> NDArray[Any]:
    """Return what `compute` makes of each block of a column, one entry each, as one column."""
    first, *others = blocks(column.shape[0])
    begun = np.asarray(compute(column[first]))
    made = np.empty(column.shape[0], dtype=begun.dtype)
    made[first] = begun
    for some in others:
        made[some] = compute(column[some])
    return made


def keep_rows(rows: NDArray[np.intp], column: NDArray[Any]) -> NDArray[Any]:
    """Put these rows, in order, in the place of a column's first ones, and return those: nothing else is kept, no memory is asked for."""
    kept = column[: rows.shape[0]]
    kept[:] = column.take(rows)
    return kept
