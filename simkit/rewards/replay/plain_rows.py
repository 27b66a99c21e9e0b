"""The usual rows of a log, taken from their bytes in one go: four times as fast as Arrow, which has to take all ways of writing.

Usual is: no quotation marks, ASCII alone, every column there, times like 2024-03-10T12:00:00+08:00 or with Z, amounts like 99 or 99.00.
A block with anything else is left to `columns`; of the usual ones both make the same.
"""
# ruff: noqa: C901, PLR0911, PLR0912, PLR0913, PLR0915, PLR0917, PLR2004 - one byte after the other is how a row is read

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simkit.compiled import compiled
from simkit.rewards.codes import EventKind
from simkit.rewards.days import month_starts

TEXTS: Final = ("event_id", "customer_id", "ref")
KINDS: Final = {kind.name.lower(): kind for kind in EventKind if kind is not EventKind.PRIZE}
NO_AMOUNT: Final = -(2**63)
NANOSECONDS: Final = 1_000_000_000
_ROLES: Final = {"event_id": 0, "customer_id": 1, "ref": 2, "at": 3, "kind": 4, "amount": 5}
_AT, _KIND, _AMOUNT, _OTHER = 3, 4, 5, 6
_SHORTEST_ROW: Final = 24  # bytes of the shortest time and five commas, at least
_FIRST_SECOND: Final = 946_684_800  # 2000-01-01 in UTC
_ORDINARY: Final = np.array([32 <= byte < 127 and byte not in b',"' for byte in range(256)])
_DIGITS_OF_TIME: Final = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_COMMA, _LINE_FEED, _RETURN, _BLANK, _POINT, _ZERO, _MINUS, _PLUS, _COLON, _LETTER_T, _LETTER_Z = b",\n\r .0-+:TZ"
_MOST_DIGITS: Final = 13


def read_plain_rows(
    content: bytes | bytearray, size: int, header: tuple[str, ...]
) -> tuple[dict[str, pa.StringArray], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]] | None:
    """Return texts by column, instants, kinds and amounts (fen) of the rows in the first `size` bytes, None if any is unusual."""
    most = size // _SHORTEST_ROW + 1
    roles = np.array([_ROLES.get(name, _OTHER) for name in header], dtype=np.int64)
    texts, begins = np.empty((3, size), dtype=np.uint8), np.zeros((3, most + 1), dtype=np.int32)
    instants, amounts = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    kinds, result = np.empty(most, dtype=np.uint8), np.zeros(1, dtype=np.int64)
    held = np.frombuffer(content, dtype=np.uint8)[:size]
    plain_rows(held, roles, _kind_words(), _ORDINARY, month_starts(), texts, begins, instants, kinds, amounts, result)
    rows = int(result[0])
    if rows < 0:
        return None
    columns = {
        name: pa.StringArray.from_buffers(rows, pa.py_buffer(begins[place]), pa.py_buffer(texts[place]))
        for place, name in enumerate(TEXTS)
    }
    return columns, instants[:rows], kinds[:rows], amounts[:rows]


def _kind_words() -> NDArray[np.uint64]:
    """Return the names of the kinds, each as the number that its first eight bytes make and that of the others."""
    names = (name.encode() for name in KINDS)
    return np.array([[int.from_bytes(name[:8]), int.from_bytes(name[8:])] for name in names], dtype=np.uint64)


@compiled(
    "void(Array(uint8, 1, 'C', readonly=True), int64[::1], uint64[:, ::1], boolean[::1], int64[::1],"
    " uint8[:, ::1], int32[:, ::1], int64[::1], uint8[::1], int64[::1], int64[::1])"
)
def plain_rows(
    content: NDArray[np.uint8],
    roles: NDArray[np.int64],
    kind_words: NDArray[np.uint64],
    ordinary: NDArray[np.bool_],
    month_starts: NDArray[np.int64],
    texts: NDArray[np.uint8],
    begins: NDArray[np.int32],
    instants: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    amounts: NDArray[np.int64],
    result: NDArray[np.int64],
) -> None:
    """Fill the columns from `content`; `result` is the number of rows, -1 if one is unusual. `roles`: what each column is."""
    size, width, row, at = content.shape[0], roles.shape[0], 0, 0
    result[0] = -1
    if size and content[size - 1] != _LINE_FEED:  # with it, no column can run past the end
        return
    while at < size:
        if content[at] == _LINE_FEED:
            at += 1
            continue
        if content[at] == _RETURN and content[at + 1] == _LINE_FEED:
            at += 2
            continue
        if row == instants.shape[0]:
            return
        for column in range(width):
            role = roles[column]
            first = at
            if role < _AT:
                to = begins[role, row]
                byte = content[at]
                while ordinary[byte]:
                    texts[role, to] = byte
                    to += 1
                    at += 1
                    byte = content[at]
                if at == first and role < _AT - 1:
                    return
                begins[role, row + 1] = to
            elif role == _AT:
                if at + 20 > size:
                    return
                number, usual = 0, content[at + 10] == _LETTER_T or content[at + 10] == _BLANK
                for place in _DIGITS_OF_TIME:
                    digit = np.int64(content[at + place]) - _ZERO
                    usual &= (digit >= 0) & (digit <= 9)
                    number = int(number * 10 + digit)
                usual &= (content[at + 4] == _MINUS) & (content[at + 7] == _MINUS)
                usual &= (content[at + 13] == _COLON) & (content[at + 16] == _COLON)
                if not usual:
                    return
                second, minute, hour = number % 100, number // 100 % 100, number // 10_000 % 100
                day, month = number // 1_000_000 % 100, number // 100_000_000 % 100
                months = (number // 10_000_000_000 - 2000) * 12 + month - 1
                if not (0 < month < 13 and 0 <= months < 1200 and hour < 24 and minute < 60 and second < 60):
                    return
                if not 0 < day <= month_starts[months + 1] - month_starts[months]:
                    return
                moment = (month_starts[months] + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
                at += 20
                sign = content[at - 1]
                if sign in (_PLUS, _MINUS):
                    if at + 5 > size or content[at + 2] != _COLON:
                        return
                    number = 0
                    for place in (0, 1, 3, 4):
                        byte = content[at + place]
                        if byte < _ZERO or byte > _ZERO + 9:
                            return
                        number = number * 10 + byte - _ZERO
                    if number // 100 > 23 or number % 100 > 59:
                        return
                    offset = number // 100 * 3600 + number % 100 * 60
                    moment += offset if sign == _MINUS else -offset
                    at += 5
                elif sign != _LETTER_Z:
                    return
                instants[row] = (moment + _FIRST_SECOND) * NANOSECONDS
            elif role == _KIND:
                word = rest = np.uint64(0)
                while ordinary[content[at]] and at < first + 8:
                    word = word << np.uint64(8) | np.uint64(content[at])
                    at += 1
                while ordinary[content[at]] and at < first + 16:
                    rest = rest << np.uint64(8) | np.uint64(content[at])
                    at += 1
                kind = 0
                while kind < kind_words.shape[0] and (kind_words[kind, 0] != word or kind_words[kind, 1] != rest):
                    kind += 1
                if kind == kind_words.shape[0]:
                    return
                kinds[row] = kind
            elif role == _AMOUNT:
                number = 0
                while _ZERO <= content[at] <= _ZERO + 9:
                    number = number * 10 + content[at] - _ZERO
                    at += 1
                if at > first + _MOST_DIGITS:
                    return
                decimals = 0
                if at > first and content[at] == _POINT:
                    at += 1
                    while decimals < 2 and _ZERO <= content[at] <= _ZERO + 9:
                        number = number * 10 + content[at] - _ZERO
                        at += 1
                        decimals += 1
                for _ in range(decimals, 2):
                    number *= 10
                amounts[row] = number if at > first else NO_AMOUNT
            else:
                while ordinary[content[at]]:
                    at += 1
            ended = content[at] == _LINE_FEED
            if content[at] == _RETURN and content[at + 1] == _LINE_FEED:
                ended = True
                at += 1
            if ended != (column == width - 1) or (not ended and content[at] != _COMMA):
                return
            at += 1
        row += 1
    result[0] = row
