"""A study's tables as typed lookups: one estimate for each strategy, KPI and segment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simkit.study import Estimate
from simkit.study.estimates import estimate

Who = Literal["won", "anyway", "lost"]
_ALONE = ("mean", "low", "high", "wide_low", "wide_high")
_AGAINST = tuple(f"difference_{column}".removesuffix("_mean") for column in _ALONE)
LEAST_CUSTOMERS = 5
"""Of real customers a count below this is not shown."""
_NOTHING = Estimate(0, np.nan, np.nan, np.nan)
_Key = tuple[str, str, str]


class _Rows(Mapping[_Key, Estimate]):
    """The estimates of a table's rows by their keys, each made when it is asked for: a page shows few of tens of thousands."""

    def __init__(self, rows: Mapping[_Key, int], table: pd.DataFrame, columns: tuple[str, ...]) -> None:
        self._rows = rows
        self._runs = table["n"].to_numpy(dtype=int)
        self._numbers = table[list(columns)].to_numpy(dtype=float)

    def __getitem__(self, key: _Key) -> Estimate:
        row = self._rows[key]
        return Estimate(int(self._runs[row]), *self._numbers[row].tolist())

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@dataclass(frozen=True)
class Withheld(Estimate):
    """An estimate that is kept from readers: all NaN. small: it counts too few customers; else it would tell one that does."""

    small: bool = True

    @classmethod
    def of(cls, estimate: Estimate, *, small: bool) -> Self:
        """Withhold *estimate*."""
        return cls(estimate.n, np.nan, np.nan, np.nan, small=small)


@dataclass(frozen=True)
class Comparison:
    """The comparison of a study's strategies, in the study's order; n: runs of each."""

    strategies: tuple[str, ...]
    confidence: float
    n: int
    _alone: Mapping[_Key, Estimate]
    _against: Mapping[_Key, Estimate]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Self:
        """Read the table `Study.comparison`."""
        rows = _places(table, ("strategy", "kpi", "segment"))
        names = tuple(dict.fromkeys(strategy for strategy, _, _ in rows))
        confidence, n = float(table["confidence"].to_numpy()[0]), int(table["n"].max())
        return cls(names, confidence, n, _Rows(rows, table, _ALONE), _Rows(rows, table, _AGAINST))

    @property
    def cells(self) -> Mapping[_Key, Estimate]:
        """Every estimate of a strategy alone, by strategy, KPI and segment."""
        return self._alone

    def without(self, alone: Mapping[_Key, Withheld], against: Mapping[_Key, Withheld]) -> Self:
        """Return the comparison with some estimates withheld."""
        return replace(self, _alone={**self._alone, **alone}, _against={**self._against, **against})

    def alone(self, strategy: str, kpi: str, segment: str = "all") -> Estimate:
        """A KPI of one strategy; NaN with n = 0 where it has none."""
        return self._alone.get((strategy, kpi, segment), _NOTHING)

    def against(self, strategy: str, kpi: str, segment: str = "all") -> Estimate:
        """A KPI's difference from doing nothing, run by run; NaN where there is none."""
        return self._against.get((strategy, kpi, segment), _NOTHING)


@dataclass(frozen=True)
class Attribution:
    """Who became a lasting user because of a strategy (won), anyway, or only without it (lost), by segment."""

    _lasting: Mapping[_Key, Estimate]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Self:
        """Read the table `Study.who`."""
        lasting = table[table["stage"] == "lasting"]
        return cls(_Rows(_places(lasting, ("strategy", "segment", "who")), lasting, ("mean", "low", "high")))

    @property
    def cells(self) -> Mapping[_Key, Estimate]:
        """Every estimate, by strategy, segment and who."""
        return self._lasting

    def without(self, withheld: Mapping[_Key, Withheld]) -> Self:
        """Return the attribution with some estimates withheld."""
        return replace(self, _lasting={**self._lasting, **withheld})

    def lasting(self, strategy: str, segment: str, who: Who) -> Estimate:
        """Customers of one segment (or `all`)."""
        return self._lasting[strategy, segment, who]


def _places(table: pd.DataFrame, columns: tuple[str, str, str]) -> dict[_Key, int]:
    """Return in which row each key stands."""
    first, second, third = (table[column].astype(str).tolist() for column in columns)
    return {key: row for row, key in enumerate(zip(first, second, third, strict=True))}


def one_estimate(by_replication: NDArray[np.float64], confidence: float) -> Estimate:
    """Return the mean over replications with its interval; replications without a value do not count."""
    found = estimate(by_replication[None, :], confidence)
    return Estimate(int(found.n), float(found.mean), float(found.low), float(found.high))


def as_arrays(estimates: Iterable[Estimate]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return means, lows and highs as three arrays."""
    values = np.array([(estimate.mean, estimate.low, estimate.high) for estimate in estimates], dtype=float)
    return values[:, 0], values[:, 1], values[:, 2]


def highest(estimate: Estimate) -> float:
    """Return the upper end of the interval, or the mean where there is no interval."""
    return estimate.mean if np.isnan(estimate.high) else estimate.high
