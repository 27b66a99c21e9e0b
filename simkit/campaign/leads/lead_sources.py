"""Leads: names of interested customers from four sources, of unequal quality, consent and cost, which cool until they are contacted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import blocks
from simkit.campaign.influences import Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params.mechanisms.leads import LEAD_SOURCES, LeadSource

Customers = NDArray[np.integer]
_NO_LEAD = len(LEAD_SOURCES)
_BY_PERSON = (Channel.VISIT, Channel.APPOINTMENT, Channel.HUMAN_CALL)
_WEEK = 7


@dataclass(frozen=True)
class _Source:
    """One source that the strategy uses: its facts, and which customers it names on which day."""

    name: str
    facts: LeadSource
    named: DueDates[np.int32]


class LeadSources(Mechanism):
    """Takes leads day by day, hands those with consent to visits or calls, and follows them to their first contact."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.lead_sources, world.levers.lead_sources
        if facts is None or levers is None:
            raise ValueError("lead sources take part only where scenario and strategy have them")
        self._world, self._outreach = world, outreach
        self._by_visits = levers.worked_by == "visits"
        self._half_life = facts.half_life.value
        self._accepts_visit = facts.accepts_visit.value
        self._consent = world.streams.decision("lead.consent")
        prospects = world.targets(levers.target_segments)
        self._sources = [_Source(name, getattr(facts, name), DueDates(np.int32)) for name in LEAD_SOURCES]
        rates = [
            _rate(world, source.facts, getattr(levers, source.name), prospects.shape[0]) for source in self._sources
        ]
        day_luck = world.streams.decision("lead.day")
        for some in blocks(prospects.shape[0]):
            luck = day_luck.uniforms(prospects[some])
            for column, (source, rate) in enumerate(zip(self._sources, rates, strict=True)):
                _name(source.named, rate, prospects[some], luck[:, column], world.campaign_days)
        qualities = [source.facts.quality.value for source in self._sources]
        self._log_quality = np.append(np.log(qualities), 0.0)
        self._source = world.of_few.column(np.uint8(_NO_LEAD))
        self._since = world.of_few.column(np.int16(0))
        world.opening.influences.add("lead", self._log_odds, changes=True)
        world.ledger.listen(self._follow, _BY_PERSON)

    def plan(self, day: int) -> None:
        """Take today's leads: pay for all, hand on those with consent."""
        if day >= self._world.campaign_days:
            return
        for code, source in enumerate(self._sources):
            leads = source.named.take(day)
            leads = np.sort(leads[self._world.wallets.prospects(leads)])
            if leads.shape[0]:
                self._take(code, source, leads, day)

    def _take(self, code: int, source: _Source, leads: Customers, day: int) -> None:
        ledger = self._world.ledger
        luck = self._consent.uniforms(leads, code, width=2)
        consent = luck[:, 0] < source.facts.consent.value
        cost = leads.shape[0] * source.facts.cost_per_lead.value
        channel = Channel.APPOINTMENT if self._by_visits else Channel.HUMAN_CALL
        ledger.cost(day, CostItem.LEAD, channel, leads.shape[0], cost)
        ledger.tally(day, "leads", leads)
        ledger.tally(day, f"leads_{source.name}", leads)
        ledger.tally(day, "leads_with_consent", leads[consent])
        ledger.tally(day, "lead_cost", leads, source.facts.cost_per_lead.value)
        # A customer whom two sources name stays the lead of the first.
        fresh = consent & (self._source[leads] == _NO_LEAD)
        accepts = luck[fresh, 1] < self._accepts_visit
        leads = leads[fresh]
        self._source[leads] = code
        self._since[leads] = day
        if self._by_visits:
            self._outreach.field.appointments.book(leads[accepts], day)
        else:
            self._outreach.calls.lead(leads, day)

    def _log_odds(self, customers: NDArray[np.integer], channel: int) -> Floats | float:
        """Return the log-odds that are left of the lead's quality, at contacts by a person."""
        if channel not in _BY_PERSON:
            return 0.0
        age = int(self._world.environment.now) - self._since[customers]
        return np.asarray(self._log_quality[self._source[customers]] * 0.5 ** (age / self._half_life))

    def _follow(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        met = (self._source[batch.customers] != _NO_LEAD) & batch.heard
        if not met.any():
            return
        leads = batch.customers[met]
        self._world.ledger.tally(day, "leads_contacted", leads)
        self._world.ledger.tally(day, "lead_contact_delay_days", leads, day - self._since[leads])
        self._world.ledger.tally(day, "lead_wallets", batch.customers[met & batch.opened])
        self._source[leads] = _NO_LEAD


def _rate(world: World, facts: LeadSource, leads_a_week: float, prospects: int) -> float:
    """Return at what rate a day the source names each prospect."""
    supply = facts.leads_per_1000_prospects_a_week.value / 1000
    wanted = world.scaled(leads_a_week) / max(prospects, 1)
    return min(supply, wanted) / _WEEK


def _name(named: DueDates[np.int32], rate: float, prospects: Customers, luck: NDArray[np.float64], days: int) -> None:
    """Draw on which day the source names whom: each at most once, at a constant rate; more leads only add."""
    if rate > 0:
        soon = np.flatnonzero(luck > np.exp(-rate * days))
        named.spread(prospects[soon], np.floor(-np.log(luck[soon]) / rate).astype(np.int64))
