"""Parameters of leads, routes and workplaces: what the scenario says and what a strategy chooses."""

from __future__ import annotations
