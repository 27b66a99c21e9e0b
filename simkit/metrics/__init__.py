"""Ledger → KPI tables: what a run is measured by."""

from simkit.metrics.catalogue import KPIS, OF_MECHANISMS
from simkit.metrics.kpi import Kpi
from simkit.metrics.measuring import ALL, lasting_user_value, run_metrics

__all__ = ["ALL", "KPIS", "OF_MECHANISMS", "Kpi", "lasting_user_value", "run_metrics"]
