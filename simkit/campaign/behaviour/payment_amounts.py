"""Amounts of payments: log-normal about the segment's mean, by inversion of 16 bits of luck a payment."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simkit.campaign.world import World
from simkit.compiled import compiled

_FACES = 2**16
_PAYMENTS_A_BLOCK = 8


class PaymentAmounts:
    """Draws the amounts of a day's payments, in fen."""

    def __init__(self, world: World) -> None:
        self._scenario = world.scenario
        self._luck = world.streams.decision("reward.amount")
        self._segment = world.population.segment

    @functools.cached_property
    def _amount(self) -> NDArray[np.int64]:
        """The amount of each face in each segment; many programmes look at none."""
        value = self._scenario.value
        spread = value.ticket_spread.value
        mean = self._scenario.by_segment(value.ticket)[:, None] * 100
        standard = ndtri((np.arange(_FACES) + 0.5) / _FACES)
        amounts = np.exp(np.log(np.maximum(mean, 1.0)) - spread**2 / 2 + spread * standard)
        return np.maximum(np.rint(amounts), 1).astype(np.int64)

    def draw(self, payers: NDArray[np.integer], payments: NDArray[np.uint8], day: int) -> NDArray[np.int64]:
        """Return the amounts of all payments, those of one payer beside each other.

        A payer has eight amounts a day; who pays more often pays the first of them again.
        """
        faces = self._luck.faces(payers, day)
        amounts = np.empty(int(payments.sum(dtype=np.int64)), dtype=np.int64)
        look_up(faces, payments, self._segment[payers].astype(np.uint8), self._amount, amounts)
        return amounts


@compiled("void(uint16[:, ::1], uint8[::1], uint8[::1], int64[:, ::1], int64[::1])")
def look_up(
    faces: NDArray[np.uint16],
    payments: NDArray[np.uint8],
    segments: NDArray[np.uint8],
    table: NDArray[np.int64],
    amounts: NDArray[np.int64],
) -> None:
    """Fill `amounts` from a payer's faces, shape (payers, 8), in turn: the entry of the face in the row of its segment."""
    payment = 0
    for payer in range(payments.shape[0]):
        for place in range(payments[payer]):
            amounts[payment] = table[segments[payer], faces[payer, place % _PAYMENTS_A_BLOCK]]
            payment += 1
