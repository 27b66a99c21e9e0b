"""Points of one customer by lot, for the slow interpreter: earned, pending, burnt oldest first, expired, owed."""

import datetime
from dataclasses import dataclass, field

from tests.rewards.interpreter_days import ONE_DAY, end_of_month, months_later, share_of


@dataclass
class Lot:
    """Points of one credit."""

    left: int
    available: datetime.date
    last: datetime.date


@dataclass
class Account:
    """A customer's lots, oldest first, and what is owed because points of a refunded payment were used."""

    rules: object
    lots: list = field(default_factory=list)
    debt: int = 0
    credited: list = field(default_factory=list)
    burnt: list = field(default_factory=list)
    taken_back: list = field(default_factory=list)

    def credit(self, points, day):
        """Put points into a new lot, after what is owed; return the lot."""
        paid = min(self.debt, points)
        self.debt -= paid
        self.taken_back.append((day, paid))
        lot = Lot(points - paid, day + self.rules.pending_days * ONE_DAY, datetime.date.max)
        if self.rules.expiry is not None:
            lot.last = months_later(day, self.rules.expiry.months)
            if self.rules.expiry.at == "month_end":
                lot.last = end_of_month(lot.last)
        self.lots.append(lot)
        self.credited.append((day, points))
        return lot

    def earned(self, amount):
        """Return the points for a payment in fen."""
        earn = self.rules.earn
        if earn is None or amount < share_of(earn.min_amount_cny, 100):
            return 0
        return share_of(earn.per_cny, amount) // 100

    def converted(self, points, partner):
        """Return own points for a partner's."""
        return share_of(self.rules.partner_rates[partner], points) if partner else points

    def balance(self, day):
        """Return the points that can be used on a day."""
        return sum(lot.left for lot in self.lots if lot.available <= day <= lot.last)

    def expired(self):
        """Return what expires unused of each lot, on the day after its last."""
        return [(lot.last + ONE_DAY, lot.left) for lot in self.lots if lot.last < datetime.date.max]

    def burn(self, points, day):
        """Use points, oldest lot first."""
        self.burnt.append((day, points))
        for lot in self.lots:
            if lot.available <= day <= lot.last:
                used = min(lot.left, points)
                lot.left -= used
                points -= used

    def take_back(self, points, lot, day):
        """Take back what a payment earned: what its lot still has, and the rest is owed; what has expired is gone anyway."""
        taken = min(lot.left, points)
        self.debt += points - taken
        if day <= lot.last:
            lot.left -= taken
            self.taken_back.append((day, taken))
