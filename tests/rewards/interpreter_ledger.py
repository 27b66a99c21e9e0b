"""What the slow interpreter writes down: card holders, events, payments, grants and coupons, as plain objects."""

import datetime
from dataclasses import dataclass, field

STATUSES = ("qualified", "lapsed", "pending", "effective", "redeemed", "expired", "revoked")


@dataclass
class Holder:
    """A card holder as the rules see one."""

    tier: str
    new_customer: bool
    primary_card: bool
    approved: datetime.date


@dataclass(frozen=True)
class Event:
    """One line of the log. `name` is the merchant of a payment, the partner of points or a code; payments in fen."""

    who: str
    day: datetime.date
    kind: str
    amount: int = 0
    part: str = ""
    name: str = ""
    payment: int | None = None  # of a refund: the place of the payment in the log
    coupon: str = ""  # of a claim or redemption: this coupon, not the first that serves


@dataclass
class Payment:
    """A payment that was seen, and what it did."""

    event: Event
    counted_by: list = field(default_factory=list)
    grants: list = field(default_factory=list)
    points: int = 0
    lot: object = None
    refunded: bool = False


@dataclass(eq=False)
class Grant:
    """What one event earned one person of one part."""

    who: str
    part: str
    qualified: datetime.date
    last_claim: datetime.date | None = None
    period: object = None
    claimed: datetime.date | None = None
    withdrawn: bool = False
    coupons: list = field(default_factory=list)

    def claimable(self, day):
        """Whether it can be claimed on a day."""
        return self.claimed is None and not self.withdrawn and day <= self.last_claim

    def lapsed(self, day):
        """Whether it was not claimed in time."""
        return self.claimed is None and not self.withdrawn and day > self.last_claim


@dataclass(eq=False)
class Coupon:
    """One coupon, or the row of what was given at once."""

    grant: Grant
    number: int
    face: int
    effective: datetime.date | None = None
    expires: datetime.date | None = None
    redeemed: datetime.date | None = None
    revoked: datetime.date | None = None

    @property
    def claimed(self):
        """The day of the claim."""
        return self.grant.claimed

    @property
    def name(self):
        """The coupon's id in files."""
        return f"{self.grant.who}-{self.grant.part}-{self.number}"

    def status(self, day):
        """Return the state at the end of a day, None before the coupon was earned."""
        grant = self.grant
        if day < grant.qualified:
            return None
        if self.revoked is not None and self.revoked <= day:
            return "revoked"
        if self.redeemed is not None and self.redeemed <= day:
            return "redeemed"
        if grant.claimed is None or grant.claimed > day:
            return "qualified" if day <= grant.last_claim else "lapsed"
        if self.expires is not None and day > self.expires:
            return "expired"
        return "pending" if day < self.effective else "effective"
