"""Banks made for one question: the shipped scenario with some numbers changed, and strategies of a few levers."""

import copy
from collections.abc import Mapping
from typing import Any

import pandas as pd

from simkit.campaign.campaign_run import CampaignRun
from simkit.params import Scenario, Strategy

SHIPPED = (
    "do_nothing",
    "cold_door_to_door",
    "appointments_with_partner",
    "community_events",
    "digital_first",
    "omnichannel",
    "silver_care",
    "small_weekly_reward",
    "reward_heavy",
    "threshold_cashback",
)
VISITS_AND_CALLS = ("visit", "appointment", "community_event", "human_call", "ai_call")
NOT_HELD = ("cancelled", "lapsed")
WITH_A_PERSON = ("visit", "appointment", "community_event", "workplace_visit", "branch", "relationship_manager")
"""Channels at which a person beside the customer helps to open and to pay for the first time."""

CARE = ("follow_up", "support_desk", "sms", "wecom", "app_push")
"""Channels that may go on after a wallet has been opened: help, answers, surveys, thanks, offers of a saving plan."""
OPENED = ("opened", "opened_and_paid")
ALL_DAY = {"starts": 0, "ends": 24, "break_starts": 12, "break_ends": 12, "works_on": "every_day"}

NOBODY_OPENS_ALONE = {
    "wallet.holders_at_start": 0,
    "wallet.organic_innovation": 0,
    "wallet.organic_imitation": 0,
}
"""All customers are prospects, and only a contact opens a wallet."""

ALL_ALIKE = {
    "response.propensity_spread": 0,
    "response.fatigue_odds_ratio": 1,
    "wallet.can_pay_by_phone": 1,
}
"""A channel's rate is everyone's probability, at every contact."""


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return the scenario with other values by dotted key; one number for a segment parameter is meant for all segments."""
    data = scenario.model_dump(mode="python")
    for key, value in changes.items():
        *sections, name = key.split(".")
        place = data
        for section in sections:
            place = place[section]
        before = place[name]
        if isinstance(before, dict) and "grade" in before:
            for_all = isinstance(before["value"], dict) and not isinstance(value, dict)
            place[name] = before | {"value": dict.fromkeys(before["value"], value) if for_all else value, "range": None}
        else:
            place[name] = value
    return Scenario.model_validate(data)


def core(scenario: Scenario) -> Scenario:
    """Return the scenario with every mechanism left out that may be."""
    may_be_left_out = [name for name, field in Scenario.model_fields.items() if field.default is None]
    return scenario.model_copy(update=dict.fromkeys(may_be_left_out))


def doing(levers: Mapping[str, Any], instead_of: Strategy | None = None) -> Strategy:
    """Return a strategy with these levers by dotted key, upon those that another strategy sets."""
    chosen = instead_of.levers.model_dump(mode="python", exclude_unset=True) if instead_of else {}
    chosen = copy.deepcopy(chosen)
    for key, value in levers.items():
        *sections, name = key.split(".")
        place = chosen
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
    words = {"en": "a trial", "zh": "试验"}
    return Strategy.model_validate({"name": "trial", "title": words, "summary": words, "levers": chosen})


def of_care(contacts: pd.DataFrame) -> pd.Series:
    """Say which contacts are of care: on such a channel, and with no chance to open a wallet."""
    return contacts["channel"].isin(CARE) & (contacts["probability"] == 0) & ~contacts["outcome"].isin(OPENED)


def frame(run: CampaignRun, table: str) -> pd.DataFrame:
    """Return a table of the ledger, with words as plain text."""
    rows = run.tables[table].to_pandas()
    coded = rows.select_dtypes("category").columns
    return rows.astype(dict.fromkeys(coded, object))
