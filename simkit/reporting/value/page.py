"""What the notebook of the value of information shows: what knowing would be worth, which pilot to run, and what is not examined."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from simkit.params import load_study
from simkit.params.pilots import load_pilots
from simkit.reporting.chart_style import Chart
from simkit.reporting.content import Figure
from simkit.reporting.language import Language, Narrator, check_language
from simkit.reporting.summary import KeyFigure, Notes, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.reporting.value.charts import MONEY, value_by_user_worth, value_of_numbers
from simkit.reporting.value.words import ValueWords
from simkit.study.value.pilots import Pilot, PowerPlan, design_effect, observable, weeks_of
from simkit.study.value.study_value import ValueStudy, run_value_study

_WORTH_STEPS = 9


@dataclass(frozen=True)
class ValueQuestion:
    """What is asked: a study's name or path, draws, scale, what is put on a lasting user (CNY), pilots and their power."""

    study: str
    draws: int = 200
    scale: float = 0.01
    user_worth: float = 0.0
    pilots: str = "city_bank"
    power: float = 0.8


def open_value(
    question: ValueQuestion,
    language: str,
    store: Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
) -> "ValuePage":
    """Make the runs that the store does not hold yet, and return the page."""
    spoken = check_language(language)
    plan = load_study(question.study).model_copy(update={"scale": question.scale})
    study = run_value_study(
        plan,
        question.draws,
        store=store,
        user_worth=question.user_worth,
        workers=workers,
        cluster=cluster,
        progress=progress,
    )
    return ValuePage(
        study, load_pilots(question.pilots, study.scenario), question.power, narrator_of_value(study, spoken)
    )


def narrator_of_value(study: ValueStudy, language: Language) -> Narrator:
    """Return the narrator of the strategies of a study."""
    titles = {strategy.name: strategy.title.model_dump()[language] for strategy in study.strategies}
    return Narrator(language, titles, study.scenario.segment_titles[language], study.draws)


@dataclass(frozen=True)
class ValuePage(ValueWords):
    """The page of the value of information of one study."""

    @cached_property
    def pilots_found(self) -> tuple[Pilot, ...]:
        """A pilot for each setting that measures something on which the choice depends, the best first."""
        return self.study.pilots(self.settings, self.power)

    @property
    def verdict(self) -> str:
        """What to do, by the key of its text."""
        if not self.study.model.tables:
            return "nothing_found"
        if self.study.everything.mean == 0:
            return "no_change"
        if not self.pilots_found:
            return "look_up"
        net = self.pilots_found[0].best.net
        if net.mean <= 0:
            return "not_worth"
        return "pays" if net.low > 0 else "perhaps"

    @property
    def recommendation(self) -> str:
        """What to do, in a sentence."""
        words = {"best": self._strategy(self.study.recommended)}
        if self.verdict == "not_worth":
            sizes = [size for pilot in self.pilots_found for size in pilot.sizes]
            telling = max((size.worth for size in sizes), key=lambda worth: worth.mean)
            words |= {"worth": self.money(telling), "cost": self._amount(min(size.cost for size in sizes))}
        elif self.pilots_found:
            pilot = self.pilots_found[0]
            words |= {
                "pilot": self._in_words(pilot),
                "net": self.money(pilot.best.net),
            }
        return self.narrator.text(f"value.verdict.{self.verdict}", **words)

    @property
    def sure(self) -> list[str]:
        """How surely this is known, in sentences."""
        study, narrator = self.study, self.narrator
        share = narrator.quantities.tick
        explained = study.model.explained
        lines = [
            narrator.text(
                "value.sure.draws",
                n=study.draws,
                numbers=len(study.numbers),
                scale=narrator.quantities.number(study.scenario.scale, "share"),
                found=len(study.model.tables),
                lowest=share(float(explained.min()), "share"),
                highest=share(float(explained.max()), "share"),
            ),
            narrator.text("value.sure.interval", confidence=self._confidence),
            narrator.text("value.sure.horizon", years=f"{study.scenario.value.horizon.value:g}"),
        ]
        if study.most_hidden >= 1:
            lines.append(narrator.text("value.sure.hidden", hidden=self._amount(study.most_hidden)))
        if study.user_worth:
            lines.append(narrator.text("value.sure.user_worth", worth=self._amount(study.user_worth)))
        if self.verdict in ("pays", "perhaps"):
            pilot = self.pilots_found[0]
            words = {"worth": self.money(pilot.best.worth), "cost": self._amount(pilot.best.cost)}
            lines.insert(0, narrator.text("value.sure.pilot", numbers=self._measured(pilot), **words))
        return lines

    @property
    def summary(self) -> Summary:
        """The pilot to run or the reason for none, the money, and how sure it is."""
        narrator = self.narrator
        figures = [KeyFigure(narrator.text("value.figure.everything"), narrator.figure(MONEY, self.study.everything))]
        if self.verdict in ("pays", "perhaps"):
            best = self.pilots_found[0].best
            figures.append(KeyFigure(narrator.text("value.figure.pilot"), narrator.figure(MONEY, best.worth)))
            figures.append(KeyFigure(narrator.text("value.figure.cost"), Figure(text=self._amount(best.cost))))
        customers = narrator.quantities.number(self.study.scenario.bank.customers.value)
        return Summary(
            self.recommendation,
            figures_of=narrator.text("value.figure.of", customers=customers),
            figures=figures,
            sure=self.sure,
        )

    @property
    def numbers(self) -> Chart | None:
        """What each number is worth alone; nothing where none was found to matter."""
        found, narrator = self.study.of_numbers, self.narrator
        if not found:
            return None
        dearest, worth = next(iter(found.items()))
        message = narrator.text("value.chart.nothing")
        if worth.mean > 0:
            message = narrator.text("value.chart.few", best=dearest, value=self.money(worth))
        note = narrator.text("value.chart.note", n=self.study.draws, confidence=self._confidence)
        return value_of_numbers(self.study.everything, found, message, note, narrator)

    @property
    def by_user_worth(self) -> Chart:
        """What all numbers are worth, by what the bank would pay for a lasting user beyond net value."""
        study, narrator = self.study, self.narrator
        worths = study.telling_user_worths(_WORTH_STEPS)
        found = study.everything_by_user_worth(worths)
        place = int(np.argmax([each.mean for each in found]))
        words = {"value": self.money(found[place]), "worth": self._amount(worths[place])}
        key = "message" if found[place].mean > 0 else "nothing"
        if key == "nothing":
            words = {"worth": self._amount(worths[-1])}
        message = narrator.text(f"value.by_worth.{key}", **words)
        note = narrator.text("value.by_worth.note", n=study.draws, confidence=self._confidence)
        return value_by_user_worth(worths, found, study.user_worth, message, note, narrator)

    @property
    def strategies(self) -> Table:
        """What would be chosen today, each strategy against the best."""
        narrator, study = self.narrator, self.study
        against, lasting = study.against_recommended, study.lasting_against_first
        rows = [
            Row(
                narrator.strategy(strategy.name),
                [Cell(against[place], MONEY, is_difference=True), Cell(lasting[place], "lasting", is_difference=True)],
            )
            for place, strategy in enumerate(study.strategies)
        ]
        header = [
            narrator.text("table.strategy"),
            narrator.text("value.strategies.net"),
            narrator.text("value.strategies.lasting"),
        ]
        return self._table("strategies", header, rows, "caption")

    @property
    def sections(self) -> Table:
        """What the numbers of each section are worth together."""
        narrator, model, keys = self.narrator, self.study.model, self.study.keys
        rows = [
            Row(
                name,
                [self._names([keys[n] for n in model.tables if keys[n].split(".")[0] == name]), Cell(worth, MONEY)],
            )
            for name, worth in self.study.of_sections.items()
        ]
        header = [narrator.text(f"value.sections.{key}") for key in ("section", "numbers")]
        return self._table("sections", [*header, narrator.text("value.worth")], rows, "caption")

    @property
    def pilots(self) -> Table:
        """The best size of a pilot in each setting."""
        narrator = self.narrator
        rows = [
            Row(
                self._setting(pilot),
                [
                    self._measured(pilot),
                    self._in_words(pilot, with_setting=False),
                    Cell(pilot.best.worth, MONEY),
                    self._amount(pilot.best.cost),
                    Cell(pilot.best.net, MONEY, is_difference=True),
                ],
            )
            for pilot in self.pilots_found
        ]
        header = [
            narrator.text(f"value.pilots.{key}") for key in ("setting", "measures", "size", "worth", "cost", "net")
        ]
        return self._table("pilots", header, rows, "caption")

    @property
    def designs(self) -> Table | None:
        """The best pilot, larger and smaller; nothing where there is none."""
        if not self.pilots_found:
            return None
        narrator, pilot = self.narrator, self.pilots_found[0]
        setting = self.settings.settings[pilot.setting]
        rows = [
            Row(
                self._clusters(pilot, size.clusters),
                [
                    narrator.quantities.number(size.observations),
                    str(size.weeks),
                    Cell(size.worth, MONEY),
                    self._amount(size.cost),
                    Cell(size.net, MONEY, is_difference=True),
                ],
            )
            for size in pilot.sizes
        ]
        header = [
            narrator.text("value.pilots.size"),
            narrator.text("value.designs.observations"),
            narrator.text("value.designs.weeks"),
            *(narrator.text(f"value.pilots.{key}") for key in ("worth", "cost", "net")),
        ]
        words = {
            "setting": self._setting(pilot),
            "effect": f"{design_effect(setting.observations.value, setting.icc.value):.3g}",
            "observations": f"{setting.observations.value:g}",
            "icc": f"{setting.icc.value:g}",
            "grade": setting.icc.grade,
            "source": setting.icc.source,
        }
        return Table(
            narrator,
            narrator.text("value.designs.caption", **words),
            header,
            rows,
            narrator.text("section.value-designs"),
        )

    @property
    def tests(self) -> Table:
        """What it takes to be sure on which side of its turning point a number lies."""
        narrator = self.narrator
        rows = [
            Row(plan.observable.key, self._power_cells(pilot, plan))
            for pilot in self.pilots_found
            for plan in pilot.plans
        ]
        header = [narrator.text("value.number"), narrator.text("value.pilots.measures")]
        header += [narrator.text(f"value.power.{key}") for key in ("turn", "turns_to", "needed")]
        power = narrator.quantities.tick(self.power, "share")
        caption = narrator.text("value.power.caption", power=power) if rows else narrator.text("value.power.nowhere")
        return Table(narrator, caption, header, rows, narrator.text("section.value-power"))

    def _power_cells(self, pilot: Pilot, plan: PowerPlan) -> list[str]:
        narrator, setting = self.narrator, self.settings.settings[pilot.setting]
        needed = narrator.text("value.power.none")
        if plan.clusters is not None:
            cluster = narrator.text(f"value.cluster.{setting.cluster}")
            count, weeks = narrator.quantities.number(plan.clusters), weeks_of(setting, plan.clusters)
            needed = narrator.text("value.power.clusters", clusters=count, cluster=cluster, weeks=weeks)
        turn = plan.at.value * plan.observable.level
        written = narrator.quantities.number(turn, "share", 4) if plan.observable.kind == "share" else f"{turn:.3g}"
        side = "above" if plan.at.other_above else "below"
        other = narrator.text(f"value.power.{side}", strategy=self._strategy(plan.at.other))
        return [narrator.text(f"value.kind.{plan.observable.kind}"), written, other, needed]

    @property
    def limits(self) -> Notes:
        """What is not examined."""
        return Notes(self.narrator.text("section.value-limits"), list(self._limits()))

    def _limits(self) -> Iterator[str]:
        narrator, study = self.narrator, self.study
        quantities = dict(study.scenario.quantities())
        elsewhere: dict[str, list[str]] = {}
        nobody, unobservable = [], []
        for key in study.of_numbers:
            known = self.settings.known_elsewhere(key)
            if known is not None:
                elsewhere.setdefault(known.where.model_dump()[narrator.language], []).append(key)
            elif self.settings.setting_of(key) is None:
                nobody.append(key)
            elif observable(key, quantities[key], study.scenario) is None:
                unobservable.append(key)
        for where, keys in elsewhere.items():
            yield narrator.text("value.limits.elsewhere", numbers=self._names(keys), where=where)
        if nobody:
            yield narrator.text("value.limits.nobody", numbers=self._names(nobody))
        if unobservable:
            yield narrator.text("value.limits.unobservable", numbers=self._names(unobservable))
        for key in ("terms", "range", "delay", "behaviour"):
            yield narrator.text(f"value.limits.{key}")
