"""A strategy can offer only programmes that a campaign plays; all others are refused before anything runs."""

import re

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from simkit.campaign.fingerprint import resolved_parameters
from simkit.campaign.offered_programme import compile_offered, offered_programme
from simkit.campaign.run import run_campaign
from simkit.cli import app
from simkit.params import ParameterError, resolve
from simkit.rewards import RewardEngine
from tests.campaign.banks import changed, doing
from tests.campaign.programmes import SHIPPED, play, rules

PLAYED = {
    "budgeted_coupons": {},
    "event_gift": {"events.per_branch_month": 1},
    "huaxia_luckin": {},
    "member_referral": {"member_referral": {}},
    "points_club": {},
    "small_weekly_reward": {},
    "threshold_cashback": {},
    "wallet_discount": {},
}
"""Programmes that a campaign plays, each with the levers that it needs."""
REFUSED = {
    "event_gift": ["parts.eggs.trigger.kind", "parts.fruit.trigger.kind"],
    "member_referral": ["parts.referrer.trigger.kind", "parts.friend.trigger.kind"],
    "merchant_discount": ["parts.hotpot.trigger.merchants", "parts.bookshop.trigger.merchants"],
    "staff_referral": ["parts.commission.trigger.codes"],
    "theme_day": ["parts.love_shopping.trigger.merchants", "parts.cinema.trigger.merchants"],
}
"""Programmes that need what does not happen without further levers, or in no campaign."""
TOLD = r"a campaign does not simulate|set levers\.|by levers\."


def test_every_shipped_programme_is_played_or_refused():
    """None is forgotten here, nor in the tests of accounts."""
    assert sorted({*PLAYED, *REFUSED}) == sorted(path.stem for path in SHIPPED.glob("*.yaml"))


@pytest.mark.parametrize("name", REFUSED)
def test_a_programme_that_needs_what_no_campaign_simulates_is_refused(city_bank, name):
    """Attendance without events, referral that nobody asks for, staff, merchants: every part is named, and what to do."""
    strategy = doing({"offer.reward_programme": name})
    for use in (run_campaign, resolved_parameters):
        with pytest.raises(ParameterError) as refused:
            use(city_bank, strategy)
        assert [finding.key for finding in refused.value.findings] == REFUSED[name]
        assert all(re.search(TOLD, finding.problem) for finding in refused.value.findings)


def test_cash_advances_alone_earn_nothing_in_a_campaign(city_bank):
    """Whoever plays pays; a part that counts cash alone would wait for ever."""
    cash = rules("small_weekly_reward", parts__weekly__trigger__payment_kinds=["cash_advance"])
    with pytest.raises(ParameterError, match=r"parts.weekly.trigger.payment_kinds: leaves out payments"):
        play(city_bank, cash)


@pytest.mark.parametrize("name", PLAYED)
def test_a_programme_is_offered_where_what_it_rewards_happens(city_bank, name):
    """Loaded as its file names it, in its own reading."""
    levers = resolve(city_bank, doing(PLAYED[name] | {"offer.reward_programme": name})).levers
    assert offered_programme(levers).name == name


def test_without_a_programme_none_is_offered(city_bank):
    """Doing nothing has no rewards."""
    assert offered_programme(resolve(city_bank, doing({})).levers) is None


def test_the_reading_that_a_strategy_names_is_the_one_that_is_played(city_bank):
    """Two readings of one file are two campaigns; a reading that is not there is refused with the nearest."""
    quantities = []
    for reading in ("headline", "as_written"):
        levers = resolve(city_bank, doing({"offer.reward_programme": "huaxia_luckin", "offer.reward_reading": reading}))
        quantities.append(offered_programme(levers.levers).parts["welcome"].grant.quantity)
    assert quantities == [{"gold": 12, "platinum": 12}, {"gold": 6, "platinum": 0}]
    wrong = doing({"offer.reward_programme": "huaxia_luckin", "offer.reward_reading": "headlin"})
    with pytest.raises(ParameterError, match="did you mean 'headline'"):
        offered_programme(resolve(city_bank, wrong).levers)


@pytest.mark.parametrize(
    ("offer", "told"),
    [
        ({"reward_programme": "theme_day"}, "names merchants"),
        ({"reward_programme": "huaxia_luckin", "reward_reading": "headlin"}, "did you mean 'headline'"),
        ({"reward_programme": "threshold_cashback"}, None),
    ],
    ids=str,
)
def test_simkit_check_says_so_at_the_lever(tmp_path, offer, told):
    """The strategy's file and line, the lever, and what is wrong with the programme that it names."""
    words = {"en": "Trial", "zh": "试验"}
    path = tmp_path / "trial.yaml"
    path.write_text(yaml.safe_dump({"name": "trial", "title": words, "summary": {**words}, "levers": {"offer": offer}}))
    checked = CliRunner().invoke(app, ["check", str(path)])
    assert checked.exit_code == (1 if told else 0)
    if told:
        assert "trial.yaml:" in checked.stdout
        assert "levers.offer.reward_programme: cannot be used" in checked.stdout
        assert told in checked.stdout


def test_the_engine_is_compiled_for_strategies_that_offer_a_programme_alone(city_bank, monkeypatch):
    """Whoever offers none pays no second for the compiler."""
    played = []
    apply = RewardEngine.apply

    def noted(engine, events):
        played.append(len(events))
        return apply(engine, events)

    monkeypatch.setattr(RewardEngine, "apply", noted)
    compile_offered(city_bank, doing({}))
    assert played == []
    compile_offered(city_bank, doing({"offer.reward_programme": "points_club"}))
    assert played == [0]


def test_where_nobody_plays_a_programme_changes_nothing(city_bank):
    """No players, no coupons, no error: also with a single customer."""
    for changes in ({"scale": 0.001, "rewards.takes_part": 0}, {"scale": 1.0, "bank.customers": 1}):
        bank = changed(city_bank, changes | {"calendar.campaign_days": 10, "calendar.horizon_days": 30})
        without = run_campaign(bank, doing({}), detail="full")
        for name in ("small_weekly_reward", "huaxia_luckin"):
            nobody = changed(bank, {"rewards.takes_part": 0})
            run = play(nobody, name).run
            assert all(run.tables[table].equals(without.tables[table]) for table in without.tables)
            assert np.all(run.tables["coupons"]["qualified"].to_numpy() == 0)


def test_a_strategy_changes_rules_of_its_programme_and_of_no_other(city_bank):
    """The face of a coupon is otherwise in every reading, the file as it was; what the rules do not know is refused by its place."""
    richer = {"parts": {"weekly": {"grant": {"face_cny": 7}}}}
    offer = {"offer.reward_programme": "small_weekly_reward"}
    plain, changed_rules = doing(offer), doing({**offer, "offer.reward_rules": richer})
    faces = [
        set(offered_programme(resolve(city_bank, strategy).levers).parts["weekly"].grant.face_cny.values())
        for strategy in (changed_rules, plain)
    ]
    assert faces == [{7}, {3}]
    assert run_campaign(city_bank, plain).fingerprint != run_campaign(city_bank, changed_rules).fingerprint
    wrong = doing({**offer, "offer.reward_rules": {"parts": {"weekly": {"grant": {"face": 7}}}}})
    with pytest.raises(ParameterError, match=r"parts\.weekly\.grant\.face: unknown key.*face_cny"):
        resolved_parameters(city_bank, wrong)


def test_rules_without_a_programme_are_refused(city_bank):
    """There is nothing that they would change."""
    with pytest.raises((ParameterError, ValueError), match="no reward_programme whose rules"):
        resolved_parameters(city_bank, doing({"offer.reward_rules": {"parts": {}}}))
