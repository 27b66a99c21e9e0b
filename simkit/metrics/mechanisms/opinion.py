"""Key figures of trust and word of mouth."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi

KPIS: tuple[Kpi, ...] = ()
