"""What is said for the wallet: a pitch that suits a customer group wins it, one that does not loses it."""

from __future__ import annotations

import numpy as np

from simkit.campaign.influences import Customers, Floats
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.world import World


class PitchPlay(Mechanism):
    """One pitch for each segment, in every channel; its effect is a term of the log-odds of opening."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        pitch, levers = world.scenario.pitch, world.levers.pitch
        if pitch is None or levers is None:
            raise ValueError("the pitch takes part only where scenario and strategy have one")
        effects = {name: world.scenario.by_segment(getattr(pitch, name)) for name in type(pitch).model_fields}
        said = [levers.by_segment.get(segment, levers.to_all) for segment in world.scenario.segment_names]
        self._world = world
        self._effect = np.array([effects[name][code] for code, name in enumerate(said)])
        self._fits = self._effect == np.max(list(effects.values()), axis=0)
        world.opening.influences.add("pitch", self._log_odds)

    def _log_odds(self, customers: Customers, channel: int) -> Floats:  # noqa: ARG002 - the same in all channels
        return self._effect.take(self._world.population.segment.take(customers))

    def finish(self) -> None:
        """Count the contacts that heard a pitch, and those with the one that suits them best."""
        ledger = self._world.ledger
        for day, heard in enumerate(ledger.heard()):
            ledger.tally_by_segment(day, "pitched", heard)
            ledger.tally_by_segment(day, "pitched_well", heard * self._fits)
