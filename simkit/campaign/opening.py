"""The chance that a contact opens a wallet: the pure terms of `conversion`, fed from the run's columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.contact_policy import TENTHS, ContactRecord
from simkit.campaign.conversion import opening_terms, probability
from simkit.params import Scenario
from simkit.population import Population

Customers = NDArray[np.int32]
_MOST_TENTHS = 400


class Opening:
    """Each customer's chance to open at a contact, today."""

    def __init__(
        self, scenario: Scenario, population: Population, record: ContactRecord, gift_cny: NDArray[np.float32]
    ) -> None:
        self.gift_cny = gift_cny
        self._population = population
        self._record = record
        self._incentive = scenario.by_segment(scenario.response.incentive_per_10_cny)
        self._fatigue = scenario.by_segment(scenario.response.fatigue_odds_ratio)
        tenths = np.arange(_MOST_TENTHS + 1)
        self._fatigue_table = (self._fatigue[:, None] ** (tenths / TENTHS)).astype(np.float32)

    def terms(self, customers: Customers, base: NDArray[np.float64]) -> dict[str, NDArray[np.floating]]:
        """Return the named log-odds of opening; `base` is the channel's rate by segment."""
        segment = self._population.segment[customers]
        return opening_terms(
            base=base[segment],
            propensity=self._population.propensity[customers],
            gift_cny=self.gift_cny[customers],
            incentive_per_10_cny=self._incentive[segment],
            fatigue_odds_ratio=self._fatigue[segment],
            recent_contacts=self._record.recent(customers),
        )

    def probability(self, customers: Customers, base: NDArray[np.float64]) -> NDArray[np.floating]:
        """Return the probability of opening; `base` is the channel's rate by segment."""
        return probability(self.terms(customers, base))

    def rested_odds(self, customers: Customers, base: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the odds of opening but for fatigue: what does not change during a campaign of messages."""
        terms = self.terms(customers, base)
        del terms["fatigue"]
        return np.exp(sum(terms.values(), start=np.float64(0))).astype(np.float32)

    def fatigue_ratio(self, customers: Customers) -> NDArray[np.float32]:
        """Return the odds ratio of the contacts of the last 28 days."""
        tenths = np.minimum(self._record.recent_tenths(customers), _MOST_TENTHS)
        return self._fatigue_table[self._population.segment[customers], tenths]
