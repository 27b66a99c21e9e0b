"""The same campaign as agents of Mesa, with a daily step: teams, seats, lines and customers in turn.

Mesa has no queues, so capacity is minutes a day: who finds none left goes without (a visitor leaves, a caller hangs up). It serves
as a measure of speed; the judge of results is the SimPy model.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from itertools import pairwise

import mesa

from benchmarks.accounts import Accounts
from benchmarks.behaviour import PROSPECT, Customer
from benchmarks.office import CallList, Office
from benchmarks.shifts import shares
from benchmarks.weekly_coupons import Coupon
from simkit.params import Hours, Scenario, Strategy

REFUND, CLAIM, REDEMPTION, END = range(4)


def run_mesa(scenario: Scenario, strategy: Strategy, seed: int) -> Accounts:
    """Simulate a campaign with Mesa and return its figures."""
    model = MesaCampaign(scenario, strategy, seed)
    for _ in range(model.office.horizon):
        model.step()
    return model.office.finish()


class MesaCampaign(mesa.Model):
    """A bank whose customers and staff are agents."""

    def __init__(self, scenario: Scenario, strategy: Strategy, seed: int) -> None:
        super().__init__(seed=seed)
        self.office = Office(scenario, strategy, seed)
        self.office.coupon_earned = lambda customer, coupon: self._wallets[customer.number].earn(coupon)
        self.office.payment_refunded = lambda customer, week, day: self._wallets[customer.number].refund(week, day)
        self.appointments: deque[Customer] = deque()
        self.callers: deque[tuple[Customer, float]] = deque()
        levers, at_work = self.office.levers, 1 - self.office.plain.calls.shrinkage
        self._wallets = [CustomerAgent(self, customer) for customer in self.office.customers]
        self._teams = [TeamAgent(self, 1.0) for _ in range(max(self.office.teams.values(), default=0))]
        for share in shares(self.office.capacity(levers.calls.human_seats) * at_work):
            SeatAgent(self, share, self.office.human_list)
        for share in shares(self.office.capacity(levers.calls.ai_lines)):
            LineAgent(self, share, self.office.machine_list)
        for share in shares(self.office.answering_seats):
            AnsweringAgent(self, share)

    def step(self) -> None:
        """Play a day."""
        office, day = self.office, self.steps - 1
        office.begin_day(day)
        office.send_messages()
        if day < office.campaign_days:
            self._work(day)
        if day == office.last_day_on_duty:
            office.end_visits(self.appointments)
            self.appointments.clear()
        office.begin_evening()
        self.agents_by_type[CustomerAgent].shuffle_do("step")

    def _work(self, day: int) -> None:
        office, levers = self.office, self.office.levers
        if office.weekday == 0:
            office.ask_partner()
        if teams := office.teams.get(day):
            self.appointments.extend(office.due_appointments())
            for customer in self.appointments:
                customer.busy_day = day
            if levers.field.doors:
                self._deal_doors(teams)
            for team in self._teams[:teams]:
                team.step()
        for visitors in office.invitations():
            self._event(visitors)
        if office.works(day, levers.calls.hours.works_on):
            self._calls()

    def _deal_doors(self, teams: int) -> None:
        for team in self._teams:
            for customer in team.doors:
                self.office.doors.again(customer, self.office.day)
            team.doors.clear()
        for team, doors in zip(self._teams, self.office.plan_doors(teams), strict=False):
            team.doors = doors

    def _event(self, visitors: list[Customer]) -> None:
        minutes = self.office.levers.events.booths * self.office.plain.events.hours * 60
        for customer in self.random.sample(visitors, len(visitors)):
            if minutes <= 0:
                self.office.contact(customer, "community_event", "left_queue")
                continue
            outcome, taken = customer.talk_at_booth()
            minutes -= taken
            self.office.contact(customer, "community_event", outcome)
            self.office.accounts.service("event_booth", taken)

    def _calls(self) -> None:
        office = self.office
        for agents in (SeatAgent, LineAgent):
            if agents in self.agents_by_type:
                self.agents_by_type[agents].shuffle_do("step")
        if office.answers:
            for customer in office.enquirers():
                chance = customer.chance(office.plain.calls.enquiry_convert[customer.segment])
                self.callers.append((customer, chance))
            self.agents_by_type[AnsweringAgent].shuffle_do("step")
        for customer, _ in self.callers:
            office.contact(customer, "inbound_call", "abandoned")
        self.callers.clear()


class CustomerAgent(mesa.Agent):
    """A customer, and what it means to do about its coupons on which day: refunds before claims before redemptions."""

    def __init__(self, model: MesaCampaign, customer: Customer) -> None:
        super().__init__(model)
        self.customer = customer
        self.diary: dict[int, list[tuple[int, Callable[[], object]]]] = {}

    def step(self) -> None:
        """Live a day."""
        for _, act in sorted(self.diary.pop(self.model.office.day, []), key=lambda entry: entry[0]):
            act()
        self.customer.evening()

    def earn(self, coupon: Coupon) -> None:
        """Get a coupon, to be claimed or lapsed."""
        player = self.customer.player
        if player is None:
            return
        days = player.days_to_claim()
        if days is not None:
            self._mean_to(coupon.qualified + days, CLAIM, lambda: self._claim(coupon))
        lapses = coupon.qualified + player.card.rules.days_to_claim + 1
        self._mean_to(lapses, END, lambda: player.card.too_late(coupon, lapses))

    def refund(self, week: int, day: int) -> None:
        """Have a payment of a week refunded on a day."""
        player = self.customer.player
        if player:
            self._mean_to(day, REFUND, lambda: player.card.refund(week, day))

    def _claim(self, coupon: Coupon) -> None:
        player, day = self.customer.player, self.model.office.day
        if player is None or not player.card.claim(coupon, day):
            return
        days = player.days_to_redeem()
        if days is not None:
            self._mean_to(day + days, REDEMPTION, lambda: player.card.redeem(coupon, day + days))
        expires = day + player.card.rules.days_valid + 1
        self._mean_to(expires, END, lambda: player.card.too_late(coupon, expires))

    def _mean_to(self, day: int, order: int, act: Callable[[], object]) -> None:
        self.diary.setdefault(day, []).append((order, act))


class WorkerAgent(mesa.Agent):
    """Someone with a share of a shift."""

    def __init__(self, model: MesaCampaign, share: float) -> None:
        super().__init__(model)
        self.share = share

    def minutes(self, hours: Hours) -> float:
        """Return the minutes of the shift."""
        return self.share * sum(ends - starts for starts, ends in hours.stretches) * 60


class TeamAgent(WorkerAgent):
    """A visit team: appointments first, doors in the time that is left."""

    def __init__(self, model: MesaCampaign, share: float) -> None:
        super().__init__(model, share)
        self.doors: deque[Customer] = deque()
        self.overtime = 0.0

    def step(self) -> None:
        """Work a day."""
        office, field = self.model.office, self.model.office.plain.field
        hours = office.levers.field.hours
        left = self.minutes(hours) - 2 * field.travel_from_branch - self.overtime
        evening = max(hours.ends - field.evening_hour, 0.0) * 60
        office.accounts.service("field_team", 2 * field.travel_from_branch, served=0)
        while left > 0 and self.model.appointments:
            left -= self._visit(self.model.appointments.popleft())
        doors = self.doors
        ways = [field.walk] + [
            field.walk if one.community == two.community else field.travel_between_communities
            for one, two in pairwise(doors)
        ]
        for way in ways:
            if left <= 0 or not doors:
                break
            minutes = way + office.knock(doors.popleft(), evening=left < evening)
            office.accounts.service("field_team", minutes, served=0)
            left -= minutes
        self.overtime = max(-left, 0.0)

    def _visit(self, customer: Customer) -> float:
        office: Office = self.model.office
        if customer.status != PROSPECT:
            customer.booked = False
            office.contact(customer, "appointment", "cancelled")
            return 0.0
        outcome, minutes = office.keep_appointment(customer)
        office.contact(customer, "appointment", outcome)
        way: float = office.plain.field.travel_between_communities
        minutes += way
        office.accounts.service("field_team", minutes)
        return minutes


class DiallingAgent(WorkerAgent):
    """A seat or line that works off a list; overtime is taken off the next shift."""

    def __init__(self, model: MesaCampaign, share: float, calls: CallList) -> None:
        super().__init__(model, share)
        self.calls = calls
        self.overtime = 0.0

    def step(self) -> None:
        """Work a day."""
        office = self.model.office
        left = self.minutes(office.levers.calls.hours) - self.overtime
        while left > 0 and (customer := self.calls.next(office.day)) is not None:
            left -= self.dial(customer)
        self.overtime = max(-left, 0.0)

    @abstractmethod
    def dial(self, customer: Customer) -> float:
        """Call a customer; return the minutes."""


class SeatAgent(DiallingAgent):
    """A seat that dials."""

    def dial(self, customer: Customer) -> float:
        """Call a customer; return the minutes."""
        office: Office = self.model.office
        outcome, minutes = office.dial_by_hand(customer)
        office.contact(customer, "human_call", outcome)
        office.accounts.service("human_seat", minutes)
        if outcome == "visit_agreed":
            office.book(customer, office.day)
        return minutes


class LineAgent(DiallingAgent):
    """A machine line that dials and passes on who is interested."""

    def dial(self, customer: Customer) -> float:
        """Call a customer; return the minutes."""
        office: Office = self.model.office
        outcome, minutes, chance = office.dial_by_machine(customer)
        office.contact(customer, "ai_call", outcome)
        office.accounts.service("ai_line", minutes)
        if outcome == "transferred":
            self.model.callers.append((customer, chance))
        return minutes


class AnsweringAgent(WorkerAgent):
    """A seat that answers."""

    def step(self) -> None:
        """Work a day."""
        office = self.model.office
        left = self.minutes(office.levers.calls.hours)
        while left > 0 and self.model.callers:
            customer, chance = self.model.callers.popleft()
            opens = office.random.random() < chance
            minutes = customer.talk_minutes()
            left -= minutes
            office.contact(customer, "inbound_call", "opened" if opens else "no_interest")
            office.accounts.service("inbound_seat", minutes)
