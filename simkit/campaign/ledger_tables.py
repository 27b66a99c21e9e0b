"""The tables of the ledger: fixed, typed columns; words are stored as codes."""

from __future__ import annotations

import pyarrow as pa

from simkit.campaign.vocabulary import Channel, CostItem, Desk, HandoffEnd, HandoffKind, Outcome, Resource, names

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
    "handoffs": _schema(
        customer_id=pa.int32(),
        hop=pa.int16(),
        kind=_WORD,
        from_desk=_WORD,
        to_desk=_WORD,
        created_day=pa.int16(),
        ended=_WORD,
        ended_day=pa.int16(),
    ),
}
WORDS: dict[str, list[str]] = {
    "channel": names(Channel),
    "outcome": names(Outcome),
    "item": names(CostItem),
    "resource": names(Resource),
    "event": list(COUPON_COUNTS),
    "kind": names(HandoffKind),
    "from_desk": names(Desk),
    "to_desk": names(Desk),
    "ended": names(HandoffEnd),
}
