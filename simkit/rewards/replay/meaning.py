"""What the rows of a log mean for a programme: customers, parts, coupons and refunds by number, as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simkit.params import ParameterError, nearest
from simkit.rewards.codes import EventKind
from simkit.rewards.engine import Events, RewardEngine
from simkit.rewards.programme import Programme
from simkit.rewards.replay.columns import lengths
from simkit.rewards.replay.csv_file import CsvFile
from simkit.rewards.replay.customers import Customers
from simkit.rewards.replay.foresight import Foresight
from simkit.rewards.replay.identities import Identities
from simkit.rewards.replay.log import Rows
from simkit.rewards.triggers import Attendance, Exchange

Places = NDArray[np.int64]
_NONE: Final = -1
_ASKING: Final = (EventKind.CLAIM, EventKind.EXCHANGE, EventKind.REDEEM, EventKind.ATTEND)
_COUPON_ID: Final = r"^(?P<owner>[\s\S]*)-(?P<part>[a-z][a-z0-9_]*)-(?P<number>[1-9][0-9]{0,8})$"


class RefundBeforePaymentError(ParameterError):
    """A refund of what was not paid before it: a mistake, unless the log is not in time order."""


class Meaning:
    """Turns rows into events. Rows come in time order; where a payment that is refunded stood, and whose it was, is kept."""

    def __init__(self, file: CsvFile, engine: RewardEngine, customers: Customers, foresight: Foresight) -> None:
        self._file, self._customers, self._rules = file, customers, engine.rules
        self._parts = tuple(engine.programme.parts)
        self._asked_for = _asked_for(engine.programme)
        self._staff = Identities(foresight.staff_codes)
        self._refunds = Identities(foresight.refunded)
        payments = len(foresight.refunded)
        self._first_slot = engine.reserve_slots(payments) if payments else 0
        self._paid_at = np.full(payments, _NONE, dtype=np.int64)
        self._payer = np.full(payments, _NONE, dtype=np.int32)
        self._rows_before = 0

    def events(self, rows: Rows) -> Events:
        """Return rows as events; raise `ParameterError` with the lines of those that make no sense."""
        account = self._customers.number.find(rows.customer_id)
        self._refuse(rows, np.flatnonzero(account < 0), "customer_id", "is no customer")
        subject = np.zeros(len(rows), dtype=np.int16)
        target = np.full(len(rows), _NONE, dtype=np.int32)
        if self._paid_at.shape[0]:
            self._link_refunds(rows, account, target)
        for kind in _ASKING:
            self._name_parts(rows, kind, subject, target)
        self._name_merchants_and_partners(rows, subject)
        self._name_owners(rows, target)
        self._rows_before += len(rows)
        return Events(account, rows.day, rows.kind, subject, rows.amount, target)

    def _link_refunds(self, rows: Rows, account: NDArray[np.int32], target: NDArray[np.int32]) -> None:
        """Give payments that are refunded, and their refunds, the same slot."""
        slots = self._refunds.find(rows.event_id)
        paid = np.flatnonzero((slots >= 0) & (rows.kind <= EventKind.CASH_ADVANCE))
        slots = slots[paid]
        again = self._paid_at[slots] != _NONE
        first = np.zeros(paid.shape[0], dtype=np.bool_)
        first[np.unique(slots, return_index=True)[1]] = True
        again |= ~first
        self._refuse(rows, paid[again], "event_id", "is refunded, and stands at two payments")
        self._paid_at[slots] = self._rows_before + paid
        self._payer[slots] = account[paid]
        target[paid] = self._first_slot + slots
        refunds = np.flatnonzero(rows.kind == EventKind.REFUND)
        undone = self._refunds.find(rows.ref.take(pa.array(refunds)))
        paid_at = self._paid_at[undone]
        unpaid = refunds[(paid_at == _NONE) | (paid_at > self._rows_before + refunds)]
        self._refuse(rows, unpaid, "ref", "is no payment before this refund", RefundBeforePaymentError)
        self._refuse(rows, refunds[self._payer[undone] != account[refunds]], "ref", "is another customer's payment")
        target[refunds] = self._first_slot + undone

    def _name_parts(self, rows: Rows, kind: EventKind, subject: NDArray[np.int16], target: NDArray[np.int32]) -> None:
        """Find the part, or one coupon of it, that a customer asks for."""
        places = np.flatnonzero(rows.kind == kind)
        if not places.shape[0]:
            return
        refs = rows.ref.take(pa.array(places))
        parts = _positions(refs, self._parts)
        allowed = self._asked_for.get(kind, self._parts)
        if len(allowed) == 1 and kind in self._asked_for:
            parts[lengths(refs) == 0] = self._parts.index(allowed[0])
        if kind == EventKind.REDEEM:
            self._name_coupons(rows, places, parts, target)
        wrong = places[~np.isin(parts, [self._parts.index(name) for name in allowed])]
        said = (nearest(ref, allowed) for ref in _texts(rows.ref, wrong))
        self._refuse(
            rows, wrong, "ref", (f"is no part for a row of kind {kind.name.lower()}; {words}" for words in said)
        )
        subject[places] = parts

    def _name_coupons(self, rows: Rows, places: Places, parts: NDArray[np.int64], target: NDArray[np.int32]) -> None:
        """Where a redemption names no part, find the part and the number of the coupon."""
        named = np.flatnonzero(parts == _NONE)
        if not named.shape[0]:
            return
        where = pa.array(places[named])
        pieces = pc.extract_regex(rows.ref.take(where), _COUPON_ID)
        owner, part, number = (pc.struct_field(pieces, name) for name in ("owner", "part", "number"))
        own = pc.fill_null(pc.equal(owner, rows.customer_id.take(where)), fill_value=False).to_numpy(
            zero_copy_only=False
        )
        parts[named[own]] = _positions(part.filter(pa.array(own)), self._parts)
        target[places[named[own]]] = number.filter(pa.array(own)).cast(pa.int32()).to_numpy()

    def _name_merchants_and_partners(self, rows: Rows, subject: NDArray[np.int16]) -> None:
        """Number the merchants that the rules name, 0 for any other, and the partners, of which none may be unknown."""
        mentioned = np.flatnonzero((rows.kind <= EventKind.CASH_ADVANCE) & (lengths(rows.ref) > 0))
        if self._rules.merchants and mentioned.shape[0]:
            subject[mentioned] = _codes(rows.ref, mentioned, self._rules.merchants)
        partners = self._rules.partners
        credits_ = np.flatnonzero((rows.kind == EventKind.POINTS) & (lengths(rows.ref) > 0))
        if partners and credits_.shape[0]:
            subject[credits_] = _codes(rows.ref, credits_, partners)
            wrong = credits_[subject[credits_] == 0]
            said = (f"is no partner; {nearest(ref, partners)}" for ref in _texts(rows.ref, wrong))
            self._refuse(rows, wrong, "ref", said)

    def _name_owners(self, rows: Rows, target: NDArray[np.int32]) -> None:
        """Find whose code was shown: a customer's, or one of the staff, who come after the customers."""
        places = np.flatnonzero(rows.kind == EventKind.CODE)
        if places.shape[0]:
            refs = rows.ref.take(pa.array(places))
            self._refuse(rows, places[lengths(refs) == 0], "ref", "names no code")
            staff = len(self._customers.number) + self._staff.find(refs)
            customer = self._customers.number.find(refs)
            target[places] = np.where(customer >= 0, customer, staff)

    def _refuse(
        self,
        rows: Rows,
        places: Places,
        column: str,
        problems: str | Iterable[str],
        error: type[ParameterError] = ParameterError,
    ) -> None:
        """Raise an error if there are `places`: what stands in a column there, and what is wrong with it."""
        if places.shape[0]:
            said = _texts(getattr(rows, column), places)
            told = repeat(problems) if isinstance(problems, str) else problems
            sentences = (f"'{text}' {problem}" for text, problem in zip(said, told, strict=False))
            raise self._file.error_in_rows(rows.row[places].tolist(), column, sentences, error)


def _asked_for(programme: Programme) -> Mapping[EventKind, Sequence[str]]:
    """Return the parts that each kind of row may ask for, where these are not all."""
    triggers = {EventKind.EXCHANGE: Exchange, EventKind.ATTEND: Attendance}
    return {
        kind: [name for name, part in programme.parts.items() if isinstance(part.trigger, trigger)]
        for kind, trigger in triggers.items()
    }


def _positions(texts: pa.StringArray, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each text among a few names, -1 for none of them."""
    found = pc.index_in(texts, value_set=pa.array(names, pa.string()))
    positions: NDArray[np.int64] = pc.fill_null(found, _NONE).to_numpy().astype(np.int64)
    return positions


def _codes(texts: pa.StringArray, places: Places, codes: Mapping[str, int]) -> NDArray[np.int16]:
    """Return the code of each name at some places, 0 for a name without one."""
    by_position = np.array([*codes.values(), 0], dtype=np.int16)
    return by_position[_positions(texts.take(pa.array(places)), list(codes))]


def _texts(texts: pa.StringArray, places: Places) -> list[str]:
    few: list[str] = texts.take(pa.array(places[:10])).to_pylist()
    return few
