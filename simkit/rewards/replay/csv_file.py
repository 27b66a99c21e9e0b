"""A CSV file read in blocks of whole rows, and where a row stands when something is wrong with it."""

from __future__ import annotations

import csv
import io
import stat
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from simkit.params import Finding, ParameterError

BLOCK_BYTES: Final = 16 << 20
_LONGEST_ROW_BYTES: Final = 64 << 20
MOST_FINDINGS: Final = 10
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Block:
    """Whole rows of a file: the first `size` bytes of `content`, and where in the file they begin.

    `content` is used for the next block when this one has been read.
    """

    content: bytes | bytearray
    size: int
    offset: int

    @property
    def quoted(self) -> bool:
        """Whether there are quotation marks."""
        return self.content.find(b'"', 0, self.size) >= 0


@dataclass
class CsvFile:
    """A CSV file with a header that names at least `columns`, in any order; others are passed over.

    Rows are counted from 0 without the header and without empty lines. Raises `ParameterError` when the file cannot be used.
    """

    path: Path
    columns: tuple[str, ...]
    header: tuple[str, ...] = ()
    size: int = 0
    _begin: int = 0
    _marks: list[tuple[int, int]] = field(default_factory=list)  # row and offset with which blocks begin

    def __post_init__(self) -> None:
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise self.error("", "is no file that can be read twice; write it to disk first")
            self.size = status.st_size
            with self.path.open("rb") as file:
                first = file.readline(_LONGEST_ROW_BYTES)
        except OSError as error:
            raise self.error("", f"cannot be read: {error.strerror}") from error
        self._begin = len(first)
        self.header = self._checked_header(first.removeprefix(_BYTE_ORDER_MARK))

    def _checked_header(self, line: bytes) -> tuple[str, ...]:
        wanted = f"the first line must name the columns {','.join(self.columns)}"
        try:
            names = next(csv.reader([line.decode("utf-8")]), [])
        except (UnicodeDecodeError, csv.Error) as error:
            raise self.error("", f"{wanted}, in UTF-8", line=1) from error
        if not names:
            raise self.error("", f"is empty; {wanted}")
        findings = [
            Finding(str(self.path), name, f"the column is missing; the file has: {', '.join(names)}", 1)
            if name not in names
            else Finding(str(self.path), name, "the column stands twice", 1)
            for name in self.columns
            if names.count(name) != 1
        ]
        if findings:
            raise ParameterError(findings)
        return tuple(name if name in self.columns else f"{name} ({place})" for place, name in enumerate(names, start=1))

    def blocks(self, size: int = BLOCK_BYTES) -> Iterator[Block]:
        """Walk over the file in blocks of about `size` bytes, each of whole rows; a file without rows is one empty block."""
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(self._begin)
                yield from self._blocks(file, size)
        except OSError as error:
            raise self.error("", f"cannot be read: {error.strerror}") from error

    def _blocks(self, file: io.FileIO, size: int) -> Iterator[Block]:
        offset, held, content = self._begin, 0, bytearray(size)
        while read := file.readinto(memoryview(content)[held:]):
            held += read
            end = _end_of_rows(content, held)
            if end:
                yield Block(content, end, offset)
                content[: held - end] = content[end:held]
                offset, held = offset + end, held - end
            elif held > _LONGEST_ROW_BYTES:
                problem = f'no row ends within {_LONGEST_ROW_BYTES >> 20} MiB; is a quotation mark " left open?'
                raise self.error("", problem, self.line_at(offset))
            if held == len(content):
                content = content + bytearray(held)
        if held or offset == self._begin:
            yield Block(content, held, offset)

    def mark(self, row: int, offset: int) -> None:
        """Remember that the block at `offset` begins with `row`, so that rows are found again."""
        if not self._marks or row > self._marks[-1][0]:
            self._marks.append((row, offset))

    def line_of(self, row: int) -> int:
        """Return the line on which a row begins. It reads the file up to there."""
        place = max(bisect_right(self._marks, row, key=lambda mark: mark[0]) - 1, 0)
        first, offset = self._marks[place] if self._marks else (0, self._begin)
        with self.path.open("rb") as file:
            file.seek(offset)
            text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
            line = begins = self.line_at(offset)
            reader = csv.reader(text)
            for values in reader:
                if values and first == row:
                    return begins
                first += bool(values)
                begins = line + reader.line_num
        return begins

    def line_at(self, offset: int) -> int:
        """Return the number of the line, from 1, that begins at a byte."""
        line = 1
        with self.path.open("rb") as file:
            while offset > 0 and (content := file.read(min(BLOCK_BYTES, offset))):
                line += content.count(b"\n")
                offset -= len(content)
        return line

    def error(self, column: str, problem: str, line: int = 0) -> ParameterError:
        """Return an error of the file as a whole, or of one line."""
        return ParameterError([Finding(str(self.path), column, problem, line)])

    def error_in_rows(
        self, rows: Iterable[int], column: str, problems: Iterable[str], kind: type[ParameterError] = ParameterError
    ) -> ParameterError:
        """Return an error that names the first of `rows` and what is wrong with each."""
        return kind(
            [
                Finding(str(self.path), column, problem, self.line_of(row))
                for row, problem in islice(zip(rows, problems, strict=False), MOST_FINDINGS)
            ]
        )


def _end_of_rows(content: bytearray, held: int) -> int:
    """Return where the last whole row ends: at the last end of a line that is not within quotation marks."""
    end = content.rfind(b"\n", 0, held) + 1
    while end and content.find(b'"', 0, end) >= 0 and content.count(b'"', 0, end) % 2:
        end = content.rfind(b"\n", 0, end - 1) + 1
    return end
