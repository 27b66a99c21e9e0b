"""Lines of CSV files, put together from short texts that stand in many of them: ids, dates, words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simkit.compiled import compiled
from simkit.rewards.replay.columns import parts_of

_BUFFER_BYTES: Final = 1_000_000
_MARKS: Final = (b'"', b",", b"\r", b"\n")


class Texts:
    """Some arrays of texts as one table. Cells of lines are positions in it; `first` is where each array begins."""

    def __init__(self, arrays: Sequence[pa.StringArray]) -> None:
        self.first = np.cumsum([0, *(len(array) for array in arrays)], dtype=np.int32)
        self.content, self.begins = parts_of(pa.concat_arrays(arrays))


class LineWriter:
    """Writes lines to a file by way of a buffer, which holds a million bytes or the longest line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.buffer = np.empty(_BUFFER_BYTES, dtype=np.uint8)

    def write(self, texts: Texts, after: bytes, *columns: NDArray[Any]) -> None:
        """Write lines whose columns are the texts at some positions, each followed by its byte of `after`."""
        cells = np.empty((columns[0].shape[0], len(columns)), dtype=np.int32)
        for place, column in enumerate(columns):
            cells[:, place] = column
        ends = np.frombuffer(after, dtype=np.uint8)
        done = np.zeros(2, dtype=np.int64)
        while done[0] < cells.shape[0]:
            join_cells(texts.content, texts.begins, cells, ends, self.buffer, done)
            if done[1] == 0:
                self.buffer = np.empty(2 * self.buffer.shape[0], dtype=np.uint8)
            self._file.write(self.buffer[: done[1]].data)


@compiled(
    "void(Array(uint8, 1, 'C', readonly=True), Array(int32, 1, 'C', readonly=True), int32[:, ::1], "
    "Array(uint8, 1, 'C', readonly=True), uint8[::1], int64[::1])"
)
def join_cells(
    content: NDArray[np.uint8],
    begins: NDArray[np.int32],
    cells: NDArray[np.int32],
    after: NDArray[np.uint8],
    buffer: NDArray[np.uint8],
    done: NDArray[np.int64],
) -> None:
    """Fill the buffer with as many lines as it holds, from line `done[0]` on; put there how many are done, and the bytes written.

    A text lies in `content` from its begin to the next one's.
    """
    to = 0
    line = done[0]
    while line < cells.shape[0]:
        size = cells.shape[1]
        for column in range(cells.shape[1]):
            size += begins[cells[line, column] + 1] - begins[cells[line, column]]
        if to + size > buffer.shape[0]:
            break
        for column in range(cells.shape[1]):
            text = cells[line, column]
            for place in range(begins[text], begins[text + 1]):
                buffer[to] = content[place]
                to += 1
            buffer[to] = after[column]
            to += 1
        line += 1
    done[0], done[1] = line, to


def quoted(texts: pa.StringArray) -> pa.StringArray:
    """Put quotation marks around the texts that need them."""
    if not may_need_marks(texts):
        return texts
    marked = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(need_marks(texts), marked, texts)


def may_need_marks(texts: pa.StringArray) -> bool:
    """Say whether any text may need quotation marks."""
    content, begins = parts_of(texts)
    held = content[begins[0] :].tobytes()
    return any(mark in held for mark in _MARKS)


def need_marks(texts: pa.StringArray) -> pa.BooleanArray:
    """Say which texts cannot stand in a CSV file without quotation marks."""
    return pc.match_substring_regex(texts, '[",\\r\\n]')
