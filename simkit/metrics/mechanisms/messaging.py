"""Key figures of messages, their rules and their relevance."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi

KPIS: tuple[Kpi, ...] = ()
