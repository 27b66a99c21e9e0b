"""The report of what is compared: its name, how far it is, and where it went."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ipywidgets
from markupsafe import Markup

from simkit.params import ParameterError
from simkit.reporting.language import Narrator
from simkit.workbench.bench import Bench
from simkit.workbench.report_job import Listener, ReportJob
from simkit.workbench.saving import plan_of
from simkit.workbench.shown_html import heading, hint, label, lines_of, refusal, remark, success

_NARROW = {"width": "auto"}
_OF = re.compile(r"(\d+) of (\d+)")


@dataclass(frozen=True)
class Report:
    """What a report is made of: the bench, the folders of runs and reports, runs of each strategy; and the address of a page, if any."""

    bench: Bench
    store: Path
    reports: Path
    replications: int
    address: Callable[[Path], str | None]


class ReportForm(ipywidgets.VBox):
    """The name of a report, and the buttons that write it and stop that."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._narrator: Narrator | None = None
        self.job: ReportJob | None = None
        self.heading, self.hint, self.label = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.name = ipywidgets.Text("workbench", layout={"width": "340px"})
        self.button = ipywidgets.Button(icon="file-text", layout=_NARROW)
        self.button.add_class("simkit-export")
        self.cancel = ipywidgets.Button(icon="stop", layout=_NARROW, disabled=True)
        self.button.on_click(lambda _: self.write())
        self.cancel.on_click(lambda _: self.stop())
        self.progress = ipywidgets.IntProgress(0, 0, 1, layout={"width": "340px", "display": "none"})
        self.outcome = ipywidgets.HTML()
        buttons = ipywidgets.HBox([self.button, self.cancel])
        super().__init__([self.heading, self.hint, self.label, self.name, buttons, self.progress, self.outcome])

    def speak(self, narrator: Narrator) -> None:
        """Name everything in a language."""
        self._narrator = narrator
        self.heading.value = heading(self._text("report"))
        self.hint.value = hint(self._text("report_hint"))
        self.label.value = label(self._text("report_name"))
        self.button.description = self._text("report_button")
        self.cancel.description = self._text("report_cancel")

    def write(self) -> None:
        """Write the report of a study of all that is compared, beside the page; say where it is, or why there is none."""
        assert self._narrator is not None  # noqa: S101 - a form without words has no button
        report = self._report
        if self.job is not None and self.job.running:
            return
        try:
            plan = plan_of(report.bench, self.name.value, report.store, report.replications)
        except ParameterError as error:
            self.outcome.value = refusal(self._narrator.text("workbench.errors.not_written"), lines_of(error))
            return
        self.outcome.value = ""
        self._writing(on=True)
        listener = Listener(self._goes_on, self._written, self._failed)
        language = self._narrator.language
        self.job = ReportJob(plan, store=report.store, reports=report.reports, language=language, listener=listener)

    def stop(self) -> None:
        """Stop writing the report, if one is being written."""
        if self.job is not None and self.job.running:
            self.job.stop()

    def _text(self, key: str, **values: object) -> str:
        assert self._narrator is not None  # noqa: S101
        return self._narrator.text(f"workbench.keep.{key}", **values)

    def _writing(self, *, on: bool) -> None:
        self.button.disabled, self.cancel.disabled = on, not on
        self.progress.layout.display = "" if on else "none"

    # Called in the job's thread

    def _goes_on(self, line: str) -> None:
        if found := _OF.search(line):
            done, total = map(int, found.groups())
            self.progress.max, self.progress.value = total, done
        self.outcome.value = remark(self._text("report_writing", line=line))

    def _written(self, page: Path) -> None:
        address = self._report.address(page)
        place = Markup("<code>{}</code>").format(page)
        link = Markup('<a href="{}" target="_blank">{}</a>').format(address, page) if address else place
        self.outcome.value = success(Markup(self._text("report_written", link="{}")).format(link))  # noqa: S704 - our own text
        self._writing(on=False)

    def _failed(self, why: str) -> None:
        assert self._narrator is not None  # noqa: S101
        lead = self._narrator.text("workbench.errors.not_written")
        self.outcome.value = refusal(lead, [why]) if why else remark(self._text("report_stopped"))
        self._writing(on=False)
