"""The textbook model and our oracle: SimPy, one process for each customer that wakes daily, and one for each visit, call and coupon.

Written as a user of SimPy writes a first model: whoever waits is a process, and whatever is scarce is a resource. The unit of
time is one day.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, cast

import simpy

from benchmarks.accounts import Accounts
from benchmarks.behaviour import PROSPECT, Customer
from benchmarks.office import Office
from benchmarks.reward_player import Player
from benchmarks.shifts import Stretches, shares, stretches
from benchmarks.weekly_coupons import Coupon
from simkit.params import Hours, Scenario, Strategy

Process = Generator[simpy.Event, Any, None]
MINUTE = 1 / (24 * 60)
HOUR = 1 / 24
REFUNDS, CLAIMS, REDEMPTIONS = 1 * HOUR, 2 * HOUR, 3 * HOUR
OFFICE_EVENING, HOME_EVENING = 22.5 * HOUR, 23 * HOUR
ROUND = HOUR


@dataclass
class Appointment:
    """A visit that a customer waits for from `due` until `lapses`."""

    customer: Customer
    due: float
    lapses: float


@dataclass
class Call:
    """A caller on the hotline, with the chance to open the wallet when answered."""

    customer: Customer
    chance: float
    answered: simpy.Event


def run_per_customer(scenario: Scenario, strategy: Strategy, seed: int) -> Accounts:
    """Simulate a campaign, one process a customer, and return its figures."""
    return PerCustomerCampaign(scenario, strategy, seed).run()


class PerCustomerCampaign:
    """The processes of one campaign."""

    def __init__(self, scenario: Scenario, strategy: Strategy, seed: int) -> None:
        self.environment = simpy.Environment()
        self.office = Office(scenario, strategy, seed)
        self.office.coupon_earned = self._coupon_earned
        self.office.payment_refunded = lambda customer, week, day: self._start(self._refund(customer, week, day))
        self.appointments: deque[Appointment] = deque()
        self.hotline = simpy.Store(self.environment)
        levers, calls = self.office.levers, self.office.plain.calls
        at_work = 1 - calls.shrinkage
        most_teams = max(self.office.teams.values(), default=0)
        self.doors: list[deque[Customer]] = [deque() for _ in range(most_teams)]
        self._start(self._days())
        for number in range(most_teams):
            self._start(self._field_team(number))
        for share in shares(self.office.capacity(levers.calls.human_seats) * at_work):
            self._start(self._dialling(levers.calls.hours, share, self._seat))
        for share in shares(self.office.capacity(levers.calls.ai_lines)):
            self._start(self._dialling(levers.calls.hours, share, self._machine))
        for number, share in enumerate(shares(self.office.answering_seats)):
            hours = stretches(levers.calls.hours, share, late_break=number % 2 == 1)
            self._start(self._answering(hours))
        for customer in self.office.customers:
            self._start(self._living(customer))

    def run(self) -> Accounts:
        """Let time pass."""
        self.environment.run(until=self.office.horizon)
        return self.office.finish()

    def _start(self, process: Process) -> None:
        self.environment.process(process)

    def _until(self, time: float) -> simpy.Event:
        return self.environment.timeout(max(time - self.environment.now, 0.0))

    def _minutes(self, minutes: float) -> simpy.Event:
        return self.environment.timeout(minutes * MINUTE)

    # --- days

    def _days(self) -> Process:
        """The office's day: messages and plans in the morning, wages in the evening."""
        for day in range(self.office.horizon):
            yield self._until(day)
            self.office.begin_day(day)
            self.office.send_messages()
            if day < self.office.campaign_days:
                self._plan(day)
            yield self._until(day + OFFICE_EVENING)
            self.office.begin_evening()
            while self.appointments and self.appointments[0].lapses < day + 1:
                self._drop(self.appointments.popleft(), "lapsed")
            if day == self.office.last_day_on_duty:
                self.office.end_visits(appointment.customer for appointment in self.appointments)
                self.appointments.clear()

    def _plan(self, day: int) -> None:
        office, levers = self.office, self.office.levers
        if office.weekday == 0:
            office.ask_partner()
        if teams := office.teams.get(day):
            self._plan_visits(day, teams)
        for visitors in office.invitations():
            self._start(self._event(visitors, day + levers.events.starts * HOUR))
        if office.answers and office.works(day, levers.calls.hours.works_on):
            hours = levers.calls.hours
            for customer in office.enquirers():
                rings = day + office.random.uniform(hours.starts, hours.ends) * HOUR
                chance = customer.chance(office.plain.calls.enquiry_convert[customer.segment])
                self._start(self._caller(customer, chance, rings))

    def _plan_visits(self, day: int, teams: int) -> None:
        office, field = self.office, self.office.levers.field
        due = office.due_appointments()
        times = sorted(day + office.random.uniform(field.hours.starts, field.hours.ends) * HOUR for _ in due)
        for customer, time in zip(due, times, strict=True):
            self.appointments.append(Appointment(customer, time, time + field.appointment_max_wait_days))
        for appointment in self.appointments:  # who waits for a visit is left alone by everyone else
            appointment.customer.busy_day = day
        if field.doors:
            for left in self.doors:
                for customer in left:
                    office.doors.again(customer, day)
            self.doors = office.plan_doors(teams)

    def _living(self, customer: Customer) -> Process:
        """A customer's life: every evening a look at the wallet."""
        yield self._until(HOME_EVENING)
        while True:
            customer.evening()
            yield self.environment.timeout(1)

    # --- rewards

    def _coupon_earned(self, customer: Customer, coupon: Coupon) -> None:
        if customer.player:
            self._start(self._coupon(customer.player, coupon))

    def _coupon(self, player: Player, coupon: Coupon) -> Process:
        """A coupon's life: claimed in time or lapsed, then redeemed in time or expired; a refund may cut it short."""
        card = player.card
        last_day = coupon.qualified + card.rules.days_to_claim
        days = player.days_to_claim()
        if days is not None and coupon.qualified + days <= last_day:
            yield self._until(coupon.qualified + days + CLAIMS)
            if card.claim(coupon, coupon.qualified + days):
                yield from self._claimed(player, coupon)
                return
        yield self._until(last_day + 1)
        card.too_late(coupon, last_day + 1)

    def _claimed(self, player: Player, coupon: Coupon) -> Process:
        last_day, days = coupon.claimed + player.card.rules.days_valid, player.days_to_redeem()
        if days is not None and coupon.claimed + days <= last_day:
            yield self._until(coupon.claimed + days + REDEMPTIONS)
            player.card.redeem(coupon, coupon.claimed + days)
            return
        yield self._until(last_day + 1)
        player.card.too_late(coupon, last_day + 1)

    def _refund(self, customer: Customer, week: int, day: int) -> Process:
        yield self._until(day + REFUNDS)
        if customer.player:
            customer.player.card.refund(week, day)

    # --- the field

    def _field_team(self, number: int) -> Process:
        """A team's campaign: every day on duty from the branch to appointments and doors and back; overtime is taken off later."""
        office, field, hours = self.office, self.office.plain.field, self.office.levers.field.hours.stretches
        overtime = 0.0
        for day in (day for day, teams in office.teams.items() if number < teams):
            for position, (opens, closes) in enumerate(hours):
                way_out = field.travel_from_branch * MINUTE if position == 0 else 0.0
                way_back = field.travel_from_branch * MINUTE if position == len(hours) - 1 else 0.0
                yield self._until(day + opens * HOUR + way_out)
                office.accounts.service("field_team", (way_out + way_back) / MINUTE, served=0)
                ends = day + closes * HOUR - way_back - overtime
                yield from self._stretch(number, ends)
                overtime = max(self.environment.now - ends, 0.0)

    def _stretch(self, number: int, closes: float) -> Process:
        """Work without a break; between two rounds of doors look whether an appointment is due."""
        field, community = self.office.plain.field, -1
        while self.environment.now < closes:
            doors = self.doors[number]
            appointment = self._next_appointment(self.environment.now if doors else closes)
            if appointment is not None:
                elsewhere = appointment.customer.community != community
                way = field.travel_between_communities if elsewhere else field.walk
                community = appointment.customer.community
                yield from self._appointment(appointment, way)
            elif doors:
                community = -1
                yield from self._round(doors, min(closes, self.environment.now + ROUND))
            else:
                return

    def _next_appointment(self, due_by: float) -> Appointment | None:
        while self.appointments and self.appointments[0].due <= due_by:
            appointment = self.appointments.popleft()
            if appointment.lapses < self.environment.now:
                self._drop(appointment, "lapsed")
            elif appointment.customer.status != PROSPECT:
                self._drop(appointment, "cancelled")
            else:
                return appointment
        return None

    def _drop(self, appointment: Appointment, outcome: str) -> None:
        appointment.customer.booked = False
        self.office.contact(appointment.customer, "appointment", outcome)

    def _appointment(self, appointment: Appointment, way: float) -> Process:
        yield self.environment.timeout(max(way * MINUTE, appointment.due - self.environment.now))
        outcome, minutes = self.office.keep_appointment(appointment.customer)
        self.office.contact(appointment.customer, "appointment", outcome)
        self.office.accounts.service("field_team", way + minutes)
        yield self._minutes(minutes)

    def _round(self, doors: deque[Customer], until: float) -> Process:
        """Knock at one door after the other until the hour is over."""
        field, community = self.office.plain.field, doors[0].community
        while doors and self.environment.now < until:
            customer = doors.popleft()
            way = field.walk if customer.community == community else field.travel_between_communities
            community = customer.community
            evening = self.environment.now % 1 >= field.evening_hour * HOUR
            minutes = way + self.office.knock(customer, evening=evening)
            self.office.accounts.service("field_team", minutes, served=0)
            yield self._minutes(minutes)

    # --- community events

    def _event(self, visitors: list[Customer], begins: float) -> Process:
        """An event: booths for some hours, and visitors who come when they like."""
        length = self.office.plain.events.hours * HOUR
        booths = simpy.Resource(self.environment, capacity=self.office.levers.events.booths)
        for customer in visitors:
            arrives = begins + self.office.random.random() * length
            self._start(self._visitor(customer, booths, arrives, begins + length))
        yield self._until(begins + length)

    def _visitor(self, customer: Customer, booths: simpy.Resource, arrives: float, ends: float) -> Process:
        yield self._until(arrives)
        patience = self.office.random.expovariate(1 / self.office.plain.events.patience[customer.segment]) * MINUTE
        with booths.request() as turn:
            yield turn | self._until(min(arrives + patience, ends))
            if not turn.triggered:
                self.office.contact(customer, "community_event", "left_queue")
                return
            outcome, minutes = customer.talk_at_booth()
            self.office.contact(customer, "community_event", outcome)
            self.office.accounts.service("event_booth", minutes)
            yield self._minutes(minutes)

    # --- calls

    def _dialling(self, hours: Hours, share: float, dial: Callable[[float], Process]) -> Process:
        """A dialling seat's or line's campaign: `dial` until the stretch closes; overtime is taken off the next stretch."""
        overtime = 0.0
        for day in range(self.office.campaign_days):
            if not self.office.works(day, hours.works_on):
                continue
            for opens, closes in stretches(hours, share):
                yield self._until(day + opens * HOUR + overtime)
                yield from dial(day + closes * HOUR)
                overtime = max(self.environment.now - day - closes * HOUR, 0.0)

    def _seat(self, closes: float) -> Process:
        """People choose whom they call before machines do: the calls of a stretch are dealt with when it opens."""
        office, begins = self.office, self.environment.now
        while begins < closes and (customer := office.human_list.next(office.day)) is not None:
            outcome, minutes = office.dial_by_hand(customer)
            office.contact(customer, "human_call", outcome)
            office.accounts.service("human_seat", minutes)
            if outcome == "visit_agreed":
                office.book(customer, office.day)
            begins += minutes * HOUR / 60
        yield self._until(begins)

    def _machine(self, closes: float) -> Process:
        office = self.office
        while self.environment.now < closes and (customer := office.machine_list.next(office.day)) is not None:
            outcome, minutes, chance = office.dial_by_machine(customer)
            office.contact(customer, "ai_call", outcome)
            office.accounts.service("ai_line", minutes)
            yield self._minutes(minutes)
            if outcome == "transferred":
                self._start(self._caller(customer, chance, self.environment.now))

    def _caller(self, customer: Customer, chance: float, rings: float) -> Process:
        """Someone on the line: answered, or gone when patience ends."""
        yield self._until(rings)
        call = Call(customer, chance, self.environment.event())
        yield self.hotline.put(call)
        patience = self.office.random.expovariate(1 / self.office.plain.calls.patience[customer.segment])
        yield call.answered | self._minutes(patience)
        if not call.answered.triggered:
            self.hotline.items.remove(call)
            self.office.contact(customer, "inbound_call", "abandoned")

    def _answering(self, hours: Stretches) -> Process:
        """An answering seat's campaign."""
        for day in range(self.office.campaign_days):
            if not self.office.works(day, self.office.levers.calls.hours.works_on):
                continue
            for opens, closes in hours:
                yield self._until(day + opens * HOUR)
                yield from self._answer(day + closes * HOUR)

    def _answer(self, closes: float) -> Process:
        while self.environment.now < closes:
            waiting = self.hotline.get()
            yield waiting | self._until(closes)
            if not waiting.triggered:
                waiting.cancel()
                return
            call = cast("Call", waiting.value)
            call.answered.succeed()
            opens = self.office.random.random() < call.chance
            self.office.contact(call.customer, "inbound_call", "opened" if opens else "no_interest")
            minutes = call.customer.talk_minutes()
            self.office.accounts.service("inbound_seat", minutes)
            yield self._minutes(minutes)
