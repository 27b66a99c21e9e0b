"""A breach: users are struck and leave, everyone trusts less for a while, and an apology shortens it."""

import pytest

from simkit.params import ParameterError, resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("trust", "word_of_mouth", "breach", "apology")

DOORS = {"field.teams": 6, "events.per_branch_month": 4}
APOLOGY = DOORS | {"apology": {"after_days": 2}}


def breached(**facts):
    """Return a bank whose wallet is broken into on the fifth day."""
    return changed(small_bank(), {"breach.day": 5, "breach.harmed": 0.3} | {f"breach.{k}": v for k, v in facts.items()})


@covers(
    68,
    keys=["breach.day", "breach.harmed", "breach.trust_lost", "breach.stopping_ratio", "word_of_mouth.harmed_speak"],
    code="simkit/campaign/opinion/breach.py",
    kpi="net_word_of_mouth",
)
def test_a_breach_costs_trust_users_openings_and_good_name():
    """On the same customers with the same luck everything is worse with a breach."""
    safe, struck = (small_bank(), doing(DOORS)), (breached(trust_lost=0.5), doing(DOORS))
    for kpi in ("net_word_of_mouth", "mean_trust_change", "opened", "payments"):
        assert_moves(kpi, "down", off=safe, on=struck)
    assert_moves("refusal_rate", "up", off=safe, on=struck)
    for kpi in ("breach_users_struck", "breach_users_lost", "breach_openings_lost"):
        assert_moves(kpi, "up", off=safe, on=struck)


@covers(
    68,
    keys=["breach.half_life", "apology.half_life_ratio", "apology.cost_per_harmed", "levers.apology.after_days"],
    code="simkit/campaign/opinion/breach.py",
    kpi="breach_recovery_days",
)
def test_an_early_apology_shortens_the_recovery():
    """The sooner the bank apologises the sooner half of the trust is back and the fewer openings are lost, at a cost."""
    bank = breached(trust_lost=0.5)
    none, late, soon = ((bank, doing(levers)) for levers in (DOORS, DOORS | {"apology": {"after_days": 30}}, APOLOGY))
    assert_moves("breach_recovery_days", "down", off=none, on=late)
    assert_moves("breach_recovery_days", "down", off=late, on=soon)
    assert_moves("breach_openings_lost", "down", off=none, on=soon)
    assert_moves("cost", "up", off=none, on=soon)


def test_recovery_without_apology_takes_the_half_life():
    """Half of the trust is back after the half-life, and after the days to the apology and the shorter one of the rest."""
    bank = breached(half_life=40)
    assert figures(bank, doing(DOORS), 1)["breach_recovery_days"][0] == 40
    assert figures(bank, doing(DOORS | {"apology": {"after_days": 20}}), 1)["breach_recovery_days"][0] == 30


def test_each_user_who_was_struck_is_made_good_once():
    """What the apology costs is the number of users struck times the cost of each."""
    bank = breached()
    costs = frame(played(bank, doing(APOLOGY)), "costs").query("item == 'recovery'")
    struck = figures(bank, doing(APOLOGY), 1)["breach_users_struck"][0]
    assert costs["quantity"].tolist() == [struck]
    assert costs["amount_cny"].sum() == struck * bank.apology.cost_per_harmed.value


def test_users_lost_are_those_who_would_have_stayed():
    """The tally agrees with the difference between two runs with and without a higher hazard, within what chance allows."""
    bank = breached(harmed=1, trust_lost=0, half_life=1000, stopping_ratio=2)
    quiet = changed(bank, {"breach.stopping_ratio": 1})
    stopped = [
        sum(frame(played(case, doing({}), replication), "daily")["went_dormant"].sum() for replication in range(3))
        for case in (bank, quiet)
    ]
    lost = figures(bank, doing({}), 3)["breach_users_lost"].sum()
    assert lost == pytest.approx(stopped[0] - stopped[1], rel=0.35)
    assert figures(quiet, doing({}), 1)["breach_users_lost"][0] == 0


def test_without_a_day_nothing_of_a_breach_moves_anything():
    """A bank that fears a breach and has none is the same as one that does not think of it, apology or not."""
    careless = without(small_bank(), "breach", "apology")
    assert_nothing_moves((small_bank(), doing(DOORS)), (careless, doing(DOORS)))
    assert_nothing_moves((small_bank(), doing(APOLOGY)), (careless, doing(DOORS)))


def test_an_apology_needs_a_breach_to_apologise_for():
    """A lever without its fact is refused in a planner's words."""
    with pytest.raises(ParameterError, match="a breach to apologise for"):
        resolve(without(small_bank(), "breach"), doing(APOLOGY))
