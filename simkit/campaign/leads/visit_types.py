"""How many customers each way of meeting them reaches, and what a meeting costs."""

from __future__ import annotations

import numpy as np

from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel
from simkit.campaign.world import World

_TYPES = {
    Channel.VISIT: "home",
    Channel.APPOINTMENT: "appointment",
    Channel.WORKPLACE_VISIT: "workplace",
    Channel.COMMUNITY_EVENT: "event",
}


class VisitTypes:
    """Customers met at home, by appointment, at work and at events; wages of visit teams are split by minutes at doors and appointments."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._minutes = dict.fromkeys(_TYPES, 0.0)
        world.ledger.listen(self._count, _TYPES)

    def finish(self) -> None:
        """Write the cost of each type, once a run."""
        spent = {channel: self._world.ledger.spent(channel) for channel in _TYPES}
        wages = spent[Channel.VISIT]
        doors, agreed = self._minutes[Channel.VISIT], self._minutes[Channel.APPOINTMENT]
        share = agreed / (doors + agreed) if doors + agreed else 0.0
        spent[Channel.VISIT] -= wages * share
        spent[Channel.APPOINTMENT] += wages * share
        for channel, name in _TYPES.items():
            self._world.ledger.figure(f"{name}_cost", spent[channel])

    def _count(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        self._world.ledger.tally(day, f"{_TYPES[channel]}_reach", batch.reached)
        self._minutes[channel] += float(np.broadcast_to(batch.minutes, batch.customers.shape).sum())
