"""The rules of the linter: those that read a programme, and those that play it."""

from simkit.rewards.lint_rules.played import remarks_on_play
from simkit.rewards.lint_rules.remark import Remark
from simkit.rewards.lint_rules.written import remarks_on_text

__all__ = ["Remark", "remarks_on_play", "remarks_on_text"]
