"""Parameters of leads that pass between channels: what the scenario says and what a strategy chooses."""

from __future__ import annotations
