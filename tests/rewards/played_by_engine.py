"""Plays a random game with the reward engine, and tells what came of it in the interpreter's words."""

import datetime
from collections import Counter

import numpy as np

from simkit.rewards import DAILY, NEVER, Cards, EventKind, Events, Reason, RewardEngine, Status, date_of, day_number
from tests.rewards.event_strategies import STAFF

GROUPS = 2
NUMBERS = ("number", "place", "quantity", "face")
DATES = ("qualified", "claimed", "effective", "expires", "redeemed", "revoked")


class EnginePlay:
    """An engine and the names of its accounts."""

    def __init__(self, game, first_day, last_day):
        """Make an engine for a few card holders and for employees with invitation codes."""
        self.accounts = (*game.holders, *STAFF)
        tiers = game.programme.tiers
        own = [*game.holders.values(), *[None] * len(STAFF)]
        cards = Cards(
            np.array([0 if one is None else tiers.index(one.tier) for one in own], dtype=np.uint8),
            np.array([one is not None and one.new_customer for one in own]),
            np.array([one is not None and one.primary_card for one in own]),
            np.array([0 if one is None else day_number(one.approved) for one in own], dtype=np.uint16),
            np.array([one is None for one in own]),
        )
        groups = np.array([self.group_of(who) for who in self.accounts], dtype=np.uint8)
        self.engine = RewardEngine(
            game.programme,
            cards,
            scale=float(game.scale),
            bank_share=game.bank_share,
            group=groups,
            groups=GROUPS,
            first_day=day_number(first_day),
            last_day=day_number(last_day),
        )
        self.refunded = {event.payment for event in game.log if event.kind == "refund"}
        self.unseen = self.engine.reserve_slots(1)
        self.first_day = first_day
        self.top_tier = len(tiers) - 1
        self.decisions = []
        self.slots = {}

    def group_of(self, who):
        """Return the group of an account in the daily books."""
        return self.accounts.index(who) % GROUPS

    def upgrade(self, who):
        """Give a card holder the highest tier."""
        self.engine.people["tier"][self.accounts.index(who)] = self.top_tier

    def play(self, log, begin, end):
        """Play a piece of a log."""
        places = range(begin, end)
        # Only payments that are refunded later need to be remembered.
        paid = [place for place in places if place in self.refunded]
        first = self.engine.reserve_slots(len(paid)) if paid else 0
        self.slots |= {place: first + number for number, place in enumerate(paid)}
        columns = {
            "account": (self.accounts.index(log[place].who) for place in places),
            "day": (day_number(log[place].day) for place in places),
            "kind": (EventKind[log[place].kind.upper()] for place in places),
            "subject": (self._subject(log[place]) for place in places),
            "amount": (log[place].amount for place in places),
            "target": (self._target(place, log[place]) for place in places),
        }
        types = {"account": "i4", "day": "u2", "kind": "u1", "subject": "i2", "amount": "i8", "target": "i4"}
        events = Events(**{name: np.array(list(column), dtype=types[name]) for name, column in columns.items()})
        found = self.engine.apply(events)
        for event, part, reason in found[["event", "part", "reason"]].tolist():
            self.decisions.append((begin + event, self.engine.rules.names[part], Reason(reason).name))

    def _subject(self, event):
        rules = self.engine.rules
        if event.part:
            return rules.names.index(event.part)
        if event.kind in {"payment", "cash_advance"}:
            return rules.merchants.get(event.name, 0)
        return rules.partners[event.name] if event.name and event.kind == "points" else 0

    def _target(self, place, event):
        if event.kind in {"payment", "cash_advance"}:
            return self.slots.get(place, -1)
        if event.kind == "refund":
            return self.unseen if event.payment is None else self.slots[event.payment]
        if event.kind == "code":
            return self.accounts.index(event.name)
        return int(event.coupon.rpartition("-")[2]) if event.coupon else -1

    def settle(self, day):
        """Give the prizes of leaderboards of the months that are over."""
        self.engine.settle(day_number(day))

    def coupons(self):
        """Return every coupon as (whose, part, its numbers, its dates)."""
        names = self.engine.rules.names
        return [
            (
                *(self.accounts[row["account"]], names[row["part"]], *(int(row[name]) for name in NUMBERS)),
                *(None if row[name] == NEVER else date_of(int(row[name])) for name in DATES),
            )
            for row in self.engine.coupons
        ]

    def states(self, day):
        """Return the state of every coupon at the end of a day."""
        return [Status(state).name.lower() for state in self.engine.status_on(day_number(day))]

    def books(self):
        """Return the daily books as (day, group, column), without zeros; what falls due after the last day is left out."""
        table = self.engine.daily
        assert not table[-1].any()
        return Counter(
            {
                (self.first_day + datetime.timedelta(days=int(day)), int(group), DAILY[column]): int(
                    table[day, group, column]
                )
                for day, group, column in np.argwhere(table)
            }
        )

    def totals(self, day):
        """Return the sums of the daily books to the end of a day, by column."""
        days = (day - self.first_day).days + 1
        return dict(zip(DAILY, self.engine.daily[:days].sum(axis=(0, 1)).tolist(), strict=True))

    def icons(self):
        """Return the icons of each account."""
        return dict(zip(self.accounts, self.engine.icons.tolist(), strict=True))

    def stages(self):
        """Return the stages reached as (customer, stage, day)."""
        reached = self.engine.stages_reached
        return [(self.accounts[row["account"]], int(row["stage"]), date_of(int(row["day"]))) for row in reached]

    def balances(self, day):
        """Return the points of each customer."""
        return dict(zip(self.accounts, self.engine.points_balance(day_number(day)).tolist(), strict=True))


def days_from(first, last):
    """Walk over days, both included."""
    return (first + datetime.timedelta(days=n) for n in range((last - first).days + 1))
