"""Customer by customer: who was won by a strategy, who would have come anyway, and who was lost to it.

A customer has the same luck under every strategy, so one campaign can be held against doing nothing in the same replication.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from simkit.params import DO_NOTHING
from simkit.study.estimates import estimate

# Whether a customer opened, activated or lasted with the strategy (w) and with doing nothing (b), in the same draw and replication.
_COUNTS = """
with reached as (
    select strategy, draw, replication, segment, customer_id, stage
    from conversions, (values ('opened'), ('activated'), ('lasting')) as stages(stage)
    where opened_day < $campaign_days
        and case stage when 'opened' then true when 'activated' then activated_day >= 0 else coalesce(lasting, false) end
), either as (
    select strategy, draw, replication, segment, customer_id, stage, 1 as with_strategy, 0 as with_nothing
    from reached where strategy <> $base
    union all
    select others.strategy, draw, replication, segment, customer_id, stage, 0, 1
    from reached, (select distinct strategy from runs where strategy <> $base) as others where reached.strategy = $base
), customers as (
    select strategy, draw, replication, segment, stage, max(with_strategy) = 1 as w, max(with_nothing) = 1 as b
    from either group by strategy, draw, replication, segment, stage, customer_id
)
select strategy, draw, replication, segment, stage,
    count(*) filter (w and not b) as won, count(*) filter (w and b) as anyway, count(*) filter (b and not w) as lost
from customers group by all
"""

_STAGES = ("opened", "activated", "lasting")
_WHO = ("won", "anyway", "lost")
_AXES = ["strategy", "segment", "stage", "who", "draw", "replication"]
_RUN_STAGE = ["strategy", "draw", "replication", "stage"]


def attribute(
    connection: duckdb.DuckDBPyConnection, *, strategies: Sequence[str], campaign_days: int, confidence: float
) -> pd.DataFrame:
    """Count the customers who reached a stage because of a strategy, anyway, or only without it.

    Parameters
    ----------
    connection
        Holds the tables `runs`, `population` and `conversions` of a study.
    strategies
        Their order; `do_nothing` is among them.
    campaign_days
        Wallets opened from this day on are left out, as in the KPIs.
    confidence
        Of every interval, such as 0.95.

    Returns
    -------
    Columns strategy, segment (each, and `all`), stage (opened, activated, lasting), who (`won`: with the strategy only, `anyway`: also
    with `do_nothing`, `lost`: with `do_nothing` only), n (runs), mean (customers in a run), low, high, confidence. `won` − `lost` is
    the difference of the KPI. Customers whose 90 days are not over are not counted as lasting.
    """
    counts = connection.execute(_COUNTS, {"base": DO_NOTHING, "campaign_days": campaign_days}).df()
    everywhere = counts.drop(columns="segment").groupby(_RUN_STAGE, as_index=False).sum().assign(segment="all")
    levels = [
        [name for name in strategies if name != DO_NOTHING],
        [*dict.fromkeys(_column(connection, "select segment from population")), "all"],
        list(_STAGES),
        list(_WHO),
        _column(connection, "select distinct draw from runs order by draw"),
        _column(connection, "select distinct replication from runs order by replication"),
    ]
    long = pd.concat([counts, everywhere]).melt([*_RUN_STAGE, "segment"], _WHO, var_name="who", value_name="customers")
    grid = pd.MultiIndex.from_product(levels, names=_AXES)
    values = long.set_index(_AXES)["customers"].reindex(grid, fill_value=0).to_numpy(dtype=float)
    found = estimate(values.reshape([len(level) for level in levels]), confidence)
    table = pd.MultiIndex.from_product(levels[:4], names=_AXES[:4]).to_frame(index=False)
    for name in ("n", "mean", "low", "high"):
        table[name] = getattr(found, name).ravel()
    return table.assign(confidence=confidence)


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    return [row[0] for row in connection.execute(query).fetchall()]
