"""How a visit is announced and held matters: to who opens, who talks, who keeps an appointment, who pays at once."""

import numpy as np
import pytest

from simkit.campaign.run import Campaign
from simkit.campaign.signals import Signal
from tests.campaign.banks import changed, doing, frame
from tests.campaign.digest import digests
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("conduct")

VISITS = {"field.teams": 4, "field.accepts_requests": True, "field.partner": "residents_committee"}
VISITS |= {"field.partner_communities_per_week": 1}
BANK = small_bank()
PLAIN = (BANK, doing(VISITS | {"conduct": {}}))


def with_conduct(bank=BANK, levers=VISITS, **conduct):
    """Return (scenario, strategy) of visits held in this way."""
    return bank, doing(levers | {"conduct": conduct})


@covers(
    15,
    keys=["conduct.badge_refusal_odds_ratio", "conduct.badge_open_door_ratio", "levers.conduct.badge_and_uniform"],
    code="simkit/campaign/visits/conduct.py",
    kpi="badge_compliance",
)
def test_badge_and_uniform_are_refused_less():
    """More compliance, fewer refusals."""
    badged = with_conduct(badge_and_uniform=0.9)
    assert_moves("badge_compliance", "up", off=PLAIN, on=badged)
    assert_moves("refusal_rate", "down", off=PLAIN, on=badged)
    assert figures(*badged)["badge_compliance"].mean() == pytest.approx(0.9, abs=0.02)


@covers(
    14,
    keys=["conduct.reminder_no_show_ratio", "conduct.reminder_cost", "levers.conduct.reminders"],
    code="simkit/campaign/visits/conduct.py",
    kpi="show_rate",
)
def test_reminders_bring_more_customers_to_their_appointments_and_cost_money():
    """Three reminders leave 0.64 cubed of the no-shows."""
    reminded = with_conduct(reminders=3)
    assert_moves("show_rate", "up", off=PLAIN, on=reminded)
    assert_moves("cost", "up", off=PLAIN, on=reminded)
    missed = figures(*reminded)["appointments_due"] - figures(*reminded)["appointments_kept"]
    share = missed.sum() / figures(*reminded)["appointments_due"].sum()
    assert share == pytest.approx(0.18 * 0.64**3, abs=0.015)


@covers(
    14,
    keys=["conduct.purpose_refusal_odds_ratio", "levers.conduct.state_purpose"],
    code="simkit/campaign/visits/conduct.py",
    kpi="refusal_rate",
)
def test_a_stated_purpose_makes_appointments_less_wary():
    """Who knows what the visit is for refuses less when it takes place; doors, which nobody announced, are as they were."""
    asked_for = {"field.teams": 6, "field.doors": False, "field.accepts_requests": True}
    bank = changed(BANK, {"field.requests_per_1000_customers_a_day": 20})
    off, on = (with_conduct(bank, asked_for, state_purpose=stated) for stated in (False, True))
    assert_moves("refusal_rate", "down", off=off, on=on)
    doors = {"field.teams": 4}
    unaware, aware = (played(*with_conduct(levers=doors, state_purpose=stated)) for stated in (False, True))
    assert digests(unaware)["outcomes"] == digests(aware)["outcomes"]


@covers(
    14,
    keys=["conduct.notice_open_door_ratio", "conduct.notice_cost", "levers.conduct.advance_notice"],
    code="simkit/campaign/visits/conduct.py",
    kpi="visits_per_team_day",
)
def test_an_unsolicited_notice_closes_doors():
    """Customers who are warned of a cold visit open the door less; a team meets fewer of them in a day, and pays for the notices."""
    noticed = with_conduct(advance_notice=True)
    assert_moves("visits_per_team_day", "down", off=PLAIN, on=noticed)
    assert_moves("cost", "up", off=PLAIN, on=noticed)


@covers(
    16,
    keys=[
        "conduct.briefing_minutes",
        "conduct.briefing_resolves",
        "conduct.doubt_resolved",
        "levers.conduct.security_briefing",
    ],
    code="simkit/campaign/visits/objections.py",
    kpi="concern_resolved",
)
def test_security_explained_takes_time_and_ends_doubts():
    """Visits are longer, doubts fewer, and those who lost theirs open more often."""
    briefed = with_conduct(security_briefing=1)
    assert_moves("minutes_per_visit", "up", off=PLAIN, on=briefed)
    assert_moves("concern_resolved", "up", off=PLAIN, on=briefed)
    assert_moves("objections_security", "down", off=PLAIN, on=briefed)
    at_once = changed(BANK, {"conduct.briefing_minutes": 0})
    assert_moves("visits_opened", "up", off=PLAIN, on=with_conduct(at_once, security_briefing=1))


def test_at_the_extremes_every_doubt_ends_or_none():
    """A perfect explanation to everyone leaves no doubt among who listens; an empty one leaves them all."""
    for resolves in (0.0, 1.0):
        bank = changed(BANK, {"conduct.briefing_resolves": resolves})
        assert (figures(*with_conduct(bank, security_briefing=1), 2)["concern_resolved"] == resolves).all()


def test_the_others_are_told_of_every_briefing():
    """As many customers are reported as briefed as visits with security explained are counted."""
    campaign = Campaign(*with_conduct(security_briefing=0.5))
    told = []
    campaign.world.signals.listen(Signal.BRIEFED, lambda customers, day: told.append(customers.shape[0]))  # noqa: ARG005
    tallies = campaign.play()["tallies"].to_pandas()
    assert sum(told) == tallies.query("tally == 'security_briefings'")["amount"].sum() > 0


@covers(
    17,
    keys=["conduct.trial_odds_ratio", "conduct.trial_minutes", "levers.conduct.trial_payment"],
    code="simkit/campaign/visits/conduct.py",
    kpi="on_site_activation",
)
def test_a_trial_payment_activates_on_the_spot():
    """More of those who open pay at once, the more the better the trial; each such visit takes longer."""
    tried = with_conduct(trial_payment=1)
    assert_moves("on_site_activation", "up", off=PLAIN, on=tried)
    assert_moves("minutes_per_visit", "up", off=PLAIN, on=tried)


@covers(
    10,
    keys=[
        "conduct.objections.security",
        "conduct.objections.no_need",
        "conduct.objections.too_hard",
        "conduct.objections.other_wallet",
    ],
    code="simkit/campaign/visits/objections.py",
    kpi="objections_security",
)
def test_the_mix_of_objections_is_the_banks():
    """Twice the weight on security doubts, and more visits end with one; the mix of each segment is the one of its weights."""
    doubtful = changed(BANK, {"conduct.objections.security": 0.8})
    assert_moves("objections_security", "up", off=PLAIN, on=with_conduct(doubtful))
    assert_moves("objections_no_need", "down", off=PLAIN, on=with_conduct(doubtful))
    counted = figures(*PLAIN, segment="silver")[[f"objections_{name}" for name in BANK.conduct.objections.model_dump()]]
    weights = np.array([quantity["value"]["silver"] for quantity in BANK.conduct.objections.model_dump().values()])
    assert (counted.sum() / counted.sum().sum()).to_numpy() == pytest.approx(weights / weights.sum(), abs=0.03)


def test_every_visit_without_a_wallet_has_one_objection():
    """Objections by name sum to the visits met that did not open a wallet."""
    table = figures(*with_conduct(security_briefing=0.7, badge_and_uniform=1), 2)
    named = table[[name for name in table if name.startswith("objections_")]].sum(axis=1)
    assert (named == table["visits_met"] - table["visits_opened"]).all()
    assert (table["badge_compliance"] == 1).all()


@covers(
    15,
    keys=["conduct.pair_refusal_odds_ratio", "levers.field.staff_per_team"],
    code="simkit/campaign/visits/conduct.py",
    kpi="refusal_rate",
)
def test_two_are_refused_less_than_one_by_elderly_customers():
    """A pair costs a second wage; the young do not care."""
    pairs = with_conduct(levers=VISITS | {"field.staff_per_team": 2})
    assert_moves("refusal_rate", "down", off=PLAIN, on=pairs, segment="silver")
    assert_moves("staff_cost", "up", off=PLAIN, on=pairs)


def test_conduct_with_no_lever_pulled_changes_no_contact():
    """It only writes down what customers object: all other tables stay as they are."""
    plain, observed = digests(played(BANK, doing(VISITS))), digests(played(*PLAIN))
    assert {table for table in plain if plain[table] != observed[table]} == {"tallies"}


def test_a_bank_that_could_conduct_visits_better_and_does_not_is_the_same_bank():
    """Without the lever the section moves nothing."""
    assert_nothing_moves((BANK, doing(VISITS)), (without(BANK, "conduct"), doing(VISITS)))


def test_reminders_and_notices_are_paid_one_by_one():
    """The accounts of messages close: a notice for each door knocked at, reminders for each appointment that was not called off."""
    run = played(*with_conduct(reminders=2, advance_notice=True))
    paid = frame(run, "costs").query("item == 'message'").groupby("channel")[["quantity", "amount_cny"]].sum()
    contacts = frame(run, "contacts")
    assert paid.loc["visit", "quantity"] == (contacts["channel"] == "visit").sum()
    due = contacts.query("channel == 'appointment' and outcome not in ('cancelled', 'lapsed')")
    assert paid.loc["appointment", "quantity"] == 2 * len(due)
    assert paid.loc["visit", "amount_cny"] == pytest.approx(0.3 * paid.loc["visit", "quantity"])
