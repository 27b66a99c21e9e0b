"""Morris's screening: how much each factor, or group of factors, moves a figure, and which movements are more than luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtr, stdtrit
from scipy.stats import false_discovery_control

from simkit.study.estimates import Values


@dataclass(frozen=True)
class Effect:
    """What going through a factor's whole side of the cube does to a figure, over all trajectories; in the figure's unit.

    size: mean of its absolute value (Morris's μ*) with an interval from `low` to `high`. mean: with its sign (μ). spread: standard
    deviation between trajectories (σ): the effect depends on the other factors, or on luck. luck: the size that luck alone would
    show. chance: probability of so much movement by luck alone. real: told from luck. share: of all factors' mean squared effects,
    luck taken out.
    """

    name: str
    size: float
    low: float
    high: float
    mean: float
    spread: float
    luck: float
    chance: float
    real: bool
    share: float


def elementary_effects(positions: Values, values: Values, groups: Sequence[str]) -> Values:
    """Return the change of a figure for a whole side of the cube: shape (trajectories, groups, replications).

    positions: (trajectories, groups + 1, factors). values: (trajectories, groups + 1, replications), a replication having the same
    luck all along its trajectory. A group's effect has the sign of its first factor's direction.
    """
    names = list(groups)
    first = [names.index(name) for name in dict.fromkeys(names)]
    moves = np.diff(positions, axis=1)[:, :, first]
    when = np.abs(moves).argmax(axis=1)
    changes = np.take_along_axis(np.diff(values, axis=1), when[:, :, None], axis=1)
    steps = np.take_along_axis(moves, when[:, None, :], axis=1)[:, 0]
    return np.asarray(changes / steps[:, :, None])


def screen(effects: Values, names: Sequence[str], confidence: float) -> tuple[Effect, ...]:
    """Sum elementary effects up, the largest first.

    `effects` has shape (trajectories, factors, replications) with at least two of either, and other luck in every trajectory. `chance`
    joins two tests by Bonferroni's rule: the t test that the mean effect is 0, which sees an effect of one direction, and the F test
    that trajectories differ only as replications within them do, which sees one that changes its direction. `real` holds the rate of
    false calls among all calls below 1 − `confidence` (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57); factors that never move
    anything are not among those tested. The t interval of the size is over trajectories.
    """
    trajectories, _, replications = effects.shape
    means = effects.mean(axis=2)
    within = effects.var(axis=2, ddof=1).mean(axis=0) / replications
    square = (means**2).mean(axis=0)
    chances = _chances(means, within, trajectories * (replications - 1))
    sizes = np.abs(means).mean(axis=0)
    half = stdtrit(trajectories - 1, (1 + confidence) / 2) * np.abs(means).std(axis=0, ddof=1) / np.sqrt(trajectories)
    real = _calls(chances, square > 0, 1 - confidence)
    own = np.where(real, np.maximum(square - within, 0.0), 0.0)
    found = [
        Effect(
            name=name,
            size=float(sizes[place]),
            low=float(max(sizes[place] - half[place], 0.0)),
            high=float(sizes[place] + half[place]),
            mean=float(means[:, place].mean()),
            spread=float(means[:, place].std(ddof=1)),
            luck=float(np.sqrt(2 / np.pi * within[place])),
            chance=float(chances[place]),
            real=bool(real[place]),
            share=float(own[place] / own.sum()) if own.any() else 0.0,
        )
        for place, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda effect: -effect.size))


def leading(effects: Sequence[Effect], coverage: float) -> tuple[Effect, ...]:
    """Return the fewest real effects that hold `coverage` of all shares, the largest share first."""
    ordered = sorted((effect for effect in effects if effect.real), key=lambda effect: -effect.share)
    before = np.cumsum([0.0, *(effect.share for effect in ordered)])
    return tuple(effect for effect, covered in zip(ordered, before, strict=False) if covered < coverage)


def _calls(chances: NDArray[np.float64], moving: NDArray[np.bool_], rate: float) -> NDArray[np.bool_]:
    """Return which factors are called real, of those that move the figure at all."""
    real = np.zeros(len(chances), dtype=bool)
    if moving.any():
        real[moving] = false_discovery_control(chances[moving]) <= rate
    return real


def _chances(means: Values, within: Values, freedom: int) -> NDArray[np.float64]:
    """Return the probability that luck alone moves so much; 0 for movement without any luck, 1 for none at all.

    means: (trajectories, factors). within: the variance of such a mean, as replications tell it with so many degrees of freedom.
    """
    trajectories = len(means)
    square = (means**2).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(square / within)
        distance = np.abs(means.mean(axis=0)) / (means.std(axis=0, ddof=1) / np.sqrt(trajectories))
    one_way = 2 * stdtr(trajectories - 1, -np.nan_to_num(distance))
    any_way = fdtrc(trajectories, freedom, ratio)
    chance = np.minimum(2 * np.minimum(one_way, any_way), 1.0)
    return np.where(within > 0, chance, np.where(square > 0, 0.0, 1.0))
