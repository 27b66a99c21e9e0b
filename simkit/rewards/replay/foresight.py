"""A first look over a log, at the few rows that say something of others: which payments are refunded later, and whose codes are shown.

So only payments that will be refunded have to be remembered, and the log is never held as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from simkit.params import ParameterError
from simkit.rewards.codes import EventKind
from simkit.rewards.programme import Programme
from simkit.rewards.replay.columns import TEXT, read_columns
from simkit.rewards.replay.csv_file import Block, CsvFile
from simkit.rewards.replay.customers import Customers
from simkit.rewards.triggers import Referral

_REFUND, _CODE = EventKind.REFUND.name.lower(), EventKind.CODE.name.lower()


@dataclass(frozen=True)
class Foresight:
    """Ids of the payments that are refunded, and codes that are no customer's id; each once."""

    refunded: pa.StringArray
    staff_codes: pa.StringArray


def look_ahead(
    file: CsvFile, customers: Customers, programme: Programme, block_bytes: int, advance: Callable[[int], None]
) -> Foresight:
    """Read the rows of refunds and, if the programme rewards referrals, of codes."""
    referrals = any(isinstance(part.trigger, Referral) for part in programme.parts.values())
    kinds = (_REFUND, _CODE) if referrals else (_REFUND,)
    found: dict[str, list[pa.StringArray]] = {_REFUND: [], _CODE: []}
    for block in file.blocks(block_bytes):
        advance(block.size)
        try:
            columns = read_columns(file, _rows_with(block, kinds), {"kind": TEXT, "ref": TEXT})
        except ParameterError:  # told in the second reading, which knows the row
            continue
        for kind in kinds:
            found[kind].append(columns["ref"].filter(pc.equal(columns["kind"], kind)))
    codes = _different(found[_CODE])
    return Foresight(_different(found[_REFUND]), codes.filter(pa.array(customers.number.find(codes) < 0)))


def _different(texts: list[pa.StringArray]) -> pa.StringArray:
    return pc.unique(pa.concat_arrays([*texts, pa.array([], pa.string())]))


def _rows_with(block: Block, words: Sequence[str]) -> Block:
    """Return the rows in which a word stands somewhere; all rows where quotation marks may hide the end of a row."""
    if block.quoted:
        return block
    lines = {begin: block.content[begin:end] for word in words for begin, end in _lines_with(block, word.encode())}
    content = b"".join(lines[begin] for begin in sorted(lines))
    return Block(content, len(content), block.offset)


def _lines_with(block: Block, word: bytes) -> Iterator[tuple[int, int]]:
    content, size = block.content, block.size
    place = content.find(word, 0, size)
    while place >= 0:
        end = content.find(b"\n", place, size) + 1 or size
        yield content.rfind(b"\n", 0, place) + 1, end
        place = content.find(word, end, size)
