"""The three files that a replay writes."""

from __future__ import annotations

from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simkit.rewards.codes import Reason, Status
from simkit.rewards.days import FIRST, HORIZON, NEVER
from simkit.rewards.engine import RewardEngine
from simkit.rewards.replay.lines import LineWriter, Texts, may_need_marks, need_marks, quoted

COUPONS, DECISIONS, STAGES = FILES = ("coupons.csv", "decisions.csv", "stages.csv")
_HEADERS: Final = {
    COUPONS: "coupon_id,customer_id,part,qualified_on,claimed_on,effective_on,expires_on,face_value,status,redeemed_on",
    DECISIONS: "event_id,outcome,reason",
    STAGES: "customer_id,stage,reached_on,prize",
}
_LINES_AT_ONCE: Final = 16_384
_OUTCOMES: Final = tuple("granted," if reason is Reason.GRANTED else f"refused,{reason.name}" for reason in Reason)
_STATUSES: Final = tuple(status.name.lower() for status in Status)


def begun(file: BinaryIO, name: str) -> LineWriter:
    """Begin one of the files; return what writes its lines."""
    file.write(f"{_HEADERS[name]}\n".encode())
    return LineWriter(file)


def write_decisions(writer: LineWriter, event_ids: pa.StringArray, decisions: NDArray[Any]) -> None:
    """Write what was decided on some of the events with these ids."""
    texts = Texts([quoted(event_ids), _words(_OUTCOMES)])
    writer.write(texts, b",\n", decisions["event"], decisions["reason"] + texts.first[1])


def write_coupons(
    writer: LineWriter, engine: RewardEngine, owners: pa.StringArray, day: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write every coupon as it is at the end of a day, in the order in which they were earned; return number and face by status.

    `owners` are the ids of the engine's accounts. A coupon's id begins with its owner's; where that needs quotation marks, they stand
    around the whole, behind the number too.
    """
    count, worth = np.zeros(len(Status), dtype=np.int64), np.zeros(len(Status), dtype=np.int64)
    coupons = engine.coupons
    faces = pa.array(coupons["face"]).dictionary_encode()
    money = _words(f"{fen // 100}.{fen % 100:02}" for fen in faces.dictionary.to_pylist())
    numbers = pa.array(np.arange(int(coupons["number"].max(initial=0)) + 1)).cast(pa.string())
    closed = pc.binary_join_element_wise(numbers, '"', "")
    arrays = [quoted(owners), _words(engine.rules.names), _dates(), money, _words(_STATUSES), numbers, closed]
    marked = need_marks(owners).to_numpy(zero_copy_only=False) if may_need_marks(owners) else None
    if marked is not None:
        arrays.append(pc.if_else(pa.array(marked), pc.utf8_slice_codeunits(arrays[0], 0, -1), owners))
    texts = Texts(arrays)
    owner, part, date, face, status, plain, marks, opened = texts.first[:8]
    for first in range(0, coupons.shape[0], _LINES_AT_ONCE):
        some = coupons[first : first + _LINES_AT_ONCE]
        account, parts = some["account"], some["part"] + part
        days = [_position(some[name]) + date for name in ("qualified", "claimed", "effective", "expires", "redeemed")]
        statuses = engine.status_on(day, some)
        count += np.bincount(statuses, minlength=len(Status))
        worth += np.bincount(statuses, some["face"], len(Status)).astype(np.int64)
        columns = (
            account + (owner if marked is None else opened),
            parts,
            some["number"] + (plain if marked is None else np.where(marked[account], marks, plain)),
            account + owner,
            parts,
            *days[:4],
            faces.indices[first : first + _LINES_AT_ONCE].to_numpy() + face,
            statuses + status,
            days[4],
        )
        writer.write(texts, b"--,,,,,,,,,\n", *columns)
    return count, worth


def write_stages(writer: LineWriter, engine: RewardEngine, owners: pa.StringArray) -> None:
    """Write who reached which stage when, in that order."""
    stages = engine.programme.stages
    if stages is None:
        return
    reached = engine.stages_reached
    prizes = quoted(_words(stage.prize for stage in stages.stages))
    numbers = _words(str(number) for number in range(1, len(prizes) + 1))
    texts = Texts([quoted(owners), numbers, _dates(), prizes])
    owner, number, date, prize, _ = texts.first
    stage = reached["stage"].astype(np.int32) - 1
    days = _position(reached["day"]) + date
    writer.write(texts, b",,,\n", reached["account"] + owner, stage + number, days, stage + prize)


def _words(words: Any) -> pa.StringArray:  # noqa: ANN401 - any iterable
    return pa.array(list(words), pa.string())


def _dates() -> pa.StringArray:
    """Return every day as an ISO date, and last an empty text."""
    dates = np.datetime64(FIRST, "D") + np.arange(HORIZON)
    return pa.concat_arrays([pa.array(dates).cast(pa.string()), _words([""])])


def _position(days: NDArray[np.uint16]) -> NDArray[np.int32]:
    """Return where days stand in `_dates`."""
    return np.where(days == NEVER, HORIZON, days).astype(np.int32)
