"""Parameters of messages, their rules and their relevance: what the scenario says and what a strategy chooses."""

from __future__ import annotations
