"""Which strategy is best, how surely, and how many replications that takes."""
