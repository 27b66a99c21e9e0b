"""What the workbench shows of a study: tabs of the report's own charts and tables, drawn when they are looked at."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import ipywidgets
from markupsafe import Markup

from simkit.params import Strategy, resolve
from simkit.reporting.chart_style import Chart
from simkit.reporting.language import Language, Narrator
from simkit.reporting.pages import narrator_of
from simkit.reporting.rewards.page import lint_table
from simkit.reporting.strategies.comparison_page import ComparisonPage
from simkit.reporting.strategies.strategy_page import StrategyPage
from simkit.reporting.tables import Table
from simkit.rewards.linter import lint_programme
from simkit.study import Study
from simkit.workbench.campaigns import Question
from simkit.workbench.shown_html import hint


@dataclass(frozen=True)
class Shown:
    """A study in one language, and the strategy whose own figures are shown; `most` is the replications that will be behind it."""

    question: Question
    study: Study
    language: Language
    most: int

    def spoken(self, language: Language) -> Shown:
        """Return the same in a language."""
        return replace(self, language=language)

    @property
    def provisional(self) -> Markup:
        """Say that the answer is not the last, where it is not."""
        replications = self.study.plan.replications
        if replications >= self.most:
            return Markup()
        said = self.narrator.text("workbench.provisional", n=replications, most=self.most)
        return Markup('<p class="wb-provisional">{}</p>').format(said)

    @property
    def narrator(self) -> Narrator:
        """Who tells it."""
        return self._pages[0].narrator

    @cached_property
    def _pages(self) -> tuple[ComparisonPage, StrategyPage]:
        narrator = narrator_of(self.study, self.language)
        return ComparisonPage(self.study, narrator), StrategyPage(self.study, narrator, self.question.shown)

    def compare(self) -> Markup:
        """All strategies side by side."""
        page, _ = self._pages
        return _all(page.summary.html, page.incremental_lasting_users, page.table)

    def who(self) -> Markup:
        """Who gains, segment by segment."""
        _, own = self._pages
        return _all(own.who_gains, own.funnel)

    def cost(self) -> Markup:
        """What it costs."""
        page, own = self._pages
        return _all(page.cost, own.results)

    def days(self) -> Markup:
        """Day by day, and how busy the staff are."""
        page, _ = self._pages
        return _all(page.daily_curves, page.staff)

    def rewards(self) -> Markup:
        """The reward programme: what it comes to, and what the linter says of its rules."""
        page, own = self._pages
        offer = resolve(self.question.scenario, self._strategy).levers.offer
        if offer.reward_programme is None:
            nothing = self.narrator.text("workbench.no_programme")
            return _all(Markup("<p>{}</p>").format(nothing), page.rewards)
        report = lint_programme(offer.reward_programme, changes=offer.reward_rules)
        return _all(own.rewards, own.coupon_funnel, lint_table(report, self.narrator), page.rewards)

    def changes(self) -> Markup:
        """Every lever that the strategy sets otherwise than the scenario."""
        _, own = self._pages
        return _all(own.levers)

    @property
    def _strategy(self) -> Strategy:
        return next(strategy for strategy in self.question.strategies if strategy.name == self.question.shown)


TABS: Mapping[str, Callable[[Shown], Markup]] = {
    "compare": Shown.compare,
    "who": Shown.who,
    "cost": Shown.cost,
    "days": Shown.days,
    "rewards": Shown.rewards,
    "changes": Shown.changes,
}


class ResultTabs(ipywidgets.Tab):
    """Tabs that are drawn when they are looked at; `further` are tabs with controls, behind them."""

    def __init__(self, further: Mapping[str, ipywidgets.Widget]) -> None:
        self.pages = {name: ipywidgets.HTML() for name in TABS}
        self.pages["compare"].add_class("simkit-chart")
        self._names = [*TABS, *further]
        self._drawn: dict[str, Shown] = {}
        self._shown: Shown | None = None
        self._drawing = threading.RLock()
        super().__init__([*self.pages.values(), *further.values()], selected_index=0)

    def show(self, shown: Shown) -> None:
        """Show a study; only the tab that is looked at is drawn."""
        self._shown = shown
        self.draw()

    def draw(self) -> None:
        """Draw the tab that is looked at, where it does not show the newest study yet."""
        with self._drawing:
            name, shown = self._names[self.selected_index or 0], self._shown
            if shown is not None and name in TABS and self._drawn.get(name) is not shown:
                if name not in self._drawn:
                    self.pages[name].value = hint(shown.narrator.text("workbench.drawing"))
                self.pages[name].value = str(shown.provisional + TABS[name](shown))
                self._drawn[name] = shown

    def speak(self, narrator: Narrator) -> None:
        """Name the tabs in a language."""
        for place, name in enumerate(self._names):
            self.set_title(place, narrator.text(f"workbench.tab.{name}"))

    @property
    def study(self) -> Study | None:
        """The study that is shown."""
        return self._shown.study if self._shown else None


def _all(*parts: Markup | Chart | Table | None) -> Markup:
    return Markup("\n").join(_html(part) for part in parts if part is not None)


def _html(part: Markup | Chart | Table) -> Markup:
    if isinstance(part, Table):
        return part.html()
    if isinstance(part, Markup):
        return part
    picture = base64.b64encode(part.png).decode("ascii")
    title = part.numbers.narrator.text("table.numbers")
    return Markup(
        '<figure><img alt="{}" src="data:image/png;base64,{}"></figure><details><summary>{}</summary>{}</details>'
    ).format(part.alt, picture, title, part.numbers.html())
