"""The grants of the slow interpreter: who may have what, how coupons are claimed, released, revoked and counted on the map."""

from simkit.rewards.grants import for_tier
from tests.rewards.interpreter_days import ONE_DAY, fen, last_day, next_month
from tests.rewards.interpreter_ledger import Coupon, Grant
from tests.rewards.interpreter_limits import Limits

SHARES = ("cashback", "discount")


class GrantBook:
    """Everything that was granted, in order, and what stands in the way of more."""

    def __init__(self, programme, holders, scale, bank_share):
        """Begin with nothing granted; `holders` are card holders by customer id."""
        self.programme, self.holders = programme, holders
        self.coupons, self.grants, self.stages = [], [], []
        self.limits = Limits(programme, holders, self.coupons, scale, bank_share)

    def of(self, who, part_name):
        """Return a person's grants of a part, oldest first."""
        return [grant for grant in self.grants if (grant.who, grant.part) == (who, part_name)]

    def coupons_of(self, who, part_name):
        """Return a person's coupons of a part, oldest first."""
        return [coupon for grant in self.of(who, part_name) for coupon in grant.coupons]

    def not_eligible(self, part, who):
        """Return why a part is not for a person, None where it is."""
        if part.who.primary_card and not self.holders[who].primary_card:
            return "NOT_PRIMARY"
        return "NOT_NEW" if part.who.new_customers and not self.holders[who].new_customer else None

    def outside_tiers(self, part, who):
        """Whether a part is for other tiers alone."""
        return part.who.tiers is not None and self.holders[who].tier not in part.who.tiers

    def faces(self, part, who):
        """Return the faces in fen that a person's tier gets; a share of a payment is worked out elsewhere."""
        grant = part.grant
        tier = self.holders[who].tier if who in self.holders else self.programme.tiers[0]
        if grant.kind == "coupons":
            quantity = for_tier(grant.quantity, tier) or 0
            return [fen(for_tier(grant.face_cny, tier))] * quantity if quantity else []
        if grant.kind in SHARES:
            return [0]
        return [fen(grant.value_cny if grant.kind == "gift" else grant.amount_cny)]

    def closed(self, day):
        """Whether the programme does not run on a day."""
        starts, ends = self.programme.starts_on, self.programme.ends_on
        return (starts is not None and day < starts) or (ends is not None and day > ends)

    def refused(self, who, part_name, faces, day):
        """Return the reason of a cap or budget against claiming such coupons today, None where all is well."""
        at_once = self.programme.parts[part_name].at_once
        reason = self.limits.capped(who, part_name, len(faces), day, "claims")
        return reason or self.limits.over_budget(part_name, faces, day, at_once=at_once)

    def grant(self, who, name, faces, day):
        """Write coupons that are not claimed yet."""
        grant = Grant(who, name, day)
        number = len(self.coupons_of(who, name))
        grant.coupons = [Coupon(grant, number + place, face) for place, face in enumerate(faces, 1)]
        self.grants.append(grant)
        self.coupons.extend(grant.coupons)
        return grant

    def give(self, who, name, faces, day):
        """Grant what needs no claim."""
        grant = self.grant(who, name, faces, day)
        self.claim(grant, day)
        return grant

    def claim(self, grant, day):
        """Claim a grant: its coupons get their days."""
        grant.claimed = day
        part = self.programme.parts.get(grant.part)
        for coupon in grant.coupons:
            if part is None or part.at_once:
                coupon.effective = coupon.redeemed = day
            else:
                coupon.effective = self._first_free_day(grant, part.release, day)
                coupon.expires = self._expiry(part.validity, coupon.effective, day)
        self.light(grant.who, day)

    def _first_free_day(self, grant, release, day):
        """Return the first day from which the month has room for one more coupon of the part."""
        effective = day + release.wait_days * ONE_DAY
        others = [
            coupon.effective
            for coupon in self.coupons_of(grant.who, grant.part)
            if coupon.effective is not None and coupon.revoked is None
        ]
        while release.per_month is not None:
            if sum((day.year, day.month) == (effective.year, effective.month) for day in others) < release.per_month:
                break
            effective = next_month(effective)
        return effective

    def _expiry(self, validity, effective, claimed):
        """Return the last day of a coupon, None where it does not expire."""
        if validity is None:
            return None
        expires = last_day(effective, validity)
        return max(claimed, min(expires, self.programme.ends_on)) if validity.ends_with_programme else expires

    def icons(self, who):
        """Return how many icons are lit on a person's map."""
        stages, icons = self.programme.stages, 0
        for coupon in self.coupons:
            if coupon.grant.who == who and coupon.grant.part in stages.lit_by and coupon.revoked is None:
                icons += (coupon.claimed if stages.lit_on == "claim" else coupon.redeemed) is not None
        return icons

    def light(self, who, day):
        """Reach the stages that a person's icons open, one after the other."""
        stages = self.programme.stages
        if stages is None:
            return
        icons, steps = self.icons(who), [stage.at for stage in stages.stages]
        reached = sum(stage[0] == who for stage in self.stages)
        while reached < len(steps):
            if icons < (steps[reached] if stages.counting == "cumulative" else sum(steps[: reached + 1])):
                break
            reached += 1
            self.stages.append((who, reached, day))

    def lose(self, grant, day):
        """Do to a grant what the programme does when a refund takes its payment."""
        policy = self.programme.refunds
        takes = {"keep": (), "revoke_unused": ("qualified", "pending", "effective")}
        takes["claw_back"] = (*takes["revoke_unused"], "redeemed")
        for coupon in grant.coupons:
            if coupon.status(day) in takes[policy]:
                coupon.revoked = day
                grant.withdrawn = True
