"""What alerts watch: measures of some days, from the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from simkit.campaign.vocabulary import Channel, Outcome
from simkit.campaign.world import World
from simkit.params.levers import MESSAGE_CHANNELS
from simkit.params.mechanisms.service import Watched

CONTACTS: Mapping[Watched, tuple[tuple[Channel, ...], Outcome]] = {
    "hotline_abandonment": ((Channel.INBOUND_CALL,), Outcome.ABANDONED),
    "opt_out_share": (tuple(Channel[name.upper()] for name in MESSAGE_CHANNELS), Outcome.OPTED_OUT),
    "no_show_share": ((Channel.APPOINTMENT,), Outcome.NO_SHOW),
}
"""Measures that are the share of the contacts of some channels which ended in one way."""
_TALLIES: Mapping[Watched, tuple[str, str]] = {
    "support_abandonment": ("support_abandoned", "support_put_through"),
    "support_wait": ("support_waited_minutes", "support_answered"),
}


def measured(world: World, measure: Watched, days: range) -> float | None:
    """Return a measure over some days, or None where there were too few cases to conclude anything."""
    ledger = world.ledger
    if measure in CONTACTS:
        channels, outcome = CONTACTS[measure]
        ended = ledger.outcomes(channels, days)
        amount, cases = float(ended[outcome]), float(ended.sum())
    elif measure in _TALLIES:
        amount, cases = (ledger.tallied(tally, days) for tally in _TALLIES[measure])
    else:
        amount, cases = ledger.counted("went_dormant", days), ledger.counted("active", days) / len(days)
    enough = world.scenario.alerts is not None and cases >= world.scenario.alerts.fewest_cases.value
    return amount / cases if enough else None
