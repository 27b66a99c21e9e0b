"""Key figures of leads that pass between channels."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi

KPIS: tuple[Kpi, ...] = ()
