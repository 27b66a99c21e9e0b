"""What a run leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

Detail = Literal["daily", "full"]
EachDay = Callable[[], None]
"""Is called before every simulated day."""


def go_on() -> None:
    """Let a run go on to its end."""


@dataclass(frozen=True)
class CampaignRun:
    """A finished run: plain data, no live simulator.

    tables: the ledger by table name. parameters: what the run was made of. fingerprint: SHA-256 of everything that determines it.
    seconds: wall time, no part of the content.
    """

    scenario: str
    strategy: str
    draw: int
    replication: int
    detail: str
    fingerprint: str
    tables: Mapping[str, pa.Table]
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    seconds: float
