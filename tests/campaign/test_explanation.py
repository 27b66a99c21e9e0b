"""A planner can ask why one customer has the chance that the model gives."""

import numpy as np
import pytest

from simkit.campaign.explanation import explain_opening
from simkit.campaign.run import Campaign, run_campaign
from simkit.campaign.vocabulary import Channel
from tests.campaign.banks import changed, doing, frame

CHANNELS = [channel for channel in Channel if Channel.ORGANIC < channel <= Channel.WECHAT_ACCOUNT]


@pytest.fixture(scope="module")
def bank(city_bank):
    """Half a per cent of the shipped bank, for a week."""
    return changed(city_bank, {"scale": 0.005, "calendar.campaign_days": 7, "calendar.horizon_days": 7})


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_terms_sum_to_the_probability(bank, channel):
    """In every channel the log-odds of the chance are the sum of its named terms."""
    found = explain_opening(bank, doing({"offer.welcome_gift_cny": 10}), 3, channel)
    assert set(found.terms) >= {"base", "propensity", "offer", "fatigue"}
    assert found.terms["offer"] > 0
    assert found.terms["fatigue"] == 0
    assert np.log(found.probability / (1 - found.probability)) == pytest.approx(sum(found.terms.values()))
    assert found.channel == channel.name.lower()


def test_an_explanation_is_what_a_run_uses(bank):
    """The chance explained for customers on day 0 is the one in the ledger of that day."""
    strategy = doing({"field.teams": 400, "offer.welcome_gift_cny": 10})
    contacts = (
        frame(run_campaign(bank, strategy, detail="full"), "contacts")
        .query("day == 0 and outcome != 'not_home'")
        .head(5)
    )
    assert len(contacts) == 5
    for contact in contacts.itertuples():
        found = explain_opening(bank, strategy, contact.customer_id, Channel.VISIT)
        assert found.probability == pytest.approx(contact.probability, rel=1e-6)
        segment = Campaign(bank, strategy).world.population.segment[contact.customer_id]
        assert found.segment == bank.segment_names[segment]


@pytest.mark.parametrize(
    ("customer", "channel"),
    [(-1, Channel.VISIT), (10**6, Channel.SMS), (0, Channel.ORGANIC), (0, Channel.STAFF_CODE)],
)
def test_what_has_no_chance_cannot_be_explained(bank, customer, channel):
    """A customer who does not exist, or adoption without a contact, or a channel that is off, is refused in words."""
    with pytest.raises(ValueError, match=r"customer|organic|no channel"):
        explain_opening(bank, doing({}), customer, channel)
