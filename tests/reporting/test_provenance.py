"""The foot of a page tells how to make its numbers again, and what it tells is true."""

import shlex

from typer.testing import CliRunner

from simkit.campaign.fingerprint import run_fingerprint
from simkit.cli import app
from simkit.params import load_scenario, load_strategy
from simkit.reporting.pages import narrator_of
from simkit.reporting.provenance import how_to_repeat, repeat_last_run
from simkit.study.planning import with_scale_and_seed


def test_the_command_at_the_foot_repeats_a_run_of_the_study(study):
    """Scenario, strategy, replication, scale and seed of the command give the fingerprint of the study's last run."""
    words = shlex.split(repeat_last_run(study))
    options = dict(zip(words[4::2], words[5::2], strict=True))
    scenario = with_scale_and_seed(load_scenario(words[2]), float(options["--scale"]), int(options["--seed"]))
    made = run_fingerprint(scenario, load_strategy(words[3]), 0, int(options["--replication"]))
    assert words[:2] == ["simkit", "run"]
    assert made == study.record.runs[-1].fingerprint


def test_the_commands_that_look_numbers_up_find_them(study):
    """`simkit show` and `simkit query` answer as they are written at the foot."""
    for command in list(how_to_repeat(study, narrator_of(study, "en")).values())[2:]:
        words = [*shlex.split(command)[1:], "--store", str(study.store.folder)]
        answer = CliRunner().invoke(app, words)
        assert answer.exit_code == 0, answer.output
        assert "community_events" in answer.output or "do_nothing" in answer.output
