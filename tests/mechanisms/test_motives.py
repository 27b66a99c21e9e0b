"""What remains when the incentive ends depends on why users came."""

import pytest

from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, without

small_bank = bank_with("motives", "neglect")

WEEKLY = {"field.teams": 8, "offer.reward_programme": "small_weekly_reward"}
COFFEE = {"field.teams": 8, "offer.reward_programme": "huaxia_luckin"}
NO_JUMP = {f"motives.jump_{kind}": 1 for kind in ("price_sensitive", "functional", "relational")}


def bank():
    """A bank with enough users for a programme."""
    return small_bank(10_000)


@covers(
    61,
    keys=[
        "motives.price_sensitive",
        "motives.functional",
        "motives.jump_price_sensitive",
        "motives.jump_functional",
        "motives.jump_relational",
        "motives.jump_days",
    ],
    code="simkit/campaign/relationship/motives.py",
    kpi="promotion_retention_30_days",
)
def test_fewer_stay_where_more_came_for_the_price():
    """Price-sensitive users leave when the programme ends; the loss is still there after 90 days."""
    mixes = ({"motives.price_sensitive": price, "motives.functional": 0} for price in (0.0, 1.0))
    strong = changed(bank(), {"motives.jump_price_sensitive": 4})
    loyal, bought = ((changed(strong, mix), doing(WEEKLY)) for mix in mixes)
    assert_moves("promotion_retention_30_days", "down", off=loyal, on=bought)
    assert_moves("promotion_retention_90_days", "down", off=loyal, on=bought)


@covers(
    61,
    keys=["motives.full_gift", "levers.offer.welcome_gift_cny"],
    code="simkit/campaign/relationship/motives.py",
    kpi="dormant_share_after_60_days",
)
def test_a_larger_welcome_gift_leaves_more_wallets_dormant():
    """Who came for the gift is gone when it is spent."""
    small, large = ((bank(), doing({"field.teams": 8, "offer.welcome_gift_cny": gift})) for gift in (5, 30))
    assert_moves("dormant_share_after_60_days", "up", off=small, on=large)


@covers(62, keys=["rewards.hunters"], code="simkit/campaign/behaviour/players.py", kpi="hunter_share")
def test_hunters_take_the_budget_and_leave():
    """More bonus hunters take more of the reward's cost, and fewer users remain when it ends."""
    few, many = ((changed(bank(), {"rewards.hunters": share}), doing(WEEKLY)) for share in (0.02, 0.3))
    assert_moves("hunter_share", "up", off=few, on=many)
    assert_moves("hunter_cost", "up", off=few, on=many)
    assert_moves("promotion_retention_30_days", "down", off=few, on=many)


@covers(
    63,
    keys=["motives.deep_discount", "motives.erosion", "motives.reference_price"],
    code="simkit/campaign/relationship/motives.py",
    kpi="discount_erosion",
)
def test_deep_discounts_teach_users_to_wait_for_the_next():
    """Users who learn to look at the price pay less often when the discounts have ended."""
    strong = changed(bank(), {"motives.reference_price": 1.0, "rewards.takes_part": 0.9})
    learning = changed(strong, {"motives.erosion": 0.5})
    unlearning = changed(strong, {"motives.erosion": 0.01})
    assert_moves("discount_erosion", "up", off=(unlearning, doing(COFFEE)), on=(learning, doing(COFFEE)))
    assert_moves("payments", "down", off=(unlearning, doing(COFFEE)), on=(learning, doing(COFFEE)))


def test_small_rewards_teach_nothing():
    """Three CNY on a usual payment are no deep discount; 26 CNY are."""
    assert figures(bank(), doing(WEEKLY), 1)["turned_price_sensitive"].item() == 0
    assert figures(bank(), doing(COFFEE), 1)["turned_price_sensitive"].item() > 0


@pytest.mark.parametrize("levers", [{"field.teams": 4}, {"messages": {"sms": {"every_days": 7}}}])
def test_without_an_incentive_motives_move_nothing(levers):
    """Why users came matters only when something ends."""
    assert_nothing_moves((small_bank(), doing(levers)), (without(small_bank(), "motives"), doing(levers)))


def test_without_a_jump_the_end_of_a_gift_moves_no_user():
    """With all ratios at 1 the gift's end is not felt."""
    gift = doing({"field.teams": 4, "offer.welcome_gift_cny": 10})
    assert_nothing_moves((changed(small_bank(), NO_JUMP), gift), (without(small_bank(), "motives"), gift))


def test_who_is_kept_90_days_was_kept_30_days():
    """The cohort of the programme only shrinks."""
    for row in figures(bank(), doing(WEEKLY)).to_dict("records"):
        after = [row[f"promotion_users{when}"] for when in ("", "_after_30_days", "_after_90_days")]
        assert after == sorted(after, reverse=True)
        assert after[2] > 0
