"""When a message is delivered, given the hour at which it is sent and the hours in which customers are left in peace."""

from __future__ import annotations

from dataclasses import dataclass

from simkit.params.mechanisms.messaging import QuietHours


@dataclass(frozen=True)
class Delivery:
    """The hour of the day of delivery, `days_late` days after sending; `dropped` ones are never delivered, `put_off` ones wait."""

    hour: float
    days_late: int = 0
    put_off: bool = False
    dropped: bool = False


def delivery(sends_at: float, quiet: QuietHours | None) -> Delivery:
    """Return when a message that is sent at this hour of the day is delivered."""
    if quiet is None or not _contains(quiet, sends_at):
        return Delivery(sends_at)
    if quiet.action == "discard":
        return Delivery(sends_at, dropped=True)
    overnight = quiet.starts > quiet.ends and sends_at >= quiet.starts
    return Delivery(quiet.ends, days_late=int(overnight), put_off=True)


def _contains(quiet: QuietHours, hour: float) -> bool:
    if quiet.starts <= quiet.ends:
        return quiet.starts <= hour < quiet.ends
    return hour >= quiet.starts or hour < quiet.ends
