"""Browsing: prospects who look at the wallet's page; a long look makes a lead, and speed counts, for interest fades."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simkit.campaign.each_once import each_once
from simkit.campaign.handoffs.desks import DESK_OF
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params.mechanisms.handoffs import Dwell

_NO_LEAD, _TALKED_TO = -1, -2
_MOST_INTEREST = 20.0
_SHORTEST_HALF_LIFE_DAYS = 1e-9


class Dwelling(Mechanism):
    """Each prospect able to pay by phone looks at the page at a constant rate, for a time that varies from look to look."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        dwell, levers = world.scenario.dwell, world.levers.dwell
        if dwell is None or levers is None:
            raise ValueError("browsing takes part only where scenario and strategy have it")
        self._world = world
        self._dwell = dwell
        self._threshold_seconds = levers.threshold_seconds
        self._power = dwell.interest_per_doubling.value / math.log(2)
        self._centre = log_mean_odds_ratio(dwell, self._power)
        self._looks = looks_by_day(world, dwell.visits_per_1000_a_day.value / 1000)
        self._browsing = world.streams.decision("dwell.browsing")
        self._interest = world.of_few.column(np.float32(0))
        self._looked_on = world.of_few.column(np.int16(0))
        self._lead_since = world.of_few.column(np.int16(_NO_LEAD))
        self._known_on = DueDates(np.int32)
        world.opening.influences.add("interest", self._log_odds)
        world.ledger.listen(self._note_talk, DESK_OF)
        world.signals.listen(Signal.OPENED, self._note_opening)

    def begin_day(self, day: int) -> None:
        """Let today's prospects browse, and tell whose long look is known from today on."""
        world = self._world
        if day >= world.campaign_days:
            return
        customers = self._looks.take(day)
        customers = customers[world.wallets.prospects(customers)]
        luck = self._browsing.uniforms(customers, day, width=2)
        seconds = browsing_seconds(self._dwell, luck[:, 0])
        self._looked_on[customers] = day
        interest = self._power * np.log(seconds / self._dwell.browsing_median.value) - self._centre
        self._interest[customers] = np.clip(interest, -_MOST_INTEREST, _MOST_INTEREST)
        world.ledger.tally(day, "browsing_looks", customers)
        long = seconds >= self._threshold_seconds
        delay = np.ceil(-np.log(luck[long, 1]) * self._dwell.lead_delay.value).astype(np.int64)
        self._known_on.spread(customers[long], day + delay)
        self._make_leads(day)

    def _make_leads(self, day: int) -> None:
        world, leads = self._world, each_once(self._known_on.take(day))
        leads = leads[world.wallets.prospects(leads)]
        new = leads[self._lead_since[leads] == _NO_LEAD]
        self._lead_since[new] = day
        world.ledger.tally(day, "browsing_leads", new)
        world.signals.send(Signal.LEAD, leads, day)

    def _log_odds(self, customers: Customers, channel: int) -> Floats | float:
        """Interest counts in a talk; what messages bring from those who browse is in their own rates."""
        if channel not in DESK_OF:
            return 0.0
        interest = self._interest[customers].astype(np.float64)
        looked = np.flatnonzero(interest)
        age = self._world.environment.now - self._looked_on[customers[looked]]
        interest[looked] *= 0.5 ** (age / max(self._dwell.interest_half_life.value, _SHORTEST_HALF_LIFE_DAYS))
        return interest

    def _note_talk(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        """Count the first talk with each lead, and the days since it became known."""
        leads = batch.reached[self._lead_since[batch.reached] >= 0]
        if not leads.shape[0]:
            return
        self._world.ledger.tally(day, "browsing_leads_talked_to", leads)
        self._world.ledger.tally(day, "browsing_lead_days", leads, day - self._lead_since[leads])
        self._lead_since[leads] = _TALKED_TO

    def _note_opening(self, customers: Customers, day: int) -> None:
        self._world.ledger.tally(day, "browsing_lead_wallets", customers[self._lead_since[customers] != _NO_LEAD])


def browsing_seconds(dwell: Dwell, luck: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return times on the page in seconds, by inversion; both distributions have the same median."""
    median = dwell.browsing_median.value
    if dwell.browsing_distribution == "exponential":
        return np.asarray(-np.log1p(-luck) * median / math.log(2))
    return np.asarray(median * np.exp(dwell.browsing_spread.value * ndtri(luck)))


def log_mean_odds_ratio(dwell: Dwell, power: float) -> float:
    """Return log E[(T / median)^power] of the time T on the page, which is taken off so that browsers' mean odds ratio is 1.

    Log-normal: (power × spread)² / 2; exponential, T / median = E / ln 2: ln Γ(1 + power) − power × ln ln 2.
    """
    if dwell.browsing_distribution == "lognormal":
        return (power * dwell.browsing_spread.value) ** 2 / 2
    return math.lgamma(1 + power) - power * math.log(math.log(2))


def looks_by_day(world: World, rate_a_day: float) -> DueDates[np.int32]:
    """Return who looks on which campaign day: a Poisson process for each prospect able to pay by phone, at most one look a day."""
    looks, decision = DueDates(np.int32), world.streams.decision("dwell.look")
    customers = world.targets(None)
    customers = customers[world.population.can_pay_by_phone[customers]]
    when, number = np.zeros(customers.shape[0]), 0
    while rate_a_day > 0 and customers.shape[0]:
        when = np.floor(when) + (number > 0) + decision.exponential(customers, number) / rate_a_day
        customers, when = customers[when < world.campaign_days], when[when < world.campaign_days]
        looks.spread(customers, when.astype(np.int64))
        number += 1
    return looks
