"""A scenario's numbers: unit, possible values, ranges, sources, and segments that agree with each other."""

from pathlib import Path

import pytest

from simkit.params import ParameterError, Scenario, YamlFile, load_scenario, validated


def place(data, key):
    """Return the mapping that holds the last part of a dotted key, and that part."""
    *above, last = key.split(".")
    for part in above:
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data, last


@pytest.mark.parametrize(
    ("key", "value", "found_at", "said"),
    [
        ("field.no_show.unit", "minutes", "field.no_show", "is given in 'probability'"),
        ("field.no_show.grade", "D", "field.no_show.grade", "allowed: A, ASM, B, C"),
        ("field.no_show.source", "S33, S341", "field.no_show", "S341 is not listed"),
        ("field.no_show.note", "see S999", "field.no_show", "S999 is not listed"),
        ("field.no_show.value", 0.5, "field.no_show", "outside its range [0.05, 0.3]"),
        ("field.no_show.range", [0.3, 0.05], "field.no_show", "outside its range"),
        ("field.no_show.range", [0.05, 1.3], "field.no_show", "allowed: 0 to 1 probability"),
        ("field.no_show.range", [0.05], "field.no_show.range.1", "is missing"),
        ("field.evening_hour.value", 25, "field.evening_hour", "allowed: 0 to 24 hour of day"),
        ("events.hours.value", 0, "events.hours", "allowed: 0.25 to 24 hours"),
        ("bank.community_size.value", 0.5, "bank.community_size", "outside its range"),
        ("bank.branches.value", 0, "bank.branches", "allowed: 1 to 1e+09 count"),
        ("wallet.survival_alpha.value.young", 0, "wallet.survival_alpha", "young is 0; allowed: 0.01"),
        ("wallet.holders_at_start.value.young", 1.2, "wallet.holders_at_start", "young is 1.2; allowed: 0 to 1"),
        ("wallet.holders_at_start.range", [1.1, 1.4], "wallet.holders_at_start.range", "must bracket 1"),
        ("segments.0.share.value", 0.25, "segments", "sum to 1.1; they must sum to 1"),
        ("segments.0.id", "silver", "segments", "listed twice"),
        ("segments.0.id", "Young", "segments.0.id", "small letters"),
        ("segments", [], "segments", "at least 1 item"),
        ("calendar.start", "soon", "calendar.start", "a date such as"),
        ("calendar.start", 20260302, "calendar.start", "a date such as"),
        ("calendar.horizon_days", 80, "calendar", "longer than horizon_days 80"),
        (
            "calls.ai_hang_up",
            {"value": 0.95, "unit": "probability", "source": "a guess", "grade": "ASM"},
            "calls",
            "more than 1",
        ),
        ("calls.ai_convert.value.young", 0.013, "calls", "more than ai_connect x ai_interested, 0.012"),
        ("field.convert_at_door.value.young", 0.6, "field", "sum to more than 1"),
        ("scale", 0, "scale", "greater than 0"),
        ("seed", 2**32, "seed", "less than or equal to"),
        (
            "levers",
            {"field": {"target_segments": ["sliver"]}},
            "levers.field.target_segments",
            "did you mean 'silver'?",
        ),
        (
            "levers",
            {"field": {"partner_communities_per_week": 5}},
            "levers.field.partner_communities_per_week",
            "without a partner",
        ),
        ("levers", {"events": {"starts": 22}}, "levers.events.starts", "beyond midnight"),
    ],
)
def test_a_wrong_number_is_refused_at_its_place(city_bank, write, key, value, found_at, said):
    """Units, possible values, ranges, grades, sources and shares are all checked."""
    section, last = place(city_bank, key)
    section[int(last) if isinstance(section, list) else last] = value
    path = write(city_bank)
    with pytest.raises(ParameterError) as raised:
        load_scenario(path)
    (finding,) = raised.value.findings
    assert finding.key == found_at
    assert finding.line > 0
    assert said in finding.problem


def test_a_segment_without_a_value_and_a_value_without_a_segment_are_named(city_bank, write):
    """Every segment parameter speaks of exactly the scenario's segments."""
    values = city_bank["wallet"]["holders_at_start"]["value"]
    values["sliver"] = values.pop("silver")
    with pytest.raises(
        ParameterError, match=r"wallet\.holders_at_start: unknown segment 'sliver'.*did you mean 'silver'"
    ):
        load_scenario(write(city_bank))
    del values["sliver"]
    with pytest.raises(ParameterError, match=r"wallet\.holders_at_start: no value for silver"):
        load_scenario(write(city_bank))


@pytest.mark.parametrize(
    "section", ["bank", "wallet", "response", "field", "events", "calls", "messages", "rewards", "value"]
)
def test_no_parameter_has_a_silent_default(city_bank, section):
    """A number that is left out is missed, not guessed."""
    for name in list(city_bank[section]):
        left_out = city_bank | {section: {key: value for key, value in city_bank[section].items() if key != name}}
        with pytest.raises(ParameterError, match=name):
            validated(Scenario, YamlFile(Path("left_out.yaml"), left_out, {}))


def test_a_partner_that_the_scenario_lacks_cannot_be_a_lever(city_bank, write):
    """A default that names a partner without parameters is refused."""
    del city_bank["field"]["partners"]["residents_committee"]
    city_bank["levers"] = {"field": {"partner": "residents_committee"}}
    with pytest.raises(ParameterError, match=r"levers\.field\.partner: the scenario has no 'residents_committee'"):
        load_scenario(write(city_bank))


def test_segment_values_come_in_the_order_of_the_segments(city_bank, write):
    """The order in which a planner lists values does not matter."""
    values = city_bank["wallet"]["holders_at_start"]["value"]
    city_bank["wallet"]["holders_at_start"]["value"] = dict(reversed(values.items()))
    scenario = load_scenario(write(city_bank))
    assert scenario.by_segment(scenario.wallet.holders_at_start).tolist() == [0.45, 0.50, 0.35, 0.15]


def test_scale_changes_the_number_of_customers_alone(city_bank, write):
    """At a tenth of the bank a tenth of its customers is simulated."""
    whole = load_scenario(write(city_bank | {"scale": 1.0}))
    tenth = whole.model_copy(update={"scale": 0.1})
    assert (whole.customers, tenth.customers) == (911_000, 91_100)
    assert tenth.bank == whole.bank
