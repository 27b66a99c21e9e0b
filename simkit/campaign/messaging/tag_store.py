"""What the bank does with its tags: who is eligible for which contact, who was reached, and how far cells of customers differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel
from simkit.campaign.wallet.activity import NEVER
from simkit.campaign.world import World
from simkit.population import in_blocks

_BY_ANY, _ONLINE = np.uint8(1), np.uint8(2)
ONLINE = (Channel.APP_PUSH, Channel.APP_POPUP, Channel.WECHAT_ACCOUNT)
"""The bank's own application and its WeChat account."""


class TagStore(Mechanism):
    """Bars contacts for which a customer is not eligible; keeps in a byte each who was reached by any contact (1) or even online (2)."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        levers, tags = world.levers.tags, world.tags
        if levers is None or tags is None:
            raise ValueError("tags take part only where scenario and strategy have them")
        self._world, self._tags = world, tags
        self._reached = np.zeros(world.population.size, dtype=np.uint8)
        self._rules = levers.eligible
        for kind, rule in self._rules.items():
            world.record.rules.bar(kind, ~tags.eligible(rule))
        world.ledger.listen(self._note)

    def _note(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        reached = _ONLINE if channel in ONLINE else _BY_ANY
        customers = batch.reached[self._reached.take(batch.reached) < reached]
        if not customers.shape[0]:
            return
        if channel in ONLINE:
            self._world.ledger.tally(day, "customers_reached_online", customers)
        self._reached[customers] = reached

    def finish(self) -> None:
        """Write who was eligible for something and never reached, and how cells of customers differ."""
        world = self._world
        prospects = ~(world.population.holder | world.record.held_out)
        untouched = prospects & (self._reached == 0)
        eligible = np.zeros_like(untouched)
        for rule in self._rules.values():
            eligible |= self._tags.eligible(rule)
        world.ledger.figure("eligible_untouched", int((untouched & eligible).sum()))
        opened = prospects & (world.wallets.opened_day != NEVER) & (world.wallets.opened_day < world.campaign_days)
        size, asked, won = self._by_cell(np.ones_like(prospects), prospects, opened)
        world.ledger.figure("smallest_cell", int(size.min()))
        world.ledger.figure("cell_dispersion", dispersion(won, asked))

    def _by_cell(self, *groups: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the customers of each cell who belong to each group, shape (groups, cells)."""
        counts = np.zeros((len(groups), self._tags.cells), dtype=np.int64)
        for some in in_blocks(groups[0].shape[0]):
            cell = self._tags.cell(some)
            for number, group in enumerate(groups):
                counts[number] += np.bincount(cell[group[some]], minlength=self._tags.cells)
        return counts


def dispersion(won: NDArray[np.integer], asked: NDArray[np.integer]) -> float:
    """Return the standard deviation between cells of the share won, less what luck alone gives; cells count by those asked."""
    won, asked = won[asked > 0], asked[asked > 0]
    if not asked.shape[0]:
        return 0.0
    mean = won.sum() / asked.sum()
    between = float((asked * (won / asked - mean) ** 2).sum() / asked.sum())
    by_luck = float(mean * (1 - mean) * (asked.shape[0] - 1) / asked.sum())
    return float(np.sqrt(max(between - by_luck, 0.0)))
