"""One run: scenario × strategy × draw × replication, and the order of a day."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import simpy

from simkit.campaign.behaviour.organic import OrganicAdoption
from simkit.campaign.behaviour.payments import Payments
from simkit.campaign.behaviour.programme_play import ProgrammePlay
from simkit.campaign.behaviour.reward_play import NoReward, RewardPlay
from simkit.campaign.calls.contact_centre import ContactCentre
from simkit.campaign.campaign_run import CampaignRun, Detail, EachDay, go_on
from simkit.campaign.compact_columns import SparseColumns
from simkit.campaign.contacts.contact_policy import ContactRecord
from simkit.campaign.contacts.opening import Opening
from simkit.campaign.field.community_events import CommunityEvents
from simkit.campaign.field.field_force import FieldForce
from simkit.campaign.fingerprint import fingerprint_of, hash_of_parameters, resolved_parameters, versions
from simkit.campaign.ledger import Ledger
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.messages import Messages
from simkit.campaign.offered_programme import offered_programme
from simkit.campaign.opinion.trust import Trust
from simkit.campaign.signals import Signals
from simkit.campaign.switchboard import switched_on
from simkit.campaign.wallet.wallets import Wallets
from simkit.campaign.world import World
from simkit.params import Scenario, Strategy, draw_parameters, resolve
from simkit.population import make_population
from simkit.streams import Streams
from simkit.workdays import WorkCalendar


def run_campaign(
    scenario: Scenario,
    strategy: Strategy,
    draw: int = 0,
    replication: int = 0,
    *,
    detail: Detail = "daily",
    each_day: EachDay = go_on,
) -> CampaignRun:
    """Simulate one campaign; `draw` 0 takes the parameters as written. Same arguments, same tables, on any machine.

    each_day: is called before every simulated day; what it raises ends the run.
    """
    began = time.perf_counter()
    with _garbage_left_alone():
        tables = Campaign(scenario, strategy, draw, replication, detail=detail).play(each_day)
    parameters = resolved_parameters(scenario, strategy)
    return CampaignRun(
        scenario=scenario.name,
        strategy=strategy.name,
        draw=draw,
        replication=replication,
        detail=detail,
        fingerprint=fingerprint_of(hash_of_parameters(parameters), draw, replication, detail),
        tables=tables,
        parameters=parameters,
        versions=versions(),
        seconds=time.perf_counter() - began,
    )


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Do not look for circular garbage meanwhile: a run makes next to none, and the search took a twentieth of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Campaign:
    """A campaign that is about to be played: the shared state and the mechanisms."""

    def __init__(
        self, scenario: Scenario, strategy: Strategy, draw: int = 0, replication: int = 0, *, detail: Detail = "daily"
    ) -> None:
        scenario = draw_parameters(scenario, draw)
        levers = resolve(scenario, strategy).levers
        streams = Streams(scenario.seed, replication)
        calendar = WorkCalendar(
            scenario.calendar.start, scenario.calendar.horizon_days, scenario.calendar.extra_holidays
        )
        population = make_population(scenario, streams)
        signals = Signals()
        ledger = Ledger(population.segment, scenario.segment_names, calendar, full=detail == "full")
        record = ContactRecord(levers.contact_policy, population.size, streams)
        if record.listening:
            ledger.listen(record.see)
        of_few = SparseColumns(population.size)
        gift_cny = of_few.column(np.float32(levers.offer.welcome_gift_cny))
        self.world = World(
            scenario=scenario,
            levers=levers,
            calendar=calendar,
            population=population,
            streams=streams,
            environment=simpy.Environment(),
            ledger=ledger,
            of_few=of_few,
            record=record,
            wallets=Wallets(scenario, population, streams, ledger, signals),
            opening=Opening(scenario, population, record, gift_cny),
            signals=signals,
            trust=Trust(scenario.trust, scenario, population, streams, ledger) if scenario.trust else None,
        )
        self._outreach = _outreach(self.world)
        self._mechanisms = switched_on(self.world, self._outreach)
        self._organic = OrganicAdoption(self.world)

    def play(self, each_day: EachDay = go_on) -> dict[str, pa.Table]:
        """Play every day and return the ledger's tables; *each_day* is called before every day."""
        world, reach = self.world, self._outreach
        begin_day, plan, close, end_day = (self._who_acts(step) for step in ("begin_day", "plan", "close", "end_day"))
        reach.payments.begin()
        for day in range(world.scenario.calendar.horizon_days):
            each_day()
            weekday = int(world.calendar.weekday[day])
            world.record.begin_day(day, weekday)
            if weekday == 0:
                reach.payments.begin_week(day)
            # Programme releases and expiries, then messages go out.
            reach.rewards.begin_day(day)
            for act in begin_day:
                act(day)
            reach.messages.send(day)
            # Working hours: visits, events, calls, counters and support, all at once.
            for act in plan:
                act(day)
            reach.field.plan(day)
            reach.events.plan(day)
            reach.calls.plan(day)
            world.environment.run(until=day + 1)
            reach.field.close(day)
            reach.events.close(day)
            reach.calls.close(day)
            for act in close:
                act(day)
            # Who adopts without us; payments, which rewards look at; what people tell each other and think of us; who lasted.
            self._organic.step(day)
            world.wallets.settle_openings(day)
            reach.payments.play(day)
            for act in end_day:
                act(day)
            world.wallets.settle_openings(day)  # those whom friends won in the evening
            world.wallets.note_lasting(day)
        reach.rewards.close()
        for mechanism in self._mechanisms:
            mechanism.finish()
        return world.ledger.tables() | {
            "conversions": world.wallets.conversions(),
            "population": world.wallets.population_table(world.population),
        }

    def _who_acts(self, step: str) -> list[Callable[[int], None]]:
        """Return this step of the mechanisms that have something to do at it, in their order: most do nothing at most steps."""
        idle = getattr(Mechanism, step)
        return [getattr(one, step) for one in self._mechanisms if getattr(type(one), step) is not idle]


def _outreach(world: World) -> Outreach:
    programme = offered_programme(world.levers)
    rewards: RewardPlay = ProgrammePlay(world, programme) if programme else NoReward(world)
    field = FieldForce(world)
    return Outreach(
        messages=Messages(world),
        field=field,
        events=CommunityEvents(world),
        calls=ContactCentre(world, field.appointments),
        payments=Payments(world, rewards),
        rewards=rewards,
    )
