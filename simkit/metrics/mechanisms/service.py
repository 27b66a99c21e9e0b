"""Key figures of branch counters, the support desk and alerts."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi

KPIS: tuple[Kpi, ...] = ()
