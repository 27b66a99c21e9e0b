"""Ledger → KPI tables: what a run is measured by."""
