"""Key figures of what happens at a visit and after it."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi, kpi, tallied

KPIS: tuple[Kpi, ...] = (
    tallied("pitched", "count", "Contacts with a pitch", "有话术的触达次数"),
    tallied("pitched_well", "count", "Contacts with the pitch that suits best", "话术最匹配的触达次数", "higher"),
    kpi(
        "pitch_match",
        "share",
        "Share of pitches that suit the customer best",
        "话术匹配率",
        "higher",
        3,
        ratio_of=("pitched_well", "pitched"),
    ),
)
