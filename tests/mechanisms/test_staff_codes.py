"""Codes of staff: they must arrive, posters bring clicks and wallets, money brings effort and favours, and someone is credited."""

import numpy as np
import pytest

from simkit.campaign.referral.acquaintances import Acquaintances
from simkit.campaign.referral.organisation import Organisation
from tests.campaign.banks import NOBODY_OPENS_ALONE, changed, doing, frame
from tests.mechanisms.effects import (
    NOTHING,
    assert_moves,
    assert_nothing_moves,
    bank_with,
    covers,
    figures,
    played,
    without,
)

small_bank = bank_with("staff_codes")

CODES = {"staff_codes": {"codes": 36, "code_by": "sms"}}


def busy_bank(**changes):
    """Return a bank whose customers know staff well and click readily, so that few replications show an effect."""
    readily = {"befriended": 0.6, "knows_two": 0.6, "click": 0.15, "convert": 0.3}
    return changed(small_bank(3000), {f"staff_codes.{key}": value for key, value in (readily | changes).items()})


def with_codes(bank=None, **levers):
    """Return a case of codes with these further levers."""
    return bank or busy_bank(), doing({"staff_codes": CODES["staff_codes"] | levers})


@covers(
    30,
    keys=[
        "staff_codes.email_delivered",
        "staff_codes.sms_delivered",
        "staff_codes.activation_delay",
        "levers.staff_codes.code_by",
        "levers.staff_codes.sends",
    ],
    code="simkit/campaign/referral/staff_codes.py",
    kpi="code_activation",
)
def test_codes_that_are_lost_or_left_lying_bring_nothing():
    """A text message arrives more often than a mail, what is sent again arrives at last, and late codes share fewer posters."""
    lossy = busy_bank(email_delivered=0.4, sms_delivered=0.8)
    by_mail = with_codes(lossy, code_by="email")
    assert_moves("code_activation", "up", off=by_mail, on=with_codes(lossy))
    assert_moves("code_activation", "up", off=by_mail, on=with_codes(lossy, code_by="email", sends=3))
    assert_moves("code_clicks", "down", off=with_codes(), on=with_codes(busy_bank(activation_delay=20)))


@covers(
    33,
    keys=[
        "staff_codes.posters_per_week",
        "staff_codes.effort_per_10_cny",
        "staff_codes.click",
        "staff_codes.convert",
        "staff_codes.share_fatigue",
        "levers.staff_codes.codes",
        "levers.staff_codes.bonus_per_conversion_cny",
        "levers.staff_codes.commission_share",
        "levers.staff_codes.cap_per_month_cny",
    ],
    code="simkit/campaign/referral/staff_codes.py",
    kpi="code_cost_per_wallet",
)
def test_a_bonus_brings_posters_clicks_and_wallets_at_a_price():
    """Share, click, open: each grows with what a conversion earns, and so does what a wallet costs; a cap stops both."""
    plain, paid = with_codes(), with_codes(bonus_per_conversion_cny=30)
    for kpi in ("posters_shared", "code_clicks", "code_wallets", "code_cost_per_wallet"):
        assert_moves(kpi, "up", off=plain, on=paid)
    assert_moves("code_commission", "up", off=plain, on=with_codes(commission_share=0.01))
    capped = with_codes(bonus_per_conversion_cny=30, cap_per_month_cny=30)
    assert_moves("code_commission", "down", off=paid, on=capped)
    assert_moves(
        "code_clicks", "down", off=with_codes(busy_bank(share_fatigue=1)), on=with_codes(busy_bank(share_fatigue=0.5))
    )
    assert_moves("opened", "up", off=(busy_bank(), NOTHING), on=plain)


@covers(
    32,
    keys=[
        "staff_codes.activity_clicks",
        "staff_codes.activity_takes_part",
        "staff_codes.activity_cost",
        "levers.staff_codes.shows",
    ],
    code="simkit/campaign/referral/staff_codes.py",
    kpi="activity_participants",
)
def test_an_activity_draws_more_clicks_of_which_fewer_open():
    """The funnel of invited, participants and amount differs by what the poster shows."""
    wallet, activity = with_codes(), with_codes(shows="activity")
    assert_moves("code_clicks", "up", off=wallet, on=activity)
    assert_moves("activity_participants", "up", off=wallet, on=activity)
    assert_moves("code_conversion", "down", off=wallet, on=activity)
    assert_moves("code_cost_per_wallet", "up", off=wallet, on=activity)
    assert_moves("code_amount", "up", off=with_codes(codes=6), on=with_codes(codes=36))


@covers(
    29,
    keys=[
        "staff_codes.staff_per_team",
        "staff_codes.teams_per_branch",
        "levers.staff_codes.codes",
        "levers.staff_codes.leaderboard.unit",
    ],
    code="simkit/campaign/referral/organisation.py",
    kpi="best_branch_wallets",
)
def test_results_roll_up_from_staff_to_teams_to_branches():
    """Where more staff have codes the branch's total is higher, and a prize that a team must share moves each member less."""
    assert_moves("best_branch_wallets", "up", off=with_codes(codes=6), on=with_codes())
    board = {"prizes_cny": [300, 200]}
    team, staff = ({"leaderboard": board | {"unit": unit}} for unit in ("team", "staff"))
    assert_moves("leaderboard_effort_lift", "up", off=with_codes(**team), on=with_codes(**staff))
    table = figures(*with_codes(**team))
    assert (table["best_team_wallets"] <= table["best_branch_wallets"]).all()
    assert (table["best_branch_wallets"] <= table["attributed_wallets"]).all()
    assert (table["best_branch_wallets"] >= table["attributed_wallets"] / 2).all(), "two branches share all wallets"


@covers(
    34,
    keys=[
        "staff_codes.prize_chance",
        "staff_codes.race_gap",
        "staff_codes.most_posters_per_week",
        "staff_codes.hollow",
        "staff_codes.hollow_per_10_cny",
        "levers.staff_codes.leaderboard.prizes_cny",
        "levers.staff_codes.counts",
    ],
    code="simkit/campaign/referral/staff_pay.py",
    kpi="invite_quality",
)
def test_a_ranking_by_openings_brings_effort_and_favours_that_never_pay():
    """Prizes raise effort; where openings are ranked, hollow wallets fill the list and the quality of invites falls."""
    board = {"unit": "staff", "prizes_cny": [800, 500, 300]}
    plain, ranked = with_codes(), with_codes(leaderboard=board)
    assert_moves("leaderboard_effort_lift", "up", off=plain, on=ranked)
    assert_moves("posters_shared", "up", off=plain, on=ranked)
    gamed = with_codes(leaderboard=board, counts="opened")
    assert_moves("hollow_share", "up", off=ranked, on=gamed)
    assert_moves("invite_quality", "down", off=ranked, on=gamed)


@covers(
    31,
    keys=[
        "staff_codes.befriended",
        "staff_codes.knows_two",
        "levers.staff_codes.binding",
        "levers.staff_codes.window_days",
    ],
    code="simkit/campaign/referral/acquaintances.py",
    kpi="dispute_share",
)
def test_a_longer_window_credits_more_wallets_and_brings_more_disputes():
    """Wallets that other channels open within the window are attributed too; two claimants are a dispute."""
    doors = {"field.teams": 4, "messages": {"sms": {"every_days": 7}}}
    cases = [
        (busy_bank(), doing(doors | {"staff_codes": CODES["staff_codes"] | {"window_days": days}})) for days in (1, 60)
    ]
    assert_moves("attributed_wallets", "up", off=cases[0], on=cases[1])
    assert_moves("disputed_wallets", "up", off=cases[0], on=cases[1])
    assert_moves("dispute_share", "up", off=with_codes(busy_bank(knows_two=0)), on=with_codes(busy_bank(knows_two=1)))


class _Known(Acquaintances):
    """One customer who clicked the poster of 7 on day 3 and that of 8 on day 5."""

    def __init__(self):
        self.customers = np.array([42], dtype=np.int32)
        self.staff = np.array([[7, 8]], dtype=np.int32)
        self.clicked = np.array([[3, 5]], dtype=np.int16)
        self.credited = np.array([-1], dtype=np.int32)


@pytest.mark.parametrize(
    ("day", "window", "first", "credited"),
    [(6, 30, True, 7), (6, 30, False, 8), (6, 1, True, 8), (33, 30, True, 7), (34, 30, True, 8)],
)
def test_the_first_or_the_last_code_within_the_window_binds(day, window, first, credited):
    """Known answers; a click is within the window up to and including its last day."""
    known = _Known()
    rows = np.array([0])
    known.credit(rows, known.claims(rows, day, window), first=first)
    assert known.credited.tolist() == [credited]


def test_binding_changes_who_is_credited_and_nothing_else():
    """First or last code: the same wallets, another ranking at most."""
    first, last = (figures(*with_codes(binding=binding), 2) for binding in ("first", "last"))
    same = ["opened", "code_clicks", "attributed_wallets", "disputed_wallets", "payments"]
    assert first[same].equals(last[same])


def test_more_codes_only_add_to_fewer():
    """Codes are spread evenly over the branches, and who had one keeps it."""
    tree = Organisation(branches=4, teams_per_branch=2, staff_per_team=3)
    chosen = [tree.first_of_each_branch(number) for number in range(30)]
    assert [int(one.sum()) for one in chosen] == [min(number, 24) for number in range(30)]
    for fewer, more in zip(chosen[::4], chosen[4::4], strict=False):
        assert not (fewer & ~more).any()


def test_favours_never_pay_and_accounts_close():
    """Hollow wallets have no first payment; clicks are contacts; attributed first payments are some of the attributed wallets."""
    case = with_codes(changed(busy_bank(hollow=0.5), NOBODY_OPENS_ALONE), bonus_per_conversion_cny=20)
    wallets = frame(played(*case), "conversions")
    table = figures(*case, 1).iloc[0]
    opened = wallets["channel"].eq("staff_code").sum()
    assert opened == table["code_wallets"] == table["attributed_wallets"]
    assert 0 < wallets["activated_day"].ge(0).sum() <= opened - table["hollow_wallets"]
    contacts = frame(played(*case), "outcomes").query("channel == 'staff_code'")
    assert contacts["contacts"].sum() == table["code_clicks"]
    assert table["attributed_first_payments"] * 20 == pytest.approx(table["code_commission"])


def test_without_codes_nothing_moves():
    """A bank with staff that has no codes is the same bank."""
    assert_nothing_moves((small_bank(), NOTHING), (without(small_bank(), "staff_codes"), NOTHING))
