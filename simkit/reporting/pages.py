"""What the pages of a study have in common: its narrator, its scenario, its estimates as readers may see them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from simkit.params import Scenario
from simkit.reporting import strategy_charts
from simkit.reporting.language import Narrator, check_language
from simkit.reporting.lookups import Attribution, Comparison
from simkit.reporting.small_cells import guarded, guarded_attribution, holds_real_customers
from simkit.reporting.strategies.turning_points import WORTH, WorthOfUsers
from simkit.reporting.summary import Notes
from simkit.study import COST_PER_INCREMENTAL_PAYMENT, Study

KEY_FIGURES = ("opened", "activated", "lasting", "cost", "cost_per_lasting", "staff_utilisation")
REWARDS = (
    "coupons_claimed",
    "coupons_redeemed",
    "coupon_cost",
    "hunter_share",
    "reward_liability",
    "over_budget",
    COST_PER_INCREMENTAL_PAYMENT,
)


def narrator_of(study: Study, language: str) -> Narrator:
    """Return the narrator who tells *study* in *language*. Raises `ParameterError` for a language that is not spoken."""
    spoken = check_language(language)
    titles = {strategy.name: strategy.title[spoken] for strategy in study.record.strategies}
    return Narrator(spoken, titles, scenario_of(study).segment_titles[spoken], study.plan.draws)


def scenario_of(study: Study) -> Scenario:
    """Return the scenario as *study* was run with it."""
    return Scenario.model_validate_json(json.dumps(study.record.scenario))


def shown_comparison(study: Study) -> Comparison:
    """Return a study's estimates as readers may see them: without small counts of real customers."""
    estimates = Comparison.of(study.comparison)
    return guarded(estimates) if holds_real_customers(scenario_of(study)) else estimates


@dataclass(frozen=True)
class StudyPage:
    """What the pages of a study have in common."""

    study: Study
    narrator: Narrator

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as the study was run with it."""
        return scenario_of(self.study)

    @cached_property
    def comparison(self) -> Comparison:
        """The study's estimates as readers may see them."""
        return shown_comparison(self.study)

    @cached_property
    def attribution(self) -> Attribution:
        """Who became a lasting user because of a strategy, anyway, or only without it, as readers may see it."""
        counted = Attribution.of(self.study.who)
        return guarded_attribution(counted, self.comparison) if holds_real_customers(self.scenario) else counted

    @cached_property
    def days(self) -> strategy_charts.Days:
        """The ledger's days over all runs."""
        return strategy_charts.Days(
            self.study.sums("daily", strategy_charts.CURVES, ("strategy", "draw", "replication", "day", "date")),
            self.scenario.calendar.campaign_days,
            self.comparison.confidence,
            only_large=holds_real_customers(self.scenario),
        )

    def worth_of_users(self, strategies: Sequence[str]) -> WorthOfUsers:
        """Return what hangs on the worth of a lasting user for these strategies."""
        return WorthOfUsers.of(self.study.totals(WORTH), strategies, self.comparison.confidence)

    @property
    def answer_titles(self) -> dict[str, str]:
        """The headings of the two lists of a summary."""
        return {f"{answer}_title": self.narrator.text(f"summary.{answer}") for answer in ("sure", "change")}

    @property
    def what_intervals_hold(self) -> list[str]:
        """Which of the two kinds of doubt the intervals hold."""
        draws = self.study.plan.draws
        if draws == 1:
            return [self.narrator.text("sure.luck_only")]
        return [self.narrator.text("sure.rates", draws=draws), self.narrator.text("sure.ignorance")]

    @property
    def how_to_read(self) -> Notes:
        """What the words and brackets on the page mean."""
        narrator = self.narrator
        lines = [
            *(narrator.text(f"read.{word}") for word in ("paired", "lasting", "net_value")),
            narrator.text("read.scale", scale=narrator.quantities.number(self.study.record.scale, "share")),
            narrator.text("read.key_figures"),
            *([narrator.text("read.small")] if holds_real_customers(self.scenario) else []),
        ]
        return Notes(narrator.text("read.title"), lines)

    def _caption(self, key: str, **values: str) -> str:
        confidence = self.narrator.quantities.tick(self.comparison.confidence, "share")
        return self.narrator.text(key, n=self.comparison.n, confidence=confidence, **values)

    def _table_caption(self, key: str, **values: str) -> str:
        """Return a caption that also tells the two kinds of brackets apart, where there are two."""
        brackets = self.narrator.text("table.brackets") if self.narrator.draws > 1 else ""
        return self._caption(key, **values) + brackets
