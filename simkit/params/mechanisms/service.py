"""Parameters of branch counters, the support desk and alerts: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from simkit.params.errors import nearest
from simkit.params.quantity import (
    Count,
    Days,
    Frozen,
    HourOfDay,
    Measure,
    Minutes,
    Money,
    PositiveMinutes,
    Probability,
    Quantity,
    Ratio,
    SegmentLogOdds,
    SegmentMinutes,
    SegmentPositiveRatio,
    SegmentProbability,
    Shape,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

Hour = Annotated[float, Field(ge=0, le=24)]
Watched = Literal[
    "hotline_abandonment", "support_abandonment", "support_wait", "opt_out_share", "no_show_share", "dormant_share"
]
Recovery = Literal["hotline_seats", "support_seats", "pause_messages", "apology"]


class BranchCounters(Frozen):
    """Customers who walk into a branch: when they come, how long they wait and are served, and whether they take to the wallet."""

    walk_ins_per_1000_customers_a_day: SegmentPositiveRatio = Field(description="Customers who come to a branch")
    opens: HourOfDay = Field(description="Hour of the day at which branches open, on workdays")
    closes: HourOfDay = Field(description="Hour of the day after which nobody is let in; who is inside is served")
    peak_starts: HourOfDay = Field(description="Hour of the day at which the peak starts")
    peak_ends: HourOfDay = Field(description="Hour of the day at which the peak ends")
    peak_ratio: Ratio = Field(description="Walk-ins an hour in the peak over those in other hours")
    counters: Annotated[Quantity, Measure("count", 1.0, 100.0)] = Field(
        description="Counters that serve, in each branch"
    )
    service: PositiveMinutes = Field(description="Mean time at the counter for what the customer came for")
    service_shape: Shape = Field(description="Weibull shape of the time at the counter; 1 is exponential")
    patience: Minutes = Field(description="Mean time that a customer waits before leaving (exponential)")
    ask: Minutes = Field(description="Extra time at the counter for offering the wallet")
    open_wallet: SegmentMinutes = Field(description="Extra time at the counter for opening the wallet")
    convert: SegmentProbability = Field(description="Opens the wallet, given the offer at the counter")
    way: SegmentMinutes = Field(description="Customer's way to the branch and back")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _in_order("opens", self.opens, "closes", self.closes)
        _in_order("peak_starts", self.peak_starts, "peak_ends", self.peak_ends)
        return self


class BranchCounterLevers(Frozen):
    """What branches do about walk-ins."""

    asks: float = Field(default=0, ge=0, le=1, description="Share of walk-ins without wallet who are offered it")
    extra_counters: int = Field(
        default=0, ge=0, le=20, description="Further counters of each branch that serve in the peak"
    )


class SupportDesk(Frozen):
    """Who asks for help, and what becomes of a request. Requests come to the bank, so no contact limit applies to them."""

    help_after_opening: SegmentProbability = Field(description="Asks for help in the first weeks with the wallet")
    help_delay: Days = Field(description="Mean days from opening to asking for help")
    questions_per_1000_users_a_week: Ratio = Field(description="Active users who ask something, at most once each")
    asks_after_message: Probability = Field(description="Asks something on the day of a message that was delivered")
    asks_after_talk: Probability = Field(description="Asks something on the day of a visit, an event or a call")
    busy_starts: HourOfDay = Field(description="Hour of the day at which the busy part of the day starts")
    busy_ends: HourOfDay = Field(description="Hour of the day at which the busy part of the day ends")
    busy_share: Probability = Field(description="Requests that come in the busy part of the day")
    containment: SegmentProbability = Field(description="Requests that the chatbot settles without a person")
    chatbot_request: Money = Field(description="Paid for each request to the chatbot")
    handling: PositiveMinutes = Field(description="Mean time of a person for a request, notes included")
    handling_shape: Shape = Field(description="Weibull shape of a person's time; 1 is exponential")
    patience: SegmentMinutes = Field(description="Mean time that a customer waits before hanging up (exponential)")
    long_wait: Minutes = Field(description="Wait from which on a customer resents it")
    solved: Probability = Field(description="Requests that a person solves, given that one attends to it")
    shrinkage: Probability = Field(description="Share of paid seat time in which nobody answers")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _in_order("busy_starts", self.busy_starts, "busy_ends", self.busy_ends)
        return self


class SupportDeskLevers(Frozen):
    """Who answers, and when; until the horizon, for users go on asking after the campaign."""

    seats: float = Field(default=0, ge=0, le=100_000, description="Seats in office hours, whole bank")
    night_seats: float = Field(
        default=0, ge=0, le=100_000, description="Seats at all other hours, whole bank; 0 closes the desk"
    )
    starts: Hour = Field(default=9, description="Hour of the day at which office hours start")
    ends: Hour = Field(default=18, description="Hour of the day at which office hours end")
    works_on: Literal["workdays", "every_day"] = Field(default="workdays", description="Days with office hours")
    chatbot: bool = Field(default=True, description="Whether a chatbot answers first, at all hours")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts >= self.ends:
            raise ValueError("starts must come before ends")
        return self


class ActivationHelp(Frozen):
    """What helps over the first steps, where customers who opened alone give up."""

    simple_version: SegmentLogOdds = Field(
        description="Log-odds of a first payment alone with the version for elderly customers"
    )
    gift_per_10_cny: SegmentLogOdds = Field(
        description="Log-odds of a first payment alone for each 10 CNY of a gift in kind"
    )
    seeks_help: SegmentProbability = Field(
        description="Asks for a set-up call, where there is one, of those who would give up"
    )
    seeks_help_delay: Days = Field(description="Mean days from opening to asking for a set-up call, at most 14 days")
    setup_call: PositiveMinutes = Field(description="Mean time of a person for a set-up call")
    rescued: SegmentProbability = Field(description="Makes the first payment, given a set-up call")


class ActivationHelpLevers(Frozen):
    """Which help there is."""

    simple_version: bool = Field(default=False, description="Whether the version for elderly customers is offered")
    assisted_setup: bool = Field(default=False, description="Whether the support desk makes set-up calls")
    gift_in_kind_cny: float = Field(
        default=0, ge=0, le=1_000, description="Worth of eggs or fruit given with the first payment"
    )
    target_segments: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] | None = Field(
        default=None, description="Segments that are helped; null means all"
    )


class Fraud(Frozen):
    """Payments by somebody else than the customer, and what it takes to prevent them."""

    cases_per_million_payments: Ratio = Field(description="Fraudulent payments with the usual checks")
    loss: Money = Field(description="Mean loss of a case")
    bank_share: Probability = Field(description="Share of a loss that the bank makes good")
    compliance_per_1000_payments: Money = Field(description="Cost of the usual checks and of reporting")
    strong_checks_ratio: Probability = Field(description="Cases with strong checks over those with the usual ones")
    strong_checks_cost_ratio: Ratio = Field(description="Cost of strong checks over that of the usual ones")
    strong_checks_first_payment: SegmentLogOdds = Field(
        description="Log-odds of a first payment alone where a second factor has to be set up"
    )


class FraudLevers(Frozen):
    """How closely payments are checked."""

    checks: Literal["usual", "strong"] = Field(default="usual", description="Which checks payments pass")


class Alerts(Frozen):
    """What it takes to set things right at short notice."""

    overtime_ratio: Ratio = Field(description="Cost of a seat called in at short notice over that of a seat")
    apology: Money = Field(description="Cost of an apology to one customer, a small present included")
    fewest_cases: Count = Field(description="Cases within the window below which a rule concludes nothing")


class AlertRule(Frozen):
    """What is watched, when it is too much, and what is then done about it."""

    measure: Watched = Field(description="What is watched")
    threshold: float = Field(ge=0, le=1_440, description="Beyond it an alert is raised; a share, or minutes for a wait")
    window_days: int = Field(default=1, ge=1, le=90, description="Days over which the measure is taken")
    action: Recovery = Field(description="What is done")
    delay_days: int = Field(
        default=1, ge=0, le=90, description="Days from the alert to the action; 0 is the next morning"
    )
    lasts_days: int = Field(
        default=7, ge=1, le=365, description="Days for which the action lasts and recovery is awaited"
    )
    seats: float = Field(default=0, ge=0, le=100_000, description="Further seats where the action is seats, whole bank")


class AlertLevers(Frozen):
    """The rules by which the bank takes notice within the campaign."""

    rules: dict[str, AlertRule] = Field(min_length=1, description="One section a rule, under a name of its own")


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    helping = levers.activation_help
    if helping and helping.assisted_setup and levers.support_desk is None:
        yield "levers.activation_help.assisted_setup", "needs the levers `support_desk`: it is the desk that calls"
    for segment in (helping.target_segments or ()) if helping else ():
        if segment not in scenario.segment_names:
            problem = f"unknown segment '{segment}'; {nearest(segment, scenario.segment_names)}"
            yield "levers.activation_help.target_segments", problem
    for name, rule in levers.alerts.rules.items() if levers.alerts else ():
        key = f"levers.alerts.rules.{name}"
        if "support" in rule.measure + rule.action and levers.support_desk is None:
            yield key, "watches or reinforces the support desk, which the levers leave out"
        if rule.action.endswith("seats") and not rule.seats:
            yield key, "calls in seats, but `seats` is 0"
        if rule.action == "hotline_seats" and not levers.calls.inbound_seats:
            yield key, "reinforces the hotline, which has no seats"


def _in_order(first: str, earlier: Quantity, second: str, later: Quantity) -> None:
    if earlier.value >= later.value:
        raise ValueError(f"{first} {earlier.value:g} must come before {second} {later.value:g}")
