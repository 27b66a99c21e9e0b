"""The levers as controls: a slider with a box for numbers, a list for words; each marked when it was moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ipywidgets
from markupsafe import Markup

from simkit.reporting.language import Narrator
from simkit.workbench.bench import Bench
from simkit.workbench.files import titles_of
from simkit.workbench.levers import PROGRAMME, Lever, Value, offered_levers, rules_of
from simkit.workbench.shown_html import label
from simkit.workbench.words import lever_title, lever_unit, value_text

Moved = Callable[[Lever, Value], None]
_DECIMALS = 6  # a slider's steps add up inexactly
_SLIDER = {"width": "190px"}
_BOX = {"width": "88px"}
_WIDE = {"width": "290px"}


class LeverRow(ipywidgets.VBox):
    """One lever: its title, unit and mark, and below it what it is moved with."""

    def __init__(self, lever: Lever, moved: Moved) -> None:
        self.lever = lever
        self._moved = moved
        self._quiet = False
        self.title = ipywidgets.HTML()
        self.switch: ipywidgets.Checkbox | None = None
        self.slider: ipywidgets.FloatSlider | None = None
        if lever.choices or lever.key == PROGRAMME:
            self.input: Any = ipywidgets.Dropdown(layout=_WIDE)
            controls = [self.input]
        else:
            controls = self._number_controls()
        for control in controls:
            control.observe(self._changed, "value")
        super().__init__([self.title, ipywidgets.HBox(controls)])
        self.add_class("lever")

    def _number_controls(self) -> list[ipywidgets.ValueWidget]:
        lever = self.lever
        kind = ipywidgets.BoundedIntText if lever.whole else ipywidgets.BoundedFloatText
        self.input = kind(min=lever.lowest, max=lever.most, step=lever.step, layout=_BOX)
        self.slider = ipywidgets.FloatSlider(
            min=lever.lowest, max=lever.usual, step=lever.step, readout=False, continuous_update=False, layout=_SLIDER
        )
        if lever.may_rest:
            self.switch = ipywidgets.Checkbox(indent=False, layout={"width": "26px"})
        return [control for control in (self.switch, self.slider, self.input) if control is not None]

    def show(self, bench: Bench, narrator: Narrator) -> None:
        """Show what the lever is now, in a language, without telling anybody that it moved."""
        trial, lever = bench.trial, self.lever
        value, start = trial.value(lever), trial.start(lever)
        idle = bool(lever.needs) and not _needed(bench, lever)
        with self._silently():
            self._show_title(lever_title(lever, trial.programme, narrator), value, start, narrator)
            if isinstance(self.input, ipywidgets.Dropdown):
                self._show_choice(value, narrator)
            else:
                self._show_number(value, start)
            self._describe(lever_title(lever, trial.programme, narrator), narrator)
            for control in self._controls:
                control.disabled = idle or (value is None and control is not self.switch and self.switch is not None)

    @property
    def _controls(self) -> Sequence[Any]:
        return [control for control in (self.switch, self.slider, self.input) if control is not None]

    def _show_title(self, title: str, value: Value, start: Value, narrator: Narrator) -> None:
        unit = lever_unit(self.lever, narrator)
        mark = Markup()
        if value != start:
            was = narrator.text("workbench.was", value=value_text(self.lever, start, narrator))
            mark = Markup(' <span class="moved">● {}</span>').format(was)
        self.title.value = label(title, unit, mark)

    def _show_choice(self, value: Value, narrator: Narrator) -> None:
        lever = self.lever
        if lever.key == PROGRAMME:
            words = [(title, name) for name, title in titles_of("rewards", narrator.language).items()]
        else:
            words = [(narrator.text(f"workbench.choice.{choice}"), choice) for choice in lever.choices]
        options = [(narrator.text("workbench.none"), None), *words] if lever.may_rest else words
        if tuple(options) != tuple(self.input.options):
            self.input.options = options
        self.input.value = value

    def _show_number(self, value: Value, start: Value) -> None:
        if self.switch is not None:
            self.switch.value = value is not None
        number = value if isinstance(value, float) else start if isinstance(start, float) else self._first_number
        if self.slider is not None:
            self.slider.max = max(self.lever.usual, number)
            self.slider.value = number
        self.input.value = int(number) if self.lever.whole else number

    @property
    def _first_number(self) -> float:
        """What a number is when it is first used."""
        return max(self.lever.lowest, round(self.lever.usual / 3))

    def _describe(self, title: str, narrator: Narrator) -> None:
        """Tell the limits to who points at a control, and the title to who cannot see it."""
        lever = self.lever
        limits = ""
        if self.slider is not None:
            key = "workbench.limits_above" if lever.above else "workbench.limits"
            least, most = (narrator.quantities.number(value) for value in (lever.least, lever.most))
            limits = narrator.text(key, least=least, most=most)
        for control in self._controls:
            control.tooltip = f"{title}: {limits}" if limits else title

    def _changed(self, change: Any) -> None:  # noqa: ANN401 - traitlets' own bunch
        if self._quiet:
            return
        if change["owner"] is self.switch:
            self._moved(self.lever, float(self.input.value) if change["new"] else None)
        else:
            value = change["new"]
            self._moved(self.lever, round(float(value), _DECIMALS) if isinstance(value, int | float) else value)

    @contextmanager
    def _silently(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False


def _needed(bench: Bench, lever: Lever) -> bool:
    """Say whether the lever that this one depends on is pulled."""
    for other in (other for levers in offered_levers().values() for other in levers):
        if other.key == lever.needs:
            return bench.trial.value(other) not in (None, 0.0)
    return True


class LeverPanel(ipywidgets.VBox):
    """All levers by section. The rules of the reward programme stand with the gifts, and change with the programme."""

    def __init__(self, moved: Moved) -> None:
        self._moved = moved
        self.rows = {lever.key: LeverRow(lever, moved) for levers in offered_levers().values() for lever in levers}
        self._sections = {
            section: ipywidgets.VBox([self.rows[lever.key] for lever in levers])
            for section, levers in offered_levers().items()
        }
        self._rules: dict[str, LeverRow] = {}
        self.accordion = ipywidgets.Accordion(list(self._sections.values()), selected_index=0)
        super().__init__([self.accordion])
        self.add_class("simkit-levers")

    def show(self, bench: Bench, narrator: Narrator) -> None:
        """Show every lever as it is now."""
        self._show_rules(rules_of(bench.trial.programme))
        for row in (*self.rows.values(), *self._rules.values()):
            row.show(bench, narrator)
        for place, section in enumerate(self._sections):
            title = narrator.text(f"workbench.section.{section}")
            moved = sum(row.lever.key in bench.trial.changes for row in self._sections[section].children)
            self.accordion.set_title(place, f"{title} ●" if moved else title)

    def row(self, key: str) -> LeverRow:
        """Return the row of a lever; raises `KeyError` where there is none."""
        return self._rules[key] if key in self._rules else self.rows[key]

    def _show_rules(self, rules: Sequence[Lever]) -> None:
        if [lever.key for lever in rules] == list(self._rules):
            return
        for row in self._rules.values():
            row.close()
        self._rules = {lever.key: LeverRow(lever, self._moved) for lever in rules}
        own = [self.rows[lever.key] for lever in offered_levers()["offer"]]
        self._sections["offer"].children = [*own, *self._rules.values()]
