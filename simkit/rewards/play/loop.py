"""The loop that plays events, one after the other, and how it is compiled."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np

from simkit.rewards import codes
from simkit.rewards.play.books import begin_day, decide
from simkit.rewards.play.compilation import part_of_loop
from simkit.rewards.play.coupons import claim, claim_rows, newest_or, qualify, redeem
from simkit.rewards.play.payments import pay
from simkit.rewards.play.points import credit, exchange
from simkit.rewards.play.referral import convert, give_once, show_code
from simkit.rewards.play.refunds import refund
from simkit.rewards.play.table import (
    AT_ONCE,
    CASH_ADVANCE,
    CLAIM,
    CODE_SHOWN,
    CONVERT,
    DECISIONS,
    EXCHANGE,
    HAS_POINTS,
    LOTS,
    MILLION,
    MOST_ROWS,
    NONE,
    PLUS,
    POINTS,
    PRIZE,
    REDEEM,
    REFUND,
    ROWS,
    SEEN,
    STAGES,
    Table,
    int64,
)
from simkit.rewards.play.table_in_loop import in_loop

Accounts = np.ndarray[Any, np.dtype[np.int32]]
Kinds = np.ndarray[Any, np.dtype[np.uint8]]
Subjects = np.ndarray[Any, np.dtype[np.int16]]
Targets = np.ndarray[Any, np.dtype[np.int32]]


@part_of_loop
def has_room(t: Table) -> bool:
    """Say whether the arrays have room for whatever the next events can bring."""
    most = AT_ONCE * t.general[MOST_ROWS]
    return (
        t.totals[ROWS] + most <= t.rows.shape[0]
        and t.totals[LOTS] + AT_ONCE <= t.lots.shape[0]
        and t.totals[STAGES] + most <= t.stages.shape[0]
        and t.totals[DECISIONS] + AT_ONCE * (t.part.shape[0] + 1) <= t.decisions.shape[0]
    )


@part_of_loop
def ask(t: Table, account: int, day: int, kind: int, subject: int, target: int) -> int:
    """Let a customer claim, exchange, redeem or attend. Return the reason."""
    if kind == CLAIM:
        return claim(t, subject, account, target, day)
    if kind == EXCHANGE:
        return exchange(t, subject, account, day)
    if kind == REDEEM:
        return redeem(t, subject, account, target, day)
    return give_once(t, subject, account, account, day, PLUS)


@part_of_loop
def fetch(
    t: Table, accounts: Accounts, kinds: Kinds, subjects: Subjects, targets: Targets, begin: int, end: int
) -> None:
    """Read what the next events need all at once, so that memory is waited for once and not for each."""
    seen = int64(0)
    for event in range(begin, end):
        account = accounts[event]
        seen += t.person[account]["tier"] + t.play[account, 0]["count"] + t.play[account, t.play.shape[1] - 1]["number"]
    for event in range(begin, end):
        if kinds[event] == CLAIM or kinds[event] == REDEEM:
            row = newest_or(t, int64(subjects[event]), int64(accounts[event]), int64(targets[event]))
            seen += t.rows[row]["status"] if row != NONE else 0
            seen += t.counts[accounts[event], 0]["count"] if t.counts.shape[0] else 0
    t.totals[SEEN] = seen


@part_of_loop
def play_event(t: Table, event: int, account: int, day: int, kind: int, subject: int, amount: int, target: int) -> None:
    """Play one event."""
    if kind <= CASH_ADVANCE:
        pay(t, event, account, day, kind, subject, amount, target)
    elif kind == REFUND:
        refund(t, target, day)
    elif kind == POINTS:
        points = amount * t.partner_rates[subject] // MILLION
        if points > 0 and t.general[HAS_POINTS]:
            credit(t, account, points, day)
    elif kind == CODE_SHOWN:
        show_code(t, event, account, day, target)
    elif kind == CONVERT:
        convert(t, event, account, day)
    elif kind == PRIZE:
        claim_rows(t, qualify(t, subject, account, day, PLUS, amount), day)
    else:
        decide(t, event, ask(t, account, day, kind, subject, target), subject)


def play_events(
    table: Table,
    start: int,
    accounts: Accounts,
    days: np.ndarray[Any, np.dtype[np.uint16]],
    kinds: Kinds,
    subjects: Subjects,
    amounts: np.ndarray[Any, np.dtype[np.int64]],
    targets: Targets,
) -> int:
    """Play events from `start`; return the number of the first that was not played because an array is full."""
    t = in_loop(table)
    for begin in range(start, accounts.shape[0], AT_ONCE):
        if not has_room(t):
            return begin
        end = min(begin + AT_ONCE, accounts.shape[0])
        fetch(t, accounts, kinds, subjects, targets, int64(begin), end)
        for event in range(begin, end):
            account, day, kind = int64(accounts[event]), int64(days[event]), int64(kinds[event])
            subject, amount, target = int64(subjects[event]), amounts[event], int64(targets[event])
            begin_day(t, day)
            play_event(t, event, account, day, kind, subject, amount, target)
    return accounts.shape[0]


@functools.cache
def compiled_loop() -> Callable[..., int]:
    """Return the compiled loop; it takes a `Table` and keeps what was compiled on disk, where that is possible.

    Where Numba is switched off (`NUMBA_DISABLE_JIT`), the loop is plain Python.
    """
    source = hashlib.sha256()
    for file in (Path(codes.__file__), *sorted(Path(__file__).parent.glob("*.py"))):
        source.update(file.read_bytes())
    # Numba's cache looks at this file alone; under another name it finds no code that older files were compiled to.
    play_events.__qualname__ = f"play_events_{source.hexdigest()[:12]}"
    made: Any
    try:
        made = numba.njit(nogil=True, error_model="numpy", cache=True)(play_events)
    except RuntimeError:  # nowhere to keep it
        made = numba.njit(nogil=True, error_model="numpy")(play_events)

    @functools.wraps(play_events)
    def play(*arguments: Any) -> int:  # noqa: ANN401 - those of `play_events`
        with _optimised_less():
            played: int = made(*arguments)
        return played

    return play


@contextmanager
def _optimised_less() -> Iterator[None]:
    """Have what is compiled meanwhile optimised less: so many branches run no faster for more, but take half as long again to compile."""
    config: Any = numba.config  # a module that is filled from the environment when it is loaded
    usual = config.OPT
    config.OPT = type(usual)(1)
    try:
        yield
    finally:
        config.OPT = usual
