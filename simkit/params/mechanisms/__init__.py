"""Mechanisms that a scenario may leave out, one file a room: what is left out is off and costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from simkit.params.mechanisms import handoffs, leads, messaging, opinion, referral, relationship, service, visits

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

Impossible = Callable[["Scenario", "Levers"], Iterator[tuple[str, str]]]

IMPOSSIBLE: tuple[Impossible, ...] = (
    handoffs.impossible,
    leads.impossible,
    messaging.impossible,
    opinion.impossible,
    referral.impossible,
    relationship.impossible,
    service.impossible,
    visits.impossible,
)
"""For each room that has any: the levers that cannot be pulled in a scenario, as (dotted key, problem)."""
