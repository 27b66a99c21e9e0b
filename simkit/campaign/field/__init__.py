"""Visits and events: people who meet customers."""
