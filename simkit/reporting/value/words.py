"""How the page on what knowing is worth names strategies, numbers, pilots and money."""

from dataclasses import dataclass

from simkit.params.pilots import Pilots
from simkit.reporting.language import Narrator
from simkit.reporting.tables import Row, Table
from simkit.reporting.value.charts import MONEY
from simkit.study import Estimate
from simkit.study.value.pilots import Pilot, PilotSize
from simkit.study.value.study_value import ValueStudy

_MOST_NAMED = 8


@dataclass(frozen=True)
class ValueWords:
    """A study of what knowing is worth, the pilots that could be run, their power, and the language of it all."""

    study: ValueStudy
    settings: Pilots
    power: float
    narrator: Narrator

    def _table(self, name: str, header: list[str], rows: list[Row], caption: str) -> Table:
        narrator = self.narrator
        written = narrator.text(f"value.{name}.{caption}", n=self.study.draws, confidence=self._confidence)
        return Table(narrator, written, header, rows, narrator.text(f"section.value-{name}"))

    @property
    def _confidence(self) -> str:
        return self.narrator.quantities.tick(self.study.confidence, "share")

    def _strategy(self, place: int) -> str:
        return self.narrator.strategy(self.study.strategies[place].name)

    def _setting(self, pilot: Pilot) -> str:
        return str(self.settings.settings[pilot.setting].title.model_dump()[self.narrator.language])

    def _measured(self, pilot: Pilot) -> str:
        return self._names([measured.key for measured in pilot.observables])

    def _names(self, keys: list[str]) -> str:
        """Name some keys, the first of them where there are many."""
        shown = keys if len(keys) <= _MOST_NAMED else [*keys[:_MOST_NAMED], "…"]
        return self.narrator.quantities.enumeration(shown)

    def _clusters(self, pilot: Pilot, clusters: int) -> str:
        cluster = self.narrator.text(f"value.cluster.{self.settings.settings[pilot.setting].cluster}")
        return f"{self.narrator.quantities.number(clusters)} {cluster}"

    def _in_words(self, pilot: Pilot, *, with_setting: bool = True) -> str:
        size: PilotSize = pilot.best
        setting = self.settings.settings[pilot.setting]
        if not with_setting:
            return self._clusters(pilot, size.clusters)
        key = "customers" if setting.cluster == "customer" else "clusters"
        words = {
            "setting": self._setting(pilot),
            "observations": self.narrator.quantities.number(size.observations),
            "clusters": self.narrator.quantities.number(size.clusters),
            "cluster": self.narrator.text(f"value.cluster.{setting.cluster}"),
            "weeks": size.weeks,
        }
        return self.narrator.text(f"value.size.{key}", **words)

    def money(self, found: Estimate) -> str:
        """Return an amount with its interval as the page's language writes them."""
        return self.narrator.estimate(MONEY, found)

    def _amount(self, amount: float) -> str:
        return self.narrator.value(MONEY, amount)
