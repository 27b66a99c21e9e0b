"""How long things take, from uniform luck, by inversion."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def weibull_about_mean(mean: NDArray[np.float64], shape: float, luck: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Weibull durations with these means: shape 1 is exponential, a large shape hardly varies.

    A Weibull variable with scale s has mean s Γ(1 + 1/shape).
    """
    return np.asarray(mean * (-np.log(luck)) ** (1 / shape) / math.gamma(1 + 1 / shape))
