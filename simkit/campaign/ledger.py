"""The ledger: append-only tables with fixed, typed columns. Everything that is reported is derived from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource, names
from simkit.workdays import WorkCalendar

_WORD = pa.dictionary(pa.int16(), pa.string())
DAILY_COLUMNS = (
    "contacts",
    "opened",
    "activated",
    "went_dormant",
    "payments",
    "campaign_payments",
    "active",
    "campaign_active",
)
COUPON_COUNTS = ("qualified", "claimed", "lapsed", "withdrawn", "effective", "redeemed", "expired", "revoked")
COUPON_MONEY = (
    "issued_cny",
    "redeemed_cny",
    "expired_cny",
    "revoked_cny",
    "cost_cny",
    "hunter_cost_cny",
    "liability_cny",
)


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


SCHEMAS: dict[str, pa.Schema] = {
    "daily": _schema(day=pa.int16(), date=pa.date32(), segment=_WORD, **dict.fromkeys(DAILY_COLUMNS, pa.int32())),
    "outcomes": _schema(day=pa.int16(), channel=_WORD, segment=_WORD, outcome=_WORD, contacts=pa.int32()),
    "conversions": _schema(
        customer_id=pa.int32(),
        segment=_WORD,
        channel=_WORD,
        opened_day=pa.int16(),
        activated_day=pa.int16(),
        assisted=pa.bool_(),
        lasting=pa.bool_(),
    ),
    "costs": _schema(day=pa.int16(), item=_WORD, channel=_WORD, quantity=pa.float64(), amount_cny=pa.float64()),
    "service": _schema(
        day=pa.int16(),
        resource=_WORD,
        servers=pa.float32(),
        paid_minutes=pa.float64(),
        busy_minutes=pa.float64(),
        served=pa.int32(),
        waited_minutes=pa.float64(),
        abandoned=pa.int32(),
    ),
    "coupons": _schema(
        day=pa.int16(),
        segment=_WORD,
        **dict.fromkeys(COUPON_COUNTS, pa.int32()),
        **dict.fromkeys(COUPON_MONEY, pa.float64()),
    ),
    "tallies": _schema(day=pa.int16(), segment=_WORD, tally=_WORD, amount=pa.float64()),
    "figures": _schema(figure=_WORD, amount=pa.float64()),
    "population": _schema(segment=_WORD, customers=pa.int32(), wallets_at_start=pa.int32(), prospects=pa.int32()),
}
FULL_SCHEMAS: dict[str, pa.Schema] = {
    "contacts": _schema(
        day=pa.int16(),
        hour=pa.float32(),
        customer_id=pa.int32(),
        channel=_WORD,
        attempt=pa.int16(),
        outcome=_WORD,
        server=pa.int16(),
        minutes=pa.float32(),
        probability=pa.float32(),
    ),
    "payments": _schema(day=pa.int16(), customer_id=pa.int32(), payments=pa.int16()),
    "coupon_events": _schema(day=pa.int16(), customer_id=pa.int32(), event=_WORD),
}
_WORDS: dict[str, list[str]] = {
    "channel": names(Channel),
    "outcome": names(Outcome),
    "item": names(CostItem),
    "resource": names(Resource),
    "event": list(COUPON_COUNTS),
}


@dataclass(frozen=True)
class ContactBatch:
    """Contacts of one channel on one day; arrays of one length, or one value for all."""

    customers: NDArray[np.int32]
    outcome: NDArray[np.uint8]
    probability: NDArray[np.floating]
    hour: NDArray[np.floating] | float
    attempt: NDArray[np.integer] | int = 1
    server: NDArray[np.integer] | int = -1
    minutes: NDArray[np.floating] | float = 0.0


ContactListener = Callable[[int, Channel, ContactBatch], None]


@dataclass
class _Rows:
    """Rows of a small or event-like table, column by column."""

    chunks: list[Sequence[Any]] = field(default_factory=list)

    def table(self, schema: pa.Schema, words: dict[str, list[str]]) -> pa.Table:
        columns: list[pa.Array] = []
        for position, column in enumerate(schema):
            parts = [np.atleast_1d(chunk[position]) for chunk in self.chunks]
            values = np.concatenate(parts) if parts else np.empty(0)
            columns.append(_column(values, column.type, words.get(column.name)))
        return pa.Table.from_arrays(columns, schema=schema)


class Ledger:
    """What happened in one run. `full` also keeps every contact, payment and coupon event."""

    def __init__(
        self, segment: NDArray[np.uint8], segment_names: Sequence[str], calendar: WorkCalendar, *, full: bool
    ) -> None:
        days, segments = calendar.dates.shape[0], len(segment_names)
        self.full = full
        self._segment = segment
        self._dates = calendar.dates
        self._words = _WORDS | {"segment": list(segment_names)}
        self._segments = segments
        self._daily = {name: np.zeros((days, segments), dtype=np.int64) for name in DAILY_COLUMNS}
        self._coupons: dict[str, NDArray[Any]] = {
            name: np.zeros((days, segments)) for name in (*COUPON_COUNTS, *COUPON_MONEY)
        }
        self._days = days
        self._outcomes: dict[Channel, NDArray[np.int64]] = {}
        self._tallies: dict[str, NDArray[np.float64]] = {}
        self._figures: dict[str, float] = {}
        self.contact_listeners: list[ContactListener] = []
        self._rows = {name: _Rows() for name in ("costs", "service", *FULL_SCHEMAS)}

    def contacts(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """Record contacts, each with its outcome."""
        code = self._segment[batch.customers].astype(np.int64) * len(Outcome) + batch.outcome
        counted = np.bincount(code, minlength=self._segments * len(Outcome)).reshape(self._segments, len(Outcome))
        if channel not in self._outcomes:
            self._outcomes[channel] = np.zeros((self._days, self._segments, len(Outcome)), dtype=np.int64)
        self._outcomes[channel][day] += counted
        for listener in self.contact_listeners:
            listener(day, channel, batch)
        self._daily["contacts"][day] += counted.sum(axis=1)
        if self.full and batch.customers.shape[0]:
            n = batch.customers.shape[0]
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
        self._daily[column][day] += np.bincount(self._segment[customers], minlength=self._segments)

    def by_segment(self, day: int, column: str, counts: NDArray[np.integer]) -> None:
        """Set a column of `daily` that is counted elsewhere, by segment."""
        self._daily[column][day] = counts

    def tally(
        self, day: int, tally: str, customers: NDArray[np.integer], amount: NDArray[Any] | float | None = None
    ) -> None:
        """Add an amount for each of these customers (1 where none is given) to a tally, by segment; a tally begins with its first use."""
        if not customers.shape[0]:
            return
        weights = None if amount is None else np.broadcast_to(np.asarray(amount, dtype=np.float64), customers.shape)
        by_segment = np.bincount(self._segment[customers], weights, minlength=self._segments)
        self._tally_rows(tally)[day] += by_segment

    def tally_by_segment(self, day: int, tally: str, amounts: NDArray[Any]) -> None:
        """Add amounts that are counted by segment elsewhere to a tally."""
        self._tally_rows(tally)[day] += amounts

    def figure(self, figure: str, amount: float) -> None:
        """Write a figure of the whole run, once."""
        if figure in self._figures:
            raise ValueError(f"the figure {figure!r} is written already")
        self._figures[figure] = amount

    def _tally_rows(self, tally: str) -> NDArray[np.float64]:
        if tally not in self._tallies:
            self._tallies[tally] = np.zeros((self._days, self._segments))
        return self._tallies[tally]

    def coupons(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Set the table of coupons: counts and money (CNY), each of shape (days, segments)."""
        self._coupons = {name: columns[name] for name in self._coupons}

    def coupon_events(self, days: NDArray[np.int64], customers: NDArray[np.int32], event: str) -> None:
        """Keep the coupons that changed to one state, in full detail only."""
        code = np.full(days.shape[0], COUPON_COUNTS.index(event))
        self._rows["coupon_events"].chunks.append((days, customers, code))

    def payments(self, day: int, customers: NDArray[np.integer], payments: NDArray[np.integer]) -> None:
        """Keep each customer's payments of a day, in full detail only."""
        if self.full and customers.shape[0]:
            self._rows["payments"].chunks.append((np.full(customers.shape[0], day), customers, payments))

    def cost(self, day: int, item: CostItem, channel: Channel, quantity: float, amount_cny: float) -> None:
        """Record money spent; nothing spent leaves no row."""
        if amount_cny:
            self._rows["costs"].chunks.append((day, int(item), int(channel), quantity, amount_cny))

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
        tables = {
            "daily": self._by_day_and_segment("daily", self._daily, dates=True),
            "coupons": self._by_day_and_segment("coupons", self._coupons, dates=False),
            "outcomes": self._outcome_table(),
            "costs": self._rows["costs"].table(SCHEMAS["costs"], self._words),
            "service": self._rows["service"].table(SCHEMAS["service"], self._words),
            "tallies": self._tally_table(),
            "figures": self._figure_table(),
        }
        if self.full:
            tables |= {name: self._rows[name].table(schema, self._words) for name, schema in FULL_SCHEMAS.items()}
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
        shape = (0, self._days, self._segments, len(Outcome))
        counts = np.stack([self._outcomes[channel] for channel in channels]) if channels else np.empty(shape, np.int64)
        # By day first: what happened on a day stands together.
        day, which, segment, outcome = np.nonzero(counts.swapaxes(0, 1))
        channel = np.array(channels, dtype=np.int64)[which]
        contacts = counts[which, day, segment, outcome]
        return self.columns_table(
            "outcomes", day=day, channel=channel, segment=segment, outcome=outcome, contacts=contacts
        )

    def _tally_table(self) -> pa.Table:
        tallies = sorted(self._tallies)
        rows = (
            np.stack([self._tallies[name] for name in tallies])
            if tallies
            else np.empty((0, self._days, self._segments))
        )
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
