"""The model and the textbook models are two accounts of the same campaign: their key figures agree."""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from benchmarks.accounts import ledger_accounts
from benchmarks.configuration import diff, with_value
from benchmarks.mesa_model import run_mesa
from benchmarks.per_customer import run_per_customer
from simkit.campaign import run_campaign
from simkit.params import load_scenario

# The probability, fixed before any run, that one of all figures of a test is called different by luck alone (Holm).
FAMILY_WISE_LEVEL = 0.01
FEWEST = 3.0  # a figure of fewer a run is too skewed for a comparison of means
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
    """Make a bank of small communities whose events draw crowds and whose customers ring often, so that queues form."""
    scenario = load_scenario("city_bank")
    bank, calls, field = scenario.bank, scenario.calls, scenario.field
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
        "calendar": {"campaign_days": 28, "horizon_days": 120},
    }
    changed = {name: getattr(scenario, name).model_copy(update=update) for name, update in sections.items()}
    return scenario.model_copy(update=changed | {"scale": 1.0})


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


@pytest.mark.slow
@pytest.mark.parametrize("levers", [EVERYTHING, OVERLOADED], ids=["everything", "overloaded"])
def test_one_process_a_customer_gives_the_same_campaign_within_narrow_intervals(levers):
    """The same with more customers and runs, and where appointments lapse, caps bind and interested customers get a link."""
    scenario = small_bank(3_000)
    textbook = textbook_accounts(run_per_customer, scenario, levers, 20)
    assert different(textbook, our_accounts(scenario, levers, 80)) == []
