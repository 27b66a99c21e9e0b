"""Payments of a week beyond its reward: they count for nothing unless one of that week's payments is refunded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.behaviour.players import Players
from simkit.rewards import Programme
from simkit.rewards.triggers import PAYMENT_TRIGGERS, PaymentsInPeriod

Accounts = NDArray[np.integer]
_OPEN, _REWARDED, _REFUNDED = range(3)


class SparePayments:
    """Holds payments back from the engine once the week's reward is earned, and hands them over when a refund makes them matter."""

    def __init__(self, players: Players) -> None:
        size = players.customers.shape[0]
        self._state = np.zeros(size, dtype=np.uint8)
        self._held = np.zeros(size, dtype=np.uint16)

    def begin_week(self) -> None:
        """Forget the week before."""
        self._state[:] = _OPEN
        self._held[:] = 0

    def hold_back(
        self, accounts: Accounts, payments: NDArray[np.uint8], refunded: NDArray[np.int64]
    ) -> NDArray[np.uint16]:
        """Return how many payments of each account must be counted today; `refunded` are positions of who gets one refunded later."""
        self._state[accounts[refunded]] = _REFUNDED
        spare = (self._state.take(accounts) == _REWARDED).nonzero()[0]
        counted = payments.astype(np.uint16)
        counted[spare] = 0
        self._held[accounts[spare]] += payments[spare]
        counted[refunded] += self._held[accounts[refunded]]
        self._held[accounts[refunded]] = 0
        return counted

    def note_rewards(self, accounts: Accounts) -> None:
        """Note who has earned the week's reward."""
        self._state[accounts] = np.maximum(self._state.take(accounts), _REWARDED)


def has_spare_payments(programme: Programme) -> bool:
    """Say whether one reward a week is all that payments earn, whatever their amounts and days."""
    if programme.points is not None:
        return False
    triggers = [part.trigger for part in programme.parts.values() if isinstance(part.trigger, PAYMENT_TRIGGERS)]
    if len(triggers) != 1 or not isinstance(triggers[0], PaymentsInPeriod):
        return False
    only = triggers[0]
    chosen_days = only.weekdays or only.days_of_month
    return only.period == "natural_week" and only.min_amount_cny == 0 and not chosen_days
