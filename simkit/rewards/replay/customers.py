"""Who plays: `customers.csv` as the engine's cards, and the number of each customer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simkit.params import nearest
from simkit.rewards.days import DAYS, FIRST
from simkit.rewards.engine import Cards
from simkit.rewards.programme import Programme
from simkit.rewards.replay.columns import DATE, FLAG, TEXT, WORD, Values, read_columns, refuse_empty
from simkit.rewards.replay.csv_file import CsvFile
from simkit.rewards.replay.identities import Identities

COLUMNS: Final[Mapping[str, Values]] = {
    "customer_id": TEXT,
    "card_tier": WORD,
    "new_customer": FLAG,
    "primary_card": FLAG,
    "approved_on": DATE,
}
DAY_0: Final = (FIRST - datetime.date(1970, 1, 1)).days


@dataclass(frozen=True)
class Customers:
    """Accounts: the customers in the order of their file, then owners of codes who are no customers. `number` knows customers alone."""

    ids: pa.StringArray
    number: Identities
    cards: Cards

    def with_staff(self, codes: pa.StringArray) -> Customers:
        """Return these accounts and one for each code."""
        more = len(codes)
        cards = Cards(
            tier=_and_zeros(self.cards.tier, more),
            new_customer=_and_zeros(self.cards.new_customer, more),
            primary_card=_and_zeros(self.cards.primary_card, more),
            approved_day=_and_zeros(self.cards.approved_day, more),
            staff=np.arange(len(self.ids) + more) >= len(self.ids),
        )
        return Customers(pa.concat_arrays([self.ids, codes]), self.number, cards)


def read_customers(file: CsvFile, programme: Programme) -> Customers:
    """Read the cards. Raises `ParameterError` with the lines of what cannot be understood or stands twice."""
    ids, cards = [], []
    first_row = 0
    for block in file.blocks():
        file.mark(first_row, block.offset)
        columns = read_columns(file, block, COLUMNS, first_row)
        refuse_empty(file, columns, first_row)
        ids.append(columns["customer_id"])
        cards.append(_cards(file, columns, programme, first_row))
        first_row += len(ids[-1])
    everybody = pa.concat_arrays(ids)
    number = Identities(everybody)
    if number.duplicate >= 0:
        again = everybody[number.duplicate].as_py()
        before = file.line_of(pc.index(everybody, again).as_py())
        line = file.line_of(number.duplicate)
        raise file.error("customer_id", f"'{again}' stands twice (first in line {before})", line)
    return Customers(everybody, number, Cards(*(np.concatenate(pieces) for pieces in zip(*cards, strict=True))))


def _cards(
    file: CsvFile, columns: Mapping[str, pa.Array], programme: Programme, first_row: int
) -> tuple[NDArray[Any], ...]:
    """Return the arrays of `Cards` for one block."""
    approved = columns["approved_on"].cast(pa.int32()).to_numpy() - DAY_0
    wrong = np.flatnonzero((approved < 0) | (approved >= DAYS))
    if wrong.shape[0]:
        dates = columns["approved_on"].take(pa.array(wrong))
        problems = (f"{date} is outside 2000-01-01 to 2099-12-31" for date in dates.to_pylist())
        raise file.error_in_rows((wrong + first_row).tolist(), "approved_on", problems)
    flags = (columns[name].to_numpy(zero_copy_only=False) for name in ("new_customer", "primary_card"))
    return _tiers(file, columns["card_tier"], programme, first_row), *flags, approved.astype(np.uint16)


def _tiers(file: CsvFile, words: pa.DictionaryArray, programme: Programme, first_row: int) -> NDArray[np.uint8]:
    """Return each card's position in the programme's tiers; where the programme has none, every card is alike."""
    if "tiers" not in programme.model_fields_set:
        return np.zeros(len(words), dtype=np.uint8)
    known = words.dictionary.to_pylist()
    unknown = [code for code, word in enumerate(known) if word not in programme.tiers]
    rows = np.flatnonzero(np.isin(words.indices.to_numpy(), unknown))
    if rows.shape[0]:
        said = (word.as_py() for word in words.take(pa.array(rows)))
        problems = (f"'{word}' is unknown; {nearest(word, programme.tiers)}" for word in said)
        raise file.error_in_rows((rows + first_row).tolist(), "card_tier", problems)
    positions = np.array([programme.tiers.index(word) for word in known], dtype=np.uint8)
    tiers: NDArray[np.uint8] = positions[words.indices.to_numpy()]
    return tiers


def _and_zeros(column: NDArray[Any], more: int) -> NDArray[Any]:
    return np.concatenate([column, np.zeros(more, dtype=column.dtype)])
