"""Tiers: who is of high value, by assets or by assets, age and need; what relationship managers make of it, and whom the campaign wins."""

from __future__ import annotations

import math

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.handoffs.customer_needs import CustomerNeeds
from simkit.campaign.handoffs.relationship_managers import RelationshipManagers
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel
from simkit.campaign.world import World


class TierCare(Mechanism):
    """The prospects with the highest measure are of high value, a share of all that the strategy chooses."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        tiers, levers = world.scenario.tiers, world.levers.tiers
        if tiers is None or levers is None:
            raise ValueError("tiers take part only where scenario and strategy have them")
        self._world = world
        self._levers = levers
        self._needs = CustomerNeeds(world, tiers)
        prospects = world.targets(levers.target_segments)
        measure = by_block(self._measure, prospects)
        count = math.ceil(levers.high_value_share * prospects.shape[0])
        highest = np.argpartition(-measure, count - 1)[:count] if count else measure.argsort()
        self._high_value = world.marks.new()
        self._high_value[prospects[highest]] = True
        self._need_ratio = _centred(tiers.need_odds_ratio.value, self._needs.saving_share)
        outreach.desks.begins_offline = lambda some: self._high_value[some] | self._needs.needs(some).invests
        self._managers: RelationshipManagers | None = None
        if levers.relationship_managers:
            self._managers = RelationshipManagers(world, tiers, levers, prospects[highest])
            self._managers.list.order_by(lambda some: -self._measure(some))
            outreach.desks.managers = self._managers.desk
            outreach.desks.order_managers = self._managers.list.order_by
            world.opening.influences.add("need", self._need)

    def plan(self, day: int) -> None:
        """Let relationship managers talk to customers."""
        if self._managers:
            self._managers.plan(day)

    def finish(self) -> None:
        """Weigh the campaign's lasting users by their assets, and sort them by need."""
        world = self._world
        if self._managers:
            self._managers.finish()
        day, won = world.scenario.calendar.horizon_days - 1, world.wallets.conversions()
        customers = won["customer_id"].to_numpy()
        in_campaign = won["opened_day"].to_numpy() < world.campaign_days
        lasting = customers[in_campaign & pc.fill_null(won["lasting"], fill_value=False).to_numpy()]
        needs, weight = self._needs.needs(lasting), self._needs.assets(lasting) / self._needs.mean_assets
        value = world.scenario.value
        shares = np.array([segment.share.value for segment in world.scenario.segments])
        margin = float(shares @ world.scenario.by_segment(value.deposit_uplift)) * value.net_interest_margin.value
        prospects = world.targets(None)
        tally = world.ledger.tally
        tally(day, "lasting_weighed", lasting)
        tally(day, "deposit_weighted_users", lasting, weight)
        tally(day, "deposit_weighted_value", lasting, weight * margin)
        tally(day, "lasting_savers", lasting[needs.averse])
        tally(day, "lasting_investors", lasting[needs.invests])
        tally(day, "high_value_prospects", prospects[self._high_value[prospects]])
        tally(day, "high_value_wallets", customers[in_campaign & self._high_value[customers]])

    def _measure(self, customers: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return what puts customers in order: assets, under `assets_age_need` weighed by age band and by need."""
        assets = self._needs.assets(customers)
        if self._levers.policy == "assets":
            return assets
        needs = self._needs.needs(customers)
        by_age = np.where(needs.aged, self._levers.age_weight, 1.0)
        return np.asarray(assets * by_age * np.where(needs.saves, self._levers.need_weight, 1.0))

    def _need(self, customers: Customers, channel: int) -> Floats | float:
        if channel != Channel.RELATIONSHIP_MANAGER:
            return 0.0
        saves = self._needs.needs(customers).saves.astype(np.intp)
        return self._need_ratio[self._world.population.segment.take(customers), saves]


def _centred(odds_ratio: float, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log-odds without and with the trait, shape (segments, 2), whose mean odds ratio is 1 where this share has the trait."""
    without = 1 / (1 + share * (odds_ratio - 1))
    return np.log(np.stack([without, without * odds_ratio], axis=1))
