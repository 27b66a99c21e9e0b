"""A run's rewards in the ledger: coupons by what became of them, their face, the bank's cost, what is still owed."""

from __future__ import annotations

import numpy as np

from simkit.campaign.behaviour.players import Players
from simkit.campaign.ledger_tables import COUPON_COUNTS
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World
from simkit.rewards import NEVER, Book, Programme, RewardEngine
from simkit.rewards.play.table import CLAIMED, QUALIFIED

_FEN = 100


def record_rewards(world: World, programme: Programme, engine: RewardEngine, players: Players, base: int) -> None:
    """Write the daily books of a programme to the ledger, and the bank's cost of each day.

    Cost is recognised when coupons are redeemed, or when they are issued; then what expires or is revoked is taken back.
    """
    segments = len(world.scenario.segments)
    days = world.scenario.calendar.horizon_days
    books = engine.daily[:days].reshape(days, 2, segments, -1)
    redeemed, issued = books[..., Book.REDEEMED_BANK], books[..., Book.ISSUED_BANK]
    gone = books[..., Book.EXPIRED_BANK] + books[..., Book.REVOKED_BANK]
    at_issue = programme.accounting.recognised_on == "issue"
    cost = (issued - gone if at_issue else redeemed) / _FEN
    count = books[..., Book.CLAIMED if at_issue else Book.REDEEMED].sum(axis=(1, 2))
    for day in np.flatnonzero(cost.any(axis=(1, 2))):
        world.ledger.cost(int(day), CostItem.REWARD, Channel.ORGANIC, float(count[day]), float(cost[day].sum()))
    counts = {name: books[..., Book[name.upper()]].sum(axis=1) for name in COUPON_COUNTS}
    faces = {
        f"{flow}_cny": books[..., Book[f"{flow.upper()}_FACE"]].sum(axis=1) / _FEN
        for flow in ("issued", "redeemed", "expired", "revoked")
    }
    money = {"cost_cny": cost.sum(axis=1), "hunter_cost_cny": cost[:, 1]}
    money["liability_cny"] = np.cumsum((issued - redeemed - gone).sum(axis=1), axis=0) / _FEN
    world.ledger.coupons(counts | faces | money)
    if world.ledger.full:
        _record_events(world, engine, players, base)


def _record_events(world: World, engine: RewardEngine, players: Players, base: int) -> None:
    """Write every change of every coupon within the run's days."""
    coupons = engine.coupons
    days = world.scenario.calendar.horizon_days
    last_claim = coupons["qualified"].astype(np.int64) + engine.rules.part["claim_span"][coupons["part"]]
    open_ = coupons["status"] == QUALIFIED
    unused = coupons["status"] == CLAIMED
    claimed = coupons["claimed"] != NEVER
    lived = (coupons["effective"] <= coupons["expires"]) & (coupons["effective"] <= coupons["revoked"])
    taken_back = coupons["revoked"] != NEVER
    when = {
        "qualified": (coupons["qualified"], np.ones(coupons.shape[0], dtype=np.bool_)),
        "claimed": (coupons["claimed"], claimed),
        "lapsed": (last_claim + 1, open_),
        "withdrawn": (coupons["revoked"], taken_back & ~claimed),
        "effective": (coupons["effective"], claimed & lived),
        "redeemed": (coupons["redeemed"], coupons["redeemed"] != NEVER),
        "expired": (coupons["expires"].astype(np.int64) + 1, unused & (coupons["expires"] != NEVER)),
        "revoked": (coupons["revoked"], taken_back & claimed),
    }
    for event in COUPON_COUNTS:
        at, happened = when[event]
        day = at.astype(np.int64) - base
        rows = np.flatnonzero(happened & (day < days))
        rows = rows[np.argsort(day[rows], kind="stable")]
        world.ledger.coupon_events(day[rows], players.customers[coupons["account"][rows]], event)
