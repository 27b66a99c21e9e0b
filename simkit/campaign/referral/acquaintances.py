"""Customers who see the posters of staff, whose posters they have clicked, and to whom they are credited."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.referral.organisation import Organisation
from simkit.campaign.wallet.activity import NEVER
from simkit.campaign.world import World

Customers = NDArray[np.integer]
Rows = NDArray[np.integer]
NOBODY = -1


class Acquaintances:
    """Prospects who know one or two members of staff of their branch who have a code.

    customers: sorted, shape (n,). staff: whom each knows, `NOBODY` for none, shape (n, 2). clicked: the day of the click on this member's
    poster, shape (n, 2). credited: the member of staff to whom the wallet was attributed, shape (n,).
    """

    def __init__(self, world: World, organisation: Organisation, has_code: NDArray[np.bool_]) -> None:
        codes = world.scenario.staff_codes
        if codes is None:
            raise ValueError("the scenario has no section `staff_codes`")
        knows, segment = world.streams.decision("staff_codes.knows"), world.population.segment
        befriended = world.scenario.by_segment(codes.befriended)
        prospects = world.targets(None)
        customers = prospects[
            by_block(lambda some: knows.uniform(some) < befriended.take(segment.take(some)), prospects)
        ]
        luck, share = knows.uniforms(customers, width=2), befriended.take(segment.take(customers))
        own = customers.astype(np.int64) * organisation.staff // world.population.size
        in_branch = organisation.staff_per_branch
        other = own // in_branch * in_branch + (luck[:, 1] * in_branch).astype(np.int64)
        other[(luck[:, 0] >= share * codes.knows_two.value) | (other == own)] = NOBODY
        staff = np.stack([own, other], axis=1)
        staff[(staff != NOBODY) & ~has_code[staff]] = NOBODY
        sees = (staff != NOBODY).any(axis=1)
        self.customers = customers[sees]
        self.staff = staff[sees].astype(np.int32)
        self.clicked = np.full(self.staff.shape, NEVER)
        self._has_clicked = world.marks.new()
        self.credited = np.full(self.customers.shape[0], NOBODY, dtype=np.int32)

    def click(self, pairs: NDArray[np.int64], day: int) -> None:
        """Note the clicks of a day, each as the acquaintance's row × 2 + the place of the member of staff."""
        self.clicked.reshape(-1)[pairs] = day
        self._has_clicked[self.customers[pairs // 2]] = True

    def rows_of(self, customers: Customers) -> Rows:
        """Return the rows of those of these customers who have ever clicked; nobody else is ever credited."""
        clickers = customers[self._has_clicked[customers]].astype(
            np.int32
        )  # with another type, all would be turned into it
        rows: Rows = self.customers.searchsorted(clickers)
        return rows

    def claims(self, rows: Rows, day: int, window_days: int) -> NDArray[np.bool_]:
        """Say whose code was clicked within the window, shape (rows, 2)."""
        clicked = self.clicked[rows]
        within: NDArray[np.bool_] = (clicked != NEVER) & (clicked >= day - window_days)
        return within

    def credit(self, rows: Rows, claims: NDArray[np.bool_], *, first: bool) -> None:
        """Credit the first or the last code of those that claim; each row has a claim, and of one day the own adviser's counts."""
        clicked = self.clicked[rows].astype(np.int64)
        never = np.iinfo(np.int64).max
        slot = (
            np.where(claims, clicked, never).argmin(axis=1)
            if first
            else np.where(claims, clicked, -never).argmax(axis=1)
        )
        self.credited[rows] = self.staff[rows, slot]
