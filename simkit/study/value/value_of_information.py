"""What it is worth to know uncertain numbers before choosing a strategy: perfectly (EVPI, EVPPI), or from a sample (EVSI).

All three are one formula. Let d be what is learnt: the best strategy after it, on average, less the best strategy before it,
E[max over s of E[net value of s | d]] − max over s of E[net value of s] (Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats.qmc import Sobol

from simkit.study.estimates import Estimate
from simkit.study.value.curves import STRAIGHT, Values
from simkit.study.value.net_value_model import NetValueModel

_ROWS = 4096
_FEW = 64
_SEED = 19611961
_GOLDEN = (5**0.5 - 1) / 2
_ENTRIES_AT_ONCE = 2**23
Learnt = Mapping[int, Values]
"""For each number that something is learnt of: what its curves are expected to be afterwards, (values, 4), equally likely."""


def perfect_information(model: NetValueModel, numbers: Sequence[int] | None = None, *, confidence: float) -> Estimate:
    """Return what it is worth to know some numbers exactly (EVPPI), or all of them (EVPI): CNY, with interval and draws.

    A number that did not enter the model is worth 0, and its interval ends at what a straight line may still hide, if it is alone.
    """
    wanted = model.tables if numbers is None else set(numbers)
    learnt = {number: table for number, table in model.tables.items() if number in wanted}
    if not learnt and numbers is not None and len(numbers) == 1:
        return Estimate(model.n, 0.0, 0.0, _hidden(model, numbers[0], confidence))
    return information(model, learnt, confidence=confidence)


def information(model: NetValueModel, learnt: Learnt, *, confidence: float) -> Estimate:
    """Return what it is worth to learn something before choosing: CNY, with interval and draws.

    The interval is of the regression: basic bootstrap limits (Davison and Hinkley, Bootstrap Methods, 1997, section 5.2) over the
    coefficients that the draws leave possible. Never below 0: what is learnt can be ignored.
    """
    columns = _rows_of(model, learnt)
    found = float(_gain(columns, model.coefficients[None])[0])
    possible = _gain(columns, model.samples)
    shift = ndtri(np.clip((np.sum(possible < found) + 0.5 * np.sum(possible == found)) / len(possible), 0.01, 0.99))
    levels = ndtr(2 * shift + ndtri([(1 - confidence) / 2, (1 + confidence) / 2]))
    low, high = np.quantile(possible, levels)
    return Estimate(model.n, found, float(min(low, found)), float(max(high, found)))


def value_of_strategies(model: NetValueModel, number: int) -> Values:
    """Return how much more each strategy is worth than the first, given the number: (values of the number, strategies), CNY."""
    columns = _rows_of(model, {number: model.tables[number]} if number in model.tables else {})
    more = columns @ model.coefficients
    return np.hstack([np.zeros((len(more), 1)), more])


def expected_after_sample(values: Values, curves: Values, standard_error: Values) -> Values:
    """Return what a number's curves are expected to be after a sample, (values, 4), one equally likely sample a row.

    Parameters
    ----------
    values, curves
        The number's equally likely values, (values,), and its curves there, (values, 4).
    standard_error
        That of the sample's estimate where the number has that value, (values,); the estimate is normal.

    Preposterior analysis by Bayes' rule on the grid of values. Values and luck of the estimates are spread over their square by a
    golden-section lattice, so few rows suffice.
    """
    count = len(values)
    luck = ndtri(((np.arange(count) + 0.5) * _GOLDEN) % 1.0)
    estimates = values + standard_error * luck
    error = np.maximum(standard_error, 1e-9 * np.ptp(values))
    likelihood = -0.5 * ((estimates[:, None] - values) / error) ** 2 - np.log(error)
    weights = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    return np.asarray(weights @ curves / weights.sum(axis=1, keepdims=True))


def _rows_of(model: NetValueModel, learnt: Learnt) -> Values:
    """Return constant and terms, (rows, 1 + terms), as they are expected to be after what was learnt.

    Numbers are independent, so a product is expected to be the product of what is expected, and 0 where nothing is learnt of one.
    """
    tables = _together(learnt)
    rows = len(next(iter(tables.values()))) if tables else 1
    columns = np.zeros((rows, 1 + len(model.terms)))
    columns[:, 0] = 1.0
    for place, term in enumerate(model.terms, 1):
        if all(number in tables for number, _ in term):
            columns[:, place] = np.prod([tables[number][:, curve] for number, curve in term], axis=0)
    return columns


def _together(learnt: Learnt) -> Learnt:
    """Combine what is learnt of several numbers, evenly over all combinations (a Sobol sequence)."""
    if len(learnt) < 2:  # noqa: PLR2004 - one number alone has no combinations
        return learnt
    places = Sobol(len(learnt), seed=_SEED).random(_ROWS)
    return {
        number: table[(places[:, dimension] * len(table)).astype(int)]
        for dimension, (number, table) in enumerate(learnt.items())
    }


def _gain(columns: Values, coefficients: Values) -> Values:
    """Return what choosing after is worth more than before, for each set of coefficients, (sets, 1 + terms, strategies − 1)."""
    used = np.flatnonzero(np.any(columns != 0, axis=0))
    columns, coefficients = columns[:, used], coefficients[:, used]
    step = max(1, _ENTRIES_AT_ONCE // (len(columns) * coefficients.shape[2]))
    gains = []
    for start in range(0, len(coefficients), step):
        more = columns @ coefficients[start : start + step]
        after = np.maximum(more.max(axis=2), 0.0).mean(axis=1)
        gains.append(after - np.maximum(more.mean(axis=1).max(axis=1), 0.0))
    return np.concatenate(gains)


def _hidden(model: NetValueModel, number: int, confidence: float) -> float:
    """Return how much a number that did not enter may be worth by a straight line: the upper limit of the interval."""
    lines, errors = model.straight
    luck = (model.samples[:, 0] - model.coefficients[0]) / model.factor[0, 0]
    rolled = np.roll(luck, 1, axis=0)  # the line's luck is independent of the constant's
    values = model.quantiles[[number]].T
    line = model.curves.only([number]).at(values[:: max(1, len(values) // _FEW)])[:, 0, STRAIGHT]
    columns = np.stack([np.ones(len(line)), line], axis=1)
    sets = np.stack([model.samples[:, 0], lines[number] + errors[number] * rolled], axis=1)
    return float(np.quantile(_gain(columns, sets), (1 + confidence) / 2))
