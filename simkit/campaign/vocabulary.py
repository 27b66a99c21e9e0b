"""The codes of the ledger: channels, outcomes, resources and cost items. Order is part of the stored format."""

from __future__ import annotations

from enum import IntEnum


class Channel(IntEnum):
    """How a customer is reached; `ORGANIC` is adoption without any contact."""

    ORGANIC = 0
    VISIT = 1
    APPOINTMENT = 2
    COMMUNITY_EVENT = 3
    HUMAN_CALL = 4
    AI_CALL = 5
    INBOUND_CALL = 6
    SMS = 7
    WECOM = 8
    APP_PUSH = 9
    APP_POPUP = 10
    WECHAT_ACCOUNT = 11
    PARTNER_EMBED = 12
    WORKPLACE_VISIT = 13
    FOLLOW_UP = 14
    BRANCH = 15
    SUPPORT_DESK = 16
    STAFF_CODE = 17
    MEMBER_REFERRAL = 18
    CORPORATE = 19
    CO_BRAND = 20
    RELATIONSHIP_MANAGER = 21


class Outcome(IntEnum):
    """How a contact ended; every contact has exactly one."""

    NOT_HOME = 0
    REFUSED = 1
    COME_BACK = 2
    NO_INTEREST = 3
    OPENED = 4
    OPENED_AND_PAID = 5
    NO_SHOW = 6
    CANCELLED = 7
    LAPSED = 8
    NOT_REACHED = 9
    HUNG_UP = 10
    VISIT_AGREED = 11
    TRANSFERRED = 12
    DELIVERED = 13
    NOT_DELIVERED = 14
    OPTED_OUT = 15
    ABANDONED = 16
    LEFT_QUEUE = 17
    SOLVED = 18
    UNSOLVED = 19
    FOLLOWED_UP = 20


UNHEARD = (
    Outcome.NOT_HOME,
    Outcome.NO_SHOW,
    Outcome.CANCELLED,
    Outcome.LAPSED,
    Outcome.NOT_REACHED,
    Outcome.NOT_DELIVERED,
    Outcome.ABANDONED,
    Outcome.LEFT_QUEUE,
)
"""Contacts at which the bank was not heard: not met, not connected, not delivered."""


class Resource(IntEnum):
    """What has a capacity."""

    FIELD_TEAM = 0
    EVENT_BOOTH = 1
    HUMAN_SEAT = 2
    AI_LINE = 3
    INBOUND_SEAT = 4
    BRANCH_COUNTER = 5
    SUPPORT_SEAT = 6
    FOLLOW_UP_STAFF = 7
    RELATIONSHIP_MANAGER = 8


class CostItem(IntEnum):
    """What money is spent on."""

    STAFF = 0
    PARTNER = 1
    EVENT = 2
    CALL = 3
    MESSAGE = 4
    GIFT = 5
    REWARD = 6
    LEAD = 7
    TRAINING = 8
    SUPPORT = 9
    COMMISSION = 10
    EDUCATION = 11
    MERCHANT = 12
    CARE = 13
    CORPORATE = 14
    RECOVERY = 15
    FRAUD = 16
    COMPLIANCE = 17
    TOOL = 18


class Status(IntEnum):
    """Where a customer stands with the wallet: 未开户, 开户, 活跃, 沉睡."""

    PROSPECT = 0
    OPENED = 1
    ACTIVE = 2
    DORMANT = 3


class Desk(IntEnum):
    """Who looks after a customer who is passed on: 线上, 远程, 外拓, 网点理财经理."""

    ONLINE = 0
    REMOTE = 1
    FIELD = 2
    BRANCH = 3


class HandoffKind(IntEnum):
    """Passed on to people, back online, or kept in touch with: 转介, 回流, 持续经营."""

    REFER = 0
    RETURN = 1
    NURTURE = 2


class HandoffEnd(IntEnum):
    """How a handoff ended; every handoff ends in exactly one of these."""

    OPEN = 0
    ACCEPTED = 1
    REFUSED = 2
    EXPIRED = 3


def names(codes: type[IntEnum]) -> list[str]:
    """Return the names that are stored for codes, in code order."""
    return [code.name.lower() for code in codes]
