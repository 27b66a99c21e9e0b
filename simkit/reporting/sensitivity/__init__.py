"""The page on what an answer hangs on."""
