"""The report of what is on the page: written beside it by the ordinary command, and stopped at once."""

import time

import pytest

from simkit.reporting.language import Narrator
from simkit.study import open_study
from simkit.workbench.report_form import Report, ReportForm


@pytest.fixture
def form(bench, tmp_path):
    """Report two replications of the bench."""
    form = ReportForm(
        Report(bench, tmp_path / "store", tmp_path / "reports", 2, lambda page: f"/reports/{page.parent.name}/")
    )
    form.speak(Narrator("en", {}, {}))
    yield form
    form.stop()


def ended(form, seconds):
    """Wait until no report is being written, and say so."""
    end = time.monotonic() + seconds
    while form.job.running and time.monotonic() < end:
        time.sleep(0.05)
    return not form.job.running


@pytest.mark.slow
def test_the_report_is_written_and_linked_to(form, bench, move, tmp_path):
    """All that is compared is in it, pinned and tried; the page tells how far it is and where it went."""
    move(calls__ai_lines=25.0)
    bench.pin()
    move(calls__ai_lines=30.0)
    form.write()
    assert (form.button.disabled, form.cancel.disabled) == (True, False)
    assert ended(form, 280)
    assert "/reports/workbench/" in form.outcome.value, form.outcome.value
    assert form.progress.value > 0
    page = (tmp_path / "reports" / "workbench" / "index.html").read_text()
    assert "Pinned 1: Machine lines 25" in page
    study = open_study("workbench", tmp_path / "store")
    assert study.strategies == ["do_nothing", "digital_first", "small_weekly_reward", "pinned_1", "tried"]


def test_a_report_is_stopped_with_all_that_it_started(form, tmp_path):
    """The button can be pressed again at once; there is no half a report."""
    form.write()
    form.cancel.click()
    assert ended(form, 60)
    assert "stopped" in form.outcome.value
    assert (form.button.disabled, form.cancel.disabled) == (False, True)
    assert not (tmp_path / "reports" / "workbench").exists()


def test_a_report_that_fails_says_why(form, monkeypatch, tmp_path):
    """The last lines of the command are on the page, as text."""
    monkeypatch.setenv("SIMKIT_PARAMS", str(tmp_path))
    form.write()
    assert ended(form, 120)
    assert 'role="alert"' in form.outcome.value
    assert "there is none named" in form.outcome.value


def test_a_hostile_name_starts_nothing(form):
    """It is refused in the schema's words before any process begins."""
    form.name.value = "../../etc/passwd"
    form.write()
    assert "a name has small letters" in form.outcome.value
    assert form.job is None
