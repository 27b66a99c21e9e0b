"""Replaying a log of events through a programme's rules, by the engine that the campaign drives too."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from simkit.atomic_files import replacing_together
from simkit.params import Finding, ParameterError
from simkit.rewards.codes import Reason, Status
from simkit.rewards.days import NEVER, date_of, day_number
from simkit.rewards.engine import Events, RewardEngine
from simkit.rewards.programme import Programme
from simkit.rewards.replay import customers as customer_file
from simkit.rewards.replay import log as event_log
from simkit.rewards.replay.csv_file import BLOCK_BYTES, CsvFile
from simkit.rewards.replay.customers import Customers, read_customers
from simkit.rewards.replay.foresight import Foresight, look_ahead
from simkit.rewards.replay.lines import LineWriter
from simkit.rewards.replay.log import Rows, read_log
from simkit.rewards.replay.meaning import Meaning, RefundBeforePaymentError
from simkit.rewards.replay.progress import display_of
from simkit.rewards.replay.results import (
    COUPONS,
    DECISIONS,
    FILES,
    STAGES,
    begun,
    write_coupons,
    write_decisions,
    write_stages,
)
from simkit.rewards.replay.time_order import TimeOrder, sorted_rows

_NONE: Final = -1


@dataclass(frozen=True)
class Replayed:
    """What came of a replay.

    as_of: the day at whose end the coupons are seen; None when nothing happened. events: those that were played; left_out: later
    ones. coupons, face_fen: by status. refused: decisions by reason.
    """

    as_of: datetime.date | None
    events: int
    left_out: int
    coupons: Mapping[str, int]
    face_fen: Mapping[str, int]
    refused: Mapping[str, int]


def replay(
    programme: Programme,
    customers: Path,
    events: Path,
    out: Path,
    *,
    as_of: datetime.date | None = None,
    block_bytes: int = BLOCK_BYTES,
    progress: bool = False,
) -> Replayed:
    """Play a log of events and write what came of it to `out`: coupons.csv, decisions.csv and stages.csv, all of them or none.

    The log is read in blocks of about `block_bytes` and never held as a whole. One that is not in time order is sorted on the disk first.
    Event ids must differ among payments that are refunded; of the others nobody asks. Raises `ParameterError` with file, line and column
    of the first rows that are wrong; `out` is then as it was.
    """
    last_day = NEVER if as_of is None else _day_number(as_of)
    log = CsvFile(events, tuple(event_log.COLUMNS))
    people = read_customers(CsvFile(customers, tuple(customer_file.COLUMNS)), programme)
    with display_of(shown=progress) as display, _writing(out) as folder:
        foresight = look_ahead(log, people, programme, block_bytes, display.begin("Looking ahead", log.size))
        people = people.with_staff(foresight.staff_codes)
        run = _Run(log, programme, people, foresight, last_day)
        if not run.play(read_log(log, block_bytes, display.begin("Replaying", log.size)), folder):
            display.tell(f"{events} is not in time order and is sorted first.")
            del run  # room for the other
            run = _Run(log, programme, people, foresight, last_day)
            unsorted = read_log(log, block_bytes, display.begin("Sorting", log.size))
            run.play(sorted_rows(unsorted, folder), folder)
        return run.finish(folder)


class _Run:
    """One pass of a log through a new engine."""

    def __init__(
        self, log: CsvFile, programme: Programme, people: Customers, foresight: Foresight, last_day: int
    ) -> None:
        self._people = people
        self._engine = RewardEngine(programme, people.cards)
        self._meaning = Meaning(log, self._engine, people, foresight)
        self._order = TimeOrder()
        self._last_day, self._latest = last_day, _NONE
        self._played = self._left_out = 0
        self._reasons = np.zeros(len(Reason), dtype=np.int64)

    def play(self, log: Iterator[Rows], folder: Path) -> bool:
        """Play all rows and write the decisions; stop and return False where the rows turn out not to be in time order."""
        with (folder / DECISIONS).open("wb") as file:
            writer = begun(file, DECISIONS)
            for rows in log:
                if not self._order.is_kept_by(rows):
                    return False
                try:
                    events = self._meaning.events(rows)
                except RefundBeforePaymentError:
                    if all(map(self._order.is_kept_by, log)):
                        raise
                    return False  # in another order it may be right
                self._apply(rows, events, writer)
        return True

    def _apply(self, rows: Rows, events: Events, writer: LineWriter) -> None:
        in_time = int(np.searchsorted(events.day, self._last_day, side="right"))
        self._left_out += len(events) - in_time
        if in_time:
            decisions = self._engine.apply(events.part(0, in_time))
            write_decisions(writer, rows.event_id, decisions)
            self._reasons += np.bincount(decisions["reason"], minlength=len(Reason))
            self._played += in_time
            self._latest = int(events.day[in_time - 1])

    def finish(self, folder: Path) -> Replayed:
        """Write coupons and stages as they are at the end of the last day, and say what came of it all."""
        day = self._latest if self._last_day == NEVER else self._last_day
        engine, owners = self._engine, self._people.ids
        if day != _NONE:
            engine.settle(day)
        with (folder / COUPONS).open("wb") as file:
            coupons, faces = write_coupons(begun(file, COUPONS), engine, owners, day)
        with (folder / STAGES).open("wb") as file:
            write_stages(begun(file, STAGES), engine, owners)
        names = [status.name.lower() for status in Status]
        return Replayed(
            as_of=None if day == _NONE else date_of(day),
            events=self._played,
            left_out=self._left_out,
            coupons=dict(zip(names, coupons.tolist(), strict=True)),
            face_fen=dict(zip(names, faces.tolist(), strict=True)),
            refused={
                reason.name: int(count) for reason, count in zip(Reason, self._reasons, strict=True) if count and reason
            },
        )


@contextmanager
def _writing(out: Path) -> Iterator[Path]:
    """Give a folder to write the files in, which are moved to `out` together."""
    for name in FILES:
        if (out / name).is_dir():
            raise ParameterError([Finding(str(out / name), "", "is a folder; it would have to make way for a file")])
    try:
        with replacing_together(out, FILES) as folder:
            yield folder
    except OSError as error:
        raise ParameterError([Finding(str(out), "", f"cannot be written: {error.strerror or error}")]) from error


def _day_number(date: datetime.date) -> int:
    try:
        return day_number(date)
    except ValueError as error:
        raise ParameterError([Finding("replay", "--as-of", str(error))]) from error
