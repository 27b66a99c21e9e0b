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


class Resource(IntEnum):
    """What has a capacity."""

    FIELD_TEAM = 0
    EVENT_BOOTH = 1
    HUMAN_SEAT = 2
    AI_LINE = 3
    INBOUND_SEAT = 4


class CostItem(IntEnum):
    """What money is spent on."""

    STAFF = 0
    PARTNER = 1
    EVENT = 2
    CALL = 3
    MESSAGE = 4
    GIFT = 5
    REWARD = 6


class Status(IntEnum):
    """Where a customer stands with the wallet: 未开户, 开户, 活跃, 沉睡."""

    PROSPECT = 0
    OPENED = 1
    ACTIVE = 2
    DORMANT = 3


def names(codes: type[IntEnum]) -> list[str]:
    """Return the names that are stored for codes, in code order."""
    return [code.name.lower() for code in codes]
