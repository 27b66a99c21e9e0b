"""The chance that a contact opens a wallet: the pure terms of `conversion`, fed from the run's columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.compact_columns import SparseColumn
from simkit.campaign.contacts.contact_policy import HUNDREDTHS, ContactRecord
from simkit.campaign.contacts.conversion import chance, log_odds, opening_terms, sum_opening_terms
from simkit.campaign.influences import Influences
from simkit.campaign.vocabulary import Channel
from simkit.compiled import compiled
from simkit.params import Scenario
from simkit.population import Population

Customers = NDArray[np.integer]
_MOST_HUNDREDTHS = 4000
_SMALLEST_SHARE = 1e-12


def base_rates(scenario: Scenario) -> dict[Channel, NDArray[np.float64]]:
    """Return each channel's rate of opening by segment, given what comes before it.

    At the door and at an appointment: the customer is met. At an event: served at a booth. By hand: connected; by machine: connected,
    interested and answered by a person. For messages: sent to a customer able to pay by phone.
    """
    field, calls = scenario.field, scenario.calls
    connected_and_interested = scenario.by_segment(calls.ai_connect) * calls.ai_interested.value
    of_all_dialled = scenario.by_segment(calls.ai_convert)
    rates = {
        Channel.VISIT: scenario.by_segment(field.convert_at_door),
        Channel.APPOINTMENT: scenario.by_segment(field.convert_at_appointment),
        Channel.COMMUNITY_EVENT: scenario.by_segment(scenario.events.convert),
        Channel.HUMAN_CALL: scenario.by_segment(calls.human_convert),
        Channel.AI_CALL: of_all_dialled / np.maximum(connected_and_interested, _SMALLEST_SHARE),
        Channel.INBOUND_CALL: scenario.by_segment(calls.enquiry_convert),
    }
    messages = {Channel[name.upper()]: message.convert for name, message in scenario.messages.items()}
    return rates | {channel: scenario.by_segment(convert) for channel, convert in messages.items()}


class Opening:
    """Each customer's chance to open at a contact, today.

    influences: further log-odds, by name, that mechanisms add to those of every contact.
    """

    def __init__(
        self, scenario: Scenario, population: Population, record: ContactRecord, gift_cny: SparseColumn[np.float32]
    ) -> None:
        self.gift_cny = gift_cny
        self.influences = Influences()
        self._population = population
        self._record = record
        self._base = {channel: log_odds(rate) for channel, rate in base_rates(scenario).items()}
        self._incentive = scenario.by_segment(scenario.response.incentive_per_10_cny)
        ratio = scenario.by_segment(scenario.response.fatigue_odds_ratio)
        self._fatigue = np.log(ratio)
        recent = np.arange(_MOST_HUNDREDTHS + 1) / HUNDREDTHS
        self._fatigue_ratio = (ratio[:, None] ** recent).astype(np.float32)
        self._of_segments: dict[Channel, NDArray[np.float64]] = {}

    def terms(self, customers: Customers, channel: Channel) -> dict[str, NDArray[np.floating]]:
        """Return the named log-odds of opening at a contact of this channel."""
        return self._own_terms(customers, channel) | self.influences.terms(customers, channel)

    def serves(self, channel: Channel) -> bool:
        """Say whether this run has the channel: some come only with a mechanism."""
        return channel in self._base

    def add_channel(self, channel: Channel, rate: NDArray[np.float64]) -> None:
        """Tell the rate of opening by segment, given what comes before it, of a channel that a mechanism brings."""
        self._base[channel] = log_odds(rate)

    def _own_terms(self, customers: Customers, channel: Channel) -> dict[str, NDArray[np.floating]]:
        customers = customers.astype(np.intp, copy=False)  # NumPy's own index type: every look-up is twice as fast
        segment = self._population.segment.take(customers)
        return opening_terms(
            base=self._base[channel].take(segment),
            propensity=self._population.propensity.take(customers),
            gift_cny=self.gift_cny[customers],
            incentive_per_10_cny=self._incentive.take(segment),
            fatigue=self._fatigue.take(segment),
            recent_contacts=self._record.recent(customers),
        )

    def probability(self, customers: Customers, channel: Channel) -> NDArray[np.floating]:
        """Return the probability of opening at a contact of this channel."""
        if not customers.shape[0]:
            return np.empty(0)
        index = customers.astype(np.intp, copy=False)
        own = np.empty(index.shape[0])
        sum_opening_terms(
            np.ascontiguousarray(index),
            self._population.segment,
            self._population.propensity,
            self.gift_cny[index],
            self._record.hundredths,
            float(HUNDREDTHS),
            self._by_segment(channel),
            own,
        )
        return chance(self.influences.added_to(own, index, channel))

    def rested_odds(self, customers: Customers, channel: Channel) -> NDArray[np.float32]:
        """Return the odds of opening but for fatigue and what else changes from day to day."""
        terms = self._own_terms(customers, channel)
        del terms["fatigue"]
        own = sum(terms.values(), start=np.float64(0))
        return np.exp(own + self.influences.lasting_total(customers, channel)).astype(np.float32)

    def changing_ratio(self, customers: Customers, channel: Channel) -> NDArray[np.float32]:
        """Return the odds ratio of fatigue and of every influence that changes from day to day."""
        ratio = self.fatigue_ratio(customers)
        if self.influences.changing:
            ratio = ratio * np.exp(self.influences.changing_total(customers, channel)).astype(np.float32)
        return ratio

    def fatigue_ratio(self, customers: Customers) -> NDArray[np.float32]:
        """Return the odds ratio of the contacts of the last 28 days."""
        ratio = np.empty(customers.shape[0], dtype=np.float32)
        index = np.ascontiguousarray(customers, dtype=np.intp)
        look_up_fatigue(index, self._population.segment, self._record.hundredths, self._fatigue_ratio, ratio)
        return ratio

    def _by_segment(self, channel: Channel) -> NDArray[np.float64]:
        """Return what of the terms of a channel depends on the segment alone, one row each."""
        if channel not in self._of_segments:
            self._of_segments[channel] = np.stack([self._base[channel], self._incentive, self._fatigue])
        return self._of_segments[channel]


@compiled("void(int64[::1], uint8[::1], uint16[::1], float32[:, ::1], float32[::1])")
def look_up_fatigue(
    customers: Customers,
    segment: NDArray[np.uint8],
    hundredths: NDArray[np.uint16],
    table: NDArray[np.float32],
    ratio: NDArray[np.float32],
) -> None:
    """Fill `ratio` from the table, by segment and hundredths of recent contacts; its last column is for all that are more."""
    for place in range(customers.shape[0]):
        customer = customers[place]
        ratio[place] = table[segment[customer], min(hundredths[customer], table.shape[1] - 1)]
