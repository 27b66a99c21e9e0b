"""Caps and budgets of the slow interpreter: every limit counts all coupons anew, so that no counter can go wrong."""

from collections import Counter

from tests.rewards.interpreter_days import fen, period_of, share_of

CAP_REASONS = {
    "day": "DAILY_CAP",
    "week": "WEEKLY_CAP",
    "month": "MONTHLY_CAP",
    "year": "ANNUAL_CAP",
    "programme": "LIFETIME_CAP",
}
ORDER = tuple(CAP_REASONS)


class Limits:
    """What stands in the way of coupons that the rules would give."""

    def __init__(self, programme, holders, coupons, scale, bank_share):
        """Look at the coupons of a log as it grows; `bank_share` holds where the programme does not say."""
        self.programme, self.holders, self.coupons, self.scale = programme, holders, coupons, scale
        self.bank_share = bank_share
        self.cap_refusals = Counter()

    def capped(self, who, part_name, quantity, day, counted_on):
        """Return the reason of the first cap that refuses so many coupons."""
        refused = []
        for place, cap in enumerate(self.programme.parts[part_name].caps):
            if cap.counted_on != counted_on:
                continue
            personal = cap.scope == "person"
            by_card = personal and self.programme.year == "anniversary" and who in self.holders
            begins = self.holders[who].approved if by_card else None
            now = period_of(day, cap.per, begins)
            count = 0
            for coupon in self.coupons:
                counted = coupon.claimed if counted_on == "claims" else coupon.redeemed
                if coupon.grant.part == part_name and counted is not None and (coupon.grant.who == who or not personal):
                    count += period_of(counted, cap.per, begins) == now
            limit = cap.max if personal else share_of(self.scale, cap.max)
            if count + quantity > limit:
                refused.append((not personal, ORDER.index(cap.per), place))
        if not refused:
            return None
        quota, period, place = min(refused)
        self.cap_refusals[f"parts.{part_name}.caps.{place}"] += 1
        return "QUOTA_FULL" if quota else CAP_REASONS[ORDER[period]]

    def bank_cost(self, part_name, face):
        """Return the bank's share of a face."""
        board = self.programme.leaderboards.get(part_name)
        part = self.programme.parts[part_name if board is None else board.counts]
        shares = (part.bank_share, self.programme.accounting.bank_share, self.bank_share)
        return share_of(next(share for share in shares if share is not None), face)

    def over_budget(self, part_name, faces, day, *, at_once):
        """Return the reason why the budget refuses to issue coupons of these faces today."""
        budget = self.programme.budget
        if budget.when_spent == "warn":
            return None
        cost = sum(self.bank_cost(part_name, face) for face in faces)
        today, before, in_all = self._spent(day)
        limits = [(in_all, self._scaled(budget.total_cny)), (today, self._scaled(budget.per_day_cny))]
        if budget.when_spent == "throttle":
            days_left = max(1, (self.programme.ends_on - day).days + 1)
            limits.append((today, (self._scaled(budget.total_cny) - before) // days_left))
        for spent, limit in limits:
            if limit is None:
                continue
            if spent >= limit if budget.counted_on == "redemption" else spent + cost > limit:
                return "BUDGET_SPENT"
        liability = self._scaled(budget.liability_cny)
        if liability is not None and not at_once and self.outstanding(day) + cost > liability:
            return "LIABILITY_CAP"
        return None

    def _scaled(self, cny):
        return None if cny is None else share_of(self.scale, fen(cny))

    def _spent(self, day):
        """Return what was spent today, before today and in all; what is revoked is not given back within a day."""
        today = before = in_all = 0
        for coupon in self.coupons:
            cost = self.bank_cost(coupon.grant.part, coupon.face)
            spent = coupon.claimed if self.programme.budget.counted_on == "issue" else coupon.redeemed
            if spent is None:
                continue
            if spent == day:
                today += cost
            elif coupon.revoked is None or coupon.revoked == day:
                before += cost
            if coupon.revoked is None:
                in_all += cost
        return today, before, in_all

    def outstanding(self, day):
        """Return the bank's share of coupons that can still be redeemed on a day."""
        open_coupons = (row for row in self.coupons if row.claimed and not row.redeemed and not row.revoked)
        return sum(
            self.bank_cost(row.grant.part, row.face)
            for row in open_coupons
            if row.expires is None or row.expires >= day
        )
