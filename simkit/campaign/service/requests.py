"""Who asks the support desk something: new users, active users, and customers whom the campaign has just reached."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.campaign.each_once import each_once
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, Outcome, Status
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params.levers import MESSAGE_CHANNELS
from simkit.params.mechanisms.service import SupportDesk

Customers = NDArray[np.integer]
_WORDS = 2**16
_TURN_OF_A_CHANNEL = 40503  # the golden section of all words: channels are far apart
_AFTER_MESSAGE = tuple(Channel[name.upper()] for name in MESSAGE_CHANNELS)
_AFTER_TALK = (
    Channel.VISIT,
    Channel.APPOINTMENT,
    Channel.WORKPLACE_VISIT,
    Channel.COMMUNITY_EVENT,
    Channel.HUMAN_CALL,
    Channel.AI_CALL,
)
_REACHED = np.isin(
    np.arange(len(Outcome)),
    (
        Outcome.REFUSED,
        Outcome.COME_BACK,
        Outcome.NO_INTEREST,
        Outcome.OPENED,
        Outcome.OPENED_AND_PAID,
        Outcome.VISIT_AGREED,
        Outcome.DELIVERED,
        Outcome.OPTED_OUT,
    ),
)


class Requests:
    """Requests by the day on which they come."""

    def __init__(self, world: World, desk: SupportDesk) -> None:
        everyone = np.arange(world.population.size, dtype=np.int32)
        rate = desk.questions_per_1000_users_a_week.value / 1000 / 7
        self._world = world
        self._delay = desk.help_delay.value
        self._help = world.scenario.by_segment(desk.help_after_opening)
        self._help_luck = world.streams.decision("support_desk.help")
        self._help_on = DueDates(np.int32)
        self._setup_on = DueDates(np.int32)
        self._questions = Spontaneous(
            world.streams.decision("support_desk.question"), everyone, rate, world.scenario.calendar.horizon_days
        )
        # One word a customer, turned by one word a day: as good as a draw for each of millions of contacts, at a tenth of the time.
        luck = world.streams.decision("support_desk.curiosity")
        self._curiosity = by_block(lambda some: _upper_half(luck.words(some, width=1)[:, 0]), everyone)
        days = np.arange(world.scenario.calendar.horizon_days)
        self._turn = _upper_half(world.streams.decision("support_desk.turn").words(days, width=1)[:, 0]).tolist()
        self._most = {channel: np.uint32(desk.asks_after_message.value * _WORDS) for channel in _AFTER_MESSAGE}
        self._most |= {channel: np.uint32(desk.asks_after_talk.value * _WORDS) for channel in _AFTER_TALK}
        self._asking: list[Customers] = []
        self._opened: list[Customers] = []
        world.signals.listen(Signal.OPENED, lambda customers, _: self._opened.append(customers.astype(np.int32)))
        world.signals.listen(
            Signal.HELP_WANTED, lambda customers, day: self._setup_on.put(customers.astype(np.int32), day)
        )
        world.ledger.listen(self._contacted, self._most)

    def on(self, day: int) -> tuple[Customers, NDArray[np.bool_]]:
        """Return who asks on `day`, each once, by number, and who of them wants a set-up call."""
        setup, own = self._setup_on.take_until(day), self._questions.on(day)
        own = own[self._world.wallets.status[own] == Status.ACTIVE.value]
        asking, self._asking = self._asking, []
        self._plan_help(day)
        customers = each_once(np.concatenate([setup, self._help_on.take(day), own, *asking]))
        wants_setup = np.zeros(customers.shape[0], dtype=np.bool_)
        wants_setup[np.searchsorted(customers, setup)] = True
        return customers, wants_setup

    def _plan_help(self, day: int) -> None:
        """Draw who of those who opened yesterday will ask for help, and when, today at the earliest."""
        if not self._opened:
            return
        customers = np.concatenate(self._opened)
        self._opened = []
        luck = self._help_luck.uniforms(customers, width=2)
        asks = luck[:, 0] < self._help.take(self._world.population.segment.take(customers))
        later = np.floor(-np.log(luck[asks, 1]) * self._delay).astype(np.int64)
        self._help_on.spread(customers[asks], day + later)

    def _contacted(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        turn = np.uint16((self._turn[day] + channel * _TURN_OF_A_CHANNEL) % _WORDS)
        hits = (self._curiosity.take(batch.customers) + turn < self._most[channel]).nonzero()[0]
        self._asking.append(batch.customers[hits[_REACHED[batch.outcome[hits]]]])


def _upper_half(words: NDArray[np.uint32]) -> NDArray[np.uint16]:
    return (words // _WORDS).astype(np.uint16)
