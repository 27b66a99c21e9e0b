"""Alerts: what passes its threshold is set right after a delay, within the run."""

import pytest

from simkit.params import ParameterError, resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without
from tests.mechanisms.test_support_desk import MANY_QUESTIONS

small_bank = bank_with("alerts", "support_desk", "activation_help")


def besieged_bank():
    """Return a small bank in which one person at the desk is lost."""
    return changed(small_bank(), MANY_QUESTIONS | {"support_desk.handling": 60, "alerts.fewest_cases": 10})


BUSY = {"measure": "support_abandonment", "threshold": 0.2, "window_days": 3, "lasts_days": 14}
MORE_SEATS = BUSY | {"action": "support_seats", "seats": 6, "delay_days": 1}
DESK = {"seats": 1, "works_on": "every_day", "chatbot": False}
TALK = {"messages": {"sms": {"every_days": 3}}, "contact_policy.contacts_per_week": 20}


def watched(*rules, **levers):
    """Return a strategy with few seats at the desk and these rules."""
    return doing(
        {"support_desk": DESK, "alerts": {"rules": {f"rule_{n}": rule for n, rule in enumerate(rules)}}} | levers
    )


@covers(
    57,
    keys=[
        "levers.alerts.rules.RULE.threshold",
        "levers.alerts.rules.RULE.action",
        "levers.alerts.rules.RULE.seats",
        "alerts.overtime_ratio",
    ],
    code="simkit/campaign/service/alerts.py",
    kpi="support_abandonment",
)
def test_seats_called_in_after_an_alert_bring_abandonment_down_and_cost_overtime():
    """Against the same rule with seats that make no difference."""
    bank = besieged_bank()
    idle, acting = (bank, watched(MORE_SEATS | {"threshold": 1})), (bank, watched(MORE_SEATS))
    assert_moves("support_abandonment", "down", off=idle, on=acting)
    assert_moves("recovery_cost", "up", off=idle, on=acting)
    assert figures(*idle)["alerts_raised"].sum() == 0
    overtime = frame(played(*acting), "costs").query("item == 'recovery'")
    price = bank.costs.seat_day.value * bank.alerts.overtime_ratio.value
    assert (overtime["amount_cny"] / overtime["quantity"]).to_numpy() == pytest.approx(price)


@covers(
    57,
    keys=["levers.alerts.rules.RULE.delay_days", "levers.alerts.rules.RULE.window_days"],
    code="simkit/campaign/service/alerts.py",
    kpi="recovery_days",
)
def test_who_acts_sooner_recovers_sooner():
    """The delay is part of the time that customers are badly served."""
    bank = besieged_bank()
    late, soon = ((bank, watched(MORE_SEATS | {"delay_days": days, "lasts_days": 60})) for days in (30, 0))
    assert_moves("recovery_days", "down", off=late, on=soon)
    assert_moves("support_abandoned", "down", off=late, on=soon)


@covers(
    57,
    keys=["levers.alerts.rules.RULE.lasts_days", "levers.alerts.rules.RULE.measure"],
    code="simkit/campaign/service/watch.py",
    kpi="recovery_share",
)
def test_alerts_that_are_answered_by_enough_seats_recover():
    """A quarter of a seat does not bring the measure back, six seats do."""
    bank = besieged_bank()
    weak = (bank, watched(MORE_SEATS | {"seats": 0.1}))
    assert_moves("recovery_share", "up", off=weak, on=(bank, watched(MORE_SEATS)))


def test_messages_that_pause_after_an_alert_lose_fewer_customers():
    """The rule stops writing when too many opt out."""
    bank = changed(small_bank(), {"messages.sms.opt_out": 0.03})
    rule = {"measure": "opt_out_share", "window_days": 3, "action": "pause_messages", "lasts_days": 14}
    never, paused = (doing(TALK | {"alerts": {"rules": {"opt_out": rule | {"threshold": most}}}}) for most in (1, 0.02))
    assert_moves("opted_out", "down", off=(bank, never), on=(bank, paused))
    sent = frame(played(bank, paused), "contacts").query("channel == 'sms'")["day"].unique()
    assert set(sent) < set(frame(played(bank, never), "contacts").query("channel == 'sms'")["day"].unique())


def test_the_hotline_is_reinforced():
    """More seats answer where callers hang up."""
    many = changed(small_bank(), {"calls.enquiries_per_1000_customers_a_day": 20, "calls.talk_median": 20})
    rule = {"measure": "hotline_abandonment", "window_days": 2, "action": "hotline_seats", "seats": 6, "lasts_days": 14}
    never, acting = (
        doing({"calls.inbound_seats": 1, "alerts": {"rules": {"line": rule | {"threshold": most}}}})
        for most in (1, 0.1)
    )
    assert_moves("inbound_abandoned", "down", off=(many, never), on=(many, acting))
    answered = frame(played(many, acting), "contacts").query("channel == 'inbound_call' and server >= 0")
    assert answered["server"].nunique() > 1
    starts = (answered["day"] * 1440 + answered["hour"] * 60).groupby(answered["server"])
    for _, begins in starts:
        lasts = answered.loc[begins.index, "minutes"]
        ordered = begins.sort_values()
        assert (ordered.diff().iloc[1:].to_numpy() > lasts[ordered.index].iloc[:-1].to_numpy() - 0.02).all()


@pytest.mark.parametrize("measure", ["support_wait", "support_abandonment", "dormant_share"])
def test_an_apology_reaches_those_concerned_and_no_one_held_out(measure):
    """It is a contact like any other, and costs as much as it says."""
    bank = besieged_bank()
    rule = {"measure": measure, "threshold": 0.001, "window_days": 7, "action": "apology", "delay_days": 0}
    strategy = watched(rule, **{"contact_policy.holdout_share": 0.3})
    row, run = figures(bank, strategy, 1).iloc[0], played(bank, strategy)
    written = frame(run, "contacts").query("channel == 'support_desk' and outcome == 'delivered'")
    assert len(written) == row["apologies"] > 0
    assert row["recovery_cost"] == pytest.approx(len(written) * bank.alerts.apology.value)
    nobody = watched(rule, **{"contact_policy.contacts_per_week": 0})
    assert figures(bank, nobody, 1)["apologies"][0] == 0


def test_no_shows_are_watched():
    """Customers who missed an appointment are written to."""
    bank = changed(
        small_bank(), {"field.no_show": 0.5, "field.requests_per_1000_customers_a_day": 10, "alerts.fewest_cases": 5}
    )
    rule = {"measure": "no_show_share", "threshold": 0.2, "window_days": 5, "action": "apology"}
    row = figures(
        bank, doing({"field.teams": 4, "field.accepts_requests": True, "alerts": {"rules": {"missed": rule}}}), 1
    )
    assert row["apologies"][0] > 0


def test_every_alert_is_acted_upon_within_the_run():
    """As many actions as alerts, and no more recoveries than alerts."""
    rows = figures(besieged_bank(), watched(MORE_SEATS, BUSY | {"action": "apology", "threshold": 0.1}))
    assert (rows["recovery_actions"] == rows["alerts_raised"]).all()
    assert (rows["alerts_recovered"] <= rows["alerts_raised"]).all()
    assert (rows["alerts_raised"] > 0).all()


def test_rules_that_cannot_act_are_refused():
    """A rule needs what it watches and reinforces."""
    bank = small_bank()
    for levers, word in (
        ({"alerts": {"rules": {"one": MORE_SEATS}}}, "support desk"),
        ({"support_desk": {"seats": 1}, "alerts": {"rules": {"one": MORE_SEATS | {"seats": 0}}}}, "seats"),
        (
            {"alerts": {"rules": {"one": BUSY | {"measure": "opt_out_share", "action": "hotline_seats", "seats": 1}}}},
            "hotline",
        ),
        ({"activation_help": {"assisted_setup": True}}, "support_desk"),
        ({"activation_help": {"target_segments": ["old"]}}, "unknown segment"),
    ):
        with pytest.raises(ParameterError, match=word):
            resolve(bank, doing(levers))


def test_without_rules_nothing_is_watched():
    """What overtime and apologies would cost moves nothing."""
    bank = small_bank()
    assert_nothing_moves((bank, doing(TALK)), (without(bank, "alerts"), doing(TALK)))
