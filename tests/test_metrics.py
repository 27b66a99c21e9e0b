"""Key figures are read from the ledger alone, and agree with counting by hand."""

from collections import Counter

import numpy as np
import pytest

from simkit.campaign.run import run_campaign
from simkit.metrics.catalogue import KPIS, OF_MECHANISMS
from simkit.metrics.measuring import lasting_user_value, run_metrics
from simkit.metrics.mechanisms import MECHANISMS
from simkit.params import load_scenario, load_strategy
from tests.campaign.banks import changed, doing, frame


@pytest.fixture(scope="module")
def bank():
    """Two per cent of the shipped bank."""
    return load_scenario("city_bank").model_copy(update={"scale": 0.02})


@pytest.fixture(scope="module")
def run(bank):
    """A strategy with every channel."""
    return run_campaign(bank, load_strategy("omnichannel"), detail="full")


def figures(run, bank):
    """Return KPIs by (segment, name)."""
    return run_metrics(run, bank).to_pandas().set_index(["segment", "kpi"])["value"]


def test_every_kpi_is_given_for_all_and_counts_for_each_segment_too(run, bank):
    """Money and capacity are the whole campaign's; everything that customers do is told by segment."""
    values = figures(run, bank)
    assert not values.index.duplicated().any()
    assert set(values["all"].index) == set(KPIS)
    for name in bank.segment_names:
        assert {"contacts", "opened", "activated", "lasting", "lasting_share", "value"} <= set(values[name].index)
        assert not {"cost", "net_value", "field_utilisation"} & set(values[name].index)


def test_segments_sum_to_all(run, bank):
    """What is counted by segment is counted once."""
    values = figures(run, bank)
    for kpi in values[bank.segment_names[0]].index:
        if KPIS[kpi].ratio_of is None:
            parts = sum(values[name, kpi] for name in bank.segment_names)
            assert parts == pytest.approx(values["all", kpi])


def test_ratios_are_their_numerator_over_their_denominator(run, bank):
    """A ratio of sums, never a mean of ratios."""
    values = figures(run, bank)["all"]
    ratios = [kpi for kpi in KPIS.values() if kpi.ratio_of]
    assert len(ratios) >= 8
    for kpi in ratios:
        above, below = (values[part] for part in kpi.ratio_of)
        if not below or np.isnan(above + below):
            assert np.isnan(values[kpi.name])
            continue
        assert values[kpi.name] == pytest.approx(above / below)


def test_counts_are_those_of_the_ledger(run, bank):
    """Opened, activated and lasting count wallets opened on campaign days; visits, events and calls by channel."""
    values, wallets = figures(run, bank)["all"], frame(run, "conversions")
    own = wallets[wallets["opened_day"] < bank.calendar.campaign_days]
    assert values["opened"] == len(own)
    assert values["activated"] == (own["activated_day"] >= 0).sum()
    assert own["lasting"].notna().all()
    assert values["lasting"] == own["lasting"].astype(bool).sum()
    assert values["contacts"] == frame(run, "outcomes")["contacts"].sum()
    assert values["payments"] == frame(run, "payments")["payments"].sum()
    assert values["field_wallets"] == wallets["channel"].isin(["visit", "appointment"]).sum()
    assert values["event_wallets"] == (wallets["channel"] == "community_event").sum()
    assert values["opted_out"] == (frame(run, "contacts")["outcome"] == "opted_out").sum()
    rang = frame(run, "contacts").query("channel == 'inbound_call'")
    assert values["inbound_abandoned"] == (rang["outcome"] == "abandoned").sum() > 0


def test_money_adds_up(run, bank):
    """Net value is value and fees less cost; fees are the fee rate on the tickets of wallets held before."""
    values = figures(run, bank)
    costs = frame(run, "costs").groupby("item")["amount_cny"].sum()
    assert values["all", "cost"] == pytest.approx(costs.sum())
    assert values["all", "staff_cost"] == pytest.approx(costs["staff"])
    assert values["all", "reward_cost"] == pytest.approx(costs["reward"] + costs["gift"])
    total = values["all"]
    assert total["net_value"] == pytest.approx(total["value"] + total["holder_fees"] - total["cost"])
    daily = frame(run, "daily").groupby("segment")[["payments", "campaign_payments"]].sum()
    for name in bank.segment_names:
        held_before = daily.loc[name, "payments"] - daily.loc[name, "campaign_payments"]
        fee = bank.value.ticket.value[name] * bank.value.fee_rate.value
        assert values[name, "holder_fees"] == pytest.approx(held_before * fee)
        assert values[name, "value"] == pytest.approx(values[name, "lasting"] * lasting_user_value(bank)[name])


def test_staff_days_count_everyone_in_a_team(bank):
    """A team of two costs two staff days a day, so its wallets per staff day are half as many."""
    short = changed(bank, {"calendar.campaign_days": 7, "calendar.horizon_days": 7})
    alone, two = (
        figures(run_campaign(short, doing({"field.teams": 100, "field.staff_per_team": staff})), short)["all"]
        for staff in (1, 2)
    )
    assert (alone["field_staff_days"], two["field_staff_days"]) == (2 * 5, 4 * 5)
    assert two["wallets_per_staff_day"] == pytest.approx(alone["wallets_per_staff_day"] / 2)


def test_a_ratio_over_nothing_is_not_a_number(bank):
    """Without users, contacts, cost, staff or budget the ratios say nothing rather than zero or infinity."""
    bank = changed(bank, {"scale": 0.002, "calendar.campaign_days": 1, "calendar.horizon_days": 2})
    bank = changed(bank, {"wallet.organic_innovation": 0, "wallet.organic_imitation": 0, "wallet.holders_at_start": 0})
    values = figures(run_campaign(bank, doing({})), bank)["all"]
    assert values["opened"] == values["cost"] == 0
    values = values.drop(list(OF_MECHANISMS))  # one that takes no part writes no figure of the run
    empty = [*(name for name in values.index if KPIS[name].ratio_of), "over_budget"]
    assert values[empty].isna().all()
    assert values.drop(empty).notna().all()


def test_the_value_of_a_lasting_user_is_that_of_a_hand_calculation(bank):
    """Week by week for a year: fees and deposit margin, if still active by B(a, b + t), at the discount of the week."""
    alpha, beta, weeks = 0.5, 2.0, 52
    bank = changed(
        bank,
        {
            "wallet.survival_alpha": alpha,
            "wallet.survival_beta": beta,
            "wallet.payments_per_week": 3,
            "value.ticket": 100,
            "value.fee_rate": 0.002,
            "value.deposit_uplift": 2600,
            "value.net_interest_margin": 0.02,
            "value.discount_rate": 0.1,
            "value.horizon": 1,
        },
    )
    a_week = 3 * 100 * 0.002 + 2600 * 0.02 / 52
    worth, active = 0.0, 1.0
    for week in range(1, weeks + 1):
        active *= 1 - alpha / (alpha + beta + 13 + week - 1)
        worth += a_week * active * 1.1 ** (-week / 52)
    assert worth < 52 * a_week
    assert lasting_user_value(bank) == pytest.approx(dict.fromkeys(bank.segment_names, worth))


@pytest.mark.parametrize(
    ("change", "direction"),
    [
        ({"value.fee_rate": 0.003}, 1),
        ({"value.horizon": 2}, -1),
        ({"value.discount_rate": 0.2}, -1),
        ({"wallet.survival_beta": 1.5}, 1),
    ],
    ids=str,
)
def test_a_lasting_user_is_worth_more_who_pays_more_or_longer(bank, change, direction):
    """Value rises with fees, horizon and survival, and falls with the discount."""
    usual, other = (np.array(list(lasting_user_value(some).values())) for some in (bank, changed(bank, change)))
    assert (np.sign(other - usual) == direction).all()


def test_a_draw_is_valued_at_its_own_parameters(bank):
    """A run of a sampled bank is worth what that bank's sampled tickets and fees say."""
    bank = bank.model_copy(update={"scale": 0.005})
    base, drawn = (run_campaign(bank, load_strategy("community_events"), draw=draw) for draw in (0, 3))
    worth = [
        figures(run, bank).loc["silver"]["value"] / figures(run, bank).loc["silver"]["lasting"] for run in (base, drawn)
    ]
    assert worth[0] == pytest.approx(lasting_user_value(bank)["silver"])
    assert abs(worth[1] / worth[0] - 1) > 0.01


def test_no_key_figure_is_declared_twice():
    """A name means one figure: no room takes the name of another's."""
    names = Counter(one.name for figures in MECHANISMS.values() for one in figures)
    assert [name for name, times in names.items() if times > 1] == []
    assert names.keys() == OF_MECHANISMS


def test_kpis_have_titles_in_both_languages():
    """A report can name every figure, and say of what a ratio is made."""
    for name, kpi in KPIS.items():
        assert kpi.name == name
        assert set(kpi.title) == {"en", "zh"}
        assert all(kpi.title.values())
        assert all(part in KPIS for part in kpi.ratio_of or ())
