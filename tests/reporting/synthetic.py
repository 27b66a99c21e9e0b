"""A small made-up study as tables: what a study would hold, from a seeded generator, so that charts are tested without a run."""

import numpy as np
import pandas as pd

SEGMENTS = {
    "en": {"young": "Young", "white_collar": "White-collar", "middle_aged": "Middle-aged", "silver": "Silver-haired"},
    "zh": {"young": "年轻客群", "white_collar": "白领客群", "middle_aged": "中年客群", "silver": "银发客群"},
}
TITLES = {
    "en": {
        "do_nothing": "Do nothing",
        "cold_door_to_door": "Cold door to door",
        "appointments_with_partner": "Appointments with a partner",
        "community_events": "Community events",
        "digital_first": "Digital first",
        "omnichannel": "Omnichannel",
        "silver_care": "Silver care",
    },
    "zh": {
        "do_nothing": "不作为",
        "cold_door_to_door": "陌生上门",
        "appointments_with_partner": "合作预约上门",
        "community_events": "社区活动",
        "digital_first": "数字优先",
        "omnichannel": "全渠道联动",
        "silver_care": "银发关怀",
    },
}
# Expected wallets opened and cost (CNY) of each strategy beyond doing nothing.
_EFFECTS = {
    "do_nothing": (0, 0),
    "cold_door_to_door": (900, 310_000),
    "appointments_with_partner": (2_450, 420_000),
    "community_events": (1_700, 190_000),
    "digital_first": (2_380, 95_000),
    "omnichannel": (4_300, 610_000),
    "silver_care": (1_250, 240_000),
}
_SHARES = {"young": 0.2, "white_collar": 0.25, "middle_aged": 0.3, "silver": 0.25}
_STAFFED = {"cold_door_to_door", "appointments_with_partner", "omnichannel", "silver_care", "community_events"}
_CALLED = {"digital_first", "omnichannel", "silver_care"}


def metrics_table(strategies, replications, seed=1, spread=1.0):
    """Return metrics by run; the luck of a replication moves all strategies together, that of a strategy by a tenth of it."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(1, 0.05 * spread, replications)
    records = []
    for strategy in strategies:
        extra, cost = _EFFECTS[strategy]
        own = rng.normal(1, 0.01 * spread, replications)
        for replication in range(replications):
            luck = shared[replication] * own[replication]
            for kpi, segment, value in _run(strategy, extra * luck, cost, 1_500 * luck):
                records.append((strategy, 0, replication, segment, kpi, float(value)))
    return pd.DataFrame(records, columns=["strategy", "draw", "replication", "segment", "kpi", "value"])


def _run(strategy, extra, cost, base):
    lasting = 0.0
    for segment, share in _SHARES.items():
        opened = (base + extra * (1.4 if segment == "silver" else 1)) * share
        steps = {"contacts": extra * share * 14, "opened": opened, "activated": opened * 0.7, "lasting": opened * 0.24}
        lasting += steps["lasting"]
        yield from ((kpi, segment, value) for kpi, value in steps.items())
    opened = lasting / 0.24
    total = cost + extra * 20
    minutes = 10_000.0
    field, calls = minutes * (strategy in _STAFFED), minutes * (strategy in _CALLED)
    busy_field, busy_calls = field * (0.5 + extra / 10_000), calls * (0.4 + extra / 12_000)
    everybody = {
        "contacts": extra * 14,
        "opened": opened,
        "activated": opened * 0.7,
        "lasting": lasting,
        "cost": total,
        "value": lasting * 900,
        "net_value": lasting * 900 - total,
        "field_paid_minutes": field,
        "field_busy_minutes": busy_field,
        "call_paid_minutes": calls,
        "call_busy_minutes": busy_calls,
        "staff_paid_minutes": field + calls,
        "staff_busy_minutes": busy_field + busy_calls,
    }
    yield from ((kpi, "all", value) for kpi, value in everybody.items())
    # Ratios are compared as ratios of means; the values of single runs only say where there are any.
    yield "cost_per_lasting", "all", total / lasting
    yield "field_utilisation", "all", busy_field / field if field else np.nan
    yield "call_utilisation", "all", busy_calls / calls if calls else np.nan
    yield "staff_utilisation", "all", (busy_field + busy_calls) / (field + calls) if field + calls else np.nan


def daily_table(strategies, replications, days=120, seed=2):
    """Return the ledger's daily rows of all runs: openings saturate, a quarter of the wallets stay active."""
    rng = np.random.default_rng(seed)
    day = np.arange(days)
    frames = []
    for strategy in strategies:
        for replication in range(replications):
            for segment, share in _SHARES.items():
                rate = (1_500 + _EFFECTS[strategy][0]) * share / 60 * np.exp(-day / 60)
                opened = rng.poisson(rate)
                frames.append(
                    pd.DataFrame(
                        {
                            "strategy": strategy,
                            "draw": 0,
                            "replication": replication,
                            "day": day,
                            "date": pd.Timestamp("2026-03-02") + pd.to_timedelta(day, unit="D"),
                            "segment": segment,
                            "opened": opened,
                            "campaign_active": (np.cumsum(opened) * 0.3).astype(int),
                        }
                    )
                )
    return pd.concat(frames, ignore_index=True)


def who_table(strategies, replications):
    """Return who became a lasting user because of each strategy, anyway, or only without it."""
    records = []
    for strategy in strategies[1:]:
        won = _EFFECTS[strategy][0] * 0.24
        counts = {
            name: (won * share, 80 * share, 0.02 * won * share) for name, share in (*_SHARES.items(), ("all", 1.0))
        }
        for segment, values in counts.items():
            for who, mean in zip(("won", "anyway", "lost"), values, strict=True):
                low, high = (mean * 0.95, mean * 1.05) if replications > 1 else (np.nan, np.nan)
                records.append((strategy, segment, "lasting", who, replications, mean, low, high, 0.95))
    columns = ["strategy", "segment", "stage", "who", "n", "mean", "low", "high", "confidence"]
    return pd.DataFrame(records, columns=columns)
