"""What payments and the order of the day need of rewards, whether a programme runs or not."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.behaviour.players import NOBODY
from simkit.campaign.world import World

Customers = NDArray[np.integer]
Accounts = NDArray[np.integer]


class RewardPlay(Protocol):
    """A programme that is being played, or none.

    rate_ratios: payments against usual, shape (steps, segments); step 0 is usual.
    """

    rate_ratios: NDArray[np.float64]

    @property
    def ends(self) -> int | None:
        """The first day without the programme; None where there is none."""

    def accounts(self, customers: Customers) -> NDArray[np.int32]:
        """Return the number by which the programme knows each customer; all else asks by it."""

    def begin_day(self, day: int) -> None:
        """Let customers claim, exchange and redeem; refunds come in."""

    def paid(self, accounts: Accounts, payments: NDArray[np.uint8], day: int) -> None:
        """Let the day's payments count, while there is a programme."""

    def rate_step(self, accounts: Accounts, day: int) -> NDArray[np.int64]:
        """Return which row of `rate_ratios` holds for each user in the week of `day`."""

    def adjust(self, accounts: Accounts, plan: NDArray[np.uint8], day: int) -> None:
        """Change a plan of payments, shape (7, accounts), as the programme's players would: in place, from the weekday of `day` on."""

    def leaves(self, accounts: Accounts, day: int) -> NDArray[np.bool_]:
        """Say who stops paying because the programme is over."""

    def who_knew(self) -> Customers:
        """Return who knew of the programme and took part when it ended, by number."""

    def code_shown(self, customers: Customers, owners: Customers, day: int) -> None:
        """Let customers be shown the code of another, before any of them opens a wallet on that day."""

    def referral_promise(self) -> tuple[float, float]:
        """Return what one referral is promised to bring, CNY: to who refers, and to the friend."""

    def close(self) -> None:
        """Hand the whole run's rewards to the ledger."""


class NoReward:
    """No programme: nothing happens and nothing is drawn."""

    def __init__(self, world: World) -> None:
        self.rate_ratios = np.ones((1, len(world.scenario.segments)))
        self.ends: int | None = None

    def accounts(self, customers: Customers) -> NDArray[np.int32]:
        """Know nobody."""
        return np.full(customers.shape[0], NOBODY, dtype=np.int32)

    def begin_day(self, day: int) -> None:
        """Do nothing."""

    def paid(self, accounts: Accounts, payments: NDArray[np.uint8], day: int) -> None:
        """Do nothing."""

    def rate_step(self, accounts: Accounts, day: int) -> NDArray[np.int64]:  # noqa: ARG002 - the day matters to a programme
        """Return the usual step for everyone."""
        return np.zeros(accounts.shape[0], dtype=np.int64)

    def adjust(self, accounts: Accounts, plan: NDArray[np.uint8], day: int) -> None:
        """Leave the plan as it is."""

    def leaves(self, accounts: Accounts, day: int) -> NDArray[np.bool_]:  # noqa: ARG002
        """Nobody leaves."""
        return np.zeros(accounts.shape[0], dtype=np.bool_)

    def who_knew(self) -> Customers:
        """Nobody did."""
        return np.empty(0, dtype=np.int32)

    def code_shown(self, customers: Customers, owners: Customers, day: int) -> None:
        """Do nothing."""

    def referral_promise(self) -> tuple[float, float]:
        """Promise nothing."""
        return 0.0, 0.0

    def close(self) -> None:
        """Do nothing."""
