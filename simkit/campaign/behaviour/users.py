"""Users who pay, as columns that lie beside each other: a walk over them fetches nothing from columns of all customers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import keep_rows


@dataclass
class Users:
    """Some users, one entry each.

    customers: their customer numbers. accounts: by which a reward programme knows them. kind: row of the table of payment rates.
    hazard: entry of the table of weekly hazards that comes next. endurance: hazard that is left before they stop paying.
    """

    customers: NDArray[np.integer]
    accounts: NDArray[np.int32]
    kind: NDArray[np.uint16]
    hazard: NDArray[np.int32]
    endurance: NDArray[np.float32]

    @classmethod
    def together(cls, parts: Sequence[Users]) -> Users:
        """Return the users of all parts, one part after the other."""
        names = [column.name for column in dataclasses.fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep these, in order, and nobody else."""
        for column in dataclasses.fields(self):
            setattr(self, column.name, keep_rows(rows, getattr(self, column.name)))

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self.customers.shape[0])

    def __getitem__(self, some: slice) -> Users:
        """Return some of them, as views: what is written there holds here."""
        return Users(
            self.customers[some], self.accounts[some], self.kind[some], self.hazard[some], self.endurance[some]
        )
