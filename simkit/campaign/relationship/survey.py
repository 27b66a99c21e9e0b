"""A survey of visited customers by text message, and what has become of the wallets that were opened at visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from simkit.campaign.influences import Customers
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World
from simkit.due_dates import DueDates

if TYPE_CHECKING:
    from simkit.campaign.relationship.satisfaction import Satisfaction

_VISITS = (Channel.VISIT, Channel.APPOINTMENT, Channel.WORKPLACE_VISIT)
_TALKED = (Outcome.COME_BACK, Outcome.NO_INTEREST, Outcome.OPENED, Outcome.OPENED_AND_PAID, Outcome.VISIT_AGREED)
_OPENED = (Outcome.OPENED, Outcome.OPENED_AND_PAID)
_IS_TALK, _IS_OPENING = (np.isin(np.arange(len(Outcome)), outcomes) for outcomes in (_TALKED, _OPENED))
_HOUR = 18.0
_MOST_POINTS, _TOP_TWO = 5, 4


class Survey:
    """Asks a share of those who have talked with a visitor, some days after the visit."""

    def __init__(self, world: World, satisfaction: Satisfaction) -> None:
        facts, levers = world.scenario.satisfaction, world.levers.satisfaction
        if facts is None or levers is None:
            raise ValueError("a survey needs satisfaction in scenario and strategy")
        self._world = world
        self._satisfaction = satisfaction
        self._share, self._after = levers.survey_share, levers.survey_after_days
        self._mean, self._slope = facts.survey_mean.value, facts.survey_slope.value
        self._response = world.scenario.by_segment(facts.survey_response)
        self._sms = world.scenario.messages["sms"]
        self._luck = world.streams.decision("satisfaction.survey")
        self._ask_on = DueDates(np.int32)
        world.ledger.listen(self._note, _VISITS)

    def ask(self, day: int) -> None:
        """Send the questions that are due, and take in the answers."""
        world = self._world
        due = self._ask_on.take(day)
        if not due.shape[0]:
            return
        asked = np.unique(due)
        asked = asked[world.record.allowed(asked, Channel.SMS)]
        luck = self._luck.uniforms(asked, day, width=3)[:, 1:]
        delivered = luck[:, 0] < self._sms.delivered.value
        outcome = np.where(delivered, Outcome.DELIVERED, Outcome.NOT_DELIVERED).astype(np.uint8)
        n = asked.shape[0]
        world.ledger.contacts(day, Channel.SMS, ContactBatch(asked, outcome, np.zeros(n), hour=_HOUR))
        world.ledger.cost(day, CostItem.MESSAGE, Channel.SMS, n, n * self._sms.unit_cost.value)
        world.record.note(asked[delivered], self._sms.fatigue_weight.value)
        answers = delivered & (luck[:, 1] < self._response.take(world.population.segment.take(asked)))
        world.ledger.tally(day, "survey_asked", asked)
        self._count(asked[answers], day)

    def finish(self, last: int) -> None:
        """Count the wallets that were opened at visits, and how many have lasted."""
        conversions = self._world.wallets.conversions()
        channel = conversions["channel"].combine_chunks().indices.to_numpy()
        settled = np.isin(channel, _VISITS) & conversions["lasting"].is_valid().to_numpy()
        customers = conversions["customer_id"].to_numpy()[settled]
        lasting = pc.fill_null(conversions["lasting"], fill_value=False).to_numpy()[settled]
        self._world.ledger.tally(last, "visit_wallets", customers)
        self._world.ledger.tally(last, "visit_wallets_lasting", customers[lasting])

    def _note(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        met = batch.customers[_IS_TALK[batch.outcome]]
        self._world.ledger.tally(day, "visited", met)
        self._world.ledger.tally(day, "visit_openings", batch.customers[_IS_OPENING[batch.outcome]])
        due = day + self._after
        chosen = met[self._luck.uniform(met, due) < self._share]
        self._ask_on.put(chosen, due)

    def _count(self, answering: Customers, day: int) -> None:
        self._satisfaction.settle(answering, day)
        points = self._mean + self._slope * self._satisfaction.of(answering)
        points = np.clip(np.rint(points), 1, _MOST_POINTS)
        self._world.ledger.tally(day, "survey_answers", answering)
        self._world.ledger.tally(day, "survey_points", answering, points)
        self._world.ledger.tally(day, "survey_top_two", answering[points >= _TOP_TWO])
