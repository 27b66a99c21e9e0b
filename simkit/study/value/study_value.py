"""The value of information of a study: draws of all uncertain numbers, what strategies are worth in them, what knowing is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from simkit.params import (
    Finding,
    ParameterError,
    Scenario,
    Strategy,
    StudyPlan,
    UncertainNumber,
    drawn_values,
    load_strategy,
    uncertain_numbers,
)
from simkit.params.pilots import Pilots
from simkit.study.estimates import Estimate, estimate
from simkit.study.observing import CampaignObserver
from simkit.study.planning import study_scenario
from simkit.study.value.curves import Values
from simkit.study.value.net_value_model import NetValueModel, Term, fit_net_value
from simkit.study.value.pilots import Pilot, design_pilots
from simkit.study.value.value_of_information import perfect_information

NET_VALUE = "net_value"
LASTING = "lasting"
_QUANTILES = 1024
FEWEST_DRAWS = 50


@dataclass(frozen=True)
class ValueStudy:
    """Strategies under draws of all uncertain numbers, each draw with luck of its own.

    net_values: CNY, lasting: lasting users; both of the whole bank, (draws, strategies). user_worth: what the bank would pay for a
    lasting user beyond what net value counts, CNY. fingerprint: one for all runs.
    """

    scenario: Scenario
    strategies: tuple[Strategy, ...]
    numbers: tuple[UncertainNumber, ...]
    net_values: Values
    lasting: Values
    confidence: float
    fingerprint: str
    user_worth: float = 0.0

    @property
    def draws(self) -> int:
        """How many draws there are, each with luck of its own."""
        return len(self.net_values)

    @property
    def worth(self) -> Values:
        """What is chosen by: net value, and what the bank would pay beyond it for lasting users; (draws, strategies), CNY."""
        return self.net_values + self.user_worth * self.lasting

    @property
    def keys(self) -> list[str]:
        """The dotted keys of the uncertain numbers."""
        return [number.key for number in self.numbers]

    @cached_property
    def model(self) -> NetValueModel:
        """What the differences between strategies depend on."""
        return self._fitted(self.worth)

    def _fitted(self, worth: Values, terms: Sequence[Term] | None = None) -> NetValueModel:
        return fit_net_value(self._points, worth, self._quantiles, terms=terms)

    @cached_property
    def _points(self) -> Values:
        """The values of the numbers, (draws, numbers)."""
        points = [drawn_values(self.scenario, draw + 1) for draw in range(self.draws)]
        return np.array([[point[key] for key in self.keys] for point in points])

    @cached_property
    def _quantiles(self) -> Values:
        """Equally likely values of each number, (numbers, values)."""
        even = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
        return np.array([number.at(even) for number in self.numbers])

    @property
    def recommended(self) -> int:
        """The place of the strategy with the highest net value before anything more is known."""
        return int(np.argmax([0.0, *self.model.coefficients[0]]))

    @cached_property
    def against_recommended(self) -> list[Estimate]:
        """Worth of each strategy less that of the recommended one, draw by draw; both uncertainties are in the interval."""
        return self._estimates(self.worth - self.worth[:, [self.recommended]])

    @cached_property
    def lasting_against_first(self) -> list[Estimate]:
        """Lasting users of each strategy more than with the first, draw by draw; both uncertainties are in the interval."""
        return self._estimates(self.lasting - self.lasting[:, :1])

    def _estimates(self, by_draw: Values) -> list[Estimate]:
        found = estimate(by_draw.T[:, None, :], self.confidence)
        parts = zip(found.n.tolist(), found.mean.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
        return [Estimate(*each) for each in parts]

    @cached_property
    def everything(self) -> Estimate:
        """What it is worth to know all numbers (EVPI), as far as their effects were found."""
        return perfect_information(self.model, confidence=self.confidence)

    @cached_property
    def of_numbers(self) -> dict[str, Estimate]:
        """What each number is worth alone (EVPPI), of those that differences between strategies were found to depend on, dearest first."""
        found = {
            self.keys[number]: perfect_information(self.model, [number], confidence=self.confidence)
            for number in self.model.tables
        }
        return dict(sorted(found.items(), key=lambda item: (-item[1].mean, -item[1].high)))

    @cached_property
    def of_sections(self) -> dict[str, Estimate]:
        """What the numbers of each section are worth together (EVPPI of the group), dearest first; sections without effect are left out."""
        sections: dict[str, list[int]] = {}
        for number in self.model.tables:
            sections.setdefault(self.keys[number].split(".")[0], []).append(number)
        found = {
            name: perfect_information(self.model, numbers, confidence=self.confidence)
            for name, numbers in sections.items()
        }
        return dict(sorted(found.items(), key=lambda item: (-item[1].mean, -item[1].high)))

    def everything_by_user_worth(self, worths: Sequence[float]) -> list[Estimate]:
        """Return what it is worth to know all numbers, for each amount that the bank would pay for a lasting user beyond net value.

        The terms are those found for this study's own amount.
        """
        models = [self._fitted(self.net_values + worth * self.lasting, self.model.terms) for worth in worths]
        return [perfect_information(model, confidence=self.confidence) for model in models]

    def telling_user_worths(self, count: int) -> list[float]:
        """Return round amounts from 0 on, CNY, and the study's own.

        They lie around the one at which the first strategy would break even by its lasting users.
        """
        more, users = (self.net_values - self.net_values[:, :1]).mean(axis=0), self.lasting_against_first
        prices = [-net / won.mean for net, won in zip(more.tolist(), users, strict=True) if won.low > 0 and net < 0]
        reach = max(2 * min(prices, default=50.0), 1.5 * self.user_worth)
        step = reach / (count - 1)
        magnitude = 10.0 ** np.floor(np.log10(step))
        step = float(next(round_ for round_ in (1, 2, 2.5, 5, 10) if round_ * magnitude >= step) * magnitude)
        return sorted({place * step for place in range(count)} | {self.user_worth})

    @cached_property
    def most_hidden(self) -> float:
        """The most that any number without a found effect may be worth: the highest upper end of their intervals, CNY."""
        others = [number for number in range(len(self.numbers)) if number not in self.model.tables]
        found = [perfect_information(self.model, [number], confidence=self.confidence).high for number in others]
        return max(found, default=0.0)

    def pilots(self, settings: Pilots, power: float) -> tuple[Pilot, ...]:
        """Return a pilot for each setting in which something worth knowing is measured; see `design_pilots`."""
        return design_pilots(self.model, self.keys, self.scenario, settings, confidence=self.confidence, power=power)


def run_value_study(
    plan: StudyPlan,
    draws: int,
    *,
    store: Path,
    user_worth: float = 0.0,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
) -> ValueStudy:
    """Make the runs that `store` does not hold yet: each strategy of the plan in each draw, with luck of its own for each draw.

    The plan's own draws and replications do not count. Net values are scaled up from the customers simulated to the whole bank.
    Raises `ParameterError` for less than two strategies or too few draws, `StudyError` when runs fail.
    """
    if draws < FEWEST_DRAWS:
        raise ParameterError([Finding(plan.name, "draws", f"is {draws}; a regression needs {FEWEST_DRAWS} or more")])
    scenario = study_scenario(plan)
    strategies = tuple(load_strategy(source) for source in plan.all_strategies)
    if len(strategies) < 2:  # noqa: PLR2004 - a choice is between two
        raise ParameterError(
            [Finding(plan.name, "strategies", "there is nothing to choose; name one beside do_nothing")]
        )
    observe = CampaignObserver(
        scenario,
        strategies,
        [NET_VALUE, LASTING],
        store=store,
        uncertain=True,
        workers=workers,
        cluster=cluster,
        progress=progress,
    )
    found = observe(range(len(strategies)), range(draws)) / scenario.scale
    return ValueStudy(
        scenario=scenario,
        strategies=strategies,
        numbers=uncertain_numbers(scenario),
        net_values=found[:, :, 0].T,
        lasting=found[:, :, 1].T,
        confidence=plan.confidence,
        fingerprint=observe.fingerprint,
        user_worth=user_worth,
    )
