"""How far the answer is, and what went wrong."""

from __future__ import annotations

import ipywidgets

from simkit.reporting.language import Narrator
from simkit.workbench.campaigns import Question, Step
from simkit.workbench.shown_html import hint, lines_of, refusal, remark


class Progress(ipywidgets.VBox):
    """A bar of the runs, a sentence about them, and a place for errors."""

    def __init__(self) -> None:
        self.bar = ipywidgets.IntProgress(0, 0, 1, layout={"width": "220px"})
        self.bar.add_class("simkit-progress")
        self.status, self.noise, self.error = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        super().__init__([ipywidgets.HBox([self.bar, self.status]), self.noise, self.error])

    def say(self, key: str, narrator: Narrator, **values: object) -> None:
        """Say how things are, in a text of the catalogue."""
        self.status.value = remark(narrator.text(f"workbench.status.{key}", **values))

    def show(self, question: Question, step: Step, answered: int, most: int, narrator: Narrator) -> None:
        """Show how many runs there are; `answered` replications are behind what is shown, `most` will be (0: nothing is shown yet)."""
        scale = narrator.quantities.number(question.scenario.scale, "share")
        self.bar.max, self.bar.value = step.total, step.done
        key = "making" if not answered else "finished" if answered == most else "refining"
        self.say(key, narrator, n=answered, done=step.done, total=step.total, scale=scale)
        self.noise.value = hint(narrator.text("workbench.noise", scale=scale))

    def refuse(self, error: Exception, narrator: Narrator, *, key: str) -> None:
        """Say that something is not possible or went wrong, and why."""
        self.error.value = refusal(narrator.text(f"workbench.errors.{key}"), lines_of(error))

    def clear(self) -> None:
        """Take the last error away."""
        self.error.value = ""
