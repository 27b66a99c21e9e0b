"""How a visit ends and how long it takes, for many visits at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.contacts.conversion import with_odds_ratio
from simkit.campaign.vocabulary import Channel, Outcome
from simkit.campaign.world import World

Customers = NDArray[np.int32]


@dataclass(frozen=True)
class Visits:
    """Visits as columns: what happens at each if the customer is met, and the days it takes without the way there."""

    customers: Customers
    attempt: NDArray[np.uint8]
    outcome: NDArray[np.uint8]
    probability: NDArray[np.floating]
    days: NDArray[np.float64]


class FieldOutcomes:
    """Outcomes of doors and appointments; both share decisions, so a customer has the same luck at attempt 1 of either."""

    def __init__(self, world: World) -> None:
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

    def home(self, customers: Customers, attempt: NDArray[np.uint8], when: str) -> NDArray[np.bool_]:
        """Say who is home and opens in this part of the week; who opens at the rarer time opens at the other too."""
        luck = self._meeting.uniform(customers, attempt)
        open_door: NDArray[np.bool_] = luck < self._at_home[when][self._world.population.segment[customers]]
        return open_door

    def at_doors(self, customers: Customers, attempt: NDArray[np.uint8]) -> Visits:
        """Return what happens at each door, should it open."""
        return self._visits(customers, attempt, Channel.VISIT, self._come_back)

    def at_appointments(self, customers: Customers, attempt: NDArray[np.uint8]) -> Visits:
        """Return what happens at each appointment, no-shows included."""
        visits = self._visits(customers, attempt, Channel.APPOINTMENT, 0.0)
        missed = self._meeting.uniform(customers, attempt) < self._no_show
        visits.outcome[missed] = Outcome.NO_SHOW
        visits.days[missed] = self._world.scenario.field.no_show_wait.value / MINUTES_PER_DAY
        return visits

    def _visits(self, customers: Customers, attempt: NDArray[np.uint8], channel: Channel, come_back: float) -> Visits:
        """One uniform orders the outcomes: opening at its low end, refusal at its high end, so a better offer only adds openings."""
        segment = self._world.population.segment[customers]
        luck = self._talk.uniforms(customers, attempt, width=3)
        chance = self._world.opening.probability(customers, channel)
        refusal = np.minimum(self._refuse[channel][segment], 1 - chance)
        opened, refused = luck[:, 0] < chance, luck[:, 0] > 1 - refusal
        paid = opened & (luck[:, 1] < self._aided[segment])
        undecided = (luck[:, 0] - chance) < come_back * (1 - chance - refusal)
        outcome = np.full(customers.shape[0], Outcome.NO_INTEREST, dtype=np.uint8)
        outcome[undecided] = Outcome.COME_BACK
        outcome[refused] = Outcome.REFUSED
        outcome[opened] = Outcome.OPENED
        outcome[paid] = Outcome.OPENED_AND_PAID
        field = self._world.scenario.field
        minutes = np.full(customers.shape[0], field.pitch.value)
        minutes[refused] = field.refuse.value
        minutes[opened] = self._open_minutes[segment[opened]]
        minutes = weibull_about_mean(minutes, self._shape, luck[:, 2])
        minutes[paid] += field.first_payment.value
        return Visits(customers, attempt, outcome, chance, minutes / MINUTES_PER_DAY)
