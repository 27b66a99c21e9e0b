"""Wallets that come through others: staff with codes, users who recommend, merchants, a partner brand."""
