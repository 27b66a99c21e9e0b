"""What a rule of the linter says about one reading of a programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Remark:
    """A rule, how grave it is, the key it is about, what is the matter (with numbers), and what to do."""

    rule: str
    severity: Literal["problem", "notice"]
    key: str
    message: str
    action: str
