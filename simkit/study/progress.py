"""How far a study is, and how long it still takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_LINES = 10

Advance = Callable[[], None]


@contextmanager
def progress_of(total: int, *, stored: int, shown: bool, console: Console | None = None) -> Iterator[Advance]:
    """Give a function to call after each of `total` runs; `stored` further ones were finished before.

    A terminal or notebook gets a moving bar with the time left, anything else about ten plain lines, and `shown=False` nothing.
    """
    console = console or Console(stderr=True)
    if not shown or total == 0:
        yield lambda: None
    elif console.is_terminal or console.is_jupyter:
        with _bar(console) as bar:
            task = bar.add_task("runs", total=total + stored, completed=stored)
            yield lambda: bar.advance(task)
    else:
        yield _plain_lines(console, total, stored)


def _bar(console: Console) -> Progress:
    left = (TextColumn("left:"), TimeRemainingColumn())
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), *left, console=console
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
