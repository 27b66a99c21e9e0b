"""Reward programmes: their rules, the engine that plays them, replay and linter. Knows no clock but the day and no behaviour."""

from simkit.rewards.codes import DAILY, Book, EventKind, Reason, Status
from simkit.rewards.days import NEVER, calendar, date_of, day_number
from simkit.rewards.engine import Cards, Events, RewardEngine
from simkit.rewards.programme import Programme
from simkit.rewards.readings import load_programme, readings_of

__all__ = [
    "DAILY",
    "NEVER",
    "Book",
    "Cards",
    "EventKind",
    "Events",
    "Programme",
    "Reason",
    "RewardEngine",
    "Status",
    "calendar",
    "date_of",
    "day_number",
    "load_programme",
    "readings_of",
]
