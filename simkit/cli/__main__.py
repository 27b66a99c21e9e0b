"""Let `python -m simkit.cli` do what `simkit` does."""

from simkit.cli import main

main()
