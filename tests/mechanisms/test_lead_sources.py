"""Leads: paid for by the name, used with consent alone, and worth less from day to day."""

import pytest
from scipy.stats import binomtest

from simkit.params import ParameterError, resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("lead_sources")

SOURCES = ("property_company", "residents_committee", "online_dwell", "branch")
NEVER_BY_CHANCE = 1e-4
VISITS = {"field.teams": 2, "field.doors": False, "lead_sources": {}}
ALL = doing(VISITS | {"lead_sources": dict.fromkeys(SOURCES, 40.0)})
NONE = doing(VISITS)


def plenty(changes=None, customers=6000):
    """Return a bank whose sources give as much as is asked, with other values if given."""
    supply = {f"lead_sources.{source}.leads_per_1000_prospects_a_week": 100 for source in SOURCES}
    return changed(small_bank(customers), supply | (changes or {}))


@covers(
    4,
    keys=[
        "lead_sources.property_company.leads_per_1000_prospects_a_week",
        "lead_sources.property_company.quality",
        "lead_sources.property_company.consent",
        "lead_sources.property_company.cost_per_lead",
        "lead_sources.residents_committee.leads_per_1000_prospects_a_week",
        "lead_sources.residents_committee.quality",
        "lead_sources.residents_committee.consent",
        "lead_sources.residents_committee.cost_per_lead",
        "lead_sources.online_dwell.leads_per_1000_prospects_a_week",
        "lead_sources.online_dwell.quality",
        "lead_sources.online_dwell.consent",
        "lead_sources.online_dwell.cost_per_lead",
        "lead_sources.branch.leads_per_1000_prospects_a_week",
        "lead_sources.branch.quality",
        "lead_sources.branch.consent",
        "lead_sources.branch.cost_per_lead",
        "lead_sources.half_life",
        "lead_sources.accepts_visit",
        "levers.lead_sources.property_company",
        "levers.lead_sources.residents_committee",
        "levers.lead_sources.online_dwell",
        "levers.lead_sources.branch",
        "levers.lead_sources.worked_by",
        "levers.lead_sources.target_segments",
    ],
    code="simkit/campaign/leads/lead_sources.py",
    kpi="leads_contacted",
)
def test_leads_are_contacted_and_open_wallets():
    """Taking leads gives teams someone to visit, for money."""
    for kpi in ("leads", "leads_contacted", "lead_wallets", "opened", "lead_cost"):
        assert_moves(kpi, "up", off=(plenty(), NONE), on=(plenty(), ALL))


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_its_leads_with_its_consent_at_its_price(source):
    """Numbers and consent are those of the parameters, and the ledger has the money for every name."""
    bank, strategy = plenty(), doing(VISITS | {"lead_sources": {source: 40.0}})
    values = figures(bank, strategy)[["leads", f"leads_{source}", "leads_with_consent", "lead_cost"]].sum()
    facts = getattr(bank.lead_sources, source)
    assert values[f"leads_{source}"] == values["leads"] > 500
    assert (
        binomtest(int(values["leads_with_consent"]), int(values["leads"]), facts.consent.value).pvalue > NEVER_BY_CHANCE
    )
    assert values["lead_cost"] == pytest.approx(values["leads"] * facts.cost_per_lead.value)
    costs = frame(played(bank, strategy), "costs").query("item == 'lead'")
    assert costs["amount_cny"].sum() == pytest.approx(figures(bank, strategy, 1)["lead_cost"].iloc[0])


def test_a_lead_without_consent_is_never_contacted():
    """Leads are paid for and counted, and nobody visits them."""
    silent = plenty({f"lead_sources.{source}.consent": 0 for source in SOURCES})
    values = figures(silent, ALL, 2)
    assert (values["leads"] > 100).all()
    assert (values[["leads_with_consent", "leads_contacted", "lead_wallets"]] == 0).all(axis=None)
    contacts = frame(played(silent, ALL), "contacts")
    assert not (contacts["channel"] == "appointment").any()


def test_better_leads_open_more_and_cold_ones_less():
    """Quality shows at the first contact; a lead that cools within hours is a customer like any other."""
    good = plenty({f"lead_sources.{source}.quality": 6 for source in SOURCES})
    cold = changed(good, {"lead_sources.half_life": 0.2})
    assert_moves("lead_wallets", "up", off=(plenty(), ALL), on=(good, ALL))
    assert_moves("lead_wallets", "down", off=(good, ALL), on=(cold, ALL))


def test_more_leads_only_add():
    """Whom a source names at a lower rate it names at a higher rate too."""
    willing = plenty({"lead_sources.accepts_visit": 1, "lead_sources.online_dwell.consent": 1})
    visited = []
    for rate in (20.0, 40.0):
        contacts = frame(played(willing, doing(VISITS | {"lead_sources": {"online_dwell": rate}})), "contacts")
        visited.append(set(contacts.query("channel == 'appointment'")["customer_id"]))
    assert visited[0] < visited[1]
    assert len(visited[0]) > 30


def test_leads_for_the_telephone_are_called_before_the_list():
    """Seats that reach a few of the list only reach nearly all leads with consent."""
    levers = {"calls.human_seats": 1, "lead_sources": dict.fromkeys(SOURCES, 20.0) | {"worked_by": "calls"}}
    values = figures(plenty({"calls.human_connect": 1}, customers=60_000), doing(levers), 2).sum()
    assert values["leads_contacted"] > 0.75 * values["leads_with_consent"] > 50
    assert values["lead_contact_delay_days"] < 3 * values["leads_contacted"]


def test_without_the_lever_sources_move_nothing():
    """Names that nobody asks for are no part of a run."""
    plain = doing({"field.teams": 2, "calls.human_seats": 1})
    assert_nothing_moves((small_bank(), plain), (without(small_bank(), "lead_sources"), plain))


@pytest.mark.parametrize(
    ("levers", "problem"),
    [
        ({"lead_sources": {"branch": 10.0}}, "field.teams is 0"),
        ({"lead_sources": {"branch": 10.0, "worked_by": "calls"}}, "calls.human_seats is 0"),
        (VISITS | {"lead_sources": {"branch": 10.0, "target_segments": ["sliver"]}}, "did you mean 'silver'"),
    ],
)
def test_leads_that_nobody_works_are_refused(levers, problem):
    """A planner is told which lever is missing, and by which name a segment goes."""
    with pytest.raises(ParameterError, match=problem):
        resolve(small_bank(), doing(levers))
