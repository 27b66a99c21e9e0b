"""Loyalty is not satisfaction: it needs more, comes need by need, and brings margin."""

import numpy as np
import pytest

from simkit.campaign.relationship.loyalty import follow
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, bank_with, covers, figures, played, without

small_bank = bank_with("satisfaction", "loyalty", "share_of_wallet", "competitor", "neglect")

VISITS = {"field.teams": 6}
CARE = {"neglect": {"nurture_every_days": 7}}


def heard():
    """A bank whose care everybody takes notice of."""
    return changed(small_bank(12_000), {"neglect.care_reaches": 1})


QUADRANTS = ["satisfied_and_loyal", "satisfied_not_loyal", "loyal_not_satisfied", "neither_satisfied_nor_loyal"]


@covers(
    58,
    keys=["loyalty.knee_pay", "loyalty.to_full", "loyalty.ties", "loyalty.satisfied_from", "loyalty.loyal_from"],
    code="simkit/campaign/relationship/loyalty.py",
    kpi="satisfied_not_loyal",
)
def test_the_satisfied_are_not_the_loyal():
    """Where loyalty takes more, as many users are satisfied and fewer of them are loyal."""
    bank = small_bank()
    easy, hard = ((changed(bank, {"loyalty.knee_pay": knee}), doing(VISITS)) for knee in (0.0, 1.0))
    assert_moves("satisfied_not_loyal", "up", off=easy, on=hard)
    assert_moves("satisfied_and_loyal", "down", off=easy, on=hard)
    easy_users, hard_users = (figures(*case)["users_at_end"].mean() for case in (easy, hard))
    assert easy_users == pytest.approx(hard_users, rel=0.03)


@covers(
    58,
    keys=["satisfaction.cared_for", "loyalty.grows", "levers.neglect.nurture_every_days"],
    code="simkit/campaign/relationship/loyalty.py",
    kpi="satisfied_and_loyal",
)
def test_care_makes_users_satisfied_and_then_loyal():
    """Touches of care lift both states of new users."""
    plain, caring = (heard(), doing(VISITS)), (heard(), doing(VISITS | CARE))
    assert_moves("mean_satisfaction", "up", off=plain, on=caring)
    assert_moves("satisfied_and_loyal", "up", off=plain, on=caring)


@covers(
    59,
    keys=["loyalty.saves", "loyalty.savings_leave"],
    code="simkit/campaign/relationship/loyalty.py",
    kpi="save_retained",
)
def test_savings_can_leave_while_payments_stay():
    """A better rate elsewhere takes savings, and not one user of the wallet or one investment."""
    calm = (small_bank(), doing(VISITS))
    rates = (changed(small_bank(), {"loyalty.savings_leave": 0.6}), doing(VISITS))
    assert_moves("save_retained", "down", off=calm, on=rates)
    others = ["pay_retained", "invest_retained", "satisfied_and_loyal"]
    assert figures(*calm)[others].equals(figures(*rates)[others])


@covers(
    59,
    keys=["loyalty.staying", "loyalty.knee_save", "loyalty.knee_invest", "loyalty.invests"],
    code="simkit/campaign/relationship/loyalty.py",
    kpi="satisfied_users_left",
)
def test_satisfied_users_leave_too():
    """Without any bond between loyalty and staying more satisfied users leave; with it still many do."""
    bound = (changed(small_bank(), {"loyalty.staying": 2}), doing(VISITS))
    loose = (changed(small_bank(), {"loyalty.staying": 0}), doing(VISITS))
    assert_moves("satisfied_users_left", "up", off=bound, on=loose)
    assert 0.2 < figures(*bound)["satisfied_share_of_leavers"].mean() < 0.5


@covers(
    67,
    keys=["loyalty.margin_premium", "levers.neglect.nurture_every_days"],
    code="simkit/campaign/relationship/loyalty.py",
    kpi="margin_premium",
)
def test_loyal_users_bring_more_margin():
    """Care that makes users loyal brings margin; without a premium loyalty brings none."""
    assert_moves("margin_premium", "up", off=(heard(), doing(VISITS)), on=(heard(), doing(VISITS | CARE)))
    none = changed(small_bank(), {"loyalty.margin_premium": 0})
    assert figures(none, doing(VISITS), 1)["margin_premium"].item() == 0


def test_users_are_in_one_quadrant_each_and_leave_once():
    """Users ever = users at the end + users who left, and the four quadrants hold those at the end."""
    for row in figures(small_bank(), doing(VISITS | CARE)).to_dict("records"):
        assert sum(row[name] for name in QUADRANTS) == row["users_at_end"]
        assert row["users_ever"] - row["users_left"] == row["users_at_end"]
    daily = frame(played(small_bank(), doing(VISITS | CARE)), "daily")
    assert daily["went_dormant"].sum() == figures(small_bank(), doing(VISITS | CARE), 1)["users_left"].item()


def test_loyalty_that_binds_nobody_moves_no_payment():
    """With `loyalty.staying` at 0 payments are those of a bank that knows no loyalty."""
    loose = changed(without(small_bank(), "competitor"), {"loyalty.staying": 0})
    unaware = without(small_bank(), "competitor", "share_of_wallet", "loyalty")
    assert frame(played(loose, doing(VISITS)), "daily").equals(frame(played(unaware, doing(VISITS)), "daily"))


def test_the_compiled_pass_agrees_with_numpy_bit_for_bit():
    """Of 100,000 users every loyalty is the same, to the byte, and nobody else's moves."""
    luck = np.random.default_rng(5)
    size, curve = 200_000, (0.3, 1.7, 0.2, 0.05)
    ties, loyalty = (luck.integers(0, 256, size).astype(np.uint8) for _ in range(2))
    users = luck.permutation(size)[:100_000]
    values = luck.normal(size=256).astype(np.float32)
    satisfaction = luck.normal(size=users.size).astype(np.float32)
    knee, to_full, grows, fades = (np.float32(value) for value in curve)
    now = loyalty[users].astype(np.float32) / 255
    missing = np.clip((satisfaction + values[ties[users]] - knee) / to_full, 0, 1) - now
    plain = loyalty.copy()
    plain[users] = np.rint((now + np.where(missing > 0, grows, fades) * missing) * 255)
    follow(users, satisfaction, values, ties, curve, loyalty)
    np.testing.assert_array_equal(loyalty, plain)
