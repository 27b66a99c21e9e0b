"""Why one customer has the chance of opening that the model gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simkit.campaign.contacts.conversion import probability
from simkit.campaign.run import Campaign
from simkit.campaign.vocabulary import Channel
from simkit.params import Scenario, Strategy


@dataclass(frozen=True)
class Explanation:
    """One customer's chance to open at the first contact of a channel: log-odds by term, their sum's probability."""

    customer: int
    segment: str
    channel: str
    terms: dict[str, float]
    probability: float


def explain_opening(
    scenario: Scenario, strategy: Strategy, customer: int, channel: Channel, draw: int = 0, replication: int = 0
) -> Explanation:
    """Return the named terms for one customer on day 0. Raises `ValueError` for a customer or channel without a chance."""
    world = Campaign(scenario, strategy, draw, replication).world
    if not 0 <= customer < world.population.size:
        raise ValueError(f"customer {customer}; allowed: 0 to {world.population.size - 1}")
    if channel is Channel.ORGANIC:
        raise ValueError("organic adoption is no contact and has no log-odds")
    if not world.opening.serves(channel):
        raise ValueError(f"the scenario and the strategy have no channel '{channel.name.lower()}'")
    terms = world.opening.terms(np.array([customer], dtype=np.int32), channel)
    return Explanation(
        customer=customer,
        segment=scenario.segment_names[world.population.segment[customer]],
        channel=channel.name.lower(),
        terms={name: float(np.ravel(value)[0]) + 0.0 for name, value in terms.items()},
        probability=float(probability(terms)[0]),
    )
