"""Taking on a client: five stages in a row, with an account manager from the first to the last."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np
import simpy

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.world import World
from simkit.params.mechanisms.corporate import CorporateWallets

STAGES = ("needs", "platform", "integration", "training", "feedback")
_LAST_BEFORE_LIVE = 3  # members use the wallet once they are trained; feedback follows
_SPONSORED_STAGE = 2  # without a sponsor it is the integration that fails
_MONTH_DAYS = 30


@dataclass
class Pipeline:
    """Clients by what became of them; every client approached is in exactly one of waiting, in_stage, fell_out and done."""

    approached: int = 0
    waiting: int = 0
    in_stage: list[int] = field(default_factory=lambda: [0] * len(STAGES))
    fell_out: list[int] = field(default_factory=lambda: [0] * len(STAGES))
    entered: list[int] = field(default_factory=lambda: [0] * len(STAGES))
    done: int = 0
    live: int = 0
    days_to_live: float = 0.0


class Onboarding:
    """Every client of a run as a SimPy process; account managers are what they wait for."""

    def __init__(
        self, world: World, facts: CorporateWallets, employers: int, go_live: Callable[[int, float], None]
    ) -> None:
        levers = world.levers.corporate_wallets
        if levers is None:
            raise ValueError("clients are taken on only where a strategy approaches employers")
        self.pipeline = Pipeline()
        self._world = world
        self._facts = facts
        self._stages = [getattr(facts, stage) for stage in STAGES]
        self._success = 1.0 if levers.sponsored else min(facts.unsponsored_success.value, 1.0)
        self._go_live = go_live
        self._employers = employers
        self._luck = world.streams.decision("corporate.stage")
        self._a_day = world.scaled(levers.approached_per_month) / _MONTH_DAYS
        places = round(world.scaled(levers.account_managers) * facts.clients_per_manager.value)
        self._managers = simpy.Resource(world.environment, max(places, 1))
        self._anyone = levers.account_managers > 0

    def approach(self, day: int) -> int:
        """Approach the employers whose turn it is; return how many."""
        if not self._anyone or day >= self._world.campaign_days:
            return 0
        first, last = (min(int(self._a_day * until), self._employers) for until in (day, day + 1))
        for client in range(first, last):
            self._world.environment.process(self._take_on(client))
        self.pipeline.approached += last - first
        self.pipeline.waiting += last - first
        return last - first

    def _take_on(self, client: int) -> Generator[simpy.Event, None, None]:
        """One client's way through the stages; who falls out frees the manager's place."""
        environment, pipeline = self._world.environment, self.pipeline
        approached = environment.now
        with self._managers.request() as place:
            yield place
            pipeline.waiting -= 1
            for number, stage in enumerate(self._stages):
                pipeline.entered[number] += 1
                pipeline.in_stage[number] += 1
                luck = self._luck.uniforms(np.array([client]), number, width=2)
                mean = np.array([stage.days.value])
                days = weibull_about_mean(mean, self._facts.stage_shape.value, luck[:, 0])
                yield environment.timeout(float(days[0]))
                pipeline.in_stage[number] -= 1
                stays = (1 - stage.falls_out.value) * (self._success if number == _SPONSORED_STAGE else 1.0)
                if luck[0, 1] >= stays:
                    pipeline.fell_out[number] += 1
                    return
                if number == _LAST_BEFORE_LIVE:
                    pipeline.live += 1
                    pipeline.days_to_live += environment.now - approached
                    self._go_live(client, environment.now)
            pipeline.done += 1
