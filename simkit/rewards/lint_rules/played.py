"""Rules of the linter that let perfect customers play: what nobody ever gets, and what nobody ever meets."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from simkit.rewards.codes import Reason
from simkit.rewards.days import DAYS, NEVER, calendar, date_of, day_number
from simkit.rewards.grants import Coupons
from simkit.rewards.lint_rules.remark import Remark
from simkit.rewards.opportunities import period_numbers
from simkit.rewards.parts import Cap
from simkit.rewards.perfect_diary import WAYS, Player
from simkit.rewards.perfect_play import PerfectPlay, a_year_after, first_day, play_perfectly
from simkit.rewards.programme import Programme
from simkit.rewards.rules import tiers_without

PLAYED_DAYS: Final = 800
"""Length of play: more than two years."""
APPROVED_AFTER: Final = (0, 14, 59, 182, 349)
"""Days after the first on which cards are approved: in 2024 the 1st and 15th of January, 29 February, 1 July, 15 December."""
_LAST: Final = date_of(DAYS - 1)
_PERIODS: Final = {
    "day": "a day",
    "week": "a week",
    "month": "a calendar month",
    "year": "a calendar year",
    "programme": "the whole programme",
}
_OF_NO_INTEREST: Final = frozenset(
    {Reason.NOTHING_TO_CLAIM, Reason.NOT_YET_EFFECTIVE, Reason.BELOW_MIN, Reason.REFUNDED}
)


def remarks_on_play(programme: Programme) -> Iterator[Remark]:
    """Walk over what is remarkable when one reading of a programme is played perfectly; every value must be decided."""
    evidence = _gather(programme)
    yield from _headlines(evidence)
    yield from _stages(evidence)
    yield from _caps(evidence)
    yield from _parts_for_nobody(evidence)
    yield from _dead_coupons(evidence)


@dataclass(frozen=True)
class _Evidence:
    """All plays of one programme, and how often each cap refused somebody."""

    programme: Programme
    plays: tuple[PerfectPlay, ...]
    cap_refusals: Counter[str]

    @cached_property
    def year_ends_on(self) -> datetime.date:
        """The last day of the first year."""
        return min(a_year_after(first_day(self.programme)) - datetime.timedelta(days=1), _LAST)

    @cached_property
    def first_years(self) -> tuple[PerfectPlay, ...]:
        """Plays of customers whose card is approved on the first day and who never wait."""
        first = first_day(self.programme)
        return tuple(play for play in self.plays if play.player.approved_on == first and play.player.way == "at_once")

    def coupons(self, play: PerfectPlay) -> dict[str, int]:
        """Return the coupons (not cash back, gifts …) that each part gives within the first year."""
        given = play.given(self.year_ends_on)
        return {name: given[name] for name, part in self.programme.parts.items() if isinstance(part.grant, Coupons)}


def _gather(programme: Programme) -> _Evidence:
    players = list(_all_players(programme))
    plays: list[PerfectPlay] = []
    refusals: Counter[str] = Counter()
    for aims in _ways_to_play(programme):
        played = play_perfectly(programme, players, PLAYED_DAYS, aims=aims)
        plays += played.plays
        refusals.update(played.cap_refusals)
    return _Evidence(programme, tuple(plays), refusals)


def _all_players(programme: Programme) -> Iterator[Player]:
    """Walk over every kind of customer who may be treated differently: all tiers, approvals and ways, and whom a part leaves out."""
    first = first_day(programme)
    approvals = [first + datetime.timedelta(days=days) for days in APPROVED_AFTER if days <= (_LAST - first).days]
    long_ago = max(first - datetime.timedelta(days=400), date_of(0))
    parts = programme.parts.values()
    new = (True, False) if any(part.who.new_customers for part in parts) else (True,)
    primary = (True, False) if any(part.who.primary_card for part in parts) else (True,)
    ways = WAYS if any(cap.scope == "person" for part in parts for cap in part.caps) else WAYS[:1]
    for tier in programme.tiers:
        yield from (Player(tier, *kind) for kind in itertools.product(approvals, ways))
        for kind in itertools.product(new, primary):
            yield Player(tier, long_ago, "at_once", *kind, plays_from=first)


def _ways_to_play(programme: Programme) -> Iterator[set[str]]:
    """Walk over what one can go for: everything, but of parts that exclude each other for ever only one."""
    exclusive = [rule.parts for rule in programme.stacking if rule.policy == "exclusive"]
    free = set(programme.parts).difference(*exclusive)
    for chosen in itertools.product(*exclusive):
        yield free | set(chosen)


def _headlines(evidence: _Evidence) -> Iterator[Remark]:
    """L1: what is advertised is not what the rules give."""
    programme = evidence.programme
    if programme.headline is not None:
        promised = programme.headline.coupons
        by_tier = {play.player.tier: 0 for play in evidence.first_years}
        best: dict[str, int] = {}
        for play in evidence.first_years:
            given = evidence.coupons(play)
            by_tier[play.player.tier] = max(by_tier[play.player.tier], sum(given.values()))
            best = max(best, given, key=lambda parts: sum(parts.values()))
        sums = " + ".join(f"{name} {count}" for name, count in best.items())
        yield from _headline("headline.coupons", promised, by_tier, f"; at most {sums}")
    for name, part in programme.parts.items():
        if part.headline_coupons is not None:
            by_tier = {play.player.tier: 0 for play in evidence.first_years}
            for play in evidence.first_years:
                by_tier[play.player.tier] = max(by_tier[play.player.tier], play.given(evidence.year_ends_on)[name])
            yield from _headline(f"parts.{name}.headline_coupons", part.headline_coupons, by_tier, "")


def _headline(key: str, promised: int, by_tier: dict[str, int], parts: str) -> Iterator[Remark]:
    most = max(by_tier.values())
    if most == promised:
        return
    tiers = ", ".join(f"{tier} {count}" for tier, count in by_tier.items())
    verdict = "nobody can have more than" if most < promised else "a perfect customer gets"
    yield Remark(
        "L1",
        "problem",
        key,
        f"{promised} coupons are promised, but {verdict} {most} in a year ({tiers}{parts})",
        f"Advertise {most}, or change the rules so that they give {promised}.",
    )


def _stages(evidence: _Evidence) -> Iterator[Remark]:
    """L2: a stage that no tier reaches within a year."""
    stages = evidence.programme.stages
    if stages is None:
        return
    icons = {play.player.tier: 0 for play in evidence.first_years}
    reached = 0
    for play in evidence.first_years:
        lit = play.coupons[np.isin(play.coupons["part"], [play.parts.index(name) for name in stages.lit_by])]
        on = lit["claimed" if stages.lit_on == "claim" else "redeemed"]
        icons[play.player.tier] = max(icons[play.player.tier], int((on <= day_number(evidence.year_ends_on)).sum()))
        reached = max(reached, *(stage.number for stage in play.stages if stage.reached_on <= evidence.year_ends_on), 0)
    most, tiers = max(icons.values()), ", ".join(f"{tier} {count}" for tier, count in icons.items())
    for number, needed in enumerate(stages.thresholds[reached:], start=reached + 1):
        yield Remark(
            "L2",
            "problem",
            f"stages.stages.{number - 1}.at",
            f"stage {number} needs {needed} icons, but nobody lights more than {most} in a year ({tiers})",
            "Lower it, or let the parts give more.",
        )


def _caps(evidence: _Evidence) -> Iterator[Remark]:
    """L3: a cap that refuses nobody, however a customer plays."""
    for name, part in evidence.programme.parts.items():
        for position, cap in enumerate(part.caps):
            key = f"parts.{name}.caps.{position}"
            if cap.scope == "programme" or evidence.cap_refusals[key]:
                continue
            most = max(_most_in_a_period(evidence.programme, play, name, cap) for play in evidence.plays)
            if most == 0:
                continue
            period = "a year of the card" if _by_card(evidence.programme, cap) else _PERIODS[cap.per]
            what = "redeems" if cap.counted_on == "redemptions" else "claims"
            yield Remark(
                "L3",
                "notice",
                f"{key}.max",
                f"this cap refuses nobody: in {PLAYED_DAYS} days of perfect play from {len(APPROVED_AFTER)} days of approval on, "
                f"nobody {what} more than {most} in {period}, and {cap.max} are allowed",
                f"Leave it out, or set it below {most}.",
            )


def _by_card(programme: Programme, cap: Cap) -> bool:
    return cap.per == "year" and programme.year == "anniversary"


def _most_in_a_period(programme: Programme, play: PerfectPlay, part: str, cap: Cap) -> int:
    own = play.coupons[play.coupons["part"] == play.parts.index(part)]
    days = own["redeemed" if cap.counted_on == "redemptions" else "claimed"].astype(np.int64)
    days = days[days != NEVER]
    if not days.shape[0]:
        return 0
    if _by_card(programme, cap):
        of_year = calendar()["of_year"]
        before = of_year[days] < of_year[day_number(play.player.approved_on)]
        periods = period_numbers("year", days) - before
    else:
        periods = period_numbers(cap.per, days)
    return int(np.unique(periods, return_counts=True)[1].max())


def _parts_for_nobody(evidence: _Evidence) -> Iterator[Remark]:
    """L8: a part that no perfect customer ever gets."""
    programme = evidence.programme
    for name, part in programme.parts.items():
        if any(play.given()[name] for play in evidence.plays):
            continue
        reasons: Counter[Reason] = Counter()
        for play in evidence.plays:
            reasons.update({why: count for (of, why), count in play.refusals.items() if of == name})
        telling = [reason for reason, _ in reasons.most_common() if reason not in _OF_NO_INTEREST]
        if Reason.STACKING in telling and _rivals_run_out(programme, name):
            continue
        if set(tiers_without(programme, part)) == set(programme.tiers):
            because = "no tier has a quantity"
        elif telling:
            because = f"every attempt is refused with {telling[0].name}"
        else:
            because = "what earns it never happens"
        yield Remark(
            "L8",
            "problem",
            f"parts.{name}",
            f"nobody can get anything from this part: {because}",
            "Change its conditions, or leave the part out.",
        )


def _rivals_run_out(programme: Programme, name: str) -> bool:
    """Say whether parts that win over this one have limits that all customers share, after which it may be had."""
    rivals = {rival for rule in programme.stacking if name in rule.parts for rival in rule.parts} - {name}
    quotas = any(cap.scope == "programme" for rival in rivals for cap in programme.parts[rival].caps)
    budget = programme.budget
    return quotas or any(limit is not None for limit in (budget.total_cny, budget.per_day_cny, budget.liability_cny))


def _dead_coupons(evidence: _Evidence) -> Iterator[Remark]:
    """L9: a coupon that expires before the day on which it becomes effective."""
    for name in evidence.programme.parts:
        for play in evidence.plays:
            own = play.coupons[play.coupons["part"] == play.parts.index(name)]
            dead = own[own["effective"] > own["expires"]]
            if dead.shape[0]:
                claimed, effective, expires = (date_of(dead[0][field]) for field in ("claimed", "effective", "expires"))
                yield Remark(
                    "L9",
                    "notice",
                    f"parts.{name}.release",
                    f"a coupon claimed on {claimed} would become effective on {effective}, but expires on {expires}",
                    "Release coupons sooner, or end the part's payments earlier than the programme.",
                )
                break
