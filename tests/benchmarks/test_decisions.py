"""What pairing is worth between the strategies of the shipped study."""

import pytest

from benchmarks.decisions import pairs


@pytest.mark.slow
def test_pairing_shrinks_the_variance_of_payments_ten_times_for_six_pairs_at_least(tmp_path, capsys):
    """Payments are made by the same customers on the same days whatever the strategy; the table of all pairs is printed."""
    figures = pairs(0.01, 20, tmp_path)
    with capsys.disabled():
        for figure in figures:
            print(f"{figure.what:60} {figure.value:8.1f}  {figure.low:6.1f} to {figure.high:6.1f}")  # noqa: T201
    payments = [figure for figure in figures if figure.what.startswith("payments")]
    assert len(payments) == 21
    assert sum(figure.low >= 10 for figure in payments) >= 6
