"""Time order: seen to be kept, or made on the disk where a log does not keep it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from simkit.rewards.replay.log import SCHEMA, Rows

_MEMORY: Final = "512MB"
_ROWS_AT_ONCE: Final = 200_000


class TimeOrder:
    """Sees whether any row is earlier than one before it."""

    def __init__(self) -> None:
        self._latest = -(2**63)

    def is_kept_by(self, rows: Rows) -> bool:
        """Say whether no row is earlier than one before it, here or in earlier calls."""
        if not len(rows):
            return True
        kept = rows.instant[0] >= self._latest and not (np.diff(rows.instant) < 0).any()
        self._latest = int(rows.instant[-1])
        return bool(kept)


def sorted_rows(log: Iterator[Rows], folder: Path) -> Iterator[Rows]:
    """Walk over a log by instant, ties in the order of the file. What does not fit in memory is kept in `folder`.

    Raises `OSError` where that has no room for it.
    """
    import duckdb  # noqa: PLC0415 - most logs are sorted

    settings: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": str(folder / "spilled"), "threads": 1}
    try:
        with duckdb.connect(str(folder / "log.duckdb"), config=settings) as database:
            database.from_arrow(SCHEMA.empty_table()).create("log")
            for rows in log:
                database.from_arrow(rows.to_batch()).insert_into("log")
            for batch in database.sql('select * from log order by instant, "row"').to_arrow_reader(_ROWS_AT_ONCE):
                yield Rows.from_batch(batch)
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        raise OSError(f"the log cannot be sorted there: {error}") from error
