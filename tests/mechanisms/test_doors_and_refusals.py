"""What makes customers wary or confident changes who opens the door and who refuses to talk."""

import numpy as np
import pytest

from simkit.campaign.run import Campaign
from simkit.campaign.vocabulary import Outcome
from simkit.campaign.world import World
from tests.campaign.banks import doing
from tests.mechanisms.effects import bank_with

small_bank = bank_with()

DOORS = doing({"field.teams": 6, "field.accepts_requests": True, "field.max_attempts": 1})


def outcomes(influence, log_ratio):
    """Return contacts by outcome, in a run in which one influence is a constant."""
    campaign = Campaign(small_bank(), DOORS)
    world: World = campaign.world
    getattr(world, influence).add("trial", lambda customers, channel: np.full(customers.shape[0], log_ratio))  # noqa: ARG005
    table = campaign.play()["outcomes"].to_pandas()
    counted = table.groupby("outcome", observed=True)["contacts"].sum()
    return counted.reindex([outcome.name.lower() for outcome in Outcome], fill_value=0)


@pytest.mark.parametrize("log_ratio", [-30.0, 0.0, 30.0])
def test_refusals_follow_their_odds_to_both_extremes(log_ratio):
    """Nobody refuses at odds of nothing; with endless odds everyone does who does not open the wallet; at 0 some do."""
    counted = outcomes("refusal", log_ratio)
    assert (counted["refused"] > 0) == (log_ratio > -30.0)
    assert (counted["no_interest"] > 0) == (log_ratio < 30.0)
    assert counted["opened_and_paid"] > 0


def test_doors_open_in_the_ratio_of_their_influence():
    """Half as many doors open at a log ratio of log 0.5, within what luck allows; all open at a large one."""
    as_is, half, all_open = (outcomes("open_door", log_ratio) for log_ratio in (0.0, np.log(0.5), 30.0))
    shares = [1 - counted["not_home"] / counted.drop(["no_show"]).sum() for counted in (as_is, half, all_open)]
    assert shares[1] / shares[0] == pytest.approx(0.5, abs=0.06)
    assert shares[2] == 1
