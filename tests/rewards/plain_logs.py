"""Short logs of one customer, written as one would tell them, and what the slow interpreter makes of them."""

import datetime
from collections import Counter

from simkit.rewards import Programme
from tests.rewards.interpreter import Interpreter
from tests.rewards.interpreter_ledger import Event, Holder

APPROVED = datetime.date(2024, 3, 1)
TITLE = {"en": "A reward", "zh": "权益"}


def holder(tier="gold", *, new=True, primary=True, approved=APPROVED):
    """Return the card holder of the worked cases."""
    return Holder(tier, new, primary, approved)


def act(day, kind, part="", *, who="ann", **more):
    """Return an event on a day of 2024, written as month-day, or on any day."""
    month_day = f"2024-{day}" if len(day) == len("01-01") else day
    return Event(who, datetime.date.fromisoformat(month_day), kind, part=part, **more)


def pay(day, cny, **more):
    """Return a payment."""
    return act(day, "payment", amount=round(cny * 100), **more)


def play(programme, *events, **holders):
    """Play events of ann, who is the card holder of the worked cases unless said."""
    return Interpreter(programme, {"ann": holder()} | holders).play(events)


def reasons(played):
    """Return the reasons of all decisions in their order, alike ones of one event once."""
    return [reason for _, reason in decisions(played)]


def decisions(played):
    """Return all decisions as (place in the log, reason)."""
    return sorted({(place, reason) for place, _, reason in played.decisions})


def rows(played):
    """Return coupons as (part, face, effective, expires), dates as month-day."""
    return [
        (coupon.grant.part, coupon.face / 100, f"{coupon.effective:%m-%d}", f"{coupon.expires:%m-%d}")
        for coupon in played.coupons
    ]


def states(played, day):
    """Return how many coupons are in each state at the end of a day."""
    return Counter(coupon.status(datetime.date.fromisoformat(f"2024-{day}")) for coupon in played.coupons)


def one_part(trigger, grant, **programme):
    """Return a programme of one part named `gift`, for gold cards."""
    part = {"title": TITLE, "trigger": trigger, "grant": grant} | programme.pop("part", {})
    rules = {"name": "one_part", "title": TITLE, "tiers": ["gold"], "parts": {"gift": part}}
    return Programme.model_validate(rules | programme)
