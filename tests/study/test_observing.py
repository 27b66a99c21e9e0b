"""Observations: the runs behind them are made once, have the same luck in every strategy, and are read quickly."""

import dataclasses
import shlex
import time

import numpy as np
import pytest

from simkit import cli
from simkit.params import ParameterError, load_scenario, load_strategy, with_levers, with_values
from simkit.study import CampaignObserver, ResultStore
from simkit.study.alternatives import Alternatives
from simkit.study.planning import CAMPAIGN
from tests.study.fake_model import CHANCES, FakeModel

SCENARIO = load_scenario("city_bank")
STRATEGIES = [load_strategy(name) for name in CHANCES]


def observer(folder, *, fake=None, kpis=("lasting", ("opened", "silver")), scenario=SCENARIO, uncertain=False):
    """Return an observer of small made-up campaigns."""
    how = {"workers": 1, "progress": False, "model": (fake or FakeModel()).model()}
    return CampaignObserver(scenario, STRATEGIES, kpis, store=folder, uncertain=uncertain, **how)


def test_values_are_those_of_the_runs(tmp_path):
    """Strategies, replications and key figures stand where they were asked for."""
    observe = observer(tmp_path)
    values = observe([2, 0], [4, 1, 3])
    assert values.shape == (2, 3, 2)
    assert observe.runs_made == 6
    assert observe.seconds > 0
    for position, strategy in enumerate([2, 0]):
        alone = observer(tmp_path)([strategy], [1])[0, 0]
        assert (values[position, 1] == alone).all()
    store = ResultStore(tmp_path)
    assert len(list(store.runs.iterdir())) == 6


def test_a_replication_is_the_same_whenever_it_is_asked_for(tmp_path):
    """Alone or among others, by this observer or the next; no run is made twice."""
    fake = FakeModel(journal=tmp_path / "journal")
    first = observer(tmp_path / "store", fake=fake)
    together = first([0, 1, 2], range(4))
    assert (first([1], [2])[0, 0] == together[1, 2]).all()
    assert (observer(tmp_path / "store", fake=fake)([2, 1], [3])[:, 0] == together[[2, 1], 3]).all()
    assert len(fake.journal.read_text().splitlines()) == first.runs_made == 12


def test_a_replication_has_the_same_luck_in_every_strategy(tmp_path):
    """With a larger chance at the same luck nobody is lost: every customer who opened opens again."""
    values = observer(tmp_path, kpis=["opened"])([0, 1, 2], range(30))[..., 0]
    assert (values[1] >= values[2]).all()
    assert (values[2] >= values[0]).all()
    assert np.corrcoef(values[1], values[2])[0, 1] > 0.3


def test_with_uncertain_numbers_each_replication_has_a_draw_of_its_own(tmp_path):
    """Replication r has draw r + 1 beside its luck; without, draw 0."""
    commands = []
    for uncertain in (False, True):
        fake = FakeModel(failing=frozenset({("do_nothing", 2)}), failing_draw=3 * uncertain)
        observe = observer(tmp_path, fake=fake, uncertain=uncertain)
        with pytest.raises(Exception, match="no such door") as caught:
            observe([0], [2])
        commands.append(str(caught.value))
    assert "--draw" not in commands[0]
    assert "--replication 2 --draw 3" in commands[1]


def test_an_interrupted_procedure_goes_on_where_it_was(tmp_path):
    """Runs that were finished before one failed are not made again."""
    broken = observer(tmp_path / "store", fake=FakeModel(failing=frozenset({("digital_first", 1)})))
    with pytest.raises(Exception, match="digital_first, draw 0, replication 1"):
        broken([0, 1, 2], range(3))
    again = observer(tmp_path / "store")
    again([0, 1, 2], range(3))
    assert again.runs_made == 1


class Doors(FakeModel):
    """A model in which the chance of opening is that of not being met."""

    def parameters(self, scenario, strategy):
        """Resolve what the runs depend on."""
        return {"seed": scenario.seed, "no_show": scenario.field.no_show.value, "strategy": strategy.name}

    def run(self, scenario, strategy, draw=0, replication=0, *, detail="daily"):
        """Make a run with that chance."""
        same = dataclasses.replace(self, chances={strategy.name: scenario.field.no_show.value})
        return FakeModel.run(same, scenario, strategy, draw, replication, detail=detail)


def test_points_are_the_scenario_with_these_numbers(tmp_path):
    """Each point is observed as the scenario would be in which its numbers stand; the empty one as it is written."""
    observe = observer(tmp_path, fake=Doors())
    values = observe.at_points([{}, {"field.no_show": 0.5}, {"field.no_show": 0.9}], [1, 0], [0, 1, 2])
    assert values.shape == (3, 2, 3, 2)
    assert (values[0] == observe([1, 0], [0, 1, 2])).all()
    elsewhere = observer(tmp_path, fake=Doors(), scenario=with_values(SCENARIO, {"field.no_show": 0.9}))
    assert (values[2] == elsewhere([1, 0], [0, 1, 2])).all()
    assert (values[2] > values[1]).all()
    assert elsewhere.runs_made == 0


def test_a_probe_is_one_point_with_one_replication(tmp_path):
    """Where each point has luck of its own, no other run is made."""
    probes = [({}, 3), ({"field.no_show": 0.5}, 1), ({"field.no_show": 0.5}, 2)]
    observe = observer(tmp_path, fake=Doors())
    values = observe.at_probes(probes, [2, 0])
    assert values.shape == (3, 2, 2)
    assert observe.runs_made == 6
    for place, (point, replication) in enumerate(probes):
        assert (values[place] == observe.at_points([point], [2, 0], [replication])[0, :, 0]).all()
    assert observe.runs_made == 6


def test_further_strategies_are_counted_with_the_first(tmp_path):
    """A search that makes up strategies as it goes has one account; the fingerprint is that of all runs, in any order."""
    first = observer(tmp_path)
    first([0], range(3))
    alone = first.fingerprint
    further = first.for_strategies(STRATEGIES[1:])
    assert (further([0], range(3)) == observer(tmp_path)([1], range(3))).all()
    assert (first.runs_made, further.runs_asked, first.fingerprint) == (6, 6, further.fingerprint)
    assert first.fingerprint != alone
    other_way = observer(tmp_path)
    other_way([1], [2, 1, 0])
    other_way([0], range(3))
    assert (other_way.fingerprint, other_way.runs_made, other_way.runs_asked) == (first.fingerprint, 0, 6)


def test_a_run_at_a_point_is_repeated_by_its_command(tmp_path, monkeypatch):
    """The command that a failure would print makes the very run: same scale, seed, numbers and levers."""
    tiny = SCENARIO.model_copy(update={"scale": 0.001, "seed": 5})
    strategy = with_levers(load_strategy("digital_first"), {"levers.calls.ai_lines": 2, "levers.field.doors": False})
    point = {"field.no_show": 0.31, "wallet.holders_at_start": 0.9}
    task = Alternatives(tiny, CAMPAIGN).of(point, strategy).run(2, 1, CAMPAIGN)
    monkeypatch.setattr("sys.argv", [*shlex.split(task.command), "--store", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert not stop.value.code
    assert task.fingerprint in ResultStore(tmp_path)


def test_a_strategy_without_a_file_is_said_upon_doing_nothing():
    """A candidate of an optimiser has a name of its own; its runs can be repeated all the same."""
    candidate = load_strategy("digital_first").model_copy(update={"name": "candidate_7"})
    named, nameless = (
        Alternatives(SCENARIO, CAMPAIGN).of({}, strategy) for strategy in (load_strategy("digital_first"), candidate)
    )
    assert named.options == ()
    assert nameless.names == ("city_bank", "do_nothing")
    assert nameless.parameters == named.parameters
    assert len(nameless.options) > 10


def test_an_unknown_key_figure_or_segment_is_refused_with_the_nearest(tmp_path):
    """Before any run is made."""
    with pytest.raises(ParameterError, match="did you mean 'lasting'"):
        observer(tmp_path, kpis=["lastin"])
    with pytest.raises(ParameterError, match="did you mean 'silver'"):
        observer(tmp_path, kpis=[("lasting", "silber")])
    with pytest.raises(ParameterError, match="for 'all' only"):
        observer(tmp_path, kpis=[("cost", "silver")])([0], [0])


@pytest.mark.slow
def test_finished_runs_are_read_in_little_time(tmp_path):
    """Under 2 ms of CPU a run, planning and the store's own check included, with all key figures of real runs."""
    tiny = SCENARIO.model_copy(update={"scale": 0.001})
    strategies, kpis = [load_strategy("digital_first")], ["lasting", "cost", ("opened", "silver")]
    CampaignObserver(tiny, strategies, kpis, store=tmp_path, progress=False)([0], range(100))
    observe = CampaignObserver(tiny, strategies, kpis, store=tmp_path, progress=False)
    began = time.process_time()
    observe([0], range(100))
    assert observe.runs_made == 0
    assert time.process_time() - began < 100 * 0.002
