"""Parameters of satisfaction, loyalty and why users stay or leave: what the scenario says and what a strategy chooses."""

from __future__ import annotations
