"""The page of the best mix of levers."""
