"""Parameters of trust and word of mouth: what the scenario says and what a strategy chooses."""

from __future__ import annotations
