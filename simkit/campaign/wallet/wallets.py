"""Every customer's wallet: opened, first payment, lasting or not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simkit.campaign.compact_columns import Marks
from simkit.campaign.contacts.conversion import log_odds, probability
from simkit.campaign.influences import Influences
from simkit.campaign.ledger import Ledger
from simkit.campaign.signals import Signal, Signals
from simkit.campaign.vocabulary import Channel, Outcome, Status
from simkit.campaign.wallet.activity import ACTIVE_DAYS, NEVER, Activity
from simkit.due_dates import DueDates
from simkit.params import Scenario
from simkit.population import Population
from simkit.streams import Streams

LASTING_DAYS = 90
FIRST_PAYMENT_WITHIN_DAYS = 14
_YEAR_AGO = -364

Customers = NDArray[np.integer]


class Wallets:
    """Status of all wallets. Mechanisms open wallets here; payments tell when a user pays or stops.

    first_payment: further log-odds, by name, of a first payment alone; their occasion is the day of opening.
    """

    def __init__(
        self, scenario: Scenario, population: Population, streams: Streams, ledger: Ledger, signals: Signals
    ) -> None:
        size = population.size
        self.segment = population.segment
        self.status = np.zeros(size, dtype=np.uint8)
        self.status[population.holder] = Status.DORMANT
        self.status[population.active] = Status.ACTIVE
        self.opened_day = np.full(size, NEVER)
        self.activated_day = np.full(size, NEVER)
        self.activated_day[population.active] = _YEAR_AGO
        # Who holds the wallet on day 0 is counted apart from who opens it since.
        self.activity = Activity(population.segment, population.holder, len(scenario.segments))
        self.channel = np.zeros(size, dtype=np.uint8)
        marks = Marks(size)
        self._assisted, self._lasting, self._settled = marks.new(), marks.new(), marks.new()
        self.first_payment = Influences()
        self._ledger = ledger
        self._signals = signals
        self._horizon = scenario.calendar.horizon_days
        self._holders = np.bincount(population.segment[population.holder], minlength=len(scenario.segments))
        self._customers = np.bincount(population.segment, minlength=len(scenario.segments))
        self._first_payment_unaided = scenario.by_segment(scenario.wallet.first_payment_unaided)
        self._first_payment_log_odds = log_odds(self._first_payment_unaided)
        self._mean_delay = scenario.wallet.first_payment_delay.value
        self._first_payment_luck = streams.decision("wallet.first_payment")
        self._opened_today: list[Customers] = []
        self._opened_on = DueDates(np.int32)
        self._first_payment_on = DueDates(np.int32)

    @property
    def penetration(self) -> NDArray[np.float64]:
        """Share of each segment's customers who hold the wallet."""
        return self._holders / np.maximum(self._customers, 1)

    def prospects(self, customers: Customers) -> NDArray[np.bool_]:
        """Say who of these customers holds no wallet."""
        # Many are asked: `take` is faster for numbers of 32 bits, and a plain value keeps the comparison to one byte.
        held: NDArray[np.bool_] = self.status.take(customers) == Status.PROSPECT.value
        return held

    def open(
        self,
        customers: Customers,
        day: int,
        channel: Channel,
        paid: NDArray[np.bool_] | None = None,
        *,
        others_may_pay: bool = True,
    ) -> None:
        """Open wallets of prospects, each at most once. `paid` says who, with help, made the first payment on the spot.

        Without `paid` customers are on their own; with it, those who did not pay on the spot are on their own from then on; if
        `others_may_pay` is false, nobody helped them either, and they never pay.
        """
        if not customers.shape[0]:
            return
        self._opened_today.append(customers)
        customers = customers.astype(np.intp, copy=False)
        self.status[customers] = Status.OPENED
        self.opened_day[customers] = day
        self.channel[customers] = channel
        self._assisted[customers] = False if paid is None else paid | others_may_pay
        self._holders += np.bincount(self.segment.take(customers), minlength=self._holders.shape[0])
        if paid is not None:
            self._first_payment_on.put(customers[paid], day)
            self._settled[customers] = paid | (not others_may_pay)

    def open_assisted(self, customers: Customers, outcome: NDArray[np.uint8], day: int, channel: Channel) -> None:
        """Open the wallets of those contacts with a person beside the customer that ended in opening."""
        paid = outcome == Outcome.OPENED_AND_PAID.value
        opened = paid | (outcome == Outcome.OPENED.value)
        self.open(customers[opened], day, channel, paid[opened])

    def settle_openings(self, day: int) -> None:
        """Count the wallets opened since the last call, let those who are on their own decide about paying, and tell the others."""
        if not self._opened_today:
            return
        opened = np.concatenate(self._opened_today).astype(np.int32, copy=False)
        self._opened_today.clear()
        self._opened_on.put(opened, day)
        self._ledger.count(day, "opened", opened)
        self._plan_first_payments(opened[~self._settled[opened]], day)
        self._signals.send(Signal.OPENED, opened, day)

    def _plan_first_payments(self, customers: Customers, day: int) -> None:
        """Draw who will pay for the first time alone within 14 days, and when (exponential, truncated at 14 days)."""
        draw = self._first_payment_luck.uniforms(customers, width=2)
        segment = self.segment.take(customers)
        chance: NDArray[np.floating] = self._first_payment_unaided.take(segment)
        if self.first_payment:
            base = self._first_payment_log_odds.take(segment)
            chance = probability({"base": base, "influences": self.first_payment.total(customers, day)})
        will = draw[:, 0] < chance
        within = -np.expm1(-FIRST_PAYMENT_WITHIN_DAYS / self._mean_delay) if self._mean_delay else 0.0
        delay = -self._mean_delay * np.log1p(-draw[will, 1] * within)
        due = day + np.ceil(delay).astype(np.int64)
        self._first_payment_on.spread(customers[will], due)
        self._settled[customers[will]] = True
        self._signals.send(Signal.GAVE_UP, customers[~will], day)

    def help_to_first_payment(self, customers: Customers, day: int) -> Customers:
        """Have those make their first payment on `day` who are on their own and would never have paid; return them.

        Who will pay on a later day is not hurried, so nobody pays for the first time twice.
        """
        helped: Customers = customers[~self._settled[customers] & (self.status[customers] == Status.OPENED.value)]
        self._first_payment_on.put(helped, day)
        self._settled[helped] = True
        return helped

    def first_payments(self, day: int) -> Customers:
        """Return those whose first payment falls on `day`; they are active from now on."""
        payers = self._first_payment_on.take(day)
        self.status[payers] = Status.ACTIVE
        self.activated_day[payers] = day
        self._ledger.count(day, "activated", payers)
        self._signals.send(Signal.ACTIVATED, payers, day)
        return payers

    def stop(self, customers: Customers, day: int) -> None:
        """Let active users stop paying."""
        self.status[customers] = Status.DORMANT
        self._ledger.count(day, "went_dormant", customers)
        self._signals.send(Signal.STOPPED, customers, day)

    def note_lasting(self, day: int) -> None:
        """Settle which of the wallets opened 90 days ago have a payment within the last 30 days."""
        opened = self._opened_on.take(day - LASTING_DAYS)
        self._lasting[opened] = self.activity.last_payment_day[opened] > day - ACTIVE_DAYS

    def conversions(self) -> pa.Table:
        """Return one row for each wallet opened since day 0, by customer; `lasting` is null where the horizon came first."""
        customers = np.flatnonzero(self.opened_day != NEVER).astype(np.int32)
        opened = self.opened_day[customers]
        activated = self.activated_day[customers]
        unsettled = opened + LASTING_DAYS >= self._horizon
        return self._ledger.columns_table(
            "conversions",
            customer_id=customers,
            segment=self.segment.take(customers),
            channel=self.channel[customers],
            opened_day=opened,
            activated_day=np.where(activated == NEVER, -1, activated),
            assisted=self._assisted[customers],
            lasting=pa.array(self._lasting[customers], mask=unsettled),
        )

    def population_table(self, at_start: Population) -> pa.Table:
        """Return customers, holders and prospects on day 0, by segment."""
        segments = self._customers.shape[0]
        holders = np.bincount(at_start.segment[at_start.holder], minlength=segments)
        return self._ledger.columns_table(
            "population",
            segment=np.arange(segments),
            customers=self._customers,
            wallets_at_start=holders,
            prospects=self._customers - holders,
        )
