"""Calling runs back: a worker gives up a run that nobody waits for any more, and is free for the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from simkit.study.planning import CAMPAIGN, Model, play_campaign


class RecalledError(Exception):
    """Nobody waits for this run any more."""


@dataclass(frozen=True)
class Recall:
    """A file that workers look for before every simulated day; while it is there they give up what they are running."""

    file: Path

    @property
    def sent(self) -> bool:
        """Whether runs are given up."""
        return self.file.exists()

    def send(self) -> None:
        """Have runs given up, those at work and those that begin."""
        self.file.touch()

    def withdraw(self) -> None:
        """Let runs go on to their end again."""
        self.file.unlink(missing_ok=True)

    @property
    def campaigns(self) -> Model:
        """The model of campaigns with runs that can be called back; one that is raises `RecalledError`, and is not stored."""
        return replace(CAMPAIGN, run=partial(play_campaign, each_day=self))

    def __call__(self) -> None:
        """Raise `RecalledError` where runs are given up."""
        if self.sent:
            raise RecalledError
