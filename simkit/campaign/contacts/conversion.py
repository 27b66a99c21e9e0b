"""Probabilities as pure functions of columns, in log-odds, each term with a name. No clock, no randomness.

The log-odds of opening the wallet at a contact are the sum of

- base: log-odds of the (channel, segment) rate, which holds for a customer of mean propensity, without gift, not contacted lately;
- propensity: the customer's own deviation (its odds ratio has mean 1, so that small base rates stay the segment's mean);
- offer: log-odds for each 10 CNY of welcome gift;
- fatigue: logarithm of the odds ratio for each contact of the last 28 days (0.82 a contact: Moro et al. 2014, computed).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simkit.compiled import compiled

Floats = NDArray[np.floating]

_SMALLEST = 1e-12


def log_odds(probability: Floats | float) -> Floats:
    """Return log(p / (1 - p)); 0 and 1 become very small and very large, not infinite."""
    inside = np.minimum(np.maximum(probability, _SMALLEST), 1 - _SMALLEST)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def probability(odds_terms: Mapping[str, Floats]) -> Floats:
    """Return the probability whose log-odds are the sum of the terms."""
    total: Floats = np.asarray(sum(odds_terms.values(), start=np.float64(0)))
    return chance(total)


def chance(log_odds: Floats) -> Floats:
    """Return the probability with these log-odds."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def opening_terms(
    *,
    base: Floats,
    propensity: Floats,
    gift_cny: Floats,
    incentive_per_10_cny: Floats,
    fatigue: Floats,
    recent_contacts: Floats,
) -> dict[str, Floats]:
    """Return the named log-odds of opening at one contact; all arguments broadcast, `fatigue` is that of one recent contact."""
    return {
        "base": base,
        "propensity": propensity,
        "offer": incentive_per_10_cny * gift_cny / 10,
        "fatigue": fatigue * recent_contacts,
    }


@compiled(
    "void(int64[::1], uint8[::1], float32[::1], float32[::1], uint16[::1], float64, float64[:, ::1], float64[::1])"
)
def sum_opening_terms(
    customers: NDArray[np.integer],
    segment: NDArray[np.uint8],
    propensity: NDArray[np.float32],
    gift_cny: NDArray[np.float32],
    recent: NDArray[np.uint16],
    recent_a_contact: float,
    by_segment: NDArray[np.float64],
    total: NDArray[np.float64],
) -> None:
    """Fill `total` with the sum of `opening_terms` of each of these customers, term after term.

    gift_cny is by place in `customers`, all other columns by customer; recent counts `recent_a_contact` for each contact. by_segment:
    base, incentive_per_10_cny and fatigue, shape (3, segments).
    """
    for place in range(customers.shape[0]):
        customer = customers[place]
        group = segment[customer]
        log_odds = by_segment[0, group] + propensity[customer]
        log_odds += by_segment[1, group] * gift_cny[place] / 10
        total[place] = log_odds + by_segment[2, group] * (recent[customer] / recent_a_contact)


def with_odds_ratio(base: Floats, ratio: Floats | float) -> Floats:
    """Return the probability whose odds are `ratio` times those of `base`."""
    odds = base / np.where(base < 1, 1 - base, 1.0) * ratio
    return np.where(base >= 1, 1.0, odds / (1 + odds))


def ratio_of_chances(base: Floats, odds_ratio: Floats) -> Floats:
    """Return the probability whose odds are `odds_ratio` times those of `base`, over `base`."""
    return np.asarray(odds_ratio / (1 - base + base * odds_ratio))


def hazard(chance: Floats) -> Floats:
    """Return the hazard -log(1 - p) that a standard exponential threshold passes with probability p."""
    return np.asarray(-np.log1p(-np.minimum(chance, 1 - _SMALLEST)))


def beta_geometric_hazard(alpha: Floats, beta: Floats, weeks: int) -> Floats:
    """Return the cumulative hazard of stopping by the end of week 0, 1, … of beta-geometric survival.

    Shape (segments, weeks + 1). The stop probability of week t among those left is alpha / (alpha + beta + t - 1)
    (Fader and Hardie, How to project customer retention, 2007).
    """
    week = np.arange(weeks)
    stop = alpha[:, None] / (alpha[:, None] + beta[:, None] + week)
    return np.concatenate([np.zeros((alpha.shape[0], 1)), np.cumsum(hazard(stop), axis=1)], axis=1)
