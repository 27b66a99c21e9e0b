"""The workbench as a page of widgets: controls on the left, what they bring on the right."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets
from markupsafe import Markup

from simkit.params import ParameterError, parameter_folder
from simkit.reporting.language import Language, Narrator, check_language
from simkit.workbench.background import Background
from simkit.workbench.bench import Bench
from simkit.workbench.campaigns import STAGES, WORKERS, Campaigns, Question, Step
from simkit.workbench.choices import Choices, Chosen
from simkit.workbench.controls import LeverPanel
from simkit.workbench.keeping import PinList, PinWishes, SaveForm
from simkit.workbench.progress import Progress
from simkit.workbench.report_form import Report, ReportForm
from simkit.workbench.results import ResultTabs, Shown
from simkit.workbench.shown_html import label, style
from simkit.workbench.words import speaker

STRATEGIES = ("omnichannel", "digital_first")
_LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
_ON_THE_LEFT = {"width": "346px", "flex": "0 0 346px", "padding": "0 12px 0 0"}
_ON_THE_RIGHT = {"flex": "1 1 0", "min_width": "0"}


class Workbench(ipywidgets.VBox):
    """A planner's page on which strategies are tried. `close` ends what goes on in its background.

    Parameters
    ----------
    scenario, strategies
        Names or paths: what is chosen at first. The first strategy is the one whose levers move, the others are compared with it.
    language
        'en' or 'zh'; a switch on the page changes it. None is $SIMKIT_LANGUAGE, or English.
    store, reports
        Folders of runs and of reports.
    scale
        Share of the bank that is simulated; None is the scenario's own.
    strategies_folder
        Where the strategy that is tried is saved; `params/strategies` when left out.
    link_to
        Gives the address under which a reader finds a report's page; None where there is none, and then its path is shown.
    stages
        Replications after which there is an answer, rising.
    workers
        Processes that make runs; 1 makes them in this one.
    """

    language = traitlets.Unicode("en")
    _closed = True  # until it is open: a page that could not be opened has nothing to end

    def __init__(  # noqa: PLR0913 - what a page can be opened with
        self,
        scenario: str = "city_bank",
        strategies: Sequence[str] = STRATEGIES,
        language: str | None = None,
        store: str = "reports/store",
        reports: str = "reports",
        scale: float | None = 0.01,
        *,
        strategies_folder: str | None = None,
        link_to: Callable[[Path], str | None] = lambda _: None,
        stages: Sequence[int] = STAGES,
        workers: int = WORKERS,
    ) -> None:
        spoken = check_language(language or os.environ.get("SIMKIT_LANGUAGE") or "en")
        self.bench = Bench(scenario, strategies, scale)
        self._campaigns = Campaigns(Path(store), stages, workers)
        self._answer: Shown | None = None
        folder = Path(strategies_folder) if strategies_folder else parameter_folder() / "strategies"
        self._make_controls(spoken)
        self._make_results(folder, Report(self.bench, Path(store), Path(reports), stages[-1], link_to))
        super().__init__([self.head, ipywidgets.HBox([self.left, self.right])], language=spoken)
        self.add_class("simkit-workbench")
        self.observe(lambda _: self._speak(), "language")
        self.background: Background[Question, Step] = Background(
            self._campaigns.answers, self._tell, self._failed, self._campaigns.give_up
        )
        self._dressing = threading.Thread(target=self._dress, name="workbench-font", daemon=True)
        self._dressing.start()
        self._closed = False
        self._speak()
        self._ask(self.bench.question)

    def _make_controls(self, language: Language) -> None:
        self.style_sheet = ipywidgets.HTML(style())
        self.heading = ipywidgets.HTML(layout={"flex": "1 1 0"})
        self.switch = ipywidgets.ToggleButtons(
            options=[(name, code) for code, name in _LANGUAGE_NAMES.items()],
            value=language,
            style={"button_width": "80px"},
            layout={"width": "auto"},
        )
        self.switch.add_class("simkit-language")
        self.switch.observe(lambda change: self.speak(change["new"]), "value")
        self.head = ipywidgets.HBox([self.style_sheet, self.heading, self.switch])
        bench, change = self.bench, self._change
        self.choices = Choices(
            Chosen(
                scenario=lambda name: change(lambda: bench.choose_scenario(name)),
                strategy=lambda name: change(lambda: bench.choose_strategy(name)),
                others=lambda names: change(lambda: bench.choose_others(names)),
            )
        )
        self.levers_label = ipywidgets.HTML()
        self.levers = LeverPanel(lambda lever, value: change(lambda: bench.move(lever, value)))
        self.reset = ipywidgets.Button(icon="undo", layout={"width": "auto"})
        self.reset.on_click(lambda _: change(bench.reset))
        controls = [self.choices, self.levers_label, self.levers, self.reset]
        self.left = ipywidgets.VBox(controls, layout=_ON_THE_LEFT)

    def _make_results(self, folder: Path, report: Report) -> None:
        bench, change = self.bench, self._change
        self.progress = Progress()
        self.pins = PinList(
            PinWishes(
                pin=lambda: change(bench.pin),
                rename=lambda pin, title: change(lambda: bench.rename(pin, title)),
                unpin=lambda pin: change(lambda: bench.unpin(pin)),
            )
        )
        self.saving = SaveForm(bench, folder, self._show_choices)
        self.report = ReportForm(report)
        self.results = ResultTabs({"keep": ipywidgets.VBox([self.pins, self.saving, self.report])})
        self.results.observe(lambda _: self._try(self.results.draw), "selected_index")
        self.right = ipywidgets.VBox([self.progress, self.results], layout=_ON_THE_RIGHT)

    @property
    def narrator(self) -> Narrator:
        """Who speaks the language that is chosen."""
        return speaker(check_language(self.language))

    def speak(self, language: str) -> None:
        """Show everything in another language; what was chosen and moved stays."""
        self.language = check_language(language)

    def close(self) -> None:
        """End what goes on in the background, and close every widget of the page."""
        if not self._closed:
            self._closed = True
            self.background.close()
            self._dressing.join()
            self.report.stop()
            self._campaigns.close()
            for widget in _below(self):
                widget.close()
        super().close()

    def _dress(self) -> None:
        """Bring the charts' font, for a second, while the first runs are made elsewhere."""
        self._try(lambda: self.style_sheet.set_trait("value", style(with_font=True)))

    def _change(self, change: Callable[[], object]) -> None:
        """Change something on the bench; where it is not possible say why, and leave all as it was."""
        try:
            change()
            question = self.bench.question
        except ParameterError as error:
            self.progress.refuse(error, self.narrator, key="refused")
        else:
            self.progress.clear()
            self._ask(question)
        self._show_choices()

    def _ask(self, question: Question) -> None:
        if len(question.strategies) == 1:
            self.background.stop()
            self.progress.say("alone", self.narrator)
            return
        self.progress.say("waiting" if self._answer else "starting", self.narrator)
        self.background.ask(question)

    def _tell(self, question: Question, step: Step) -> None:
        """Show news of the newest question; called in the background's thread."""
        if step.study is not None:
            self._answer = Shown(question, step.study, check_language(self.language), self._campaigns.stages[-1])
            self.results.show(self._answer)
        here = self._answer is not None and self._answer.question is question
        answered = self._answer.study.plan.replications if self._answer and here else 0
        self.progress.show(question, step, answered, self._campaigns.stages[-1], self.narrator)

    def _failed(self, _: Question, error: Exception) -> None:
        """Say what went wrong in the background; called in its thread."""
        self.progress.refuse(error, self.narrator, key="failed")
        self.progress.status.value = ""

    def _try(self, show: Callable[[], None]) -> None:
        try:
            show()
        except Exception as error:  # noqa: BLE001 - whatever it is, the planner is told
            self.progress.refuse(error, self.narrator, key="failed")

    def _speak(self) -> None:
        narrator, text = self.narrator, self.narrator.text
        titles = text("workbench.title"), text("workbench.lead")
        self.heading.value = str(Markup('<h1 class="wb-title">{}</h1><p class="wb-lead">{}</p>').format(*titles))
        self.switch.value = self.language
        self.levers_label.value = label(text("workbench.levers"))
        self.reset.description = text("workbench.reset")
        for part in (self.results, self.saving, self.report):
            part.speak(narrator)
        self._show_choices()
        if self._answer is not None:
            self._answer = self._answer.spoken(narrator.language)
            answer = self._answer
            self._try(lambda: self.results.show(answer))

    def _show_choices(self) -> None:
        """Show what is chosen, where the levers are and what is pinned."""
        self.choices.show(self.bench, self.narrator)
        self.levers.show(self.bench, self.narrator)
        self.pins.show(self.bench.pins, self.narrator)


def open_workbench(
    scenario: str = "city_bank",
    strategies: Sequence[str] = STRATEGIES,
    language: str | None = None,
    store: str = "reports/store",
    reports: str = "reports",
    scale: float | None = 0.01,
    **options: Any,  # noqa: ANN401 - those of `Workbench`
) -> Workbench:
    """Open a workbench; see `Workbench`. Raises `ParameterError` for a scenario, strategy or language that is not there."""
    return Workbench(scenario, strategies, language, store, reports, scale, **options)


def _below(widget: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    """Return all widgets of which one is made, its layout and style too."""
    parts = [getattr(widget, name, None) for name in ("layout", "style")]
    own = [part for part in (*parts, *getattr(widget, "children", ())) if part is not None]
    return [one for part in own for one in (*_below(part), part)]
