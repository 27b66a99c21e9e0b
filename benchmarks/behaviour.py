"""What one customer does, one customer at a time, in plain Python: the behaviour that both textbook models share.

Written from the meaning of the parameters and not from the model's code, with another random generator, so that it can judge it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Protocol

from benchmarks.accounts import Accounts
from benchmarks.reward_player import Player
from benchmarks.weekly_coupons import Coupon
from simkit.params import Levers

PROSPECT, OPENED, ACTIVE, DORMANT = range(4)
LASTING_DAYS, ACTIVE_DAYS, FIRST_PAYMENT_WITHIN_DAYS = 90, 30, 14
YEAR, WEEKDAYS = 364, 7
# Survival is that of activity within 30 days, which outlives the last payment by about four weeks.
LOOK_BACK_WEEKS = 4
WEEKS_OF_MEMORY = 4
FREE_CONTACTS = 2
HANG_UP_MINUTES = 0.15
NEVER = -(10**6)


class Office(Protocol):
    """What a customer knows of the campaign: parameters, today, who holds wallets, and where to report."""

    plain: SimpleNamespace
    levers: Levers
    random: Random
    accounts: Accounts
    day: int
    week: int
    weekday: int
    campaign_days: int
    organic_chance: list[float]
    holders: list[int]
    coupon_earned: Callable[[Customer, Coupon], None]
    payment_refunded: Callable[[Customer, int, int], None]


@dataclass(slots=True)
class Subscription:
    """A customer's place in one message channel."""

    delivered: bool
    opted_out: bool = False


class Customer:
    """One customer: who it is, what it holds and how it answers."""

    __slots__ = (
        "able",
        "activated_day",
        "attempts",
        "booked",
        "busy_day",
        "calls",
        "community",
        "first_payment_day",
        "held_out",
        "last_payment_day",
        "lasting",
        "number",
        "office",
        "opened_day",
        "plan",
        "player",
        "propensity",
        "recent",
        "segment",
        "status",
        "subscriptions",
        "takes_calls",
        "usual_payments",
        "week",
        "week_contacts",
        "weekly_stop",
    )

    def __init__(self, office: Office, number: int, segment: int, community: int, level_ratio: float) -> None:
        random, wallet, spread = office.random, office.plain.wallet, office.plain.response.propensity_spread
        self.office = office
        self.number, self.segment, self.community = number, segment, community
        self.propensity = random.gauss(-(spread**2) / 2, spread)
        self.usual_payments = wallet.payments_per_week[segment] * level_ratio
        self.plan = [0] * WEEKDAYS
        self.player: Player | None = None
        self.takes_calls = random.random() < office.plain.calls.consent[segment]
        self.status, self.able = PROSPECT, random.random() < wallet.can_pay_by_phone[segment]
        self.opened_day = self.activated_day = self.first_payment_day = self.last_payment_day = self.busy_day = NEVER
        self.lasting = self.booked = self.held_out = False
        self.week, self.week_contacts, self.recent = 0, 0, [0.0] * WEEKS_OF_MEMORY
        self.attempts, self.calls = 0, {"human_call": 0, "ai_call": 0}
        self.subscriptions: dict[str, Subscription] = {}
        self.weekly_stop = 0.0
        if random.random() < wallet.holders_at_start[segment]:
            self.status = DORMANT
            if random.random() < wallet.active_share_of_holders[segment]:
                self._begin_as_user()

    def _begin_as_user(self) -> None:
        """Be a user of a year: those who are still here after all these weeks are the loyal ones."""
        office, wallet = self.office, self.office.plain.wallet
        self.status, self.able, self.activated_day = ACTIVE, True, -YEAR
        self.last_payment_day = -office.random.randint(1, ACTIVE_DAYS - 1)
        weeks = LOOK_BACK_WEEKS + YEAR // 7 - 1
        alpha, beta = wallet.survival_alpha[self.segment], wallet.survival_beta[self.segment]
        self.weekly_stop = office.random.betavariate(alpha, beta + weeks)

    # --- contacts

    def may_be_contacted(self) -> bool:
        """Say whether the campaign contacts this customer at all and the weekly cap leaves room."""
        self._turn_week()
        return not self.held_out and self.week_contacts < self.office.levers.contact_policy.contacts_per_week

    def free_today(self) -> bool:
        """Say whether a visit or a call may be planned for today."""
        return self.busy_day != self.office.day and self.may_be_contacted()

    def note_contact(self, weight: float = 1.0) -> None:
        """Remember a contact."""
        self._turn_week()
        self.week_contacts += 1
        self.recent[self.week % WEEKS_OF_MEMORY] += weight

    def recent_contacts(self) -> float:
        """Return the contacts of this week and the three before."""
        self._turn_week()
        return sum(self.recent)

    def _turn_week(self) -> None:
        now = self.office.week
        if now != self.week:
            for week in range(self.week + 1, min(now, self.week + WEEKS_OF_MEMORY) + 1):
                self.recent[week % WEEKS_OF_MEMORY] = 0.0
            self.week, self.week_contacts = now, 0

    def chance(self, base: float) -> float:
        """Return the chance to open the wallet at a contact whose base rate is `base`."""
        if base <= 0.0:
            return 0.0
        response, gift = self.office.plain.response, self.office.levers.offer.welcome_gift_cny
        lift = self.propensity + response.incentive_per_10_cny[self.segment] * gift / 10
        odds: float = base / (1 - base) * math.exp(lift)
        odds *= response.fatigue_odds_ratio[self.segment] ** self.recent_contacts()
        return odds / (1 + odds)

    def receive(self, message: SimpleNamespace, subscription: Subscription) -> str:
        """Receive a message, open the wallet or opt out; return the outcome."""
        if not subscription.delivered:
            return "not_delivered"
        random, recent = self.office.random, self.recent_contacts()
        opens = self.able and random.random() < self.chance(message.convert[self.segment])
        growth = 1 + self.office.plain.response.opt_out_growth * max(recent - FREE_CONTACTS, 0.0)
        leaves = random.random() < 1 - (1 - message.opt_out[self.segment]) ** growth
        self.note_contact(message.fatigue_weight)
        if opens:
            return "opened"
        subscription.opted_out = leaves
        return "opted_out" if leaves else "delivered"

    def talk_at_home(self, kind: str, endorsement: float) -> tuple[str, float]:
        """Talk to a visitor at the "door" or by "appointment"; return the outcome and the minutes it takes."""
        field, random, segment = self.office.plain.field, self.office.random, self.segment
        at_door = kind == "door"
        opens = self.chance((field.convert_at_door if at_door else field.convert_at_appointment)[segment])
        refuses = (field.refuse_at_door if at_door else field.refuse_at_appointment)[segment]
        odds = refuses / (1 - refuses) * endorsement
        refuses = min(odds / (1 + odds), 1 - opens)
        self.note_contact()
        luck = random.random()
        if luck < opens:
            paid = random.random() < self.office.plain.wallet.first_payment_aided[segment]
            minutes = self.duration(field.open_wallet[segment]) + (field.first_payment if paid else 0.0)
            return ("opened_and_paid" if paid else "opened"), minutes
        if luck < opens + refuses:
            return "refused", self.duration(field.refuse)
        again = at_door and random.random() < field.come_back
        return ("come_back" if again else "no_interest"), self.duration(field.pitch)

    def talk_at_booth(self) -> tuple[str, float]:
        """Be served at a booth; return the outcome and the minutes."""
        events, random = self.office.plain.events, self.office.random
        opens = random.random() < self.chance(events.convert[self.segment])
        self.note_contact()
        if not opens:
            return "no_interest", self.duration(events.talk)
        paid = random.random() < self.office.plain.wallet.first_payment_aided[self.segment]
        return ("opened_and_paid" if paid else "opened"), self.duration(events.open_wallet[self.segment])

    def duration(self, mean: float) -> float:
        """Return the minutes of a talk in the field."""
        shape = self.office.plain.field.minutes_shape
        return self.office.random.weibullvariate(mean / math.gamma(1 + 1 / shape), shape)

    def answer_person(self, *, visits_offered: bool) -> tuple[str, float]:
        """Be dialled by a person; return the outcome and the minutes."""
        calls, random = self.office.plain.calls, self.office.random
        if random.random() >= calls.human_connect[self.segment]:
            return "not_reached", calls.ring
        opens = random.random() < self.chance(calls.human_convert[self.segment])
        self.note_contact()
        minutes = calls.ring + self.talk_minutes()
        if opens:
            return "opened", minutes
        agrees = visits_offered and random.random() < calls.visit_agreed[self.segment]
        return ("visit_agreed" if agrees else "no_interest"), minutes

    def answer_machine(self, *, transfers: bool) -> tuple[str, float, float]:
        """Be dialled by a machine; return the outcome, the minutes and the chance to open with a person."""
        calls, random, segment = self.office.plain.calls, self.office.random, self.segment
        connects = calls.ai_connect[segment]
        if random.random() >= connects:
            return "not_reached", calls.ring, 0.0
        chance = (
            self.chance(calls.ai_convert[segment] / (connects * calls.ai_interested)) if calls.ai_interested else 0.0
        )
        self.note_contact()
        luck = random.random()
        if luck < calls.ai_hang_up:
            return "hung_up", calls.ring + HANG_UP_MINUTES, 0.0
        minutes = calls.ring + calls.ai_talk
        if luck >= calls.ai_hang_up + calls.ai_interested:
            return "no_interest", minutes, 0.0
        if transfers:
            return "transferred", minutes, chance
        return ("opened" if random.random() < chance * calls.link_ratio else "interested"), minutes, 0.0

    def talk_minutes(self) -> float:
        """Return the minutes of a conversation on the telephone."""
        calls, random = self.office.plain.calls, self.office.random
        if calls.talk_distribution == "exponential":
            return random.expovariate(1 / (calls.talk_median * math.exp(calls.talk_spread**2 / 2)))
        return random.lognormvariate(math.log(calls.talk_median), calls.talk_spread)

    # --- the wallet

    def open(self, channel: str, *, paid: bool = False) -> None:
        """Open the wallet; `paid`: the first payment was made on the spot. Else the customer is on its own."""
        office, wallet, random = self.office, self.office.plain.wallet, self.office.random
        self.status, self.opened_day = OPENED, office.day
        office.holders[self.segment] += 1
        office.accounts["opened"] += 1
        office.accounts[f"opened: {channel}"] += 1
        if paid:
            self.first_payment_day = office.day
        elif random.random() < wallet.first_payment_unaided[self.segment]:
            delay = FIRST_PAYMENT_WITHIN_DAYS + 1.0
            while delay > FIRST_PAYMENT_WITHIN_DAYS:
                delay = random.expovariate(1 / wallet.first_payment_delay) if wallet.first_payment_delay else 0.0
            self.first_payment_day = office.day + math.ceil(delay)

    def evening(self) -> None:
        """End a day: adopt alone, pay, stop paying."""
        office = self.office
        if self.status == PROSPECT:
            if self.able and office.random.random() < office.organic_chance[self.segment]:
                self.open("organic")
        elif self.status == ACTIVE:
            if office.weekday == 0:
                self._begin_week()
            elif office.day == 0:
                self._plan_week()
            if self.status == ACTIVE:
                self.pay(self.plan[office.weekday])
        if self.status == OPENED and self.first_payment_day == office.day:
            self._first_payment()
        if self.opened_day == office.day - LASTING_DAYS:
            self.lasting = self.last_payment_day > office.day - ACTIVE_DAYS

    def _begin_week(self) -> None:
        office, player = self.office, self.player
        tired = office_weeks(office.day - self.activated_day) and office.random.random() < self.weekly_stop
        if tired or (player and player.leaves(office.day, office.campaign_days)):
            self._stop()
        else:
            self._plan_week()

    def _plan_week(self) -> None:
        """Plan the payments of the days until Sunday, with the reward in mind."""
        office, player, ratio = self.office, self.player, 1.0
        if player:
            ratio = player.payment_ratio(office.day, office.campaign_days)
        rate = self.usual_payments * ratio / WEEKDAYS
        self.plan = [self._poisson(rate) if weekday >= office.weekday else 0 for weekday in range(WEEKDAYS)]
        if player and office.day < office.campaign_days:
            player.adjust(self.plan, office.weekday, office.day)

    def _poisson(self, rate: float) -> int:
        """Return a Poisson number of payments for a day (Knuth's method: the rate is small)."""
        limit, product, payments = math.exp(-rate), self.office.random.random(), 0
        while product > limit:
            product *= self.office.random.random()
            payments += 1
        return payments

    def _first_payment(self) -> None:
        office, wallet = self.office, self.office.plain.wallet
        self.status, self.activated_day = ACTIVE, office.day
        office.accounts["activated"] += 1
        if self.opened_day < office.campaign_days:
            office.accounts.cost("gift", office.levers.offer.welcome_gift_cny)
        self.weekly_stop = office.random.betavariate(
            wallet.survival_alpha[self.segment], wallet.survival_beta[self.segment]
        )
        self._plan_week()
        self.pay(max(self.plan[office.weekday], 1))
        if office.random.random() >= (1 - self.weekly_stop) ** LOOK_BACK_WEEKS:
            self._stop()

    def _stop(self) -> None:
        self.status = DORMANT
        self.office.accounts["went_dormant"] += 1

    def pay(self, payments: int) -> None:
        """Make the day's payments; they count in the reward, and now and then one is refunded."""
        office = self.office
        if not payments:
            return
        office.accounts["payments"] += payments
        self.last_payment_day = office.day
        player = self.player
        if player and office.day < office.campaign_days and player.knows(office.day):
            coupon = player.card.pay(office.week, office.day, payments)
            if coupon:
                office.coupon_earned(self, coupon)
            delay = player.days_to_refund(payments)
            if delay is not None:
                office.payment_refunded(self, office.week, office.day + delay)


def office_weeks(days: int) -> int:
    """Return whole weeks, rounded to the nearest: the first Monday after the first payment may not count."""
    return (days + 3) // 7
