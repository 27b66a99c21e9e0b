"""Parameters of staff codes, referral by customers and merchants: what the scenario says and what a strategy chooses."""

from __future__ import annotations
