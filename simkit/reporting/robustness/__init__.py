"""The page on how a choice stands up to what is not known."""
