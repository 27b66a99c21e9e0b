"""Theme days: a weekday with a price hook brings extra payments, takes some from other days, and leaves a habit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.contacts.conversion import log_odds
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World
from simkit.params.mechanisms.messaging import WEEKDAYS

Customers = NDArray[np.integer]


class ThemeDayPlay(Mechanism):
    """Changes the week's plan of those who care for such days; keeps two columns: who does, and the strength of habit (0 to 1)."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        theme, levers = world.scenario.theme_days, world.levers.theme_days
        if theme is None or levers is None:
            raise ValueError("theme days take part only where scenario and strategy have them")
        everyone, segment = np.arange(world.population.size, dtype=np.int32), world.population.segment
        interest, share = world.streams.decision("theme_days.takes_part"), world.scenario.by_segment(theme.takes_part)
        self._world, self._theme, self._levers = world, theme, levers
        takes_part = by_block(lambda some: interest.uniform(some) < share.take(segment.take(some)), everyone)
        self._takes_part = world.marks.new()
        self._takes_part[np.flatnonzero(takes_part & ~world.record.held_out)] = True
        self._habit = world.of_few.column(np.float32(0))
        self._luck = world.streams.decision("theme_days.payment")
        self._weekday = WEEKDAYS.index(levers.weekday)
        self._quota = round(world.scaled(levers.quota_a_day))
        incentive = world.scenario.by_segment(world.scenario.response.incentive_per_10_cny)
        worth = incentive * (levers.hook_cny - theme.reference_hook.value) / 10
        self._chance = 1 / (1 + np.exp(-log_odds(theme.extra_payment.value) - worth))
        self._paid: dict[int, tuple[Customers, Customers, Customers]] = {}
        world.payment_plans.append(self._plan)

    def end_day(self, day: int) -> None:
        """Write down what the theme day brought."""
        if day not in self._paid:
            return
        extra, moved, served = self._paid.pop(day)
        ledger = self._world.ledger
        ledger.tally(day, "theme_day_payments" if day < self._world.campaign_days else "habit_payments", extra)
        ledger.tally(day, "cannibalised_payments", moved)
        ledger.tally(day, "theme_day_cost", served, self._levers.hook_cny)
        offers = served.shape[0]
        ledger.cost(day, CostItem.MERCHANT, Channel.ORGANIC, offers, offers * self._levers.hook_cny)

    def _plan(self, users: Customers, plan: NDArray[np.uint8], day: int) -> None:
        """Plan the extra payments of a week, in place; who pays for the first time today joins in next week."""
        world = self._world
        theme_day = day - int(world.calendar.weekday[day]) + self._weekday
        if not day <= theme_day < world.scenario.calendar.horizon_days:
            return
        players = np.flatnonzero(self._takes_part[users])
        players = players[world.wallets.activated_day[users[players]] != day]
        if not players.shape[0]:
            return
        customers = users[players]
        luck = self._luck.uniforms(customers, int(world.calendar.week[day]), width=3)
        self._habit[customers] *= np.float32(1 - self._theme.habit_decay.value)
        by_habit = self._theme.habit_payment.value * self._habit[customers]
        pays, served = luck[:, 0] < by_habit, np.zeros(customers.shape[0], dtype=np.bool_)
        if theme_day < world.campaign_days:
            by_offer = self._chance.take(world.population.segment.take(customers))
            tempted = luck[:, 0] < 1 - (1 - by_offer) * (1 - by_habit)
            served = self._served(tempted | (plan[self._weekday, players] > 0), luck[:, 2])
            pays |= tempted & served
            won = customers[pays & served]
            self._habit[won] += np.float32(self._theme.habit_growth.value) * (1 - self._habit[won])
        plan[self._weekday, players[pays]] += 1
        moved = self._take_from_other_days(plan, players[pays & (luck[:, 1] < self._theme.cannibalised.value)])
        self._paid[theme_day] = customers[pays], users[moved], customers[served]

    def _served(self, come: NDArray[np.bool_], luck: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say who of those who come is there before the day's offers are gone."""
        comers = np.flatnonzero(come)
        if comers.shape[0] <= self._quota:
            return come
        first = np.argpartition(luck[comers], self._quota)[: self._quota]
        served = np.zeros(come.shape[0], dtype=np.bool_)
        served[comers[first]] = True
        return served

    def _take_from_other_days(self, plan: NDArray[np.uint8], positions: Customers) -> Customers:
        """Take one payment from each one's busiest other day, in place; return the positions of those who had one to take."""
        others = plan[:, positions]
        others[self._weekday] = 0
        busiest = others.argmax(axis=0)
        has = others.max(axis=0) > 0
        plan[busiest[has], positions[has]] -= 1
        took: Customers = positions[has]
        return took
