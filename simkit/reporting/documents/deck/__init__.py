"""A report as a PowerPoint deck with charts that can be edited."""

from simkit.reporting.documents.deck.deck import write_deck

__all__ = ["write_deck"]
