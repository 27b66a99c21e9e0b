"""Whatever the schema allows can be simulated: no number at the end of what is possible breaks a run."""

import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from simkit.campaign.run import run_campaign
from simkit.params import Measure, ParameterError, Scenario, Strategy, YamlFile, load_strategy, read_yaml, validated
from simkit.params.channels import Message, Partner

PARAMS = Path(__file__).resolve().parents[2] / "params"
CITY_BANK = read_yaml(PARAMS / "scenarios" / "city_bank.yaml").data | {"scale": 0.002}
OMNICHANNEL = load_strategy("omnichannel")
LARGEST = 1e6
ALL_DAY = {"starts": 0, "ends": 24, "break_starts": 0, "break_ends": 0}
PROGRAMMES = (
    "small_weekly_reward",
    "huaxia_luckin",
    "threshold_cashback",
    "points_club",
    "budgeted_coupons",
    "wallet_discount",
)
LAST_MINUTES = {"starts": 23.9, "ends": 24, "break_starts": 24, "break_ends": 24}


def measures(model, above=""):
    """Walk over the numbers of a model as (dotted key, measure)."""
    for name, field in model.model_fields.items():
        for item in field.metadata:
            if isinstance(item, Measure):
                yield f"{above}{name}", item
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from measures(field.annotation, f"{above}{name}.")


NUMBERS = [
    *measures(Scenario),
    *measures(Partner, "field.partners.residents_committee."),
    *(number for channel in ("sms", "wecom", "app_push") for number in measures(Message, f"messages.{channel}.")),
]
LEVERS = st.fixed_dictionaries(
    {},
    optional={
        "field": st.fixed_dictionaries(
            {"partner": st.sampled_from(["property_company", "residents_committee"])},
            optional={
                "teams": st.sampled_from([0, 0.3, 60, 100_000]),
                "doors": st.booleans(),
                "partner_communities_per_week": st.sampled_from([0, 0.5, 100_000]),
                "accepts_requests": st.booleans(),
                "target_segments": st.sampled_from([["young"], ["silver", "middle_aged"]]),
                "hours": st.sampled_from([ALL_DAY, LAST_MINUTES]),
                "max_attempts": st.integers(1, 20),
                "revisit_after_days": st.integers(1, 90),
                "appointment_lead_days": st.integers(0, 60),
                "appointment_max_wait_days": st.floats(0.001, 365),
            },
        ),
        "events": st.fixed_dictionaries(
            {},
            optional={"per_branch_month": st.floats(0, 60), "booths": st.integers(1, 100), "starts": st.floats(0, 20)},
        ),
        "calls": st.fixed_dictionaries(
            {},
            optional={
                "human_seats": st.sampled_from([0, 0.1, 100_000]),
                "inbound_seats": st.sampled_from([0, 0.1, 100_000]),
                "ai_lines": st.sampled_from([0, 0.1, 100_000]),
                "max_calls": st.integers(1, 20),
                "days_between_calls": st.integers(1, 90),
                "hours": st.sampled_from([ALL_DAY, LAST_MINUTES]),
            },
        ),
        "messages": st.dictionaries(
            st.sampled_from(["sms", "wecom", "app_push", "app_popup", "wechat_account"]),
            st.fixed_dictionaries(
                {"every_days": st.integers(1, 365)},
                optional={
                    "first_day": st.integers(0, 365),
                    "sends_at": st.floats(0, 24),
                    "journey_messages": st.integers(1, 365),
                    "re_entry_after_days": st.none() | st.integers(1, 365),
                },
            ),
        ),
        "offer": st.fixed_dictionaries(
            {},
            optional={
                "welcome_gift_cny": st.floats(0, 1000),
                "reward_programme": st.none() | st.sampled_from(PROGRAMMES),
            },
        ),
        "contact_policy": st.fixed_dictionaries(
            {},
            optional={
                "contacts_per_week": st.integers(0, 127),
                "holdout_share": st.floats(0, 0.99),
                "spacing_days": st.integers(0, 365),
                "suppress_opted_out_everywhere": st.booleans(),
                "arbitration": st.sampled_from(["first_listed", "best_rate"]),
                "quiet_hours": st.none()
                | st.fixed_dictionaries(
                    {"starts": st.floats(0, 24), "ends": st.floats(0, 24)},
                    optional={"action": st.sampled_from(["queue", "discard"])},
                ),
            },
        ),
    },
)


def with_value(data, key, value):
    """Return a scenario's data with another value in all segments, without a range."""
    data = copy.deepcopy(data)
    place = data
    for part in key.split("."):
        place = place[part]
    place.pop("range", None)
    place["value"] = dict.fromkeys(place["value"], value) if isinstance(place["value"], dict) else value
    return data


def usable(model, data):
    """Return the model, or None where its parts do not go together."""
    try:
        return validated(model, YamlFile(Path("valid.yaml"), data, {}))
    except ParameterError:
        return None


def at_most_2000_customers(scenario):
    """Return the scenario at a scale that runs at once, however large its bank is."""
    return scenario.model_copy(update={"scale": min(1.0, 2000 / scenario.bank.customers.value)})


def assert_runs(scenario, strategy):
    """Run once; each day and segment has its row, and nothing is counted or paid below zero but what others owe the bank."""
    run = run_campaign(scenario, strategy)
    daily, costs = run.tables["daily"].to_pandas(), run.tables["costs"].to_pandas()
    assert len(daily) == scenario.calendar.horizon_days * len(scenario.segments)
    assert (daily.select_dtypes("number") >= 0).all(axis=None)
    assert np.isfinite(costs["amount_cny"]).all()
    reward = costs["item"] == "reward"
    # The bank and a partner settle the points that customers redeemed at either; on some days the partner pays.
    settled = (costs["item"] == "partner") & (costs["channel"] == "co_brand")
    assert (costs["amount_cny"][~reward & ~settled] >= 0).all()
    assert (costs["quantity"] >= 0).all()
    assert (costs["amount_cny"][reward].cumsum() > -0.001).all()  # what expires was paid for before


@st.composite
def changes(draw):
    """Draw other values for a few numbers, anywhere in what is possible, the ends most of all."""
    chosen = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique_by=lambda number: number[0]))
    ends = [(key, measure.low, min(measure.high, LARGEST)) for key, measure in chosen]
    return {key: draw(st.sampled_from([low, high]) | st.floats(low, high)) for key, low, high in ends}


@settings(max_examples=30)
@given(changed=changes())
def test_every_possible_scenario_runs(changed):
    """Numbers at the ends of what is possible, alone and together, under a strategy that uses every mechanism."""
    data = CITY_BANK
    for key, value in changed.items():
        data = with_value(data, key, value)
    scenario = usable(Scenario, data)
    assume(scenario is not None)
    assert_runs(at_most_2000_customers(scenario), OMNICHANNEL)


@settings(max_examples=30)
@given(levers=LEVERS)
def test_every_possible_strategy_runs(levers):
    """Levers at the ends of what is possible, alone and together."""
    title = {"en": "Trial", "zh": "试验"}
    strategy = usable(Strategy, {"name": "trial", "title": title, "summary": title, "levers": levers})
    assume(strategy is not None)
    assert_runs(usable(Scenario, CITY_BANK), strategy)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "measure"), NUMBERS, ids=[key for key, _ in NUMBERS])
def test_every_number_may_be_as_small_or_as_large_as_possible(key, measure):
    """Both ends of every number, one after the other; ends that contradict other numbers are refused by the schema."""
    for value in (measure.low, min(measure.high, LARGEST)):
        scenario = usable(Scenario, with_value(CITY_BANK, key, value))
        if scenario is not None:
            assert_runs(
                scenario.model_copy(update={"scale": min(1.0, 2000 / scenario.bank.customers.value)}), OMNICHANNEL
            )
