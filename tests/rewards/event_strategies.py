"""Random card holders and event logs for a programme: few customers and days, so that everything meets everything."""

import dataclasses
import datetime

from hypothesis import strategies as st

from tests.rewards.interpreter_days import fen
from tests.rewards.interpreter_ledger import Event, Holder
from tests.rewards.programme_strategies import PAYMENT_TRIGGERS, PROGRAMME_BYTES, Choices, programme

FIRST_DAYS = (
    datetime.date(2024, 4, 1),  # a Monday
    datetime.date(2024, 2, 26),
    datetime.date(2023, 2, 25),
    datetime.date(2024, 12, 27),
    datetime.date(2023, 12, 28),
    datetime.date(2024, 1, 29),
    datetime.date(2024, 3, 29),
    datetime.date(2000, 2, 27),
)
"""Before leap days and days that are none, ends of years and of months."""
LEAP_DAY = datetime.date(2020, 2, 29)
EARLIEST = datetime.date(2000, 1, 1)
CUSTOMERS = ("ann", "bob", "cho", "dai")
STAFF = ("staff_1", "staff_2")
NEAR = (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 5)
USUAL = (0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 3, 7, 13, 30)
FAR = (0, 0, 0, 0, 1, 1, 7, 28, 60, 366)
"""Days from one event to the next."""
AMOUNTS = (10_000, 10_000, 20_000, 1, 1000, 2000, 5000, 33_333)
POINTS = (100, 1, 40, 50, 99, 150, 333)
APPROVED = (0, 0, 0, -1, 1, 2, -2, -7, -30, -31, -365, -366)
EVENTS = 60
EVENT_BYTES = 6


@dataclasses.dataclass(frozen=True)
class Game:
    """A programme, its card holders, what happens, and where the log is cut in pieces when it is played."""

    programme: object
    holders: dict
    log: tuple
    cuts: tuple
    upgrades: dict
    """By place in the log: who gets the highest tier before it."""
    scale: float
    bank_share: float

    def __repr__(self):
        """Tell a failing example in a few lines."""
        rules = self.programme.model_dump(mode="json", exclude_defaults=True, exclude={"name", "title"})
        held = [f"{who}={_short(holder)!r}" for who, holder in self.holders.items()]
        log = [f"_{place}={_short(event)!r}" for place, event in enumerate(self.log)]
        played = [
            f"cuts={self.cuts}",
            f"upgrades={self.upgrades}",
            f"scale={self.scale}",
            f"bank_share={self.bank_share}",
        ]
        return "Game(\n    " + ",\n    ".join([str(rules), *held, *log, *played]) + "\n)"


def _short(one):
    """Return the fields of a card holder or event that say something."""
    told = {
        name: value for name, value in vars(one).items() if value not in {"", None} and (name, value) != ("amount", 0)
    }
    return " ".join(f"{name}={value}" for name, value in told.items())


def card_holders(choose, rules, first_day):
    """Return a few card holders; most are new and hold a primary card."""
    holders = {}
    count = choose.of(1, 2, 2, 3, 4)
    for who in CUSTOMERS[: len(CUSTOMERS) if rules.leaderboards else count]:
        approved = max(EARLIEST, first_day + datetime.timedelta(days=choose.of(*APPROVED)))
        if choose.one_in(2 if rules.year == "anniversary" else 5) and first_day > LEAP_DAY:
            approved = LEAP_DAY
        holders[who] = Holder(choose.of(*rules.tiers), not choose.one_in(8), not choose.one_in(8), approved)
    return holders


def likely_moves(rules):
    """Return what can happen under a programme, as (kind, part), the likelier the more often; first of all, nothing."""
    moves = [("nothing", ""), ("payment", ""), ("cash_advance", ""), ("claim", next(iter(rules.parts)))]
    for name, part in rules.parts.items():
        kind = part.trigger.kind
        if kind in PAYMENT_TRIGGERS:
            moves += [("payment", "")] * 4 + [("refund", "")] * 2
            moves += [("cash_advance", "")] * ("cash_advance" in part.trigger.payment_kinds)
        if part.claim is not None:
            moves += [("claim", name)] * 4
        if part.grant.kind == "coupons":
            moves += [("redeem", name)] * 3
        if kind == "exchange":
            moves += [("points", ""), ("payment", "")] * 2 + [("exchange", name)] * 4
        if kind == "attendance":
            moves += [("attend", name)] * 2
        if kind == "referral":
            moves += [("code", "")] * 3 + [("convert", "")] * 3
    return moves


def telling_amounts(rules):
    """Return amounts of payments in fen, among them those at the edge of what each part asks for."""
    triggers = [part.trigger for part in rules.parts.values() if part.trigger.kind in PAYMENT_TRIGGERS]
    edges = {fen(trigger.min_amount_cny) for trigger in triggers}
    edges |= {fen(trigger.threshold_cny) for trigger in triggers if trigger.kind == "spending_in_period"}
    return (*AMOUNTS, *sorted(max(1, edge + more) for edge in edges for more in (-1, 0, 0)))


def names_of(rules):
    """Return the merchants that payments name, and the partners whose points are credited."""
    triggers = [part.trigger for part in rules.parts.values() if part.trigger.kind in PAYMENT_TRIGGERS]
    merchants = {merchant for trigger in triggers for merchant in trigger.merchants}
    return ("", *sorted(merchants), "elsewhere"), ("", *(rules.points.partner_rates if rules.points else ()))


def event_log(choose, rules, first_day, customers):
    """Return events in the order of their days."""
    moves, amounts, (merchants, partners) = likely_moves(rules), telling_amounts(rules), names_of(rules)
    gaps = choose.of(NEAR, NEAR, USUAL, USUAL, FAR)
    day, log = first_day, []
    for _ in range(EVENTS):
        mine = choose.section(EVENT_BYTES)
        (kind, part), who = mine.of(*moves), mine.of(*customers)
        day += datetime.timedelta(days=mine.of(*gaps))
        event = Event(who, day, kind, part=part)
        if kind in {"payment", "cash_advance"}:
            event = dataclasses.replace(event, amount=mine.of(*amounts), name=mine.of(*merchants))
        elif kind == "points":
            event = dataclasses.replace(event, amount=mine.of(*POINTS), name=mine.of(*partners))
        elif kind == "refund":
            paid = [place for place, old in enumerate(log) if old.kind in {"payment", "cash_advance"}]
            # Rarely, a refund of a payment that was never seen.
            if paid and not mine.one_in(20):
                place = mine.of(*paid[:-9:-1])
                event = dataclasses.replace(event, who=log[place].who, payment=place)
        elif kind == "code":
            event = dataclasses.replace(event, name=mine.of(*customers, *STAFF))
        elif (kind == "redeem" and mine.one_in(3)) or (kind == "claim" and mine.one_in(4)):
            event = dataclasses.replace(event, coupon=f"{who}-{part}-{mine.of(1, 2, 3)}")
        if kind != "nothing":
            log.append(event)
    return tuple(log)


def game(data, rules=None):
    """Return the game that some bytes stand for, of a random programme unless one is given."""
    choose = Choices(data)
    first_day = choose.of(*FIRST_DAYS) if rules is None or rules.starts_on is None else rules.starts_on
    mine = choose.section(PROGRAMME_BYTES)
    rules = rules or programme(mine, first_day)
    holders = card_holders(choose.section(40), rules, first_day)
    plan = choose.section(12)
    log = event_log(choose, rules, first_day, tuple(holders))
    places = range(len(log) + 1)
    cuts = {plan.of(*places) for _ in range(plan.of(0, 0, 1, 3))}
    upgrades = {plan.of(*places): plan.of(*holders)} if plan.one_in(6) else {}
    cuts = tuple(sorted({*cuts, *upgrades, 0, len(log)}))
    return Game(rules, holders, log, cuts, upgrades, plan.of(1, 1, 1, 0.5), plan.of(1.0, 0.4))


SIZE = 1 + PROGRAMME_BYTES + 40 + 12 + 1 + EVENTS * EVENT_BYTES


@st.composite
def games(draw, rules=None):
    """Return a programme and a log of it."""
    return game(draw(st.binary(min_size=SIZE, max_size=SIZE)), rules)
