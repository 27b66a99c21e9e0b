"""The rules of a coupon for so many payments a week, for one customer at a time and in plain Python.

Written from the meaning of the rules and not from the reward engine, so that it can judge it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.accounts import Accounts
from simkit.rewards import Programme
from simkit.rewards.grants import Coupons
from simkit.rewards.triggers import PaymentsInPeriod

QUALIFIED, LAPSED, WITHDRAWN, CLAIMED, REDEEMED, EXPIRED, REVOKED = (
    *("qualified", "lapsed", "withdrawn"),
    *("claimed", "redeemed", "expired", "revoked"),
)


@dataclass(frozen=True)
class WeeklyRules:
    """What a customer must do within a week, what it brings, and how long it holds; days are counted from the day itself."""

    payments: int
    days_to_claim: int
    days_valid: int
    face_cny: float
    bank_share: float
    most: int

    @classmethod
    def of(cls, programme: Programme, bank_share: float) -> WeeklyRules:
        """Read them off a programme of one weekly coupon; nothing else is known here."""
        (part,) = programme.parts.values()
        trigger, claim, grant, validity = part.trigger, part.claim, part.grant, part.validity
        if (
            not isinstance(trigger, PaymentsInPeriod)
            or not isinstance(grant, Coupons)
            or claim is None
            or validity is None
        ):
            raise TypeError(f"{programme.name} is no weekly coupon")
        if (
            trigger.period != "natural_week"
            or trigger.min_amount_cny
            or part.release.wait_days
            or part.release.per_month
        ):
            raise ValueError(f"{programme.name} is more than a weekly coupon that any payments earn")
        return cls(
            payments=trigger.payments,
            days_to_claim=(claim.days or 0) - (claim.day_count == "ordinal"),
            days_valid=(validity.days or 0) - (validity.day_count == "ordinal"),
            face_cny=grant.face_cny["every"] or 0.0,
            bank_share=bank_share if part.bank_share is None else part.bank_share,
            most=min((cap.max for cap in part.caps), default=10**9),
        )


@dataclass
class Coupon:
    """One coupon: for which week it was given and when, what has become of it and since when."""

    week: int
    qualified: int
    state: str = QUALIFIED
    claimed: int = 0
    ended: int | None = None

    def end(self, state: str, day: int) -> None:
        """Bring it to its end."""
        self.state, self.ended = state, day


@dataclass
class CouponCard:
    """A customer's payments by week, and coupons."""

    rules: WeeklyRules
    payments: dict[int, int] = field(default_factory=dict)
    coupons: list[Coupon] = field(default_factory=list)
    claims: int = 0

    def pay(self, week: int, day: int, payments: int) -> Coupon | None:
        """Count payments; return the coupon if they are the week's last that were missing."""
        self.payments[week] = self.payments.get(week, 0) + payments
        if self.payments[week] < self.rules.payments or self._standing(week):
            return None
        self.coupons.append(Coupon(week, day))
        return self.coupons[-1]

    def refund(self, week: int, day: int) -> None:
        """Count one payment less; take back the week's coupon if it lacks payments and was not used."""
        self.payments[week] -= 1
        coupon = self._standing(week)
        if coupon is None or self.payments[week] >= self.rules.payments:
            return
        if coupon.state == QUALIFIED:
            coupon.end(WITHDRAWN, day)
        elif coupon.state == CLAIMED:
            coupon.end(REVOKED, day)

    def claim(self, coupon: Coupon, day: int) -> bool:
        """Claim a coupon; say whether it could be."""
        if (
            coupon.state != QUALIFIED
            or day > coupon.qualified + self.rules.days_to_claim
            or self.claims >= self.rules.most
        ):
            return False
        self.claims += 1
        coupon.state, coupon.claimed = CLAIMED, day
        return True

    def redeem(self, coupon: Coupon, day: int) -> bool:
        """Redeem a coupon; say whether it could be."""
        if coupon.state != CLAIMED or day > coupon.claimed + self.rules.days_valid:
            return False
        coupon.end(REDEEMED, day)
        return True

    def too_late(self, coupon: Coupon, day: int) -> None:
        """Let a coupon lapse or expire if it is left over on `day`."""
        if coupon.state == QUALIFIED and day > coupon.qualified + self.rules.days_to_claim:
            coupon.end(LAPSED, day)
        elif coupon.state == CLAIMED and day > coupon.claimed + self.rules.days_valid:
            coupon.end(EXPIRED, day)

    def _standing(self, week: int) -> Coupon | None:
        """Return the coupon of a week that was not taken back."""
        return next((one for one in self.coupons if one.week == week and one.state not in {WITHDRAWN, REVOKED}), None)

    def audit(self, accounts: Accounts, horizon: int, *, hunts: bool) -> None:
        """Add what has become of all coupons by the last day, and their money; what is owed is added up over all days."""
        face = self.rules.face_cny
        bank = face * self.rules.bank_share
        for coupon in self.coupons:
            accounts["coupons: qualified"] += 1
            if coupon.ended is not None:
                accounts[f"coupons: {coupon.state}"] += 1
            if coupon.state in {QUALIFIED, LAPSED, WITHDRAWN}:
                continue
            accounts["coupons: claimed"] += 1
            accounts["coupons: issued_cny"] += face
            accounts["coupons: liability_cny"] += bank * (
                (horizon if coupon.ended is None else coupon.ended) - coupon.claimed
            )
            if coupon.ended is not None:
                accounts[f"coupons: {coupon.state}_cny"] += face
            if coupon.state == REDEEMED:
                accounts.cost("reward", bank)
                accounts["coupons: cost_cny"] += bank
                accounts["coupons: hunter_cost_cny"] += bank * hunts
