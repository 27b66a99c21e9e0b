"""Who works for which client: the members, invited once their employer has gone live."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.wallet.activity import ACTIVE_DAYS
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params.mechanisms.corporate import CorporateWallets

Customers = NDArray[np.integer]
_NOBODY = -1
_MOST_EMPLOYERS = np.iinfo(np.int16).max
_AGAIN_DAYS = 7


class Members:
    """The people of the employers that are approached during the run.

    client: each customer's employer if it is among those, else -1, shape (customers,). live: employers that have gone live.
    """

    def __init__(self, world: World, facts: CorporateWallets, most_clients: int) -> None:
        levers = world.levers.corporate_wallets
        if levers is None:
            raise ValueError("members are invited only where a strategy approaches employers")
        everyone = np.arange(world.population.size, dtype=np.int32)
        luck = world.streams.decision("corporate.employer").uniforms(everyone, width=2)
        segment = world.population.segment
        employed = luck[:, 0] < world.scenario.by_segment(facts.employed)[segment]
        self.employers = int(np.count_nonzero(employed) / facts.members_per_client.value)
        clients = min(most_clients, self.employers, _MOST_EMPLOYERS)
        employer = (luck[:, 1] * max(self.employers, 1)).astype(np.int32)
        self.client = np.where(employed & (employer < clients), employer, _NOBODY).astype(np.int16)
        self.live = np.zeros(clients, dtype=np.bool_)
        members = np.flatnonzero(self.client != _NOBODY).astype(np.int32)
        members = members[np.argsort(self.client[members], kind="stable")]
        self._members = np.split(members, np.searchsorted(self.client[members], np.arange(1, clients)))
        self._world = world
        self._terms = getattr(facts, levers.activation)
        self._mean_delay = facts.joining_delay.value
        self._delay = world.streams.decision("corporate.joining")
        self._choice = world.streams.decision("corporate.member")
        self._invited_on = DueDates(np.int32)

    def of(self, client: int) -> Customers:
        """Return a client's members, by number."""
        return self._members[client]

    def by_segment(self, client: int) -> NDArray[np.int64]:
        """Return how many members a client has in each segment."""
        return np.bincount(
            self._world.population.segment[self.of(client)], minlength=len(self._world.scenario.segments)
        )

    def active(self, day: int) -> int:
        """Return how many members of live clients have paid within the 30 days up to `day`."""
        last = self._world.wallets.activity.last_payment_day
        return sum(int(np.count_nonzero(last[self.of(client)] > day - ACTIVE_DAYS)) for client in self._live_clients())

    def _live_clients(self) -> list[int]:
        live: list[int] = np.flatnonzero(self.live).tolist()
        return live

    def go_live(self, client: int, day: int) -> None:
        """Let the invitations of a client's members begin, each on a day of its own."""
        self.live[client] = True
        members = self.of(client)
        members = members[self._world.wallets.prospects(members) & ~self._world.record.held_out[members]]
        delay = self._delay.exponential(members) * self._mean_delay
        self._invited_on.spread(members, day + 1 + delay.astype(np.int64))

    def invite(self, day: int) -> None:
        """Invite the members whose day has come; who may not be contacted today is invited a week later."""
        world = self._world
        due = self._invited_on.take(day)
        due = due[world.wallets.prospects(due)]
        free = world.record.free_today(due)
        self._invited_on.put(due[~free], day + _AGAIN_DAYS)
        invited = due[free]
        if not invited.shape[0]:
            return
        luck = self._choice.uniforms(invited, width=2)
        opens, pays = luck[:, 0] < self._terms.opens.value, luck[:, 1] < self._terms.pays.value
        outcome = np.full(invited.shape[0], Outcome.NO_INTEREST, dtype=np.uint8)
        outcome[opens] = Outcome.OPENED
        outcome[opens & pays] = Outcome.OPENED_AND_PAID
        world.record.reserve(invited)
        world.record.note(invited)
        batch = ContactBatch(invited, outcome, np.full(invited.shape[0], self._terms.opens.value), hour=0.0)
        world.ledger.contacts(day, Channel.CORPORATE, batch)
        world.wallets.open(invited[opens], day, Channel.CORPORATE, pays[opens], others_may_pay=False)
        cost = invited.shape[0] * self._terms.cost_per_member.value
        world.ledger.cost(day, CostItem.CORPORATE, Channel.CORPORATE, invited.shape[0], cost)
        world.ledger.tally(day, "members_invited", invited)
