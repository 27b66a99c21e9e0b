"""Sobol's indices: how much of a figure's variance each factor is answerable for, alone and together with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simkit.study.estimates import Values
from simkit.study.sensitivity.designs import problem_of, salib

_RESAMPLES = 1000


@dataclass(frozen=True)
class VarianceShare:
    """A factor's shares of the variance with their intervals.

    first: what would be gone if this factor alone were known (S1). total: what would be left if all others were known (ST); the
    total is larger by what the factor does together with others. By chance an estimate can lie a little outside 0 to 1.
    """

    name: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


def variance_shares(values: Values, names: Sequence[str], confidence: float, seed: int) -> tuple[VarianceShare, ...]:
    """Return the shares of each factor from the figure at `saltelli_rows`: shape (samples, factors + 2).

    Estimators of Saltelli et al. (2010), Comput. Phys. Commun. 181, as SALib has them, with its bootstrap over samples for intervals.
    Where the figure never changes, all shares are 0.
    """
    if values.min() == values.max():
        return tuple(VarianceShare(name, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0) for name in names)
    found = salib("analyze.sobol").analyze(
        problem_of(names),
        values.ravel(),
        calc_second_order=False,
        num_resamples=_RESAMPLES,
        conf_level=confidence,
        seed=seed + 1,  # SALib takes 0 for none
    )
    return tuple(
        VarianceShare(name, first, first - half, first + half, total, total - wide, total + wide)
        for name, first, half, total, wide in zip(
            names, *(map(float, found[key]) for key in ("S1", "S1_conf", "ST", "ST_conf")), strict=True
        )
    )
