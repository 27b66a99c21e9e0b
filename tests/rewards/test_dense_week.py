"""A dense week: a million customers pay three times on one day, and none loses a coupon or gets one twice."""

import dataclasses
import datetime

import numpy as np
import pytest

from simkit.rewards import Book, Cards, EventKind, Events, RewardEngine, Status, day_number, load_programme

CUSTOMERS = 1_000_000
FACE_FEN = 300
WEDNESDAY = datetime.date(2026, 3, 4)
TYPES = (np.int32, np.uint16, np.uint8, np.int16, np.int64, np.int32)


def events(accounts, day, kind, amount=0, target=-1):
    """Return one event of each account, in this order."""
    columns = (accounts, day, kind, 0, amount, target)
    return Events(
        *(np.broadcast_to(column, accounts.shape).astype(to) for column, to in zip(columns, TYPES, strict=True))
    )


def joined(*parts):
    """Return events one after the other."""
    names = [field.name for field in dataclasses.fields(Events)]
    return Events(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def dense_week(cuts):
    """Let everybody pay three times on a Wednesday, claim on Thursday and redeem on Friday; return the engine."""
    programme = load_programme("small_weekly_reward")
    everyone, wednesday = np.arange(CUSTOMERS, dtype=np.int32), day_number(WEDNESDAY)
    cards = Cards(
        tier=np.zeros(CUSTOMERS, dtype=np.uint8),
        new_customer=np.ones(CUSTOMERS, dtype=np.bool_),
        primary_card=np.ones(CUSTOMERS, dtype=np.bool_),
        approved_day=np.full(CUSTOMERS, wednesday - 400, dtype=np.uint16),
    )
    engine = RewardEngine(programme, cards, first_day=wednesday, last_day=wednesday + 60)
    rounds = np.concatenate([everyone, everyone[::-1], everyone])
    week = joined(
        events(rounds, wednesday, EventKind.PAYMENT, amount=1_000),
        events(everyone[::-1], wednesday + 1, EventKind.CLAIM),
        events(everyone, wednesday + 2, EventKind.REDEEM),
    )
    for begin, end in zip([0, *cuts], [*cuts, len(week)], strict=True):
        engine.apply(week.part(begin, end))
    return engine


@pytest.fixture(scope="module")
def at_once():
    """The week in one call."""
    return dense_week([])


def test_everybody_has_one_coupon_and_uses_it(at_once):
    """Three payments on one day are one coupon: qualified on that day, claimed and redeemed on the next two."""
    coupons = at_once.coupons
    assert coupons.shape[0] == CUSTOMERS
    assert (np.bincount(coupons["account"], minlength=CUSTOMERS) == 1).all()
    assert (coupons["number"] == 1).all()
    wednesday = day_number(WEDNESDAY)
    for field, day in (("qualified", 0), ("claimed", 1), ("effective", 1), ("redeemed", 2)):
        assert (coupons[field] == wednesday + day).all()
    assert (at_once.status_on(wednesday + 2) == Status.REDEEMED).all()


def test_the_books_count_every_coupon_once(at_once):
    """Counts, faces and the bank's share close to the fen; nothing is left to lapse or to expire."""
    books = at_once.daily.sum(axis=(0, 1))
    for column in (Book.QUALIFIED, Book.CLAIMED, Book.EFFECTIVE, Book.REDEEMED):
        assert books[column] == CUSTOMERS
    for column in (Book.ISSUED_FACE, Book.REDEEMED_FACE, Book.ISSUED_BANK, Book.REDEEMED_BANK):
        assert books[column] == CUSTOMERS * FACE_FEN
    assert not books[[Book.LAPSED, Book.EXPIRED, Book.REVOKED, Book.WITHDRAWN, Book.EXPIRED_FACE]].any()
    assert at_once.outstanding_fen == 0


def test_a_week_in_pieces_is_the_same_week(at_once):
    """However the events are cut, also in the middle of somebody's payments, the same coupons come out in the same order."""
    in_pieces = dense_week([1, 2, 1_234_567, 3 * CUSTOMERS - 1, 3 * CUSTOMERS + 7, 4_500_001])
    np.testing.assert_array_equal(in_pieces.coupons, at_once.coupons)
    np.testing.assert_array_equal(in_pieces.daily, at_once.daily)
