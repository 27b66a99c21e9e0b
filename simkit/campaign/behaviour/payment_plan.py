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
    different, place = np.unique(rates, return_inverse=True)  # half of all, where a programme has no stages
    most = (different + 12 * np.sqrt(different) + 12).astype(np.int64)  # of which no face is left to tell
    cuts = np.full((different.shape[0], most.max()), FACES, dtype=np.uint32)
    rows, events = np.nonzero(np.arange(most.max() - 1) < most[:, None])
    cuts[rows, events] = np.rint(pdtr(events, different[rows]) * FACES)
    return cuts[place]


@compiled("void(float64[::1], uint32[::1], int64, int64, int64[::1])")
def add_levels(
    changes: NDArray[np.float64], words: NDArray[np.uint32], most: int, kinds_a_level: int, kinds: NDArray[np.int64]
) -> None:
    """Move `kinds` (users,) to their levels of change, 0 to 2 × `most`: of the two nearest, the face in a word's upper half decides."""
    for user in range(kinds.shape[0]):
        level = np.floor(changes[user] + np.float64(words[user] >> np.uint32(16)) / FACES)
        kinds[user] += (np.int64(min(max(level, -most), most)) + most) * kinds_a_level


@compiled("void(uint32[:, ::1], int64[::1], uint32[:, ::1], uint8[:, ::1])")
def plan_week(
    words: NDArray[np.uint32], kinds: NDArray[np.int64], cuts: NDArray[np.uint32], plan: NDArray[np.uint8]
) -> None:
    """Fill `plan` (7, users) with payments: the number of cuts of the user's kind that the day's face reaches.

    `words` has shape (4, users): of each word the lower half is the face of one weekday, the upper one that of the next, the last one to
    spare. Each row of cuts has three or more.
    """
    users = kinds.shape[0]
    first, second, third = np.empty(users, np.uint32), np.empty(users, np.uint32), np.empty(users, np.uint32)
    for user in range(users):
        row = kinds[user]
        first[user], second[user], third[user] = cuts[row, 0], cuts[row, 1], cuts[row, 2]
    for weekday in range(7):
        luck, shift, planned = words[weekday // 2], np.uint32(16 * (weekday % 2)), plan[weekday]
        # Most days have fewer than three payments: these are counted eight users at a time.
        for user in range(users):
            face = (luck[user] >> shift) & np.uint32(0xFFFF)
            reached = np.uint8(face >= first[user]) + np.uint8(face >= second[user])
            planned[user] = reached + np.uint8(face >= third[user])
        for user in range(users):
            if planned[user] == 3:  # noqa: PLR2004
                face, row, payments = (luck[user] >> shift) & np.uint32(0xFFFF), kinds[user], 3
                while face >= cuts[row, payments]:
                    payments += 1
                planned[user] = payments
