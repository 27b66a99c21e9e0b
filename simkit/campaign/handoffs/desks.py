"""The desks that look after customers, as far as one mechanism tells the others of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.calls.dialling import Rank
from simkit.campaign.vocabulary import Channel, Desk

Customers = NDArray[np.integer]
Choice = Callable[[Customers], NDArray[np.bool_]]

DESK_OF: Mapping[Channel, Desk] = {
    Channel.HUMAN_CALL: Desk.REMOTE,
    Channel.AI_CALL: Desk.REMOTE,
    Channel.INBOUND_CALL: Desk.REMOTE,
    Channel.VISIT: Desk.FIELD,
    Channel.APPOINTMENT: Desk.FIELD,
    Channel.COMMUNITY_EVENT: Desk.FIELD,
    Channel.WORKPLACE_VISIT: Desk.FIELD,
    Channel.BRANCH: Desk.BRANCH,
    Channel.RELATIONSHIP_MANAGER: Desk.BRANCH,
}
"""The route to which a talk with a person or a machine belongs; all other channels are online."""


@dataclass(frozen=True)
class Receiver:
    """A desk that takes customers over.

    staff: full-time staff at this scale. works_on: its days of work. channel, contacts: how it talks to a customer, and how often at most.
    may_take: whom it can talk to. take: have it talk to customers, before all others, from a day on.
    """

    staff: float
    works_on: str
    channel: Channel
    contacts: int
    may_take: Choice
    take: Callable[[Customers, int], None]


@dataclass
class Desks:
    """What mechanisms have told of desks so far.

    managers: the desk of relationship managers; order_managers: gives their list another order before the first day.
    begins_offline: who is of high value or has complex needs. first_desk: the desk (`Desk`) where each customer's way should begin.
    """

    managers: Receiver | None = None
    order_managers: Callable[[Rank], None] | None = None
    begins_offline: Choice | None = None
    first_desk: Callable[[Customers], NDArray[np.int8]] | None = None
