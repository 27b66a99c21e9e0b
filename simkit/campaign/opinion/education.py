"""Three remedies for doubt: articles that clear up misunderstandings, lessons that sell nothing, and offers for those who doubt."""

from __future__ import annotations

import numpy as np

from simkit.campaign.field.community_events import EventKind
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World

_SENDING_HOUR = 9.0


class Education(Mechanism):
    """Articles and offers go to the prospects who are known to doubt; lessons take the place of community events that sell."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers, trust = world.scenario.education, world.levers.education, world.trust
        if facts is None or levers is None or trust is None or world.scenario.trust is None:
            raise ValueError(
                "education takes part only where scenario and strategy have it, and the scenario has trust"
            )
        self._world, self._facts, self._levers, self._trust = world, facts, levers, trust
        self._read_luck = world.streams.decision("education.article")
        self._reads = world.scenario.by_segment(facts.article_read)
        self._weight = world.scenario.messages["wechat_account"].fatigue_weight.value
        prospects = world.targets(None)
        doubters = prospects[trust.own(prospects) < world.scenario.trust.doubts_below.value]
        recognised = world.streams.decision("education.recognised").uniform(doubters) < facts.recognised.value
        self._doubters = doubters[recognised]
        self._cost = {"article_cost": 0.0, "lesson_cost": 0.0, "offer_cost": 0.0}
        if levers.offer_cny:
            self._promise()
        if levers.lesson_every_events:
            self._lesson = EventKind(
                attend_ratio=world.scenario.by_segment(facts.lesson_attend),
                cost_cny=facts.lesson_cost.value,
                minutes=facts.lesson_minutes.value,
                sells=False,
                held=self._taught,
            )
            outreach.events.kinds.append(self._kind)

    def begin_day(self, day: int) -> None:
        """Send the day's articles."""
        every = self._levers.articles_every_days
        if every is None or day % every or day >= self._world.campaign_days:
            return
        world = self._world
        customers = self._doubters[world.wallets.prospects(self._doubters)]
        customers = customers[world.record.allowed(customers, Channel.WECHAT_ACCOUNT)]
        n = customers.shape[0]
        delivered = np.full(n, Outcome.DELIVERED, dtype=np.uint8)
        world.ledger.contacts(
            day, Channel.WECHAT_ACCOUNT, ContactBatch(customers, delivered, np.zeros(n), hour=_SENDING_HOUR)
        )
        world.record.note(customers, self._weight)
        self._pay("article_cost", day, Channel.WECHAT_ACCOUNT, n, n * self._facts.article_cost.value)
        luck = self._read_luck.uniform(customers, day)
        readers = customers[luck < self._reads.take(world.population.segment.take(customers))]
        points = self._trust.move(readers, self._facts.article_trust.value, day)
        self._tally("article_trust_points", readers, points, day)

    def finish(self) -> None:
        """Write down what each remedy has cost."""
        for name, cost_cny in self._cost.items():
            self._world.ledger.figure(name, cost_cny)
        self._world.ledger.figure("education_cost", self._cost["article_cost"] + self._cost["lesson_cost"])

    def _kind(self, number: int) -> EventKind | None:
        """The last of every so many events is a lesson."""
        every = self._levers.lesson_every_events
        return self._lesson if every and number % every == every - 1 else None

    def _taught(self, day: int, visitors: Customers, outcome: Customers, cost_cny: float) -> None:
        """Count what a lesson has cost and moved; its venue and staff are paid for with the day's events."""
        served = visitors[outcome != Outcome.LEFT_QUEUE.value]
        before = self._trust.changed(served)
        self._world.signals.send(Signal.EDUCATED, served, day)
        self._tally("lesson_trust_points", served, self._trust.changed(served) - before, day)
        self._cost["lesson_cost"] += cost_cny

    def _tally(self, tally: str, customers: Customers, points: Floats, day: int) -> None:
        self._world.ledger.tally(day, "education_touches", customers)
        for name in (tally, "education_trust_points"):
            self._world.ledger.tally(day, name, customers, points)

    def _pay(self, name: str, day: int, channel: Channel, quantity: float, amount_cny: float) -> None:
        self._cost[name] += amount_cny
        self._world.ledger.cost(day, CostItem.EDUCATION, channel, quantity, amount_cny)

    def _promise(self) -> None:
        """Promise known doubters more with the first payment, which is paid with the welcome gift."""
        world = self._world
        self._promised = world.marks.new()
        self._promised[self._doubters] = True
        world.opening.gift_cny[self._doubters] += np.float32(self._levers.offer_cny)
        world.signals.listen(Signal.OPENED, self._won)
        world.signals.listen(Signal.ACTIVATED, self._give)

    def _won(self, customers: Customers, day: int) -> None:
        self._world.ledger.tally(day, "doubters_won", customers[self._promised[customers]])

    def _give(self, customers: Customers, day: int) -> None:  # noqa: ARG002 - a listener is told the day
        entitled = self._promised[customers] & (self._world.wallets.opened_day[customers] < self._world.campaign_days)
        self._cost["offer_cost"] += float(entitled.sum()) * self._levers.offer_cny
