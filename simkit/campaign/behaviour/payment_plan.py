"""A week's payments for many users at once: Poisson for each weekday, by inversion of 16 bits of luck a day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from simkit.compiled import compiled

WEEKDAYS = 7
_FACES = 2**16


def poisson_cuts(rates: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return for each rate (row) how many of 65,536 equally likely faces mean at most 0, 1, 2, … events.

    The last cut of a row is 65,536. Probabilities are met to within half a face, 7.6e-6.
    """
    most = int(rates.max() + 12 * np.sqrt(rates.max()) + 12)
    cuts = np.rint(pdtr(np.arange(most), rates[:, None]) * _FACES).astype(np.uint32)
    cuts[:, -1] = _FACES
    return cuts


@compiled("void(uint16[:, ::1], int64[::1], uint32[:, ::1], uint8[:, ::1])")
def plan_week(
    luck: NDArray[np.uint16], kinds: NDArray[np.int64], cuts: NDArray[np.uint32], plan: NDArray[np.uint8]
) -> None:
    """Fill `plan` (7, users) with payments: the number of cuts of the user's kind that the day's face reaches.

    `luck` has shape (users, 8): a face for each weekday and one to spare.
    """
    for user in range(kinds.shape[0]):
        row = kinds[user]
        for weekday in range(7):
            face = luck[user, weekday]
            payments = 0
            while face >= cuts[row, payments]:
                payments += 1
            plan[weekday, user] = payments
