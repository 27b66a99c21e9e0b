"""The ledger: append-only tables with fixed, typed columns. Everything that is reported is derived from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simkit.campaign.ledger_tables import COUPON_COUNTS, COUPON_MONEY, DAILY_COLUMNS, FULL_SCHEMAS, SCHEMAS, WORDS
from simkit.campaign.vocabulary import UNHEARD, Channel, CostItem, Outcome, Resource
from simkit.workdays import WorkCalendar

_FEW = 2**12
_OUTCOMES = len(Outcome)
_IS_HEARD = np.array([outcome not in UNHEARD for outcome in Outcome])


@dataclass(frozen=True)
class ContactBatch:
    """Contacts of one channel on one day; arrays of one length, or one value for all.

    customers: turned into NumPy's own index type once, so that every look-up of every listener is twice as fast. probability: of opening at
    the contact; 0 at doors and in calls where it does not come to an offer.
    """

    customers: NDArray[np.integer]
    outcome: NDArray[np.uint8]
    probability: NDArray[np.floating]
    hour: NDArray[np.floating] | float
    attempt: NDArray[np.integer] | int = 1
    server: NDArray[np.integer] | int = -1
    minutes: NDArray[np.floating] | float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "customers", self.customers.astype(np.intp, copy=False))

    @cached_property
    def heard(self) -> NDArray[np.bool_]:
        """Which of the contacts reached the customer: met, connected or delivered."""
        heard: NDArray[np.bool_] = _IS_HEARD.take(self.outcome)
        return heard

    @cached_property
    def reached(self) -> NDArray[np.integer]:
        """The customers of the contacts that reached them."""
        return self.customers[self.heard]

    @cached_property
    def opened(self) -> NDArray[np.bool_]:
        """Which of the contacts opened a wallet."""
        opened: NDArray[np.bool_] = (self.outcome == Outcome.OPENED.value) | (
            self.outcome == Outcome.OPENED_AND_PAID.value
        )
        return opened


ContactListener = Callable[[int, Channel, ContactBatch], None]
PaymentListener = Callable[[int, NDArray[np.integer], NDArray[np.integer]], None]
"""(day, who paid, payments of each)."""


@dataclass
class _Rows:
    """Rows of a small or event-like table: single rows, or chunks of rows column by column."""

    chunks: list[Sequence[Any]] = field(default_factory=list)

    def table(self, schema: pa.Schema, words: dict[str, list[str]], *, single: bool) -> pa.Table:
        join = np.array if single else np.concatenate
        columns = []
        for column, parts in zip(
            schema, zip(*self.chunks, strict=True) if self.chunks else [()] * len(schema), strict=True
        ):
            columns.append(_column(join(parts) if parts else np.empty(0), column.type, words.get(column.name)))
        return pa.Table.from_arrays(columns, schema=schema)


class _Tally:
    """One tally's amounts by day and segment. Customers who only count wait to be counted together: few cost as much as thousands."""

    def __init__(self, segment: NDArray[np.uint8], amounts: NDArray[np.float64]) -> None:
        self.amounts = amounts
        self._segment = segment
        self._waiting: list[tuple[int, NDArray[np.integer]]] = []
        self._how_many = 0

    def note(self, day: int, customers: NDArray[np.integer]) -> None:
        """Have customers counted."""
        self._waiting.append((day, customers))
        self._how_many += customers.shape[0]
        if self._how_many > _FEW:
            self.counted()

    def counted(self) -> NDArray[np.float64]:
        """Return the amounts, with everyone counted."""
        if self._waiting:
            segments = self.amounts.shape[1]
            row = np.repeat(
                [day * segments for day, _ in self._waiting], [customers.shape[0] for _, customers in self._waiting]
            )
            segment = self._segment.take(np.concatenate([customers for _, customers in self._waiting]))
            self.amounts += np.bincount(row + segment, minlength=self.amounts.size).reshape(self.amounts.shape)
            self._waiting, self._how_many = [], 0
        return self.amounts


class Ledger:
    """What happened in one run. `full` also keeps every contact, payment and coupon event."""

    def __init__(
        self, segment: NDArray[np.uint8], segment_names: Sequence[str], calendar: WorkCalendar, *, full: bool
    ) -> None:
        days, segments = calendar.dates.shape[0], len(segment_names)
        self.full = full
        self._segment = segment
        self._dates = calendar.dates
        self._words = WORDS | {"segment": list(segment_names)}
        self._segments = segments
        self._daily = {name: np.zeros((days, segments), dtype=np.int64) for name in DAILY_COLUMNS}
        self._coupons: dict[str, NDArray[Any]] = {
            name: np.zeros((days, segments)) for name in (*COUPON_COUNTS, *COUPON_MONEY)
        }
        self._days = days
        self._outcomes: defaultdict[Channel, NDArray[np.int64]] = defaultdict(
            lambda: np.zeros((days, segments * _OUTCOMES), dtype=np.int64)
        )
        self._tallies: defaultdict[str, _Tally] = defaultdict(lambda: _Tally(segment, np.zeros((days, segments))))
        self._figures: dict[str, float] = {}
        self._contact_listeners: dict[Channel, list[ContactListener]] = {channel: [] for channel in Channel}
        self.payment_listeners: list[PaymentListener] = []
        self._rows = {name: _Rows() for name in ("costs", "service", *FULL_SCHEMAS)}

    def listen(self, listener: ContactListener, channels: Iterable[Channel] = Channel) -> None:
        """Have `listener(day, channel, batch)` called at contacts of these channels."""
        for channel in channels:
            self._contact_listeners[channel].append(listener)

    def contacts(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """Record contacts, each with its outcome; where there are none, nobody hears of it."""
        n = batch.customers.shape[0]
        if not n:
            return
        code = self._segment.take(batch.customers) * np.uint16(_OUTCOMES) + batch.outcome
        self._outcomes[channel][day] += np.bincount(code, minlength=self._segments * _OUTCOMES)
        for listener in self._contact_listeners[channel]:
            listener(day, channel, batch)
        if self.full:
            optional = (batch.attempt, batch.outcome, batch.server, batch.minutes, batch.probability)
            attempt, outcome, server, minutes, chance = (np.broadcast_to(np.asarray(column), n) for column in optional)
            self._rows["contacts"].chunks.append(
                (
                    np.full(n, day),
                    np.broadcast_to(np.asarray(batch.hour), n),
                    batch.customers,
                    np.full(n, int(channel)),
                    attempt,
                    outcome,
                    server,
                    minutes,
                    chance,
                )
            )

    def count(self, day: int, column: str, customers: NDArray[np.integer]) -> None:
        """Add customers to a column of `daily`, by segment."""
        self._daily[column][day] += np.bincount(self._segment.take(customers), minlength=self._segments)

    def by_segment(self, day: int, column: str, counts: NDArray[np.integer]) -> None:
        """Set a column of `daily` that is counted elsewhere, by segment."""
        self._daily[column][day] = counts

    def of_day(self, day: int, column: str) -> NDArray[np.int64]:
        """Return a column of `daily` on one day, by segment."""
        counts: NDArray[np.int64] = self._daily[column][day]
        return counts

    def tally(
        self, day: int, tally: str, customers: NDArray[np.integer], amount: NDArray[Any] | float | None = None
    ) -> None:
        """Add an amount for each of these customers (1 where none is given) to a tally, by segment; a tally begins with its first use."""
        if not customers.shape[0]:
            return
        own = self._tallies[tally]
        if amount is None and customers.shape[0] <= _FEW:
            own.note(day, customers)
            return
        if amount is not None and np.ndim(amount) == 0:
            amount = np.full(customers.shape, amount, dtype=np.float64)
        own.amounts[day] += np.bincount(self._segment.take(customers), amount, minlength=self._segments)

    def tally_by_segment(self, day: int, tally: str, amounts: NDArray[Any]) -> None:
        """Add amounts that are counted by segment elsewhere to a tally."""
        self._tallies[tally].amounts[day] += amounts

    def tallied(self, tally: str, days: range) -> float:
        """Return a tally's sum over days and segments."""
        return float(self._tallies[tally].counted()[days.start : days.stop].sum()) if tally in self._tallies else 0.0

    def outcomes(self, channels: Iterable[Channel], days: range) -> NDArray[np.int64]:
        """Return how many contacts of these channels ended in each outcome on these days, by outcome."""
        total = np.zeros(self._segments * _OUTCOMES, dtype=np.int64)
        for channel in channels:
            if channel in self._outcomes:
                total += self._outcomes[channel][days.start : days.stop].sum(axis=0)
        return np.asarray(total.reshape(self._segments, _OUTCOMES).sum(axis=0))

    def heard(self) -> NDArray[np.int64]:
        """Return how many contacts reached their customers, shape (days, segments)."""
        return np.asarray(self._all_outcomes()[:, :, _IS_HEARD].sum(axis=2))

    def _all_outcomes(self) -> NDArray[np.int64]:
        """Return how many contacts ended in each outcome, whatever the channel, shape (days, segments, outcomes)."""
        everything = np.zeros((self._days, self._segments * _OUTCOMES), dtype=np.int64)
        for counts in self._outcomes.values():
            everything += counts
        return everything.reshape(self._days, self._segments, _OUTCOMES)

    def counted(self, column: str, days: range) -> int:
        """Return the sum of a column of `daily` over days and segments."""
        return int(self._daily[column][days.start : days.stop].sum())

    def figure(self, figure: str, amount: float) -> None:
        """Write a figure of the whole run, once."""
        if figure in self._figures:
            raise ValueError(f"the figure {figure!r} is written already")
        self._figures[figure] = amount

    def coupons(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Set the table of coupons: counts and money (CNY), each of shape (days, segments)."""
        self._coupons = {name: columns[name] for name in self._coupons}

    def coupon_events(self, days: NDArray[np.int64], customers: NDArray[np.integer], event: str) -> None:
        """Keep the coupons that changed to one state, in full detail only."""
        code = np.full(days.shape[0], COUPON_COUNTS.index(event))
        self._rows["coupon_events"].chunks.append((days, customers, code))

    def handoffs(
        self,
        customers: NDArray[np.integer],
        hop: NDArray[np.integer],
        way: tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]],
        created_day: NDArray[np.integer],
        ended: tuple[int, int],
    ) -> None:
        """Keep handoffs when they end, in full detail only; `way` is kind, from and to, `ended` how and on which day."""
        if self.full and customers.shape[0]:
            how, day = (np.full(customers.shape[0], value) for value in ended)
            self._rows["handoffs"].chunks.append((customers, hop, *way, created_day, how, day))

    def payments(self, day: int, customers: NDArray[np.integer], payments: NDArray[np.integer]) -> None:
        """Tell the listeners each customer's payments of a day, and keep them in full detail only."""
        for listener in self.payment_listeners:
            listener(day, customers, payments)
        if self.full and customers.shape[0]:
            self._rows["payments"].chunks.append((np.full(customers.shape[0], day), customers, payments))

    def cost(self, day: int, item: CostItem, channel: Channel, quantity: float, amount_cny: float) -> None:
        """Record money spent; nothing spent leaves no row."""
        if amount_cny:
            self._rows["costs"].chunks.append((day, int(item), int(channel), quantity, amount_cny))

    def spent(self, channel: Channel) -> float:
        """Return what was spent on a channel so far, CNY."""
        return float(sum(row[-1] for row in self._rows["costs"].chunks if row[2] == channel))

    def service(
        self,
        day: int,
        resource: Resource,
        *,
        servers: float,
        paid_minutes: float,
        busy_minutes: float,
        served: int,
        waited_minutes: float = 0.0,
        abandoned: int = 0,
    ) -> None:
        """Record how much of a resource was paid for and used on a day."""
        row = (day, int(resource), servers, paid_minutes, busy_minutes, served, waited_minutes, abandoned)
        self._rows["service"].chunks.append(row)

    def tables(self) -> dict[str, pa.Table]:
        """Return the tables kept so far (all but those made from the customers' final state)."""
        self._daily["contacts"][:] = self._all_outcomes().sum(axis=2)
        tables = {
            "daily": self._by_day_and_segment("daily", self._daily, dates=True),
            "coupons": self._by_day_and_segment("coupons", self._coupons, dates=False),
            "outcomes": self._outcome_table(),
            "costs": self._rows["costs"].table(SCHEMAS["costs"], self._words, single=True),
            "service": self._rows["service"].table(SCHEMAS["service"], self._words, single=True),
            "tallies": self._tally_table(),
            "figures": self._figure_table(),
        }
        if self.full:
            tables |= {
                name: self._rows[name].table(schema, self._words, single=False) for name, schema in FULL_SCHEMAS.items()
            }
        return tables

    def columns_table(self, name: str, **columns: NDArray[Any] | pa.Array) -> pa.Table:
        """Make the table `name` from whole columns; coded columns are given as codes."""
        schema = SCHEMAS[name]
        arrays = [_column(columns[column.name], column.type, self._words.get(column.name)) for column in schema]
        return pa.Table.from_arrays(arrays, schema=schema)

    def _by_day_and_segment(self, name: str, columns: dict[str, NDArray[Any]], *, dates: bool) -> pa.Table:
        days, segments = next(iter(columns.values())).shape
        axes: dict[str, NDArray[Any]] = {
            "day": np.repeat(np.arange(days), segments),
            "segment": np.tile(np.arange(segments), days),
        }
        if dates:
            axes["date"] = np.repeat(self._dates, segments)
        return self.columns_table(name, **axes, **{column: values.ravel() for column, values in columns.items()})

    def _outcome_table(self) -> pa.Table:
        channels = sorted(self._outcomes)
        shape = (len(channels), self._days, self._segments, _OUTCOMES)
        counts = np.array([self._outcomes[channel] for channel in channels], dtype=np.int64).reshape(shape)
        # By day first: what happened on a day stands together.
        day, which, segment, outcome = np.nonzero(counts.swapaxes(0, 1))
        channel = np.array(channels, dtype=np.int64)[which]
        contacts = counts[which, day, segment, outcome]
        return self.columns_table(
            "outcomes", day=day, channel=channel, segment=segment, outcome=outcome, contacts=contacts
        )

    def _tally_table(self) -> pa.Table:
        tallies = sorted(self._tallies)
        shape = (len(tallies), self._days, self._segments)
        rows = np.array([self._tallies[name].counted() for name in tallies], dtype=np.float64).reshape(shape)
        which, day, segment = np.nonzero(rows)
        self._words["tally"] = tallies
        return self.columns_table("tallies", day=day, segment=segment, tally=which, amount=rows[which, day, segment])

    def _figure_table(self) -> pa.Table:
        self._words["figure"] = sorted(self._figures)
        amounts = np.array([self._figures[name] for name in self._words["figure"]], dtype=np.float64)
        return self.columns_table("figures", figure=np.arange(amounts.shape[0]), amount=amounts)


def _column(values: NDArray[Any] | pa.Array, kind: pa.DataType, words: list[str] | None) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if words is not None:
        return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int16)), pa.array(words))
    if pa.types.is_date32(kind):
        return pa.array(values.astype("datetime64[D]"))
    return pa.array(values.astype(kind.to_pandas_dtype()))
