"""What the notebook of a reward programme shows: what a perfect customer gets, what players get, what it costs, what to mend."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from simkit.metrics.catalogue import KPIS
from simkit.reporting.chart_style import Chart
from simkit.reporting.language import Language, Narrator, check_language
from simkit.reporting.lookups import Comparison
from simkit.reporting.pages import narrator_of
from simkit.reporting.quantities import NOTHING
from simkit.reporting.rewards import charts as reward_charts
from simkit.reporting.rewards.charts import RewardDays
from simkit.reporting.rewards.design import PlayerCoupons, RewardDesign, checked_day, design_study
from simkit.reporting.rewards.perfect_chart import count_cell, money_cell, part_title, perfect_customer, tier_title
from simkit.reporting.summary import KeyFigure, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.rewards import Programme
from simkit.rewards.grants import Coupons
from simkit.rewards.linter import LintReport, lint_programme
from simkit.rewards.perfect_play import PerfectPlay, a_year_after, first_day, perfect_year
from simkit.study import COST_PER_INCREMENTAL_LASTING, COST_PER_INCREMENTAL_PAYMENT, Estimate, Study

_FIGURES = ("coupon_cost", "hunter_share", COST_PER_INCREMENTAL_PAYMENT)
_COSTS = (
    "coupon_cost",
    "partner_cost",
    "breakage",
    "reward_liability",
    "hunter_cost",
    "hunter_share",
    "over_budget",
    "cost",
    COST_PER_INCREMENTAL_PAYMENT,
    COST_PER_INCREMENTAL_LASTING,
)


def open_reward_design(
    programme: str,
    scenario: str = "city_bank",
    strategy: str = "",
    language: str = "en",
    scale: float = 0.02,
    replications: int = 10,
    starts_on: str = "",
    store: str = "reports/store",
) -> RewardPage:
    """Open the page of one programme, after making the runs that the store does not hold yet; see `design_study`.

    `starts_on` is the perfect customer's first day, such as 2026-03-02; the programme's own, or that of a leap year, when left out.
    """
    spoken, day = check_language(language), checked_day(starts_on)
    design = design_study(
        programme, scenario=scenario, strategy=strategy, scale=scale, replications=replications, store=Path(store)
    )
    study = design.play(Path(store))
    return RewardPage(design, study, narrator_of_design(design, study, spoken), day)


def narrator_of_design(design: RewardDesign, study: Study | None, language: Language) -> Narrator:
    """Return the narrator of a programme's study, or of the programme alone."""
    if study is not None:
        return narrator_of(study, language)
    titles = {design.strategy: design.programme.title.model_dump()[language]}
    return Narrator(language, titles, design.scenario.segment_titles[language])


@dataclass(frozen=True)
class RewardPage:
    """The page of one programme; without a study it shows what the rules alone tell."""

    design: RewardDesign
    study: Study | None
    narrator: Narrator
    starts_on: datetime.date | None

    @cached_property
    def plays(self) -> Mapping[str, tuple[PerfectPlay, ...]]:
        """A perfect customer of each tier in each reading; none where something is undecided."""
        return {
            name: () if any(programme.empty()) else perfect_year(programme, self.starts_on)
            for name, programme in self.design.readings.items()
        }

    @cached_property
    def lint(self) -> LintReport:
        """What the linter says."""
        return lint_programme(self.design.path)

    @cached_property
    def comparison(self) -> Comparison | None:
        """Every reading against doing nothing."""
        return Comparison.of(self.study.comparison) if self.study else None

    @cached_property
    def days(self) -> RewardDays | None:
        """The money of the reading that holds, day by day."""
        if self.study is None:
            return None
        design, budget = self.design, self.design.programme.budget.total_cny
        return RewardDays.of(
            self.study,
            design.strategy,
            recognised_on=design.programme.accounting.recognised_on,
            campaign_days=design.scenario.calendar.campaign_days,
            budget=None if budget is None else budget * design.scenario.scale,
        )

    @property
    def summary(self) -> Summary:
        """Whether the rules hold together and what they give, what they cost, and what was left out."""
        problems, notices = len(self.lint.problems), sum(found.severity == "notice" for found in self.lint.findings)
        verdict = self.narrator.text("reward.problems" if problems else "reward.no_problem", n=problems or notices)
        told = self.narrator.text("reward.verdict", verdict=verdict, given=self._given())
        campaign = self.design.scenario.calendar.campaign_days
        scale = self.narrator.quantities.number(self.design.scenario.scale, "share")
        return Summary(
            told,
            figures_of=self.narrator.text("reward.simulated", days=campaign, scale=scale) if self.study else "",
            figures=self._key_figures(),
            sure=list(self._caveats()),
        )

    def _key_figures(self) -> list[KeyFigure]:
        if self.comparison is None:
            return []
        found = {kpi: self.comparison.alone(self.design.strategy, kpi) for kpi in _FIGURES}
        return [KeyFigure(self.narrator.short(kpi), self.narrator.figure(kpi, found[kpi])) for kpi in found]

    def _caveats(self) -> Sequence[str]:
        """Say from how many runs this comes, how customers learn of the programme, and what could not be simulated."""
        narrator, design = self.narrator, self.design
        lines = []
        if self.comparison is not None:
            confidence = narrator.quantities.tick(self.comparison.confidence, "share")
            lines = [
                narrator.text("sure.runs", n=self.comparison.n, confidence=confidence),
                narrator.text("sure.luck_only"),
                narrator.text("reward.told_by", strategy=design.told_by)
                if design.told_by
                else narrator.text("reward.told_by_nobody"),
            ]
        if design.obstacle:
            lines.append(narrator.text(f"reward.obstacle.{design.obstacle}"))
        for part, reason in design.unplayed.items():
            why = narrator.text(f"reward.unplayed.{reason}")
            lines.append(
                narrator.text("reward.unplayed.part", part=part_title(design.programme, part, narrator), why=why)
            )
        return lines

    def _given(self) -> str:
        """Say what a perfect customer of each tier is given."""
        narrator, programme = self.narrator, self.design.programme
        plays = self.plays[self.design.reading]
        if not plays:
            return narrator.text("reward.undecided", keys=narrator.quantities.enumeration(list(programme.empty())))
        given = [self._given_to(play) for play in plays]
        if len(plays) > 1:
            given = [
                narrator.text("reward.to_tier", given=one, tier=play.player.tier)
                for one, play in zip(given, plays, strict=True)
            ]
        told = narrator.text("reward.given", given=narrator.quantities.enumeration(given))
        if programme.headline is None:
            return told
        return narrator.text("reward.given_and_advertised", given=told, n=programme.headline.coupons)

    def _given_to(self, play: PerfectPlay) -> str:
        only_coupons = all(isinstance(part.grant, Coupons) for part in self.design.programme.parts.values())
        return self.narrator.text(
            "reward.coupons" if only_coupons else "reward.rewards",
            n=self.narrator.value("coupons_claimed", len(play.coupons)),
            face=self.narrator.value("coupon_cost", sum(play.face_cny().values())),
        )

    @property
    def perfect(self) -> Table | None:
        """What a perfect customer of each tier gets of each part, and when it reaches the stages."""
        plays, programme, narrator = self.plays[self.design.reading], self.design.programme, self.narrator
        if not plays:
            return None
        header = [narrator.text("reward.part")]
        for play in plays:
            tier = tier_title(programme, play.player.tier, narrator)
            header += [narrator.text(f"reward.{column}", tier=tier) for column in ("count_of", "face_of")]
        rows = [
            Row(
                part_title(programme, part, narrator),
                [
                    cell
                    for play in plays
                    for cell in (count_cell(play.given()[part]), money_cell(play.face_cny()[part]))
                ],
            )
            for part in plays[0].parts
        ]
        all_of_it = [(len(play.coupons), sum(play.face_cny().values())) for play in plays]
        total = [cell for n, face in all_of_it for cell in (count_cell(n), money_cell(face))]
        rows.append(Row(narrator.text("reward.together"), total))
        return Table(narrator, self._year_caption(), header, rows, narrator.text("section.perfect"))

    @property
    def stages(self) -> Table | None:
        """The stages, and the day on which a perfect customer of each tier reaches them."""
        plays, programme, narrator = self.plays[self.design.reading], self.design.programme, self.narrator
        if not plays or programme.stages is None:
            return None
        header = [
            programme.stages.title.model_dump()[narrator.language],
            narrator.text("reward.prize"),
            *(tier_title(programme, play.player.tier, narrator) for play in plays),
        ]
        reached = [{stage.number: stage.reached_on for stage in play.stages} for play in plays]
        rows = []
        for number, (stage, at) in enumerate(zip(programme.stages.stages, programme.stages.thresholds, strict=True), 1):
            on = [narrator.quantities.date(days[number]) if number in days else NOTHING for days in reached]
            rows.append(Row(narrator.text("reward.stage", n=number, at=at), [stage.prize, *on]))
        return Table(narrator, self._year_caption(), header, rows, narrator.text("section.stages"))

    @property
    def perfect_by_month(self) -> Chart | None:
        """What a perfect customer of each tier gets month by month."""
        plays = self.plays[self.design.reading]
        if not plays:
            return None
        return perfect_customer(self.design.programme, plays, self._given(), self.narrator, self._year)

    @property
    def _year(self) -> tuple[datetime.date, int]:
        first = self.starts_on or first_day(self.design.programme)
        return first, (a_year_after(first) - first).days

    def _year_caption(self) -> str:
        first, days = self._year
        return self.narrator.text("reward.year", start=self.narrator.quantities.date(first), days=days)

    @property
    def funnel(self) -> Chart | None:
        """What becomes of coupons."""
        if self.comparison is None:
            return None
        return reward_charts.coupon_funnel(self.comparison, self.design.strategy, self.narrator)

    @property
    def players(self) -> Chart | None:
        """How many coupons players have."""
        if self.study is None or self.comparison is None:
            return None
        players = PlayerCoupons.of(self.study, self.design.strategy, self.design.scenario)
        campaign = self.design.scenario.calendar.campaign_days
        return reward_charts.coupons_of_players(players, self.comparison, campaign, self.narrator)

    @property
    def cost_by_day(self) -> Chart | None:
        """What is paid, owed and never redeemed, day by day."""
        return None if self.days is None else reward_charts.cost_by_day(self.days, self.narrator)

    @property
    def costs(self) -> Table | None:
        """What the programme costs, who takes it, and what one more payment and lasting user costs."""
        if self.days is None or self.comparison is None:
            return None
        narrator = self.narrator
        found = {kpi: self.comparison.alone(self.design.strategy, kpi) for kpi in _COSTS}
        found |= {"partner_cost": self.days.last("partner"), "breakage": self.days.last("breakage")}
        rows = [Row(narrator.kpi(kpi), [Cell(found[kpi], kpi)]) for kpi in _COSTS if found[kpi].n or kpi not in KPIS]
        header = [narrator.text("table.kpi"), narrator.text("table.value")]
        caption = narrator.text("table.results", strategy=narrator.strategy(self.design.strategy), **self._sample())
        return Table(narrator, caption, header, rows, narrator.text("section.reward-costs"))

    def _sample(self) -> dict[str, object]:
        assert self.comparison is not None  # noqa: S101 - only what is simulated has a sample
        confidence = self.narrator.quantities.tick(self.comparison.confidence, "share")
        return {"n": self.comparison.n, "confidence": confidence}

    @property
    def findings(self) -> Table:
        """What the linter finds: the rule, where, in which readings, and what to do."""
        return lint_table(self.lint, self.narrator)

    @property
    def readings(self) -> Table:
        """What changes under each reading of the rules, for each tier."""
        narrator = self.narrator
        rows = [row for name, programme in self.design.readings.items() for row in self._reading_rows(name, programme)]
        header = [
            narrator.text(f"reward.reading.{column}")
            for column in ("name", "count", "headline", "stages", "face", "cost")
        ]
        scale = narrator.quantities.number(self.design.scenario.scale, "share")
        key = "caption" if self.design.reading else "only_one"
        caption = narrator.text(f"reward.reading.{key}", reading=self.design.reading, scale=scale)
        return Table(narrator, caption, header, rows, narrator.text("section.readings"))

    def _reading_rows(self, name: str, programme: Programme) -> list[Row]:
        narrator = self.narrator
        title = name or narrator.text("reward.reading.only")
        plays = self.plays[name]
        if not plays:
            undecided = narrator.text("reward.undecided", keys=narrator.quantities.enumeration(list(programme.empty())))
            return [Row(title, [NOTHING, undecided, NOTHING, NOTHING, NOTHING])]
        cost = Estimate(0, float("nan"), float("nan"), float("nan"))
        if self.comparison is not None:
            cost = self.comparison.alone(self.design.strategy_of(name), "coupon_cost")
        return [
            Row(
                f"{title} · {play.player.tier}" if len(plays) > 1 else title,
                [
                    count_cell(len(play.coupons)),
                    self._headline(programme, len(play.coupons)),
                    narrator.text("reward.reading.of", n=len(play.stages), all=len(programme.stages.stages))
                    if programme.stages
                    else NOTHING,
                    money_cell(sum(play.face_cny().values())),
                    Cell(cost, "coupon_cost"),
                ],
            )
            for play in plays
        ]

    def _headline(self, programme: Programme, given: int) -> str:
        if programme.headline is None:
            return NOTHING
        key = "kept" if given >= programme.headline.coupons else "broken"
        return self.narrator.text(f"reward.reading.{key}", n=given, advertised=programme.headline.coupons)


def lint_table(report: LintReport, narrator: Narrator) -> Table:
    """What the linter finds: the rule, where, in which readings, and what to do."""
    rows = [
        Row(
            narrator.text(f"lint.{found.severity}", rule=narrator.text(f"lint.{found.rule}.title")),
            [
                ", ".join(found.readings) or NOTHING,
                found.key,
                found.message,
                narrator.text(f"lint.{found.rule}.action"),
            ],
        )
        for found in report.findings
    ]
    header = [narrator.text(f"lint.{column}") for column in ("rule", "readings", "key", "found", "action")]
    key = "lint.caption" if rows else "lint.clean"
    caption = narrator.text(key, n=len(rows), problems=len(report.problems))
    return Table(narrator, caption, header, rows, narrator.text("section.lint"))
