"""The state of every wallet: opened, active, lasting or not."""
