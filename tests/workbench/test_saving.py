"""The strategy that was tried as a file: it comes back as it was, overwrites nothing unasked, and no name leaves the folder."""

import pytest
from typer.testing import CliRunner

from simkit.cli import app
from simkit.params import ParameterError, load_strategy, load_study, resolve
from simkit.workbench.saving import FileExistsAlreadyError, plan_of, save_tried

TITLES = {"en": "More lines", "zh": "更多线路"}


def test_a_saved_strategy_comes_back_as_it_was_tried(bench, move, tmp_path):
    """Levers, programme and its rules; `simkit check` finds nothing wrong with the file."""
    move(calls__ai_lines=25.0, messages__sms__every_days=None, follow_up__staff=2.0, parts__weekly__grant__face_cny=6.0)
    path = save_tried(bench, tmp_path / "strategies", "more_lines", TITLES)
    loaded = load_strategy(path)
    assert loaded.title.model_dump() == TITLES
    assert resolve(bench.scenario, loaded) == resolve(bench.scenario, bench.tried)
    checked = CliRunner().invoke(app, ["check", str(path)])
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize(
    "title", ["1e3", "no", "9:30", "null", "# not a remark", "a: b", "'quoted'", '"', "=SUM(A1)", "2026-03-02", "&a *b"]
)
def test_a_title_that_looks_like_something_else_stays_a_title(bench, tmp_path, title):
    """YAML has no say in what a planner calls a strategy."""
    path = save_tried(bench, tmp_path, "named", {"en": title, "zh": title})
    assert load_strategy(path).title.model_dump() == {"en": title, "zh": title}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "../../etc/passwd", "a" * 300, "", "CON", "a b", "中文", "a/b", "a\n"]
)
def test_a_hostile_name_is_refused_in_our_words_and_writes_nothing(bench, tmp_path, name):
    """A name has small letters, digits and underscores; no file appears anywhere."""
    with pytest.raises(ParameterError, match="a name has small letters"):
        save_tried(bench, tmp_path / "strategies", name, TITLES)
    with pytest.raises(ParameterError, match="a name has small letters"):
        plan_of(bench, name, tmp_path, 2)
    assert not (tmp_path / "strategies").exists()


def test_both_titles_are_needed_and_of_a_length(bench, tmp_path):
    """One finding for each that is missing or without end."""
    with pytest.raises(ParameterError) as refused:
        save_tried(bench, tmp_path, "named", {"en": " ", "zh": "长" * 300})
    assert [finding.key for finding in refused.value.findings] == ["title.en", "title.zh"]


def test_no_file_is_overwritten_unless_one_says_so(bench, move, tmp_path):
    """The old file stays byte for byte; doing nothing is never replaced."""
    path = save_tried(bench, tmp_path, "mine", TITLES)
    before = path.read_bytes()
    move(calls__ai_lines=25.0)
    with pytest.raises(FileExistsAlreadyError):
        save_tried(bench, tmp_path, "mine", TITLES)
    assert path.read_bytes() == before
    save_tried(bench, tmp_path, "mine", TITLES, replace=True)
    assert path.read_bytes() != before
    with pytest.raises(ParameterError, match="with which everything is compared"):
        save_tried(bench, tmp_path, "do_nothing", TITLES, replace=True)


def test_a_folder_that_cannot_be_written_to_is_told(bench, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(ParameterError, match="cannot be written"):
        save_tried(bench, tmp_path / "taken", "mine", TITLES)


def test_the_plan_names_files_where_there_are_files(bench, move, tmp_path):
    """Strategies that are no files are written into the store, and the plan can be run again from there."""
    move(calls__ai_lines=25.0)
    plan = load_study(plan_of(bench, "again", tmp_path, 2))
    assert plan.strategies[:2] == ("digital_first", "small_weekly_reward")
    assert resolve(bench.scenario, load_strategy(plan.strategies[2])) == resolve(bench.scenario, bench.tried)
    assert (plan.scale, plan.seed, plan.replications) == (bench.scenario.scale, bench.scenario.seed, 2)
