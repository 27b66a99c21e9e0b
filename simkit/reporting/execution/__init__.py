"""Executing notebooks with checked parameters, and keeping what was executed."""
