"""The model and the textbook models are two accounts of the same campaign: their key figures agree."""

from functools import cache

import numpy as np
import pytest
import yaml
from scipy import stats

from benchmarks.accounts import ledger_accounts
from benchmarks.configuration import MECHANISMS, diff, with_value, without
from benchmarks.mesa_model import run_mesa
from benchmarks.per_customer import run_per_customer
from simkit.campaign.run import run_campaign
from simkit.params import load_scenario

# The probability, fixed before any run, that one of all figures of a test is called different by luck alone (Holm).
FAMILY_WISE_LEVEL = 0.01
FEWEST = 3.0  # a figure of fewer a run is too skewed for a comparison of means
TITLE = {"en": "Coupon", "zh": "券"}
MORNING = {"starts": 9, "ends": 12, "break_starts": 12, "break_ends": 12}
FIELD = {"teams": 2, "partner": "residents_committee", "partner_communities_per_week": 4, "accepts_requests": True}
MESSAGES = {
    "sms": {"every_days": 7},
    "app_push": {"every_days": 3, "first_day": 2},
    "app_popup": {"every_days": 2},
    "wecom": {"every_days": 7, "first_day": 3},
    "wechat_account": {"every_days": 4, "first_day": 1},
}
OFFER = {"welcome_gift_cny": 10, "reward_programme": "small_weekly_reward"}
EVERYTHING = {
    "field": FIELD,
    "events": {"per_branch_month": 4, "booths": 1},
    "calls": {"human_seats": 2, "ai_lines": 1, "inbound_seats": 2, "hours": MORNING},
    "messages": MESSAGES,
    "offer": OFFER,
}
OVERLOADED = {  # too few teams for the appointments, machine calls without anyone who answers, a tight cap, part-time seats
    "field": FIELD
    | {"teams": 0.6, "partner_communities_per_week": 8, "appointment_max_wait_days": 4, "max_attempts": 2},
    "events": {"per_branch_month": 8, "booths": 2, "target_segments": ["middle_aged", "silver"]},
    "calls": {"human_seats": 0.3, "ai_lines": 0.7, "max_calls": 2, "days_between_calls": 3},
    "messages": MESSAGES,
    "offer": {"welcome_gift_cny": 20},
    "contact_policy": {"contacts_per_week": 2, "holdout_share": 0.1},
}
UNCONTESTED = {"messages": MESSAGES, "offer": OFFER}


def small_bank(customers):
    """Make a bank of small communities whose events draw crowds and whose customers ring often, so that queues form.

    Bonus hunters and refunds are many, so that what they do to coupons is seen.
    """
    scenario, _ = without(load_scenario("city_bank"), diff("nothing", {}), *MECHANISMS)
    bank, calls, field, rewards = scenario.bank, scenario.calls, scenario.field, scenario.rewards
    crowds = dict.fromkeys(scenario.events.attend.value, 0.3)
    sections = {
        "bank": {
            "customers": with_value(bank.customers, customers),
            "branches": with_value(bank.branches, 2),
            "community_size": with_value(bank.community_size, 150),
        },
        "events": {"attend": scenario.events.attend.model_copy(update={"value": crowds})},
        "calls": {"enquiries_per_1000_customers_a_day": with_value(calls.enquiries_per_1000_customers_a_day, 5)},
        "field": {"requests_per_1000_customers_a_day": with_value(field.requests_per_1000_customers_a_day, 2)},
        "rewards": {
            "hunters": rewards.hunters.model_copy(update={"value": dict.fromkeys(rewards.hunters.value, 0.2)}),
            "reference_face": with_value(rewards.reference_face, 6),
            "refunded": with_value(rewards.refunded, 0.05),
        },
        "calendar": {"campaign_days": 28, "horizon_days": 120},
    }
    changed = {name: getattr(scenario, name).model_copy(update=update) for name, update in sections.items()}
    return scenario.model_copy(update=changed | {"scale": 1.0})


def bank_of_users(customers):
    """Make the same bank of users, nearly all; its campaign ends amid a week."""
    scenario = small_bank(customers)
    names = ("holders_at_start", "active_share_of_holders")
    most = dict.fromkeys(scenario.segment_names, 0.9)
    update = {name: getattr(scenario.wallet, name).model_copy(update={"value": most}) for name in names}
    calendar = scenario.calendar.model_copy(update={"campaign_days": 38, "horizon_days": 90})
    return scenario.model_copy(update={"wallet": scenario.wallet.model_copy(update=update), "calendar": calendar})


@pytest.fixture(scope="module")
def rewarded_bank():
    """Load a bank of 500, before a test names another folder of parameters."""
    return bank_of_users(500)


@pytest.fixture(scope="module")
def large_rewarded_bank():
    """Load a bank of 2,000, before a test names another folder of parameters."""
    return bank_of_users(2_000)


@pytest.fixture
def two_coupons(tmp_path, monkeypatch):
    """Offer a weekly coupon of other rules than the shipped one; two a person, so that later claims are refused."""
    part = {
        "title": TITLE,
        "trigger": {"kind": "payments_in_period", "payments": 4, "period": "natural_week"},
        "claim": {"days": 4, "day_count": "ordinal"},
        "grant": {"kind": "coupons", "quantity": 1, "face_cny": 9},
        "validity": {"days": 12, "day_count": "elapsed"},
        "caps": [{"max": 2, "per": "programme"}],
        "bank_share": 0.4,
    }
    (tmp_path / "rewards").mkdir()
    programme = {"name": "two_coupons", "title": dict(TITLE), "parts": {"coupon": part}}
    (tmp_path / "rewards" / "two_coupons.yaml").write_text(yaml.safe_dump(programme), encoding="utf-8")
    monkeypatch.setenv("SIMKIT_PARAMS", str(tmp_path))
    return {"offer": {"reward_programme": "two_coupons"}}


def our_accounts(scenario, levers, replications):
    """Run our model under each replication."""
    strategy = diff("tested", levers)
    return [ledger_accounts(run_campaign(scenario, strategy, replication=i)) for i in range(replications)]


def textbook_accounts(run, scenario, levers, replications):
    """Run a textbook model under as many seeds."""
    strategy = diff("tested", levers)
    return [run(scenario, strategy, seed) for seed in range(replications)]


@cache
def textbook_example():
    """Run the SimPy model with every mechanism, once for all tests that look at it."""
    return textbook_accounts(run_per_customer, small_bank(2_500), EVERYTHING, 8)


def different(textbook, ours):
    """Name the figures whose means differ: Welch tests of all figures, Holm's correction, or inequality where nothing varies."""
    names = sorted(set().union(*textbook, *ours))
    found, p_values = [], {}
    for name in names:
        samples = [np.array([accounts[name] for accounts in runs]) for runs in (textbook, ours)]
        means = [sample.mean() for sample in samples]
        if max(np.ptp(sample) for sample in samples) <= 1e-9 * max(means):
            found += [] if np.isclose(*means) else [describe(name, samples, 0.0)]
        elif max(means) >= FEWEST:
            p_values[name] = stats.ttest_ind(*samples, equal_var=False).pvalue, samples
    ranked = sorted(p_values.items(), key=lambda item: item[1][0])
    for rank, (name, (p_value, samples)) in enumerate(ranked):
        if p_value >= FAMILY_WISE_LEVEL / (len(ranked) - rank):
            break
        found.append(describe(name, samples, p_value))
    return found


def describe(name, samples, p_value):
    """Put a difference into words."""
    textbook, ours = (f"{sample.mean():.2f} ± {stats.sem(sample):.2f}" for sample in samples)
    return f"{name}: textbook {textbook}, ours {ours}, p = {p_value:.1g}"


def test_one_process_a_customer_gives_the_same_campaign():
    """SimPy's textbook model, independent code with other random numbers, has our means in every channel, cost and queue."""
    assert different(textbook_example(), our_accounts(small_bank(2_500), EVERYTHING, 24)) == []


def test_the_comparison_notices_a_door_that_converts_half_as_well_again():
    """The tests of agreement can fail: one changed rate is found, and found where it is."""
    scenario = small_bank(2_500)
    door = scenario.field.convert_at_door
    better = door.model_copy(update={"value": {name: value * 1.5 for name, value in door.value.items()}})
    changed = scenario.model_copy(update={"field": scenario.field.model_copy(update={"convert_at_door": better})})
    found = different(textbook_example(), our_accounts(changed, EVERYTHING, 24))
    assert "opened: visit" in {line.rsplit(":", 1)[0] for line in found}


def test_agents_of_mesa_give_the_same_campaign_where_nobody_queues():
    """Messages, gift and reward alone: the Mesa model has our means; it has no queues, so visits and calls are not compared."""
    scenario = small_bank(2_500)
    textbook = textbook_accounts(run_mesa, scenario, UNCONTESTED, 6)
    assert different(textbook, our_accounts(scenario, UNCONTESTED, 24)) == []


@pytest.mark.parametrize("model", [run_per_customer, run_mesa], ids=["simpy", "mesa"])
def test_who_plays_for_a_reward_gives_the_same_coupons_in_a_bank_of_users(model, rewarded_bank, two_coupons):
    """Noticing, topping up, hunting, claims, caps, refunds, redemptions and leaving: coupons, their money and payments have our means."""
    textbook = textbook_accounts(model, rewarded_bank, two_coupons, 12)
    assert {"coupons: withdrawn", "coupons: revoked", "coupons: hunter_cost_cny"} <= set().union(*textbook)
    assert different(textbook, our_accounts(rewarded_bank, two_coupons, 40)) == []


def test_the_comparison_notices_players_who_top_up_thrice_as_often(rewarded_bank, two_coupons):
    """The tests of agreement can fail in what the reward alone brings."""
    rewards = rewarded_bank.rewards
    often = rewards.model_copy(update={"top_up": with_value(rewards.top_up, 3 * rewards.top_up.value)})
    textbook = textbook_accounts(run_mesa, rewarded_bank, two_coupons, 12)
    found = different(textbook, our_accounts(rewarded_bank.model_copy(update={"rewards": often}), two_coupons, 40))
    assert "coupons: qualified" in {line.rsplit(":", 1)[0] for line in found}


@pytest.mark.slow
def test_who_plays_for_a_reward_gives_the_same_coupons_within_narrow_intervals(large_rewarded_bank, two_coupons):
    """The same with more customers and runs."""
    textbook = textbook_accounts(run_per_customer, large_rewarded_bank, two_coupons, 20)
    assert different(textbook, our_accounts(large_rewarded_bank, two_coupons, 80)) == []


@pytest.mark.slow
@pytest.mark.parametrize("levers", [EVERYTHING, OVERLOADED], ids=["everything", "overloaded"])
def test_one_process_a_customer_gives_the_same_campaign_within_narrow_intervals(levers):
    """The same with more customers and runs, and where appointments lapse, caps bind and interested customers get a link."""
    scenario = small_bank(3_000)
    textbook = textbook_accounts(run_per_customer, scenario, levers, 20)
    assert different(textbook, our_accounts(scenario, levers, 80)) == []
