"""Campaigns with reward programmes of a test's own, and a recount of their coupons, row by row and day by day."""

import copy
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from simkit.campaign.behaviour import programme_play
from simkit.campaign.behaviour.players import Players
from simkit.campaign.campaign_run import CampaignRun
from simkit.campaign.run import run_campaign
from simkit.params import Scenario
from simkit.rewards import NEVER, Programme, RewardEngine
from tests.campaign.banks import doing

SHIPPED = Path(__file__).parents[2] / "params" / "rewards"
ALL_USERS = {
    "wallet.holders_at_start": 1,
    "wallet.active_share_of_holders": 1,
    "rewards.takes_part": 1,
    "rewards.notice_delay": 0,
}
"""Every customer pays from day 0, knows of the programme and plays for it."""
NO_EFFECT = {
    "rewards.hunters": 0,
    "rewards.top_up": 0,
    "rewards.goal_gradient": 0,
    "rewards.payment_uplift": 1,
    "rewards.drop_after": 0,
    "rewards.refunded": 0,
    "motives": None,
}
"""A programme changes nobody's payments, and no payment is refunded."""


@dataclass(frozen=True)
class Played:
    """A run and what was behind its rewards; `base` is the number of day 0."""

    run: CampaignRun
    programme: Programme
    engine: RewardEngine
    players: Players
    base: int


def rules(name: str, **changes: Any) -> dict[str, Any]:
    """Return a shipped programme's file as plain data, with other values by dotted key (`__` for the dot)."""
    data = yaml.safe_load((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"))
    for key, value in changes.items():
        *sections, last = key.split("__")
        place = data
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = copy.deepcopy(value)
    return data


def play(
    bank: Scenario, programme: str | dict[str, Any], reading: str | None = None, replication: int = 0, **levers: Any
) -> Played:
    """Play a campaign that offers a programme: a shipped one by its name, or plain data. Full detail."""
    behind = []

    def kept(*arguments: Any) -> None:
        behind.extend(arguments)
        record(*arguments)

    record = programme_play.record_rewards
    name = programme if isinstance(programme, str) else programme["name"]
    levers = {"offer.reward_programme": name, "offer.reward_reading": reading} | levers
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if not isinstance(programme, str):
            place = Path(folder) / "rewards"
            place.mkdir()
            (place / f"{name}.yaml").write_text(
                yaml.safe_dump(programme, allow_unicode=True, sort_keys=False), encoding="utf-8"
            )
            patch.setenv("SIMKIT_PARAMS", folder)
        patch.setattr(programme_play, "record_rewards", kept)
        run = run_campaign(bank, doing(levers), replication=replication, detail="full")
    _, loaded, engine, players, base = behind
    return Played(run, loaded, engine, players, base)


def states_on(played: Played, day: int) -> dict[str, np.ndarray]:
    """Say of every coupon in which state it is at the end of a day of the run, from its own days alone.

    `issued` is every coupon that was ever claimed, `outstanding` those of them that can still be redeemed.
    """
    rows = played.engine.coupons
    today = played.base + day
    last_claim = rows["qualified"].astype(np.int64) + played.engine.rules.part["claim_span"][rows["part"]]
    qualified, claimed = rows["qualified"] <= today, rows["claimed"] <= today
    revoked, redeemed = rows["revoked"] <= today, rows["redeemed"] <= today
    expired = claimed & ~redeemed & ~revoked & (rows["expires"] < today)
    unclaimed = qualified & ~claimed
    return {
        "qualified": qualified,
        "claimed": claimed,
        "open": unclaimed & ~revoked & (today <= last_claim),
        "lapsed": unclaimed & ~revoked & (today > last_claim),
        "withdrawn": unclaimed & revoked,
        "redeemed": redeemed & ~revoked,
        "expired": expired,
        "revoked": claimed & revoked,
        "outstanding": claimed & ~redeemed & ~revoked & ~expired,
        "effective": claimed
        & (rows["effective"] <= today)
        & (rows["effective"] <= np.minimum(rows["expires"], rows["revoked"])),
    }


def bank_fen(played: Played) -> np.ndarray:
    """Return the bank's share of each coupon's face, in fen, rounded down."""
    rows = played.engine.coupons
    return rows["face"].astype(np.int64) * played.engine.rules.part["bank_share"][rows["part"]] // 1_000_000


def event_days(played: Played) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return for each event (days of the run, customers) of the coupons' own days."""
    rows = played.engine.coupons
    customers = played.players.customers[rows["account"]]
    horizon = played.run.tables["daily"]["day"].to_numpy().max() + 1
    last_claim = rows["qualified"].astype(np.int64) + played.engine.rules.part["claim_span"][rows["part"]]
    untouched = (rows["claimed"] == NEVER) & (rows["revoked"] == NEVER)
    kept = (rows["claimed"] != NEVER) & (rows["redeemed"] == NEVER) & (rows["revoked"] == NEVER)
    lived = rows["effective"] <= np.minimum(rows["expires"], rows["revoked"])
    taken = np.where(rows["claimed"] == NEVER, NEVER, rows["revoked"])
    withdrawn = np.where(rows["claimed"] == NEVER, rows["revoked"], NEVER)
    days = {
        "qualified": rows["qualified"],
        "claimed": rows["claimed"],
        "lapsed": np.where(untouched, last_claim + 1, NEVER),
        "withdrawn": withdrawn,
        "effective": np.where(lived, rows["effective"], NEVER),
        "redeemed": rows["redeemed"],
        "expired": np.where(kept & (rows["expires"] != NEVER), rows["expires"].astype(np.int64) + 1, NEVER),
        "revoked": taken,
    }
    found = {}
    for event, when in days.items():
        day = when.astype(np.int64) - played.base
        seen = (when != NEVER) & (day < horizon)
        found[event] = (day[seen], customers[seen])
    return found
