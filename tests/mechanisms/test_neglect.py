"""A wallet that is opened and forgotten falls asleep; care keeps it awake."""

import pytest

from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, bank_with, covers, figures, played, without

small_bank = bank_with("satisfaction", "neglect")

VISITS = {"field.teams": 6}
CARE = {"neglect": {"nurture_every_days": 14}}


@covers(
    65,
    keys=[
        "neglect.hazard_ratio",
        "neglect.remembers",
        "neglect.care_reaches",
        "neglect.care_cost",
        "levers.neglect.nurture_every_days",
        "levers.neglect.nurture_days",
    ],
    code="simkit/campaign/relationship/neglect.py",
    kpi="dormant_share_after_60_days",
)
def test_care_keeps_new_wallets_awake():
    """Fewer wallets are dormant after 60 days, more last, and it costs money."""
    heard = changed(small_bank(12_000), {"neglect.care_reaches": 1, "neglect.hazard_ratio": 2.5})
    plain, caring = (heard, doing(VISITS)), (heard, doing(VISITS | CARE))
    assert_moves("dormant_share_after_60_days", "down", off=plain, on=caring)
    assert_moves("lasting", "up", off=plain, on=caring)
    assert_moves("care_cost", "up", off=plain, on=caring)


def test_care_helps_only_whom_it_reaches():
    """Where nobody takes notice, care is money lost."""
    deaf = changed(small_bank(), {"neglect.care_reaches": 0})
    users = ["lasting", "payments", "dormant_after_60_days"]
    assert figures(deaf, doing(VISITS | CARE), 1)[users].equals(figures(deaf, doing(VISITS), 1)[users])


def test_care_goes_to_new_users_of_the_segments_meant_and_ends():
    """Everyone cared for has opened in the run, belongs to the segment, and hears no more after `nurture_days`."""
    levers = doing(VISITS | {"neglect": {"nurture_every_days": 10, "nurture_days": 35, "target_segments": ["silver"]}})
    run = played(small_bank(), levers)
    contacts, conversions = frame(run, "contacts"), frame(run, "conversions")
    care = contacts[contacts["channel"] == "wecom"].merge(conversions, on="customer_id", how="left")
    age = care["day"] - care["opened_day"]
    assert len(care) > 50
    assert care["segment"].eq("silver").all()
    assert set(age) == {10, 20, 30}


def test_care_keeps_to_the_contact_policy():
    """Who may be contacted never is not cared for."""
    silent = doing(VISITS | CARE | {"contact_policy.contacts_per_week": 0})
    assert figures(small_bank(), silent, 1)["care_touches"].item() == 0


def test_dormant_after_60_days_is_no_payment_in_the_30_days_before():
    """Recounted from the payments themselves."""
    run = played(small_bank(), doing(VISITS))
    payments, opened = frame(run, "payments"), frame(run, "conversions")
    horizon, campaign = 126, 28
    opened = opened[(opened["opened_day"] + 60 < horizon) & (opened["opened_day"] < campaign)]
    paid = payments.merge(opened, on="customer_id")
    since = paid["day"] - paid["opened_day"]
    awake = paid.loc[(since > 30) & (since <= 60), "customer_id"].nunique()
    table = figures(small_bank(), doing(VISITS), 1)
    assert table["wallets_after_60_days"].item() == len(opened)
    assert table["dormant_after_60_days"].item() == len(opened) - awake


@pytest.mark.parametrize("levers", [{}, VISITS])
def test_without_care_neglect_is_what_the_survival_curve_knows(levers):
    """A bank that knows of neglect has the payments of one that does not, as long as it cares for nobody."""
    aware, unaware = (
        frame(played(bank, doing(levers)), "daily") for bank in (small_bank(), without(small_bank(), "neglect"))
    )
    assert aware.equals(unaware)


def test_care_for_nobody_moves_nothing():
    """A ratio of 1 and an experience of nothing: care only costs."""
    calm = changed(small_bank(), {"neglect.hazard_ratio": 1, "satisfaction.cared_for": 0})
    users = ["lasting", "payments", "mean_satisfaction"]
    assert figures(calm, doing(VISITS | CARE), 1)[users].equals(figures(calm, doing(VISITS), 1)[users])


def test_the_lever_without_the_section_is_refused():
    """Nobody can be cared for in a scenario that knows no neglect."""
    assert dict(without(small_bank(), "neglect").impossible(doing(CARE).levers))["levers.neglect"]
