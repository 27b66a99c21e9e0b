"""What is measured: a bank of a million customers of whom 22 % are active, with the shipped strategies' effort for each customer."""

from __future__ import annotations

from typing import Any

from simkit.params import BySegment, Quantity, Scenario, Strategy, load_scenario, load_strategy

MILLION = 1_000_000
HOLDERS, ACTIVE_OF_HOLDERS = 0.44, 0.5
STRATEGIES = ("do_nothing", "cold_door_to_door", "omnichannel")
FULL_BLOWN = "omnichannel"
REWARDING = ("small_weekly_reward", "reward_heavy", "threshold_cashback")
MECHANISMS = tuple(key for key, field in Scenario.model_fields.items() if field.default is None)
"""The sections that a scenario may leave out."""
NEEDED_BY = {
    "trust": ("education",),
    "breach": ("apology",),
    "satisfaction": ("loyalty", "share_of_wallet", "competitor"),
    "loyalty": ("share_of_wallet", "competitor"),
    "tags": ("relevance",),
    "tiers": ("routing", "handoffs"),
    "support_desk": ("activation_help", "alerts"),
}
"""Sections that cannot be without another."""
_PER_BANK = {
    "field": ("teams", "partner_communities_per_week"),
    "calls": ("human_seats", "inbound_seats", "ai_lines"),
    "lead_sources": ("property_company", "residents_committee", "online_dwell", "branch"),
    "workplaces": ("visits_per_week",),
    "follow_up": ("staff",),
    "tiers": ("relationship_managers",),
    "support_desk": ("seats", "night_seats"),
    "staff_codes": ("codes",),
}


def bank(customers: int) -> Scenario:
    """Return the shipped city bank with a million customers, 22 % of them active, simulated with `customers` of them."""
    scenario = load_scenario("city_bank")
    growth = MILLION / scenario.bank.customers.value
    wallet = {
        "holders_at_start": _everywhere(scenario.wallet.holders_at_start, HOLDERS),
        "active_share_of_holders": _everywhere(scenario.wallet.active_share_of_holders, ACTIVE_OF_HOLDERS),
    }
    size = {
        "customers": with_value(scenario.bank.customers, MILLION),
        "branches": with_value(scenario.bank.branches, scenario.bank.branches.value * growth),
    }
    return scenario.model_copy(
        update={
            "wallet": scenario.wallet.model_copy(update=wallet),
            "bank": scenario.bank.model_copy(update=size),
            "scale": customers / MILLION,
        }
    )


def strategy(name: str) -> Strategy:
    """Return a shipped strategy with its staff and seats grown to the bank of a million customers."""
    growth = MILLION / load_scenario("city_bank").bank.customers.value
    shipped = load_strategy(name)
    levers = shipped.levers.model_dump(mode="json", exclude_unset=True)
    for section, names in _PER_BANK.items():
        for lever in set(names) & set(levers.get(section, {})):
            levers[section][lever] *= growth
    return diff(name, levers)


def without(scenario: Scenario, levers: Strategy, *mechanisms: str) -> tuple[Scenario, Strategy]:
    """Return scenario and strategy with these sections left out, and with them those that need them."""
    mechanisms = (*mechanisms, *(dependent for key in mechanisms for dependent in NEEDED_BY.get(key, ())))
    chosen = levers.levers.model_dump(mode="json", exclude_unset=True)
    kept = {key: section for key, section in chosen.items() if key not in mechanisms}
    optional = dict.fromkeys(key for key in mechanisms if key in MECHANISMS)
    return scenario.model_copy(update=optional), diff(levers.name, kept)


def diff(name: str, levers: dict[str, Any]) -> Strategy:
    """Return a strategy of these levers."""
    title = {"en": name, "zh": name}
    return Strategy.model_validate({"name": name, "title": title, "summary": title, "levers": levers})


def single_levers() -> dict[str, Strategy]:
    """Return the full-blown strategy's mechanisms, one at a time."""
    levers = strategy(FULL_BLOWN).levers.model_dump(mode="json", exclude_unset=True)
    field, calls = levers["field"], levers["calls"]
    parts: dict[str, dict[str, Any]] = {
        "doors": {"field": {"teams": field["teams"]}},
        "appointments": {"field": field | {"doors": False}},
        "events": {"events": levers["events"]},
        "human_calls": {"calls": {"human_seats": calls["human_seats"]}},
        "ai_calls_and_hotline": {"calls": {name: calls[name] for name in ("ai_lines", "inbound_seats")}},
        "messages": {"messages": levers["messages"]},
        "reward": {"offer": levers["offer"]},
    }
    return {name: diff(name, part) for name, part in parts.items()}


def more_visits(factor: float) -> Strategy:
    """Return the full-blown strategy with `factor` times as many visit teams."""
    levers = strategy(FULL_BLOWN).levers.model_dump(mode="json", exclude_unset=True)
    levers["field"]["teams"] *= factor
    return diff("more_visits", levers)


def with_value(quantity: Quantity, value: float) -> Quantity:
    """Return a number with another value and without its range."""
    return quantity.model_copy(update={"value": value, "range": None})


def _everywhere(quantity: BySegment, value: float) -> BySegment:
    return quantity.model_copy(update={"value": dict.fromkeys(quantity.value, value)})
