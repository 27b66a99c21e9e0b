"""Whom to turn to: scores, leads, workplaces."""
