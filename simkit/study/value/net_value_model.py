"""What the strategies' net value depends on: a regression on the uncertain numbers, in which luck is the noise that averages out.

Every draw gives each number a value and each strategy a net value. The differences between strategies are regressed on curves of the
numbers (Strong, Oakley and Brennan, Medical Decision Making 34, 2014: the value of information needs no more than the mean of net
value given the numbers, and a regression finds it however noisy single runs are). Only what is hardly chance enters, so that a number
without effect is worth nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import f as f_distribution

from simkit.study.value.curves import STRAIGHT, Curves, Values

Term = tuple[tuple[int, int], ...]
"""One curve of one number as (number, curve), or two of them: their product."""
_TERMS_PER_DRAW = 0.1
_SAMPLES = 200
_SEED = 20140402


@dataclass(frozen=True)
class NetValueModel:
    """How much more each strategy is worth than the first, as a sum of terms.

    quantiles: (numbers, values), equally likely values of each number. terms: what enters beside the constant. coefficients:
    (1 + terms, strategies − 1). noise: covariance of what the terms do not explain, luck and effects too small to be found. factor:
    Cholesky factor of the coefficients' covariance for noise 1. straight: for each number that did not enter, its straight line's
    coefficients, (numbers, strategies − 1), and their standard error for noise 1, (numbers,). n: draws. explained: share of the spread
    of each difference.
    """

    quantiles: Values
    curves: Curves
    terms: tuple[Term, ...]
    coefficients: Values
    noise: Values
    factor: Values
    straight: tuple[Values, Values]
    n: int
    explained: Values

    @cached_property
    def samples(self) -> Values:
        """Coefficients that the draws leave possible, (samples, 1 + terms, strategies − 1): their posterior under a flat prior."""
        luck = np.random.default_rng(_SEED).standard_normal((_SAMPLES, *self.coefficients.shape))
        return np.asarray(self.coefficients + self.factor @ luck @ square_root(self.noise))

    @cached_property
    def tables(self) -> dict[int, Values]:
        """The curves, (values, 4), of each number that entered, at its equally likely values."""
        found = sorted({number for term in self.terms for number, _ in term})
        shown = self.curves.only(found).at(self.quantiles[found].T)
        return {number: shown[:, place] for place, number in enumerate(found)}


def square_root(covariance: Values) -> Values:
    """Return the symmetric square root of a covariance, also of a singular one."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def fit_net_value(
    points: Values,
    net_values: Values,
    quantiles: Values,
    *,
    risk: float = 0.05,
    terms: Sequence[Term] | None = None,
) -> NetValueModel:
    """Find what the differences between strategies depend on.

    Parameters
    ----------
    points
        Values of the numbers, (draws, numbers).
    net_values
        Net value of each strategy in each draw, (draws, strategies), CNY; with the luck that it had.
    quantiles
        The distribution of each number as equally likely values, (numbers, values).
    risk
        The probability that anything enters when nothing has an effect.
    terms
        Those that were found before; where they are given, none is looked for.

    Terms enter one after the other, the surest first, as long as the chance of so sure a term anywhere is below half of `risk`
    (Bonferroni): first straight lines, then bends, and products of the lines that are in.
    """
    curves = Curves.of(quantiles)
    shown = curves.at(points)
    differences = net_values[:, 1:] - net_values[:, :1]
    lines: list[Term] = [((number, STRAIGHT),) for number in range(points.shape[1])]
    chosen = _searched(differences, shown, lines, risk / 2) if terms is None else tuple(terms)
    return _fitted(differences, chosen, quantiles, curves, (_columns(chosen, shown), _columns(lines, shown)))


def _searched(differences: Values, shown: Values, lines: Sequence[Term], risk: float) -> tuple[Term, ...]:
    """Return the terms that enter: lines first, then bends and products of the lines that are in, each at the same risk."""
    search = _Search(differences)
    search.enter(lines, shown, risk)
    found = sorted(number for ((number, _),) in search.terms)
    bends: list[Term] = [((number, curve),) for ((number, _),) in lines for curve in range(1, shown.shape[2])]
    products: list[Term] = [((one, STRAIGHT), (other, STRAIGHT)) for one, other in itertools.combinations(found, 2)]
    search.enter(bends + products, shown, risk)
    return tuple(search.terms)


def _fitted(
    differences: Values, terms: tuple[Term, ...], quantiles: Values, curves: Curves, columns: tuple[Values, Values]
) -> NetValueModel:
    """Return the model with these terms by least squares; columns: of the terms, and of all straight lines, at the draws."""
    inside, lines = columns
    n = len(differences)
    design = np.hstack([np.ones((n, 1)), inside])
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ differences)
    left = differences - design @ coefficients
    outside = lines - design @ (inverse @ (design.T @ lines))
    sizes = np.maximum((outside**2).sum(axis=0), 1e-12 * n)
    spread = ((differences - differences.mean(axis=0)) ** 2).sum(axis=0)
    return NetValueModel(
        quantiles=quantiles,
        curves=curves,
        terms=terms,
        coefficients=coefficients,
        noise=left.T @ left / (n - design.shape[1]),
        factor=np.linalg.cholesky(inverse),
        straight=(outside.T @ left / sizes[:, None], sizes**-0.5),
        n=n,
        explained=1 - (left**2).sum(axis=0) / np.where(spread > 0, spread, 1.0),
    )


def _columns(terms: Sequence[Term], shown: Values) -> Values:
    """Return the terms at the draws, (draws, terms)."""
    first = shown[:, [term[0][0] for term in terms], [term[0][1] for term in terms]]
    pairs = [place for place, term in enumerate(terms) if len(term) > 1]
    if pairs:
        second = [terms[place][1] for place in pairs]
        first[:, pairs] *= shown[:, [number for number, _ in second], [curve for _, curve in second]]
    return first


class _Search:
    """A search for terms that explain differences between strategies, the surest first."""

    def __init__(self, differences: Values) -> None:
        self.n = len(differences)
        self.terms: list[Term] = []
        self.inside = np.full((self.n, 1), self.n**-0.5)
        self.left = differences - differences.mean(axis=0)
        self.most = int(_TERMS_PER_DRAW * self.n)

    def enter(self, candidates: Sequence[Term], shown: Values, risk: float) -> None:
        """Let candidates in, as long as the surest is less likely by chance than `risk` over their number."""
        columns = self._orthogonal(_columns(candidates, shown))
        while len(self.terms) < self.most:
            chance = self._chance(columns)
            surest = int(chance.argmin())
            if chance[surest] > risk / len(candidates):
                return
            self.terms.append(candidates[surest])
            # Twice: what was taken out is taken out of rounding errors too.
            direction = self._orthogonal(self._orthogonal(columns[:, [surest]]))
            direction /= np.linalg.norm(direction)
            self.inside = np.hstack([self.inside, direction])
            columns -= direction @ (direction.T @ columns)
            columns[:, surest] = 0.0
            self.left -= direction @ (direction.T @ self.left)

    def _orthogonal(self, columns: Values) -> Values:
        return np.asarray(columns - self.inside @ (self.inside.T @ columns))

    def _chance(self, columns: Values) -> Values:
        """Return how likely each column explains as much by chance: Wilks' Λ for one column, exact for normal luck.

        Rao, Linear Statistical Inference, 1973, section 8c: (1 − Λ) / Λ × (ν − q + 1) / q has an F distribution with q, ν − q + 1.
        """
        sizes = np.linalg.norm(columns, axis=0)
        usable = sizes > 1e-6 * self.n**0.5
        along = np.divide(self.left.T @ columns, sizes, out=np.zeros((self.left.shape[1], len(sizes))), where=usable)
        scatter = self.left.T @ self.left
        rank = int(np.linalg.matrix_rank(scatter, hermitian=True))
        free = self.n - len(self.terms) - 2
        if not rank or free - rank + 1 <= 0:
            return np.ones(len(sizes))
        explained = np.minimum(np.einsum("sc,st,tc->c", along, np.linalg.pinv(scatter, hermitian=True), along), 1.0)
        with np.errstate(divide="ignore"):
            ratio = explained / (1 - explained) * (free - rank + 1) / rank
        return np.asarray(f_distribution.sf(ratio, rank, free - rank + 1))
