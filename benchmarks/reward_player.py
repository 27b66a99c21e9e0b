"""How one customer takes to a weekly reward, in plain Python: both textbook models share it."""

from __future__ import annotations

import math
from random import Random
from types import SimpleNamespace

from benchmarks.weekly_coupons import CouponCard, WeeklyRules

DROP_DAYS = 14
WEEKDAYS = 7


class Player:
    """Someone who plays for the reward, and perhaps only for it."""

    __slots__ = ("_random", "_rewards", "_segment", "card", "hunts", "notices_on")

    def __init__(self, rewards: SimpleNamespace, random: Random, segment: int, rules: WeeklyRules) -> None:
        self._rewards, self._random, self._segment = rewards, random, segment
        self.card = CouponCard(rules)
        self.hunts = random.random() < rewards.hunters[segment]
        self.notices_on = _whole_days(random, rewards.notice_delay)

    def knows(self, day: int) -> bool:
        """Say whether the programme is known on a day."""
        return self.notices_on <= day

    def leaves(self, day: int, campaign_days: int) -> bool:
        """Say whether nothing is left to stay for."""
        return self.hunts and day >= campaign_days and self.knows(campaign_days - 1)

    def payment_ratio(self, day: int, campaign_days: int) -> float:
        """Return payments of the week that begins against usual ones: more for the reward, fewer just after it."""
        rewards, ratio = self._rewards, 1.0
        if day < campaign_days and self.knows(day):
            ratio = rewards.payment_uplift
        elif campaign_days <= day < campaign_days + DROP_DAYS and self.knows(campaign_days - 1):
            ratio -= rewards.drop_after[self._segment]
        return ratio

    def adjust(self, plan: list[int], weekday: int, day: int) -> None:
        """Change the plan of payments from `weekday` on: what is missing is made up for, or nothing is paid beyond what counts."""
        if not self.knows(day):
            return
        needed, planned, random = self.card.rules.payments, sum(plan), self._random
        if self.hunts:
            plan[:] = [0] * WEEKDAYS
            for payment in range(needed):
                plan[weekday + payment % (WEEKDAYS - weekday)] += 1
        elif 0 < planned < needed and random.random() < self._rewards.top_up:
            plan[random.randrange(weekday, WEEKDAYS)] += needed - planned

    def days_to_claim(self) -> int | None:
        """Return the days from qualifying to claiming, or None: never."""
        if self.hunts:
            return 1
        if self._random.random() >= self._rewards.claim[self._segment]:
            return None
        return 1 + _whole_days(self._random, self._rewards.claim_delay)

    def days_to_redeem(self) -> int | None:
        """Return the days from claiming to redeeming, or None: never."""
        rewards, segment = self._rewards, self._segment
        if self.hunts:
            return 1
        if self._random.random() >= rewards.redeem[segment]:
            return None
        return math.ceil(self._random.weibullvariate(rewards.lag_scale[segment], rewards.lag_shape))

    def days_to_refund(self, payments: int) -> int | None:
        """Return the days until one of the day's payments is refunded, or None: never. Two of a day never are."""
        if all(self._random.random() >= self._rewards.refunded for _ in range(payments)):
            return None
        return 1 + _whole_days(self._random, self._rewards.refund_delay)


def plays(plain: SimpleNamespace, random: Random, segment: int, rules: WeeklyRules) -> bool:
    """Say whether a customer plays for a reward; the log-odds move with its face as those of opening move with a gift."""
    rewards = plain.rewards
    share, worth = rewards.takes_part[segment], rules.face_cny - rewards.reference_face
    if share >= 1:
        return True
    odds: float = share / (1 - share) * math.exp(plain.response.incentive_per_10_cny[segment] * worth / 10)
    return random.random() < odds / (1 + odds)


def _whole_days(random: Random, mean: float) -> int:
    return math.floor(random.expovariate(1 / mean)) if mean else 0
