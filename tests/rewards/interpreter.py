"""A second implementation of the reward rules, for the tests: one customer and one event at a time, in plain Python.

It is written from the specification, not from the engine, and is as slow as it is plain: it keeps lists of what happened and counts them
anew whenever a rule asks for a number. What customers share (budgets, quotas, leaderboards) is met in the order of the events.
"""

import datetime

from simkit.params import PlannerError
from tests.rewards.interpreter_days import ONE_DAY, fen
from tests.rewards.interpreter_grants import GrantBook
from tests.rewards.interpreter_payments import Till
from tests.rewards.interpreter_points import Account
from tests.rewards.interpreter_referral import Codes, prizes


class Interpreter:
    """A programme's rules and everything that has happened under them."""

    def __init__(self, programme, holders, scale=1, bank_share=1):
        """Begin with an empty log; `holders` are card holders by customer id."""
        empty = list(programme.empty())
        if empty:
            raise PlannerError(f"not decided yet: {', '.join(empty)}")
        self.programme, self.parts = programme, programme.parts
        self.book = GrantBook(programme, holders, scale, bank_share)
        self.till = Till(self.book, self._decide)
        self.codes = Codes(programme, holders)
        self.accounts = {who: Account(programme.points) for who in holders} if programme.points else {}
        self.converted = set()
        self.decisions = set()
        self.place = 0
        self.first_day = None
        self.prizes_given = 0

    @property
    def coupons(self):
        """Every coupon, oldest first."""
        return self.book.coupons

    @property
    def stages(self):
        """Every stage reached, as (customer, stage, day)."""
        return self.book.stages

    def play(self, events):
        """Play events in their order."""
        for event in events:
            self.first_day = self.first_day or event.day
            self.settle(event.day - ONE_DAY)
            react = getattr(self, f"_{event.kind}")
            react(event)
            self.place += 1
        return self

    def settle(self, day):
        """Give the prizes of leaderboards of the months that are over."""
        won = list(prizes(self.programme, self.coupons, self.first_day or day, day))
        for name, who, prize, month_end in won[self.prizes_given :]:
            self.book.give(who, name, [fen(prize)], month_end)
        self.prizes_given = len(won)

    def balance(self, who, day):
        """Return the points that a customer can use."""
        return self.accounts[who].balance(day) if self.accounts else 0

    def _decide(self, reason, part):
        self.decisions.add((self.place, part, reason))

    # Payments, refunds, points

    def _payment(self, event):
        payment = self.till.pay(self.place, event)
        if self.accounts and event.kind == "payment" and not self.book.closed(event.day):
            account = self.accounts[event.who]
            payment.points = account.earned(event.amount)
            payment.lot = account.credit(payment.points, event.day)

    _cash_advance = _payment

    def _refund(self, event):
        payment = self.till.refund(event.payment, event.day)
        if payment is not None and payment.lot is not None:
            self.accounts[payment.event.who].take_back(payment.points, payment.lot, event.day)

    def _points(self, event):
        if self.accounts:
            account = self.accounts[event.who]
            account.credit(account.converted(event.amount, event.name), event.day)

    # Claims and redemptions

    def _claim(self, event):
        part, day = self.parts[event.part], event.day
        grants = self.book.of(event.who, event.part)
        if event.coupon:
            grants = [grant for grant in grants if event.coupon in {coupon.name for coupon in grant.coupons}]
        claimable = [grant for grant in grants if grant.claimable(day)]
        reason = self.book.not_eligible(part, event.who)
        if reason is None and not claimable:
            reason = _unclaimable(grants, day)
        if reason is None:
            faces = [coupon.face for coupon in claimable[0].coupons]
            reason = self.book.refused(event.who, event.part, faces, day)
        if reason is None:
            self.book.claim(claimable[0], day)
        self._decide(reason or "GRANTED", event.part)

    def _redeem(self, event):
        day = event.day
        coupons = self.book.coupons_of(event.who, event.part)
        if event.coupon:
            coupons = [coupon for coupon in coupons if coupon.name == event.coupon]
        usable = [coupon for coupon in coupons if coupon.status(day) == "effective"]
        if not usable:
            self._decide(_unusable(coupons, day), event.part)
            return
        first = min(usable, key=lambda coupon: coupon.expires or datetime.date.max)
        reason = self.book.limits.capped(event.who, event.part, 1, day, "redemptions")
        if reason is None:
            first.redeemed = day
            self.book.light(event.who, day)
        self._decide(reason or "GRANTED", event.part)

    # What is given at once

    def _exchange(self, event):
        trades = [name for name, part in self.parts.items() if part.trigger.kind == "exchange"]
        name = event.part or trades[0]
        price = self.parts[name].trigger.points
        reason = self._unavailable(name, event) or self._refused(name, event)
        if reason is None and self.balance(event.who, event.day) < price:
            reason = "INSUFFICIENT_POINTS"
        if reason is None:
            self.accounts[event.who].burn(price, event.day)
            self.book.give(event.who, name, self.book.faces(self.parts[name], event.who), event.day)
        self._decide(reason or "GRANTED", name)

    def _attend(self, event):
        reason = self._unavailable(event.part, event)
        if reason is None and self.book.of(event.who, event.part):
            reason = "ALREADY_GRANTED"
        reason = reason or self._refused(event.part, event)
        if reason is None:
            self.book.give(event.who, event.part, self.book.faces(self.parts[event.part], event.who), event.day)
        self._decide(reason or "GRANTED", event.part)

    def _unavailable(self, name, event):
        """Return why a part is not for a person, or not today."""
        part = self.parts[name]
        reason = self.book.not_eligible(part, event.who)
        if reason is None and (self.book.outside_tiers(part, event.who) or not self.book.faces(part, event.who)):
            reason = "NOT_FOR_TIER"
        return reason or ("WINDOW_CLOSED" if self.book.closed(event.day) else None)

    def _refused(self, name, event):
        return self.book.refused(event.who, name, self.book.faces(self.parts[name], event.who), event.day)

    # Referral

    def _code(self, event):
        for name in self.codes.show(event):
            self._decide("SELF_REFERRAL", name)

    def _convert(self, event):
        for name in self.codes.parts:
            self._decide(self._referred(name, event) or "GRANTED", name)

    def _referred(self, name, event):
        """Reward a conversion; return why not."""
        part, who, day = self.parts[name], event.who, event.day
        reason = self.book.not_eligible(part, who)
        if reason is not None:
            return reason
        owner = self.codes.owner(who, name, day)
        receiver = who if part.trigger.to == "referee" else owner
        faces = [] if receiver is None else self.book.faces(part, receiver)
        if self.book.outside_tiers(part, who) or (receiver is not None and not faces):
            return "NOT_FOR_TIER"
        if self.book.closed(day):
            return "WINDOW_CLOSED"
        if (who, name) in self.converted:
            return "ALREADY_GRANTED"
        if owner is None:
            return "NO_CODE"
        reason = self.book.refused(receiver, name, faces, day)
        if reason is None:
            self.converted.add((who, name))
            self.book.give(receiver, name, faces, day)
        return reason


def _unclaimable(grants, day):
    """Return why none of a person's grants can be claimed: what became of the newest."""
    if grants and grants[-1].withdrawn:
        return "REFUNDED"
    return "CLAIM_WINDOW_CLOSED" if grants and grants[-1].lapsed(day) else "NOTHING_TO_CLAIM"


def _unusable(coupons, day):
    """Return why none of a person's coupons can be redeemed."""
    states = [coupon.status(day) for coupon in coupons]
    if "pending" in states or "qualified" in states:
        return "NOT_YET_EFFECTIVE"
    if "expired" in states:
        return "EXPIRED"
    newest = states[-1] if states else "none"
    return {"revoked": "REFUNDED", "lapsed": "CLAIM_WINDOW_CLOSED"}.get(newest, "NOTHING_TO_CLAIM")
