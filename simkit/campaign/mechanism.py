"""A mechanism that a scenario may leave out: what it does in the course of a day."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from simkit.campaign.behaviour.payments import Payments
from simkit.campaign.behaviour.reward_play import RewardPlay
from simkit.campaign.calls.contact_centre import ContactCentre
from simkit.campaign.field.community_events import CommunityEvents
from simkit.campaign.field.field_force import FieldForce
from simkit.campaign.handoffs.desks import Desks
from simkit.campaign.messages import Messages


@dataclass(frozen=True)
class Outreach:
    """The ways of reaching customers, and what follows, for mechanisms that pass customers on to them."""

    messages: Messages
    field: FieldForce
    events: CommunityEvents
    calls: ContactCentre
    payments: Payments
    rewards: RewardPlay
    desks: Desks = dataclasses.field(default_factory=Desks)


class Mechanism:
    """One mechanism of a run; each step does nothing unless the mechanism says what. The order of steps is in `run.py`."""

    def begin_day(self, day: int) -> None:
        """Before messages go out."""

    def plan(self, day: int) -> None:
        """Before working hours: send processes and customers to their work."""

    def close(self, day: int) -> None:
        """After working hours: record what was done."""

    def end_day(self, day: int) -> None:
        """After the day's payments: referral, word of mouth, states of mind."""

    def finish(self) -> None:
        """After the last day: write figures of the whole run."""
