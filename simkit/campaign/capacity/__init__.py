"""Paid time, lines in front of servers, and lists of work."""
