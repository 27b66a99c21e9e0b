"""Everything that a perfect customer does: for each part of a programme, on which days, how often, and with how much money or points."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from simkit.rewards.codes import EventKind
from simkit.rewards.days import DAYS, day_number
from simkit.rewards.engine import Cards, Events
from simkit.rewards.grants import Coupons, for_tier
from simkit.rewards.opportunities import (
    MONTH_DAYS,
    Days,
    attempts,
    counts_on,
    first_of_each,
    rewards_referrers,
    smallest_step,
    worth_paying,
)
from simkit.rewards.parts import Part
from simkit.rewards.programme import Programme
from simkit.rewards.rules import Rules, fen
from simkit.rewards.triggers import (
    PAYMENT_TRIGGERS,
    Attendance,
    Exchange,
    OnePayment,
    PaymentsInPeriod,
    Referral,
    SpendingInPeriod,
)

Way = Literal["at_once", "saves_up", "refunds"]
"""Claims and redeems at once, or as late as possible; or claims at once and takes every payment back on the same day."""
WAYS: tuple[Way, ...] = get_args(Way)
_MOST_AT_ONCE: Final = 500  # claims or redemptions of coupons that were saved up


@dataclass(frozen=True)
class Player:
    """A perfect customer: the card, the way of playing, and the first day of play (that of the approval unless said)."""

    tier: str
    approved_on: datetime.date
    way: Way = "at_once"
    new_customer: bool = True
    primary_card: bool = True
    plays_from: datetime.date | None = None

    @property
    def begins_on(self) -> datetime.date:
        """The first day of play."""
        return self.plays_from or self.approved_on


@dataclass(frozen=True)
class People:
    """All accounts: the players first, then for each of them a colleague with a staff code and the friends whom he brings.

    player: for whom each account acts. receives_for: of whose coupons its own are counted, -1 for a friend's. friends: how many each has.
    """

    cards: Cards
    player: NDArray[np.int64]
    receives_for: NDArray[np.int64]
    players: int
    friends: int

    def colleague(self, number: int) -> int:
        """Return the account with a staff code that works for a player."""
        return self.players + number

    def friends_of(self, number: int) -> NDArray[np.int64]:
        """Return the accounts of a player's friends."""
        return 2 * self.players + number * self.friends + np.arange(self.friends)


def people(programme: Programme, players: Sequence[Player], days: int) -> People:
    """Give each player an account, a colleague, and the friends that referral parts reward."""
    count = len(players)
    rewarding = [part for part in programme.parts.values() if rewards_referrers(part)]
    friends = sum(days * attempts(programme, part) for part in rewarding) + 1
    player = np.concatenate([np.arange(count), np.arange(count), np.repeat(np.arange(count), friends)])
    staff = np.arange(player.shape[0]) // count == 1
    tiers = np.array([programme.tiers.index(someone.tier) for someone in players], dtype=np.uint8)[player]
    if rewarding:
        tiers[2 * count :] = np.tile(_friends_tiers(programme, rewarding, days), count)
    approved = np.array([day_number(someone.approved_on) for someone in players], dtype=np.uint16)[player]
    new, primary = np.ones((2, player.shape[0]), dtype=np.bool_)
    new[:count] = [someone.new_customer for someone in players]
    primary[:count] = [someone.primary_card for someone in players]
    receives_for = np.where(np.arange(player.shape[0]) < 2 * count, player, -1)
    return People(Cards(tiers, new, primary, approved, staff), player, receives_for, count, friends)


def _friends_tiers(programme: Programme, rewarding: Sequence[Part], days: int) -> NDArray[np.uint8]:
    """Return tiers of the friends of one player: for each part those who may convert, and one more."""
    tiers = [0]
    for part in rewarding:
        tier = programme.tiers.index(part.who.tiers[0]) if part.who.tiers else 0
        tiers += [tier] * (days * attempts(programme, part))
    return np.array(tiers, dtype=np.uint8)


def everything_to_do(
    programme: Programme, players: Sequence[Player], days: int, crowd: People, rules: Rules, aims: set[str]
) -> tuple[Events, int]:
    """Return what all players do for the parts in `aims`, in time order, and how many payments are taken back.

    On a day they first pay, then claim, then take payments back, and at last exchange and redeem.
    """
    acts = _Acts()
    for number, player in enumerate(players):
        since = day_number(player.begins_on)
        played = np.arange(since, min(since + days, DAYS))
        _Diary(programme, rules, crowd, acts, number, player, played).write(aims)
    return acts.events(), acts.slots


class _Acts:
    """Acts of all accounts, put into time order at the end."""

    def __init__(self) -> None:
        self.slots = 0
        self._columns = [tuple(np.empty((7, 0), dtype=np.int64))]

    def add(
        self,
        account: int | NDArray[np.int64],
        days: Days,
        kind: EventKind,
        *,
        subject: int | NDArray[np.int64] = 0,
        amount: int = 0,
        target: int | NDArray[np.int64] = -1,
        times: int = 1,
    ) -> None:
        """Let something happen `times` times on each of some days; subjects may be one a day, accounts and targets one a time."""
        on = np.repeat(days, times)
        subject = np.repeat(subject, times) if isinstance(subject, np.ndarray) else subject
        order = _ORDER.index(kind)
        columns = (account, on, kind, subject, amount, target, order)
        self._columns.append(tuple(np.broadcast_to(np.asarray(column, dtype=np.int64), on.shape) for column in columns))

    def pay(
        self,
        account: int,
        days: Days,
        kind: EventKind,
        merchants: NDArray[np.int64],
        amount: int,
        times: int,
        *,
        back: bool,
    ) -> None:
        """Pay, and take it `back` on the same day if told so."""
        target: int | NDArray[np.int64] = -1
        if back:
            target = self.slots + np.arange(days.shape[0] * times)
            self.slots += target.shape[0]
            self.add(account, days, EventKind.REFUND, target=target, times=times)
        self.add(account, days, kind, subject=merchants, amount=amount, target=target, times=times)

    def events(self) -> Events:
        """Return everything in time order."""
        account, day, kind, subject, amount, target, order = (
            np.concatenate(column) for column in zip(*self._columns, strict=True)
        )
        sequence = np.lexsort((order, day))
        return Events(
            account[sequence].astype(np.int32),
            day[sequence].astype(np.uint16),
            kind[sequence].astype(np.uint8),
            subject[sequence].astype(np.int16),
            amount[sequence],
            target[sequence].astype(np.int32),
        )


_ORDER: Final = (
    EventKind.POINTS,
    EventKind.CODE,
    EventKind.CONVERT,
    EventKind.PAYMENT,
    EventKind.CASH_ADVANCE,
    EventKind.ATTEND,
    EventKind.CLAIM,
    EventKind.REFUND,
    EventKind.EXCHANGE,
    EventKind.REDEEM,
)


@dataclass
class _Diary:
    """What one player does."""

    programme: Programme
    rules: Rules
    crowd: People
    acts: _Acts
    number: int
    player: Player
    days: Days

    def write(self, aims: set[str]) -> None:
        """Go for every part that is aimed at; claim and redeem whatever comes."""
        used_friends = 1
        for code, (name, part) in enumerate(self.programme.parts.items()):
            if name in aims:
                match part.trigger:
                    case Exchange():
                        self._exchange(code, part, part.trigger)
                    case Attendance():
                        self.acts.add(self.number, self.days, EventKind.ATTEND, subject=code)
                    case Referral():
                        used_friends = self._refer(part, part.trigger, used_friends)
                    case _:
                        self._pay(part)
            self._claim(code, part)
            self._redeem(code, part)

    def _exchange(self, code: int, part: Part, trigger: Exchange) -> None:
        times = attempts(self.programme, part)
        price = (trigger.points or 0) * times
        self.acts.add(self.number, self.days, EventKind.POINTS, amount=price)
        self.acts.add(self.number, self.days, EventKind.EXCHANGE, subject=code, times=times)

    def _refer(self, part: Part, trigger: Referral, used_friends: int) -> int:
        """Bring friends, or be brought by the first of them. Return how many friends have been brought so far."""
        by_staff, friends = trigger.codes == "staff", self.crowd.friends_of(self.number)
        if trigger.to == "referee":
            owner = self.crowd.colleague(self.number) if by_staff else int(friends[0])
            self.acts.add(self.number, self.days, EventKind.CODE, target=owner)
            self.acts.add(self.number, self.days, EventKind.CONVERT)
            return used_friends
        owner = self.crowd.colleague(self.number) if by_staff else self.number
        times = attempts(self.programme, part)
        brought = friends[used_friends : used_friends + times * self.days.shape[0]]
        self.acts.add(brought, self.days, EventKind.CODE, target=owner, times=times)
        self.acts.add(brought, self.days, EventKind.CONVERT, times=times)
        return used_friends + times * len(self.days)

    def _pay(self, part: Part) -> None:
        """Pay what earns most; in each period first all that it asks for, then once a day in case something was refused."""
        trigger, days = part.trigger, self.days[counts_on(self.programme, part, self.days)]
        if not isinstance(trigger, PAYMENT_TRIGGERS) or not days.shape[0]:
            return
        least = max(fen(trigger.min_amount_cny), 1)
        if isinstance(trigger, OnePayment):
            if trigger.within_of_approval is not None:
                days = days[days <= day_number(self.player.approved_on) + trigger.within_of_approval.span]
            self._payments(trigger, days, max(least, worth_paying(part)), attempts(self.programme, part))
            return
        again = days if self._takes_back else first_of_each(trigger.period, days)
        if isinstance(trigger, PaymentsInPeriod):
            self._payments(trigger, again, least, trigger.payments)
        else:
            enough, step = max(least, fen(trigger.threshold_cny)), max(least, smallest_step(part))
            if self.player.way != "saves_up":
                enough = max(enough, worth_paying(part))
            elif step > least:  # little by little, so that each payment brings a little cash back
                self._payments(trigger, days, step, attempts(self.programme, part))
            self._payments(trigger, again, enough, 1)
        self._payments(trigger, np.setdiff1d(days, again), least, 1)

    def _payments(
        self, trigger: OnePayment | PaymentsInPeriod | SpendingInPeriod, days: Days, amount: int, times: int
    ) -> None:
        """Pay on some days, in turn by each kind of payment and at each merchant that counts."""
        merchants = np.array([self.rules.merchants[name] for name in trigger.merchants] or [0], dtype=np.int64)
        turns = np.resize(merchants, days.shape[0])
        kinds = sorted(EventKind[kind.upper()] for kind in set(trigger.payment_kinds))
        for turn, kind in enumerate(kinds):
            on = slice(turn, None, len(kinds))
            self.acts.pay(self.number, days[on], kind, turns[on], amount, times, back=self._takes_back)

    @property
    def _takes_back(self) -> bool:
        return self.player.way == "refunds"

    def _claim(self, code: int, part: Part) -> None:
        if part.claim is None:
            return
        days, times = self.days, attempts(self.programme, part)
        if self.player.way == "saves_up":
            days, times = days[:: part.claim.span + 1], times * (part.claim.span + 1)
        self.acts.add(self.number, days, EventKind.CLAIM, subject=code, times=min(times, _MOST_AT_ONCE))

    def _redeem(self, code: int, part: Part) -> None:
        if not isinstance(part.grant, Coupons):
            return
        quantity = for_tier(part.grant.quantity, self.player.tier) or 0
        days, times = self.days, attempts(self.programme, part) * quantity
        if self.player.way == "saves_up":
            wait = part.validity.span + 1 if part.validity is not None else MONTH_DAYS
            days, times = days[wait - 1 :: wait], times * wait
        if times:
            self.acts.add(self.number, days, EventKind.REDEEM, subject=code, times=min(times, _MOST_AT_ONCE))
