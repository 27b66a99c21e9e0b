"""The page on what knowing is worth."""
