"""Plan outreach campaigns for a bank's digital wallet: simulate, compare, report."""

__version__ = "0.1.0"
