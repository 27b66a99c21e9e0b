"""The question what an answer hangs on, asked of made-up campaigns in which one number of the scenario decides."""

import dataclasses
import sys

import numpy as np
import pytest
import yaml

from simkit.params import ParameterError, load_scenario, meanings, parameter_folder
from simkit.params.uncertainty import uncertain_numbers
from simkit.study.sensitivity import Effort, Question, ask
from simkit.study.sensitivity.campaigns import Answer
from simkit.study.sensitivity.designs import MissingExtraError
from tests.study.fake_model import CHANCES, FakeModel

KEPT = ("costs", "pitch", "value")
EFFORT = Effort(trajectories=4, top=2, replications=6, decisive=1)
BREAK_EVEN = 1625.0


@dataclasses.dataclass(frozen=True)
class Bank(FakeModel):
    """Cold visits open the fewer wallets the dearer a staff day is: as many as messages at 1,625 CNY; nothing else matters."""

    def parameters(self, scenario, strategy):
        """Resolve a strategy: its name, and for cold visits the cost of a staff day."""
        cost = scenario.costs.staff_day.value if strategy.name == "cold_door_to_door" else 0
        return {
            **super().parameters(scenario, strategy),
            "cost": cost,
            "all": scenario.model_dump_json(include=set(KEPT)),
        }

    def run(self, scenario, strategy, draw=0, replication=0, *, detail="daily"):
        """Make a run with the chance that belongs to the cost."""
        slope = (CHANCES["cold_door_to_door"] - CHANCES["digital_first"]) / (BREAK_EVEN - 1100)
        own = CHANCES["cold_door_to_door"] - slope * (scenario.costs.staff_day.value - 1100)
        fake = FakeModel(chances={**self.chances, "cold_door_to_door": own})
        run = fake.run(scenario, strategy, draw, replication, detail=detail)
        fingerprint = self.fingerprint(self.parameters(scenario, strategy), draw, replication, detail)
        return dataclasses.replace(run, fingerprint=fingerprint)


def without_ranges(section):
    """Return a section of a scenario file whose numbers are all certain."""
    if isinstance(section, dict):
        return {key: without_ranges(value) for key, value in section.items() if key != "range"}
    return section


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study of three strategies for a bank of which little is uncertain."""
    folder = tmp_path_factory.mktemp("params")
    written = yaml.safe_load((parameter_folder() / "scenarios" / "city_bank.yaml").read_text(encoding="utf-8"))
    bank = {name: part if name in KEPT else without_ranges(part) for name, part in written.items()}
    scenario = folder / "bank.yaml"
    scenario.write_text(yaml.safe_dump(bank, allow_unicode=True), encoding="utf-8")
    plan = {
        "name": "small",
        "title": {"en": "Small", "zh": "小"},
        "question": {"en": "Which?", "zh": "哪个？"},
        "scenario": str(scenario),
        "strategies": ["cold_door_to_door", "digital_first"],
    }
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    return str(path)


def asked(study, store, told=lambda *_: None, **question):
    """Ask of the made-up bank."""
    how = {"workers": 1, "progress": False, "model": Bank().model()}
    return ask(Question(study, **{"kpi": "opened", **question}), EFFORT, store=store, told=told, **how)


@pytest.fixture(scope="module")
def answer(study, tmp_path_factory) -> Answer:
    """The answer, with the two strategies left to choose."""
    return asked(study, tmp_path_factory.mktemp("store"))


def test_the_two_best_are_held_against_each_other(answer):
    """Cold visits open most wallets and messages come second; doing nothing is out."""
    assert (answer.strategy.name, answer.against.name) == ("cold_door_to_door", "digital_first")
    assert answer.found.as_written.low > 0


def test_doing_nothing_is_what_the_other_is_held_against(study, tmp_path):
    """Doing nothing costs least and is the better of the two, but stands second: what another costs more is easily said."""
    found = asked(study, tmp_path, kpi="cost")
    assert found.against.name == "do_nothing"
    assert found.found.as_written.mean > 0


def test_the_number_that_decides_is_found_with_its_break_even(answer):
    """Of 13 uncertain numbers one matters, and the two strategies are equal where they were made so."""
    assert len(answer.found.uncertain) == 13
    (swing,) = answer.found.swings
    assert swing.number.key == "costs.staff_day"
    assert swing.break_even.outcome == "flips"
    assert swing.break_even.low <= BREAK_EVEN <= swing.break_even.high


def test_nothing_is_run_twice(study, tmp_path):
    """The same question again makes no run, and has the same answer and fingerprint."""
    first = asked(study, tmp_path)
    again = asked(study, tmp_path)
    assert first.runs_made > 0
    assert again.runs_made == 0
    assert again.runs == first.runs
    assert again.fingerprint == first.fingerprint
    assert again.found.sections == first.found.sections
    assert again.found.swings == first.found.swings


def test_stages_are_told_with_their_runs_and_their_time(study, tmp_path):
    """The first stage has no time yet; all others have one, and their runs are at least those that the answer rests on."""
    stages = []
    found = asked(study, tmp_path, told=lambda *stage: stages.append(stage))
    assert stages[0][:2] == (None, 3 * EFFORT.replications)
    assert np.isnan(stages[0][2])
    assert all(seconds > 0 for _, _, seconds in stages[1:])
    assert sum(runs for _, runs, _ in stages[1:]) >= found.runs


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"kpi": "net_valu"}, "did you mean 'net_value'"),
        ({"kpi": "lasting_share"}, "ask for lasting or opened"),
        ({"strategy": "digital_frst"}, "did you mean 'digital_first'"),
        ({"strategy": "digital_first", "against": "digital_first"}, "against itself"),
        ({"segment": "silvr"}, "did you mean 'silver'"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_can(question, words, study, tmp_path):
    """A wrong name is met with the nearest right one before any run is made."""
    with pytest.raises(ParameterError, match=words):
        asked(study, tmp_path, **question)
    assert not (tmp_path / "runs").exists()


def test_without_salib_nothing_is_run(study, tmp_path, monkeypatch):
    """A planner who lacks the library reads so at once, not after the first stage."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(MissingExtraError, match="pip install"):
        asked(study, tmp_path)
    assert not (tmp_path / "runs").exists()


def test_every_uncertain_number_has_a_meaning():
    """Reports can say of each number what it is."""
    scenario = load_scenario("city_bank")
    told = meanings(scenario)
    assert [number.key for number in uncertain_numbers(scenario) if not told.get(number.key)] == []
