"""Parameters of who the customers are: what the scenario says and what a strategy chooses."""

from __future__ import annotations
