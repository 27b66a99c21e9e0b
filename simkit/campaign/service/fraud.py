"""Fraud: users who are struck, what it costs to make good, and what checks cost that prevent it."""

from __future__ import annotations

import numpy as np

from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Status
from simkit.campaign.world import World

_MILLION = 1_000_000


class FraudPlay(Mechanism):
    """A rate for each payment of active users; strong checks lower it, cost more and ask more of new users."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        fraud, levers = world.scenario.fraud, world.levers.fraud
        if fraud is None or levers is None:
            raise ValueError("fraud takes part only where scenario and strategy have it")
        strong = levers.checks == "strong"
        everyone = np.arange(world.population.size, dtype=np.int32)
        cases = fraud.cases_per_million_payments.value / _MILLION * (fraud.strong_checks_ratio.value if strong else 1)
        rate = world.scenario.by_segment(world.scenario.wallet.payments_per_week) / 7 * cases
        self._world, self._fraud = world, fraud
        self._struck = Spontaneous(
            world.streams.decision("fraud.case"),
            everyone,
            rate[world.population.segment],
            world.scenario.calendar.horizon_days,
        )
        self._ticket = world.scenario.by_segment(world.scenario.value.ticket)
        self._check = fraud.compliance_per_1000_payments.value * (fraud.strong_checks_cost_ratio.value if strong else 1)
        self._compliance = 0.0
        if strong:
            self._first_payment = world.scenario.by_segment(fraud.strong_checks_first_payment)
            world.wallets.first_payment.add("strong_checks", self._of_strong_checks)

    def end_day(self, day: int) -> None:
        """Strike users, and pay for losses and for the checks of the day's payments."""
        world, ledger = self._world, self._world.ledger
        struck = self._struck.on(day)
        struck = struck[world.wallets.status[struck] == Status.ACTIVE.value]
        loss, borne = self._fraud.loss.value, self._fraud.bank_share.value
        ledger.tally(day, "fraud_cases", struck)
        ledger.tally(day, "fraud_loss", struck, loss)
        ledger.cost(day, CostItem.FRAUD, Channel.ORGANIC, struck.shape[0], struck.shape[0] * loss * borne)
        world.signals.send(Signal.HARMED, struck, day)
        payments = ledger.of_day(day, "payments")
        ledger.tally_by_segment(day, "paid_10000_cny", payments * self._ticket / 10_000)
        thousands = float(payments.sum()) / 1000
        ledger.cost(day, CostItem.COMPLIANCE, Channel.ORGANIC, thousands, thousands * self._check)
        self._compliance += thousands * self._check

    def finish(self) -> None:
        """Write what checks have cost."""
        self._world.ledger.figure("compliance_cost", self._compliance)

    def _of_strong_checks(self, customers: Customers, day: int) -> Floats:  # noqa: ARG002 - the same on all days
        return self._first_payment.take(self._world.population.segment.take(customers))
