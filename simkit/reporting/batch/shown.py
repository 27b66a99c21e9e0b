"""How far the notebooks of reports are, and how long they still take."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from simkit.reporting.execution.jobs import ExecutedNotebook
from simkit.study.progress import moving_bar

Finished = Callable[[ExecutedNotebook, str], None]
"""Is told of each executed notebook, and of the report that it belongs to."""
_MINUTE = 60


@contextmanager
def notebook_progress(total: int, *, shown: bool = True, console: Console | None = None) -> Iterator[Finished]:
    """Give a function to call after each of *total* notebooks.

    A terminal gets a moving bar with the time left and a line for each failure, anything else a line for each notebook, and `shown=False`
    nothing.
    """
    console = console or Console(stderr=True)
    if not shown:
        yield lambda _, __: None
    elif console.is_terminal or console.is_jupyter:
        with moving_bar(console) as bar:
            task = bar.add_task("notebooks", total=total)

            def move(result: ExecutedNotebook, report: str) -> None:
                if result.error:
                    console.print(escape(f"{result.name} ({report}) failed: {result.error}"), style="red")
                bar.advance(task)

            yield move
    else:
        yield _plain_lines(console, total)


def _plain_lines(console: Console, total: int) -> Finished:
    start, done = time.monotonic(), 0

    def tell(result: ExecutedNotebook, report: str) -> None:
        nonlocal done
        done += 1
        outcome = f"failed: {result.error}" if result.error else f"{result.seconds:.1f} s"
        left = (time.monotonic() - start) / done * (total - done)
        rest = f", about {_duration(left)} left" if done < total else ""
        line = f"notebook {done} of {total}: {result.name}, {report} ({outcome}){rest}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    return tell


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < _MINUTE else f"{seconds / _MINUTE:.0f} min"
