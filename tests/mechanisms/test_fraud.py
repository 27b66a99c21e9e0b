"""Fraud and compliance: strong checks prevent losses, cost more, and are one more step for new users."""

import numpy as np

from simkit.campaign.run import Campaign
from simkit.campaign.signals import Signal
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import (
    NOTHING,
    assert_moves,
    assert_nothing_moves,
    bank_with,
    covers,
    figures,
    played,
    without,
)

small_bank = bank_with("trust", "fraud")

USUAL, STRONG = (doing({"fraud": {"checks": checks}}) for checks in ("usual", "strong"))


def robbed_bank():
    """Return a small bank with much fraud, in which many open wallets alone."""
    changes = {"fraud.cases_per_million_payments": 100, "wallet.payments_per_week": 60}
    changes |= {"wallet.active_share_of_holders": 1, "wallet.organic_innovation": 3, "wallet.can_pay_by_phone": 1}
    return changed(small_bank(), changes)


@covers(
    74,
    keys=["fraud.cases_per_million_payments", "fraud.strong_checks_ratio", "levers.fraud.checks"],
    code="simkit/campaign/service/fraud.py",
    kpi="fraud_basis_points",
)
def test_strong_checks_prevent_fraud_and_a_bank_with_more_of_it_loses_more():
    """Fewer cases on the same customers, and fewer basis points of what is paid."""
    bank = robbed_bank()
    assert_moves("fraud_cases", "down", off=(bank, USUAL), on=(bank, STRONG))
    assert_moves("fraud_basis_points", "down", off=(bank, USUAL), on=(bank, STRONG))
    honest = changed(bank, {"fraud.cases_per_million_payments": 20})
    assert_moves("fraud_basis_points", "up", off=(honest, USUAL), on=(bank, USUAL))


@covers(
    74,
    keys=["fraud.compliance_per_1000_payments", "fraud.strong_checks_cost_ratio", "fraud.strong_checks_first_payment"],
    code="simkit/campaign/service/fraud.py",
    kpi="compliance_cost",
)
def test_strong_checks_cost_more_and_lose_new_users():
    """Safety has its price, in money and in first payments."""
    bank = robbed_bank()
    assert_moves("compliance_cost", "up", off=(bank, USUAL), on=(bank, STRONG))
    assert_moves("first_payment_share", "down", off=(bank, USUAL), on=(bank, STRONG), segment="silver")


def test_losses_and_checks_are_paid_for_as_often_as_they_happen():
    """Cases and payments at their prices are the costs, and every case is told to others."""
    bank = robbed_bank()
    costs = frame(played(bank, USUAL), "costs").groupby("item")[["quantity", "amount_cny"]].sum()
    row = figures(bank, USUAL, 1).iloc[0]
    assert costs.loc["fraud", "quantity"] == row["fraud_cases"] > 0
    np.testing.assert_allclose(costs.loc["fraud", "amount_cny"], row["fraud_loss"] * bank.fraud.bank_share.value)
    np.testing.assert_allclose(costs.loc["compliance", "quantity"] * 1000, row["payments"])
    np.testing.assert_allclose(costs.loc["compliance", "amount_cny"], row["compliance_cost"])
    campaign, harmed = Campaign(bank, USUAL), []
    campaign.world.signals.listen(Signal.HARMED, lambda customers, _: harmed.append(customers.size))
    campaign.play()
    assert sum(harmed) == row["fraud_cases"]


def test_where_nobody_chose_checks_fraud_is_not_simulated():
    """Facts about fraud alone move nothing."""
    assert_nothing_moves((robbed_bank(), NOTHING), (without(robbed_bank(), "fraud"), NOTHING))
