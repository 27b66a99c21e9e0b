"""Points of the bank's own, credited for payments where a programme takes points and gives none; who asks for a coupon, and when."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.behaviour.players import NEVER_COUNTS, Players
from simkit.campaign.vocabulary import Status
from simkit.campaign.world import World
from simkit.rewards import Programme
from simkit.rewards.triggers import Exchange

Accounts = NDArray[np.integer]
_WEEK = 7


class BankPoints:
    """Who uses points asks once a week, on a weekday of its own.

    Where the bank's points can be used at once and for ever, they are handed to the engine when they are enough for a coupon: until then
    nothing can come of them. Points of who never uses any are not counted.

    part: position of the part that points buy, None where there is none. credited: whether payments are credited with the bank's points.
    """

    def __init__(self, world: World, programme: Programme, players: Players) -> None:
        self._world = world
        self._players = players
        trades = [(at, part.trigger) for at, part in enumerate(programme.parts.values())]
        prices = [(at, trigger.points or 0) for at, trigger in trades if isinstance(trigger, Exchange)]
        self.part: int | None = prices[0][0] if prices else None
        self._price = prices[0][1] if prices else 0
        points = programme.points
        self.credited = self.part is not None and points is not None and points.earn is None
        self._waits = self.credited and can_wait(programme)
        self._per_fen = world.scenario.rewards.points_per_cny.value
        askers = np.flatnonzero(players.exchanges) if self.part is not None else np.empty(0, dtype=np.int64)
        weekday = players.customers[askers] % _WEEK
        self._askers = askers.astype(np.int32)
        self._asking_on = [np.flatnonzero(weekday == day).astype(np.int32) for day in range(_WEEK)]
        size = askers.shape[0] if self._waits else 0
        self._unspent, self._waiting = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        self._credited_from = np.empty(0, dtype=np.int16)
        if self.credited:
            self._credited_from = np.full(players.customers.shape[0], NEVER_COUNTS, dtype=np.int16)
            self._credited_from[askers] = players.counts_from[askers]

    def earners(self, payers: Accounts, day: int) -> NDArray[np.int64]:
        """Return the positions of payers who are credited with points."""
        return np.flatnonzero(self._credited_from[payers] <= day)

    def worth(self, amounts: NDArray[np.int64], payments: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return each payer's points for payments of these amounts, those of one payer beside each other: rounded down for each."""
        points = (amounts * self._per_fen / 100).astype(np.int64)
        return np.add.reduceat(points, np.cumsum(payments, dtype=np.int64) - payments) if points.shape[0] else points

    def put_by(self, accounts: Accounts, points: NDArray[np.int64]) -> tuple[Accounts, NDArray[np.int64]]:
        """Take in points; return those that must be credited today."""
        if not self._waits:
            return accounts[points > 0], points[points > 0]
        places = np.searchsorted(self._askers, accounts)
        self._unspent[places] += points
        self._waiting[places] += points
        return accounts[:0], points[:0]

    def asking(self, day: int) -> tuple[Accounts, NDArray[np.int64]]:
        """Return who asks for a coupon today, and the points with which each must be credited before."""
        places = self._asking_on[day % _WEEK]
        if self._waits:
            places = places[np.flatnonzero(self._unspent[places] >= self._price)]
        accounts = self._askers[places]
        active = self._world.wallets.status[self._players.customers[accounts]] == Status.ACTIVE.value
        asks = active & self._players.knows(accounts, day)
        places, accounts = places[asks], accounts[asks]
        if not self._waits:
            return accounts, np.zeros(accounts.shape[0], dtype=np.int64)
        due = self._waiting[places]
        self._waiting[places] = 0
        return accounts, due

    def spent(self, accounts: Accounts) -> None:
        """Note who has got a coupon for points."""
        if self._waits:
            self._unspent[np.searchsorted(self._askers, accounts)] -= self._price


def can_wait(programme: Programme) -> bool:
    """Say whether it makes no difference when points are credited: they can be used at once and for ever."""
    points = programme.points
    return points is not None and points.expiry is None and not points.pending_days
