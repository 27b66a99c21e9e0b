"""Write docs/coverage.md: for each mechanism of the articles its parameters, its code, its figure and the test that shows it acts."""

import ast
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
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", None) == "covers":
                    said = {keyword.arg: ast.literal_eval(keyword.value) for keyword in decorator.keywords}
                    row = ast.literal_eval(decorator.args[0])
                    test = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                    found[row].append((said["keys"], said["code"], said["kpi"], test))
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
