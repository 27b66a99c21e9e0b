"""Employers who take the wallet for their people."""
