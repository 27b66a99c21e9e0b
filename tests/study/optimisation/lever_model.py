"""A model in which teams, events and gifts each win users with less and less from more of them, and a plan that asks for the best mix."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pyarrow as pa

from simkit.params import load_scenario, resolve
from simkit.params.levers import Title
from simkit.params.mix_plan import Effort, FigureLimit, Frontier, LeverLadder, MixPlan, StepCost
from tests.study.fake_model import FakeModel

SCENARIO = load_scenario("city_bank")
SCALE = 0.02
TEAMS, EVENTS, GIFT = "levers.field.teams", "levers.events.per_branch_month", "levers.offer.welcome_gift_cny"


@dataclass(frozen=True)
class LeverModel(FakeModel):
    """Plays the levers: they set the chance below which luck opens a wallet, and with teams, events and gifts come costs."""

    stopped_at: int | None = None

    def parameters(self, scenario, strategy):
        """The levers say all."""
        levers = resolve(SCENARIO, strategy).levers
        chosen = levers.field.teams, levers.events.per_branch_month, levers.offer.welcome_gift_cny
        return {"seed": scenario.seed, "levers": chosen, "strategy": strategy.name}

    def fingerprint(self, parameters, draw, replication, detail):
        """The name of a mix does not matter."""
        return super().fingerprint((parameters["seed"], parameters["levers"]), draw, replication, detail)

    def run(self, scenario, strategy, draw=0, replication=0, *, detail="daily"):
        """Make a run of the fake model with the chance and the cost of the levers."""
        if self.stopped_at is not None and replication >= self.stopped_at:
            raise KeyboardInterrupt
        parameters = self.parameters(scenario, strategy)
        teams, events, gift = parameters["levers"]
        gains = 0.3 * (1 - math.exp(-teams / 15)) + 0.4 * (1 - math.exp(-events / 3)) + 0.1 * (1 - math.exp(-gift / 10))
        known = FakeModel(journal=self.journal, chances={strategy.name: 0.1 + gains})
        made = known.run(scenario, strategy, draw, replication, detail=detail)
        cost = SCALE * (50_000 * teams + 400_000 * events) + gift * made.tables["conversions"].num_rows
        made.tables["costs"] = pa.table({"day": pa.array([0], pa.int16()), "amount_cny": pa.array([cost])})
        fingerprint = self.fingerprint(parameters, draw, replication, detail)
        return type(made)(**{**vars(made), "fingerprint": fingerprint, "parameters": parameters})


def titled(text):
    """A title that is the same in both languages."""
    return Title(en=text, zh=text)


def plan(**changed):
    """A plan of three levers under a budget, posts and coverage of one segment."""
    levers = {
        TEAMS: LeverLadder(title=titled("Teams"), lowest=0, highest=40, step=5, staff=1),
        EVENTS: LeverLadder(title=titled("Events"), lowest=0, highest=6, step=1),
        GIFT: LeverLadder(title=titled("Gift"), lowest=0, highest=30, step=10),
    }
    supervisors = StepCost(title=titled("Supervisors"), levers=(TEAMS,), each=10, cost_cny=100_000, staff=1)
    limits = {
        "budget": FigureLimit(title=titled("Budget"), figure="cost", most=2_500_000, relax_by=500_000),
        "posts": FigureLimit(title=titled("Posts"), figure="staff", most=22, relax_by=12),
        "silver": FigureLimit(title=titled("Silver"), figure="opened", segment="silver", least=1_000, relax_by=500),
    }
    asked = {
        "name": "small_mix",
        "title": titled("A small mix"),
        "question": titled("Which?"),
        "scenario": "city_bank",
        "begins_from": "cold_door_to_door",
        "scale": SCALE,
        "indifference": 100,
        "levers": levers,
        "step_costs": {"supervisors": supervisors},
        "limits": limits,
        "frontier": Frontier(limit="budget", bounds=(1_500_000, 3_500_000)),
        "effort": Effort(replications=6, mixes=24, mixes_elsewhere=4, candidates=3, final_replications=12),
    }
    return MixPlan(**{**asked, **changed})
