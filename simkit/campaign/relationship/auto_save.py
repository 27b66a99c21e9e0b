"""A saving plan that puts wages aside by itself, offered in the App to who is paid here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World

if TYPE_CHECKING:
    from simkit.campaign.relationship.share_of_wallet import ShareOfWallet

_HOUR = 9.0


class AutoSave:
    """Offers the plan before each payday of the campaign to users who have none yet."""

    def __init__(self, world: World, share_of_wallet: ShareOfWallet) -> None:
        facts, levers = world.scenario.share_of_wallet, world.levers.share_of_wallet
        if facts is None or levers is None or levers.auto_save_offer_days is None:
            raise ValueError("saving plans need the share of wallet in scenario and strategy")
        self._world = world
        self._wallets = share_of_wallet
        self._days_before = levers.auto_save_offer_days
        self._accepts = world.scenario.by_segment(facts.auto_save_accepts)
        self._cost = facts.auto_save_cost.value
        self._push = world.scenario.messages["app_push"]
        self._reach = world.scenario.by_segment(self._push.reach)
        self._reach_luck = world.streams.decision("share_of_wallet.reach")
        self._luck = world.streams.decision("share_of_wallet.auto_save")

    def offer(self, day: int) -> None:
        """Send the offers of `day`, if a payday is near."""
        payday = day + self._days_before
        world, all_paydays = self._world, self._wallets.payday
        if day >= world.campaign_days or payday >= all_paydays.shape[0] or not all_paydays[payday]:
            return
        users = self._wallets.paid_here().astype(np.int32)
        users = users[~self._wallets.saving_plan[users] & world.record.allowed(users, Channel.APP_PUSH)]
        users = users[self._reach_luck.uniform(users) < self._reach.take(world.population.segment.take(users))]
        luck, n = self._luck.uniforms(users, day, width=2), users.shape[0]
        delivered = luck[:, 0] < self._push.delivered.value
        outcome = np.where(delivered, Outcome.DELIVERED, Outcome.NOT_DELIVERED).astype(np.uint8)
        world.ledger.contacts(day, Channel.APP_PUSH, ContactBatch(users, outcome, np.zeros(n), hour=_HOUR))
        world.ledger.cost(day, CostItem.MESSAGE, Channel.APP_PUSH, n, n * self._push.unit_cost.value)
        world.record.note(users[delivered], self._push.fatigue_weight.value)
        accepting = users[delivered & (luck[:, 1] < self._accepts.take(world.population.segment.take(users)))]
        self._wallets.saving_plan[accepting] = True
        joined = accepting.shape[0]
        world.ledger.tally(day, "auto_save_plans", accepting)
        world.ledger.cost(day, CostItem.CARE, Channel.APP_PUSH, joined, joined * self._cost)
