"""The lead score: what the bank knows of who would open, and the order of doors and calls that follows from it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simkit.blocks import blocks
from simkit.campaign.contacts.conversion import log_odds
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel
from simkit.campaign.world import World

Floats = NDArray[np.floating]
_LIKELIEST = 0.75
_CALLS = (Channel.HUMAN_CALL, Channel.AI_CALL)


def correlation_for(area_under_curve: float, spread: float) -> float:
    """Return the correlation of score and log-odds that gives an area under the curve where log-odds have this standard deviation.

    If log-odds are normal and openings independent, those who open and those who do not have log-odds of the same spread s whose means
    lie s² apart (to the first order exactly, whatever the rate); the score's means lie correlation × s of its own deviations apart,
    d' = correlation × s, and area = Φ(d'/√2) (Green and Swets, Signal Detection Theory, 1966). A score cannot know more than the
    customers' differences: the correlation is at most 1.
    """
    distance = math.sqrt(2) * float(ndtri(area_under_curve))
    return 1.0 if distance >= spread else distance / spread


def scores(odds: Floats, correlation: float, luck: Floats) -> NDArray[np.float32]:
    """Return a standard score with this correlation with the log-odds `odds`; `luck` is uniform."""
    mean, deviation = (odds.mean(), _spread(odds)) if odds.shape[0] else (0.0, 0.0)
    score = np.empty(odds.shape[0], dtype=np.float32)
    for some in blocks(odds.shape[0]):
        known = (odds[some] - mean) / deviation if deviation else np.zeros_like(odds[some])
        score[some] = correlation * known + math.sqrt(1 - correlation**2) * ndtri(luck[some])
    return score


def _spread(odds: Floats) -> float:
    return float(odds.std()) if odds.shape[0] else 0.0


class LeadScorePlay(Mechanism):
    """Sorts doors and calls by score before the campaign begins, and counts how well visits and calls were aimed."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.lead_score, world.levers.lead_score
        if facts is None or levers is None:
            raise ValueError("the lead score takes part only where scenario and strategy have one")
        self._world = world
        prospects = world.targets(None)
        base = log_odds(world.scenario.by_segment(world.scenario.field.convert_at_door))
        odds = base.take(world.population.segment.take(prospects)) + world.population.propensity[prospects]
        correlation = correlation_for(facts.area_under_curve.value, _spread(odds))
        score = np.zeros(world.population.size, dtype=np.float32)
        score[prospects] = scores(odds, correlation, world.streams.decision("lead_score.noise").uniform(prospects))
        self._likeliest = world.marks.new()
        if odds.shape[0]:
            self._likeliest[prospects[odds > np.quantile(odds, _LIKELIEST)]] = True
        if levers.door_bands > 1:
            outreach.field.doors.visit_by_score(score, levers.door_bands, facts.pass_door.value)
        if levers.calls == "score":
            outreach.calls.order_by(lambda some: -score[some])
        world.ledger.listen(self._count, (Channel.VISIT, *_CALLS))

    def _count(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        ledger, likeliest = self._world.ledger, batch.customers[self._likeliest[batch.customers]]
        if channel is Channel.VISIT:
            ledger.tally(day, "door_hours", batch.customers, np.asarray(batch.minutes) / 60)
            ledger.tally(day, "door_wallets", batch.customers[batch.opened])
            ledger.tally(day, "doors_visited", batch.customers)
            ledger.tally(day, "doors_of_likeliest", likeliest)
        else:
            ledger.tally(day, "calls_made", batch.customers)
            ledger.tally(day, "calls_to_likeliest", likeliest)
