"""The files that are shipped: they load, they fit each other, and every number says where it comes from."""

import re
from pathlib import Path

import pytest

from simkit.params import DO_NOTHING, check_parameters, load_scenario, load_strategy, load_study, resolve
from simkit.params.scenario import SOURCE_CODE
from simkit.rewards.linter import REWARD_PROGRAMME
from simkit.study.optimisation import MIX_PLAN

PARAMS = Path(__file__).resolve().parents[2] / "params"
SCENARIO = load_scenario("city_bank")
STRATEGIES = sorted(path.stem for path in (PARAMS / "strategies").glob("*.yaml"))


def test_every_shipped_file_is_found_without_fault():
    """`simkit check params` has nothing to complain of."""
    report = check_parameters(PARAMS, others=[REWARD_PROGRAMME, MIX_PLAN])
    assert [str(finding) for finding in report.findings] == []
    assert {path.name for path in PARAMS.rglob("*.yaml")} == {file.path.name for file in report.files}


def test_every_number_has_a_listed_source_or_says_that_it_is_an_assumption():
    """A grade better than 'assumption' rests on something that can be looked up."""
    for key, quantity in SCENARIO.quantities():
        cited = SOURCE_CODE.findall(quantity.source) + re.findall(r"article \d+", quantity.source)
        assert cited or quantity.grade == "ASM", key
        assert set(cited) <= set(SCENARIO.sources), key


def test_every_listed_source_is_cited():
    """The list of sources holds nothing that no number rests on."""
    texts = " ".join(f"{quantity.source} {quantity.note}" for _, quantity in SCENARIO.quantities())
    for code in SCENARIO.sources:
        assert re.search(rf"\b{code}\b", texts), code


def test_only_counts_choices_and_certainties_have_no_range():
    """What is uncertain says how uncertain it is."""
    certain = {
        key
        for key, quantity in SCENARIO.quantities()
        if quantity.range is None and not key.startswith(("segments.", "tags."))
    }
    assert certain == {
        "bank.customers",
        "bank.branches",
        "staff_codes.staff_per_team",
        "staff_codes.teams_per_branch",
        "customer_mix.years_ahead",
        "field.evening_hour",
        "events.hours",
        "messages.wechat_account.delivered",
        "branch_counters.opens",
        "branch_counters.closes",
        "branch_counters.counters",
        "alerts.overtime_ratio",
        "alerts.fewest_cases",
        "value.horizon",
        "value.discount_rate",
        "loyalty.satisfied_from",
        "loyalty.loyal_from",
        "share_of_wallet.payday",
        "word_of_mouth.penetrated_above",
    }


def test_the_bank_is_that_of_the_article():
    """30.64万 silver customers are 33.64 % of the bank's."""
    silver = dict(SCENARIO.quantities())["segments.silver.share"].value
    assert SCENARIO.bank.customers.value * silver == pytest.approx(306_400, rel=5e-4)


def test_first_payers_stay_as_the_sources_say():
    """Beta-geometric survival gives the 30- and 90-day activity that it was fitted to, within two points."""
    alpha, beta = (
        SCENARIO.by_segment(SCENARIO.wallet.survival_alpha),
        SCENARIO.by_segment(SCENARIO.wallet.survival_beta),
    )
    alive = 1.0
    for week in range(13):
        alive = alive * (beta + week) / (alpha + beta + week)
        if week == 3:
            assert alive == pytest.approx([0.52, 0.58, 0.55, 0.50], abs=0.02)
    assert alive == pytest.approx([0.38, 0.45, 0.42, 0.38], abs=0.02)


def test_text_messages_convert_at_most_three_in_a_thousand_of_sent():
    """Even at the high end of the range and with a welcome gift of 10 CNY."""
    sms, wallet = SCENARIO.messages["sms"], SCENARIO.wallet
    shares = [segment.share.value for segment in SCENARIO.segments]
    holders, able = SCENARIO.by_segment(wallet.holders_at_start), SCENARIO.by_segment(wallet.can_pay_by_phone)
    prospects = shares * (1 - holders)
    converted = prospects * able * SCENARIO.by_segment(sms.convert) * sms.delivered.value
    assert converted.sum() / prospects.sum() * sms.convert.range[1] < 0.003


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_says_what_it_does_in_both_languages(name):
    """A title and a summary for people, under the name of the file."""
    strategy = load_strategy(name)
    assert strategy.name == name
    for text in (strategy.title, strategy.summary):
        assert re.search(r"[A-Za-z]", text.en)
        assert not re.search(r"[\u4e00-\u9fff]", text.en)
        assert re.search(r"[\u4e00-\u9fff]", text.zh)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_but_doing_nothing_sets_levers(name):
    """A strategy differs from the scenario, and doing nothing does not."""
    differences = resolve(SCENARIO, load_strategy(name)).differences
    assert bool(differences) == (name != DO_NOTHING)


def test_the_shipped_studies_compare_every_shipped_strategy():
    """The three questions, which outreach, which reward, and who wins customers for us, leave no strategy out."""
    plans = [load_study(name) for name in ("city_bank_strategies", "reward_strategies", "people_strategies")]
    assert sorted({name for plan in plans for name in plan.all_strategies}) == STRATEGIES
    assert all((plan.scale, plan.replications) == (0.1, 20) for plan in plans)


def test_the_smoke_study_is_small():
    """Tests that run it stay quick."""
    plan = load_study("smoke")
    assert len(plan.all_strategies) * plan.replications * plan.scale <= 0.06
