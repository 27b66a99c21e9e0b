"""Later releases of the wallet act from their day on, and only if they are released."""

import pytest

from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("trust", "features")

DOORS = {"field.teams": 6, "events.per_branch_month": 6}


def released(**days):
    """Return a strategy that releases these features."""
    return doing(DOORS | {"features": {"release_days": days}})


def strong():
    """Return a bank whose features change a lot."""
    names = ("biometric", "social", "wealth")
    changes = {f"features.{name}.opening": 0.5 for name in names} | {f"features.{name}.payments": 1.3 for name in names}
    return changed(small_bank(), changes | {"features.biometric.trust": 0.1})


@covers(
    22,
    keys=[
        "features.biometric.opening",
        "features.biometric.payments",
        "features.biometric.trust",
        "features.social.opening",
        "features.wealth.payments",
        "levers.features.release_days",
    ],
    code="simkit/campaign/opinion/features.py",
    kpi="payments_by_features",
)
def test_features_win_wallets_payments_and_trust():
    """With what is released from the first day everything is better than without; what comes later does less."""
    bank = strong()
    off, late, on = ((bank, one) for one in (doing(DOORS), released(biometric=60), released(biometric=0, social=0)))
    for kpi in ("opened", "payments", "payments_by_features", "openings_by_features", "mean_trust_change"):
        assert_moves(kpi, "up", off=off, on=on)
    assert_moves("payments", "up", off=off, on=late)
    assert_moves("payments_by_features", "up", off=late, on=on)


def test_nothing_happens_before_the_release():
    """Until the day of the release every table of the day is as without it."""
    bank, day = strong(), 35
    plain, with_feature = (frame(played(bank, one), "daily") for one in (doing(DOORS), released(wealth=day)))
    before = plain["day"] < day
    assert plain[before].equals(with_feature[before])
    assert not plain.equals(with_feature)


def test_payments_because_of_features_are_those_that_would_be_missing():
    """What the tally says agrees with the difference between two runs with and without the feature."""
    bank = changed(strong(), {"features.wealth.opening": 0})
    with_feature = figures(bank, released(wealth=0), 3)
    more = with_feature["payments"] - figures(bank, doing(DOORS), 3)["payments"]
    assert more.sum() == pytest.approx(with_feature["payments_by_features"].sum(), rel=0.08)


def test_wallets_because_of_features_are_those_that_would_be_missing():
    """The same of openings, over some replications."""
    bank = changed(strong(), {"features.social.payments": 1})
    with_feature = figures(bank, released(social=0))
    more = with_feature["opened"] - figures(bank, doing(DOORS))["opened"]
    assert more.sum() == pytest.approx(with_feature["openings_by_features"].sum(), rel=0.2)


def test_without_a_release_features_move_nothing():
    """What could be released changes nothing; nor does a plan of no releases, but for saying so."""
    assert_nothing_moves((small_bank(), doing(DOORS)), (without(small_bank(), "features"), doing(DOORS)))
    none, plain = (frame(played(small_bank(), one), "daily") for one in (released(), doing(DOORS)))
    assert none.equals(plain)
