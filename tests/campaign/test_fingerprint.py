"""A run's fingerprint holds what determines the result, and nothing else."""

import json

import pytest

from simkit.campaign.fingerprint import resolved_parameters, run_fingerprint
from simkit.campaign.run import run_campaign
from simkit.params import load_strategy
from tests.campaign.banks import changed, doing


@pytest.fixture(scope="module")
def usual(city_bank):
    """The fingerprint of a strategy with every kind of lever."""
    return run_fingerprint(city_bank, load_strategy("omnichannel"))


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"scale": 0.05},
        {"wallet.holders_at_start": 0.2},
        {"costs.staff_day": 1200},
        {"calls.talk_distribution": "exponential"},
        {"levers.contact_policy.contacts_per_week": 4},
        {"calendar.horizon_days": 181},
    ],
    ids=str,
)
def test_any_parameter_changes_the_fingerprint(city_bank, usual, changes):
    """Whatever a result can depend on is part of it."""
    assert run_fingerprint(changed(city_bank, changes), load_strategy("omnichannel")) != usual


def test_draw_replication_detail_and_levers_change_the_fingerprint(city_bank, usual):
    """Each run of a study has its own."""
    strategy = load_strategy("omnichannel")
    others = {
        run_fingerprint(city_bank, strategy, draw=1),
        run_fingerprint(city_bank, strategy, replication=1),
        run_fingerprint(city_bank, strategy, detail="full"),
        run_fingerprint(city_bank, doing({"field.teams": 21}, strategy)),
        run_fingerprint(city_bank, load_strategy("silver_care")),
        run_fingerprint(city_bank, load_strategy("reward_heavy")),
        run_fingerprint(city_bank, doing({"offer.reward_reading": "headline"}, load_strategy("reward_heavy"))),
    }
    assert len(others | {usual}) == 8


def test_a_strategy_by_another_name_is_the_same_run(city_bank, usual):
    """Names, titles and summaries do not determine a result."""
    assert run_fingerprint(city_bank, doing({}, load_strategy("omnichannel"))) == usual


def test_a_lever_set_to_its_default_is_the_same_run(city_bank):
    """A strategy is what comes out of the diff, not how it is written."""
    assert run_fingerprint(city_bank, doing({"field.teams": 0, "field.max_attempts": 3})) == run_fingerprint(
        city_bank, load_strategy("do_nothing")
    )


def test_a_run_carries_its_parameters_and_its_fingerprint(city_bank):
    """What a run was made of can be read from it, as plain data."""
    bank = changed(city_bank, {"scale": 0.001, "calendar.campaign_days": 2, "calendar.horizon_days": 3})
    strategy = doing({"offer.reward_programme": "small_weekly_reward"})
    run = run_campaign(bank, strategy, draw=2, replication=1)
    assert run.fingerprint == run_fingerprint(bank, strategy, draw=2, replication=1)
    assert json.loads(json.dumps(run.parameters)) == run.parameters == resolved_parameters(bank, strategy)
    assert run.parameters["reward_programme"]["parts"]["weekly"]["grant"]["face_cny"] == {"every": 3}
    assert (run.scenario, run.strategy, run.draw, run.replication) == ("city_bank", "trial", 2, 1)
    assert {"python", "simkit", "numpy", "simpy"} <= set(run.versions)
    assert run.seconds > 0
