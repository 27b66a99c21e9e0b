"""Random reward programmes over the whole vocabulary: small numbers, so that limits bind and days collide.

Hypothesis draws and shrinks bytes, and every choice is made by one of them: thousands of programmes take seconds, and a zero is always
the plainest choice, so that a failing example shrinks to a short programme.
"""

import datetime

from simkit.rewards.programme import Programme
from simkit.rewards.triggers import WEEKDAYS

TIERS = ("gold", "platinum")
MERCHANTS = ("cafe", "cinema")
PARTNERS = ("airline", "grocer")
PART_NAMES = ("alpha", "beta", "gamma", "delta", "omega")
TITLE = {"en": "A reward", "zh": "权益"}
PAYMENT_TRIGGERS = ("payment", "payments_in_period", "spending_in_period")
THEMES = ("any", "any", "budgets", "referrals", "card years")
"""What a programme has more of than others, so that rare rules meet often enough."""
KINDS = (*PAYMENT_TRIGGERS, "payment", *PAYMENT_TRIGGERS, "exchange", "exchange", "referral", "referral", "attendance")
GRANT_KINDS = {
    "payment": ("coupons", "coupons", "coupons", "cashback", "discount", "gift", "money"),
    "payments_in_period": ("coupons", "coupons", "coupons", "gift", "money"),
    "spending_in_period": ("coupons", "cashback", "cashback", "gift"),
    "exchange": ("coupons", "coupons", "gift"),
    "attendance": ("coupons", "gift", "money"),
    "referral": ("money", "gift", "coupons"),
}
RATES = (0.01, 0.05, 0.333333, 0.1, 0.5, 1.0, 0.000001, 0.07)
SHARES = (1.0, 0.5, 0.333, 0.0, 0.7)
CEILINGS = (None, 0.5, 1, 5, 20)
VALUES = (1, 0.01, 3.33, 10)
FACES = (3, 2.99, 26, 0.01, 10)
LIMITS = (None, None, 30, 100, 10, 60, 3, 0.01)
PART_BYTES = 60
PROGRAMME_BYTES = len(PART_NAMES) * PART_BYTES + 60


class Choices:
    """Choices made one after the other by bytes, the first option of each when there are no more."""

    def __init__(self, data):
        """Begin with the first byte."""
        self.data, self.place = data, 0

    def of(self, *options):
        """Choose one."""
        byte = self.data[self.place] if self.place < len(self.data) else 0
        self.place += 1
        return options[byte % len(options)]

    def one_in(self, number):
        """Say yes, but not often."""
        return self.of(*range(number)) == number - 1

    def some(self, options, least=1):
        """Choose several, in a random order."""
        left = list(options)
        wanted = self.of(*range(least, len(left) + 1))
        return [left.pop(self.of(*range(len(left)))) for _ in range(wanted)]

    def section(self, size):
        """Return the choices of the next bytes alone, so that what follows does not move with them."""
        self.place += size
        return Choices(self.data[self.place - size : self.place])


def window(choose):
    """Return a window of some days."""
    return {"days": choose.of(7, 1, 2, 3, 30, 31), "day_count": choose.of("elapsed", "ordinal")}


def by_tier(choose, values):
    """Return values that hold for all tiers, or for some."""
    if choose.one_in(4):
        return {tier: choose.of(*values) for tier in choose.some((*TIERS, "every"))}
    return choose.of(*values)


def payment_filters(choose):
    """Return which payments a trigger looks at; mostly all."""
    found = {"min_amount_cny": choose.of(0, 0, 0, 10, 20, 99)}
    if choose.one_in(5):
        found["payment_kinds"] = choose.of(("payment", "cash_advance"), ("cash_advance",))
    if choose.one_in(6):
        found["merchants"] = choose.some(MERCHANTS)
    if choose.one_in(6):
        found["weekdays"] = choose.some(WEEKDAYS, least=4)
    if choose.one_in(8):
        found["days_of_month"] = choose.some((1, 2, 28, 29, 30, 31, 8, 18), least=4)
    return found


def trigger(choose, kind):
    """Return a trigger of one kind."""
    if kind == "payment":
        found = {"times": choose.of("once", "every", "every"), **payment_filters(choose)}
        return found | ({"within_of_approval": window(choose)} if choose.one_in(4) else {})
    if kind == "payments_in_period":
        period = choose.of("natural_week", "calendar_month")
        return {"payments": choose.of(1, 2, 3), "period": period, **payment_filters(choose)}
    if kind == "spending_in_period":
        period = choose.of("natural_week", "calendar_month", "calendar_year")
        return {"threshold_cny": choose.of(10, 50, 100.01), "period": period, **payment_filters(choose)}
    if kind == "referral":
        return {
            "to": choose.of("referrer", "referee"),
            "codes": choose.of("members", "members", "staff"),
            "attribution": choose.of("first_code", "last_code"),
            "within": window(choose),
        }
    return {"points": choose.of(50, 1, 100)} if kind == "exchange" else {}


def grant(choose, kind):
    """Return a grant of one kind."""
    if kind == "coupons":
        face = by_tier(choose, FACES)
        # A tier that gets coupons needs a face.
        face = {"every": choose.of(*FACES), **face} if isinstance(face, dict) else face
        return {"quantity": by_tier(choose, (1, 2, 3, 5, 1, 0)), "face_cny": face}
    if kind == "cashback":
        return {"rate": choose.of(*RATES), "max_cny": choose.of(*CEILINGS)}
    if kind == "discount":
        ways = (("rate", RATES), ("off_cny", VALUES), ("pays_only_cny", (0, 9.99, 50)))
        way, values = choose.of(*ways)
        return {way: choose.of(*values), "max_cny": choose.of(*CEILINGS)}
    if kind == "gift":
        return {"item": TITLE, "value_cny": choose.of(*VALUES)}
    return {"amount_cny": choose.of(*VALUES)}


def cap(choose, *, at_once):
    """Return a cap of some period, on claims or redemptions, of a person or of all."""
    return {
        "max": choose.of(1, 2, 3, 4, 6),
        "per": choose.of("programme", "day", "week", "month", "year"),
        "scope": choose.of("person", "person", "programme"),
        "counted_on": choose.of("claims", "claims" if at_once else "redemptions"),
    }


def part(choose, theme, *, ends):
    """Return one part; `ends` says whether the programme has a last day."""
    kind = choose.of(*KINDS) if theme != "referrals" or choose.one_in(3) else "referral"
    earned_by = {"kind": kind, **trigger(choose, kind)}
    given = choose.of(*GRANT_KINDS[kind])
    # Employees hold no card, so that they can have no coupons.
    if earned_by.get("codes") == "staff" and earned_by["to"] == "referrer":
        given = "money"
    found = {"title": TITLE, "trigger": earned_by, "grant": {"kind": given, **grant(choose, given)}}
    found["caps"] = [cap(choose, at_once=given != "coupons") for _ in range(choose.of(0, 0, 0, 1, 1, 2, 3))]
    if theme == "card years":
        found["caps"].append({"max": choose.of(1, 2), "per": "year"})
    found["who"] = {"new_customers": choose.one_in(5), "primary_card": choose.one_in(5)}
    if choose.one_in(8):
        found["who"]["tiers"] = choose.some(TIERS)
    if choose.one_in(4):
        found["bank_share"] = choose.of(*SHARES)
    if given == "coupons":
        if kind in PAYMENT_TRIGGERS and choose.one_in(2):
            found["claim"] = window(choose)
        found["release"] = {"per_month": choose.of(None, None, 1, 2, 3), "wait_days": choose.of(0, 0, 1, 3, 20)}
        if not choose.one_in(5):
            found["validity"] = {**window(choose), "ends_with_programme": choose.one_in(4) and ends}
    return found


def stage_map(choose, names):
    """Return a map of a few stages, or none."""
    if not choose.one_in(2):
        return None
    counting = choose.of("cumulative", "per_map")
    steps = choose.some(range(1, 9))[:4]
    return {
        "title": TITLE,
        "lit_by": choose.some(names),
        "lit_on": choose.of("claim", "redemption"),
        "counting": counting,
        "stages": [{"at": at, "prize": f"prize {at}"} for at in (sorted(steps) if counting == "cumulative" else steps)],
    }


def points(choose):
    """Return how points are earned, when they can be used and when they expire."""
    found = {"pending_days": choose.of(0, 0, 1, 3), "partner_rates": dict(zip(PARTNERS, (0.3, 2.5), strict=True))}
    if not choose.one_in(3):
        found["earn"] = {"per_cny": choose.of(1.0, 0.5, 0.333333, 10.0), "min_amount_cny": choose.of(0, 0, 10, 20)}
    if not choose.one_in(3):
        found["expiry"] = {"months": choose.of(1, 2, 12), "at": choose.of("same_day", "month_end")}
    return found


def stacking(choose, stacked):
    """Return stacking rules over parts that payments earn: none, one, or two that share no part."""
    if len(stacked) < 2 or choose.one_in(5):
        return []
    order = choose.some(stacked, least=2)
    cut = 2 if len(order) >= 4 and choose.one_in(2) else len(order)
    policies = ("first", "best", "exclusive", "accumulate")
    return [{"parts": some, "policy": choose.of(*policies)} for some in (order[:cut], order[cut:]) if some]


def budget(choose, theme, *, ends):
    """Return a budget that binds soon, or none."""
    if theme != "budgets" and not choose.one_in(3):
        return {}
    found = {f"{limit}_cny": choose.of(*LIMITS) for limit in ("total", "per_day", "liability")}
    can_throttle = ends and found["total_cny"] is not None
    found["when_spent"] = choose.of("stop", *["throttle" if can_throttle else "stop"] * 3, "stop", "warn")
    return found | {"counted_on": choose.of("issue", "issue", "redemption")}


def programme(choose, first_day):
    """Return a valid programme that is under way on or soon after a day."""
    theme = choose.of(*THEMES)
    ends = choose.one_in(2) or theme == "budgets"
    count = choose.of(1, 2, 3, 3, 4, 4, 5)
    sections = [choose.section(PART_BYTES) for _ in PART_NAMES]
    named = {name: part(mine, theme, ends=ends) for name, mine in zip(PART_NAMES[:count], sections, strict=False)}
    kinds = {name: part["trigger"]["kind"] for name, part in named.items()}
    found = {"name": "random_programme", "title": TITLE, "tiers": TIERS, "parts": named}
    found["year"] = choose.of("calendar", "anniversary" if theme == "card years" else "calendar", "anniversary")
    found["stages"] = stage_map(choose.section(20), tuple(named))
    with_points = choose.one_in(4) or "exchange" in kinds.values()
    found["points"] = points(choose.section(10)) if with_points else None
    found["stacking"] = stacking(choose.section(10), [name for name in kinds if kinds[name] in PAYMENT_TRIGGERS])
    found["refunds"] = choose.of("revoke_unused", "claw_back", "keep")
    found["budget"] = budget(choose.section(6), theme, ends=ends)
    found["accounting"] = {"bank_share": choose.of(*SHARES, None)}
    if choose.one_in(4):
        found["starts_on"] = first_day + datetime.timedelta(days=choose.of(0, 1, 2, 3))
    if ends:
        found["ends_on"] = first_day + datetime.timedelta(days=choose.of(40, 20, 10, 90, 5, 365))
    boards = [name for name, part in named.items() if part["trigger"].get("to") == "referrer"]
    if boards:
        board = {"counts": choose.of(*boards), "prizes_cny": choose.of([5], [10, 5.5], [3, 3, 1])}
        found["leaderboards"] = {"board": board}
    return Programme.model_validate(found)
