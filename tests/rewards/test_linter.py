"""The linter: what is wrong with a programme is told with its place, its numbers and what to do; what is mended is not."""

import copy
import datetime
import itertools
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.params import ParameterError, find_parameters
from simkit.rewards import linter
from simkit.rewards.lint_rules import remarks_on_play, remarks_on_text
from simkit.rewards.linter import lint_programme
from tests.rewards.event_strategies import games
from tests.rewards.played_by_engine import EnginePlay
from tests.rewards.programme_strategies import PROGRAMME_BYTES, Choices, programme
from tests.rewards.till import Till

TITLE = {"en": "A reward", "zh": "权益"}
PART = {
    "title": TITLE,
    "trigger": {"kind": "payments_in_period", "payments": 3, "period": "natural_week", "min_amount_cny": 5},
    "claim": {"days": 7},
    "grant": {"kind": "coupons", "quantity": 1, "face_cny": {"gold": 26, "platinum": 29}},
    "validity": {"days": 30},
    "caps": [{"max": 40, "per": "year"}],
}
SOUND = {"name": "changed", "title": TITLE, "tiers": ["gold", "platinum"], "parts": {"weekly": PART}}
EXCHANGE = {
    "title": TITLE,
    "trigger": {"kind": "exchange", "points": 100},
    "grant": {"kind": "coupons", "quantity": 1, "face_cny": 5},
    "validity": {"days": 30},
}
MAP = {"title": TITLE, "lit_by": ["weekly"], "stages": [{"at": 10, "prize": "a"}, {"at": 40, "prize": "b"}]}
ONE_STAGE = MAP | {"stages": MAP["stages"][:1]}
ENDS = {"starts_on": datetime.date(2024, 1, 1), "ends_on": datetime.date(2024, 12, 31)}
ENDED = {"days": 30, "ends_with_programme": True}
SMALL = {"kind": "payment", "min_amount_cny": 10}
STACKED = [{"parts": ["weekly", "other"], "policy": "best"}]


class _Plain(yaml.SafeDumper):
    """Writes repeated values out."""

    def ignore_aliases(self, data):
        """Use no aliases, which parameter files do not have."""
        del data
        return True


def changed(changes, base=SOUND):
    """Return the sound programme with values under dotted keys replaced; None removes a key."""
    data = copy.deepcopy(base)
    for key, value in changes.items():
        *sections, last = key.split(".")
        section = data
        for name in sections:
            section = section[int(name)] if isinstance(section, list) else section.setdefault(name, {})
        section[last] = copy.deepcopy(value)
        if value is None:
            del section[last]
    return data


@pytest.fixture
def lint(tmp_path):
    """Return a function that lints the sound programme with changes."""

    def run(changes, reading=None):
        path = tmp_path / "changed.yaml"
        path.write_text(yaml.dump(changed(changes), Dumper=_Plain, sort_keys=False), encoding="utf-8")
        return lint_programme(path, reading)

    return run


FAULTS = {
    "a headline above what the rules give": (
        "L1", "headline.coupons", {"headline": {"coupons": 41}}, {"headline": {"coupons": 40}},
        "41 coupons are promised, but nobody can have more than 40 in a year (gold 40, platinum 40; at most weekly 40)",
    ),
    "a headline below what the rules give": (
        "L1", "headline.coupons", {"headline": {"coupons": 39}}, {"headline": {"coupons": 40}},
        "39 coupons are promised, but a perfect customer gets 40 in a year",
    ),
    "a part's headline that no tier reaches": (
        "L1", "parts.weekly.headline_coupons", {"parts.weekly.headline_coupons": 41}, {"parts.weekly.headline_coupons": 40},
        "41 coupons are promised, but nobody can have more than 40",
    ),
    "a stage above all icons of a year": (
        "L2", "stages.stages.1.at", {"stages": MAP, "stages.stages.1.at": 41}, {"stages": MAP},
        "stage 2 needs 41 icons, but nobody lights more than 40 in a year (gold 40, platinum 40)",
    ),
    "stages that nobody reaches when each has its own map": (
        "L2", "stages.stages.1.at", {"stages": MAP, "stages.counting": "per_map"}, {"stages": MAP, "stages.counting": "cumulative"},
        "stage 2 needs 50 icons, but nobody lights more than 40",
    ),
    "a cap that twelve months of three never meet": (
        "L3", "parts.exchange.caps.1.max",
        {"points": {}, "parts.exchange": EXCHANGE | {"caps": [{"max": 3, "per": "month"}, {"max": 36, "per": "year"}]}},
        {"points": {}, "parts.exchange": EXCHANGE | {"caps": [{"max": 3, "per": "month"}, {"max": 35, "per": "year"}]}},
        "nobody claims more than 36 in a calendar year, and 36 are allowed",
    ),
    "a cap on redemptions above what can be claimed": (
        "L3", "parts.weekly.caps.1.max",
        {"parts.weekly.caps": [{"max": 40, "per": "year"}, {"max": 6, "per": "day", "counted_on": "redemptions"}]},
        {"parts.weekly.caps": [{"max": 40, "per": "year"}, {"max": 2, "per": "day", "counted_on": "redemptions"}]},
        "nobody redeems more than 5 in a day, and 6 are allowed",
    ),
    "icons counted in all or per map": (
        "L4", "stages.counting", {"stages": MAP}, {"stages": ONE_STAGE},
        "the last stage needs 40; counted anew for each map, the stages would need 10 + 40 = 50 > 40",
    ),
    "payments of any size": (
        "L5", "parts.weekly.trigger.min_amount_cny",
        {"parts.weekly.trigger.min_amount_cny": 0}, {"parts.weekly.trigger.min_amount_cny": 0.02},
        "3 payments of CNY 0.01 in a natural week earn CNY 26 (gold), CNY 29 (platinum)",
    ),
    "one payment of any size": (
        "L5", "parts.weekly.trigger.min_amount_cny",
        {"parts.weekly.trigger": {"kind": "payment"}}, {"parts.weekly.trigger": {"kind": "payment", "min_amount_cny": 1}},
        "one payment of CNY 0.01 earns CNY 26 (gold), CNY 29 (platinum)",
    ),
    "a coupon that is redeemed after the end": (
        "L6", "parts.weekly.validity.ends_with_programme", ENDS, ENDS | {"parts.weekly.validity": ENDED},
        "2024-12-31, and claimed on 2025-01-07 can be redeemed until 2025-02-05, 36 days after the programme's end",
    ),
    "a coupon that is released months after the end": (
        "L6", "parts.weekly.validity.ends_with_programme",
        ENDS | {"parts.weekly.grant.quantity": 7, "parts.weekly.release": {"per_month": 3}},
        ENDS | {"parts.weekly.validity": ENDED},
        "claimed on 2025-01-07 can be redeemed until 2025-03-30",
    ),
    "a coupon that never expires": (
        "L6", "parts.weekly.validity", ENDS | {"parts.weekly.validity": None}, ENDS | {"parts.weekly.validity": ENDED},
        "coupons never expire, and the programme ends on 2024-12-31",
    ),
    "a value that nobody has decided": (
        "L7", "parts.exchange.trigger.points",
        {"points": {}, "parts.exchange": EXCHANGE | {"trigger": {"kind": "exchange", "points": None}}},
        {"points": {}, "parts.exchange": EXCHANGE},
        "nobody has decided this value",
    ),
    "a quantity above its own cap": (
        "L8", "parts.weekly", {"parts.weekly.caps.0.max": 3, "parts.weekly.grant.quantity": 4}, {"parts.weekly.caps.0.max": 3},
        "every attempt is refused with ANNUAL_CAP",
    ),
    "a part that another one always hides": (
        "L8", "parts.other",
        {"parts.weekly.trigger": SMALL, "parts.other": PART | {"trigger": SMALL, "grant": PART["grant"] | {"face_cny": 25}},
         "parts.weekly.caps": [], "stacking": STACKED},
        {"parts.weekly.trigger": SMALL, "parts.other": PART | {"trigger": SMALL, "grant": PART["grant"] | {"face_cny": 27}},
         "parts.weekly.caps": [], "stacking": STACKED},
        "every attempt is refused with STACKING",
    ),
    "a part for no tier": (
        "L8", "parts.weekly", {"parts.weekly.grant.quantity": {"gold": 0}}, {"parts.weekly.grant.quantity": {"gold": 1}},
        "no tier has a quantity",
    ),
    "days that never come": (
        "L8", "parts.weekly",
        ENDS | {"parts.weekly.validity": ENDED, "ends_on": datetime.date(2024, 1, 30), "parts.weekly.trigger.days_of_month": [31]},
        ENDS | {"parts.weekly.validity": ENDED, "ends_on": datetime.date(2024, 1, 31), "parts.weekly.trigger.days_of_month": [31]},
        "what earns it never happens",
    ),
    "a coupon that waits beyond the end": (
        "L9", "parts.weekly.release",
        ENDS | {"parts.weekly.validity": ENDED, "parts.weekly.release": {"wait_days": 5}}, ENDS | {"parts.weekly.validity": ENDED},
        "would become effective on 2025-01-0",
    ),
    "a budget below one coupon": (
        "L10", "budget.per_day_cny",
        {"budget": {"per_day_cny": 12}, "accounting": {"bank_share": 0.5}},
        {"budget": {"per_day_cny": 13}, "accounting": {"bank_share": 0.5}},
        "CNY 12 does not hold one grant of 'weekly', of which the bank pays at least CNY 13",
    ),
    "a quota below one grant": (
        "L10", "parts.weekly.caps.0.max",
        {"parts.weekly.caps": [{"max": 2, "per": "day", "scope": "programme"}], "parts.weekly.grant.quantity": 3},
        {"parts.weekly.caps": [{"max": 3, "per": "day", "scope": "programme"}], "parts.weekly.grant.quantity": 3},
        "2 does not hold one grant, which is at least 3 coupons at once",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "key", "fault", "mended", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_numbers_and_its_mended_twin_is_not(lint, rule, key, fault, mended, said):
    """Each rule speaks when it should, names the key, and is silent when it should be."""
    findings = [found for found in lint(fault).findings if (found.rule, found.key) == (rule, key)]
    (found,) = findings
    assert said in found.message
    assert found.line > 0
    assert found.action.endswith(".")
    assert [found for found in lint(mended).findings if (found.rule, found.key) == (rule, key)] == []


def test_a_sound_programme_is_left_in_peace(lint):
    """No rule has anything to say."""
    assert lint({}).findings == ()


def test_every_rule_is_proved():
    """The table above has a case for each rule that the linter's own list names."""
    listed = re.findall(r"\bL\d+", linter.__doc__)
    assert {fault[0] for fault in FAULTS.values()} == set(listed)


@pytest.mark.parametrize("policy", ["accumulate", "best", "first"])
def test_a_cap_that_binds_only_those_who_save_up_is_no_finding(lint, policy):
    """One coupon a week is earned, but two may be claimed in one week, so that a cap of one a week refuses somebody."""
    twin = {"parts.other": PART, "stacking": [{"parts": ["weekly", "other"], "policy": policy}]}
    report = lint({"parts.weekly.caps": [{"max": 1, "per": "week"}]} | twin)
    assert [found for found in report.findings if found.key.startswith("parts.weekly.caps")] == []


def test_under_the_year_of_the_card_thirteen_months_meet_the_cap(lint):
    """39 exchanges fall into a year that begins in the middle of a month."""
    caps = [{"max": 3, "per": "month"}, {"max": 36, "per": "year"}]
    exchange = {"points": {}, "parts.exchange": EXCHANGE | {"caps": caps}}
    assert [found.rule for found in lint(exchange).findings] == ["L3"]
    assert lint(exchange | {"year": "anniversary"}).findings == ()
    higher = {"parts.exchange.caps.1.max": 39, "year": "anniversary"}
    (found,) = lint(exchange | higher).findings
    assert "nobody claims more than 39 in a year of the card, and 39 are allowed" in found.message


def test_parts_that_exclude_each_other_are_each_played_for(lint):
    """Whoever chooses one for ever has no other, but another customer may choose that."""
    other = PART | {"trigger": {"kind": "payment", "min_amount_cny": 10}, "caps": [{"max": 30, "per": "year"}]}
    choice = {"parts.other": other, "stacking": [{"parts": ["weekly", "other"], "policy": "exclusive"}]}
    assert lint(choice | {"headline": {"coupons": 40}}).findings == ()


@pytest.mark.parametrize("starts_on", ["2000-01-01", "2024-02-29", "2098-06-01", "2099-12-31"])
def test_a_programme_may_begin_on_any_day_that_dates_allow(lint, starts_on):
    """From the first to the last day that can be written; at the end of time there is less to get."""
    report = lint({"starts_on": datetime.date.fromisoformat(starts_on), "headline": {"coupons": 1000}})
    assert told(report, "L1")[0][0] == "headline.coupons"


def test_a_part_that_only_some_customers_can_get_is_no_finding(lint):
    """What new customers never get, since something better is theirs, existing ones do."""
    better = PART | {"trigger": SMALL, "who": {"new_customers": True}, "caps": []}
    weaker = PART | {"trigger": SMALL, "grant": PART["grant"] | {"face_cny": 1}, "caps": []}
    assert lint({"parts.weekly": better, "parts.other": weaker, "stacking": STACKED}).findings == ()
    for_all = better | {"who": {}}
    (found,) = lint({"parts.weekly": for_all, "parts.other": weaker, "stacking": STACKED}).findings
    assert (found.rule, found.key) == ("L8", "parts.other")


def test_a_part_that_comes_when_a_better_one_has_run_out_is_no_finding(lint):
    """A quota or a budget ends the better one some day."""
    better = PART | {"trigger": SMALL, "caps": [{"max": 99, "per": "day", "scope": "programme"}]}
    weaker = PART | {"trigger": SMALL, "grant": PART["grant"] | {"face_cny": 1}, "caps": []}
    assert lint({"parts.weekly": better, "parts.other": weaker, "stacking": STACKED}).findings == ()


def test_cash_back_that_grows_by_small_steps_meets_its_cap(lint):
    """Whoever pays little by little is given cash back several times in a month."""
    cashback = {
        "title": TITLE,
        "trigger": {"kind": "spending_in_period", "threshold_cny": 100, "period": "calendar_month"},
        "grant": {"kind": "cashback", "rate": 0.05, "max_cny": 50},
        "caps": [{"max": 4, "per": "month"}],
    }
    assert lint({"parts.weekly": cashback}).findings == ()


def test_a_budget_that_only_warns_is_not_too_small(lint):
    """It refuses nothing."""
    assert lint({"budget": {"total_cny": 1, "when_spent": "warn"}}).findings == ()


def test_a_share_of_what_is_paid_needs_no_minimum(lint):
    """One fen earns nothing."""
    assert (
        lint(
            {
                "parts.weekly": {
                    "title": TITLE,
                    "trigger": {"kind": "payment"},
                    "grant": {"kind": "cashback", "rate": 0.1},
                }
            }
        ).findings
        == ()
    )


def test_a_loophole_of_three_fen_is_real():
    """What L5 says is what the engine gives: the shipped programme's weekly coupon of 26 CNY for three payments of one fen."""
    till = Till("huaxia_luckin", "ann")
    for _ in range(3):
        till.pays("ann", "2024-01-01", 0.01)
    assert till.acts("ann", "2024-01-01", "claim", "weekly") == ["GRANTED"]
    assert till.has("ann") == [26.0]


def told(report, rule):
    """Return (key, readings, severity, message) of a rule's findings."""
    return [
        (found.key, found.readings, found.severity, found.message) for found in report.findings if found.rule == rule
    ]


def test_the_coffee_programme_is_sound_as_it_is_read_and_broken_as_it_is_written():
    """94 of 100 cups, stage 5 and the 12 welcome cups cannot be reached as written; no other reading has a problem."""
    report = lint_programme("huaxia_luckin")
    as_written, everywhere = ("as_written",), ("tiered", "as_written", "headline")
    headline, welcome = told(report, "L1")
    assert headline[:3] == ("headline.coupons", as_written, "problem")
    assert "100 coupons are promised, but nobody can have more than 94" in headline[3]
    assert welcome[:3] == ("parts.welcome.headline_coupons", as_written, "problem")
    assert "12 coupons are promised, but nobody can have more than 6" in welcome[3]
    ((stage, *where, needs),) = told(report, "L2")
    assert (stage, where) == ("stages.stages.4.at", [as_written, "problem"])
    assert "stage 5 needs 100 icons, but nobody lights more than 94" in needs
    assert [(key, readings) for key, readings, *_ in told(report, "L3")] == [("parts.exchange.caps.1.max", everywhere)]
    assert "20 + 35 + 60 + 88 + 100 = 303 > 100" in told(report, "L4")[0][3]
    assert "3 payments of CNY 0.01 in a natural week earn CNY 26 (gold)" in told(report, "L5")[0][3]
    assert {found.rule for found in report.findings} == {"L1", "L2", "L3", "L4", "L5"}
    assert (report.reading, report.problems) == ("tiered", ())


def test_one_reading_can_be_looked_at_alone():
    """Then its own problems count."""
    report = lint_programme("huaxia_luckin", "as_written")
    assert [found.rule for found in report.problems] == ["L1", "L1", "L2"]
    assert {found.readings for found in report.findings} == {("as_written",)}
    assert lint_programme("huaxia_luckin", "headline").problems == ()


def test_an_unknown_reading_is_met_with_the_nearest():
    """A planner who mistypes a reading learns the right one."""
    with pytest.raises(ParameterError, match="did you mean 'as_written'"):
        lint_programme("huaxia_luckin", "as_writen")


def test_a_finding_stands_where_the_value_of_its_reading_is_written(lint):
    """In the variant if that sets it, else in the rules that all share."""
    variants = {"loose": {"parts": {"weekly": {"trigger": {"min_amount_cny": 0}}}}, "strict": {}}
    report = lint({"reading": "strict", "variants": variants})
    ((key, readings, severity, _),) = told(report, "L5")
    assert (key, readings, severity) == ("variants.loose.parts.weekly.trigger.min_amount_cny", ("loose",), "notice")


def test_problems_of_other_readings_do_not_count(lint):
    """A headline that only one reading breaks is a problem of that reading alone."""
    variants = {"right": {}, "wrong": {"headline": {"coupons": 50}}}
    rules = {"headline": {"coupons": 40}, "variants": variants}
    assert lint(rules | {"reading": "right"}).problems == ()
    assert len(lint(rules | {"reading": "wrong"}).problems) == 1
    assert len(lint(rules | {"reading": "right"}).findings) == 1


def test_a_reading_with_an_empty_value_is_not_played(lint):
    """The others are."""
    variants = {"open": {"parts": {"weekly": {"claim": {"days": None}}}}, "closed": {}}
    report = lint({"headline": {"coupons": 41}, "reading": "closed", "variants": variants})
    assert [(found.rule, found.readings) for found in report.findings] == [("L1", ("closed",)), ("L7", ("open",))]


def test_findings_come_by_rule_and_line_and_are_plain_data():
    """The order is always the same, and records hold what JSON can."""
    report = lint_programme(find_parameters("rewards", "huaxia_luckin"))
    order = [(int(found.rule[1:]), found.line) for found in report.findings]
    assert order == sorted(order)
    keys = ["rule", "severity", "readings", "file", "line", "key", "message", "action"]
    assert [list(record) for record in report.records()] == [keys] * len(report.findings)
    assert report.records()[0]["readings"] == ["as_written"]


@settings(max_examples=8)
@given(data=st.binary(min_size=PROGRAMME_BYTES, max_size=PROGRAMME_BYTES))
def test_whatever_is_valid_can_be_linted(data):
    """Every finding of a random programme names a key of it, says something and what to do."""
    rules = programme(Choices(data), datetime.date(2024, 2, 1))
    for remark in (*remarks_on_text(rules), *remarks_on_play(rules)):
        assert remark.key.partition(".")[0] in type(rules).model_fields
        assert remark.message
        assert remark.action.endswith(".")


@settings(max_examples=15)
@given(game=games())
def test_a_cap_that_is_said_to_refuse_nobody_refuses_nobody(game):
    """Whatever customers do in random games, refunds among it: what L3 says holds."""
    silent = {remark.key.removesuffix(".max") for remark in remarks_on_play(game.programme) if remark.rule == "L3"}
    if not silent or not game.log:
        return
    played = EnginePlay(game, game.log[0].day.replace(day=1), game.log[-1].day)
    for begin, end in itertools.pairwise(game.cuts):
        played.play(game.log, begin, end)
    refusing = {key for key, times in played.engine.cap_refusals.items() if times}
    assert not silent & refusing
