"""The luck of players: who claims, redeems and asks for a refund, and when."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.behaviour.players import Players
from simkit.campaign.world import World

Customers = NDArray[np.integer]
Days = NDArray[np.integer]
Rows = NDArray[np.integer]
_MOST_PAYMENTS = np.iinfo(np.uint8).max
_PLACES, _DAYS = 128, 4096  # of a coupon in its grant; a run has fewer days


class RewardLuck:
    """Draws what becomes of coupons and payments; the occasion of a coupon is its part, its place in the grant and its day."""

    def __init__(self, world: World, players: Players) -> None:
        scenario, response = world.scenario, world.scenario.rewards
        self._players = players
        self._horizon = scenario.calendar.horizon_days
        self._claim_luck = world.streams.decision("reward.claim")
        self._redeem_luck = world.streams.decision("reward.redeem")
        self._refund_luck = world.streams.decision("reward.refund")
        self._claim = scenario.by_segment(response.claim)
        self._claim_delay = response.claim_delay.value
        self._redeem_unasked = scenario.by_segment(response.redeem_unasked)
        self._redeem = scenario.by_segment(response.redeem)
        self._lag_scale, self._lag_shape = scenario.by_segment(response.lag_scale), response.lag_shape.value
        self._refunded, self._refund_delay = response.refunded.value, response.refund_delay.value
        self._refunded_of = 1 - (1 - self._refunded) ** np.arange(_MOST_PAYMENTS + 1)

    def claims(self, coupons: NDArray[Any], rows: Rows, day: int) -> tuple[NDArray[np.bool_], Days]:
        """Say whose grants will be claimed within the run, and on which days: hunters claim tomorrow."""
        accounts, luck = self._uniforms(self._claim_luck, coupons, rows)
        hunts, segment = self._players.hunts.take(accounts), self._players.segment.take(accounts)
        claims = self._players.knows(accounts, day) & (hunts | (luck[:, 0] < self._claim.take(segment)))
        delay = np.floor(-np.log(luck[:, 1]) * self._claim_delay)
        delay[hunts] = 0
        days = day + 1 + delay
        claims &= days < self._horizon
        return claims, days[claims].astype(np.int16)

    def redemptions(self, coupons: NDArray[Any], rows: Rows, base: int) -> tuple[Rows, Days]:
        """Return which coupons will be redeemed within the run, and when: Weibull days after the effective one, if still valid then."""
        accounts, luck = self._uniforms(self._redeem_luck, coupons, rows)
        hunts, segment = self._players.hunts.take(accounts), self._players.segment.take(accounts)
        asked = self._players.takes_part.take(accounts)
        chance = np.where(asked, self._redeem.take(segment), self._redeem_unasked.take(segment))
        redeems = (hunts | (luck[:, 0] < chance)).nonzero()[0]
        rows, hunts, luck, segment = rows[redeems], hunts[redeems], luck[redeems, 1], segment[redeems]
        lag = np.ceil(self._lag_scale.take(segment) * (-np.log(luck)) ** (1 / self._lag_shape))
        lag[hunts] = 1
        days = coupons["effective"][rows] + lag - base
        in_time = days <= np.minimum(coupons["expires"][rows].astype(np.int64) - base, self._horizon - 1)
        return rows[in_time], days[in_time].astype(np.int16)

    def refunds(self, payers: Customers, payments: NDArray[np.uint8], day: int) -> tuple[NDArray[np.int64], Days]:
        """Return the positions of payers one of whose payments is refunded, and the days of the refunds."""
        if self._refunded == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        luck = self._refund_luck.uniform(payers, day)
        refunded = (luck < self._refunded_of.take(payments)).nonzero()[0]
        luck = self._refund_luck.uniforms(payers[refunded], day, width=2)[:, 1]  # drawn again for the few
        delay = np.floor(-np.log(luck) * self._refund_delay).astype(np.int64)
        return refunded, day + 1 + delay

    def _uniforms(
        self,
        decision: Any,  # noqa: ANN401
        coupons: NDArray[Any],
        rows: Rows,
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        # Field by field: taking whole records costs ten times as much.
        accounts = coupons["account"][rows]
        occasion = (coupons["part"][rows].astype(np.uint32) * _PLACES + coupons["place"][rows]) * _DAYS
        occasion += coupons["qualified"][rows].astype(np.uint32) % _DAYS
        return accounts, decision.uniforms(self._players.customers.take(accounts), occasion, width=2)
