"""The page of every question, made by its command from a study as small as can be, in a real browser with the network off."""

import pytest
import yaml

from simkit import cli
from simkit.params import parameter_folder
from tests.reporting.sound_page import assert_sound
from tests.reporting.tiny_study import tiny_plan

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LITTLE = {"scale": 0.001, "replications": 2}


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Three strategies, with draws of the uncertain numbers; and a plan for a mix that is tried little."""
    folder = tmp_path_factory.mktemp("plans")
    strategies = ["digital_first", "community_events"]
    tiny = tiny_plan(folder, "tiny", **LITTLE, strategies=strategies)
    drawn = tiny_plan(folder, "drawn", **LITTLE, strategies=strategies, draws=24)
    mix = yaml.safe_load((parameter_folder() / "plans" / "city_bank_mix.yaml").read_text(encoding="utf-8"))
    mix |= {"name": "mix", "scale": 0.001, "limits": {"budget": mix["limits"]["budget"]}}
    mix["frontier"]["bounds"] = [4_000_000]
    mix |= {"effort": {"replications": 2, "mixes": 18, "mixes_elsewhere": 2, "final_replications": 4}}
    path = folder / "mix.yaml"
    path.write_text(yaml.safe_dump(mix, allow_unicode=True), encoding="utf-8")
    return {"tiny": str(tiny), "drawn": str(drawn), "mix": str(path)}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("asked", "pictures"),
    [
        ("select tiny --kpi lasting --indifference 20", 2),
        ("robustness drawn", 2),
        (
            "sensitivity tiny --scale 0.001 --trajectories 3 --replications 2 --decisive 1",
            0,
        ),  # of so few no number matters
        ("value tiny --draws 50", 1),
        ("optimise mix", 1),
    ],
)
def test_the_page_of_every_question_is_sound(asked, pictures, language, plans, opened, tmp_path_factory, monkeypatch):
    """Its pictures are there, its letters are drawn, its texts stand out, and nothing is wider than the screen."""
    command, plan, *options = asked.split()
    folder = tmp_path_factory.getbasetemp() / "every-kind"
    out = folder / f"{command}.{language}"
    told = ["--store", str(folder / "store"), "--out", str(out), "--language", language, "--no-progress"]
    monkeypatch.setattr("sys.argv", ["simkit", command, plans[plan], *options, *told])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    (index,) = out.glob("*/index.html")
    assert_sound(opened(index), pictures=pictures)
