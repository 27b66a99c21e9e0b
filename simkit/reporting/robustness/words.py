"""How a choice stands up to what is not known, in words: who is best, in how much of what is believed, and where it loses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simkit.params import UncertainNumber
from simkit.params.uncertainty import FACTOR
from simkit.reporting.language import Narrator, catalogue
from simkit.reporting.quantities import NO_BREAK, SHARE
from simkit.study import Estimate
from simkit.study.robustness.discovery import Restriction, least_visible_share
from simkit.study.robustness.study_robustness import Duel, Robustness
from simkit.study.robustness.variance_split import Split

_DIGITS = 3
_PROBABILITY = "probability"


@dataclass(frozen=True)
class RobustnessWords:
    """Tells of one look at a study in one language."""

    found: Robustness
    narrator: Narrator

    @property
    def kpi(self) -> str:
        """The key figure's title, the short one where there is one."""
        name = self.found.kpi.name
        known = f"short.{name}" in catalogue(self.narrator.language)
        return self.narrator.short(name) if known else self.narrator.kpi(name)

    @property
    def favourite(self) -> str:
        """The title of the strategy that is looked at."""
        return self.narrator.strategy(self.found.strategies[self.found.favourite])

    @property
    def confidence(self) -> str:
        """The confidence of all intervals."""
        return self.narrator.quantities.tick(self.found.confidence, SHARE)

    @property
    def tail(self) -> str:
        """The share of worst draws that is looked at."""
        return self.narrator.quantities.tick(self.found.tail_share, SHARE)

    @property
    def headline(self) -> str:
        """Who is best on average, by how much, and in how many draws."""
        found = self.found
        rival = self.closest.rival
        lead = found.lead_over(rival)
        best = found.verdicts[0].picked == found.favourite
        return self.narrator.text(
            f"robustness.{'looked_at' if not best else 'best' if lead.low > 0 else 'tied'}",
            best=self.favourite,
            strategy=self.favourite,
            runner_up=self.narrator.strategy(rival),
            lead=self.estimate(lead),
            kpi=self.kpi,
            draws=found.draws,
            share=self.share(found.best_in[found.strategies[found.favourite]]),
        )

    @property
    def closest(self) -> Duel:
        """The duel with the best of the others."""
        return min(self.found.duels, key=lambda duel: float(duel.lead.mean()))

    def lines(self) -> Iterator[str]:
        """Walk over what there is to say below the headline."""
        yield self._wide()
        yield from map(self.duel, self.found.duels)
        yield from (self._split(name, split) for name, split in self.found.splits.items())
        yield self._advice()
        yield self._rules()
        yield self.narrator.text(
            "robustness.noise",
            rival=self.narrator.strategy(self.closest.rival),
            noise=self.narrator.quantities.number(self.closest.noise, SHARE),
            replications=self.found.replications,
        )
        yield self.narrator.text("robustness.independent", numbers=len(self.found.numbers))

    def duel(self, duel: Duel) -> str:
        """Say how often the favourite loses to a rival (or wins, where that is rarer), and where."""
        found, narrator = duel.discovery, self.narrator
        rival = {"strategy": self.favourite, "rival": narrator.strategy(duel.rival), "draws": self.found.draws}
        behind = round(duel.behind.mean * self.found.draws)
        if behind in (0, self.found.draws):
            return narrator.text(f"robustness.{'always' if behind else 'never'}", **rival)
        share = duel.behind if duel.of_losses else _rest_of(duel.behind)
        cases = behind if duel.of_losses else self.found.draws - behind
        key = "robustness.behind" if duel.of_losses else "robustness.ahead"
        start = narrator.text(key, **rival, cases=cases, share=self.share(share))
        if found is None:
            return narrator.text("robustness.rare", start=start)
        if not found.box:
            least = least_visible_share(self.found.draws, len(self.found.numbers))
            shown = narrator.quantities.tick(least, SHARE)
            return narrator.text("robustness.unclear", start=start, draws=self.found.draws, least=shown)
        return narrator.text(
            "robustness.box" if found.confirmed else "robustness.unconfirmed",
            start=start,
            box=self.box(found.box),
            density=self.share(found.seen.density),
            coverage=self.share(found.seen.coverage),
            held_density=self.share(found.held_out.density),
            held_coverage=self.share(found.held_out.coverage),
            share=self.share(found.base),
        )

    def box(self, box: Sequence[Restriction]) -> str:
        """Say what a box asks of each number."""
        columns = dict.fromkeys(side.column for side in box)
        return self.narrator.quantities.enumeration([self.condition(column, box) for column in columns])

    def condition(self, column: int, box: Sequence[Restriction]) -> str:
        """Say what a box asks of one number."""
        number = self.found.numbers[column]
        low = max(side.low for side in box if side.column == column)
        high = min(side.high for side in box if side.column == column)
        key = "between" if math.isfinite(low) and math.isfinite(high) else "above" if math.isfinite(low) else "below"
        bounds = {"low": self.value(number, low), "high": self.value(number, high)}
        only = bounds["low" if key == "above" else "high"]
        return self.narrator.text(f"robustness.{key}", number=number.key, value=only, **bounds)

    def value(self, number: UncertainNumber, value: float) -> str:
        """Write a value of a number with its unit; nothing where there is no bound."""
        if not math.isfinite(value):
            return ""
        text = self.plain_value(number, value)
        return text if number.unit in (_PROBABILITY, FACTOR) else f"{text}{NO_BREAK}{number.unit}"

    def plain_value(self, number: UncertainNumber, value: float) -> str:
        """Write a value of a number with three digits: a probability in percent, a factor with ×."""
        percent = number.unit == _PROBABILITY
        text = np.format_float_positional(
            100 * value if percent else value, precision=_DIGITS, fractional=False, trim="-", unique=False
        )
        return f"{text}%" if percent else f"×{NO_BREAK}{text}" if number.unit == FACTOR else text

    def unit(self, number: UncertainNumber) -> str:
        """Return a number's unit; of one by segment, that it is a factor on all its values."""
        return self.narrator.text("robustness.factor") if number.unit == FACTOR else number.unit

    def estimate(self, estimate: Estimate) -> str:
        """Write an amount of the key figure with its interval."""
        return self.narrator.estimate(self.found.kpi.name, estimate)

    def share(self, share: Estimate) -> str:
        """Write a share with its interval."""
        return self.narrator.quantities.interval(share.mean, share.low, share.high, SHARE)

    def deviation(self, variance: Estimate) -> Estimate:
        """Return the standard deviation of a variance, with its interval."""
        return Estimate(variance.n, *(math.sqrt(part) for part in (variance.mean, variance.low, variance.high)))

    def pick(self, rule: str) -> str:
        """Name the strategy that a rule picks, and how often resamples pick it."""
        verdict = next(verdict for verdict in self.found.verdicts if verdict.rule == rule)
        sure = self.narrator.quantities.tick(verdict.sure, SHARE)
        return self.narrator.text(
            "robustness.pick", strategy=self.narrator.strategy(self.found.strategies[verdict.picked]), sure=sure
        )

    def _wide(self) -> str:
        lead = self.found.lead_over(self.closest.rival)
        return self.narrator.text(
            "robustness.wide",
            strategy=self.favourite,
            rival=self.narrator.strategy(self.closest.rival),
            wide=self.narrator.wide(self.found.kpi.name, lead),
            lead=self.estimate(lead),
        )

    def _split(self, name: str, split: Split) -> str:
        return self.narrator.text(
            "robustness.split",
            strategy=self.narrator.strategy(name),
            kpi=self.kpi,
            luck=self.estimate(self.deviation(split.luck)),
            ignorance=self.estimate(self.deviation(split.ignorance)),
            share=self.share(split.share),
        )

    def _advice(self) -> str:
        """Say how the runs of the favourite, or of the first strategy where doing nothing is the favourite, are best divided."""
        splits = self.found.splits
        name = self.found.strategies[self.found.favourite]
        name = name if name in splits else next(iter(splits))
        runs = self.found.draws * self.found.replications
        draws, replications = splits[name].best_division(runs)
        return self.narrator.text(
            "robustness.advice",
            strategy=self.narrator.strategy(name),
            runs=self.narrator.quantities.number(runs),
            draws=draws,
            replications=replications,
            made_draws=self.found.draws,
            made_replications=self.found.replications,
        )

    def _rules(self) -> str:
        picks = {rule: self.pick(rule) for rule in ("mean", "maximin", "minimax_regret")}
        return self.narrator.text("robustness.rules", worst_tail=self.pick("tail"), tail=self.tail, **picks)


def _rest_of(share: Estimate) -> Estimate:
    return Estimate(share.n, 1 - share.mean, 1 - share.high, 1 - share.low)
