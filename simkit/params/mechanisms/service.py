"""Parameters of branch counters, the support desk and alerts: what the scenario says and what a strategy chooses."""

from __future__ import annotations
