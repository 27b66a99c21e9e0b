"""Following up wins first payments and keeps users, if it comes in time."""

import numpy as np
import pytest

from simkit.campaign.run import Campaign
from simkit.campaign.signals import Signal
from simkit.params import ParameterError, resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("follow_up")

OUTREACH = {"field.teams": 4, "field.accepts_requests": True, "messages": {"sms": {"every_days": 7}}}
BANK = small_bank()


def followed_up(bank=BANK, outreach=OUTREACH, **levers):
    """Return (scenario, strategy) of an outreach with such following up."""
    return bank, doing(outreach | {"follow_up": levers})


NOBODY = followed_up(staff=0)


@covers(
    6,
    keys=[
        "follow_up.call.reached",
        "follow_up.call.minutes",
        "follow_up.call.first_payment",
        "levers.follow_up.staff",
        "levers.follow_up.attempts",
    ],
    code="simkit/campaign/visits/follow_up.py",
    kpi="active_30_days",
)
def test_following_up_makes_users_of_those_who_opened():
    """With staff for it, more are called in time, pay and last; it costs their wages."""
    served = followed_up(staff=1)
    assert_moves("follow_up_on_time", "up", off=NOBODY, on=served)
    assert_moves("active_30_days", "up", off=NOBODY, on=served)
    assert_moves("lasting", "up", off=NOBODY, on=served)
    table = figures(*served)
    assert (table["follow_up_cost"] == 20 * 1100).all()
    assert (table["cost"] - figures(*NOBODY)["cost"]).to_numpy() == pytest.approx(20 * 1100)


@covers(
    6,
    keys=[
        "follow_up.visit.reached",
        "follow_up.visit.minutes",
        "follow_up.visit.first_payment",
        "levers.follow_up.by",
        "levers.follow_up.target_segments",
    ],
    code="simkit/campaign/visits/follow_up.py",
    kpi="first_payments_from_follow_up",
)
def test_a_visit_wins_more_of_the_elderly_than_a_call():
    """Given the people for it, meeting elderly customers at home brings more first payments; the young are left alone."""
    calls, visits = (followed_up(staff=4, by=by, target_segments=["silver"]) for by in ("call", "visit"))
    assert_moves("first_payments_from_follow_up", "up", off=calls, on=visits, segment="silver")
    assert (figures(*visits, 2, "young")["follow_ups_due"] == 0).all()


@covers(
    6,
    keys=["follow_up.stopping_ratio", "levers.follow_up.deadline_days"],
    code="simkit/campaign/visits/follow_up.py",
    kpi="lasting",
)
def test_who_was_followed_up_stays_longer():
    """A smaller hazard of stopping leaves more lasting users; a longer deadline is met more often."""
    indifferent = changed(BANK, {"follow_up.stopping_ratio": 1})
    loyal = changed(BANK, {"follow_up.stopping_ratio": 0.5})
    assert_moves("lasting", "up", off=followed_up(indifferent, staff=1), on=followed_up(loyal, staff=1))
    hurried, patient = (followed_up(staff=0.5, deadline_days=days) for days in (1, 10))
    assert_moves("follow_up_on_time", "up", off=hurried, on=patient)


@covers(
    6,
    keys=["follow_up.late_half_life", "levers.follow_up.staff"],
    code="simkit/campaign/visits/follow_up.py",
    kpi="first_payments_from_follow_up",
)
def test_following_up_late_does_less():
    """With too few people most calls are late, and the faster interest fades the fewer first payments they bring."""
    fading, patient = (changed(BANK, {"follow_up.late_half_life": days}) for days in (1, 100))
    off, on = (followed_up(bank, staff=0.25, deadline_days=1) for bank in (fading, patient))
    assert (figures(*on)["follow_ups_late"] > figures(*on)["follow_ups_on_time"]).all()
    assert_moves("first_payments_from_follow_up", "up", off=off, on=on)


@covers(
    6,
    keys=["levers.follow_up.unpaid_only", "levers.follow_up.until_days"],
    code="simkit/campaign/visits/follow_up.py",
    kpi="first_payments_from_follow_up",
)
def test_few_people_do_more_for_those_who_have_not_paid_and_can_still_be_won():
    """Too few staff win more first payments by sparing those who pay anyway, and by giving up who is lost already."""
    all_tasks = followed_up(staff=0.25)
    unpaid = followed_up(staff=0.25, unpaid_only=True)
    assert_moves("first_payments_from_follow_up", "up", off=all_tasks, on=unpaid, replications=12)
    assert_moves("follow_up_on_time", "up", off=all_tasks, on=followed_up(staff=0.25, until_days=4))


@pytest.mark.parametrize("staff", [0, 0.25, 1, 20])
def test_every_task_is_done_in_time_or_late_or_spared_or_missed(staff):
    """The accounts of tasks close at any number of staff, and no wallet has two first payments."""
    case = followed_up(staff=staff, unpaid_only=staff > 0, until_days=10)
    table = figures(*case, 2)
    done = table["follow_ups_on_time"] + table["follow_ups_late"]
    assert (done + table["follow_ups_missed"] == table["follow_ups_due"]).all()
    assert (table["follow_ups_due"] + table["follow_ups_spared"] == table["opened"]).all()
    run = played(*case)
    activated = frame(run, "conversions")["activated_day"].ge(0).sum()
    assert frame(run, "daily")["activated"].sum() == activated


def test_with_everyone_reached_and_helped_in_time_everyone_pays():
    """At the extreme whoever opens early enough to be called makes a first payment."""
    perfect = {f"follow_up.call.{key}": 1 for key in ("reached", "first_payment")}
    opened = frame(played(*followed_up(changed(BANK, perfect), staff=50)), "conversions").query("opened_day < 22")
    assert (opened["activated_day"] >= 0).all()
    assert not (frame(played(*NOBODY), "conversions")["activated_day"] >= 0).all()


def test_first_come_is_first_served_and_nobody_is_called_on_the_day_of_opening():
    """First attempts follow the order of opening; a crew of one makes at most 60 calls of eight minutes a day, give or take one begun."""
    run = played(*followed_up(staff=1))
    calls = frame(run, "contacts").query("channel == 'follow_up'")
    opened = frame(run, "conversions").set_index("customer_id")["opened_day"]
    first = calls.query("attempt == 1").sort_values(["day", "hour"], kind="stable")
    assert opened[first["customer_id"]].is_monotonic_increasing
    assert (first["day"].to_numpy() > opened[first["customer_id"]].to_numpy()).all()
    assert calls.groupby("day").size().between(1, 61).all()
    assert calls["attempt"].max() == 3


def test_who_is_held_out_is_not_called_and_all_others_are_told_of_calls_in_time():
    """The contact policy holds; mechanisms that listen hear of each customer called in time."""
    bank, strategy = followed_up(outreach=OUTREACH | {"contact_policy": {"holdout_share": 0.3}}, staff=3)
    campaign = Campaign(bank, strategy, detail="full")
    told = []
    campaign.world.signals.listen(Signal.FOLLOWED_UP, lambda customers, day: told.append(customers))  # noqa: ARG005
    contacts = campaign.play()["contacts"].to_pandas().query("channel == 'follow_up'")
    assert not campaign.world.record.held_out[contacts["customer_id"]].any()
    assert set(np.concatenate(told)) <= set(contacts["customer_id"])


def test_an_unknown_segment_cannot_be_followed_up():
    """The error names the key and the segment that was meant."""
    with pytest.raises(ParameterError, match=r"levers.follow_up.target_segments.*silver"):
        resolve(BANK, followed_up(staff=1, target_segments=["silvr"])[1])


def test_a_bank_that_could_follow_up_and_does_not_is_the_same_bank():
    """Without the lever the section moves nothing."""
    assert_nothing_moves((BANK, doing(OUTREACH)), (without(BANK, "follow_up"), doing(OUTREACH)))
