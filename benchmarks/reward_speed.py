"""CPU seconds of rewards: the reward step beside a run without a programme, and the engine beside the slow interpreter of the tests."""

from __future__ import annotations

import datetime
import functools
import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.configuration import FULL_BLOWN, REWARDING, bank, diff, strategy
from benchmarks.speed import cpu_seconds, ours
from benchmarks.table import Figure
from simkit.campaign.behaviour.programme_play import ProgrammePlay
from simkit.params import Strategy
from simkit.rewards import Cards, EventKind, Events, Programme, RewardEngine, date_of, day_number, load_programme

STEP_LIMIT = 40  # %
INTERPRETED = (100, 1000)  # times as fast as the interpreter: to hold and to reach for
_STEP = ("__init__", "begin_day", "paid", "rate_step", "adjust", "leaves", "close")
_PLAYED = "huaxia_luckin"
_EVENTS, _EVENTS_OF_INTERPRETER, _EVENTS_EACH = 200_000, 4_000, 20
_APPROVED, _DAYS = datetime.date(2024, 3, 1), 60
_LARGEST_FEN = 20_000


def without_programme(name: str) -> Strategy:
    """Return a shipped strategy that does everything but offer its reward programme."""
    levers = strategy(name).levers.model_dump(mode="json", exclude_unset=True)
    levers["offer"].pop("reward_programme")
    return diff(f"{name}_without", levers)


def reward_steps(customers: int, rounds: int) -> list[Figure]:
    """Return what each rewarding strategy's programme costs beside the same run without it.

    The step is the time within the programme; the whole run also makes the payments that the programme brings.
    """
    scenario, figures = bank(customers), []
    for name in (FULL_BLOWN, *REWARDING):
        rewarding, plain = strategy(name), without_programme(name)
        steps, wholes = [], []
        for _ in range(rounds):
            without = ours(scenario, plain)
            with _timed(ProgrammePlay) as step:
                whole = ours(scenario, rewarding)
            steps.append(100 * step[0] / without)
            wholes.append(100 * (whole / without - 1))
        figures += [
            _share(f"{name}: the reward step, of the run without it", steps, STEP_LIMIT),
            _share(f"{name}: its whole run, more than without", wholes, None),
        ]
    return figures


def _share(what: str, shares: list[float], hold: float | None) -> Figure:
    return Figure(what, median(shares), "%", hold, more_is_better=False, low=min(shares), high=max(shares))


@contextmanager
def _timed(kind: type) -> Iterator[list[float]]:
    """Add up the CPU seconds that a class's methods take, in the first entry of the list."""
    seconds = [0.0]

    def timed(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any method
            began = time.process_time()
            try:
                return method(*arguments, **named)
            finally:
                seconds[0] += time.process_time() - began

        return call

    with ExitStack() as patches:
        for name in _STEP:
            patches.enter_context(patch.object(kind, name, timed(getattr(kind, name))))
        yield seconds


def engine_against_interpreter(rounds: int) -> list[Figure]:
    """Return the events a second of the engine and of the interpreter, which plays a shorter log of the same kind, and their ratio."""
    own, theirs = random_log(_EVENTS), random_log(_EVENTS_OF_INTERPRETER)
    play_in_engine(theirs)
    speeds, ratios = [], []
    for _ in range(rounds):
        speeds.append(_EVENTS / cpu_seconds(lambda: play_in_engine(own)))
        slow = _EVENTS_OF_INTERPRETER / cpu_seconds(lambda: play_in_interpreter(theirs))
        ratios.append(speeds[-1] / slow)
    ratio = median(ratios)
    log = f"{_EVENTS:,} events in {_PLAYED}"
    return [
        Figure(
            f"the reward engine, {log}",
            median(speeds) / 1e6,
            "M events/s",
            low=min(speeds) / 1e6,
            high=max(speeds) / 1e6,
        ),
        Figure("the engine to the slow interpreter", ratio, "×", *INTERPRETED, low=min(ratios), high=max(ratios)),
    ]


@functools.cache
def _programme() -> Programme:
    return load_programme(_PLAYED)


def random_log(events: int) -> Events:
    """Return events of new customers in time order: mostly payments; claims, exchanges and redemptions; a point for each yuan."""
    luck = np.random.default_rng(1)
    people = max(events // _EVENTS_EACH, 1)
    kinds = [EventKind.PAYMENT, EventKind.POINTS, EventKind.CLAIM, EventKind.REDEEM, EventKind.EXCHANGE]
    kind = luck.choice(np.array(kinds, dtype=np.uint8), events, p=[0.7, 0.1, 0.08, 0.08, 0.04])
    part = luck.integers(0, 2, events)  # welcome or weekly
    part[kind == EventKind.EXCHANGE] = 2
    part[(kind == EventKind.PAYMENT) | (kind == EventKind.POINTS)] = 0
    return Events(
        account=luck.integers(0, people, events).astype(np.int32),
        day=np.sort(day_number(_APPROVED) + luck.integers(0, _DAYS, events)).astype(np.uint16),
        kind=kind,
        subject=part.astype(np.int16),
        amount=luck.integers(100, _LARGEST_FEN, events),
        target=np.full(events, -1, dtype=np.int32),
    )


def play_in_engine(events: Events) -> NDArray[Any]:
    """Play a log with the engine; return the coupons."""
    people = int(events.account.max()) + 1
    cards = Cards(
        tier=np.zeros(people, dtype=np.uint8),
        new_customer=np.ones(people, dtype=np.bool_),
        primary_card=np.ones(people, dtype=np.bool_),
        approved_day=np.full(people, day_number(_APPROVED), dtype=np.uint16),
    )
    engine = RewardEngine(_programme(), cards)
    engine.apply(events)
    return engine.coupons


def play_in_interpreter(events: Events) -> list[Any]:
    """Play a log with the interpreter of the tests; return the coupons."""
    ledger = importlib.import_module("tests.rewards.interpreter_ledger")
    interpreter = importlib.import_module("tests.rewards.interpreter")
    programme = _programme()
    parts = list(programme.parts)
    holder = ledger.Holder(programme.tiers[0], new_customer=True, primary_card=True, approved=_APPROVED)
    holders = {str(who): holder for who in range(int(events.account.max()) + 1)}
    columns = (column.tolist() for column in (events.account, events.day, events.kind, events.subject, events.amount))
    log = [
        ledger.Event(
            str(who),
            date_of(day),
            EventKind(kind).name.lower(),
            amount=amount if kind in {EventKind.PAYMENT, EventKind.POINTS} else 0,
            part=parts[part] if kind in {EventKind.CLAIM, EventKind.REDEEM, EventKind.EXCHANGE} else "",
        )
        for who, day, kind, part, amount in zip(*columns, strict=True)
    ]
    coupons: list[Any] = interpreter.Interpreter(programme, holders).play(log).coupons
    return coupons
