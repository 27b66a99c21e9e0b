"""Leads and the desks that pass customers on to one another."""
