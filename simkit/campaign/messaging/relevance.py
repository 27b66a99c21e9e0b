"""Whether a message concerns who receives it: relevant ones win wallets, irrelevant ones drive customers away.

Tastes lie on a circle of 256 places. Each customer has one, each sending of a channel has another; a message is relevant if it lies no
further round the circle from the customer's place than the share of relevant messages. The furthest ones are held back first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.messages import Effect
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World
from simkit.compiled import compiled

Customers = NDArray[np.integer]
_PLACES = 256


class RelevancePlay(Mechanism):
    """The tailoring of messages, which are written for a segment, personal or not; keeps taste and that in two bytes a customer."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        relevance, levers = world.scenario.relevance, world.levers.relevance
        if relevance is None or levers is None:
            raise ValueError("relevance takes part only where scenario and strategy have it")
        self._world = world
        self._topic = world.streams.decision("relevance.topic")
        luck, everyone = world.streams.decision("relevance.taste"), np.arange(world.population.size, dtype=np.int32)
        self._taste = by_block(lambda some: (luck.uniform(some) * _PLACES).astype(np.uint8), everyone)
        kinds = np.min_scalar_type(4 * len(world.scenario.segments))
        self._for = world.population.segment.astype(kinds) * kinds.type(2) + self._personal()
        self._personal_cost = relevance.personal_cost.value
        share = np.rint(world.scenario.by_segment(relevance.share) * _PLACES) / _PLACES
        personal_share = share + (1 - share) * relevance.personal_gain.value
        relevant = np.rint(np.stack([share, personal_share], axis=1).ravel() * _PLACES)
        self._relevant_places = relevant.astype(np.uint16)
        self._sent_places = np.rint(_PLACES - levers.filter * (_PLACES - relevant)).astype(np.uint16)
        ratios = (relevance.irrelevant_conversion.value, relevance.irrelevant_opt_out.value)
        self._effect = Effect(*(_ratios(share, ratio) for ratio in ratios))
        self._sent = np.zeros(self._effect.convert.shape[0], dtype=np.int64)
        outreach.messages.tailoring = self

    def _personal(self) -> NDArray[np.bool_]:
        """Say who gets personal messages."""
        world, levers = self._world, self._world.levers.relevance
        if levers is not None and levers.personalisation == "by_tier" and world.tags is not None:
            wealthy: NDArray[np.bool_] = np.not_equal(world.tags.of("wealth"), 0)
            return wealthy
        return np.full(world.population.size, levers is not None and levers.personalisation == "personal")

    def goes_out(self, customers: Customers, channel: Channel, day: int) -> NDArray[np.bool_]:
        """Say whose message is not held back."""
        return self._within(self._sent_places, customers, channel, day)

    def send(self, customers: Customers, channel: Channel, day: int) -> Effect:
        """Count messages by segment, personal or not, relevant or not, and return what relevance does."""
        kind = self._for.take(customers) * np.intp(2)
        kind += self._within(self._relevant_places, customers, channel, day)
        self._sent += np.bincount(kind, minlength=self._sent.shape[0])
        return Effect(self._effect.convert.take(kind), self._effect.opt_out.take(kind))

    def pay(self, channel: Channel, day: int) -> None:
        """Tally the irrelevant messages, and pay for the personal ones."""
        sent = self._sent.reshape(-1, 2, 2)
        self._world.ledger.tally_by_segment(day, "irrelevant_messages", sent[:, :, 0].sum(axis=1))
        personal = int(sent[:, 1].sum())
        self._sent[:] = 0
        self._world.ledger.cost(day, CostItem.MESSAGE, channel, personal, personal * self._personal_cost)

    def _within(
        self, places: NDArray[np.uint16], customers: Customers, channel: Channel, day: int
    ) -> NDArray[np.bool_]:
        """Say who is less than so many places, by whom messages are written for, round the circle from the day's message."""
        topic = int(self._topic.uniform(np.array([channel]), day)[0] * _PLACES)
        index, near = np.ascontiguousarray(customers, dtype=np.intp), np.empty(customers.shape[0], dtype=np.bool_)
        find_near(index, self._taste, self._for, np.int64(topic), places, near)
        return near


@compiled(
    "void(int64[::1], uint8[::1], uint8[::1], int64, uint16[::1], boolean[::1])",
    "void(int64[::1], uint8[::1], uint16[::1], int64, uint16[::1], boolean[::1])",
)
def find_near(
    customers: Customers,
    taste: NDArray[np.uint8],
    written_for: NDArray[np.unsignedinteger],
    topic: np.int64,
    places: NDArray[np.uint16],
    near: NDArray[np.bool_],
) -> None:
    """Fill `near`: whose taste lies less than so many places, by what is written for them, beyond the topic on the circle."""
    for row in range(customers.shape[0]):
        customer = customers[row]
        near[row] = (taste[customer] - topic) % _PLACES < places[written_for[customer]]


def _ratios(share: NDArray[np.float64], irrelevant: float) -> NDArray[np.float32]:
    """Return the ratio by segment, personal or not, relevant or not; over messages for all, `share` of them relevant, its mean is 1."""
    relevant = 1 / (share + (1 - share) * irrelevant)
    return np.repeat(np.stack([irrelevant * relevant, relevant], axis=1), 2, axis=0).ravel().astype(np.float32)
