"""Rows of a CSV file as typed columns: by Arrow where it takes the values, value by value where it does not.

Arrow knows the usual ways of writing. A block in which it stumbles is read once more by Python's own CSV reader, which also takes
rows that leave out their last columns, and other ways of writing a time; what is still wrong is told with its line.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from simkit.params import Finding, ParameterError
from simkit.rewards.replay.csv_file import MOST_FINDINGS, Block, CsvFile

_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_FLAGS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND: Final = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Values:
    """How a column's texts are understood: by Arrow as a type, or one by one by `exact`, which raises `ValueError`.

    An empty text is null, except in columns of texts.
    """

    type: pa.DataType
    exact: Callable[[str], Any]


def _instant(text: str) -> int:
    try:
        nanoseconds: int = pa.scalar(text).cast(pa.timestamp("ns", tz="UTC")).value
    except pa.ArrowInvalid:
        pass
    else:
        return nanoseconds
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is no time; write it like 2024-03-10T12:00:00+08:00") from error
    if moment.utcoffset() is None:
        raise ValueError("lacks its offset from UTC; write it like 2024-03-10T12:00:00+08:00")
    # Beyond the 64 bits of nanoseconds, the nearest time that has a place there; it is out of range all the same.
    return max(min((moment - _EPOCH) // _MICROSECOND * 1000, 2**63 - 1), -(2**63) + 1)


def _money(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError("is no number; write it like 99.00")
    value = Decimal(text.strip())
    if abs(value) >= Decimal(10) ** 16:
        raise ValueError("is too large")
    if value != value.quantize(Decimal("0.01")):
        raise ValueError("has more than two decimals")
    return value.quantize(Decimal("0.01"))


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is no date; write it like 2024-03-01") from error


def _flag(text: str) -> bool:
    if text.strip() not in _FLAGS:
        raise ValueError("is not allowed; allowed: true, false")
    return _FLAGS[text.strip()]


TEXT: Final = Values(pa.string(), str)
WORD: Final = Values(pa.dictionary(pa.int32(), pa.string()), str)
INSTANT: Final = Values(pa.timestamp("ns", tz="UTC"), _instant)
MONEY: Final = Values(pa.decimal128(18, 2), _money)
DATE: Final = Values(pa.date32(), _date)
FLAG: Final = Values(pa.bool_(), _flag)


def read_columns(
    file: CsvFile, block: Block, columns: Mapping[str, Values], first_row: int = 0
) -> Mapping[str, pa.Array]:
    """Return some columns of a block, each in one piece; raise `ParameterError` with the lines of what cannot be understood.

    `first_row` is the number of the block's first row in the file.
    """
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(block.content)[: block.size]),
            arrow_csv.ReadOptions(column_names=file.header, use_threads=False, block_size=block.size + 1),
            arrow_csv.ParseOptions(newlines_in_values=block.quoted),
            arrow_csv.ConvertOptions(
                column_types={name: values.type for name, values in columns.items()},
                include_columns=list(columns),
                null_values=[""],
                strings_can_be_null=False,
                true_values=[text for text, flag in _FLAGS.items() if flag],
                false_values=[text for text, flag in _FLAGS.items() if not flag],
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _read_exactly(file, block, columns, first_row)
    return {name: _one_piece(table.column(name)) for name in columns}


def refuse_empty(file: CsvFile, columns: Mapping[str, pa.Array], first_row: int) -> None:
    """Raise `ParameterError` if one of these columns has an empty value."""
    for name, column in columns.items():
        if pa.types.is_string(column.type):
            empty = lengths(column) == 0
        elif pa.types.is_dictionary(column.type):
            empty = np.isin(
                column.indices.to_numpy(), [k for k, text in enumerate(column.dictionary.to_pylist()) if not text]
            )
        else:
            empty = column.is_null().to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(empty)
        if rows.shape[0]:
            raise file.error_in_rows((rows + first_row).tolist(), name, repeat("is empty"))


def lengths(texts: pa.StringArray) -> NDArray[np.int32]:
    """Return how many bytes each text has."""
    return np.diff(parts_of(texts)[1])


def parts_of(texts: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the bytes in which the texts lie, and where each begins and the last one ends."""
    _, offsets, content = texts.buffers()
    if not len(texts) or content is None:
        return np.empty(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int32)
    begins = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(content, dtype=np.uint8)[: begins[-1]], begins


def _one_piece(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _read_exactly(file: CsvFile, block: Block, columns: Mapping[str, Values], first_row: int) -> Mapping[str, pa.Array]:
    texts = _texts(file, block, first_row)
    findings: list[Finding] = []
    made = {}
    for name, values in columns.items():
        column = pa.array(texts[name], pa.string())
        if values is TEXT or values is WORD:
            made[name] = column if values is TEXT else column.dictionary_encode()
            continue
        codes = column.dictionary_encode()
        meanings, problems = _understood(codes.dictionary.to_pylist(), values)
        made[name] = pa.array(meanings, values.type).take(codes.indices)
        wrong = np.flatnonzero(np.isin(codes.indices.to_numpy(), list(problems)))
        for row in wrong[:MOST_FINDINGS].tolist():
            said = f"'{texts[name][row]}' {problems[codes.indices[row].as_py()]}"
            findings.append(Finding(str(file.path), name, said, file.line_of(first_row + row)))
    if findings:
        raise ParameterError(sorted(findings, key=lambda finding: finding.line)[:MOST_FINDINGS])
    return made


def _understood(texts: list[str], values: Values) -> tuple[list[Any], dict[int, str]]:
    """Return what texts mean, None for the empty and the wrong ones, and by position what is wrong."""
    meanings: list[Any] = []
    problems = {}
    for position, text in enumerate(texts):
        try:
            meanings.append(values.exact(text) if text else None)
        except ValueError as error:
            meanings.append(None)
            problems[position] = str(error)
    return meanings, problems


def _texts(file: CsvFile, block: Block, first_row: int) -> dict[str, list[str]]:
    """Return all columns as texts, by Python's reader; rows may leave out columns at their end."""
    width, rows = len(file.header), []
    for row, values in enumerate(_python_rows(file, block)):
        if len(values) > width:
            problem = f"has {len(values)} columns; the header has {width}: {','.join(values)[:200]}"
            raise file.error("", problem, file.line_of(first_row + row))
        rows.append(values + [""] * (width - len(values)))
    columns = zip(*rows, strict=True) if rows else ([] for _ in file.header)
    return {name: list(column) for name, column in zip(file.header, columns, strict=True)}


def _python_rows(file: CsvFile, block: Block) -> Iterator[list[str]]:
    try:
        text = block.content[: block.size].decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.line_at(block.offset) + block.content.count(b"\n", 0, error.start)
        raise file.error("", "is not UTF-8 text", line) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        yield from (values for values in reader if values)
    except csv.Error as error:
        line = file.line_at(block.offset) + reader.line_num - 1
        raise file.error("", f"cannot be read: {error}", line) from error
