"""From a plan to a recommended mix, on a model whose best mixes are known."""

import itertools

import numpy as np
import pytest

from simkit import cli
from simkit.params import ParameterError, parameter_folder
from simkit.params.mix_plan import Effort, FigureLimit, LeverLadder, MixPlan
from simkit.study.optimisation import Mixes, optimise
from tests.study.optimisation.lever_model import EVENTS, GIFT, TEAMS, LeverModel, plan, titled


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What came of the plan."""
    store = tmp_path_factory.mktemp("store")
    return optimise(plan(), store=store, workers=1, progress=False, model=LeverModel().model())


def chance(amounts):
    """The chance of opening a wallet in the model, on which lasting users depend alone."""
    teams, events, gift = np.asarray(amounts).T
    return 0.3 * (1 - np.exp(-teams / 15)) + 0.4 * (1 - np.exp(-events / 3)) + 0.1 * (1 - np.exp(-gift / 10))


def true_cost(amounts):
    """The expected cost in the model, with a supervisor for each ten teams begun; gifts go to all who open a wallet."""
    teams, events, gift = np.asarray(amounts).T
    wallets = (0.1 + chance(amounts)) * 400 / 0.02
    return 50_000 * teams + 400_000 * events + gift * wallets + 100_000 * np.ceil(teams / 10)


def all_amounts():
    """Every mix of the plan."""
    return np.array(list(itertools.product(*(ladder.values for ladder in plan().levers.values()))))


def test_the_recommended_mix_is_within_the_indifference_of_the_best_of_all(found):
    """100 users of the whole bank; a wallet lasts with probability 0.3."""
    amounts = all_amounts()
    allowed = (true_cost(amounts) <= 2_500_000) & (amounts[:, 0] + np.ceil(amounts[:, 0] / 10) <= 22)
    users = 0.3 * chance(amounts) * 400 / 0.02
    (recommended,) = 0.3 * chance(found.amounts[:1]) * 400 / 0.02
    assert recommended >= users[allowed].max() - plan().indifference


def test_every_reported_mix_keeps_its_limits_in_fresh_replications(found):
    """Budget, posts and coverage; the strategy begun from keeps neither budget nor posts."""
    for place in {0, *found.candidates}:
        for name, limit in found.plan.limits.items():
            assert limit.kept_by(found.used(name, place).mean), (place, name)
    assert not found.plan.limits["posts"].kept_by(found.used("posts", found.first).mean)
    for bound, place in found.on_frontier.items():
        assert found.cost(place).mean <= bound


def test_more_budget_never_wins_less_along_the_frontier(found):
    """Run by run, with the same luck."""
    places = [found.on_frontier[bound] for bound in sorted(found.on_frontier)]
    for less, more in itertools.pairwise(places):
        assert found.gain(more, less).high >= 0
    assert found.gain(places[-1], places[0]).low > 0


def test_the_budget_binds_and_what_is_not_used_up_does_not(found):
    """Half a million more wins more users; posts and coverage leave room, so relaxing them changes nothing."""
    assert found.worth("budget").low > 0
    for name in ("posts", "silver"):
        assert found.when_relaxed[name] == 0
        assert found.worth(name).mean == 0


def test_search_selection_and_report_share_no_replication(tmp_path):
    """A figure by which a mix was chosen would flatter it."""
    journal = tmp_path / "journal"
    model = LeverModel(journal=journal).model()
    found = optimise(plan(), store=tmp_path / "store", workers=1, progress=False, model=model)
    replications = {int(line.split()[1]) for line in journal.read_text().splitlines()}
    assert {replication // 10_000 for replication in replications} == {0, 1, 2}
    assert found.fresh.shape[1] == plan().effort.final_replications


def test_what_was_killed_goes_on_from_its_runs_and_comes_to_the_same(found, tmp_path):
    """Stopped as the fresh runs begin; those of search and selection are not made again."""
    with pytest.raises(KeyboardInterrupt):
        optimise(plan(), store=tmp_path, workers=1, progress=False, model=LeverModel(stopped_at=20_000).model())
    again = optimise(plan(), store=tmp_path, workers=1, progress=False, model=LeverModel().model())
    assert 0 < again.runs_made < again.runs_asked == found.runs_asked
    assert again.fingerprint == found.fingerprint
    assert (again.points == found.points).all()


def test_costs_in_steps_are_charged_to_the_strategy_begun_from_too():
    """60 teams need six supervisors, of 100,000 CNY and one post each."""
    mixes = Mixes.of(plan())
    assert mixes.first_amounts.tolist() == [[60, 0, 0]]
    assert mixes.known(mixes.first_amounts)[0, 1] == 600_000
    assert mixes.staff(mixes.first_amounts).tolist() == [66]


def test_limits_that_no_mix_keeps_are_an_error_that_says_how_many_keep_each(tmp_path):
    """Nobody is recommended a mix that breaks a limit."""
    limits = {"budget": FigureLimit(title=titled("Budget"), figure="cost", most=-1, relax_by=1)}
    with pytest.raises(ParameterError, match=r"limits.budget: 0 of \d+ mixes keep it"):
        optimise(
            plan(limits=limits, effort=Effort(mixes=10, replications=2, mixes_elsewhere=0)),
            store=tmp_path,
            workers=1,
            progress=False,
            model=LeverModel().model(),
        )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"figure": "lasting_share"}, "is none that adds up and has a better side"),
        ({"figure": "lastin"}, "did you mean 'lasting'"),
        ({"levers": {"levers.field.tems": plan().levers[TEAMS]}, "step_costs": {}}, "did you mean 'teams'"),
        (
            {"levers": {**plan().levers, GIFT: LeverLadder(title=titled("G"), lowest=0, highest=2_000, step=1_000)}},
            "2000 is not possible",
        ),
        (
            {"limits": {"budget": FigureLimit(title=titled("B"), figure="cots", most=1, relax_by=1)}},
            "did you mean 'cost'",
        ),
        (
            {"limits": {"budget": FigureLimit(title=titled("B"), figure="opened", segment="old", most=1, relax_by=1)}},
            "'old' is unknown",
        ),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused_in_words(changed, problem):
    """With the key and the nearest valid name."""
    with pytest.raises(ParameterError, match=problem):
        Mixes.of(plan(**changed))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"levers": {EVENTS: {"title": {"en": "E", "zh": "E"}, "lowest": 0, "highest": 5, "step": 2}}},
            "2.5 steps of 2",
        ),
        ({"frontier": {"limit": "bugdet", "bounds": [1]}}, "did you mean 'budget'"),
        (
            {
                "step_costs": {
                    "boss": {"title": {"en": "B", "zh": "B"}, "levers": ["levers.field.team"], "each": 5, "cost_cny": 1}
                }
            },
            "is no lever of this plan",
        ),
    ],
)
def test_a_plan_whose_parts_do_not_fit_is_refused(changed, problem):
    """Steps that do not come out even, and names of parts that are not there."""
    with pytest.raises(ValueError, match=problem):
        MixPlan.model_validate({**plan().model_dump(mode="json"), **changed})


def test_a_shipped_plan_is_checked_by_the_command(capsys, monkeypatch):
    """`simkit check` knows plans for mixes."""
    monkeypatch.setattr("sys.argv", ["simkit", "check", str(parameter_folder() / "plans")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert "mixes of 7 levers under 4 limits" in capsys.readouterr().out
