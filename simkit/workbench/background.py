"""A thread that works on the newest question alone: what is asked again makes everything older outdated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Generic, TypeVar

Question = TypeVar("Question")
News = TypeVar("News")
_SECONDS_TO_END = 10.0


class Background(Generic[Question, News]):
    """Works on questions in a thread of its own and tells the news of the newest one.

    Parameters
    ----------
    work
        Gives the news of a question, one after the other. Between two of them it is ended where another question was asked.
    tell
        Is told all news with their question, in the thread: never news of a question after those of a newer one.
    failed
        Is told what went wrong with the newest question; the thread goes on.
    give_up
        Is called when what may be worked on is outdated, so that it need not wait for the next news to be ended.
    pause_seconds
        How long a question must stay the newest before work begins, so that a lever on its way sets off nothing.
    """

    def __init__(
        self,
        work: Callable[[Question], Generator[News]],
        tell: Callable[[Question, News], None],
        failed: Callable[[Question, Exception], None],
        give_up: Callable[[], None] = lambda: None,
        *,
        pause_seconds: float = 0.15,
    ) -> None:
        self._work, self._tell, self._failed, self._give_up = work, tell, failed, give_up
        self._pause_seconds = pause_seconds
        self._changed = threading.Condition()
        self._asked = self._answered = 0
        self._newest: Question | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="workbench", daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> None:
        """Ask something else; what is being worked on is given up."""
        with self._changed:
            self._asked += 1
            self._newest = question
            self._outdated()

    def stop(self) -> None:
        """Ask nothing more for now; what is being worked on is given up."""
        with self._changed:
            self._asked += 1
            self._answered, self._newest = self._asked, None
            self._outdated()

    def settled(self, timeout_seconds: float) -> bool:
        """Wait until the newest question is answered in full; say whether it was in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._answered == self._asked or self._ended, timeout_seconds)

    def close(self) -> None:
        """End the thread, and give up what it is working on."""
        with self._changed:
            self._ended = True
            self._outdated()
        if self._thread is not threading.current_thread():
            self._thread.join(_SECONDS_TO_END)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _outdated(self) -> None:
        self._give_up()
        self._changed.notify_all()

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            number, question = taken
            try:
                self._answer(number, question)
            except Exception as error:  # noqa: BLE001 - whatever it is, the planner is told, and the thread goes on
                if self._is_newest(number):
                    self._failed(question, error)
            with self._changed:
                self._answered = max(self._answered, number)
                self._changed.notify_all()

    def _next(self) -> tuple[int, Question] | None:
        """Wait for a question that has stayed the newest for the pause; None at the end."""
        with self._changed:
            while not self._ended:
                number, question = self._asked, self._newest
                if number == self._answered or question is None:
                    self._changed.wait()
                elif not self._changed.wait_for(lambda: self._ended or self._asked != number, self._pause_seconds):  # noqa: B023
                    return number, question
            return None

    def _answer(self, number: int, question: Question) -> None:
        with closing(self._work(question)) as all_news:
            for news in all_news:
                if not self._is_newest(number):
                    return
                self._tell(question, news)

    def _is_newest(self, number: int) -> bool:
        with self._changed:
            return number == self._asked and not self._ended


class Turns:
    """A lock that is given in the order in which it was asked for, so that one long work cannot keep another waiting for ever."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[threading.Event] = []

    def __enter__(self) -> None:
        """Wait for the turn."""
        mine = threading.Event()
        with self._guard:
            self._waiting.append(mine)
            if len(self._waiting) == 1:
                mine.set()
        mine.wait()

    def __exit__(self, *_: object) -> None:
        """Hand over to whoever has waited longest."""
        with self._guard:
            self._waiting.pop(0)
            if self._waiting:
                self._waiting[0].set()
