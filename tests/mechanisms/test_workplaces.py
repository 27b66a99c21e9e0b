"""A desk at work reaches many with one journey."""

import numpy as np
import pytest

from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("workplaces")

FIELD = {
    "field.teams": 1,
    "field.partner": "residents_committee",
    "field.partner_communities_per_week": 1,
    "events.per_branch_month": 2,
}
AT_HOME = doing(FIELD | {"workplaces": {"visits_per_week": 0}})
AT_WORK = doing(FIELD | {"workplaces": {"visits_per_week": 10}})
TYPES = {"home": "visit", "appointment": "appointment", "workplace": "workplace_visit", "event": "community_event"}
NOT_MET = ("not_home", "no_show", "cancelled", "lapsed", "left_queue")


@covers(
    1,
    keys=[
        "workplaces.works",
        "workplaces.employer_size",
        "workplaces.attend",
        "workplaces.convert",
        "workplaces.hours",
        "workplaces.talk",
        "workplaces.open_wallet",
        "workplaces.cost_per_visit",
        "levers.workplaces.visits_per_week",
        "levers.workplaces.staff_per_visit",
        "levers.workplaces.starts",
        "levers.workplaces.target_segments",
    ],
    code="simkit/campaign/leads/workplaces.py",
    kpi="workplace_reach",
)
def test_desks_at_work_reach_and_win_those_who_work():
    """More visits to employers meet more customers, cost more, and win wallets of those who work."""
    bank = small_bank()
    for kpi in ("workplace_reach", "opened", "workplace_cost"):
        assert_moves(kpi, "up", off=(bank, AT_HOME), on=(bank, AT_WORK))
    assert_moves("opened", "up", off=(bank, AT_HOME), on=(bank, AT_WORK), segment="white_collar")


def test_who_does_not_work_is_not_met_at_work():
    """Without workers nobody comes, and the desks are paid for all the same."""
    idle = changed(small_bank(), {"workplaces.works": 0})
    values = figures(idle, AT_WORK, 1).iloc[0]
    assert values["workplace_reach"] == 0
    assert values["workplace_cost"] > 0


def test_a_desk_that_closes_leaves_some_unserved():
    """One person serves as many as fit into the time; two serve more, and a visit begun is finished."""
    crowded = changed(small_bank(), {"workplaces.attend": 0.9, "workplaces.hours": 0.5})
    one, two = (doing({"workplaces": {"visits_per_week": 10, "staff_per_visit": staff}}) for staff in (1, 2))
    assert_moves("workplace_reach", "up", off=(crowded, one), on=(crowded, two))
    contacts = frame(played(crowded, one), "contacts").query("channel == 'workplace_visit'")
    assert (contacts["outcome"] == "left_queue").any()
    served = contacts[contacts["outcome"] != "left_queue"]
    assert served["hour"].between(11.5, 12.0).all()


def test_nobody_is_sought_at_home_and_at_work_on_one_day():
    """Who comes to a desk is kept away from the day's doors and events."""
    contacts = frame(played(small_bank(), AT_WORK), "contacts")
    held = contacts[contacts["channel"].isin(["visit", "workplace_visit", "community_event"])]
    assert not held.duplicated(["day", "customer_id"]).any()


def test_reach_and_cost_by_type_are_those_of_the_ledger():
    """Customers met are the contacts that were met, and the four costs add up to what these channels cost."""
    run = played(small_bank(), AT_WORK)
    values = figures(small_bank(), AT_WORK, 1).iloc[0]
    contacts, costs = frame(run, "contacts"), frame(run, "costs")
    for name, channel in TYPES.items():
        met = (contacts["channel"] == channel) & ~contacts["outcome"].isin(NOT_MET)
        assert values[f"{name}_reach"] == met.sum() > 0
    spent = costs.loc[costs["channel"].isin(list(TYPES.values())), "amount_cny"].sum()
    assert sum(values[f"{name}_cost"] for name in TYPES) == pytest.approx(spent)
    assert np.isfinite([values[f"cost_per_{name}_contact"] for name in TYPES]).all()


def test_without_the_lever_workplaces_move_nothing():
    """Employers who are not visited are no part of a run."""
    assert_nothing_moves((small_bank(), doing(FIELD)), (without(small_bank(), "workplaces"), doing(FIELD)))
