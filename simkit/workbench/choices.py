"""What is chosen before levers are moved: the scenario, the strategy to begin from, and those to compare it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from simkit.params import DO_NOTHING
from simkit.reporting.language import Narrator
from simkit.workbench.bench import Bench
from simkit.workbench.files import titles_of
from simkit.workbench.shown_html import label

_WIDE = {"width": "310px"}


@dataclass(frozen=True)
class Chosen:
    """What is done when something is chosen."""

    scenario: Callable[[str], None]
    strategy: Callable[[str], None]
    others: Callable[[Sequence[str]], None]


class Choices(ipywidgets.VBox):
    """Three lists, each with its label."""

    def __init__(self, chosen: Chosen) -> None:
        self._quiet = False
        self.scenario = ipywidgets.Dropdown(layout=_WIDE)
        self.strategy = ipywidgets.Dropdown(layout=_WIDE)
        self.others = ipywidgets.SelectMultiple(rows=5, layout=_WIDE)
        self._lists = {"scenario": self.scenario, "strategy": self.strategy, "others": self.others}
        self._labels = {name: ipywidgets.HTML() for name in self._lists}
        for name, control in self._lists.items():
            control.observe(self._tells(getattr(chosen, name)), "value")
        super().__init__([widget for name in self._lists for widget in (self._labels[name], self._lists[name])])

    def show(self, bench: Bench, narrator: Narrator) -> None:
        """Show what is chosen, without telling anybody that it changed."""
        strategies = titles_of("strategies", narrator.language)
        others = {name: title for name, title in strategies.items() if name != DO_NOTHING}
        self._quiet = True
        try:
            _offer(self.scenario, titles_of("scenarios", narrator.language), bench.scenario_name)
            _offer(self.strategy, strategies, bench.strategy_name)
            _offer(self.others, others, bench.other_names)
        finally:
            self._quiet = False
        for name, shown in self._labels.items():
            hint = narrator.text("workbench.others_hint") if name == "others" else ""
            shown.value = label(narrator.text(f"workbench.{name}"), hint)

    def _tells(self, chosen: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda change: None if self._quiet else chosen(change["new"])


def _offer(control: Any, titles: Mapping[str, str], chosen: str | tuple[str, ...]) -> None:  # noqa: ANN401 - a list of either kind
    """Let a list offer these titles; what is chosen, such as a path, is offered in any case."""
    names = (chosen,) if isinstance(chosen, str) else chosen
    options = tuple((title, name) for name, title in ({name: name for name in names} | dict(titles)).items())
    if options != tuple(control.options):
        control.options = options
    control.value = chosen
