"""The newest question alone is worked on: an older answer never comes after a newer one, and nothing that goes wrong is lost."""

import threading
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.workbench.background import Background, Turns

LONG = 20


class Work:
    """Answers a question (number, steps, seconds a step, step that fails) step by step, and keeps what was told."""

    def __init__(self):
        self.told, self.failed, self.ended = [], [], []

    def __call__(self, question):
        """Give the steps of a question."""
        number, steps, seconds, failing = question
        try:
            for step in range(steps):
                time.sleep(seconds)
                if step == failing:
                    raise RuntimeError(f"question {number}")
                yield step
        finally:
            self.ended.append(number)

    def background(self):
        """Begin to work."""
        return Background(
            self,
            lambda question, step: self.told.append((question[0], step)),
            lambda question, error: self.failed.append((question[0], str(error))),
            pause_seconds=0.002,
        )


def test_what_is_outdated_is_told_at_once():
    """Whoever works on the older question hears of the newer one before its next step, and of the end."""
    work, heard = Work(), threading.Event()
    background = Background(work, lambda *_: None, lambda *_: None, heard.set, pause_seconds=0.002)
    for outdate in (lambda: background.ask((1, 1, 0, None)), background.stop, background.close):
        heard.clear()
        outdate()
        assert heard.is_set()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from([0, 0.001, 0.004]),
            st.sampled_from([None, 0, 1]),
            st.sampled_from([0, 0.003, 0.008]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_an_older_answer_never_comes_after_a_newer_one(asked):
    """Whatever is asked at whatever pace: news follow the order of questions, and the last question is answered in full or fails."""
    work = Work()
    background = work.background()
    for number, (steps, seconds, failing, pause) in enumerate(asked):
        background.ask((number, steps, seconds, failing))
        time.sleep(pause)
    assert background.settled(LONG)
    background.close()
    numbers = [number for number, _ in work.told]
    assert numbers == sorted(numbers)
    last = len(asked) - 1
    steps, _, failing, _ = asked[-1]
    fails = failing is not None and failing < steps
    assert [step for number, step in work.told if number == last] == list(range(failing if fails else steps))
    assert ((last, f"question {last}") in work.failed) == fails


def test_an_outdated_question_is_ended_between_two_steps():
    """It is not worked through to the end, and what it holds is let go."""
    work = Work()
    background = work.background()
    background.ask((0, 10_000, 0.002, None))
    while not work.told:
        time.sleep(0.001)
    background.ask((1, 2, 0, None))
    assert background.settled(LONG)
    assert work.ended == [0, 1]
    assert len([step for number, step in work.told if number == 0]) < 1000
    background.close()


def test_a_lever_on_its_way_sets_off_nothing():
    """Of questions in quick succession only the last is worked on."""
    work = Work()
    background = Background(
        work, lambda question, step: work.told.append((question[0], step)), work.failed.append, pause_seconds=0.2
    )
    for number in range(20):
        background.ask((number, 1, 0, None))
    assert background.settled(LONG)
    assert work.told == [(19, 0)]
    background.close()


def test_the_thread_goes_on_after_a_failure_and_ends_when_closed():
    """An error is told once; the next question is answered; closing ends the thread even in the midst of work."""
    work = Work()
    background = work.background()
    background.ask((0, 1, 0, 0))
    assert background.settled(LONG)
    background.ask((1, 1, 0, None))
    assert background.settled(LONG)
    assert (work.failed, work.told) == ([(0, "question 0")], [(1, 0)])
    background.ask((2, 10_000, 0.002, None))
    while len(work.told) < 2:
        time.sleep(0.001)
    background.close()
    assert not background.alive
    assert work.ended[-1] == 2


def test_nothing_asked_is_nothing_told():
    """Who takes a question back is not told its answer."""
    work = Work()
    background = work.background()
    background.ask((0, 10_000, 0.002, None))
    while not work.told:
        time.sleep(0.001)
    background.stop()
    told = len(work.told)
    assert background.settled(LONG)
    time.sleep(0.05)
    assert len(work.told) <= told + 1
    background.close()


def test_turns_are_given_in_the_order_in_which_they_were_asked_for():
    """Who works on and on, and asks again the moment a turn is over, does not keep the others waiting."""
    turns, order = Turns(), []

    def work(name):
        with turns:
            order.append(name)

    waiting = [threading.Thread(target=work, args=(name,)) for name in ("first", "second", "third")]
    with turns:
        for thread in waiting:
            thread.start()
            time.sleep(0.1)
    work("again")
    for thread in waiting:
        thread.join(LONG)
    assert order == ["first", "second", "third", "again"]
