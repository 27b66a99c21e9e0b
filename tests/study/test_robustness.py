"""A study with draws, looked at for one key figure."""

import numpy as np
import pytest

from simkit.metrics.catalogue import KPIS
from simkit.params import ParameterError, UncertainNumber, drawn_values, load_study, uncertain_numbers
from simkit.study import run_study
from simkit.study.planning import study_scenario
from simkit.study.robustness.study_robustness import Robustness, look_at
from tests.study.fake_model import FakeModel

PLAN = load_study("smoke").model_copy(
    update={"strategies": ("cold_door_to_door", "digital_first"), "replications": 3, "draws": 20}
)
NUMBERS = tuple(
    UncertainNumber(key, "probability", 0.0, 0.5, 1.0, by_segment=False, source="made up", grade="ASM")
    for key in ("coupons.use", "calls.answer", "calls.other")
)


def made_up(kpi="net_value", draws=200, favourite=1):
    """Return two strategies: bold loses to doing nothing where use is above 0.6; careful is always 5 better than nothing."""
    random = np.random.default_rng(1)
    drawn = random.random((draws, len(NUMBERS)))
    luck = random.normal(0, 3, (1, 4)) + random.normal(0, 0.5, (draws, 4))
    nothing = 100 + luck
    bold = nothing + np.where(drawn[:, [0]] > 0.6, -20.0, 40.0) + random.normal(0, 1, (draws, 4))
    values = np.array([nothing, bold, nothing + 5])
    names = ("do_nothing", "bold", "careful")
    return Robustness(names, KPIS[kpi], values, NUMBERS, drawn, favourite, 0.1, 0.95)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A finished study of a made-up model."""
    return run_study(PLAN, store=tmp_path_factory.mktemp("store"), workers=1, progress=False, model=FakeModel().model())


def test_the_values_of_a_study_are_those_of_its_runs(study):
    """Each place of the array is what that run's metrics say."""
    found = look_at(study, "lasting", strategy="", tail_share=0.1)
    rows = study.metrics[(study.metrics["kpi"] == "lasting") & (study.metrics["segment"] == "all")]
    for row in rows.sample(30, random_state=1).itertuples():
        place = found.strategies.index(row.strategy), row.draw - 1, row.replication
        assert found.values[place] == row.value
    assert found.values.size == len(rows)


def test_each_draw_has_the_numbers_that_its_runs_had(study):
    """The first row is draw 1, not the values as written."""
    found = look_at(study, "lasting", strategy="", tail_share=0.1)
    scenario = study_scenario(PLAN)
    assert [number.key for number in found.numbers] == [number.key for number in uncertain_numbers(scenario)]
    for draw in (1, 20):
        assert found.drawn[draw - 1].tolist() == list(drawn_values(scenario, draw).values())


@pytest.mark.parametrize(
    ("plan", "question", "words"),
    [
        ({"draws": 1}, {}, "at least 20 samples"),
        ({"replications": 1}, {}, "from 2 on"),
        ({}, {"kpi": "lastin"}, "lasting"),
        ({}, {"kpi": "cost_per_lasting"}, "take cost or lasting"),
        ({}, {"kpi": "contacts"}, "neither more nor less is better"),
        ({}, {"strategy": "digital_frist"}, "digital_first"),
        ({}, {"tail_share": 0.0}, "above 0 and at most 1"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(study, plan, question, words):
    """The error names what is wrong and what is allowed."""
    asked = {"kpi": "lasting", "strategy": "", "tail_share": 0.1} | question
    record = study.record.model_copy(update={"plan": PLAN.model_copy(update=plan)})
    with pytest.raises(ParameterError, match=words):
        look_at(type(study)(record, study.store), asked.pop("kpi"), **asked)


def test_where_the_favourite_loses_is_found_and_by_how_much_it_leads():
    """Bold loses to doing nothing in four of ten draws, all of them where use is above 0.6."""
    duel = next(duel for duel in made_up().duels if duel.rival == "do_nothing")
    (side,) = duel.discovery.box
    assert duel.of_losses
    assert duel.behind.mean == pytest.approx(0.4, abs=0.08)
    assert (NUMBERS[side.column].key, side.low) == ("coupons.use", pytest.approx(0.6, abs=0.02))
    assert duel.noise < 0.05


def test_where_losing_is_the_rule_the_box_is_of_what_wins():
    """Seen from careful, it beats bold only where use is above 0.6: the rarer side is told."""
    duel = next(duel for duel in made_up(favourite=2).duels if duel.rival == "bold")
    assert not duel.of_losses
    (side,) = duel.discovery.box
    assert side.low == pytest.approx(0.6, abs=0.02)


def test_a_rival_that_never_wins_has_no_box():
    """Careful is better than doing nothing in every draw."""
    duel = next(duel for duel in made_up(favourite=2).duels if duel.rival == "do_nothing")
    assert duel.discovery is None
    assert duel.behind.mean == 0


def test_where_less_is_better_the_least_is_best_and_scores_keep_their_sign():
    """The same values as a cost: doing nothing is cheaper than careful, bold is cheapest where use is above 0.6."""
    by_value, by_cost = made_up("net_value"), made_up("cost")
    assert by_cost.best_in["careful"].mean == 0
    assert by_cost.best_in["bold"].mean == pytest.approx(1 - by_value.best_in["bold"].mean)
    mean = next(verdict for verdict in by_cost.verdicts if verdict.rule == "mean")
    assert mean.picked == 0
    assert [score.mean for score in mean.scores] == pytest.approx(by_cost.values.mean(axis=(1, 2)).tolist())
    assert all(score.low <= score.mean <= score.high for score in mean.scores)


def test_shares_of_being_best_add_up_to_one():
    """In every draw one strategy is the best."""
    assert sum(share.mean for share in made_up().best_in.values()) == pytest.approx(1)


def test_luck_and_ignorance_of_an_effect_add_up():
    """What bold changes hangs on use; what careful changes is known."""
    splits = made_up().splits
    for split in splits.values():
        assert split.luck.mean + split.ignorance.mean == pytest.approx(split.total.mean)
    assert splits["bold"].share.mean > 0.95
    assert splits["careful"].total.mean == pytest.approx(0, abs=1e-20)
