"""Help over the first steps: a simpler version, a gift in kind, and a set-up call for those who would give up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.each_once import each_once
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.wallet.wallets import FIRST_PAYMENT_WITHIN_DAYS
from simkit.campaign.world import World
from simkit.due_dates import DueDates

_CNY_OF_EFFECT = 10


class ActivationHelpPlay(Mechanism):
    """Terms of the first payment alone, and customers who are rescued at the support desk; for wallets opened on campaign days."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        helping, levers = world.scenario.activation_help, world.levers.activation_help
        if helping is None or levers is None:
            raise ValueError("activation help takes part only where scenario and strategy have it")
        targeted = world.targeted(levers.target_segments)
        self._world, self._helping = world, helping
        self._simple = world.scenario.by_segment(helping.simple_version) * levers.simple_version * targeted
        self._gift_cny = levers.gift_in_kind_cny * targeted
        self._gift = world.scenario.by_segment(helping.gift_per_10_cny) * self._gift_cny / _CNY_OF_EFFECT
        self._seeks = world.scenario.by_segment(helping.seeks_help) * levers.assisted_setup * targeted
        self._rescued = world.scenario.by_segment(helping.rescued)
        self._seeking_luck = world.streams.decision("activation_help.seeking")
        self._rescue_luck = world.streams.decision("activation_help.rescue")
        self._seeks_on = DueDates(np.int32)
        if levers.simple_version:
            world.wallets.first_payment.add("simple_version", self._of_simple_version)
        if levers.gift_in_kind_cny:
            world.wallets.first_payment.add("gift_in_kind", self._of_gift)
            world.signals.listen(Signal.ACTIVATED, self._give)
        if levers.assisted_setup:
            world.signals.listen(Signal.HELPED, self._rescue)
        self._gave_up: list[Customers] = []
        world.signals.listen(Signal.GAVE_UP, lambda customers, _: self._gave_up.append(customers))

    def plan(self, day: int) -> None:
        """Let those who look for help today turn to the support desk."""
        seeking = self._seeks_on.take(day)
        if seeking.shape[0]:
            self._world.signals.send(Signal.HELP_WANTED, each_once(seeking), day)

    def _of_simple_version(self, customers: Customers, day: int) -> Floats:  # noqa: ARG002 - the same on all days
        return self._simple.take(self._world.population.segment.take(customers))

    def _of_gift(self, customers: Customers, day: int) -> Floats:
        given = day < self._world.campaign_days
        return self._gift.take(self._world.population.segment.take(customers)) * given

    def end_day(self, day: int) -> None:
        """Draw who of those who have given up today asks for a set-up call, and when."""
        gave_up, self._gave_up = self._gave_up, []
        if day >= self._world.campaign_days or not gave_up:
            return
        customers = np.concatenate(gave_up)
        self._world.ledger.tally(day, "gave_up_alone", customers)
        luck = self._seeking_luck.uniforms(customers, width=2)
        seeks = luck[:, 0] < self._seeks.take(self._world.population.segment.take(customers))
        days = np.ceil(-np.log(luck[seeks, 1]) * self._helping.seeks_help_delay.value).astype(np.int64)
        days = np.minimum(np.maximum(days, 1), FIRST_PAYMENT_WITHIN_DAYS)
        self._seeks_on.spread(customers[seeks].astype(np.int32), day + days)

    def _rescue(self, customers: Customers, day: int) -> None:
        """Have those whom the set-up call has helped pay today."""
        chance = self._rescued.take(self._world.population.segment.take(customers))
        helped = customers[self._rescue_luck.uniform(customers) < chance].astype(np.int32)
        rescued = self._world.wallets.help_to_first_payment(helped, day)
        self._world.ledger.tally(day, "rescued_dropouts", rescued)

    def _give(self, customers: Customers, day: int) -> None:
        """Hand out gifts in kind, at the branch, for first payments with wallets that were opened on campaign days."""
        entitled = customers[self._world.wallets.opened_day[customers] < self._world.campaign_days]
        worth = self._gift_cny.take(self._world.population.segment.take(entitled))
        given: NDArray[np.bool_] = worth > 0
        self._world.ledger.tally(day, "gift_in_kind_cost", entitled, worth)
        self._world.ledger.cost(day, CostItem.GIFT, Channel.BRANCH, float(given.sum()), float(worth.sum()))
