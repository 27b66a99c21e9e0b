"""A surface through observed mixes that says what an untried mix would give, and how surely.

Universal kriging with a linear trend and Matérn-5/2 correlation (Rasmussen and Williams, Gaussian Processes for Machine Learning,
2006, sections 2.7 and 4.2), with the noise of the observations known, as in stochastic kriging (Ankenman, Nelson and Staum, 2010).
All mixes meet the same luck, so what luck does to all of them goes into the trend's constant and blurs no difference between mixes
(Chen, Ankenman and Nelson, The effects of common random numbers on stochastic kriging metamodels, 2012).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dtrsm
from scipy.optimize import minimize

Floats = NDArray[np.float64]

_JITTER = 1e-8
_LOG_LENGTHS = (math.log(0.1), math.log(10.0))
_LOG_VARIANCES = (math.log(1e-4), math.log(1e2))


@dataclass(frozen=True)
class Surrogate:
    """A surface through observed means.

    places: mixes in the unit cube, shape (mixes, levers). targets: their means over the same replications, in units of `scale`. noise:
    variance of such a mean about the surface, in the same units. logs: logarithms of the surface's variance and of its length along
    each lever.
    """

    places: Floats
    targets: Floats
    noise: float
    scale: float
    logs: Floats

    @classmethod
    def fit(cls, places: Floats, means: Floats, noise: float, start: Surrogate | None = None) -> Surrogate:
        """Fit variance and lengths by restricted maximum likelihood, beginning from an earlier fit where there is one.

        A weak log-normal prior about 1 keeps few mixes from extreme lengths.
        """
        scale = float(means.std()) or 1.0
        blank = cls(places, means / scale, noise / scale**2, scale, np.zeros(1 + places.shape[1]))
        bounds = [_LOG_VARIANCES, *[_LOG_LENGTHS] * places.shape[1]]
        first = blank.logs if start is None else start.logs

        def loss(logs: Floats) -> float:
            return blank.with_logs(logs).loss

        return blank.with_logs(np.asarray(minimize(loss, first.tolist(), method="L-BFGS-B", bounds=bounds).x))

    def with_logs(self, logs: Floats) -> Surrogate:
        """Return the surface with another variance and other lengths."""
        return Surrogate(self.places, self.targets, self.noise, self.scale, logs)

    def believing(self, places: Floats) -> Surrogate:
        """Return the surface as if these mixes had been observed and had turned out as expected."""
        expected = self.predict(places)[0] / self.scale
        together = np.concatenate([self.places, places]), np.concatenate([self.targets, expected])
        return Surrogate(*together, self.noise, self.scale, self.logs)

    def predict(self, places: Floats) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of the surface at each place."""
        lower, white_basis, information = self._factors
        cross = self._covariance(places, self.places)
        trend, weights = self._solution
        white = _whitened(lower, cross.T)
        unexplained = self._basis(places).T - white_basis.T @ white
        of_trend = (unexplained * cho_solve(information, unexplained)).sum(axis=0)
        variance = np.exp(self.logs[0]) - (white**2).sum(axis=0) + of_trend
        mean = self._basis(places) @ trend + cross @ weights
        return self.scale * mean, self.scale * np.sqrt(np.maximum(variance, 0.0))

    @property
    def loss(self) -> float:
        """Minus the restricted log likelihood and the prior's logarithm, up to a constant."""
        lower, white_basis, information = self._factors
        white = _whitened(lower, self.targets[:, None])[:, 0]
        projected = white_basis.T @ white
        misfit = white @ white - projected @ cho_solve(information, projected)
        determinants = np.log(np.diag(lower)).sum() + np.log(np.diag(information[0])).sum()
        return float(misfit / 2 + determinants + (self.logs[1:] ** 2).sum() / 2)

    @cached_property
    def _factors(self) -> tuple[Floats, Floats, tuple[Floats, bool]]:
        """The Cholesky factor of the covariance, the trend's basis whitened by it, and the factor of the trend's information."""
        covariance = self._covariance(self.places, self.places)
        covariance[np.diag_indices_from(covariance)] += self.noise + _JITTER * (1 + np.exp(self.logs[0]))
        lower: Floats = np.asfortranarray(np.linalg.cholesky(covariance))
        white_basis = _whitened(lower, self._basis(self.places))
        information = white_basis.T @ white_basis
        information[np.diag_indices_from(information)] *= 1 + _JITTER
        return lower, white_basis, cho_factor(information, lower=True)

    @cached_property
    def _solution(self) -> tuple[Floats, Floats]:
        """The trend's coefficients (generalised least squares) and the weights of the observations about it."""
        lower, white_basis, information = self._factors
        trend = cho_solve(information, white_basis.T @ _whitened(lower, self.targets[:, None])[:, 0])
        return trend, cho_solve((lower, True), self.targets - self._basis(self.places) @ trend)

    def _covariance(self, first: Floats, second: Floats) -> Floats:
        gaps = (first[:, None, :] - second[None, :, :]) / np.exp(self.logs[1:])
        distance = np.sqrt(5.0 * (gaps**2).sum(axis=-1))
        return np.asarray(np.exp(self.logs[0] - distance) * (1.0 + distance + distance**2 / 3.0))

    def _basis(self, places: Floats) -> Floats:
        """Return the trend's terms: a constant, and the levers where there are mixes enough to tell their slopes."""
        constant = np.ones((len(places), 1))
        return np.hstack([constant, places]) if len(self.places) > places.shape[1] + 1 else constant


def _whitened(lower: Floats, values: Floats) -> Floats:
    """Return the columns of `values` over a triangular factor, by BLAS: LAPACK wakes threads for small matrices, which costs far more."""
    return np.asarray(dtrsm(1.0, lower, values, lower=1), dtype=np.float64)
