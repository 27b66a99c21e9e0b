"""The table of what is covered says the truth."""

import re
from pathlib import Path

from simkit.metrics.catalogue import KPIS
from tests.mechanisms.coverage import CONTEXT, ROOT, claims, document
from tests.mechanisms.rows import ROWS
from tests.test_documentation import KEYS


def test_the_coverage_page_is_up_to_date():
    """docs/coverage.md is what `make docs` writes today."""
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == document(), "run `make docs`"


def stands_for(pattern, key):
    """Say whether a key of the schema, with * for a member's name, is this key or below it."""
    return re.fullmatch(pattern.replace("*", r"\w+"), key) is not None or pattern.startswith(f"{key}.")


def test_what_the_claims_name_exists():
    """Parameters, code, key figures and rows of every claim are there."""
    schema = {re.sub(r"\b[A-Z]+\b", "*", key) for key in KEYS}
    for row, said in claims().items():
        assert row in ROWS
        assert row not in CONTEXT
        for keys, code, kpi, _ in said:
            assert [key for key in keys if not any(stands_for(one, key) for one in schema)] == []
            assert Path(ROOT / code).exists()
            assert kpi in KPIS


def test_the_articles_name_74_mechanisms():
    """None is left out of the table."""
    assert list(ROWS) == list(range(1, 75))
