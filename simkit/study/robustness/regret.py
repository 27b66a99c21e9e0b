"""Strategies against scenarios: what each brings in each, what it costs to have chosen it there, and what cautious rules choose.

Values have axes (strategy, scenario, replication) and more is better. A scenario is one state of the world: a draw of the uncertain
parameters, or a scenario file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from simkit.study.estimates import Estimate, estimate
from simkit.study.variances import MeanSquares, Values

_RESAMPLES = 1_000
_SEED = 1_951
_ROUNDING = 1e-9
RULES = ("mean", "tail", "maximin", "minimax_regret")


@dataclass(frozen=True)
class Verdict:
    """What one rule thinks of each strategy, and which it picks.

    rule: `mean` over scenarios; `tail`, the mean of the worst share of them (CVaR); `maximin`, the worst scenario; `minimax_regret`,
    the greatest regret. scores: in the KPI's unit; for `minimax_regret` less is better, for the others more. picked: the place of
    the strategy with the best score. sure: in what share of resamples it is picked; NaN with one replication.
    """

    rule: str
    scores: tuple[Estimate, ...]
    picked: int
    sure: float


def regrets(values: Values) -> Values:
    """Return what each strategy falls short of the best in each scenario, on average over luck (Savage 1951): (strategy, scenario)."""
    means = values.mean(axis=-1)
    return np.asarray(means.max(axis=0) - means)


def regret_estimates(values: Values, confidence: float) -> list[list[Estimate]]:
    """Return each regret with its interval: a paired difference from the strategy that is best in the scenario, (strategy, scenario).

    That best one is taken as known, so where two lie close the regret of the other is a little too high. Its own regret is 0.
    """
    best = values.mean(axis=-1).argmax(axis=0)
    ahead = np.take_along_axis(values, best[None, :, None], axis=0) - values
    return [_over_luck(of_strategy, confidence) for of_strategy in ahead]


def tail_values(values: Values, share: float) -> Values:
    """Return values, (strategy, scenario, replication), whose mean is the mean of each strategy's worst `share` of scenarios (CVaR).

    With q the share's quantile of a strategy's means over luck they are q − (q − y) / share where the mean is below q, and q
    elsewhere (Rockafellar and Uryasev 2000, Journal of Risk 2); their spread is that of the estimate (Manistre and Hancock 2005, North
    American Actuarial Journal 9). Raises `ValueError` unless 0 < share <= 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"the share of worst scenarios is {share:g}; it must be above 0 and at most 1")
    means = values.mean(axis=-1, keepdims=True)
    quantile = np.quantile(means, share, axis=1, keepdims=True, method="averaged_inverted_cdf")
    return np.asarray(np.where(means < quantile, quantile - (quantile - values) / share, quantile))


def judge(values: Values, *, share: float, confidence: float) -> list[Verdict]:
    """Let every rule pick a strategy.

    Parameters
    ----------
    values
        (strategy, scenario, replication), more is better.
    share
        Of worst scenarios that `tail` looks at, such as 0.1.
    confidence
        Of the intervals.

    Scenarios are a sample of many, as draws are: the intervals of `mean` and `tail` cover the choice of scenarios too. Those of
    `maximin` and `minimax_regret` are of luck alone, in the scenario that was found the worst.
    """
    table = regret_estimates(values, confidence)
    worst = zip(table, regrets(values).argmax(axis=1), strict=True)
    scores = {
        "mean": _over_scenarios(values, confidence),
        "tail": _over_scenarios(tail_values(values, share), confidence, counting=share),
        "maximin": _over_luck(values[np.arange(len(values)), values.mean(axis=-1).argmin(axis=1)], confidence),
        "minimax_regret": [row[scenario] for row, scenario in worst],
    }
    picked, sure = picks(values, share), _sureness(values, share)
    return [Verdict(rule, tuple(scores[rule]), picked[rule], sure[rule]) for rule in RULES]


def picks(values: Values, share: float) -> dict[str, int]:
    """Return the place of the strategy that each rule picks, by rule."""
    means = values.mean(axis=-1)
    return {
        "mean": int(means.mean(axis=1).argmax()),
        "tail": int(tail_values(values, share).mean(axis=(1, 2)).argmax()),
        "maximin": int(means.min(axis=1).argmax()),
        "minimax_regret": int(regrets(values).max(axis=1).argmin()),
    }


def _sureness(values: Values, share: float) -> dict[str, float]:
    """Return in what share of resamples each rule picks what it picks: replications and scenarios drawn with replacement.

    Both factors are resampled, each as a whole (the pigeonhole bootstrap, Owen 2007, Annals of Applied Statistics 1).
    """
    _, scenarios, replications = values.shape
    if replications == 1:
        return dict.fromkeys(RULES, np.nan)
    random, found = np.random.default_rng(_SEED), picks(values, share)
    count = dict.fromkeys(RULES, 0)
    for _ in range(_RESAMPLES):
        again = values[:, random.integers(scenarios, size=scenarios)]
        again = again[:, :, random.integers(replications, size=replications)]
        for rule, place in picks(again, share).items():
            count[rule] += place == found[rule]
    return {rule: times / _RESAMPLES for rule, times in count.items()}


def _over_scenarios(values: Values, confidence: float, *, counting: float = 1.0) -> list[Estimate]:
    """Return each strategy's mean over scenarios, of which only the share `counting` makes up its spread."""
    _, scenarios, replications = values.shape
    means = values.mean(axis=(1, 2))
    variance, freedom = MeanSquares.of(values - means[:, None, None], np.full(len(values), replications)).of_mean()
    at_most = np.ceil(counting * scenarios - _ROUNDING) - 1
    freedom = np.minimum(freedom, at_most) if at_most > 0 else np.full_like(freedom, np.nan)
    half = stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance)
    return [
        Estimate(scenarios * replications, float(mean), float(mean - around), float(mean + around))
        for mean, around in zip(means, half, strict=True)
    ]


def _over_luck(values: Values, confidence: float) -> list[Estimate]:
    """Return the mean of each row of replications."""
    found = estimate(values[:, None, :], confidence)
    parts = zip(found.n, found.mean, found.low, found.high, strict=True)
    return [Estimate(int(n), float(mean), float(low), float(high)) for n, mean, low, high in parts]
