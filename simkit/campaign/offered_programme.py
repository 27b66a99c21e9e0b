"""The reward programme that a strategy offers: loaded, and refused where a campaign cannot play it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simkit.params import Finding, Levers, ParameterError, Scenario, Strategy, resolve
from simkit.rewards import Cards, Events, Programme, RewardEngine, load_programme
from simkit.rewards.triggers import PAYMENT_TRIGGERS, Attendance, Referral


def offered_programme(levers: Levers) -> Programme | None:
    """Load the programme that levers offer, in the reading and with the rules that they name; None where they offer none.

    Raises `ParameterError` where it cannot be loaded, or needs what does not happen in such a campaign.
    """
    offer = levers.offer
    if offer.reward_programme is None:
        return None
    programme = load_programme(offer.reward_programme, offer.reward_reading, offer.reward_rules)
    findings = [Finding(programme.name, key, problem) for key, problem in _unplayable(programme, levers)]
    if findings:
        raise ParameterError(findings)
    return programme


def compile_offered(scenario: Scenario, strategy: Strategy) -> None:
    """Compile the engine's loop and keep it on disk, if a run of this strategy will need it; other processes then only load it."""
    programme = offered_programme(resolve(scenario, strategy).levers)
    if programme is not None:
        nobody = Cards(
            tier=np.zeros(0, dtype=np.uint8),
            new_customer=np.zeros(0, dtype=np.bool_),
            primary_card=np.zeros(0, dtype=np.bool_),
            approved_day=np.zeros(0, dtype=np.uint16),
        )
        nothing = Events(
            account=np.zeros(0, dtype=np.int32),
            day=np.zeros(0, dtype=np.uint16),
            kind=np.zeros(0, dtype=np.uint8),
            subject=np.zeros(0, dtype=np.int16),
            amount=np.zeros(0, dtype=np.int64),
            target=np.zeros(0, dtype=np.int32),
        )
        RewardEngine(programme, nobody).apply(nothing)


def _unplayable(programme: Programme, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the triggers that this campaign never pulls, as (key, problem)."""
    for name, part in programme.parts.items():
        trigger, key = part.trigger, f"parts.{name}.trigger"
        if isinstance(trigger, Attendance) and levers.events.per_branch_month == 0:
            yield f"{key}.kind", "rewards coming to an event, and none is held; set levers.events.per_branch_month"
        elif isinstance(trigger, Referral) and trigger.codes == "staff":
            yield f"{key}.codes", "rewards staff, whom a campaign pays by levers.staff_codes; offer codes of members"
        elif isinstance(trigger, Referral) and levers.member_referral is None:
            yield f"{key}.kind", "rewards referrals, and no user is asked for any; set levers.member_referral"
        elif isinstance(trigger, PAYMENT_TRIGGERS):
            if trigger.merchants:
                yield (
                    f"{key}.merchants",
                    "names merchants, and a campaign does not simulate where customers pay; leave it out",
                )
            if "payment" not in trigger.payment_kinds:
                yield (
                    f"{key}.payment_kinds",
                    "leaves out payments, and customers of a campaign draw no cash; add payment",
                )
