"""How far a replay is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Display:
    """What somebody at a terminal sees. `begin` names the next reading of the log and its bytes; what it returns is told of those read."""

    begin: Callable[[str, int], Advance]
    tell: Callable[[str], None]


@contextmanager
def display_of(*, shown: bool, console: Console | None = None) -> Iterator[Display]:
    """Give a display: on a terminal a moving bar with the time left, elsewhere only what is told."""
    console = console or Console(stderr=True)
    if not shown or not (console.is_terminal or console.is_jupyter):
        yield Display(lambda _work, _total: lambda _done: None, lambda told: console.print(told, soft_wrap=True))
        return
    left = (TextColumn("left:"), TimeRemainingColumn())
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), *left)
    with Progress(*columns, console=console) as bar:

        def begin(work: str, total: int) -> Advance:
            for task in bar.task_ids:
                bar.remove_task(task)
            task = bar.add_task(work, total=total)
            return lambda done: bar.advance(task, done)

        yield Display(begin, lambda told: console.print(told, soft_wrap=True))
