"""What the engine is not shown changes nothing: payments too small, too few or beyond the reward, and points that nobody uses yet."""

import numpy as np
import pytest

from simkit.campaign.behaviour import bank_points, programme_play
from simkit.campaign.behaviour.payment_amounts import look_up
from simkit.campaign.behaviour.payment_needs import PaymentNeeds
from simkit.campaign.behaviour.spare_payments import has_spare_payments
from simkit.rewards import Programme, load_programme
from tests.campaign.banks import changed
from tests.campaign.programmes import play, rules

EVERYTHING = PaymentNeeds(amounts=True, least_fen=0, new_only=False, a_week=0, approval=True)
FOR_ALL = {"parts__welcome__who": {}, "parts__weekly__who": {}, "parts__exchange__trigger__points": 400}
PROGRAMMES = {
    "weekly": "small_weekly_reward",
    "weekly_clawed_back": rules("small_weekly_reward", refunds="claw_back"),
    "weekly_from_50_yuan": rules("small_weekly_reward", parts__weekly__trigger__min_amount_cny=50),
    "weekly_on_workdays": rules(
        "small_weekly_reward", parts__weekly__trigger__weekdays=["monday", "tuesday", "friday"]
    ),
    "monthly": rules("small_weekly_reward", parts__weekly__trigger__period="calendar_month"),
    "cashback": "threshold_cashback",
    "coffee": "huaxia_luckin",
    "coffee_for_all": rules("huaxia_luckin", **FOR_ALL),
    "coffee_for_points_that_expire": rules("huaxia_luckin", points={"expiry": {"months": 1}}, **FOR_ALL),
    "coffee_for_earned_points": rules("huaxia_luckin", points={"earn": {"per_cny": 1}}, **FOR_ALL),
    "club": "points_club",
}


@pytest.fixture(scope="module")
def bank(city_bank):
    """4,500 customers, most of whom pay; many hunt bonuses, and one payment in twelve is refunded."""
    return changed(
        city_bank,
        {
            "scale": 0.005,
            "wallet.holders_at_start": 0.8,
            "wallet.active_share_of_holders": 0.8,
            "rewards.hunters": 0.2,
            "rewards.refunded": 0.08,
            "calendar.campaign_days": 38,
            "calendar.horizon_days": 90,
        },
    )


@pytest.mark.parametrize("programme", PROGRAMMES.values(), ids=PROGRAMMES.keys())
def test_what_the_engine_is_not_shown_changes_nothing(bank, programme, monkeypatch):
    """Shown every payment and every point on its day, the engine gives the same campaign, table by table."""
    short = play(bank, programme).run
    monkeypatch.setattr(PaymentNeeds, "of", lambda _: EVERYTHING)
    monkeypatch.setattr(programme_play, "has_spare_payments", lambda _: False)
    monkeypatch.setattr(bank_points, "can_wait", lambda _: False)
    full = play(bank, programme).run
    assert short.tables["coupon_events"].num_rows > 0
    assert {name for name, table in full.tables.items() if not table.equals(short.tables[name])} == set()


def loaded(programme):
    """Return a programme, shipped or of plain data."""
    return load_programme(programme) if isinstance(programme, str) else Programme.model_validate(programme)


def test_the_engine_is_shown_no_more_than_the_rules_look_at():
    """Amounts only where they matter, no payment below every threshold, no weeks of too few payments, no customers who get nothing."""
    needs = {name: PaymentNeeds.of(loaded(programme)) for name, programme in PROGRAMMES.items() if name != "coffee"}
    assert needs["weekly"] == PaymentNeeds(amounts=False, least_fen=0, new_only=False, a_week=3, approval=False)
    assert needs["weekly_from_50_yuan"].least_fen == 5_000
    assert needs["cashback"] == PaymentNeeds(amounts=True, least_fen=100_000, new_only=False, a_week=0, approval=False)
    assert needs["monthly"].a_week == 0
    assert needs["coffee_for_earned_points"].least_fen == 0
    coffee = PaymentNeeds.of(load_programme("huaxia_luckin"))
    assert coffee == PaymentNeeds(amounts=True, least_fen=0, new_only=True, a_week=0, approval=True)


def test_payments_are_spare_only_where_a_week_has_one_reward_whatever_is_paid_when():
    """A threshold, chosen weekdays, months or points make every payment matter."""
    spare = {name for name, programme in PROGRAMMES.items() if has_spare_payments(loaded(programme))}
    assert spare == {"weekly", "weekly_clawed_back"}


def test_the_compiled_look_up_of_amounts_agrees_with_numpy():
    """Each payer's payments take its faces in turn, the ninth the first again."""
    luck = np.random.default_rng(1)
    payments = luck.integers(1, 20, 1_000).astype(np.uint8)
    faces = luck.integers(0, 2**16, (1_000, 8)).astype(np.uint16)
    segments = luck.integers(0, 3, 1_000).astype(np.uint8)
    table = luck.integers(1, 10**9, (3, 2**16))
    amounts = np.empty(int(payments.sum()), dtype=np.int64)
    look_up(faces, payments, segments, table, amounts)
    plain = [
        table[segments[payer], faces[payer, place % 8]] for payer in range(1_000) for place in range(payments[payer])
    ]
    assert amounts.tolist() == plain
