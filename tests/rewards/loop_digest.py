"""Plays random events of shipped programmes and prints a hash of all that came of them; a second process does so with plain Python."""

import hashlib
import sys

import numpy as np

from simkit.rewards import Cards, EventKind, Events, RewardEngine, day_number, load_programme
from simkit.rewards.programme import Programme

GAMES = (
    ("budgeted_coupons", None),
    ("event_gift", None),
    ("huaxia_luckin", "tiered"),
    ("huaxia_luckin", "headline"),
    ("member_referral", "two_sided"),
    ("merchant_discount", None),
    ("points_club", None),
    ("small_weekly_reward", None),
    ("staff_referral", None),
    ("theme_day", None),
    ("threshold_cashback", "whole_month"),
    ("wallet_discount", None),
)
EVENTS = 1200
PEOPLE, STAFF = 12, 3
DAYS = 70
HOW_OFTEN = {
    EventKind.PAYMENT: 0.45,
    EventKind.CLAIM: 0.18,
    EventKind.REDEEM: 0.13,
    EventKind.POINTS: 0.06,
    EventKind.EXCHANGE: 0.06,
    EventKind.CODE: 0.04,
    EventKind.CONVERT: 0.04,
    EventKind.CASH_ADVANCE: 0.02,
    EventKind.ATTEND: 0.02,
}
TIGHT = {
    "total_cny": 600.0,
    "per_day_cny": 60.0,
    "liability_cny": 150.0,
    "counted_on": "issue",
    "when_spent": "stop",
}
"""A budget for so few people that it refuses."""


def rules_of(name: str, reading: str | None) -> Programme:
    """Return a shipped programme that takes back what refunded payments have earned, with a budget that binds."""
    programme = load_programme(name, reading)
    data = programme.model_dump(exclude_unset=True)
    data["refunds"] = "claw_back"
    data["budget"] = data.get("budget", {}) | TIGHT
    if programme.ends_on is not None:
        data["budget"]["when_spent"] = "throttle"
    return Programme.model_validate(data | {"variants": {}, "reading": None})


def random_events(programme: Programme, first_day: int, luck: np.random.Generator) -> Events:
    """Return events of every kind, in time order, a payment in eight of which is refunded some days later."""
    kinds = luck.choice(list(HOW_OFTEN), EVENTS, p=list(HOW_OFTEN.values()))
    days = first_day + np.sort(luck.integers(0, DAYS, EVENTS))
    accounts = luck.integers(0, PEOPLE, EVENTS)
    amounts = np.where(
        kinds == EventKind.POINTS,
        luck.integers(1, 3000, EVENTS),
        luck.choice([500, 2_000, 9_900, 30_000, 120_000], EVENTS),
    )
    parts = list(programme.parts.values())
    allowed = {
        EventKind.CLAIM: [n for n, part in enumerate(parts) if part.claim is not None],
        EventKind.REDEEM: [n for n, part in enumerate(parts) if part.grant.kind == "coupons"],
        EventKind.EXCHANGE: [n for n, part in enumerate(parts) if part.trigger.kind == "exchange"],
        EventKind.ATTEND: [n for n, part in enumerate(parts) if part.trigger.kind == "attendance"],
    }
    merchants = len({name for part in parts for name in getattr(part.trigger, "merchants", ())})
    partners = len(programme.points.partner_rates) if programme.points is not None else 0
    subjects = np.zeros(EVENTS, dtype=np.int64)
    for kind, count in ((EventKind.PAYMENT, merchants), (EventKind.POINTS, partners)):
        subjects = np.where(kinds == kind, luck.integers(0, count + 1, EVENTS), subjects)
    for kind, choice in allowed.items():
        kinds = np.where((kinds == kind) & (not choice), EventKind.PAYMENT, kinds)
        subjects = np.where(kinds == kind, luck.choice(choice or [0], EVENTS), subjects)
    targets = np.where(kinds == EventKind.CODE, luck.integers(0, PEOPLE + STAFF, EVENTS), -1)
    paid = np.flatnonzero(kinds == EventKind.PAYMENT)[::8]
    targets[paid] = np.arange(paid.size)
    columns = [accounts, days, kinds, subjects, amounts, targets]
    refunds = [accounts[paid], days[paid] + luck.integers(0, 9, paid.size), np.full(paid.size, EventKind.REFUND)]
    refunds += [np.zeros(paid.size), np.zeros(paid.size), np.arange(paid.size)]
    order = np.argsort(np.concatenate([days, refunds[1]]), kind="stable")
    types = (np.int32, np.uint16, np.uint8, np.int16, np.int64, np.int32)
    joined = zip(columns, refunds, types, strict=True)
    return Events(*(np.concatenate([mine, back])[order].astype(kind) for mine, back, kind in joined))


def played(name: str, reading: str | None) -> dict[str, object]:
    """Play a game in two pieces; return everything that can be seen of the engine."""
    programme = rules_of(name, reading)
    luck = np.random.default_rng(7)
    people = PEOPLE + STAFF
    first_day = day_number(programme.starts_on) if programme.starts_on else 9_600
    cards = Cards(
        tier=luck.integers(0, len(programme.tiers), people).astype(np.uint8),
        new_customer=luck.random(people) < 0.8,
        primary_card=luck.random(people) < 0.9,
        approved_day=(first_day - luck.integers(0, 40, people)).astype(np.uint16),
        staff=np.arange(people) >= PEOPLE,
    )
    engine = RewardEngine(
        programme,
        cards,
        bank_share=0.6,
        group=(np.arange(people) % 2).astype(np.uint8),
        groups=2,
        first_day=first_day,
        last_day=first_day + DAYS + 40,
    )
    events = random_events(programme, first_day, luck)
    engine.reserve_slots(EVENTS)
    decisions = [engine.apply(events.part(0, 500)), engine.apply(events.part(500, len(events)))]
    engine.settle(first_day + DAYS + 40)
    return {
        "decisions": [part.tolist() for part in decisions],
        "coupons": engine.coupons.tolist(),
        "stages": engine.stages_reached.tolist(),
        "books": engine.daily.tolist(),
        "points": engine.points_balance(first_day + DAYS).tolist(),
        "refusals": engine.cap_refusals,
    }


def digests() -> dict[str, str]:
    """Return a hash of each thing that came of each game."""
    return {
        f"{name}.{reading}.{thing}": hashlib.sha256(repr(content).encode()).hexdigest()
        for name, reading in GAMES
        for thing, content in played(name, reading).items()
    }


if __name__ == "__main__":
    for game, digest in digests().items():
        sys.stdout.write(f"{game} {digest}\n")
