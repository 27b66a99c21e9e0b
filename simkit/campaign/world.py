"""What every mechanism of a run shares: parameters, calendar, customers, luck, clock and ledger."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import simpy
from numpy.typing import NDArray

from simkit.campaign.capacity.reinforcements import Reinforcements
from simkit.campaign.compact_columns import Marks, SparseColumns
from simkit.campaign.contacts.contact_policy import ContactRecord
from simkit.campaign.contacts.opening import Opening
from simkit.campaign.influences import Influences
from simkit.campaign.ledger import Ledger
from simkit.campaign.messaging.tags import CustomerTags
from simkit.campaign.opinion.trust import Trust
from simkit.campaign.signals import Signals
from simkit.campaign.wallet.wallets import Wallets
from simkit.params import Levers, Scenario
from simkit.population import Population
from simkit.streams import Streams
from simkit.workdays import WorkCalendar

PlanChange = Callable[[NDArray[np.integer], NDArray[np.uint8], int], None]
State = Callable[[NDArray[np.integer]], NDArray[np.floating]]


@dataclass(frozen=True)
class World:
    """One run's shared state; `environment` counts days.

    Mechanisms add to what others compute: open_door (log ratio of doors that open, by channel), refusal (log-odds of refusing to talk,
    by channel), stopping (log ratio of the weekly hazard of stopping to pay, by day), spending (log ratio of payments, by the day of the
    week's plan), recommending (log ratio of the hazard of recommending the wallet, by the first day of the week). payment_plans change the
    week's plan of payments in place: (users, plan of shape (7, users), day). reinforcements are seats that are called in at short notice.
    states are what some mechanisms know of users and others may ask, by name: (users) → one number each.
    of_few is where mechanisms keep what they know of one customer in ten, or fewer.
    trust is there only where the scenario has it.
    """

    scenario: Scenario
    levers: Levers
    calendar: WorkCalendar
    population: Population
    streams: Streams
    environment: simpy.Environment
    ledger: Ledger
    of_few: SparseColumns
    record: ContactRecord
    wallets: Wallets
    opening: Opening
    signals: Signals
    open_door: Influences = field(default_factory=Influences)
    refusal: Influences = field(default_factory=Influences)
    stopping: Influences = field(default_factory=Influences)
    spending: Influences = field(default_factory=Influences)
    recommending: Influences = field(default_factory=Influences)
    reinforcements: Reinforcements = field(default_factory=Reinforcements)
    payment_plans: list[PlanChange] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    trust: Trust | None = None

    @functools.cached_property
    def tags(self) -> CustomerTags | None:
        """Every customer's tags, drawn when first asked for; none where the scenario has none."""
        tags = self.scenario.tags
        return CustomerTags(tags, self.scenario, self.population, self.streams) if tags else None

    @functools.cached_property
    def of_users(self) -> SparseColumns:
        """Where mechanisms keep what they know of those who use the wallet, or once did."""
        return SparseColumns(self.population.size)

    @functools.cached_property
    def marks(self) -> Marks:
        """Where mechanisms keep what is yes or no of every customer."""
        return Marks(self.population.size)

    @property
    def campaign_days(self) -> int:
        """Days with outreach."""
        return self.scenario.calendar.campaign_days

    def works(self, day: int, works_on: str) -> bool:
        """Say whether people with these working days work on `day` of the campaign."""
        return day < self.campaign_days and (works_on == "every_day" or bool(self.calendar.is_workday[day]))

    def scaled(self, capacity: float) -> float:
        """Return the simulated share of a whole-bank number."""
        return capacity * self.scenario.scale

    def targeted(self, names: tuple[str, ...] | None) -> NDArray[np.bool_]:
        """Say which segments (by code) are meant by a lever's target; None means all."""
        wanted = self.scenario.segment_names if names is None else names
        return np.array([name in wanted for name in self.scenario.segment_names])

    def targets(self, names: tuple[str, ...] | None) -> NDArray[np.integer]:
        """Return the prospects on day 0 of the targeted segments, by number; who is held out hears nothing of the campaign."""
        prospects = ~(self.population.holder | self.record.held_out)
        if names is not None:
            prospects &= self.targeted(names)[self.population.segment]
        return np.flatnonzero(prospects).astype(np.int32)
