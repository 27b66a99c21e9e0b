"""Columns of a ledger's tables as arrays, each read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class LedgerColumns:
    """One table of a run, and the names of the segments by code."""

    def __init__(self, table: pa.Table, segments: Sequence[str]) -> None:
        self._table = table
        self._segments = segments
        self._read: dict[str, NDArray[Any]] = {}
        self._words: dict[str, tuple[list[str], NDArray[Any]]] = {}

    def __getitem__(self, column: str) -> NDArray[Any]:
        if column not in self._read:
            self._read[column] = self._table[column].to_numpy()
        return self._read[column]

    def where(self, column: str, *words: str) -> NDArray[np.bool_]:
        """Say in which rows a column of words holds one of these."""
        return self.positions(column, words) >= 0

    def positions(self, column: str, words: Sequence[str]) -> NDArray[np.int64]:
        """Return each row's position in `words`, -1 for another word."""
        if column not in self._words:
            array = self._table[column].combine_chunks()
            self._words[column] = array.dictionary.to_pylist(), array.indices.to_numpy()
        stored, codes = self._words[column]
        place: Mapping[str, int] = {word: number for number, word in enumerate(words)}
        found: NDArray[np.int64] = np.array([place.get(word, -1) for word in stored], dtype=np.int64)[codes]
        return found

    def by_segment(self, weights: NDArray[Any]) -> Floats:
        """Return the sum of a weight for each row, by segment."""
        if "segment code" not in self._read:
            self._read["segment code"] = self.positions("segment", self._segments)
        return np.bincount(self._read["segment code"], weights, minlength=len(self._segments)).astype(np.float64)
