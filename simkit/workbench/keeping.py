"""What is kept of a trial: pinned results, and the file of the strategy that is tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ipywidgets

from simkit.params import ParameterError
from simkit.reporting.language import LANGUAGES, Language, Narrator
from simkit.workbench.bench import Bench, Pin
from simkit.workbench.saving import FileExistsAlreadyError, save_tried
from simkit.workbench.shown_html import heading, hint, label, lines_of, refusal, success

_TEXT = {"width": "340px"}
_TITLE = {"width": "440px"}
_NARROW = {"width": "auto"}


@dataclass(frozen=True)
class PinWishes:
    """What is done when a button of the pins is pressed."""

    pin: Callable[[], None]
    rename: Callable[[Pin, str], None]
    unpin: Callable[[Pin], None]


class PinList(ipywidgets.VBox):
    """The pinned results, each with its name and what can be done with it."""

    def __init__(self, wishes: PinWishes) -> None:
        self._wishes = wishes
        self.heading, self.nothing = ipywidgets.HTML(), ipywidgets.HTML()
        self.pin = ipywidgets.Button(icon="thumb-tack", button_style="primary", layout=_NARROW)
        self.pin.add_class("simkit-pin")
        self.pin.on_click(lambda _: wishes.pin())
        self.rows: tuple[ipywidgets.HBox, ...] = ()
        self._shown: tuple[object, ...] = ()
        super().__init__([self.heading, self.pin, self.nothing])

    def show(self, pins: Sequence[Pin], narrator: Narrator) -> None:
        """Show what is pinned."""
        if self._shown == (tuple(pins), narrator.language):
            return
        self._shown = (tuple(pins), narrator.language)
        old, self.rows = self.rows, tuple(self._row(pin, narrator) for pin in pins)
        self.heading.value = heading(narrator.text("workbench.keep.pinned"))
        self.pin.description = narrator.text("workbench.keep.pin")
        self.nothing.value = "" if pins else hint(narrator.text("workbench.keep.nothing_pinned"))
        self.children = [self.heading, self.pin, self.nothing, *self.rows]
        for row in old:
            for control in (*row.children, row):
                control.close()

    def _row(self, pin: Pin, narrator: Narrator) -> ipywidgets.HBox:
        title = ipywidgets.Text(pin.title.model_dump()[narrator.language], continuous_update=False, layout=_TITLE)
        rename = ipywidgets.Button(description=narrator.text("workbench.keep.rename"), layout=_NARROW)
        unpin = ipywidgets.Button(description=narrator.text("workbench.keep.unpin"), layout=_NARROW)
        rename.on_click(lambda _: self._wishes.rename(pin, title.value))
        unpin.on_click(lambda _: self._wishes.unpin(pin))
        return ipywidgets.HBox([title, rename, unpin])


class SaveForm(ipywidgets.VBox):
    """Name and titles of the strategy that is tried, and the button that writes its file into a folder."""

    def __init__(self, bench: Bench, folder: Path, saved: Callable[[], None]) -> None:
        self._bench, self._folder, self._saved = bench, folder, saved
        self._narrator: Narrator | None = None
        self.heading, self.hint = ipywidgets.HTML(), ipywidgets.HTML()
        self.name = ipywidgets.Text("my_strategy", layout=_TEXT)
        self.titles: dict[Language, ipywidgets.Text] = {name: ipywidgets.Text(layout=_TEXT) for name in LANGUAGES}
        self.replace = ipywidgets.Checkbox(indent=False, layout=_NARROW)
        self.button = ipywidgets.Button(icon="save", layout=_NARROW)
        self.button.add_class("simkit-save")
        self.button.on_click(lambda _: self.save())
        self.outcome = ipywidgets.HTML()
        self._labels = {control: ipywidgets.HTML() for control in (self.name, *self.titles.values())}
        rows = [ipywidgets.VBox([above, control]) for control, above in self._labels.items()]
        super().__init__([self.heading, self.hint, *rows, self.replace, self.button, self.outcome])

    def speak(self, narrator: Narrator) -> None:
        """Name everything in a language."""
        self._narrator, text = narrator, narrator.text
        self.heading.value = heading(text("workbench.keep.save"))
        self.hint.value = hint(text("workbench.keep.save_hint", folder=self._folder))
        self._labels[self.name].value = label(text("workbench.keep.name"), text("workbench.keep.name_hint"))
        for language, control in self.titles.items():
            self._labels[control].value = label(text(f"workbench.keep.title_{language}"))
        self.replace.description = text("workbench.keep.replace")
        self.button.description = text("workbench.keep.save_button")

    def save(self) -> None:
        """Write the strategy that is tried as a file, or say why not."""
        assert self._narrator is not None  # noqa: S101 - a form without words has no button
        text = self._narrator.text
        titles = {str(language): control.value for language, control in self.titles.items()}
        try:
            path = save_tried(self._bench, self._folder, self.name.value, titles, replace=self.replace.value)
        except FileExistsAlreadyError:
            self.outcome.value = refusal(text("workbench.errors.not_saved"), [text("workbench.keep.exists")])
        except ParameterError as error:
            self.outcome.value = refusal(text("workbench.errors.not_saved"), lines_of(error))
        else:
            self.outcome.value = success(text("workbench.keep.saved", path=path))
            self.replace.value = False
            self._saved()
