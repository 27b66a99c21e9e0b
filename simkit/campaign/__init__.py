"""One run of a campaign: capacity by SimPy, crowds by NumPy."""
