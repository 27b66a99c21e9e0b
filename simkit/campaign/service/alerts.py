"""Alerts: a measure that passes its threshold leads to an action after a delay, and the bank sees whether it recovers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.each_once import each_once
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.service.watch import CONTACTS, measured
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.world import World
from simkit.params.mechanisms.service import AlertRule, Watched

_SEAT_DAY_HOURS = 8
_MORNING = 9.0
_OF_SIGNALS: dict[Watched, tuple[Signal, ...]] = {
    "support_abandonment": (Signal.UNSOLVED,),
    "support_wait": (Signal.WAITED,),
    "dormant_share": (Signal.STOPPED,),
}


@dataclass
class _Rule:
    """One rule, and its alert while one is open: raised on a day, acted upon from another."""

    rule: AlertRule
    raised: int | None = None
    concerned: dict[int, list[NDArray[np.integer]]] = field(default_factory=dict)

    @property
    def acts(self) -> int | None:
        """The day of the action."""
        return None if self.raised is None else self.raised + 1 + self.rule.delay_days

    def window(self, day: int) -> range:
        """The days over which the measure is taken; after an action those since it."""
        first = max(day - self.rule.window_days + 1, self.acts or 0)
        return range(first, day + 1)

    def note(self, customers: NDArray[np.integer], day: int) -> None:
        """Keep who is concerned, for an apology."""
        self.concerned.setdefault(day, []).append(customers)


class AlertPlay(Mechanism):
    """Rules that are looked at every evening of the campaign; a rule with an open alert raises no other."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        alerts, levers = world.scenario.alerts, world.levers.alerts
        if alerts is None or levers is None:
            raise ValueError("alerts take part only where scenario and strategy have them")
        self._world, self._alerts, self._messages = world, alerts, outreach.messages
        self._rules = [_Rule(rule) for rule in levers.rules.values()]
        self._raised = self._acted = 0
        self._days_to_recovery: list[int] = []
        self._cost = 0.0
        for one in self._rules:
            if one.rule.action == "apology":
                self._listen(one)

    def begin_day(self, day: int) -> None:
        """Do what falls due this morning."""
        for one in self._rules:
            if one.acts == day:
                self._acted += 1
                self._act(one, day)

    def end_day(self, day: int) -> None:
        """Raise alerts, and close those whose measure has recovered or whose time is over."""
        for one in self._rules:
            if one.raised is None and day < self._world.campaign_days:
                value = measured(self._world, one.rule.measure, one.window(day))
                if value is not None and value > one.rule.threshold:
                    one.raised = day
                    self._raised += 1
            elif one.raised is not None and one.acts is not None and day >= one.acts:
                self._look_back(one, one.raised, day)

    def finish(self) -> None:
        """Write how often there was an alert, an action and a recovery."""
        ledger = self._world.ledger
        ledger.figure("alerts_raised", self._raised)
        ledger.figure("recovery_actions", self._acted)
        ledger.figure("alerts_recovered", len(self._days_to_recovery))
        ledger.figure("recovery_cost", self._cost)
        if self._days_to_recovery:
            ledger.figure("recovery_days", float(np.mean(self._days_to_recovery)))

    def _look_back(self, one: _Rule, raised: int, day: int) -> None:
        """Close an alert: recovered once a whole window since the action is below the threshold, or given up in the end."""
        value = measured(self._world, one.rule.measure, one.window(day))
        whole = len(one.window(day)) == one.rule.window_days
        over = day >= raised + one.rule.delay_days + one.rule.lasts_days + one.rule.window_days
        if whole and value is not None and value <= one.rule.threshold:
            self._days_to_recovery.append(day - raised)
            one.raised = None
        elif over:
            one.raised = None

    def _act(self, one: _Rule, day: int) -> None:
        until = min(day + one.rule.lasts_days, self._world.scenario.calendar.horizon_days)
        match one.rule.action:
            case "hotline_seats":
                hours = self._world.levers.calls.hours
                working = [then for then in range(day, until) if self._world.works(then, hours.works_on)]
                self._call_in(Resource.INBOUND_SEAT, Channel.INBOUND_CALL, working, one.rule.seats)
            case "support_seats":
                desk = self._world.levers.support_desk
                assert desk is not None  # noqa: S101 - levers without a desk cannot have this action
                open_on = np.flatnonzero(self._world.calendar.is_workday[day:until] | (desk.works_on == "every_day"))
                share = (desk.ends - desk.starts) / _SEAT_DAY_HOURS
                working = (day + open_on).tolist()
                self._call_in(Resource.SUPPORT_SEAT, Channel.SUPPORT_DESK, working, one.rule.seats, share)
            case "pause_messages":
                self._messages.pause(until)
            case "apology":
                self._apologise(one, day)

    def _call_in(
        self, resource: Resource, channel: Channel, working: list[int], seats: float, seat_days: float = 1.0
    ) -> None:
        """Have further seats answer on these days, each of which costs `seat_days` at the price of overtime."""
        self._world.reinforcements.call_in(resource, working, seats)
        quantity = self._world.scaled(seats) * seat_days
        amount = quantity * self._world.scenario.costs.seat_day.value * self._alerts.overtime_ratio.value
        for day in working:
            self._world.ledger.cost(day, CostItem.RECOVERY, channel, quantity, amount)
            self._cost += amount

    def _apologise(self, one: _Rule, day: int) -> None:
        """Write to those who were concerned from the window of the alert until now, as far as they may be written to."""
        since = day - 1 - one.rule.delay_days - one.rule.window_days
        parts = [part for then, noted in one.concerned.items() if then > since for part in noted]
        customers = each_once(np.concatenate(parts)).astype(np.int32) if parts else np.empty(0, dtype=np.int32)
        customers = customers[self._world.record.allowed(customers)]
        delivered = np.full(customers.shape[0], Outcome.DELIVERED, dtype=np.uint8)
        batch = ContactBatch(customers, delivered, np.zeros(customers.shape[0]), hour=_MORNING)
        ledger, cost = self._world.ledger, customers.shape[0] * self._alerts.apology.value
        ledger.contacts(day, Channel.SUPPORT_DESK, batch)
        self._world.record.note(customers)
        ledger.tally(day, "apologies", customers)
        ledger.cost(day, CostItem.CARE, Channel.SUPPORT_DESK, customers.shape[0], cost)
        self._cost += cost
        self._world.signals.send(Signal.CARED_FOR, customers, day)

    def _listen(self, one: _Rule) -> None:
        """Learn who is concerned by what this rule watches."""
        for signal in _OF_SIGNALS.get(one.rule.measure, ()):
            self._world.signals.listen(signal, one.note)
        if one.rule.measure in CONTACTS:
            channels, outcome = CONTACTS[one.rule.measure]

            def note(day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG001
                one.note(batch.customers[batch.outcome == outcome], day)

            self._world.ledger.listen(note, channels)
