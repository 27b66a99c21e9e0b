"""The campaign's desk in both textbook models: customers, calendar, contact lists, partner, messages and wages, in plain Python."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from random import Random
from types import SimpleNamespace

from benchmarks.accounts import Accounts
from benchmarks.behaviour import ACTIVE_DAYS, NEVER, PROSPECT, Customer, Subscription
from benchmarks.plain_numbers import plain_numbers
from benchmarks.reward_player import Player, plays
from benchmarks.shifts import roster
from benchmarks.weekly_coupons import Coupon, WeeklyRules
from simkit.params import Levers, Scenario, Strategy, resolve
from simkit.params.levers import MessageChannel
from simkit.population import PAYMENT_LEVELS, payment_level_ratios
from simkit.rewards import load_programme
from simkit.workdays import WorkCalendar

DAYS_PER_YEAR = 365.25
WORKING_WEEK = 5
STAFF_DAY_HOURS = 8


class Office:
    """One campaign: who the customers are, what day it is, what is planned for it and what has happened."""

    def __init__(self, scenario: Scenario, strategy: Strategy, seed: int) -> None:
        self.plain: SimpleNamespace = plain_numbers(scenario)
        self.levers: Levers = resolve(scenario, strategy).levers
        self.random = Random(seed)  # noqa: S311 - luck, not secrets
        self.accounts = Accounts()
        self.coupon_earned: Callable[[Customer, Coupon], None] = lambda *_: None
        self.payment_refunded: Callable[[Customer, int, int], None] = lambda *_: None
        self.campaign_days = scenario.calendar.campaign_days
        self.horizon = scenario.calendar.horizon_days
        self._scale = scenario.scale
        self._segments = scenario.segment_names
        calendar = WorkCalendar(scenario.calendar.start, self.horizon, scenario.calendar.extra_holidays)
        self._weekdays, self._weeks = calendar.weekday.tolist(), calendar.week.tolist()
        self._workdays: list[bool] = calendar.is_workday.tolist()
        offered, share = self.levers.offer.reward_programme, self.plain.costs.coupon_share
        self.rules = WeeklyRules.of(load_programme(offered), share) if offered else None
        self.day, self.week, self.weekday = 0, 0, self._weekdays[0]
        self.communities: list[list[Customer]] = []
        self.customers = list(self._make_customers(scenario.customers))
        self.members = [0] * len(self._segments)
        self.holders = [0] * len(self._segments)
        for customer in self.customers:
            customer.held_out = self.random.random() < self.levers.contact_policy.holdout_share
            if self.rules and not customer.held_out and plays(self.plain, self.random, customer.segment, self.rules):
                customer.player = Player(self.plain.rewards, self.random, customer.segment, self.rules)
            self.members[customer.segment] += 1
            self.holders[customer.segment] += customer.status != PROSPECT
        self.organic_chance = [0.0] * len(self._segments)
        field, calls = self.levers.field, self.levers.calls
        partner = self.plain.field.partners[field.partner] if field.partner else None
        self.partner = partner
        self.endorsement = partner.refusal_odds_ratio if partner else 1.0
        self._introduction = partner.at_home_ratio if partner else 1.0
        self._asked_communities = 0.0
        self.agreed: dict[int, list[Customer]] = {}
        self.doors = CallList(self.prospects(field.target_segments))
        self.human_list = self._dialling_list(calls.human_seats)
        self.machine_list = self._dialling_list(calls.ai_lines)
        self.offers_visits = field.teams > 0
        working = [day for day in range(self.campaign_days) if self.works(day, field.hours.works_on)]
        self.teams = roster(self.capacity(field.teams), working)
        inbound = self.capacity(calls.inbound_seats)
        # A number is answered all day, whatever the share of a seat that is simulated.
        self.answering_seats = max(inbound * (1 - self.plain.calls.shrinkage), 1.0) if inbound else 0.0
        self.answers = self.answering_seats > 0
        requests = self.plain.field.requests_per_1000_customers_a_day if field.accepts_requests else 0.0
        self._requests = self._spontaneous(requests, field.target_segments)
        enquiries = self.plain.calls.enquiries_per_1000_customers_a_day if self.answers else 0.0
        self._enquiries = self._spontaneous(enquiries, calls.target_segments)
        self._audiences = {channel: self._subscribe(channel) for channel in self.levers.messages}

    def _make_customers(self, count: int) -> Iterator[Customer]:
        segments, wallet = self.plain.segments, self.plain.wallet
        shares = [segment.share for segment in segments]
        ratios = payment_level_ratios(wallet.payment_spread).tolist()
        communities = max(1, round(count / self.plain.bank.community_size))
        self.communities = [[] for _ in range(communities)]
        for number in range(count):
            segment = self.random.choices(range(len(segments)), shares)[0]
            ratio = ratios[self.random.randrange(PAYMENT_LEVELS)]
            customer = Customer(self, number, segment, number * communities // count, ratio)
            self.communities[customer.community].append(customer)
            yield customer

    # --- the day

    def capacity(self, of_the_bank: float) -> float:
        """Return the simulated share of a whole bank's capacity."""
        return of_the_bank * self._scale

    def begin_day(self, day: int) -> None:
        """Turn the page of the calendar."""
        self.day, self.week, self.weekday = day, self._weeks[day], self._weekdays[day]

    def works(self, day: int, works_on: str) -> bool:
        """Say whether people with these working days work on a day."""
        return day < self.campaign_days and (works_on == "every_day" or self._workdays[day])

    def begin_evening(self) -> None:
        """Settle how contagious the wallet is tonight, and pay the day's wages."""
        wallet = self.plain.wallet
        for segment, holders in enumerate(self.holders):
            penetration = holders / max(self.members[segment], 1)
            hazard = (wallet.organic_innovation + wallet.organic_imitation * penetration) / DAYS_PER_YEAR
            self.organic_chance[segment] = 1 - math.exp(-hazard)
        field, calls = self.levers.field, self.levers.calls
        staff = self.teams.get(self.day, 0) * field.staff_per_team
        self.accounts.cost("staff", staff * self.plain.costs.staff_day)
        if self.works(self.day, calls.hours.works_on):
            seats = self.capacity(calls.human_seats) + self.capacity(calls.inbound_seats)
            self.accounts.cost("staff", seats * self.plain.costs.seat_day)

    def finish(self) -> Accounts:
        """Close the accounts after the last day."""
        recent = [customer for customer in self.customers if customer.last_payment_day > self.horizon - 1 - ACTIVE_DAYS]
        self.accounts["active at the end"] = len(recent)
        self.accounts["campaign_active at the end"] = sum(customer.opened_day != NEVER for customer in recent)
        self.accounts["lasting"] = sum(customer.lasting for customer in self.customers)
        for player in (customer.player for customer in self.customers if customer.player):
            player.card.audit(self.accounts, self.horizon, hunts=player.hunts)
        return self.accounts

    # --- lists

    def prospects(self, targets: tuple[str, ...] | None) -> list[Customer]:
        """Return the targeted customers without a wallet whom the campaign is for, in their order."""
        return [c for c in self.customers if c.status == PROSPECT and not c.held_out and self._targeted(c, targets)]

    def _targeted(self, customer: Customer, targets: tuple[str, ...] | None) -> bool:
        return targets is None or self._segments[customer.segment] in targets

    def _dialling_list(self, capacity: float) -> CallList:
        everyone = self.prospects(self.levers.calls.target_segments) if capacity else []
        callable_ones = [customer for customer in everyone if customer.takes_calls]
        self.random.shuffle(callable_ones)
        return CallList(callable_ones)

    def _spontaneous(self, per_1000_a_day: float, targets: tuple[str, ...] | None) -> dict[int, list[Customer]]:
        """Return who comes on which day of its own accord, each at most once."""
        plan: dict[int, list[Customer]] = {}
        for customer in self.prospects(targets) if per_1000_a_day else []:
            plan.setdefault(int(self.random.expovariate(per_1000_a_day / 1000)), []).append(customer)
        return plan

    def plan_doors(self, teams: int) -> list[deque[Customer]]:
        """Deal as many doors as the teams could possibly do, neighbours together, each team an equal share."""
        field, hours = self.plain.field, self.levers.field.hours
        minutes = sum(ends - starts for starts, ends in hours.stretches) * 60
        doors = math.ceil(minutes / max(field.walk + min(field.not_home, field.refuse), 0.5)) * teams
        today: list[Customer] = []
        while len(today) < doors and (customer := self.doors.next(self.day)) is not None:
            today.append(customer)
            customer.busy_day = self.day
        today.sort(key=lambda customer: customer.number)
        return [deque(today[len(today) * i // teams : len(today) * (i + 1) // teams]) for i in range(teams)]

    def ask_partner(self) -> None:
        """Have the partner ask the week's communities for appointments, spread over five days."""
        if self.partner is None:
            return
        first = round(self._asked_communities)
        self._asked_communities += self.capacity(self.levers.field.partner_communities_per_week)
        last = min(round(self._asked_communities), len(self.communities))
        self.accounts.cost("partner", max(last - first, 0) * self.partner.cost_per_community)
        targets = self.levers.field.target_segments
        for customer in chain.from_iterable(self.communities[first:last]):
            asked = self._targeted(customer, targets) and customer.may_be_contacted()
            if asked and self.random.random() < self.partner.sign_up[customer.segment]:
                days = (customer.community - first) * WORKING_WEEK // (last - first)
                self.book(customer, self.day + days)

    def book(self, customer: Customer, day: int) -> None:
        """Note that a customer agrees on `day` to be visited."""
        if not customer.booked and customer.status == PROSPECT:
            customer.booked = True
            self.agreed.setdefault(day + self.levers.field.appointment_lead_days, []).append(customer)

    def due_appointments(self) -> list[Customer]:
        """Return who is to be visited from today on, neighbours in a row; who asked on a day off is heard today."""
        for customer in take_due(self._requests, self.day):
            self.book(customer, self.day)
        due = (customer for customer in take_due(self.agreed, self.day) if customer.status == PROSPECT)
        return sorted(due, key=lambda customer: customer.number)

    @property
    def last_day_on_duty(self) -> int:
        """The last day on which teams work; -1 without teams."""
        return max(self.teams, default=-1)

    def end_visits(self, waiting: Iterable[Customer]) -> None:
        """Tell those who wait for a visit, or agreed to one on a later day, that there will be none."""
        agreed = take_due(self.agreed, max(self.agreed, default=0))
        for customer in [*waiting, *(customer for customer in agreed if customer.status == PROSPECT)]:
            self.contact(customer, "appointment", "lapsed")

    def enquirers(self) -> list[Customer]:
        """Return who rings today of its own accord."""
        return [customer for customer in self._enquiries.get(self.day, []) if customer.status == PROSPECT]

    def invitations(self) -> Iterator[list[Customer]]:
        """Walk over today's events: who comes to each."""
        events = self.plain.events
        a_day = self.levers.events.per_branch_month * self.capacity(self.plain.bank.branches) * 12 / DAYS_PER_YEAR
        communities = len(self.communities)
        invited = min(round(events.communities), communities)
        for number in range(int(a_day * self.day), int(a_day * (self.day + 1))):
            first = number * invited + communities // 2
            turn = sorted(community % communities for community in range(first, first + invited))
            coming = [
                customer
                for community in turn
                for customer in self.communities[community]
                if customer.status == PROSPECT
                and self._targeted(customer, self.levers.events.target_segments)
                and customer.free_today()
                and self.random.random() < events.attend[customer.segment]
            ]
            for customer in coming:
                customer.busy_day = self.day
            booths = self.levers.events.booths * self.levers.events.staff_per_booth
            self.accounts.cost("event", self.plain.costs.event)
            self.accounts.cost("staff", booths * events.hours / STAFF_DAY_HOURS * self.plain.costs.staff_day)
            yield coming

    # --- contacts

    def _subscribe(self, channel: MessageChannel) -> list[tuple[Customer, Subscription]]:
        message = self.plain.messages[channel]
        return [
            (customer, Subscription(delivered=self.random.random() < message.delivered))
            for customer in self.prospects(self.levers.messages[channel].target_segments)
            if self.random.random() < message.reach[customer.segment]
        ]

    def send_messages(self) -> None:
        """Send what is due today to everyone who is reachable and under the cap."""
        if self.day >= self.campaign_days:
            return
        for channel, lever in self.levers.messages.items():
            since = self.day - lever.first_day
            if since < 0 or since % lever.every_days:
                continue
            message = self.plain.messages[channel]
            self._audiences[channel] = [
                (customer, place)
                for customer, place in self._audiences[channel]
                if customer.status == PROSPECT and not place.opted_out
            ]
            for customer, place in self._audiences[channel]:
                if customer.may_be_contacted():
                    self.accounts.cost("message", message.unit_cost)
                    self.contact(customer, channel, customer.receive(message, place))

    def contact(self, customer: Customer, channel: str, outcome: str) -> None:
        """Note how a contact ended and open the wallet if it did so and another channel was not quicker today."""
        opens = outcome in {"opened", "opened_and_paid"}
        if opens and customer.status != PROSPECT:
            opens, outcome = False, "no_interest"
        self.accounts.contact(channel, outcome)
        if opens:
            customer.open(channel, paid=outcome == "opened_and_paid")

    def at_home(self, customer: Customer, *, evening: bool) -> bool:
        """Say whether a door opens."""
        field = self.plain.field
        shares = field.at_home_evening if evening else field.at_home_weekday
        if not self._workdays[self.day]:
            shares = field.at_home_weekend
        at_home: float = shares[customer.segment] * self._introduction
        return self.random.random() < at_home

    def knock(self, customer: Customer, *, evening: bool) -> float:
        """Knock at a door, on the list again if it is worth it; return the minutes spent there."""
        field = self.levers.field
        customer.attempts += 1
        if self.at_home(customer, evening=evening):
            outcome, minutes = customer.talk_at_home("door", self.endorsement)
        else:
            outcome, minutes = "not_home", self.plain.field.not_home
        if outcome in {"not_home", "come_back"} and customer.attempts < field.max_attempts:
            self.doors.again(customer, self.day + field.revisit_after_days)
        self.contact(customer, "visit", outcome)
        return minutes

    def keep_appointment(self, customer: Customer) -> tuple[str, float]:
        """Visit a customer who agreed; return the outcome and the minutes. The caller notes the contact when it ends."""
        customer.booked = False
        customer.attempts += 1
        if self.random.random() < self.plain.field.no_show:
            return "no_show", self.plain.field.no_show_wait
        return customer.talk_at_home("appointment", self.endorsement)

    def dial_by_hand(self, customer: Customer) -> tuple[str, float]:
        """Call a customer, on the list again if it is worth it; return outcome and minutes. The caller notes the contact."""
        outcome, minutes = customer.answer_person(visits_offered=self.offers_visits)
        if outcome not in {"opened", "visit_agreed"}:
            self._call_again(customer, "human_call", self.human_list)
        customer.busy_day = self.day
        return outcome, minutes

    def dial_by_machine(self, customer: Customer) -> tuple[str, float, float]:
        """Let a machine call; return outcome, minutes and the chance of a transferred customer to open."""
        outcome, minutes, chance = customer.answer_machine(transfers=self.answers)
        if outcome not in {"opened", "transferred", "interested"}:
            self._call_again(customer, "ai_call", self.machine_list)
        customer.busy_day = self.day
        self.accounts.cost("call", self.plain.costs.ai_dial)
        return ("no_interest" if outcome == "interested" else outcome), minutes, chance

    def _call_again(self, customer: Customer, channel: str, calls: CallList) -> None:
        customer.calls[channel] += 1
        if customer.calls[channel] < self.levers.calls.max_calls:
            calls.again(customer, self.day + self.levers.calls.days_between_calls)


def take_due(plan: dict[int, list[Customer]], day: int) -> list[Customer]:
    """Take from a plan who is due by `day`, the earliest first."""
    return [customer for when in sorted(plan) if when <= day for customer in plan.pop(when)]


class CallList:
    """Customers to be tried in a fixed order, those to be tried again first; who has opened a wallet drops out."""

    def __init__(self, order: list[Customer]) -> None:
        self._new = deque(order)
        self._due: deque[Customer] = deque()
        self._later: dict[int, list[Customer]] = {}
        self._day = NEVER

    def next(self, day: int) -> Customer | None:
        """Take the next customer who is free on `day`, or None when there is no more; who is not is tried the next day."""
        if self._day != day:
            self._day = day
            self._due.extend(take_due(self._later, day))
        while self._due or self._new:
            customer = self._due.popleft() if self._due else self._new.popleft()
            if customer.status != PROSPECT:
                continue
            if customer.free_today():
                return customer
            self.again(customer, day + 1)
        return None

    def again(self, customer: Customer, day: int) -> None:
        """Have a customer tried again on `day` or the first working day after it."""
        self._later.setdefault(day, []).append(customer)
