"""Which payments can change anything under a programme's rules; the engine need not see the others."""

from __future__ import annotations

from dataclasses import dataclass

from simkit.rewards import Programme
from simkit.rewards.grants import SHARES
from simkit.rewards.triggers import PAYMENT_TRIGGERS, OnePayment, PaymentsInPeriod, SpendingInPeriod


@dataclass(frozen=True)
class PaymentNeeds:
    """What a programme's rules look at.

    amounts: whether they look at amounts at all. least_fen: smaller payments change nothing. new_only: nor do those of customers who are
    not new. a_week: nor do fewer payments than this in a natural week; 0 where every payment may. approval: whether the day of the card's
    approval matters.
    """

    amounts: bool
    least_fen: int
    new_only: bool
    a_week: int
    approval: bool

    @classmethod
    def of(cls, programme: Programme) -> PaymentNeeds:
        """Read them off a programme."""
        parts = [part for part in programme.parts.values() if isinstance(part.trigger, PAYMENT_TRIGGERS)]
        triggers = [part.trigger for part in parts if isinstance(part.trigger, PAYMENT_TRIGGERS)]
        earn = programme.points.earn if programme.points is not None else None
        weekly = [
            trigger.payments
            for trigger in triggers
            if isinstance(trigger, PaymentsInPeriod) and trigger.period == "natural_week"
        ]
        least = [trigger.min_amount_cny for trigger in triggers] + ([earn.min_amount_cny] if earn is not None else [])
        limited = any(
            isinstance(trigger, OnePayment) and trigger.within_of_approval is not None for trigger in triggers
        )
        return cls(
            amounts=earn is not None
            or any(trigger.min_amount_cny > 0 or isinstance(trigger, SpendingInPeriod) for trigger in triggers)
            or any(isinstance(part.grant, SHARES) for part in parts),
            least_fen=round(min(least, default=0) * 100),
            new_only=earn is None and all(part.who.new_customers for part in parts),
            a_week=min(weekly, default=0) if earn is None and len(weekly) == len(triggers) else 0,
            approval=limited or programme.year == "anniversary",
        )
