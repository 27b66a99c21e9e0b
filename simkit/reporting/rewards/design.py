"""The study behind the page of one reward programme: every reading of its rules against doing nothing, and who is given what."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from simkit.atomic_files import replacing
from simkit.campaign.offered_programme import offered_programme
from simkit.params import (
    DO_NOTHING,
    Finding,
    Levers,
    ParameterError,
    Scenario,
    StudyPlan,
    find_parameters,
    load_scenario,
    load_strategy,
)
from simkit.population import make_population
from simkit.reporting.lookups import one_estimate
from simkit.rewards import Programme, readings_of
from simkit.rewards.readings import default_reading
from simkit.streams import Streams
from simkit.study import Estimate, Study, run_study
from simkit.study.planning import with_scale_and_seed

_HASH_LENGTH = 12
_NAME_LENGTH = 64
_CLAIMS = """
select replication, customer_id, count(*) filter (event = 'claimed') as claimed
from coupon_events where strategy = '{strategy}' and event in ('qualified', 'claimed') group by all order by all
"""
_MONEY = """
select replication, segment, sum(redeemed_cny) as redeemed from coupons where strategy = '{strategy}' group by all
"""


@dataclass(frozen=True)
class RewardDesign:
    """One programme in all its readings, and the plan of the study that plays it; no plan where a campaign cannot.

    obstacle: the key of the reason why there is no plan, else empty. unplayed: parts that no campaign plays, and the key of what stands
    in their way.
    """

    path: Path
    readings: Mapping[str, Programme]
    reading: str
    scenario: Scenario
    told_by: str
    obstacle: str
    unplayed: Mapping[str, str]
    plan: StudyPlan | None

    @property
    def programme(self) -> Programme:
        """The programme in the reading that holds when none is named."""
        return self.readings[self.reading]

    @property
    def strategy(self) -> str:
        """The strategy of the study that offers the programme in the reading that holds."""
        return self.strategy_of(self.reading)

    def strategy_of(self, reading: str) -> str:
        """Return the strategy that offers the programme in one reading."""
        return reading or self.programme.name

    def play(
        self, store: Path, *, workers: int | None = None, cluster: str | None = None, progress: bool = True
    ) -> Study | None:
        """Make the runs that the store does not hold yet, and return the study; None where there is no plan."""
        if self.plan is None:
            return None
        return run_study(self.plan, store=store, workers=workers, cluster=cluster, progress=progress)


def design_study(
    programme: str, *, scenario: str, strategy: str, scale: float, replications: int, store: Path
) -> RewardDesign:
    """Plan the study of a programme, named or given by its path.

    Parameters
    ----------
    programme, scenario
        Names or paths.
    strategy
        Whose contacts tell of the programme; '' offers it without a word.
    scale, replications
        How much of the bank is simulated, and how often luck is repeated.
    store
        Where the strategies that offer the programme are written, one file for each reading, so that every run can be repeated alone.
    """
    path = find_parameters("rewards", programme)
    readings = readings_of(path)
    reading = default_reading(readings)
    bank = with_scale_and_seed(load_scenario(scenario), scale, None)
    obstacle, unplayed = _obstacle(path, reading, readings[reading], bank)
    plan = None
    if not obstacle:
        playable = [name for name, each in readings.items() if not _obstacle(path, name, each, bank)[0]]
        offers = [_offer(path.stem, name, readings[name], strategy, store) for name in playable]
        title = readings[reading].title.model_dump()
        plan = StudyPlan.model_validate(
            {
                "name": f"rewards_{path.stem}"[:_NAME_LENGTH],
                "title": title,
                "question": title,
                "scenario": scenario,
                "strategies": (DO_NOTHING, *offers),
                "scale": scale,
                "replications": replications,
                "detail": "full",
            }
        )
    return RewardDesign(path, readings, reading, bank, strategy, obstacle, unplayed, plan)


def _obstacle(path: Path, reading: str, programme: Programme, scenario: Scenario) -> tuple[str, dict[str, str]]:
    """Say why no campaign plays a reading ('' if one does), and which parts stand in its way; all by the keys of texts."""
    if any(programme.empty()):
        return "undecided", {}
    calendar = scenario.calendar
    last = calendar.start + datetime.timedelta(days=calendar.campaign_days - 1)
    if (programme.ends_on or last) < calendar.start or (programme.starts_on or last) > last:
        return "dates", {}
    try:
        if find_parameters("rewards", path.stem).resolve() != path.resolve():
            return "elsewhere", {}
    except ParameterError:
        return "elsewhere", {}
    offer = {"offer": {"reward_programme": path.stem, "reward_reading": reading or None}}
    try:
        offered_programme(Levers.model_validate(offer))
    except ParameterError as error:
        keys = [finding.key.split(".") for finding in error.findings]
        return "parts", {key[1]: key[-1] for key in keys}
    return "", {}


def _offer(name: str, reading: str, programme: Programme, strategy: str, store: Path) -> str:
    """Write the strategy that offers one reading of a programme, and return its path."""
    titles = programme.title.model_dump()
    if reading:
        titles = {language: f"{title} ({reading})" for language, title in titles.items()}
    told_by = load_strategy(strategy).levers.model_dump(mode="json", exclude_unset=True) if strategy else {}
    offer = {**told_by.get("offer", {}), "reward_programme": name, "reward_reading": reading or None}
    content = {
        "name": reading or name,
        "title": titles,
        "summary": dict(titles),
        "levers": {**told_by, "offer": offer},
    }
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
    path = store / "strategies" / digest / f"{content['name']}.yaml"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return str(path)


@dataclass(frozen=True)
class PlayerCoupons:
    """Coupons of players, who are the customers that earned at least one: a row for each replication and player."""

    table: pd.DataFrame
    redeemed: pd.DataFrame
    confidence: float

    @classmethod
    def of(cls, study: Study, strategy: str, scenario: Scenario) -> PlayerCoupons:
        """Count each player's claimed coupons, by segment; a run with every coupon's events is needed."""
        claims = study.query(_CLAIMS.format(strategy=strategy))
        segments = np.array(scenario.segment_names)
        claims["segment"] = ""
        for replication, rows in claims.groupby("replication"):
            population = make_population(scenario, Streams(scenario.seed, int(str(replication))))
            claims.loc[rows.index, "segment"] = segments[population.segment[rows["customer_id"]]]
        redeemed = study.query(_MONEY.format(strategy=strategy))
        return cls(claims, redeemed, study.plan.confidence)

    def claimed(self, segment: str) -> pd.Series[int]:
        """Return the claimed coupons of every player of a segment (or `all`)."""
        return self._of(self.table, segment)["claimed"]

    def players(self, segment: str) -> Estimate:
        """How many players a run has."""
        return self._estimate(self._players(segment))

    def mean(self, segment: str) -> Estimate:
        """Claimed coupons of a player."""
        claimed = self._of(self.table, segment).groupby("replication")["claimed"].sum()
        return self._estimate(claimed / self._players(segment))

    def redeemed_cny(self, segment: str) -> Estimate:
        """Face value that a player redeems."""
        redeemed = self._of(self.redeemed, segment).groupby("replication")["redeemed"].sum()
        return self._estimate(redeemed / self._players(segment))

    def _players(self, segment: str) -> pd.Series[int]:
        return self._of(self.table, segment).groupby("replication").size()

    def _of(self, table: pd.DataFrame, segment: str) -> pd.DataFrame:
        return table if segment == "all" else table[table["segment"].astype(str) == segment]

    def _estimate(self, by_replication: pd.Series[Any]) -> Estimate:
        return one_estimate(np.asarray(by_replication, dtype=np.float64), self.confidence)


def checked_day(text: str) -> datetime.date | None:
    """Return a date written like 2026-03-02, None for ''. Raises `ParameterError` for another text."""
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ParameterError(
            [Finding("rewards", "starts_on", f"'{text}' is no date; write it like 2026-03-02")]
        ) from error
