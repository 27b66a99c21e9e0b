"""The engine: plays events by a programme's rules, for one customer or for millions, and keeps every coupon and point.

State is in arrays, one record a person and part, one row a coupon, one a lot of points. The compiled loop in `event_loop` changes
them; this module owns them, makes room, and answers questions about them. Replay and campaign drive the same engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simkit.rewards.codes import DAILY, EventKind, Stack, Status, Trigger
from simkit.rewards.days import HORIZON, calendar, month_starts
from simkit.rewards.play.table import (
    AT_ONCE,
    BOOKS_FROM,
    CLAIMED,
    CODE,
    COUNT,
    COUPON,
    DECISION,
    DECISIONS,
    HAS_POINTS,
    LOT,
    LOTS,
    MOST_ROWS,
    NOT_COUNTED,
    OUTSTANDING,
    PERSON,
    PLAY,
    PURSE,
    QUALIFIED,
    QUOTA,
    REACHED,
    REDEEMED,
    REVOKED,
    ROWS,
    SLOT,
    SPENDING,
    STAGES,
    TOTALS,
    Table,
)
from simkit.rewards.programme import Programme
from simkit.rewards.rules import Rules, compile_rules, fen

_FIRST_CAPACITY: Final = 1 << 12
_MOST_DECISIONS_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True)
class Cards:
    """Who plays, one entry each: tier (position in the programme's tiers), kind of customer and card, day of the card's approval.

    `staff` are owners of invitation codes who are no customers.
    """

    tier: NDArray[np.uint8]
    new_customer: NDArray[np.bool_]
    primary_card: NDArray[np.bool_]
    approved_day: NDArray[np.uint16]
    staff: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Events:
    """Events in time order, one entry each.

    account: who. day: see `day_number`. kind: `EventKind`. subject: the part (claim, exchange, redeem, attend), the merchant of a payment
    or the partner whose points are credited (codes of `Rules`, 0 for none). amount: fen, or points. target: the slot of a payment that may
    be refunded and of its refund, the number of the coupon that is claimed or redeemed, the owner of a code; -1 for none.
    """

    account: NDArray[np.int32]
    day: NDArray[np.uint16]
    kind: NDArray[np.uint8]
    subject: NDArray[np.int16]
    amount: NDArray[np.int64]
    target: NDArray[np.int32]

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self.account.shape[0])

    def part(self, begin: int, end: int) -> Events:
        """Return some of them."""
        return Events(*(column[begin:end] for column in self._columns()))

    def _columns(self) -> tuple[NDArray[Any], ...]:
        return self.account, self.day, self.kind, self.subject, self.amount, self.target


class RewardEngine:
    """A programme being played.

    Parameters
    ----------
    programme
        One reading, with every value decided.
    cards
        Who plays.
    scale
        Share of the bank that is played; budgets and quotas of the whole programme are that much smaller.
    bank_share
        Share of a face that the bank pays where the programme does not say.
    group, groups
        Group of each account for the daily books, and how many groups there are.
    first_day, last_day
        Days that the daily books tell apart; what falls due later is kept in one more row.
    """

    def __init__(
        self,
        programme: Programme,
        cards: Cards,
        *,
        scale: float = 1.0,
        bank_share: float = 1.0,
        group: NDArray[np.uint8] | None = None,
        groups: int = 1,
        first_day: int = 0,
        last_day: int = HORIZON,
    ) -> None:
        self.programme = programme
        self.rules: Rules = compile_rules(programme, bank_share, scale)
        people, parts = cards.tier.shape[0], len(self.rules.names)
        self._table = _table(self.rules, cards, group, groups, last_day - first_day + 2)
        self._table.totals[BOOKS_FROM] = first_day
        self._play = _compiled_loop()
        self._parts, self._people = parts, people
        self._settled_month = -1
        self._slots = 0

    @property
    def coupons(self) -> NDArray[Any]:
        """Every coupon so far, in the order in which they were earned (fields of `COUPON`)."""
        return self._table.rows[: self._table.totals[ROWS]]

    @property
    def stages_reached(self) -> NDArray[Any]:
        """Account, stage (from 1) and day of every stage reached, in that order."""
        return self._table.stages[: self._table.totals[STAGES]]

    @property
    def daily(self) -> NDArray[np.int64]:
        """The daily books, shape (days, groups, len(DAILY)): what happened on each day; the last row is all that falls due later.

        A day that is not over yet, and later ones, hold what will lapse and expire if nobody claims and redeems.
        """
        return self._table.books

    @property
    def cap_refusals(self) -> dict[str, int]:
        """How often each cap was the first to refuse, by the key under which it is written."""
        return dict(zip(self.rules.cap_keys, self._table.refusals.tolist(), strict=False))

    @property
    def people(self) -> NDArray[Any]:
        """One record a person (approved, tier, new_customer, primary_card, icons, stage, …); what is written here holds from then on."""
        return self._table.person

    @property
    def icons(self) -> NDArray[np.uint16]:
        """Icons of each account."""
        icons: NDArray[np.uint16] = self.people["icons"]
        return icons

    @property
    def outstanding_fen(self) -> int:
        """The bank's share of coupons that can still be redeemed, at the beginning of the last event's day and since then."""
        return int(self._table.totals[OUTSTANDING])

    def apply(self, events: Events) -> NDArray[Any]:
        """Play events that are later than all before. Return the decisions (`DECISION`): event by position, part, `Reason`."""
        if not self.programme.leaderboards or not len(events):
            return self._apply(events, 0)
        months = calendar()["month"][events.day]
        borders = [0, *(np.flatnonzero(np.diff(months)) + 1).tolist(), len(events)]
        decisions = []
        for begin, end in itertools.pairwise(borders):
            self.settle(int(events.day[begin]) - 1)
            decisions.append(self._apply(events.part(begin, end), begin))
        return np.concatenate(decisions)

    def settle(self, day: int) -> None:
        """Give the prizes of every leaderboard whose month has ended by the end of `day`."""
        if not self.programme.leaderboards:
            return
        coupons, starts = self.coupons, month_starts()
        over = int(np.searchsorted(starts, day + 1, side="right")) - 2  # the last month that is over
        first = self._settled_month
        if first < 0:
            first = int(calendar()["month"][coupons["qualified"][0]]) if coupons.shape[0] else over
        for month in range(first, over + 1):
            self._give_prizes(month, int(starts[month + 1]) - 1)
        self._settled_month = max(over + 1, first)

    def reserve_slots(self, count: int) -> int:
        """Make room to remember `count` payments that may be refunded; return the first one's slot."""
        first, self._slots = self._slots, self._slots + count
        room = self._table.slots.shape[0]
        if self._slots > room:
            more = self._slots - room + room // 2
            self._table = self._table._replace(
                slots=_longer(self._table.slots, more), slot_rows=_longer(self._table.slot_rows, more)
            )
            self._table.slots[room:] = 0
            self._table.slots["lot"][room:] = -1
            self._table.slot_rows[room:] = NOT_COUNTED
        return first

    def status_on(self, day: int, coupons: NDArray[Any] | None = None) -> NDArray[np.uint8]:
        """Return the `Status` of each coupon at the end of a day that is not before the last event's."""
        rows = self.coupons if coupons is None else coupons
        raw, effective = rows["status"], rows["effective"].astype(np.int32)
        last_claim = rows["qualified"] + self.rules.part["claim_span"][rows["part"]]
        open_ = np.where(day > last_claim, Status.LAPSED, Status.QUALIFIED)
        running = np.where(day < effective, Status.PENDING, Status.EFFECTIVE)
        running = np.where(day > rows["expires"], Status.EXPIRED, running)
        closed = np.where(raw == REDEEMED, Status.REDEEMED, Status.REVOKED)
        return np.where(raw == QUALIFIED, open_, np.where(raw == CLAIMED, running, closed)).astype(np.uint8)

    def granted(self, accounts: NDArray[np.integer], part: int) -> NDArray[np.bool_]:
        """Say who has had a part that is given once, or has it in the period of the last payment."""
        had: NDArray[np.bool_] = self._table.play["granted"][accounts, part] != 0
        return had

    def points_balance(self, day: int) -> NDArray[np.int64]:
        """Return the points that each account can use on `day`."""
        lots = self._table.lots[: self._table.totals[LOTS]]
        usable = (lots["available"] <= day) & (day <= lots["expires"])
        return np.bincount(lots["account"][usable], lots["left"][usable], self._people).astype(np.int64)

    def _apply(self, events: Events, offset: int) -> NDArray[Any]:
        begin, made = 0, []
        columns = tuple(np.ascontiguousarray(column) for column in events._columns())  # noqa: SLF001 - of this module
        while True:
            self._make_room()
            begin = self._play(self._table, begin, *columns)
            decisions = self._table.decisions[: self._table.totals[DECISIONS]].copy()
            if offset:
                decisions["event"] += offset
            made.append(decisions)
            self._table.totals[DECISIONS] = 0
            if begin == len(events):
                return np.concatenate(made) if len(made) > 1 else made[0]

    def _make_room(self) -> None:
        """Double what has no room for the next events, so that every call gets on."""
        most = int(AT_ONCE * self.rules.general[MOST_ROWS])
        for field, size in (("rows", ROWS), ("lots", LOTS), ("stages", STAGES)):
            array = getattr(self._table, field)
            if array.shape[0] - self._table.totals[size] < most:
                self._table = self._table._replace(**{field: _longer(array, array.shape[0] + most)})

    def _give_prizes(self, month: int, last_day: int) -> None:
        for name, board in self.programme.leaderboards.items():
            ranked = self._ranked(self.rules.names.index(board.counts), month)
            prizes = np.array([fen(prize) for prize in board.prizes_cny], dtype=np.int64)[: ranked.shape[0]]
            winners = ranked[: prizes.shape[0]]
            same = np.ones(winners.shape[0], dtype=np.int64)
            part = self.rules.names.index(name)
            self._apply(
                Events(
                    winners.astype(np.int32),
                    (same * last_day).astype(np.uint16),
                    (same * EventKind.PRIZE).astype(np.uint8),
                    (same * part).astype(np.int16),
                    prizes,
                    (-same).astype(np.int32),
                ),
                0,
            )

    def _ranked(self, part: int, month: int) -> NDArray[np.int64]:
        """Return who was credited in a month, the most often first; of equals, who got there first."""
        coupons = self.coupons
        earned = calendar()["month"][np.minimum(coupons["qualified"], HORIZON - 1)] == month
        rows = np.flatnonzero(earned & (coupons["part"] == part) & (coupons["status"] != REVOKED))
        accounts, counts = np.unique(coupons["account"][rows], return_counts=True)
        last = np.zeros(self._people, dtype=np.int64)
        last[coupons["account"][rows]] = rows
        order = np.lexsort((last[accounts], -counts))
        return accounts[order].astype(np.int64)


def _longer(array: NDArray[Any], more: int) -> NDArray[Any]:
    longer = np.empty((array.shape[0] + more, *array.shape[1:]), dtype=array.dtype)
    longer[: array.shape[0]] = array
    return longer


def _table(rules: Rules, cards: Cards, group: NDArray[np.uint8] | None, groups: int, days: int) -> Table:
    """Make the arrays of the loop; those that the programme does not use are empty."""
    people, parts = cards.tier.shape[0], len(rules.names)
    triggers = set(rules.part["trigger"].tolist())
    caps, exclusive = int(rules.part["caps"].sum()), (rules.part["policy"] == Stack.EXCLUSIVE).any()
    play = np.zeros((people, parts), dtype=PLAY)
    play["last"] = -1
    codes = np.zeros((people if Trigger.REFERRAL in triggers else 0, parts), dtype=CODE)
    codes["owner"] = -1
    purse = np.zeros(people if rules.general[HAS_POINTS] else 0, dtype=PURSE)
    purse["head"] = purse["tail"] = -1
    person = np.zeros(people, dtype=PERSON)
    for field, values in (
        ("tier", cards.tier),
        ("new_customer", cards.new_customer),
        ("primary_card", cards.primary_card),
        ("approved", cards.approved_day),
        ("staff", cards.staff),
        ("group", group),
    ):
        if values is not None:
            person[field] = values
    return Table(
        part=rules.part,
        cap=rules.cap,
        general=rules.general,
        thresholds=rules.thresholds,
        partner_rates=rules.partner_rates,
        calendar=calendar(),
        month_starts=month_starts(),
        person=person,
        held=np.zeros((people, rules.part["rule"].max() + 1) if exclusive else (0, 1), dtype=np.uint8),
        play=play,
        spending=np.zeros((people if Trigger.SPENDING_IN_PERIOD in triggers else 0, parts), dtype=SPENDING),
        codes=codes,
        purse=purse,
        counts=np.zeros((people, max(caps, 1)) if caps else (0, 1), dtype=COUNT),
        quotas=np.zeros(max(caps, 1), dtype=QUOTA),
        # Memory that nobody writes to costs nothing; arrays that grow are held twice for a moment.
        rows=np.empty(max(_FIRST_CAPACITY, 4 * people), dtype=COUPON),
        lots=np.empty(max(_FIRST_CAPACITY, 2 * purse.shape[0]), dtype=LOT),
        slots=np.zeros(0, dtype=SLOT),
        slot_rows=np.empty((0, parts), dtype=np.int32),
        stages=np.empty(_FIRST_CAPACITY, dtype=REACHED),
        books=np.zeros((days, groups, len(DAILY)), dtype=np.int64),
        expiring=np.zeros(HORIZON + 4000, dtype=np.int64),
        totals=np.zeros(TOTALS, dtype=np.int64),
        refusals=np.zeros(max(caps, 1), dtype=np.int64),
        decisions=np.empty(_MOST_DECISIONS_AT_ONCE, dtype=DECISION),
        candidates=np.empty((parts, 3), dtype=np.int64),
        released=np.zeros(month_starts().shape[0], dtype=np.int64),
    )


def _compiled_loop() -> Callable[..., int]:
    from simkit.rewards.play.loop import compiled_loop  # noqa: PLC0415 - loads the compiler

    return compiled_loop()
