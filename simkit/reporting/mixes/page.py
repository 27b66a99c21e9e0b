"""What the notebook of budget and staffing shows: the recommended mix, what more money wins, what limits cost, how sure the choice is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simkit.metrics.catalogue import KPIS
from simkit.params.mix_plan import load_mix_plan
from simkit.reporting.chart_style import Chart
from simkit.reporting.language import Narrator, catalogue, check_language
from simkit.reporting.mixes import charts as mix_charts
from simkit.reporting.mixes.charts import amounts_text, bound_text
from simkit.reporting.quantities import MONEY, NOTHING
from simkit.reporting.summary import KeyFigure, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate
from simkit.study.optimisation import Optimisation, optimise


def open_mix(
    plan: str,
    language: str,
    store: str | Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
) -> MixPage:
    """Open the page of a plan, after making the runs that the store does not hold yet."""
    spoken = check_language(language)
    found = optimise(load_mix_plan(plan), store=Path(store), workers=workers, cluster=cluster, progress=progress)
    return MixPage(found, Narrator(spoken, {}, found.mixes.scenario.segment_titles[spoken]))


@dataclass(frozen=True)
class MixPage:
    """The page of a plan for a mix."""

    found: Optimisation
    narrator: Narrator

    @property
    def summary(self) -> Summary:
        """The mix in words, what it wins and costs, and how sure that is."""
        told = self.recommendation
        return Summary(
            told,
            figures_of=self.narrator.text("mix.figures_of", n=self._n),
            figures=self._key_figures(),
            sure=self.sure,
        )

    @property
    def recommendation(self) -> str:
        """The mix in words, against the strategy that the plan begins from."""
        return self._text(
            "recommendation",
            mix=self._changes(),
            gain=self._gain(self.found.gain(0, self.found.first)),
            first=self._first,
            verdict=self._text(self._verdict()),
        )

    @property
    def sure(self) -> list[str]:
        """How surely the mix is the best, what binds, and what the figures leave out."""
        return [
            self._how_sure(),
            *self._first_breaks(),
            self._binding(),
            self._text("searched", **self._searched()),
            self._sample(),
        ]

    @property
    def mix(self) -> Table:
        """The levers of the recommended mix and of the strategy that the plan begins from."""
        found = self.found
        rows = [
            Row(title, [first, chosen])
            for title, first, chosen in zip(
                self._levers, amounts_text(found.amounts[found.first]), amounts_text(found.amounts[0]), strict=True
            )
        ]
        for kpi, of in ((found.plan.figure, found.best), ("cost", found.cost)):
            rows.append(Row(self.narrator.kpi(kpi), [Cell(of(found.first), kpi), Cell(of(0), kpi)]))
        header = [self._text("lever"), self._first, self._text("recommended")]
        return Table(
            self.narrator, self._text("mix_caption", sample=self._sample()), header, rows, self._text("mix_heading")
        )

    @property
    def frontier(self) -> Chart:
        """What the best mix wins within each bound of the frontier's limit."""
        found, name = self.found, self.found.plan.frontier.limit
        bounds = sorted(found.on_frontier)
        low, high = (found.on_frontier[bound] for bound in (bounds[0], bounds[-1]))
        words = {
            "limit": self._limit(name),
            "low": bound_text(found, self.narrator, name, bounds[0]),
            "high": bound_text(found, self.narrator, name, bounds[-1]),
            "least": self._mean(found.best(low)),
            "most": self._mean(found.best(high)),
        }
        missing = [bound for bound in found.plan.frontier.bounds if bound not in found.on_frontier]
        note = self._text("frontier_note", sample=self._sample())
        if missing:
            written = [bound_text(found, self.narrator, name, bound) for bound in missing]
            note += self._text("frontier_missing", bounds=self.narrator.quantities.enumeration(written))
        return mix_charts.frontier(found, self.narrator, self._text("frontier_message", **words), note)

    @property
    def limits(self) -> Table:
        """How far each limit is used, and what relaxing it wins."""
        text = self._text
        header = [text(f"limit_{column}") for column in ("name", "bound", "used", "relaxed", "worth", "each", "binds")]
        rows = [Row(self._limit(name), self._limit_cells(name)) for name in self.found.plan.limits]
        return Table(self.narrator, text("limits_caption", sample=self._sample()), header, rows, text("limits_heading"))

    @property
    def candidates(self) -> Table:
        """The last mixes that the selection chose from, and how surely each is the best."""
        found, text = self.found, self._text
        header = [
            text("candidate"),
            self.narrator.kpi(found.plan.figure),
            text("behind"),
            text("probability"),
            self.narrator.kpi("cost"),
            *self._levers,
        ]
        rows = [
            Row(
                text("recommended") if place == 0 else text("alternative", n=number),
                [
                    Cell(found.best(place), found.plan.figure),
                    NOTHING if place == 0 else Cell(found.gain(place, 0), found.plan.figure, is_difference=True),
                    self.narrator.quantities.number(found.selection.probability_best[row], "share"),
                    Cell(found.cost(place), "cost"),
                    *amounts_text(found.amounts[place]),
                ],
            )
            for number, (row, place) in enumerate(sorted(enumerate(found.candidates), key=lambda one: one[1]))
        ]
        caption = text("candidates_caption", runs=int(found.selection.counts.sum()), sample=self._sample())
        return Table(self.narrator, caption, header, rows, text("candidates_heading"))

    @property
    def trace(self) -> Chart:
        """How the search went."""
        return mix_charts.trace(
            self.found, self.narrator, self._text("trace_message", **self._searched()), self._text("trace_note")
        )

    def _key_figures(self) -> list[KeyFigure]:
        found, shown = self.found, self.narrator.figure
        figure = found.plan.figure
        return [
            KeyFigure(
                self._text("figure_gain", first=self._first),
                shown(figure, found.gain(0, found.first)),
            ),
            KeyFigure(self._figure, shown(figure, found.best(0))),
            KeyFigure(self.narrator.short("cost"), shown("cost", found.cost(0))),
        ]

    def _verdict(self) -> str:
        gain = self.found.gain(0, self.found.first)
        if gain.low > 0:
            return "gains"
        return "loses" if gain.high < 0 else "unproven"

    def _changes(self) -> str:
        """Name the levers that differ from the strategy begun from, with both values."""
        found = self.found
        both = [amounts_text(found.amounts[place]) for place in (0, found.first)]
        changed = [
            self._text("change", lever=title, value=chosen, before=self._text("none") if before == NOTHING else before)
            for title, chosen, before in zip(self._levers, *both, strict=True)
            if chosen != before
        ]
        return self.narrator.text("list.separator").join(changed) or self._text("unchanged")

    def _how_sure(self) -> str:
        found = self.found
        if len(found.candidates) == 1:
            return self._text("only_one")
        words = {
            "n": len(found.candidates),
            "indifference": self.narrator.value(found.plan.figure, found.plan.indifference),
            "confidence": self._confidence,
            "probability": self.narrator.quantities.number(
                found.selection.probability_best[found.selection.leader], "share"
            ),
        }
        return self._text("sure" if found.selection.sure else "not_sure", **words)

    def _first_breaks(self) -> list[str]:
        """Say which limits the strategy begun from does not keep."""
        found = self.found
        broken = [
            self._text(
                "breaks",
                limit=self._limit(name),
                used=self._used(name, found.first),
                bound=bound_text(found, self.narrator, name, limit.bound),
            )
            for name, limit in found.plan.limits.items()
            if not limit.kept_by(found.used(name, found.first).mean)
        ]
        return (
            [self._text("first_breaks", first=self._first, broken=self.narrator.text("list.separator").join(broken))]
            if broken
            else []
        )

    def _binding(self) -> str:
        found = self.found
        binding = [name for name in found.plan.limits if found.worth(name).low > 0]
        if not binding:
            return self._text("nothing_binds")
        told = [
            self._text(
                "worth", limit=self._limit(name), relaxed=self._relaxation(name), gain=self._estimate(found.worth(name))
            )
            for name in binding
        ]
        return self._text("binds", told=self.narrator.text("list.separator").join(told))

    def _limit_cells(self, name: str) -> Sequence[str | Cell]:
        found, limit = self.found, self.found.plan.limits[name]
        worth, figure = found.worth(name), found.plan.figure
        same = found.when_relaxed[name] == 0
        side = self._text(
            "most" if limit.most is not None else "least", value=bound_text(found, self.narrator, name, limit.bound)
        )
        return [
            side,
            self._used(name, 0),
            self._relaxation(name),
            self._text("same_mix") if same else Cell(worth, figure, is_difference=True),
            self._each(name),
            self._text("yes" if worth.low > 0 else "not_shown"),
        ]

    def _each(self, name: str) -> str:
        """Write what one unit of a limit wins; of money, what each one won would cost."""
        limit, worth = self.found.plan.limits[name], self.found.worth(name)
        if not worth.low > 0:
            return NOTHING
        if limit.figure in KPIS and KPIS[limit.figure].unit == MONEY:
            mean, low, high = (limit.relax_by / gain for gain in (worth.mean, worth.high, worth.low))
            return self._text("each_costs", price=self.narrator.quantities.interval(mean, low, high, MONEY))
        each = [f"{gain / limit.relax_by:.3g}" for gain in (worth.mean, worth.low, worth.high)]
        return self._text("each", mean=each[0], low=each[1], high=each[2])

    def _used(self, name: str, place: int) -> str:
        kpi, used = self.found.plan.limits[name].figure, self.found.used(name, place)
        return self.narrator.estimate(kpi, used) if kpi in KPIS else f"{used.mean:g}"

    def _relaxation(self, name: str) -> str:
        limit = self.found.plan.limits[name]
        return self._text(
            "more" if limit.most is not None else "less",
            value=bound_text(self.found, self.narrator, name, limit.relax_by),
        )

    def _searched(self) -> dict[str, object]:
        found = self.found
        return {
            "tried": found.tried,
            "all": self.narrator.quantities.number(found.mixes.count),
            "runs": found.runs_asked,
            "spread": found.spread,
        }

    def _sample(self) -> str:
        return self._text("sample", n=self._n, confidence=self._confidence)

    def _estimate(self, estimate: Estimate) -> str:
        return self.narrator.estimate(self.found.plan.figure, estimate)

    def _mean(self, estimate: Estimate) -> str:
        return self.narrator.value(self.found.plan.figure, estimate.mean)

    def _gain(self, estimate: Estimate) -> str:
        return ("+" if estimate.mean > 0 else "") + self._estimate(estimate)

    def _limit(self, name: str) -> str:
        return str(self.found.plan.limits[name].title.model_dump()[self.narrator.language])

    def _text(self, key: str, **words: object) -> str:
        return self.narrator.text(f"mix.{key}", figure=self._figure, **words)

    @property
    def _figure(self) -> str:
        """The figure that is looked for, in a few words where there are such."""
        kpi = self.found.plan.figure
        return (
            self.narrator.short(kpi) if f"short.{kpi}" in catalogue(self.narrator.language) else self.narrator.kpi(kpi)
        )

    @property
    def _levers(self) -> list[str]:
        return [ladder.title.model_dump()[self.narrator.language] for ladder in self.found.plan.levers.values()]

    @property
    def _first(self) -> str:
        return str(self.found.mixes.begins_from.title.model_dump()[self.narrator.language])

    @property
    def _confidence(self) -> str:
        return self.narrator.quantities.tick(self.found.plan.confidence, "share")

    @property
    def _n(self) -> int:
        return self.found.plan.effort.final_replications
