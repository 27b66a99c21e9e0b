"""Payments and refunds of the slow interpreter: which parts a payment earns, and what a refund takes back."""

from dataclasses import dataclass

from simkit.rewards.triggers import WEEKDAYS
from tests.rewards.interpreter_days import fen, last_day, period_of, share_of
from tests.rewards.interpreter_grants import SHARES
from tests.rewards.interpreter_ledger import Payment

PAYMENT_TRIGGERS = ("payment", "payments_in_period", "spending_in_period")


@dataclass
class Offer:
    """What a part would give for a payment."""

    faces: list
    period: object = None


class Till:
    """The payments that were seen, by their place in the log."""

    def __init__(self, book, decide):
        """Begin with no payment; `decide` writes a decision."""
        self.book, self.decide = book, decide
        self.programme, self.parts = book.programme, book.programme.parts
        self.payments = {}

    def pay(self, place, event):
        """Let every part look at a payment, then grant what the stacking rules leave."""
        payment = self.payments[place] = Payment(event)
        offers = {}
        for name, part in self.parts.items():
            if part.trigger.kind in PAYMENT_TRIGGERS and self._looks(part, event):
                offer = self._offer(name, part, payment)
                if offer is not None:
                    offers[name] = offer
        losers = {name for rule in self.programme.stacking for name in self._losers(rule, offers, event.who)}
        for name in losers:
            self.decide("STACKING", name)
        for name, offer in offers.items():
            if name not in losers:
                self._earn(name, offer, payment)
        return payment

    def refund(self, place, day):
        """Make a payment one that never happened; return it the first time, None for an unknown one and later."""
        payment = self.payments.get(place)
        if payment is None or payment.refunded:
            return None
        payment.refunded = True
        for name in payment.counted_by:
            for grant in self._unsupported(name, payment):
                self.book.lose(grant, day)
        return payment

    def _looks(self, part, event):
        trigger = part.trigger
        return (
            not self.book.outside_tiers(part, event.who)
            and bool(self.book.faces(part, event.who))
            and event.kind in trigger.payment_kinds
            and (not trigger.merchants or event.name in trigger.merchants)
            and (not trigger.weekdays or WEEKDAYS[event.day.weekday()] in trigger.weekdays)
            and (not trigger.days_of_month or event.day.day in trigger.days_of_month)
        )

    def _offer(self, name, part, payment):
        """Return what a part would give for a payment, None where it gives nothing."""
        event = payment.event
        reason = self._unfit(part, event)
        if reason is None:
            payment.counted_by.append(name)
            period = None if part.trigger.kind == "payment" else period_of(event.day, part.trigger.period)
            reason, faces = self._earned(name, part, event, period)
            if not (reason or faces):
                return None
            if faces and part.claim is None:
                reason = self.book.refused(event.who, name, faces, event.day)
            if reason is None:
                return Offer(faces, period)
        self.decide(reason, name)
        return None

    def _unfit(self, part, event):
        """Return the first reason why a payment does not count for a part that looks at it."""
        reason = self.book.not_eligible(part, event.who)
        if reason is not None:
            return reason
        if event.amount < fen(part.trigger.min_amount_cny):
            return "BELOW_MIN"
        window = part.trigger.within_of_approval if part.trigger.kind == "payment" else None
        approved = self.book.holders[event.who].approved
        if self.book.closed(event.day) or (window and not approved <= event.day <= last_day(approved, window)):
            return "WINDOW_CLOSED"
        return None

    def _earned(self, name, part, event, period):
        """Return (why nothing, the faces earned) for a payment that counts."""
        trigger, grant = part.trigger, part.grant
        standing = [old for old in self.book.of(event.who, name) if not old.withdrawn and old.period == period]
        if trigger.kind == "payment":
            if trigger.times == "once" and standing:
                return "ALREADY_GRANTED", []
            if grant.kind in SHARES:
                value = _share(grant, event.amount)
                return None, [value] if value > 0 else []
        elif grant.kind == "cashback":
            spent = self._spent(event.who, name, period)
            due = _share(grant, spent) if spent >= fen(trigger.threshold_cny) else 0
            due -= sum(coupon.face for old in standing for coupon in old.coupons)
            return None, [due] if due > 0 else []
        elif standing:
            return "ALREADY_GRANTED", []
        elif not self._supported(event.who, name, period):
            return None, []
        return None, self.book.faces(part, event.who)

    def _counted(self, who, name, period):
        """Return the payments that count for a part in a period."""
        kind = self.parts[name].trigger.period
        return [
            payment.event
            for payment in self.payments.values()
            if payment.event.who == who and name in payment.counted_by and not payment.refunded
            if period_of(payment.event.day, kind) == period
        ]

    def _spent(self, who, name, period):
        return sum(event.amount for event in self._counted(who, name, period))

    def _supported(self, who, name, period):
        """Whether the payments of a period are enough for what it gives once."""
        trigger = self.parts[name].trigger
        if trigger.kind == "payments_in_period":
            return len(self._counted(who, name, period)) >= trigger.payments
        return self._spent(who, name, period) >= fen(trigger.threshold_cny)

    def _losers(self, rule, offers, who):
        """Return the parts that a stacking rule refuses."""
        names = [name for name in rule.parts if name in offers]
        if rule.policy == "accumulate" or not names:
            return []
        winner = names[0]
        if rule.policy == "best":
            winner = max(names, key=lambda name: sum(offers[name].faces))
        if rule.policy == "exclusive":
            chosen = [grant.part for grant in self.book.grants if grant.who == who and grant.part in rule.parts]
            winner = chosen[0] if chosen else winner
        return [name for name in names if name != winner]

    def _earn(self, name, offer, payment):
        """Grant what a payment earned; what needs no claim is claimed at once."""
        part, event = self.parts[name], payment.event
        if part.claim is not None:
            grant = self.book.grant(event.who, name, offer.faces, event.day)
            grant.last_claim = last_day(event.day, part.claim)
        else:
            # Another part may have used up the budget with the same payment.
            reason = self.book.refused(event.who, name, offer.faces, event.day)
            if reason is not None:
                self.decide(reason, name)
                return
            grant = self.book.give(event.who, name, offer.faces, event.day)
        grant.period = offer.period
        payment.grants.append(grant)

    def _unsupported(self, name, payment):
        """Return the grants of a part that a refunded payment leaves without one."""
        part, event = self.parts[name], payment.event
        if part.trigger.kind == "payment" or part.grant.kind == "cashback":
            return [grant for grant in payment.grants if grant.part == name]
        period = period_of(event.day, part.trigger.period)
        if self._supported(event.who, name, period):
            return []
        return [grant for grant in self.book.of(event.who, name) if not grant.withdrawn and grant.period == period]


def _share(grant, amount):
    """Return what a cashback or discount is worth."""
    if grant.kind == "cashback" or grant.rate is not None:
        value = share_of(grant.rate, amount)
    elif grant.off_cny is not None:
        value = fen(grant.off_cny)
    else:
        value = amount - fen(grant.pays_only_cny)
    return min(value, amount, *([] if grant.max_cny is None else [fen(grant.max_cny)]))
