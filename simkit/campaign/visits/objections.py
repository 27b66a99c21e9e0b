"""What holds a customer back: one objection each; a doubt about security may end when security is explained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.influences import Customers
from simkit.campaign.vocabulary import Outcome
from simkit.campaign.world import World
from simkit.params.mechanisms.visits import Conduct

_NAMES = ("security", "no_need", "too_hard", "other_wallet")
_SECURITY, _NO_NEED = 0, 1


class Objections:
    """Each customer's objection, a matter of luck that does not change, and its count at visits that do not open a wallet."""

    def __init__(self, world: World, conduct: Conduct) -> None:
        weights = np.stack([world.scenario.by_segment(getattr(conduct.objections, name)) for name in _NAMES], axis=1)
        self._up_to = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        self._resolves = world.scenario.by_segment(conduct.briefing_resolves)
        self._luck = world.streams.decision("conduct.objection")
        self._world = world

    def resolvable(self, customers: Customers) -> NDArray[np.bool_]:
        """Say whose objection is security and ends when security is explained."""
        luck = self._luck.uniforms(customers, width=2)
        segment = self._world.population.segment.take(customers)
        ends: NDArray[np.bool_] = (luck[:, 0] < self._up_to[segment, _SECURITY]) & (
            luck[:, 1] < self._resolves.take(segment)
        )
        return ends

    def count(
        self,
        day: int,
        customers: Customers,
        outcome: NDArray[np.uint8],
        listening: NDArray[np.bool_],
        briefed: NDArray[np.bool_],
    ) -> None:
        """Count doubts about security among who listens, those that end, and the objection of who opens no wallet.

        Whose doubt has ended and who opens none all the same sees no need.
        """
        segment, luck = self._world.population.segment.take(customers), self._luck.uniforms(customers, width=2)
        objection = np.zeros(customers.shape[0], dtype=np.uint8)
        for up_to in self._up_to.T[:-1]:
            objection += luck[:, 0] >= up_to.take(segment)
        doubting = listening & (objection == _SECURITY)
        resolved = briefed & (objection == _SECURITY) & (luck[:, 1] < self._resolves.take(segment))
        tally = self._world.ledger.tally
        tally(day, "security_doubts", customers[doubting])
        tally(day, "security_doubts_resolved", customers[resolved])
        objection[resolved] = _NO_NEED
        without = (outcome != Outcome.OPENED.value) & (outcome != Outcome.OPENED_AND_PAID.value)
        for code, name in enumerate(_NAMES):
            tally(day, f"objections_{name}", customers[without & (objection == code)])
