"""The event log as columns, block by block, each value checked for itself; what it means for a programme is said in `meaning`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simkit.params import nearest
from simkit.rewards.codes import EventKind
from simkit.rewards.days import DAYS, OFFSET_SECONDS
from simkit.rewards.replay.columns import INSTANT, MONEY, TEXT, WORD, Values, read_columns, refuse_empty
from simkit.rewards.replay.csv_file import Block, CsvFile
from simkit.rewards.replay.customers import DAY_0
from simkit.rewards.replay.plain_rows import KINDS, NANOSECONDS, NO_AMOUNT, read_plain_rows

COLUMNS: Final[Mapping[str, Values]] = {
    "event_id": TEXT,
    "customer_id": TEXT,
    "at": INSTANT,
    "kind": WORD,
    "amount": MONEY,
    "ref": TEXT,
}
_WITH_AMOUNT: Final = np.isin(np.arange(256), (EventKind.PAYMENT, EventKind.CASH_ADVANCE, EventKind.POINTS))  # by kind
_LARGEST: Final = 100_000_000_000  # fen: with it no sum of the engine leaves 64 bits
_FEN: Final = 100
_DAY: Final = 86_400 * NANOSECONDS
_FIRST_INSTANT: Final = DAY_0 * _DAY - OFFSET_SECONDS * NANOSECONDS
_LAST_INSTANT: Final = _FIRST_INSTANT + DAYS * _DAY - 1
SCHEMA: Final = pa.schema(
    {
        "row": pa.int64(),
        "event_id": pa.string(),
        "customer_id": pa.string(),
        "instant": pa.int64(),
        "kind": pa.uint8(),
        "amount": pa.int64(),
        "ref": pa.string(),
    }
)


@dataclass(frozen=True)
class Rows:
    """Rows of a log: their number in the file, and their columns.

    instant: nanoseconds since 1970 in UTC. kind: `EventKind`. amount: fen, or points; `NO_AMOUNT` where it is empty.
    """

    row: NDArray[np.int64]
    event_id: pa.StringArray
    customer_id: pa.StringArray
    instant: NDArray[np.int64]
    kind: NDArray[np.uint8]
    amount: NDArray[np.int64]
    ref: pa.StringArray

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self.row.shape[0])

    @property
    def day(self) -> NDArray[np.uint16]:
        """The local day of each row, as the engine counts."""
        day: NDArray[np.uint16] = ((self.instant - _FIRST_INSTANT) // _DAY).astype(np.uint16)
        return day

    def to_batch(self) -> pa.RecordBatch:
        """Return the columns for Arrow."""
        return pa.record_batch([pa.array(getattr(self, column.name)) for column in fields(self)], schema=SCHEMA)

    @classmethod
    def from_batch(cls, batch: pa.RecordBatch) -> Rows:
        """Return the rows of a batch."""
        columns = (batch.column(column.name).cast(column.type) for column in SCHEMA)
        return cls(*(column if column.type == pa.string() else column.to_numpy().copy() for column in columns))


def read_log(file: CsvFile, block_bytes: int, advance: Callable[[int], None]) -> Iterator[Rows]:
    """Walk over a log; `advance` is told how many bytes are behind it. Raises `ParameterError` with the lines of wrong values."""
    first_row = 0
    for block in file.blocks(block_bytes):
        file.mark(first_row, block.offset)
        rows = usual_rows(file, block, first_row)
        if rows is None:
            rows = any_rows(file, block, first_row)
        _check(file, rows)
        credits_ = rows.kind == EventKind.POINTS
        rows.amount[credits_] //= _FEN
        yield rows
        first_row += len(rows)
        advance(block.size)


def usual_rows(file: CsvFile, block: Block, first_row: int) -> Rows | None:
    """Return the rows of a block that holds only usual ones."""
    read = None if block.quoted else read_plain_rows(block.content, block.size, file.header)
    if read is None:
        return None
    texts, instants, kinds, amounts = read
    numbers = np.arange(first_row, first_row + instants.shape[0])
    return Rows(numbers, texts["event_id"], texts["customer_id"], instants, kinds, amounts, texts["ref"])


def any_rows(file: CsvFile, block: Block, first_row: int) -> Rows:
    """Return the rows of a block, however they are written."""
    columns = read_columns(file, block, COLUMNS, first_row)
    refuse_empty(file, {name: columns[name] for name in ("event_id", "customer_id", "at", "kind")}, first_row)
    return Rows(
        row=np.arange(first_row, first_row + len(columns["at"])),
        event_id=columns["event_id"],
        customer_id=columns["customer_id"],
        instant=columns["at"].cast(pa.int64()).to_numpy(),
        kind=_kinds(file, columns["kind"], first_row),
        amount=_fen(columns["amount"]),
        ref=columns["ref"],
    )


def _kinds(file: CsvFile, words: pa.DictionaryArray, first_row: int) -> NDArray[np.uint8]:
    known = words.dictionary.to_pylist()
    codes = words.indices.to_numpy()
    unknown = [code for code, word in enumerate(known) if word not in KINDS]
    rows = np.flatnonzero(np.isin(codes, unknown)) if unknown else ()
    if len(rows):
        said = (known[codes[row]] for row in rows)
        problems = (f"'{word}' is unknown; {nearest(word, KINDS)}" for word in said)
        raise file.error_in_rows((int(row) + first_row for row in rows), "kind", problems)
    kinds: NDArray[np.uint8] = np.array([KINDS[word] for word in known], dtype=np.uint8)[codes]
    return kinds


def _fen(amounts: pa.Decimal128Array) -> NDArray[np.int64]:
    """Return decimals as whole fen, without a detour over floats: the lower half of Arrow's 128 bits."""
    _, content = amounts.buffers()
    halves = np.frombuffer(content, dtype=np.int64) if content is not None else np.empty(0, dtype=np.int64)
    fen = halves[2 * amounts.offset : 2 * (amounts.offset + len(amounts)) : 2]
    if not amounts.null_count:
        return fen.copy()
    return np.where(amounts.is_null().to_numpy(zero_copy_only=False), NO_AMOUNT, fen)


def _check(file: CsvFile, rows: Rows) -> None:
    """Raise `ParameterError` where a time or an amount makes no sense."""
    amount = rows.amount
    needed = _WITH_AMOUNT[rows.kind]
    outside = (rows.instant < _FIRST_INSTANT) | (rows.instant > _LAST_INSTANT)
    refuse(file, rows, outside, "at", lambda _: "its day is outside 2000-01-01 to 2099-12-31")
    refuse(file, rows, needed & (amount == NO_AMOUNT), "amount", lambda _: "is empty")
    refuse(file, rows, needed & (amount < 0), "amount", lambda place: f"{_cny(amount[place])} is negative")
    too_large = needed & (amount > _LARGEST)
    refuse(file, rows, too_large, "amount", lambda place: f"{_cny(amount[place])} is more than {_cny(_LARGEST)}")
    broken = rows.kind == EventKind.POINTS
    broken[broken] = amount[broken] % _FEN != 0
    refuse(file, rows, broken, "amount", lambda place: f"{_cny(amount[place])} points are no whole number")


def _cny(fen: int) -> str:
    whole, rest = divmod(abs(fen), _FEN)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


def refuse(file: CsvFile, rows: Rows, wrong: NDArray[np.bool_], column: str, problem: Callable[[int], str]) -> None:
    """Raise `ParameterError` if any row is wrong; `problem` says for a position what is."""
    if wrong.any():
        places = np.flatnonzero(wrong).tolist()
        raise file.error_in_rows((int(rows.row[place]) for place in places), column, map(problem, places))
