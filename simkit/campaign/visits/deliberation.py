"""Customers who take their time: to open a wallet, some want to have talked to a person more than once."""

from __future__ import annotations

import numpy as np

from simkit.campaign.contacts.meetings import FACE_TO_FACE, WITH_A_PERSON
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel
from simkit.campaign.world import World

_MOST = np.iinfo(np.uint8).max


class Deliberation(Mechanism):
    """How often each customer has talked to a person, and what that does when they next meet one face to face."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        scenario, deliberation = world.scenario, world.scenario.deliberation
        if deliberation is None:
            raise ValueError("deliberation takes part only where the scenario has it")
        self._world = world
        self._touches = np.zeros(world.population.size, dtype=np.uint8)
        self._most = round(deliberation.most_touches.value)
        beyond = np.arange(self._most + 1) - deliberation.usual_touches.value
        self._log_odds = (scenario.by_segment(deliberation.per_touch)[:, None] * beyond).ravel()
        world.opening.influences.add("deliberation", self._deliberated, changes=True)
        world.ledger.listen(self._count, WITH_A_PERSON)

    def _deliberated(self, customers: Customers, channel: int) -> Floats | float:
        if channel not in FACE_TO_FACE:
            return 0.0
        place = self._world.population.segment.take(customers) * np.intp(self._most + 1)
        place += np.minimum(self._touches.take(customers), self._most)
        return self._log_odds.take(place)

    def _count(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        touches = self._touches.take(batch.reached)
        self._touches[batch.reached] = touches + (touches < _MOST)
        opened = batch.customers[batch.opened]
        self._world.ledger.tally(day, "opened_with_a_person", opened)
        self._world.ledger.tally(day, "touches_of_adopters", opened, self._touches[opened])
