"""What a programme can give: customers who pay, claim, exchange and redeem at every opportunity, played by the engine itself.

A perfect customer is new, holds a primary card, has points enough, comes to every event, brings a friend whenever that is rewarded, and
pays the least that earns what there is to earn. Budgets and quotas, which all customers share, are left out.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simkit.rewards.codes import Reason
from simkit.rewards.days import NEVER, date_of, day_number
from simkit.rewards.engine import RewardEngine
from simkit.rewards.perfect_diary import Player, everything_to_do, people
from simkit.rewards.programme import Budget, Programme

FIRST_DAY: Final = datetime.date(2024, 1, 1)
"""Where a programme has no first day: a leap year that begins on a Monday, and so has the most weeks and days."""
_CAPS: Final = frozenset(
    {Reason.DAILY_CAP, Reason.WEEKLY_CAP, Reason.MONTHLY_CAP, Reason.ANNUAL_CAP, Reason.LIFETIME_CAP}
)
_REASONS: Final = 1 + max(Reason)
_ENDLESS: Final = 1_000_000_000


@dataclass(frozen=True)
class Stage:
    """A stage of the map and the day on which it was reached."""

    number: int
    reached_on: datetime.date


@dataclass(frozen=True)
class MonthOfPlay:
    """What one part gave in one calendar month."""

    month: str
    part: str
    coupons: int
    face_cny: float


@dataclass(frozen=True)
class PerfectPlay:
    """What one perfect customer was given.

    coupons: rows of the engine (see `COUPON`), in the order of their claims; cash back, discounts, gifts and money are rows too.
    refusals: how often an attempt for a part was refused, by part and reason.
    """

    player: Player
    parts: tuple[str, ...]
    coupons: NDArray[Any]
    stages: tuple[Stage, ...]
    refusals: dict[tuple[str, Reason], int]

    def given(self, until: datetime.date | None = None) -> dict[str, int]:
        """Return how many coupons each part gave by the end of a day (or ever); parts that gave none are 0."""
        counts = np.bincount(self._claimed(until)["part"], minlength=len(self.parts))
        return dict(zip(self.parts, counts.tolist(), strict=True))

    def face_cny(self, until: datetime.date | None = None) -> dict[str, float]:
        """Return what the coupons of each part are worth."""
        rows = self._claimed(until)
        faces = np.bincount(rows["part"], rows["face"], minlength=len(self.parts)) / 100
        return dict(zip(self.parts, faces.tolist(), strict=True))

    @property
    def caps_met(self) -> dict[tuple[str, Reason], int]:
        """How often a cap refused, by part and reason."""
        return {key: count for key, count in self.refusals.items() if key[1] in _CAPS}

    @cached_property
    def by_month(self) -> tuple[MonthOfPlay, ...]:
        """What was given, by calendar month of the claim and part."""
        counts: Counter[tuple[str, str]] = Counter()
        faces: Counter[tuple[str, str]] = Counter()
        for row in self.coupons:
            key = f"{date_of(row['claimed']):%Y-%m}", self.parts[row["part"]]
            counts[key] += 1
            faces[key] += int(row["face"])
        return tuple(MonthOfPlay(*key, count, faces[key] / 100) for key, count in counts.items())

    def _claimed(self, until: datetime.date | None) -> NDArray[Any]:
        return self.coupons if until is None else self.coupons[self.coupons["claimed"] <= day_number(until)]


@dataclass(frozen=True)
class Played:
    """Several perfect customers of one programme, and how often each cap refused one of them, by the key of the cap."""

    plays: tuple[PerfectPlay, ...]
    cap_refusals: dict[str, int]


def perfect_year(programme: Programme, starts_on: datetime.date | None = None) -> tuple[PerfectPlay, ...]:
    """Play one customer of each tier perfectly for a year from the card's approval.

    Parameters
    ----------
    programme
        One reading.
    starts_on
        Day of the approval; the programme's first day, or the first of a year, when left out.
    """
    first = starts_on or first_day(programme)
    players = [Player(tier, first) for tier in programme.tiers]
    return play_perfectly(programme, players, (a_year_after(first) - first).days).plays


def first_day(programme: Programme) -> datetime.date:
    """Return the first day of perfect play: the programme's, or one that leaves a year to its last day."""
    if programme.starts_on is not None:
        return programme.starts_on
    if programme.ends_on is None:
        return FIRST_DAY
    return max(min(FIRST_DAY, programme.ends_on - datetime.timedelta(days=365)), date_of(0))


def a_year_after(day: datetime.date) -> datetime.date:
    """Return the day of the next year with the same date; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return datetime.date(day.year + 1, 3, 1)


def play_perfectly(
    programme: Programme, players: Sequence[Player], days: int, *, aims: Collection[str] | None = None
) -> Played:
    """Play customers perfectly for so many days from each one's first.

    Parameters
    ----------
    programme
        One reading, with every value decided.
    players
        Who plays; each for himself.
    days
        How long.
    aims
        Parts that they go for; all when left out. What is earned on the way is taken too.
    """
    alone = _for_one_customer(programme)
    crowd = people(alone, players, days)
    engine = RewardEngine(alone, crowd.cards)
    aims = set(programme.parts if aims is None else aims)
    events, refunded = everything_to_do(alone, players, days, crowd, engine.rules, aims)
    engine.reserve_slots(refunded)
    decisions = engine.apply(events)
    refused = decisions[decisions["reason"] != Reason.GRANTED]
    decided_for = crowd.player[events.account[refused["event"]]]
    coupons = engine.coupons
    coupons = coupons[coupons["claimed"] != NEVER]
    coupons = coupons[np.argsort(coupons["claimed"], kind="stable")]
    plays = tuple(
        PerfectPlay(
            player=player,
            parts=engine.rules.names,
            coupons=coupons[crowd.receives_for[coupons["account"]] == number],
            stages=tuple(
                Stage(int(reached["stage"]), date_of(reached["day"]))
                for reached in engine.stages_reached[engine.stages_reached["account"] == number]
            ),
            refusals=_refusals(refused[decided_for == number], engine.rules.names),
        )
        for number, player in enumerate(players)
    )
    return Played(plays, engine.cap_refusals)


def _refusals(decisions: NDArray[Any], names: Sequence[str]) -> dict[tuple[str, Reason], int]:
    counts = np.bincount(
        decisions["part"].astype(np.int64) * _REASONS + decisions["reason"], minlength=len(names) * _REASONS
    )
    return {
        (names[code // _REASONS], Reason(code % _REASONS)): int(counts[code])
        for code in np.flatnonzero(counts).tolist()
    }


def _for_one_customer(programme: Programme) -> Programme:
    """Return the programme without the limits that all customers share."""
    parts = {
        name: part.model_copy(
            update={
                "caps": tuple(
                    cap.model_copy(update={"max": _ENDLESS}) if cap.scope == "programme" else cap for cap in part.caps
                )
            }
        )
        for name, part in programme.parts.items()
    }
    return programme.model_copy(update={"parts": parts, "budget": Budget(), "leaderboards": {}})
