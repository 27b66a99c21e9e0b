"""What a desk knows of the customers whom it takes over: in time, or it repeats the offer, or never makes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.handoffs.desks import DESK_OF
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World
from simkit.params.mechanisms.handoffs import Handoffs


class Information:
    """Arrives with a probability after a delay; both are better with the tool, which costs money for each customer passed on."""

    def __init__(self, world: World, facts: Handoffs, *, tool: bool) -> None:
        self._world = world
        self._tool = tool
        self._informed = (facts.informed_with_tool if tool else facts.informed).value
        self._delay_days = (facts.inform_delay_with_tool if tool else facts.inform_delay).value
        self._misses = facts.misses_offer.value
        self._tool_cost = facts.tool_cost.value
        self._repeat_log_ratio = float(np.log(facts.repeat_odds_ratio.value))
        self._repeat_fatigue = facts.repeat_fatigue.value
        self._luck = world.streams.decision("handoff.information")
        self._repeats = world.of_few.column(np.False_)
        world.opening.influences.add("repeated_offer", self._log_odds)

    def pay(self, customers: Customers, day: int) -> None:
        """Pay for the tool."""
        if self._tool:
            n = customers.shape[0]
            self._world.ledger.cost(day, CostItem.TOOL, Channel.HUMAN_CALL, n, n * self._tool_cost)

    def look_up(
        self, customers: NDArray[np.integer], hops: NDArray[np.uint8], days: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Say who is looked after, by a desk that takes them over after so many days; the others' offer is missed.

        The desk knows of the offer if word has come by the end of that day; else it repeats the offer as if it were new, or misses it.
        """
        luck = self._luck.uniforms(customers, hops, width=3)
        informed = (luck[:, 0] < self._informed) & (-np.log(luck[:, 1]) * self._delay_days < days + 1)
        missed: NDArray[np.bool_] = ~informed & (luck[:, 2] < self._misses)
        self._repeats[customers] = ~informed & ~missed
        return ~missed

    def note_talks(self, talked: Customers, day: int) -> None:
        """Count talks with customers passed on; a repeated offer tires, and from then on the desk knows."""
        repeated = talked[self._repeats[talked]]
        self._world.ledger.tally(day, "handoff_talks", talked)
        self._world.ledger.tally(day, "duplicate_talks", repeated)
        self._world.record.note(repeated, self._repeat_fatigue)
        self._repeats[repeated] = False

    def _log_odds(self, customers: Customers, channel: int) -> Floats | float:
        return self._repeat_log_ratio * self._repeats[customers] if channel in DESK_OF else 0.0
