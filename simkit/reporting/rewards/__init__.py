"""The page of one reward programme."""
