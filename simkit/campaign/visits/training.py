"""Training of visit teams: days of visits are given for skill, which fades."""

from __future__ import annotations

import numpy as np

from simkit.campaign.contacts.meetings import VISITS
from simkit.campaign.half_life import left_after
from simkit.campaign.influences import Customers
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.visits.courses import course_days
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World


class Training(Mechanism):
    """What the teams know, in days of training: a course adds its days, a half-life takes them away.

    The first day's worth gives the log-odds `first_day_odds_ratio`; a further one `later_day_share` of what the day before gave, so n days
    give log(first_day_odds_ratio) (1 - share^n) / (1 - share).
    """

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        if world.scenario.training is None:
            raise ValueError("training takes part only where the scenario has it")
        self._world = world
        self._training = world.scenario.training
        self._taught = course_days(world)
        self._knowledge = 0.0
        self._log_odds = 0.0
        self._skills: list[float] = []
        self._staff_days = self._cost = 0.0
        world.opening.influences.add("skill", self._skill, changes=True)
        world.ledger.listen(self._count, VISITS)

    def begin_day(self, day: int) -> None:
        """Forget a day's share, and learn what was taught the day before."""
        half_life, share = self._training.half_life.value, self._training.later_day_share.value
        self._knowledge += day - 1 in self._taught
        first = np.log(self._training.first_day_odds_ratio.value)
        days = self._knowledge if share == 1 else (1 - share**self._knowledge) / (1 - share)
        self._log_odds = float(first * days)
        self._knowledge *= left_after(1, half_life)
        if day < self._world.campaign_days:
            self._skills.append(float(np.exp(self._log_odds)))

    def close(self, day: int) -> None:
        """Pay wages, trainer and room on a day of a course."""
        if day not in self._taught:
            return
        field, costs = self._world.levers.field, self._world.scenario.costs
        staff_days = self._world.scaled(field.teams) * field.staff_per_team
        cost = staff_days * (costs.staff_day.value + self._training.trainer_cost.value)
        self._world.ledger.cost(day, CostItem.TRAINING, Channel.VISIT, staff_days, cost)
        self._staff_days += staff_days
        self._cost += cost

    def finish(self) -> None:
        """Write what training cost and how skilled the teams were."""
        self._world.ledger.figure("training_staff_days", self._staff_days)
        self._world.ledger.figure("training_cost", self._cost)
        self._world.ledger.figure("mean_skill", float(np.mean(self._skills)))

    def _skill(self, customers: Customers, channel: int) -> float:  # noqa: ARG002 - the same for all customers
        return self._log_odds if channel in VISITS else 0.0

    def _count(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        """Count openings that without skill would not have been: of each the share by which skill raised its probability."""
        if not self._log_odds:
            return
        chance = batch.probability[batch.opened]
        unskilled = 1 / (np.exp(self._log_odds) * (1 - chance) + chance)
        self._world.ledger.tally(day, "wallets_from_training", batch.customers[batch.opened], 1 - unskilled)
