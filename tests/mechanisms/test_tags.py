"""Tags tell who is eligible for what, who was never reached, and how far groups of customers differ."""

import tracemalloc

import numpy as np
import pytest

from simkit.campaign.messaging.tag_store import dispersion
from simkit.campaign.run import Campaign, run_campaign
from simkit.params import ParameterError, Scenario, resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import NOTHING, assert_moves, assert_nothing_moves, bank_with, covers, figures, without

small_bank = bank_with("tags")

WEEKLY = doing({"messages": {"app_push": {"every_days": 7}, "wechat_account": {"every_days": 7}}})
RICH = {"messages": {"wealth": ["affluent", "private"]}}


@covers(
    26,
    keys=["levers.tags.eligible.CHANNEL.wealth", "levers.tags.eligible.CHANNEL.lifecycle"],
    code="simkit/campaign/messaging/tag_store.py",
    kpi="eligible_untouched",
)
def test_one_store_of_tags_says_who_is_eligible_and_who_of_them_was_never_reached():
    """Writing to those eligible reaches them; calling them too leaves fewer untouched."""
    tagged = doing({"tags": {"eligible": {"any": {"wealth": ["affluent", "private"]}}}})
    wrote, called = doing({}, tagged), doing({"calls.human_seats": 20}, tagged)
    written = doing({"messages": {"sms": {"every_days": 7}}}, wrote)
    assert_moves("eligible_untouched", "down", off=(small_bank(), tagged), on=(small_bank(), written))
    assert_moves("eligible_untouched", "down", off=(small_bank(), tagged), on=(small_bank(), called))


def test_nobody_gets_what_the_tags_make_nobody_eligible_for():
    """Eligibility binds every channel of its kind, and no other."""
    bank = small_bank()
    strategy = doing({"messages": {"sms": {"every_days": 7}}, "calls.human_seats": 10, "tags": {"eligible": RICH}})
    contacts = frame(run_campaign(bank, strategy, detail="full"), "contacts")
    wealth = Campaign(bank, strategy).world.tags.of("wealth")[contacts["customer_id"]]
    assert set(wealth[contacts["channel"] == "sms"]) == {2, 3}
    assert set(wealth[contacts["channel"] == "human_call"]) == {0, 1, 2, 3}


@covers(
    28,
    keys=["tags.lifecycle.TAG.share", "tags.wealth.TAG.share", "tags.occupation.TAG.share", "tags.wealth_correlation"],
    code="simkit/campaign/messaging/tags.py",
    kpi="cell_dispersion",
)
def test_112_cells_differ_the_more_the_better_tags_tell_who_opens():
    """The shipped bank has 7 x 4 x 4 cells; their conversion spreads with the correlation of tags and propensity."""
    strategy = doing({"tags": {}, "messages": {"wecom": {"every_days": 3}}})
    base = {
        "messages.wecom.reach": 1.0,
        "messages.wecom.convert": 0.05,
        "tags.lifecycle_correlation": 0.0,
        "tags.occupation_correlation": 0.0,
    }
    bank = small_bank(12_000)
    blind = changed(bank, base | {"tags.wealth_correlation": 0.0})
    telling = changed(bank, base | {"tags.wealth_correlation": 0.9})
    assert Campaign(blind, strategy).world.tags.cells == 112
    assert_moves("cell_dispersion", "up", off=(blind, strategy), on=(telling, strategy))
    assert (figures(blind, strategy, 2)["opened"] == figures(telling, strategy, 2)["opened"]).all()


def test_tags_have_the_shares_of_the_scenario_in_every_segment():
    """Whatever they are correlated with, within what a sample scatters."""
    bank = changed(small_bank(60_000), {"tags.wealth_correlation": 0.3})
    world = Campaign(bank, NOTHING).world
    for group in ("lifecycle", "wealth", "occupation"):
        expected = np.array([bank.by_segment(share) for share in bank.tags.shares(group)])
        for segment in range(len(bank.segments)):
            chosen = world.population.segment == segment
            found = np.bincount(world.tags.of(group)[chosen], minlength=len(expected)) / chosen.sum()
            scatter = np.sqrt(expected[:, segment] * (1 - expected[:, segment]) / chosen.sum())
            assert (np.abs(found - expected[:, segment]) < 4.5 * scatter + 1e-3).all()


def test_luck_alone_makes_no_dispersion_and_a_difference_does():
    """The spread that binomial luck gives is taken off."""
    luck = np.random.default_rng(1)
    asked = np.full(100, 1000)
    assert dispersion(luck.binomial(asked, 0.1), asked) < 0.005
    assert dispersion(luck.binomial(asked, np.tile([0.05, 0.15], 50)), asked) == pytest.approx(0.05, rel=0.1)
    assert dispersion(asked[:0], asked[:0]) == 0


@covers(
    35,
    keys=["messages.CHANNEL.reach", "levers.messages.CHANNEL.every_days"],
    code="simkit/campaign/messaging/tag_store.py",
    kpi="customers_reached_online",
)
def test_more_reach_reaches_more_customers_and_wins_more_wallets_online():
    """A second channel, or one that reaches more customers, adds customers, each counted once."""
    bank, strategy = small_bank(), doing({"tags": {}}, WEEKLY)
    one = doing({"tags": {}, "messages": {"app_push": {"every_days": 7}}})
    wide = changed(bank, {"messages.app_push.reach": 0.95, "messages.wechat_account.reach": 0.9})
    assert_moves("customers_reached_online", "up", off=(bank, one), on=(bank, strategy))
    assert_moves("customers_reached_online", "up", off=(bank, strategy), on=(wide, strategy))
    assert_moves("online_wallets", "up", off=(bank, strategy), on=(wide, strategy), replications=8)
    contacts = frame(run_campaign(bank, strategy, detail="full"), "contacts")
    reached = contacts[contacts["outcome"] != "not_delivered"]["customer_id"].nunique()
    assert figures(bank, strategy, 1)["customers_reached_online"][0] == reached


@covers(35, keys=["messages.CHANNEL.unit_cost"], code="simkit/metrics/measuring.py", kpi="online_cost_per_wallet")
def test_dearer_messages_make_each_online_wallet_dearer():
    """What online channels cost is divided by the wallets opened there."""
    win = {"messages.app_push.convert": 0.01, "messages.wechat_account.convert": 0.01}
    cheap = changed(small_bank(), win)
    dear = changed(small_bank(), win | {"messages.app_push.unit_cost": 0.05})
    assert_moves("online_cost_per_wallet", "up", off=(cheap, WEEKLY), on=(dear, WEEKLY))


def test_a_tag_that_the_bank_does_not_know_and_shares_that_do_not_sum_are_refused():
    """The problem names the key."""
    with pytest.raises(ParameterError, match="affluent"):
        resolve(small_bank(), doing({"tags": {"eligible": {"sms": {"wealth": ["afluent"]}}}}))
    with pytest.raises(ValueError, match="sum to"):
        changed(small_bank(), {"tags.wealth.mass.share": 0.1})


def test_without_the_lever_tags_move_nothing():
    """What a bank knows changes nothing until it acts on it."""
    assert_nothing_moves((small_bank(), WEEKLY), (without(small_bank(), "tags"), WEEKLY))


def split(scenario, parts):
    """Return the scenario with each segment in so many equal parts."""

    def spread(value):
        if isinstance(value, dict) and "grade" in value and isinstance(value["value"], dict):
            parted = {f"{name}_{part}": one for name, one in value["value"].items() for part in range(parts)}
            return value | {"value": parted}
        if isinstance(value, dict):
            return {key: spread(item) for key, item in value.items()}
        return value

    data = {key: spread(item) for key, item in scenario.model_dump(mode="python").items()}
    data["segments"] = [
        segment
        | {"id": f"{segment['id']}_{part}", "share": segment["share"] | {"value": segment["share"]["value"] / parts}}
        for segment in data["segments"]
        for part in range(parts)
    ]
    return Scenario.model_validate(data)


def test_a_scenario_with_112_segments_runs_in_much_the_same_memory():
    """28 parts of each of four segments: the same customers in more groups cost the ledger's rows alone."""
    many = split(small_bank(), 28)
    assert len(many.segments) == 112
    memory = {}
    for name, bank in (("few", small_bank()), ("many", many)):
        tracemalloc.start()
        run = run_campaign(bank, doing({"tags": {}}, WEEKLY))
        memory[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    daily = frame(run, "daily")
    assert len(daily) == 112 * many.calendar.horizon_days
    assert daily["contacts"].sum() > 0
    assert memory["many"] < memory["few"] + 60e6
