"""A week's payments for many users at once: Poisson for each weekday, by inversion of 16 bits of luck a day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from simkit.compiled import compiled

WEEKDAYS = 7
FACES = 2**16


def poisson_cuts(rates: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return for each rate (row) how many of 65,536 equally likely faces mean at most 0, 1, 2, … events.

    The last cut of a row is 65,536. Probabilities are met to within half a face, 7.6e-6.
    """
    most = (rates + 12 * np.sqrt(rates) + 12).astype(np.int64)  # of which no face is left to tell
    cuts = np.full((rates.shape[0], most.max()), FACES, dtype=np.uint32)
    rows, events = np.nonzero(np.arange(most.max() - 1) < most[:, None])
    cuts[rows, events] = np.rint(pdtr(events, rates[rows]) * FACES)
    return cuts


@compiled("void(uint16[:, ::1], int64[::1], uint32[:, ::1], uint8[:, ::1])")
def plan_week(
    luck: NDArray[np.uint16], kinds: NDArray[np.int64], cuts: NDArray[np.uint32], plan: NDArray[np.uint8]
) -> None:
    """Fill `plan` (7, users) with payments: the number of cuts of the user's kind that the day's face reaches.

    `luck` has shape (users, 8): a face for each weekday and one to spare. Each row has three cuts or more.
    """
    for user in range(kinds.shape[0]):
        row = kinds[user]
        first, second, third = cuts[row, 0], cuts[row, 1], cuts[row, 2]
        for weekday in range(7):
            face = luck[user, weekday]
            # Most days have fewer than three payments: these are counted without a branch that could be mispredicted.
            payments = np.int64(face >= first) + np.int64(face >= second) + np.int64(face >= third)
            if payments == 3:  # noqa: PLR2004
                while face >= cuts[row, payments]:
                    payments += 1
            plan[weekday, user] = payments
