"""Small counts of real customers, kept from readers: a cell of fewer than five could tell who they are.

A count above 0 and below `LEAST_CUSTOMERS` is withheld, and with it what would tell it: the difference from doing nothing, ratios and
money made of it, and as many other segments as it takes that the total less the segments shown tells of five customers or more. What
is not guarded: sums over different key figures, increases from day to day, and the study's own tables.
"""

from collections.abc import Iterable, Mapping

from simkit.metrics.catalogue import KPIS
from simkit.metrics.kpi import ALL
from simkit.params import DO_NOTHING, Scenario
from simkit.reporting.lookups import LEAST_CUSTOMERS, Attribution, Comparison, Withheld
from simkit.study import (
    COST_PER_INCREMENTAL_LASTING,
    COST_PER_INCREMENTAL_PAYMENT,
    INCREMENTAL_LASTING,
    Estimate,
)

_WHO = ("won", "anyway", "lost")
# What other figures are worked out from; ratios say so themselves.
_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "value": ("lasting",),
    "net_value": ("lasting",),
    **{kpi.name: kpi.ratio_of for kpi in KPIS.values() if kpi.ratio_of},
}
_MADE_OF_DIFFERENCES: Mapping[str, str] = {
    INCREMENTAL_LASTING: "lasting",
    COST_PER_INCREMENTAL_LASTING: "lasting",
    COST_PER_INCREMENTAL_PAYMENT: "payments",
}
_Key = tuple[str, str, str]


def holds_real_customers(scenario: Scenario) -> bool:
    """Say whether small counts of this scenario's customers have to be withheld."""
    return scenario.customer_data == "real"


def is_small(count: float) -> bool:
    """Say whether a count is of somebody, and of too few; nobody is none, and NaN is no count."""
    return 0 < count < LEAST_CUSTOMERS


def guarded(comparison: Comparison) -> Comparison:
    """Return the comparison with every small count withheld, and with what would tell one."""
    cells = comparison.cells
    small = {key for key, found in cells.items() if KPIS.get(key[1]) and _counts(key[1]) and is_small(found.mean)}
    hidden = small | set(_neighbours(cells, small))
    hidden |= {key for key in cells if _tells(key, hidden)}
    hidden |= {key for key in cells if _tells(key, hidden)}  # what is made of a figure that is itself made of another
    hidden |= {
        (strategy, kpi, segment)
        for strategy, kpi, segment in cells
        if kpi in _MADE_OF_DIFFERENCES
        and {(strategy, _MADE_OF_DIFFERENCES[kpi], segment), (DO_NOTHING, _MADE_OF_DIFFERENCES[kpi], segment)} & hidden
    }
    differences = {key for key in cells if {key, (DO_NOTHING, *key[1:])} & hidden}
    return comparison.without(
        {key: Withheld.of(cells[key], small=key in small) for key in hidden},
        {key: Withheld.of(cells[key], small=False) for key in differences},
    )


def _counts(kpi: str) -> bool:
    return KPIS[kpi].unit == "count"


def _tells(key: _Key, hidden: set[_Key]) -> bool:
    """Say whether a figure is worked out from one that is hidden."""
    strategy, kpi, segment = key
    return any((strategy, part, segment) in hidden for part in _MADE_OF.get(kpi, ()))


def _neighbours(cells: Mapping[_Key, Estimate], small: Iterable[_Key]) -> Iterable[_Key]:
    """Walk over the segments that are withheld so that the total less the shown segments does not tell a small count."""
    small = set(small)
    for strategy, kpi in {(strategy, kpi) for strategy, kpi, segment in small if segment != ALL}:
        counts = {
            segment: found.mean
            for (of, figure, segment), found in cells.items()
            if (of, figure) == (strategy, kpi) and segment != ALL
        }
        hidden = [segment for segment in counts if (strategy, kpi, segment) in small]
        for segment in further(counts, hidden):
            yield strategy, kpi, segment


def further(counts: Mapping[str, float], hidden: list[str]) -> list[str]:
    """Return which segments to withhold beside the *hidden* ones, fewest customers first.

    Then two at least are withheld, and they hold `LEAST_CUSTOMERS` or more together, as far as there are any.
    """
    withheld = list(hidden)
    rest = sorted(
        (segment for segment in counts if segment not in hidden and counts[segment] > 0), key=counts.__getitem__
    )
    while rest and (len(withheld) < 2 or sum(counts[segment] for segment in withheld) < LEAST_CUSTOMERS):  # noqa: PLR2004
        withheld.append(rest.pop(0))
    return withheld[len(hidden) :]


def guarded_attribution(attribution: Attribution, comparison: Comparison) -> Attribution:
    """Return who gains with every segment withheld in which one of the three counts is small, and with what would tell it.

    won + anyway are the strategy's lasting users and anyway + lost those of doing nothing, so one count tells the others: a segment is
    withheld whole, and so it is where *comparison*, itself guarded, withholds these totals.
    """
    cells = attribution.cells
    withheld: dict[_Key, Withheld] = {}
    for strategy in {strategy for strategy, _, _ in cells}:
        segments = list(dict.fromkeys(segment for of, segment, _ in cells if of == strategy))
        hidden = [segment for segment in segments if _has_small(cells, comparison, strategy, segment)]
        parts = [segment for segment in hidden if segment != ALL]
        if parts:
            counts = {
                segment: sum(cells[strategy, segment, who].mean for who in _WHO)
                for segment in segments
                if segment != ALL
            }
            hidden += further(counts, parts)
        for segment in hidden:
            for who in _WHO:
                found = cells[strategy, segment, who]
                withheld[strategy, segment, who] = Withheld.of(found, small=is_small(found.mean))
    return attribution.without(withheld)


def _has_small(cells: Mapping[_Key, Estimate], comparison: Comparison, strategy: str, segment: str) -> bool:
    totals = (comparison.alone(name, "lasting", segment) for name in (strategy, DO_NOTHING))
    return any(isinstance(total, Withheld) for total in totals) or any(
        is_small(cells[strategy, segment, who].mean) for who in _WHO
    )
