"""Key figures of satisfaction, loyalty and why users stay or leave."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi

KPIS: tuple[Kpi, ...] = ()
