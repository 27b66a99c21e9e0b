"""Sobol's indices against functions whose indices are known in closed form."""

import numpy as np
import pytest

from simkit.study.sensitivity.designs import saltelli_rows
from simkit.study.sensitivity.variance_shares import variance_shares

FIRST = (0.3139, 0.4424, 0.0)
TOTAL = (0.5576, 0.4424, 0.2437)


def ishigami(cube):
    """Ishigami and Homma's function (1990) with a = 7, b = 0.1 of three angles, each uniform from -pi to pi."""
    x = 2 * np.pi * cube - np.pi
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_indices_of_ishigami_lie_in_their_intervals(seed):
    """All six closed-form indices lie in the 95 % intervals of 1,024 samples, which are narrower than 0.3."""
    found = variance_shares(ishigami(saltelli_rows(3, 1024, seed)), "abc", 0.95, seed)
    for share, first, total in zip(found, FIRST, TOTAL, strict=True):
        assert share.first_low <= first <= share.first_high
        assert share.total_low <= total <= share.total_high
        assert share.first_high - share.first_low < 0.3


def test_luck_as_a_factor_has_its_share_of_the_variance():
    """Of 2 u + luck, whose variances are 4/12 and 0.5, the shares are 0.4 and 0.6; there is no interaction."""
    rows = saltelli_rows(2, 4096, 3)
    of_luck = np.random.default_rng(1).normal(0, np.sqrt(0.5), (4096, 2))
    from_second = rows[..., -1] != rows[:, :1, -1]
    luck = np.where(from_second, of_luck[:, 1:], of_luck[:, :1])
    number, chance = variance_shares(2 * rows[..., 0] + luck, ("number", "luck"), 0.95, 3)
    assert number.first_low <= 0.4 <= number.first_high
    assert number.total_low <= 0.4 <= number.total_high
    assert chance.total_low <= 0.6 <= chance.total_high


def test_intervals_of_the_shortest_sequence_cover():
    """Over 40 seeds of 64 samples, totals of seven weighted factors lie in at least 93 % of their intervals, firsts in 90 %."""
    weights = np.array([8, 6, 3, 1.5, 1.5, 1, 2])
    truth = weights**2 / (weights**2).sum()
    total = first = 0
    for seed in range(40):
        found = variance_shares(saltelli_rows(7, 64, seed) @ weights, "abcdefg", 0.95, seed)
        total += sum(share.total_low <= true <= share.total_high for share, true in zip(found, truth, strict=True))
        first += sum(share.first_low <= true <= share.first_high for share, true in zip(found, truth, strict=True))
    assert total >= 0.93 * 280
    assert first >= 0.90 * 280


def test_a_figure_that_never_changes_has_no_shares():
    """Without variance there is nothing to share."""
    found = variance_shares(np.full((8, 4), 5.0), "ab", 0.95, 1)
    assert [(share.first, share.total) for share in found] == [(0.0, 0.0)] * 2
