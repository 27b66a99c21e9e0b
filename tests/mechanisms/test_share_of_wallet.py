"""Wages that come in are no relationship if they leave on the next day."""

import numpy as np
import pytest

from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played

small_bank = bank_with("satisfaction", "loyalty", "share_of_wallet")

OFFER = {"share_of_wallet": {"auto_save_offer_days": 3}}


def eager(customers=12_000):
    """A bank whose customers gladly save."""
    return changed(small_bank(customers), {"share_of_wallet.auto_save_accepts": 0.6})


@covers(
    60,
    keys=[
        "share_of_wallet.sweeps",
        "share_of_wallet.payroll",
        "share_of_wallet.auto_save_accepts",
        "share_of_wallet.auto_save_keeps",
        "levers.share_of_wallet.auto_save_offer_days",
    ],
    code="simkit/campaign/relationship/share_of_wallet.py",
    kpi="sweep_out_share",
)
def test_saving_plans_keep_wages_here():
    """Who has a plan sweeps out less, which raises the share of wallet."""
    plain, offering = (eager(), doing({})), (eager(), doing(OFFER))
    assert_moves("sweep_out_share", "down", off=plain, on=offering)
    assert_moves("deposits_kept", "up", off=plain, on=offering)
    assert_moves("share_of_wallet", "up", off=plain, on=offering)


def test_saving_plans_change_neither_satisfaction_nor_who_stays():
    """Share of wallet is a state of its own."""
    plain, offering = figures(eager(), doing({}), 1), figures(eager(), doing(OFFER), 1)
    others = ["mean_satisfaction", "satisfied_and_loyal", "users_at_end", "payments", "wages_paid_in"]
    assert plain[others].equals(offering[others])


@covers(
    60,
    keys=["share_of_wallet.loyalty_keeps", "share_of_wallet.start", "share_of_wallet.pace"],
    code="simkit/campaign/relationship/share_of_wallet.py",
    kpi="relationship_owned",
)
def test_a_relationship_is_owned_where_loyal_customers_leave_their_wages():
    """The more loyalty matters to sweeping, the more paydays are of loyal customers; the share that is swept stays."""
    unbound, bound = ((changed(eager(), {"share_of_wallet.loyalty_keeps": k}), doing({})) for k in (0.0, 4.0))
    assert_moves("relationship_owned", "up", off=unbound, on=bound)
    shares = [figures(*case)["sweep_out_share"].mean() for case in (unbound, bound)]
    assert shares[0] == pytest.approx(shares[1], rel=0.05)


@pytest.mark.parametrize(("sweeps", "expected"), [(0, 0.0), (1, 1.0)])
def test_nobody_or_everybody_sweeps(sweeps, expected):
    """Without sweeping all wages stay; where all sweep and hold nothing here, none do."""
    bank = changed(eager(6000), {"share_of_wallet.sweeps": sweeps, "share_of_wallet.start": 0})
    table = figures(bank, doing({}), 1)
    assert table["sweep_out_share"].item() == pytest.approx(expected, abs=1e-3)


def test_wages_paid_in_are_swept_out_or_kept_and_come_on_payday():
    """The account closes by day and segment, and other days have no wages."""
    run = played(eager(), doing(OFFER))
    table = frame(run, "tallies").pivot_table(index=["day", "segment"], columns="tally", values="amount")
    wages = table["wages_paid_in"].dropna()
    kept = table.loc[wages.index, ["wages_swept_out", "deposits_kept"]].fillna(0).sum(axis=1)
    assert np.allclose(wages, kept)
    dates = frame(run, "daily").drop_duplicates("day").set_index("day")["date"]
    assert {dates[day].day for day in wages.index.get_level_values("day")} == {10}


def test_without_an_offer_the_section_of_levers_moves_nothing():
    """No offer, no plan."""
    none = doing({"share_of_wallet": {"auto_save_offer_days": None}})
    assert_nothing_moves((small_bank(), doing({})), (small_bank(), none))
