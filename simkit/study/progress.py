"""How far a study is, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

_LINES = 10
_SECONDS_BETWEEN_LINES = 10.0

Advance = Callable[[], None]
Progress = Callable[[int, int], AbstractContextManager[Advance]]
"""Shows `total` runs that are made next to `stored` ones, and gives a function to call after each."""


@contextmanager
def progress_of(
    total: int, stored: int = 0, *, shown: bool = True, console: Console | None = None
) -> Iterator[Advance]:
    """Give a function to call after each of `total` runs; `stored` further ones were finished before.

    A terminal or notebook gets a moving bar with the time left, anything else about ten plain lines, and `shown=False` nothing.
    """
    console = console or Console(stderr=True)
    if not shown or total == 0:
        yield lambda: None
    elif console.is_terminal or console.is_jupyter:
        with moving_bar(console) as bar:
            task = bar.add_task("runs", total=total + stored, completed=stored)
            yield lambda: bar.advance(task)
    else:
        yield _plain_lines(console, total, stored)


@dataclass
class OpenEnded:
    """Shows a procedure that asks for runs step by step and cannot say how many it will need.

    A terminal or notebook has one bar at a time, which disappears with its step; anything else gets a line every ten seconds at most.
    """

    console: Console = field(default_factory=lambda: Console(stderr=True))
    made: int = 0
    _spoke: float = field(default_factory=time.monotonic)

    @contextmanager
    def __call__(self, total: int, stored: int) -> Iterator[Advance]:
        """Give a function to call after each of the `total` runs of one step."""
        del stored
        if total and (self.console.is_terminal or self.console.is_jupyter):
            with moving_bar(self.console, transient=True) as bar:
                task = bar.add_task(f"{self.made} runs made; this step", total=total)
                yield lambda: self._advance(lambda: bar.advance(task))
        else:
            yield lambda: self._advance(self._line)

    def _advance(self, show: Advance) -> None:
        self.made += 1
        show()

    def _line(self) -> None:
        if time.monotonic() - self._spoke > _SECONDS_BETWEEN_LINES:
            self._spoke = time.monotonic()
            self.console.print(f"{self.made} runs made so far")


def moving_bar(console: Console, *, transient: bool = False) -> Bar:
    """Return a bar with the time that has passed and the time left."""
    left = (TextColumn("left:"), TimeRemainingColumn())
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *left,
        console=console,
        transient=transient,
    )


def _plain_lines(console: Console, total: int, stored: int) -> Advance:
    if stored:
        console.print(f"{stored} runs are stored already")
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done == total or done * _LINES // total > (done - 1) * _LINES // total:
            console.print(f"{stored + done} of {stored + total} runs")

    return advance
