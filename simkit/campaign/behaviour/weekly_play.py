"""How players plan their week: some pay as often as the week's reward needs; bonus hunters pay just that, and as little as counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.behaviour.players import Players
from simkit.campaign.world import World
from simkit.rewards import Programme, RewardEngine
from simkit.rewards.rules import fen
from simkit.rewards.triggers import OnePayment, PaymentsInPeriod

Accounts = NDArray[np.integer]
Places = NDArray[np.intp]
_WEEKDAYS = 7


class WeeklyPlay:
    """Changes plans of payments for a programme that rewards so many payments in a natural week."""

    def __init__(self, world: World, programme: Programme, players: Players) -> None:
        self._world = world
        self._players = players
        self._top_up = world.scenario.rewards.top_up.value
        self._luck = world.streams.decision("reward.top_up")
        weekly = [
            part.trigger
            for part in programme.parts.values()
            if isinstance(part.trigger, PaymentsInPeriod) and part.trigger.period == "natural_week"
        ]
        self._needed = min((trigger.payments for trigger in weekly), default=0)
        every = [
            part.trigger
            for part in programme.parts.values()
            if isinstance(part.trigger, OnePayment) and part.trigger.times == "every"
        ]
        self._least = min((max(fen(trigger.min_amount_cny), 1) for trigger in weekly or every), default=0)
        self._once = [
            (position, part.who.new_customers, fen(part.trigger.min_amount_cny))
            for position, part in enumerate(programme.parts.values())
            if isinstance(part.trigger, OnePayment) and part.trigger.times == "once"
        ]

    def adjust(self, places: Places, accounts: Accounts, plan: NDArray[np.uint8], day: int) -> None:
        """Change these accounts' plans, which are at `places`, from the weekday of `day` on."""
        if not self._needed:
            return
        knowing = np.flatnonzero(self._players.knows(accounts, day))
        places, accounts = places.take(knowing), accounts.take(knowing)
        hunts = self._players.hunts.take(accounts)
        first = int(self._world.calendar.weekday[day])
        self._play_the_minimum(places[hunts], plan, first)
        self._reach_the_reward(places[~hunts], accounts[~hunts], plan, day)

    def shrink(
        self,
        engine: RewardEngine,
        payers: Accounts,
        payments: NDArray[np.uint8],
        amounts: NDArray[np.int64],
        day: int,
    ) -> None:
        """Let hunters among payers (accounts) pay as little as counts, in place: for a part that is given once, else for the others."""
        hunting = self._players.hunting(payers, day)
        hunts = np.flatnonzero(np.repeat(hunting, payments))
        accounts = np.repeat(payers[hunting], payments[hunting])
        least = np.full(hunts.shape[0], self._least, dtype=np.int64)
        new = engine.people["new_customer"][accounts] != 0
        for part, for_new, amount in self._once:
            wanted = ~engine.granted(accounts, part) & (new | (not for_new))
            least = np.where(wanted, np.maximum(least, amount), least)
        amounts[hunts] = np.where(least > 0, least, amounts[hunts])

    def _play_the_minimum(self, hunters: Places, plan: NDArray[np.uint8], first: int) -> None:
        days_left = _WEEKDAYS - first
        plan[first:, hunters] = 0
        for payment in range(self._needed):
            plan[first + payment % days_left, hunters] += 1

    def _reach_the_reward(self, places: Places, accounts: Accounts, plan: NDArray[np.uint8], day: int) -> None:
        """Let some who planned too few payments make up for it, all on one day of the week."""
        first = int(self._world.calendar.weekday[day])
        planned = plan[first:].sum(axis=0, dtype=np.int16)[places]
        few = np.flatnonzero((planned > 0) & (planned < self._needed))
        customers = self._players.customers.take(accounts[few])
        luck = self._luck.uniforms(customers, int(self._world.calendar.week[day]), width=2)
        tops_up = luck[:, 0] < self._top_up
        chosen = few[tops_up]
        weekday = first + (luck[tops_up, 1] * (_WEEKDAYS - first)).astype(np.int64)
        plan[weekday, places[chosen]] += (self._needed - planned[chosen]).astype(np.uint8)
