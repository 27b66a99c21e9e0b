"""Which pilot to run before choosing a strategy: what it measures, how large, how long, at what cost, and whether it pays.

A pilot draws clusters by lot (communities, branches, seats) and observes customers in each. Neighbours are alike, so n of them
tell as much as n / (1 + (m − 1) ICC) drawn one by one (Donner and Klar, Design and Analysis of Cluster Randomization Trials, 2000).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit
from scipy.stats import nct
from scipy.stats import t as t_distribution

from simkit.params import BySegment, Quantity, Scenario
from simkit.params.pilots import Pilots, PilotSetting
from simkit.study.estimates import Estimate
from simkit.study.value.curves import Values
from simkit.study.value.net_value_model import NetValueModel
from simkit.study.value.value_of_information import expected_after_sample, information, value_of_strategies

Kind = Literal["share", "mean", "odds_ratio", "log_odds", "rate_ratio"]
TWO_ARMS: tuple[Kind, ...] = ("odds_ratio", "log_odds", "rate_ratio")
_MEANS = ("minutes", "days", "CNY", "count", "hours", "seconds", "km", "1/week", "payments/week", "ratio")
_SIZES = 9
_SMALLEST_SHARE = 1e-4
_DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Observable:
    """What an uncertain number is out in the world.

    key: in the scenario. kind: a share of customers, a mean, or a comparison of two arms (with the measure and without). level: what a
    factor of 1 stands for, where the number is by segment; else 1.
    """

    key: str
    kind: Kind
    level: float = 1.0


@dataclass(frozen=True)
class Break:
    """Where a number alone would change the recommendation: above that value, or below it, another strategy is best.

    below, above: the number's mean on either side.
    """

    value: float
    other: int
    other_above: bool
    below: float
    above: float


@dataclass(frozen=True)
class PowerPlan:
    """The smallest pilot that tells with a stated power on which side of its break a number lies; no clusters where none can."""

    observable: Observable
    at: Break
    power: float
    clusters: int | None


@dataclass(frozen=True)
class PilotSize:
    """One size of a pilot: clusters, customers observed, weeks, cost, what its sample is worth, and that less the cost; CNY."""

    clusters: int
    observations: int
    weeks: int
    cost: float
    worth: Estimate
    net: Estimate


@dataclass(frozen=True)
class Pilot:
    """A pilot in one setting: what it measures, its sizes, and for each number the size that a test of its break needs."""

    setting: str
    observables: tuple[Observable, ...]
    sizes: tuple[PilotSize, ...]
    plans: tuple[PowerPlan, ...]

    @property
    def best(self) -> PilotSize:
        """The size with the highest expected net value."""
        return max(self.sizes, key=lambda size: size.net.mean)


def observable(key: str, quantity: Quantity | BySegment, scenario: Scenario) -> Observable | None:
    """Return what a number is out in the world; None where it is nothing that can be counted or timed, such as a correlation."""
    level = 1.0
    if isinstance(quantity, BySegment):
        shares = [segment.share.value for segment in scenario.segments]
        level = float(np.average(scenario.by_segment(quantity), weights=shares))
        if level == 0:
            return None
    last = key.rsplit(".", 1)[-1]
    if quantity.unit == "probability":
        return Observable(key, "share", level)
    if quantity.unit == "log-odds":
        return Observable(key, "log_odds", level)
    if last.endswith("odds_ratio"):
        return Observable(key, "odds_ratio", level)
    if last.endswith("_ratio"):
        return Observable(key, "rate_ratio", level)
    return Observable(key, "mean", level) if quantity.unit in _MEANS else None


def design_effect(observations: float, icc: float) -> float:
    """Return by how much alike neighbours inflate a variance: 1 + (m − 1) ICC."""
    return 1 + (observations - 1) * icc


def standard_error(measured: Observable, values: Values, setting: PilotSetting, clusters: float) -> Values:
    """Return the standard error of a pilot's estimate of a number, in the number's own unit, where it has the values given.

    Shares: √(p (1 − p) / n). Means: coefficient of variation × mean / √n. Two arms of half the clusters each: the odds and rate ratios
    by the delta method on the logarithm (Woolf, Annals of Human Genetics 19, 1955). n is the effective number of customers.
    """
    m = setting.observations.value
    n = clusters * m / design_effect(m, setting.icc.value)
    level, base = measured.level, setting.base_rate.value
    inside = 1 - _SMALLEST_SHARE
    if measured.kind == "share":
        share = np.clip(values * level, _SMALLEST_SHARE, inside)
        return np.asarray(np.sqrt(share * (1 - share) / n) / level)
    if measured.kind == "mean":
        return np.asarray(setting.variation.value * np.abs(values) / math.sqrt(n))
    ratio = np.maximum(values * level, _SMALLEST_SHARE)
    if measured.kind == "rate_ratio":
        share = np.clip(ratio * base, _SMALLEST_SHARE, inside)
        return np.asarray(values * np.sqrt(((1 - base) / base + (1 - share) / share) * 2 / n))
    effect = values * level if measured.kind == "log_odds" else np.log(ratio)
    share = np.clip(expit(logit(base) + effect), _SMALLEST_SHARE, inside)
    log_error = np.sqrt((1 / (base * (1 - base)) + 1 / (share * (1 - share))) * 2 / n)
    return np.asarray(log_error / abs(level) if measured.kind == "log_odds" else np.abs(values) * log_error)


def find_break(model: NetValueModel, number: int) -> Break | None:
    """Return where a number alone would change the recommendation, nearest to its mean; None where it does so nowhere."""
    values = model.quantiles[number]
    worth = value_of_strategies(model, number)
    best, recommended = worth.argmax(axis=1), int(worth.mean(axis=0).argmax())
    turns = np.flatnonzero((best[1:] == recommended) != (best[:-1] == recommended))
    if not len(turns):
        return None
    turn = min(turns, key=lambda place: abs(values[place] - values.mean()))
    other = int(best[turn] if best[turn] != recommended else best[turn + 1])
    return Break(
        value=float((values[turn] + values[turn + 1]) / 2),
        other=other,
        other_above=bool(best[turn + 1] != recommended),
        below=float(values[: turn + 1].mean()),
        above=float(values[turn + 1 :].mean()),
    )


def power_of_test(effect: float, error_of_one: float, clusters: int, *, arms: int, level: float = 0.05) -> float:
    """Return the power of a two-sided t test on the means of clusters, to see an effect when there is one.

    effect: the difference from what is tested. error_of_one: standard error of the estimate with one cluster; it falls with the root of
    their number. The statistic is noncentral t with clusters − arms degrees of freedom (Cohen, Statistical Power Analysis, 1988).
    """
    free = clusters - arms
    if free < 1:
        return 0.0
    shift = effect / error_of_one * math.sqrt(clusters)
    limit = float(t_distribution.isf(level / 2, free))
    return float(nct.sf(limit, free, shift) + nct.cdf(-limit, free, shift))


def clusters_for_power(effect: float, error_of_one: float, power: float, *, arms: int, most: int) -> int | None:
    """Return the least clusters (a multiple of the arms) whose test has the power; None where `most` have less."""
    low, high = 1, most // arms
    if high < low or power_of_test(effect, error_of_one, high * arms, arms=arms) < power:
        return None
    while low < high:
        middle = (low + high) // 2
        if power_of_test(effect, error_of_one, middle * arms, arms=arms) < power:
            low = middle + 1
        else:
            high = middle
    return low * arms


def plan_power(measured: Observable, at: Break, setting: PilotSetting, power: float) -> PowerPlan:
    """Return how many clusters tell with the power on which side of its break a number lies.

    What is to be seen is the distance of the break from the number's mean below it or above it, whichever needs more clusters.
    """
    arms = 2 if measured.kind in TWO_ARMS else 1
    needed: list[int | None] = []
    for side in (at.below, at.above):
        error = float(standard_error(measured, np.array([side]), setting, 1)[0])
        most = int(setting.clusters.value)
        needed.append(clusters_for_power(abs(side - at.value), error, power, arms=arms, most=most))
    found = [count for count in needed if count is not None]
    return PowerPlan(measured, at, power, max(found) if len(found) == len(needed) else None)


def cost_of(setting: PilotSetting, clusters: int, scenario: Scenario) -> float:
    """Return what a pilot costs: setting up, staff days at the scenario's price, clusters and observations; CNY."""
    day = getattr(scenario.costs, setting.staff).value
    for_each = setting.staff_days_per_cluster.value * day + setting.cost_per_cluster.value
    for_each += setting.observations.value * setting.cost_per_observation.value
    return float(setting.set_up_cost.value + clusters * for_each)


def weeks_of(setting: PilotSetting, clusters: int) -> int:
    """Return how long a pilot takes: rounds of as many clusters as go at once, and the follow-up of the last."""
    rounds = math.ceil(clusters / setting.clusters_at_once.value)
    return math.ceil((rounds * setting.days_per_cluster.value + setting.days_of_follow_up.value) / _DAYS_A_WEEK)


def design_pilots(
    model: NetValueModel,
    keys: Sequence[str],
    scenario: Scenario,
    pilots: Pilots,
    *,
    confidence: float,
    power: float,
) -> tuple[Pilot, ...]:
    """Return a pilot for each setting in which numbers are measured that the choice depends on.

    The one that brings most beyond its cost stands first; where none does, the one that tells most.

    `keys` names the model's numbers. A pilot measures all numbers of its setting that entered the model.
    """
    quantities = dict(scenario.quantities())
    by_setting: dict[str, dict[int, Observable]] = {}
    for number in model.tables:
        place = pilots.setting_of(keys[number])
        measured = observable(keys[number], quantities[keys[number]], scenario)
        if place is not None and measured is not None:
            by_setting.setdefault(place, {})[number] = measured
    found = [
        _pilot(model, name, pilots.settings[name], measured, scenario, confidence=confidence, power=power)
        for name, measured in by_setting.items()
    ]
    return tuple(sorted(found, key=lambda pilot: (-max(0.0, pilot.best.net.mean), -pilot.best.worth.mean)))


def _pilot(
    model: NetValueModel,
    name: str,
    setting: PilotSetting,
    measured: Mapping[int, Observable],
    scenario: Scenario,
    *,
    confidence: float,
    power: float,
) -> Pilot:
    sizes = []
    for clusters in sizes_of(setting):
        learnt = {
            number: expected_after_sample(
                model.quantiles[number],
                model.tables[number],
                standard_error(each, model.quantiles[number], setting, clusters),
            )
            for number, each in measured.items()
        }
        worth = information(model, learnt, confidence=confidence)
        cost = cost_of(setting, clusters, scenario)
        net = Estimate(worth.n, worth.mean - cost, worth.low - cost, worth.high - cost)
        observations = clusters * int(setting.observations.value)
        sizes.append(PilotSize(clusters, observations, weeks_of(setting, clusters), cost, worth, net))
    breaks = [(each, find_break(model, number)) for number, each in measured.items()]
    plans = [plan_power(each, at, setting, power) for each, at in breaks if at is not None]
    return Pilot(name, tuple(measured.values()), tuple(sizes), tuple(plans))


def sizes_of(setting: PilotSetting) -> list[int]:
    """Return even numbers of clusters from few to half of all, each larger than the last by about the same factor."""
    smallest = 4 if setting.observations.value > 1 else 100
    most = max(smallest, int(setting.clusters.value) // 2)
    return sorted({2 * round(size / 2) for size in np.geomspace(smallest, most, _SIZES)})
