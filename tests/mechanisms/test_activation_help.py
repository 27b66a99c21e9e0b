"""Help over the first steps: who would have given up pays after all."""

from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("activation_help", "support_desk")

REACH = {"messages": {"sms": {"every_days": 7}, "wecom": {"every_days": 7}}}
DESK = {"support_desk": {"seats": 8, "works_on": "every_day", "ends": 22}}


def helping(**levers):
    """Return a strategy that reaches customers, has a desk, and helps over the first steps."""
    return doing(REACH | DESK | {"activation_help": levers})


def many_prospects():
    """Return a small bank in which many open alone."""
    return changed(
        small_bank(),
        {"wallet.holders_at_start": 0.1, "wallet.organic_innovation": 4, "wallet.can_pay_by_phone": 1},
    )


@covers(
    7,
    keys=[
        "activation_help.seeks_help",
        "activation_help.seeks_help_delay",
        "activation_help.setup_call",
        "activation_help.rescued",
        "levers.activation_help.assisted_setup",
    ],
    code="simkit/campaign/service/activation_help.py",
    kpi="first_payment_share",
)
def test_set_up_calls_rescue_customers_who_would_have_given_up():
    """Who asks for help and gets through makes the first payment."""
    bank = many_prospects()
    alone, called = (bank, helping()), (bank, helping(assisted_setup=True))
    assert_moves("rescued_dropouts", "up", off=alone, on=called)
    assert_moves("first_payment_share", "up", off=alone, on=called)
    assert_moves("lasting", "up", off=alone, on=called)


@covers(
    54,
    keys=["activation_help.simple_version", "levers.activation_help.simple_version"],
    code="simkit/campaign/service/activation_help.py",
    kpi="first_payment_share",
)
def test_a_simple_version_carries_elderly_customers_over_the_first_steps():
    """They gain, and the young see no difference."""
    bank = many_prospects()
    usual, simple = (bank, helping()), (bank, helping(simple_version=True))
    assert_moves("first_payment_share", "up", off=usual, on=simple, segment="silver")
    young = [figures(*case, segment="young")["activated"] for case in (usual, simple)]
    assert young[0].equals(young[1])


@covers(
    54,
    keys=[
        "activation_help.gift_per_10_cny",
        "levers.activation_help.gift_in_kind_cny",
        "levers.activation_help.target_segments",
    ],
    code="simkit/campaign/service/activation_help.py",
    kpi="gift_in_kind_cost",
)
def test_a_gift_in_kind_brings_first_payments_and_costs_one_each():
    """Eggs for elderly customers: more of them pay, and only they are given any."""
    bank = many_prospects()
    gift = helping(gift_in_kind_cny=10, target_segments=["silver"])
    assert_moves("first_payment_share", "up", off=(bank, helping()), on=(bank, gift), segment="silver")
    assert_moves("gift_in_kind_cost", "up", off=(bank, helping()), on=(bank, gift))
    row = figures(bank, gift, 1, segment="silver").iloc[0]
    assert row["gift_in_kind_cost"] == 10 * row["activated"]
    costs = frame(played(bank, gift), "costs").query("item == 'gift'")
    assert costs["amount_cny"].sum() == row["gift_in_kind_cost"]


def test_rescued_customers_had_given_up_and_pay_within_two_weeks():
    """No wallet is activated twice, and help does not reach who would have paid anyway."""
    bank = many_prospects()
    called = played(bank, helping(assisted_setup=True))
    alone = frame(played(bank, helping()), "conversions").set_index("customer_id")
    wallets = frame(called, "conversions").set_index("customer_id")
    paid_alone = alone[alone["activated_day"] >= 0]
    assert (wallets.loc[paid_alone.index, "activated_day"] == paid_alone["activated_day"]).all()
    paid = wallets[wallets["activated_day"] >= 0]
    assert (paid["activated_day"] - paid["opened_day"]).between(0, 14).all()
    tally = frame(called, "tallies").groupby("tally")["amount"].sum()
    assert len(paid) - len(paid_alone) == tally["rescued_dropouts"] <= tally["gave_up_alone"]


def test_without_help_the_first_steps_are_as_hard_as_before():
    """The shipped rate of first payments is what holds without a lever, with the section or without it."""
    bank = many_prospects()
    plain = doing(REACH | DESK)
    assert_nothing_moves((bank, plain), (without(bank, "activation_help"), plain))
    pays = [frame(played(bank, strategy), "conversions") for strategy in (plain, helping())]
    assert pays[0].equals(pays[1])
