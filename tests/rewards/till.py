"""A shop's till in front of the reward engine: one event at a time, in words, with what was decided and what was given."""

import datetime

import numpy as np

from simkit.rewards import NEVER, Cards, EventKind, Events, Reason, RewardEngine, date_of, day_number, load_programme

TYPES = {"account": "i4", "day": "u2", "kind": "u1", "subject": "i2", "amount": "i8", "target": "i4"}


class Till:
    """A programme and the people who play it; every method returns the reasons that were decided."""

    def __init__(self, programme, *customers, existing=(), staff=(), reading=None, tiers=(), approved="2024-01-01"):
        """Open a programme (or a shipped one by its name) for new customers, `existing` ones and `staff` with codes."""
        if isinstance(programme, str):
            programme = load_programme(programme, reading)
        self.people = (*customers, *existing, *staff)
        tier = [programme.tiers.index(dict(tiers).get(one, programme.tiers[0])) for one in self.people]
        cards = Cards(
            np.array(tier, dtype=np.uint8),
            np.array([one in customers for one in self.people]),
            np.ones(len(self.people), dtype=np.bool_),
            np.full(len(self.people), day_number(datetime.date.fromisoformat(approved)), dtype=np.uint16),
            np.array([one in staff for one in self.people]),
        )
        self.engine = RewardEngine(programme, cards)

    def _happens(self, who, day, kind, *, subject=0, amount=0, target=-1):
        number = day_number(datetime.date.fromisoformat(day))
        event = (self.people.index(who), number, EventKind[kind.upper()], subject, amount, target)
        columns = {name: np.array([value], dtype=TYPES[name]) for name, value in zip(TYPES, event, strict=True)}
        return [Reason(reason).name for reason in self.engine.apply(Events(**columns))["reason"]]

    def pays(self, who, day, cny, merchant=None, *, slot=-1):
        """Let somebody pay."""
        merchant = self.engine.rules.merchants[merchant] if merchant else 0
        return self._happens(who, day, "payment", subject=merchant, amount=round(cny * 100), target=slot)

    def refunds(self, who, day, slot):
        """Give a payment back."""
        return self._happens(who, day, "refund", target=slot)

    def credits(self, who, day, points, partner=None):
        """Credit points of the club's own or of a partner's."""
        partner = self.engine.rules.partners[partner] if partner else 0
        return self._happens(who, day, "points", subject=partner, amount=points)

    def shows(self, who, day, code):
        """Show somebody a code."""
        return self._happens(who, day, "code", target=self.people.index(code))

    def converts(self, who, day):
        """Let somebody convert."""
        return self._happens(who, day, "convert")

    def acts(self, who, day, kind, part):
        """Let somebody claim, exchange, redeem or attend."""
        return self._happens(who, day, kind, subject=self.engine.rules.names.index(part))

    def has(self, who, part=None):
        """Return the faces in CNY of what somebody has claimed (or got at once), in that order."""
        rows = self.engine.coupons
        rows = rows[(rows["account"] == self.people.index(who)) & (rows["claimed"] != NEVER)]
        if part is not None:
            rows = rows[rows["part"] == self.engine.rules.names.index(part)]
        return (rows["face"] / 100).tolist()

    def dates(self, who, field):
        """Return one date of each of somebody's coupons."""
        rows = self.engine.coupons
        return [str(date_of(int(day))) for day in rows[rows["account"] == self.people.index(who)][field]]

    def points(self, who, day):
        """Return the points that somebody can use."""
        number = day_number(datetime.date.fromisoformat(day))
        return int(self.engine.points_balance(number)[self.people.index(who)])
