"""Which mechanisms take part in a run: those whose section the scenario has and, where there is something to choose, the strategy too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simkit.campaign.contacts.pitch import PitchPlay
from simkit.campaign.corporate.corporate_wallets import CorporatePlay
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.world import World
from simkit.params import Levers

Make = Callable[[World, Outreach], Mechanism]

# In the order in which they act within each step of a day.
MECHANISMS: Mapping[str, Make] = {
    # customers
    # ---------
    # opinion
    # ---------
    # relationship
    # ---------
    # leads
    # ---------
    # visits
    "pitch": PitchPlay,
    # ---------
    # messaging
    # ---------
    # handoffs
    # ---------
    # service
    # ---------
    # referral
    # ---------
    # corporate
    "corporate_wallets": CorporatePlay,
}


def switched_on(world: World, outreach: Outreach) -> tuple[Mechanism, ...]:
    """Make the mechanisms of a run, in their order."""
    return tuple(make(world, outreach) for key, make in MECHANISMS.items() if takes_part(world, key))


def takes_part(world: World, key: str) -> bool:
    """Say whether the mechanism of this section takes part: it is no part of a run if the scenario or the strategy leaves it out."""
    chosen = key not in Levers.model_fields or getattr(world.levers, key) is not None
    return chosen and getattr(world.scenario, key) is not None
