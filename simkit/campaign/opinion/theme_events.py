"""Community events with a theme: wealth, culture, charity, market."""

from __future__ import annotations

import functools
import itertools

import numpy as np

from simkit.campaign.field.community_events import EventKind
from simkit.campaign.influences import Customers
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Outcome
from simkit.campaign.world import World
from simkit.params.mechanisms.opinion import ThemeName

_IS_OPENING = np.isin(np.arange(len(Outcome)), (Outcome.OPENED, Outcome.OPENED_AND_PAID))
_THOUSAND = 1000


class ThemeEvents(Mechanism):
    """The events that sell take the themes of the cycle in turn."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.theme_events, world.levers.theme_events
        if facts is None or levers is None:
            raise ValueError("theme events take part only where scenario and strategy have them")
        self._world = world
        self._trust = {name: getattr(facts, name).trust.value for name in dict.fromkeys(levers.cycle)}
        self._cost = dict.fromkeys(self._trust, 0.0)
        self._wallets = dict.fromkeys(self._trust, 0)
        kinds = {
            name: EventKind(
                attend_ratio=world.scenario.by_segment(getattr(facts, name).attend),
                odds_ratio=world.scenario.by_segment(getattr(facts, name).convert),
                cost_cny=getattr(facts, name).cost.value,
                held=functools.partial(self._held, name),
            )
            for name in self._trust
        }
        themes = itertools.cycle(levers.cycle)
        outreach.events.kinds.append(lambda _: kinds[next(themes)])

    def finish(self) -> None:
        """Write down what each theme has cost and brought."""
        for name, cost_cny in self._cost.items():
            if cost_cny:
                self._world.ledger.figure(f"{name}_cost", cost_cny)
                wallets_per_1000_cny = self._wallets[name] / cost_cny * _THOUSAND
                self._world.ledger.figure(f"{name}_wallets_per_1000_cny", wallets_per_1000_cny)

    def _held(self, name: ThemeName, day: int, visitors: Customers, outcome: Customers, cost_cny: float) -> None:
        opened = _IS_OPENING[outcome]
        self._world.ledger.tally(day, f"{name}_visitors", visitors)
        self._world.ledger.tally(day, f"{name}_wallets", visitors[opened])
        self._cost[name] += cost_cny
        self._wallets[name] += int(opened.sum())
        if self._world.trust is not None and self._trust[name]:
            self._world.trust.move(visitors[outcome != Outcome.LEFT_QUEUE.value], self._trust[name], day)
