"""Write docs/coverage.md: for each mechanism of the articles its parameters, its code, its figure and the test that shows it acts."""

import importlib
import sys
from collections import defaultdict
from pathlib import Path

from tests.mechanisms.rows import ROWS

ROOT = Path(__file__).parents[2]
CONTEXT = {
    23: "A survey's figure about staff; nothing in the model depends on it.",
    49: "Kept as `reported_facts`; `simkit check` flags shares that contradict their own numbers, and nothing is fitted to them.",
}
"""Rows that are facts to be reported, with nothing to simulate."""


def claims():
    """Return what tests say they cover, by row: (keys, code, kpi, test)."""
    found = defaultdict(list)
    for path in sorted((ROOT / "tests" / "mechanisms").glob("test_*.py")):
        module = importlib.import_module(f"tests.mechanisms.{path.stem}")
        for name, test in vars(module).items():
            for row, keys, code, kpi in getattr(test, "covers", ()):
                found[row].append((keys, code, kpi, f"tests/mechanisms/{path.name}::{name}"))
    return dict(found)


def document():
    """Return the page as Markdown."""
    found = claims()
    covered = sum(row in found for row in ROWS)
    lines = [
        "# What of the articles is in the model",
        "",
        "Made by `make docs` from the tests themselves. A mechanism counts only if a test pulls its lever and sees its figure move in the",
        "right direction beyond noise, on the same customers with the same luck, and sees nothing move while it is off.",
        "",
        f"{covered} of {len(ROWS)} mechanisms count; {len(CONTEXT)} more are facts without anything to simulate.",
        "",
        "| # | mechanism | parameters and levers | code | figure | test |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row, title in ROWS.items():
        for keys, code, kpi, test in found.get(row, ()):
            cells = (", ".join(f"`{key}`" for key in keys), f"`{code}`", f"`{kpi}`", f"`{test}`")
            lines.append(f"| {row} | {title} | {' | '.join(cells)} |")
        if row not in found:
            lines.append(f"| {row} | {title} | {CONTEXT.get(row, 'not yet in the model')} | – | – | – |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
