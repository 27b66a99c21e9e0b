"""The key figures of the mechanisms that a scenario may leave out: one file a room."""

from collections.abc import Mapping

from simkit.metrics.kpi import Kpi
from simkit.metrics.mechanisms import (
    corporate,
    customers,
    handoffs,
    leads,
    messaging,
    opinion,
    referral,
    relationship,
    service,
    visits,
)

MECHANISMS: Mapping[str, tuple[Kpi, ...]] = {
    room.__name__.rpartition(".")[2]: room.KPIS
    for room in (leads, visits, messaging, handoffs, service, referral, opinion, relationship, corporate, customers)
}
"""Key figures by room; shown only where something happened."""
