"""Codes, conversions and leaderboards of the slow interpreter."""

from tests.rewards.interpreter_days import end_of_month, last_day, next_month


class Codes:
    """Which code each customer remembers for each referral part."""

    def __init__(self, programme, customers):
        """Nobody has seen a code."""
        self.customers = customers
        self.parts = {name: part for name, part in programme.parts.items() if part.trigger.kind == "referral"}
        self.remembered = {}

    def show(self, event):
        """Remember a code; return the parts that refuse it, as it is the customer's own."""
        owned = event.name in self.customers
        if event.name == event.who:
            return [name for name, part in self.parts.items() if part.trigger.codes == "members"]
        for name, part in self.parts.items():
            if owned != (part.trigger.codes == "members"):
                continue
            held = self.remembered.get((event.who, name))
            kept = held is not None and event.day <= last_day(held[0], part.trigger.within)
            if not (kept and part.trigger.attribution == "first_code"):
                self.remembered[event.who, name] = event.day, event.name
        return []

    def owner(self, who, part_name, day):
        """Return whose code counts when a customer converts, None where there is none in its window."""
        held = self.remembered.get((who, part_name))
        if held is None or day > last_day(held[0], self.parts[part_name].trigger.within):
            return None
        return held[1]


def prizes(programme, coupons, first, day):
    """Walk over (leaderboard, receiver, prize in CNY, last day of the month) of months that are over, from a first day on."""
    month = first.replace(day=1)
    while end_of_month(month) <= day:
        for name, board in programme.leaderboards.items():
            rows = [
                (place, coupon.grant.who)
                for place, coupon in enumerate(coupons)
                if coupon.grant.part == board.counts and coupon.revoked is None
                if month <= coupon.grant.qualified <= end_of_month(month)
            ]
            reached = dict.fromkeys(who for _, who in rows)
            for who in reached:
                own = [place for place, receiver in rows if receiver == who]
                reached[who] = (-len(own), own[-1])
            ranked = sorted(reached, key=reached.get)
            for who, prize in zip(ranked, board.prizes_cny, strict=False):
                yield name, who, prize, end_of_month(month)
        month = next_month(month)
