"""How a visit ends and how long it takes, for many visits at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.contacts.conversion import with_odds_ratio
from simkit.campaign.influences import Influences
from simkit.campaign.vocabulary import Channel, Outcome
from simkit.campaign.world import World

Customers = NDArray[np.integer]


@dataclass(frozen=True)
class Visits:
    """Visits as columns: what happens at each if the customer is met, and the days it takes without the way there."""

    customers: Customers
    attempt: NDArray[np.uint8]
    outcome: NDArray[np.uint8]
    probability: NDArray[np.floating]
    days: NDArray[np.float64]


class FieldOutcomes:
    """Outcomes of doors and appointments; both share decisions, so a customer has the same luck at attempt 1 of either.

    Mechanisms add to them by channel: missing (log ratio of missed appointments), paying (log-odds of the first payment on the spot),
    listening_minutes and opening_minutes (longer visits, where the customer does not refuse, and where the wallet is opened).
    """

    def __init__(self, world: World) -> None:
        self.missing, self.paying = Influences(), Influences()
        self.listening_minutes, self.opening_minutes = Influences(), Influences()
        field, scenario = world.scenario.field, world.scenario
        partner = field.partners.get(world.levers.field.partner) if world.levers.field.partner else None
        endorsement = partner.refusal_odds_ratio.value if partner else 1.0
        introduction = partner.at_home_ratio.value if partner else 1.0
        self._world = world
        self._talk = world.streams.decision("visit.outcome")
        self._meeting = world.streams.decision("visit.meeting")
        self._aided = scenario.by_segment(scenario.wallet.first_payment_aided)
        self._open_minutes = scenario.by_segment(field.open_wallet)
        self._no_show = field.no_show.value
        self._come_back = field.come_back.value
        self._shape = field.minutes_shape.value
        self._refuse = {
            Channel.VISIT: with_odds_ratio(scenario.by_segment(field.refuse_at_door), endorsement),
            Channel.APPOINTMENT: with_odds_ratio(scenario.by_segment(field.refuse_at_appointment), endorsement),
        }
        self._at_home = {
            "daytime": np.minimum(scenario.by_segment(field.at_home_weekday) * introduction, 1),
            "evening": np.minimum(scenario.by_segment(field.at_home_evening) * introduction, 1),
            "weekend": np.minimum(scenario.by_segment(field.at_home_weekend) * introduction, 1),
        }

    def home(
        self, customers: Customers, attempt: NDArray[np.uint8], parts: Iterable[str]
    ) -> dict[str, NDArray[np.bool_]]:
        """Say who is home and opens in each part of the week; who opens at the rarer time opens at the other too."""
        luck, segment = self._meeting.uniform(customers, attempt), self._world.population.segment.take(customers)
        chance = {part: self._at_home[part].take(segment) for part in parts}
        if self._world.open_door:
            ratio = np.exp(self._world.open_door.total(customers, Channel.VISIT))
            chance = {part: np.minimum(share * ratio, 1) for part, share in chance.items()}
        return {part: luck < share for part, share in chance.items()}

    def at_doors(self, customers: Customers, attempt: NDArray[np.uint8], home: NDArray[np.bool_]) -> Visits:
        """Return what happens at each door; nothing does where nobody is home."""
        n, rows = customers.shape[0], np.flatnonzero(home)
        met = self._visits(customers.take(rows), attempt.take(rows), Channel.VISIT, self._come_back)
        visits = Visits(customers, attempt, np.full(n, Outcome.NOT_HOME, dtype=np.uint8), np.zeros(n), np.zeros(n))
        visits.outcome[rows], visits.probability[rows], visits.days[rows] = met.outcome, met.probability, met.days
        return visits

    def at_appointments(self, customers: Customers, attempt: NDArray[np.uint8]) -> Visits:
        """Return what happens at each appointment, no-shows included."""
        visits = self._visits(customers, attempt, Channel.APPOINTMENT, 0.0)
        no_show = self._no_show * np.exp(self.missing.total(customers, Channel.APPOINTMENT))
        missed = self._meeting.uniform(customers, attempt) < no_show
        visits.outcome[missed] = Outcome.NO_SHOW
        visits.days[missed] = self._world.scenario.field.no_show_wait.value / MINUTES_PER_DAY
        return visits

    def _visits(self, customers: Customers, attempt: NDArray[np.uint8], channel: Channel, come_back: float) -> Visits:
        """One uniform orders the outcomes: opening at its low end, refusal at its high end, so a better offer only adds openings."""
        luck = self._talk.uniforms(customers, attempt, width=3)
        chance = self._world.opening.probability(customers, channel)
        refusal = np.minimum(self._refusal(customers, channel), 1 - chance)
        opened, refused = luck[:, 0] < chance, luck[:, 0] > 1 - refusal
        paid = opened & (luck[:, 1] < self._pays(customers, channel))
        undecided = (luck[:, 0] - chance) < come_back * (1 - chance - refusal)
        outcome = np.full(customers.shape[0], Outcome.NO_INTEREST, dtype=np.uint8)
        outcome[undecided] = Outcome.COME_BACK
        outcome[refused] = Outcome.REFUSED
        outcome[opened] = Outcome.OPENED
        outcome[paid] = Outcome.OPENED_AND_PAID
        minutes = self._minutes(customers, channel, outcome, luck[:, 2])
        return Visits(customers, attempt, outcome, chance, minutes / MINUTES_PER_DAY)

    def _minutes(
        self, customers: Customers, channel: Channel, outcome: NDArray[np.uint8], luck: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how long each visit takes."""
        field = self._world.scenario.field
        refused, paid = outcome == Outcome.REFUSED.value, outcome == Outcome.OPENED_AND_PAID.value
        opened = paid | (outcome == Outcome.OPENED.value)
        minutes = np.full(customers.shape[0], field.pitch.value)
        minutes[refused] = field.refuse.value
        minutes[opened] = self._open_minutes[self._world.population.segment[customers[opened]]]
        minutes = weibull_about_mean(minutes, self._shape, luck)
        minutes[paid] += field.first_payment.value
        if self.listening_minutes:
            minutes += np.where(refused, 0.0, self.listening_minutes.total(customers, channel))
        if self.opening_minutes:
            minutes += np.where(opened, self.opening_minutes.total(customers, channel), 0.0)
        return minutes

    def _pays(self, customers: Customers, channel: Channel) -> NDArray[np.floating]:
        """Return the probability of a first payment on the spot, given an opening."""
        pays: NDArray[np.floating] = self._aided.take(self._world.population.segment.take(customers))
        if self.paying:
            pays = with_odds_ratio(pays, np.exp(self.paying.total(customers, channel)))
        return pays

    def _refusal(self, customers: Customers, channel: Channel) -> NDArray[np.floating]:
        """Return the probability of refusing to talk, with everything that makes customers wary or confident."""
        refusal: NDArray[np.floating] = self._refuse[channel][self._world.population.segment.take(customers)]
        if self._world.refusal:
            refusal = with_odds_ratio(refusal, np.exp(self._world.refusal.total(customers, channel)))
        return refusal
